"""Limits from pseudo-experiments with the profile likelihood ratio as test statistic.

The procedure of the collaborations at the LHC (and of pyhf): counts are thrown at the nuisance
parameters that fit the observation best under each hypothesis, and with them the auxiliary
measurements. It holds at any number of events and its error is statistical. What the
pseudo-experiments cannot resolve is refused.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from scotopic.checked import count, random_seed
from scotopic.errors import RangeError
from scotopic.statistics.asymptotic import observed_data
from scotopic.statistics.cells import FloatArray
from scotopic.statistics.likelihood import Likelihood
from scotopic.statistics.profile import fit, statistic
from scotopic.statistics.single_count import ConfidenceLevels
from scotopic.statistics.strength import QUANTILES, STANDARD_DEVIATIONS, StrengthLimits
from scotopic.statistics.weighted_counts import reference_strength

TOYS = 10_000
"""Pseudo-experiments for each hypothesis, unless said otherwise."""

_TIE = 1e-6  # statistics of equal outcomes differ by what a fit leaves
_RATIO = 1.15  # of neighbouring strengths; ln CLs is interpolated linearly between them
_BISECTIONS = 4  # of the step in which the limit is: CLs may jump there
_FEWEST_TOYS = 100
_LARGEST_ARRAY = 20_000_000  # numbers: 160 MB, of which a fit needs some
_WIDE = 0.99 * _RATIO**2  # how far outside a step the slope is taken: neighbours are too uncertain
_FARTHEST = 8.0  # logarithm of a strength over that to be expected
_LARGEST_ERROR = 1 / 3  # of the limit, and of CLs there
_MEDIAN = 1 + STANDARD_DEVIATIONS.index(0)  # the observation comes first


def toys(likelihood: Likelihood, *, toys: int = TOYS, seed: int = 1) -> StrengthLimits:
    """Profile likelihood ratio with pseudo-experiments.

    Parameters
    ----------
    likelihood : Likelihood
        What was counted.
    toys : int
        Pseudo-experiments for each hypothesis.
    seed : int
        Of the random numbers.

    Raises
    ------
    RangeError
        If they are too few to resolve CLs = 1 - confidence level; the message says how many do.
    """
    thrown = Toys(likelihood, toys, random_seed(seed))
    toys = thrown.number
    found, expected = thrown.limits()
    remarks = [
        f"expected limit at {z} standard deviations: too uncertain with {toys} pseudo-experiments; "
        f"at least {needed} are needed"
        for z, one in zip(STANDARD_DEVIATIONS, expected, strict=True)
        if (needed := thrown.needed(one.background)) > toys
    ]
    return StrengthLimits.of(
        likelihood,
        "toys",
        found.value,
        expected=[one.value for one in expected],
        error=found.error,
        remarks=remarks,
    )


@dataclass(frozen=True)
class ToyLimit:
    """A limit from pseudo-experiments.

    Attributes
    ----------
    value : float
        The strength.
    error : float
        One standard deviation, statistical and from the steps of the strength.
    background : float
        CL_b there.
    """

    value: float
    error: float
    background: float


Known = dict[float, list[ConfidenceLevels]]
"""Levels of the observation and of the quantiles of outcomes without signal, by strength."""


class Toys:
    """Pseudo-experiments of a likelihood.

    Parameters
    ----------
    likelihood : Likelihood
        The model and the observation; a projection stands for its median background.
    toys : int
        Pseudo-experiments for each hypothesis, at least 100.
    seed : int
        Of the random numbers, not negative.

    Raises
    ------
    RangeError
        If there are more pseudo-experiments than memory, or too few for the confidence level.
    """

    def __init__(self, likelihood: Likelihood, toys: int, seed: int) -> None:
        cells = likelihood.cells
        self._most = _LARGEST_ARRAY // (cells.log_up.size + len(cells.events))
        self._likelihood = likelihood
        self.number = count("toys", toys, _FEWEST_TOYS, self._most)
        self._seed = seed
        self._alpha = 1 - likelihood.confidence_level
        self._require(1.0)
        self._data = observed_data(likelihood)
        self._background = self._throw(0.0, self._data.background_only.theta, 0)
        self._background_fits = fit(cells, *self._background)

    def _throw(
        self, strength: float, theta: FloatArray, stream: int
    ) -> tuple[FloatArray, FloatArray]:
        """Return counts and auxiliary measurements, shapes (toys, bins) and (toys, nuisances)."""
        rng = np.random.default_rng([self._seed, stream])
        cells = self._likelihood.cells
        expected = (cells.expected(strength, theta) @ cells.membership)[0]
        auxiliary = theta + rng.standard_normal((self.number, theta.shape[1]))
        counts = rng.poisson(expected, (self.number, len(expected))).astype(np.float64)
        return counts, auxiliary

    def levels(self, strength: float) -> list[ConfidenceLevels]:
        """Return those of the observation, and of the quantiles of outcomes without signal.

        They are fractions of pseudo-experiments whose q~ is at least the outcome's.
        """
        cells, data = self._likelihood.cells, self._data
        observed = statistic(cells, data.counts, data.auxiliary, strength, data.free)
        theta = fit(cells, data.counts, data.auxiliary, strength).theta
        both = np.sort(statistic(cells, *self._throw(strength, theta, 1), strength))
        alone = np.sort(statistic(cells, *self._background, strength, self._background_fits))
        outcomes = np.concatenate([observed, alone])
        with_signal, without = _at_least(both, outcomes), _at_least(alone, outcomes)
        order = 1 + np.argsort(with_signal[1:] / without[1:], kind="stable")
        chosen = [0, *(order[math.ceil(p * (self.number - 1))] for p in QUANTILES)]
        pairs = [(float(with_signal[i]), float(without[i])) for i in chosen]
        return [ConfidenceLevels(both, one, both / one if one else 1.0) for both, one in pairs]

    def needed(self, background: float) -> int:
        """Return how many pseudo-experiments a limit with some CL_b at it takes.

        So many that neither the limit nor CLs there has a statistical error above a third.
        """
        largest = _LARGEST_ERROR * min(1.0, -math.log(self._alpha))
        return math.ceil(_variance(self._alpha, background) / largest**2)

    def _require(self, background: float) -> None:
        """Refuse fewer pseudo-experiments than needed."""
        needed = self.needed(background)
        if self.number < needed:
            more = f", more than the {self._most} allowed" if needed > self._most else ""
            raise RangeError(
                f"toys: {self.number} do not resolve CLs = {self._alpha:.3g}: at least {needed} "
                f"are needed{more}; 'cls' needs none"
            )

    def limits(self) -> tuple[ToyLimit, tuple[ToyLimit, ...]]:
        """Return the limit, and the expected limits at -2, ..., 2 standard deviations.

        The limit of a projection is the median.

        Raises
        ------
        RangeError
            If there are too few pseudo-experiments for the limit.
        """
        projection = self._likelihood.observed is None
        wanted = _MEDIAN if projection else 0
        known = self._scan(wanted)
        for _ in range(_BISECTIONS):
            strengths, _, i = self._curve(known, wanted)
            middle = math.sqrt(strengths[i] * strengths[i + 1])
            known[middle] = self.levels(middle)
        found = self._limit(known, wanted)
        self._require(found.background)
        expected = tuple(self._limit(known, j) for j in range(1, 1 + len(STANDARD_DEVIATIONS)))
        if projection:
            # which of the outcomes is the median is uncertain too
            density = math.erf(math.sqrt(0.5)) / (expected[3].value - expected[1].value)
            choice = 0.5 / math.sqrt(self.number) / density
            found = replace(found, error=math.hypot(found.error, choice))
        return found, expected

    def _scan(self, wanted: int) -> Known:
        """Return levels at strengths between which all limits are."""
        start = reference_strength(self._likelihood)
        known = {start: self.levels(start)}
        for ratio in (_RATIO, 1 / _RATIO):
            strength = start
            while any((v.cls > self._alpha) == (ratio > 1) for v in known[strength]):
                if not known[strength][wanted].background:
                    self._require(1 / self.number)
                strength *= ratio
                if abs(math.log(strength / start)) > _FARTHEST:
                    raise RangeError(
                        f"toys: CLs of {self.number} does not cross {self._alpha:.3g} near a "
                        f"strength of {start:.4g}; take more, or use 'cls'"
                    )
                known[strength] = self.levels(strength)
        return known

    def _curve(self, known: Known, which: int) -> tuple[FloatArray, FloatArray, int]:
        """Return strengths, ln CLs of an outcome, and the last index at which it is above alpha."""
        strengths = sorted(known)
        levels = [known[s][which] for s in strengths]
        least = 0.5 / self.number  # a fraction that is not there
        cls = [max(v.cls, least / v.background) if v.background else 1.0 for v in levels]
        above = np.flatnonzero(np.array(cls) > self._alpha)
        return np.array(strengths), np.log(cls), int(above.max())

    def _limit(self, known: Known, which: int) -> ToyLimit:
        """Return where CLs last falls below alpha."""
        strengths, logarithm, i = self._curve(known, which)
        low, high = strengths[i : i + 2]
        fraction = (logarithm[i] - math.log(self._alpha)) / (logarithm[i] - logarithm[i + 1])
        ends = np.searchsorted(strengths, [low / _WIDE, high * _WIDE])
        first, last = np.minimum(ends, len(strengths) - 1)
        slope = (logarithm[first] - logarithm[last]) / (strengths[last] - strengths[first])
        background = min(known[s][which].background for s in (float(low), float(high)))
        relative = math.sqrt(_variance(self._alpha, background) / self.number)
        return ToyLimit(
            float(low + fraction * (high - low)),
            math.hypot(relative / slope, (high - low) / math.sqrt(12)),
            background,
        )


def _variance(cls: float, background: float) -> float:
    """Return the relative variance of CLs times the number of pseudo-experiments."""
    both = cls * background
    return (1 - both) / both + (1 - background) / background


def _at_least(sample: FloatArray, values: FloatArray) -> FloatArray:
    """Return the fraction of a sorted sample that is at or above values."""
    below = np.searchsorted(sample, values - _TIE * (1 + values), side="left")
    fraction: FloatArray = 1 - below / len(sample)
    return fraction
