"""A dataset survives every end of a run, a second run, another card, and a full disk."""

import errno
import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr.storage
from tests.scan import surveys

from scotopic.errors import ScotopicError
from scotopic.scan.claim import code_versions
from scotopic.scan.points import COMPUTED, FAILED, NOT_COMPUTED, STATUSES, Arrays
from scotopic.scan.skeleton import write_durably
from scotopic.scan.store import Dataset, open_dataset
from scotopic.scan.survey import Kept, in_process, survey
from scotopic.signatures.semi_visible import semi_visible_responses

PLAN = surveys.semi_visible(masses=24, events=128)


def chunks(directory: Path) -> dict[str, bytes]:
    """All files of the zarr store."""
    root = directory / "dataset.zarr"
    return {str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*") if f.is_file()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Arrays]:
    """A run that nothing interrupts."""
    directory = tmp_path_factory.mktemp("whole")
    return directory, surveys.complete(directory, PLAN)


def test_dataset_names_and_documents_everything(whole: tuple[Path, Arrays]) -> None:
    with open_dataset(whole[0]) as data:
        assert data.expected_events.dims == (
            "limit",
            "part",
            "mediator_mass",
            "kinetic_mixing",
        )
        for variable in data.variables.values():
            assert variable.attrs["units"]
            assert variable.attrs["long_name"]
        assert data.mediator_mass.attrs["units"] == "GeV"
        assert data.status.attrs["flag_meanings"].split() == list(STATUSES)
        assert (data.status == COMPUTED).all()
        assert [name.rpartition(", ")[2] for name in data.part.values] == ["S1", "S2"]
        events = data.expected_events.sum("part")
        excess = np.log(events / data.allowed_events)
        np.testing.assert_allclose(data.excess, excess, rtol=1e-12)
        assert data.attrs["provenance"]["card"] == surveys.CARD
        np.testing.assert_allclose(data.sel(limit="NA64").systematic_error, 0.2, atol=0.002)
        assert ((data.efficiency >= 0) & (data.efficiency <= 1)).all()


def test_dataset_holds_what_memory_does(whole: tuple[Path, Arrays]) -> None:
    """But for the last digits: linear algebra may use several threads there."""
    memory = Kept(PLAN)
    survey(PLAN, memory, in_process)
    for name, values in memory.arrays.items():
        if values.dtype.kind == "f":
            np.testing.assert_allclose(whole[1][name], values, rtol=1e-12)


def test_finished_run_computes_nothing_again(whole: tuple[Path, Arrays]) -> None:
    before = chunks(whole[0])

    def refuse(*_: object) -> Any:
        raise AssertionError

    with Dataset(whole[0], PLAN, surveys.CARD) as dataset:
        survey(PLAN, dataset, lambda _s, tiles, _r: refuse() if tiles else iter(()))
        assert surveys.same(dataset.arrays, whole[1])
    assert chunks(whole[0]) == before


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.long)])
def test_killed_runs_go_on_bit_by_bit(tmp_path: Path, kills: int) -> None:
    """At random moments, in surveys of all points and adaptive ones; see `tests.scan.kills`."""
    command = [sys.executable, "-m", "tests.scan.kills", str(tmp_path), str(kills), "20230817"]
    home = Path(__file__).parents[2]
    found = subprocess.run(command, cwd=home, check=True, capture_output=True, timeout=900)
    seen = json.loads(found.stdout)
    assert seen["different"] == 0
    assert seen["killed"] >= kills
    assert seen["with_tiles"] >= kills / 2


@pytest.mark.parametrize("damage", ["truncate", "remove", "noise"])
def test_damaged_chunk_is_computed_again(
    whole: tuple[Path, Arrays], tmp_path: Path, damage: str
) -> None:
    """As after a loss of power: names are there, contents are not."""
    copy = tmp_path / "copy"
    shutil.copytree(whole[0], copy)
    (chunk,) = (copy / "dataset.zarr" / "expected_events").rglob("c/0/0/1/0")
    match damage:
        case "truncate":
            chunk.write_bytes(b"")
        case "remove":
            chunk.unlink()
        case "noise":
            chunk.write_bytes(chunk.read_bytes()[:-8] + bytes(8))
    assert surveys.same(surveys.complete(copy, PLAN), whole[1])
    assert chunks(copy) == chunks(whole[0])


