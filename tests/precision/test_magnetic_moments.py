"""The loop integrals against closed forms, expansions, other representations and the papers."""

import math
from typing import get_args

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.precision.magnetic_moments import (
    SIGN,
    coupling_of_mixing,
    loop_integral,
    magnetic_moment,
    mixing_of_moment,
)
from scotopic.units import ALPHA, ELECTRON_MASS, MUON_MASS
from scotopic.words import Lepton, SpinParity

KINDS: tuple[SpinParity, ...] = tuple(SIGN)
RATIOS = np.array([0.3, 0.7, 1.0, 1.4, 1.9, 2.1, 3.0, 5.0])

# 40-digit quadrature (mpmath) of the form with z = 1 - u, in panels of a decade at both ends.
REFERENCE_RATIOS = (1e-8, 1e-6, 1e-4, 1e-2, 1.999, 2.0, 10.0, 1e2, 1e4, 1e6, 1e8)
REFERENCE: dict[SpinParity, tuple[float, ...]] = {
    "scalar": (
        *(1.49999996858408, 1.49999685844879, 1.49968611704839, 1.46996910188986),
        *(0.272725834740871, 0.272588722239781, 0.0354739814173098, 0.000804611253607744),
        *(1.72540145974061e-7, 2.64643544493415e-11, 3.56746948212381e-15),
    ),
    "pseudoscalar": (
        *(-0.499999999999998, -0.499999999987184, -0.499999917894241, -0.499637180387576),
        *(-0.182308645291599, -0.182233833280656, -0.0293493705229075, -0.000738087218249211),
        *(-1.65873482574864e-7, -2.5797687782726e-11, -3.50080281545714e-15),
    ),
    "vector": (
        *(0.999999968584081, 0.999996858461608, 0.999686199154144, 0.970331921502282),
        *(0.090417189449272, 0.090354888959125, 0.00612461089440228, 6.65240353585328e-5),
        *(6.66666339919698e-9, 6.66666666615571e-13, 6.6666666666666e-17),
    ),
    "axial_vector": (
        *(-2.00000000000001e16, -2000000000050.26, -200000031.842617, -20013.5424525755),
        *(-0.728092470291454, -0.727411277760219, -0.0327014142846814, -0.000333180729754168),
        *(-3.33333299658637e-8, -3.33333333328124e-12, -3.33333333333333e-16),
    ),
}


def closed_form(mediator: SpinParity, x: float) -> float:
    """Elementary functions, from J_n = Int u^n/(u^2 - r u + r).

    J_n+2 = 1/(n+1) + r (J_n+1 - J_n) loses digits for r far from one: from 0.09 to 25, 1e-9 stay.
    """
    r = x * x
    root = math.sqrt(abs(r * (4 - r)))
    if r < 4:
        j0 = 2 / root * (math.atan((2 - r) / root) + math.atan(r / root))
    else:
        j0 = math.log((r - root) / (r + root) * (r - 2 + root) / (r - 2 - root)) / root
    j = [j0, (r * j0 - math.log(r)) / 2]
    j += [1 + r * (j[1] - j[0])]
    j += [1 / 2 + r * (j[2] - j[1])]
    match mediator:
        case "scalar":
            return 2 * j[2] - j[3]
        case "pseudoscalar":
            return -j[3]
        case "vector":
            return 2 * (j[2] - j[3])
        case _:
            return -2 * (4 * j[1] - 5 * j[2] + j[3]) - 4 * j[3] / r


@pytest.mark.parametrize("mediator", KINDS)
def test_closed_forms(mediator: SpinParity) -> None:
    expected = [closed_form(mediator, x) for x in RATIOS]
    assert loop_integral(mediator, RATIOS) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("mediator", KINDS)
def test_reference_quadrature(mediator: SpinParity) -> None:
    # The reference is printed with 15 digits; 1e-6 is asked for.
    values = loop_integral(mediator, REFERENCE_RATIOS)
    assert values == pytest.approx(REFERENCE[mediator], rel=3e-14)


def test_vector_by_the_kernel_of_vacuum_polarisation() -> None:
    """alpha/pi K(s) of Lautrup and de Rafael (1968), the moment of a photon of mass sqrt(s)."""
    x = np.array([2.1, 3.0, 6.0])
    beta = np.sqrt(1 - 4 / x**2)
    w = (1 - beta) / (1 + beta)
    kernel = (
        w**2 * (2 - w**2) / 2
        + (1 + w**2) * (1 + w) ** 2 / w**2 * (np.log1p(w) - w + w**2 / 2)
        + (1 + w) / (1 - w) * w**2 * np.log(w)
    )
    assert loop_integral("vector", x) == pytest.approx(2 * kernel, rel=1e-10)


def test_pseudoscalar_by_the_function_of_axions() -> None:
    """-h_1(r)/2 with h_1 of Bauer, Neubert and Thamm, JHEP 12 (2017) 044."""
    r = np.array([0.04, 1.0, 3.5])
    h = (
        1
        + 2 * r
        + r * (1 - r) * np.log(r)
        - 2 * r * (3 - r) * np.sqrt(r / (4 - r)) * np.arccos(np.sqrt(r) / 2)
    )
    assert loop_integral("pseudoscalar", np.sqrt(r)) == pytest.approx(-h / 2, rel=1e-10)


