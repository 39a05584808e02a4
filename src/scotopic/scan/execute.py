"""Where tiles are computed: in this process, in others of this machine, or on a Dask cluster.

Workers get all that they need with each tile and return arrays; they need no common disk. They
must have the same code.
"""

import asyncio
import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from scotopic.errors import ScotopicError, StoppedError, one_line
from scotopic.extras import required
from scotopic.progress import Report
from scotopic.scan.claim import code_versions
from scotopic.scan.points import Arrays, Plan, failed_points
from scotopic.scan.survey import Compute, in_process
from scotopic.scan.tiles import Integers, Tile
from scotopic.scan.workers import Workers, one_thread, understood

if TYPE_CHECKING:
    from distributed import Client, Future

_SECONDS_TO_CONNECT: Final = 5


class OtherCodeError(ScotopicError):
    """A worker whose code differs from that of the process that collects the results."""


def _on_worker(question: bytes, points: Integers, code: dict[str, str]) -> Arrays:
    """Compute points on a worker."""
    plan = understood(question)
    own = code_versions(plan)
    if own != code:
        other = next(name for name in code if own.get(name) != code[name])
        raise OtherCodeError(f"a worker has another version of {other}; install the same one there")
    return one_thread(plan, points)


@contextmanager
def computing(workers: int | None = None, scheduler: str | None = None) -> Iterator[Compute]:
    """Give what computes the tiles of a dataset.

    Parameters
    ----------
    workers : int, optional
        Start this many local processes.
    scheduler : str, optional
        Use the Dask cluster at this address. Left out both, the tiles are computed here.

    Raises
    ------
    ScotopicError
        If the address does not answer, both are given, or Dask is not installed.

    Notes
    -----
    Who controls a scheduler can run code here and on its workers; see `scotopic.scan.workers` for
    why local processes need none.
    """
    required("threadpoolctl")
    if workers is None and scheduler is None:
        yield partial(in_process, points=one_thread)
        return
    if workers is not None and scheduler is not None:
        raise ScotopicError("--workers and --scheduler exclude each other")
    if workers is not None and workers < 1:
        raise ScotopicError(f"--workers {workers}: is not at least 1")
    if workers is not None:
        with Workers(workers) as own:
            yield own
        return
    required("dask", "distributed")
    from distributed import Client  # noqa: PLC0415 - slow to import

    _require_answer(str(scheduler))
    with Client(scheduler, set_as_default=False) as client:
        yield _OnCluster(client)


def _require_answer(address: str) -> None:
    """Ask a scheduler who it is: a client that finds none is neither quick nor quiet about it."""
    from distributed import Security, rpc  # noqa: PLC0415 - is there already

    async def ask() -> None:
        arguments = Security().get_connection_args("client")
        async with rpc(address, connection_args=arguments) as scheduler:
            await scheduler.identity()

    def within_time() -> None:
        asyncio.run(asyncio.wait_for(ask(), _SECONDS_TO_CONNECT))

    try:
        with ThreadPoolExecutor(1) as thread:  # a notebook has a loop of its own in this one
            thread.submit(within_time).result()
    except TimeoutError:
        why = f"nothing within {_SECONDS_TO_CONNECT} s"
    except Exception as error:  # noqa: BLE001 - what answers there may be anything
        why = one_line(str(error) or type(error).__name__)
    else:
        return
    raise ScotopicError(
        f"--scheduler {address}: no answer: {why}; it is the address of a Dask scheduler, like"
        " tcp://10.0.0.1:8786"
    )


class _OnCluster:
    """Computes tiles on a cluster; one whose worker dies is given to another by the scheduler."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def __call__(
        self, plan: Plan, tiles: Sequence[Tile], report: Report
    ) -> Iterator[tuple[Tile, Arrays]]:
        from distributed import as_completed  # noqa: PLC0415 - is there already

        del report
        asked = pickle.dumps(plan), code_versions(plan)
        killed = []
        futures = {self._submit(*asked, tile): tile for tile in tiles}
        try:
            for future in as_completed(list(futures), loop=self._client.loop):
                tile = futures.pop(future)
                if isinstance(found := _result(future), int):
                    killed.append(tile)
                else:
                    yield tile, found
        finally:
            for future in futures:
                future.cancel()
        for tile in killed:  # alone: a tile may have waited on the workers that another one killed
            if isinstance(found := _result(self._submit(*asked, tile)), int):
                reason = f"the worker died, {found} times"
                found = failed_points(plan, len(tile.points), reason)
            yield tile, found

    def _submit(self, question: bytes, code: dict[str, str], tile: Tile) -> "Future[Arrays]":
        submitted: Future[Arrays] = self._client.submit(
            _on_worker, question, tile.points, code, pure=False
        )
        return submitted


def _result(future: "Future[Arrays]") -> Arrays | int:
    """Return what a worker found, or how many workers died over it."""
    from concurrent.futures import CancelledError  # noqa: PLC0415 - with distributed

    from distributed import KilledWorker  # noqa: PLC0415 - is there already

    try:
        found: Arrays = future.result()
    except KilledWorker as error:
        return int(getattr(error, "allowed_failures", 3)) + 1
    except (CancelledError, OSError) as error:
        raise StoppedError(
            f"the scheduler is gone ({type(error).__name__}); finished tiles are kept, the same"
            " command goes on from there"
        ) from None
    return found
