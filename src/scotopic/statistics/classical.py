"""Classical Poisson limits on the number of events, with nothing uncertain."""

import math
import sys
from dataclasses import replace

from scotopic.errors import RangeError
from scotopic.statistics.likelihood import Bin, Component, Likelihood, summed
from scotopic.statistics.marginal import marginal
from scotopic.statistics.single_count import single_count
from scotopic.statistics.strength import QUANTILES, StrengthLimits
from scotopic.statistics.weighted_counts import WeightedCounts

_ROUNDING = 1e-12  # the accuracy of the inverse of the incomplete gamma function


def poisson(likelihood: Likelihood) -> StrengthLimits:
    """Classical limit on the sum of the counts, background and efficiency known exactly.

    Expected limits are at the quantiles of the count, the background's uncertainty included.

    Raises
    ------
    RangeError
        If the interval is empty, because the background has fluctuated down.
    """
    one = _sum(likelihood)
    counts = _expected_counts(replace(likelihood, bins=(one,)))
    seen = counts[2] if one.observed is None else one.observed
    level, background = likelihood.confidence_level, one.background
    limits = {n: classical_limit(n, background, level) / one.signal for n in {seen, *counts}}
    return StrengthLimits.of(
        likelihood,
        "poisson",
        limits[seen],
        expected=[limits[n] for n in counts],
        # the background over the limit: all of it is rounding where the limit is close to zero
        error=_ROUNDING * (limits[seen] + background / one.signal),
        remarks=_left_out("poisson", likelihood, background_counts=True),
    )


def poisson_zero_background(likelihood: Likelihood) -> StrengthLimits:
    """Classical limit for no events and no background: -ln(1 - confidence level) events.

    Raises
    ------
    RangeError
        If events were observed.
    """
    one = _sum(likelihood)
    if one.observed:
        raise RangeError(
            f"observed: {one.observed} events rule out 'poisson_zero_background'; use 'cls'"
        )
    value = -math.log1p(-likelihood.confidence_level) / one.signal
    return StrengthLimits.of(
        likelihood,
        "poisson_zero_background",
        value,
        expected=(value,) * len(QUANTILES),
        error=sys.float_info.epsilon * value,
        remarks=_left_out("poisson_zero_background", likelihood, background_counts=False),
    )


def classical_limit(observed: int, background: float, confidence_level: float) -> float:
    """Classical upper limit on a Poisson signal over a known background.

    Parameters
    ----------
    observed : int
        Number of events n.
    background : float
        Known background b.
    confidence_level : float
        1 - alpha.

    Returns
    -------
    float
        The s with Sum_{k<=n} Pois(k; s + b) = alpha.

    Raises
    ------
    RangeError
        If there is none: even s = 0 is excluded, because the background has fluctuated down.

    Examples
    --------
    >>> round(classical_limit(1, 0.0, 0.90), 3)
    3.89
    >>> classical_limit(0, 3.0, 0.90)
    Traceback (most recent call last):
    scotopic.errors.RangeError: background: 3.0 leaves an empty interval for 0 observed events ...
    """
    from scipy.special import gammainccinv  # noqa: PLC0415 - not on the warm path

    limit = float(gammainccinv(observed + 1, 1 - confidence_level)) - background
    if limit < 0:
        raise RangeError(
            f"background: {background} leaves an empty interval for {observed} observed events "
            f"at confidence level {confidence_level} by the method 'poisson'; use 'cls'"
        )
    return limit


def _sum(likelihood: Likelihood) -> Bin:
    """Return all bins with signal as one."""
    return summed([b for b in likelihood.bins if b.signal > 0])


def _expected_counts(likelihood: Likelihood) -> list[int]:
    """Return quantiles of the only bin's count without signal."""
    if model := single_count(likelihood):
        return model.quantiles(QUANTILES)
    return WeightedCounts(likelihood, (1,), marginal(likelihood.cells, 0)).quantiles(QUANTILES)


def _left_out(method: str, likelihood: Likelihood, *, background_counts: bool) -> tuple[str, ...]:
    """Say what a method does not look at although it is there."""
    used = [b for b in likelihood.bins if b.signal > 0]
    backgrounds = [part for b in used for part in b.backgrounds if part.events > 0]
    found = {
        "the background": bool(backgrounds) and not background_counts,
        "the background uncertainty": _is_uncertain(backgrounds),
        "the signal uncertainty": _is_uncertain([part for b in used for part in b.signals]),
        "bins without signal": len(used) < len(likelihood.bins),
        f"which of {len(used)} bins has the events": len(used) > 1,
    }
    names = [name for name, is_left_out in found.items() if is_left_out]
    return (f"{method} leaves out: {', '.join(names)}",) if names else ()


def _is_uncertain(parts: list[Component]) -> bool:
    return any(part.shifts for part in parts)
