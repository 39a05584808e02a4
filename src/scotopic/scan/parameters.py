"""Parameters of a model by the names that papers use, derived ones and tied ones included."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from scotopic.errors import RangeError
from scotopic.models.kinetic_mixing import mixing_from_y
from scotopic.models.mediator import DecayingMediator

if TYPE_CHECKING:
    from scotopic.words import Lepton

Values = Mapping[str, Any]
Model = TypeVar("Model", bound=DecayingMediator)

COUPLING: Final = "coupling"
"""Name, in every model, of the coupling to ordinary matter: its `coupling_field`."""

COUPLING_FIELDS: Final = (
    "kinetic_mixing",
    "electron_coupling",
    "muon_coupling",
    "gauge_coupling",
    "photon_coupling",
)
"""The names that models have for it."""

MOMENTS: Final[Mapping[str, "Lepton"]] = MappingProxyType(
    {"delta_a_e": "electron", "delta_a_mu": "muon"}
)
"""Sizes |Delta a| of a mediator's share in magnetic moments, and whose they are."""

_SQUARED: Final = "_squared"
_COUPLINGS: Final = frozenset(
    name + suffix for name in (COUPLING, *COUPLING_FIELDS) for suffix in ("", _SQUARED)
) | {"y", *MOMENTS}

_PROBE: Final = 1e-3
"""A coupling at which every model exists, to see what it gives."""


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
    return _positive("dark_matter_mass", dark_matter_mass) * _positive("mass_ratio", mass_ratio)


