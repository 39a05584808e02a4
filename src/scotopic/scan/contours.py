"""Boundaries of what is excluded, as lines: closed around islands, open at the plane's edges."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scotopic.models.derived import Kind
from scotopic.models.parameters import parameter
from scotopic.results import write_csv
from scotopic.scan.plane import Plane
from scotopic.search.axis import Axis

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Contour:
    """One line on which the expected events are those allowed.

    Attributes
    ----------
    x, y : ndarray, shape (n,)
        Its points, in the parameters' units. Going along it, what is excluded lies to the left
        if x points to the right and y up.
    closed : bool
        Whether it ends where it begins; an open line ends at the edge of the plane, or where the
        model ends.
    """

    x: FloatArray
    y: FloatArray
    closed: bool


def contours(excess: FloatArray, x: Axis, y: Axis) -> list[Contour]:
    """Return the lines on which a function is zero, linear between points in the axes' scales.

    Parameters
    ----------
    excess : ndarray, shape (x, y)
        Logarithm of the expected over the allowed events; not-a-number where it is not known.
    x, y : Axis
        The axes.

    Examples
    --------
    >>> axis = Axis("splitting", -2.0, 2.0, 41, "linear")
    >>> square = axis.values**2
    >>> (circle,) = contours(1 - square[:, None] - square, axis, axis)
    >>> circle.closed, bool(np.allclose(np.hypot(circle.x, circle.y), 1, atol=0.003))
    (True, True)
    """
    from contourpy import contour_generator  # noqa: PLC0415 - only when lines are asked for

    # Zero itself counts as not excluded, and contourpy puts corners on the level above it.
    shifted = np.where(excess == 0, -np.finfo(float).tiny, excess)
    masked = np.ma.masked_invalid(shifted.T)
    lines = contour_generator(x.coordinates, y.coordinates, masked, corner_mask=True).lines(0.0)
    found = []
    for line in lines:
        points = np.asarray(line, dtype=float)
        closed = bool(len(points) > 2 and np.array_equal(points[0], points[-1]))
        found.append(
            Contour(x.from_coordinates(points[:, 0]), y.from_coordinates(points[:, 1]), closed)
        )
    return found


def write_contours(
    planes: Mapping[str, Plane], kind: Kind, levels: Mapping[str, float], title: str, file: Path
) -> None:
    """Write the boundaries of planes as CSV, one row a point.

    Parameters
    ----------
    planes : mapping of str to Plane
        By label; all have the same axes.
    kind : type
        The model that says what they are.
    levels : mapping of str to float
        Confidence level of each limit.
    title : str
        First line of comment.
    file : Path
        Where to.
    """
    comments = [title, "boundaries of what is excluded, one row a point; lines count from 1"]
    first = next(iter(planes.values()))
    axes = (parameter(kind, axis.parameter).column for axis in (first.x, first.y))
    names = ["limit", "line", "closed", *axes]
    rows: list[tuple[float | str, ...]] = []
    for label, plane in planes.items():
        comments.append(
            f"{label}: level {_level(plane)} expected events,"
            f" {100 * levels[label]:g} % CL; error of the position {plane.position_error:.2g}"
            f" ({_error_unit(plane)})"
        )
        for number, line in enumerate(contours(plane.excess, plane.x, plane.y), 1):
            points = zip(line.x.tolist(), line.y.tolist(), strict=True)
            rows += [(label, str(number), str(int(line.closed)), *point) for point in points]
    write_csv(file, comments, {name: [row[k] for row in rows] for k, name in enumerate(names)})


def _level(plane: Plane) -> str:
    """Write the events that are allowed, which joined experiments make depend on the point."""
    low, high = float(plane.limit_events.min()), float(plane.limit_events.max())
    return f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}"


def _error_unit(plane: Plane) -> str:
    kinds = {"log": "relative", "linear": "share of the axis"}
    parts = dict.fromkeys(kinds[axis.scale] for axis in (plane.x, plane.y))
    return ", ".join(f"{kind}" for kind in parts)
