r"""Limits by CLs with marginalised nuisance parameters.

CLs = P(N <= n | signal + background)/P(N <= n | background). Because the counts of signal and
background add up independently, CLs is also the probability that the signal's count and a
background count *known not to exceed n* add up to at most n. That second form is computed here:
it has no small denominator, and for n = 0 the background drops out identically.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scotopic.errors import RangeError
from scotopic.statistics.counting import Counting, require_counts
from scotopic.statistics.poisson import (
    COARSE_NODES,
    NODES,
    FloatArray,
    background_log_pmf,
    poisson_log_pmf,
)

_ROOT_TOLERANCE = 1e-12
_ROUNDING = 1e-10  # of the limit: root search and the rounding of sums of up to 1e5 logarithms


@dataclass(frozen=True)
class ConfidenceLevels:
    """Tail probabilities of one hypothesis about the signal.

    Attributes
    ----------
    signal_plus_background : float
        CL_{s+b}: probability of at most the observed number of events with signal.
    background : float
        CL_b: the same without signal.
    cls : float
        Their ratio CLs; the signal is excluded at confidence level 1 - alpha if it is below alpha.
    """

    signal_plus_background: float
    background: float
    cls: float


def confidence_levels(model: Counting, signal: float) -> ConfidenceLevels:
    """CL_{s+b}, CL_b and CLs of a signal.

    Parameters
    ----------
    model : CountingModel or SummedCounts
        With observed events.
    signal : float
        Expected signal events of a `CountingModel`, strength of a `SummedCounts`; >= 0.

    Returns
    -------
    ConfidenceLevels
        Each exact to 1e-10 for relative uncertainties up to 2.

    Raises
    ------
    RangeError
        If nothing was observed yet or the signal is negative.

    Examples
    --------
    >>> from scotopic.statistics.counting import CountingModel
    >>> levels = confidence_levels(CountingModel(0, 0.53, 0.17), 2.302585)
    >>> round(levels.background, 3), round(levels.cls, 6)
    (0.583, 0.1)
    """
    if model.observed is None:
        raise RangeError("observed: None has no confidence level; give a number of events")
    if not (math.isfinite(signal) and signal >= 0):
        raise RangeError(f"signal: {signal} is not a finite number >= 0")
    log_cumulative = np.logaddexp.accumulate(background_log_pmf(model, model.observed + 1))
    background = math.exp(log_cumulative[-1])
    if signal == 0:
        return ConfidenceLevels(background, background, 1.0)
    log_cls = _log_cls(model, model.observed, NODES)(signal * model.signal_weight)
    both = math.exp(log_cls + log_cumulative[-1])
    return ConfidenceLevels(both, background, math.exp(log_cls))


def cls_limit(model: Counting, counts: int) -> tuple[float, float]:
    """Upper limit on the expected signal events by CLs.

    Parameters
    ----------
    model : CountingModel or SummedCounts
        Backgrounds, uncertainties and confidence level 1 - alpha; its `observed` is not used.
    counts : int
        The number of events n for which the limit is wanted.

    Returns
    -------
    limit : float
        The s with CLs(s) = alpha, in events.
    error : float
        Bound on its numerical error: the change when every other point of the quadratures is
        left out, and 1e-10 of the limit for rounding.

    Raises
    ------
    RangeError
        If `counts` is negative or above `MAX_COUNTS`.

    Examples
    --------
    >>> from scotopic.statistics.counting import CountingModel
    >>> limit, error = cls_limit(CountingModel(None, 0.53, 0.17, signal_uncertainty=0.2), 0)
    >>> round(limit, 4), error < 1e-6
    (2.3527, True)
    """
    require_counts("counts", counts)
    limit = _solve(_log_cls(model, counts, NODES), counts, model)
    coarse = _solve(_log_cls(model, counts, COARSE_NODES), counts, model)
    return limit, abs(limit - coarse) + _ROUNDING * limit


def _log_cls(model: Counting, counts: int, nodes: int) -> Callable[[float], float]:
    """Logarithm of CLs for n = `counts` as a function of the expected signal events s > 0."""
    log_background = np.logaddexp.accumulate(background_log_pmf(model, counts + 1, nodes))
    # log of P(background <= n - k | background <= n), for k = 0, ..., n
    log_room: FloatArray = (log_background - log_background[-1])[::-1]

    def log_cls(signal: float) -> float:
        log_signal = poisson_log_pmf(counts + 1, signal, model.signal_log_width, nodes)
        return float(np.logaddexp.reduce(log_signal + log_room))

    return log_cls


def _solve(log_cls: Callable[[float], float], counts: int, model: Counting) -> float:
    """Find the s with CLs(s) = alpha; the logarithm is nearly linear in s where it matters."""
    from scipy.optimize import brentq  # noqa: PLC0415 - not on the warm path

    log_alpha = math.log1p(-model.confidence_level)
    # CLs >= P(no signal event) >= exp(-s E[kappa^theta]) by Jensen's inequality
    low = -0.5 * log_alpha * math.exp(-(model.signal_log_width**2) / 2)
    high = max(2 * low, counts + 1.0)
    while log_cls(high) > log_alpha:
        low, high = high, 2 * high
    root: float = brentq(
        lambda s: log_cls(s) - log_alpha, low, high, xtol=_ROOT_TOLERANCE, rtol=_ROOT_TOLERANCE
    )
    return root
