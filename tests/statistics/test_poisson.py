"""Poisson counts against scipy.stats, quadratures of the definition, and published limits."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats

from scotopic.errors import RangeError
from scotopic.statistics.classical import classical_limit
from scotopic.statistics.poisson import (
    COARSE_NODES,
    NODES,
    background_log_pmf,
    background_quantiles,
    poisson_log_pmf,
)
from scotopic.words import MAX_COUNTS

# Review of Particle Physics (2024), section Statistics, table 40.3: upper limits on the mean of a
# Poisson variable for n observed events without background, at 90 % and 95 %, two decimals
PDG_LIMITS = [
    (2.30, 3.00),
    (3.89, 4.74),
    (5.32, 6.30),
    (6.68, 7.75),
    (7.99, 9.15),
    (9.27, 10.51),
    (10.53, 11.84),
    (11.77, 13.15),
    (12.99, 14.43),
    (14.21, 15.71),
    (15.41, 16.96),
]


@pytest.mark.parametrize(("observed", "published"), list(enumerate(PDG_LIMITS)))
def test_classical_limits_are_those_of_the_particle_data_group(
    observed: int, published: tuple[float, float]
) -> None:
    for confidence_level, value in zip((0.90, 0.95), published, strict=True):
        limit = classical_limit(observed, 0.0, confidence_level)
        assert limit == pytest.approx(value, abs=0.0051)  # two decimals are printed


@pytest.mark.parametrize(
    ("observed", "background"), [(0, 0.5), (4, 3.2), (100, 90.0), (10_000, 1e4)]
)
def test_classical_limit_solves_its_equation(observed: int, background: float) -> None:
    limit = classical_limit(observed, background, 0.90)
    # scipy.stats.poisson.cdf is good to 1e-12 here
    assert stats.poisson.cdf(observed, limit + background) == pytest.approx(0.10, rel=1e-10)


def test_an_empty_classical_interval_is_refused() -> None:
    with pytest.raises(RangeError, match=r"^background: 2.31 leaves an empty interval for 0"):
        classical_limit(0, 2.31, 0.90)
    assert classical_limit(0, 2.30, 0.90) == pytest.approx(0.0026, abs=1e-4)


@pytest.mark.parametrize("median", [1e-3, 0.53, 12.0, 1e4])
def test_a_known_expectation_gives_the_poisson_distribution(median: float) -> None:
    size = 20 if median < 100 else 10_200
    expected = stats.poisson.logpmf(np.arange(size), median)
    # scipy and this code cancel logarithms of size 1e5 to values of order 1 in double precision
    np.testing.assert_allclose(poisson_log_pmf(size, median, 0.0), expected, rtol=1e-13, atol=1e-10)


@pytest.mark.parametrize("median", [0.02, 0.53, 8.0, 150.0])
@pytest.mark.parametrize("uncertainty", [0.02, 0.32, 1.0, 4.0])
def test_marginal_probabilities_equal_the_integral_that_defines_them(
    median: float, uncertainty: float
) -> None:
    sigma = math.log1p(uncertainty)
    log_pmf = poisson_log_pmf(41, median, sigma)
    for k in (0, 1, 7, 40):

        def integrand(theta: float, k: int = k) -> float:
            expectation = median * math.exp(sigma * theta)
            return float(stats.poisson.pmf(k, expectation) * stats.norm.pdf(theta))

        peak = -theta_of_maximum(k, median, sigma)
        # panels around the maximum, so that the adaptive rule cannot miss it
        edges = np.array([-12.0, -6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 6.0, 12.0]) - peak
        value = math.fsum(
            integrate.quad(integrand, a, b, epsabs=0, epsrel=1e-11)[0] for a, b in pairwise(edges)
        )
        # the reference is good to 1e-11 a panel
        assert math.exp(log_pmf[k]) == pytest.approx(value, rel=1e-9)


def theta_of_maximum(k: int, median: float, sigma: float) -> float:
    """Where the integrand of the marginal probability is largest, by bisection."""
    low, high = -60.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        if sigma * (k - median * math.exp(sigma * middle)) > middle:
            low = middle
        else:
            high = middle
    return low


@pytest.mark.parametrize(("median", "uncertainty"), [(0.53, 0.32), (9.0, 0.2), (60.0, 0.5)])
def test_moments_are_those_of_the_mixture(median: float, uncertainty: float) -> None:
    """Mean m e^(sigma^2/2), variance = mean + mean^2 (e^(sigma^2) - 1)."""
    variance_of_log = math.log1p(uncertainty) ** 2
    counts = np.arange(3000)
    pmf = np.exp(poisson_log_pmf(3000, median, math.sqrt(variance_of_log)))
    mean = median * math.exp(variance_of_log / 2)
    # the tail above 3000 events is below 1e-16
    assert pmf.sum() == pytest.approx(1, rel=1e-12)
    assert pmf @ counts == pytest.approx(mean, rel=1e-11)
    variance = pmf @ (counts - mean) ** 2
    assert variance == pytest.approx(mean + mean**2 * math.expm1(variance_of_log), rel=1e-10)


def test_a_vanishing_uncertainty_is_no_special_case() -> None:
    known = poisson_log_pmf(30, 8.0, 0.0)
    for log_width in (1e-3, 1e-6, 1e-9, 1e-200):
        # second order in the width: k^2 sigma^2/2
        np.testing.assert_allclose(
            poisson_log_pmf(30, 8.0, log_width), known, atol=500 * log_width**2 + 1e-12
        )


@pytest.mark.parametrize(
    ("uncertainty", "coarse_error"), [(0.2, 1e-12), (1.0, 1e-6), (2.0, 1e-4), (10.0, 2e-2)]
)
def test_the_quadrature_converges_exponentially(uncertainty: float, coarse_error: float) -> None:
    """Doubling the number of points squares the error, as it must for a trapezoidal rule."""
    sigma = math.log1p(uncertainty)
    for median in (0.05, 0.53, 20.0, 1e3):
        converged = poisson_log_pmf(200, median, sigma, nodes=1025)
        fine = poisson_log_pmf(200, median, sigma, nodes=NODES)
        coarse = poisson_log_pmf(200, median, sigma, nodes=COARSE_NODES)
        assert np.abs(coarse - converged).max() < coarse_error
        assert np.abs(fine - converged).max() < max(coarse_error**2, 1e-11)


def test_probabilities_far_in_the_tail_keep_their_relative_accuracy() -> None:
    """P(0) = E[exp(-B)] for B of median 1e4 is e^-422 at 20 %: Laplace's method to second order."""
    median, sigma = 1e4, 0.18
    # maximum of -m e^(sigma theta) - theta^2/2 and the curvature there; next order is 1/(24 w)
    theta = theta_of_maximum(0, median, sigma)
    w = median * math.exp(sigma * theta) * sigma**2
    laplace = -w / sigma**2 - theta**2 / 2 - math.log1p(w) / 2
    assert poisson_log_pmf(1, median, sigma)[0] == pytest.approx(laplace, abs=0.02)


