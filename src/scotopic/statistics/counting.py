"""What a counting experiment states about itself: events seen, background, uncertainties.

Uncertainties are log-normal: an expectation x with relative uncertainty d is x kappa^theta with
kappa = 1 + d and theta a standard normal variable. So x is the median, "one sigma up" is a factor
1 + d, "one sigma down" a factor 1/(1 + d), and no expectation is ever negative.
"""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scotopic.errors import RangeError
from scotopic.statistics.methods import MAX_COUNTS

_NUMBERS = (int, float, np.integer, np.floating)


@dataclass(frozen=True)
class CountingModel:
    """One counting experiment: a number of events in a signal region.

    Attributes
    ----------
    observed : int or None
        Events seen in the signal region; None for a projection.
    background : float
        Expected background events (the median of their log-normal distribution).
    background_uncertainty : float
        Absolute uncertainty of `background`; positive only if `background` is.
    signal_uncertainty : float
        Relative uncertainty of the expected signal (efficiency, exposure, cross section).
    confidence_level : float
        Confidence level of the limits, between 0 and 1.

    Raises
    ------
    RangeError
        If a value is impossible; the message begins with the attribute's name.

    Examples
    --------
    >>> na64 = CountingModel(0, background=0.53, background_uncertainty=0.17)
    >>> round(na64.backgrounds[0][1], 4)  # ln(1 + 0.17/0.53)
    0.2782
    >>> CountingModel(-1)
    Traceback (most recent call last):
    scotopic.errors.RangeError: observed: -1 is not a whole number from 0 to 100000
    """

    observed: int | None
    background: float = 0.0
    background_uncertainty: float = 0.0
    signal_uncertainty: float = 0.0
    confidence_level: float = 0.90

    def __post_init__(self) -> None:
        """Refuse what cannot exist."""
        if self.observed is not None:
            require_counts("observed", self.observed)
        for name in ("background", "background_uncertainty", "signal_uncertainty"):
            require_number(name, getattr(self, name))
        if self.background_uncertainty > 0 and self.background == 0:
            raise RangeError(
                f"background_uncertainty: {self.background_uncertainty} is not 0 although the "
                "background is: a log-normal uncertainty needs a positive background"
            )
        require_confidence_level(self.confidence_level)

    @property
    def backgrounds(self) -> tuple[tuple[float, float], ...]:
        """Independent backgrounds, each as its median and ln kappa; here at most one."""
        if self.background == 0:
            return ()
        return ((self.background, math.log1p(self.background_uncertainty / self.background)),)

    @property
    def signal_log_width(self) -> float:
        """Width ln kappa of the logarithm of the signal expectation."""
        return math.log1p(self.signal_uncertainty)

    @property
    def signal_weight(self) -> float:
        """Expected signal events per unit of the quantity that is limited: the events."""
        return 1.0