def test_what_a_kill_left_half_written_is_removed(
    whole: tuple[Path, Arrays], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(whole[0], copy)
    (copy / "dataset.state" / ".card.json.l79jwmc6.part").write_text("{")
    surveys.complete(copy, PLAN)
    assert not list(copy.rglob("*.part*"))


def test_second_run_is_refused_while_the_first_writes(tmp_path: Path) -> None:
    with (
        Dataset(tmp_path, PLAN, surveys.CARD),
        pytest.raises(ScotopicError, match="another run is writing"),
        Dataset(tmp_path, PLAN, surveys.CARD),
    ):
        pass
    with Dataset(tmp_path, PLAN, surveys.CARD):
        other = surveys.start(tmp_path, PLAN)
        _, message = other.communicate(timeout=900)
    assert other.returncode == 1
    assert "another run is writing" in message


def test_another_card_is_refused_with_the_difference(whole: tuple[Path, Arrays]) -> None:
    changed = {"title": "another", "x": {"points": 3}}
    with (
        pytest.raises(ScotopicError) as refused,
        Dataset(whole[0], PLAN, changed),
    ):
        pass
    assert "card.title: 'a test' there, 'another' now" in str(refused.value)
    assert "card.x: nothing there" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_other_code_is_refused(whole: tuple[Path, Arrays], monkeypatch: pytest.MonkeyPatch) -> None:
    code = {**code_versions(PLAN), "scotopic.processes": "0"}
    monkeypatch.setattr("scotopic.scan.claim.code_versions", lambda _: code)
    with (
        pytest.raises(ScotopicError, match=r"code.scotopic.processes: .* there, '0' now"),
        Dataset(whole[0], PLAN, surveys.CARD),
    ):
        pass


def test_foreign_dataset_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "dataset.zarr").mkdir()
    with (
        pytest.raises(ScotopicError, match="without the card"),
        Dataset(tmp_path, PLAN, surveys.CARD),
    ):
        pass


@pytest.mark.parametrize("writes", [0, 5, 30, 45, 60])
def test_full_disk_is_named_and_the_run_goes_on(
    whole: tuple[Path, Arrays], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """Whenever it happens: while the dataset is made, or in the middle of a tile."""
    local = sys.modules[zarr.storage.LocalStore.__module__]
    genuine, left = local._put, iter(range(writes))

    def put(*arguments: Any, **named: Any) -> Any:
        full()
        return genuine(*arguments, **named)

    def full() -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write(file: Path, content: bytes) -> None:
        full()
        write_durably(file, content)

    with monkeypatch.context() as patch:
        patch.setattr(local, "_put", put)
        patch.setattr("scotopic.scan.skeleton.write_durably", write)
        patch.setattr("scotopic.scan.store.write_durably", write)
        with pytest.raises(ScotopicError, match="the disk is full; finished tiles are kept"):
            surveys.complete(tmp_path, PLAN)
    assert surveys.same(surveys.complete(tmp_path, PLAN), whole[1])
    assert chunks(tmp_path) == chunks(whole[0])


def mountable(command: list[str]) -> bool:
    if not shutil.which(command[0]):
        return False
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_small_file_system(whole: tuple[Path, Arrays], tmp_path: Path) -> None:
    """A file system of our own in a name space of our own, full and then larger."""
    space = ["unshare", "--mount", "--map-root-user"]
    small = tmp_path / "small"
    small.mkdir()
    mount = f"mount -t tmpfs -o size=120k tmpfs {small}"
    if not mountable([*space, "sh", "-c", mount]):
        pytest.skip("file systems cannot be mounted here")
    surveys.write_plan(tmp_path / "plan.pickle", PLAN)
    program = shlex.join(surveys.command(small))
    script = tmp_path / "script.sh"
    script.write_text(
        f"set -e\n{mount}\ncp {tmp_path}/plan.pickle {small}\n"
        f"if {program}; then exit 3; fi\nmount -o remount,size=20m {small}\n{program}\n"
        f"cp -r {small}/dataset.* {tmp_path}\n"
    )
    found = subprocess.run(
        [*space, "sh", str(script)], check=False, capture_output=True, text=True, timeout=900
    )
    assert found.returncode == 0, found.stderr
    assert "the disk is full" in found.stderr
    assert chunks(tmp_path) == chunks(whole[0])


def test_failed_point_is_recorded_and_tried_again(
    whole: tuple[Path, Arrays], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = float(PLAN.x.values[3])

    def fails(question: Any, models: Any, report: Any) -> Any:
        if any(model.mediator_mass == poison for model in models):
            raise FloatingPointError("of all things")
        return semi_visible_responses(question, models, report)

    with monkeypatch.context() as patch:
        patch.setattr("scotopic.signatures.semi_visible.semi_visible_responses", fails)
        arrays = surveys.complete(tmp_path, PLAN)
    assert (arrays["status"][:, 3] == FAILED).all()
    assert (np.delete(arrays["status"], 3, axis=1) == COMPUTED).all()
    assert arrays["reason"][0, 3, 0] == "FloatingPointError: of all things"
    assert surveys.same(surveys.complete(tmp_path, PLAN), whole[1])


def test_unfinished_dataset_can_be_read(tmp_path: Path) -> None:
    with Dataset(tmp_path, PLAN, surveys.CARD):
        pass
    with open_dataset(tmp_path) as data:
        assert (data.status == NOT_COMPUTED).all()
        assert data.excess.isnull().all()
    with pytest.raises(ScotopicError, match="is not there"):
        open_dataset(tmp_path / "elsewhere")


def test_missing_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scotopic.extras.find_spec", lambda _: None)
    with pytest.raises(
        ScotopicError, match=r"zarr is not installed; pip install 'scotopic\[scan\]'"
    ):
        surveys.complete(tmp_path, replace(PLAN))
