"""Single counts: what they accept, and how data sets add up to one."""

import math
from typing import Any

import numpy as np
import pytest
from tests.statistics.counts import Count

from scotopic.errors import RangeError
from scotopic.statistics import Bin, Component, Likelihood, Shift, strength_limits
from scotopic.statistics.likelihood import summed
from scotopic.statistics.single_count import single_count
from scotopic.words import MAX_COUNTS

NA64 = Count(0, 0.53, 0.17, 0.20)


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
        Likelihood.of_count(**{"observed": 0, "background": 0.53, **wrong})


def test_an_uncertain_absent_background_is_refused() -> None:
    """kappa = 1 + db/b does not exist for b = 0."""
    with pytest.raises(RangeError, match=r"^background_uncertainty: 0.1 .* positive background"):
        Likelihood.of_count(0, background=0.0, background_uncertainty=0.1)


def test_a_count_from_numpy_is_a_count() -> None:
    drawn = np.random.default_rng(1).poisson(3.0)
    assert Likelihood.of_count(drawn).observed == (drawn,)


def test_log_widths_are_logarithms_of_kappa() -> None:
    one = single_count(NA64.likelihood)
    assert one is not None
    ((median, width),) = one.backgrounds
    assert median == 0.53
    assert median * math.exp(width) == pytest.approx(0.53 + 0.17, rel=1e-15)
    assert math.exp(one.signal_log_width) == pytest.approx(1.20, rel=1e-15)
    nothing = single_count(Likelihood.of_count(0))
    assert nothing is not None
    assert nothing.backgrounds == ()


def year(name: str, n: int | None, b: float, s: float, own: float = 0.0) -> Bin:
    """A data set whose background has an uncertainty of its own; that of the signal is common."""
    shifts = (Shift.relative(f"background {name}", own),) if own else ()
    signal = Component("signal", s, (Shift.relative("signal", 0.2),))
    return Bin(name, n, (signal,), (Component("background", b, shifts),))


def test_sums_of_data_sets() -> None:
    """What moves alike is added up; what moves on its own stays apart."""
    both = summed([year("2021", 2, 0.53, 1.0, 0.3), year("2022", 1, 0.53, 2.5, 0.3)])
    assert both.observed == 3
    assert both.background == pytest.approx(1.06, rel=1e-15)
    assert both.signal == 3.5
    assert len(both.signals) == 1
    assert len(both.backgrounds) == 2
    known = summed([year("2021", None, 0.5, 1.0), year("2022", None, 1.0, 2.0)])
    assert known.observed is None
    assert [part.events for part in known.backgrounds] == [1.5]


def test_nuisances_of_a_component_add_up_in_quadrature() -> None:
    """Two of 0.3 and 0.4 in the logarithm are one of 0.5: sums of normal variables are normal."""
    two = tuple(Shift(name, math.exp(x), math.exp(-x)) for name, x in (("a", 0.3), ("b", 0.4)))
    one = (Shift("c", math.exp(0.5), math.exp(-0.5)),)
    limits = [
        strength_limits(
            Likelihood((Bin("x", 2, (Component("s", 1.0, shifts),), (Component("b", 0.5),)),))
        ).value
        for shifts in (two, one)
    ]
    assert limits[0] == pytest.approx(limits[1], rel=1e-12)


@pytest.mark.parametrize(
    ("bins", "why"),
    [
        ((year("a", 0, 1.0, 1.0), year("b", 0, 1.0, 1.0)), "two bins with signal"),
        ((Bin("a", 0, (Component("s", 1.0, (Shift("x", 1.2, 0.9),)),), ()),), "lopsided"),
        (
            (
                Bin(
                    "a",
                    0,
                    (Component("s", 1.0, (Shift.relative("x", 0.2),)),),
                    (Component("b", 1.0, (Shift.relative("x", 0.1),)),),
                ),
            ),
            "signal and background move together",
        ),
        (
            (
                year("a", 0, 1.0, 1.0, 0.3),
                Bin("b", 0, (), (Component("b", 9.0, (Shift.relative("background a", 0.3),)),)),
            ),
            "a control region",
        ),
    ],
)
def test_what_is_no_single_count(bins: tuple[Bin, ...], why: str) -> None:
    assert single_count(Likelihood(bins)) is None, why


def test_splitting_a_data_set_changes_nothing() -> None:
    """With known backgrounds two halves are the whole: Poisson counts add up to a Poisson count."""
    whole = Likelihood((year("all", 3, 1.4, 1.0),))
    halves = Likelihood((year("one", 1, 0.42, 0.3), year("two", 2, 0.98, 0.7)))
    limits = strength_limits(whole), strength_limits(halves)
    # rounding of a root search at 1e-12
    assert limits[1].value == pytest.approx(limits[0].value, rel=1e-10)


def test_a_strength_scales_inversely_with_the_weights() -> None:
    one, ten = (
        strength_limits(Likelihood((year("a", 0, 0.53, k, 0.3), year("b", 1, 0.53, 2 * k, 0.3))))
        for k in (1.0, 10.0)
    )
    assert ten.value == pytest.approx(one.value / 10, rel=1e-9)


def test_independent_backgrounds_are_known_better_together() -> None:
    """Three data sets with 30 % each know their sum to 17 %: a stronger limit than 30 % of it."""
    years = tuple(year(f"{y}", 20, 20.0, 1.0, 0.3) for y in range(3))
    independent = strength_limits(Likelihood(years)).value * 3
    common = Count(60, 60.0, 18.0, 0.2).limits().value
    in_quadrature = Count(60, 60.0, 6.0 * math.sqrt(3), 0.2).limits().value
    assert independent < common
    # a sum of log-normals is not log-normal; medians add up to 3 % below the sum's median
    assert independent == pytest.approx(in_quadrature, rel=0.08)


def test_large_sums_are_refused() -> None:
    bins = tuple(Bin(n, MAX_COUNTS, (Component("s", 1.0),), ()) for n in ("a", "b"))
    with pytest.raises(RangeError, match=r"^method: 'cls' sums over outcomes, too many"):
        strength_limits(Likelihood(bins))
