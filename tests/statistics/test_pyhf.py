"""Comparison with pyhf, which profiles nuisance parameters where this package marginalises.

The two must agree where that makes no difference: without uncertainties at any number of events,
and with small uncertainties at large numbers of events.
"""

import math
from typing import Any

import numpy as np
import pyhf
import pytest
from pyhf.infer.calculators import ToyCalculator
from scipy import stats
from tests.statistics.counts import Count

from scotopic.statistics import confidence_levels


def workspace(model: Count, signal: float) -> pyhf.Model:
    """The same experiment as a pyhf model: a factor kappa^theta is its `normsys`."""

    def factor(name: str, relative: float) -> list[dict[str, Any]]:
        data = {"hi": 1 + relative, "lo": 1 / (1 + relative)}
        return [{"name": name, "type": "normsys", "data": data}] if relative else []

    strength = {"name": "mu", "type": "normfactor", "data": None}
    relative_b = model.background_uncertainty / model.background
    samples = [
        {
            "name": "signal",
            "data": [signal],
            "modifiers": [strength, *factor("efficiency", model.signal_uncertainty)],
        },
        {
            "name": "background",
            "data": [model.background],
            "modifiers": factor("background", relative_b),
        },
    ]
    # validate=False: the schema validator of pyhf 0.7 calls a deprecated function of jsonschema
    return pyhf.Model(
        {"channels": [{"name": "counts", "samples": samples}]}, poi_name="mu", validate=False
    )


def options(model: pyhf.Model) -> dict[str, Any]:
    bounds = [(-8.0, 8.0)] * len(model.config.par_order)
    bounds[model.config.poi_index] = (0.0, 10.0)
    return {"test_stat": "qtilde", "par_bounds": bounds}


@pytest.mark.parametrize(
    "model",
    [
        Count(1_000, 1_000.0),
        Count(950, 1_000.0, 30.0),
        Count(1_000, 1_000.0, 50.0),
        Count(1_000, 1_000.0, 50.0, 0.10),
        Count(1_080, 1_000.0, 30.0, 0.05),
        Count(10_000, 10_000.0, 200.0, 0.05),
    ],
)
def test_large_counts_agree_with_asymptotic_formulae(model: Count) -> None:
    limit = model.limits().value
    reference = workspace(model, limit)
    data = [model.observed, *reference.config.auxdata]
    cls = float(pyhf.infer.hypotest(1.0, data, reference, **options(reference)))
    # continuity correction 1/(2 sqrt n) and profiling against marginalising: 0.027 at n = 1000
    assert cls == pytest.approx(0.10, rel=0.04)


@pytest.mark.parametrize(("n", "b"), [(0, 0.53), (2, 0.53), (3, 3.0), (5, 8.0), (12, 9.0)])
def test_counting_orders_events_as_the_profile_likelihood_does(n: int, b: float) -> None:
    """Exact sums over the counts that pyhf's statistic finds at least as far from the signal."""
    model = Count(n, b)
    signal = model.limits().value
    reference = workspace(model, signal)
    settings = options(reference)
    counts = np.arange(60)
    statistic = [
        float(
            pyhf.infer.test_statistics.qmu_tilde(
                1.0,
                [float(k)],
                reference,
                reference.config.suggested_init(),
                settings["par_bounds"],
                reference.config.suggested_fixed(),
            )
        )
        for k in counts
    ]
    # equal statistics differ by the minimiser's tolerance
    extreme = np.array(statistic) >= statistic[n] - 1e-6
    levels = [stats.poisson.pmf(counts, mean)[extreme].sum() for mean in (signal + b, b)]
    ours = confidence_levels(model.likelihood, signal)
    # the truncated sum lacks less than 1e-12
    assert ours.signal_plus_background == pytest.approx(levels[0], rel=1e-10)
    assert ours.background == pytest.approx(levels[1], rel=1e-10)


@pytest.mark.long
@pytest.mark.parametrize(("n", "b"), [(0, 0.53), (2, 0.53), (5, 8.0)])
def test_levels_agree_with_toys_of_pyhf(n: int, b: float) -> None:
    toys = 1000
    np.random.seed(20 + n)  # noqa: NPY002 - pyhf draws from numpy's global state
    model = Count(n, b)
    signal = 0.8 * model.limits().value
    reference = workspace(model, signal)
    data = [n, *reference.config.auxdata]
    calculator = ToyCalculator(
        data, reference, ntoys=toys, track_progress=False, **options(reference)
    )
    observed = calculator.teststatistic(1.0)
    thrown = calculator.pvalues(observed, *calculator.distributions(1.0))
    ours = confidence_levels(model.likelihood, signal)
    for exact, toy in zip((ours.signal_plus_background, ours.background), thrown, strict=False):
        # six comparisons, each within 3.5 binomial standard deviations
        assert abs(float(toy) - exact) <= 3.5 * math.sqrt(exact * (1 - exact) / toys)
