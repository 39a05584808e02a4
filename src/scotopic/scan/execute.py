"""Where tiles are computed: in this process, on a local cluster, or on any Dask cluster.

Workers get all that they need with each tile and return arrays; they need no common disk. They
must have the same code.
"""

import logging
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from scotopic.errors import ScotopicError, StoppedError
from scotopic.extras import required
from scotopic.progress import Report, silent
from scotopic.scan.points import Arrays, Setup, evaluate, failed_points
from scotopic.scan.store import code_versions
from scotopic.scan.survey import Compute
from scotopic.scan.tiles import Integers, Tile

if TYPE_CHECKING:
    from distributed import Client, Future

_SECONDS_TO_CONNECT: Final = 10

_QUIET: Final = {"distributed.worker.profile.enabled": False}
"""Local workers need no statistics of their stack a hundred times a second."""


class OtherCodeError(ScotopicError):
    """A worker whose code differs from that of the process that collects the results."""


def one_thread(setup: Setup, points: Integers, report: Report = silent) -> Arrays:
    """Compute points with one thread of linear algebra: more of them add up in another order."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - for datasets only

    with threadpool_limits(1, user_api="blas"):
        return evaluate(setup, points, report)


def _here(setup: Setup, tiles: Sequence[Tile], report: Report) -> Iterator[tuple[Tile, Arrays]]:
    for tile in tiles:
        yield tile, one_thread(setup, tile.points, report if len(tiles) == 1 else silent)


def _on_worker(question: bytes, points: Integers, code: dict[str, str]) -> Arrays:
    """Compute points on a worker."""
    own = code_versions()
    if own != code:
        other = next(name for name in code if own.get(name) != code[name])
        raise OtherCodeError(f"a worker has another version of {other}; install the same one there")
    setup: Setup = pickle.loads(question)  # noqa: S301 - from our own client
    return one_thread(setup, points)


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
    """
    required("threadpoolctl")
    if workers is None and scheduler is None:
        yield _here
        return
    if workers is not None and scheduler is not None:
        raise ScotopicError("--workers and --scheduler exclude each other")
    if workers is not None and workers < 1:
        raise ScotopicError(f"--workers {workers}: is not at least 1")
    required("dask", "distributed")
    with _client(workers, scheduler) as client:
        yield _OnCluster(client)


@contextmanager
def _client(workers: int | None, scheduler: str | None) -> "Iterator[Client]":
    import dask  # noqa: PLC0415 - slow to import
    from distributed import Client, LocalCluster  # noqa: PLC0415

    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            why = str(error).splitlines()[0]
            raise ScotopicError(f"--scheduler {scheduler}: no answer: {why}") from None
        with client:
            yield client
        return
    with dask.config.set(_QUIET):
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",  # any free port: two runs must not meet
            silence_logs=logging.CRITICAL,
        )
    with cluster, Client(cluster, set_as_default=False) as client:
        yield client


class _OnCluster:
    """Computes tiles on a cluster; one whose worker dies is given to another by the scheduler."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._code = code_versions()

    def __call__(
        self, setup: Setup, tiles: Sequence[Tile], report: Report
    ) -> Iterator[tuple[Tile, Arrays]]:
        from distributed import as_completed  # noqa: PLC0415 - is there already

        del report
        question = pickle.dumps(setup)
        futures = {
            self._client.submit(_on_worker, question, tile.points, self._code, pure=False): tile
            for tile in tiles
        }
        try:
            for future in as_completed(list(futures), loop=self._client.loop):
                tile = futures.pop(future)
                yield tile, _result(future, setup, tile)
        finally:
            for future in futures:
                future.cancel()


def _result(future: "Future[Arrays]", setup: Setup, tile: Tile) -> Arrays:
    """Return what a worker found; points that killed several workers have failed."""
    from concurrent.futures import CancelledError  # noqa: PLC0415 - with distributed

    from distributed import KilledWorker  # noqa: PLC0415 - is there already

    try:
        found: Arrays = future.result()
    except KilledWorker as error:
        attempts = getattr(error, "allowed_failures", 3) + 1
        reason = f"the worker died, {attempts} times"
        return failed_points(setup, len(tile.points), reason)
    except (CancelledError, OSError) as error:
        raise StoppedError(
            f"the scheduler is gone ({type(error).__name__}); finished tiles are kept, the same"
            " command goes on from there"
        ) from None
    return found
