"""A statistical method of one's own, in one file: Bayes with a flat prior, for no events."""

import math

from scotopic.errors import RangeError
from scotopic.statistics import Likelihood, StrengthLimits, register_method


@register_method("flat_prior")
def flat_prior(likelihood: Likelihood, *, credibility: float | None = None) -> StrengthLimits:
    """Bayesian limit with a flat prior: of no events, whatever the background."""
    if any(one.observed for one in likelihood.bins):
        raise RangeError("method: 'flat_prior' is for no observed events")
    level = likelihood.confidence_level if credibility is None else credibility
    value = -math.log(1 - level) / likelihood.signal_weight
    return StrengthLimits.of(likelihood, "flat_prior", value, expected=(value,) * 5)
