"""CLs against its definition, a Bayesian integral, expansions, toys, and what must be monotonic."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial.hermite_e import hermegauss
from scipy import integrate, optimize, stats
from scipy.special import gammaincc
from tests.statistics.counts import Count

from scotopic.errors import RangeError
from scotopic.statistics import (
    Bin,
    Component,
    Likelihood,
    Shift,
    confidence_levels,
    strength_limits,
)
from scotopic.statistics.poisson import poisson_log_pmf
from scotopic.statistics.single_count import SingleCount, single_count

NA64 = Count(0, 0.53, 0.17, 0.20)


def limit(model: Count) -> float:
    """The limit alone, for backgrounds too large for bands too."""
    assert model.observed is not None
    return counted(model).limit(model.observed)


def counted(model: Count) -> SingleCount:
    found = single_count(model.likelihood)
    assert found is not None
    return found


def with_error(model: Count, n: int) -> tuple[float, float]:
    one = counted(model)
    value = one.limit(n)
    return value, one.error(n, {n: value})


@given(
    background=st.floats(1e-6, 1e6),
    relative=st.floats(0, 2),
    confidence_level=st.floats(0.5, 0.999),
)
@settings(max_examples=60)
def test_no_events_and_a_known_efficiency_forget_the_background(
    background: float, relative: float, confidence_level: float
) -> None:
    """CLs(s) = e^-s for n = 0 (Zech 1989; Read 2002): 2.303 at 90 %, 2.996 at 95 %."""
    model = Count(0, background, background * relative, confidence_level=confidence_level)
    # rounding in the root search alone
    assert limit(model) == pytest.approx(-math.log1p(-confidence_level), rel=1e-11)


@pytest.mark.parametrize(
    ("n", "b"),
    [(0, 3.0), (1, 0.5), (2, 0.53), (3, 3.0), (5, 12.0), (100, 90.0), (10_000, 9e3), (10_000, 1e4)],
)
@pytest.mark.parametrize("confidence_level", [0.90, 0.95])
def test_known_background_and_efficiency(n: int, b: float, confidence_level: float) -> None:
    s = limit(Count(n, b, confidence_level=confidence_level))
    ratio = stats.poisson.cdf(n, s + b) / stats.poisson.cdf(n, b)
    # scipy.stats.poisson.cdf is good to 1e-12
    assert ratio == pytest.approx(1 - confidence_level, rel=1e-10)


@pytest.mark.parametrize(
    ("n", "published"), [(0, 3.00), (1, 4.74), (2, 6.30), (3, 7.75), (5, 10.51)]
)
def test_without_background_it_is_the_classical_limit(n: int, published: float) -> None:
    """Table 40.3 of the Review of Particle Physics at 95 %, two decimals."""
    assert limit(Count(n, confidence_level=0.95)) == pytest.approx(published, abs=0.0051)


@pytest.mark.parametrize(
    ("n", "b", "db"), [(0, 0.53, 0.17), (2, 0.53, 0.17), (4, 3.0, 2.0), (9, 12.0, 1.5)]
)
def test_it_is_the_bayesian_limit_of_a_flat_prior(n: int, b: float, db: float) -> None:
    """Integrating the posterior over s > s_up: Helene, Nucl. Instrum. Meth. 212 (1983) 319.

    With exact efficiency the identity survives any prior of the background.
    """

    theta = np.linspace(-9, 9, 401)
    prior = stats.norm.pdf(theta)
    backgrounds_thrown = b * (1 + db / b) ** theta

    def posterior(s: float) -> float:
        return float(prior @ stats.poisson.pmf(n, s + backgrounds_thrown))

    edges = [0.0, limit(Count(n, b, db)), 60.0]
    inside, outside = (
        integrate.quad(posterior, low, high, epsabs=0, epsrel=1e-8)[0]
        for low, high in pairwise(edges)
    )
    assert outside / (inside + outside) == pytest.approx(0.10, rel=1e-6)


@pytest.mark.parametrize("n", [0, 1, 4])
@pytest.mark.parametrize("uncertainty", [0.01, 0.03])
def test_small_signal_uncertainties_act_in_second_order(n: int, uncertainty: float) -> None:
    """Cousins and Highland, Nucl. Instrum. Meth. A320 (1992) 331: s = s0 (1 + (s0 - n) d^2/2).

    Their efficiency has mean one; the log-normal one has median one and its mean is higher by
    d^2/2, which takes away d^2/2 of the limit.
    """
    exact = limit(Count(n))
    sigma = math.log1p(uncertainty)
    expansion = exact * (1 + (exact - n - 1) * sigma**2 / 2)
    # terms of fourth order, s0^2 sigma^4
    assert limit(Count(n, signal_uncertainty=uncertainty)) == pytest.approx(
        expansion, abs=exact**2 * 10 * sigma**4
    )


def brute_force(model: Count, s: float) -> tuple[float, float]:
    """CL_{s+b} and CL_b as double sums over both nuisance parameters of incomplete gammas."""
    theta = np.linspace(-9, 9, 801)
    weights = stats.norm.pdf(theta) * (theta[1] - theta[0])
    b = model.background * (1 + model.background_uncertainty / model.background) ** theta
    signal = s * (1 + model.signal_uncertainty) ** theta
    n = float(model.observed or 0)
    both = weights @ gammaincc(n + 1, signal[:, None] + b[None, :]) @ weights
    return float(both), float(weights @ gammaincc(n + 1, b))


@pytest.mark.parametrize(
    "model",
    [
        NA64,
        Count(3, 0.53, 0.17, 0.2),
        Count(5, 3.0, 2.0, 0.5),
        Count(10, 8.0, 2.0, 0.2),
        Count(100, 90.0, 20.0, 0.2),
        Count(1_000, 1_000.0, 50.0, 0.2),
        Count(10_000, 10_000.0, 500.0, 0.1),
        Count(2, 1.0, 1.0, 1.0),
    ],
)
def test_marginalised_levels_equal_a_double_sum(model: Count) -> None:
    s = limit(model)
    levels = confidence_levels(model.likelihood, s)
    both, background = brute_force(model, s)
    # 1e-10: gammaincc at n = 1e4 has a few 1e-12, the sums of logarithms here 1e-11
    assert levels.signal_plus_background == pytest.approx(both, rel=1e-10)
    assert levels.background == pytest.approx(background, rel=1e-10)
    assert levels.cls == pytest.approx(0.10, rel=1e-10)
    assert both / background == pytest.approx(0.10, rel=1e-10)


def test_a_gauss_hermite_rule_gives_the_same_limit() -> None:
    """The same double integral by another quadrature and another root search."""
    nodes, weights = hermegauss(60)
    weights = weights / weights.sum()
    b = 0.53 * (0.70 / 0.53) ** nodes

    def excess(s: float) -> float:
        both = weights @ gammaincc(2, s * 1.2 ** nodes[:, None] + b) @ weights
        return float(both / (weights @ gammaincc(2, b)) - 0.10)

    root = optimize.bisect(excess, 1, 10, xtol=1e-11)
    assert limit(replace(NA64, observed=1)) == pytest.approx(root, rel=1e-9)


TOY_CASES = [
    Count(0, 0.53, 0.17, 0.20),
    Count(1, 0.53, 0.17, 0.20),
    Count(2, 0.53, 0.17, 0.20),
    Count(0, 0.19, 0.07, 0.20),
    Count(0, 3.0, 1.0, 0.10),
    Count(1, 3.0, 0.0, 0.30),
    Count(3, 3.0, 1.0, 0.0),
    Count(5, 3.0, 2.0, 0.50),
    Count(10, 6.0, 1.0, 0.20),
    Count(8, 12.0, 3.0, 0.20),
    Count(30, 25.0, 5.0, 0.15),
    Count(4, 0.0, 0.0, 0.40),
    Count(100, 100.0, 15.0, 0.20),
    Count(7, 1.0, 2.0, 1.0),
]


@pytest.mark.parametrize("model", TOY_CASES)
def test_levels_agree_with_toys_of_the_hybrid_procedure(model: Count) -> None:
    """Throw both nuisance parameters, then the counts; 400 000 toys for each hypothesis."""
    toys = 400_000
    rng = np.random.default_rng([2018, TOY_CASES.index(model)])
    s = limit(model)
    kappa = 1 + model.background_uncertainty / model.background if model.background else 1.0

    def fraction(signal: float) -> float:
        b = model.background * kappa ** rng.standard_normal(toys)
        expectation = b + signal * (1 + model.signal_uncertainty) ** rng.standard_normal(toys)
        assert model.observed is not None
        return float(np.mean(rng.poisson(expectation) <= model.observed))

    levels = confidence_levels(model.likelihood, s)
    for exact, thrown in [
        (levels.signal_plus_background, fraction(s)),
        (levels.background, fraction(0.0)),
    ]:
        # 28 comparisons: 4 binomial standard deviations fail once in 600 seeds
        assert abs(thrown - exact) <= 4 * math.sqrt(exact * (1 - exact) / toys)


def test_a_sum_of_data_sets_agrees_with_toys() -> None:
    toys = 400_000
    rng = np.random.default_rng(58)
    efficiency = (Shift.relative("signal", 0.2),)
    backgrounds = tuple(
        Component(year, b, (Shift.relative(year, d),))
        for year, b, d in (("2021", 0.5, 0.4), ("2022", 1.5, 2 / 3))
    )
    whole = Bin("both", 3, (Component("signal", 4.0, efficiency),), backgrounds)
    model = Likelihood((whole,))
    strength = strength_limits(model).value
    b = sum(part.events * part.shifts[0].up ** rng.standard_normal(toys) for part in backgrounds)
    counts = rng.poisson(b + strength * 4 * 1.2 ** rng.standard_normal(toys))
    exact = confidence_levels(model, strength).signal_plus_background
    assert abs(np.mean(counts <= 3) - exact) <= 4 * math.sqrt(exact * (1 - exact) / toys)


@pytest.mark.parametrize("uncertainty", [0.0, 0.2, 0.5, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("n", [0, 3, 100])
def test_the_stated_error_covers_the_true_one(n: int, uncertainty: float) -> None:
    """The true error is found by replacing the quadrature: 1025 instead of 65 points."""
    model = Count(n, n + 0.5, (n + 0.5) * min(uncertainty, 2.0), uncertainty)
    value, error = with_error(model, n)

    def pmf(median: float, log_width: float) -> np.ndarray:
        return np.exp(poisson_log_pmf(n + 1, median, log_width, nodes=1025))

    one = counted(model)
    background = pmf(*one.backgrounds[0])

    def converged(s: float) -> float:
        both = np.convolve(pmf(s, one.signal_log_width), background)[: n + 1].sum()
        return float(both / background.sum() - 0.10)

    reference = optimize.brentq(converged, value / 2, value * 2, xtol=1e-13, rtol=1e-13)
    assert abs(value - reference) <= error
    assert error <= (1e-6 if uncertainty <= 2 else 1e-3) * value


monotonic = settings(max_examples=40)
counts = st.integers(0, 40)
relatives = st.floats(0, 1)
backgrounds = st.floats(0.01, 60)
SLACK = 1 + 1e-9  # numerical error of two limits


@given(n=counts, b=backgrounds, db=relatives, ds=relatives)
@monotonic
def test_the_limit_grows_with_the_events(n: int, b: float, db: float, ds: float) -> None:
    model = Count(n, b, b * db, ds)
    assert limit(replace(model, observed=n + 1)) > limit(model)


@given(n=counts, b=backgrounds, db=relatives, ds=relatives, factor=st.floats(1, 3))
@monotonic
def test_the_limit_does_not_grow_with_the_background(
    n: int, b: float, db: float, ds: float, factor: float
) -> None:
    less, more = (Count(n, x, x * db, ds) for x in (b, b * factor))
    assert limit(more) <= limit(less) * SLACK
    assert limit(less) <= limit(Count(n, signal_uncertainty=ds)) * SLACK
    assert limit(more) >= limit(Count(0, signal_uncertainty=ds)) / SLACK


@given(n=counts, b=backgrounds, db=relatives, ds=relatives, step=st.floats(0, 1))
@monotonic
def test_the_limit_grows_with_the_signal_uncertainty(
    n: int, b: float, db: float, ds: float, step: float
) -> None:
    model = Count(n, b, b * db, ds)
    assert limit(replace(model, signal_uncertainty=ds + step)) >= limit(model) / SLACK


@given(n=counts, b=backgrounds, db=relatives, ds=relatives)
@monotonic
def test_a_higher_confidence_level_excludes_less(n: int, b: float, db: float, ds: float) -> None:
    model = Count(n, b, b * db, ds)
    assert limit(replace(model, confidence_level=0.95)) > limit(model)


def test_the_limit_is_where_cls_crosses_alpha() -> None:
    model, s = NA64.likelihood, limit(NA64)
    assert NA64.limits().value == s
    assert confidence_levels(model, 0.999 * s).cls > 0.10 > confidence_levels(model, 1.001 * s).cls
    assert confidence_levels(model, 0.0).cls == 1.0
    assert confidence_levels(model, 1e6).cls < 1e-9


@pytest.mark.parametrize("signal", [-1.0, math.nan, math.inf])
def test_impossible_signals_are_refused(signal: float) -> None:
    with pytest.raises(RangeError, match=f"^strength: {signal} is not"):
        confidence_levels(NA64.likelihood, signal)


def test_a_projection_has_no_observed_confidence_level() -> None:
    with pytest.raises(RangeError, match=r"^observed: None has no confidence level"):
        confidence_levels(replace(NA64, observed=None).likelihood, 1.0)


def test_the_largest_count_is_no_problem() -> None:
    """Known background of 1e5 and as many events: the Gaussian limit 1.645 sqrt(b)."""
    value, error = with_error(Count(None, 1e5), 100_000)
    # the next order is (z^2 + ...)/sqrt(b) = 1 %
    assert value == pytest.approx(1.645 * math.sqrt(1e5), rel=0.01)
    assert error < 1e-6 * value
    with pytest.raises(RangeError, match=r"^counts: 100001 is not"):
        with_error(Count(None, 1e5), 100_001)
