"""The limit command for models other than the dark photon."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest


def limit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `scotopic limit na64e-2018` in a process of its own."""
    command = [sys.executable, "-c", "from scotopic.cli import main; main()", "limit", "na64e-2018"]
    return subprocess.run(
        [*command, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ,
        timeout=900,
        check=False,
    )


@pytest.mark.parametrize(
    ("options", "column"),
    [
        (("--model", "scalar"), "electron_coupling"),
        (("--model", "axial_vector", "--quantity", "delta_a_e"), "delta_a_e"),
        (("--model", "L_mu_minus_L_tau", "--mass-max", "0.5"), "gauge_coupling"),
        (("--model", "charged_vector", "--set", "q_e=1", "--set", "alpha_D=0.1"), "gauge_coupling"),
    ],
)
def test_models_and_quantities(options: tuple[str, ...], column: str, tmp_path: Path) -> None:
    done = limit(*options, "--points", "3", "--no-figure", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "limit.csv").read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len(rows) == 3
    assert all(0 < float(row[column]) < 1 for row in rows)
    says_sign = any("negative for axial_vector" in line for line in lines)
    assert says_sign is (column == "delta_a_e")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--model", "axion"), ["model", "axion", "scalar"]),
        (("--model", "scalar", "--splitting", "0.1"), ["splitting", "alpha_D, mass_ratio"]),
        (("--model", "scalar", "--alpha-D", "0"), ["closes the invisible decay"]),
        (("--model", "scalar", "--quantity", "delta_a_mu"), ["delta_a_mu", "delta_a_e"]),
        (("--model", "axial_vector", "--mass-min", "1e-4"), ["must not be lighter"]),
        (("--model", "charged_vector"), ["all charges are zero"]),
        (("--model", "charged_vector", "--set", "q_e"), ["--set", "NAME=VALUE"]),
        (("--model", "charged_vector", "--set", "q_e=x"), ["q_e"]),
        (("--model", "B_minus_L", "--set", "q_e=1"), ["q_e: is no parameter of B_minus_L"]),
        (("--model", "inelastic_dark_matter", "--set", "splitting=0.4"), ["semi-visibly"]),
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
