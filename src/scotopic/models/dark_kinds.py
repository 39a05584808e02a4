"""Kinds of dark matter: what each is, and how mediators that take several of them couple to it.

A kind says its name, its degrees of freedom, and whether it is its own antiparticle. A mediator
says for each kind that it takes the width into a pair, the partial wave in which a pair
annihilates, and the dimension of the coupling: a table of `DarkCoupling`, one a kind.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import number_within, one_of
from scotopic.decays.widths import HEAVIEST, virtual_mass
from scotopic.models.final_states import DarkState
from scotopic.models.mediator import PERTURBATIVE, STRONGEST, Array, DecayingMediator
from scotopic.models.metadata import ALPHA_D, Parameter, upright
from scotopic.words import NOT_PERTURBATIVE


@dataclass(frozen=True)
class DarkKind:
    """A kind of dark matter.

    Attributes
    ----------
    name : str
        In words.
    degrees_of_freedom : int
        Of the particle and its antiparticle.
    self_conjugate : bool
        Whether these are the same.
    """

    name: str
    degrees_of_freedom: int
    self_conjugate: bool = False

    def state(self, mass: float) -> DarkState:
        """Return a particle of this kind with a mass in GeV."""
        return DarkState(mass, self.degrees_of_freedom, self.self_conjugate)


DARK_KINDS: Final[Mapping[str, DarkKind]] = MappingProxyType(
    {
        "dirac": DarkKind("Dirac", 4),
        "majorana": DarkKind("Majorana", 2, self_conjugate=True),
        "pseudo_dirac": DarkKind("pseudo-Dirac", 2, self_conjugate=True),
        "complex_scalar": DarkKind("complex scalar", 2),
        "real_scalar": DarkKind("real scalar", 1, self_conjugate=True),
        "vector": DarkKind("vector", 3, self_conjugate=True),
        "vector_dual": DarkKind("vector (dual)", 3, self_conjugate=True),
    }
)
"""All kinds; of pseudo-Dirac dark matter it is one of the two states."""


@dataclass(frozen=True)
class DarkCoupling:
    """How a mediator couples to one kind of dark matter.

    The width of a mediator of the virtual mass k into a pair, of r = m_chi/k each and of velocity
    b = sqrt(1 - 4 r^2), is alpha f(k, r^2) b^(2L + 1).

    Attributes
    ----------
    reduced : callable
        f, of k in GeV and r^2.
    wave : int
        L, the partial wave: 0 if pairs annihilate however slow they are.
    dimension : int
        Power of GeV that alpha = g^2/(4 pi) has.
    """

    reduced: Callable[[Array, Array], Array]
    wave: int
    dimension: int = 0

    def width(self, mass: npt.ArrayLike, alpha: float, dark_mass: float) -> Array:
        """Return the width in GeV at virtual masses in GeV, of any shape; zero if it is closed."""
        k = virtual_mass(mass)
        squared = (number_within("dark_matter_mass", dark_mass, 0.0, HEAVIEST, "GeV") / k) ** 2
        velocity = np.sqrt(np.maximum(1 - 4 * squared, 0.0))
        reduced = self.reduced(k, np.minimum(squared, 0.25))
        return np.asarray(alpha * reduced * velocity ** (2 * self.wave + 1))

    def s_wave_width(self, alpha: float, dark_mass: float) -> float:
        """Return the width over the velocity b at the threshold in GeV; zero but for s waves."""
        if self.wave > 0:
            return 0.0
        return float(alpha * self.reduced(np.array(2 * dark_mass), np.array(0.25)))


DARK_MATTER: Final = Parameter(
    label=upright("dark matter"), long_name="kind of dark matter", usual="dirac"
)


@dataclass(frozen=True, kw_only=True)
class DarkMatterOfKind(DecayingMediator):
    """The dark side of a mediator that takes several kinds of dark matter.

    A model adds `dark_couplings` and annotates `dark_matter` with its choices.

    Attributes
    ----------
    alpha_D : float
        g_D^2/(4 pi), in GeV to the power of `dark_dimension`.
    dark_matter : str
        The kind of dark matter.

    Raises
    ------
    RangeError
        If the kind is none that the mediator takes.
    """

    dark_couplings: ClassVar[Mapping[str, DarkCoupling]]
    """How it couples to each kind."""

    alpha_D: Annotated[float, replace(ALPHA_D, high=STRONGEST)]
    dark_matter: Annotated[str, DARK_MATTER] = "dirac"

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        one_of("dark_matter", self.dark_matter, tuple(self.dark_couplings))
        super().__post_init__()

    @classmethod
    def described(cls, known: Parameter, values: Mapping[str, Any]) -> Parameter:
        """Return what is known of a parameter beside the others: alpha_D and y may have units."""
        coupling = cls.dark_couplings.get(str(values.get("dark_matter")))
        if coupling is None or coupling.dimension == 0 or known.name not in ("alpha_D", "y"):
            return known
        return replace(known, unit=f"GeV^{coupling.dimension}")

    @property
    def dark_coupling(self) -> DarkCoupling:
        """How it couples to its dark matter."""
        return self.dark_couplings[self.dark_matter]

    @property
    def dark_dimension(self) -> int:
        """Power of GeV that alpha_D has."""
        return self.dark_coupling.dimension

    @property
    def not_perturbative(self) -> str:
        """Why the dark coupling is too strong at the mediator's mass, if it is."""
        power = self.dark_dimension
        if not power or self.alpha_D / self.mediator_mass**power <= PERTURBATIVE:
            return ""
        side, strength = ("below", "alpha_D/") if power > 0 else ("above", "alpha_D ")
        return (
            f"alpha_D: {self.alpha_D:g} GeV^{power} is {NOT_PERTURBATIVE} at mediator masses {side}"
            f" {self.alpha_D ** (1 / power):.4g} GeV, where {strength}m^{abs(power)} is above 1"
        )

    @property
    def remark(self) -> str:
        """That a mediator is too light for its dark decay, or what else is odd."""
        if super().remark or not (self.is_closed and self.is_off_shell):
            return super().remark
        return (
            f"mass_ratio: {self.mass_ratio:g} is not above 2: the mediator is too light to decay"
            " into dark matter, and virtual ones alone count"
        )

    @property
    def highest_virtual_mass(self) -> float:
        """Virtual mass in GeV from which on the dark width exceeds it: for powers of GeV^-1."""
        power = self.dark_dimension
        if power >= 0 or self.alpha_D == 0:
            return math.inf
        massless = float(self.dark_coupling.reduced(np.array(1.0), np.array(0.0)))
        return float((self.alpha_D * massless) ** (1 / power))

    @property
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV that decays into the dark sector."""
        return 2 * self.dark_matter_mass

    @property
    def dark_states(self) -> tuple[DarkState, ...]:
        """The dark matter, its antiparticle counted with it."""
        return (DARK_KINDS[self.dark_matter].state(self.dark_matter_mass),)

    @property
    def dark_matter_name(self) -> str:
        """What the dark matter is."""
        return f"{DARK_KINDS[self.dark_matter].name} dark matter"

    @property
    def s_wave_width(self) -> float:
        """Width into two slow dark particles over their velocity, in GeV."""
        return self.dark_coupling.s_wave_width(self.alpha_D, self.dark_matter_mass)

    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of the one dark channel, `dark matter`, in GeV at virtual masses in GeV."""
        width = self.dark_coupling.width(mass, self.alpha_D, self.dark_matter_mass)
        return {"dark matter": width}
