"""Dark states that couple to the photon, and are made by virtual ones."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from scotopic.checked import make_floats, number_within, of_one_shape, within
from scotopic.decays.widths import virtual_mass
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.mediator import DecayingMediator
from scotopic.models.metadata import numeric_fields, parameters
from scotopic.models.portal import Array, Portal
from scotopic.words import VECTOR_MESONS, SpinParity

_FARTHEST = 1e30  # GeV^2
_WEAK = 1e-3  # dark coupling of a mediator that stands for a virtual photon: a narrow one


@dataclass(frozen=True, kw_only=True)
class PhotonPortal(Portal):
    """What a virtual photon makes.

    A model adds its masses, its coupling, `dark_widths_at` (the width of a virtual photon of mass
    k, which goes as the square of the coupling) and `dark_threshold`; it says in `mass_field` which
    mass curves run over.

    Attributes
    ----------
    mediator_mass, alpha_D : float
        Zero: the mediator is the photon, and its one coupling to what is dark is limited.
    """

    symbol: ClassVar[str] = r"\gamma^*"

    mediator_mass: float = field(default=0.0, init=False)
    alpha_D: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Make floats of all numbers, and refuse those outside of their ranges."""
        make_floats(self, *numeric_fields(type(self)))
        for name in numeric_fields(type(self)):
            known = parameters(type(self))[name]
            unit = "" if known.unit == "1" else known.unit
            number_within(name, getattr(self, name), known.low, known.high, unit)

    @property
    def spin_parity(self) -> SpinParity:
        """That of the photon."""
        return "vector"

    def lepton_coupling(self, lepton: str) -> float:  # noqa: ARG002 - the same for both
        """Coupling to the electron or the muon in units of the elementary charge: one."""
        return 1.0

    @property
    def meson_couplings(self) -> dict[str, float]:
        """Coupling to each vector meson, relative to that of the photon: one."""
        return dict.fromkeys(VECTOR_MESONS, 1.0)

    @property
    def leaves_no_trace(self) -> bool:
        """Whether what is made is not seen: it is not, unless a model says so."""
        return not self.trace

    @property
    def is_off_shell(self) -> bool:
        """Whether virtual masses count: there are no others."""
        return True

    def propagator_squared(
        self, mass: npt.ArrayLike, distance: npt.ArrayLike | None = None
    ) -> Array:
        """Return |D|^2 = 1/k^4 in GeV^-4; parameters as of `Portal`."""
        k = virtual_mass(mass)
        k2 = k**2
        if distance is not None:
            known = within("distance", distance, 1 / _FARTHEST, _FARTHEST, "GeV^2")
            _, k2 = of_one_shape(mass=k, distance=known)
        return np.asarray(k2**-2)

    @property
    def resonance_scale(self) -> float:
        """The squared threshold in GeV^2: there is no resonance."""
        return self.dark_threshold**2

    def at_virtual_mass(self, mass: float) -> DecayingMediator:
        """Return a dark photon of a mass in GeV that couples as the photon does."""
        return DarkPhoton(
            mediator_mass=mass,
            kinetic_mixing=1.0,
            alpha_D=_WEAK,
            mass_ratio=3.0,
            dark_matter="complex_scalar",
        )
