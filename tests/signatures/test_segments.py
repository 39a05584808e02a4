"""Energies in segments of the target, against another program's table; what cards may ask."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scotopic.errors import CardError, RangeError
from scotopic.experiments import EnergyResolution, Experiment
from scotopic.experiments.selections import SegmentCut
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.processes.bremsstrahlung import Bremsstrahlung
from scotopic.processes.calculation import Calculation
from scotopic.progress import silent
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.search.thresholds import with_thresholds
from scotopic.signatures.missing_energy import window_of
from scotopic.signatures.passing import binned
from scotopic.signatures.rate_nodes import RateNodes
from scotopic.signatures.segments import SegmentPassing
from scotopic.signatures.semi_visible import semi_visible_responses

CARD = """
extends = "na64e-2018"
replace = ["searches[invisible].selection"]
title = "A pre-shower"
description = "NA64e with a pre-shower that tests write"

[[searches]]
name = "invisible"
source = "assumption"

[searches.selection]
calorimeter = "ECAL"
minimum_calorimeter_energy_GeV = 0.0
maximum_calorimeter_energy_GeV = 50.0

[[searches.selection.vetoes]]
name = "HCAL"
detectors = ["HCAL1", "HCAL2", "HCAL3"]
maximum_energy_GeV = 1.0

[[searches.selection.segments]]
name = "pre-shower"
"""
FIRST = "segments = [1]\nminimum_energy_GeV = 0.5\n"
BOTH = "name = 'both'\nsegments = [2, 1]\nmaximum_energy_GeV = 0.5\n"
PHOTON = DarkPhoton(
    mediator_mass=1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
)
INELASTIC = InelasticDarkMatter(
    mediator_mass=1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
)


def card(tmp_path: Any, keys: str = FIRST) -> Experiment:
    path = tmp_path / "segments.toml"
    path.write_text(CARD + keys, encoding="utf-8")
    return load_experiment(path)


def passing(particle: str, energy: float, threshold: float) -> SegmentPassing:
    """Return NA64's pre-shower, measured without error, and half of the beam energy."""
    experiment = load_experiment("na64e-2018")
    beam = experiment.beam.model_copy(update={"particle": particle, "energy_GeV": energy})
    at_rest = Calculation(bound_electrons=False)
    (part,) = Search.of(experiment.model_copy(update={"beam": beam}), calculation=at_rest).parts
    cut = SegmentCut(name="pre-shower", segments=(1,), minimum_energy_GeV=threshold)
    change = {"maximum_calorimeter_energy_GeV": energy / 2, "segments": (cut,)}
    selection = part.question.selection.model_copy(update=change)
    question = replace(part.question, selection=selection)
    found = SegmentPassing.of(question, window_of(question))
    assert found is not None
    exact = EnergyResolution(stochastic=0, constant=0, noise_GeV=0)
    return replace(found, cuts=replace(found.cuts, resolution=exact))


THRESHOLDS = (0.3, 0.5, 1.0)

# PHYSICS-acceptance A1, another program's: shares with more than each threshold at 1, 10, 100 and
# 900 MeV, of bremsstrahlung with more than half of the beam energy.
RADIATED = {
    ("e-", 100.0): [
        (0.991, 0.944, 0.885, 0.863),
        (0.977, 0.904, 0.838, 0.808),
        (0.908, 0.793, 0.721, 0.678),
    ],
    ("e+", 70.0): [
        (0.987, 0.930, 0.873, 0.848),
        (0.966, 0.880, 0.816, 0.780),
        (0.869, 0.742, 0.669, 0.618),
    ],
    ("e-", 150.0): [
        (0.994, 0.954, 0.894, 0.872),
        (0.983, 0.919, 0.853, 0.825),
        (0.935, 0.827, 0.753, 0.715),
    ],
}

