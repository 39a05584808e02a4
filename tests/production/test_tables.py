"""Tables against directly computed cross sections away from the nodes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.materials import element
from scotopic.production import tables
from scotopic.production.constant_weights import ConstantWeights
from scotopic.production.phase_space import differential_cross_section, total_cross_section
from scotopic.production.tables import CrossSectionTable, bremsstrahlung_table

LEAD = element("Pb")


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the tables of this module apart."""
    directory = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCOTOPIC_CACHE", str(directory))
        yield directory


@pytest.fixture(scope="module")
def table(own_cache: Path) -> CrossSectionTable:
    """Table of the electron beam: light and heavy vectors on lead."""
    assert own_cache.is_dir()
    return bremsstrahlung_table("vector", "electron", LEAD, masses=(1e-3, 1.0), energies=(30, 100))


def worst_difference(table: CrossSectionTable, points: int, seed: int) -> float:
    """Largest relative difference at random mass, energy and cut that leaves over 0.1 %."""
    rng = np.random.default_rng(seed)
    process, worst, done = table.process, 0.0, 0
    while done < points:
        mass, energy = (
            float(np.exp(rng.uniform(*np.log(limits)))) for limits in (table.masses, table.energies)
        )
        variable = process.variable(mass, energy)
        cut = energy * (1 - float(variable.recoil(rng.uniform(0, 1))))
        value = float(table.above(mass, [energy], [cut])[0, 0])
        if value < 1e-3 * float(table.total(mass, [energy])[0]):
            continue
        expected = total_cross_section(
            process.mediator,
            process.lepton,
            process.element,
            energy,
            mass,
            minimum_energy=cut,
            method=process.method,
            form_factor=process.form_factor,
        )
        worst = max(worst, abs(value / expected - 1))
        done += 1
    return worst


def test_direct_calculation_off_the_grid(table: CrossSectionTable) -> None:
    # The stated error is the largest of 128 other points; random ones may exceed it slightly.
    assert table.interpolation_error < 2e-3
    assert worst_difference(table, 30, seed=3) < 3e-3


def test_number_of_cross_sections_is_modest(table: CrossSectionTable) -> None:
    masses, energies, _ = table.coefficients.shape
    assert masses * energies <= 250


@pytest.mark.long
@pytest.mark.parametrize(
    ("mediator", "lepton", "symbol", "masses", "energies"),
    [
        ("scalar", "electron", "Pb", (1e-3, 1.0), (50.0, 100.0)),
        ("pseudoscalar", "electron", "W", (1e-4, 1.0), (2.5, 8.0)),
        ("axial_vector", "electron", "C", (1e-3, 3.0), (50.0, 100.0)),
        ("vector", "electron", "H", (1e-3, 1.0), (4.0, 100.0)),
        ("vector", "muon", "Pb", (1e-3, 3.0), (20.0, 160.0)),
        ("scalar", "muon", "Pb", (1e-4, 1.0), (100.0, 500.0)),
    ],
)
def test_other_tables(
    mediator: str,
    lepton: str,
    symbol: str,
    masses: tuple[float, float],
    energies: tuple[float, float],
) -> None:
    made = bremsstrahlung_table(mediator, lepton, element(symbol), masses=masses, energies=energies)
    assert made.interpolation_error < 2e-3
    assert worst_difference(made, 25, seed=4) < 5e-3


@pytest.mark.parametrize("method", ["ww", "iww"])
def test_approximations_are_tabulated_too(method: str) -> None:
    made = bremsstrahlung_table(
        "vector", "electron", LEAD, masses=(0.05, 0.3), energies=(50, 100), method=method
    )
    assert worst_difference(made, 8, seed=5) < 5e-3


@pytest.mark.parametrize("mass", [0.001, 0.03, 1.0])
def test_spectrum(table: CrossSectionTable, mass: float) -> None:
    # 1 %: the noise of the direct calculation's nodes in t, which integrals average out
    x = np.array([0.2, 0.5, 0.9, 0.99, 0.999])
    expected = differential_cross_section("vector", "electron", LEAD, 70.0, mass, x)
    assert table.differential(mass, 70.0, x) == pytest.approx(expected, rel=0.01)


def test_spectrum_is_the_derivative_of_the_integral(table: CrossSectionTable) -> None:
    x, h = np.array([0.3, 0.7, 0.95, 0.998]), 1e-6
    low, high = (table.above(0.1, [80.0], 80 * (x + d))[0] for d in (-h, h))
    assert table.differential(0.1, 80.0, x) == pytest.approx((low - high) / (2 * h), rel=1e-5)


