"""Tiles on processes of this machine, which are reached through pipes: no port is opened.

A Dask cluster on the same machine would listen on a port, through which every user of the machine
could run code as the one who started it.
"""

import multiprocessing
import pickle
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Final, Self, cast

from scotopic.memory import keep_freed_memory
from scotopic.progress import Report, silent
from scotopic.scan.points import Arrays, Plan, evaluate, failed_points
from scotopic.scan.tiles import Integers, Tile

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_DEATHS: Final = 4
"""Workers that may die over a tile before its points count as failed."""


def one_thread(plan: Plan, points: Integers, report: Report = silent) -> Arrays:
    """Compute points with one thread of linear algebra: more of them add up in another order."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - for datasets only

    with threadpool_limits(1, user_api="blas"):
        return evaluate(plan, points, report)


@lru_cache(maxsize=1)
def understood(question: bytes) -> Plan:
    """Return the plane, one for all tiles: what it has found out of its experiments is kept."""
    plan: Plan = pickle.loads(question)  # noqa: S301 - from our own client
    return plan


class Workers:
    """Processes that compute tiles; a context, at whose end they are gone.

    A tile whose worker dies is put off until all others are done, and then tried alone: several
    may need more memory than there is.

    Parameters
    ----------
    number : int
        How many processes.
    """

    def __init__(self, number: int) -> None:
        self._processes: dict[Connection, BaseProcess] = {}
        self._number = number

    def __enter__(self) -> Self:
        """Start the processes."""
        for _ in range(self._number):
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        """End them, whatever they do."""
        for connection in list(self._processes):
            self._end(connection)

    def __call__(
        self, plan: Plan, tiles: Sequence[Tile], report: Report
    ) -> Iterator[tuple[Tile, Arrays]]:
        """Compute tiles and yield each when it is there, in any order."""
        del report
        question = pickle.dumps(plan)
        killed = []
        for tile, found in self._shared(question, tiles):
            if found is None:
                killed.append(tile)
            else:
                yield tile, found
        for tile in killed:
            found = self._alone(question, tile)
            reason = f"the worker died, {_DEATHS} times"
            yield tile, found or failed_points(plan, len(tile.points), reason)

    def _alone(self, question: bytes, tile: Tile) -> Arrays | None:
        for _ in range(_DEATHS - 1):
            ((_, found),) = self._shared(question, [tile])
            if found is not None:
                return found
        return None

    def _shared(
        self, question: bytes, tiles: Sequence[Tile]
    ) -> Iterator[tuple[Tile, Arrays | None]]:
        """Yield tiles with what was found, or None where the worker died."""
        waiting, busy = list(reversed(tiles)), dict[Connection, Tile]()
        while waiting or busy:
            for connection in [c for c in self._processes if c not in busy][: len(waiting)]:
                tile = waiting.pop()
                busy[connection] = tile
                with suppress(OSError):  # of one that is dead; then nothing comes back
                    connection.send((question, tile.points))
            for ready in wait(list(busy)):
                connection = cast("Connection", ready)
                tile = busy.pop(connection)
                try:
                    found = connection.recv()
                except (EOFError, OSError):
                    found = None
                    self._end(connection)
                    self._start()
                if isinstance(found, Exception):
                    raise found
                yield tile, found

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork of threads does not work
        mine, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        self._processes[mine] = process

    def _end(self, connection: Connection) -> None:
        process = self._processes.pop(connection)
        connection.close()
        process.kill()
        process.join()


def work(connection: Connection) -> None:
    """Compute what comes through a pipe until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other end decides what an interrupt ends
    keep_freed_memory()
    with suppress(EOFError, OSError):
        while True:
            question, points = connection.recv()
            try:
                found: Arrays | Exception = one_thread(understood(question), points)
            except Exception as error:  # noqa: BLE001 - it is raised at the other end
                found = error
            connection.send(found)