# Of annihilation, masses in MeV.
ANNIHILATED = {
    ("e+", 100.0): {
        240: (0.98, 0.97, 0.93),
        280: (0.94, 0.91, 0.82),
        300: (0.86, 0.79, 0.61),
        310: (0.68, 0.57, 0.33),
        320: (0.24, 0.16, 0.06),
        350: (0.44, 0.36, 0.22),
    },
    ("e+", 70.0): {
        220: (0.97, 0.94, 0.86),
        250: (0.85, 0.79, 0.57),
        265: (0.33, 0.21, 0.07),
        300: (0.44, 0.36, 0.21),
    },
}


def of_masses(*masses_MeV: float) -> list[DarkPhoton]:
    return [replace(PHOTON, mediator_mass=mass / 1000) for mass in masses_MeV]


def beams(*rows: tuple[str, float]) -> list[Any]:
    """Return the first beam for the ordinary suite, the others for the long one."""
    return [rows[0], *(pytest.param(row, marks=pytest.mark.long) for row in rows[1:])]


@pytest.mark.parametrize("beam", beams(*RADIATED))
def test_bremsstrahlung_agrees_with_another_program(beam: tuple[str, float]) -> None:
    """To 1.5 %; its statistics are 0.4 %, and it calibrates the energy by 2.5 %."""
    for threshold, expected in zip(THRESHOLDS, RADIATED[beam], strict=True):
        found = passing(*beam, threshold).shares("bremsstrahlung", of_masses(1, 10, 100, 900))
        assert np.all(found.errors < 0.005)
        np.testing.assert_allclose(found.values, expected, rtol=0.015)


@pytest.mark.parametrize("beam", beams(*ANNIHILATED))
def test_annihilation_agrees_with_another_program(beam: tuple[str, float]) -> None:
    """To 0.02 or 5 %; electrons of the target are at rest there."""
    rows = ANNIHILATED[beam]
    for i, threshold in enumerate(THRESHOLDS):
        found = passing(*beam, threshold).shares("annihilation", of_masses(*rows))
        expected = np.array([row[i] for row in rows.values()])
        assert np.all(abs(found.values - expected) < np.maximum(0.02, 0.05 * expected) + 0.005)


@pytest.mark.long
def test_secondary_positrons_nearly_always_leave_enough() -> None:
    found = passing("e-", 100.0, 0.5).shares("annihilation", of_masses(230, 240, 280, 300))
    assert np.all(found.values > 0.96)


def test_the_limit_is_that_of_the_share(tmp_path: Any) -> None:
    """Events go as the squared coupling, and nothing else of the card changes."""
    bare, asked = (
        exclusion_curve(Search.of(one), PHOTON, [0.1])
        for one in (card(tmp_path, "segments = [1]\nminimum_energy_GeV = 1e-9\n"), card(tmp_path))
    )
    ratio = (bare.limits()[0] / asked.limits()[0]) ** 2
    assert ratio == pytest.approx(0.838, rel=0.015)
    (part,) = Search.of(card(tmp_path)).responses([replace(PHOTON, mediator_mass=0.1)])
    assert part.events(np.array([1e-4]), np.array([0.1])).shape == (1, 1)


def test_parents_that_keep_nothing_have_rates() -> None:
    """Beyond what kinematics allows, and by rounding beyond all of the energy."""
    parent = np.array([50.0, 80.0, 100.0])
    nodes = RateNodes.around(parent, np.array([50.0, 79.0, np.nextafter(100.0, 101.0)]))
    assert np.all(nodes.emitted_energy < nodes.parent_energy)
    assert nodes.at_all(np.full(len(nodes.parent_energy), 2.0)) == pytest.approx(2.0)


