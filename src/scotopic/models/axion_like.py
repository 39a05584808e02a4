"""Light scalars and pseudoscalars that couple to two photons, axion-like particles among them."""

import math
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, get_args

import numpy as np
import numpy.typing as npt

from scotopic.checked import one_of
from scotopic.decays.widths import virtual_mass
from scotopic.models.mediator import Array, DecayingMediator
from scotopic.models.metadata import Parameter
from scotopic.words import Parity, SpinParity


@dataclass(frozen=True, kw_only=True)
class AxionLikeParticle(DecayingMediator):
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
    3.4.1. Two photons are the only decay; nothing else couples, dark matter neither.

    Examples
    --------
    >>> alp = AxionLikeParticle(mediator_mass=0.03, photon_coupling=1e-3)
    >>> f"{alp.total_width:.3g} GeV, {float(alp.decay_length_cm(60.0)):.0f} cm"
    '1.34e-13 GeV, 294 cm'
    """

    coupling_field: ClassVar[str] = "photon_coupling"
    coupling_range: ClassVar[tuple[float, float]] = (1e-8, 1e2)
    symbol: ClassVar[str] = "a"

    mediator_mass: float
    photon_coupling: Annotated[
        float,
        Parameter(label=r"g_{<X>\gamma\gamma}", long_name="coupling to photons", unit="GeV^-1"),
    ]
    parity: Parity = "pseudoscalar"
    alpha_D: float = field(default=0.0, init=False)
    mass_ratio: float = field(default=1.0, init=False)

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        super().__post_init__()
        one_of("parity", self.parity, get_args(Parity))

    @property
    def spin_parity(self) -> SpinParity:
        """The parity."""
        return self.parity

    def lepton_coupling(self, lepton: str) -> float:  # noqa: ARG002 - the same for both
        """Coupling to the electron or the muon: none."""
        return 0.0

    @property
    def photon_coupling_per_GeV(self) -> float:
        """Coupling to two photons in GeV^-1."""
        return self.photon_coupling

    @property
    def coupling_strength(self) -> float:
        """Zero: a coupling of dimension 1/GeV has no g^2/(4 pi) that could be above 1."""
        return 0.0

    @property
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV that decays into the dark sector: none does."""
        return math.inf

    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every dark channel: there is none."""
        virtual_mass(mass)
        return {}

    def visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of the one channel, `gamma gamma`, in GeV: g^2 m^3/(64 pi), any shape."""
        cube = virtual_mass(mass) ** 3
        return {"gamma gamma": np.asarray(self.photon_coupling**2 * cube / (64 * math.pi))}
