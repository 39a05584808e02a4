"""What all mediators with a dark decay have in common: the sums over their widths."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import Field, fields
from typing import Annotated, Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import make_floats, positive, within
from scotopic.decays.widths import virtual_mass
from scotopic.display import Row, as_table, with_unit
from scotopic.errors import RangeError, not_one_of
from scotopic.models.final_states import DarkState
from scotopic.models.metadata import (
    ALPHA_D,
    MASS_RATIO,
    MEDIATOR_MASS,
    in_words,
    numeric_fields,
    parameters,
)
from scotopic.units import ALPHA, HBAR_C_GEV_CM, SPEED_OF_LIGHT_CM_PER_S
from scotopic.words import SpinParity

Array = npt.NDArray[np.float64]

_FASTEST = 1e30  # GeV, for decay lengths
_ABOVE_HADRONS = 1.0  # GeV, far above two pions
COUPLINGS: Final = (1e-50, 1e50)
"""Values that any coupling to ordinary matter may have: no power of them overflows or vanishes."""

_WEAKEST = 1e-60  # of the dark couplings, zero apart
_PERTURBATIVE = 1 + 1e-12  # beyond, no order is smaller than the one before; an axis may end at it


class DecayingMediator(ABC):
    """A mediator whose widths are known at any virtual mass.

    A model is a frozen dataclass with at least the fields below and the one that
    `coupling_field` names. Production and visible widths are proportional to the square of that
    field; widths into the dark sector do not depend on it, see `scaling_invisible_width`.

    Attributes
    ----------
    mediator_mass : float
        Mass in GeV.
    alpha_D : float
        Dark coupling g_D^2/(4 pi); zero for a mediator that does not couple to the dark sector.
    mass_ratio : float
        Mass of the mediator over that of the (lighter) dark matter particle.

    Raises
    ------
    RangeError
        If a value is not finite or has the wrong sign, or a coupling is not perturbative:
        g^2/(4 pi) above 1.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    coupling_field: ClassVar[str]
    """Name of the field that is the coupling to ordinary matter, the one that is limited."""

    coupling_unit: ClassVar[float] = 1.0
    """Value of that field at which the mediator couples with the elementary charge, if it has no
    dimension."""

    coupling_range: ClassVar[tuple[float, float]] = (1e-8, 1.0)
    """Values of that field between which limits are looked for."""

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
    mass_ratio: Annotated[float, MASS_RATIO]

    def __post_init__(self) -> None:
        """Make floats of all numbers, and refuse what the formulas do not describe."""
        make_floats(self, *numeric_fields(type(self)))
        possible = (  # all at once, since planes make many models
            MEDIATOR_MASS.low <= self.mediator_mass <= MEDIATOR_MASS.high
            and MASS_RATIO.low <= self.mass_ratio <= MASS_RATIO.high
            and COUPLINGS[0] <= self.coupling <= COUPLINGS[1]
            and (self.alpha_D == 0 or _WEAKEST <= self.alpha_D <= _PERTURBATIVE)
            and self.coupling_strength <= _PERTURBATIVE
        )
        if not possible:
            self._explain()

    def _explain(self) -> None:
        """Say what is wrong."""
        for name in ("mediator_mass", self.coupling_field, "mass_ratio"):
            positive(name, getattr(self, name))
        within("mediator_mass", self.mediator_mass, MEDIATOR_MASS.low, MEDIATOR_MASS.high)
        within("mass_ratio", self.mass_ratio, MASS_RATIO.low, MASS_RATIO.high)
        within(self.coupling_field, self.coupling, *COUPLINGS)
        within("alpha_D", self.alpha_D, 0.0)
        self._refuse_strong("alpha_D", self.alpha_D)
        within("alpha_D, if not zero", self.alpha_D or 1.0, _WEAKEST)
        self._refuse_strong(self.coupling_field, self.coupling_strength)

    def _refuse_strong(self, name: str, strength: float) -> None:
        if strength > _PERTURBATIVE:
            raise RangeError(
                f"{name}: {getattr(self, name):g} means g^2/(4 pi) = {strength:.3g}, above 1:"
                " not perturbative"
            )

    def __init_subclass__(cls) -> None:
        """Keep dataclasses from a repr of their own."""
        super().__init_subclass__()
        cls.__repr__ = DecayingMediator.__repr__  # type: ignore[method-assign]

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
        dark = ("dark_matter_mass",) if self.alpha_D > 0 else ()
        follows = dict.fromkeys((*dark, "invisible_width", "visible_width"), "")
        rows = []
        for name, symbol in (own | follows).items():
            unit = parameters(type(self))[name].unit if name in own else "GeV"
            with suppress(RangeError):  # what is known of the widths has ends
                rows.append(Row(symbol, with_unit(getattr(self, name), unit), in_words(name)))
        return as_table(self, rows)

    @classmethod
    def meaningful(cls, names: Iterable[str], values: Mapping[str, Any]) -> list[str]:  # noqa: ARG003 - for others
        """Return those of some parameters that mean something beside the values of others."""
        return list(names)

    @property
    @abstractmethod
    def spin_parity(self) -> SpinParity:
        """Kind of coupling to leptons, by which production chooses the matrix element."""

    @abstractmethod
    def lepton_coupling(self, lepton: str) -> float:
        """Coupling to the electron or the muon in units of the elementary charge, not negative.

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

    @abstractmethod
    def visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every visible channel in GeV at virtual masses in GeV, any shape."""

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
        return dict.fromkeys(self.dark_widths_at(self.mediator_mass), self.dark_threshold)

    @property
    def s_wave_current(self) -> float | None:
        """Square of the vector current of the lightest dark state with itself, without alpha_D.

        With it two of them annihilate however slow they are; None where that is not known.
        """
        return None

    @property
    def dark_matter_name(self) -> str:
        """What the dark matter is, as in "Dirac dark matter"."""
        return "dark matter"

    @property
    def photon_coupling_per_GeV(self) -> float:
        """Coupling g to two photons, (g/4) X F F, in GeV^-1: none."""
        return 0.0

    @property
    def meson_couplings(self) -> Mapping[str, float]:
        """Coupling to each vector meson, relative to that of the photon, by name: to none."""
        return {}

    @property
    def couples_to(self) -> frozenset[str]:
        """What ordinary matter it couples to, of electron, muon, photon, quarks and neutrinos.

        By a finite loop too; photons are those of `photon_coupling_per_GeV`.
        """
        mass = np.array(_ABOVE_HADRONS)
        strengths = {
            "electron": self.lepton_coupling("electron"),
            "muon": self.lepton_coupling("muon"),
            "photon": self.photon_coupling_per_GeV,
            "quarks": float(self.visible_widths_at(mass).get("hadrons", 0.0)),
            "neutrinos": float(sum(self.neutrino_widths_at(mass).values())),
        }
        return frozenset(name for name, strength in strengths.items() if strength > 0)

    def neutrino_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every channel of neutrinos in GeV at virtual masses in GeV: none."""
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

    @property
    def dark_matter_mass(self) -> float:
        """Mass of the (lighter) dark matter particle in GeV."""
        return self.mediator_mass / self.mass_ratio

    @property
    def y(self) -> float:
        """Coupling in units of e, squared, times alpha_D (m_chi1/m_X)^4."""
        return (self.coupling / self.coupling_unit) ** 2 * self.alpha_D / self.mass_ratio**4

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

    def partial_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every channel in GeV at virtual masses in GeV, visible ones first.

        Raises
        ------
        RangeError
            Beyond the table of the hadronic ratio, for mediators that couple to quarks.
        """
        return (
            self.visible_widths_at(mass) | self.neutrino_widths_at(mass) | self.dark_widths_at(mass)
        )

    def partial_widths(self) -> Mapping[str, float]:
        """Width of every channel in GeV; the names are those of `partial_widths_at`."""
        return {name: float(w) for name, w in self.partial_widths_at(self.mediator_mass).items()}

    @property
    def invisible_width(self) -> float:
        """Width into dark matter and neutrinos in GeV (of chi2 too, which may decay visibly)."""
        return float(self.invisible_width_at(self.mediator_mass))

    @property
    def scaling_invisible_width(self) -> float:
        """The part of `invisible_width` that goes as the square of the coupling, in GeV."""
        return float(sum(self.neutrino_widths_at(self.mediator_mass).values()))

    @property
    def visible_width(self) -> float:
        """Width into charged leptons and hadrons in GeV."""
        return float(sum(self.visible_widths_at(self.mediator_mass).values()))

    @property
    def total_width(self) -> float:
        """Total width in GeV."""
        return sum(self.partial_widths().values())

    @property
    def leaves_no_trace(self) -> bool:
        """Whether there is a decay of which nothing is seen."""
        return self.invisible_width > 0

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
            raise RangeError(f"channel: {not_one_of(channel, widths)}")
        if not any(widths.values()):
            raise RangeError(f"mediator_mass: at {self.mediator_mass} GeV no decay is open")
        return widths[channel] / sum(widths.values())

    @property
    def lifetime_s(self) -> float:
        """Mean lifetime at rest in s; infinite if no decay is open."""
        return c_tau_cm(self.total_width) / SPEED_OF_LIGHT_CM_PER_S

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
    total = within("energy", energy, 0.0, _FASTEST, "GeV")
    if not np.all(total >= mass):
        raise RangeError(f"energy: {np.min(total)} GeV is not above the mass {mass} GeV")
    if width == 0:
        return np.full(total.shape, math.inf)
    return np.asarray(np.sqrt((total / mass) ** 2 - 1) * c_tau_cm(width))


def c_tau_cm(width: float) -> float:
    """Return the mean lifetime times the speed of light in cm, of a width in GeV."""
    return HBAR_C_GEV_CM / width if width > 0 else math.inf
