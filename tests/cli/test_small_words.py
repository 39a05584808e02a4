"""What commands say of options without effect, of numbers below zero, and of what matters most."""

import re
import sys
from pathlib import Path

import pytest

from scotopic.cli import main

MASSES = ("--mass-min", "0.2", "--mass-max", "0.24", "--points", "30")


def said(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[str, str]:
    """Return what a command prints as its result, and what beside it."""
    monkeypatch.setattr(sys, "argv", ["scotopic", *arguments])
    with pytest.raises(SystemExit):
        main()
    out, err = capsys.readouterr()
    return out, err


def test_the_strongest_limit_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The minimum at the edge of the window is none of the five quarters of the curve."""
    arguments = ["limit", "na64e-2018", *MASSES, "--no-figure", "-o", str(tmp_path)]
    out, _ = said(arguments, monkeypatch, capsys)
    lines = [
        line for line in (tmp_path / "limit.csv").read_text().splitlines() if line[0].isdigit()
    ]
    every = [float(line.split(",")[1]) for line in lines]
    (marked,) = re.findall(r"GeV: (\S+), the strongest", out)
    assert float(marked) == pytest.approx(min(every), rel=1e-3)
    assert out.count(" GeV: ") == 6


def test_options_of_files_are_remarked_on_without_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["limit", "na64e-2018", *MASSES, "--muon-band", "--against", "dark_matter_mass"]
    _, err = said(arguments, monkeypatch, capsys)
    for name in ("--muon-band", "--against"):
        assert f"remark: {name}: shows in files alone; --output says" in err
    _, err = said([*arguments, "--json"], monkeypatch, capsys)
    assert "--muon-band" not in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["xsec", "-0.1"], "scotopic: -0.1: a number below zero has no place here; see"),
        (["xsec", "0.1", "heavy"], ": heavy is not a valid number; see"),
    ],
)
def test_wrong_numbers_are_shown(
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, err = said(arguments, monkeypatch, capsys)
    assert out == ""
    assert words in err


def test_a_workspace_counts_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "one.json"
    _, err = said(["likelihood", "limit", str(file), str(file)], monkeypatch, capsys)
    assert err == f"scotopic: {file}: is given twice; its data count once\n"


def test_an_older_parquet_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "limit.parquet").touch()
    arguments = ["limit", "na64e-2018", *MASSES, "--no-figure", "-o", str(tmp_path)]
    _, err = said(arguments, monkeypatch, capsys)
    assert f"remark: {tmp_path / 'limit.parquet'} is of an older limit.csv; 'scotopic export" in err
