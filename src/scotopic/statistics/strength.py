"""Limits on the signal strength of a likelihood, by one of three methods."""

import math
import warnings
from dataclasses import dataclass
from typing import get_args

from scotopic.errors import RangeError
from scotopic.statistics.asymptotic import (
    STANDARD_DEVIATIONS,
    AsymptoticWarning,
    asymptotic_limits,
    few_events,
)
from scotopic.statistics.counting import require_whole
from scotopic.statistics.likelihood import Likelihood
from scotopic.statistics.methods import LikelihoodMethod
from scotopic.statistics.toys import Toys
from scotopic.statistics.weighted_counts import numerical_error, weighted_counts

TOYS = 10_000
"""Pseudo-experiments for each hypothesis, unless said otherwise."""

_LARGEST_SEED = 2**64 - 1


@dataclass(frozen=True)
class StrengthLimits:
    """The largest signal strength that is not excluded, and what was expected.

    Attributes
    ----------
    value : float
        The limit; for a projection the median expected one.
    error : float
        Numerical error of ``"cls"`` and ``"asymptotic"``, not that of the asymptotic formula;
        statistical error of ``"toys"``, one standard deviation.
    expected : tuple of float
        Expected limits at the quantiles Phi(-2), Phi(-1), 1/2, Phi(1), Phi(2).
    method : str
        A word of `LikelihoodMethod`.
    confidence_level : float
        Of the limit.
    is_projection : bool
        Whether nothing was observed.
    remarks : tuple of str
        What a reader of the number must know.
    """

    value: float
    error: float
    expected: tuple[float, ...]
    method: LikelihoodMethod
    confidence_level: float
    is_projection: bool
    remarks: tuple[str, ...]


def strength_limits(
    likelihood: Likelihood,
    method: LikelihoodMethod = "cls",
    *,
    toys: int = TOYS,
    seed: int = 1,
) -> StrengthLimits:
    """Limit on the signal strength, with the expected bands.

    Parameters
    ----------
    likelihood : Likelihood
        What was or will be counted.
    method : str
        ``"cls"``: nuisance parameters marginalised, sums over all outcomes, exact for small
        counts. ``"toys"``: profile likelihood ratio and pseudo-experiments. ``"asymptotic"``: its
        limit of large counts.
    toys : int
        Pseudo-experiments for each hypothesis of ``"toys"``.
    seed : int
        Of the random numbers of ``"toys"``, and of the quadrature of ``"cls"`` over four or more
        shared nuisance parameters.

    Returns
    -------
    StrengthLimits
        In units of the strength.

    Raises
    ------
    RangeError
        For an unknown method, a seed that is none, if ``"cls"`` has too many outcomes to sum, or
        ``"toys"`` too few to resolve CLs = 1 - confidence level; the message says how many do.

    Warns
    -----
    AsymptoticWarning
        If ``"asymptotic"`` is asked for and a bin with signal expects less than 5 events; the
        result's `remarks` say so too.

    Examples
    --------
    >>> from scotopic.statistics import Bin, Component, Likelihood, Shift
    >>> scale = (Shift.relative("efficiency", 0.2),)
    >>> s1 = Bin("S1", 0, (Component("signal", 1.0, scale),), (Component("K0", 0.19),))
    >>> s2 = Bin("S2", 1, (Component("signal", 2.0, scale),), (Component("hadrons", 0.53),))
    >>> round(strength_limits(Likelihood((s1, s2))).value, 3)
    1.083
    """
    if method not in get_args(LikelihoodMethod):
        allowed = ", ".join(get_args(LikelihoodMethod))
        raise RangeError(f"method: {method!r} is not one of {allowed}")
    require_whole("seed", seed, 0, _LARGEST_SEED)
    remarks: tuple[str, ...] = ()
    if method == "cls":
        value, error, expected, remarks = _exact(likelihood, seed)
    elif method == "toys":
        value, error, expected, remarks = _thrown(likelihood, toys, seed)
    else:
        text = few_events(likelihood)
        if text:
            remarks = (text,)
            warnings.warn(text, AsymptoticWarning, stacklevel=2)
        value, expected = asymptotic_limits(likelihood)
        error = 1e-6 * value
    return StrengthLimits(
        value=value,
        error=error,
        expected=expected,
        method=method,
        confidence_level=likelihood.confidence_level,
        is_projection=likelihood.observed is None,
        remarks=remarks,
    )


def _thrown(
    likelihood: Likelihood, toys: int, seed: int
) -> tuple[float, float, tuple[float, ...], tuple[str, ...]]:
    """Return limit, error, expected limits and remarks from pseudo-experiments."""
    thrown = Toys(likelihood, toys, seed)
    found, expected = thrown.limits()
    remarks = tuple(
        f"expected limit at {z} standard deviations: too uncertain with {toys} pseudo-experiments; "
        f"at least {needed} are needed"
        for z, one in zip(STANDARD_DEVIATIONS, expected, strict=True)
        if (needed := thrown.needed(one.background)) > toys
    )
    return found.value, found.error, tuple(one.value for one in expected), remarks


def _exact(
    likelihood: Likelihood, seed: int
) -> tuple[float, float, tuple[float, ...], tuple[str, ...]]:
    """Return limit, error, expected limits and remarks from the weighted number of events."""
    model = weighted_counts(likelihood, seed)
    probabilities = [math.erfc(-z / math.sqrt(2)) / 2 for z in STANDARD_DEVIATIONS]
    quantiles = model.quantiles(probabilities)
    seen = quantiles[2] if likelihood.observed is None else model.statistic(likelihood.observed)
    limits = {value: model.limit(value) for value in {seen, *quantiles}}
    unused = [
        b.name
        for b, weight in zip(likelihood.bins, model.weights, strict=True)
        if weight == 0 and b.signal > 0
    ]
    remarks = (f"too little signal to matter in: {', '.join(unused)}",) if unused else ()
    error = numerical_error(model, seen, seed)
    return limits[seen], error, tuple(limits[q] for q in quantiles), remarks
