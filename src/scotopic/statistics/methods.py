"""The methods by which a likelihood is turned into a limit: one list, open to others'.

A method is a function of a `Likelihood`, with its options as keyword-only arguments, that returns
`StrengthLimits`; the first line of its docstring describes it. A script adds its own by
`register_method`; a package by an entry point in the group "scotopic.methods" that names the
function. Built-in ones are imported when they are asked for.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from scotopic.display import displayed
from scotopic.errors import RangeError, not_one_of
from scotopic.registry import Registry

if TYPE_CHECKING:
    from scotopic.statistics.likelihood import Likelihood
    from scotopic.statistics.strength import StrengthLimits

BUILT_IN: Final = {
    "cls": "scotopic.statistics.cls:cls",
    "toys": "scotopic.statistics.toys:toys",
    "asymptotic": "scotopic.statistics.asymptotic:asymptotic",
    "poisson": "scotopic.statistics.classical:poisson",
    "poisson_zero_background": "scotopic.statistics.classical:poisson_zero_background",
}
"""Functions of the methods that are always there, by name."""

Compute = Callable[..., "StrengthLimits"]


@displayed
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


def _function(found: object, what: str) -> Compute:
    if not inspect.isfunction(found):
        raise RangeError(f"{what} is no function")
    return cast("Compute", found)


METHODS: Final[Registry[Compute]] = Registry("method", "methods", BUILT_IN, _function)
"""The functions of all methods."""

methods = METHODS.names
method_module = METHODS.module


def register_method(name: str) -> Callable[[Compute], Compute]:
    """Return the decorator that adds a function to the methods.

    Raises
    ------
    RangeError
        If another function has the name already. The same one, defined again, takes its place.

    Examples
    --------
    >>> from scotopic.statistics import Bin, Component, Likelihood, StrengthLimits, strength_limits
    >>> @register_method("no_more_than_three")
    ... def no_more_than_three(likelihood: Likelihood) -> StrengthLimits:
    ...     '''Three events, whatever was seen.'''
    ...     value = 3 / likelihood.signal_weight
    ...     return StrengthLimits.of(likelihood, "no_more_than_three", value, expected=(value,) * 5)
    >>> one = Likelihood((Bin("S1", 0, (Component("signal", 2.0),), ()),))
    >>> strength_limits(one, "no_more_than_three").value
    1.5
    >>> method("no_more_than_three").description
    'Three events, whatever was seen.'
    """
    return METHODS.register(name)


def method(name: str) -> Method:
    """Return a method.

    Parameters
    ----------
    name : str
        One of `methods`, or "package.module:function".

    Raises
    ------
    RangeError
        If there is none of this name.

    Examples
    --------
    >>> method("toys").options
    ('toys', 'seed')
    """
    if ":" not in name and name not in methods():
        raise RangeError(f"method: {not_one_of(name, methods())}")
    compute = METHODS[name]
    lines = (inspect.getdoc(compute) or name).splitlines()
    parameters = inspect.signature(compute).parameters.values()
    options = tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)
    return Method(name, lines[0], options, compute)
