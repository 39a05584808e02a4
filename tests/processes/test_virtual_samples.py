"""Sampled virtual mediators, against integrals over their mass."""

import numpy as np
import pytest
from scipy.integrate import quad

from scotopic.events.simulation import simulate
from scotopic.materials import material
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.processes.bremsstrahlung import Bremsstrahlung, bremsstrahlung_above
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.virtual_samples import sampled

LEAD = Dump("e-", 100.0, material("lead"), 40.0)
HOW = Calculation(processes=("bremsstrahlung",))
NUMBERS = (
    np.arange(4)[:, None] * 0.3819660113
    + np.arange(4096) * np.array([[0.7548776662], [0.5698402910], [0.4114450884], [0.2360679775]])
) % 1


def model(ratio: float, alpha_D: float = 0.1) -> InelasticDarkMatter:
    return InelasticDarkMatter(
        mediator_mass=0.1 * ratio,
        kinetic_mixing=1e-3,
        alpha_D=alpha_D,
        mass_ratio=ratio,
        splitting=0.4,
    )


@pytest.mark.parametrize("ratio", [1.2, 2.39, 2.5, 3.0])
def test_masses_and_their_number(ratio: float) -> None:
    """Quadrature over k with yields computed at each, and the mean of k^-1 over the sample."""
    one = model(ratio)
    found = sampled("bremsstrahlung", Bremsstrahlung(), LEAD, one, 50.0, HOW, NUMBERS)
    assert found is not None

    def integrand(logarithm: float, power: float) -> float:
        k = float(np.exp(logarithm))
        made = bremsstrahlung_above(LEAD, [one.at_virtual_mass(k)], np.array([50.0]), HOW)
        return float(2 * k**2 * one.spectral_density(k) * made[0, 0] * k**power)

    ends = np.log(one.dark_threshold), np.log(2.0)
    pole = np.log(one.mediator_mass)
    points = [pole] if ends[0] < pole else None
    total, inverse = (
        quad(integrand, *ends, args=(power,), points=points, epsrel=1e-4, limit=200)[0]
        for power in (0.0, -1.0)
    )
    assert found.total == pytest.approx(total, rel=1e-3)
    assert np.mean(1 / found.virtual_mass) == pytest.approx(inverse / total, rel=2e-3)
    assert found.virtual_mass.min() >= one.dark_threshold
    assert np.all(found.mediator_energy >= found.virtual_mass)


def test_narrow_ones_have_their_own_mass() -> None:
    found = sampled("bremsstrahlung", Bremsstrahlung(), LEAD, model(3.0, 1e-3), 50.0, HOW, NUMBERS)
    assert found is not None
    assert found.virtual_mass.tolist() == pytest.approx([0.3])


def test_both_fold_to_the_same_where_the_width_is_narrow() -> None:
    every = [
        simulate(LEAD, model(3.0, alpha_D), 1, 512, minimum_energy=50.0, calculation=HOW)
        for alpha_D in (2e-3, 4e-3)
    ]
    weights = [one.weight.sum() for one in every]
    assert weights[1] == pytest.approx(weights[0], rel=2e-3)


def test_pairs_above_the_pole_are_virtual() -> None:
    """A' of 2.05 m_chi1 decays into two chi1 alone, rarely; two chi2 need 2.1 m_chi1."""
    one = InelasticDiracDarkMatter(
        mediator_mass=0.205,
        kinetic_mixing=1e-3,
        alpha_D=0.1,
        mass_ratio=2.05,
        splitting=0.05,
        theta=0.04,
    )
    events = simulate(LEAD, one, 1, 4096, minimum_energy=50.0, calculation=HOW)
    share = np.mean(events.chi2_count == 2)
    # as much as of A' of 1.95 times half of that threshold: 0.08 of what real ones are
    assert 0.04 < share < 0.1
