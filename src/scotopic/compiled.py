"""The one place where functions are handed to numba.

numba ships no type information; wrapping its decorator keeps the types of what it compiles.
Import this only in modules that hold hot loops: importing numba takes half a second.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays to machine code, cached between processes."""
    result: F = numba.njit(cache=True, error_model="numpy")(function)
    return result
