"""What a curve says between its points: errors of interpolation, and features that it misses."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scotopic.processes.features import Feature

FloatArray = npt.NDArray[np.float64]

_SAFETY = 2.0  # that two ways to interpolate differ says what either misses, within this factor
_INSIDE = np.linspace(0.1, 0.9, 9)[:, None]  # where the two are compared


def interpolation_error(at: FloatArray, values: FloatArray) -> FloatArray:
    """Return the error of a curve next to its points, if it is drawn as straight lines.

    Parameters
    ----------
    at : ndarray, shape (n,)
        Ascending; logarithms on a logarithmic axis.
    values : ndarray, shape (n,)
        Logarithms of the curve; not-a-number where it has no point.

    Returns
    -------
    ndarray, shape (n,)
        Of the logarithm, the larger one of both sides; not-a-number without a neighbour.

    Notes
    -----
    Twice the largest difference between the lines and the monotone cubic of Fritsch and Butland
    (SIAM J. Sci. Stat. Comput. 5 (1984) 300), which overshoots nowhere; scipy's takes a tenth of a
    second to be imported.

    Examples
    --------
    >>> at = np.linspace(0.0, 1.0, 11)
    >>> error = interpolation_error(at, at**2)
    >>> bool(error[5] > 0.1**2 / 4), bool(error.max() < 0.01)
    (True, True)
    """
    step = np.diff(at)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.diff(values) / step
        before, after = slope[:-1], slope[1:]
        weights = 2 * step[1:] + step[:-1], step[1:] + 2 * step[:-1]
        mean = sum(weights) / (weights[0] / before + weights[1] / after)
    bend = np.where(np.isnan(before), after, np.where(np.isnan(after), before, mean))
    bend = np.where(before * after <= 0, 0.0, bend)
    ends = [np.append(slope[:1], bend), np.append(bend, slope[-1:])]
    start, end = ((one - slope) * step for one in ends)
    away = _INSIDE * (1 - _INSIDE) * ((1 - _INSIDE) * start - _INSIDE * end)
    sides = np.pad(_SAFETY * np.abs(away).max(axis=0), 1, constant_values=np.nan)
    return np.asarray(np.fmax(sides[:-1], sides[1:]))


def missed(features: "Sequence[Feature]", masses: FloatArray, remedy: str) -> Iterator[str]:
    """Yield in words which minima of a curve or of a boundary fall between the points.

    Parameters
    ----------
    features : sequence of Feature
        Where yields change quickly with the mass of the mediator.
    masses : ndarray, shape (n,)
        Of the mediator in GeV, at the points.
    remedy : str
        What helps, for the message.
    """
    for one in features:
        low, high = one.top
        covered = masses.min() < low and high < masses.max()
        if covered and not np.any((masses >= low) & (masses <= high)):
            yield (
                f"no point lies between mediator masses of {low:.6g} and {high:.6g} GeV, where a"
                f" minimum is ({one.what}); {remedy}"
            )
