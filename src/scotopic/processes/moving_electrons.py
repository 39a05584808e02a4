r"""Energies of positrons as electrons see them that move along the beam.

A mediator of energy E from a positron of energy E - m_e and an electron with the momentum
kappa m_e along the beam has s = 2 m_e E (1 - kappa): that of an electron at rest and E' = E (1 -
kappa). The flux changes by 1 - kappa too, so that with the profile J(kappa)

    Int dE T(E) Int dkappa J(kappa) (1 - kappa) sigma(E (1 - kappa)) = Int dE' F(E') sigma(E'),
    F(E') = Int dkappa J(kappa) T(E'/(1 - kappa)),

for any function T of the energy. In ln E both sides are convolutions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scotopic.processes.inversion import inverted
from scotopic.production.electron_momenta import FASTEST, ElectronMomenta
from scotopic.shower.mesh import interpolate, stencil
from scotopic.units import ALPHA

Array = npt.NDArray[np.float64]

_STEP = 1e-3  # of ln E: a seventh of the slowest electrons' kappa, p = alpha
_ROWS, _TABLE = 200, 2000  # of energies, and of the profile, where single electrons are wanted
_SLOWEST_PART = 1 / 64  # of the least energy, below which electrons see 1e-5 of the positrons


@dataclass(frozen=True, eq=False)
class MovingElectrons:
    """Electrons that positrons of some range of energy meet.

    Attributes
    ----------
    momenta : ElectronMomenta
        Of the electrons.
    lowest, highest : float
        Energies E of mediators in GeV.
    """

    momenta: ElectronMomenta
    lowest: float
    highest: float

    @property
    def seen(self) -> tuple[float, float]:
        """Between which energies E' in GeV electrons see them."""
        return self.lowest * _SLOWEST_PART, self.highest * (1 + FASTEST)

    def flux(self, energies: Array, lengths: Array) -> Callable[[Array], Array]:
        """Return the density F in E' of track lengths at energies E.

        Parameters
        ----------
        energies, lengths : ndarray, shape (k,)
            Nodes E in GeV and weights of the integral of T over E.

        Returns
        -------
        callable
            Of energies E' in GeV.
        """

        def kernel(distance: Array) -> Array:  # E'/E = exp(distance)
            ratio = np.exp(distance)
            return np.asarray(ratio * self.momenta.density(1 - ratio))

        return self._convolved(energies, lengths / energies, kernel)

    def below(self, seen: Array, cross_sections: Array) -> Callable[[Array], Array]:
        """Return the integral up to E of the cross section per electron, with its flux.

        Parameters
        ----------
        seen, cross_sections : ndarray, shape (k,)
            Nodes E' in GeV and weights of the integral of sigma over E'.

        Returns
        -------
        callable
            Of energies E in GeV.
        """

        def kernel(distance: Array) -> Array:  # E/E' = exp(distance)
            return self.momenta.below(1 - np.exp(-distance))

        return self._convolved(seen, cross_sections, kernel)

    def sampled(
        self, energies: Array, seen: Array, cross_sections: Array, uniforms: Array
    ) -> Array:
        """Draw energies E' for annihilations of energies E.

        Parameters
        ----------
        energies, uniforms : ndarray, shape (n,)
            E in GeV, and numbers in [0, 1).
        seen, cross_sections : ndarray, shape (k,)
            As for `below`.

        Returns
        -------
        ndarray, shape (n,)
            E' in GeV.
        """
        table = ALPHA * np.sinh(np.linspace(-1, 1, _TABLE) * np.arcsinh(FASTEST / ALPHA))
        rows = np.linspace(self.lowest, self.highest, _ROWS)
        likely = np.interp(1 - seen / rows[:, None], table, self.momenta.density(table), 0.0, 0.0)
        cumulative = np.zeros((_ROWS, len(seen) + 1))
        np.cumsum(cross_sections * seen * likely, axis=1, out=cumulative[:, 1:])
        nearest = np.rint(np.interp(energies, rows, np.arange(_ROWS))).astype(np.intp)
        position = inverted(cumulative, nearest, uniforms)
        ends = np.concatenate([seen[:1], (seen[1:] + seen[:-1]) / 2, seen[-1:]])
        return np.asarray(np.interp(position, np.arange(len(ends)), ends))

    @cached_property
    def _size(self) -> int:
        low, high = self.seen
        return int(np.ceil(np.log(high / low) / _STEP)) + 2

    def _position(self, energies: Array) -> Array:
        return np.asarray(np.log(energies / self.seen[0]) / _STEP)

    def _convolved(
        self, energies: Array, weights: Array, kernel: Callable[[Array], Array]
    ) -> Callable[[Array], Array]:
        """Return the sum of weights times the kernel of ln(energy/energies).

        Each weight is shared among four nodes of a grid in ln E, as cubics are interpolated.
        """
        first, shares = stencil(self._position(energies), self._size)
        places, parts = first[:, None] + np.arange(4), weights[:, None] * shares
        on_grid = np.zeros(self._size)
        np.add.at(on_grid, places, parts)
        steps = np.arange(1.0 - self._size, self._size)
        length = 1 << (3 * self._size).bit_length()
        product = np.fft.rfft(on_grid, length) * np.fft.rfft(kernel(_STEP * steps), length)
        found = np.fft.irfft(product, length)[self._size - 1 : 2 * self._size - 1]
        return lambda at: interpolate(found, self._position(at))
