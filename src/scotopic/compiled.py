"""The one place where functions are handed to numba: one set of options, types kept.

Import this only in modules that hold hot loops: importing numba takes half a second.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays to machine code, cached between processes."""
    return cast("F", numba.njit(cache=True, error_model="numpy")(function))
