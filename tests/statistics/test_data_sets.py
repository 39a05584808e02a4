"""Data sets in one likelihood: how data are divided does not matter, and more data say more."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scotopic.statistics import Bin, Component, Likelihood, Shift, strength_limits
from scotopic.statistics.cls import statistic_of
from scotopic.statistics.single_count import SingleCount, single_count
from scotopic.statistics.weighted_counts import weighted_counts


def data_set(
    name: str,
    n: int | None,
    s: float,
    b: float,
    db: float = 0.0,
    ds: float = 0.0,
    common: str = "",
) -> Bin:
    """A data set with relative uncertainties; the background's is its own unless it is common."""
    signal = (Shift.relative("signal", ds),) if ds else ()
    own = (Shift.relative(f"background {common or name}", db),) if db else ()
    backgrounds = (Component("background", b, own),) if b else ()
    return Bin(name, n, (Component("signal", s, signal),), backgrounds)


def median_mean_and_next(*bins: Bin) -> tuple[float, float, float]:
    """The median and the mean expected limit, and a single count's for one event above the median.

    The mean is over 200 quantiles of the outcomes without signal.
    """
    model, _ = statistic_of(Likelihood(bins), 1)
    quantiles = model.quantiles([*((np.arange(200) + 0.5) / 200).tolist(), 0.5])
    *each, median = quantiles
    limits = {value: model.limit(value) for value in set(quantiles)}
    above = model.limit(median + 1) if isinstance(model, SingleCount) else math.nan
    return limits[median], float(np.mean([limits[value] for value in each])), above


def test_a_dirty_run_does_not_weaken_a_clean_one() -> None:
    """2e11 particles with b = 0.1 and no event, 1e11 with b = 5 and 5 events.

    With the events added up the limit on the strength would be 1.477 times that of the clean run.
    """
    clean, dirty = data_set("clean", 0, 2.0, 0.1), data_set("dirty", 5, 1.0, 5.0)
    alone = strength_limits(Likelihood((clean,))).value
    both = strength_limits(Likelihood((clean, dirty))).value
    assert alone == pytest.approx(-math.log(0.1) / 2, rel=1e-11)
    assert both == pytest.approx(0.861 * alone, rel=1e-3)
    weights = weighted_counts(Likelihood((clean, dirty)), 1)
    assert dict(zip([b.name for b in weights.likelihood.bins], weights.weights, strict=True)) == {
        "dirty": 1,
        "clean": 15,
    }

    def level(mu: float) -> float:
        """P(15 n_1 + n_2 <= 5): no event in the clean run."""
        return float(stats.poisson.pmf(0, 2 * mu + 0.1) * stats.poisson.cdf(5, mu + 5))

    assert level(both) / level(0.0) == pytest.approx(0.1, rel=1e-9)
    summed = strength_limits(Likelihood((data_set("sum", 5, 3.0, 5.1),))).value
    assert summed == pytest.approx(1.477 * alone, rel=1e-3)


def test_the_worst_that_counts_can_do() -> None:
    """With b just below ln 2 the median outcome is no event; anything more is in between 0 and 1.

    A little more data make the median outcome one of theirs, and the limit all but that of one
    event: 46 % weaker. Averaged over all outcomes the limit is stronger.
    """
    one, more = data_set("one", None, 1.0, 0.693), data_set("more", None, 0.01, 0.003)
    median, mean, above = median_mean_and_next(one)
    median_of_both, mean_of_both, _ = median_mean_and_next(one, more)
    assert median == pytest.approx(-math.log(0.1), rel=1e-11)
    assert median_of_both == pytest.approx(1.4605 * median, rel=1e-3)
    assert median_of_both < above
    assert mean_of_both < mean


def more_data_say_more(rng: np.random.Generator) -> None:
    """Add one or two data sets: the mean limit falls; the median stays below one more event's."""
    db, ds = float(rng.choice([0.0, 0.1, 0.3, 0.6])), float(rng.choice([0.0, 0.2]))
    one = data_set("one", None, 1.0, float(10 ** rng.uniform(-2, 1.3)), db, ds)
    others = [
        data_set(
            f"{i}", None, 10 ** rng.uniform(-2.5, 1), float(10 ** rng.uniform(-2.5, 1.5)), db, ds
        )
        for i in range(rng.integers(1, 3))
    ]
    median, mean, above = median_mean_and_next(one)
    together = median_mean_and_next(one, *others)
    # what the quadrature over the common nuisance parameter leaves
    assert together[1] <= mean * (1 + 1e-6), (one, others)
    assert together[0] <= max(median, above) * (1 + 1e-6), (one, others)


