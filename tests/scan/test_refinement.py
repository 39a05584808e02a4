"""Adaptive boundaries against shapes whose boundary is known, and against the dense plane."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.scan.contours import Contour, contours
from scotopic.scan.refinement import Refinement, position_error
from scotopic.search.axis import Axis

FloatArray = npt.NDArray[np.float64]
Function = Callable[[FloatArray, FloatArray], FloatArray]

UNIT = Axis("theta", 0.0, 1.0, 201, "linear")
TOLERANCE = 0.01
CIRCLES = ((0.3, 0.3, 0.2), (0.72, 0.7, 0.13), (0.2, 0.85, 0.06))


def refined(function: Function, x: Axis = UNIT, y: Axis = UNIT) -> tuple[Refinement, FloatArray]:
    """Refine a function of the relative coordinates; return what was computed, the rest nan."""
    u, v = np.meshgrid(x.relative, y.relative, indexing="ij")
    dense = function(u, v)
    refinement = Refinement(x, y, TOLERANCE)
    known = np.full(dense.shape, np.nan)
    while (wanted := refinement.wanted()).any():
        assert np.isnan(known[wanted]).all(), "a point was asked for twice"
        known[wanted] = dense[wanted]
        refinement.learn(wanted, known[None])
    return refinement, known


def lines(refinement: Refinement, known: FloatArray) -> list[Contour]:
    return contours(refinement.filled(known), UNIT, UNIT)


def islands(u: FloatArray, v: FloatArray) -> FloatArray:
    """Positive inside of three circles, with a ridge between them."""
    each = [3 * np.log(r / (np.hypot(u - a, v - b) + 1e-3)) for a, b, r in CIRCLES]
    return np.asarray(np.max(each, axis=0))


def hole(u: FloatArray, v: FloatArray) -> FloatArray:
    return np.asarray(20 * (0.15 - np.abs(np.hypot(u - 0.5, v - 0.5) - 0.25)))


def test_islands_are_closed_and_where_they_are() -> None:
    refinement, known = refined(islands)
    found = lines(refinement, known)
    assert [line.closed for line in found] == [True] * 3
    (stated,) = refinement.position_errors()
    assert stated <= TOLERANCE
    for line in found:
        away = [np.abs(np.hypot(line.x - a, line.y - b) + 1e-3 - r) for a, b, r in CIRCLES]
        assert np.min(away, axis=0).max() <= stated
    assert np.isfinite(known).mean() < 0.1


def test_a_hole_in_an_island() -> None:
    found = lines(*refined(hole))
    assert [line.closed for line in found] == [True, True]
    radii = sorted(float(np.hypot(line.x - 0.5, line.y - 0.5).mean()) for line in found)
    np.testing.assert_allclose(radii, [0.1, 0.4], atol=TOLERANCE)


def wave(u: FloatArray) -> FloatArray:
    return np.asarray(0.5 + 0.3 * np.sin(5 * u))


def kink(u: FloatArray) -> FloatArray:
    """Like the onset of a resonance."""
    return np.asarray(0.5 + 0.9 * np.maximum(0.0, u - 0.437) - 2 * np.maximum(0.0, u - 0.633))


@pytest.mark.parametrize("line", [wave, kink])
def test_open_lines(line: Callable[[FloatArray], FloatArray]) -> None:
    refinement, known = refined(lambda u, v: 6 * (v - line(u)))
    (found,) = lines(refinement, known)
    assert not found.closed
    (stated,) = refinement.position_errors()
    assert np.abs(found.y - line(found.x)).max() <= stated <= TOLERANCE
    assert np.isfinite(known).mean() < 0.1


def test_jump_from_no_events_is_known_to_a_cell() -> None:
    refinement, known = refined(lambda u, v: np.where(v < wave(u), 3.0, -700.0))
    (found,) = lines(refinement, known)
    (stated,) = refinement.position_errors()
    assert stated == pytest.approx(np.hypot(0.005, 0.005))
    assert np.abs(found.y - wave(found.x)).max() <= stated * 1.8  # the line's slope, up to 1.5


@pytest.mark.parametrize("points", [12, 40])
def test_what_misses_the_tolerance_has_no_points_left(points: int) -> None:
    """A curve through a mesh that is too coarse: it is computed wherever the line runs."""
    coarse = Axis("theta", 0.0, 1.0, points, "linear")
    refinement, known = refined(lambda u, v: np.sin(9 * u) + 12 * (v - 0.5) ** 3, coarse, coarse)
    (stated,) = refinement.position_errors()
    assert stated > TOLERANCE
    missed = []
    for cell in refinement._leaves:
        values = known[cell.region]
        above = values[np.isfinite(values)] > 0
        if above.any() and not above.all() and refinement._positions(cell)[0] > TOLERANCE:
            missed.append(cell)
    assert missed
    assert not any(cell.splits for cell in missed)


def test_refined_line_is_that_of_the_dense_plane() -> None:
    """On logarithmic axes, where the tolerance is relative."""
    x, y = Axis("mediator_mass", 1e-3, 1.0, 200), Axis("kinetic_mixing", 1e-6, 1e-2, 200)

    def function(u: FloatArray, v: FloatArray) -> FloatArray:
        limit = np.log(1e-5) + 0.9 * (u - u.min()) + 0.4 * np.tanh(3 * (u + 2))
        return np.asarray(2 * (v - limit))

    refinement, known = refined(function, x, y)
    dense = function(*np.meshgrid(x.relative, y.relative, indexing="ij"))
    (one,) = contours(refinement.filled(known), x, y)
    (other,) = contours(dense, x, y)
    u = np.linspace(np.log(other.x[0]), np.log(other.x[-1]), 4000)
    v = np.interp(u, np.log(other.x), np.log(other.y))
    away = np.hypot(np.log(one.x)[:, None] - u, np.log(one.y)[:, None] - v).min(axis=1)
    assert away.max() <= refinement.position_errors()[0] <= TOLERANCE
    assert np.isfinite(known).mean() < 0.1


def test_the_dense_plane_states_its_error() -> None:
    u, v = np.meshgrid(UNIT.relative, UNIT.relative, indexing="ij")
    dense = islands(u, v)
    stated = position_error(dense, UNIT, UNIT)
    for line in contours(dense, UNIT, UNIT):
        away = [np.abs(np.hypot(line.x - a, line.y - b) + 1e-3 - r) for a, b, r in CIRCLES]
        assert np.min(away, axis=0).max() <= stated <= TOLERANCE
    assert position_error(dense - 100, UNIT, UNIT) == 0.0


def test_where_the_model_ends_the_line_stays_open() -> None:
    def half(u: FloatArray, v: FloatArray) -> FloatArray:
        return np.asarray(np.where(u < 0.3, np.nan, hole(u, v)))

    refinement, known = refined(half)
    found = lines(refinement, known)
    assert all(not line.closed or line.x.min() > 0.3 for line in found)
    assert min(line.x.min() for line in found) < 0.31


def test_small_planes_are_computed_whole() -> None:
    small = Axis("theta", 0.0, 1.0, 5, "linear")
    _, known = refined(lambda u, v: 1 - u - v, small, small)
    assert np.isfinite(known).all()
    two = Axis("theta", 0.0, 1.0, 2, "linear")
    _, known = refined(lambda u, v: 1 - u - v, two, two)
    assert np.isfinite(known).all()


def test_several_searches_share_the_points() -> None:
    u, v = np.meshgrid(UNIT.relative, UNIT.relative, indexing="ij")
    both = np.array([6 * (v - wave(u)), islands(u, v)])
    refinement = Refinement(UNIT, UNIT, TOLERANCE)
    while (wanted := refinement.wanted()).any():
        refinement.learn(wanted, both)
    assert refinement.position_errors().max() <= TOLERANCE
    assert len(contours(refinement.filled(both[1]), UNIT, UNIT)) == len(CIRCLES)
