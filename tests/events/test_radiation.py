"""Beam leptons that radiate in mixtures, against cross sections of the elements."""

import numpy as np
import pytest

from scotopic.events.radiation import even_numbers, radiated
from scotopic.materials import compound
from scotopic.models.charged_vector import LMuMinusLTau
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.production import total_cross_section

MODEL = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1e-3)
MIXTURE = compound("lead and water", {"Pb": 0.05, "H": 2.0, "O": 1.0}, 2.0)
MUONS = Dump("mu-", 160.0, MIXTURE, 1.0)


def expected(minimum_energy: float) -> float:
    """Return the sum over the elements of atoms times cross section, per radiation length."""
    return sum(
        atoms
        * total_cross_section("vector", "muon", element, 160.0, 0.1, minimum_energy=minimum_energy)
        for element, atoms in MIXTURE.atoms_per_cm2_per_X0.items()
    )


def test_weights_of_a_mixture() -> None:
    """Each element has its share, at every energy of the mediator."""
    energy = np.full(2**14, 160.0)
    found = radiated(MUONS, MODEL, energy, 60.0, Calculation(), even_numbers(6, 2**14, 1))
    assert found is not None
    assert found.weight.mean() == pytest.approx(expected(60.0), rel=5e-3, abs=0)
    above = found.weight[found.mediator_energy > 120.0].sum() / 2**14
    assert above == pytest.approx(expected(120.0), rel=1e-2, abs=0)


def test_nothing_that_is_too_light_is_in_the_way() -> None:
    """Hydrogen leaves 159.885 GeV to 3 GeV, oxygen 159.8937, lead 159.8943: those that can, do."""
    heavy = LMuMinusLTau(mediator_mass=3.0, gauge_coupling=1e-3)
    energy = np.full(2**10, 160.0)
    numbers = even_numbers(6, 2**10, 1)
    limits = [157.0, 159.89, 159.894]
    found = [radiated(MUONS, heavy, energy, one, Calculation(), numbers) for one in limits]
    assert [one is not None for one in found] == [True, True, True]
    assert radiated(MUONS, heavy, energy, 159.95, Calculation(), numbers) is None
