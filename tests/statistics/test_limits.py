"""The methods for single counts, projections, and expected bands."""

import math
from dataclasses import replace

import pytest
from scipy import stats
from tests.statistics.counts import Count

from scotopic.errors import RangeError
from scotopic.statistics import Bin, Component, Likelihood, strength_limits
from scotopic.statistics.single_count import single_count

NA64 = Count(0, 0.53, 0.17, 0.20)


PROBABILITIES = [float(stats.norm.cdf(z)) for z in (-2, -1, 0, 1, 2)]


def counts_of(model: Count) -> list[int]:
    """The counts at which the expected limits are."""
    one = single_count(model.likelihood)
    assert one is not None
    return one.quantiles(PROBABILITIES)


def test_zero_background_is_2_303() -> None:
    result = NA64.limits("poisson_zero_background")
    assert result.value == pytest.approx(2.302585092994046, rel=1e-15)
    (remark,) = result.remarks
    left_out = "the background, the background uncertainty, the signal uncertainty"
    assert remark == f"poisson_zero_background leaves out: {left_out}"
    strict = replace(NA64, confidence_level=0.95).limits("poisson_zero_background")
    assert strict.value == pytest.approx(2.995732273553991, rel=1e-15)


def test_zero_background_is_refused_for_events() -> None:
    with pytest.raises(RangeError, match=r"^observed: 1 events rule out"):
        replace(NA64, observed=1).limits("poisson_zero_background")


def test_classical_method_says_what_it_ignores() -> None:
    result = NA64.limits("poisson")
    assert result.value == pytest.approx(2.302585092994046 - 0.53, rel=1e-12)
    assert result.remarks == (
        "poisson leaves out: the background uncertainty, the signal uncertainty",
    )
    assert Count(1, 0.5).limits("poisson").remarks == ()
    with pytest.raises(RangeError, match=r"^background: 3.0 leaves an empty interval"):
        Count(0, 3.0).limits("poisson")


def test_the_classical_method_adds_up_data_sets_and_says_so() -> None:
    """P(N <= 3; s + 1.5) = 10 % for three events: 6.68 - 1.5, table 40.3 of the PDG."""
    bins = tuple(
        Bin(name, n, (Component("s", s),), (Component("b", b),) if b else ())
        for name, n, s, b in (("a", 1, 1.0, 1.5), ("b", 2, 4.0, 0.0))
    )
    control = Bin("control", 7, (), (Component("b", 5.0),))
    found = strength_limits(Likelihood((*bins, control)), "poisson")
    assert found.value * 5 == pytest.approx(6.68 - 1.5, abs=0.0051)
    assert found.remarks == (
        "poisson leaves out: bins without signal, which of 2 bins has the events",
    )


def test_cls_is_the_default_and_ignores_nothing() -> None:
    result = strength_limits(NA64.likelihood)
    assert result == NA64.limits("cls")
    assert (result.method, result.is_projection, result.remarks) == ("cls", False, ())
    assert result.confidence_level == 0.90


def test_without_background_and_uncertainty_the_methods_agree() -> None:
    values = [Count(0).limits(m).value for m in ("cls", "poisson", "poisson_zero_background")]
    assert values == pytest.approx([-math.log(0.1)] * 3, rel=1e-11)


def test_a_projection_gives_its_median_expected_limit() -> None:
    projection = replace(NA64, observed=None, background=3.0, background_uncertainty=0.5)
    result = projection.limits()
    assert result.is_projection
    assert result.value == result.expected[2]
    assert counts_of(projection)[2] == 3  # the median of a Poisson variable of mean 3
    assert result.value == replace(projection, observed=3).limits().value


def test_a_projection_without_background_is_2_303() -> None:
    assert Count(None).limits().value == pytest.approx(-math.log(0.1), rel=1e-11)
    clean = Count(None, 5.0).limits("poisson_zero_background")
    assert clean.value == pytest.approx(-math.log(0.1), rel=1e-15)


def test_bands_do_not_depend_on_the_observation() -> None:
    bands = NA64.limits().expected
    assert bands == replace(NA64, observed=None).limits().expected
    assert bands == replace(NA64, observed=7).limits().expected


@pytest.mark.parametrize("background", [0.53, 3.0, 40.0, 1000.0])
def test_bands_are_at_the_quantiles_of_the_counts(background: float) -> None:
    model = Count(None, background)
    quantiles = [int(stats.poisson.ppf(p, background)) for p in PROBABILITIES]
    expected = model.limits().expected
    assert list(expected) == sorted(expected)
    assert expected == pytest.approx(
        [replace(model, observed=n).limits().value for n in quantiles], rel=1e-12
    )


def test_the_background_uncertainty_widens_the_bands() -> None:
    known, uncertain = counts_of(Count(None, 40.0)), counts_of(Count(None, 40.0, 12.0))
    assert uncertain[0] < known[0]
    assert uncertain[4] > known[4]
    assert uncertain[2] == known[2]  # the median background is the same


def test_bands_at_large_counts_are_the_asymptotic_ones() -> None:
    """Cowan, Cranmer, Gross, Vitells (2011), eq. 89: sigma (Phi^-1(1 - alpha Phi(N)) + N)."""
    bands = Count(None, 10_000.0).limits().expected
    for n, value in zip((-2, -1, 0, 1, 2), bands, strict=True):
        asymptotic = 100 * (stats.norm.ppf(1 - 0.10 * stats.norm.cdf(n)) + n)
        # the variance grows by the signal itself, 1-3 %, and counts are discrete, 0.5 %
        assert value == pytest.approx(asymptotic, rel=0.02)


def test_bands_of_the_zero_background_method_collapse() -> None:
    found = NA64.limits("poisson_zero_background")
    assert found.expected == (found.value,) * 5


def test_bands_of_the_classical_method_need_a_small_background() -> None:
    # table 40.3 of the Review of Particle Physics for 0, 0, 0, 1 and 2 events
    expected = [2.30 - 0.53] * 3 + [3.89 - 0.53, 5.32 - 0.53]
    assert NA64.limits("poisson").expected == pytest.approx(expected, abs=0.0051)
    with pytest.raises(RangeError, match=r"^background: 3.0 leaves an empty interval"):
        Count(None, 3.0).limits("poisson")


def test_results_are_values() -> None:
    assert hash(NA64.limits()) == hash(NA64.limits())
