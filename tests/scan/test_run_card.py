"""Run cards: the gallery's are all readable, mistakes are named, a small one runs to its files."""

import csv
import sys
from pathlib import Path

import pytest

from scotopic.cli import main
from scotopic.errors import CardError
from scotopic.scan.plane import Plane
from scotopic.scan.run import compute_run_card as run_of_card
from scotopic.scan.run_card import gallery_names, load_run_card
from scotopic.search import Search, load_experiment
from scotopic.search.result_files import read_result

SMALL = """
title = "small"
source = "a test"
model = "inelastic_dark_matter"
[fixed]
alpha_D = 0.1
mass_ratio = 3
splitting = 0.4
[x]
parameter = "mediator_mass"
minimum = 0.05
maximum = 0.5
points = 3
[y]
parameter = "kinetic_mixing"
minimum = 1e-4
maximum = 1e-2
points = 9
[simulation]
events = 256
[[limits]]
label = "recast"
experiment = "na64e-2018"
filled = true
[[limits]]
label = "less VETO"
experiment = "na64e-2018"
signal_efficiency = 0.4
thresholds = "loosest"
[[bands]]
label = "muon"
"""


@pytest.mark.parametrize("name", gallery_names())
def test_gallery_names_shipped_experiments_and_their_searches(name: str) -> None:
    card, _ = load_run_card(name)
    assert len({layer.label for layer in card.limits}) == len(card.limits)
    for layer in card.limits:
        experiment = load_experiment(layer.experiment)
        search = Search.of(experiment, signatures=layer.signatures, searches=layer.searches)
        assert search.parts


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("alpha_D = 0.1", "alfa_D = 0.1", "fixed.alfa_D: is no parameter"),
        ("alpha_D = 0.1", "alpha_D = nan", "card.toml: fixed.alpha_D: nan is not a finite number"),
        ("alpha_D = 0.1", "alpha_D = []", "fixed.alpha_D: an array is not a number or a word"),
        ('parameter = "mediator_mass"', 'parameter = "mass"', "x.parameter: 'mass'"),
        ("minimum = 0.05", "minimum = 5.0", "x.minimum"),
        ("minimum = 0.05", "minimum = -1.0", "x.minimum"),
        ("points = 3", "points = 1", "x.points: 1 is below 2"),
        ("points = 3", "point = 3", "x.point: unknown key; did you mean 'points'"),
        ('model = "inelastic_dark_matter"', 'model = "idm"', "model: 'idm' is not one of"),
        ("events = 256", "events = 1", "simulation.events"),
        ('"loosest"', '"loose"', "limits[1].thresholds"),
        ("signal_efficiency = 0.4", "signal_efficiency = 1.4", "limits[1].signal_efficiency"),
        ("title =", "title", "not TOML"),
    ],
)
def test_mistakes_are_named(old: str, new: str, message: str, tmp_path: Path) -> None:
    card = tmp_path / "card.toml"
    assert old in SMALL
    card.write_text(SMALL.replace(old, new, 1))
    with pytest.raises(CardError) as refused:
        load_run_card(str(card))
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_events_of_two_searches_are_not_counted_twice(tmp_path: Path) -> None:
    """Without its vetoes, S2 accepts all that S1 does, and more."""
    (tmp_path / "own.toml").write_text(
        'extends = "na64e-2018-semi-visible"\ntitle = "own"\n'
        'replace = ["searches[S2].selection"]\n[[searches]]\nname = "S2"\n'
        '[searches.selection]\ncalorimeter = "ECAL"\nminimum_calorimeter_energy_GeV = 0\n'
        "maximum_calorimeter_energy_GeV = 50\nvetoes = []\n"
    )
    (tmp_path / "card.toml").write_text(SMALL.replace('"na64e-2018"', '"own.toml"', 1))
    with pytest.raises(
        CardError, match=r"limits\[0\]\.experiment: .* S1 and S2 may accept the same"
    ):
        run_of_card(*load_run_card(str(tmp_path / "card.toml")))


def test_wrong_experiment_is_named_with_its_key(tmp_path: Path) -> None:
    card = tmp_path / "card.toml"
    card.write_text(SMALL.replace('"na64e-2018"', '"na64e-2081"', 1))
    with pytest.raises(CardError, match=r"limits\[0\]\.experiment: 'na64e-2081' is no experiment"):
        run_of_card(*load_run_card(str(card)))


