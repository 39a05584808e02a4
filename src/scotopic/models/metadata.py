r"""What a model's class says of its parameters: unit, label, name, range and role.

A parameter is a field of the model's dataclass, described where it is declared:

    kinetic_mixing: Annotated[float, Parameter(label=r"\epsilon", long_name="kinetic mixing")]

Labels of axes, units of columns, help texts and the checks of cards follow from that. In a label
`<X>` stands for the symbol of the mediator and `<chi>` for that of the (lighter) dark matter.
"""

import math
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields, replace
from functools import lru_cache
from inspect import get_annotations
from types import MappingProxyType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    get_args,
    get_origin,
    get_type_hints,
)

from scotopic.display import displayed
from scotopic.errors import RangeError

if TYPE_CHECKING:
    from scotopic.models.portal import Portal

Role = Literal[
    "mass", "coupling", "dark coupling", "ratio", "splitting", "angle", "charge", "choice", "other"
]
"""What a parameter is to the model."""


@displayed
@dataclass(frozen=True, kw_only=True)
class Parameter:
    r"""What is known of one parameter.

    Attributes
    ----------
    label : str
        Its symbol in mathtext, as in `\epsilon`.
    long_name : str
        Its name in words, as in "kinetic mixing".
    unit : str
        "GeV", "GeV^-1" or "1".
    role : str
        What it is to the model.
    low, high : float
        Ends of the range in which the model may exist.
    choices : tuple of str
        The words that it can be; none for a number.
    usual : float or str, optional
        What commands take if nothing is given.
    definition : str
        What it is made of, in mathtext.
    name : str
        Of the field; given by `parameters`.
    """

    label: str
    long_name: str
    unit: str = "1"
    role: Role = "other"
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    usual: float | str | None = None
    definition: str = ""
    name: str = ""

    @property
    def column(self) -> str:
        """Name of a column of its values, with the unit.

        Examples
        --------
        >>> Parameter(label="g", long_name="g", unit="GeV^-1", name="photon_coupling").column
        'photon_coupling_per_GeV'
        """
        unit = {"GeV": "_GeV", "GeV^-1": "_per_GeV"}.get(self.unit, "")
        return self.name.removesuffix(unit) + unit


MEDIATOR_MASS: Final = Parameter(
    # far beyond all that a formula here holds for, so that no power of them overflows
    label="m_{<X>}",
    long_name="mass of the mediator",
    unit="GeV",
    role="mass",
    low=1e-12,
    high=1e12,
)
DARK_MATTER_MASS: Final = Parameter(
    label="m_{<chi>}",
    long_name="mass of the dark matter",
    unit="GeV",
    role="mass",
    low=1e-12,
    high=1e12,
)
MASS_RATIO: Final = Parameter(
    label="m_{<X>}/m_{<chi>}",
    long_name="mass of the mediator over that of the dark matter",
    role="ratio",
    low=1e-9,
    high=1e9,
    usual=3.0,
)
ALPHA_D: Final = Parameter(
    label=r"\alpha_D",
    long_name="dark coupling",
    role="dark coupling",
    low=0.0,
    high=1.0,
    usual=0.1,
)
SPLITTING: Final = Parameter(
    label=r"\Delta/m_{<chi>}",
    long_name="splitting of the dark states",
    role="splitting",
    low=0.0,
    high=1e9,
)


@lru_cache
def parameters(kind: "type[Portal]") -> Mapping[str, Parameter]:
    """Return the parameters of a model by name, in the order of its fields.

    What a class does not say of a field is taken from the classes that it derives from; a field of
    which nothing is said has its name as label and no unit.

    Raises
    ------
    RangeError
        If the annotations of a class name what does not exist at run time.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> known = parameters(DarkPhoton)
    >>> known["mediator_mass"].label, known["mediator_mass"].unit, known["dark_matter"].choices
    ("m_{A'}", 'GeV', ('complex_scalar', 'dirac', 'majorana', 'pseudo_dirac'))
    """
    notes: dict[str, Parameter] = {}
    hints: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        for name, hint in _hints(base).items():
            hints[name] = hint
            said = [note for note in get_args(hint)[1:] if isinstance(note, Parameter)]
            if said:
                notes[name] = said[0]
    found = {f.name: _described(kind, f, hints[f.name], notes) for f in fields(kind) if f.init}
    return MappingProxyType(found)


@lru_cache
def numeric_fields(kind: "type[Portal]") -> tuple[str, ...]:
    """Return the fields of a model that are given as numbers.

    Examples
    --------
    >>> from scotopic.models.axion_like import AxionLikeParticle
    >>> numeric_fields(AxionLikeParticle)
    ('mediator_mass', 'photon_coupling')
    """
    hints = {name: h for base in reversed(kind.__mro__) for name, h in _hints(base).items()}
    bare = {n: get_args(h)[0] if get_origin(h) is Annotated else h for n, h in hints.items()}
    return tuple(f.name for f in fields(kind) if f.init and bare[f.name] is float)


def _hints(base: type) -> Mapping[str, Any]:
    """Return a class' own annotations."""
    try:
        every = get_type_hints(base, include_extras=True)
    except NameError as error:
        raise RangeError(f"model: the annotations of {base.__qualname__}: {error}") from None
    return {name: every[name] for name in get_annotations(base)}


def _described(
    kind: "type[Portal]", one: Field[Any], hint: object, notes: Mapping[str, Parameter]
) -> Parameter:
    """Complete what is said of a field: its name, its words, its role, the model's symbols."""
    known = notes.get(one.name) or Parameter(label=upright(one.name), long_name=in_words(one.name))
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if get_origin(bare) is Literal:
        known = replace(known, choices=get_args(bare), role="choice")
    if one.name == kind.coupling_field:
        known = replace(known, role="coupling")
    return with_symbols(kind, replace(known, name=one.name))


def with_symbols(kind: "type[Portal]", known: Parameter) -> Parameter:
    """Write the symbols of a model into the label and the definition of a parameter."""

    def written(text: str) -> str:
        return text.replace("<X>", kind.symbol).replace("<chi>", kind.dark_symbol)

    return replace(known, label=written(known.label), definition=written(known.definition))


def in_words(name: str) -> str:
    """Return the name of a field as words.

    Examples
    --------
    >>> in_words("dark_matter_mass")
    'dark matter mass'
    """
    return name.replace("_", " ")


def upright(name: str) -> str:
    r"""Return words in upright letters for mathtext.

    Examples
    --------
    >>> print(upright("complex_scalar"))
    \mathrm{complex\ scalar}
    """
    return rf"\mathrm{{{in_words(name)}}}".replace(" ", r"\ ")
