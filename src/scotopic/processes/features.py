"""Features of curves over the mass: where yields change so quickly that points must be there."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed

FloatArray = npt.NDArray[np.float64]

STEP = 0.5  # of arsinh((value - centre)/scale), between points around a centre


@displayed
@dataclass(frozen=True, eq=False)
class Feature:
    """Masses of the mediator between which yields change quickly.

    Attributes
    ----------
    what : str
        What happens there, for messages.
    masses : ndarray, shape (k,)
        Points in GeV that resolve it.
    top : tuple of float
        Masses in GeV between which the yields are about as large as they get: a curve without a
        point there misses its minimum.
    """

    what: str
    masses: FloatArray
    top: tuple[float, float]


def around(centre: float, scale: float, low: float, high: float) -> FloatArray:
    """Return values from one end to the other, the denser the nearer they are to a centre.

    Steps are about half of the scale at the centre, and half of the distance far away from it.

    Examples
    --------
    >>> around(0.0, 1.0, -1.0, 3.0).round(2).tolist()
    [-1.0, -0.52, 0.0, 0.52, 1.18, 2.13, 3.0]
    """
    first, last = (math.asinh((end - centre) / scale) for end in (low, high))
    steps = STEP * np.arange(math.ceil(first / STEP), math.floor(last / STEP) + 1)
    return np.unique([low, *(centre + scale * np.sinh(steps)), high])
