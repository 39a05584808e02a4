"""Cards with a likelihood of their own."""

import json
from pathlib import Path

import pytest

from scotopic.errors import CardError
from scotopic.search import load_experiment
from scotopic.search.likelihood import experiment_likelihood
from scotopic.statistics import strength_limits, to_workspace


def card_with(directory: Path, workspace: object) -> Path:
    (directory / "workspace.json").write_text(json.dumps(workspace))
    card = directory / "mine.toml"
    card.write_text('extends = "na64e-2018"\ntitle = "mine"\nlikelihood = "workspace.json"\n')
    return card


def test_a_workspace_gives_the_limits_of_the_data_sets_that_it_describes(tmp_path: Path) -> None:
    own = load_experiment("na64e-2018")
    card = card_with(
        tmp_path, to_workspace(experiment_likelihood(own).with_signal({"2016-2018": 1}))
    )
    found = strength_limits(experiment_likelihood(load_experiment(card)), "cls")
    expected = strength_limits(experiment_likelihood(own), "cls")
    assert found.value == pytest.approx(expected.value, rel=1e-7)
    assert found.expected == pytest.approx(expected.expected, rel=1e-7)


def test_a_workspace_takes_the_place_of_the_data_sets(tmp_path: Path) -> None:
    workspace = to_workspace(
        experiment_likelihood(load_experiment("na64e-2018")).with_signal({"2016-2018": 1})
    )
    workspace["observations"][0]["data"] = [4.0]
    experiment = load_experiment(card_with(tmp_path, workspace))
    found = strength_limits(experiment_likelihood(experiment), "cls").value
    without = strength_limits(experiment_likelihood(load_experiment("na64e-2018")), "cls").value
    # 8.0 - 0.5 events for four, 2.3 for none: table 40.3 of the Review of Particle Physics
    assert 2.7 < found / without < 3.6
    classical = strength_limits(experiment_likelihood(experiment), "poisson").value
    # 7.99 events less the background of 0.53, over an exposure of 2.84e11 x 0.5
    assert classical * 1.42e11 == pytest.approx(7.99 - 0.528, abs=0.0051)


@pytest.mark.parametrize(
    ("workspace", "message"),
    [
        ({}, "likelihood: .*workspace.json: "),
        ({"channels": 3}, "likelihood: .*workspace.json: "),
        (
            to_workspace(
                experiment_likelihood(load_experiment("na64e-2022")).with_signal(
                    {d.name: 1 for d in load_experiment("na64e-2022").searches[0].data_sets}
                )
            ),
            "likelihood: data_sets",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(
    tmp_path: Path, workspace: object, message: str
) -> None:
    with pytest.raises(CardError, match=message) as raised:
        load_experiment(card_with(tmp_path, workspace))
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    card = card_with(tmp_path, {})
    (tmp_path / "workspace.json").unlink()
    with pytest.raises(CardError, match=r"likelihood: .*workspace.json: cannot be read"):
        load_experiment(card)
