"""Annihilation through the dark photon: limits, independent integrals, another program."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import k1e, kve

from scotopic.cosmology.annihilation import (
    annihilation_cross_sections,
    effective_average,
    quadrature_error,
    reaction_rates,
    scaled_bessel,
    scaled_density,
    thermal_average_cm3_per_s,
)
from scotopic.decays.hadrons import hadronic_ratio
from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import PseudoscalarMediator, ScalarMediator
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.models.muonphilic import MuonphilicPseudoscalar, MuonphilicScalar
from scotopic.units import ALPHA, ELECTRON_MASS, ELEMENTARY_CHARGE, GEV2_TO_CM2, MUON_MASS
from scotopic.words import DarkMatter

X = np.array([5.0, 15.0, 25.0, 100.0, 1000.0])


def dark_photon(
    mass: float, kind: DarkMatter = "dirac", *, ratio: float = 3.0, alpha_D: float = 0.1
) -> DarkPhoton:
    return DarkPhoton(
        mediator_mass=ratio * mass,
        kinetic_mixing=1e-5,
        alpha_D=alpha_D,
        mass_ratio=ratio,
        dark_matter=kind,
    )


# Corrections of order v^2 and (m_e/m)^4 are 3e-6 here.
@pytest.mark.parametrize(
    ("kind", "factor"),
    [
        ("dirac", 16 * math.pi),
        ("complex_scalar", 8 * math.pi / 3 * 4e-6),
        ("majorana", 8 * math.pi / 3 * 4e-6),
    ],
)
def test_slow_limit_is_eq_36_or_40_of_the_review(kind: DarkMatter, factor: float) -> None:
    model = dark_photon(0.05, kind, alpha_D=1e-3)
    velocity = 2e-3
    sqrt_s = 0.1 / math.sqrt(1 - velocity**2 / 4)
    sigma = float(annihilation_cross_sections(model, sqrt_s)["e+e-"]) / GEV2_TO_CM2
    coupling = 1e-10 * ALPHA * model.alpha_D
    expected = factor * coupling * 0.05**2 / (0.15**2 - 0.1**2) ** 2
    assert sigma * velocity == pytest.approx(expected, rel=1e-5)


# hazma 2.2.0, KineticMixing(mx, 3 mx, sqrt(4 pi 0.1), eps).annihilation_cross_sections, in MeV^-2.
# It has a constant width and alpha = 1/137.04: 0.7 % at most between the threshold and the pole.
@pytest.mark.parametrize(
    ("mass", "mixing", "scaled_s", "expected"),
    [
        (0.010, 2.1e-5, 2.1, 1.340299965e-14),
        (0.010, 2.1e-5, 2.5, 2.426880653e-14),
        (0.010, 2.1e-5, 3.5, 2.200435753e-14),
        (0.060, 1.3e-4, 2.1, 1.426752145e-14),
    ],
)
def test_dirac_cross_section_of_another_program(
    mass: float, mixing: float, scaled_s: float, expected: float
) -> None:
    model = DarkPhoton(
        mediator_mass=3 * mass,
        kinetic_mixing=mixing,
        alpha_D=0.1,
        mass_ratio=3,
        dark_matter="dirac",
    )
    sigma = float(annihilation_cross_sections(model, scaled_s * mass)["e+e-"])
    assert sigma / GEV2_TO_CM2 * 1e-6 == pytest.approx(expected, rel=8e-3)


def gondolo_gelmini(model: DarkPhoton, x: float) -> float:
    """<sigma v> of one pair by scipy's adaptive rule, eq. 3.8 of Gondolo and Gelmini."""
    mass = model.dark_matter_mass

    def integrand(w: float) -> float:
        sigma = sum(float(v) for v in annihilation_cross_sections(model, w).values())
        s = w * w
        kernel = float(k1e(w * x / mass)) * math.exp(-x * (w / mass - 2))
        return 2 * w * sigma * (s - 4 * mass**2) * w * kernel

    points = [2 * MUON_MASS, 0.27914, 0.78, 1.0195, model.mediator_mass]
    start, end = 2 * mass * (1 + 1e-14), min(2 * mass + 45 * mass / x, 10.0)
    edges = [start, *sorted(p for p in points if start < p < end), end]
    total = sum(
        quad(integrand, low, high, epsabs=0, epsrel=1e-7, limit=400)[0]
        for low, high in pairwise(edges)
    )
    denominator = 8 * mass**4 * mass / x * float(kve(2, x)) ** 2
    return total / denominator


