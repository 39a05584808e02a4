"""chi2 -> chi1 + pair through a scalar: explicit traces, the Dalitz plot, and published limits."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from tests.decays.test_three_body import BENCHMARKS, dot, slash

from scotopic.decays.three_body import (
    LEPTON_MASSES,
    Pair,
    PairDecay,
    differential_width,
    pair_width,
)
from scotopic.errors import RangeError
from scotopic.quadrature import gauss_legendre

Array = npt.NDArray[np.float64]


def traces(p2: Array, p1: Array, k: Array, j: Array, ml: float) -> Array:
    """Sum over spins of |ubar1 u2 ubar(k) v(j)|^2, by Dirac matrices; momenta (4, n)."""
    unit = np.eye(4)
    m2, m1 = (np.sqrt(dot(p, p))[:, None, None] * unit for p in (p2, p1))
    dark = np.trace((slash(p1) + m1) @ (slash(p2) + m2), axis1=1, axis2=2)
    leptons = np.trace((slash(k) + ml * unit) @ (slash(j) - ml * unit), axis1=1, axis2=2)
    return np.asarray((dark * leptons).real)


def dalitz(m2: float, m1: float, ml: float, m: float) -> tuple[Array, Array, Array]:
    """Points q^2, m^2(chi1 l) of the Dalitz plot and dGamma of each, for unit coupling.

    d Gamma = |M|^2 dq^2 ds^2/(256 pi^3 m2^3), |M|^2 averaged over two spins and 16 pi^2 a for the
    couplings; Gauss points in an angle, with q = 2 m_l + (D - 2 m_l) sin^2.
    """
    at, weight = gauss_legendre(80)
    angle, span = at[:, None] * math.pi / 2, m2 - m1 - 2 * ml
    q = 2 * ml + span * np.sin(angle) ** 2
    slope = 2 * q * span * np.sin(2 * angle) * math.pi / 2 * weight[:, None]
    e1, el = (m2**2 - m1**2 - q**2) / (2 * q), q / 2  # in the rest frame of the pair
    p1, pl = np.sqrt(e1**2 - m1**2), np.sqrt(el**2 - ml**2)
    nodes, steps = gauss_legendre(6)
    cosine = 2 * nodes[None, :] - 1
    s2 = m1**2 + ml**2 + 2 * e1 * el - 2 * p1 * pl * cosine
    ones = np.ones_like(s2)
    light = np.stack([e1 * ones, 0 * ones, 0 * ones, p1 * ones])
    minus = np.stack([el * ones, pl * np.sqrt(1 - cosine**2), 0 * ones, pl * cosine])
    plus = np.stack([el * ones, -minus[1], 0 * ones, -minus[3]])
    p2, p1_, k, j = (p.reshape(4, -1) for p in (light + minus + plus, light, minus, plus))
    squared = traces(p2, p1_, k, j, ml).reshape(s2.shape) / 2 / (q**2 - m**2) ** 2
    each = 16 * math.pi**2 * squared * slope * 4 * p1 * pl * steps
    return q**2 * ones, s2, each / (256 * math.pi**3 * m2**3)


@pytest.mark.parametrize(("pair", "m2", "m1", "m"), [*BENCHMARKS, ("e+e-", 1.0, 0.5, 0.505)])
def test_width_of_the_dalitz_plot(pair: Pair, m2: float, m1: float, m: float) -> None:
    _, _, each = dalitz(m2, m1, LEPTON_MASSES[pair], m)
    found = float(pair_width(pair, m2, m1, m, mediator="scalar"))
    # near the pole both need more points
    assert found == pytest.approx(
        float(each.sum()), abs=0, rel=1e-6 if m - (m2 - m1) > 0.1 else 1e-4
    )


@pytest.mark.parametrize(("pair", "m2", "m1", "m"), BENCHMARKS)
def test_moments_of_the_samples(pair: Pair, m2: float, m1: float, m: float) -> None:
    """q^2 and the mass of chi1 and a lepton, which is the angle in the pair's rest frame."""
    q2, s2, each = dalitz(m2, m1, LEPTON_MASSES[pair], m)
    n = 100_000
    k, j = PairDecay(pair, m2, m1, m, "scalar").sample(np.random.default_rng(3).random((4, n)))
    p2 = np.zeros_like(k)
    p2[0] = m2
    sampled = dot(k + j, k + j), dot(p2 - k, p2 - k) - m1**2
    for a, b in ((1, 0), (2, 0), (0, 1), (0, 2), (1, 1)):
        values = sampled[0] ** a * sampled[1] ** b
        expected = float((each * q2**a * (s2 - m1**2) ** b).sum() / each.sum())
        tolerance = 4 * values.std() / math.sqrt(n) + 2e-5 * expected  # and the table's cells
        assert values.mean() == pytest.approx(expected, abs=tolerance, rel=0), (a, b)


