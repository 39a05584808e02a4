"""What exists: mediators with their masses, couplings, widths and branching ratios.

A new mediator is one new module with a frozen dataclass that satisfies `Mediator`, most easily by
deriving from `models.mediator.DecayingMediator`, and one line in `models.registry`.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from scotopic.decays.three_body import Pair
from scotopic.words import SpinParity


class Mediator(Protocol):
    """What production, signal and cosmology need to know of a mediator."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    coupling_field: ClassVar[str]
    """Name of the field that is the coupling to ordinary matter, the one that is limited."""

    @property
    def spin_parity(self) -> SpinParity:
        """Kind of coupling to leptons, by which production chooses the matrix element."""

    @property
    def mediator_mass(self) -> float:
        """Mass in GeV."""

    @property
    def coupling(self) -> float:
        """Value of the field that `coupling_field` names."""

    def lepton_coupling(self, lepton: str) -> float:
        """Coupling to "electron" or "muon" in units of the elementary charge, not negative.

        It is proportional to that field; for a dark photon it is that field, the kinetic mixing.
        """

    @property
    def invisible_width(self) -> float:
        """Width into dark matter and neutrinos in GeV."""

    @property
    def visible_width(self) -> float:
        """Width into charged leptons and hadrons in GeV."""

    @property
    def total_width(self) -> float:
        """Total width in GeV."""

    def partial_widths(self) -> Mapping[str, float]:
        """Width of every channel in GeV."""

    def branching_ratio(self, channel: str) -> float:
        """Fraction of the decays into a channel of `partial_widths`."""

    def decay_length_cm(self, energy: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Mean decay length in the laboratory at these energies in GeV."""

    def invisible_width_at(self, mass: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Width into dark matter and neutrinos in GeV at virtual masses in GeV."""

    @property
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV that decays into the dark sector."""

    @property
    def invisible_threshold(self) -> float:
        """Smallest virtual mass in GeV with an invisible decay."""


@dataclass(frozen=True)
class DarkChannel:
    """A decay of the mediator into two dark particles, of which chi2 decays further.

    Attributes
    ----------
    name : str
        Key of `dark_widths_at`.
    masses : tuple of float
        Masses of the two particles in GeV, those of the chi2 first.
    partners : int
        How many of the two are chi2: 0, 1 or 2.
    branching_ratio : float
        Fraction of all decays of the mediator.
    """

    name: str
    masses: tuple[float, float]
    partners: int
    branching_ratio: float


class SemiVisibleMediator(Mediator, Protocol):
    """A mediator that decays into chi_i chi_j, with chi2 -> chi1 + a visible pair."""

    @property
    def dark_matter_mass(self) -> float:
        """Mass of chi1 in GeV."""

    @property
    def partner_mass(self) -> float:
        """Mass of chi2 in GeV."""

    def dark_channels(self) -> tuple[DarkChannel, ...]:
        """Return the dark decays at the mediator's mass, closed ones included."""

    def dark_widths_at(self, mass: npt.ArrayLike) -> Mapping[str, npt.NDArray[np.float64]]:
        """Width of each of `dark_channels` in GeV at virtual masses in GeV."""

    def chi2_partial_widths(self) -> Mapping[Pair, float]:
        """Width of chi2 -> chi1 + pair in GeV, closed ones included."""

    @property
    def chi2_is_stable(self) -> bool:
        """Whether no decay of chi2 is open."""

    @property
    def chi2_c_tau_cm(self) -> float:
        """Lifetime of chi2 at rest times the speed of light in cm; infinite if it is stable."""
