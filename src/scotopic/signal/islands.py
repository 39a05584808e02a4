"""Excluded intervals of a coupling whose signal falls on both sides."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.errors import RangeError

FloatArray = npt.NDArray[np.float64]
Events = Callable[[FloatArray], FloatArray]
"""Expected events at couplings, shape kept."""

_SMALL_PEAK = 0.3  # a maximum on the grid may be this much too low; then it is looked for
_FLOOR = 1e-300  # far from an island no event is left at all


@dataclass(frozen=True)
class Interval:
    """An excluded interval of a coupling.

    Attributes
    ----------
    lower, upper : float
        Its edges.
    open_below, open_above : bool
        Whether it goes on beyond the couplings that were looked at.
    """

    lower: float
    upper: float
    open_below: bool = False
    open_above: bool = False


def coupling_grid(lowest: float, highest: float, per_decade: int = 20) -> FloatArray:
    """Return couplings at equal logarithmic steps, on which islands are looked for.

    Raises
    ------
    RangeError
        If the range is empty or not positive.
    """
    if not 0 < lowest < highest < math.inf:
        raise RangeError(f"couplings: {lowest} to {highest} is not an ascending positive range")
    steps = math.ceil(per_decade * math.log10(highest / lowest))
    return np.geomspace(lowest, highest, max(steps, 2) + 1)


def excluded_intervals(
    events: Events, limit: float, couplings: npt.ArrayLike
) -> tuple[Interval, ...]:
    """Return where more events are expected than a limit allows.

    Parameters
    ----------
    events : callable
        Expected events at couplings; smooth.
    limit : float
        Largest number of events that is allowed.
    couplings : array_like, shape (k,)
        Grid, ascending, on which intervals are looked for. Between its points their edges are
        found as roots, to a relative 1e-6, and so are maxima that may just reach the limit.

    Returns
    -------
    tuple of Interval
        Ascending; empty if nothing is excluded.

    Examples
    --------
    >>> found = excluded_intervals(lambda c: c * (3 - c), 2.0, [0.01, 0.1, 1.2, 10.0])
    >>> [(round(i.lower, 4), round(i.upper, 4)) for i in found]
    [(1.0, 2.0)]
    """
    grid = np.asarray(couplings, dtype=np.float64)
    at, values = _with_peaks(events, limit, grid)
    excluded = np.concatenate([[False], values > limit, [False]])
    edges = np.flatnonzero(excluded[1:] != excluded[:-1])
    found = []
    for first, behind in edges.reshape(-1, 2).tolist():
        below, above = first == 0, behind == len(at)
        lower = at[0] if below else _root(events, limit, at[first - 1], at[first])
        upper = at[-1] if above else _root(events, limit, at[behind - 1], at[behind])
        found.append(Interval(float(lower), float(upper), below, above))
    return tuple(found)


def _with_peaks(events: Events, limit: float, grid: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Evaluate on a grid, and at the top of every maximum that may reach the limit in between."""
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - a warm run needs none

    values = events(grid)
    tops = []
    for i in range(1, len(grid) - 1):
        if max(values[i - 1], values[i + 1]) <= values[i] <= limit < values[i] / _SMALL_PEAK:
            top = minimize_scalar(
                lambda logarithm: -float(events(np.exp(np.array(logarithm)))),
                bounds=(math.log(grid[i - 1]), math.log(grid[i + 1])),
                method="bounded",
            )
            tops.append(math.exp(top.x))
    if not tops:
        return grid, values
    at = np.sort(np.append(grid, tops))
    return at, events(at)


def _root(events: Events, limit: float, left: float, right: float) -> float:
    """Return where the events cross the limit between two couplings."""
    from scipy.optimize import brentq  # noqa: PLC0415 - a warm run needs none

    def distance(logarithm: float) -> float:
        return math.log(max(float(events(np.array(math.exp(logarithm)))), _FLOOR) / limit)

    return math.exp(brentq(distance, math.log(left), math.log(right), xtol=1e-6))


def with_tip(
    masses: FloatArray,
    find: Callable[[Sequence[float]], list[tuple[Interval, ...]]],
    halvings: int = 8,
) -> tuple[FloatArray, list[tuple[Interval, ...]]]:
    """Find islands over the mass, with more masses where the region closes.

    Parameters
    ----------
    masses : ndarray, shape (masses,)
        In GeV, ascending.
    find : callable
        Returns the islands at masses.
    halvings : int
        How often the step behind the last mass with an island is halved.

    Returns
    -------
    masses, islands
        Those given and those added, ascending.
    """
    found = dict(zip(masses.tolist(), find(masses.tolist()), strict=True))
    covered = [mass for mass, islands in found.items() if islands]
    behind = [mass for mass in found if covered and mass > covered[-1]]
    if behind:
        inside, outside = covered[-1], behind[0]
        for _ in range(halvings):
            middle = math.sqrt(inside * outside)
            (found[middle],) = find([middle])
            inside, outside = (middle, outside) if found[middle] else (inside, middle)
    ordered = sorted(found)
    return np.array(ordered), [found[mass] for mass in ordered]


def kept_islands(
    name: str,
    inputs: Mapping[str, Any],
    build: Callable[[], Sequence[Events]],
    limit: float,
    couplings: FloatArray,
    *,
    modules: Iterable[str],
) -> list[tuple[Interval, ...]]:
    """Return the islands of several models, from disk if the same was computed before.

    Parameters
    ----------
    name : str
        What the table is.
    inputs : mapping
        All that the events depend on, as JSON can write it.
    build : callable
        Makes the expected events of every model.
    limit, couplings
        As in `excluded_intervals`.
    modules : iterable of str
        Those of the models.

    Returns
    -------
    list of tuple of Interval
        One entry a model.
    """

    def compute() -> Arrays:
        every = [excluded_intervals(events, limit, couplings) for events in build()]
        rows = [(i.lower, i.upper, i.open_below, i.open_above) for found in every for i in found]
        return {
            "counts": np.array([len(found) for found in every], dtype=np.float64),
            "intervals": np.array(rows, dtype=np.float64).reshape(-1, 4),
        }

    key = {**inputs, "limit": limit, "couplings": couplings.tolist()}
    kept = cached_arrays(name, key, compute, modules=(build.__module__, *modules))
    rows = iter(kept["intervals"].tolist())
    return [
        tuple(
            Interval(low, high, bool(below), bool(above))
            for low, high, below, above in (next(rows) for _ in range(int(count)))
        )
        for count in kept["counts"]
    ]
