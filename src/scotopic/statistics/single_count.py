r"""CLs of one count whose signal and backgrounds vary independently: the fast way of "cls".

CLs = P(N <= n | signal + background)/P(N <= n | background). Because the counts of signal and
background add up independently, CLs is also the probability that the signal's count and a
background count *known not to exceed n* add up to at most n. That second form is computed here:
it has no small denominator, and for n = 0 the background drops out identically.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scotopic.checked import count
from scotopic.display import displayed
from scotopic.statistics.crossing import crossing
from scotopic.statistics.likelihood import Component, Likelihood, summed
from scotopic.statistics.poisson import (
    COARSE_NODES,
    NODES,
    Backgrounds,
    background_log_pmf,
    background_quantiles,
    poisson_log_pmf,
)
from scotopic.words import MAX_COUNTS

if TYPE_CHECKING:
    from scotopic.statistics.cells import FloatArray

_ROOT_TOLERANCE = 1e-12
_ROUNDING = 1e-10  # of the limit: root search and the rounding of sums of up to 1e5 logarithms
_SYMMETRY = 1e-9  # of a factor up and its inverse down


@displayed
@dataclass(frozen=True)
class ConfidenceLevels:
    """Tail probabilities of one hypothesis about the signal.

    Attributes
    ----------
    signal_plus_background : float
        CL_{s+b}: probability of at most what was observed with signal.
    background : float
        CL_b: the same without signal.
    cls : float
        Their ratio CLs; the signal is excluded at confidence level 1 - alpha if it is below alpha.
    """

    signal_plus_background: float
    background: float
    cls: float


@dataclass(frozen=True)
class SingleCount:
    """One count, and what is expected of it.

    Attributes
    ----------
    likelihood : Likelihood
        Of one bin with signal.
    signal : float
        Expected signal events at strength one.
    signal_log_width : float
        Width ln kappa of the signal's logarithm.
    backgrounds : sequence of (float, float)
        Medians and widths of independent backgrounds.
    """

    likelihood: Likelihood
    signal: float
    signal_log_width: float
    backgrounds: Backgrounds

    def statistic(self, counts: tuple[int, ...]) -> int:
        """Return the number of events in the bin with signal."""
        bins = self.likelihood.bins
        return next(n for b, n in zip(bins, counts, strict=True) if b.signal > 0)

    def quantiles(self, probabilities: Sequence[float]) -> list[int]:
        """Return for each p the smallest n with P(N <= n | background) >= p."""
        return list(background_quantiles(self.backgrounds, probabilities))

    def limit(self, counts: int) -> float:
        """Return the strength at which CLs of a number of events is 1 - confidence level."""
        return self._events(counts, NODES) / self.signal

    def error(self, seen: int, limits: dict[int, float]) -> float:
        """Return a bound on the numerical error of the limit at a number of events.

        The largest relative change of all limits when every other point of the quadratures is
        left out, and 1e-10 for rounding.
        """
        relative = max(
            abs(1 - self._events(n, COARSE_NODES) / (value * self.signal))
            for n, value in limits.items()
        )
        return (relative + _ROUNDING) * limits[seen]

    def levels(self, strength: float, counts: int) -> ConfidenceLevels:
        """Return confidence levels, each exact to 1e-10 for relative uncertainties up to 2."""
        log_cumulative = np.logaddexp.accumulate(background_log_pmf(self.backgrounds, counts + 1))
        background = math.exp(log_cumulative[-1])
        if strength == 0:
            return ConfidenceLevels(background, background, 1.0)
        log_cls = self._log_cls(counts, NODES)(strength * self.signal)
        both = math.exp(log_cls + log_cumulative[-1])
        return ConfidenceLevels(both, background, math.exp(log_cls))

    def _events(self, counts: int, nodes: int) -> float:
        """Return the limit in events; ln CLs is nearly linear in them where it matters."""
        count("counts", counts, 0, MAX_COUNTS)
        log_cls = self._log_cls(counts, nodes)
        log_alpha = math.log1p(-self.likelihood.confidence_level)
        # CLs >= P(no signal event) >= exp(-s E[kappa^theta]) by Jensen's inequality
        least = -0.5 * log_alpha * math.exp(-(self.signal_log_width**2) / 2)
        return crossing(
            lambda s: log_cls(s) - log_alpha, max(2 * least, counts + 1.0), _ROOT_TOLERANCE
        )

    def _log_cls(self, counts: int, nodes: int) -> Callable[[float], float]:
        """Logarithm of CLs for n = `counts` as a function of the expected signal events s > 0."""
        background = background_log_pmf(self.backgrounds, counts + 1, nodes)
        log_background = np.logaddexp.accumulate(background)
        # log of P(background <= n - k | background <= n), for k = 0, ..., n
        log_room: FloatArray = (log_background - log_background[-1])[::-1]

        def log_cls(signal: float) -> float:
            log_signal = poisson_log_pmf(counts + 1, signal, self.signal_log_width, nodes)
            return float(np.logaddexp.reduce(log_signal + log_room))

        return log_cls


def single_count(likelihood: Likelihood) -> SingleCount | None:
    """Return a likelihood as a single count, or None if it is none.

    It is one if a single bin expects signal and shares no nuisance parameter with others, and if
    each of its nuisance parameters shifts one component log-normally: those of a component add up
    in quadrature, and all components are independent. Components that the same shifts move are
    one, and those of the signal must be.

    Examples
    --------
    >>> single_count(Likelihood.of_count(0, 0.53, 0.17)).backgrounds
    ((0.53, 0.278...),)
    """
    informative = [b for b in likelihood.bins if b.signal > 0]
    if len(informative) > 1:
        return None
    others = [b for b in likelihood.bins if b.signal == 0]
    one = summed(informative)
    parts = [*one.signals, *one.backgrounds]
    elsewhere = [part for b in others for part in b.backgrounds]
    number = Counter(s.nuisance for part in (*parts, *elsewhere) for s in part.shifts)
    if len(one.signals) > 1 or not all(_is_local(part, number) for part in parts):
        return None
    (signal,) = one.signals
    backgrounds = tuple((part.events, _log_width(part)) for part in one.backgrounds)
    return SingleCount(likelihood, signal.events, _log_width(signal), backgrounds)


def _is_local(part: Component, number: Counter[str]) -> bool:
    return all(number[s.nuisance] == 1 and abs(s.up * s.down - 1) < _SYMMETRY for s in part.shifts)


def _log_width(part: Component) -> float:
    return math.hypot(*(math.log(s.up) for s in part.shifts))
