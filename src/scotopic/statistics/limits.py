"""Upper limits on a signal by three methods."""

import math
import sys
from dataclasses import dataclass
from typing import Final, get_args

from scotopic.errors import RangeError
from scotopic.statistics.cls import cls_limit
from scotopic.statistics.counting import Counting, require_counts
from scotopic.statistics.methods import Method
from scotopic.statistics.poisson import background_quantiles, classical_limit

_IGNORES: Final[dict[Method, tuple[str, ...]]] = {
    "cls": (),
    "poisson": ("background_uncertainty", "signal_uncertainty"),
    "poisson_zero_background": ("background", "background_uncertainty", "signal_uncertainty"),
}


@dataclass(frozen=True)
class UpperLimit:
    """An upper limit and how it came about.

    Attributes
    ----------
    value : float
        Largest signal that is not excluded: expected signal events at nominal efficiency for a
        `CountingModel`, signal strength for a `SummedCounts`.
    numerical_error : float
        Bound on the error of the computation, in the unit of `value`.
    method : str
        One of the words of `Method`.
    confidence_level : float
        Of the limit.
    counts : int
        Number of events that the limit is for.
    expected : bool
        True if `counts` was not observed but is a quantile of the background-only counts.
    ignored : tuple of str
        Those attributes of the model that are not zero and that the method leaves out.
    """

    value: float
    numerical_error: float
    method: Method
    confidence_level: float
    counts: int
    expected: bool
    ignored: tuple[str, ...]


def upper_limit(model: Counting, method: Method = "cls") -> UpperLimit:
    """Upper limit on the signal; for a projection the median expected limit.

    Parameters
    ----------
    model : CountingModel or SummedCounts
        What was or will be counted.
    method : str
        ``"cls"`` (default): CLs with all uncertainties marginalised. ``"poisson"``: classical
        limit with exactly known background and efficiency. ``"poisson_zero_background"``:
        -ln(1 - confidence level), for no events and no background. What a method leaves out
        stands in the result's `ignored`.

    Returns
    -------
    UpperLimit
        In events for a `CountingModel`, as signal strength for a `SummedCounts`.

    Raises
    ------
    RangeError
        For an unknown method; for ``"poisson"`` if the interval is empty; for
        ``"poisson_zero_background"`` if events were observed.

    Examples
    --------
    >>> from scotopic.statistics.counting import CountingModel
    >>> round(upper_limit(CountingModel(0, 0.53, 0.17)).value, 4)
    2.3026
    >>> round(upper_limit(CountingModel(0, 0.53), "poisson").value, 4)
    1.7726
    >>> upper_limit(CountingModel(0, 0.53), "poisson_zero_background").ignored
    ('background',)
    """
    if model.observed is not None:
        return limit_for_counts(model, model.observed, method, expected=False)
    counts = 0
    if method != "poisson_zero_background":
        (counts,) = background_quantiles(model, [0.5])
    return limit_for_counts(model, counts, method, expected=True)


def limit_for_counts(model: Counting, counts: int, method: Method, *, expected: bool) -> UpperLimit:
    """Upper limit for a given number of events instead of the model's own.

    Parameters
    ----------
    model : CountingModel or SummedCounts
        Backgrounds, uncertainties, confidence level.
    counts : int
        Number of events.
    method : str
        As in `upper_limit`.
    expected : bool
        What the result says about where `counts` comes from.

    Raises
    ------
    RangeError
        As in `upper_limit`.
    """
    if method not in _IGNORES:
        raise RangeError(f"method: {method!r} is not one of {', '.join(get_args(Method))}")
    require_counts("counts", counts)
    events, error = _events(model, counts, method)
    return UpperLimit(
        value=events / model.signal_weight,
        numerical_error=error / model.signal_weight,
        method=method,
        confidence_level=model.confidence_level,
        counts=counts,
        expected=expected,
        ignored=tuple(name for name in _IGNORES[method] if getattr(model, name) > 0),
    )


def _events(model: Counting, counts: int, method: Method) -> tuple[float, float]:
    """Limit in events and its numerical error."""
    if method == "cls":
        return cls_limit(model, counts)
    if method == "poisson":
        limit = classical_limit(counts, model.background, model.confidence_level)
        return limit, 1e-12 * (limit + model.background)  # the inverse gamma function's accuracy
    if counts > 0:
        raise RangeError(f"observed: {counts} events rule out 'poisson_zero_background'; use 'cls'")
    limit = -math.log1p(-model.confidence_level)
    return limit, sys.float_info.epsilon * limit
