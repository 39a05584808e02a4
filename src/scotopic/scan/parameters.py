"""Parameters of a model by the names that papers use, derived ones and tied ones included."""

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeVar

from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.models.kinetic_mixing import KineticallyMixed, mixing_from_y

Values = Mapping[str, Any]
Model = TypeVar("Model", bound=KineticallyMixed)

MODELS: Final[Mapping[str, type[KineticallyMixed]]] = MappingProxyType(
    {
        "dark_photon": DarkPhoton,
        "inelastic_dark_matter": InelasticDarkMatter,
        "inelastic_dirac_dark_matter": InelasticDiracDarkMatter,
    }
)
"""The models that a run card can name."""


@dataclass(frozen=True)
class Derived:
    """A parameter that stands for a field of the model.

    Attributes
    ----------
    field : str
        The field that it determines.
    needs : tuple of str
        The other parameters that this takes.
    compute : callable
        Gives the field from the parameter and those others.
    """

    field: str
    needs: tuple[str, ...]
    compute: Callable[..., float]


def _mediator_mass(dark_matter_mass: float, mass_ratio: float) -> float:
    """Return the product, of two that both can be wrong."""
    named = {"dark_matter_mass": dark_matter_mass, "mass_ratio": mass_ratio}
    for name, value in named.items():
        if not (math.isfinite(value) and value > 0):
            raise RangeError(f"{name}: {value} is not positive and finite")
    return dark_matter_mass * mass_ratio


LARGEST_ALPHA_D: Final = 1.0
"""Dark coupling up to which a model can be built here: beyond, no order of perturbation theory
is smaller than the one before."""

DERIVED: Final[Mapping[str, Derived]] = MappingProxyType(
    {
        "dark_matter_mass": Derived("mediator_mass", ("mass_ratio",), _mediator_mass),
        "y": Derived("kinetic_mixing", ("alpha_D", "mass_ratio"), mixing_from_y),
        "kinetic_mixing_squared": Derived("kinetic_mixing", (), math.sqrt),
        "tan_theta": Derived("theta", (), math.atan),
    }
)
"""Parameters that are no fields themselves: masses of dark matter, y, ..."""


def _muon_band(edge: str) -> Callable[[float], float]:
    def mixing(mediator_mass: float) -> float:
        from scotopic.precision.bands import MUON_2021, mixing_band  # noqa: PLC0415 - for ties

        return float(getattr(mixing_band(MUON_2021, "vector", mediator_mass), edge))

    return mixing


TIES: Final[Mapping[str, Callable[[float], float]]] = MappingProxyType(
    {f"muon {edge}": _muon_band(edge) for edge in ("lower", "central", "upper")}
)
"""Kinetic mixings that follow from the mass: of the 2 sigma band of the muon's magnetic moment."""


@lru_cache
def parameter_names(model: type[KineticallyMixed]) -> tuple[str, ...]:
    """Return the names by which a model's parameters can be given.

    Examples
    --------
    >>> "y" in parameter_names(InelasticDarkMatter)
    True
    """
    own = [f.name for f in fields(model)]
    return (*own, *(name for name, derived in DERIVED.items() if derived.field in own))


def field_of(name: str) -> str:
    """Return the field of a model that a parameter determines.

    Examples
    --------
    >>> field_of("y"), field_of("splitting")
    ('kinetic_mixing', 'splitting')
    """
    return DERIVED[name].field if name in DERIVED else name


def overridden(values: Values, changes: Values) -> dict[str, Any]:
    """Return parameters with some changed, under any of their names.

    Examples
    --------
    >>> overridden({"alpha_D": 0.1, "theta": 0.02}, {"tan_theta": 1e-3})
    {'alpha_D': 0.1, 'tan_theta': 0.001}
    """
    changed = {field_of(name) for name in changes}
    kept = {name: value for name, value in values.items() if field_of(name) not in changed}
    return {**kept, **changes}


def build(model: type[Model], values: Values) -> Model:
    """Make a model from parameters of any name.

    Parameters
    ----------
    model : type
        One of `MODELS`.
    values : mapping
        Parameters by name: fields of the model, or what stands for one in `DERIVED`. The
        kinetic mixing may be one of the words in `TIES`.

    Raises
    ------
    RangeError
        If a parameter is unknown, missing, or given twice under different names, if the model
        refuses a value, or alpha_D exceeds `LARGEST_ALPHA_D`.

    Examples
    --------
    >>> iDM = build(InelasticDarkMatter, {"dark_matter_mass": 0.1, "mass_ratio": 3.0, "y": 1e-10,
    ...                                   "alpha_D": 0.1, "splitting": 0.4})
    >>> round(iDM.mediator_mass, 3), f"{iDM.kinetic_mixing:.3g}"
    (0.3, '0.000285')
    """
    known = parameter_names(model)
    if unknown := [name for name in values if name not in known]:
        raise RangeError(f"{unknown[0]}: is no parameter of the model; known: {', '.join(known)}")
    found = dict(values)
    for name, derived in DERIVED.items():
        if name not in found:
            continue
        if derived.field in found:
            raise RangeError(f"{name}: does not go together with {derived.field}")
        others = [_needed(found, other, name) for other in derived.needs]
        found[derived.field] = derived.compute(found.pop(name), *others)
    mixing = found.get("kinetic_mixing")
    if isinstance(mixing, str):
        if mixing not in TIES:
            raise RangeError(f"kinetic_mixing: {mixing!r} is no number and not {', '.join(TIES)}")
        found["kinetic_mixing"] = TIES[mixing](_needed(found, "mediator_mass", "kinetic_mixing"))
    for field in fields(model):
        if field.name not in found and field.default is MISSING:
            raise RangeError(f"{field.name}: missing; the model needs it")
    _refuse_strong(found["alpha_D"])
    return model(**found)


def _refuse_strong(alpha_D: float) -> None:
    if alpha_D > LARGEST_ALPHA_D * (1 + 1e-12):  # an axis may end at it but for rounding
        raise RangeError(
            f"alpha_D: {alpha_D:g} is above {LARGEST_ALPHA_D:g}, beyond perturbation theory"
        )


def _needed(values: Values, name: str, of: str) -> Any:  # noqa: ANN401 - a parameter's value
    if name not in values:
        raise RangeError(f"{name}: missing; {of} needs it")
    return values[name]
