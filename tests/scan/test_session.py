"""Run cards surveyed from the shell: datasets, exit codes, refinement, invisible planes, lines."""

import csv
import errno
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr.storage
from filelock import FileLock

from scotopic.cli import main
from scotopic.cli.base import progress
from scotopic.errors import RangeError
from scotopic.scan.plane import Plane
from scotopic.scan.store import open_dataset
from scotopic.search.result_files import read_result
from scotopic.signatures.semi_visible import semi_visible_responses

CARD = """
title = "small"
source = "a test"
model = "inelastic_dark_matter"
[fixed]
alpha_D = 0.1
mass_ratio = 3
splitting = 0.4
[x]
parameter = "mediator_mass"
minimum = 0.11
maximum = 0.9
points = 18
[y]
parameter = "kinetic_mixing"
minimum = 1e-5
maximum = 3e-2
points = 30
[simulation]
events = 128
processes = ["bremsstrahlung"]
[[limits]]
label = "2021"
experiment = "na64e-2018-semi-visible"
[[limits]]
label = "recast, 1e12"
experiment = "na64e-1e12"
"""

INVISIBLE = """
title = "invisible"
source = "a test"
model = "dark_photon"
[fixed]
alpha_D = 0.1
mass_ratio = 3
dark_matter = "complex_scalar"
[x]
parameter = "dark_matter_mass"
minimum = 0.003
maximum = 0.06
points = 48
[y]
parameter = "y"
minimum = 1e-14
maximum = 1e-8
points = 80
[[limits]]
label = "NA64"
experiment = "na64e-2018"
"""


LINES = INVISIBLE.partition("[[limits]]")[0] + '[[thermal_lines]]\nlabel = "relic"\n'


