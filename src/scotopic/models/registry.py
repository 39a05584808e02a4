"""The models by name: a new mediator is one new file and its name here."""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from scotopic.errors import RangeError
from scotopic.models.mediator import DecayingMediator
from scotopic.words import MODEL_NAMES

_HOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dark_photon": "dark_photon.DarkPhoton",
        "inelastic_dark_matter": "inelastic.InelasticDarkMatter",
        "inelastic_dirac_dark_matter": "inelastic.InelasticDiracDarkMatter",
        "scalar": "electrophilic.ScalarMediator",
        "pseudoscalar": "electrophilic.PseudoscalarMediator",
        "axial_vector": "electrophilic.AxialVectorMediator",
        "muonphilic_scalar": "muonphilic.MuonphilicScalar",
        "muonphilic_pseudoscalar": "muonphilic.MuonphilicPseudoscalar",
        "charged_vector": "charged_vector.ChargedVector",
        "L_mu_minus_L_tau": "charged_vector.LMuMinusLTau",
        "B_minus_L": "charged_vector.BMinusL",
        "B_minus_3L_e": "charged_vector.BMinus3LE",
        "axion_like_particle": "axion_like.AxionLikeParticle",
    }
)

_FOR_MUONS: Final[Mapping[str, str]] = MappingProxyType(
    {"scalar": "muonphilic_scalar", "pseudoscalar": "muonphilic_pseudoscalar"}
)


def name_for_lepton(name: str, lepton: str) -> str:
    """Return what a name means for a beam: scalars that couple to one lepton couple to its.

    Parameters
    ----------
    name : str
        One of `MODEL_NAMES`.
    lepton : {"electron", "muon"}
        What the beam makes mediators with.

    Examples
    --------
    >>> name_for_lepton("scalar", "muon"), name_for_lepton("dark_photon", "muon")
    ('muonphilic_scalar', 'dark_photon')
    """
    return _FOR_MUONS.get(name, name) if lepton == "muon" else name


def model_class(name: str) -> type[DecayingMediator]:
    """Return the class of a model, imported when it is first asked for.

    Parameters
    ----------
    name : str
        One of `MODEL_NAMES`.

    Raises
    ------
    RangeError
        If there is no model of this name.

    Examples
    --------
    >>> model_class("dark_photon").__name__
    'DarkPhoton'
    """
    if name not in _HOMES:
        raise RangeError(f"model: {name!r} is not one of {', '.join(MODEL_NAMES)}")
    module, _, kind = _HOMES[name].partition(".")
    found: type[DecayingMediator] = getattr(
        importlib.import_module(f"scotopic.models.{module}"), kind
    )
    return found


def model_name(kind: type[DecayingMediator]) -> str:
    """Return the name of a model's class.

    Examples
    --------
    >>> model_name(model_class("B_minus_L"))
    'B_minus_L'
    """
    for name, home in _HOMES.items():
        if home == f"{kind.__module__.rpartition('.')[2]}.{kind.__qualname__}":
            return name
    raise RangeError(f"model: {kind.__qualname__} is not registered in scotopic.models.registry")