def test_unknown_card_suggests_a_known_one() -> None:
    with pytest.raises(CardError, match="did you mean 'mongillo-2023-fig3'"):
        load_run_card("mongillo-2023-fig33")


def compute_run_card(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["scotopic", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


def test_plane_leaves_boundaries_figure_and_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, output = tmp_path / "card.toml", tmp_path / "out"
    card.write_text(SMALL)
    assert compute_run_card(["plane", str(card), "--output", str(output)], monkeypatch) == 0
    names = {f.name for f in output.iterdir()}
    assert names == {"boundaries.csv", "contours.csv", "result.json", "plane.png", "plane.pdf"}
    lines = (output / "boundaries.csv").read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert {row["limit"] for row in rows} == {"recast", "less VETO"}
    assert all(float(r["kinetic_mixing_from"]) < float(r["kinetic_mixing_to"]) for r in rows)
    result = read_result(output / "result.json")
    assert Plane.of(result, "recast").expected_events.shape == (3, 9)
    assert result.attributes["card"]["fixed"]["alpha_D"] == 0.1


@pytest.mark.parametrize("asked", ['searches = ["S3"]', 'signatures = ["S3"]'])
def test_wrong_search_is_named_and_nothing_is_written(
    asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    card, output = tmp_path / "card.toml", tmp_path / "out"
    one = 'label = "recast"'
    card.write_text(SMALL.replace(one, f"{one}\n{asked}"))
    assert compute_run_card(["plane", str(card), "--output", str(output)], monkeypatch) == 2
    assert "'S3'" in capsys.readouterr().err
    assert not output.exists()


def test_layers_of_one_process_each_make_up_all_of_them(tmp_path: Path) -> None:
    card = tmp_path / "card.toml"
    names = ("bremsstrahlung", "annihilation")
    text = SMALL.partition("[simulation]")[0].replace("inelastic_dark_matter", "dark_photon")
    text = text.replace("splitting = 0.4", 'dark_matter = "dirac"').replace("= 9", "= 2")
    for name in (*names, ""):
        text += f'[[limits]]\nlabel = "{name or "all"}"\nexperiment = "na64e-2018"\n'
        text += f'processes = ["{name}"]\n' if name else ""
    card.write_text(text + '[simulation]\nprocesses = ["bremsstrahlung", "annihilation"]\n')
    result = run_of_card(card)
    assert [limit["processes"] for limit in result.attributes["limits"]] == [
        *([name] for name in names),
        [*names],
    ]
    one, other, both = (Plane.of(result, name).expected_events for name in (*names, "all"))
    assert (one > 0).all()
    assert (other[:2] > 0).all()  # 0.5 GeV needs more energy than there is
    assert one + other == pytest.approx(both, rel=1e-9)
    card.write_text(card.read_text().replace('processes = ["annihilation"]', 'processes = ["tea"]'))
    with pytest.raises(CardError, match=r"limits\[1\]\.processes\[0\]: 'tea'"):
        load_run_card(card)


def test_layers_count_as_many_mesons_as_their_model_allows(tmp_path: Path) -> None:
    """The notes' rho on lead, 3.31 or 1.61 mb coherent and 0.19 incoherent; 35 % of either."""
    card = tmp_path / "card.toml"
    text = SMALL.partition("[simulation]")[0].replace("inelastic_dark_matter", "dark_photon")
    text = text.replace("splitting = 0.4", 'dark_matter = "dirac"').replace("= 0.1", "= 0.001")
    text = text.replace("= 0.05", "= 0.775").replace("= 0.5", "= 0.78").replace("= 9", "= 2")
    names = ("nominal", "fewest", "most")
    for name in names:
        text += f'[[limits]]\nlabel = "{name}"\nexperiment = "na64e-2018"\nmediators = "{name}"\n'
    found = []
    for model in ("classical", "glauber"):
        tail = f'[simulation]\nprocesses = ["photoproduction"]\nnuclear_model = "{model}"\n'
        card.write_text(text + tail)
        result = run_of_card(card)
        events = [Plane.of(result, name).expected_events[0, 0] for name in names]
        assert events == pytest.approx([events[0], 0.65 * events[0], 1.35 * events[0]], rel=0.01)
        found.append(events[0])
    # some are made on the carbon of the scintillator, where both models are nearer
    assert found[1] / found[0] == pytest.approx(3.5 / 1.8, rel=0.08)
