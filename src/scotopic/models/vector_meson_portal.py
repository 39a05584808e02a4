"""Dark states into which vector mesons decay, by whatever portal."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, get_args

import numpy as np
import numpy.typing as npt

from scotopic.checked import one_of
from scotopic.decays.vector_mesons import VECTOR_MESONS
from scotopic.decays.widths import fermion_width
from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.final_states import DarkState
from scotopic.models.mediator import DecayingMediator
from scotopic.models.metadata import DARK_MATTER_MASS, Parameter, upright
from scotopic.models.photon_portal import PhotonPortal
from scotopic.models.portal import Array
from scotopic.units import ALPHA
from scotopic.words import VectorMesonName


@dataclass(frozen=True, kw_only=True)
class _Meson(DarkPhoton):
    """A vector that mixes with one meson, and couples to nothing else."""

    meson: VectorMesonName

    def lepton_coupling(self, lepton: str) -> float:  # noqa: ARG002 - neither
        """Coupling to the electron or the muon: none."""
        return 0.0

    @property
    def meson_couplings(self) -> dict[str, float]:
        """Coupling to the meson, relative to that of the photon."""
        return {self.meson: self.kinetic_mixing}


@dataclass(frozen=True, kw_only=True)
class VectorMesonPortal(PhotonPortal):
    r"""Invisible decays of a vector meson into a pair of Dirac particles.

    Attributes
    ----------
    meson : {"rho", "omega", "phi", "J/psi"}
        Which.
    dark_matter_mass : float
        Mass in GeV of the particles, below half of the meson's.
    amplitude : float
        Root of the branching ratio BR(V -> invisible), which is `branching_ratio` in limits.

    Raises
    ------
    RangeError
        If a value is out of range, or the decay is closed.

    Notes
    -----
    For a narrow meson the limit is N_up/(N_V efficiency), with N_V mesons, whatever the mass. The
    rho is so wide that its shape enters: the width into dark particles runs with k.

    Examples
    --------
    >>> one = VectorMesonPortal(meson="phi", dark_matter_mass=0.1, amplitude=0.01)
    >>> f"{float(one.dark_width_at(1.019461)) / 4.249e-3:.3g}"
    '0.0001'
    """

    coupling_field: ClassVar[str] = "amplitude"
    coupling_range: ClassVar[tuple[float, float]] = (1e-8, 1.0)
    beyond_range: ClassVar[str] = "no meson decays more often than always"
    squared: ClassVar[Parameter | None] = Parameter(
        name="branching_ratio",
        label="B",
        long_name="invisible branching ratio",
    )
    mass_field: ClassVar[str] = "dark_matter_mass"
    symbol: ClassVar[str] = "V"

    meson: Annotated[VectorMesonName, Parameter(label=upright("meson"), long_name="meson")]
    dark_matter_mass: Annotated[float, DARK_MATTER_MASS]
    amplitude: Annotated[
        float,
        Parameter(
            label=r"\sqrt{B}",
            long_name="root of the invisible branching ratio",
            low=1e-50,
            high=1.0,
        ),
    ]

    def __post_init__(self) -> None:
        """Refuse closed decays."""
        super().__post_init__()
        one_of("meson", self.meson, get_args(VectorMesonName))
        mass = VECTOR_MESONS[self.meson].mass
        if not self.dark_threshold < mass:
            raise RangeError(
                f"dark_matter_mass: {self.dark_matter_mass:g} GeV is not below {mass / 2:g} GeV;"
                f" {self.meson} does not decay into two"
            )

    def lepton_coupling(self, lepton: str) -> float:  # noqa: ARG002 - neither
        """Coupling to the electron or the muon: none that counts."""
        return 0.0

    @property
    def meson_couplings(self) -> dict[str, float]:
        """The meson alone."""
        return {self.meson: 1.0}

    @property
    def dark_threshold(self) -> float:
        """Twice the mass of the particles in GeV."""
        return 2 * self.dark_matter_mass

    @property
    def dark_matter_name(self) -> str:
        """What it decays into."""
        return f"what {self.meson} decays into"

    @property
    def dark_states(self) -> tuple[DarkState, ...]:
        """The particle and its antiparticle."""
        return (DarkState(self.dark_matter_mass, 4),)

    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of a meson of mass k into a pair, `dark matter`, in GeV; masses in GeV."""
        meson = VECTOR_MESONS[self.meson]
        shape, on_shell = (
            fermion_width("vector", k, 1.0, self.dark_matter_mass) for k in (mass, meson.mass)
        )
        return {"dark matter": np.asarray(self.amplitude**2 * meson.width * shape / on_shell)}

    def propagator_squared(
        self, mass: npt.ArrayLike, distance: npt.ArrayLike | None = None
    ) -> Array:
        """Return f_V^2/(4 pi alpha M^4) in GeV^-4: what production has of the mixing is taken off.

        Production through a vector that mixes has 4 pi alpha/f_V^2 |M^2 D_V|^2, with the meson's
        own propagator D_V.
        """
        shape = super().propagator_squared(mass, distance).shape  # refuses what is no mass
        meson = VECTOR_MESONS[self.meson]
        return np.full(shape, meson.strength / (ALPHA * meson.mass**4))

    def at_virtual_mass(self, mass: float) -> DecayingMediator:
        """Return what mixes with the meson, with a mass in GeV."""
        return _Meson(
            mediator_mass=mass,
            kinetic_mixing=1.0,
            alpha_D=1e-3,
            mass_ratio=3.0,
            dark_matter="complex_scalar",
            meson=self.meson,
        )
