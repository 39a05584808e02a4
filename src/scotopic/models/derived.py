"""Parameters that stand for a field of a model: y, squares, the mass of the dark matter."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from scotopic.checked import number, positive
from scotopic.models.kinetic_mixing import mixing_from_y
from scotopic.models.metadata import Parameter, parameters, with_symbols
from scotopic.models.portal import Portal

Values = Mapping[str, Any]
Kind = type[Portal]
Of = Callable[[Portal], float]

COUPLING: Final = "coupling"
"""Name, in every model, of the coupling to ordinary matter: its `coupling_field`."""

PROBE: Final = 1e-3
"""A coupling at which every model exists, to see what it gives."""

SQUARES: Final[dict[Parameter, Of]] = {}
"""What `parameters.supply` made known."""


@dataclass(frozen=True)
class Derived:
    """A parameter that stands for a field of the model.

    Attributes
    ----------
    parameter : Parameter
        Its name, label and unit.
    field : str
        The field that it determines.
    compute : callable
        Gives the field from the class, the parameter's value and all other parameters.
    value : callable
        Gives the parameter of a model.
    needs : tuple of str
        The other parameters that `compute` takes.
    """

    parameter: Parameter
    field: str
    compute: Callable[[Kind, Any, Values], Any]
    value: Of
    needs: tuple[str, ...] = ()


@lru_cache
def derived(kind: Kind) -> Mapping[str, Derived]:
    """Return the parameters of a model that stand for one of its fields, by name.

    The mass of the dark matter, tangents of angles, and what stands for the coupling if that has
    no dimension: `coupling`, which it has in every model, its square under both names, `y` if
    there is dark matter, and what is supplied from outside, such as magnetic moments.

    Examples
    --------
    >>> from scotopic.models.axion_like import AxionLikeParticle
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> list(derived(DarkPhoton))[:4], list(derived(AxionLikeParticle))
    (['dark_matter_mass', 'coupling', 'coupling_squared', 'kinetic_mixing_squared'], [])
    """
    own = parameters(kind)
    found = []
    if {"mediator_mass", "mass_ratio"} <= own.keys():
        found.append(_dark_matter_mass(kind))
    found += [_tangent(one) for one in own.values() if one.role == "angle"]
    coupling = own[kind.coupling_field]
    if kind.squared is not None:
        found.append(_named_square(coupling.name, kind.squared))
    if coupling.unit == "1":
        as_given, of = (lambda _kind, value, _others: value), attrgetter("coupling")
        found.append(Derived(_ANY_COUPLING, coupling.name, as_given, of))
        found += [_square(coupling.name, one) for one in (_ANY_COUPLING, coupling)]
        if {"alpha_D", "mass_ratio"} <= own.keys():
            found.append(_y(kind, coupling))
        found += [_supplied(coupling.name, one, of) for one, of in SQUARES.items()]
    return MappingProxyType({one.parameter.name: one for one in found})


_ANY_COUPLING: Final = Parameter(name=COUPLING, label="g", long_name="coupling", role="coupling")


def _dark_matter_mass(kind: Kind) -> Derived:
    def product(_kind: Kind, mass: float, others: Values) -> float:
        ratio = positive("mass_ratio", others["mass_ratio"])
        return positive("dark_matter_mass", mass) * ratio

    known = Parameter(
        name="dark_matter_mass",
        label="m_{<chi>}",
        long_name="mass of the dark matter",
        unit="GeV",
        role="mass",
    )
    of = attrgetter("dark_matter_mass")
    return Derived(with_symbols(kind, known), "mediator_mass", product, of, ("mass_ratio",))


def _tangent(angle: Parameter) -> Derived:
    name = f"tan_{angle.name}"
    known = Parameter(
        name=name,
        label=rf"\tan{angle.label}",
        long_name=f"tangent of the {angle.long_name}",
    )
    return Derived(
        known,
        angle.name,
        lambda _kind, value, _others: math.atan(number(name, value)),
        lambda model: math.tan(getattr(model, angle.name)),
    )


def _square(field: str, of: Parameter) -> Derived:
    name = f"{of.name}_squared"
    long_name = f"{of.long_name} squared"
    known = replace(of, name=name, label=f"{of.label}^2", long_name=long_name, definition="")
    return _named_square(field, known)


def _named_square(field: str, known: Parameter) -> Derived:
    return Derived(
        known,
        field,
        lambda _kind, value, _others: math.sqrt(positive(known.name, value)),
        lambda model: model.coupling**2,
    )


def _y(kind: Kind, coupling: Parameter) -> Derived:
    def mixing(kind: Kind, y: float, others: Values) -> float:
        return mixing_from_y(y, others["alpha_D"], others["mass_ratio"]) * kind.coupling_unit

    charge = coupling.label if kind.coupling_unit == 1 else f"({coupling.label}/e)"
    known = Parameter(
        name="y",
        label="y",
        long_name="y",
        definition=rf"{charge}^2 \alpha_D\,(m_{{<chi>}}/m_{{<X>}})^4",
    )
    needs = ("alpha_D", "mass_ratio")
    return Derived(with_symbols(kind, known), coupling.name, mixing, attrgetter("y"), needs)


def _supplied(field: str, known: Parameter, of: Of) -> Derived:
    def root(kind: Kind, value: float, others: Values) -> float:
        size = _of_probe(kind, tuple(others.items()), of)
        return PROBE * math.sqrt(positive(known.name, value) / size)

    return Derived(known, field, root, of)


@lru_cache(maxsize=4096)
def _of_probe(kind: Kind, others: tuple[tuple[str, Any], ...], of: Of) -> float:
    return of(kind(**dict(others), **{kind.coupling_field: PROBE}))
