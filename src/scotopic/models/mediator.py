"""What all mediators of a mass have in common: the sums over their widths, and their resonance."""

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final, Self

import numpy as np
import numpy.typing as npt

from scotopic.checked import make_floats, of_one_shape, positive, within
from scotopic.decays.widths import virtual_mass
from scotopic.errors import RangeError, not_one_of
from scotopic.models.metadata import MASS_RATIO, MEDIATOR_MASS, numeric_fields
from scotopic.models.portal import COUPLINGS, Portal
from scotopic.units import HBAR_C_GEV_CM, SPEED_OF_LIGHT_CM_PER_S

Array = npt.NDArray[np.float64]

PERTURBATIVE: Final = 1 + 1e-12
"""g^2/(4 pi) beyond which no order is smaller than the one before; an axis may end at 1."""

STRONGEST: Final = 1e30
"""Largest dark coupling that has a dimension, in powers of GeV."""

NARROW: Final = 1e-3
"""Width over mass, at the mass or far above it, up to which only its own mass counts."""

_FASTEST = 1e30  # GeV, for decay lengths
_ABOVE_HADRONS = 1.0  # GeV, far above two pions
_FAR = 2.0  # times mass or threshold, where dark decays are wide open
_NEAR = 1e-9  # of the squared threshold, nearer to which no resonance need be resolved
_WEAKEST = 1e-60  # of the dark couplings, zero apart


class DecayingMediator(Portal):
    """A mediator with a mass, whose widths are known at any virtual mass.

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

    mass_ratio: Annotated[float, MASS_RATIO]

    def __post_init__(self) -> None:
        """Make floats of all numbers, and refuse what the formulas do not describe."""
        make_floats(self, *numeric_fields(type(self)))
        possible = (  # all at once, since planes make many models
            MEDIATOR_MASS.low <= self.mediator_mass <= MEDIATOR_MASS.high
            and MASS_RATIO.low <= self.mass_ratio <= MASS_RATIO.high
            and COUPLINGS[0] <= self.coupling <= COUPLINGS[1]
            and (self.alpha_D == 0 or _WEAKEST <= self.alpha_D <= self._strongest)
            and self.coupling_strength <= PERTURBATIVE
        )
        if not possible:
            self._explain()

    @property
    def _strongest(self) -> float:
        return STRONGEST if self.dark_dimension else PERTURBATIVE

    def _explain(self) -> None:
        """Say what is wrong."""
        for name in ("mediator_mass", self.coupling_field, "mass_ratio"):
            positive(name, getattr(self, name))
        within("mediator_mass", self.mediator_mass, MEDIATOR_MASS.low, MEDIATOR_MASS.high)
        within("mass_ratio", self.mass_ratio, MASS_RATIO.low, MASS_RATIO.high)
        within(self.coupling_field, self.coupling, *COUPLINGS)
        within("alpha_D", self.alpha_D, 0.0)
        if self.dark_dimension:
            within("alpha_D", self.alpha_D, 0.0, STRONGEST)
        else:
            self._refuse_strong("alpha_D", self.alpha_D)
        within("alpha_D, if not zero", self.alpha_D or 1.0, _WEAKEST)
        self._refuse_strong(self.coupling_field, self.coupling_strength)

    def _refuse_strong(self, name: str, strength: float) -> None:
        if strength > PERTURBATIVE:
            raise RangeError(
                f"{name}: {getattr(self, name):g} means g^2/(4 pi) = {strength:.3g}, above 1:"
                " not perturbative"
            )

    @abstractmethod
    def visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every visible channel in GeV at virtual masses in GeV, any shape."""

    @property
    def unknown_channels(self) -> tuple[str, ...]:
        """What it decays into although the width is not computed: nothing."""
        return ()

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

    @property
    def dark_matter_mass(self) -> float:
        """Mass of the (lighter) dark matter particle in GeV."""
        return self.mediator_mass / self.mass_ratio

    @property
    def y(self) -> float:
        """Coupling in units of e, squared, times alpha_D (m_chi1/m_X)^4."""
        return (self.coupling / self.coupling_unit) ** 2 * self.alpha_D / self.mass_ratio**4

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
    def leaves_no_trace(self) -> bool:
        """Whether there is a decay of which nothing is seen, be it of a virtual mediator."""
        return self.invisible_width > 0 or self.is_off_shell

    @property
    def remark(self) -> str:
        """That dark matter is heavier than the mediator, if it is."""
        if self.mass_ratio >= 1 or not self.is_off_shell:
            return ""
        return (
            f"mass_ratio: {self.mass_ratio:g} is below 1: dark matter is heavier than the mediator,"
            " and annihilates into two of them in the early Universe"
        )

    @property
    def is_closed(self) -> bool:
        """Whether a real mediator is too light to decay into the dark sector."""
        return not self.dark_width_at(self.mediator_mass) > 0

    @property
    def is_off_shell(self) -> bool:
        """Whether virtual masses beside its own count: it is wide, or too light for dark decays."""
        if not (self.alpha_D > 0 and math.isfinite(self.dark_threshold)):
            return False
        masses = np.array([self.mediator_mass, _FAR * max(self.mediator_mass, self.dark_threshold)])
        at_pole, far = self.dark_width_at(masses) / masses
        return bool(far > 0 and (at_pole == 0 or max(at_pole, far) > NARROW))

    def propagator_squared(
        self, mass: npt.ArrayLike, distance: npt.ArrayLike | None = None
    ) -> Array:
        """Return |D|^2 = 1/((k^2 - m^2)^2 + k^2 Gamma(k)^2) in GeV^-4 at virtual masses k in GeV.

        The width is that of decays that leave no trace: what goes as the squared coupling adds
        nothing at weak coupling. It runs; m Gamma(m) in its place would be wrong by 30 % where
        dark decays open near the mass.
        """
        k = virtual_mass(mass)
        if distance is None:
            distance = (k - self.mediator_mass) * (k + self.mediator_mass)
        detuning = within("distance", distance, -_FASTEST, _FASTEST, "GeV^2")
        k, detuning = of_one_shape(mass=k, distance=detuning)
        return np.asarray(1 / (detuning**2 + (k * self.invisible_width_at(k)) ** 2))

    @property
    def resonance_scale(self) -> float:
        """Distance in GeV^2 from m^2 over which k^2 changes `propagator_squared`."""
        width = self.mediator_mass * self.invisible_width
        threshold2 = self.dark_threshold**2
        return width if width > 0 else max(threshold2 - self.mediator_mass**2, _NEAR * threshold2)

    def at_virtual_mass(self, mass: float) -> Self:
        """Return the mediator with another mass at which dark decays are open, others equal."""
        if not self.is_closed:
            return replace(self, mediator_mass=mass)
        ratio = _FAR * self.dark_threshold / self.dark_matter_mass
        return replace(self, mediator_mass=mass, mass_ratio=ratio)

    def _follows(self) -> tuple[str, ...]:
        """Return what notebooks show beside the parameters."""
        dark = ("dark_matter_mass",) if self.alpha_D > 0 else ()
        return (*dark, "invisible_width", "visible_width")

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


def decaying(model: Portal, what: str) -> DecayingMediator:
    """Return a model that has a mediator with a mass, as something needs it.

    Raises
    ------
    RangeError
        If it has none, or its dark coupling is not perturbative.
    """
    if isinstance(model, DecayingMediator):
        if model.not_perturbative:
            raise RangeError(model.not_perturbative)
        return model
    raise RangeError(f"model: {type(model).__name__} has no massive mediator, which {what} needs")


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
