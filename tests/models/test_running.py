"""The Landau pole against the review's numbers and against the differential equation."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.running import (
    beta_coefficient,
    landau_pole,
    maximum_alpha_D,
    running_alpha_D,
)
from scotopic.units import PLANCK_MASS
from scotopic.words import DarkMatter


def make(kind: DarkMatter, alpha_D: float, mass: float = 0.01) -> DarkPhoton:
    return DarkPhoton(
        mediator_mass=mass, kinetic_mixing=1e-4, alpha_D=alpha_D, mass_ratio=3, dark_matter=kind
    )


@pytest.mark.parametrize(
    ("kind", "scale", "published", "digits"),
    [
        # text after eq. 10 of the review, m_A' = 10 MeV; the tolerance is their rounding
        ("pseudo_dirac", 1e3, 0.2, 1),
        ("majorana", 1e3, 0.2, 1),
        ("complex_scalar", 1e3, 0.8, 1),
        ("pseudo_dirac", PLANCK_MASS, 0.05, 2),
        ("majorana", PLANCK_MASS, 0.05, 2),
        ("complex_scalar", PLANCK_MASS, 0.2, 1),
    ],
)
def test_published_bounds(kind: DarkMatter, scale: float, published: float, digits: int) -> None:
    assert round(maximum_alpha_D(kind, 0.01, scale), digits) == published


@pytest.mark.parametrize(
    ("kind", "published"),
    [
        ("pseudo_dirac", 4 / (3 * math.pi)),
        ("majorana", 4 / (3 * math.pi)),
        ("complex_scalar", 1 / (3 * math.pi)),
        # one Dirac fermion and a scalar of charge 1: (4/3 + 1/3)/(2 pi)
        ("dirac", 5 / (6 * math.pi)),
    ],
)
def test_beta_function(kind: DarkMatter, published: float) -> None:
    assert beta_coefficient(kind) / (2 * math.pi) == pytest.approx(published)


@pytest.mark.parametrize("kind", ["complex_scalar", "dirac", "majorana", "pseudo_dirac"])
def test_running_solves_the_differential_equation(kind: DarkMatter) -> None:
    """With d(alpha)/d ln(mu) = b alpha^2/(2 pi) integrated by Runge-Kutta to 1e-10."""
    slope = beta_coefficient(kind) / (2 * math.pi)
    scales = np.array([0.01, 0.1, 1.0, 10.0])
    logs = np.log(scales / 0.01)
    solution = solve_ivp(
        lambda _, a: slope * a**2, (0, logs[-1]), [0.2], t_eval=logs, rtol=1e-11, atol=0
    )
    np.testing.assert_allclose(running_alpha_D(make(kind, 0.2), scales), solution.y[0], rtol=1e-9)


def test_the_pole_is_where_the_bound_says() -> None:
    largest = maximum_alpha_D("dirac", 0.05, 1e4)
    assert landau_pole(make("dirac", largest, 0.05)) == pytest.approx(1e4, abs=0, rel=1e-9)


def test_weak_couplings_have_no_pole_that_a_float_holds() -> None:
    assert landau_pole(make("dirac", 0.0)) == math.inf
    assert landau_pole(make("dirac", 1e-3)) == math.inf
    assert float(running_alpha_D(make("dirac", 0.0), 1e10)) == 0


def test_outside_of_the_range() -> None:
    model = make("pseudo_dirac", 0.5)
    with pytest.raises(
        RangeError, match=r"scale: 2 GeV is not between the mass 0.01 GeV and .*1.1"
    ):
        running_alpha_D(model, [0.1, 2.0])
    with pytest.raises(RangeError, match=r"scale: 0.001 GeV"):
        running_alpha_D(model, 1e-3)
    with pytest.raises(RangeError, match=r"scale: 0.001 GeV is not above the mediator_mass 0.01"):
        maximum_alpha_D("dirac", 0.01, 1e-3)
    with pytest.raises(RangeError, match="'axion' is not one of complex_scalar, dirac"):
        beta_coefficient("axion")  # type: ignore[arg-type] # what is tested
