"""A program that kills surveys at random moments, and compares what they leave with what is right.

It imports everything once and forks the surveys, so that a kill costs no start of Python.
"""

import json
import math
import os
import random
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

import zarr
from tests.scan import surveys

from scotopic.scan.claim import code_versions

PLAN = surveys.semi_visible(masses=48, events=128, mixings=24)
_TOLERANCES = (None, 0.02)


class Run:
    """A survey of the plane into a dataset, in a process of its own."""

    def __init__(self, directory: Path, tolerance: float | None) -> None:
        self._directory = directory
        self._process = os.fork()
        if self._process == 0:
            try:
                surveys.complete(directory, PLAN, tolerance=tolerance)
            except BaseException:  # noqa: BLE001 - it must not return into the program
                traceback.print_exc()
                os._exit(1)
            os._exit(0)

    def ends_within(self, seconds: float, more_tiles: float = math.inf) -> bool:
        """Wait for its end, at most so long or until it finished more tiles."""
        until = time.monotonic() + seconds
        tiles = self.tiles + more_tiles
        while time.monotonic() < until and self.tiles < tiles:
            found, status = os.waitpid(self._process, os.WNOHANG)
            if found:
                assert status == 0
                return True
            time.sleep(0.002)
        return False

    @property
    def tiles(self) -> int:
        """How many tiles are on the disk."""
        return surveys.finished_tiles(self._directory)

    def kill(self) -> None:
        """Kill it, whatever it does."""
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)


def files(directory: Path) -> dict[str, bytes]:
    """All files but the lock."""
    found = (path for path in directory.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path.relative_to(directory)): path.read_bytes() for path in found}


def main(directory: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill so often; count kills, datasets, and those of them that came out different."""
    numbers = random.Random(seed)  # noqa: S311 - no secret
    code_versions(PLAN)  # once for all
    expected, seconds = {}, {}
    for tolerance in _TOLERANCES:
        assert Run(directory / f"cold-{tolerance}", tolerance).ends_within(900)
        started = time.monotonic()
        whole = directory / f"whole-{tolerance}"
        assert Run(whole, tolerance).ends_within(900)
        expected[tolerance], seconds[tolerance] = files(whole), time.monotonic() - started
    found = {"killed": 0, "with_tiles": 0, "datasets": 0, "different": 0}
    while found["killed"] < kills or found["datasets"] < 2:
        tolerance = _TOLERANCES[found["datasets"] % 2]
        place = directory / "killed"
        while True:
            run = Run(place, tolerance)
            more = numbers.choice([0, 1, 1])  # tiles that it finishes first
            late = numbers.uniform(0.0, seconds[tolerance] / 4)
            if (more and run.ends_within(900, more)) or run.ends_within(late):
                break
            run.kill()
            found["killed"] += 1
            found["with_tiles"] += run.tiles > 0
        found["datasets"] += 1
        found["different"] += files(place) != expected[tolerance]
        shutil.rmtree(place)
    return found


if __name__ == "__main__":
    assert zarr  # imported before the forks
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
