"""Bounds from the cosmic microwave background."""

import math

import pytest

from scotopic.cosmology.annihilation import thermal_average_cm3_per_s
from scotopic.cosmology.cmb import (
    PLANCK_P_ANN,
    cmb_bound,
    deposition_efficiency,
    recombination_average_cm3_per_s,
)
from scotopic.cosmology.freeze_out import thermal_coupling, thermal_line
from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.words import DarkMatter


def dark_photon(mass: float, kind: DarkMatter = "dirac") -> DarkPhoton:
    return DarkPhoton(
        mediator_mass=3 * mass, kinetic_mixing=1e-5, alpha_D=0.1, mass_ratio=3, dark_matter=kind
    )


@pytest.mark.parametrize("mass", [0.002, 0.1, 2.0])
def test_dirac_average_is_the_cold_limit(mass: float) -> None:
    # At x = 1e5 the p wave adds 1.9e-5.
    cold = thermal_average_cm3_per_s(dark_photon(mass), [1e5])[0]
    assert recombination_average_cm3_per_s(dark_photon(mass)) == pytest.approx(cold, rel=5e-5)


@pytest.mark.parametrize("mass", [0.001, 0.01, 0.1, 0.5, 2.0])
def test_dirac_relic_is_excluded_below_10_GeV(mass: float) -> None:
    # Review, section 4.4.1.
    bound = cmb_bound(dark_photon(mass))
    assert bound.y is not None
    assert bound.y < thermal_coupling(dark_photon(mass)).y


def test_bound_of_electrons_on_the_cross_section() -> None:
    # Planck 2018 VI, Fig. 46: f_eff = 1 and 10 MeV stand for 3.2e-30 cm^3/s of a pair that is its
    # own antiparticle, hence 6.4e-30 for a Dirac pair, over f_eff.
    model = dark_photon(0.01)
    bound = cmb_bound(model)
    assert bound.kinetic_mixing is not None
    pair = 2 * recombination_average_cm3_per_s(model)
    pair *= (bound.kinetic_mixing / model.kinetic_mixing) ** 2
    expected = 2 * PLANCK_P_ANN * 0.01 / deposition_efficiency(0.01, "e+e-")
    assert pair == pytest.approx(expected, rel=1e-12)
    assert 6.4e-30 < pair < 8e-30


def test_i2dm_is_suppressed_by_the_fourth_power_of_the_sine() -> None:
    common = {"mediator_mass": 0.3, "kinetic_mixing": 1e-5, "alpha_D": 0.1, "mass_ratio": 3.0}
    dirac = recombination_average_cm3_per_s(dark_photon(0.1))
    model = InelasticDiracDarkMatter(**common, splitting=0.05, theta=0.1)
    # The width of A' differs, below the pole by less than 1 %.
    expected = dirac * math.sin(0.1) ** 4
    assert recombination_average_cm3_per_s(model) == pytest.approx(expected, rel=0.01)
    assert cmb_bound(model).reason.startswith("s wave")


def test_no_bound_has_a_reason() -> None:
    split = InelasticDarkMatter(
        mediator_mass=0.3, kinetic_mixing=1e-5, alpha_D=0.1, mass_ratio=3, splitting=0.1
    )
    for model, word in (
        (dark_photon(0.1, "complex_scalar"), "p wave"),
        (dark_photon(0.1, "majorana"), "p wave"),
        (dark_photon(0.1, "pseudo_dirac"), "chi2"),
        (split, "chi2"),
    ):
        bound = cmb_bound(model)
        assert bound.kinetic_mixing is None
        assert bound.y is None
        assert word in bound.reason


def test_efficiency_of_decay_chains() -> None:
    # Slatyer, arXiv:1506.03811: electrons deposit nearly all at 10-50 MeV, muons about a third.
    assert deposition_efficiency(0.03, "e+e-") > 0.95
    assert 0.25 < deposition_efficiency(0.15, "mu+mu-") < 0.35
    assert deposition_efficiency(0.3, "hadrons") < deposition_efficiency(0.3, "mu+mu-")
    with pytest.raises(RangeError, match=r"mass: 0.05 GeV is not between 0.105658"):
        deposition_efficiency(0.05, "mu+mu-")
    with pytest.raises(RangeError, match="mass: 6"):
        deposition_efficiency(6.0, "e+e-")


def test_heavy_dark_matter_is_refused_by_its_own_name() -> None:
    with pytest.raises(RangeError, match=r"dark_matter_mass: 6 GeV is above 5 GeV"):
        cmb_bound("dark_photon", mediator_mass=18, mass_ratio=3, dark_matter="dirac")


def test_masses_in_the_place_of_the_density_are_told() -> None:
    with pytest.raises(RangeError, match=r"omega_h2: \[0.01, 0.1\] is not a number; masses go"):
        thermal_line("dark_photon", [0.01, 0.1], dark_matter="dirac")  # type: ignore[arg-type]
