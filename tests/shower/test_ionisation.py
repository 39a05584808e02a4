import numpy as np
import pytest

from scotopic.materials import element, material
from scotopic.shower.ionisation import collision_loss, plasma_energy
from scotopic.units import AVOGADRO, CLASSICAL_ELECTRON_RADIUS_CM, ELECTRON_MASS


@pytest.mark.parametrize(
    ("name", "energy_eV"),
    [("lead", 61.07), ("tungsten", 80.32), ("iron", 55.17), ("water", 21.47), ("silicon", 31.05)],
)
def test_plasma_energies_of_the_particle_data_group(name: str, energy_eV: float) -> None:
    assert plasma_energy(material(name)) * 1e9 == pytest.approx(energy_eV, rel=1e-3)


def full_bethe_loss_in_lead(kinetic_energy: float) -> float:
    """Loss of electrons in GeV cm^2/g with Sternheimer's density effect for lead (PDG table)."""
    lead = element("Pb")
    tau = kinetic_energy / ELECTRON_MASS
    gamma = tau + 1
    beta2 = 1 - 1 / gamma**2
    x = np.log10(np.sqrt(beta2) * gamma)
    delta = 2 * np.log(10) * x - 6.2018
    delta += np.where(x < 3.8073, 0.09359 * np.maximum(3.8073 - x, 0) ** 3.1608, 0)
    excitation = lead.mean_excitation_energy_eV * 1e-9 / ELECTRON_MASS
    f = 1 - beta2 + (tau**2 / 8 - (2 * tau + 1) * np.log(2)) / gamma**2
    bracket = np.log(tau**2 * (tau + 2) / (2 * excitation**2)) + f - delta
    electrons = AVOGADRO * 82 / lead.atomic_mass
    k = 2 * np.pi * CLASSICAL_ELECTRON_RADIUS_CM**2 * ELECTRON_MASS * electrons
    return float(k / beta2 * bracket)


@pytest.mark.parametrize(
    ("energy", "tolerance"), [(0.1, 0.02), (1.0, 3e-3), (10, 1e-3), (100, 1e-3)]
)
def test_high_energy_limit_of_the_bethe_formula(energy: float, tolerance: float) -> None:
    # the tolerances are the approach of the density effect to its limit, stated in the docstring
    lead = material("lead")
    ours = collision_loss(lead, "e-", np.array([energy]))[0] / lead.radiation_length_g_cm2
    assert ours == pytest.approx(full_bethe_loss_in_lead(energy - ELECTRON_MASS), rel=tolerance)


def test_positrons_lose_less() -> None:
    # Bhabha against Moller at high energy: 9/8 - (2 ln 2 - 11/12) in the bracket, 2.5 % in lead
    energy = np.array([10.0])
    ratio = collision_loss(material("lead"), "e+", energy) / collision_loss(
        material("lead"), "e-", energy
    )
    assert ratio[0] == pytest.approx(0.977, abs=0.002)
