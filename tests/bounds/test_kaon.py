"""K+ -> pi+ A' against numbers of others."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from scotopic.bounds import load_bound
from scotopic.bounds.kaon import FORM_FACTOR, HEAVIEST, kaon_branching_ratio
from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton

PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
)


def test_branching_ratio_is_that_of_another_program() -> None:
    found = kaon_branching_ratio([0.05, 0.1, 0.2, 0.25])
    np.testing.assert_allclose(found, [1.45e-5, 5.55e-5, 1.68e-4, 1.83e-4], rtol=0.02)


def test_folded_to_electrons_it_is_what_was_measured() -> None:
    """NA48/2: BR(K+- -> pi+- e+ e-) = 3.11(12)e-7; without the loop of pions 2.81e-7."""

    def spectrum(mass: float) -> float:
        q2, r = mass**2, (0.000511 / mass) ** 2
        pair = (1 + 2 * r) * math.sqrt(max(1 - 4 * r, 0))
        return float(kaon_branching_ratio(mass)) / q2 * 2 * mass * pair / (3 * math.pi * 137.036)

    folded, _ = quad(spectrum, 2 * 0.000511, HEAVIEST, limit=200)
    assert folded == pytest.approx(2.81e-7, rel=0.01)
    assert folded == pytest.approx(3.11e-7, rel=0.12)
    assert FORM_FACTOR == (-0.578, -0.779)


def test_mixing_from_a_branching_ratio() -> None:
    """9.5e-4 at 100 MeV for 5e-11; the card of NA62 covers 1e-11 to 5e-11 at 200 MeV."""
    (found,) = load_bound("e949").excluded(PHOTON).intervals
    assert found[0] == pytest.approx(9.5e-4, rel=0.02)
    heavier = replace(PHOTON, mediator_mass=0.2)
    na62 = load_bound("na62-kaon")
    ends = [na62.excluded(heavier, end).intervals[0][0] for end in ("strictest", "loosest")]
    assert ends == pytest.approx([2.44e-4, 5.45e-4], rel=0.02)


def test_between_the_ranges_nothing_is_said() -> None:
    pion = replace(PHOTON, mediator_mass=0.135)
    assert "0.16 to 0.26 GeV" in load_bound("na62-kaon").excluded(pion).reason
    with pytest.raises(RangeError, match="mass"):
        kaon_branching_ratio(HEAVIEST * 1.001)
