"""Reach of both beams for a scalar that couples as the masses of leptons, against the notes'."""

import pytest
from tests.cards.simple import by_window_alone

from scotopic.models.scalar_portal import ScalarPortalInelastic
from scotopic.search import Search, exclusion_curve


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        # an independent calculation, two digits; flat efficiencies, chi2 stable
        ("na64e-2022", {0.01: 3.3e-5}),
        ("na64mu", {0.01: 3.9e-6, 0.1: 5.9e-6, 1.0: 6.9e-5}),
    ],
)
def test_reach_of_what_is_invisible(card: str, expected: dict[float, float]) -> None:
    stable = ScalarPortalInelastic(
        mediator_mass=0.1,
        electron_coupling=1e-4,
        alpha_D=1e-3,  # narrow: the independent calculation has no virtual masses
        mass_ratio=3.0,
        splitting=0.0,
    )
    curve = exclusion_curve(Search.of(by_window_alone(card)), stable, list(expected))
    assert curve.limits() == pytest.approx(list(expected.values()), abs=0, rel=0.03)