@pytest.mark.parametrize(("pair", "m2", "m1", "m"), BENCHMARKS)
def test_no_angle_is_preferred(pair: Pair, m2: float, m1: float, m: float) -> None:
    """The cosine between chi1 and a lepton in the pair's rest frame is even, as traces have it."""
    ml, n = LEPTON_MASSES[pair], 20_000
    k, j = PairDecay(pair, m2, m1, m, "scalar").sample(np.random.default_rng(7).random((4, n)))
    p2 = np.zeros_like(k)
    p2[0] = m2
    q2, s2 = dot(k + j, k + j), dot(p2 - j, p2 - j)
    e1, el = (m2**2 - m1**2 - q2) / (2 * np.sqrt(q2)), np.sqrt(q2) / 2
    cosine = (s2 - m1**2 - ml**2 - 2 * e1 * el) / (2 * np.sqrt((e1**2 - m1**2) * (el**2 - ml**2)))
    assert cosine.mean() == pytest.approx(0, abs=4 * math.sqrt(1 / 3 / n))
    assert (cosine**2).mean() == pytest.approx(1 / 3, abs=4 * math.sqrt(4 / 45 / n))
    squared = traces(p2, p2 - k - j, k, j, ml)
    expected = 4 * ((m2 + m1) ** 2 - q2) * (q2 - 4 * ml**2)
    np.testing.assert_allclose(squared, expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("splitting", "expected"),
    [
        # an independent integration, with three digits
        (0.05, 0.930),
        (0.1, 0.869),
        (0.2, 0.769),
        (0.3, 0.690),
        (0.4, 0.627),
        (0.5, 0.577),
        (0.99, 0.438),
    ],
)
def test_correction(splitting: float, expected: float) -> None:
    """K over 4 a D^5/(15 pi m^4), m = 3 m_1 and massless leptons."""
    unit = 1e6
    width = float(pair_width("e+e-", unit * (1 + splitting), unit, 3 * unit, mediator="scalar"))
    approximate = 4 * (splitting * unit) ** 5 / (15 * math.pi * (3 * unit) ** 4)
    assert width / approximate == pytest.approx(expected, abs=5e-4, rel=1e-3)


def test_scalar_and_vector_are_alike_if_the_mediator_is_heavy() -> None:
    """For D << m_1 << m both become 4 a D^5/(15 pi m^4); so do their spectra at q^2 = 2 D^2/5."""
    masses = 1e6 * 1.001, 1e6, 1e9
    scalar, vector = (pair_width("e+e-", *masses, mediator=kind) for kind in ("scalar", "vector"))
    assert float(scalar / vector) == pytest.approx(1, abs=2e-3)
    at = np.array([0.1, 0.5]) * 1e6  # q^2 (D^2-q^2)^(1/2) over (D^2-q^2)^(3/2)
    ratio = differential_width("e+e-", at, *masses, "scalar") / differential_width(
        "e+e-", at, *masses
    )
    np.testing.assert_allclose(ratio, 1.5 * at / (1e6 - at), rtol=5e-3)


@pytest.mark.parametrize(("mediator", "pair"), [("scalar", "hadrons"), ("axial_vector", "e+e-")])
def test_refusals(mediator: str, pair: Pair) -> None:
    message = "pair: 'hadrons'" if pair == "hadrons" else "mediator: 'axial_vector' is not one of"
    for use in (
        lambda: pair_width(pair, 1.0, 0.1, 3.0, mediator=mediator),  # type: ignore[arg-type]
        lambda: differential_width(pair, 0.1, 1.0, 0.1, 3.0, mediator),  # type: ignore[arg-type]
        lambda: PairDecay(pair, 1.0, 0.1, 3.0, mediator),  # type: ignore[arg-type]
    ):
        with pytest.raises(RangeError, match=message):
            use()
