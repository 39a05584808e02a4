"""Limits from the asymptotic distribution of the profile likelihood ratio.

Cowan, Cranmer, Gross and Vitells, Eur. Phys. J. C71 (2011) 1554, for q~_mu. The distribution is
that of large counts; at a few expected events the limits are wrong by tens of per cent, and
whoever asks for them is warned.
"""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from scotopic.statistics.cells import Cells, FloatArray
from scotopic.statistics.crossing import crossing
from scotopic.statistics.likelihood import Likelihood
from scotopic.statistics.profile import Fits, fit, statistic
from scotopic.statistics.strength import STANDARD_DEVIATIONS, StrengthLimits
from scotopic.statistics.weighted_counts import reference_strength

FEWEST_EVENTS = 5.0
"""Expected events in a bin with signal below which the asymptotic formulae are not trusted."""

_RELATIVE_TOLERANCE = 1e-9


class AsymptoticWarning(UserWarning):
    """Asymptotic formulae were asked for at so few expected events that they do not hold."""


@dataclass(frozen=True, eq=False)
class Data:
    """An observation and what is fitted to it without signal.

    Attributes
    ----------
    counts : ndarray, shape (1, bins)
        Observed events; for a projection the median background.
    auxiliary : ndarray, shape (1, nuisances)
        Auxiliary measurements, all zero.
    free, background_only : Fits
        With free signal strength, and with none.
    """

    counts: FloatArray
    auxiliary: FloatArray
    free: Fits
    background_only: Fits


def observed_data(likelihood: Likelihood) -> Data:
    """Return the observation of a likelihood, fitted."""
    cells = likelihood.cells
    _, background = cells.signal_and_background()
    seen = likelihood.observed if likelihood.observed is not None else background
    counts = np.array(seen, dtype=np.float64)[None, :]
    auxiliary = np.zeros((1, cells.log_up.shape[1]))
    free, none = fit(cells, counts, auxiliary), fit(cells, counts, auxiliary, 0.0)
    return Data(counts, auxiliary, free, none)


def few_events(likelihood: Likelihood) -> str:
    """Return a remark on the bins with signal in which too few events are expected, or nothing."""
    few = [b for b in likelihood.bins if b.signal > 0 and b.background < FEWEST_EVENTS]
    if not few:
        return ""
    least = min(few, key=lambda b: b.background)
    others = f" and {len(few) - 1} more" if len(few) > 1 else ""
    return (
        f"asymptotic formulae do not hold: {least.background:.3g} expected events in bin "
        f"{least.name!r}{others}, less than {FEWEST_EVENTS:g}; use 'cls' or 'toys'"
    )


def asymptotic(likelihood: Likelihood) -> StrengthLimits:
    """Profile likelihood ratio in the limit of large counts.

    Warns
    -----
    AsymptoticWarning
        If a bin with signal expects less than 5 events; the `remarks` say so too.
    """
    text = few_events(likelihood)
    if text:
        warnings.warn(text, AsymptoticWarning, stacklevel=4)
    value, expected = asymptotic_limits(likelihood)
    return StrengthLimits.of(
        likelihood,
        "asymptotic",
        value,
        expected=expected,
        error=1e-6 * value,
        remarks=(text,) if text else (),
    )


def asymptotic_limits(likelihood: Likelihood) -> tuple[float, tuple[float, ...]]:
    """Return the limit and the expected limits.

    Returns
    -------
    observed : float
        Limit on the strength; for a projection the median expected one.
    expected : tuple of float
        At -2, -1, 0, 1, 2 standard deviations.
    """
    levels = AsymptoticLevels(likelihood.cells, observed_data(likelihood))
    alpha, start = 1 - likelihood.confidence_level, reference_strength(likelihood)

    def limit(cls: Callable[[float], float]) -> float:
        return crossing(lambda strength: cls(strength) - alpha, start, _RELATIVE_TOLERANCE)

    expected = tuple(limit(partial(levels.expected, deviations=n)) for n in STANDARD_DEVIATIONS)
    return expected[2] if likelihood.observed is None else limit(levels.observed), expected


class AsymptoticLevels:
    """CLs as a function of the strength.

    Parameters
    ----------
    cells : Cells
        The model.
    data : Data
        The observation. The Asimov data are the expectation without signal at the nuisance
        parameters that fit it.
    """

    def __init__(self, cells: Cells, data: Data) -> None:
        self._cells = cells
        self._data = data
        self._auxiliary = data.background_only.theta
        self._asimov = cells.expected(0.0, self._auxiliary) @ cells.membership

    def sigma(self, strength: float) -> float:
        """Return the square root of q~ of the Asimov data."""
        truth = Fits(np.zeros(1), self._auxiliary, np.zeros(1))
        q = statistic(self._cells, self._asimov, self._auxiliary, strength, truth)
        return math.sqrt(q[0])

    def observed(self, strength: float) -> float:
        """Return CLs of the observation (eqs. 59, 66 and 67)."""
        data = self._data
        q = float(statistic(self._cells, data.counts, data.auxiliary, strength, data.free)[0])
        asimov = self.sigma(strength)
        root = math.sqrt(q)
        both, alone = (root, root - asimov)
        if root > asimov:
            both, alone = ((q + asimov**2) / (2 * asimov), (q - asimov**2) / (2 * asimov))
        return _upper_tail(both) / _upper_tail(alone)

    def expected(self, strength: float, deviations: float) -> float:
        """Return the quantile of CLs over outcomes without signal (eq. 89)."""
        return _upper_tail(self.sigma(strength) - deviations) / _upper_tail(-deviations)


def _upper_tail(z: float) -> float:
    return math.erfc(z / math.sqrt(2)) / 2