# The two differ in formula (cross section, flux) and in quadrature. 1e-4: the kinks of the
# table of R, which the adaptive rule resolves and the panels do not.
@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")
@pytest.mark.parametrize("x", [10.0, 25.0])
@pytest.mark.parametrize(
    ("mass", "kind", "pairs"),
    [(0.01, "dirac", 0.5), (0.1, "complex_scalar", 0.5), (0.1, "majorana", 1.0)],
)
def test_average_is_that_of_gondolo_and_gelmini(
    mass: float, kind: DarkMatter, pairs: float, x: float
) -> None:
    model = dark_photon(mass, kind)
    average = thermal_average_cm3_per_s(model, [x])[0] / 2.99792458e10
    assert average == pytest.approx(pairs * gondolo_gelmini(model, x), rel=1e-4)


def test_coannihilation_is_the_integral_of_its_matrix_element() -> None:
    # n_1 n_2 <sigma v> with H = (s - D^2)(S^2 + 2s)/2 written out; the width is that of the model.
    model = InelasticDarkMatter(
        mediator_mass=0.03, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3, splitting=0.4
    )
    total, difference, beta = 0.024, 0.004, 20.0 / 0.01

    def integrand(w: float) -> float:
        s = w * w
        momentum = math.sqrt((s - total**2) * (s - difference**2)) / (2 * w)
        matrix = (s - difference**2) * (total**2 + 2 * s) / 2
        r2 = ELECTRON_MASS**2 / s
        visible = (1 + 2 * r2) * math.sqrt(1 - 4 * r2) + float(hadronic_ratio(w))
        width = float(model.dark_width_at(w))
        shape = (s - model.mediator_mass**2) ** 2 + s * width**2
        kernel = float(k1e(w * beta)) * math.exp(-beta * (w - total))
        return 2 * w * momentum * matrix * visible * kernel / shape

    integral = quad(integrand, total, 0.05, epsabs=0, epsrel=1e-9, limit=300, points=[0.03])[0]
    expected = ALPHA * model.alpha_D / (3 * math.pi**3 * beta) * integral
    assert model.dark_thresholds() == {"chi1 chi2": pytest.approx(total)}
    rate = reaction_rates(model)["chi1 chi2"].scaled([beta])[0]
    assert rate == pytest.approx(expected, rel=1e-6)


def test_narrow_mediator_is_a_decaying_particle_in_equilibrium() -> None:
    # gamma = n_A' Gamma_dark BR(visible) K_1/K_2; alpha_D small makes the line 1e-9 wide, and off
    # the pole 1e-5 of the rate is left.
    model = dark_photon(0.01, ratio=2.2, alpha_D=3e-8)
    beta = 8.0 / 0.01
    z = beta * model.mediator_mass
    density = 3 * model.mediator_mass**2 / (2 * math.pi**2 * beta) * float(kve(1, z))
    widths = model.partial_widths()
    per_mixing2 = density * widths["dark matter"] * model.visible_width / model.total_width
    expected = per_mixing2 * math.exp(-beta * (model.mediator_mass - 0.02)) / 1e-10
    rate = reaction_rates(model)["dark matter"].scaled([beta])[0]
    assert rate == pytest.approx(expected, rel=1e-4)


def test_pseudo_dirac_without_splitting_is_dirac() -> None:
    dirac, split = dark_photon(0.07), dark_photon(0.07, "pseudo_dirac")
    assert thermal_average_cm3_per_s(split, X) == pytest.approx(
        thermal_average_cm3_per_s(dirac, X), rel=1e-12
    )


def test_majorana_annihilates_twice_as_fast_as_a_scalar() -> None:
    # The same matrix element, and no antiparticles among which to find a partner. The width of A'
    # is twice that of the scalar, which alpha_D makes negligible.
    scalar = dark_photon(0.01, "complex_scalar", alpha_D=1e-9)
    majorana = dark_photon(0.01, "majorana", alpha_D=1e-9)
    x = np.array([200.0, 1000.0])  # away from the pole
    assert thermal_average_cm3_per_s(majorana, x) == pytest.approx(
        2 * thermal_average_cm3_per_s(scalar, x), rel=1e-6
    )