@pytest.mark.parametrize("mass", [1e-3, 0.03, 0.9])
def test_rates_between_nodes_weigh_as_computed_ones(mass: float) -> None:
    """What passes is that of rates at every simulated emission."""
    found, process = passing("e-", 100.0, 0.4), Bremsstrahlung()
    sample, model = found._sample(process), replace(PHOTON, mediator_mass=mass)
    energies, least = (sample.parent_energy, sample.emitted_energy), found._least
    nodes = RateNodes.around(*energies)
    exact, at_nodes = (
        process.radiated(found.question.dump, model, *where, least, Calculation())
        for where in (energies, (nodes.parent_energy, nodes.emitted_energy))
    )
    between = nodes.at_all(at_nodes)
    assert sample.weight @ abs(between - exact) < 0.01 * (sample.weight @ exact)
    passes = found.cuts.probability(sample.deposited)
    shares = [(sample.weight * w) @ passes / (sample.weight @ w) for w in (exact, between)]
    assert shares[1] == pytest.approx(shares[0], rel=1e-3)


@pytest.mark.parametrize("model", [PHOTON, INELASTIC])
def test_limits_that_nothing_passes_are_named(tmp_path: Any, model: DarkPhoton) -> None:
    """All but a hundred MeV of what the window leaves in the first tenth of the calorimeter."""
    experiment = card(tmp_path, "segments = [1]\nminimum_energy_GeV = 49.9\n")
    with pytest.raises(
        RangeError, match=r"'pre-shower', segment 1 > 49\.9 GeV: no simulated event"
    ):
        exclusion_curve(experiment, model, [0.1])


@pytest.mark.parametrize(("other", "apart"), [("maximum", True), ("minimum", False)])
def test_searches_may_differ_in_the_segments(tmp_path: Any, other: str, apart: bool) -> None:
    """Below the threshold of the other one there is another event, above it the same."""
    named = '"other"\nsignature = "missing-energy"'
    second = CARD.partition("[[searches]]")[2].replace('"invisible"', named)
    data = (
        "[[searches.data_sets]]\nname = 'x'\nkind = 'measurement'\nparticles_on_target = 1e11\n"
        "signal_efficiency = 0.5\nsignal_efficiency_uncertainty = 0.0\nbackground = []\n"
        "observed_events = 0\nsource = 'assumption'\n"
    )
    keys = f"{FIRST}[[searches]]{second}segments = [1]\n{other}_energy_GeV = 0.5\n{data}"
    if apart:
        assert len(Search.of(card(tmp_path, keys)).parts) == 2
    else:
        with pytest.raises(CardError, match="invisible and other may accept the same event"):
            card(tmp_path, keys)


def test_measured_energies_are_smeared(tmp_path: Any) -> None:
    """A normal error: half of the showers at the limit are above it, 16 % a sigma below."""
    question = Search.of(card(tmp_path)).parts[0].question
    found = SegmentPassing.of(question, window_of(question))
    assert found is not None
    sigma = 0.1 * np.sqrt(0.5)
    energy = np.array([[0.0], [0.5 - sigma], [0.5], [5.0]])
    chance = found.cuts.probability(energy)
    assert chance == pytest.approx([0, 0.16, 0.5, 1], abs=0.02)


def test_bins_hold_weighted_means() -> None:
    energy = np.repeat(np.arange(1.0, 101), 10)
    found = binned(energy, np.full(1000, 2.0), (np.arange(1000) % 2).astype(float), 100)
    np.testing.assert_allclose(found.energies, np.arange(1.0, 101))
    np.testing.assert_allclose(found.values, 0.5)
    np.testing.assert_allclose(found.errors, 0.5 / np.sqrt(10))
    share, error = found.folded(np.array([3.5]), np.array([7.0]))
    assert share == pytest.approx(0.5)
    assert error == pytest.approx(0.5 / np.sqrt(20))


def test_thresholds_move_to_the_ends_of_their_ranges(tmp_path: Any) -> None:
    ranged = card(tmp_path, FIRST + "minimum_energy_range_GeV = [0.3, 0.7]\n")
    for end, expected in (("loosest", 0.3), ("strictest", 0.7)):
        moved = with_thresholds(ranged, end)  # type: ignore[arg-type]
        selection = Search.of(moved).parts[0].question.selection
        assert selection.segments[0].minimum_energy_GeV == expected  # type: ignore[attr-defined]


