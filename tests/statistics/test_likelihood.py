"""Likelihoods of several bins: exact CLs against the single count, toys and other orderings."""

import math
import warnings
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.statistics.counts import Count

from scotopic.errors import RangeError
from scotopic.search import load_experiment
from scotopic.search.likelihood import experiment_likelihood
from scotopic.statistics import (
    AsymptoticWarning,
    Bin,
    Component,
    Likelihood,
    Shift,
    combine_likelihoods,
    strength_limits,
)
from scotopic.statistics.profile import cost_of, fit
from scotopic.statistics.weighted_counts import weighted_counts


def one_bin(
    name: str,
    n: int | None,
    b: float,
    db: float,
    ds: float = 0.0,
    s: float = 1.0,
    b_shift: str = "",
) -> Bin:
    """A bin whose signal uncertainty is common to all and whose background is its own."""
    signal = (Shift.relative("signal", ds),) if ds else ()
    background = (Shift.relative(b_shift or f"background {name}", db / b),) if db else ()
    backgrounds = (Component("background", b, background),) if b else ()
    return Bin(name, n, (Component("signal", s, signal),), backgrounds)


UNKNOWN: Any = "bayes"
WORD: Any = "a"
S1_S2 = Likelihood((one_bin("S1", 1, 0.19, 0.07, 0.2, 1.0), one_bin("S2", 1, 0.53, 0.17, 0.2, 3.0)))


@pytest.mark.parametrize("background", [0.0, 0.01, 0.53, 3.0, 40.0])
@pytest.mark.parametrize("bins", [1, 2, 3])
def test_no_events_give_2_303_for_any_background(background: float, bins: int) -> None:
    shares = np.arange(1.0, bins + 1)
    model = Likelihood(
        tuple(
            one_bin(f"{i}", 0, background * (i + 1), 0.3 * background * (i + 1), s=share)
            for i, share in enumerate(shares)
        )
    )
    found = strength_limits(model)
    # rounding of the root search alone
    assert found.value * shares.sum() == pytest.approx(-math.log(0.1), rel=1e-9)


@pytest.mark.parametrize(
    ("n", "b", "db", "ds"),
    [
        (0, 0.53, 0.17, 0.2),
        (2, 0.53, 0.17, 0.2),
        (4, 3.0, 2.0, 0.2),
        (9, 12.0, 1.5, 0.3),
        (7, 0.0, 0.0, 0.4),
        (100, 90.0, 20.0, 0.2),
    ],
)
def test_one_bin_is_the_single_count(n: int, b: float, db: float, ds: float) -> None:
    """The sum over outcomes that any likelihood gets, against the one over signal counts."""
    general = weighted_counts(Likelihood((one_bin("a", n, b, db, ds),)), 0)
    single = Count(n, b, db, ds).limits()
    assert general.limit(n) == pytest.approx(single.value, rel=1e-9)
    quantiles = general.quantiles([float(stats.norm.cdf(z)) for z in (-2, -1, 0, 1, 2)])
    assert single.expected == pytest.approx([general.limit(q) for q in quantiles], rel=1e-9)


def test_equal_ratios_of_signal_to_background_are_summed() -> None:
    """Uncertain backgrounds would tell the bins apart: the larger one is limited by its own."""
    summed = Count(3, 2.0, 0.0, 0.2).limits().value / 4
    bins = (one_bin("a", 1, 0.5, 0.0, 0.2, 1.0), one_bin("b", 2, 1.5, 0.0, 0.2, 3.0))
    assert strength_limits(Likelihood(bins)).value == pytest.approx(summed, rel=1e-10)


def test_a_clean_bin_is_not_diluted_by_a_dirty_one() -> None:
    clean, dirty = one_bin("clean", 0, 0.1, 0.0), one_bin("dirty", 50, 50.0, 5.0)
    alone = strength_limits(Likelihood((clean,))).value
    both = strength_limits(Likelihood((clean, dirty))).value
    summed = Count(50, 50.1, 5.0).limits().value / 2
    assert both < 1.02 * alone
    assert summed > 2 * alone


