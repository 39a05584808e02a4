"""Surveys on processes of this machine and on a Dask cluster, dying workers included."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
from distributed import Client, KilledWorker, LocalCluster
from tests.scan import surveys

from scotopic.errors import ScotopicError, StoppedError
from scotopic.scan import execute
from scotopic.scan.claim import code_versions
from scotopic.scan.points import COMPUTED, FAILED, Arrays
from scotopic.scan.store import Dataset
from scotopic.scan.survey import survey
from scotopic.scan.tiles import Blocks, Integers

PLAN = surveys.semi_visible(masses=32, events=128)


@contextmanager
def cluster(workers: int = 2) -> Iterator[LocalCluster]:
    """A cluster that somebody else runs."""
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
    ) as found:
        yield found


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with cluster() as two:
        yield two.scheduler_address


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Arrays:
    return surveys.complete(tmp_path_factory.mktemp("whole"), PLAN)


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_workers_finds_the_same(tmp_path: Path, whole: Arrays, workers: int) -> None:
    assert surveys.same(surveys.complete(tmp_path, PLAN, workers=workers), whole)


def test_adaptive_survey_on_workers_finds_the_same(tmp_path: Path) -> None:
    plan = surveys.semi_visible(masses=33, events=128, mixings=40)
    here = surveys.complete(tmp_path / "here", plan, tolerance=0.02)
    there = surveys.complete(tmp_path / "there", plan, workers=2, tolerance=0.02)
    assert surveys.same(here, there)


def test_worker_killed_in_mid_run(tmp_path: Path, scheduler: str) -> None:
    """Its tile is done by another, and the result is the same."""
    plan = surveys.semi_visible(masses=96, events=512)
    expected = surveys.complete(tmp_path / "here", plan)
    killed = []

    def kill(address: str) -> None:
        with Client(address, set_as_default=False) as client:
            processes = client.run(os.getpid)
        while surveys.finished_tiles(tmp_path / "there") < 2:
            time.sleep(0.01)
        killed.append(next(iter(processes.values())))
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill, args=(scheduler,), daemon=True)
    killer.start()
    found = surveys.complete(tmp_path / "there", plan, scheduler=scheduler)
    killer.join()
    assert killed
    # the nanny puts a new process in the place of the dead one
    with Client(scheduler, set_as_default=False) as client:
        assert killed[0] not in client.run(os.getpid).values()
    assert surveys.same(found, expected)


def test_tile_that_kills_every_worker_fails_and_the_rest_goes_on(
    tmp_path: Path, whole: Arrays, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = execute._on_worker

    def poisoned(question: bytes, points: Integers, code: dict[str, str]) -> Any:
        if 9 in points[:, 0]:  # as the scheduler says it, after four deaths
            raise KilledWorker("tile", SimpleNamespace(address="gone"), 3)  # type: ignore[arg-type]
        return genuine(question, points, code)

    with monkeypatch.context() as patch:
        patch.setattr(execute, "_on_worker", poisoned)
        found = surveys.complete(tmp_path, PLAN, scheduler=scheduler)
    second_block_failed(found)
    assert surveys.same(surveys.complete(tmp_path, PLAN, workers=2), whole)


def second_block_failed(found: Arrays) -> None:
    block = Blocks.of(PLAN).place(1)
    assert (found["status"][:, *block] == FAILED).all()
    assert "the worker died" in found["reason"][0, 9, 0]
    assert (np.delete(found["status"], np.arange(8, 16), axis=1) == COMPUTED).all()


@pytest.mark.parametrize("deaths", [3, 4])
def test_tile_that_kills_local_workers_is_tried_four_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deaths: int
) -> None:
    """Once beside the others and three times alone."""
    (limit,) = PLAN.limits
    sector = replace(limit.sector, kind=surveys.Deadly)
    plan = replace(PLAN, limits=(replace(limit, sector=sector),))
    monkeypatch.setenv("DEADLY", f"{PLAN.x.values[9]!r}")
    for number in range(deaths):
        (tmp_path / f"death-{number}").touch()
    monkeypatch.setenv("DEATHS", str(tmp_path))
    found = surveys.complete(tmp_path / "out", plan, workers=2)
    if deaths == 4:
        second_block_failed(found)
    else:
        assert (found["status"] == COMPUTED).all()
    assert not list(tmp_path.glob("death-*"))


def test_local_workers_open_no_port(tmp_path: Path) -> None:
    """Nobody else on the machine can reach them: no address of any kind is listened at."""
    before = listening()
    seen = []

    def report(_what: str, _done: int, _total: int) -> None:
        seen.append(len(psutil.Process().children()))
        assert listening() == before

    with execute.computing(2) as compute, Dataset(tmp_path, PLAN, surveys.CARD) as dataset:
        survey(PLAN, dataset, compute, report=report)
    assert max(seen) >= 2


def listening() -> set[tuple[int, str]]:
    """What this process and its children listen at."""
    own = psutil.Process()
    found = set()
    for process in (own, *own.children(recursive=True)):
        for one in process.net_connections("all"):
            if one.status == psutil.CONN_LISTEN or (one.family == socket.AF_UNIX and one.laddr):
                found.add((process.pid, str(one.laddr)))
    return found


def test_workers_with_other_code_are_refused(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = {**code_versions(PLAN), "scotopic.processes": "another"}
    with (
        execute.computing(None, scheduler) as compute,
        Dataset(tmp_path, PLAN, surveys.CARD) as dataset,
    ):
        monkeypatch.setattr(execute, "code_versions", lambda _: code)
        with pytest.raises(ScotopicError, match=r"another version of scotopic\.processes"):
            survey(PLAN, dataset, compute)


def test_scheduler_that_goes_away_leaves_a_dataset_to_go_on_with(
    tmp_path: Path, whole: Arrays
) -> None:
    with (
        cluster() as two,
        execute.computing(None, two.scheduler_address) as compute,
        Dataset(tmp_path, PLAN, surveys.CARD) as dataset,
    ):
        seen = 0

        def report(_what: str, _done: int, _total: int) -> None:
            nonlocal seen
            seen += 1
            if seen == 2:
                two.close()

        with pytest.raises(StoppedError, match="the scheduler is gone"):
            survey(PLAN, dataset, compute, report=report)
    assert surveys.same(surveys.complete(tmp_path, PLAN), whole)


def test_what_is_no_scheduler_is_named() -> None:
    """A program of another kind listens there, and speaks first."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = "tcp://{}:{}".format(*server.getsockname())

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")

        greeter = threading.Thread(target=greet)
        greeter.start()
        with (
            pytest.raises(ScotopicError, match=f"--scheduler {address}: no answer"),
            execute.computing(None, address),
        ):
            pass
        greeter.join()


@pytest.mark.parametrize(
    ("workers", "scheduler", "message"),
    [
        (2, "tcp://127.0.0.1:1", "exclude each other"),
        (0, None, "--workers 0: is not at least 1"),
        (None, "tcp://127.0.0.1:1", "--scheduler tcp://127.0.0.1:1: no answer"),
        (None, "nonsense://", "--scheduler nonsense://: no answer"),
    ],
)
def test_wrong_addresses_are_named(
    workers: int | None, scheduler: str | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execute, "_SECONDS_TO_CONNECT", 1)
    with pytest.raises(ScotopicError, match=message), execute.computing(workers, scheduler):
        pass


def test_progress_counts_points(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    with execute.computing(2) as compute, Dataset(tmp_path, PLAN, surveys.CARD) as dataset:
        survey(PLAN, dataset, compute, report=lambda _, done, total: seen.append((done, total)))
    assert seen[0] == (0, 32 * 12)
    assert seen[-1] == (32 * 12, 32 * 12)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
