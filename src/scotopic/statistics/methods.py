"""The methods by which a likelihood is turned into a limit: one list, open to others'.

A method is a function of a `Likelihood`, with its options as keyword-only arguments, that returns
`StrengthLimits`; the first line of its docstring describes it. A script adds its own by
`register_method`; a package by an entry point in the group "scotopic.methods" that names the
function. Built-in ones are imported when they are asked for, entry points are looked for when a
name is none of the known ones.
"""

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scotopic.errors import RangeError

if TYPE_CHECKING:
    from scotopic.statistics.likelihood import Likelihood
    from scotopic.statistics.strength import StrengthLimits

GROUP: Final = "scotopic.methods"
"""Of the entry points of other packages."""

BUILT_IN: Final = {
    "cls": "scotopic.statistics.cls",
    "toys": "scotopic.statistics.toys",
    "asymptotic": "scotopic.statistics.asymptotic",
    "poisson": "scotopic.statistics.classical",
    "poisson_zero_background": "scotopic.statistics.classical",
}
"""Modules of the methods that are always there, by name."""

Compute = Callable[..., "StrengthLimits"]


@dataclass(frozen=True)
class Method:
    """A way to set limits.

    Attributes
    ----------
    name : str
        By which it is asked for.
    description : str
        One line.
    options : tuple of str
        Keyword arguments that it takes beside the likelihood.
    compute : callable
        The function itself.
    """

    name: str
    description: str
    options: tuple[str, ...]
    compute: Compute

    def __call__(self, likelihood: "Likelihood", **options: Any) -> "StrengthLimits":  # noqa: ANN401
        """Set the limit.

        Raises
        ------
        RangeError
            For an option that the method does not take, and for what it cannot compute.
        """
        for name in options:
            if name not in self.options:
                known = ", ".join(self.options) or "it has none"
                raise RangeError(f"{name}: is no option of the method {self.name!r}: {known}")
        return self.compute(likelihood, **options)


_known: dict[str, Method] = {}


def register_method(name: str) -> Callable[[Compute], Compute]:
    """Return the decorator that adds a function to the methods.

    Raises
    ------
    RangeError
        If another function has the name already. The same one, defined again, takes its place.

    Examples
    --------
    >>> from scotopic.statistics import Bin, Component, Likelihood, StrengthLimits, strength_limits
    >>> @register_method("three_events")
    ... def three_events(likelihood: Likelihood) -> StrengthLimits:
    ...     '''Three events, whatever was seen.'''
    ...     value = 3 / likelihood.signal_weight
    ...     return StrengthLimits.of(likelihood, "three_events", value, expected=(value,) * 5)
    >>> one = Likelihood((Bin("S1", 0, (Component("signal", 2.0),), ()),))
    >>> strength_limits(one, "three_events").value
    1.5
    >>> method("three_events").description
    'Three events, whatever was seen.'
    """

    def add(compute: Compute) -> Compute:
        _add(name, compute)
        return compute

    return add


def _add(name: str, compute: Compute) -> Method:
    home = compute.__module__, compute.__qualname__
    known = _known.get(name)
    taken = known and (known.compute.__module__, known.compute.__qualname__) != home
    if taken or BUILT_IN.get(name, home[0]) != home[0]:
        raise RangeError(f"method: the name {name!r} is taken")
    lines = (inspect.getdoc(compute) or name).splitlines()
    parameters = inspect.signature(compute).parameters.values()
    options = tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)
    _known[name] = Method(name, lines[0], options, compute)
    return _known[name]


def methods() -> tuple[str, ...]:
    """Return the names of all methods, those of other packages included."""
    return tuple(dict.fromkeys((*BUILT_IN, *_known, *_entry_points())))


def method_module(name: str) -> str:
    """Return the module of a method, without importing a built-in one."""
    return BUILT_IN.get(name) or method(name).compute.__module__


def method(name: str) -> Method:
    """Return a method.

    Raises
    ------
    RangeError
        If there is none of this name.

    Examples
    --------
    >>> method("toys").options
    ('toys', 'seed')
    """
    if name not in _known and name in BUILT_IN:
        importlib.import_module(BUILT_IN[name])
    if name in _known:
        return _known[name]
    others = _entry_points()
    if name not in others:
        raise RangeError(f"method: {name!r} is not one of {', '.join(methods())}")
    compute = others[name].load()
    return _known.get(name) or _add(name, compute)  # its module may use the decorator too


def _entry_points() -> dict[str, Any]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow

    return {point.name: point for point in entry_points(group=GROUP)}
