r"""Inelastic dark matter behind a scalar that couples to leptons in the ratio of their masses.

    L = epsilon e phi sum_l (m_l/m_e) lbar l + g_D phi chi1bar chi2

with Majorana fermions chi1 and chi2 of positive masses; chi1bar chi2 is its own conjugate. No
quarks couple; photons only through loops, which are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt
from typing import Annotated, ClassVar, Final

import numpy.typing as npt

from scotopic.decays.leptons import LEPTON_MASSES
from scotopic.decays.three_body import LEPTON_MASSES as PAIR_MASSES
from scotopic.decays.three_body import Pair
from scotopic.decays.widths import fermion_width
from scotopic.models.mediator import Array, DecayingMediator
from scotopic.models.metadata import SPLITTING, Parameter
from scotopic.models.two_dark_fermions import TwoDarkFermions
from scotopic.units import ALPHA, ELECTRON_MASS, MUON_MASS
from scotopic.words import SpinParity

_STRONGEST: Final = ELECTRON_MASS / MUON_MASS / sqrt(ALPHA)
"""epsilon at which the muon's g^2/(4 pi) is one."""


@dataclass(frozen=True, kw_only=True)
class MassProportionalScalar(DecayingMediator):
    """A scalar with the coupling epsilon e m_l/m_e to each charged lepton l.

    A model adds the dark sector: `dark_widths_at` and `dark_threshold`.

    Attributes
    ----------
    mediator_mass : float
        Mass m_phi in GeV.
    electron_coupling : float
        epsilon: the coupling to the electron is epsilon e. Perturbativity is asked of the muon:
        no result below m_phi = 2 m_tau depends on taus.
    alpha_D : float
        Dark coupling g_D^2/(4 pi).
    mass_ratio : float
        m_phi/m_chi1.

    Raises
    ------
    RangeError
        If a value is out of range or a coupling not perturbative (g^2 > 4 pi).
    """

    coupling_field: ClassVar[str] = "electron_coupling"
    coupling_range: ClassVar[tuple[float, float]] = (1e-9, _STRONGEST)
    beyond_range: ClassVar[str] = "g^2/(4 pi) of the muon is above 1 there"
    symbol: ClassVar[str] = r"\phi"

    mediator_mass: float
    electron_coupling: Annotated[
        float,
        Parameter(label=r"\epsilon_e", long_name="coupling to electrons", definition=r"g_e/e"),
    ]
    alpha_D: float
    mass_ratio: float

    @property
    def spin_parity(self) -> SpinParity:
        """Kind of coupling to leptons: scalar."""
        return "scalar"

    def lepton_coupling(self, lepton: str) -> float:
        """Coupling to the electron or the muon in units of the elementary charge."""
        mass = LEPTON_MASSES["muon" if lepton == "muon" else "electron"]
        return self.electron_coupling * mass / ELECTRON_MASS

    def pair_strength(self, pair: Pair) -> float:
        """Strength g^2/(4 pi) of the coupling to the leptons of a pair; 0 for hadrons."""
        return ALPHA * (self.electron_coupling * PAIR_MASSES.get(pair, 0.0) / ELECTRON_MASS) ** 2

    @property
    def coupling_strength(self) -> float:
        """Strength g^2/(4 pi) of the coupling to muons."""
        return self.pair_strength("mu+mu-")

    @property
    def remark(self) -> str:
        """That taus couple beyond perturbation theory, if they do, or what bases say."""
        strength = self.pair_strength("tau+tau-")
        if strength <= 1 or super().remark:
            return super().remark
        return (
            f"electron_coupling: {self.electron_coupling:g} means g^2/(4 pi) = {strength:.3g} of"
            " the tau, above 1; below 2 m_tau no result depends on it"
        )

    def visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of `e+e-`, `mu+mu-` and `tau+tau-` in GeV at virtual masses in GeV, any shape."""
        return {
            pair: fermion_width("scalar", mass, self.pair_strength(pair), lepton)
            for pair, lepton in PAIR_MASSES.items()
        }


@dataclass(frozen=True, kw_only=True)
class ScalarPortalInelastic(TwoDarkFermions, MassProportionalScalar):
    """Two Majorana fermions chi1 and chi2 that a scalar turns into each other.

    Attributes
    ----------
    mediator_mass, electron_coupling, alpha_D, mass_ratio : float
        As in `MassProportionalScalar`; alpha_D positive, the ratio above the splitting.
    splitting : float
        (m_chi2 - m_chi1)/m_chi1. Below 2 m_e/m_chi1, zero included, chi2 is stable.

    Raises
    ------
    RangeError
        If a value is out of range.

    Examples
    --------
    >>> model = ScalarPortalInelastic(mediator_mass=0.1, electron_coupling=1e-4, alpha_D=0.1,
    ...                               mass_ratio=3, splitting=0.4)
    >>> f"{model.chi2_c_tau_cm / 100:.3g} m"
    '123 m'
    """

    splitting: Annotated[float, replace(SPLITTING, usual=0.4)]

    @property
    def current_strengths(self) -> Mapping[str, float]:
        """Square of the dark current in each of `PARTNERS`: off-diagonal."""
        return {"chi1 chi1": 0.0, "chi1 chi2": 1.0, "chi2 chi2": 0.0}

    @property
    def transition_strength(self) -> float:
        """Square of the current chi2 -> chi1."""
        return 1.0

    def chi2_coupling(self, pair: Pair) -> float:
        """Product a = epsilon_l^2 alpha alpha_D of the couplings of chi2 and of a pair."""
        return self.pair_strength(pair) * self.alpha_D * self.transition_strength
