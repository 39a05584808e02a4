"""BaBar with debris of chi2, against another program and statements of Mongillo et al. (2023)."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from scotopic.bounds import load_bound
from scotopic.bounds.debris import debris, invisible_fractions, photon_cosine
from scotopic.bounds.mono_photon import MonoPhotonCard, invisible_fraction
from scotopic.cosmology.freeze_out import thermal_coupling
from scotopic.decays.kinematics import boosted, boosted_by
from scotopic.errors import RangeError
from scotopic.experiments.ranges import at_end
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.precision.bands import mixing_band

BABAR = load_bound("babar-2017")
assert isinstance(BABAR.card, MonoPhotonCard)
CARD: MonoPhotonCard = BABAR.card


def iDM(mass: float, mixing: float = 1e-3, splitting: float = 0.4) -> InelasticDarkMatter:
    return InelasticDarkMatter(
        mediator_mass=mass,
        kinetic_mixing=mixing,
        alpha_D=0.1,
        mass_ratio=3,
        splitting=splitting,
    )


@pytest.mark.parametrize(
    ("mixing", "mass", "fraction"),
    [
        (1e-3, 0.2, 0.919),
        (1e-3, 0.5, 0.597),
        (1e-3, 1.0, 0.157),
        (3e-3, 0.2, 0.485),
        (3e-3, 0.5, 0.040),
        (3e-3, 1.0, 0.019),
    ],
)
def test_invisible_fraction_is_that_of_another_program(
    mixing: float, mass: float, fraction: float
) -> None:
    """Within 3 %, and the rounding of what has two digits."""
    found = invisible_fraction(CARD, iDM(mass, mixing))
    assert found == pytest.approx(fraction, rel=0.03, abs=5e-4)


def test_threshold_makes_the_floor() -> None:
    """At large mixing, 0.5 GeV: 0.022 for 75 MeV, 0.010 for 50, 0.078 for 150."""
    for card, floor in (
        (CARD, 0.022),
        (at_end(CARD, "loosest"), 0.010),
        (at_end(CARD, "strictest"), 0.078),
    ):
        assert invisible_fraction(card, iDM(0.5, 0.5)) == pytest.approx(floor, rel=0.05)


def test_islands_are_those_of_another_program() -> None:
    low, high = BABAR.excluded(iDM(0.4)).intervals
    assert (*low, high[0]) == pytest.approx((1.2e-3, 2.8e-3, 6.4e-3), rel=0.05)
    assert math.isinf(high[1])
    edges = [BABAR.excluded(iDM(0.47), end).intervals for end in (None, "loosest", "strictest")]
    assert [len(one) for one in edges] == [1, 1, 1]
    assert [one[0][0] for one in edges[:2]] == pytest.approx([6.6e-3, 9.5e-3], rel=0.03)


def test_small_splittings_have_the_invisible_bound() -> None:
    (found,) = BABAR.excluded(iDM(1.0, splitting=0.1)).intervals
    assert found[0] == pytest.approx(9.66e-4, rel=0.01)
    assert invisible_fraction(CARD, iDM(0.1, splitting=0.01)) == 1.0


def test_relic_line_is_excluded_above_820_MeV() -> None:
    """Mongillo et al., section 5; with a threshold of 50 MeV it would not be."""
    relic = thermal_coupling(iDM(0.83)).kinetic_mixing
    assert BABAR.excluded(iDM(0.83)).excludes(relic)
    assert not BABAR.excluded(iDM(0.83), "loosest").excludes(relic)


def test_couplings_of_the_muon_s_moment_are_covered() -> None:
    """Mongillo et al., Fig. 4: the opening at the central coupling, 0.4 to 0.6 GeV."""
    for mass in (0.4, 0.5, 0.6):
        central = mixing_band("muon-2021", "vector", mass).central
        assert central is not None
        assert BABAR.excluded(iDM(mass)).excludes(float(central))
    central = mixing_band("muon-2021", "vector", 0.4).central
    assert central is not None
    assert not BABAR.excluded(iDM(0.4), "loosest").excludes(float(central))


def test_two_chi2_are_invisible_where_both_are() -> None:
    """Mixed Dirac fermions that decay to two chi2 alone: the lifetime decides twice."""
    model = InelasticDiracDarkMatter(
        mediator_mass=0.5, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4, theta=1e-3
    )
    model = replace(model, mass_ratio=3.0)
    events = debris(CARD.collider, model, 0.075)
    both = events.flights_cm[-1]
    assert both.shape[0] == 2
    c_tau = 50.0
    sampled = np.random.default_rng(1).exponential(c_tau, both.shape)
    lost = (events.visible[-1] & (sampled < both)).any(axis=0)
    share = float(events.weight[-1])
    assert share > 0.999
    assert events.invisible_fraction(c_tau) == pytest.approx(1 - lost.mean(), abs=0.01)


def test_one_table_serves_all_couplings() -> None:
    """Whatever the mixing and alpha_D: what is tabulated is that of the events themselves."""
    for model in (iDM(0.45), replace(iDM(0.45), alpha_D=0.5, kinetic_mixing=0.1)):
        events = debris(CARD.collider, model, 0.075)
        fraction = invisible_fractions(CARD.collider, model, 0.075)
        for c_tau in (1e-4, 0.3, 7.0, 90.0, 2e3, 1e8):
            assert float(fraction(c_tau)) == pytest.approx(
                events.invisible_fraction(c_tau), rel=3e-4
            )


def test_angles_of_the_photon_follow_the_cross_section() -> None:
    u = (np.arange(40000) + 0.5) / 40000
    for missing in (0.3, 1.0):
        b = missing

        def density(c: float, b: float = b) -> float:
            return (8 - 8 * b + 3 * b * b + b * b * (2 * c * c - 1)) / (1 - c * c)

        sample = photon_cosine(u, (-0.4, 0.6), missing)
        whole = quad(density, -0.4, 0.6)[0]
        for cut in (-0.2, 0.3):
            share = quad(density, -0.4, cut)[0] / whole
            assert (sample < cut).mean() == pytest.approx(share, abs=1e-4)


def test_boosts_conserve_masses_and_agree_along_z() -> None:
    rng = np.random.default_rng(2)
    rest = np.concatenate([np.full((1, 50), 2.0), rng.uniform(-1, 1, (3, 50))])
    p = rng.uniform(-5, 5, (3, 50))
    moving = np.concatenate([np.sqrt(0.7**2 + (p**2).sum(axis=0))[None], p])
    found = boosted_by(rest, moving)
    mass2 = rest[0] ** 2 - (rest[1:] ** 2).sum(axis=0)
    np.testing.assert_allclose(found[0] ** 2 - (found[1:] ** 2).sum(axis=0), mass2, rtol=1e-9)
    product = (found[0] * moving[0] - (found[1:] * moving[1:]).sum(axis=0)) / 0.7
    np.testing.assert_allclose(product, rest[0], rtol=1e-9)
    moving[1:3] = 0
    moving[3] = np.abs(moving[3])
    moving[0] = np.hypot(0.7, moving[3])
    np.testing.assert_allclose(
        boosted_by(rest, moving), boosted(rest, moving[0], 0.7), rtol=1e-9, atol=1e-12
    )


def test_closed_decays_have_a_reason() -> None:
    closed = replace(iDM(0.5), mass_ratio=2.0)
    assert "too light for dark decays" in BABAR.excluded(closed).reason
    with pytest.raises(RangeError, match="no dark decay is open"):
        invisible_fraction(CARD, closed)
