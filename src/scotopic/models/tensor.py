r"""A massive spin-2 mediator that couples to energy-momentum tensors.

    L = -(c/Lambda) G_mn (T_leptons + T_photon)^mn - (c_X/Lambda) G_mn T_X^mn

with k = c/Lambda in GeV^-1. Quarks and gluons are not computed: bounds that need them are not
those of this model.
"""

import math
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal, get_args

import numpy.typing as npt

from scotopic.checked import one_of
from scotopic.decays.hadrons import TWO_PION_THRESHOLD
from scotopic.decays.tensor_widths import LIGHTEST_LEPTONIC, tensor_width
from scotopic.decays.three_body import LEPTON_MASSES
from scotopic.errors import RangeError
from scotopic.models.dark_kinds import DARK_KINDS
from scotopic.models.final_states import DarkState
from scotopic.models.mediator import PERTURBATIVE, Array, DecayingMediator
from scotopic.models.metadata import ALPHA_D, Parameter, upright
from scotopic.words import SpinParity

TensorDarkMatter = Literal["dirac", "majorana", "complex_scalar", "real_scalar", "vector"]
"""Kinds of dark matter that a tensor decays into."""

Matter = Literal["universal", "leptons"]
"""What ordinary matter a tensor couples to: leptons and photons alike, or leptons alone."""


