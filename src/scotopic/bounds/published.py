"""Published lines between their points: straight in logarithms of both axes, never beyond them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scotopic.bounds.base import Interval
from scotopic.bounds.lines import Line, converted, placed_points
from scotopic.errors import CardError, RangeError
from scotopic.experiments.columns import Placed
from scotopic.models.portal import Portal

Array = npt.NDArray[np.float64]

_ROUNDING = 1e-9  # of logarithms, at the ends of a line


@dataclass(frozen=True, eq=False)
class Published:
    """A line, or several that are apart from each other.

    Attributes
    ----------
    islands : tuple of ndarray, shape (n, 2)
        Logarithms of x and y of each.
    inside : bool
        Whether what it encloses is excluded, or else what is above.
    """

    islands: tuple[Array, ...]
    inside: bool = False

    @classmethod
    def of(
        cls, islands: Iterable[Iterable[tuple[float, float]]], *, inside: bool = False
    ) -> "Published":
        """Make it of points; those of a line that excludes what is above are sorted.

        Raises
        ------
        RangeError
            If a number is not positive, or an island has too few points.
        """
        found = []
        for island in islands:
            array = np.array(list(island), dtype=np.float64)
            if len(array) < 2 + inside:
                raise RangeError(f"points: an island of less than {2 + inside} points")
            if not np.all(array > 0):
                raise RangeError(f"points: {array[~(array > 0)][0]:g} is not positive")
            logs = np.log(array)
            found.append(logs if inside else logs[np.argsort(logs[:, 0], kind="stable")])
        return cls(tuple(found), inside)

    def at(self, x: float, what: str) -> tuple[Interval, ...]:
        """Return what is excluded of y at some x; infinite above if the line is open.

        Raises
        ------
        RangeError
            If no island has this x; the text says `what` x is, and which there are.
        """
        at, found = float(np.log(x)), []
        for island in self.islands:
            along, up = island.T
            if not along.min() - _ROUNDING <= at <= along.max() + _ROUNDING:
                continue
            if not self.inside:
                found.append((float(np.exp(np.interp(at, along, up))), np.inf))
                continue
            edges = sorted(_crossings(island, np.clip(at, along.min(), along.max() - _ROUNDING)))
            found += [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False) if a < b]
        if not found:
            ends = ", ".join(
                f"{np.exp(one[:, 0].min()):.4g} to {np.exp(one[:, 0].max()):.4g} GeV"
                for one in self.islands
            )
            raise RangeError(f"the published line has {what} from {ends}")
        if not self.inside:
            return (min(found),)
        return tuple(sorted(found))


def _crossings(island: Array, at: float) -> Iterable[float]:
    """Yield y where the closed line of an island is at some x."""
    for (x0, y0), (x1, y1) in zip(island, np.roll(island, -1, axis=0), strict=True):
        if (x0 <= at) != (x1 <= at):
            yield float(np.exp(y0 + (at - x0) / (x1 - x0) * (y1 - y0)))


def published(
    line: Line,
    kind: type[Portal],
    fixed: Mapping[str, Any],
    axes: tuple[str, str],
    *,
    inside: bool = False,
) -> Published:
    """Return the line of a card on the parameters x and y of a model.

    Parameters
    ----------
    line : Line
        Of a card; the path of its file is absolute.
    kind : type
        The model's class.
    fixed : mapping
        Its other parameters, which conversions need.
    axes : tuple of str
        The parameters.
    inside : bool
        Whether what it encloses is excluded.

    Raises
    ------
    CardError
        If the file cannot be read, or a point of it stands for no model; with the place.
    """
    islands: list[list[tuple[float, float]]] = []
    for real, island in groupby(placed_points(line, Path(), kind, *axes), _has_numbers):
        if real:
            islands.append([_point(line, kind, fixed, axes, one) for one in island])
    try:
        return Published.of(islands, inside=inside)
    except RangeError as error:
        raise CardError(str(error)) from None


def _has_numbers(one: Placed) -> bool:
    return bool(one[1])


def _point(
    line: Line, kind: type[Portal], fixed: Mapping[str, Any], axes: tuple[str, str], one: Placed
) -> tuple[float, float]:
    place, numbers = one
    try:
        return converted(line, kind, fixed, axes, numbers)
    except (RangeError, OverflowError) as error:
        raise CardError(f"{place}: {error}") from None
