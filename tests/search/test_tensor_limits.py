"""Limits on tensors, against an independent calculation with the same window."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from scotopic.cli.base import app
from scotopic.cli.commands import register
from scotopic.models.tensor import TensorMediator
from scotopic.processes.calculation import Calculation
from scotopic.search import Search, exclusion_curve, load_experiment

register("")

CARDS = Path(__file__).parents[1] / "cards"
TENSOR = TensorMediator(mediator_mass=0.1, coupling_per_GeV=1e-3, alpha_D=1e-3, mass_ratio=3.0)

# Notes on spin 2: k in 1/GeV with 2.3 events, of windows that nothing smears.
LIMITS = [
    ("na64e-flat", "bremsstrahlung", {0.1: 6.1e-4, 0.5: 8.7e-4, 1.0: 1.23e-3}, 0.05),
    ("na64mu-flat", "bremsstrahlung", {0.1: 9.1e-4, 0.5: 1.1e-3, 1.0: 1.4e-3}, 0.05),
    (
        "na64e-flat",
        "primakoff",
        {1e-3: 6.3e-5, 0.01: 6.3e-5, 0.1: 7.1e-5, 0.5: 1.05e-4, 1.0: 1.5e-4},
        0.05,
    ),
    ("na64e-flat", "annihilation", {0.23: 3.9e-4, 0.25: 5.0e-4, 0.28: 8.1e-4}, 0.03),
    pytest.param(
        *("na64e-flat", "bremsstrahlung", {1e-3: 6.8e-4, 0.01: 6.0e-4}, 0.05),
        marks=pytest.mark.long,
    ),
    pytest.param(
        *("na64mu-flat", "bremsstrahlung", {1e-3: 1e-3, 0.01: 1e-3}, 0.05), marks=pytest.mark.long
    ),
]


@pytest.mark.parametrize(("card", "process", "expected", "error"), LIMITS)
def test_limits(card: str, process: str, expected: dict[float, float], error: float) -> None:
    calculation = Calculation(processes=(process,))
    search = Search.of(load_experiment(str(CARDS / f"{card}.toml")), calculation=calculation)
    found = exclusion_curve(search, TENSOR, list(expected)).limits()
    assert found == pytest.approx(list(expected.values()), rel=error, abs=0)


def test_processes_are_named_on_the_command_line(tmp_path: Path) -> None:
    options = ["--process", "primakoff", "--mass-min", "0.01", "--mass-max", "0.1", "--points", "2"]
    card = str(CARDS / "na64e-flat.toml")
    done = CliRunner().invoke(
        app, ["limit", card, "--model", "tensor", *options, "--output", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    header, *rows = [
        line
        for line in (tmp_path / "limit.csv").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert "coupling_per_GeV" in header.split(",")
    column = header.split(",").index("coupling_per_GeV")
    assert [float(row.split(",")[column]) for row in rows] == pytest.approx(
        [6.3e-5, 7.1e-5], rel=0.05
    )