# 3e-5 is what the docstring says; where A' is as narrow as 1e-13 of its mass rounding adds to it.
@pytest.mark.parametrize("alpha_D", [0.5, 1e-6])
@pytest.mark.parametrize("kind", ["dirac", "complex_scalar"])
@pytest.mark.parametrize("ratio", [3.0, 2.1, 2.001, 2.0, 1.9])
@pytest.mark.parametrize("mass", [0.001, 0.34])
def test_quadrature_converges(mass: float, ratio: float, kind: DarkMatter, alpha_D: float) -> None:
    model = dark_photon(mass, kind, ratio=ratio, alpha_D=alpha_D)
    x = np.geomspace(5, 300, 8)
    rates = reaction_rates(model)
    fine = effective_average(model, reaction_rates(model, order=24), x)
    tolerance = 1e-3 if ratio == 2.0 and alpha_D < 1e-3 else 3e-5
    assert effective_average(model, rates, x) == pytest.approx(fine, rel=tolerance)
    assert quadrature_error(model, rates) < 30 * tolerance


def test_rate_is_continuous_where_the_decay_closes() -> None:
    # With a constant width the two sides would differ by orders of magnitude.
    above = thermal_average_cm3_per_s(dark_photon(0.01, ratio=2 + 1e-9), X)
    below = thermal_average_cm3_per_s(dark_photon(0.01, ratio=2 - 1e-9), X)
    assert above == pytest.approx(below, rel=1e-3)


def test_density_is_bessel_function() -> None:
    # n -> g (m T/2 pi)^(3/2) (1 + 15/(8 x)); the next term is 0.8/x^2.
    state = dark_photon(0.1).dark_states[0]
    beta = np.array([1e4])
    x = 1e3
    slow = 4 * (0.1 / (2 * math.pi * beta)) ** 1.5 * (1 + 15 / (8 * x))
    assert scaled_density(state, beta) == pytest.approx(slow, rel=2e-6)


def test_states_of_every_dark_sector() -> None:
    common = {"mediator_mass": 0.3, "kinetic_mixing": 1e-4, "alpha_D": 0.1, "mass_ratio": 3.0}
    split = InelasticDarkMatter(**common, splitting=0.1)
    mixed = InelasticDiracDarkMatter(**common, splitting=0.1, theta=0.1)
    assert [s.degrees_of_freedom for s in split.dark_states] == [2, 2]
    assert [s.degrees_of_freedom for s in mixed.dark_states] == [4, 4]
    assert [s.degrees_of_freedom for s in dark_photon(0.1, "majorana").dark_states] == [2]
    assert list(mixed.dark_thresholds()) == ["chi1 chi1", "chi1 chi2", "chi2 chi2"]
    with pytest.raises(RangeError, match="more than one pair"):
        annihilation_cross_sections(mixed, 1.0)


@pytest.mark.parametrize(
    ("muonphilic", "electrophilic"),
    [(MuonphilicScalar, ScalarMediator), (MuonphilicPseudoscalar, PseudoscalarMediator)],
)
def test_muons_are_as_good_as_electrons_far_above_their_mass(
    muonphilic: type[MuonphilicScalar] | type[MuonphilicPseudoscalar],
    electrophilic: type[ScalarMediator] | type[PseudoscalarMediator],
) -> None:
    """What is left is (1 - 4 m_mu^2/s)^(3/2) or its root: below 3 m_mu^2/(2 m_chi^2) = 0.8 %."""
    dark: dict[str, Any] = {"mediator_mass": 4.5, "alpha_D": 0.1, "mass_ratio": 3.0}
    muon = muonphilic(muon_coupling=1e-3 * ELEMENTARY_CHARGE, **dark)
    electron = electrophilic(electron_coupling=1e-3, **dark)
    ratio = thermal_average_cm3_per_s(muon, X) / thermal_average_cm3_per_s(electron, X)
    assert (ratio < 1).all()
    np.testing.assert_allclose(ratio, 1, atol=0.008)


def test_what_is_refused() -> None:
    with pytest.raises(RangeError, match=r"6 GeV, the threshold for annihilation, is above 5 GeV"):
        reaction_rates(dark_photon(3.0))
    with pytest.raises(RangeError, match=r"sqrt_s: 0.19 GeV is not above 0.2"):
        annihilation_cross_sections(dark_photon(0.1), 0.19)
    with pytest.raises(RangeError, match=r"x: 1.0 is not between 3 and 1e"):
        thermal_average_cm3_per_s(dark_photon(0.1), [1.0])


@pytest.mark.parametrize("order", [1, 2])
def test_bessel_functions_beyond_the_switch_to_the_series(order: int) -> None:
    """Where scipy still has values; the series' second term is 8e-10 (n = 1), 4e-9 (n = 2)."""
    z = np.array(5e8)
    assert float(scaled_bessel(order, z) / kve(order, z)) == pytest.approx(1, rel=1e-10)
