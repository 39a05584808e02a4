"""Refine a plane where a boundary runs, and say how well its position is known.

The plane's points are the finest mesh. It is cut into some ten cells along each axis; a cell is
cut in four as long as a boundary runs through it, or may, and the error of its position exceeds
the tolerance. The error comes from the points that cutting a cell adds: the four parts are taken
to err by twice the deviation of these from what was interpolated between the cell's corners, which
is what a kink at the worst place makes (a smooth function makes a quarter of the deviation).
Divided by the gradient it is the error of the position. It is an estimate: what is smaller than the
first cells, and does not show at their corners and middles, is not found.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scotopic.search.axis import Axis

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_FIRST_CELLS = 12
_CEILING = 8.0
"""Where events are e^8 times more or fewer than allowed, a boundary may be anywhere in its cell."""

_BOUND = 2.0
"""Largest error of a cell's parts in units of the deviation seen on cutting it: at a kink."""


@dataclass(frozen=True, eq=False)
class _Cell:
    """A rectangle of the mesh from point (i, j) to (k, m), and what its parent said of errors."""

    i: int
    k: int
    j: int
    m: int
    error: FloatArray | None

    @property
    def splits(self) -> bool:
        return self.k - self.i > 1 or self.m - self.j > 1

    @property
    def region(self) -> tuple[slice, slice]:
        return slice(self.i, self.k + 1), slice(self.j, self.m + 1)

    def edges(self) -> tuple[list[int], list[int]]:
        """Where the cell's parts begin and end along x and y."""
        along = ((self.i, self.k), (self.j, self.m))
        x, y = (sorted({low, (low + high) // 2, high}) for low, high in along)
        return x, y

    def parts(self, error: FloatArray) -> "list[_Cell]":
        x, y = self.edges()
        return [_Cell(*across, *up, error) for across in pairwise(x) for up in pairwise(y)]


class Refinement:
    """The state of a refinement; the same points always lead to the same next ones.

    Parameters
    ----------
    x, y : Axis
        Of the finest mesh.
    tolerance : float
        Largest error of the boundary's position: relative on a logarithmic axis, as a share of
        the axis' length on a linear one.
    """

    def __init__(self, x: Axis, y: Axis, tolerance: float) -> None:
        self._u, self._v = x.relative, y.relative
        self._tolerance = tolerance
        self._known = np.zeros((x.points, y.points), bool)
        self._excess = np.full((1, x.points, y.points), np.nan)
        starts = [_first_edges(n) for n in self._known.shape]
        self._first = tuple(len(start) - 1 for start in starts)
        self._leaves: dict[_Cell, int] = {}  # and how many of their points were known
        self._cut = [
            _Cell(*across, *up, None)
            for across in pairwise(starts[0])
            for up in pairwise(starts[1])
        ]

    def wanted(self) -> Mask:
        """Return the points that are needed next, shape (x, y); none when all is done."""
        wanted = np.zeros_like(self._known)
        for cell in self._cut:
            wanted[np.ix_(*cell.edges())] = True
        return wanted & ~self._known

    def learn(self, points: Mask, excess: FloatArray) -> None:
        """Learn the excess, shape (searches, x, y), at points that were wanted."""
        self._known |= points
        self._excess = np.where(self._known, excess, np.nan)
        self._advance()
        while self._cut and not self.wanted().any():
            self._advance()

    def _advance(self) -> None:
        """Cut the cells whose points are known, and choose the next ones."""
        parts: list[_Cell] = []
        for cell, error in zip(self._cut, self._errors_of_parts(), strict=True):
            parts += cell.parts(error) if cell.splits else [cell]
        self._leaves |= dict.fromkeys(parts, 0)
        self._cut = []
        for cell, before in list(self._leaves.items()):
            known = int(np.count_nonzero(self._known[cell.region]))
            if known == before:
                continue
            self._leaves[cell] = known
            if self._must_split(cell):
                self._cut.append(cell)
                del self._leaves[cell]

    def _errors_of_parts(self) -> list[FloatArray]:
        """Errors of the parts of the cells that are cut, shape (searches,) each.

        A point that happens to lie where the deviation changes its sign is no proof: the error is
        at least a sixteenth of the parent's and, of the first cells, that of their neighbours.
        """
        found = [_BOUND * self._deviation(cell) for cell in self._cut]
        if self._leaves:
            pairs = zip(self._cut, found, strict=True)
            return [own if c.error is None else np.maximum(own, c.error / 16) for c, own in pairs]
        grid = np.array(found).reshape(*self._first, -1)
        padded = np.pad(grid, ((1, 1), (1, 1), (0, 0)))
        around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        return list(around.max(axis=(-2, -1)).reshape(len(found), -1))

    def _deviation(self, cell: _Cell) -> FloatArray:
        """Largest deviation of the cell's points from the interpolation, shape (searches,)."""
        values = np.clip(self._excess[:, *cell.region], -_CEILING, _CEILING)
        smooth = _bilinear(values, self._u[cell.region[0]], self._v[cell.region[1]])
        found: FloatArray = np.nan_to_num(np.abs(values - smooth)).max(axis=(1, 2))
        return found

    def _errors(self, cell: _Cell) -> FloatArray:
        """Error of the excess in a cell that is not cut, shape (searches,).

        Points on its edges that were computed for its neighbours are an error at first hand.
        """
        inherited = np.zeros(len(self._excess)) if cell.error is None else cell.error
        return np.maximum(inherited, self._deviation(cell))

    def _must_split(self, cell: _Cell) -> bool:
        if not cell.splits:
            return False
        points = self._excess[:, *cell.region][:, self._known[cell.region]]
        excluded = (points > 0).any(axis=1)
        ends = excluded & np.isnan(points).any(axis=1)  # the model does, in an excluded region
        crossed = excluded & ~(points > 0).all(axis=1)
        least = np.nanmin(np.minimum(np.abs(points), _CEILING), axis=1, initial=np.inf)
        near = least < 2 * self._errors(cell)
        inexact = self._positions(cell) > self._tolerance
        return bool((ends | ((crossed | near) & inexact)).any())

    def _positions(self, cell: _Cell) -> FloatArray:
        """Error of the position of a boundary in the cell, shape (searches,)."""
        corners = np.clip(
            self._excess[:, [cell.i, cell.k]][:, :, [cell.j, cell.m]], -_CEILING, _CEILING
        )
        width, height = self._u[cell.k] - self._u[cell.i], self._v[cell.m] - self._v[cell.j]
        return _positions(corners, self._errors(cell), width, height)

    def position_errors(self) -> FloatArray:
        """Return the estimated error of the boundary's position in each search, at its worst.

        Of the same kind as the tolerance. It exceeds that only where the finest mesh ends.
        """
        largest = np.zeros(len(self._excess))
        for cell in self._leaves:
            points = self._excess[:, *cell.region][:, self._known[cell.region]]
            excluded = points > 0
            crossed = excluded.any(axis=1) & ~excluded.all(axis=1) & np.isfinite(points).all(axis=1)
            if crossed.any():
                largest = np.maximum(largest, np.where(crossed, self._positions(cell), 0.0))
        return largest

    def filled(self, values: FloatArray) -> FloatArray:
        """Return values of shape (x, y) with what was not computed interpolated in its cell.

        Linear in the axes' own scales.
        """
        found = values.copy()
        for cell in self._leaves:
            own = values[cell.region]
            u, v = self._u[cell.region[0]], self._v[cell.region[1]]
            smooth = _bilinear(own[None], u, v)[0]
            found[cell.region] = np.where(self._known[cell.region], own, smooth)
        return found


def _first_edges(points: int) -> list[int]:
    cells = max(1, min(_FIRST_CELLS, (points - 1) // 2))
    return [round(k * (points - 1) / cells) for k in range(cells + 1)]


def _bilinear(values: FloatArray, u: FloatArray, v: FloatArray) -> FloatArray:
    """Interpolate between the corners of the last two axes, whose coordinates are u and v."""
    s = ((u - u[0]) / (u[-1] - u[0]))[:, None]
    t = (v - v[0]) / (v[-1] - v[0])
    a, b, c, d = (values[..., i, j][..., None, None] for i in (0, -1) for j in (0, -1))
    found: FloatArray = (1 - s) * ((1 - t) * a + t * b) + s * ((1 - t) * c + t * d)
    return found


def _positions(
    corners: FloatArray, errors: FloatArray, width: float | FloatArray, height: float | FloatArray
) -> FloatArray:
    """Error of a position in a cell: that of the function over its gradient, or the diagonal.

    Parameters
    ----------
    corners : ndarray, shape (..., 2, 2)
        The function.
    errors : ndarray, shape (...)
        Its errors.
    width, height : float or ndarray
        Of the cell.
    """
    across = (corners[..., 1, :] - corners[..., 0, :]).mean(axis=-1) / width
    up = (corners[..., :, 1] - corners[..., :, 0]).mean(axis=-1) / height
    gradient = np.hypot(across, up)
    diagonal = np.broadcast_to(np.hypot(width, height), gradient.shape)
    far = np.divide(errors, gradient, out=np.full_like(gradient, np.inf), where=gradient > 0)
    far[(np.abs(corners) >= _CEILING).any(axis=(-2, -1))] = np.inf
    found: FloatArray = np.fmin(far, diagonal)
    return found


def position_error(excess: FloatArray, x: Axis, y: Axis) -> float:
    """Estimate the error of a boundary's position on a plane that is computed everywhere.

    Parameters
    ----------
    excess : ndarray, shape (x, y)
        Logarithm of the expected over the allowed events.
    x, y : Axis
        The axes.

    Returns
    -------
    float
        Largest over the boundary, as for `Refinement`; the deviations are those of the mesh of
        every second point, which see no bend that is between two. Zero without a boundary.
    """
    values = np.clip(excess, -_CEILING, _CEILING)
    u, v = x.relative, y.relative
    deviation = np.zeros_like(values)
    deviation[1:-1] = np.abs(values[1:-1] - _middle(values, u))
    deviation[:, 1:-1] += np.abs(values[:, 1:-1] - _middle(values.T, v).T)
    deviation = np.nan_to_num(deviation)
    errors = _BOUND * _corners(deviation).max(axis=(-2, -1))
    corners = _corners(values)
    positions = _positions(corners, errors, np.diff(u)[:, None], np.diff(v))
    flat = corners.reshape(*corners.shape[:2], 4)
    crossed = (flat > 0).any(axis=-1) & (flat <= 0).any(axis=-1) & np.isfinite(flat).all(axis=-1)
    return float(np.max(positions[crossed], initial=0.0))


def _middle(values: FloatArray, at: FloatArray) -> FloatArray:
    """Interpolate the inner points of the first axis between their neighbours."""
    share = ((at[1:-1] - at[:-2]) / (at[2:] - at[:-2]))[:, None]
    found: FloatArray = values[:-2] + share * (values[2:] - values[:-2])
    return found


def _corners(values: FloatArray) -> FloatArray:
    """Return the corners of all cells, shape (x - 1, y - 1, 2, 2)."""
    return np.lib.stride_tricks.sliding_window_view(values, (2, 2))