def _positive(name: str, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise RangeError(f"{name}: {value} is not positive and finite")
    return value


DERIVED: Final[Mapping[str, Derived]] = MappingProxyType(
    {
        "dark_matter_mass": Derived("mediator_mass", ("mass_ratio",), _mediator_mass),
        "tan_theta": Derived("theta", (), math.atan),
    }
)
"""Parameters that determine a field but the coupling: see `COUPLING` for those that give that."""


@lru_cache
def parameter_names(model: type[DecayingMediator]) -> tuple[str, ...]:
    """Return the names by which a model's parameters can be given.

    `coupling` is its coupling to ordinary matter under whatever name; `_squared` its square; `y`
    and the mediator's shares `delta_a_e` and `delta_a_mu` in magnetic moments, as sizes, stand
    for it too.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> parameter_names(DarkPhoton)[-5:]
    ('coupling_squared', 'kinetic_mixing_squared', 'y', 'delta_a_e', 'delta_a_mu')
    """
    own = tuple(f.name for f in fields(model) if f.init)
    if "alpha_D" not in own:  # axion-like: no dark matter, and a coupling with a dimension
        return own
    derived = (name for name, one in DERIVED.items() if one.field in own)
    couplings = (COUPLING, COUPLING + _SQUARED, model.coupling_field + _SQUARED)
    return (*own, *derived, *couplings, "y", *MOMENTS)


def field_of(name: str) -> str:
    """Return the field of a model that a parameter determines, `COUPLING` for any coupling.

    Examples
    --------
    >>> field_of("y"), field_of("kinetic_mixing"), field_of("tan_theta"), field_of("splitting")
    ('coupling', 'coupling', 'theta', 'splitting')
    """
    if name in _COUPLINGS:
        return COUPLING
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
        Of `scotopic.models`.
    values : mapping
        Parameters by names of `parameter_names`; a coupling may be one of `ties.TIES`.

    Raises
    ------
    RangeError
        If one is unknown, missing, given twice or out of range.

    Examples
    --------
    >>> from scotopic.models.inelastic import InelasticDarkMatter
    >>> iDM = build(InelasticDarkMatter, {"dark_matter_mass": 0.1, "mass_ratio": 3, "y": 1e-10,
    ...                                   "alpha_D": 0.1, "splitting": 0.4})
    >>> round(iDM.mediator_mass, 3), f"{iDM.kinetic_mixing:.3g}"
    (0.3, '0.000285')
    """
    derived, given = _plan(model, tuple(values))
    found = dict(values)
    for name in derived:
        one = DERIVED[name]
        found[one.field] = one.compute(found.pop(name), *(found[other] for other in one.needs))
    field = model.coupling_field
    if given != field:
        found[field] = _coupling(model, found, given, found.pop(given))
    if isinstance(tie := found[field], str):
        found[field] = _tied(model, found, tie)
    return model(**found)


@lru_cache
def _plan(model: type[DecayingMediator], names: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Return which parameters of these names are derived, and which one gives the coupling.

    Raises
    ------
    RangeError
        If one is unknown, missing or given twice.
    """
    known = parameter_names(model)
    if unknown := [name for name in names if name not in known]:
        raise RangeError(f"{unknown[0]}: is no parameter of the model; known: {', '.join(known)}")
    derived = tuple(name for name in DERIVED if name in names)
    for name in derived:
        if DERIVED[name].field in names:
            raise RangeError(f"{name}: does not go together with {DERIVED[name].field}")
        for other in DERIVED[name].needs:
            _needed(names, other, name)
    given = [name for name in names if name in _COUPLINGS]
    if len(given) > 1:
        raise RangeError(f"{given[1]}: does not go together with {given[0]}")
    if (absent := missing_parameter(model, names)) is not None:
        raise RangeError(f"{absent}: missing; the model needs it")
    if given == ["y"]:
        for other in ("alpha_D", "mass_ratio"):
            _needed(names, other, "y")
    return derived, given[0]


def missing_parameter(model: type[DecayingMediator], given: Collection[str]) -> str | None:
    """Return a parameter that a model needs beside those given by name, if there is one.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> missing_parameter(DarkPhoton, ["dark_matter_mass", "y", "alpha_D", "mass_ratio"])
    'dark_matter'
    """
    determined = {field_of(name) for name in given}
    needs = [f.name for f in fields(model) if f.init and f.default is MISSING]
    absent = [name for name in needs if field_of(name) not in determined]
    derived = [other for name in given if name in DERIVED for other in DERIVED[name].needs]
    absent += [other for other in derived if other not in given]
    return absent[0] if absent else None


def _tied(model: type[Model], others: Values, tie: str) -> float:
    """Return the coupling that follows from the rest of a model."""
    from scotopic.scan.ties import TIES  # noqa: PLC0415 - seldom

    field = model.coupling_field
    if tie not in TIES:
        raise RangeError(f"{field}: {tie!r} is no number and not {', '.join(TIES)}")
    return TIES[tie](build(model, {**others, field: _PROBE}))


def _coupling(model: type[Model], others: Values, name: str, value: float) -> float:
    """Return a model's coupling from what it gives: its square, y, a magnetic moment."""
    if name == COUPLING:
        return value
    if name.endswith(_SQUARED):
        return math.sqrt(_positive(name, value))
    if name == "y":
        return mixing_from_y(value, others["alpha_D"], others["mass_ratio"]) * model.coupling_unit
    size = _moment_of_probe(model, tuple(others.items()), name)
    return _PROBE * math.sqrt(_positive(name, value) / size)


@lru_cache(maxsize=4096)
def _moment_of_probe(
    model: type[DecayingMediator], others: tuple[tuple[str, Any], ...], name: str
) -> float:
    size = _moment(build(model, {**dict(others), model.coupling_field: _PROBE}), name)
    if not size:
        raise RangeError(f"{name}: the mediator does not couple to the {MOMENTS[name]}")
    return size


def _moment(model: DecayingMediator, name: str) -> float:
    from scotopic.precision.magnetic_moments import moment_of  # noqa: PLC0415 - seldom

    lepton = MOMENTS[name]
    return abs(moment_of(model, lepton)) if model.lepton_coupling(lepton) > 0 else 0.0


def value_of(model: DecayingMediator, name: str) -> float:
    """Return a parameter of a model that stands for its coupling.

    Parameters
    ----------
    model : DecayingMediator
        Any.
    name : str
        A name of `parameter_names` whose `field_of` is `COUPLING`.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> one = DarkPhoton(mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3,
    ...                  dark_matter="dirac")
    >>> f"{value_of(one, 'y'):.3g} {value_of(one, 'coupling_squared'):.3g}"
    '1.23e-11 1e-08'
    """
    if name in MOMENTS:
        return _moment(model, name)
    if name == "y":
        return model.y
    return model.coupling**2 if name.endswith(_SQUARED) else model.coupling


def _needed(names: Collection[str], name: str, of: str) -> None:
    if name not in names:
        raise RangeError(f"{name}: missing; {of} needs it")
