"""What all vectors that mix kinetically with the photon have in common."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy.typing as npt

from scotopic.checked import positive
from scotopic.decays.three_body import LEPTON_MASSES
from scotopic.decays.widths import fermion_width, hadron_width
from scotopic.errors import RangeError
from scotopic.models.mediator import Array, DecayingMediator
from scotopic.models.metadata import Parameter
from scotopic.models.portal import COUPLINGS
from scotopic.units import ALPHA
from scotopic.words import VECTOR_MESONS, SpinParity


def mixing_from_y(y: float, alpha_D: float, mass_ratio: float) -> float:
    """Return the kinetic mixing that belongs to y = epsilon^2 alpha_D (m_chi1/m_A')^4.

    Raises
    ------
    RangeError
        If one of them is not positive, or the mixing beyond what a model has.

    Examples
    --------
    >>> round(mixing_from_y(1e-11, 0.5, 3.0) * 1e5, 2)
    4.02
    """
    y, alpha_D = positive("y", y), positive("alpha_D", alpha_D)
    ratio = positive("mass_ratio", mass_ratio)
    mixing = math.sqrt(y) / math.sqrt(alpha_D) * ratio * ratio
    if not COUPLINGS[0] <= mixing <= COUPLINGS[1]:
        low, high = COUPLINGS
        raise RangeError(
            f"y: {y:g} with alpha_D = {alpha_D:g} and mass_ratio = {ratio:g} means kinetic_mixing ="
            f" {mixing:.3g}, which is not between {low:g} and {high:g}"
        )
    return mixing


@dataclass(frozen=True, kw_only=True)
class KineticallyMixed(DecayingMediator):
    """A massive vector with the coupling epsilon e to the electromagnetic current.

    A model adds the dark sector: `dark_widths_at` and `dark_threshold`.

    Attributes
    ----------
    mediator_mass : float
        Mass m_A' in GeV.
    kinetic_mixing : float
        epsilon. Mixing with the Z is neglected (m_A' << m_Z).
    alpha_D : float
        Dark coupling at the scale m_A'.
    mass_ratio : float
        m_A'/m_chi1.

    Raises
    ------
    RangeError
        If a value is not finite or has the wrong sign.
    """

    coupling_field: ClassVar[str] = "kinetic_mixing"
    symbol: ClassVar[str] = "A'"

    mediator_mass: float
    kinetic_mixing: Annotated[float, Parameter(label=r"\epsilon", long_name="kinetic mixing")]
    alpha_D: float
    mass_ratio: float

    @property
    def spin_parity(self) -> SpinParity:
        """Kind of coupling to leptons, by which production chooses the matrix element."""
        return "vector"

    def lepton_coupling(self, lepton: str) -> float:  # noqa: ARG002 - the charge is that of all
        """Coupling to the electron or the muon in units of the elementary charge: epsilon."""
        return self.kinetic_mixing

    @property
    def meson_couplings(self) -> dict[str, float]:
        """Coupling to each vector meson, relative to that of the photon: epsilon."""
        return dict.fromkeys(VECTOR_MESONS, self.kinetic_mixing)

    def visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every visible channel in GeV at virtual masses in GeV.

        Parameters
        ----------
        mass : array_like
            Virtual masses in GeV, any shape, up to 10 GeV.

        Returns
        -------
        dict of str to ndarray
            The channels `e+e-`, `mu+mu-`, `tau+tau-` and `hadrons`.

        Raises
        ------
        RangeError
            Beyond the table of the hadronic ratio.

        Notes
        -----
        Review eq. 12. A' -> 3 gamma and A' -> neutrinos are neglected: below 2 m_e there is no
        visible channel.
        """
        alpha = self.kinetic_mixing**2 * ALPHA
        widths: dict[str, Array] = {
            name: fermion_width("vector", mass, alpha, lepton)
            for name, lepton in LEPTON_MASSES.items()
        }
        return widths | {"hadrons": hadron_width(mass, alpha)}
