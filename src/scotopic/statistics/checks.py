"""What numbers of a likelihood may be; the messages begin with what is wrong."""

import math
import sys

import numpy as np

from scotopic.errors import RangeError
from scotopic.words import MAX_COUNTS

LARGEST_SEED = 2**64 - 1
"""Of random numbers."""

_NUMBERS = (int, float, np.integer, np.floating)


def require_counts(name: str, counts: int) -> None:
    """Refuse a number of events that cannot be or is too large to be treated exactly.

    Raises
    ------
    RangeError
        Unless `counts` is a whole number from 0 to `MAX_COUNTS`.
    """
    require_whole(name, counts, 0, MAX_COUNTS)


def require_whole(name: str, value: object, low: int, high: int) -> None:
    """Refuse what is no whole number, or out of a range without negative numbers.

    Raises
    ------
    RangeError
        Unless it is a whole number from `low` to `high`.
    """
    whole = value if isinstance(value, (int, np.integer)) and not isinstance(value, bool) else -1
    if not low <= whole <= high:
        raise RangeError(f"{name}: {value} is not a whole number from {low} to {high}")


def require_number(name: str, value: object, *, positive: bool = False) -> None:
    """Refuse what is no number, not finite, or negative.

    Parameters
    ----------
    name : str
        What the message begins with.
    value : object
        Anything.
    positive : bool
        Whether zero is refused too.

    Raises
    ------
    RangeError
        Unless it is such a number.
    """
    number = value if isinstance(value, _NUMBERS) and not isinstance(value, bool) else math.nan
    in_range = number > 0 if positive else number >= 0
    if not in_range or number > sys.float_info.max:
        raise RangeError(f"{name}: {value} is not a finite number {'>' if positive else '>='} 0")


def require_confidence_level(value: object) -> None:
    """Refuse a confidence level that is no number between 0 and 1.

    Raises
    ------
    RangeError
        Unless it is one.
    """
    if not (isinstance(value, _NUMBERS) and 0 < value < 1):
        raise RangeError(f"confidence_level: {value} is not between 0 and 1")