class Shell:
    """Runs `scotopic plane` in a directory."""

    def __init__(self, place: Path, patch: pytest.MonkeyPatch) -> None:
        self.place, self.patch = place, patch

    def __call__(self, card: str, *options: str, output: str = "out") -> int:
        file = self.place / "card.toml"
        file.write_text(card)
        arguments = ["plane", str(file), "--no-figure", "-o", str(self.place / output), *options]
        self.patch.setattr(sys, "argv", ["scotopic", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        return int(stopped.value.code or 0)

    def lines(self, output: str = "out") -> tuple[list[str], list[dict[str, str]]]:
        """Comments and rows of contours.csv."""
        text = (self.place / output / "contours.csv").read_text().splitlines()
        rows = csv.DictReader(line for line in text if not line.startswith("#"))
        return [line for line in text if line.startswith("#")], list(rows)


@pytest.fixture
def plane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(tmp_path, monkeypatch)


def test_dataset_and_workers_change_nothing(plane: Shell) -> None:
    assert plane(CARD, output="plain") == 0
    assert plane(CARD, "--dataset", output="kept") == 0
    assert plane(CARD, "--dataset", output="kept") == 0
    assert plane(CARD, "--workers", "2", output="shared") == 0
    with open_dataset(plane.place / "kept") as kept, open_dataset(plane.place / "shared") as other:
        assert kept.identical(other)
        assert kept.limit.values.tolist() == ["2021", "recast, 1e12"]
        (s1,) = (name for name in kept.part.values if name.endswith(", S1"))
        assert not kept.expected_events.sel(limit="2021", part=s1).isnull().all()
        assert kept.expected_events.sel(limit="recast, 1e12", part=s1).isnull().all()
    results = [
        read_result(plane.place / name / "result.json") for name in ("plain", "kept", "shared")
    ]
    assert results[0] == results[1] == results[2]


def test_lines_have_level_units_and_error(plane: Shell) -> None:
    assert plane(CARD) == 0
    comments, rows = plane.lines()
    assert "% CL; estimated error of the position" in comments[2]
    assert "level 2.3" in comments[3]  # a projection without background
    assert set(rows[0]) == {"limit", "line", "closed", "mediator_mass_GeV", "kinetic_mixing"}
    assert {row["limit"] for row in rows} == {"2021", "recast, 1e12"}
    for row in rows:
        assert 0.109 < float(row["mediator_mass_GeV"]) < 0.901


def test_changed_card_is_refused(plane: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert plane(CARD, "--dataset") == 0
    assert plane(CARD.replace("splitting = 0.4", "splitting = 0.5"), "--dataset") == 2
    assert "card.fixed.splitting: 0.4 there, 0.5 now" in capsys.readouterr().err


def test_refusal_is_short_whatever_differs(
    plane: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both experiment cards are in it when the label of a limit is another."""
    assert plane(INVISIBLE, "--dataset") == 0
    assert plane(INVISIBLE.replace('label = "NA64"', 'label = "other"'), "--dataset") == 2
    message = capsys.readouterr().err.splitlines()[-1]
    assert "card.limits[0].label: 'NA64' there, 'other' now" in message
    assert len(message) < 600


@pytest.mark.parametrize("options", [(), ("--dataset",)])
def test_directory_never_holds_results_of_two_cards(
    plane: Shell, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert plane(INVISIBLE, "--dataset") == 0
    before = {f.name: f.read_bytes() for f in (plane.place / "out").iterdir() if f.is_file()}
    assert plane(INVISIBLE.replace("mass_ratio = 3", "mass_ratio = 4"), *options) == 2
    assert "made with another card or code: card.fixed.mass_ratio" in capsys.readouterr().err
    assert plane(LINES, *options) == 2
    assert "dataset.zarr: was made with another card" in capsys.readouterr().err
    after = {f.name: f.read_bytes() for f in (plane.place / "out").iterdir() if f.is_file()}
    assert after == before
    assert plane(INVISIBLE) == 0  # the same card, without --dataset


def test_damage_is_named_and_mended(plane: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    """The same command goes on, whatever was damaged, and says what it put back."""
    assert plane(INVISIBLE, "--dataset") == 0
    whole = read_result(plane.place / "out" / "result.json")
    assert "damaged" not in capsys.readouterr().err
    (plane.place / "out" / "dataset.zarr" / "y" / "zarr.json").write_text("{")
    (plane.place / "out" / "dataset.state" / "tiles" / "0-0.json").write_text("[]")
    assert plane(INVISIBLE, "--dataset") == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "damaged" in line]
    assert "while it wrote; put back or computed again: dataset." in line
    assert "dataset.zarr/y/zarr.json" in line
    assert "dataset.state/tiles/0-0.json" in line
    assert read_result(plane.place / "out" / "result.json") == whole


def test_refused_points_are_said(plane: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    """Half of the plane has couplings beyond perturbation theory."""
    assert plane(INVISIBLE.replace("maximum = 1e-8", "maximum = 1e6")) == 0
    out, err = capsys.readouterr()
    assert "% of the plane excluded, " in out
    assert "% of its points that could be computed" in out
    (line,) = [line for line in err.splitlines() if "are refused" in line]
    assert re.match(r"NA64: \d+ of 3840 points \(.* %\) are refused: .*times alike", line)
    assert line in read_result(plane.place / "out" / "result.json").attributes["remarks"]


def test_directory_in_use_is_left_alone(plane: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert plane(INVISIBLE, "--dataset") == 0
    capsys.readouterr()
    with FileLock(plane.place / "out" / "dataset.state" / "lock"):
        assert plane(INVISIBLE) == 2
    assert "another run is writing" in capsys.readouterr().err


def test_refused_card_leaves_nothing(
    plane: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr("scotopic.scan.execute.Workers")  # no worker is started
    for old, new, message in (
        (
            'dark_matter = "complex_scalar"',
            "",
            "fixed.dark_matter: missing; the model needs one of complex_",
        ),
        ("mass_ratio = 3", "mass_ratio = 1e5", "card.toml: no point of the plane exists: kinetic"),
        ('"na64e-2018"', '"na64e-2018"\njoined_with = ["na64e-2022"]', "card.toml: limits[NA64]"),
    ):
        assert plane(INVISIBLE.replace(old, new), "--workers", "2") == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert message in line
        assert not (plane.place / "out").exists()


def test_plane_without_any_point_leaves_no_dataset(
    plane: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of which that is known only when it is computed."""

    def refuses(*_: Any) -> Any:
        raise RangeError("beyond the tables")

    with monkeypatch.context() as patch:
        patch.setattr("scotopic.signatures.semi_visible.semi_visible_responses", refuses)
        assert plane(CARD, "--dataset") == 2
    assert "no point of the plane exists: beyond the tables" in capsys.readouterr().err
    assert not list((plane.place / "out").iterdir())
    assert plane(CARD.replace("splitting = 0.4", "splitting = 0.5"), "--dataset") == 0


def test_dead_address_is_one_line_and_leaves_nothing(
    plane: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scotopic.scan.execute._SECONDS_TO_CONNECT", 1)
    for address in ("garbage", "tcp://127.0.0.1:1"):
        assert plane(INVISIBLE, "--scheduler", address) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert f"--scheduler {address}: no answer" in line
        assert not (plane.place / "out").exists()


def test_workers_need_a_dataset(plane: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert plane(INVISIBLE, "--workers", "2", "--no-dataset") == 2
    assert "--no-dataset: --workers and --scheduler" in capsys.readouterr().err


def test_missed_tolerance_is_said(plane: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert plane(INVISIBLE + "[refinement]\ntolerance = 1e-4\n") == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "boundary is" in line]
    assert "NA64: the boundary is known to" in line
    assert "not to the 0.0001 asked for" in line


def test_failed_points_are_the_exit_code(
    plane: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(question: Any, models: Any, report: Any) -> Any:
        if any(0.32 < model.mediator_mass < 0.35 for model in models):
            raise MemoryError
        return semi_visible_responses(question, models, report)

    monkeypatch.setattr("scotopic.signatures.semi_visible.semi_visible_responses", fails)
    assert plane(CARD, "--dataset") == 3
    assert "30 points failed" in capsys.readouterr().err
    result = read_result(plane.place / "out" / "result.json")
    (reason,) = set(Plane.of(result, "2021").refused.values())
    assert "MemoryError" in reason


def test_full_disk_is_exit_code_1(
    plane: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def put(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    local = sys.modules[zarr.storage.LocalStore.__module__]
    with monkeypatch.context() as patch:
        patch.setattr(local, "_put", put)
        assert plane(CARD, "--dataset") == 1
    assert "the disk is full" in capsys.readouterr().err
    assert plane(CARD, "--dataset") == 0


def test_invisible_plane_with_refinement(plane: Shell) -> None:
    assert plane(INVISIBLE, output="dense") == 0
    assert plane(INVISIBLE + "[refinement]\ntolerance = 0.02\n", "--dataset", output="fine") == 0
    dense, fine = (
        Plane.of(read_result(plane.place / name / "result.json")) for name in ("dense", "fine")
    )
    assert dense.computed_points == 48 * 80
    assert fine.computed_points < 0.5 * dense.computed_points
    assert fine.position_error <= 0.02
    (one, other) = (
        np.array([[float(r["dark_matter_mass_GeV"]), float(r["y"])] for r in plane.lines(name)[1]])
        for name in ("dense", "fine")
    )
    one, other = np.log(one), np.log(other)
    at = np.interp(other[:, 0], *one[np.argsort(one[:, 0])].T)
    slope = 2.0  # of the boundary, at least: a distance is at most half of the difference in y
    assert np.abs(other[:, 1] - at).max() / slope < 0.04


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('parameter = "y"', 'parameter = "mediator_mass"', "y.parameter: 'mediator_mass' is the"),
        (
            'experiment = "na64e-2018"',
            'experiment = "na64e-2018"\nsignatures = ["S1"]',
            "limits[0].signatures[0]: 'S1' is not one of",
        ),
        (
            'experiment = "na64e-2018"',
            'experiment = "na64e-2018"\nsearches = ["S1"]',
            "limits[NA64]: search: 'S1' is not one of",
        ),
        (
            'experiment = "na64e-2018"',
            'experiment = "na64e-2018-semi-visible"\nsearches = ["S1"]',
            "no point of the plane exists: model: nothing decays in flight",
        ),
        ("mass_ratio = 3", "mass_ratio = 1e5", "no point of the plane exists: kinetic_mixing"),
        ("alpha_D = 0.1", "alpha_D = 3", "fixed.alpha_D: 3.0 is not between"),
        ("mass_ratio = 3", "mass_ratio = 0", "fixed.mass_ratio: 0"),
        ("[[limits]]", "[refinement]\ntolerance = 0\n[[limits]]", "refinement.tolerance"),
    ],
)
def test_mistakes_are_named(
    plane: Shell, old: str, new: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert old in INVISIBLE
    assert plane(INVISIBLE.replace(old, new, 1)) == 2
    assert message in capsys.readouterr().err


def test_all_searches_of_a_card_count_together_unless_some_are_named(plane: Shell) -> None:
    """S1 and S2 exclude each other: their expected events add up, and the limit is a joint one."""
    one = 'experiment = "na64e-2018-semi-visible"\n'
    found = {}
    for name, asked in (("both", ""), ("S1", 'searches = ["S1"]'), ("S2", 'searches = ["S2"]')):
        assert plane(CARD.replace(one, f"{one}{asked}\n"), output=name) == 0
        found[name] = Plane.of(read_result(plane.place / name / "result.json"), "2021")
    np.testing.assert_allclose(
        found["both"].expected_events,
        found["S1"].expected_events + found["S2"].expected_events,
        rtol=1e-12,
    )
    for name in ("S1", "S2"):
        assert np.all(found["both"].excess[found[name].excess > 0.1] > 0)


def test_progress_shows_rate_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with progress("a survey") as report:
        for done in range(6):
            report("points", 10 * done, 100)
            time.sleep(0.15)
    shown = capsys.readouterr().err
    assert "points" in shown
    assert "50/100" in shown
    assert "/s" in shown
    assert re.search(r"\d:\d\d:\d\d", shown)
