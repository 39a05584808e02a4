"""Masses at which limits are set if none are given."""

import math

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.search.search import Search, SearchLike
from scotopic.units import ELECTRON_MASS

FloatArray = npt.NDArray[np.float64]

_BEYOND_RESONANCE = np.array([0.97, 1.03])


def default_masses(
    points: int = 100,
    lowest: float = 1e-3,
    highest: float = 1.0,
    search: SearchLike | None = None,
) -> FloatArray:
    """Return mediator masses in GeV, logarithmically spaced, more of them at the resonance.

    A shower's positrons annihilate on electrons at rest at m^2 = 2 m_e E. Where E is in the window
    of a search, a quarter of the masses resolve the dip.

    Parameters
    ----------
    points : int
        How many.
    lowest, highest : float
        First and last mass in GeV.
    search : Search, str, path or Experiment, or several experiments, optional
        Its windows are resolved; without it all masses are equally spaced.

    Returns
    -------
    ndarray, shape (points,)
        Ascending.

    Raises
    ------
    RangeError
        If there are fewer than two points or the range is empty.
    """
    if points < 2:
        raise RangeError(f"points: {points} is less than 2")
    if not 0 < lowest < highest < math.inf:
        raise RangeError(f"masses: {lowest} to {highest} GeV is not an ascending positive range")
    inside: list[float] = []
    energies = [] if search is None else list(Search.asked(search).resonance_energies())
    if energies:
        ends = np.array([min(low for low, _ in energies), max(high for _, high in energies)])
        first, last = np.sqrt(2 * ELECTRON_MASS * ends) * _BEYOND_RESONANCE
        window = np.geomspace(first, last, points // 4)
        inside = [m for m in window.tolist() if lowest < m < highest]
    return np.sort(np.append(np.geomspace(lowest, highest, points - len(inside)), inside))
