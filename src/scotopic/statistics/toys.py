"""Limits from pseudo-experiments with the profile likelihood ratio as test statistic.

The procedure of the collaborations at the LHC (and of pyhf): counts are thrown at the nuisance
parameters that fit the observation best under each hypothesis, and with them the auxiliary
measurements. It holds at any number of events and its error is statistical.
"""

import math
from dataclasses import dataclass

import numpy as np

from scotopic.errors import RangeError
from scotopic.statistics.asymptotic import STANDARD_DEVIATIONS, observed_data
from scotopic.statistics.likelihood import FloatArray, Likelihood
from scotopic.statistics.profile import fit, statistic
from scotopic.statistics.weighted_counts import reference_strength

_TIE = 1e-6  # statistics of equal outcomes differ by what a fit leaves
_RATIO = 1.15  # of neighbouring strengths; ln CLs is interpolated linearly between them
_FEWEST_TOYS = 100
_TOO_FAR = 60  # steps


@dataclass(frozen=True)
class ToyLevels:
    """CLs of one strength from pseudo-experiments.

    Attributes
    ----------
    signal_plus_background, background : float
        CL_{s+b} and CL_b: fractions of pseudo-experiments whose q~ is at least the observed one.
    cls : float
        Their ratio.
    error : float
        Statistical error of `cls`: one standard deviation.
    expected : tuple of float
        Quantiles of CLs over the pseudo-experiments without signal, for -2, ..., 2 deviations.
    """

    signal_plus_background: float
    background: float
    cls: float
    error: float
    expected: tuple[float, ...]


class Toys:
    """Pseudo-experiments of a likelihood.

    Parameters
    ----------
    likelihood : Likelihood
        The model and the observation; a projection stands for its median background.
    toys : int
        Pseudo-experiments for each hypothesis, at least 100.
    seed : int
        Of the random numbers.

    Raises
    ------
    RangeError
        If there are too few pseudo-experiments.
    """

    def __init__(self, likelihood: Likelihood, toys: int, seed: int) -> None:
        if toys < _FEWEST_TOYS:
            raise RangeError(f"toys: {toys} is less than {_FEWEST_TOYS}")
        self._likelihood = likelihood
        self._number = toys
        self._seed = seed
        self._data = observed_data(likelihood)
        self._background = self._throw(0.0, self._data.background_only.theta, 0)
        self._background_fits = fit(likelihood.cells, *self._background)

    def _throw(
        self, strength: float, theta: FloatArray, stream: int
    ) -> tuple[FloatArray, FloatArray]:
        """Return counts and auxiliary measurements, shapes (toys, bins) and (toys, nuisances)."""
        rng = np.random.default_rng([self._seed, stream])
        cells = self._likelihood.cells
        expected = (cells.expected(strength, theta) @ cells.membership)[0]
        auxiliary = theta + rng.standard_normal((self._number, theta.shape[1]))
        counts = rng.poisson(expected, (self._number, len(expected))).astype(np.float64)
        return counts, auxiliary

    def levels(self, strength: float) -> ToyLevels:
        """Return the confidence levels of a signal strength."""
        cells, data = self._likelihood.cells, self._data
        observed = float(statistic(cells, data.counts, data.auxiliary, strength, data.free)[0])
        theta = fit(cells, data.counts, data.auxiliary, strength).theta
        both = np.sort(statistic(cells, *self._throw(strength, theta, 1), strength))
        alone = np.sort(statistic(cells, *self._background, strength, self._background_fits))
        ours, without = (float(_at_least(q, np.array([observed]))[0]) for q in (both, alone))
        cls_of_each = _at_least(both, alone) / _at_least(alone, alone)
        quantiles = [math.erfc(-z / math.sqrt(2)) / 2 for z in STANDARD_DEVIATIONS]
        expected = np.quantile(cls_of_each, quantiles, method="higher")
        return ToyLevels(
            ours,
            without,
            ours / without if without else 1.0,
            self._error(ours, without),
            tuple(expected.tolist()),
        )

    def _error(self, both: float, alone: float) -> float:
        if not (both and alone):
            return 1.0
        relative = ((1 - both) / both + (1 - alone) / alone) / self._number
        return both / alone * math.sqrt(relative)

    def limits(self) -> tuple[float, float, tuple[float, ...]]:
        """Return the limit on the strength, its statistical error, and the expected limits."""
        alpha = 1 - self._likelihood.confidence_level
        start = reference_strength(self._likelihood)
        known = {0: self.levels(start)}
        for step in (1, -1):
            k = 0
            while any((v > alpha) == (step > 0) for v in (known[k].cls, *known[k].expected)):
                k += step
                if abs(k) > _TOO_FAR:
                    raise RangeError(f"toys: CLs does not cross {alpha:.3g} near {start:.4g}")
                known[k] = self.levels(start * _RATIO**k)
        strengths = np.array([start * _RATIO**k for k in sorted(known)])
        found = [known[k] for k in sorted(known)]
        observed, slope = _crossing(strengths, np.array([f.cls for f in found]), alpha)
        near = found[int(np.argmin(np.abs(strengths - observed)))]
        expected = tuple(
            _crossing(strengths, np.array([f.expected[i] for f in found]), alpha)[0]
            for i in range(len(STANDARD_DEVIATIONS))
        )
        return observed, near.error / near.cls / slope if near.cls else math.inf, expected


def _at_least(sample: FloatArray, values: FloatArray) -> FloatArray:
    """Return the fraction of a sorted sample that is at or above values."""
    below = np.searchsorted(sample, values - _TIE * (1 + values), side="left")
    fraction: FloatArray = 1 - below / len(sample)
    return fraction


def _crossing(strengths: FloatArray, cls: FloatArray, alpha: float) -> tuple[float, float]:
    """Return where CLs last falls below alpha, and the slope of -ln CLs there."""
    logarithm = np.log(np.maximum(cls, 1e-9))
    i = int(np.flatnonzero(logarithm > math.log(alpha)).max())
    slope = (logarithm[i] - logarithm[i + 1]) / (strengths[i + 1] - strengths[i])
    return float(strengths[i] + (logarithm[i] - math.log(alpha)) / slope), float(slope)
