"""The variable in which the spectra of all mediators are smooth.

d sigma/dx peaks towards x = 1 within (m_l/m)^2 for mediators heavier than the lepton and falls
as 1/x from x = m/m_l for lighter ones; it vanishes as a square root at both kinematic ends. In

    W = ln[(x + m/m_l)/(1 - x + m_l^2/m^2)],   W = W_lo + (W_hi - W_lo) v^2 (3 - 2v),

(without m/m_l for mediators that photons make too, whose spectra fall as 1/x throughout)

d sigma/dW is a smooth function of v in [0, 1] that a few dozen nodes describe for every mass and
energy; the position of an energy cut is found in closed form.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import number_within, numbers, within
from scotopic.errors import RangeError

Array = npt.NDArray[np.float64]


MASSES: Final = (1e-9, 1e5)
"""Masses of mediators in GeV for which production is computed."""

HIGHEST_ENERGY: Final = 1e6
"""Highest energy of what produces them in GeV."""


@dataclass(frozen=True)
class SpectrumVariable:
    """Map between the energy fraction x and v in [0, 1], for one mass and some energies.

    Attributes
    ----------
    lower, upper : ndarray
        Kinematic limits of x, of the energies' shape.
    ratio : float
        Mediator mass over lepton mass.
    knee : float
        x below which the spectrum in x is flat: the ratio, or zero if it falls as 1/x throughout.
    """

    lower: Array
    upper: Array
    ratio: float
    knee: float

    @classmethod
    def of(
        cls, mediator_mass: float, energy: npt.ArrayLike, lepton_mass: float, nuclear_mass: float
    ) -> "SpectrumVariable":
        """Make the map from the masses and the lepton's energies, all in GeV.

        Raises
        ------
        RangeError
            If the mass is not positive and finite or an energy is below threshold.

        Notes
        -----
        The largest mediator energy belongs to lepton and nucleus recoiling as one body of mass
        M + m_l; the smallest is the mass, if the mediator can be produced at rest.

        Examples
        --------
        >>> variable = SpectrumVariable.of(0.1, 100.0, 0.000511, 193.0)
        >>> f"{variable.lower:.3f} {1 - variable.upper:.2e}"
        '0.001 5.11e-06'
        """
        m = number_within("mediator_mass", mediator_mass, *MASSES, "GeV")
        M, heavy = nuclear_mass, nuclear_mass + lepton_mass
        E = within("energy", energy, 0.0, HIGHEST_ENERGY, "GeV")
        threshold = ((heavy + m) ** 2 - M**2 - lepton_mass**2) / (2 * M)
        if not np.all(threshold < E):
            raise RangeError(
                f"energy: {np.min(E)} GeV must be above the threshold of "
                f"{threshold:.6g} GeV for mediator_mass {m} GeV"
            )
        total = np.sqrt(M * M + 2 * M * E + lepton_mass**2)
        Ek = (total**2 + m * m - heavy**2) / (2 * total)
        boost = (E + M) / total
        along = np.sqrt((E - lepton_mass) * (E + lepton_mass)) / total
        momentum = along * np.sqrt(np.maximum((Ek - m) * (Ek + m), 0.0))
        lower = np.where(boost * m <= Ek, m, boost * Ek - momentum)
        ratio = m / lepton_mass
        return cls(lower / E, (boost * Ek + momentum) / E, ratio, ratio)

    def _stretched(self, x: Array) -> Array:
        return np.asarray(np.log((x + self.knee) / (1 - x + self.ratio**-2)))

    @property
    def width(self) -> Array:
        """W_hi - W_lo, of the energies' shape."""
        return self._stretched(self.upper) - self._stretched(self.lower)

    def position(self, x: npt.ArrayLike) -> Array:
        """Return v at an energy fraction; 0 below and 1 above the kinematic limits.

        Examples
        --------
        >>> variable = SpectrumVariable.of(0.1, 100.0, 0.000511, 193.0)
        >>> f"{variable.position(0.0):.1f} {variable.position(variable.upper):.1f}"
        '0.0 1.0'
        """
        inside = np.clip(numbers("x", x), self.lower, self.upper)
        share = (self._stretched(inside) - self._stretched(self.lower)) / self.width
        return np.asarray(0.5 - np.sin(np.arcsin(np.clip(1 - 2 * share, -1, 1)) / 3))

    def recoil(self, v: npt.ArrayLike) -> Array:
        """Return 1 - x at v."""
        v = np.asarray(v)
        odds = np.exp(self._stretched(self.lower) + self.width * v * v * (3 - 2 * v))
        light = self.ratio**-2
        if light > 1:  # the difference below would then lose the small x
            return np.asarray(1 - (odds * (1 + light) - self.knee) / (1 + odds))
        return np.asarray((1 + self.knee + light) / (1 + odds) - light)

    def density(self, x: npt.ArrayLike) -> Array:
        """Return dx/dW at an energy fraction."""
        x = np.asarray(x)
        light = self.ratio**-2
        return np.asarray((x + self.knee) * (1 - x + light) / (1 + self.knee + light))

    def slope(self, v: npt.ArrayLike) -> Array:
        """Return dx/dv at v."""
        v = np.asarray(v)
        return np.asarray(self.density(1 - self.recoil(v)) * self.width * 6 * v * (1 - v))
