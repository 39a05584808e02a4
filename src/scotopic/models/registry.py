"""The models by name; the only list of them.

A model of one's own is known by a name if its module says so,

    @register_model("heavy_photon")
    @dataclass(frozen=True, kw_only=True)
    class HeavyPhoton(KineticallyMixed): ...

or if a package has an entry point of the group `scotopic.models`; and always as
"package.module:Class".
"""

import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from scotopic.errors import RangeError, nearest

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

    from scotopic.models.mediator import DecayingMediator

Kind = TypeVar("Kind", bound="type[DecayingMediator]")

GROUP: Final = "scotopic.models"
"""Group of entry points by which packages make their models known."""

BUILT_IN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dark_photon": "scotopic.models.dark_photon:DarkPhoton",
        "inelastic_dark_matter": "scotopic.models.inelastic:InelasticDarkMatter",
        "inelastic_dirac_dark_matter": "scotopic.models.inelastic:InelasticDiracDarkMatter",
        "scalar": "scotopic.models.electrophilic:ScalarMediator",
        "pseudoscalar": "scotopic.models.electrophilic:PseudoscalarMediator",
        "axial_vector": "scotopic.models.electrophilic:AxialVectorMediator",
        "muonphilic_scalar": "scotopic.models.muonphilic:MuonphilicScalar",
        "muonphilic_pseudoscalar": "scotopic.models.muonphilic:MuonphilicPseudoscalar",
        "charged_vector": "scotopic.models.charged_vector:ChargedVector",
        "L_mu_minus_L_tau": "scotopic.models.charged_vector:LMuMinusLTau",
        "B_minus_L": "scotopic.models.charged_vector:BMinusL",
        "B_minus_3L_e": "scotopic.models.charged_vector:BMinus3LE",
        "axion_like_particle": "scotopic.models.axion_like:AxionLikeParticle",
    }
)
"""The models of the package, and where they are: imported when they are asked for."""

_REGISTERED: Final[dict[str, "type[DecayingMediator]"]] = {}


def register_model(name: str) -> Callable[[Kind], Kind]:
    """Return what makes a class known by a name, as a decorator.

    Parameters
    ----------
    name : str
        New, and without a colon.

    Raises
    ------
    RangeError
        If there is another model of this name.
    """

    def register(kind: Kind) -> Kind:
        there = _REGISTERED.get(name)
        again = there is None or there.__qualname__ == kind.__qualname__  # a module read again
        if ":" in name or name in BUILT_IN or not again:
            raise RangeError(f"model: {name!r} is taken, or has a colon")
        _REGISTERED[name] = _checked(kind, name)
        return kind

    return register


def model_names() -> tuple[str, ...]:
    """Return all names of models: built in, registered, and of installed packages."""
    return tuple(dict.fromkeys((*BUILT_IN, *_REGISTERED, *(one.name for one in _installed()))))


def model_class(name: str) -> "type[DecayingMediator]":
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
    if name in _REGISTERED:
        return _REGISTERED[name]
    if name in BUILT_IN:
        return _imported(BUILT_IN[name])
    if ":" in name:
        here = str(Path.cwd())
        if not {"", here} & set(sys.path):
            sys.path.insert(0, here)  # as `python -m` does
        return _imported(name)
    for one in _installed():
        if one.name == name:
            return _imported(one.value)
    raise RangeError(f"model: {name!r} is not one of the models; {nearest(name, model_names())}")


def model_name(kind: "type[DecayingMediator]") -> str:
    """Return the name by which `model_class` gives a class.

    Examples
    --------
    >>> model_name(model_class("B_minus_L"))
    'B_minus_L'
    """
    path = _path(kind)
    names = {home: name for name, home in BUILT_IN.items()}
    names |= {_path(one): name for name, one in _REGISTERED.items()}
    if path not in names:
        names |= {one.value: one.name for one in _installed()}
    return names.get(path, path)


@lru_cache
def fingerprint(kind: "type[DecayingMediator]") -> str:
    """Return what tells a class from others and from its own earlier source, for keys of caches.

    The sources of this package are in the keys anyway. What has no source to be read, as in an
    interactive session, is kept for the session alone.
    """
    path = _path(kind)
    if path in BUILT_IN.values():
        return kind.__qualname__
    from hashlib import sha256  # noqa: PLC0415 - not for the package's own
    from inspect import getsource  # noqa: PLC0415
    from uuid import uuid4  # noqa: PLC0415

    try:
        source = getsource(sys.modules[kind.__module__])
    except (KeyError, OSError, TypeError):
        source = uuid4().hex
    return f"{path} {sha256(source.encode()).hexdigest()}"


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


def _path(kind: "type[DecayingMediator]") -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _installed() -> "EntryPoints":
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and seldom needed

    return entry_points(group=GROUP)


def _imported(path: str) -> "type[DecayingMediator]":
    module, _, name = path.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise RangeError(f"model: {path!r} cannot be imported: {why}") from error
    return _checked(found, path)


def _checked(found: object, path: str) -> "type[DecayingMediator]":
    """Refuse what is no complete model."""
    from scotopic.models.mediator import DecayingMediator  # noqa: PLC0415 - keep the help fast

    if not (isinstance(found, type) and issubclass(found, DecayingMediator)):
        raise RangeError(f"model: {path!r} is no class that derives from DecayingMediator")
    lacks = [name for name in ("coupling_field", "symbol") if not hasattr(found, name)]
    if lacks := [*lacks, *sorted(found.__abstractmethods__)]:
        raise RangeError(f"model: {path!r} lacks {', '.join(lacks)}")
    if not is_dataclass(found) or found.coupling_field not in {f.name for f in fields(found)}:
        raise RangeError(f"model: {path!r} is no dataclass with the field {found.coupling_field}")
    return found
