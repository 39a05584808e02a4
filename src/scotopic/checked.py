"""Numbers and words that a user gives: taken if harmless, refused in one line otherwise.

Integers and floats of numpy of any width, zero-dimensional arrays, `Fraction` and `Decimal` are
numbers; bool, complex numbers and text are none. What these functions return is of Python's own
float and int, or of numpy's float64, so that the result never depends on the width of an input.
"""

import math
import operator
import os
import sys
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import TYPE_CHECKING, Any, Final

from scotopic.errors import RangeError, not_one_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

_WIDTHS: Final = ("float16", "float32", "float64")
LARGEST_SEED: Final = 2**64 - 1
"""Of random numbers."""

_LONGEST: Final = 60  # characters of a value that a message shows


def number(name: str, value: object) -> float:
    """Return a real number as float.

    Parameters
    ----------
    name : str
        What it is, for the message.
    value : object
        What was given.

    Raises
    ------
    RangeError
        If it is no number, or an integer or fraction beyond what a float holds.

    Examples
    --------
    >>> import numpy as np
    >>> number("mass", np.float32(0.5)), number("mass", Fraction(1, 4))
    (0.5, 0.25)
    >>> number("mass", True)
    Traceback (most recent call last):
        ...
    scotopic.errors.RangeError: mass: True is not a number
    """
    if type(value) is float:  # nearly always, and planes make many models
        return value
    if type(value) is not int:
        value = _real(name, value)
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    except ValueError:  # Decimal's signalling nan
        found = math.nan
    if math.isinf(found) and value not in (math.inf, -math.inf):
        raise RangeError(f"{name}: {shown(value)} is beyond the largest float, 1.8e308")
    return found


def _real(name: str, value: Any) -> Real | Decimal:  # noqa: ANN401 - whatever was given
    """Return what is a real number of some type, out of an array without dimensions if need be."""
    if hasattr(value, "dtype"):
        import numpy as np  # noqa: PLC0415 - cards are read without it

        if isinstance(value, np.ndarray) and value.ndim == 0 and not np.ma.is_masked(value):
            value = value[()]
    # an interval of time of numpy is an integer
    is_odd = isinstance(value, bool) or type(value).__name__ == "timedelta64"
    if is_odd or not isinstance(value, Real | Decimal):
        raise RangeError(f"{name}: {shown(value)} is not a number")
    return value


def numbers(name: str, values: "npt.ArrayLike") -> "Array":
    """Return real numbers as an array of float64, of the same shape.

    Parameters and errors as `number`; of a masked array no value may be masked.

    Examples
    --------
    >>> numbers("mass", [1, Fraction(1, 2)])
    array([1. , 0.5])
    """
    import numpy as np  # noqa: PLC0415 - cards are read without it

    if type(values) is np.ndarray and values.dtype == np.float64:
        return values
    if type(values) in (float, np.float64):  # nearly always, and curves ask thousands of times
        return np.array(values)
    if hasattr(values, "mask") and np.ma.is_masked(values):  # numpy.ma takes long to be imported
        raise RangeError(f"{name}: some of its values are masked")
    # as objects, so that numpy makes no numbers of bools or text
    array = np.asarray(values, dtype=None if hasattr(values, "dtype") else object)
    if array.dtype.kind in "iu" or array.dtype.name in _WIDTHS:
        return array.astype(np.float64)
    found = np.empty(array.shape)
    for place in np.ndindex(array.shape):
        found[place] = number(name, array[place])
    return found


def within(
    name: str, values: "npt.ArrayLike", low: float, high: float = math.inf, unit: str = ""
) -> "Array":
    """Return `numbers` between two ends, which belong to the range; none may be nan.

    Parameters
    ----------
    name, values
        As in `numbers`.
    low, high : float
        The ends.
    unit : str
        Of all, for the message.

    Raises
    ------
    RangeError
        If a number is outside, with the first that is.

    Examples
    --------
    >>> within("temperature", [1.0, 20.0], 1e-6, 10.0, "GeV")
    Traceback (most recent call last):
        ...
    scotopic.errors.RangeError: temperature: 20.0 GeV is not between 1e-06 and 10 GeV
    """
    found = numbers(name, values)
    if not found.ndim and low <= float(found) <= high:  # widths of one model, thousands of times
        return found
    inside = (found >= low) & (found <= high)
    if not inside.all():
        unit = unit and f" {unit}"
        allowed = f"between {low:g} and {high:g}{unit}"
        if high == math.inf:
            allowed = f"at least {low:g}{unit}" if low else "zero or positive"
        raise RangeError(f"{name}: {found[~inside].flat[0]}{unit} is not {allowed}")
    return found


def number_within(
    name: str, value: object, low: float, high: float = math.inf, unit: str = ""
) -> float:
    """Return one `number` between two ends; parameters and errors as `within`."""
    found = number(name, value)
    return found if low <= found <= high else float(within(name, found, low, high, unit))


