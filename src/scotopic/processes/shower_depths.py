"""At which depths the particles of a shower are that make mediators."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.processes.dump import Dump
from scotopic.processes.inversion import inverted

Array = npt.NDArray[np.float64]

DEEPEST_X0 = 60.0
"""Depth in radiation lengths up to which a target that contains its shower is followed."""

LINE = 0.9995
"""Share of the beam energy above which depth and energy are not resolved together."""

_SLICE_X0 = 0.1
_ENERGY_CELLS = 160


@displayed
@dataclass(frozen=True, eq=False)
class ShowerDepths:
    """Track lengths of one shower, with the distribution of depth at each energy."""

    energies: Array  # of the rows of the depths, in GeV
    energy_edges: Array  # of cells in GeV
    radiating: Array  # track length of e- and e+ in each cell in X0
    edges_X0: Array
    radiating_depth: Array  # (rows, slices + 1), cumulative
    positron_depth: Array

    def depths(self, cumulative: Array, energies: Array, uniforms: Array) -> Array:
        """Sample depths in X0 of particles of these energies in GeV."""
        nodes = np.interp(energies, self.energies, np.arange(len(self.energies)))
        rows = np.minimum(np.rint(nodes), len(cumulative) - 1).astype(np.intp)
        slices = inverted(cumulative, rows, uniforms)
        return np.interp(slices, np.arange(len(self.edges_X0)), self.edges_X0)

    def shares_before(self, cumulative: Array, energies: Array, edges_X0: Array) -> Array:
        """Return the shares of particles before depths in X0, shape (energies, depths)."""
        nodes = np.interp(energies, self.energies, np.arange(len(self.energies)))
        rows = np.minimum(np.rint(nodes), len(cumulative) - 1).astype(np.intp)
        chosen = cumulative[rows] / np.maximum(cumulative[rows, -1:], np.finfo(float).tiny)
        return np.array([np.interp(edges_X0, self.edges_X0, row) for row in chosen])


@lru_cache(maxsize=8)
def shower_depths(dump: Dump, minimum_energy: float) -> ShowerDepths:
    """Return where the particles of a shower above an energy in GeV are."""
    thickness = DEEPEST_X0 if dump.thickness_X0 is None else dump.thickness_X0
    edges = np.linspace(0.0, thickness, 1 + math.ceil(thickness / _SLICE_X0))
    slices = dump.depth_track_lengths(minimum_energy, edges)
    tracks = dump.track_lengths(minimum_energy)
    line = int(np.searchsorted(slices.energies, LINE * dump.energy))

    def cumulative(lengths: Array) -> Array:
        # The beam particle's line rings between the nodes that hold it; their sum does not.
        # What is negative then is rounding, 1e-15 of the track length.
        rows = np.vstack([lengths[:, :line].T, lengths[:, line:].sum(axis=1)])
        return np.hstack([np.zeros((len(rows), 1)), np.cumsum(np.maximum(rows, 0.0), axis=1)])

    # Cross sections above a cut rise steeply from it: cells that grow as a square, and one
    # for the line.
    top = LINE * dump.energy
    cells = minimum_energy + (top - minimum_energy) * np.linspace(0, 1, _ENERGY_CELLS) ** 3
    cells = np.append(cells, dump.energy)
    above = tracks.above("e-", cells) + tracks.above("e+", cells)
    return ShowerDepths(
        slices.energies,
        cells,
        -np.diff(above),
        edges,
        cumulative(slices.electron + slices.positron),
        cumulative(slices.positron),
    )
