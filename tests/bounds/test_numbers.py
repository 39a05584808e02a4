"""Bounds that are single numbers, and those of magnetic moments."""

import math
from dataclasses import replace

import pytest

from scotopic.bounds import Excluded, load_bound
from scotopic.errors import RangeError
from scotopic.models.charged_vector import BMinusL
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import ScalarMediator
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.models.millicharged import Millicharged
from scotopic.units import ELEMENTARY_CHARGE

PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
)
IDM = InelasticDarkMatter(
    mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
)
B_L = BMinusL(mediator_mass=0.1, gauge_coupling=1e-3)


@pytest.mark.parametrize("model", [PHOTON, replace(PHOTON, alpha_D=0), IDM])
def test_mixing_is_bounded_whatever_it_decays_into(model: DarkPhoton) -> None:
    """LEP: Hook, Izaguirre and Wacker, 0.03; HERA: 0.02 to 0.04."""
    assert load_bound("lep").excluded(model).intervals == ((0.03, math.inf),)
    hera = load_bound("hera")
    ends = [hera.excluded(model, end).intervals[0][0] for end in ("loosest", "strictest")]
    assert ends == [0.02, 0.04]


def test_other_couplings_are_not_recast() -> None:
    found = load_bound("lep").excluded(B_L)
    assert found.reason == "not recast for BMinusL: it is a bound on kinetic mixing"
    dark = Millicharged(dark_matter_mass=0.1, kinetic_mixing=1e-3, dark_matter="dirac")
    assert "no mediator with a mass" in load_bound("lep").excluded(dark).reason
    heavy = load_bound("hera").excluded(replace(PHOTON, mediator_mass=2.0))
    assert heavy.reason == "the bound is for masses from 1e-06 to 1 GeV"


def test_moment_of_the_electron_is_schwinger_s() -> None:
    """A light vector gives eps^2 alpha/(2 pi), at most (4.8 + 2 x 3.0) 1e-13."""
    light = replace(PHOTON, mediator_mass=1e-6)
    edge = load_bound("g-2-electron").excluded(light).intervals[0][0]
    assert edge == pytest.approx(math.sqrt(10.8e-13 * 2 * math.pi * 137.036), rel=1e-2)
    of_gauge = load_bound("g-2-electron").excluded(replace(B_L, mediator_mass=1e-6))
    assert of_gauge.intervals[0][0] == pytest.approx(edge * ELEMENTARY_CHARGE, rel=1e-9)


def test_moment_of_the_muon_excludes_above_its_band() -> None:
    """Heavy vector: eps^2 alpha m_mu^2/(3 pi m^2), at most (38 + 2 x 63) 1e-11."""
    heavy = replace(PHOTON, mediator_mass=9.0)
    edge = load_bound("g-2-muon").excluded(heavy).intervals[0][0]
    expected = math.sqrt(164e-11 * 3 * math.pi * 137.036) * 9.0 / 0.1056584
    assert edge == pytest.approx(expected, rel=1e-2)
    scalar = ScalarMediator(mediator_mass=0.1, electron_coupling=1e-3, alpha_D=0.1, mass_ratio=3)
    assert load_bound("g-2-muon").excluded(scalar).reason == "it does not couple to the muon"


def test_an_answer_has_intervals_or_a_reason() -> None:
    for intervals, reason in (
        ((), ""),
        (((1, 2),), "why"),
        (((2, 1),), ""),
        (((1, 3), (2, 4)), ""),
    ):
        with pytest.raises(RangeError, match="intervals"):
            Excluded(intervals, reason)
    two = Excluded(((1e-3, 2e-3), (5e-3, math.inf)))
    assert [two.excludes(x) for x in (5e-4, 1.5e-3, 3e-3, 0.5)] == [False, True, False, True]
    assert two.below(4e-3).intervals == ((1e-3, 2e-3),)
    assert "above 0.0001" in two.below(1e-4).reason