@dataclass(frozen=True, kw_only=True)
class TensorMediator(DecayingMediator):
    r"""A tensor G that couples to leptons, photons and dark matter.

    Attributes
    ----------
    mediator_mass : float
        Mass m in GeV.
    coupling_per_GeV : float
        k = c/Lambda in GeV^-1, to leptons, and to photons too if `matter` is "universal".
    alpha_D : float
        Dark coupling (k_X m)^2/(4 pi), k_X = c_X/Lambda: that of the dimensionless k_X m. Zero for
        a tensor that decays visibly.
    mass_ratio : float
        Mass over that of the dark matter; at or below 2 the dark decay is closed.
    dark_matter : {"dirac", "majorana", "complex_scalar", "real_scalar", "vector"}
        What it decays into; the vector is real and massive.
    matter : {"universal", "leptons"}
        What k is the coupling to.

    Raises
    ------
    RangeError
        If a value is out of range, k m or k_X m is above sqrt(4 pi), or a tensor that couples to
        leptons alone is lighter than 0.5 GeV: without photons its current is not conserved.

    Notes
    -----
    Widths: `scotopic.decays.tensor_widths`; radiation: `scotopic.production.tensor`. Hadrons, which
    a universal tensor decays into above two pions, are not computed.

    Examples
    --------
    >>> model = TensorMediator(mediator_mass=0.1, coupling_per_GeV=6e-4, alpha_D=1e-3, mass_ratio=3)
    >>> f"{model.invisible_width:.3g} GeV {model.branching_ratio('gamma gamma'):.2g}"
    '1.34e-06 GeV 1.1e-06'
    """

    coupling_field: ClassVar[str] = "coupling_per_GeV"
    symbol: ClassVar[str] = "G"

    mediator_mass: float
    coupling_per_GeV: Annotated[
        float,
        Parameter(
            label="k", long_name="coupling to leptons", unit="GeV^-1", definition=r"c/\Lambda"
        ),
    ]
    alpha_D: Annotated[
        float, replace(ALPHA_D, usual=1e-3, definition=r"(k_{<chi>}\,m_{<X>})^2/(4\pi)")
    ]
    mass_ratio: float
    dark_matter: Annotated[
        TensorDarkMatter,
        Parameter(label=upright("dark matter"), long_name="kind of dark matter", usual="dirac"),
    ] = "dirac"
    matter: Annotated[
        Matter, Parameter(label=upright("matter"), long_name="ordinary matter", usual="universal")
    ] = "universal"

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        super().__post_init__()
        one_of("dark_matter", self.dark_matter, get_args(TensorDarkMatter))
        one_of("matter", self.matter, get_args(Matter))
        if self.matter == "leptons" and self.mediator_mass < LIGHTEST_LEPTONIC:
            raise RangeError(
                f"matter: 'leptons' alone needs mediator_mass of at least {LIGHTEST_LEPTONIC} GeV,"
                f" not {self.mediator_mass:g}: its current is not conserved without photons, and"
                " lighter tensors are made as (1/m)^4; take 'universal'"
            )

    def _refuse_strong(self, name: str, strength: float) -> None:
        if strength > PERTURBATIVE:
            raise RangeError(
                f"{name}: {getattr(self, name):g} at {self.mediator_mass:g} GeV means k m ="
                f" {math.sqrt(4 * math.pi * strength):.3g}, above sqrt(4 pi) = 3.54: not unitary"
            )

    @property
    def coupling_strength(self) -> float:
        """(k m)^2/(4 pi): what must not be above 1 is not k, which has a dimension, but k m."""
        strength = self.coupling_per_GeV * self.mediator_mass
        return strength * strength / (4 * math.pi)

    @property
    def dark_coupling_per_GeV(self) -> float:
        """Coupling k_X to dark matter in GeV^-1."""
        return math.sqrt(4 * math.pi * self.alpha_D) / self.mediator_mass

    @property
    def spin_parity(self) -> SpinParity:
        """Kind of coupling to leptons, by which production chooses the matrix element."""
        return "tensor" if self.matter == "universal" else "leptonic_tensor"

    def lepton_coupling(self, lepton: str) -> float:  # noqa: ARG002 - the same for both
        """Coupling to the electron or the muon in GeV^-1: k."""
        return self.coupling_per_GeV

    @property
    def photon_coupling_per_GeV(self) -> float:
        """Coupling in GeV^-1 of the axion-like particle that photons turn into as often: 2 k.

        A tensor is made in the field of a nucleus of spin 0 as a particle of spin 0 is, at every
        momentum transfer, four times as often for the same coupling.
        """
        return 2 * self.coupling_per_GeV if self.matter == "universal" else 0.0

    @property
    def is_off_shell(self) -> bool:
        """Whether virtual masses count: see `DecayingMediator`; only where they mean something.

        Tensors that couple to leptons alone have none, as light ones are not known.
        """
        if self.matter == "leptons" or self.dark_threshold >= self.highest_virtual_mass:
            return False
        return super().is_off_shell

    @property
    def highest_virtual_mass(self) -> float:
        """Virtual mass in GeV at which k_X times it is 2 sqrt(4 pi): 2 m/sqrt(alpha_D).

        Unitarity ends at sqrt(80 pi), a factor of 2.2 above. Without an end every virtual mass
        would add as much as the one before, as widths grow as the cube of it.
        """
        return 2 * self.mediator_mass / math.sqrt(self.alpha_D) if self.alpha_D > 0 else math.inf

    @property
    def unknown_channels(self) -> tuple[str, ...]:
        """Hadrons, from two pions on, if it couples to more than leptons."""
        is_open = self.matter == "universal" and self.mediator_mass > TWO_PION_THRESHOLD
        return ("hadrons",) if is_open else ()

    @property
    def remark(self) -> str:
        """What is left out: hadrons, and virtual masses that are too heavy."""
        said = [super().remark]
        if self.unknown_channels:
            said.append(
                f"mediator_mass: above {TWO_PION_THRESHOLD:.3g} GeV a universal tensor decays into"
                " hadrons too, which is not computed"
            )
        if self.is_off_shell:
            said.append(
                f"alpha_D: {self.alpha_D:g} makes the tensor strong above"
                f" {2 / math.sqrt(self.alpha_D):.3g} times its mass; heavier virtual ones are left"
                " out"
            )
        return "; ".join(one for one in said if one)

    @property
    def dark_matter_name(self) -> str:
        """What the dark matter is."""
        return f"{DARK_KINDS[self.dark_matter].name} dark matter"

    @property
    def dark_threshold(self) -> float:
        """Smallest virtual mass in GeV that decays into the dark sector."""
        return 2 * self.dark_matter_mass

    @property
    def dark_states(self) -> tuple[DarkState, ...]:
        """What carries the dark number."""
        return (DARK_KINDS[self.dark_matter].state(self.dark_matter_mass),)

    def dark_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of the one dark channel, `dark matter`, in GeV at virtual masses in GeV."""
        k = self.dark_coupling_per_GeV
        return {"dark matter": tensor_width(self.dark_matter, mass, k, self.dark_matter_mass)}

    def visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, Array]:
        """Width of every visible channel in GeV at virtual masses in GeV, but for hadrons."""
        k = self.coupling_per_GeV
        widths: dict[str, Array] = {
            name: tensor_width("dirac", mass, k, lepton) for name, lepton in LEPTON_MASSES.items()
        }
        if self.matter == "leptons":
            return widths
        return widths | {"gamma gamma": tensor_width("photon", mass, k, 0.0)}