def test_integral_is_monotonic_and_ends_at_zero(table: CrossSectionTable) -> None:
    for mass in (0.001, 0.02, 1.0):
        cuts = 60 * np.concatenate([np.linspace(0, 0.999, 300), 1 - np.geomspace(1e-3, 1e-7, 300)])
        above = table.above(mass, [60.0], cuts)[0]
        assert np.all(np.diff(above) <= 1e-6 * above[0])
        assert above[0] == table.total(mass, [60.0])[0]
    assert np.all(table.above(0.1, [60.0, 70.0], [70.0, 80.0]) == 0)


def test_shapes_broadcast(table: CrossSectionTable) -> None:
    assert table.above(0.1, [40.0, 50.0, 60.0], [10.0, 20.0]).shape == (3, 2)
    assert table.total(0.1, [40.0, 50.0]).shape == (2,)
    spectra = table.differential(0.1, np.array([[40.0], [50.0]]), np.array([0.2, 0.5, 0.9]))
    assert spectra.shape == (2, 3)
    assert table.differential(0.1, 50.0, 0.5) == pytest.approx(spectra[1, 1], rel=1e-14)


def test_outside_of_the_table_is_refused(table: CrossSectionTable) -> None:
    with pytest.raises(RangeError, match=r"mediator_mass: 2.0 GeV is not between 0.001 and"):
        table.total(2.0, [50.0])
    with pytest.raises(RangeError, match=r"energies: 120.0 GeV is not between 30 and 100"):
        table.total(0.1, [50.0, 120.0])
    with pytest.raises(RangeError, match="energy: nan GeV"):
        table.differential(0.1, float("nan"), 0.5)
    with pytest.raises(RangeError, match="between 0 and 1"):
        table.differential(0.1, 50.0, 1.5)
    with pytest.raises(RangeError, match=r"mediator_energies: -1.0 GeV is not zero or positive"):
        table.above(0.1, [50.0], [-1.0])
    table.total(1.0, [30.0, 100.0])  # the edges belong to it


@pytest.mark.parametrize(
    ("masses", "energies", "message"),
    [
        ((0.2, 0.1), (30, 100), "masses: "),
        ((0.0, 0.1), (30, 100), "masses: "),
        ((0.1, 0.2), (30, float("inf")), "energies: "),
        ((0.1, 3.0), (2, 100), "threshold of 3.02"),
    ],
)
def test_impossible_ranges(
    masses: tuple[float, float], energies: tuple[float, float], message: str
) -> None:
    with pytest.raises(RangeError, match=message):
        bremsstrahlung_table("vector", "electron", LEAD, masses=masses, energies=energies)


def test_ranges_of_one_value() -> None:
    made = bremsstrahlung_table("scalar", "muon", LEAD, masses=(0.2, 0.2), energies=(160, 160))
    expected = total_cross_section("scalar", "muon", LEAD, 160.0, 0.2)
    assert made.coefficients.shape[:2] == (1, 1)
    assert made.total(0.2, [160.0]) == pytest.approx([expected], rel=1e-3)


def test_a_range_too_wide_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_MOST_NODES", (3, 3))
    monkeypatch.setattr(ConstantWeights, "error", 1e-9)
    with pytest.raises(RangeError, match=r"the interpolation error of .* is above"):
        bremsstrahlung_table("vector", "muon", LEAD, masses=(0.01, 0.5), energies=(50, 60))


def test_the_second_reading_is_from_disk(
    monkeypatch: pytest.MonkeyPatch, table: CrossSectionTable
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("the table was built again")

    monkeypatch.setattr(tables, "_build", fail)
    again = bremsstrahlung_table("vector", "electron", LEAD, masses=(1e-3, 1.0), energies=(30, 100))
    assert np.array_equal(again.coefficients, table.coefficients)
    assert again.interpolation_error == table.interpolation_error
    with pytest.raises(AssertionError, match="built again"):
        bremsstrahlung_table(
            "vector",
            "electron",
            LEAD,
            masses=(1e-3, 1.0),
            energies=(30, 100),
            form_factor="elastic",
        )


def test_reading_a_table_imports_neither_numba_nor_scipy(table: CrossSectionTable) -> None:
    assert table.energies == (30.0, 100.0)
    code = (
        "import sys; from scotopic.materials import element;"
        "from scotopic.production.tables import bremsstrahlung_table;"
        "t = bremsstrahlung_table('vector', 'electron', element('Pb'),"
        " masses=(1e-3, 1.0), energies=(30, 100)); t.above(0.1, [50.0], [40.0]);"
        "print({'numba', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
