"""Searches that count if they are asked for, and data sets in bins of a selection."""

import re
from pathlib import Path

import pytest

from scotopic.errors import CardError
from scotopic.search import Search, experiment_card, load_experiment
from scotopic.search.likelihood import experiment_likelihood

BINNED = "ldmx-8GeV-1e16-background"


def card(tmp_path: Path, text: str, name: str = "card.toml") -> Path:
    (tmp_path / name).write_text(text)
    return tmp_path / name


def test_a_search_off_by_default_is_in_no_likelihood() -> None:
    experiment = load_experiment("ldmx-4GeV")
    assert [b.name for b in experiment_likelihood(experiment).bins] == ["phase 1"]
    assert [part.card.name for part in Search.of(experiment).parts] == ["recoil electron"]


def test_asked_for_by_name_it_is_alone() -> None:
    found = Search.of("ldmx-4GeV", searches="missing energy")
    assert [part.card.name for part in found.parts] == ["missing energy"]
    likelihood = experiment_likelihood(found.experiments[0])
    assert likelihood.bins[0].signal == pytest.approx(4e14 * 0.5)
    # what a result holds of the card says it again
    again = Search.of(found.experiments)
    assert [part.card.name for part in again.parts] == ["missing energy"]


def test_other_cards_are_as_they_were() -> None:
    card = load_experiment("na64e-2018-semi-visible")
    assert card.asked_for(["S1"]) is card


def test_one_search_must_count(tmp_path: Path) -> None:
    text = experiment_card("na64e-2018").replace("by_default = true", "by_default = false")
    with pytest.raises(CardError, match="searches: by_default: false for all of them"):
        load_experiment(card(tmp_path, text))


MEASURED = """extends = "{BINNED}"
title = "measured"
[[searches]]
name = "missing energy"
source = "test"
[[searches.data_sets]]
name = "1e16"
kind = "measurement"
observed_events = 2
source = "test"
[[searches]]
name = "recoil electron"
source = "test"
[[searches.data_sets]]
name = "1e16"
kind = "measurement"
observed_events = 2
observed_in_bins = [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
source = "test"
""".replace("{BINNED}", BINNED)


def test_counts_of_a_measurement_are_in_their_bins(tmp_path: Path) -> None:
    path = card(tmp_path, MEASURED)
    likelihood = experiment_likelihood(load_experiment(path))
    assert likelihood.observed == (1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0)
    expected = [sum(c.events for c in b.backgrounds) for b in likelihood.bins]
    assert sum(expected) == pytest.approx(3.0)
    assert expected[2] == pytest.approx(3 * 0.0444)
    # with another beam energy it is a projection
    assert Search.of(path).in_set_up("beam_energy_GeV", 10.0).is_projection
    # in all bins the same: efficiency and form factor of the signal, and one of the background
    names = [name.removeprefix("measured: ") for name in likelihood.nuisances]
    assert names == ["efficiency 1e16", "form factor", "background 1e16"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[1, 0, 0", "[2, 0, 0", "observed_in_bins: their sum 3 is not observed_events = 2"),
        ("[1, 0, 0, 0", "[1, 0, 0", "observed_in_bins: 10 bins do not go with the 11"),
        (r"observed_in_bins.*\n", "", "observed_in_bins: missing; the selection has 11 bins"),
    ],
)
def test_wrong_counts_are_named(old: str, new: str, expected: str, tmp_path: Path) -> None:
    pattern = old if old.startswith("observed") else re.escape(old)
    with pytest.raises(CardError) as raised:
        load_experiment(card(tmp_path, re.sub(pattern, new, MEASURED)))
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("0.5989482", "0.6989482", "shape: its shares add up to 1.1, not 1"),
        (r"shape = \[[^\]]*\]", "", "shape: missing; the selection has 11 bins"),
    ],
)
def test_wrong_shapes_are_named(old: str, new: str, expected: str, tmp_path: Path) -> None:
    text, count = re.subn(old, new, experiment_card(BINNED))
    assert count == 1
    with pytest.raises(CardError) as raised:
        load_experiment(card(tmp_path, text))
    assert expected in str(raised.value)
