"""Where a confidence level falls to what is asked for."""

from collections.abc import Callable
from functools import cache


def crossing(falling: Callable[[float], float], start: float, tolerance: float) -> float:
    """Return the positive strength at which a falling function is zero, by Brent's method.

    Parameters
    ----------
    falling : callable
        Positive at strengths that are small enough, negative at large ones.
    start : float
        Where to look first: strengths may be of any size, a yield per particle on target is 1e-11.
    tolerance : float
        Relative.

    Examples
    --------
    >>> round(crossing(lambda strength: 4 - strength**2, 1e-3, 1e-12), 9)
    2.0
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - not on the warm path

    falling = cache(falling)  # costly, and Brent's method begins where the search ends
    low, high = start / 2, start
    while falling(high) > 0:
        low, high = high, 2 * high
    while falling(low) < 0:
        low, high = low / 2, low
    return float(brentq(falling, low, high, xtol=tolerance * high, rtol=tolerance))
