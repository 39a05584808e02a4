"""Where a function of a plane is zero or positive, linear between points in the axes' scales.

Tables and figures take their lines from here, so that a figure shows what the table says.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from contourpy import ContourGenerator, FillType, contour_generator

from scotopic.display import displayed
from scotopic.search.axis import Axis

FloatArray = npt.NDArray[np.float64]


@displayed
@dataclass(frozen=True, eq=False)
class Contour:
    """One line on which a function is zero.

    Attributes
    ----------
    x, y : ndarray, shape (n,)
        Its points, in the parameters' units. Going along it, positive values lie to the left if
        x points to the right and y up.
    closed : bool
        Whether it ends where it begins; an open line ends at the edge of the plane, or where the
        function is not known.
    """

    x: FloatArray
    y: FloatArray
    closed: bool


@displayed
@dataclass(frozen=True, eq=False)
class Region:
    """One area in which a function is positive, without its holes.

    Attributes
    ----------
    points : ndarray, shape (n, 2)
        Its outline, and those of its holes, in the parameters' units.
    codes : ndarray, shape (n,)
        What leads to each point, as `matplotlib.path.Path` numbers it.
    """

    points: FloatArray
    codes: npt.NDArray[np.uint8]


def contours(
    values: FloatArray, x: Axis, y: Axis, columns: FloatArray | None = None
) -> list[Contour]:
    """Return the lines on which a function is zero.

    Parameters
    ----------
    values : ndarray, shape (x, y)
        For example ln of the expected over the allowed events; not-a-number where not known.
    x, y : Axis
        The axes.
    columns : ndarray, shape (x,), optional
        In place of the values of x.

    Examples
    --------
    >>> axis = Axis("splitting", -2.0, 2.0, 41, "linear")
    >>> square = axis.values**2
    >>> (circle,) = contours(1 - square[:, None] - square, axis, axis)
    >>> circle.closed, bool(np.allclose(np.hypot(circle.x, circle.y), 1, atol=0.003))
    (True, True)
    """
    found = []
    for line in _generator(values, x, y, columns).lines(0.0):
        at = np.asarray(line, dtype=float)
        points = _points(at, x, y)
        closed = bool(len(at) > 2 and np.array_equal(at[0], at[-1]))
        found.append(Contour(points[:, 0], points[:, 1], closed))
    return found


def regions(
    values: FloatArray, x: Axis, y: Axis, columns: FloatArray | None = None
) -> list[Region]:
    """Return the areas in which a function is positive; their outlines are its contours.

    Parameters
    ----------
    values, x, y, columns
        As for `contours`.

    Examples
    --------
    >>> axis = Axis("splitting", -2.0, 2.0, 41, "linear")
    >>> distance = np.hypot(*np.meshgrid(axis.values, axis.values))
    >>> (ring,) = regions((1.5 - distance) * (distance - 0.5), axis, axis)
    >>> int((ring.codes == 1).sum())  # two outlines: one around it, one around its hole
    2
    """
    filled: Any = _generator(values, x, y, columns).filled(0.0, np.inf)
    outlines, codes = filled
    return [
        Region(_points(np.asarray(at, dtype=float), x, y), np.asarray(code))
        for at, code in zip(outlines, codes, strict=True)
    ]


def between(lower: FloatArray, upper: FloatArray, x: Axis, y: Axis) -> Region | None:
    """Return the area in which one function is positive and another is not, however narrow it is.

    Parameters
    ----------
    lower, upper : ndarray, shape (x, y)
        Functions as for `contours`; the second is nowhere larger than the first.
    x, y : Axis
        The axes.

    Returns
    -------
    Region or None
        Its outlines go around where the first is positive, and the other way around where the
        second is: a non-zero winding number is inside. None if there is no such area.

    Examples
    --------
    >>> axis = Axis("splitting", -2.0, 2.0, 41, "linear")
    >>> distance = np.hypot(*np.meshgrid(axis.values, axis.values))
    >>> ring = between(1.5 - distance, 1.499 - distance, axis, axis)
    >>> int((ring.codes == 1).sum()), between(-distance, -distance, axis, axis) is None
    (2, True)
    """
    if not is_between(lower, upper, x, y):
        return None
    inner = [
        Region(np.concatenate([one[::-1] for one in _outlines(area)]), area.codes)
        for area in regions(upper, x, y)
    ]
    every = [*regions(lower, x, y), *inner]
    return Region(
        np.concatenate([one.points for one in every]), np.concatenate([one.codes for one in every])
    )


def is_between(lower: FloatArray, upper: FloatArray, x: Axis, y: Axis) -> bool:
    """Return whether there is an area as `between` returns."""
    return bool(
        ((lower > 0) & (upper <= 0)).any() or contours(lower, x, y) or contours(upper, x, y)
    )


def _outlines(area: Region) -> list[FloatArray]:
    """Return the outline of an area, and those of its holes."""
    return np.split(area.points, np.flatnonzero(area.codes == 1)[1:])


def _generator(
    values: FloatArray, x: Axis, y: Axis, columns: FloatArray | None
) -> ContourGenerator:
    # Zero itself is not positive, and contourpy puts corners on the level above it.
    shifted = np.where(values == 0, -np.finfo(float).tiny, values)
    at = x.values if columns is None else columns
    return contour_generator(
        x.to_coordinates(at),
        y.coordinates,
        np.ma.masked_invalid(shifted.T),
        corner_mask=True,
        fill_type=FillType.OuterCode,
    )


def _points(at: FloatArray, x: Axis, y: Axis) -> FloatArray:
    return np.stack([x.from_coordinates(at[:, 0]), y.from_coordinates(at[:, 1])], axis=1)
