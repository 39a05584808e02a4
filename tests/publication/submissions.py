"""What tests of publications share: run cards, a validator, and readers of what was written."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.program import scotopic

MISSING = "the extra 'publication' is not installed"

PLANE = """\
title = "A small plane"
source = "a test"
model = "dark_photon"

[fixed]
alpha_D = 0.1
mass_ratio = 3
dark_matter = "complex_scalar"

[x]
parameter = "mediator_mass"
minimum = 0.01
maximum = 0.1
points = 3

[y]
parameter = "kinetic_mixing"
minimum = 1e-6
maximum = 1e-2
points = 9

[[limits]]
label = "e+/e- 2018"
experiment = "na64e-2018"
signal_efficiency = 0.33

[[limits]]
label = "e+ e- 2018"
experiment = "mine.toml"

[[thermal_lines]]
label = "thermal, relic"
"""

JOINED = (
    PLANE.partition("[[limits]]")[0]
    + """\
[[limits]]
label = "2018"
experiment = "na64e-2018"
joined_with = ["na64e-positron-100GeV"]

[[limits]]
label = "a, b"
experiment = "na64e-1e12"

[[bounds]]
label = "theirs"
points = [[0.01, 1e-4], [0.1, 1e-3]]
source = "a test"

[[bounds]]
card = "babar-2017"

[[bounds]]
card = "lep"
"""
)

VALIDATE = """\
import socket, sys
from hepdata_validator.full_submission_validator import FullSubmissionValidator

def refuse(*_):
    raise AssertionError("the network was asked")

socket.socket.connect = refuse
validator = FullSubmissionValidator()
if not validator.validate(**{sys.argv[1]: sys.argv[2]}):
    sys.exit(str(validator.get_messages()))
"""


def done(*arguments: str | Path) -> None:
    """Run the program, which must succeed."""
    found = scotopic(*arguments)
    assert found.returncode == 0, found.stderr


def assert_valid(path: Path, form: str = "directory") -> None:
    """Ask the validator, in a process of its own: it leaves files open and warns of its imports."""
    command = [sys.executable, "-c", VALIDATE, form, str(path)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert found.returncode == 0, found.stderr


def documents(submission: Path) -> dict[str, dict[str, Any]]:
    """Return what submission.yaml says of each table, by name."""
    found = _parsed(submission / "submission.yaml")
    return {one["name"]: one for one in found[1:]}


def _parsed(path: Path) -> list[Any]:
    yaml = pytest.importorskip("yaml", reason=MISSING)
    return list(yaml.safe_load_all(path.read_text()))


def data_of(submission: Path, table: dict[str, Any]) -> dict[str, Any]:
    """Return what the file of a table holds."""
    (found,) = _parsed(submission / table["data_file"])
    return dict(found)


def columns(submission: Path, table: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the values of a table's columns, by name."""
    data = data_of(submission, table)
    variables = data["independent_variables"] + data["dependent_variables"]
    return {one["header"]["name"]: one["values"] for one in variables}


def values(cells: list[dict[str, Any]]) -> list[float | str]:
    """Return the numbers of a column."""
    return [one["value"] for one in cells]


def attached(table: dict[str, Any], end: str) -> str:
    """Return the name of the one attached file that ends so."""
    (name,) = (
        one["location"] for one in table["additional_resources"] if one["location"].endswith(end)
    )
    return str(name)