def test_independent_backgrounds_are_convolved() -> None:
    parts = [(b, 0.0) for b in (0.4, 1.1, 2.5)]
    expected = stats.poisson.logpmf(np.arange(25), 4.0)
    np.testing.assert_allclose(background_log_pmf(parts, 25), expected, rtol=1e-11)


def test_without_background_there_are_no_background_events() -> None:
    assert background_log_pmf([], 3).tolist() == [0.0, -math.inf, -math.inf]


@pytest.mark.parametrize("background", [0.0, 0.1, 0.53, 0.7, 3.0, 250.0, 2e4])
def test_quantiles_of_a_known_background_are_those_of_scipy(background: float) -> None:
    probabilities = [0.0228, 0.1587, 0.5, 0.8413, 0.9772]
    expected = tuple(int(stats.poisson.ppf(p, background)) for p in probabilities)
    assert (
        background_quantiles([(background, 0.0)] if background else [], probabilities) == expected
    )


def test_quantiles_beyond_exact_treatment_are_refused() -> None:
    with pytest.raises(RangeError, match=f"more than {MAX_COUNTS} events"):
        background_quantiles([(1e7, 0.0)], [0.5])
    with pytest.raises(RangeError, match=f"more than {MAX_COUNTS} events"):
        background_quantiles([(9e4, math.log(1.5))], [0.5, 0.98])
