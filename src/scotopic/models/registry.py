"""The models by name; the only list of them.

A model of one's own is known by a name if its module says so,

    @register_model("heavy_photon")
    @dataclass(frozen=True, kw_only=True)
    class HeavyPhoton(KineticallyMixed): ...

or if a package has an entry point of the group `scotopic.models`; and always as
"package.module:Class".
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from scotopic.errors import RangeError
from scotopic.registry import Registry

if TYPE_CHECKING:
    from scotopic.models.portal import Portal

BUILT_IN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dark_photon": "scotopic.models.dark_photon:DarkPhoton",
        "inelastic_dark_matter": "scotopic.models.inelastic:InelasticDarkMatter",
        "inelastic_dirac_dark_matter": "scotopic.models.inelastic:InelasticDiracDarkMatter",
        "scalar_portal_inelastic": "scotopic.models.scalar_portal:ScalarPortalInelastic",
        "scalar": "scotopic.models.electrophilic:ScalarMediator",
        "pseudoscalar": "scotopic.models.electrophilic:PseudoscalarMediator",
        "axial_vector": "scotopic.models.electrophilic:AxialVectorMediator",
        "muonphilic_scalar": "scotopic.models.muonphilic:MuonphilicScalar",
        "muonphilic_pseudoscalar": "scotopic.models.muonphilic:MuonphilicPseudoscalar",
        "charged_vector": "scotopic.models.charged_vector:ChargedVector",
        "L_mu_minus_L_tau": "scotopic.models.charged_vector:LMuMinusLTau",
        "B_minus_L": "scotopic.models.charged_vector:BMinusL",
        "B_minus_3L_e": "scotopic.models.charged_vector:BMinus3LE",
        "millicharged": "scotopic.models.millicharged:Millicharged",
        "dark_axion_portal": "scotopic.models.dark_axion_portal:DarkAxionPortal",
        "vector_meson_portal": "scotopic.models.vector_meson_portal:VectorMesonPortal",
        "tensor": "scotopic.models.tensor:TensorMediator",
        "axion_like_particle": "scotopic.models.axion_like:AxionLikeParticle",
    }
)
"""The models of the package, and where they are: imported when they are asked for."""


def _model(found: object, what: str) -> "type[Portal]":
    """Refuse what is no complete model."""
    from scotopic.models.portal import Portal  # noqa: PLC0415 - keep the help fast

    if not (isinstance(found, type) and issubclass(found, Portal)):
        raise RangeError(f"{what} is no class that derives from Portal")
    lacks = [name for name in ("coupling_field", "symbol") if not hasattr(found, name)]
    if lacks := [*lacks, *sorted(found.__abstractmethods__)]:
        raise RangeError(f"{what} lacks {', '.join(lacks)}")
    if not is_dataclass(found) or found.coupling_field not in {f.name for f in fields(found)}:
        raise RangeError(f"{what} is no dataclass with the field {found.coupling_field}")
    return found


MODELS: "Final[Registry[type[Portal]]]" = Registry("model", "models", BUILT_IN, _model)
"""All models."""

register_model = MODELS.register
model_names = MODELS.names


def model_class(name: str) -> "type[Portal]":
    """Return the class of a model, imported when it is first asked for.

    Parameters
    ----------
    name : str
        One of `model_names`, or "package.module:Class"; modules are also looked for in the current
        directory.

    Raises
    ------
    RangeError
        If there is no such model, or its module cannot be imported.

    Examples
    --------
    >>> model_class("dark_photon").__name__
    'DarkPhoton'
    >>> model_class("scotopic.models.dark_photon:DarkPhoton").__name__
    'DarkPhoton'
    """
    return MODELS[name]


def model_name(kind: "type[Portal]") -> str:
    """Return the name by which `model_class` gives a class.

    Examples
    --------
    >>> model_name(model_class("B_minus_L"))
    'B_minus_L'
    """
    return MODELS.name_of(kind)


def name_for_lepton(name: str, lepton: str) -> str:
    """Return what a name means for a beam: scalars that couple to one lepton couple to its.

    Parameters
    ----------
    name : str
        Of a model.
    lepton : {"electron", "muon"}
        What the beam makes mediators with.

    Examples
    --------
    >>> name_for_lepton("scalar", "muon"), name_for_lepton("dark_photon", "muon")
    ('muonphilic_scalar', 'dark_photon')
    """
    return (model_class(name).for_muons if lepton == "muon" else "") or name
