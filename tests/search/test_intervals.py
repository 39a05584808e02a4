"""Excluded intervals of functions whose roots are known."""

import math

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.search.intervals import Excess, Intervals, excluded_intervals

FloatArray = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


def grid(low: float, high: float) -> FloatArray:
    return np.geomspace(low, high, math.ceil(20 * math.log10(high / low)) + 1)


def found_on(grid: FloatArray, excess: Excess, rows: int) -> Intervals:
    at, row = np.tile(np.log(grid), (rows, 1)), np.arange(rows)[:, None] + np.zeros_like(grid, int)
    return excluded_intervals(excess, excess(at.ravel(), row.ravel()).reshape(rows, -1), grid)


def test_several_islands_and_open_ends() -> None:
    def excess(u: FloatArray, rows: Rows) -> FloatArray:  # noqa: ARG001
        return np.asarray(np.log(np.maximum(1 + np.sin(u), 1e-300)))

    found = found_on(grid(math.exp(0.5), math.exp(14.0)), excess, 1)
    pi = math.pi
    edges = np.log(np.stack([found.lower[0], found.upper[0]], axis=1))
    np.testing.assert_allclose(edges, [(0.5, pi), (2 * pi, 3 * pi), (4 * pi, 14.0)], atol=1e-11)
    assert found.open_below.tolist() == [[True, False, False]]
    assert found.open_above.tolist() == [[False, False, True]]


def test_island_between_two_points_of_the_grid() -> None:
    def excess(limit: float) -> Intervals:
        def of(u: FloatArray, rows: Rows) -> FloatArray:  # noqa: ARG001
            return np.asarray(math.log(1.0001 / limit) - u**2)

        return found_on(np.array([0.1, 0.7, 1.4, 10.0]), of, 1)

    found = excess(1.0)
    # ln(1.0001) = 1e-4 is the square of the half-width
    ends = math.log(found.lower[0, 0]), math.log(found.upper[0, 0])
    assert ends == pytest.approx((-0.01, 0.01), rel=1e-3)
    assert np.isnan(excess(1.01).lower).all()


def test_rows_are_independent_and_padded() -> None:
    """Rows with no, one and two islands: c is excluded between roots of their own."""

    def excess(u: FloatArray, rows: Rows) -> FloatArray:
        return np.choose(rows, [-1 - 0 * u, 1 - u**2, 0.5 - np.cos(u)])

    found = found_on(np.exp(np.linspace(-3.0, 3.0, 61)), excess, 3)
    assert np.isnan(found.lower[0]).all()
    np.testing.assert_allclose(np.log(found.lower[1]), [-1, np.nan], atol=1e-11)
    np.testing.assert_allclose(np.log(found.upper[1]), [1, np.nan], atol=1e-11)
    third = math.pi / 3
    np.testing.assert_allclose(np.log(found.lower[2]), [-3, third], atol=1e-11)
    np.testing.assert_allclose(np.log(found.upper[2]), [-third, 3], atol=1e-11)
    assert found.open_below.tolist() == [[False, False], [False, False], [True, False]]
    assert found.open_above.tolist() == [[False, False], [False, False], [False, True]]
