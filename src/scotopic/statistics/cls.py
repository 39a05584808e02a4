"""CLs with marginalised nuisance parameters, by sums over all outcomes."""

from scotopic.checked import not_negative, random_seed
from scotopic.errors import RangeError
from scotopic.statistics.likelihood import Likelihood
from scotopic.statistics.single_count import ConfidenceLevels, SingleCount, single_count
from scotopic.statistics.strength import QUANTILES, StrengthLimits
from scotopic.statistics.weighted_counts import WeightedCounts, weighted_counts


def cls(likelihood: Likelihood, *, seed: int = 1) -> StrengthLimits:
    """CLs, nuisance parameters marginalised, exact at any number of events.

    Parameters
    ----------
    likelihood : Likelihood
        What was counted.
    seed : int
        Of the quadrature over four or more shared nuisance parameters.

    Raises
    ------
    RangeError
        If there are too many outcomes to sum.
    """
    seed = random_seed(seed)
    model, unused = statistic_of(likelihood, seed)
    quantiles = model.quantiles(QUANTILES)
    observed = model.likelihood.observed
    seen = quantiles[2] if observed is None else model.statistic(observed)
    limits = {value: model.limit(value) for value in {seen, *quantiles}}
    remarks = (f"too little signal to matter in: {', '.join(unused)}",) if unused else ()
    return StrengthLimits.of(
        likelihood,
        "cls",
        limits[seen],
        expected=[limits[q] for q in quantiles],
        error=model.error(seen, limits),
        remarks=remarks,
    )


def confidence_levels(
    likelihood: Likelihood, strength: float, *, seed: int = 1
) -> ConfidenceLevels:
    """Return CL_{s+b}, CL_b and CLs of a signal strength, as the method "cls" has them.

    Raises
    ------
    RangeError
        If nothing was observed yet or the strength is negative.

    Examples
    --------
    >>> levels = confidence_levels(Likelihood.of_count(0, 0.53, 0.17), 2.302585)
    >>> round(levels.background, 3), round(levels.cls, 6)
    (0.583, 0.1)
    """
    if likelihood.observed is None:
        raise RangeError("observed: None has no confidence level; give a number of events")
    strength, seed = not_negative("strength", strength), random_seed(seed)
    model, _ = statistic_of(likelihood, seed)
    assert model.likelihood.observed is not None  # noqa: S101 - as the likelihood it is made of
    return model.levels(strength, model.statistic(model.likelihood.observed))


def statistic_of(
    likelihood: Likelihood, seed: int
) -> tuple[SingleCount | WeightedCounts, tuple[str, ...]]:
    """Return what outcomes are ordered by, and the bins with signal that it leaves out.

    The number of events if there is one bin to look at, or if all have the same weight.
    """
    if one := single_count(likelihood):
        return one, ()
    weighted = weighted_counts(likelihood, seed)
    return single_count(weighted.likelihood) or weighted, weighted.unused
