"""Particles with a small electric charge."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal, get_args

import numpy.typing as npt

from scotopic.checked import one_of
from scotopic.decays.widths import complex_scalar_width, fermion_width
from scotopic.models.dark_kinds import DARK_KINDS
from scotopic.models.final_states import DarkState
from scotopic.models.metadata import DARK_MATTER_MASS, Parameter, upright
from scotopic.models.photon_portal import PhotonPortal
from scotopic.models.portal import Array
from scotopic.units import ALPHA

Millicharge = Literal["dirac", "complex_scalar"]

_HIGHEST: Final = 0.2


@dataclass(frozen=True, kw_only=True)
class Millicharged(PhotonPortal):
    r"""A dark particle of the electric charge epsilon e.

    Attributes
    ----------
    dark_matter_mass : float
        Mass in GeV.
    kinetic_mixing : float
        epsilon, at most 0.2: beyond, what it ionises in detectors is more than 4 % of what a muon
        does, and is seen.
    dark_matter : {"dirac", "complex_scalar"}
        What it is.

    Raises
    ------
    RangeError
        If a value is out of range.

    Notes
    -----
    The width of a photon of virtual mass k is Gamma = (alpha epsilon^2 k/3)(1 + 2 r^2) b for Dirac
    particles and (alpha epsilon^2 k/12) b^3 for scalars, with r = m/k and b = sqrt(1 - 4 r^2).

    Examples
    --------
    >>> one = Millicharged(dark_matter_mass=0.1, kinetic_mixing=1e-3, dark_matter="dirac")
    >>> f"{float(one.dark_width_at(1.0)):.3g} GeV from {one.dark_threshold} GeV on"
    '2.43e-09 GeV from 0.2 GeV on'
    """

    coupling_field: ClassVar[str] = "kinetic_mixing"
    coupling_range: ClassVar[tuple[float, float]] = (1e-8, _HIGHEST)
    beyond_range: ClassVar[str] = "larger charges are seen by what they ionise"
    mass_field: ClassVar[str] = "dark_matter_mass"

    dark_matter_mass: Annotated[float, DARK_MATTER_MASS]
    kinetic_mixing: Annotated[
        float, Parameter(label=r"\epsilon", long_name="charge", low=1e-50, high=_HIGHEST)
    ]
    dark_matter: Annotated[
        Millicharge,
        Parameter(label=upright("particle"), long_name="kind of particle", usual="dirac"),
    ]

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        super().__post_init__()
        one_of("dark_matter", self.dark_matter, get_args(Millicharge))

    @property
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV of a photon that makes a pair."""
        return 2 * self.dark_matter_mass

    @property
    def dark_matter_name(self) -> str:
        """What it is."""
        return f"millicharged {DARK_KINDS[self.dark_matter].name} particles"

    @property
    def dark_states(self) -> tuple[DarkState, ...]:
        """The particle and its antiparticle."""
        return (DARK_KINDS[self.dark_matter].state(self.dark_matter_mass),)

    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of a virtual photon into a pair, `dark matter`, in GeV; masses in GeV."""
        alpha = ALPHA * self.kinetic_mixing**2
        if self.dark_matter == "dirac":
            return {"dark matter": fermion_width("vector", mass, alpha, self.dark_matter_mass)}
        return {"dark matter": complex_scalar_width(mass, alpha, self.dark_matter_mass)}
