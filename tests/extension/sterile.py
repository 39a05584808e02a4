"""A mediator of one's own, in one file: a light vector of right-handed neutrinos and electrons."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt

from scotopic.decays.widths import fermion_width
from scotopic.models.final_states import DarkState
from scotopic.models.mediator import DecayingMediator
from scotopic.models.metadata import Parameter
from scotopic.models.registry import register_model
from scotopic.units import ELECTRON_MASS
from scotopic.words import SpinParity

Array = npt.NDArray[np.float64]


@register_model("sterile_vector")
@dataclass(frozen=True, kw_only=True)
class SterileVector(DecayingMediator):
    """It couples to electrons with g_s, in units of e, and to a heavy sterile Dirac neutrino."""

    coupling_field: ClassVar[str] = "sterile_coupling"
    symbol: ClassVar[str] = "V"
    dark_symbol: ClassVar[str] = "N"

    mediator_mass: float
    sterile_coupling: Annotated[float, Parameter(label="g_s", long_name="sterile coupling")]
    alpha_D: float
    mass_ratio: float
    flavour_number: float = 1.0

    @property
    def spin_parity(self) -> SpinParity:
        return "vector"

    def lepton_coupling(self, lepton: str) -> float:
        return self.sterile_coupling if lepton == "electron" else 0.0

    @property
    def dark_threshold(self) -> float:
        return 2 * self.dark_matter_mass

    @property
    def dark_states(self) -> tuple[DarkState, ...]:
        return (DarkState(self.dark_matter_mass, 4),)

    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        return {"N N": fermion_width("vector", mass, self.alpha_D, self.dark_matter_mass)}

    def visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        return {"e+e-": fermion_width("vector", mass, self.coupling_strength, ELECTRON_MASS)}
