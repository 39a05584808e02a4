"""The dark axion portal: a photon, an axion and a dark photon meet in one point."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, get_args

import numpy.typing as npt

from scotopic.checked import one_of
from scotopic.decays.axion_portal import axion_to_vectors_width, vector_to_axion_width
from scotopic.models.metadata import Parameter, upright
from scotopic.models.photon_portal import PhotonPortal
from scotopic.models.portal import COUPLINGS, Array

Decay = Literal["invisible", "visible"]


@dataclass(frozen=True, kw_only=True)
class DarkAxionPortal(PhotonPortal):
    r"""An axion and a dark photon, made by a virtual photon: L = (g/2) a F_{mu nu} Ftilde'^{mu nu}.

    Attributes
    ----------
    dark_photon_mass : float
        Mass m of the dark photon gamma_D in GeV.
    portal_coupling : float
        g in GeV^-1.
    axion_mass : float
        Mass m_a of the axion in GeV; it may be zero.
    dark_photon_decay : {"invisible", "visible"}
        What becomes of the dark photon. "invisible": it decays into something dark, of which
        nothing else need be known. "visible": it has g alone, and decays into the axion and a
        photon.

    Raises
    ------
    RangeError
        If a value is out of range.

    Notes
    -----
    A photon of virtual mass k has the width g^2 p^3/(12 pi) into both; see
    `scotopic.decays.axion_portal`. The kinetic mixing of the dark photon is left out.

    Examples
    --------
    >>> one = DarkAxionPortal(dark_photon_mass=0.1, portal_coupling=1e-3)
    >>> f"{float(one.dark_width_at(1.0)):.3g} GeV; by g alone {one.seen_width:.3g} GeV"
    '3.22e-09 GeV; by g alone 3.32e-12 GeV'
    """

    coupling_field: ClassVar[str] = "portal_coupling"
    coupling_range: ClassVar[tuple[float, float]] = (1e-8, 1e2)
    mass_field: ClassVar[str] = "dark_photon_mass"
    dark_symbol: ClassVar[str] = r"\gamma_D"

    dark_photon_mass: Annotated[
        float,
        Parameter(
            label=r"m_{<chi>}",
            long_name="mass of the dark photon",
            unit="GeV",
            role="mass",
            low=1e-12,
            high=1e12,
        ),
    ]
    portal_coupling: Annotated[
        float,
        Parameter(
            label=r"g_{a\gamma<chi>}",
            long_name="portal coupling",
            unit="GeV^-1",
            low=COUPLINGS[0],
            high=COUPLINGS[1],
        ),
    ]
    axion_mass: Annotated[
        float,
        Parameter(
            label="m_a", long_name="mass of the axion", unit="GeV", role="mass", low=0.0, high=1e12
        ),
    ] = 0.0
    dark_photon_decay: Annotated[
        Decay, Parameter(label=upright("decay"), long_name="decay of the dark photon")
    ] = "invisible"

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        super().__post_init__()
        one_of("dark_photon_decay", self.dark_photon_decay, get_args(Decay))

    @property
    def coupling_strength(self) -> float:
        """Zero: a coupling of dimension 1/GeV has no g^2/(4 pi) that could be above 1."""
        return 0.0

    @property
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV that makes both."""
        return self.axion_mass + self.dark_photon_mass

    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of a photon of virtual masses in GeV, any shape, into the one channel."""
        m, g = self.dark_photon_mass, self.portal_coupling
        return {"a gamma_D": vector_to_axion_width(mass, g, self.axion_mass, m)}

    @property
    def seen_width(self) -> float:
        """Width in GeV of the heavier of the two into the lighter and a photon, by g alone."""
        m, g = self.dark_photon_mass, self.portal_coupling
        if self.axion_mass > m:
            return axion_to_vectors_width(self.axion_mass, g, m)
        return float(vector_to_axion_width(m, g, self.axion_mass))

    @property
    def trace(self) -> str:
        """Why what is made is seen, "parameter: reason"; empty if it is not."""
        if self.axion_mass > self.dark_photon_mass:
            return (
                f"axion_mass: {self.axion_mass:g} GeV is above dark_photon_mass ="
                f" {self.dark_photon_mass:g} GeV, so that axions decay into dark photons and"
                " photons, which are seen"
            )
        if self.dark_photon_decay == "visible":
            return (
                "dark_photon_decay: 'visible' dark photons decay into axions and photons, which are"
                " seen; only 'invisible' ones, which decay into something dark, can be looked for"
            )
        return ""
