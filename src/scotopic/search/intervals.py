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

from scotopic.errors import ScotopicError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

Excess: TypeAlias = Callable[[FloatArray, IntArray], FloatArray]
"""ln(expected/allowed events) at logarithms of couplings, each of the row whose number is given."""

_SMALL_PEAK = np.log(0.3)  # a maximum on the grid may be this much too low; then it is looked for
_TOLERANCE = 1e-12  # of the logarithm of the coupling


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


def excluded_intervals(excess: Excess, rows: int, couplings: FloatArray) -> Intervals:
    """Return where an excess is positive.

    Parameters
    ----------
    excess : callable
        A smooth function of the logarithm of the coupling.
    rows : int
        Number of points.
    couplings : ndarray, shape (k,)
        Grid, ascending, on which intervals are looked for; edges between are found to 1e-12.

    Returns
    -------
    Intervals
        Of every row.

    Examples
    --------
    >>> def excess(u, row):
    ...     c = np.exp(u)
    ...     return np.log(np.maximum(c * (3 - c), 1e-9) / 2)
    >>> found = excluded_intervals(excess, 1, np.array([0.01, 0.1, 1.2, 10.0]))
    >>> found.lower.round(6).tolist(), found.upper.round(6).tolist()
    ([[1.0]], [[2.0]])
    """
    at = np.log(couplings)
    grid = np.tile(at, (rows, 1))
    number = np.tile(np.arange(rows)[:, None], (1, len(at)))
    values = excess(grid.ravel(), number.ravel()).reshape(grid.shape)
    grid, values = _with_peaks(excess, grid, values)
    row, left = np.nonzero((values[:, :-1] > 0) != (values[:, 1:] > 0))
    edges = _roots(excess, row, grid[row, left], grid[row, left + 1])
    found = []
    for i in range(rows):
        own = np.exp(edges[row == i]).tolist()
        below, above = bool(values[i, 0] > 0), bool(values[i, -1] > 0)
        ends = [*([couplings[0]] if below else []), *own, *([couplings[-1]] if above else [])]
        pairs = list(zip(ends[::2], ends[1::2], strict=True))
        found.append((pairs, below, above))
    return _padded(found)


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


def _padded(found: list[tuple[list[tuple[float, float]], bool, bool]]) -> Intervals:
    most = max((len(pairs) for pairs, _, _ in found), default=0)
    shape = (len(found), max(most, 1))
    lower, upper = np.full((2, *shape), np.nan)
    open_below, open_above = np.zeros((2, *shape), dtype=bool)
    for i, (pairs, below, above) in enumerate(found):
        for j, (low, high) in enumerate(pairs):
            lower[i, j], upper[i, j] = low, high
        if pairs:
            open_below[i, 0] = below
            open_above[i, len(pairs) - 1] = above
    return Intervals(lower, upper, open_below, open_above)
