"""The commands for decays in flight: what they print, write, and say of mistakes."""

import csv
import json
from pathlib import Path

import pytest

from scotopic import cli


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setattr("sys.argv", ["scotopic", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def rows(path: Path) -> list[dict[str, float]]:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(lines)]


def test_visible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    masses = ("--mass-min", "0.012", "--mass-max", "0.03", "--points", "4")
    assert run(monkeypatch, "visible", "na64e-visible-2018", *masses, "-o", tmp_path) == 0
    names = {f.name for f in tmp_path.iterdir()}
    assert names == {"boundaries.csv", "result.json", "visible.png", "visible.pdf"}
    found = rows(tmp_path / "boundaries.csv")
    assert found[0]["mediator_mass_GeV"] == pytest.approx(0.012)
    assert all(r["kinetic_mixing_from"] < r["kinetic_mixing_to"] for r in found)
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["excluded"]["kinetic_mixing_to"] == [r["kinetic_mixing_to"] for r in found]
    assert result["experiments"][0]["card"]["beam"]["energy_GeV"] == 150
    assert result["calculation"]["signal_limit_events"] == pytest.approx(2.3026, abs=1e-3)


def test_alp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--points", "3", "--mass-min", "0.01", "-o", tmp_path, "--json")
    assert run(monkeypatch, "alp", "na64e-alp", *options) == 0
    names = {f.name for f in tmp_path.iterdir()}
    assert names == {"boundaries.csv", "result.json", "alp.png", "alp.pdf"}
    printed = json.loads(capsys.readouterr().out)
    tip = printed["excluded"]["mediator_mass_GeV"][-1]
    assert 0.052 < tip < 0.058  # where the published region closes: 0.055


def test_target_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--points", "2", "--length-min", "20", "--energy", "150", "-o", tmp_path)
    assert run(monkeypatch, "target-length", "na64e-visible-2018", *options) == 0
    names = {f.name for f in tmp_path.iterdir()}
    assert names == {"target-length.csv", "result.json", "target-length.png", "target-length.pdf"}
    short, long = rows(tmp_path / "target-length.csv")
    assert short["coupling_to"] > long["coupling_to"]
    assert "highest epsilon" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("visible", "na64e-visible-2018", "--mass-min", "0.0005"), "threshold of the decay into"),
        (("visible", "na64e-2018"), "decay_regions: the card"),
        (("alp", "na64e-2018"), "decay_regions: the card"),
        (("limit", "na64e-visible-2018"), "'scotopic visible' and 'scotopic alp' compute what"),
        (("target-length", "na64e-visible-2018", "--length-min", "40"), "length_min: 40"),
    ],
)
def test_mistakes(
    arguments: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(monkeypatch, *arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
