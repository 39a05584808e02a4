"""Models from parameters by the names that papers use, derived ones and tied ones included."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import MISSING, fields
from functools import lru_cache
from typing import Any, Final, TypeAlias, TypeVar

from scotopic.checked import number_within, shown
from scotopic.display import brief
from scotopic.errors import RangeError, close_word, nearest, not_one_of, quoted
from scotopic.models.derived import COUPLING, PROBE, SQUARES, Derived, Kind, Of, Values, derived
from scotopic.models.metadata import Parameter, parameters
from scotopic.models.portal import Portal
from scotopic.models.registry import model_class, model_name

Model = TypeVar("Model", bound=Portal)

Given: TypeAlias = Portal | Kind | str
"""A model: itself, its class, or its name."""

_TIES: Final[dict[str, Of]] = {}


def supply(ties: Mapping[str, Of], squares: Mapping[Parameter, Of]) -> None:
    """Make known what gives a coupling but takes more than a model to compute.

    Parameters
    ----------
    ties : mapping of str to callable
        Words that may stand for a coupling: what it is for a model, whose own plays no part.
    squares : mapping of Parameter to callable
        Further names: what goes as the square of a coupling without a dimension, of a model;
        raises RangeError where that is nothing.
    """
    _TIES.update(ties)
    SQUARES.update(squares)
    for cached in (derived, parameter_names, _plan):
        cached.cache_clear()


@lru_cache
def parameter_names(kind: Kind) -> tuple[str, ...]:
    """Return the names by which a model's parameters can be given.

    Examples
    --------
    >>> from scotopic.models.electrophilic import ScalarMediator
    >>> parameter_names(ScalarMediator)[:5]
    ('mediator_mass', 'electron_coupling', 'alpha_D', 'mass_ratio', 'dark_matter')
    """
    return (*parameters(kind), *derived(kind))


def parameter(kind: Kind, name: str) -> Parameter:
    r"""Return what is known of a parameter, derived ones included.

    Raises
    ------
    RangeError
        If the model has none of this name.

    Examples
    --------
    >>> from scotopic.models.inelastic import InelasticDarkMatter
    >>> parameter(InelasticDarkMatter, "dark_matter_mass").label
    'm_{\\chi_1}'
    """
    if why := unknown_parameter(kind, name):
        raise RangeError(f"{name}: {why}")
    own = parameters(kind)
    return own[name] if name in own else derived(kind)[name].parameter


def parameter_of(model: Portal, name: str) -> Parameter:
    """Return what is known of a parameter of a model, with the unit that it has beside the others.

    Raises
    ------
    RangeError
        If the model has none of this name.

    Examples
    --------
    >>> from scotopic.models.electrophilic import ScalarMediator
    >>> one = ScalarMediator(mediator_mass=1, electron_coupling=1e-4, alpha_D=0.1, mass_ratio=3,
    ...                      dark_matter="real_scalar")
    >>> parameter_of(one, "alpha_D").unit
    'GeV^2'
    """
    values = {f.name: getattr(model, f.name) for f in fields(model) if f.init}
    return type(model).described(parameter(type(model), name), values)


_SETS: Final = {"dark_matter_mass": ", or set by mass_ratio"}


def unknown_parameter(kind: Kind, name: str, beside: Values | None = None) -> str:
    """Return why a model has no parameter of a name; nothing if it has.

    Parameters
    ----------
    kind : type
        The model's class.
    name : str
        Any.
    beside : mapping, optional
        The other parameters: what means nothing with them is not suggested.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> unknown_parameter(DarkPhoton, "alfa_D"), unknown_parameter(DarkPhoton, "y")
    ("is no parameter of dark_photon; did you mean 'alpha_D'?", '')
    """
    names = parameter_names(kind)
    if name in names:
        return ""
    has = names if beside is None else kind.meaningful(names, beside)
    return f"is no parameter of {model_name(kind)}; {_hint(kind, name, has)}"


def _hint(kind: Kind, name: str, has: Collection[str]) -> str:
    """Suggest what is meant if it is there; what only looks like it is not meant."""
    meant = close_word(name, parameter_names(kind))
    return nearest(name, has) if meant in has else f"known: {', '.join(has)}"


def wrong_value(kind: Kind, name: str, value: object, beside: Values | None = None) -> str:
    """Return why a parameter of a model cannot have a value; nothing if it can.

    Parameters
    ----------
    kind : type
        The model's class.
    name : str
        Of the parameter, any of its names.
    value : float or str
        A number, a choice, or a word that stands for a coupling.
    beside : mapping, optional
        The other parameters, as of `unknown_parameter`.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> wrong_value(DarkPhoton, "dark_matter", "Dirac")
    "'Dirac' is not one of complex_scalar, dirac, majorana, pseudo_dirac; did you mean 'dirac'?"
    >>> wrong_value(DarkPhoton, "alpha_D", 3.0), wrong_value(DarkPhoton, "alpha_D", 0.5)
    ('3.0 is not between 0 and 1', '')
    """
    if why := unknown_parameter(kind, name, beside):
        return why
    possible, one = words(kind, name), parameter(kind, name)
    if isinstance(value, str):
        known = not_one_of(value, possible) if possible else f"{quoted(value)} is not a number"
        return "" if value in possible else known
    if one.choices:
        return f"{shown(value)} is not one of {', '.join(one.choices)}"
    try:
        number_within("value", value, one.low, one.high, "" if one.unit == "1" else one.unit)
    except RangeError as error:
        return str(error).removeprefix("value: ")
    return ""


def words(kind: Kind, name: str) -> tuple[str, ...]:
    """Return the words that can stand for a parameter: choices, or ties of a coupling."""
    if name in (COUPLING, kind.coupling_field):
        return tuple(_TIES)
    return parameter(kind, name).choices


def field_of(kind: Kind, name: str) -> str:
    """Return the field of a model that a parameter determines, `COUPLING` for any coupling.

    Examples
    --------
    >>> from scotopic.models.inelastic import InelasticDiracDarkMatter as i2DM
    >>> [field_of(i2DM, name) for name in ("y", "kinetic_mixing", "tan_theta", "splitting")]
    ['coupling', 'coupling', 'theta', 'splitting']
    """
    one = derived(kind).get(name)
    field = name if one is None else one.field
    return COUPLING if field == kind.coupling_field else field


def overridden(kind: Kind, values: Values, changes: Values) -> dict[str, Any]:
    """Return a model's parameters with some changed, under any of their names.

    Examples
    --------
    >>> from scotopic.models.inelastic import InelasticDiracDarkMatter as i2DM
    >>> overridden(i2DM, {"alpha_D": 0.1, "theta": 0.02}, {"tan_theta": 1e-3})
    {'alpha_D': 0.1, 'tan_theta': 0.001}
    """
    changed = {field_of(kind, name) for name in changes}
    kept = {name: value for name, value in values.items() if field_of(kind, name) not in changed}
    return {**kept, **changes}


def build(kind: type[Model], values: Values) -> Model:
    """Make a model from parameters of any name.

    Parameters
    ----------
    kind : type
        Of `scotopic.models`, or of one's own.
    values : mapping
        Parameters by names of `parameter_names`; a coupling may be one of its `words`. Magnetic
        moments and ties are among them once `scotopic.scan` is imported.

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
    found = dict(values)
    for name, one in _plan(kind, tuple(values)):
        found[one.field] = one.compute(kind, found.pop(name), found)
    coupling = kind.coupling_field
    if isinstance(tie := found[coupling], str):
        if tie not in _TIES:
            known = f" and not {', '.join(_TIES)}" if _TIES else "; import scotopic.scan for words"
            raise RangeError(f"{coupling}: {tie!r} is no number{known}")
        found[coupling] = _TIES[tie](kind(**{**found, coupling: PROBE}))
    return kind(**found)


