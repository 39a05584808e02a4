"""Speed of cross sections and of their tables."""

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from scotopic.materials import element
from scotopic.production.phase_space import total_cross_section
from scotopic.production.tables import CrossSectionTable, bremsstrahlung_table

LEAD = element("Pb")


@pytest.fixture(autouse=True)
def _no_disk_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute every table anew."""
    monkeypatch.setenv("SCOTOPIC_CACHE", "")


def electron_table() -> CrossSectionTable:
    return bremsstrahlung_table("vector", "electron", LEAD, masses=(1e-3, 1.0), energies=(30, 100))


def test_total_cross_section(benchmark: BenchmarkFixture) -> None:
    """One exact total cross section, with its check of convergence."""
    sigma = benchmark(total_cross_section, "vector", "electron", LEAD, 100.0, 0.1)
    assert sigma > 0


def test_table_build(benchmark: BenchmarkFixture) -> None:
    """A table computed from nothing."""
    table = benchmark(electron_table)
    assert table.interpolation_error < 2e-3


def test_table_reading(benchmark: BenchmarkFixture) -> None:
    """Cross sections above a cut at 300 energies, from a table in memory."""
    table = electron_table()
    energies = np.linspace(50.0, 100.0, 300)
    assert benchmark(table.above, 0.1, energies, 50.0).shape == (300, 1)
