"""Every number that the public interface takes: right for any type of number, or refused.

Functions, methods and constructors are found on the page of the Python interface. One that takes
numbers and has no call in `CALLS` of `tests/public_calls.py` fails a test: give it one.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from tests.public_calls import CALLS, FOUND, NOT_FOR_CALLERS, Call

from scotopic.errors import CardError, RangeError

NEVER: tuple[Any, ...] = (
    math.nan,
    -math.inf,
    10**400,
    "a",
    1j,
    object(),
    [[1.0], [2.0, 3.0]],
    np.datetime64("NaT"),
)
SELDOM: tuple[Any, ...] = (
    math.inf,
    -1.0,
    0.0,
    1e308,
    5e-324,
    True,
    None,
    [],
    [[1.0, 2.0]],
    np.ma.masked,
)
EXACT: tuple[Callable[[float], Any], ...] = (
    Fraction,
    Decimal,
    np.float32,
    np.float64,
    np.array,
    lambda v: int(v) if v == int(v) else v,
)


def tried(value: Any, odd: Any) -> Iterator[Any]:
    """Yield an odd value in place of a number, or of the last one of an array."""
    yield odd
    if isinstance(value, list | tuple) and not isinstance(value[-1], tuple):
        yield [*value[:-1], odd]


def numbers_in(found: Any) -> Iterator[float]:
    if isinstance(found, np.ndarray | float | int | complex | np.number):
        yield from np.abs(np.asarray(found)).astype(float).ravel().tolist()
    elif isinstance(found, Mapping):
        yield from numbers_in(tuple(found.values()))
    elif isinstance(found, tuple | list):
        yield from (number for one in found for number in numbers_in(one))
    elif dataclasses.is_dataclass(found):
        yield from numbers_in([getattr(found, f.name) for f in dataclasses.fields(found)])


def test_every_public_call_that_takes_numbers_is_tried() -> None:
    assert set(FOUND) - NOT_FOR_CALLERS == set(CALLS)


def refusal(call: Call, argument: str, value: Any) -> str:
    """Return with which words a value is refused; else look at what it gives."""
    try:
        found = call.way(**{**call.given, argument: value})
    except (RangeError, CardError) as error:
        return str(error)
    assert not any(map(math.isnan, numbers_in(found))), f"{argument}: {value}"
    return ""


@pytest.mark.parametrize("name", sorted(CALLS))
def test_numbers_are_right_or_refused_in_a_line(name: str) -> None:
    """Warnings are errors in the suite."""
    call = CALLS[name]()
    for argument in FOUND[name]:
        for odd in NEVER if call.is_slow else (*NEVER, *SELDOM):
            for value in tried(call.given[argument], odd):
                words = refusal(call, argument, value)
                assert words or not any(odd is one for one in NEVER), f"{argument}: {value}"
                called = argument in words or (call.called and call.called in words)
                assert called or not words, words
                assert len(words) < 300
                assert "\n" not in words


@pytest.mark.parametrize("name", sorted(CALLS))
def test_numbers_of_any_type_are_the_same(name: str) -> None:
    call = CALLS[name]()
    if call.is_slow:
        return
    expected = list(numbers_in(call.way(**call.given)))
    for argument in FOUND[name]:
        value = call.given[argument]
        if isinstance(value, tuple):
            continue
        for exact in EXACT:
            other = [exact(v) for v in value] if isinstance(value, list) else exact(value)
            found = list(numbers_in(call.way(**{**call.given, argument: other})))
            assert found == expected, f"{argument}: {other}"
