"""Lines and areas of planes, linear between points in the scales of the axes."""

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.figure import Figure

from scotopic.scan.contours import contours, regions
from scotopic.search.axis import Axis

FloatArray = npt.NDArray[np.float64]

X, Y = Axis("mediator_mass", 1e-3, 1.0, 4), Axis("kinetic_mixing", 1e-6, 1e-1, 5)


def power_law(a: float, b: float, x: FloatArray, y: FloatArray) -> FloatArray:
    """ln of a power law that is one in the middle of the plane."""
    return np.asarray(a * np.log(x / 10**-1.5)[:, None] + b * np.log(y / 10**-3.5))


@pytest.mark.parametrize(("a", "b"), [(-2.0, 2.0), (-3.7, 2.0), (0.3, 1.0), (2.0, -2.0)])
def test_a_power_law_is_a_straight_line_however_coarse_the_mesh(a: float, b: float) -> None:
    """As it is in the limit of any mesh; a line between points in x and y itself is far off."""
    values = power_law(a, b, X.values, Y.values)
    (line,) = contours(values, X, Y)
    u, v = np.log(line.x / 10**-1.5), np.log(line.y / 10**-3.5)
    assert np.abs(a * u + b * v).max() < 1e-10  # points have twelve digits
    axes = Figure().add_subplot()
    axes.set(xscale="log", yscale="log")
    (path,) = axes.contour(X.values, Y.values, values.T, levels=[0.0]).get_paths()
    u, v = np.log(np.asarray(path.vertices) / [10**-1.5, 10**-3.5]).T
    assert np.abs(a * u + b * v).max() > 0.3  # matplotlib's own


def test_mixed_scales_are_linear_each_in_its_own() -> None:
    x = Axis("splitting", 0.0, 1.0, 3, "linear")
    values = 3.0 * (x.values[:, None] - 0.4) + 0.5 * np.log(Y.values / 10**-3.5)
    (line,) = contours(values, x, Y)
    np.testing.assert_allclose(6 * (0.4 - line.x), np.log(line.y / 10**-3.5), atol=1e-10)


def test_positive_values_lie_to_the_left() -> None:
    """Above the line for a limit, which therefore runs to the right."""
    (line,) = contours(power_law(-2.0, 2.0, X.values, Y.values), X, Y)
    assert np.all(np.diff(line.x) >= 0)
    (line,) = contours(power_law(2.0, -2.0, X.values, Y.values), X, Y)
    assert np.all(np.diff(line.x) <= 0)


def ring(axis: Axis) -> FloatArray:
    distance = np.hypot(*np.meshgrid(axis.coordinates, axis.coordinates, indexing="ij"))
    return np.asarray((1.5 - distance) * (distance - 0.5))


@pytest.mark.parametrize("scale", ["log", "linear"])
def test_outlines_of_areas_are_the_lines_bit_by_bit(scale: str) -> None:
    low, high = (np.exp(-2.0), np.exp(2.0)) if scale == "log" else (-2.0, 2.0)
    axis = Axis("splitting", low, high, 37, "log" if scale == "log" else "linear")
    lines = {
        tuple(point)
        for line in contours(ring(axis), axis, axis)
        for point in np.stack([line.x, line.y], axis=1).tolist()
    }
    (area,) = regions(ring(axis), axis, axis)
    assert {tuple(point) for point in area.points.tolist()} == lines


def test_areas_are_where_it_is_positive() -> None:
    axis = Axis("splitting", -2.0, 2.0, 41, "linear")
    (area,) = regions(ring(axis), axis, axis)
    distance = np.hypot(*area.points.T)
    assert distance.min() == pytest.approx(0.5, rel=0.01)
    assert distance.max() == pytest.approx(1.5, rel=0.01)
    (above,) = regions(power_law(-2.0, 2.0, X.values, Y.values), X, Y)
    at = np.log(above.points)
    for mass, coupling, is_inside in ((X.minimum, Y.maximum, True), (X.maximum, Y.minimum, False)):
        away = np.hypot(*(at - np.log([mass, coupling])).T).min()
        assert (away < 1e-12) == is_inside


def test_zero_is_not_positive() -> None:
    """A plane that is nowhere above the level has no area, and no line."""
    values = -np.ones((4, 5))
    values[2, 2] = 0.0
    assert contours(values, X, Y) == []
    assert regions(values, X, Y) == []


def test_columns_may_be_others_than_the_axis() -> None:
    columns = np.sort(np.append(X.values, [0.02, 0.3]))
    (line,) = contours(power_law(-2.0, 2.0, columns, Y.values), X, Y, columns)
    assert {0.02, 0.3} <= set(np.round(line.x, 12).tolist())
    deviation = np.log(line.y / 10**-3.5) - np.log(line.x / 10**-1.5)
    assert np.abs(deviation).max() < 1e-12
