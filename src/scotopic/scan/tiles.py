"""Tiles of a plane: what is computed, written and lost at once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scotopic.scan.points import Arrays, Plan

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_SHAPES_SIMULATED = 8
_SHAPES_INVISIBLE = 32


@dataclass(frozen=True, eq=False)
class Tile:
    """Some points of a block, of one round of refinement.

    Attributes
    ----------
    name : str
        Distinguishes it: the round and the block, from 0.
    block : int
        Place in `Blocks`.
    points : ndarray, shape (n, 2)
        Indices of the points' x and y, ascending.
    """

    name: str
    block: int
    points: Integers

    def digest(self, arrays: Arrays) -> str:
        """Return the SHA-256 of the tile's points in arrays of the whole plane."""
        i, j = self.points.T
        digest = hashlib.sha256()
        for name in sorted(arrays):
            values = arrays[name][..., i, j]
            if values.dtype.kind == "T":
                digest.update("\0".join(values.ravel().tolist()).encode())
            else:
                digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Blocks:
    """Stretches of one axis into which a plane is cut.

    They follow from the plane alone, so that the result does not depend on who computes it. The
    cut axis is one that is costly: all couplings of a shape are in one block.

    Attributes
    ----------
    shape : tuple of int
        Points along x and y.
    axis : int
        Which axis is cut: 0 for x, 1 for y.
    length : int
        Points of a block along it; the last may be shorter.
    """

    shape: tuple[int, int]
    axis: int
    length: int

    @classmethod
    def of(cls, plan: Plan) -> "Blocks":
        """Cut a plane.

        Examples
        --------
        >>> from scotopic.models.dark_photon import DarkPhoton
        >>> from scotopic.scan.points import Limit, Sector
        >>> from scotopic.search import Axis, Search, load_experiment
        >>> x, y = Axis("alpha_D", 1e-3, 1, 20), Axis("mediator_mass", 1e-3, 1, 100)
        >>> fixed = {"kinetic_mixing": 1e-3, "mass_ratio": 3, "dark_matter": "dirac"}
        >>> search = Search.of(load_experiment("na64e-2018"))
        >>> blocks = Blocks.of(Plan(x, y, (Limit("NA64", search, Sector(DarkPhoton, fixed)),)))
        >>> blocks.axis, blocks.length, blocks.number
        (1, 32, 4)
        """
        costly = [
            plan.limits[0].sector.field(axis) not in plan.couplings for axis in (plan.x, plan.y)
        ]
        axis = int(not costly[0] and costly[1])
        other = plan.shape[1 - axis] if costly[1 - axis] else 1
        shapes = _SHAPES_SIMULATED if plan.simulated else _SHAPES_INVISIBLE
        length = max(1, shapes // other) if any(costly) else plan.shape[0]
        return cls(plan.shape, axis, min(length, plan.shape[axis]))

    @property
    def number(self) -> int:
        """How many there are."""
        return -(-self.shape[self.axis] // self.length)

    @property
    def chunk(self) -> tuple[int, int]:
        """Points of a block along x and y."""
        sizes = list(self.shape)
        sizes[self.axis] = self.length
        return sizes[0], sizes[1]

    def place(self, block: int) -> tuple[slice, slice]:
        """Return where a block is."""
        whole = [slice(0, n) for n in self.shape]
        end = min((block + 1) * self.length, self.shape[self.axis])
        whole[self.axis] = slice(block * self.length, end)
        return whole[0], whole[1]

    def tiles(self, round_: int, wanted: Mask) -> Sequence[Tile]:
        """Return the tiles of the points that are wanted in a round, shape (x, y)."""
        found = []
        for block in range(self.number):
            place = self.place(block)
            points = np.argwhere(wanted[place])
            if len(points):
                points += [place[0].start, place[1].start]
                found.append(Tile(f"{round_}-{block}", block, points))
        return found
