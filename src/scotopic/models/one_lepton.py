"""What mediators have in common that couple to one charged lepton and to dark matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

import numpy.typing as npt

from scotopic.decays.leptons import LEPTON_MASSES
from scotopic.decays.widths import fermion_width, timelike_width
from scotopic.models.final_states import DarkState
from scotopic.models.mediator import Array, DecayingMediator
from scotopic.words import Lepton, SpinParity

_PAIRS: Final[Mapping[Lepton, str]] = MappingProxyType({"electron": "e+e-", "muon": "mu+mu-"})


@dataclass(frozen=True, kw_only=True)
class OneLeptonMediator(DecayingMediator):
    """A mediator that couples to one lepton as it does to a Dirac fermion.

    A model adds its fields, `lepton`, `kind` and `symbol`. Nothing else couples: no quarks;
    photons only through loops, which are left out.
    """

    lepton: ClassVar[Lepton]
    """The lepton to which it couples."""

    kind: ClassVar[SpinParity]
    """Kind of coupling, the same to the lepton and to dark matter."""

    @property
    def spin_parity(self) -> SpinParity:
        """Kind of coupling, the same to the lepton and to dark matter."""
        return self.kind

    def lepton_coupling(self, lepton: str) -> float:
        """Coupling in units of the elementary charge; none to the other lepton."""
        return self.coupling / self.coupling_unit if lepton == self.lepton else 0.0

    @property
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV that decays into the dark sector."""
        return 2 * self.dark_matter_mass

    @property
    def dark_states(self) -> tuple[DarkState, ...]:
        """A Dirac fermion."""
        return (DarkState(self.dark_matter_mass, 4),)

    @property
    def dark_matter_name(self) -> str:
        """What the dark matter is."""
        return "Dirac dark matter"

    @property
    def s_wave_width(self) -> float:
        """Width into two slow dark particles over their velocity, in GeV: of a pseudoscalar's."""
        return self.alpha_D * self.dark_matter_mass if self.kind == "pseudoscalar" else 0.0

    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of the one dark channel, `dark matter`, in GeV at virtual masses in GeV."""
        return {"dark matter": fermion_width(self.kind, mass, self.alpha_D, self.dark_matter_mass)}

    def timelike_dark_width_at(self, mass: npt.ArrayLike) -> Array:
        """Width of the timelike polarisation into dark matter in GeV: of an axial vector's."""
        if self.kind != "axial_vector":
            return super().timelike_dark_width_at(mass)
        return timelike_width(mass, self.alpha_D, self.dark_matter_mass)

    def timelike_visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of the timelike polarisation into the lepton in GeV: of an axial vector's."""
        if self.kind != "axial_vector":
            return super().timelike_visible_widths_at(mass)
        width = timelike_width(mass, self.coupling_strength, LEPTON_MASSES[self.lepton])
        return {_PAIRS[self.lepton]: width}

    def visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of the one visible channel, a pair of that lepton, in GeV; masses in GeV."""
        width = fermion_width(self.kind, mass, self.coupling_strength, LEPTON_MASSES[self.lepton])
        return {_PAIRS[self.lepton]: width}
