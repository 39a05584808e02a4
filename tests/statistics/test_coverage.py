"""Coverage of the 90 % limit by pseudo-experiments, for the background 0.53 +- 0.17."""

import numpy as np
import pytest
from tests.statistics.counts import Count

PSEUDO_EXPERIMENTS = 100_000
TRUE_SIGNALS = [0.01, 0.5, 1.0, 2.0, 2.30, 2.31, 3.0, 3.49, 3.51, 4.0, 4.85, 6.0, 8.0, 12.0, 20.0]


def limits_by_count(signal_uncertainty: float, largest: int) -> np.ndarray:
    model = Count(0, 0.53, 0.17, signal_uncertainty)
    return np.array(
        [Count(n, 0.53, 0.17, model.signal_uncertainty).limits().value for n in range(largest + 1)]
    )


@pytest.mark.parametrize("signal_uncertainty", [0.0, 0.20])
def test_the_90_percent_limit_covers_at_every_true_signal(signal_uncertainty: float) -> None:
    """Nuisance parameters are thrown from what is stated about them, then the events."""
    rng = np.random.default_rng([53, round(100 * signal_uncertainty)])
    coverages = []
    for signal in TRUE_SIGNALS:
        b = 0.53 * (0.70 / 0.53) ** rng.standard_normal(PSEUDO_EXPERIMENTS)
        efficiency = (1 + signal_uncertainty) ** rng.standard_normal(PSEUDO_EXPERIMENTS)
        counts = rng.poisson(b + signal * efficiency)
        limits = limits_by_count(signal_uncertainty, int(counts.max()))
        coverages.append(np.mean(limits[counts] >= signal))
    coverage = np.array(coverages)
    # 30 points: 3 standard deviations of a coverage of 0.90
    assert coverage.min() >= 0.90 - 3 * np.sqrt(0.9 * 0.1 / PSEUDO_EXPERIMENTS)
    assert coverage[0] == 1  # a signal too small to exclude is never excluded: over-coverage
    assert coverage[-1] < 0.93  # at large signals the excess is that of discrete counts alone


def test_the_limit_covers_for_a_fixed_background_and_a_fluctuating_estimate() -> None:
    """The frequentist's ensemble: the true background is 0.53, its estimate varies."""
    rng = np.random.default_rng(17)
    estimates = 0.53 * (0.70 / 0.53) ** rng.standard_normal(200)
    tables = [[Count(n, b, 0.32 * b).limits().value for n in range(30)] for b in estimates]
    for signal in (0.5, 2.31, 3.6, 5.0, 9.0):
        counts = rng.poisson(0.53 + signal, size=(len(estimates), 1000))
        covered = [np.mean(np.array(t)[c] >= signal) for t, c in zip(tables, counts, strict=True)]
        error = np.std(covered) / np.sqrt(len(estimates))
        assert np.mean(covered) >= 0.90 - 3 * error