def model_of(
    given: Given, values: Values, solved: Values | None = None, natural: Values | None = None
) -> Portal:
    """Return a model that is given by itself, by its class, or by its name.

    Parameters
    ----------
    given : Portal, type or str
        The model; of a class or a name it is made.
    values : mapping
        Parameters by names of `parameter_names`; of a model those that change.
    solved : mapping, optional
        Parameters that play no part, and values at which the model exists; they must not be among
        the others.
    natural : mapping, optional
        Parameters where nothing else is given; those that are left out are as usual.

    Raises
    ------
    RangeError
        If one is unknown, missing or out of range, or plays no part.

    Examples
    --------
    >>> model_of("dark_photon", {"alpha_D": 0.5}, {"mediator_mass": 0.1, "kinetic_mixing": 1e-4})
    DarkPhoton(mediator_mass=0.1, kinetic_mixing=0.0001, alpha_D=0.5, mass_ratio=3.0,
               dark_matter='complex_scalar')
    """
    kind = kind_of(given)
    if isinstance(given, Portal):
        if not values:
            return given
        natural = {f.name: getattr(given, f.name) for f in fields(given) if f.init}
    else:
        natural = overridden(kind, natural or {}, solved or {})
    replaced = {field_of(kind, name) for name in solved or {}}
    free = [name for name in parameter_names(kind) if field_of(kind, name) not in replaced]
    for name, value in values.items():
        if name in parameter_names(kind) and name not in free:
            raise RangeError(
                f"{name}: is no parameter of {model_name(kind)} that can be set: it is varied or"
                f" solved for{_SETS.get(name, '')}; known: {', '.join(free)}"
            )
        if name not in free:
            has = kind.meaningful(free, {**natural, **values})
            raise RangeError(
                f"{name}: is no parameter of {model_name(kind)} that can be set;"
                f" {_hint(kind, name, has)}"
            )
        if isinstance(value, str) and (why := wrong_value(kind, name, value)):
            raise RangeError(f"{name}: {why}")
    return build(kind, with_usual(kind, overridden(kind, natural, values)))


