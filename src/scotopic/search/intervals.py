"""Excluded intervals of a coupling: where more events are expected than are allowed.

One coupling at a time is looked at on a grid, for many points and outcomes at once; between
neighbours on different sides of the limit the edge is a root. A maximum that may just reach the
limit between points of the grid is looked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.errors import ScotopicError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

Excess: TypeAlias = Callable[[FloatArray, IntArray], FloatArray]
"""ln(expected/allowed events) at logarithms of couplings, each of the row whose number is given."""

_SMALL_PEAK = np.log(0.3)  # a maximum on the grid may be this much too low; then it is looked for
_TOLERANCE = 1e-12  # of the logarithm of the coupling


@displayed
@dataclass(frozen=True, eq=False)
class Intervals:
    """Excluded intervals of a coupling, a row for each point, padded with not-a-number.

    Attributes
    ----------
    lower, upper : ndarray, shape (rows, k)
        Edges, ascending in a row.
    open_below, open_above : ndarray of bool, shape (rows, k)
        Whether an interval goes on beyond the couplings that were looked at.
    """

    lower: FloatArray
    upper: FloatArray
    open_below: npt.NDArray[np.bool_]
    open_above: npt.NDArray[np.bool_]


def excluded_intervals(excess: Excess, values: FloatArray, couplings: FloatArray) -> Intervals:
    """Return where an excess is positive.

    Parameters
    ----------
    excess : callable
        A smooth function of the logarithm of the coupling.
    values : ndarray, shape (rows, k)
        The same on a grid of couplings, for every point.
    couplings : ndarray, shape (k,)
        The grid, ascending, on which intervals are looked for; edges between are found to 1e-12.

    Returns
    -------
    Intervals
        Of every row.

    Examples
    --------
    >>> def excess(u, row):
    ...     c = np.exp(u)
    ...     return np.log(np.maximum(c * (3 - c), 1e-9) / 2)
    >>> grid = np.array([0.01, 0.1, 1.2, 10.0])
    >>> found = excluded_intervals(excess, excess(np.log(grid), 0)[None], grid)
    >>> found.lower.round(6).tolist(), found.upper.round(6).tolist()
    ([[1.0]], [[2.0]])
    """
    grid = np.tile(np.log(couplings), (len(values), 1))
    grid, values = _with_peaks(excess, grid, values)
    row, left = np.nonzero((values[:, :-1] > 0) != (values[:, 1:] > 0))
    edges = np.exp(_roots(excess, row, grid[row, left], grid[row, left + 1]))
    below, above = values[:, 0] > 0, values[:, -1] > 0
    first, last = np.flatnonzero(below), np.flatnonzero(above)
    rows = np.concatenate([first, row, last])
    ends = np.repeat(couplings[[0, -1]], [len(first), len(last)])
    ends = np.insert(ends, len(first), edges)
    order = np.argsort(rows, kind="stable")
    count = np.bincount(rows, minlength=len(values))
    place = np.arange(len(ends)) - np.repeat(count.cumsum() - count, count)
    shape = (len(values), max(int(count.max()) // 2, 1))
    sides = np.full((2, *shape), np.nan)
    sides[place % 2, rows[order], place // 2] = ends[order]
    open_below, open_above = np.zeros((2, *shape), dtype=bool)
    open_below[first, 0] = True
    open_above[last, count[last] // 2 - 1] = True
    return Intervals(sides[0], sides[1], open_below, open_above)


def _with_peaks(
    excess: Excess, grid: FloatArray, values: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Put the top of every maximum that may reach the limit in place of the grid's point."""
    middle = values[:, 1:-1]
    highest = (middle >= values[:, :-2]) & (middle >= values[:, 2:])
    rows, columns = np.nonzero(highest & (middle <= 0) & (middle > _SMALL_PEAK))
    if len(rows) == 0:
        return grid, values
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - seldom

    grid, values = grid.copy(), values.copy()
    for i, j in zip(rows.tolist(), (columns + 1).tolist(), strict=True):
        top = minimize_scalar(
            lambda u, i=i: -float(excess(np.array([u]), np.array([i]))[0]),
            bounds=(grid[i, j - 1], grid[i, j + 1]),
            method="bounded",
        )
        grid[i, j], values[i, j] = top.x, -top.fun
    return grid, values


def _roots(excess: Excess, rows: IntArray, left: FloatArray, right: FloatArray) -> FloatArray:
    """Return where rows cross zero between points on different sides."""
    if len(rows) == 0:
        return np.empty(0)
    from scipy.optimize.elementwise import find_root  # noqa: PLC0415 - a warm run needs none

    def at(u: FloatArray, row: FloatArray) -> FloatArray:
        return excess(u, row.astype(np.intp))

    found = find_root(
        at,
        (left, right),
        args=(rows.astype(np.float64),),
        tolerances={"xatol": _TOLERANCE, "xrtol": 0.0, "fatol": 0.0, "frtol": 0.0},
    )
    if not np.all(found.success):
        raise ScotopicError("limit: an edge was not found between two couplings around it")
    return np.asarray(found.x)
