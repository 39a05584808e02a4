"""Backgrounds that share a nuisance parameter: how data are divided does not matter."""

import json
from pathlib import Path

import pytest

from scotopic.experiments import Experiment
from scotopic.models.dark_photon import DarkPhoton
from scotopic.search import exclusion_curve, load_experiment
from scotopic.search.likelihood import experiment_likelihood
from scotopic.statistics import from_workspace, strength_limits, to_workspace

MODEL = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)
HEAD = """
extends = "na64e-2018"
replace = ["searches[invisible].data_sets"]
title = "divided"
[[searches]]
name = "invisible"
"""
DATA = """
[[searches.data_sets]]
name = "NAME"
kind = "measurement"
particles_on_target = POT
signal_efficiency = 0.5
signal_efficiency_uncertainty = 0.0
observed_events = SEEN
source = "made up"
"""


def card(folder: Path, *sets: tuple[float, int, str]) -> Experiment:
    """Data sets of a number of particles, observed events and lines of backgrounds."""
    text = HEAD
    for i, (pot, seen, background) in enumerate(sets):
        one = DATA.replace("NAME", f"run {i}").replace("POT", repr(pot)).replace("SEEN", str(seen))
        text += one + background
    path = folder / "divided.toml"
    path.write_text(text)
    return load_experiment(path)


def background(events: float, uncertainty: float, nuisance: str | None = None) -> str:
    shared = f'nuisance = "{nuisance}", ' if nuisance else ""
    return (
        f'background = [{{name = "all", {shared}expected_events = {events!r},'
        f" uncertainty_events = {uncertainty!r}}}]\n"
    )


def divided(folder: Path, shares: tuple[float, ...], seen: tuple[int, ...]) -> Experiment:
    """2e11 electrons, 2.0 +- 0.6 background events and sum(seen) observed, in parts."""
    return card(
        folder,
        *(
            (2e11 * share, n, background(2.0 * share, 0.6 * share, "hadrons"))
            for share, n in zip(shares, seen, strict=True)
        ),
    )


CARDS = {
    1: ((1.0,), (3,)),
    2: ((0.3, 0.7), (2, 1)),
    5: ((0.1, 0.3, 0.2, 0.25, 0.15), (0, 1, 1, 0, 1)),
}


def reimported(experiment: Experiment) -> float:
    """The limit in electrons of what `export` writes and `likelihood limit` reads."""
    likelihood = experiment_likelihood(experiment)
    total = sum(b.signal for b in likelihood.bins)
    scaled = likelihood.with_signal({b.name: b.signal / total for b in likelihood.bins})
    workspace = json.loads(json.dumps(to_workspace(scaled)))
    level = experiment.confidence_level
    return strength_limits(from_workspace(workspace, confidence_level=level)).value / total


@pytest.mark.parametrize("number", CARDS)
def test_how_data_are_divided_does_not_matter(number: int, tmp_path: Path) -> None:
    whole, parts = divided(tmp_path, *CARDS[1]), divided(tmp_path, *CARDS[number])
    assert len(parts.searches[0].data_sets) == number
    one, many = (strength_limits(experiment_likelihood(e)) for e in (whole, parts))
    assert many.value == pytest.approx(one.value, rel=1e-6)
    assert many.expected == pytest.approx(one.expected, rel=1e-6)
    assert reimported(parts) == pytest.approx(one.value, rel=1e-6)
    curves = [exclusion_curve(e, MODEL, [0.1, 0.3]) for e in (whole, parts)]
    assert curves[1].limits() == pytest.approx(curves[0].limits(), rel=1e-6)
    allowed = curves[1].variables["allowed_events"].values[0, 0]
    assert allowed == pytest.approx(one.value * 1e11, rel=1e-6)  # exposure times efficiency


def test_without_a_shared_nuisance_it_does(tmp_path: Path) -> None:
    def limit(nuisance: str | None) -> float:
        halves = [(1e11, n, background(40.0, 20.0, nuisance)) for n in (44, 47)]
        found = strength_limits(experiment_likelihood(card(tmp_path, *halves)))
        return found.expected[2]

    # 80 +- 40 events if the uncertainties are one, 80 +- 28 if they are two; beside them 9 of the
    # counts themselves: 41 against 30
    assert 1.1 < limit("hadrons") / limit(None) < 1.5


def test_a_dirty_run_does_not_weaken_a_clean_one(tmp_path: Path) -> None:
    # The second data set of the issue: b = 5, n = 5 beside b = 0.1, n = 0.
    clean = (2e11, 0, background(0.1, 0.0))
    dirty = (1e11, 5, background(5.0, 0.0))
    one, both = card(tmp_path, clean), card(tmp_path, clean, dirty)
    limits = [exclusion_curve(e, MODEL, [0.1]).limits()[0] for e in (one, both)]
    assert limits[1] <= limits[0]
    # as one bin of 5.1 events, 5 seen, it was 4.887e-4 where the clean run gives 3.998e-4
    assert limits[1] > 0.9 * limits[0]
    exported = reimported(both)
    allowed = exclusion_curve(both, MODEL, [0.1]).variables["allowed_events"].values[0, 0, 0]
    assert allowed == pytest.approx(exported * 1.5e11, rel=1e-6)


def test_names_of_nuisances(tmp_path: Path) -> None:
    lines = (
        "background = [{name = 'a', expected_events = 1.0, uncertainty_events = 0.3},"
        " {name = 'b', expected_events = 2.0, uncertainty_events = 0.4},"
        " {name = 'c', nuisance = 'n', expected_events = 1.5, uncertainty_events = 0.6},"
        " {name = 'd', nuisance = 'n', upper_value_events = 0.8}]\n"
    )
    experiment = card(tmp_path, (1e11, 0, lines), (1e11, 1, background(2.0, 1.0, "n")))
    first, second = experiment_likelihood(experiment).bins
    expected = [
        (3.0, "divided: background run 0", 0.5 / 3.0),
        (2.3, "divided: n", 1.0 / 2.3),
    ]
    for part, (events, name, relative) in zip(first.backgrounds, expected, strict=True):
        (shift,) = part.shifts
        assert part.events == pytest.approx(events)
        assert shift.nuisance == name
        assert shift.up == pytest.approx(1 + relative)
    assert [s.nuisance for s in second.backgrounds[0].shifts] == ["divided: n"]
