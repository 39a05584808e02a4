"""Electrons behind thin targets, against tables of the founders' notes."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.events.recoil_electrons import NUMBERS, RecoilElectrons, recoil_electrons
from scotopic.materials import material
from scotopic.models.dark_photon import DarkPhoton
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.production.phase_space import total_cross_section

MODEL = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)
N = 2**15
UNIFORM = np.random.default_rng(1).random((NUMBERS, N))
CUTS = {4.0: 1.2, 8.0: 3.16}

# beam, mass: share of sigma with E' below the cut, and above 50 MeV too; of the latter the median
# pT in MeV without and with multiple scattering, and the shares above 20 and 80 MeV (4 GeV alone)
NOTES = {
    (4.0, 0.001): (0.53, 0.50, 0.7, 3.2, 0.002, 0.0),
    (4.0, 0.01): (0.81, 0.57, 2.8, 4.7, 0.03, 0.0),
    (4.0, 0.1): (0.88, 0.55, 20.6, 20.8, 0.52, 0.05),
    (4.0, 0.5): (0.94, 0.68, 60, 61, 0.92, 0.35),
    (4.0, 1.0): (0.94, 0.84, 125, 124, 0.99, 0.72),
    (8.0, 0.001): (0.64, 0.62, 0.8, 3.3),
    (8.0, 0.01): (0.87, 0.70, 2.8, 4.7),
    (8.0, 0.1): (0.92, 0.63, 19.6, 20.2),
    (8.0, 0.5): (0.97, 0.72, 57, 57),
    (8.0, 1.0): (0.98, 0.83, 98, 97),
}


def electrons(energy: float, mass: float, thickness: float, least: float = 0.0) -> RecoilElectrons:
    dump = Dump("e-", energy, material("tungsten"), thickness)
    model = replace(MODEL, mediator_mass=mass)
    found = recoil_electrons(dump, model, least, Calculation(), UNIFORM)
    assert found is not None
    return found


def median(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    order = np.argsort(values)
    running = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(running, running[-1] / 2)])


def measured(energy: float, mass: float) -> tuple[float, ...]:
    """Return the numbers of the notes; all six."""
    found = electrons(energy, mass, 0.1)
    left = energy - found.mediator_energy
    share = found.weight / found.weight.sum()
    chosen = (left < CUTS[energy]) & (left > 0.05)
    momentum, weight = 1e3 * found.transverse_momentum[chosen], found.weight[chosen]
    straight = 1e3 * electrons(energy, mass, 1e-6).transverse_momentum[chosen]
    return (
        share[left < CUTS[energy]].sum(),
        share[chosen].sum(),
        median(straight, weight),
        median(momentum, weight),
        *(weight[momentum > limit].sum() / weight.sum() for limit in (20.0, 80.0)),
    )


@pytest.mark.parametrize(
    ("energy", "mass"),
    [
        pytest.param(*key, marks=[] if i % 3 == 0 else [pytest.mark.long])
        for i, key in enumerate(NOTES)
    ],
)
def test_energies_and_transverse_momenta_are_those_of_the_notes(energy: float, mass: float) -> None:
    notes, found = NOTES[energy, mass], measured(energy, mass)
    # two points, and the error of the sample is a fifth of one
    assert found[:2] == pytest.approx(notes[:2], abs=0.02)
    # two digits in the notes, which treat the rest of the target in their own way
    assert found[2:4] == pytest.approx(notes[2:4], rel=0.06)
    assert found[4 : len(notes)] == pytest.approx(notes[4:], abs=0.02)


def test_only_heavy_mediators_send_electrons_back() -> None:
    light, heavy = (electrons(4.0, mass, 0.1, 2.8) for mass in (0.01, 1.0))
    np.testing.assert_array_equal(heavy.is_forward, heavy.momentum[:, 2] > 0)
    for found, low, high in ((light, 0.0, 1e-3), (heavy, 0.05, 0.2)):
        weight = np.where(found.mediator_energy < 3.95, found.weight, 0.0)
        assert low <= weight[~found.is_forward].sum() / weight.sum() < high


def test_compounds_take_each_atom_by_its_share() -> None:
    """Of water nearly all is oxygen: its atoms radiate as Z squared, hydrogen's two as one."""
    dump = Dump("e-", 8.0, material("water"), 0.1)
    found = recoil_electrons(dump, MODEL, 4.0, Calculation(), UNIFORM)
    assert found is not None
    alone = [
        atoms * total_cross_section("vector", "electron", element, 8.0, 0.1, minimum_energy=4.0)
        for element, atoms in dump.material.atoms_per_cm2_per_X0.items()
    ]
    assert found.weight.mean() == pytest.approx(sum(alone), rel=0.02)


def test_closed_kinematics_have_no_electrons() -> None:
    dump = Dump("e-", 4.0, material("tungsten"), 0.1)
    model = replace(MODEL, mediator_mass=3.9)
    assert recoil_electrons(dump, model, 3.97, Calculation(), UNIFORM) is None