def brute_force(model: Likelihood, strength: float, points: int = 40) -> float:
    """P(T <= T observed), all outcomes and all three nuisance parameters summed one by one."""
    weights = weighted_counts(model, 0).weights
    assert model.observed is not None
    seen = np.dot(weights, model.observed)
    nodes, gauss = np.polynomial.hermite_e.hermegauss(points)
    gauss = gauss / gauss.sum()
    total = 0.0
    for (e, we), (a, wa), (b, wb) in product(zip(nodes, gauss, strict=True), repeat=3):
        first = strength * 1.0 * 1.2**e + 0.19 * (0.26 / 0.19) ** a
        second = strength * 3.0 * 1.2**e + 0.53 * (0.70 / 0.53) ** b
        counts = np.arange(int(seen // weights[0]) + 1)
        room = (seen - weights[0] * counts) // weights[1]
        inside = stats.poisson.pmf(counts, first) @ stats.poisson.cdf(room, second)
        total += we * wa * wb * inside
    return float(total)


def test_two_bins_equal_the_sum_over_all_outcomes() -> None:
    limit = strength_limits(S1_S2).value
    ratio = brute_force(S1_S2, limit, 12) / brute_force(S1_S2, 0.0, 12)
    assert ratio == pytest.approx(0.10, rel=1e-6)  # 12 points for each nuisance parameter


@pytest.mark.parametrize("method", ["cls", "asymptotic", "toys"])
def test_the_unit_of_the_strength_does_not_matter(method: str) -> None:
    """A signal of 1e11 at strength one, as of a yield per particle on target."""
    options = {"toys": 200} if method == "toys" else {}
    bins = (one_bin("a", 7, 6.0, 1.8, 0.1, 1.0), one_bin("b", 20, 18.0, 2.0, 0.1, 2.0))
    one = Likelihood(bins)
    scaled = one.with_signal({b.name: 1e11 * b.signal for b in bins})
    expected, found = (strength_limits(each, method, **options) for each in (one, scaled))
    assert 1e11 * found.value == pytest.approx(expected.value, rel=1e-6)
    assert 1e11 * np.array(found.expected) == pytest.approx(expected.expected, rel=1e-6)


def test_correlated_backgrounds_agree_with_toys() -> None:
    """One nuisance parameter moves signal and both backgrounds; 400 000 toys a hypothesis."""
    scale = (Shift("scale", 1.3, 0.85),)  # lopsided
    bins = tuple(
        Bin(name, n, (Component("signal", s, scale),), (Component("b", b, scale),))
        for name, n, s, b in (("a", 2, 1.0, 1.0), ("b", 3, 0.5, 2.0))
    )
    model = Likelihood(bins)
    found = weighted_counts(model, 0)
    assert found.likelihood.observed is not None
    value = found.statistic(found.likelihood.observed)
    limit = strength_limits(model).value
    rng, toys = np.random.default_rng(11), 400_000
    for strength in (limit, 0.0):
        theta = rng.standard_normal(toys)
        factor = np.where(theta > 0, 1.3**theta, 0.85 ** (-theta))
        counts = [
            rng.poisson(factor * (strength * b.signal + b.background))
            for b in found.likelihood.bins
        ]
        thrown = np.mean(np.dot(found.weights, counts) <= value)
        exact = found.cumulative(strength, value)
        # 2 comparisons, 4 binomial standard deviations
        assert abs(thrown - exact) <= 4 * math.sqrt(exact * (1 - exact) / toys)


def test_a_control_region_constrains_the_background() -> None:
    """Few events where many are expected lower the background, and so weaken the limit."""
    signal = one_bin("signal region", 3, 3.0, 1.5, b_shift="common")
    control = Bin("control", 10, (), (Component("b", 20.0, (Shift.relative("common", 0.5),)),))
    low = strength_limits(Likelihood((signal, control)), "toys", toys=2000).value
    high = strength_limits(
        Likelihood((signal, replace(control, observed=40))), "toys", toys=2000
    ).value
    assert low > 1.2 * high
    exact = [
        strength_limits(Likelihood((signal, replace(control, observed=n)))).value for n in (10, 40)
    ]
    assert exact[0] > 1.2 * exact[1]


def test_many_shared_nuisance_parameters_by_sobol_points() -> None:
    """Five that act alike are one; if each also moves a background they are not."""
    alike = tuple(Shift.relative(f"{j}", 0.1) for j in range(5))
    width = math.exp(math.sqrt(5) * math.log(1.1))
    bins = [
        Likelihood(
            tuple(
                Bin(n, 1, (Component("s", 1.0, shifts),), (Component("b", b),))
                for n, b in (("a", 0.5), ("b", 1.0))
            )
        )
        for shifts in (alike, (Shift("one", width, 1 / width),))
    ]
    many, one = (strength_limits(model).value for model in bins)
    assert many == pytest.approx(one, rel=1e-9)
    mixed = Likelihood(
        tuple(
            Bin(n, 1, (Component("s", 1.0, alike),), (Component("b", b, alike[i : i + 3]),))
            for i, (n, b) in enumerate((("a", 0.5), ("b", 1.0), ("c", 2.0)))
        )
    )
    found = strength_limits(mixed)
    assert strength_limits(mixed, seed=2).value == pytest.approx(found.value, abs=5 * found.error)
    assert found.error < 2e-3 * found.value


def test_a_product_of_likelihoods_shares_nuisance_parameters_by_name() -> None:
    first = Likelihood((one_bin("a", 1, 0.5, 0.0, 0.5),))
    second = Likelihood((one_bin("b", 1, 0.5, 0.0, 0.5),))
    other = Likelihood((replace(second.bins[0], signals=(
        Component("signal", 1.0, (Shift.relative("other", 0.5),)),)),))  # fmt: skip
    assert combine_likelihoods(first, second).nuisances == ("signal",)
    together = strength_limits(combine_likelihoods(first, second)).value
    apart = strength_limits(combine_likelihoods(first, other)).value
    assert together > apart  # independent uncertainties average out
    assert together < strength_limits(first).value
    with pytest.raises(RangeError, match=r"^bins: the name 'a' occurs 2 times"):
        combine_likelihoods(first, first)
    with pytest.raises(RangeError, match=r"^confidence_level: "):
        combine_likelihoods(first, replace(second, confidence_level=0.95))


def test_asymptotics_at_small_counts_warn_and_say_so() -> None:
    model = Likelihood((one_bin("S1", 0, 0.19, 0.07), one_bin("S2", 0, 0.53, 0.17)))
    with pytest.warns(AsymptoticWarning, match=r"0.19 expected events in bin 'S1' and 1 more"):
        found = strength_limits(model, "asymptotic")
    assert "less than 5" in found.remarks[0]
    exact = strength_limits(model)
    assert exact.remarks == ()
    assert found.value < 0.8 * exact.value  # that is what the warning is about
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        large = strength_limits(Likelihood((one_bin("a", 1000, 1000.0, 30.0),)), "asymptotic")
    assert large.remarks == ()
    # continuity correction 1/(2 sqrt n) and profiling against marginalising: few per cent
    assert large.value == pytest.approx(Count(1000, 1000.0, 30.0).limits().value, rel=0.03)


def test_toys_carry_their_error_and_depend_on_the_seed_alone() -> None:
    first, again = (strength_limits(S1_S2, "toys", toys=1000, seed=3) for _ in range(2))
    other = strength_limits(S1_S2, "toys", toys=1000, seed=4)
    assert first == again
    assert other.value != first.value
    # each limit has the error stated; 4 standard deviations of the difference
    assert abs(other.value - first.value) < 4 * math.hypot(first.error, other.error)
    for toys in (10, 10**10, 1e2 + 0.5):
        with pytest.raises(RangeError, match=r"^toys: .* is not a whole number from 100 to"):
            strength_limits(S1_S2, "toys", toys=toys)
    with pytest.raises(RangeError, match=r"^seed: -1 is not a whole number from 0 to"):
        strength_limits(S1_S2, "toys", seed=-1)


THREE = Likelihood((one_bin("a", 3, 2.0, 0.6),))


def test_toys_that_do_not_resolve_the_level_are_refused() -> None:
    """9 of them beyond the observation: an error of a third, where `cls` is 14.18."""
    steep = replace(THREE, confidence_level=0.9999)
    with pytest.raises(RangeError, match=r"^toys: 2000 do not resolve CLs = 0.0001: at least 8999"):
        strength_limits(steep, "toys", toys=2000)
    # seen is less than what 2000 have without signal
    rare = Likelihood((one_bin("a", 60, 100.0, 1.0),))
    with pytest.raises(RangeError, match=r"^toys: 2000 do not resolve CLs = 0.1: at least 197983"):
        strength_limits(rare, "toys", toys=2000)
    found = strength_limits(replace(THREE, confidence_level=0.99), "toys", toys=2000)
    assert found.remarks[0].startswith("expected limit at -2 standard deviations: too uncertain")


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_limits_of_toys_scatter_by_their_error(level: float) -> None:
    model = replace(THREE, confidence_level=level)
    found = [strength_limits(model, "toys", toys=600, seed=seed) for seed in range(12)]
    values = np.array([f.value for f in found])
    pulls = (values - values.mean()) / [f.error for f in found]
    # of 12 pulls: 1 +- 0.21, three deviations
    assert 0.37 < np.std(pulls, ddof=1) < 1.63


def test_a_step_of_cls_has_an_error() -> None:
    """Below the fitted strength, 3 - 2, q~ is zero and CLs one: at 10 % the limit is there."""
    found = strength_limits(replace(THREE, confidence_level=0.1), "toys", toys=2000)
    assert found.error > 1e-3
    assert abs(found.value - 1) < 2 * found.error


@pytest.mark.parametrize("uncertainty", [0.5, 0.9])
def test_fits_converge_with_lopsided_nuisances(uncertainty: float) -> None:
    """Fisher's scoring alone takes more than 200 steps for some, and kinks stop it for ever."""
    bins = tuple(
        Bin(
            name,
            0,
            (Component("s", s, (Shift.relative("sig", 0.48),)),),
            (Component("b", b, (Shift(f"b {name}", 1 + uncertainty, 0.4),)),),
        )
        for name, s, b in (("x0", 0.66, 0.032), ("x1", 0.46, 0.84))
    )
    cells = Likelihood(bins).cells
    rng = np.random.default_rng(4)
    counts = rng.poisson([0.5, 1.5], (3000, 2)).astype(float)
    auxiliary = rng.standard_normal((3000, 3))
    found = fit(cells, counts, auxiliary)
    # no neighbour is better: 1e-4 of a standard deviation away, to rounding
    for j, step in product(range(3), (-1e-4, 1e-4)):
        theta = found.theta.copy()
        theta[:, j] += step
        assert np.all(cost_of(cells, counts, auxiliary, found.strength, theta) > found.cost - 1e-10)
    worse = cost_of(cells, counts, auxiliary, found.strength + 1e-4, found.theta)
    assert np.all(worse > found.cost - 1e-10)


def test_cards_give_likelihoods() -> None:
    card = load_experiment("na64e-2018")
    found = strength_limits(experiment_likelihood(card))
    (search,) = card.searches
    single = Count(0, 0.528, search.background_uncertainty, search.relative_signal_uncertainty)
    exposure = 2.84e11 * 0.5
    assert found.value * exposure == pytest.approx(single.limits().value, rel=1e-9)
    projection = strength_limits(experiment_likelihood(load_experiment("na64e-1e12")))
    assert projection.is_projection
    assert projection.value == projection.expected[2]


def test_nuisances_of_experiments_are_independent_unless_shared() -> None:
    names = ("na64e-2018", "na64e-positron-100GeV", "na64mu")
    cards = [load_experiment(name) for name in names]
    one, other, muons = (experiment_likelihood(card) for card in cards)
    assert set(one.nuisances) & set(other.nuisances) == {"form factor"}
    assert not set(one.nuisances) & set(muons.nuisances)
    assert one.nuisances[0] == "NA64e 2016-2018: efficiency 2016-2018"
    yields = "dimuon normalisation"
    shared = [experiment_likelihood(card, shared=[yields]) for card in cards[:2]]
    assert set(shared[0].nuisances) & set(shared[1].nuisances) == {"form factor", yields}
    titles = [card.title for card in cards[:2]]
    assert yields in combine_likelihoods(*shared, names=titles).nuisances
    # what was exported is named already
    events = {b.name: b.signal for b in one.bins}
    assert experiment_likelihood(cards[0], one.with_signal(events)) == one
    with pytest.raises(RangeError, match=r"^NA64mu 2022: 'form factor' is none of its nuisance"):
        experiment_likelihood(cards[2], shared=["form factor"])


def test_a_workspace_takes_the_place_of_the_backgrounds_of_a_card() -> None:
    card = load_experiment("na64e-2018")
    (data,) = card.searches[0].data_sets
    halves = Likelihood(
        (
            one_bin(f"{data.name}[0]", 0, 0.2, 0.1, s=1.0),
            one_bin(f"{data.name}[1]", 1, 0.3, 0.1, s=3.0),
        )
    )
    found = experiment_likelihood(card, halves)
    exposure = data.particles_on_target * data.largest_efficiency
    assert [b.signal for b in found.bins] == pytest.approx([exposure / 4, 3 * exposure / 4])
    assert found.observed == (0, 1)
    with pytest.raises(RangeError, match=r"^data_sets: no channel"):
        experiment_likelihood(card, Likelihood((one_bin("2022", 0, 0.2, 0.1),)))
    extra = Likelihood((*halves.bins, one_bin("2022", 0, 0.2, 0.1)))
    with pytest.raises(RangeError, match=r"^likelihood: channel '2022' has signal"):
        experiment_likelihood(card, extra)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Shift("x", 0.0, 1.0), r"^x.up: 0.0 is not"),
        (lambda: Shift("x", 1e300, 1.0), r"^x.up: 1e\+300 is not from 0.01 to 100"),
        (lambda: Shift.relative("x", -1), r"^x.uncertainty: -1.0 is not between 0 and 99"),
        (lambda: Likelihood.of_count(0, WORD), r"^background: 'a' is not a number"),
        (
            lambda: Likelihood.of_count(0, 10**400),
            r"^background: an integer of 401 digits is beyond the largest float",
        ),
        (
            lambda: Likelihood.of_count(0, 1.0, 0.1, 0.1, WORD),
            r"^confidence_level: 'a' is not a number",
        ),
        (lambda: Component("x", WORD), r"^x.events: 'a' is not a number"),
        (lambda: Component("x", -1.0), r"^x.events: -1.0 is not"),
        (lambda: Bin("x", -1, (), ()), r"^x.observed: -1 is not"),
        (lambda: Likelihood(()), r"^signals: no bin expects signal"),
        (lambda: Likelihood((one_bin("x", 0, 1.0, 0.0),), 1.5), r"^confidence_level: 1.5"),
        (
            lambda: Likelihood((one_bin("x", 0, 1.0, 0.0), one_bin("y", None, 1.0, 0.0))),
            r"^observed: given for some bins but not for all: for 'x', not for 'y'",
        ),
        (
            lambda: combine_likelihoods(
                *(Likelihood((one_bin("x", n, 1.0, 0.0),)) for n in (0, None)), names=("A", "B")
            ),
            r"^observed: given for some bins but not for all: for 'A: x', not for 'B: x'",
        ),
        (lambda: S1_S2.with_signal({"S1": 1.0}), r"^events: 'S2' is missing"),
        (lambda: strength_limits(S1_S2, UNKNOWN), r"^method: 'bayes' is not one of cls, toys"),
        (
            lambda: strength_limits(
                Likelihood((one_bin("x", 90_000, 9e4, 0.0), one_bin("y", 90_000, 8e4, 0.0)))
            ),
            r"^method: 'cls' sums over outcomes, too many",
        ),
    ],
)
def test_what_cannot_be_is_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(RangeError, match=message):
        make()


