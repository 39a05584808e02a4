r"""Scalar, pseudoscalar and axial-vector mediators that couple to electrons and to dark matter.

    scalar        epsilon e S ebar e              + g_D S chibar chi
    pseudoscalar  epsilon e P ebar i gamma_5 e    + g_D P chibar i gamma_5 chi
    axial vector  epsilon e A_mu ebar gamma^mu gamma_5 e + g_D A_mu chibar gamma^mu gamma_5 chi

(Gninenko, Krasnikov and Matveev, Phys. Usp. 64 (2021) 1286, eq. 51); the scalar to dark matter of
other spins too, see `scalar_dark_matter`. Nothing else couples: no muons, no quarks; photons only
through loops, which are left out. A model that couples to the muon too
is another class with its own `lepton_coupling` and `visible_widths_at`.
"""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

from scotopic.errors import RangeError
from scotopic.models.metadata import Parameter
from scotopic.models.one_lepton import OneLeptonMediator
from scotopic.models.scalar_dark_matter import ScalarCoupledDarkMatter
from scotopic.units import ALPHA, ELECTRON_MASS
from scotopic.words import Lepton, SpinParity


@dataclass(frozen=True, kw_only=True)
class ElectrophilicMediator(OneLeptonMediator):
    """What the three have in common.

    Attributes
    ----------
    mediator_mass : float
        Mass in GeV.
    electron_coupling : float
        epsilon: the coupling to the electron is epsilon e.
    alpha_D : float
        Dark coupling g_D^2/(4 pi); zero for a mediator that decays to e+e- alone.
    mass_ratio : float
        Mass over that of the Dirac dark matter; at or below 2 the dark decay is closed.

    Raises
    ------
    RangeError
        If a value is out of range, a coupling is not perturbative (g^2 > 4 pi), or the mediator
        is too light to decay at all.
    """

    coupling_field: ClassVar[str] = "electron_coupling"
    lepton: ClassVar[Lepton] = "electron"

    mediator_mass: float
    electron_coupling: Annotated[
        float,
        Parameter(label=r"\epsilon", long_name="coupling to electrons", definition="g_{<X>}/e"),
    ]
    alpha_D: float
    mass_ratio: float

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        super().__post_init__()
        closed = self.alpha_D == 0 or self.mass_ratio <= 2
        if closed and not self.mediator_mass > 2 * ELECTRON_MASS:
            raise RangeError(
                f"mediator_mass: {self.mediator_mass} GeV is not above 2 m_e ="
                f" {2 * ELECTRON_MASS:.6g} GeV, and the dark decay is closed: nothing to decay into"
            )


@dataclass(frozen=True, kw_only=True)
class ScalarMediator(ScalarCoupledDarkMatter, ElectrophilicMediator):
    """A scalar that couples to electrons and to dark matter of spin 0, 1/2 or 1.

    Attributes and errors are those of `ElectrophilicMediator`; further ones:

    Attributes
    ----------
    dark_matter : {"dirac", "majorana", "complex_scalar", "real_scalar", "vector", "vector_dual"}
        The kind of dark matter.
    alpha_D : float
        In GeV^2 for scalars, in GeV^-2 for vectors: `scalar_dark_matter` has the Lagrangians.

    Examples
    --------
    >>> model = ScalarMediator(mediator_mass=0.1, electron_coupling=1e-4, alpha_D=0.1,
    ...                        mass_ratio=3)
    >>> f"{model.invisible_width:.3g} GeV {model.branching_ratio('e+e-'):.2g}"
    '0.00207 GeV 1.8e-09'
    >>> other = ScalarMediator(mediator_mass=0.1, electron_coupling=1e-4, alpha_D=1e-3,
    ...                        mass_ratio=3, dark_matter="complex_scalar")
    >>> f"{other.invisible_width:.3g} GeV"
    '0.00186 GeV'
    """

    symbol: ClassVar[str] = "S"
    for_muons: ClassVar[str] = "muonphilic_scalar"
    kind: ClassVar[SpinParity] = "scalar"


@dataclass(frozen=True, kw_only=True)
class PseudoscalarMediator(ElectrophilicMediator):
    """A pseudoscalar that couples to electrons; attributes of `ElectrophilicMediator`.

    Examples
    --------
    >>> visible = PseudoscalarMediator(mediator_mass=0.0167, electron_coupling=6e-4, alpha_D=0,
    ...                                mass_ratio=3)
    >>> round(float(visible.decay_length_cm(50.0)), 2)
    2.7
    """

    symbol: ClassVar[str] = "P"
    for_muons: ClassVar[str] = "muonphilic_pseudoscalar"
    kind: ClassVar[SpinParity] = "pseudoscalar"


@dataclass(frozen=True, kw_only=True)
class AxialVectorMediator(ElectrophilicMediator):
    """An axial vector that couples to electrons; attributes of `ElectrophilicMediator`.

    Raises
    ------
    RangeError
        Also if it is lighter than the electron, or so light compared with a fermion that its
        longitudinal part breaks perturbative unitarity: m_f > sqrt(pi/2) m_A/g (Kahlhoefer et
        al., JHEP 02 (2016) 016, eq. 8).

    Examples
    --------
    >>> model = AxialVectorMediator(mediator_mass=0.1, electron_coupling=1e-4, alpha_D=0.1,
    ...                             mass_ratio=3)
    >>> f"{model.invisible_width:.3g} GeV"
    '0.00138 GeV'
    """

    symbol: ClassVar[str] = "A"
    kind: ClassVar[SpinParity] = "axial_vector"

    def __post_init__(self) -> None:
        """Refuse what the formulas do not describe."""
        super().__post_init__()
        if self.mediator_mass < ELECTRON_MASS:
            raise RangeError(
                f"mediator_mass: {self.mediator_mass} GeV: an axial vector must not be lighter"
                f" than the electron, {ELECTRON_MASS} GeV"
            )
        electron = self.electron_coupling**2 * ALPHA, self.mediator_mass / ELECTRON_MASS
        dark = self.alpha_D, self.mass_ratio
        for name, (strength, ratio) in {"electron_coupling": electron, "alpha_D": dark}.items():
            least = math.sqrt(8 * strength)  # g sqrt(2/pi)
            if ratio < least:
                raise RangeError(
                    f"{name}: {getattr(self, name):g} breaks perturbative unitarity: an axial"
                    f" vector must be {least:.3g} times heavier than the fermion, not {ratio:.3g}"
                )
