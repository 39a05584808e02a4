"""Weizsaecker-Williams approximations against formulas, the exact result and published ratios."""

import numpy as np
import pytest
from scipy.integrate import quad

from scotopic.errors import RangeError
from scotopic.materials import element
from scotopic.production.form_factors import form_factor
from scotopic.production.phase_space import differential_cross_section, total_cross_section
from scotopic.production.weizsaecker_williams import photon_flux
from scotopic.units import ALPHA, ELECTRON_MASS, GEV2_TO_CM2

LEAD = element("Pb")


@pytest.mark.parametrize("name", ["elastic", "elastic+inelastic"])
@pytest.mark.parametrize(("t_min", "t_max"), [(2.5e-17, 1e-6), (2.5e-9, 1e-2), (2.5e-3, 9.0)])
def test_flux_against_adaptive_quadrature(name: str, t_min: float, t_max: float) -> None:
    def integrand(y: float) -> float:
        t = np.exp(y)
        return float((t - t_min) / t * form_factor(t, LEAD, name))

    expected, _ = quad(integrand, np.log(t_min), np.log(t_max), epsabs=0, epsrel=1e-9, limit=400)
    assert photon_flux(t_min, t_max, LEAD, name) == pytest.approx(expected, rel=1e-6)


def test_iww_is_equation_14_of_the_review() -> None:
    m, E, x = 0.1, 100.0, np.array([0.1, 0.5, 0.9, 0.999])
    chi = photon_flux((m * m / (2 * E)) ** 2, m * m + ELECTRON_MASS**2, LEAD, "elastic")
    expected = 4 * ALPHA**3 * chi * (1 - x + x * x / 3) * np.sqrt(1 - (m / E) ** 2)
    expected *= GEV2_TO_CM2 / (m * m * (1 - x) / x + ELECTRON_MASS**2 * x)
    value = differential_cross_section(
        "vector", "electron", LEAD, E, m, x, method="iww", form_factor="elastic"
    )
    assert value == pytest.approx(expected, rel=1e-12)


# PHYSICS notes, section 2, exact over IWW at 100 GeV on lead; two digits are given.
@pytest.mark.parametrize(
    ("mass", "ratio"),
    [
        (0.001, 1.35),
        (0.005, 1.07),
        (0.02, 0.86),
        (0.1, 0.62),
        (0.2, 0.56),
        (0.5, 0.46),
        (0.95, 0.36),
    ],
)
def test_exact_over_iww(mass: float, ratio: float) -> None:
    exact, iww = (
        total_cross_section("vector", "electron", LEAD, 100.0, mass, method=method)
        for method in ("exact", "iww")
    )
    assert exact / iww == pytest.approx(ratio, abs=0.007)


@pytest.mark.parametrize(
    ("mediator", "mass"),
    [(name, m) for name in ("vector", "scalar", "pseudoscalar") for m in (0.001, 0.01)]
    + [
        (name, m)
        for name in ("vector", "axial_vector", "scalar", "pseudoscalar")
        for m in (0.11, 0.5, 1.0)
    ],
)
def test_ww_holds_for_muons(mediator: str, mass: float) -> None:
    # Corrections are of the order of t_min/m_mu^2 and of the nuclear form factor's slope.
    exact, ww = (
        total_cross_section(mediator, "muon", LEAD, 160.0, mass, method=method)
        for method in ("exact", "ww")
    )
    assert ww / exact == pytest.approx(1, abs=0.015)


def test_ww_tends_to_iww_when_the_flux_is_constant() -> None:
    # A flux cut off far below m^2 but far above t_min is the same in both: electrons off lead at
    # very high energy and low mass. 8 % is the variation of the logarithm.
    x = np.array([0.3, 0.6])
    ww, iww = (
        differential_cross_section(
            "vector", "electron", LEAD, 500.0, 0.005, x, method=method, form_factor="elastic"
        )
        for method in ("ww", "iww")
    )
    assert ww == pytest.approx(iww, rel=0.08)


def test_iww_overestimates_muons() -> None:
    ratios = []
    for mass in (0.11, 0.5, 1.0):
        exact, iww = (
            total_cross_section("vector", "muon", LEAD, 160.0, mass, method=method)
            for method in ("exact", "iww")
        )
        ratios.append(iww / exact)
    assert 1.5 < ratios[0] < ratios[1] < ratios[2] < 2.4


def test_iww_needs_a_mediator_heavier_than_the_lepton() -> None:
    with pytest.raises(RangeError, match="'iww' does not hold"):
        total_cross_section("vector", "muon", LEAD, 160.0, 0.05, method="iww")