@pytest.mark.parametrize("seed", range(6))
def test_more_data_say_more(seed: int) -> None:
    more_data_say_more(np.random.default_rng([9, seed]))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(300))
def test_more_data_say_more_in_many_cases(seed: int) -> None:
    more_data_say_more(np.random.default_rng([10, seed]))


relatives = st.sampled_from([0.0, 0.1, 0.3, 1.0])


@given(
    n=st.integers(0, 8),
    b=st.floats(1e-6, 10),
    db=relatives,
    ds=relatives,
    share=st.floats(0.01, 0.99),
    first=st.integers(0, 8),
)
@settings(deadline=None, max_examples=40)
def test_dividing_a_data_set_changes_nothing(
    n: int, b: float, db: float, ds: float, share: float, first: int
) -> None:
    """Two parts with the whole's ratio of signal to background and its nuisance parameters."""
    whole = data_set("whole", n, 1.0, b, db, ds)
    parts = tuple(
        data_set(name, k, part, b * part, db, ds, common="whole")
        for name, k, part in (("a", min(first, n), share), ("b", max(n - first, 0), 1 - share))
    )
    expected, found = (strength_limits(Likelihood(bins)) for bins in ((whole,), parts))
    assert found.value == pytest.approx(expected.value, rel=1e-9)
    assert found.expected == pytest.approx(expected.expected, rel=1e-9)


@given(
    b=st.tuples(*[st.floats(0, 6)] * 2),
    s=st.floats(0.1, 10),
    db=relatives,
    ds=relatives,
    share=st.floats(0.05, 0.95),
    n=st.tuples(*[st.integers(0, 4)] * 3),
)
@settings(deadline=None, max_examples=25)
def test_dividing_one_of_two_data_sets_changes_nothing(
    b: tuple[float, float],
    s: float,
    db: float,
    ds: float,
    share: float,
    n: tuple[int, int, int],
) -> None:
    """Also of one without background, whose events have a weight that is a convention."""
    b = b if min(b) > 1e-9 else (0.0, b[1])
    other = data_set("other", n[2], s, b[1], db, ds)
    whole = data_set("whole", n[0] + n[1] if b[0] else 0, 1.0, b[0], db, ds)
    parts = [
        data_set(name, k if b[0] else 0, part, b[0] * part, db, ds, common="whole")
        for name, k, part in (("a", n[0], share), ("b", n[1], 1 - share))
    ]
    if not b[1]:
        other = replace(other, observed=0)
    expected = strength_limits(Likelihood((whole, other)))
    found = strength_limits(Likelihood((*parts, other)))
    assert found.value == pytest.approx(expected.value, rel=1e-9)
    assert found.expected == pytest.approx(expected.expected, rel=1e-9)


@given(order=st.permutations(range(4)), n=st.tuples(*[st.integers(0, 4)] * 4))
@settings(deadline=None, max_examples=10)
def test_the_order_of_bins_changes_nothing(order: list[int], n: tuple[int, ...]) -> None:
    bins = [
        data_set(f"{i}", n[i], s, b, 0.3, 0.2)
        for i, (s, b) in enumerate(((1.0, 0.5), (0.3, 2.0), (2.0, 1.0), (0.6, 0.3)))
    ]
    expected = strength_limits(Likelihood(tuple(bins)))
    found = strength_limits(Likelihood(tuple(bins[i] for i in order)))
    assert found.value == pytest.approx(expected.value, rel=1e-9)
    assert found.expected == pytest.approx(expected.expected, rel=1e-9)


@given(n=st.integers(0, 30), b=st.floats(0, 30), db=relatives, ds=relatives, c=st.floats(0.01, 5))
@settings(deadline=None, max_examples=30)
def test_the_fast_way_is_the_general_sum(n: int, b: float, db: float, ds: float, c: float) -> None:
    """Two backgrounds of their own: sums over signal counts, and over the outcomes of the bin."""
    two = Bin(
        "x",
        n,
        (Component("s", 1.0, (Shift.relative("s", ds),)),),
        (Component("b", b, (Shift.relative("b", db),)), Component("c", c)),
    )
    fast, general = single_count(Likelihood((two,))), weighted_counts(Likelihood((two,)), 1)
    assert fast is not None
    assert general.likelihood.observed == (n,)
    assert fast.limit(n) == pytest.approx(general.limit(n), rel=1e-9)
