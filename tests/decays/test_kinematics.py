"""Two-body momenta, boosts and angular distributions."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scotopic.decays.kinematics import (
    boosted,
    opening_angle,
    quadratic_cosine,
    two_body_momentum,
)
from scotopic.errors import RangeError

Array = npt.NDArray[np.float64]
METRIC = np.array([1.0, -1.0, -1.0, -1.0])


def product(p: Array, q: Array) -> Array:
    return np.asarray(METRIC @ (p * q))


@given(a=st.floats(0, 10), b=st.floats(0, 10), excess=st.floats(1e-6, 10))
def test_two_body_energies_add_up(a: float, b: float, excess: float) -> None:
    mass = a + b + excess
    p = float(two_body_momentum(mass, a, b))
    assert math.hypot(a, p) + math.hypot(b, p) == pytest.approx(mass, abs=0, rel=1e-12)


@given(
    gamma=st.floats(1, 1e5),
    first=st.lists(st.floats(-3, 3), min_size=3, max_size=3),
    second=st.lists(st.floats(-3, 3), min_size=3, max_size=3),
)
def test_boosts_keep_products(gamma: float, first: list[float], second: list[float]) -> None:
    p = np.array([math.hypot(1.0, *first), *first])
    q = np.array([math.hypot(0.5, *second), *second])
    moved_p, moved_q = boosted(p, gamma * 0.3, 0.3), boosted(q, gamma * 0.3, 0.3)
    # differences of products of energies gamma times larger lose gamma^2 of the digits
    tolerance = 1e-14 * gamma**2 * p[0] * q[0]
    assert float(product(moved_p, moved_q)) == pytest.approx(
        float(product(p, q)), abs=tolerance + 1e-12, rel=0
    )
    assert moved_p[1:3].tolist() == p[1:3].tolist()


def test_boosts_add_rapidities() -> None:
    at_rest = np.array([2.0, 0.0, 0.0, 0.0])
    twice = boosted(boosted(at_rest, math.cosh(0.7), 1.0), math.cosh(1.1), 1.0)
    expected = 2 * np.array([math.cosh(1.8), 0, 0, math.sinh(1.8)])
    np.testing.assert_allclose(twice, expected, rtol=1e-14)


@pytest.mark.parametrize("k", [-1.0, -0.5, -1e-12, 0.0, 1e-12, 0.3, 1.0, 100.0])
def test_quadratic_cosine_inverts_its_distribution(k: float) -> None:
    u = np.linspace(0, 1, 101)
    c = quadratic_cosine(u, k)
    cumulative = (c + k * c**3 / 3) / (2 + 2 * k / 3) + 0.5
    # the root at k = -1 is threefold at both ends, where c is good to a cube root of rounding
    np.testing.assert_allclose(cumulative, u, rtol=0, atol=1e-13)
    assert np.all(np.diff(c) >= 0)
    assert (c[0], c[-1]) == pytest.approx((-1, 1), abs=1e-5)


def test_opening_angles() -> None:
    z = np.array([[1.0], [0.0], [0.0], [1.0]])
    angles = np.array([1e-9, 1e-3, 1.0, math.pi / 2, 3.0])
    turned = np.stack([np.full(5, 5.0), 3 * np.sin(angles), 0 * angles, 3 * np.cos(angles)])
    np.testing.assert_allclose(opening_angle(z, turned), angles, rtol=1e-12)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: two_body_momentum([1.0, 0.5], 0.3, 0.3), "mass: -0.1 GeV above"),
        (lambda: boosted(np.ones(4), 0.9, 1.0), "energy: 0.9 of the mass"),
        (lambda: quadratic_cosine(0.5, -1.1), "curvature: -1.1 is not"),
    ],
)
def test_refusals(use: Callable[[], object], message: str) -> None:
    with pytest.raises(RangeError, match=message):
        use()
