"""The dark axion portal: what it is made into, how many, and what of it is seen."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.models.dark_axion_portal import DarkAxionPortal
from scotopic.processes.calculation import Calculation
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.units import ALPHA, ELECTRON_MASS

FLAT = load_experiment("tests/cards/na64e-flat.toml")
MODEL = DarkAxionPortal(dark_photon_mass=0.1, portal_coupling=1e-3)


def per_electron(mass: float, process: str) -> float:
    """Accepted pairs per electron above 50 GeV over g^2, in GeV^2."""
    search = Search.of(FLAT, calculation=Calculation(processes=(process,)))
    (limit,) = exclusion_curve(search, replace(MODEL, dark_photon_mass=mass), [mass]).limits()
    return float(np.log(10) / (0.5 * 9.37e11 * limit**2))


@pytest.mark.parametrize(
    ("mass", "bremsstrahlung", "annihilation"),
    [
        (0.01, 8.9e-9, 7.1e-9),
        (0.1, 2.2e-9, 4.2e-9),
        (0.5, 2.0e-10, 0.0),
        (1.0, 2.9e-11, 0.0),
        (2.0, 1.5e-12, 0.0),
    ],
)
def test_pairs_per_electron(mass: float, bremsstrahlung: float, annihilation: float) -> None:
    """The project's notes, two digits; each mass alone, so that none profits from the others."""
    assert per_electron(mass, "bremsstrahlung") == pytest.approx(bremsstrahlung, rel=0.03)
    if annihilation:
        assert per_electron(mass, "annihilation") == pytest.approx(annihilation, rel=0.02)


def test_annihilation_has_no_scale() -> None:
    # sigma = alpha g^2/24 at all energies, if both are massless.
    s = np.array([0.01, 0.1, 1.0]) ** 2
    light = replace(MODEL, dark_photon_mass=1e-6, portal_coupling=1.0)
    k_width = np.sqrt(s) * light.dark_width_at(np.sqrt(s))
    assert 4 * np.pi * ALPHA * k_width / s**2 == pytest.approx(ALPHA / 24, rel=1e-6)


def test_threshold_is_the_sum_of_masses() -> None:
    massive = replace(MODEL, axion_mass=0.05)
    assert massive.dark_threshold == pytest.approx(0.15)
    closed, open_ = massive.dark_width_at([0.149, 0.151])
    assert closed == 0 < open_


def test_lighter_one_is_stable() -> None:
    assert replace(MODEL, axion_mass=0.1).seen_width == 0
    assert replace(MODEL, axion_mass=0.2).seen_width > MODEL.seen_width > 0
    g, m = MODEL.portal_coupling, MODEL.dark_photon_mass
    assert MODEL.seen_width == pytest.approx(g**2 * m**3 / (96 * np.pi))


@pytest.mark.parametrize("card", ["na64e-2018", "na64mu-1e12", "ldmx-4GeV"])
@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"axion_mass": 0.2}, "axion_mass: 0.2 GeV is above dark_photon_mass"),
        ({"dark_photon_decay": "visible"}, "dark_photon_decay: 'visible'"),
    ],
)
def test_what_is_seen_is_refused(card: str, changed: dict[str, Any], reason: str) -> None:
    search = Search.of(load_experiment(card))
    assert search.seeing(MODEL)
    with pytest.raises(RangeError, match=reason):
        search.seeing(replace(MODEL, **changed))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dark_photon_mass", 0.0),
        ("dark_photon_mass", float("nan")),
        ("portal_coupling", -1.0),
        ("axion_mass", -1e-3),
        ("dark_photon_decay", "slow"),
    ],
)
def test_senseless_values_are_named(name: str, value: Any) -> None:
    with pytest.raises(RangeError, match=name):
        replace(MODEL, **{name: value})


def test_electrons_are_not_too_light() -> None:
    """Curves from 1 MeV on have their thresholds where bremsstrahlung is tabulated."""
    assert per_electron(2 * ELECTRON_MASS, "bremsstrahlung") > per_electron(0.01, "bremsstrahlung")


def test_limits_of_5e12_electrons() -> None:
    """With vector mesons, which lead: the notes, two digits."""
    limits = exclusion_curve(Search.of(FLAT), MODEL, [0.01, 0.1, 0.5, 1.0, 2.0]).limits()
    expected = [4.4e-3, 5.0e-3, 5.7e-3, 6.5e-3, 1.2e-2]
    assert limits * np.sqrt(9.37e11 / 5e12) == pytest.approx(expected, rel=0.05)


def test_light_ones_know_how_well_mesons_are_known() -> None:
    curve = exclusion_curve(Search.of(FLAT), MODEL, [0.01])
    assert any("J/psi" in one for one in curve.attributes["caveats"])
