"""The limit command for models other than the dark photon."""

from pathlib import Path

import pytest
from tests.program import Run, rows, scotopic, scotopic_alone


def limit(*arguments: str | Path) -> Run:
    return scotopic("limit", "na64e-2018", *arguments)


@pytest.mark.parametrize(
    ("options", "column"),
    [
        (("--model", "scalar"), "electron_coupling"),
        (("--model", "axial_vector", "--quantity", "delta_a_e"), "delta_a_e"),
        (("--model", "L_mu_minus_L_tau", "--mass-max", "0.5"), "gauge_coupling"),
        (("--model", "charged_vector", "--set", "q_e=1", "--set", "alpha_D=0.1"), "gauge_coupling"),
        (("--model", "dark_axion_portal", "--mass-max", "0.5"), "portal_coupling_per_GeV"),
    ],
)
def test_models_and_quantities(options: tuple[str, ...], column: str, tmp_path: Path) -> None:
    done = limit(*options, "--points", "3", "--no-figure", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "limit.csv").read_text().splitlines()
    found = rows(tmp_path / "limit.csv")
    assert len(found) == 3
    assert all(0 < float(row[column]) < 1 for row in found)
    says_sign = any("negative for axial_vector" in line for line in lines)
    assert says_sign is (column == "delta_a_e")


def test_processes_add_up(tmp_path: Path) -> None:
    """On the resonance: the squares of 1/limit are events for a fixed number of them."""
    masses = ("--mass-min", "0.25", "--mass-max", "0.3", "--points", "2", "--no-figure")
    found = {}
    names = ("bremsstrahlung", "annihilation", "photoproduction")
    for chosen in ((), *((name,) for name in names), names):
        options = [word for name in chosen for word in ("--process", name)]
        done = limit(*options, *masses, "--output", tmp_path / "-".join(("of", *chosen)))
        assert done.returncode == 0, done.stderr
        table = rows(tmp_path / "-".join(("of", *chosen)) / "limit.csv")
        found[chosen] = [float(row["kinetic_mixing"]) ** -2 for row in table]
    sums = list(map(sum, zip(*(found[(name,)] for name in names), strict=True)))
    # the visible branching ratio is of the order of epsilon^2
    assert found[()] == found[names] == pytest.approx(sums, rel=1e-5)


def test_model_of_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from dataclasses import dataclass\n"
        "from scotopic.models.dark_photon import DarkPhoton\n"
        "@dataclass(frozen=True, kw_only=True)\n"
        "class Mine(DarkPhoton):\n"
        "    symbol = 'Z_d'\n"
    )
    options = ("--mass-min", "0.01", "--points", "2", "--output", tmp_path)
    done = scotopic_alone("limit", "na64e-2018", "--model", "mine:Mine", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "m_Z_d = 0.01 GeV" in done.stdout
    assert (tmp_path / "limit.png").stat().st_size > 0


def test_parameter_of_the_model_as_axis(tmp_path: Path) -> None:
    options = ("--axis", "alpha_D", "--axis-min", "0.01", "--axis-max", "1", "--points", "3")
    done = limit(*options, "--set", "mediator_mass=0.1", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "limit.csv").read_text().splitlines()
    header = next(line for line in lines if not line.startswith("#"))
    assert header.startswith("alpha_D,kinetic_mixing,mediator_mass_GeV")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--model", "axion"), ["model", "axion", "did you mean 'axion_like_particle'"]),
        (("--model", "scalar", "--splitting", "0.1"), ["splitting", "alpha_D, mass_ratio"]),
        (
            ("--model", "scalar", "--alpha-D", "0", "--mass-min", "0.002"),
            ["alpha_D: 0 leaves the mediator no invisible decay"],
        ),
        (("--model", "scalar", "--quantity", "delta_a_mu"), ["delta_a_mu", "delta_a_e"]),
        (("--model", "axial_vector", "--mass-min", "1e-4"), ["must not be lighter"]),
        (("--model", "charged_vector"), ["all charges are zero"]),
        (("--model", "charged_vector", "--set", "q_e"), ["--set", "NAME=VALUE"]),
        (("--model", "charged_vector", "--set", "q_e=x"), ["q_e"]),
        (("--model", "B_minus_L", "--set", "q_e=1"), ["q_e: is no parameter of B_minus_L"]),
        (("--process", "synchrotron"), ["process", "synchrotron", "bremsstrahlung"]),
        (("--signature", "recoil"), ["signature", "recoil", "missing-energy"]),
        (("--signature", "decay-in-flight"), ["signature: no search of NA64e 2016-2018"]),
        (("--axis", "alpha_D"), ["--axis alpha_D", "--axis-min"]),
        (("--axis", "beta", "--axis-min", "1", "--axis-max", "2"), ["beta", "alpha_D"]),
        (
            (
                "--model",
                "inelastic_dark_matter",
            ),
            ["splitting: missing"],
        ),
    ],
)
def test_mistakes_are_named(options: tuple[str, ...], words: list[str]) -> None:
    done = limit(*options, "--points", "3")
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
