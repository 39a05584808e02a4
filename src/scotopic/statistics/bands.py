"""Limits that are expected if there is background only."""

import math
from dataclasses import dataclass

from scotopic.statistics.counting import Counting
from scotopic.statistics.limits import UpperLimit, limit_for_counts
from scotopic.statistics.methods import Method
from scotopic.statistics.poisson import background_quantiles

_STANDARD_DEVIATIONS = (-2, -1, 0, 1, 2)


@dataclass(frozen=True)
class ExpectedLimits:
    """Quantiles of the upper limit over background-only outcomes of an experiment.

    Counts are whole numbers, so neighbouring quantiles can coincide. Each `UpperLimit` says in
    `counts` which outcome it belongs to.

    Attributes
    ----------
    minus_two_sigma, minus_one_sigma, median, plus_one_sigma, plus_two_sigma : UpperLimit
        Limits at the quantiles 0.0228, 0.1587, 0.5, 0.8413, 0.9772.
    """

    minus_two_sigma: UpperLimit
    minus_one_sigma: UpperLimit
    median: UpperLimit
    plus_one_sigma: UpperLimit
    plus_two_sigma: UpperLimit


def expected_limits(model: Counting, method: Method = "cls") -> ExpectedLimits:
    """Median and one- and two-sigma bands of the limit without signal.

    Parameters
    ----------
    model : CountingModel or SummedCounts
        Backgrounds, uncertainties, confidence level; the observed events do not matter.
    method : str
        As in `upper_limit`.

    Returns
    -------
    ExpectedLimits
        At the counts n_p, the smallest n with P(N <= n | background) >= p for
        p = Phi(-2), ..., Phi(2), where the background's uncertainty is marginalised. The limit
        rises with n, so these are the quantiles of the limit itself.

    Raises
    ------
    RangeError
        As in `upper_limit`; ``"poisson"`` is refused as soon as the interval at the lower
        quantile is empty.

    Examples
    --------
    >>> from scotopic.statistics.counting import CountingModel
    >>> bands = expected_limits(CountingModel(None, 0.53, 0.17))
    >>> [round(b.value, 2) for b in (bands.median, bands.plus_one_sigma, bands.plus_two_sigma)]
    [2.3, 3.49, 4.81]
    """
    probabilities = [math.erfc(-z / math.sqrt(2)) / 2 for z in _STANDARD_DEVIATIONS]
    counts = background_quantiles(model, probabilities)
    if method == "poisson_zero_background":
        counts = (0,) * len(counts)
    limits = {n: limit_for_counts(model, n, method, expected=True) for n in set(counts)}
    return ExpectedLimits(*(limits[n] for n in counts))
