"""Light scalars and pseudoscalars that couple to two photons, axion-like particles among them."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.models.kinetic_mixing import decay_length_cm
from scotopic.units import HBAR_C_GEV_CM, SPEED_OF_LIGHT_CM_PER_S

Parity = Literal["pseudoscalar", "scalar"]
"""a F F-dual or s F F: production and width are the same for both, see `AxionLikeParticle`."""


@dataclass(frozen=True, kw_only=True)
class AxionLikeParticle:
    r"""A particle of spin 0 with the coupling -(g/4) a F F-dual, or -(g/4) s F F.

    Attributes
    ----------
    mediator_mass : float
        Mass in GeV.
    photon_coupling : float
        g in GeV^-1.
    parity : {"pseudoscalar", "scalar"}
        Which of the two. It changes neither the width nor, for photon energies far above the
        mass, the production on nuclei of spin 0; it is kept to say what a result is for.

    Raises
    ------
    RangeError
        If a value is not positive and finite, or the parity is unknown.

    Notes
    -----
    Gninenko, Krasnikov and Matveev, Phys. Usp. 64 (2021) 1286, eq. 50 and the end of section
    3.4.1. Two photons are the only decay.

    Examples
    --------
    >>> alp = AxionLikeParticle(mediator_mass=0.03, photon_coupling=1e-3)
    >>> f"{alp.total_width:.3g} GeV, {float(alp.decay_length_cm(60.0)):.0f} cm"
    '1.34e-13 GeV, 294 cm'
    """

    mediator_mass: float
    photon_coupling: float
    parity: Parity = "pseudoscalar"

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        for name in ("mediator_mass", "photon_coupling"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise RangeError(f"{name}: {value} is not positive and finite")
        if self.parity not in get_args(Parity):
            allowed = ", ".join(get_args(Parity))
            raise RangeError(f"parity: {self.parity!r} is not one of {allowed}")

    @property
    def total_width(self) -> float:
        """Width into two photons in GeV, g^2 m^3/(64 pi)."""
        return self.photon_coupling**2 * self.mediator_mass**3 / (64 * math.pi)

    @property
    def lifetime_s(self) -> float:
        """Mean lifetime at rest in s."""
        return HBAR_C_GEV_CM / self.total_width / SPEED_OF_LIGHT_CM_PER_S

    def decay_length_cm(self, energy: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the mean decay length in cm at energies in GeV, any shape.

        Raises
        ------
        RangeError
            If an energy is below the mass.
        """
        return decay_length_cm(energy, self.mediator_mass, self.total_width)
