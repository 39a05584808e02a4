"""Allowed events of several searches against their likelihood, set up anew."""

import math

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.search import Search, load_experiment
from scotopic.search.allowance import OUTCOMES, Allowance
from scotopic.statistics import Bin, Component, Likelihood, Shift, strength_limits

S1_S2 = Search.of(load_experiment("na64e-2018-semi-visible"))


def likelihood(share: float) -> Likelihood:
    """Return the two bins of Cazzaniga et al. (2021), the strength being events in both."""
    scale = (Shift.relative("signal", math.hypot(0.07 / 0.5, 0.1, 0.1)),)
    s1, s2 = (
        (Component("background", events, (Shift.relative(name, error / events),)),)
        for name, events, error in (("b1", 0.19, 0.07), ("b2", 0.53, 0.17))
    )
    return Likelihood(
        (
            Bin("S1", 0, (Component("signal", share, scale),), s1),
            Bin("S2", 0, (Component("signal", 1 - share, scale),), s2),
        ),
        0.90,
    )


@pytest.mark.parametrize("share", [0.1, 0.37, 0.8])
def test_exact_limits_are_those_of_the_two_bins(share: float) -> None:
    limits, error = S1_S2.allowance.at(np.array([[share], [1 - share]]))
    expected = strength_limits(likelihood(share))
    np.testing.assert_allclose(limits[:, 0], [expected.value, *expected.expected], rtol=1e-9)
    assert error[0] == pytest.approx(expected.error / expected.value)


def test_between_states_its_error() -> None:
    """Of the observed limit, against exact ones between its nodes."""
    shares = np.array([0.03, 0.28, 0.55, 0.93])
    events = np.stack([shares, 1 - shares]) * 7.0
    quick, stated = S1_S2.allowance.between(events)
    exact, _ = S1_S2.allowance.at(np.stack([shares, 1 - shares]))
    assert quick.shape == (len(OUTCOMES), 4)
    np.testing.assert_allclose(quick[0], exact[0], rtol=stated)
    assert stated < 0.01
    # no events at all: shares are taken as equal
    nothing, _ = S1_S2.allowance.between(np.zeros((2, 1)))
    np.testing.assert_allclose(nothing[0], S1_S2.allowance.at(np.full((2, 1), 0.5))[0][0])


def test_one_part_allows_one_number() -> None:
    alone = Search.of(load_experiment("na64e-2018")).allowance
    assert alone.is_constant
    limits, error = alone.at(np.ones((1, 1)))
    found, stated = alone.between(np.array([[[1.0, 2.0], [0.0, 1e9]]]))
    np.testing.assert_array_equal(found, np.broadcast_to(limits[:, :, None], (6, 2, 2)))
    assert stated == error[0]


def test_a_part_without_signal_allows_what_the_other_does() -> None:
    """A bin without signal says nothing of it: its background is not that of the other."""
    limits, _ = S1_S2.allowance.at(np.array([[1.0, 0.0], [0.0, 1.0]]))
    for column, name in enumerate(("S1", "S2")):
        alone = Search.of(load_experiment("na64e-2018-semi-visible"), searches=(name,)).allowance
        assert limits[0, column] == pytest.approx(alone.at(np.ones((1, 1)))[0][0, 0], rel=1e-4)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_every_number_of_parts_is_interpolated_between_its_own_nodes(count: int) -> None:
    """Without background the sum counts, whatever the shares: ln(10) for no events."""
    one = Likelihood((Bin("bin", 0, (Component("signal", 1.0),), ()),), 0.90)
    bins = [Likelihood((Bin(f"bin {i}", 0, one.bins[0].signals, ()),), 0.90) for i in range(count)]
    found = Allowance(tuple(bins), "cls")
    events = np.random.default_rng(1).random((count, 20))
    np.testing.assert_allclose(found.between(events)[0][0], math.log(10), rtol=1e-6)


FIVE = Allowance(
    tuple(Likelihood((Bin(f"bin {i}", 0, (Component("signal", 1.0),), ()),)) for i in range(5)),
    "cls",
)


def test_too_many_parts_are_refused_where_their_shares_change() -> None:
    with pytest.raises(RangeError, match="searches: 5 are too many"):
        FIVE.between(np.random.default_rng(1).random((5, 100)))


def test_many_parts_with_few_shares_are_exact() -> None:
    """Two shares at four couplings each, in the order in which they were asked for."""
    shares = np.array([[0.2, 0.2, 0.2, 0.2, 0.2], [0.5, 0.2, 0.1, 0.1, 0.1]]).T
    events = shares[:, [1, 0, 0, 1]] * np.array([1.0, 7.0, 100.0, 3.0])
    found, error = FIVE.between(events)
    exact, errors = FIVE.at(shares)
    np.testing.assert_allclose(found, exact[:, [1, 0, 0, 1]], rtol=1e-9)
    assert error == errors.max()
