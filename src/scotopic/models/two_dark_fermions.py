"""Mediators with two dark fermions chi1 and chi2, of which the heavier one decays visibly."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

import numpy.typing as npt

from scotopic.checked import number_within
from scotopic.decays.three_body import PAIRS, Pair, PairDecay, pair_width, particle_mass
from scotopic.decays.widths import fermion_width
from scotopic.errors import RangeError
from scotopic.models.final_states import DarkChannel, DarkState
from scotopic.models.mediator import Array, DecayingMediator, c_tau_cm, decay_length_cm
from scotopic.models.metadata import SPLITTING
from scotopic.units import SPEED_OF_LIGHT_CM_PER_S

PARTNERS: Final[Mapping[str, int]] = {"chi1 chi1": 0, "chi1 chi2": 1, "chi2 chi2": 2}
"""The dark channels, charge conjugates added, and how many chi2 they have."""


@dataclass(frozen=True, kw_only=True)
class TwoDarkFermions(DecayingMediator):
    """What such models share: masses, the decays of the mediator X and those of chi2.

    A model adds its coupling to ordinary matter and what follows from it: `current_strengths`,
    `transition_strength` and `chi2_coupling`. Its spin-parity says how chi2 decays.

    Attributes
    ----------
    mediator_mass : float
        Mass m_X in GeV.
    alpha_D : float
        Dark coupling g_D^2/(4 pi), positive.
    mass_ratio : float
        m_X/m_chi1, above the splitting. At or below 2 + splitting X -> chi1 chi2 is closed,
        and pairs are made by virtual X alone.
    splitting : float
        (m_chi2 - m_chi1)/m_chi1. Below 2 m_e/m_chi1, zero included, chi2 is stable.

    Raises
    ------
    RangeError
        If a value is out of range.
    """

    dark_symbol: ClassVar[str] = r"\chi_1"
    semi_visible: ClassVar[bool] = True

    mediator_mass: float
    alpha_D: float
    mass_ratio: float
    splitting: Annotated[float, SPLITTING]

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        super().__post_init__()
        number_within("splitting", self.splitting, SPLITTING.low, SPLITTING.high)
        if self.alpha_D == 0:
            raise RangeError(f"alpha_D: {self.alpha_D} is not positive: nothing dark would decay")
        if not self.mass_ratio > self.splitting:
            raise RangeError(
                f"mass_ratio: {self.mass_ratio} is not above splitting = {self.splitting:g}:"
                " chi2 -> chi1 and a real mediator is open"
            )

    @property
    @abstractmethod
    def current_strengths(self) -> Mapping[str, float]:
        """Square of the dark current in each of `PARTNERS`, summed over charge states."""

    @property
    @abstractmethod
    def transition_strength(self) -> float:
        """Square of the current chi2 -> chi1."""

    @abstractmethod
    def chi2_coupling(self, pair: Pair) -> float:
        """Product a of the couplings with which chi2 decays into a pair; see `three_body`."""

    @property
    def partner_mass(self) -> float:
        """Mass of chi2 in GeV."""
        return self.dark_matter_mass * (1 + self.splitting)

    @property
    def mass_difference(self) -> float:
        """Delta = m_chi2 - m_chi1 in GeV."""
        return self.dark_matter_mass * self.splitting

    @property
    def dark_states(self) -> tuple[DarkState, ...]:
        """The two states: Majorana fermions here."""
        return (DarkState(self.dark_matter_mass, 2, True), DarkState(self.partner_mass, 2, True))

    @property
    def dark_matter_name(self) -> str:
        """What the dark matter is."""
        return "inelastic dark matter"

    @property
    def s_wave_width(self) -> float:
        """Width into two slow chi1 over their velocity, in GeV."""
        return self.alpha_D * self.current_strengths["chi1 chi1"] * self.dark_matter_mass

    def dark_thresholds(self) -> dict[str, float]:
        """Sum of the masses in GeV for each of `PARTNERS` that couples to the mediator."""
        strengths = self.current_strengths
        return {name: sum(self._masses(name)) for name in PARTNERS if strengths[name] > 0}

    @property
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV that decays into the dark sector."""
        return min(self.dark_thresholds().values())

    def _masses(self, channel: str) -> tuple[float, float]:
        light, heavy = self.dark_matter_mass, self.partner_mass
        partners = PARTNERS[channel]
        return (heavy if partners > 0 else light, heavy if partners > 1 else light)

    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every dark channel in GeV at virtual masses in GeV, any shape.

        Notes
        -----
        `fermion_width` of the mediator's kind with unequal masses, times `current_strengths`.
        """
        return {
            name: fermion_width(
                self.spin_parity, mass, self.alpha_D * strength, *self._masses(name)
            )
            for name, strength in self.current_strengths.items()
        }

    def dark_channels(self) -> tuple[DarkChannel, ...]:
        """Return the dark decays at the mediator's mass, closed ones included."""
        widths = self.partial_widths()
        total = sum(widths.values())
        return tuple(
            DarkChannel(name, self._masses(name), partners, widths[name] / total if total else 0.0)
            for name, partners in PARTNERS.items()
        )

    def chi2_partial_widths(self) -> dict[Pair, float]:
        """Width of chi2 -> chi1 + pair in GeV, closed ones included.

        Returns
        -------
        dict
            Of `e+e-`, `mu+mu-`, `tau+tau-` and `hadrons`: exact at tree level, see
            `decays.three_body`.

        Raises
        ------
        RangeError
            If the mass difference is beyond the table of the hadronic ratio.
        """
        masses, kind = self._decay_masses, self.spin_parity
        couplings = {pair: self.chi2_coupling(pair) for pair in PAIRS}
        return {
            pair: float(pair_width(pair, *masses, coupling, kind)) if coupling > 0 else 0.0
            for pair, coupling in couplings.items()
        }

    def chi2_decay(self, pair: Pair) -> PairDecay:
        """Return samples of chi2 -> chi1 + pair.

        Raises
        ------
        RangeError
            If the decay is closed or the pair unknown.
        """
        return PairDecay(pair, *self._decay_masses, self.spin_parity)

    @property
    def _decay_masses(self) -> tuple[float, float, float]:
        return self.partner_mass, self.dark_matter_mass, self.mediator_mass

    @property
    def chi2_width(self) -> float:
        """Total width of chi2 in GeV."""
        return sum(self.chi2_partial_widths().values())

    @property
    def chi2_is_stable(self) -> bool:
        """Whether no decay of chi2 is open; three photons or neutrinos are neglected."""
        return not any(
            self.mass_difference > 2 * particle_mass(pair) and self.chi2_coupling(pair) > 0
            for pair in PAIRS
        )

    @property
    def leaves_no_trace(self) -> bool:
        """Whether there is a decay of which nothing is seen, whatever the lifetime of chi2."""
        return self.chi2_is_stable

    @property
    def chi2_c_tau_cm(self) -> float:
        """Lifetime of chi2 at rest times the speed of light in cm; infinite if it is stable."""
        return c_tau_cm(self.chi2_width)

    @property
    def chi2_lifetime_s(self) -> float:
        """Mean lifetime of chi2 at rest in s; infinite if it is stable."""
        return self.chi2_c_tau_cm / SPEED_OF_LIGHT_CM_PER_S

    def chi2_decay_length_cm(self, energy: npt.ArrayLike) -> Array:
        """Mean decay length of chi2 in cm at energies in GeV, any shape.

        Raises
        ------
        RangeError
            If an energy is below the mass of chi2.
        """
        return decay_length_cm(energy, self.partner_mass, self.chi2_width)