def kind_of(given: Given) -> Kind:
    """Return the class of a model that is given by itself, by its class, or by its name.

    Raises
    ------
    RangeError
        If it is none of these.

    Examples
    --------
    >>> kind_of("dark_photon").__name__
    'DarkPhoton'
    """
    if isinstance(given, str):
        return model_class(given)
    kind = given if isinstance(given, type) else type(given)
    if not issubclass(kind, Portal):
        raise RangeError(f"model: {brief(given)} is no model, and no name or class of one")
    return kind


def with_usual(kind: Kind, values: Values) -> dict[str, Any]:
    """Return parameters with the usual values of those that are missing.

    Raises
    ------
    RangeError
        If one is missing that has no usual value.
    """
    found = dict(values)
    while (absent := missing_parameter(kind, found)) is not None:
        if (usual := parameters(kind)[absent].usual) is None:
            raise RangeError(f"{absent}: missing; {model_name(kind)} needs {wanted(kind, absent)}")
        found[absent] = usual
    return found


def models_along(model: Model, name: str, values: Iterable[float]) -> list[Model]:
    """Return models that differ in one parameter, their couplings being `PROBE`.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> one = DarkPhoton(mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3,
    ...                  dark_matter="dirac")
    >>> along = models_along(one, "dark_matter_mass", [1.0, 2.0])
    >>> [round(found.mediator_mass, 3) for found in along]
    [3.0, 6.0]
    """
    kind = type(model)
    own = {f.name: getattr(model, f.name) for f in fields(model) if f.init}
    given = overridden(kind, own, {name: math.nan, kind.coupling_field: PROBE})
    return [build(kind, {**given, name: value}) for value in values]


@lru_cache
def _plan(kind: Kind, names: tuple[str, ...]) -> tuple[tuple[str, Derived], ...]:
    """Return which parameters of these names are derived, that for the coupling last.

    Raises
    ------
    RangeError
        If one is unknown, missing or given twice.
    """
    for name in names:
        parameter(kind, name)
    known = derived(kind)
    plan = [(name, known[name]) for name in known if name in names]
    for name, one in plan:
        if one.field in names and one.field != kind.coupling_field:
            raise RangeError(f"{name}: does not go together with {one.field}")
    couplings = [name for name in names if field_of(kind, name) == COUPLING]
    if len(couplings) > 1:
        raise RangeError(f"{couplings[1]}: does not go together with {couplings[0]}")
    for name, one in plan:
        for other in set(one.needs).difference(names):
            raise RangeError(f"{other}: missing; {name} needs it")
    if (absent := missing_parameter(kind, names)) is not None:
        raise RangeError(f"{absent}: missing; the model needs {wanted(kind, absent)}")
    return tuple(plan)


def wanted(kind: Kind, name: str) -> str:
    """Return what a parameter may be, in words."""
    choices = parameter(kind, name).choices
    return f"one of {', '.join(choices)}" if choices else "it"


def missing_parameter(kind: Kind, given: Collection[str]) -> str | None:
    """Return a parameter that a model needs beside those given by name, if there is one.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> missing_parameter(DarkPhoton, ["dark_matter_mass", "y", "alpha_D", "mass_ratio"])
    'dark_matter'
    """
    determined = {field_of(kind, name) for name in given}
    needs = [f.name for f in fields(kind) if f.init and f.default is f.default_factory is MISSING]
    absent = [name for name in needs if field_of(kind, name) not in determined]
    absent += [
        other
        for name, one in derived(kind).items()
        if name in given and one.field != kind.coupling_field
        for other in one.needs
        if other not in given
    ]
    return absent[0] if absent else None


def value_of(model: Portal, name: str) -> float:
    """Return a number that is a parameter of a model.

    Parameters
    ----------
    model : Portal
        Any.
    name : str
        Of `parameter_names`.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> one = DarkPhoton(mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3,
    ...                  dark_matter="dirac")
    >>> f"{value_of(one, 'y'):.3g} {value_of(one, 'coupling_squared'):.3g}"
    '1.23e-11 1e-08'
    """
    one = derived(type(model)).get(name)
    return float(getattr(model, name)) if one is None else one.value(model)
