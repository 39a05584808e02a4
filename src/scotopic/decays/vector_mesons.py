"""The vector mesons that a photon turns into: masses, widths, and how they couple to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from scotopic.decays.widths import virtual_mass
from scotopic.display import displayed
from scotopic.units import ALPHA, CHARGED_PION_MASS
from scotopic.words import VectorMesonName


@displayed
@dataclass(frozen=True)
class VectorMeson:
    """A vector meson.

    Attributes
    ----------
    name : str
        Its name.
    mass, width, electron_width : float
        In GeV; the last into e+ e-.
    """

    name: VectorMesonName
    mass: float
    width: float
    electron_width: float

    @property
    def strength(self) -> float:
        """f^2/(4 pi) of the coupling e/f to the photon: alpha^2 M/(3 Gamma(V -> e+ e-)).

        Examples
        --------
        >>> [round(meson.strength, 2) for meson in VECTOR_MESONS.values()]
        [1.95, 21.67, 14.29, 9.94]
        """
        return ALPHA**2 * self.mass / (3 * self.electron_width)

    def propagator(self, mass: npt.ArrayLike) -> npt.NDArray[np.complex128]:
        """Return M^2/(M^2 - k^2 - i k Gamma(k)) at masses k in GeV, any shape.

        The width of the rho is that of a p-wave of two pions, the others' is constant.
        """
        k = virtual_mass(mass)
        width = np.full(k.shape, self.width)
        if self.name == "rho":
            pions = 4 * CHARGED_PION_MASS**2
            momenta = np.maximum(k**2 - pions, 0.0) / (self.mass**2 - pions)
            width = self.width * self.mass / np.maximum(k, CHARGED_PION_MASS) * momenta**1.5
        return np.asarray(self.mass**2 / (self.mass**2 - k**2 - 1j * k * width))


VECTOR_MESONS: Final[Mapping[VectorMesonName, VectorMeson]] = MappingProxyType(
    {
        one.name: one
        for one in (
            VectorMeson("rho", 0.77526, 0.1491, 7.04e-6),
            VectorMeson("omega", 0.78266, 8.68e-3, 6.41e-7),
            VectorMeson("phi", 1.019461, 4.249e-3, 1.266e-6),
            VectorMeson("J/psi", 3.0969, 9.26e-5, 5.53e-6),
        )
    }
)
"""The mesons by name, as the Review of Particle Physics (2022) has them."""
