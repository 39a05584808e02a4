"""The commands about bounds."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from scotopic.bounds import bound_names
from scotopic.cli import main

Printed = pytest.CaptureFixture[str]


def run(arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["scotopic", "bounds", *arguments.split()])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


def test_all_are_listed_and_shown(monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    assert run("list", monkeypatch) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == bound_names()
    assert run("list --json", monkeypatch) == 0
    assert list(json.loads(capsys.readouterr().out)) == bound_names()
    assert run("show lep", monkeypatch) == 0
    assert "minimum_mixing = 0.03" in capsys.readouterr().out
    assert run("show lep --json", monkeypatch) == 0
    assert json.loads(capsys.readouterr().out)["minimum_mixing"] == 0.03


def test_islands_have_a_line_each(
    monkeypatch: pytest.MonkeyPatch, capsys: Printed, tmp_path: Path
) -> None:
    command = (
        "run babar-2017 --model inelastic_dark_matter --set splitting=0.4 --points 2"
        f" --mass-min 0.4 --mass-max 1.0 --band --output {tmp_path}"
    )
    assert run(command, monkeypatch) == 0
    assert "mediator_mass = 0.4 GeV: excluded from 0.00" in capsys.readouterr().out
    tables = {}
    for name in ("bound", "bound-loosest", "bound-strictest"):
        lines = (tmp_path / f"{name}.csv").read_text().splitlines()
        rows = [line for line in lines if line[0] != "#"]
        assert rows[0] == "mediator_mass_GeV,lower,upper,dark_matter_mass_GeV"
        tables[name] = np.loadtxt(rows[1:], delimiter=",")
    assert tables["bound"][:, 0].tolist() == [0.4, 0.4, 1.0]
    assert np.isinf(tables["bound"][:, 2]).tolist() == [False, True, True]
    assert tables["bound-loosest"][1, 1] > tables["bound"][1, 1]
    assert len(tables["bound-strictest"]) == 2


def test_reasons_are_comments_and_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: Printed, tmp_path: Path
) -> None:
    command = f"run na62-2019 --set alpha_D=0 --points 3 --output {tmp_path}"
    assert run(command, monkeypatch) == 0
    reason = "A' decays visibly, if at all"
    assert f"not bounded at mediator_mass = 0.001 to 1 GeV: {reason}" in capsys.readouterr().err
    lines = (tmp_path / "bound.csv").read_text().splitlines()
    assert f"# not bounded at mediator_mass_GeV from 0.001 to 1.0, 3 points: {reason}" in lines
    assert lines[-1] == "mediator_mass_GeV,lower,upper,dark_matter_mass_GeV"
    assert run("run na62-2019 --points 2 --mass-min 0.05 --mass-max 0.1 --json", monkeypatch) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["intervals"][0][1] for one in found["points"]] == [None, None]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("run babar", "'babar' is no bound; did you mean 'babar-2017'?"),
        ("run lep --band", "--band: no threshold of lep has a range"),
        ("run lep --set alfa_D=1", "alfa_D: "),
        ("run lep --model dark_foton", "did you mean 'dark_photon'?"),
        ("run lep --mass-min 1 --mass-max 0.1", "--mass-min 1, --mass-max 0.1: do not ascend"),
        ("show lap", "'lap' is no bound; did you mean 'lep'?"),
    ],
)
def test_mistakes_are_one_line(
    arguments: str, message: str, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    assert run(arguments, monkeypatch) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