def ascending(name: str, values: "npt.ArrayLike", unit: str = "") -> "Array":
    """Return two or more finite `numbers` in a row, each above the one before.

    Examples
    --------
    >>> ascending("edges_X0", [0, 2, 1])
    Traceback (most recent call last):
        ...
    scotopic.errors.RangeError: edges_X0: [0.0, 2.0, 1.0] are not two or more ascending numbers
    """
    found = numbers(name, values)
    ascends = found.ndim == 1 and len(found) > 1 and (found[1:] > found[:-1]).all()
    if not ascends or math.isinf(found[0]) or math.isinf(found[-1]):
        unit = unit and f" in {unit}"
        raise RangeError(
            f"{name}: {shown(found.tolist())} are not two or more ascending numbers{unit}"
        )
    return found


def of_one_shape(**arrays: "Array") -> "list[Array]":
    """Return arrays, by the names of their arguments, broadcast against each other.

    Raises
    ------
    RangeError
        If their shapes do not go together.
    """
    import numpy as np  # noqa: PLC0415 - cards are read without it

    try:
        return list(np.broadcast_arrays(*arrays.values()))
    except ValueError:
        shapes = " and ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise RangeError(f"the shapes of {shapes} do not go together") from None


def positive(name: str, value: object, unit: str = "") -> float:
    """Return a `number` that is positive and finite.

    Examples
    --------
    >>> positive("mass", 0, "GeV")
    Traceback (most recent call last):
        ...
    scotopic.errors.RangeError: mass: 0 GeV is not positive and finite
    """
    found = number(name, value)
    if not 0 < found < math.inf:
        raise RangeError(f"{name}: {shown(value)}{unit and f' {unit}'} is not positive and finite")
    return found


def not_negative(name: str, value: object) -> float:
    """Return a `number` that is zero or positive, and finite."""
    found = number(name, value)
    if not 0 <= found < math.inf:
        raise RangeError(f"{name}: {shown(value)} is not a finite number >= 0")
    return found


def share(name: str, value: object) -> float:
    """Return a `number` between 0 and 1, which do not belong to the range."""
    found = number(name, value)
    if not 0 < found < 1:
        raise RangeError(f"{name}: {shown(value)} is not between 0 and 1")
    return found


def count(name: str, value: object, least: int = 0, most: int = sys.maxsize) -> int:
    """Return a whole number, also one that was written as a float, as int.

    Raises
    ------
    RangeError
        If it is no number, not whole, or not from the least to the most.

    Examples
    --------
    >>> import numpy as np
    >>> count("showers", np.uint8(3)), count("showers", 1e6)
    (3, 1000000)
    """
    if isinstance(value, bool):
        raise RangeError(f"{name}: {value} is not a number")
    try:
        found: int | None = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        as_float = number(name, value)
        found = int(as_float) if as_float.is_integer() else None
    if found is None or not least <= found <= most:
        allowed = f"at least {least}" if most == sys.maxsize else f"from {least} to {most}"
        raise RangeError(f"{name}: {shown(value)} is not a whole number {allowed}")
    return found


def random_seed(value: object, largest: int = LARGEST_SEED, name: str = "seed") -> int:
    """Return a seed of random numbers."""
    return count(name, value, 0, largest)


def make_floats(owner: object, *names: str) -> None:
    """Make floats of attributes of a frozen dataclass that are numbers of any type.

    Raises
    ------
    RangeError
        As `number`.
    """
    for name in names:
        if type(value := getattr(owner, name)) is not float:  # nearly all are, and models are many
            object.__setattr__(owner, name, number(name, value))


def one_of(name: str, word: object, known: Iterable[str]) -> None:
    """Refuse a word that is not among the known ones.

    Examples
    --------
    >>> one_of("lepton", "tau", ["electron", "muon"])
    Traceback (most recent call last):
        ...
    scotopic.errors.RangeError: lepton: 'tau' is not one of electron, muon
    """
    words = tuple(known)
    if not isinstance(word, str):
        raise RangeError(f"{name}: {shown(word)} is not one of {', '.join(words)}")
    if word not in words:
        raise RangeError(f"{name}: {not_one_of(word, words)}")


def shown(value: object) -> str:
    """Return a value as one line of a message, shortened if it is long.

    Examples
    --------
    >>> shown(10**400), shown("a" * 100)[-6:]
    ('an integer of 401 digits', 'aaa...')
    """
    if shape := getattr(value, "shape", ()):
        return f"an array of shape {shape}"
    if isinstance(value, int) and value.bit_length() > 200:
        return f"an integer of {int(value.bit_length() * math.log10(2)) + 1} digits"
    if isinstance(value, Fraction) and max(map(abs, value.as_integer_ratio())) > 1 << 200:
        return "a fraction of huge integers"
    is_plain = hasattr(value, "dtype") or isinstance(value, Decimal | Fraction)
    text = str(value) if is_plain else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def several(given: object, *one: type) -> tuple[Any, ...]:
    """Return what may be given alone or in a list, as a tuple.

    Parameters
    ----------
    given : object
        One thing or several; a name or a path is one.
    *one : type
        What else is one, though it might be gone through.

    Examples
    --------
    >>> several("bremsstrahlung"), several(["a", "b"])
    (('bremsstrahlung',), ('a', 'b'))
    """
    if isinstance(given, (str, os.PathLike, *one)) or not isinstance(given, Iterable):
        return (given,)
    return tuple(given)