def test_relations_between_mediators() -> None:
    x = np.geomspace(1e-8, 1e8, 33)
    scalar, pseudoscalar, vector, axial = (
        loop_integral(kind, x) for kind in ("scalar", "pseudoscalar", "vector", "axial_vector")
    )
    # The sum of the numerators; S and P cancel to a part 1/ln x at large x.
    assert scalar + pseudoscalar == pytest.approx(vector, rel=1e-12, abs=3e-15 * scalar.max())
    # In Feynman gauge an axial vector comes with a Goldstone boson of the coupling 2 g m_l/m_X,
    # which gives all of it where the vector is light.
    light = x < 1e-4
    assert axial[light] == pytest.approx(4 * pseudoscalar[light] / x[light] ** 2, rel=1e-5)


def test_signs_and_schwinger() -> None:
    x = np.geomspace(1e-8, 1e8, 65)
    for kind in KINDS:
        assert np.all(np.sign(loop_integral(kind, x)) == SIGN[kind])
    # A massless photon of coupling e: alpha/(2 pi).
    schwinger = magnetic_moment("electron", "vector", 1e-8 * ELECTRON_MASS, coupling_of_mixing(1.0))
    assert float(schwinger) == pytest.approx(ALPHA / (2 * math.pi), rel=1e-7)


HEAVY: dict[SpinParity, tuple[float, float]] = {
    "scalar": (1, -7 / 12),
    "pseudoscalar": (-1, 11 / 12),
    "vector": (0, 1 / 3),
    "axial_vector": (0, -5 / 3),
}
"""Factors of ln x and of one in review eqs. 54-57."""


@pytest.mark.parametrize("mediator", KINDS)
@pytest.mark.parametrize("lepton", get_args(Lepton))
def test_heavy_mediators(mediator: SpinParity, lepton: Lepton) -> None:
    """Review eqs. 54-57; corrections are of order ln(x)/x^2: 2-9 % at x = 10."""
    mass = MUON_MASS if lepton == "muon" else ELECTRON_MASS
    for x, tolerance in ((10.0, 0.10), (1e3, 3e-5), (1e6, 1e-10)):
        logarithm, constant = HEAVY[mediator]
        expected = 0.09 / (4 * np.pi**2) / x**2 * (logarithm * math.log(x) + constant)
        assert float(magnetic_moment(lepton, mediator, x * mass, 0.3)) == pytest.approx(
            expected, rel=tolerance
        )


def test_unit_coupling_and_mass() -> None:
    # PHYSICS section 11, four digits.
    values = [float(magnetic_moment("muon", kind, MUON_MASS, 1.0)) for kind in KINDS]
    named = dict(zip(KINDS, values, strict=True))
    assert named["scalar"] == pytest.approx(6.333e-3, rel=1e-4)
    assert named["pseudoscalar"] == pytest.approx(-3.683e-3, rel=2e-4)
    assert named["vector"] == pytest.approx(2.650e-3, rel=2e-4)
    assert named["axial_vector"] == pytest.approx(-3.328e-2, rel=2e-4)


def test_limits_of_the_coupling() -> None:
    """alpha' for 251e-11: 1.58e-8 light, 2.37e-8 m^2/m_mu^2 heavy; review eqs. 24 and 25."""
    light = mixing_of_moment("muon", "vector", 1e-8 * MUON_MASS, 251e-11) ** 2 * ALPHA
    assert float(light) == pytest.approx(1.58e-8, rel=0.003)
    assert float(light) == pytest.approx(2 * math.pi * 251e-11, rel=1e-7)
    heavy = mixing_of_moment("muon", "vector", 1e5 * MUON_MASS, 251e-11) ** 2 * ALPHA / 1e10
    assert float(heavy) == pytest.approx(2.37e-8, rel=0.003)
    assert float(heavy) == pytest.approx(3 * math.pi * 251e-11, rel=1e-8)


def test_shapes_and_inverse() -> None:
    mass = np.geomspace(1e-3, 1.0, 6).reshape(2, 3)
    for kind in KINDS:
        mixing = mixing_of_moment("electron", kind, mass, SIGN[kind] * 1e-13)
        assert mixing.shape == mass.shape
        back = magnetic_moment("electron", kind, mass, coupling_of_mixing(mixing))
        assert back == pytest.approx(np.full(mass.shape, SIGN[kind] * 1e-13), rel=1e-14)


def test_refusals() -> None:
    with pytest.raises(RangeError, match=r"mediator: 'tensor' is not one of scalar"):
        loop_integral("tensor", 1.0)
    with pytest.raises(RangeError, match="moment of a tensor diverges"):
        magnetic_moment("muon", "tensor", 1.0, 1.0)
    with pytest.raises(RangeError, match="lepton: 'tau' is not one of electron, muon"):
        magnetic_moment("tau", "vector", 1.0, 1.0)  # type: ignore[arg-type] # what is tested
    with pytest.raises(RangeError, match="coupling: nan is not between"):
        magnetic_moment("muon", "vector", 1.0, [1.0, math.nan])
    for bad in (0.0, -1.0, math.nan, math.inf, 1e9):
        with pytest.raises(RangeError, match="mass_ratio"):
            loop_integral("vector", [1.0, bad])
    for kind in KINDS:
        with pytest.raises(RangeError, match="it cannot give"):
            mixing_of_moment("muon", kind, 1.0, -SIGN[kind] * 1e-9)
        with pytest.raises(RangeError, match="moment: nan is not between"):
            mixing_of_moment("muon", kind, 1.0, math.nan)
