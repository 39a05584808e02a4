"""The counting models: what they accept and how they add up."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.statistics import CountingModel, SummedCounts, upper_limit
from scotopic.statistics.methods import MAX_COUNTS

NA64 = CountingModel(0, 0.53, 0.17, 0.20)


@pytest.mark.parametrize(
    "wrong",
    [
        {"observed": -1},
        {"observed": 1.5},
        {"observed": True},
        {"observed": MAX_COUNTS + 1},
        {"background": -0.1},
        {"background": math.nan},
        {"background": math.inf},
        {"background_uncertainty": -0.1},
        {"background_uncertainty": math.inf},
        {"signal_uncertainty": -0.2},
        {"signal_uncertainty": math.nan},
        {"confidence_level": 0.0},
        {"confidence_level": 1.0},
        {"confidence_level": 90},
        {"confidence_level": math.nan},
    ],
)
def test_an_impossible_value_is_refused_by_name(wrong: dict[str, Any]) -> None:
    ((field, value),) = wrong.items()
    with pytest.raises(RangeError, match=rf"^{field}: {value} is not "):
        CountingModel(**{"observed": 0, "background": 0.53, **wrong})


def test_an_uncertain_absent_background_is_refused() -> None:
    """kappa = 1 + db/b does not exist for b = 0."""
    with pytest.raises(RangeError, match=r"^background_uncertainty: 0.1 .* positive background"):
        CountingModel(0, background=0.0, background_uncertainty=0.1)


def test_a_count_from_numpy_is_a_count() -> None:
    drawn = np.random.default_rng(1).poisson(3.0)
    assert CountingModel(drawn).observed == drawn


def test_log_widths_are_logarithms_of_kappa() -> None:
    ((median, width),) = NA64.backgrounds
    assert median == 0.53
    assert median * math.exp(width) == pytest.approx(0.53 + 0.17, rel=1e-15)
    assert math.exp(NA64.signal_log_width) == pytest.approx(1.20, rel=1e-15)
    assert CountingModel(0).backgrounds == ()


def test_sums_of_data_sets() -> None:
    both = SummedCounts((replace(NA64, observed=2), replace(NA64, observed=1)), (1.0, 2.5))
    assert both.observed == 3
    assert both.background == pytest.approx(1.06, rel=1e-15)
    assert both.background_uncertainty == pytest.approx(0.17 * math.sqrt(2), rel=1e-15)
    assert both.signal_weight == 3.5
    assert both.backgrounds == NA64.backgrounds * 2
    assert SummedCounts((replace(NA64, observed=None),), (1.0,)).observed is None


@pytest.mark.parametrize(
    ("data_sets", "weights", "message"),
    [
        ((), (), "signal_weights: 0 for 0 data sets"),
        ((NA64,), (1.0, 2.0), "signal_weights: 2 for 1 data sets"),
        ((NA64,), (0.0,), "signal_weights: 0.0 is not"),
        ((NA64,), (math.nan,), "signal_weights: nan is not"),
        ((NA64, replace(NA64, confidence_level=0.95)), (1.0, 1.0), "confidence_level: differs"),
        ((NA64, replace(NA64, signal_uncertainty=0.1)), (1.0, 1.0), "signal_uncertainty: differs"),
        ((NA64, replace(NA64, observed=None)), (1.0, 1.0), "observed: given for some"),
        ((replace(NA64, observed=MAX_COUNTS),) * 2, (1.0, 1.0), "observed: 200000 is not"),
    ],
)
def test_data_sets_that_do_not_fit_are_refused(
    data_sets: tuple[CountingModel, ...], weights: tuple[float, ...], message: str
) -> None:
    with pytest.raises(RangeError, match=f"^{message}"):
        SummedCounts(data_sets, weights)


def test_splitting_a_data_set_changes_nothing() -> None:
    """With known backgrounds two halves are the whole: Poisson counts add up to a Poisson count."""
    whole = CountingModel(3, background=1.4, signal_uncertainty=0.2)
    halves = SummedCounts(
        (replace(whole, observed=1, background=0.4), replace(whole, observed=2, background=1.0)),
        (0.3, 0.7),
    )
    limits = upper_limit(whole), upper_limit(halves)
    # rounding of a root search at 1e-12
    assert limits[1].value == pytest.approx(limits[0].value, rel=1e-10)


def test_a_strength_scales_inversely_with_the_weights() -> None:
    years = (NA64, replace(NA64, observed=1))
    one = upper_limit(SummedCounts(years, (1.0, 2.0)))
    ten = upper_limit(SummedCounts(years, (10.0, 20.0)))
    assert ten.value == pytest.approx(one.value / 10, rel=1e-12)
    assert ten.numerical_error == pytest.approx(one.numerical_error / 10, rel=1e-12)


def test_one_data_set_of_weight_one_is_that_data_set() -> None:
    assert upper_limit(SummedCounts((NA64,), (1.0,))) == upper_limit(NA64)


def test_independent_backgrounds_are_known_better_together() -> None:
    """Three data sets with 30 % each know their sum to 17 %: a stronger limit than 30 % of it."""
    year = CountingModel(20, background=20.0, background_uncertainty=6.0)
    independent = upper_limit(SummedCounts((year,) * 3, (1.0,) * 3)).value * 3
    common = upper_limit(CountingModel(60, 60.0, 18.0)).value
    in_quadrature = upper_limit(CountingModel(60, 60.0, 6.0 * math.sqrt(3))).value
    assert independent < common
    # a sum of log-normals is not log-normal; medians add up to 3 % below the sum's median
    assert independent == pytest.approx(in_quadrature, rel=0.08)
