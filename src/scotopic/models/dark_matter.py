"""Dark matter of one kind, as vector mediators couple to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args

import numpy.typing as npt

from scotopic.checked import number_within, one_of
from scotopic.decays.widths import complex_scalar_width, fermion_width, majorana_width
from scotopic.errors import RangeError
from scotopic.models.dark_kinds import DARK_KINDS
from scotopic.models.final_states import DarkState
from scotopic.models.mediator import Array, DecayingMediator
from scotopic.models.metadata import SPLITTING, Parameter, upright
from scotopic.words import DarkMatter


@dataclass(frozen=True, kw_only=True)
class VectorCoupledDarkMatter(DecayingMediator):
    """The dark side of a vector mediator.

    Attributes
    ----------
    dark_matter : {"complex_scalar", "dirac", "majorana", "pseudo_dirac"}
        What the mediator couples to.
    splitting : float
        (m_chi2 - m_chi1)/m_chi1, for pseudo-Dirac dark matter only.

    Raises
    ------
    RangeError
        If a value does not fit the kind of dark matter.
    """

    dark_matter: Annotated[
        DarkMatter,
        Parameter(
            label=upright("dark matter"),
            long_name="kind of dark matter",
            usual="complex_scalar",
        ),
    ]
    splitting: Annotated[float, SPLITTING] = 0.0

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        super().__post_init__()
        number_within("splitting", self.splitting, SPLITTING.low, SPLITTING.high)
        one_of("dark_matter", self.dark_matter, get_args(DarkMatter))
        if self.splitting > 0 and self.dark_matter != "pseudo_dirac":
            raise RangeError(
                f"splitting: {self.splitting} needs pseudo_dirac dark matter,"
                f" but dark_matter is {self.dark_matter}"
            )

    @classmethod
    def meaningful(cls, names: Iterable[str], values: Mapping[str, Any]) -> list[str]:
        """Return those of some parameters that mean something beside the values of others."""
        splits = values.get("dark_matter") == "pseudo_dirac"
        return [name for name in names if splits or name != "splitting"]

    @property
    def partner_mass(self) -> float:
        """Mass of the second particle of the dark decay in GeV: m_chi2, or the same as m_chi."""
        return self.dark_matter_mass * (1 + self.splitting)

    @property
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV that decays into the dark sector."""
        return self.dark_matter_mass + self.partner_mass

    @property
    def dark_matter_name(self) -> str:
        """What the dark matter is."""
        return f"{DARK_KINDS[self.dark_matter].name} dark matter"

    @property
    def dark_states(self) -> tuple[DarkState, ...]:
        """What carries the dark number, the lightest state first."""
        kind = DARK_KINDS[self.dark_matter]
        states = (kind.state(self.dark_matter_mass), kind.state(self.partner_mass))
        return states if self.dark_matter == "pseudo_dirac" else states[:1]

    @property
    def decays_to_dark_matter(self) -> bool:
        """Whether the decay into dark matter is open."""
        return float(self.dark_width_at(self.mediator_mass)) > 0

    @property
    def dark_strength(self) -> float:
        """Strength g_D^2/(4 pi) of the coupling to dark matter."""
        return self.alpha_D

    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of the one dark channel, `dark matter`, in GeV at virtual masses in GeV."""
        chi, alpha = self.dark_matter_mass, self.dark_strength
        match self.dark_matter:
            case "complex_scalar":
                width = complex_scalar_width(mass, alpha, chi)
            case "majorana":
                width = majorana_width("axial_vector", mass, alpha, chi)
            case _:
                width = fermion_width("vector", mass, alpha, chi, self.partner_mass)
        return {"dark matter": width}
