r"""The dark side of a scalar mediator phi: dark matter of spin 0, 1/2 or 1.

    dirac           g phi chibar chi
    majorana        (g/2) phi chibar chi
    complex_scalar  g phi S^* S                          g in GeV
    real_scalar     (g/2) phi S^2                        g in GeV
    vector          (g/4) phi V_{mu nu} V^{mu nu}        g in GeV^-1
    vector_dual     (g/4) phi V_{mu nu} Vdual^{mu nu}    g in GeV^-1

with Vdual^{mu nu} = eps^{mu nu rho sigma} V_{rho sigma}/2 and a real field V.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, ClassVar, Final

from scotopic.models.dark_kinds import DARK_MATTER, DarkCoupling, DarkMatterOfKind
from scotopic.words import ScalarDarkMatter

SCALAR_COUPLINGS: Final[Mapping[str, DarkCoupling]] = MappingProxyType(
    {
        "dirac": DarkCoupling(lambda k, _: k / 2, wave=1),
        "majorana": DarkCoupling(lambda k, _: k / 4, wave=1),
        "complex_scalar": DarkCoupling(lambda k, _: 1 / (4 * k), wave=0, dimension=2),
        "real_scalar": DarkCoupling(lambda k, _: 1 / (8 * k), wave=0, dimension=2),
        "vector": DarkCoupling(
            lambda k, r2: k**3 * (1 - 4 * r2 + 6 * r2**2) / 16, wave=0, dimension=-2
        ),
        "vector_dual": DarkCoupling(lambda k, _: k**3 / 16, wave=1, dimension=-2),
    }
)
"""Widths over alpha b^(2L + 1); those of identical particles have a factor of 1/2."""


@dataclass(frozen=True, kw_only=True)
class ScalarCoupledDarkMatter(DarkMatterOfKind):
    """What a scalar mediator couples to beside ordinary matter.

    Attributes
    ----------
    dark_matter : {"dirac", "majorana", "complex_scalar", "real_scalar", "vector", "vector_dual"}
        The kind of dark matter.
    alpha_D : float
        g^2/(4 pi): a pure number for fermions, in GeV^2 for scalars and in GeV^-2 for vectors.
    """

    dark_couplings: ClassVar[Mapping[str, DarkCoupling]] = SCALAR_COUPLINGS

    dark_matter: Annotated[ScalarDarkMatter, DARK_MATTER] = "dirac"
