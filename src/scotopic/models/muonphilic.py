r"""Scalar and pseudoscalar mediators that couple to muons and to Dirac matter.

    scalar        g S mubar mu              + g_D S chibar chi
    pseudoscalar  g P mubar i gamma_5 mu    + g_D P chibar i gamma_5 chi

(Gninenko, Krasnikov and Matveev, Phys. Usp. 64 (2021) 1286, section 3.5, footnote 24, and Fig. 14,
for the scalar.) Nothing else couples; photons only through loops, which are left out. The vector
is the Z' of `charged_vector`.
"""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy.typing as npt

from scotopic.decays.widths import SpinParity, fermion_width
from scotopic.models.mediator import Array, DecayingMediator
from scotopic.units import ELEMENTARY_CHARGE, MUON_MASS


@dataclass(frozen=True, kw_only=True)
class MuonphilicMediator(DecayingMediator):
    """What the two have in common.

    Attributes
    ----------
    mediator_mass : float
        Mass in GeV.
    muon_coupling : float
        g.
    alpha_D : float
        Dark coupling g_D^2/(4 pi); zero for a mediator that decays to muons alone, or not at all.
    mass_ratio : float
        Mass over that of the Dirac dark matter; at or below 2 the dark decay is closed.

    Raises
    ------
    RangeError
        If a value is out of range or a coupling is not perturbative (g^2 > 4 pi).
    """

    coupling_field: ClassVar[str] = "muon_coupling"
    coupling_unit: ClassVar[float] = ELEMENTARY_CHARGE

    mediator_mass: float
    muon_coupling: float
    alpha_D: float
    mass_ratio: float

    @property
    @abstractmethod
    def spin_parity(self) -> SpinParity:
        """Kind of coupling, the same to muons and to dark matter."""

    def lepton_coupling(self, lepton: str) -> float:
        """Coupling in units of the elementary charge: g/e to muons, none to electrons."""
        return self.muon_coupling / ELEMENTARY_CHARGE if lepton == "muon" else 0.0

    @property
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV that decays into the dark sector."""
        return 2 * self.dark_matter_mass

    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of the one dark channel, `dark matter`, in GeV at virtual masses in GeV."""
        chi = self.dark_matter_mass
        return {"dark matter": fermion_width(self.spin_parity, mass, self.alpha_D, chi)}

    def visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of the one visible channel, `mu+mu-`, in GeV at virtual masses in GeV."""
        strength = self.muon_coupling**2 / (4 * math.pi)
        return {"mu+mu-": fermion_width(self.spin_parity, mass, strength, MUON_MASS)}


@dataclass(frozen=True, kw_only=True)
class MuonphilicScalar(MuonphilicMediator):
    """A scalar that couples to muons; attributes and errors of `MuonphilicMediator`.

    Examples
    --------
    >>> model = MuonphilicScalar(mediator_mass=0.3, muon_coupling=1e-3, alpha_D=0.1, mass_ratio=3)
    >>> f"{model.invisible_width:.3g} GeV {model.branching_ratio('mu+mu-'):.2g}"
    '0.00621 GeV 6.9e-07'
    """

    symbol: ClassVar[str] = "S"

    @property
    def spin_parity(self) -> SpinParity:
        """Kind of coupling, the same to muons and to dark matter."""
        return "scalar"


@dataclass(frozen=True, kw_only=True)
class MuonphilicPseudoscalar(MuonphilicMediator):
    """A pseudoscalar that couples to muons; attributes and errors of `MuonphilicMediator`.

    Examples
    --------
    >>> model = MuonphilicPseudoscalar(mediator_mass=0.1, muon_coupling=1e-3, alpha_D=0.1,
    ...                                mass_ratio=3)
    >>> model.lepton_coupling("electron"), round(model.lepton_coupling("muon"), 5)
    (0.0, 0.0033)
    """

    symbol: ClassVar[str] = "P"

    @property
    def spin_parity(self) -> SpinParity:
        """Kind of coupling, the same to muons and to dark matter."""
        return "pseudoscalar"
