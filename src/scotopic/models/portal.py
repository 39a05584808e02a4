r"""What all models say: a coupling to ordinary matter, and what a virtual mediator becomes.

Whatever makes something dark makes it through a mediator of some virtual mass k. A model says how
often, by its spectral density

    rho(k^2) = (1/pi) |D(k^2)|^2 k Gamma_inv(k),

with the propagator D and the width Gamma_inv(k) into what leaves no trace: what is made is the
integral over k^2 of rho times the number of real mediators of mass k that would be made.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import Field, fields
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from scotopic.decays.widths import virtual_mass
from scotopic.display import Row, as_table, with_unit
from scotopic.errors import RangeError
from scotopic.models.final_states import DarkState
from scotopic.models.metadata import ALPHA_D, MEDIATOR_MASS, Parameter, in_words, parameters
from scotopic.units import ALPHA
from scotopic.words import SpinParity

if TYPE_CHECKING:
    from scotopic.models.mediator import DecayingMediator

Array = npt.NDArray[np.float64]

COUPLINGS: Final = (1e-50, 1e50)
"""Values that any coupling to ordinary matter may have: no power of them overflows or vanishes."""


class Portal(ABC):
    """Something between ordinary matter and what is dark: a mediator, at any virtual mass.

    A model is a frozen dataclass. Real mediators, which have a mass and decay, derive from
    `DecayingMediator`; dark states that a virtual photon makes from `PhotonPortal`. The field that
    `coupling_field` names is the one that is limited, and what is made is proportional to its
    square.

    Attributes
    ----------
    mediator_mass : float
        Mass in GeV; zero for the photon.
    alpha_D : float
        Dark coupling g_D^2/(4 pi) beside that field; zero if there is none.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    coupling_field: ClassVar[str]
    """Name of the field that is the coupling to ordinary matter, the one that is limited."""

    coupling_unit: ClassVar[float] = 1.0
    """Value of that field at which the mediator couples with the elementary charge, if it has no
    dimension."""

    coupling_range: ClassVar[tuple[float, float]] = (1e-8, 1.0)
    """Values of that field between which limits are looked for."""

    beyond_range: ClassVar[str] = ""
    """Why limits above that range would mean nothing, if that is so."""

    squared: "ClassVar[Parameter | None]" = None
    """What the square of the coupling is called, if limits are on that."""

    mass_field: ClassVar[str] = "mediator_mass"
    """Name of the field that is the mass along curves."""

    symbol: ClassVar[str]
    """Symbol of the mediator, as in `A'`."""

    dark_symbol: ClassVar[str] = r"\chi"
    """Symbol of the (lighter) dark matter particle in mathtext."""

    for_muons: ClassVar[str] = ""
    """Name of the model that stands for this one where a beam of muons looks for it."""

    semi_visible: ClassVar[bool] = False
    """Whether a dark particle decays visibly, so that searches name what they see of it."""

    converts: ClassVar[bool] = False
    """Whether two dark states turn into each other so slowly that each freezes out by itself."""

    mediator_mass: Annotated[float, MEDIATOR_MASS]
    alpha_D: Annotated[float, ALPHA_D]

    def __init_subclass__(cls) -> None:
        """Keep dataclasses from a repr of their own."""
        super().__init_subclass__()
        cls.__repr__ = Portal.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        """Return the model as one writes it: parameters that have their default are left out."""
        own = [f for f in fields(self) if f.init and getattr(self, f.name) != f.default]
        values = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in own)
        return f"{type(self).__name__}({values})"

    def _repr_html_(self) -> str:
        """Return the parameters and what follows from them as a table for notebooks."""
        every = parameters(type(self))
        values = {name: getattr(self, name) for name in every}
        own = {name: f"${every[name].label}$" for name in self.meaningful(every, values)}
        rows = []
        for name, symbol in (own | dict.fromkeys(self._follows(), "")).items():
            unit = parameters(type(self))[name].unit if name in own else "GeV"
            with suppress(RangeError):  # what is known of the widths has ends
                rows.append(Row(symbol, with_unit(getattr(self, name), unit), in_words(name)))
        return as_table(self, rows)

    def _follows(self) -> tuple[str, ...]:
        """Return what notebooks show beside the parameters."""
        return ()

    @classmethod
    def meaningful(cls, names: Iterable[str], values: Mapping[str, Any]) -> list[str]:  # noqa: ARG003 - for others
        """Return those of some parameters that mean something beside the values of others."""
        return list(names)

    @classmethod
    def described(cls, known: Parameter, values: Mapping[str, Any]) -> Parameter:  # noqa: ARG003 - for others
        """Return what is known of a parameter beside the values of others, which set its unit."""
        return known

    @property
    @abstractmethod
    def spin_parity(self) -> SpinParity:
        """Kind of coupling to leptons, by which production chooses the matrix element."""

    @abstractmethod
    def lepton_coupling(self, lepton: str) -> float:
        """Coupling to the electron or the muon in units of the elementary charge, not negative.

        A tensor's is in GeV^-1.

        Parameters
        ----------
        lepton : {"electron", "muon"}
            Which.
        """

    @abstractmethod
    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every dark channel in GeV at virtual masses in GeV, any shape."""

    @property
    @abstractmethod
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV that decays into the dark sector."""

    @property
    def dark_states(self) -> tuple[DarkState, ...]:
        """What carries the dark number, the lightest state first.

        Raises
        ------
        RangeError
            If the class does not say.
        """
        raise RangeError(f"model: no dark matter is known for {type(self).__name__}")

    def dark_thresholds(self) -> Mapping[str, float]:
        """Sum of the masses in GeV for each pair of dark particles that annihilates.

        The names are keys of `dark_widths_at`.
        """
        return dict.fromkeys(self.dark_widths_at(self.dark_threshold), self.dark_threshold)

    @property
    def s_wave_width(self) -> float | None:
        """Width into two of the lightest dark state over their velocity, at the threshold, in GeV.

        With it two of them annihilate however slow they are; None where that is not known.
        """
        return None

    @property
    def dark_dimension(self) -> int:
        """Power of GeV that alpha_D has."""
        return 0

    @property
    def highest_virtual_mass(self) -> float:
        """Virtual mass in GeV from which on the dark width exceeds it, if one with GeV^-1 does."""
        return math.inf

    @property
    def not_perturbative(self) -> str:
        """Why the dark coupling is too strong at the mediator's mass, "parameter: ...", if it is.

        A coupling with a dimension may be weak at one mass and strong at another. Where it is
        strong nothing is computed, for this reason.
        """
        return ""

    @property
    def dark_matter_name(self) -> str:
        """What the dark matter is, as in "Dirac dark matter"."""
        return "dark matter"

    @property
    def photon_coupling_per_GeV(self) -> float:
        """Coupling g to two photons, (g/4) X F F, in GeV^-1: none.

        For tensors, that of spin 0 with which photons turn into them as often.
        """
        return 0.0

    @property
    def meson_couplings(self) -> Mapping[str, float]:
        """Coupling to each vector meson, relative to that of the photon, by name: to none."""
        return {}

    def neutrino_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every channel of neutrinos in GeV at virtual masses in GeV: none."""
        virtual_mass(mass)
        return {}

    def timelike_dark_width_at(self, mass: npt.ArrayLike) -> Array:
        """Width of the timelike polarisation into dark matter in GeV at virtual masses in GeV.

        Zero for spin 0 and for a conserved current; see `decays.widths.timelike_width`.
        """
        return np.zeros(virtual_mass(mass).shape)

    def timelike_visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Widths of the timelike polarisation by visible channel in GeV; others are zero."""
        virtual_mass(mass)
        return {}

    @property
    def coupling_strength(self) -> float:
        """Strength g^2/(4 pi) of the strongest coupling to ordinary matter.

        Zero for couplings with a dimension, which have none.
        """
        charge = self.coupling / self.coupling_unit
        return charge * charge * ALPHA  # infinite, where a power is an error

    @property
    def coupling(self) -> float:
        """Value of the field that `coupling_field` names."""
        return float(getattr(self, self.coupling_field))

    def dark_width_at(self, mass: npt.ArrayLike) -> Array:
        """Width into the dark sector in GeV at virtual masses in GeV, any shape."""
        return np.asarray(sum(self.dark_widths_at(mass).values()))

    def invisible_width_at(self, mass: npt.ArrayLike) -> Array:
        """Width into dark matter and neutrinos in GeV at virtual masses in GeV, any shape."""
        return np.asarray(sum(self.neutrino_widths_at(mass).values(), self.dark_width_at(mass)))

    @property
    def invisible_threshold(self) -> float:
        """Smallest virtual mass in GeV with an invisible decay."""
        return self.dark_threshold

    def partial_widths(self) -> Mapping[str, float]:
        """Width of every channel in GeV on the mass shell; a photon has none."""
        return {}

    @property
    def invisible_width(self) -> float:
        """Width on the mass shell into dark matter and neutrinos in GeV."""
        return 0.0

    @property
    def scaling_invisible_width(self) -> float:
        """The part of `invisible_width` that goes as the square of the coupling, in GeV."""
        return 0.0

    @property
    def visible_width(self) -> float:
        """Width on the mass shell into charged leptons and hadrons in GeV."""
        return 0.0

    @property
    def total_width(self) -> float:
        """Total width on the mass shell in GeV."""
        return sum(self.partial_widths().values())

    @property
    def trace(self) -> str:
        """Why what is made is seen, "parameter: reason", where its coupling makes it decay."""
        return ""

    @property
    @abstractmethod
    def leaves_no_trace(self) -> bool:
        """Whether what becomes of it, at some virtual mass, is not seen."""

    @property
    def remark(self) -> str:
        """What is odd about its parameters, if anything."""
        return ""

    @property
    def is_closed(self) -> bool:
        """Whether a real mediator is too light to decay into the dark sector, as a photon is."""
        return True

    @property
    @abstractmethod
    def is_off_shell(self) -> bool:
        """Whether virtual masses beside the mediator's own count."""

    @abstractmethod
    def propagator_squared(
        self, mass: npt.ArrayLike, distance: npt.ArrayLike | None = None
    ) -> Array:
        """Return |D|^2 in GeV^-4 at weak coupling.

        Parameters
        ----------
        mass : array_like
            Virtual masses k in GeV, any shape.
        distance : array_like, optional
            k^2 minus the squared mass in GeV^2, where that is known better.
        """

    @property
    @abstractmethod
    def resonance_scale(self) -> float:
        """Distance in GeV^2 from the squared mass over which k^2 changes `propagator_squared`."""

    @abstractmethod
    def at_virtual_mass(self, mass: float) -> "DecayingMediator":
        """Return a real mediator of a mass in GeV that is made as virtual ones of that mass are."""

    def spectral_density(self, mass: npt.ArrayLike, distance: npt.ArrayLike | None = None) -> Array:
        """Return rho = |D|^2 k Gamma_dark(k)/pi in GeV^-2; parameters as `propagator_squared`.

        Its integral over k^2 is one for a narrow mediator that decays into the dark sector.
        """
        k = virtual_mass(mass)
        resonance = self.propagator_squared(k, distance)
        return np.asarray(k * self.dark_width_at(k) * resonance / math.pi)
