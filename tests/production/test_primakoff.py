"""Primakoff production against closed forms and an independent quadrature."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from scotopic.errors import RangeError
from scotopic.materials import element
from scotopic.production.form_factors import elastic_form_factor
from scotopic.production.primakoff import primakoff_cross_section
from scotopic.units import ALPHA, ELECTRON_MASS, GEV2_TO_CM2

LEAD = element("Pb")
SCALE = ALPHA / 8 * GEV2_TO_CM2 * 82**2
NUCLEUS = 0.164 * LEAD.atomic_mass ** (-2 / 3)
ATOM = (ELECTRON_MASS / 111) ** 2 * 82 ** (2 / 3)


def test_heavy_particle_sees_the_naked_nucleus() -> None:
    """With t_min far above the screening, the integral over [1 + t/d]^-2 is elementary.

    With tau = t_min/d it is (1 + 2 tau) ln(1 + 1/tau) - 2. What is left of the screening is
    2 ln(...)/(a^2 t_min), 2e-4 here; t_max = 1e4 GeV^2 is infinity.
    """
    mass, energy = 0.5, 50.0
    tau = (energy - math.sqrt(energy**2 - mass**2)) ** 2 / NUCLEUS
    expected = SCALE * ((1 + 2 * tau) * math.log1p(1 / tau) - 2)
    found = primakoff_cross_section(mass, energy, LEAD)
    assert float(found) == pytest.approx(expected, rel=1e-3, abs=0)


def test_light_particle_sees_the_screened_atom() -> None:
    """For m -> 0 the integral is ln(a^2 d) - 2, up to terms of the order 1/(a^2 d) = 1e-7."""
    expected = SCALE * (math.log(NUCLEUS / ATOM) - 2)
    found = primakoff_cross_section(1e-6, 50.0, LEAD)
    assert float(found) == pytest.approx(expected, rel=1e-5, abs=0)


@pytest.mark.parametrize("mass", [0.01, 0.055, 0.3])
@pytest.mark.parametrize("energy", [15.0, 90.0])
def test_independent_quadrature(mass: float, energy: float) -> None:
    """Over the angle instead of t: d sigma/dt = (alpha g^2/8) G2 k^2 sin^2(theta)/t^2.

    Both are converged far below 1e-6; t = (E - k)^2 + 2 E k (1 - cos) has no cancellation.
    """
    k = math.sqrt(energy**2 - mass**2)
    least = (mass**2 / (energy + k)) ** 2

    def spectrum(logarithm: float) -> float:
        gap = math.exp(logarithm)  # 1 - cos(theta)
        t = least + 2 * energy * k * gap
        g2 = float(elastic_form_factor(t, LEAD))
        return g2 * k**2 * gap * (2 - gap) / t**2 * 2 * energy * k * gap

    edges = np.linspace(math.log(1e-18), math.log(2.0), 30)
    pieces = [quad(spectrum, a, b, epsabs=0, epsrel=1e-9)[0] for a, b in pairwise(edges)]
    expected = ALPHA / 8 * GEV2_TO_CM2 * sum(pieces)
    found = primakoff_cross_section(mass, energy, LEAD)
    assert float(found) == pytest.approx(expected, rel=1e-6, abs=0)


def test_closed_below_threshold_and_errors() -> None:
    assert primakoff_cross_section(0.5, [0.4, 0.5], LEAD).tolist() == [0, 0]
    with pytest.raises(RangeError, match=r"mass: -1\.0 GeV is not between"):
        primakoff_cross_section(-1, 50.0, LEAD)
    with pytest.raises(RangeError, match="form_factor: 'x'"):
        primakoff_cross_section(0.1, 50.0, LEAD, "x")