def test_the_90_percent_limit_of_two_bins_covers_at_every_true_signal() -> None:
    """As a curve over the true strength; nuisance parameters thrown from what is stated."""
    model = weighted_counts(S1_S2, 0)
    toys = 20_000
    rng = np.random.default_rng(5)
    shares = []
    for strength in (0.01, 0.3, 0.58, 0.65, 0.9, 1.2, 1.6, 2.5, 4.0):
        efficiency = 1.2 ** rng.standard_normal(toys)
        total = np.zeros(toys, dtype=np.int64)
        for one, weight in zip(S1_S2.bins, model.weights, strict=True):
            up = one.backgrounds[0].shifts[0].up
            b = one.background * up ** rng.standard_normal(toys)
            total += weight * rng.poisson(b + strength * one.signal * efficiency)
        values, number = np.unique(total, return_counts=True)
        # CLs falls with the strength: the limit is above it if it is not excluded
        covered = [model.cls(strength, int(value)) >= 0.10 for value in values]
        shares.append(number[covered].sum() / toys)
    # 9 points: 3 binomial standard deviations of 0.90
    assert min(shares) >= 0.90 - 3 * math.sqrt(0.09 / toys)
    assert shares[:2] == [1, 1]  # no sensitivity: over-coverage, CLs never excludes it
    assert shares[-1] < 0.94


@pytest.mark.parametrize("three", [3.0, np.int8(3), np.float32(3), Fraction(3), np.array(3)])
def test_counts_and_numbers_of_any_type(three: Any) -> None:
    """What is made of them is the same, whatever type of number they have."""
    one = Likelihood.of_count(three, three, three, three)
    assert one == Likelihood.of_count(3, 3.0, 3.0, 3.0)
    assert type(one.bins[0].observed) is int
    assert Shift("x", three, three) == Shift("x", 3.0, 3.0)
    assert Component("x", three) == Component("x", 3.0)
    assert strength_limits(one, "cls", seed=three) == strength_limits(one, "cls", seed=3)
    with pytest.raises(RangeError, match=r"^observed: .* is not a whole number from 0 to 100000"):
        Likelihood.of_count(-three)
