"""Thermal targets: a line over masses and a scan through the resonance, root searches included."""

import math

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from scotopic.cosmology.degrees_of_freedom import freeze_out_degrees_of_freedom
from scotopic.cosmology.freeze_out import ThermalLine, thermal_coupling, thermal_line
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDiracDarkMatter


def scalar(mass: float, ratio: float = 3.0) -> DarkPhoton:
    return DarkPhoton(
        mediator_mass=ratio * mass,
        kinetic_mixing=1e-4,
        alpha_D=0.1,
        mass_ratio=ratio,
        dark_matter="complex_scalar",
    )


def mixed(mass: float, tan_theta: float) -> InelasticDiracDarkMatter:
    return InelasticDiracDarkMatter(
        mediator_mass=3 * mass,
        kinetic_mixing=1e-3,
        alpha_D=0.1,
        mass_ratio=3,
        splitting=0.05,
        theta=math.atan(tan_theta),
    )


@pytest.fixture(autouse=True)
def _tables() -> None:
    freeze_out_degrees_of_freedom(0.01)
    thermal_coupling(mixed(0.05, 1e-2))


def test_line_of_100_masses(benchmark: BenchmarkFixture) -> None:
    """Target: 5 s."""
    models = [scalar(mass) for mass in np.geomspace(1e-3, 1, 100)]
    line: ThermalLine = benchmark.pedantic(thermal_line, args=(models,), rounds=1)
    assert set(line.status) == {"ok"}


def test_scan_of_100_mass_ratios_through_the_resonance(benchmark: BenchmarkFixture) -> None:
    """Target: 10 s."""
    models = [scalar(0.1, ratio) for ratio in np.linspace(1.9, 2.4, 100)]
    line: ThermalLine = benchmark.pedantic(thermal_line, args=(models,), rounds=1)
    assert set(line.status) == {"ok"}


def test_line_of_100_masses_with_two_species(benchmark: BenchmarkFixture) -> None:
    models = [mixed(mass, 1e-3) for mass in np.geomspace(3e-3, 0.5, 100)]
    line: ThermalLine = benchmark.pedantic(thermal_line, args=(models,), rounds=1)
    assert set(line.status) == {"ok"}
