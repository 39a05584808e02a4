"""Dark photons with two dark fermions chi1 and chi2: they are seen half, chi2 -> chi1 e+ e-."""

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy.typing as npt

from scotopic.checked import number_within
from scotopic.decays.three_body import PAIRS, Pair, pair_width, particle_mass
from scotopic.decays.widths import fermion_width
from scotopic.errors import RangeError
from scotopic.models.final_states import DarkChannel, DarkState
from scotopic.models.kinetic_mixing import KineticallyMixed
from scotopic.models.mediator import Array, c_tau_cm, decay_length_cm
from scotopic.models.metadata import SPLITTING, Parameter
from scotopic.units import ALPHA, SPEED_OF_LIGHT_CM_PER_S

PARTNERS: Mapping[str, int] = {"chi1 chi1": 0, "chi1 chi2": 1, "chi2 chi2": 2}
"""The dark channels, charge conjugates added, and how many chi2 they have."""

_SMALLEST_ANGLE = 1e-30


@dataclass(frozen=True, kw_only=True)
class TwoDarkFermions(KineticallyMixed):
    """What the two models share: masses, the decays of the dark photon and those of chi2.

    Attributes
    ----------
    mediator_mass : float
        Mass m_A' in GeV.
    kinetic_mixing : float
        epsilon: the coupling to the electromagnetic current is epsilon e.
    alpha_D : float
        Dark coupling g_D^2/(4 pi), positive.
    mass_ratio : float
        m_A'/m_chi1, above the splitting. At or below 2 + splitting A' -> chi1 chi2 is closed,
        and pairs are made by virtual A' alone.
    splitting : float
        (m_chi2 - m_chi1)/m_chi1. Below 2 m_e/m_chi1, zero included, chi2 is stable.

    Raises
    ------
    RangeError
        If a value is out of range.
    """

    dark_symbol: ClassVar[str] = r"\chi_1"
    semi_visible: ClassVar[bool] = True

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
                " chi2 -> chi1 A' is open"
            )

    @property
    @abstractmethod
    def current_strengths(self) -> Mapping[str, float]:
        """Square of the dark current in each of `PARTNERS`, summed over charge states."""

    @property
    @abstractmethod
    def transition_strength(self) -> float:
        """Square of the current chi2 -> chi1."""

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
    def s_wave_current(self) -> float:
        """Square of the vector current of chi1 with itself."""
        return self.current_strengths["chi1 chi1"]

    def dark_thresholds(self) -> dict[str, float]:
        """Sum of the masses in GeV for each of `PARTNERS` that couples to A'."""
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
        `fermion_width` with the vector current and unequal masses, times `current_strengths`.
        """
        return {
            name: fermion_width("vector", mass, self.alpha_D * strength, *self._masses(name))
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
        masses = self.partner_mass, self.dark_matter_mass, self.mediator_mass
        coupling = self._chi2_coupling
        return {pair: float(pair_width(pair, *masses, coupling)) for pair in PAIRS}

    @property
    def _chi2_coupling(self) -> float:
        return self.kinetic_mixing**2 * ALPHA * self.alpha_D * self.transition_strength

    @property
    def chi2_width(self) -> float:
        """Total width of chi2 in GeV."""
        return sum(self.chi2_partial_widths().values())

    @property
    def chi2_is_stable(self) -> bool:
        """Whether no decay of chi2 is open; three photons or neutrinos are neglected."""
        lightest = min(2 * particle_mass(pair) for pair in PAIRS)
        is_open = self.partner_mass - self.dark_matter_mass > lightest
        return not (is_open and self._chi2_coupling > 0)

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


@dataclass(frozen=True, kw_only=True)
class InelasticDarkMatter(TwoDarkFermions):
    """A Dirac fermion split by Majorana masses into chi1 and chi2 (iDM, pseudo-Dirac).

    Attributes
    ----------
    mediator_mass, kinetic_mixing, alpha_D, mass_ratio, splitting : float
        As in `TwoDarkFermions`.

    Raises
    ------
    RangeError
        If a value is out of range.

    Notes
    -----
    Mongillo et al., Eur. Phys. J. C83 (2023) 391, section 2.1: equal Majorana masses of both
    chiralities, hence the off-diagonal current i chi2bar gamma^mu chi1 alone (eq. 2.3).

    Examples
    --------
    >>> model = InelasticDarkMatter(mediator_mass=0.3, kinetic_mixing=1e-3, alpha_D=0.1,
    ...                             mass_ratio=3, splitting=0.4)
    >>> [round(channel.branching_ratio, 3) for channel in model.dark_channels()]
    [0.0, 1.0, 0.0]
    >>> f"{model.chi2_c_tau_cm:.3g} cm"
    '39.2 cm'
    """

    @property
    def current_strengths(self) -> Mapping[str, float]:
        """Square of the dark current in each of `PARTNERS`."""
        return {"chi1 chi1": 0.0, "chi1 chi2": 1.0, "chi2 chi2": 0.0}

    @property
    def transition_strength(self) -> float:
        """Square of the current chi2 -> chi1."""
        return 1.0


@dataclass(frozen=True, kw_only=True)
class InelasticDiracDarkMatter(TwoDarkFermions):
    """A charged and a neutral Dirac fermion that mix into chi1 and chi2 (i2DM).

    Attributes
    ----------
    mediator_mass, kinetic_mixing, alpha_D, mass_ratio, splitting : float
        As in `TwoDarkFermions`; the splitting below 2, where chi2 -> 3 chi1 opens.
    theta : float
        Mixing angle in rad, between 0 and pi/2; chi1 is the neutral state as theta -> 0.

    Raises
    ------
    RangeError
        If a value is out of range.

    Notes
    -----
    Mongillo et al., Eur. Phys. J. C83 (2023) 391, section 2.2 and eqs. 2.5, 5.2-5.4, with the exact
    phase space. Gamma(chi2) is tan^2(theta) cos^4(theta) times that of `InelasticDarkMatter`:
    eq. 6.1 there, which lacks the factor alpha of eq. 5.1.

    Examples
    --------
    >>> model = InelasticDiracDarkMatter(mediator_mass=0.3, kinetic_mixing=1e-3, alpha_D=0.1,
    ...                                  mass_ratio=3, splitting=0.05, theta=0.04)
    >>> [f"{channel.branching_ratio:.2g}" for channel in model.dark_channels()]
    ['2.6e-06', '0.0032', '1']
    """

    converts: ClassVar[bool] = True

    theta: Annotated[
        float,
        Parameter(
            label=r"\theta", long_name="mixing angle", role="angle", low=0.0, high=math.pi / 2
        ),
    ]

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        super().__post_init__()
        if not _SMALLEST_ANGLE <= self.theta < math.pi / 2:
            raise RangeError(f"theta: {self.theta} is not between {_SMALLEST_ANGLE:g} and pi/2")
        if not self.splitting < 2:
            raise RangeError(f"splitting: {self.splitting} is not below 2: chi2 -> 3 chi1 is open")

    @property
    def dark_states(self) -> tuple[DarkState, ...]:
        """The two Dirac fermions."""
        return (DarkState(self.dark_matter_mass, 4), DarkState(self.partner_mass, 4))

    @property
    def tan_theta(self) -> float:
        """Tangent of the mixing angle."""
        return math.tan(self.theta)

    @property
    def current_strengths(self) -> Mapping[str, float]:
        """Square of the dark current in each of `PARTNERS`, both charge states of chi1 chi2."""
        sine2, cosine2 = math.sin(self.theta) ** 2, math.cos(self.theta) ** 2
        return {
            "chi1 chi1": sine2 * sine2,
            "chi1 chi2": 2 * sine2 * cosine2,
            "chi2 chi2": cosine2 * cosine2,
        }

    @property
    def transition_strength(self) -> float:
        """Square of the current chi2 -> chi1."""
        return (math.sin(self.theta) * math.cos(self.theta)) ** 2