@dataclass(frozen=True)
class SummedCounts:
    """Several data sets with one common signal strength, of which the events are added up.

    Data set i expects (strength x weight_i) signal events. The total number of events is the test
    statistic: limits from it are valid, and for data sets with equal ratios of signal to
    background also optimal; otherwise a clean data set is diluted by a dirty one. Backgrounds of
    different data sets are independent, the signal uncertainty is common to all.

    Attributes
    ----------
    data_sets : tuple of CountingModel
        All observed or all projections, with equal confidence level and signal uncertainty.
    signal_weights : tuple of float
        Expected signal events of each data set at strength one, positive.

    Raises
    ------
    RangeError
        If the data sets do not fit together.

    Examples
    --------
    >>> year = CountingModel(0, background=0.2, background_uncertainty=0.1)
    >>> SummedCounts((year, year), (1.0, 3.0)).signal_weight
    4.0
    """

    data_sets: tuple[CountingModel, ...]
    signal_weights: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse data sets that cannot be added up."""
        if not self.data_sets or len(self.data_sets) != len(self.signal_weights):
            raise RangeError(
                f"signal_weights: {len(self.signal_weights)} for {len(self.data_sets)} data sets; "
                "one is needed for each, and at least one data set"
            )
        for weight in self.signal_weights:
            require_number("signal_weights", weight, positive=True)
        for name in ("confidence_level", "signal_uncertainty"):
            values = sorted(set(self._each(name)))
            if len(values) > 1:
                raise RangeError(f"{name}: differs between the data sets: {values}")
        projections = [model.observed is None for model in self.data_sets]
        if any(projections) and not all(projections):
            raise RangeError("observed: given for some data sets but not for all")
        if self.observed is not None:
            require_counts("observed", self.observed)

    def _each(self, name: str) -> Iterator[float]:
        return (getattr(model, name) for model in self.data_sets)

    @property
    def observed(self) -> int | None:
        """Total number of events seen; None for a projection."""
        counts = [model.observed for model in self.data_sets if model.observed is not None]
        return sum(counts) if counts else None

    @property
    def background(self) -> float:
        """Sum of the expected backgrounds."""
        return math.fsum(self._each("background"))

    @property
    def background_uncertainty(self) -> float:
        """Uncertainties of the backgrounds added in quadrature, for information."""
        return math.hypot(*self._each("background_uncertainty"))

    @property
    def backgrounds(self) -> tuple[tuple[float, float], ...]:
        """Independent backgrounds, each as its median and ln kappa."""
        return tuple(pair for model in self.data_sets for pair in model.backgrounds)

    @property
    def signal_uncertainty(self) -> float:
        """The common relative uncertainty of the signal."""
        return self.data_sets[0].signal_uncertainty

    @property
    def signal_log_width(self) -> float:
        """Width ln kappa of the logarithm of the signal expectation."""
        return self.data_sets[0].signal_log_width

    @property
    def signal_weight(self) -> float:
        """Expected signal events of all data sets together at strength one."""
        return math.fsum(self.signal_weights)

    @property
    def confidence_level(self) -> float:
        """The common confidence level."""
        return self.data_sets[0].confidence_level


Counting = CountingModel | SummedCounts
"""Everything that limits can be computed for."""


def require_counts(name: str, counts: int) -> None:
    """Refuse a number of events that cannot be or is too large to be treated exactly.

    Raises
    ------
    RangeError
        Unless `counts` is a whole number from 0 to `MAX_COUNTS`.
    """
    require_whole(name, counts, 0, MAX_COUNTS)


def require_whole(name: str, value: object, low: int, high: int) -> None:
    """Refuse what is no whole number, or out of a range without negative numbers.

    Raises
    ------
    RangeError
        Unless it is a whole number from `low` to `high`.
    """
    whole = value if isinstance(value, (int, np.integer)) and not isinstance(value, bool) else -1
    if not low <= whole <= high:
        raise RangeError(f"{name}: {value} is not a whole number from {low} to {high}")


def require_number(name: str, value: object, *, positive: bool = False) -> None:
    """Refuse what is no number, not finite, or negative.

    Parameters
    ----------
    name : str
        What the message begins with.
    value : object
        Anything.
    positive : bool
        Whether zero is refused too.

    Raises
    ------
    RangeError
        Unless it is such a number.
    """
    number = value if isinstance(value, _NUMBERS) and not isinstance(value, bool) else math.nan
    in_range = number > 0 if positive else number >= 0
    if not in_range or number > sys.float_info.max:
        raise RangeError(f"{name}: {value} is not a finite number {'>' if positive else '>='} 0")


def require_confidence_level(value: object) -> None:
    """Refuse a confidence level that is no number between 0 and 1.

    Raises
    ------
    RangeError
        Unless it is one.
    """
    if not (isinstance(value, _NUMBERS) and 0 < value < 1):
        raise RangeError(f"confidence_level: {value} is not between 0 and 1")
