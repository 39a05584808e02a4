"""Dark matter of one kind, as vector mediators couple to it."""

from dataclasses import dataclass
from typing import get_args

import numpy.typing as npt

from scotopic.decays.widths import complex_scalar_width, fermion_width, majorana_width
from scotopic.errors import RangeError
from scotopic.models.mediator import Array, DecayingMediator
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

    dark_matter: DarkMatter
    splitting: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        super().__post_init__()
        self._refuse_negative("splitting")
        if self.dark_matter not in get_args(DarkMatter):
            kinds = ", ".join(get_args(DarkMatter))
            raise RangeError(f"dark_matter: {self.dark_matter!r} is not one of {kinds}")
        if self.splitting > 0 and self.dark_matter != "pseudo_dirac":
            raise RangeError(
                f"splitting: {self.splitting} needs pseudo_dirac dark matter,"
                f" but dark_matter is {self.dark_matter}"
            )

    @property
    def partner_mass(self) -> float:
        """Mass of the second particle of the dark decay in GeV: m_chi2, or the same as m_chi."""
        return self.dark_matter_mass * (1 + self.splitting)

    @property
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV that decays into the dark sector."""
        return self.dark_matter_mass + self.partner_mass

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
