"""Tables are written before figures: a figure that fails costs no result, and is said in a line."""

import shlex
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from tests.plane_cards import plane_card

from scotopic import cli

CARD = plane_card(
    "a small plane",
    (0.01, 0.1, 3),
    (1e-8, 1e-7, 3),
    """\
[[limits]]
label = "NA64"
experiment = "na64e-2018"
[[thermal_lines]]
label = "relic"
""",
)


def fail(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("no\nfonts")


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(sys, "argv", ["scotopic", *shlex.split(line)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code


@pytest.mark.parametrize(
    ("command", "tables"),
    [
        ("limit na64e-2018 --mass-min 0.01 --mass-max 0.1 --points 2", {"limit.csv"}),
        ("plane card.toml", {"boundaries.csv", "contours.csv", "thermal.csv"}),
        ("relic card.toml", {"thermal.csv"}),
    ],
)
def test_a_figure_that_fails_costs_no_result(
    command: str,
    tables: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "card.toml").write_text(CARD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("scotopic.cli.limit._figure", fail)
    monkeypatch.setattr("scotopic.figures.draw_plane", fail, raising=False)
    assert run(f"{command} --output out", monkeypatch) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told == (
        "scotopic: the figure cannot be drawn: RuntimeError: no fonts; the tables are written"
    )
    assert {path.name for path in Path("out").iterdir()} == {*tables, "result.json"}


def test_what_the_figure_cannot_show_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "card.toml").write_text(CARD)
    monkeypatch.chdir(tmp_path)
    assert run("plane card.toml --output out --no-figure", monkeypatch) == 0
    told = capsys.readouterr().err
    assert "NA64: excludes nothing here" in told
    assert "relic: above the frame at all mediator_mass" in told
