"""Where a line of thermal couplings jumps from one branch to another.

With slow conversions several couplings leave one density. The smallest is on the line, and where it
ceases to exist the line goes on elsewhere. A stroke from one end to the other would be no solution.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_STEEPER: Final = 2.0
"""How much steeper than the steps beside it a step is that may hold a jump."""

_LEAST: Final = 0.05
"""Least change of ln(coupling) that is a jump to the eye."""

_HALVINGS: Final = 12
_KEPT: Final = 0.6
"""Least share of the change that is left in half of a step if it jumps; a straight line has 0.5."""


@dataclass(frozen=True)
class Jump:
    """Where a line jumps.

    Attributes
    ----------
    step : int
        Index of the point before it.
    at : float
        Where it is, to 1/4096 of the step.
    before, after : float
        ln(coupling) on both sides of it.
    """

    step: int
    at: float
    before: float
    after: float


def jumps(at: FloatArray, logarithms: FloatArray, find: Callable[[float], float]) -> list[Jump]:
    """Return the jumps of a line that is known at some points.

    A step that is much steeper than those beside it is halved until the change is shared between
    halves, which that of a jump never is.

    Parameters
    ----------
    at : ndarray, shape (n,)
        The points, rising.
    logarithms : ndarray, shape (n,)
        ln(coupling); not-a-number in gaps.
    find : callable
        Gives ln(coupling) anywhere between the points, or not-a-number.

    Examples
    --------
    >>> at = np.linspace(0, 1, 11)
    >>> def line(x: float) -> float:
    ...     return x + 3 * (x > 0.54)
    >>> (found,) = jumps(at, np.array([line(x) for x in at]), line)
    >>> found.step, round(found.at, 3), round(found.after - found.before, 2)
    (5, 0.54, 3.0)
    >>> jumps(at, np.tanh(100 * (at - 0.54)), lambda x: np.tanh(100 * (x - 0.54)))
    []
    """
    changes = np.abs(np.diff(logarithms))
    slopes = np.pad(np.nan_to_num(changes / np.diff(at)), 1)
    steep = slopes[1:-1] > _STEEPER * np.maximum(slopes[:-2], slopes[2:])
    found = [
        _jump(k, at[k : k + 2].tolist(), logarithms[k : k + 2].tolist(), find)
        for k in np.flatnonzero(steep & (changes > _LEAST)).tolist()
    ]
    return [one for one in found if one is not None]


def _jump(
    step: int, at: list[float], values: list[float], find: Callable[[float], float]
) -> Jump | None:
    """Return the jump in a step, if it holds one or has no line in its middle."""
    whole = abs(values[1] - values[0])
    for _ in range(_HALVINGS):
        middle = (at[0] + at[1]) / 2
        value = find(middle)
        if np.isnan(value):
            break
        half = 0 if abs(value - values[0]) > abs(values[1] - value) else 1
        at[1 - half], values[1 - half] = middle, value
        if abs(values[1] - values[0]) < _KEPT * whole:
            return None
    return Jump(step, (at[0] + at[1]) / 2, *values)
