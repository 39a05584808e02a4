"""Length of the target and energy of the beam as axes of a curve."""

import numpy as np
import pytest
from tests.cards.simple import by_window_alone

from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.search import Axis, Search, exclusion_curve, load_experiment
from scotopic.search.set_ups import with_set_up

X17 = DarkPhoton(
    mediator_mass=0.0167, kinetic_mixing=1e-3, alpha_D=0, mass_ratio=3, dark_matter="dirac"
)
SHORT = load_experiment("na64e-visible-2018")
NO_EVENTS = Search.of(SHORT, method="poisson_zero_background")


def test_shorter_target_and_higher_energy_reach_further() -> None:
    lengths = exclusion_curve(NO_EVENTS, X17, Axis("target_length_cm", 12, 22, 2, "linear"))
    energies = exclusion_curve(NO_EVENTS, X17, Axis("beam_energy_GeV", 150, 200, 2, "linear"))
    short, long = (row[-1][1] for row in lengths.intervals())
    slow, fast = (row[-1][1] for row in energies.intervals())
    assert short > long
    assert lengths.attributes["is_projection"]
    assert fast > slow
    assert lengths["mean_leakage"][0] > 10 * lengths["mean_leakage"][1]


def test_the_upper_edge_falls_off_with_the_decay_length() -> None:
    """What leaves the target goes as exp(-L/l), l as 1/g^2: g^2 L at the edge is a logarithm.

    That of about ln(g^2 ...) = 10 falls by ln 2 and what the spectrum adds when L is doubled.
    """
    found = exclusion_curve(NO_EVENTS, X17, Axis("target_length_cm", 8, 16, 2, "linear"))
    first, second = (row[-1][1] ** 2 for row in found.intervals())
    assert 0.6 < 16 * second / (8 * first) < 1


def test_the_cards_own_set_up_gives_the_cards_own_edges() -> None:
    ((own,),) = exclusion_curve(NO_EVENTS, X17, [0.0167]).intervals()
    along = exclusion_curve(NO_EVENTS, X17, Axis("target_length_cm", 22.0, 24.0, 2, "linear"))
    ((same,), _) = along.intervals()
    # what was observed is left out of a projection, which for "no background" changes nothing
    assert same == pytest.approx(own, rel=1e-6)


def test_set_up_is_a_consistent_card() -> None:
    whole = load_experiment("na64e-visible-2017")
    changed = with_set_up(whole, "target_length_cm", 20.0)
    assert changed.target.thickness_cm == pytest.approx(20.0)
    assert changed.detector("ECAL").position_cm == pytest.approx(370.0)
    assert changed.is_projection
    faster = with_set_up(whole, "beam_energy_GeV", 200.0)
    (search,) = faster.searches
    assert search.selection["regions"][0]["minimum_energy_GeV"] == pytest.approx(60.0)
    with pytest.raises(RangeError, match="target_length_cm: -1"):
        with_set_up(whole, "target_length_cm", -1)


def test_missing_energy_and_several_experiments_follow_too() -> None:
    """A window of half the beam energy stays one; the cards' order and names stay."""
    model = DarkPhoton(
        mediator_mass=0.01, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
    )
    na64 = load_experiment("na64e-2018")
    (search,) = with_set_up(na64, "beam_energy_GeV", 150.0).searches
    assert search.selection["maximum_calorimeter_energy_GeV"] == pytest.approx(75.0)
    assert search.selection["vetoes"] == na64.searches[0].selection["vetoes"]
    assert search.selection["segments"] == na64.searches[0].selection["segments"]
    pair = [by_window_alone("na64e-1e13"), load_experiment("na64mu-2e13")]
    along = exclusion_curve(pair, model, Axis("beam_energy_GeV", 160.0, 200.0, 2, "linear"))
    assert along.labels == ("combined", *(one.title for one in pair))
    assert np.all(along.limits() <= np.minimum(*map(along.limits, along.labels[1:])))
