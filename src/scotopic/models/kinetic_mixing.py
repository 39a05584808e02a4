"""What all vectors that mix kinetically with the photon have in common."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scotopic.decays.three_body import LEPTON_MASSES
from scotopic.decays.widths import SpinParity, fermion_width, hadron_width
from scotopic.errors import RangeError
from scotopic.units import ALPHA, HBAR_C_GEV_CM, SPEED_OF_LIGHT_CM_PER_S

Array = npt.NDArray[np.float64]


def mixing_from_y(y: float, alpha_D: float, mass_ratio: float) -> float:
    """Return the kinetic mixing that belongs to y = epsilon^2 alpha_D (m_chi1/m_A')^4.

    Raises
    ------
    RangeError
        If y or alpha_D is not positive.

    Examples
    --------
    >>> round(mixing_from_y(1e-11, 0.5, 3.0) * 1e5, 2)
    4.02
    """
    if not (math.isfinite(y) and y > 0):
        raise RangeError(f"y: {y} is not positive and finite")
    if not alpha_D > 0:
        raise RangeError(f"alpha_D: {alpha_D} is not positive, as y needs it to be")
    return math.sqrt(y / alpha_D) * mass_ratio**2


@dataclass(frozen=True, kw_only=True)
class KineticallyMixed(ABC):
    """A massive vector with the coupling epsilon e to the electromagnetic current.

    A model adds the dark sector: `dark_widths_at` and `dark_threshold`.

    Attributes
    ----------
    mediator_mass : float
        Mass m_A' in GeV.
    kinetic_mixing : float
        epsilon. Mixing with the Z is neglected (m_A' << m_Z).
    alpha_D : float
        Dark coupling at the scale m_A'.
    mass_ratio : float
        m_A'/m_chi1.

    Raises
    ------
    RangeError
        If a value is not finite or has the wrong sign.
    """

    mediator_mass: float
    kinetic_mixing: float
    alpha_D: float
    mass_ratio: float

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        for name in ("mediator_mass", "kinetic_mixing", "mass_ratio"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise RangeError(f"{name}: {value} is not positive and finite")
        self._refuse_negative("alpha_D")

    def _refuse_negative(self, name: str) -> None:
        value = getattr(self, name)
        if not (math.isfinite(value) and value >= 0):
            raise RangeError(f"{name}: {value} is not zero or positive and finite")

    @abstractmethod
    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every dark channel in GeV at virtual masses in GeV, any shape."""

    @property
    @abstractmethod
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV that decays into the dark sector."""

    @property
    def spin_parity(self) -> SpinParity:
        """Kind of coupling to electrons, by which production chooses the matrix element."""
        return "vector"

    @property
    def dark_matter_mass(self) -> float:
        """Mass of the (lighter) dark matter particle in GeV."""
        return self.mediator_mass / self.mass_ratio

    @property
    def y(self) -> float:
        """epsilon^2 alpha_D (m_chi1/m_A')^4."""
        return self.kinetic_mixing**2 * self.alpha_D / self.mass_ratio**4

    def dark_width_at(self, mass: npt.ArrayLike) -> Array:
        """Width into the dark sector in GeV at virtual masses in GeV, any shape."""
        return np.asarray(sum(self.dark_widths_at(mass).values()))

    def visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every visible channel in GeV at virtual masses in GeV.

        Parameters
        ----------
        mass : array_like
            Virtual masses in GeV, any shape, up to 10 GeV.

        Returns
        -------
        dict of str to ndarray
            The channels `e+e-`, `mu+mu-`, `tau+tau-` and `hadrons`.

        Raises
        ------
        RangeError
            Beyond the table of the hadronic ratio.

        Notes
        -----
        Review eq. 12. A' -> 3 gamma and A' -> neutrinos are neglected: below 2 m_e there is no
        visible channel.
        """
        alpha = self.kinetic_mixing**2 * ALPHA
        widths: dict[str, Array] = {
            name: fermion_width("vector", mass, alpha, lepton)
            for name, lepton in LEPTON_MASSES.items()
        }
        return widths | {"hadrons": hadron_width(mass, alpha)}

    def partial_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every channel in GeV at virtual masses in GeV, visible ones first.

        Raises
        ------
        RangeError
            Beyond the table of the hadronic ratio.
        """
        return self.visible_widths_at(mass) | self.dark_widths_at(mass)

    def partial_widths(self) -> Mapping[str, float]:
        """Width of every channel in GeV; the names are those of `partial_widths_at`."""
        return {name: float(w) for name, w in self.partial_widths_at(self.mediator_mass).items()}

    @property
    def invisible_width(self) -> float:
        """Width into the dark sector in GeV (if chi2 decays visibly, so does a part of it)."""
        return float(self.dark_width_at(self.mediator_mass))

    @property
    def visible_width(self) -> float:
        """Width into leptons and hadrons in GeV."""
        return float(sum(self.visible_widths_at(self.mediator_mass).values()))

    @property
    def total_width(self) -> float:
        """Total width in GeV."""
        return sum(self.partial_widths().values())

    def branching_ratio(self, channel: str) -> float:
        """Fraction of the decays into a channel.

        Parameters
        ----------
        channel : str
            A key of `partial_widths`.

        Raises
        ------
        RangeError
            If there is no such channel, or none that is open.
        """
        widths = self.partial_widths()
        if channel not in widths:
            raise RangeError(f"channel: {channel!r} is not one of {', '.join(widths)}")
        if not any(widths.values()):
            raise RangeError(f"mediator_mass: at {self.mediator_mass} GeV no decay is open")
        return widths[channel] / sum(widths.values())

    @property
    def lifetime_s(self) -> float:
        """Mean lifetime at rest in s; infinite if no decay is open."""
        return _c_tau_cm(self.total_width) / SPEED_OF_LIGHT_CM_PER_S

    def decay_length_cm(self, energy: npt.ArrayLike) -> Array:
        """Mean decay length in the laboratory.

        Parameters
        ----------
        energy : array_like
            Energy of the mediator in GeV, any shape.

        Returns
        -------
        ndarray
            beta gamma c tau in cm, of the shape of `energy`.

        Raises
        ------
        RangeError
            If an energy is below the mass.
        """
        return decay_length_cm(energy, self.mediator_mass, self.total_width)


def decay_length_cm(energy: npt.ArrayLike, mass: float, width: float) -> Array:
    """Return the mean decay length in cm of a particle at energies in GeV, any shape.

    It is infinite if the width is zero.

    Raises
    ------
    RangeError
        If an energy is below the mass.

    Examples
    --------
    >>> decay_length_cm([5.0, 13.0], 5.0, 1.973269804593025e-14).round(9)
    array([0. , 2.4])
    """
    total = np.asarray(energy, dtype=float)
    if not np.all(total >= mass):
        raise RangeError(f"energy: {np.min(total)} GeV is not above the mass {mass} GeV")
    if width == 0:
        return np.full(total.shape, math.inf)
    return np.asarray(np.sqrt((total / mass) ** 2 - 1) * _c_tau_cm(width))


def _c_tau_cm(width: float) -> float:
    return HBAR_C_GEV_CM / width if width > 0 else math.inf
