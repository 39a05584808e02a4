"""Dark photons with two dark fermions chi1 and chi2: they are seen half, chi2 -> chi1 e+ e-."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from scotopic.decays.three_body import Pair
from scotopic.errors import RangeError
from scotopic.models.final_states import DarkState
from scotopic.models.kinetic_mixing import KineticallyMixed
from scotopic.models.metadata import Parameter
from scotopic.models.two_dark_fermions import TwoDarkFermions
from scotopic.units import ALPHA

_SMALLEST_ANGLE = 1e-30


@dataclass(frozen=True, kw_only=True)
class TwoFermionsOfAPhoton(TwoDarkFermions, KineticallyMixed):
    """What the two models share: the dark photon, which couples to all charges.

    Attributes
    ----------
    mediator_mass : float
        Mass m_A' in GeV.
    kinetic_mixing : float
        epsilon: the coupling to the electromagnetic current is epsilon e.
    alpha_D, mass_ratio, splitting : float
        As in `TwoDarkFermions`.

    Raises
    ------
    RangeError
        If a value is out of range.
    """

    def chi2_coupling(self, pair: Pair) -> float:  # noqa: ARG002 - the charge is that of all
        """Product a = epsilon^2 alpha alpha_D of the couplings of chi2 and of any pair."""
        return self.kinetic_mixing**2 * ALPHA * self.alpha_D * self.transition_strength


@dataclass(frozen=True, kw_only=True)
class InelasticDarkMatter(TwoFermionsOfAPhoton):
    """A Dirac fermion split by Majorana masses into chi1 and chi2 (iDM, pseudo-Dirac).

    Attributes
    ----------
    mediator_mass, kinetic_mixing, alpha_D, mass_ratio, splitting : float
        As in `TwoFermionsOfAPhoton`.

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
class InelasticDiracDarkMatter(TwoFermionsOfAPhoton):
    """A charged and a neutral Dirac fermion that mix into chi1 and chi2 (i2DM).

    Attributes
    ----------
    mediator_mass, kinetic_mixing, alpha_D, mass_ratio, splitting : float
        As in `TwoFermionsOfAPhoton`; the splitting below 2, where chi2 -> 3 chi1 opens.
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
