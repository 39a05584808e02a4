r"""CLs for several counts: exact sums over outcomes of a weighted number of events.

The test statistic is T = sum_i w_i n_i. Its weights are the derivative of the profile
log-likelihood ratio with respect to the counts, taken at background-only Asimov data and rounded
to small whole numbers; they depend neither on the data nor on the tested signal. Any function of
the data gives valid limits; this one is nearly the best, is the number of events for a single bin,
and makes CLs fall steadily with the signal and the limit rise with T, so that quantiles of T are
quantiles of the limit.

Bins of equal weight are added up to one before anything else: T depends on their sum alone, and
Poisson counts add up to a Poisson count. Bins of equal ratio of signal to background that share
their nuisance parameters have equal weights, so that it does not matter how data are divided.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from scotopic.errors import RangeError
from scotopic.statistics.cells import FloatArray
from scotopic.statistics.crossing import crossing
from scotopic.statistics.likelihood import Likelihood, summed
from scotopic.statistics.marginal import Marginal, add_counts, marginal
from scotopic.statistics.poisson import NODES
from scotopic.statistics.profile import fit
from scotopic.statistics.single_count import ConfidenceLevels
from scotopic.words import MAX_COUNTS

_RESOLUTIONS = (60, 24, 12, 6, 4, 3, 2, 1)  # of the largest weight; the finest that is affordable
_LARGEST_WORK = 2e7  # multiplications for one confidence level
_SMALLEST_BACKGROUND = 1e-3  # of all bins, for the weights alone: they would be infinite without
_HALF = 1e-7
_TOLERANCE = 1e-11
_ROUNDING = 1e-10


@dataclass(frozen=True, eq=False)
class WeightedCounts:
    """The weighted number of events of a likelihood, nuisance parameters marginalised.

    Attributes
    ----------
    likelihood : Likelihood
        What is counted; bins of equal weight are one, those of no weight are left out.
    weights : tuple of int
        Of its bins, all different.
    marginal : Marginal
        The expectations.
    seed : int
        Of the quadrature.
    unused : tuple of str
        Names of bins with signal that have no weight.
    """

    likelihood: Likelihood
    weights: tuple[int, ...]
    marginal: Marginal
    seed: int = 1
    unused: tuple[str, ...] = ()

    @property
    def work(self) -> float:
        """Multiplications that a confidence level takes."""
        _, background = self.likelihood.cells.signal_and_background()
        counts = background + 5 * np.sqrt(background) + 5
        length = float(np.abs(self.weights) @ counts) if len(self.weights) > 1 else NODES
        return len(self.marginal.weight) * float(counts.sum()) * length

    def statistic(self, counts: tuple[int, ...]) -> int:
        """Return T of an outcome."""
        return sum(w * n for w, n in zip(self.weights, counts, strict=True))

    def distribution(self, strength: float, largest: int) -> tuple[int, FloatArray]:
        """Return the smallest T and the probabilities of it and all others up to `largest`."""
        sizes = [self._size(i, strength) for i in range(len(self.weights))]
        order = np.argsort(self.weights, kind="stable")
        smallest = sum(min(w, 0) * (size - 1) for w, size in zip(self.weights, sizes, strict=True))
        length = largest - smallest + 1
        if length <= 0:
            return smallest, np.zeros(0)
        sums = np.zeros((len(self.marginal.weight), length))
        start = True
        for i in order:
            weight = self.weights[i]
            size = min(sizes[i], -(-length // abs(weight))) if weight > 0 else sizes[i]
            pmf = self.marginal.pmf(int(i), strength, size)
            if weight < 0:
                pmf = pmf[:, ::-1]  # counted from the largest number of events downwards
            if start:
                taken = min(size, -(-length // abs(weight)))
                sums[:, : taken * abs(weight) : abs(weight)] = pmf[:, :taken]
                start = False
            else:
                sums = add_counts(sums, pmf, abs(weight))
        return smallest, self.marginal.weight @ sums

    def _size(self, index: int, strength: float) -> int:
        """How many counts of a bin are considered: all but a probability of 1e-12 or so."""
        most = self.marginal.largest_expectation(index, strength)
        return math.ceil(most + 9 * math.sqrt(most) + 25)

    def cumulative(self, strength: float, value: int) -> float:
        """Return P(T <= value)."""
        return float(self.distribution(strength, value)[1].sum())

    def cls(self, strength: float, value: int) -> float:
        """Return CLs of a signal strength for an observed T."""
        background = self._background(value)
        return self.cumulative(strength, value) / background

    def _background(self, value: int) -> float:
        if value not in self._known:
            self._known[value] = self.cumulative(0.0, value)
        if not self._known[value] > 0:
            raise RangeError(f"observed: {self.likelihood.observed} is impossible without signal")
        return self._known[value]

    @cached_property
    def _known(self) -> dict[int, float]:
        return {}

    def levels(self, strength: float, value: int) -> ConfidenceLevels:
        """Return the confidence levels of a signal strength for an observed T."""
        both, background = self.cumulative(strength, value), self._background(value)
        return ConfidenceLevels(both, background, both / background)

    def quantiles(self, probabilities: Sequence[float]) -> list[int]:
        """Return for each p the smallest T with P(T <= T_p | background) >= p."""
        _, background = self.likelihood.cells.signal_and_background()
        top = sum(
            max(w, 0) * (math.ceil(b + 4 * math.sqrt(b)) + 4)
            for w, b in zip(self.weights, background, strict=True)
        )
        while True:
            smallest, pmf = self.distribution(0.0, top)
            cumulative = np.cumsum(pmf)
            if cumulative[-1] >= max(probabilities):
                return [int(smallest + np.searchsorted(cumulative, p)) for p in probabilities]
            top = 2 * top + 1

    def limit(self, value: int) -> float:
        """Return the strength at which CLs falls below 1 - confidence level."""
        log_alpha = math.log1p(-self.likelihood.confidence_level)

        def excess(strength: float) -> float:
            return math.log(max(self.cls(strength, value), 1e-300)) - log_alpha

        return crossing(excess, reference_strength(self.likelihood), _TOLERANCE)

    def error(self, seen: int, limits: dict[int, float]) -> float:
        """Return the numerical error of the limit at an observed T.

        The change with the number of points of the quadrature, and 1e-10 for rounding.
        """
        limit = limits[seen]
        if len(self.marginal.weight) == 1:
            return _ROUNDING * limit
        points = marginal(self.likelihood.cells, self.seed, coarse=True)
        return abs(limit - replace(self, marginal=points).limit(seen)) + _ROUNDING * limit


def weighted_counts(likelihood: Likelihood, seed: int) -> WeightedCounts:
    """Return the test statistic of a likelihood.

    Raises
    ------
    RangeError
        If so many events are expected that sums over outcomes take too long.
    """
    raw = _raw_weights(likelihood)
    for resolution in _RESOLUTIONS:
        found = _gathered(likelihood, _whole(raw, resolution), seed)
        if found is not None and found.work <= _LARGEST_WORK:
            return found
    _, background = likelihood.cells.signal_and_background()
    raise RangeError(
        f"method: 'cls' sums over outcomes, too many with {background.sum():.4g} expected events; "
        "use 'asymptotic' or 'toys'"
    )


def _gathered(likelihood: Likelihood, weights: Sequence[int], seed: int) -> WeightedCounts | None:
    """Return the test statistic with bins of equal weight as one; None for too many events."""
    bins = []
    kept = sorted(set(weights) - {0})
    for weight in kept:
        alike = [b for b, w in zip(likelihood.bins, weights, strict=True) if w == weight]
        if max(sum(b.observed or 0 for b in alike), sum(b.background for b in alike)) > MAX_COUNTS:
            return None
        bins.append(summed(alike))
    whole = replace(likelihood, bins=tuple(bins))
    unused = [
        b.name for b, w in zip(likelihood.bins, weights, strict=True) if w == 0 and b.signal > 0
    ]
    return WeightedCounts(whole, tuple(kept), marginal(whole.cells, seed), seed, tuple(unused))


def reference_strength(likelihood: Likelihood) -> float:
    """Return about the strength that the experiment is expected to exclude.

    The mu with sum_i [mu s_i - b_i ln(1 + mu s_i/b_i)] = -ln(1 - confidence level): the exact
    limit without background, and 2.15 standard deviations at large background (90 %).
    """
    signal, background = likelihood.cells.signal_and_background()
    background = np.maximum(background, _floor(signal))
    with_signal = signal > 0
    signal, background = signal[with_signal], background[with_signal]
    target = -math.log1p(-likelihood.confidence_level)

    def missing(strength: float) -> float:
        s = strength * signal
        return target - float((s - background * np.log1p(s / background)).sum())

    return crossing(missing, target / signal.sum(), 1e-9)


def _raw_weights(likelihood: Likelihood) -> FloatArray:
    """d/dn_i of ln L(mu, theta^^)/L(0, theta^) = ln nu_i(mu, theta^^)/nu_i(0) at n = b."""
    cells = likelihood.cells
    signal, background = cells.signal_and_background()
    strength = reference_strength(likelihood)
    nowhere = np.zeros((1, cells.log_up.shape[1]))
    fitted = fit(cells, background[None, :], nowhere, strength)
    expected = (cells.expected(fitted.strength, fitted.theta) @ cells.membership)[0]
    floor = np.maximum(_floor(signal), sys.float_info.min)
    raw: FloatArray = np.log(np.maximum(expected, floor) / np.maximum(background, floor))
    return raw


def _floor(signal: FloatArray) -> FloatArray:
    """Return the least background of each bin, shared like the signal: parts are like a whole."""
    floor: FloatArray = _SMALLEST_BACKGROUND * signal / signal.sum()
    return floor


def _whole(raw: FloatArray, resolution: int) -> tuple[int, ...]:
    """Round weights to whole numbers up to the resolution, without a common divisor."""
    # equal weights stay equal: what rounding leaves of half a unit decides nothing
    whole = [round(float(w)) for w in resolution * raw / np.abs(raw).max() + _HALF]
    divisor = math.gcd(*whole)
    return tuple(w // divisor for w in whole)
