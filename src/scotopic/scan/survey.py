"""Survey a plane tile by tile: everywhere, or round by round where the boundary runs."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from scotopic.errors import RangeError, ScotopicError
from scotopic.progress import Report, silent
from scotopic.scan.points import (
    COMPUTED,
    FAILED,
    NOT_COVERED,
    Arrays,
    Plan,
    evaluate,
    no_points,
)
from scotopic.scan.refinement import Refinement
from scotopic.scan.tiles import Blocks, Integers, Mask, Tile

Compute = Callable[[Plan, Sequence[Tile], Report], Iterator[tuple[Tile, Arrays]]]
"""Computes tiles and yields each when it is there, in any order."""


class Kept:
    """The results of tiles, which last as long as the process.

    Attributes
    ----------
    arrays : dict of str to ndarray
        Of all points, as from `scotopic.scan.points.no_points`.
    damaged : list of str
        What was there, but damaged, and is computed again or put back.
    """

    def __init__(self, plan: Plan) -> None:
        self.arrays: Arrays = no_points(plan, plan.shape)
        self.damaged: list[str] = []

    def holds(self, tile: Tile) -> bool:
        """Whether a tile is there, whole: never, what is computed is not asked for again."""
        del tile
        return False

    def write(self, tile: Tile, found: Arrays) -> None:
        """Put a tile's points in their places."""
        i, j = tile.points.T
        for name, values in found.items():
            self.arrays[name][..., i, j] = values

    def remove(self) -> None:
        """Forget it: nothing of it stands in the way of another card."""


def in_process(
    plan: Plan,
    tiles: Sequence[Tile],
    report: Report,
    points: Callable[[Plan, Integers, Report], Arrays] = evaluate,
) -> Iterator[tuple[Tile, Arrays]]:
    """Compute tiles one after the other in this process, each by a function of its points."""
    for tile in tiles:
        yield tile, points(plan, tile.points, report if len(tiles) == 1 else silent)


def survey(
    plan: Plan,
    kept: Kept,
    compute: Compute,
    *,
    tolerance: float | None = None,
    report: Report = silent,
) -> Refinement | None:
    """Compute the points of a plane that are not there yet.

    Parameters
    ----------
    plan : Plan
        The plane.
    kept : Kept
        What is there, and where to put the rest.
    compute : callable
        Computes tiles.
    tolerance : float, optional
        Refine where a boundary runs until its position is known to this; see
        `scotopic.scan.refinement`. Left out, all points are computed.
    report : callable
        Is told the number of points done and known to be needed.

    Returns
    -------
    Refinement or None
        Which says what lies between the points that were computed.
    """
    blocks = Blocks.of(plan)
    if tolerance is None:
        _complete(plan, kept, compute, blocks.tiles(0, np.ones(plan.shape, bool)), report)
        return None
    refinement = Refinement(plan.x, plan.y, tolerance)
    round_ = 0
    while (wanted := refinement.wanted()).any():
        _complete(plan, kept, compute, blocks.tiles(round_, wanted), report)
        refinement.learn(wanted, kept.arrays["excess"])
        round_ += 1
    return refinement


def _complete(
    plan: Plan, kept: Kept, compute: Compute, tiles: Sequence[Tile], report: Report
) -> None:
    total = sum(len(tile.points) for tile in tiles)
    missing = [tile for tile in tiles if not kept.holds(tile)]
    done = total - sum(len(tile.points) for tile in missing)
    report("points", done, total)
    for tile, found in compute(plan, missing, report):
        kept.write(tile, found)
        done += len(tile.points)
        report("points", done, total)


def failures(arrays: Arrays) -> Mask:
    """Return which points failed in any search, shape (x, y)."""
    return np.asarray((arrays["status"] == FAILED).any(axis=0))


def require_models(plan: Plan) -> None:
    """Refuse a plane before anything is computed, if no model in it can be looked for.

    Raises
    ------
    RangeError
        With the reason of the first.
    """
    reasons = []
    for i, j in np.ndindex(plan.shape):
        for limit in plan.limits:
            try:
                limit.search.seeing(plan.model(limit.sector, i, j))
            except ScotopicError as error:
                reasons.append(str(error))
            else:
                return
    raise _nothing_exists(reasons[0])


def require_some(arrays: Arrays) -> None:
    """Refuse a plane of which no point was computed, if some are known not to exist.

    Raises
    ------
    RangeError
        With the reason of the first.
    """
    reasons = arrays["reason"][arrays["status"] == NOT_COVERED]
    if len(reasons) and not (arrays["status"] == COMPUTED).any():
        raise _nothing_exists(reasons[0])


def _nothing_exists(reason: str) -> RangeError:
    return RangeError(f"no point of the plane exists: {reason}")
