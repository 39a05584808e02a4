"""Planes as their user meets them: of semi-visible models, and of the invisible dark photon."""

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from scotopic import Axis, Calculation, Plane, Search, exclusion_plane, load_experiment
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOTOPIC_CACHE", str(tmp_path))


def plane(alpha_D: float = 0.1, experiment: str = "na64e-2018") -> Plane:
    """100 masses and 200 couplings, with 5000 events a mass, of bremsstrahlung alone."""
    radiated = Calculation(processes=("bremsstrahlung",))
    found = exclusion_plane(
        Search.of(load_experiment(experiment), calculation=radiated),
        InelasticDarkMatter,
        Axis("mediator_mass", 0.01, 1.3, 100),
        Axis("kinetic_mixing", 1e-5, 3e-2, 200),
        {"alpha_D": alpha_D, "mass_ratio": 3.0, "splitting": 0.4},
    )
    return Plane.of(found)


def test_cold_plane(benchmark: BenchmarkFixture) -> None:
    """No table on disk."""
    assert benchmark.pedantic(plane, rounds=1).excluded.any()


def test_another_coupling(benchmark: BenchmarkFixture) -> None:
    """The same masses with another alpha_D."""
    plane()
    assert benchmark(plane, 0.05).excluded.any()


def test_another_exposure(benchmark: BenchmarkFixture) -> None:
    """The same masses with another exposure."""
    plane()
    assert benchmark(plane, 0.1, "na64e-5e12").excluded.any()


def invisible(couplings: int) -> Plane:
    """200 masses, bremsstrahlung and annihilation."""
    found = exclusion_plane(
        load_experiment("na64e-2018"),
        DarkPhoton,
        Axis("mediator_mass", 1e-3, 1.0, 200),
        Axis("kinetic_mixing", 1e-6, 1e-2, couplings),
        {"alpha_D": 0.1, "mass_ratio": 3.0, "dark_matter": "complex_scalar"},
    )
    return Plane.of(found)


@pytest.mark.parametrize("couplings", [2, 200])
def test_cold_invisible_plane(benchmark: BenchmarkFixture, couplings: int) -> None:
    """No table on disk."""
    assert benchmark.pedantic(invisible, (couplings,), rounds=1).excluded.any()
