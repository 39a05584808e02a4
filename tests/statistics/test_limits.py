"""The three methods, projections, and expected bands."""

import math
from dataclasses import astuple, replace
from typing import Any

import pytest
from scipy import stats

from scotopic.errors import RangeError
from scotopic.statistics import CountingModel, SummedCounts, expected_limits, upper_limit
from scotopic.statistics.bands import ExpectedLimits

NA64 = CountingModel(0, 0.53, 0.17, 0.20)


def counts_of(bands: ExpectedLimits) -> tuple[int, ...]:
    return tuple(getattr(bands, name).counts for name in vars(bands))


def values_of(bands: ExpectedLimits) -> tuple[float, ...]:
    return tuple(getattr(bands, name).value for name in vars(bands))


def test_zero_background_is_2_303() -> None:
    result = upper_limit(NA64, "poisson_zero_background")
    assert result.value == pytest.approx(2.302585092994046, rel=1e-15)
    assert result.ignored == ("background", "background_uncertainty", "signal_uncertainty")
    strict = upper_limit(replace(NA64, confidence_level=0.95), "poisson_zero_background")
    assert strict.value == pytest.approx(2.995732273553991, rel=1e-15)


def test_zero_background_is_refused_for_events() -> None:
    with pytest.raises(RangeError, match=r"^observed: 1 events rule out"):
        upper_limit(replace(NA64, observed=1), "poisson_zero_background")


def test_classical_method_says_what_it_ignores() -> None:
    result = upper_limit(NA64, "poisson")
    assert result.value == pytest.approx(2.302585092994046 - 0.53, rel=1e-12)
    assert result.ignored == ("background_uncertainty", "signal_uncertainty")
    assert upper_limit(CountingModel(1, 0.5), "poisson").ignored == ()
    with pytest.raises(RangeError, match=r"^background: 3.0 leaves an empty interval"):
        upper_limit(CountingModel(0, 3.0), "poisson")


def test_cls_is_the_default_and_ignores_nothing() -> None:
    result = upper_limit(NA64)
    assert result == upper_limit(NA64, "cls")
    assert (result.method, result.counts, result.expected, result.ignored) == ("cls", 0, False, ())
    assert result.confidence_level == 0.90


def test_without_background_and_uncertainty_the_methods_agree() -> None:
    clean = CountingModel(0)
    values = [upper_limit(clean, m).value for m in ("cls", "poisson", "poisson_zero_background")]
    assert values == pytest.approx([-math.log(0.1)] * 3, rel=1e-11)


def test_an_unknown_method_is_refused() -> None:
    unknown: Any = "bayes"
    with pytest.raises(RangeError, match=r"^method: 'bayes' is not one of cls, poisson, "):
        upper_limit(NA64, unknown)


def test_a_projection_gives_its_median_expected_limit() -> None:
    projection = replace(NA64, observed=None, background=3.0, background_uncertainty=0.5)
    result = upper_limit(projection)
    assert result.expected
    assert result == expected_limits(projection).median
    assert result.counts == 3  # the median of a Poisson variable of mean 3
    assert result.value == upper_limit(replace(projection, observed=3)).value


def test_a_projection_without_background_is_2_303() -> None:
    result = upper_limit(CountingModel(None))
    assert (result.counts, result.expected) == (0, True)
    assert result.value == pytest.approx(-math.log(0.1), rel=1e-11)
    clean = upper_limit(CountingModel(None, 5.0), "poisson_zero_background")
    assert clean.counts == 0
    assert clean.value == pytest.approx(-math.log(0.1), rel=1e-15)


def test_bands_do_not_depend_on_the_observation() -> None:
    assert expected_limits(NA64) == expected_limits(replace(NA64, observed=None))
    assert expected_limits(NA64) == expected_limits(replace(NA64, observed=7))


@pytest.mark.parametrize("background", [0.53, 3.0, 40.0, 1000.0])
def test_bands_are_at_the_quantiles_of_the_counts(background: float) -> None:
    bands = expected_limits(CountingModel(None, background))
    quantiles = [stats.poisson.ppf(stats.norm.cdf(z), background) for z in (-2, -1, 0, 1, 2)]
    assert list(counts_of(bands)) == quantiles
    assert list(values_of(bands)) == sorted(values_of(bands))


def test_the_background_uncertainty_widens_the_bands() -> None:
    known = counts_of(expected_limits(CountingModel(None, 40.0)))
    uncertain = counts_of(expected_limits(CountingModel(None, 40.0, 12.0)))
    assert uncertain[0] < known[0]
    assert uncertain[4] > known[4]
    assert uncertain[2] == known[2]  # the median background is the same


def test_bands_at_large_counts_are_the_asymptotic_ones() -> None:
    """Cowan, Cranmer, Gross, Vitells (2011), eq. 89: sigma (Phi^-1(1 - alpha Phi(N)) + N)."""
    bands = expected_limits(CountingModel(None, 10_000.0))
    for n, value in zip((-2, -1, 0, 1, 2), values_of(bands), strict=True):
        asymptotic = 100 * (stats.norm.ppf(1 - 0.10 * stats.norm.cdf(n)) + n)
        # the variance grows by the signal itself, 1-3 %, and counts are discrete, 0.5 %
        assert value == pytest.approx(asymptotic, rel=0.02)


def test_bands_of_the_zero_background_method_collapse() -> None:
    bands = expected_limits(NA64, "poisson_zero_background")
    assert counts_of(bands) == (0, 0, 0, 0, 0)


def test_bands_of_the_classical_method_need_a_small_background() -> None:
    assert counts_of(expected_limits(NA64, "poisson")) == (0, 0, 0, 1, 2)
    with pytest.raises(RangeError, match=r"^background: 3.0 leaves an empty interval"):
        expected_limits(CountingModel(None, 3.0), "poisson")


def test_bands_of_summed_data_sets() -> None:
    year = CountingModel(None, 0.5)
    both = expected_limits(SummedCounts((year, year), (2.0, 2.0)))
    one = expected_limits(CountingModel(None, 1.0))
    assert counts_of(both) == counts_of(one)
    assert values_of(both) == pytest.approx([v / 4 for v in values_of(one)], rel=1e-10)


def test_results_are_values() -> None:
    assert hash(upper_limit(NA64)) == hash(upper_limit(NA64))
    assert len(astuple(expected_limits(NA64))) == 5