def test_a_process_that_says_nothing_is_answered_with_a_caveat(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its mediators take all of an electron: then there is no recoil, and less passes."""
    search = Search.of(card(tmp_path), calculation=Calculation(processes=("bremsstrahlung",)))
    assert search.caveats() == ()
    whole = passing("e-", 100.0, 0.5).shares("bremsstrahlung", of_masses(10)).values
    monkeypatch.setattr(Bremsstrahlung, "emitters", None)
    monkeypatch.setattr(Bremsstrahlung, "radiates", False)
    assert any("bremsstrahlung does not say what" in text for text in search.caveats())
    monkeypatch.setenv("SCOTOPIC_CACHE", "")  # a changed class is no changed file
    bare = passing("e-", 100.0, 0.5).shares("bremsstrahlung", of_masses(10)).values
    assert 0 < bare[0] < 0.97 * whole[0]


def test_semi_visible_mediators_that_live_long_pass_as_invisible_ones(tmp_path: Any) -> None:
    """All that is drawn event by event adds up to the share."""
    model = InelasticDarkMatter(
        mediator_mass=0.2, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3, splitting=0.2
    )
    how = Calculation(processes=("bremsstrahlung",))
    search = Search.of(card(tmp_path), calculation=how)
    question = search.parts[0].question
    bare = question.selection.model_copy(update={"segments": ()})
    both = [
        semi_visible_responses(replace(question, selection=chosen), [model], silent)[0]
        for chosen in (question.selection, bare)
    ]
    long = np.array([1e-7]), np.array([0.1])
    whole, part = (one(*long).per_particle[0] for one in (both[1], both[0]))
    asked = SegmentPassing.of(question, window_of(question))
    assert asked is not None
    share = asked.shares("bremsstrahlung", of_masses(200))
    assert part / whole == pytest.approx(share.values[0], rel=0.015)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("segments = [3]\nminimum_energy_GeV = 1\n", "segments[0]: 3 is not one of the 2 of ECAL"),
        ("segments = [1, 1]\nminimum_energy_GeV = 1\n", "segments[1]: 1 is there already"),
        ("segments = [1]\n", "minimum_energy_GeV: missing, as is maximum_energy_GeV"),
        (
            "segments = [1]\nminimum_energy_GeV = 50\n",
            "50.0 is not below maximum_calorimeter_energy_GeV = 50.0; no event would be kept",
        ),
        (
            "segments = [1]\nminimum_energy_GeV = 2\nmaximum_energy_GeV = 1\n",
            "2.0 is not below maximum_energy_GeV = 1.0",
        ),
        (FIRST + "minimum_energy_range_GeV = [1, 2]\n", "1.0 to 2.0 has not minimum_energy_GeV"),
        (FIRST + "maximum_energy_range_GeV = [1, 2]\n", "there is no maximum_energy_GeV"),
        (
            f"{FIRST}[[searches.selection.segments]]\n{BOTH}",
            "0.5 is not below maximum_energy_GeV = 0.5 of 'both', which has the same segments",
        ),
    ],
)
def test_refuses_segments_that_are_not_there(tmp_path: Any, keys: str, message: str) -> None:
    with pytest.raises(CardError) as error:
        Search.of(card(tmp_path, keys))
    assert message in str(error.value)
    assert "selection.segments[" in str(error.value)


def test_showers_of_photons_are_as_many_as_mesons_are_worth() -> None:
    """2 000 of them against the axion's 10 000: other spectra of the same photons."""
    (part,) = Search.of(load_experiment("na64e-2018")).parts
    asked = SegmentPassing.of(part.question, window_of(part.question))
    assert asked is not None
    axion = AxionLikeParticle(mediator_mass=0.03, photon_coupling=1e-4)
    few = asked.shares("photoproduction", [replace(PHOTON, mediator_mass=0.77)])
    many = asked.shares("primakoff", [axion])
    assert 0 < many.errors[0] < few.errors[0] < 0.03
    assert few.values[0] == pytest.approx(many.values[0], abs=4 * few.errors[0] + 0.02)
