r"""Scalar and pseudoscalar mediators that couple to muons and to dark matter.

    scalar        g S mubar mu              + g_D S chibar chi
    pseudoscalar  g P mubar i gamma_5 mu    + g_D P chibar i gamma_5 chi

(Gninenko, Krasnikov and Matveev, Phys. Usp. 64 (2021) 1286, section 3.5, footnote 24, and Fig. 14,
for the scalar); the scalar to dark matter of other spins too, see `scalar_dark_matter`. Nothing
else couples; photons only through loops, which are left out. The vector is
the Z' of `charged_vector`.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from scotopic.models.metadata import Parameter
from scotopic.models.one_lepton import OneLeptonMediator
from scotopic.models.scalar_dark_matter import ScalarCoupledDarkMatter
from scotopic.units import ELEMENTARY_CHARGE
from scotopic.words import Lepton, SpinParity


@dataclass(frozen=True, kw_only=True)
class MuonphilicMediator(OneLeptonMediator):
    """What the two have in common.

    Attributes
    ----------
    mediator_mass : float
        Mass in GeV.
    muon_coupling : float
        g.
    alpha_D : float
        Dark coupling g_D^2/(4 pi); zero for a mediator that decays to muons alone, or not at all.
    mass_ratio : float
        Mass over that of the Dirac dark matter; at or below 2 the dark decay is closed.

    Raises
    ------
    RangeError
        If a value is out of range or a coupling is not perturbative (g^2 > 4 pi).
    """

    coupling_field: ClassVar[str] = "muon_coupling"
    lepton: ClassVar[Lepton] = "muon"
    coupling_unit: ClassVar[float] = ELEMENTARY_CHARGE

    mediator_mass: float
    muon_coupling: Annotated[float, Parameter(label="g", long_name="coupling to muons")]
    alpha_D: float
    mass_ratio: float


@dataclass(frozen=True, kw_only=True)
class MuonphilicScalar(ScalarCoupledDarkMatter, MuonphilicMediator):
    """A scalar that couples to muons and to dark matter of spin 0, 1/2 or 1.

    Attributes and errors are those of `MuonphilicMediator`; further ones:

    Attributes
    ----------
    dark_matter : {"dirac", "majorana", "complex_scalar", "real_scalar", "vector", "vector_dual"}
        The kind of dark matter.
    alpha_D : float
        In GeV^2 for scalars, in GeV^-2 for vectors: `scalar_dark_matter` has the Lagrangians.

    Examples
    --------
    >>> model = MuonphilicScalar(mediator_mass=0.3, muon_coupling=1e-3, alpha_D=0.1, mass_ratio=3)
    >>> f"{model.invisible_width:.3g} GeV {model.branching_ratio('mu+mu-'):.2g}"
    '0.00621 GeV 6.9e-07'
    """

    symbol: ClassVar[str] = "S"
    kind: ClassVar[SpinParity] = "scalar"


@dataclass(frozen=True, kw_only=True)
class MuonphilicPseudoscalar(MuonphilicMediator):
    """A pseudoscalar that couples to muons; attributes and errors of `MuonphilicMediator`.

    Examples
    --------
    >>> model = MuonphilicPseudoscalar(mediator_mass=0.1, muon_coupling=1e-3, alpha_D=0.1,
    ...                                mass_ratio=3)
    >>> model.lepton_coupling("electron"), round(model.lepton_coupling("muon"), 5)
    (0.0, 0.0033)
    """

    symbol: ClassVar[str] = "P"
    kind: ClassVar[SpinParity] = "pseudoscalar"
