r"""The grid of energies on which a shower is solved, and interpolation on it.

The nodes are evenly spaced in a variable xi that runs downwards from the beam energy E0. With
w = ln(E0/E),

    w(xi) = A [ln(1 + exp(xi - xi_0)) - ln(1 + exp(-xi_0))],

so that the nodes crowd geometrically towards E0, where the spectrum of the beam particle is
almost a line, and are even in ln E further down. Everything that varies smoothly is
interpolated in xi by cubics through the four nearest nodes.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scotopic.checked import count

Array = npt.NDArray[np.float64]

# Spacing in ln E far below the beam energy is _STEP * _SCALE; next to it, w is resolved to about
# _STEP * _FINEST.
_SCALE = 0.3
_FINEST = 1e-4
_STEP = 0.12
_XI_0 = float(np.log(_SCALE / _FINEST))

MARGIN = 6
"""Nodes below the least energy, which keep the end of the grid away from it."""

END_WEIGHTS = np.array([25 / 24, 5 / 6, 31 / 24, 1 / 3])
"""Weights of the last four nodes in the integral of the cubic interpolant up to the last."""

_NODES = (16, 2000)


def _xi(w: Array) -> Array:
    return np.asarray(_XI_0 + np.log(np.expm1(w / _SCALE) + np.exp(w / _SCALE - _XI_0)))


def _w(xi: Array) -> Array:
    return np.asarray(_SCALE * (np.logaddexp(0, xi - _XI_0) - np.log1p(np.exp(-_XI_0))))


def stencil(position: Array, size: int) -> tuple[npt.NDArray[np.intp], Array]:
    """Return the first of four nodes for each position (in steps), and their cubic weights."""
    first = np.clip(np.floor(position).astype(np.intp) - 1, 0, size - 4)
    t = position - first
    weights = np.stack(
        [
            (t - 1) * (t - 2) * (3 - t) / 6,
            t * (t - 2) * (t - 3) / 2,
            t * (t - 1) * (3 - t) / 2,
            t * (t - 1) * (t - 2) / 6,
        ],
        axis=-1,
    )
    return first, weights


@dataclass(frozen=True)
class Mesh:
    """Nodes of a shower, from the beam energy downwards.

    Attributes
    ----------
    beam_energy : float
        Energy of the first node in GeV.
    minimum_energy : float
        Energy of node `last` in GeV; `MARGIN` more nodes follow.
    last : int
        Number of steps between the two.
    """

    beam_energy: float
    minimum_energy: float
    last: int

    @classmethod
    def between(cls, minimum_energy: float, beam_energy: float, nodes: int | None) -> "Mesh":
        """Return the mesh with a number of nodes, or with the default density.

        Raises
        ------
        RangeError
            If the nodes are too few.
        """
        if nodes is None:
            top = float(_xi(np.array(np.log(beam_energy / minimum_energy))))
            nodes = max(int(np.ceil(top / _STEP)) + 1, _NODES[0])
        return cls(beam_energy, minimum_energy, count("nodes", nodes, *_NODES) - 1)

    @cached_property
    def step(self) -> float:
        """Distance of the nodes in xi."""
        top = _xi(np.array(np.log(self.beam_energy / self.minimum_energy)))
        return float(top) / self.last

    @property
    def size(self) -> int:
        """Number of nodes, the margin included."""
        return self.last + 1 + MARGIN

    @cached_property
    def energies(self) -> Array:
        """Energies of all nodes in GeV, descending, shape (size,)."""
        energies = self.energy(np.arange(self.size, dtype=np.float64))
        energies[self.last] = self.minimum_energy  # a threshold there must not miss by rounding
        return energies

    @property
    def ascending(self) -> Array:
        """Energies in GeV without the margin, ascending, shape (last + 1,)."""
        return self.energies[self.last :: -1].copy()

    def energy(self, position: Array) -> Array:
        """Return the energy in GeV at a position counted in steps from the first node."""
        return np.asarray(self.beam_energy * np.exp(-_w(position * self.step)))

    def position(self, energy: Array) -> Array:
        """Return the position in steps of an energy below the beam's."""
        return _xi(np.log(self.beam_energy / energy)) / self.step

    def jacobian(self, position: Array) -> Array:
        """Return -dE/d(position) in GeV per step."""
        slope = _SCALE * self.step / (1 + np.exp(_XI_0 - position * self.step))
        return np.asarray(self.energy(position) * slope)

    def interpolation(self, position: Array) -> Array:
        """Return the matrix, shape (len(position), size), from node values to interpolants."""
        first, weights = stencil(position, self.size)
        matrix = np.zeros((len(position), self.size))
        np.put_along_axis(matrix, first[:, None] + np.arange(4), weights, axis=1)
        return matrix

    def derivative(self) -> Array:
        """Return the matrix, shape (size, size), from node values to d/dE at the nodes.

        It is that of the cubic on the side of the lower energies, whence a particle that loses
        energy draws its importance; differences centred on the node would let the end of the
        grid ring. Below the last node the values are zero.
        """
        matrix = np.diag(np.full(self.size, -1 / 2))
        for offset, weight in ((-1, -1 / 3), (1, 1.0), (2, -1 / 6)):
            matrix += np.diag(np.full(self.size - abs(offset), weight), offset)
        matrix[0, :4] = -11 / 6, 3, -3 / 2, 1 / 3
        matrix[-1, -2:] = 0, -1
        return -matrix / self.jacobian(np.arange(self.size, dtype=np.float64))[:, None]


def interpolate(values: Array, position: Array) -> Array:
    """Return the cubic interpolants of node values, shape (..., n), at positions in steps."""
    first, weights = stencil(position, values.shape[-1])
    return np.asarray((values[..., first[..., None] + np.arange(4)] * weights).sum(axis=-1))
