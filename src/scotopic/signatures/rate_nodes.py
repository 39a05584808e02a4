"""Rates of emission at many energies of parents and of what they emit, from those at some."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.units import ELECTRON_MASS

FloatArray = npt.NDArray[np.float64]

_PARENTS, _KEPT = 24, 48  # nodes: of the parent's energy, and of the logarithm of what it keeps
_NO_RATE = 1e-12  # of the largest: what is zero has no logarithm


@displayed
@dataclass(frozen=True, eq=False)
class RateNodes:
    """Energies at which rates are computed, and how others lie between them.

    The logarithm of a rate is interpolated in the parent's energy, and in the logarithm of the
    share of it that the parent keeps. Where rates weigh events of nearly the same emitted energy,
    what they have in common cancels.

    Attributes
    ----------
    parent_energy, emitted_energy : ndarray, shape (nodes,)
        In GeV.
    corners : ndarray, shape (4, n)
        The nodes around each of n pairs of energies.
    shares : ndarray, shape (4, n)
        Their weights.
    """

    parent_energy: FloatArray
    emitted_energy: FloatArray
    corners: npt.NDArray[np.intp]
    shares: FloatArray

    @classmethod
    def around(cls, parent_energy: FloatArray, emitted_energy: FloatArray) -> "RateNodes":
        """Return nodes for pairs of energies in GeV, shapes (n,); an electron's mass is kept."""
        keeps = np.maximum(parent_energy - emitted_energy, ELECTRON_MASS) / parent_energy
        parents, row, up = _between(parent_energy, _PARENTS)
        kept, column, right = _between(np.log(keeps), _KEPT)
        first = row * _KEPT + column
        corners = [first, first + 1, first + _KEPT, first + _KEPT + 1]
        shares = [(1 - up) * (1 - right), (1 - up) * right, up * (1 - right), up * right]
        emitted = -np.expm1(kept) * parents[:, None]
        return cls(np.repeat(parents, _KEPT), emitted.ravel(), np.array(corners), np.array(shares))

    def at_all(self, rate: FloatArray) -> FloatArray:
        """Return the rates at all pairs from those at the nodes, none of them zero.

        Examples
        --------
        Powers of the energies' difference are exact:

        >>> parent, emitted = np.array([60.0, 80.0, 100.0]), np.array([50.0, 79.0, 70.0])
        >>> nodes = RateNodes.around(parent, emitted)
        >>> kept = 1 - nodes.emitted_energy / nodes.parent_energy
        >>> np.allclose(nodes.at_all(kept**2), (1 - emitted / parent) ** 2)
        True
        """
        least = max(_NO_RATE * float(rate.max()), np.finfo(float).tiny)
        logarithm = np.log(np.maximum(rate, least))
        return np.asarray(np.exp((self.shares * logarithm[self.corners]).sum(axis=0)))


def _between(values: FloatArray, count: int) -> tuple[FloatArray, npt.NDArray[np.intp], FloatArray]:
    """Return nodes, the number of the one below each value, and how far it is to the next."""
    nodes = np.linspace(values.min(), values.max(), count)
    place = np.interp(values, nodes, np.arange(count))
    low = np.minimum(place.astype(np.intp), count - 2)
    return nodes, low, place - low
