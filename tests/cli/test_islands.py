"""The limit command for decays in flight: islands, what it prints, writes, says of mistakes."""

import csv
import json
from pathlib import Path

import pytest

from scotopic import cli
from scotopic.search.result_files import from_json, read_result


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
    assert run(monkeypatch, "limit", "na64e-visible-2018", *masses, "-o", tmp_path) == 0
    names = {f.name for f in tmp_path.iterdir()}
    assert names == {"limit.csv", "result.json", "limit.png", "limit.pdf"}
    found = rows(tmp_path / "limit.csv")
    assert found[0]["mediator_mass_GeV"] == pytest.approx(0.012)
    assert all(r["lower"] < r["upper"] for r in found)
    result = read_result(tmp_path / "result.json")
    pairs = [pair for intervals in result.intervals() for pair in intervals]
    assert pairs == [(r["lower"], r["upper"]) for r in found]
    assert result.quantity == "kinetic_mixing"
    assert result.attributes["experiments"][0]["beam"]["energy_GeV"] == 150
    assert result["allowed_events"][0, 0] == pytest.approx(2.3026, abs=1e-3)


def test_alp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--points", "3", "--mass-min", "0.01", "-o", tmp_path, "--json")
    assert run(monkeypatch, "limit", "na64e-alp", *options) == 0
    names = {f.name for f in tmp_path.iterdir()}
    assert names == {"limit.csv", "result.json", "limit.png", "limit.pdf"}
    printed = json.loads(capsys.readouterr().out)
    assert from_json(printed) == read_result(tmp_path / "result.json")
    tip = rows(tmp_path / "limit.csv")[-1]["mediator_mass_GeV"]
    assert 0.052 < tip < 0.058  # where the published region closes: 0.055


def test_cards_give_model_and_masses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three runs at once, as they were published, without any option."""
    cards = ("na64e-visible-2017", "na64e-visible-2018")
    assert run(monkeypatch, "limit", *cards, "--points", "2", "-o", tmp_path) == 0
    found = read_result(tmp_path / "result.json")
    assert (found.axis[0], found.axis[-1]) == (1.1e-3, 0.03)
    assert found.attributes["model"]["alpha_D"] == 0
    assert found.labels[1:] == ("NA64e visible decays 2017, 40 X0", found.labels[2])
    both, first, second = (found.intervals(label)[0][0] for label in found.labels)
    assert both[0] < min(first[0], second[0])
    assert both[1] > max(first[1], second[1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("limit", "na64e-visible-2018", "--mass-min", "0.0005", "--mass-max", "0.0009"),
            "DarkPhoton of 0.0005 GeV does not decay into e+e-",
        ),
        (
            ("limit", "na64e-visible-2017", "na64e-alp"),
            "model: missing; NA64e visible decays 2017, 40 X0 is for dark_photon, NA64e 2016-",
        ),
        (("visible", "na64e-visible-2018"), "visible: 'scotopic limit CARD ...' does that now"),
        (("alp", "na64e-alp", "--points", "3"), "alp: 'scotopic limit na64e-alp' does that now"),
        (("combine", "na64e-2018", "na64mu"), "combine: 'scotopic limit CARD CARD ...' does"),
        (
            ("target-length", "na64e-visible-2018"),
            "target-length: 'scotopic limit CARD --axis target_length_cm' does",
        ),
        (("likelihood", "export", "na64e-2018"), "'scotopic export likelihood CARD' does that"),
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
