"""A survey on disk: an xarray Dataset in zarr that grows tile by tile and survives any end.

Beside `dataset.zarr` lies `dataset.state` with the card, a lock, and a file for every finished
tile with the digest of its values. A tile without that file, or with other values than it names,
is computed again: what an interrupted run left half-written does no harm.
"""

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from scotopic._version import __version__
from scotopic.cache import library_versions
from scotopic.errors import ScotopicError, StoppedError
from scotopic.experiments.messages import shown
from scotopic.extras import required
from scotopic.results import whole_file
from scotopic.scan.layout import attributes_of, described, of_limits, of_points
from scotopic.scan.points import FAILED, Arrays, Plan
from scotopic.scan.survey import Kept
from scotopic.scan.tiles import Blocks, Tile
from scotopic.sources import module_names, source_digests

if TYPE_CHECKING:
    import xarray
    from filelock import FileLock

FORMAT: Final = 3

_COMPUTING: Final = ("scotopic.scan.points", "scotopic.scan.refinement", "scotopic.scan.tiles")
"""Modules with all behind them whose other version does not go on with a dataset."""

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SHOWN: Final = 4
_NOTHING: Final = object()


def code_versions(plan: Plan) -> dict[str, str]:
    """Return what a plane's numbers depend on beside its card: versions, and digests by room."""
    used = {*_COMPUTING, *module_names(*(limit.sector.kind for limit in plan.limits))}
    loaded = used.union(*(limit.search.modules() for limit in plan.limits))
    rooms: dict[str, str] = {}
    for name, digest in sorted((source_digests(loaded) or {}).items()):
        room = ".".join(re.split("[./]", name)[:2])
        text = rooms.get(room, "") + name + digest
        rooms[room] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return {**rooms, **library_versions(), "scotopic": __version__}


class Dataset(Kept):
    """The results of a survey on disk; a context, inside of which no other run can write.

    Parameters
    ----------
    directory : Path
        Where `dataset.zarr` and `dataset.state` are, or will be.
    plan : Plan
        The plane.
    card : mapping
        All that was asked for, as JSON can write it. A dataset of another card is refused, see
        `refuse_another`.

    Attributes
    ----------
    arrays : dict of str to ndarray
        All that is there, as from `scotopic.scan.points.no_points`.

    Raises
    ------
    ScotopicError
        On entry, if another run is writing, the stored card differs, or zarr is not installed.
    """

    def __init__(self, directory: Path, plan: Plan, card: Mapping[str, Any]) -> None:
        super().__init__(plan)
        self._state, self.path = _places(directory)
        self._plan = plan
        self._blocks = Blocks.of(plan)
        self._directory = directory
        self._content = _content(plan, card)

    def __enter__(self) -> Self:
        """Lock the directory, and read what is there."""
        required("zarr", "xarray")
        with _clear_errors(self.path):
            self._state.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self._directory)
            try:
                self._open()
            except BaseException:
                self._lock.release()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let others write."""
        self._lock.release()

    def _open(self) -> None:
        _refuse_other_content(self._directory, self._content)
        if not (card := self._state / "card.json").is_file():
            _write_durably(card, json.dumps(self._content, indent=1).encode())
        self._tiles = self._state / "tiles"
        self._tiles.mkdir(exist_ok=True)
        if not self.path.exists():
            self._create()
        for leftover in (*self.path.rglob("*.partial"), *self._state.rglob(".*.part")):
            leftover.unlink()
        import zarr  # noqa: PLC0415 - half a second

        group = zarr.open_group(self.path, mode="r+")
        self._stored: dict[str, Any] = {name: group[name] for name in self.arrays}
        for block in range(self._blocks.number):
            self._read(block)
        self._finished = dict(self._markers())

    def _create(self) -> None:
        """Make all arrays, empty; they get their name when all are there."""
        import zarr  # noqa: PLC0415 - half a second

        part = self.path.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        group = zarr.open_group(
            part, mode="w", zarr_format=3, attributes=described(self._plan, self._content)
        )
        for name, one in of_limits(self._plan).items():
            array = group.create_array(
                name,
                shape=one.values.shape,
                dtype=one.values.dtype,
                dimension_names=one.dims,
                attributes=attributes_of(one, name, self._plan),
            )
            array[...] = one.values
        for name, one in of_points(self._plan, self.arrays).items():
            empty = self.arrays[name]
            group.create_array(
                name,
                shape=empty.shape,
                chunks=(*empty.shape[:-2], *self._blocks.chunk),
                dtype=empty.dtype,
                fill_value=empty.flat[0],
                dimension_names=one.dims,
                attributes=attributes_of(one, name, self._plan),
            )
        part.rename(self.path)

    def _read(self, block: int) -> None:
        """Read a block into memory; a damaged chunk counts as empty."""
        place = self._blocks.place(block)
        for name, stored in self._stored.items():
            try:
                self.arrays[name][..., *place] = stored[..., *place]
            except Exception:  # noqa: BLE001 - decoders raise whatever they like
                stored[..., *place] = self.arrays[name][..., *place]

    def _markers(self) -> Iterator[tuple[str, str]]:
        for file in self._tiles.glob("*.json"):
            marker = json.loads(file.read_text())
            if not marker["failed_points"]:
                yield file.stem, marker["digest"]

    def holds(self, tile: Tile) -> bool:
        """Whether a tile is there, whole and without failed points."""
        return self._finished.get(tile.name) == tile.digest(self.arrays)

    def write(self, tile: Tile, found: Arrays) -> None:
        """Write a tile's block, then the file that declares the tile finished.

        Raises
        ------
        StoppedError
            If the disk is full or cannot be written.
        """
        super().write(tile, found)
        place = self._blocks.place(tile.block)
        failed = int((found["status"] == FAILED).any(axis=0).sum())
        marker = {"digest": tile.digest(self.arrays), "failed_points": failed}
        with _clear_errors(self.path):
            for name, stored in self._stored.items():
                stored[..., *place] = self.arrays[name][..., *place]
            _write_durably(self._tiles / f"{tile.name}.json", json.dumps(marker).encode())

    def remove(self) -> None:
        """Remove it from the disk: a card of which nothing exists must not stand in the way."""
        shutil.rmtree(self.path)
        shutil.rmtree(self._state)


def refuse_another(directory: Path, plan: Plan, card: Mapping[str, Any]) -> None:
    """Refuse a directory that holds a dataset of another card, or one that is in use.

    Parameters
    ----------
    directory : Path
        Where results are to be written, with or without a dataset; it is not touched.
    plan, card : Plan, mapping
        As for `Dataset`.

    Raises
    ------
    ScotopicError
        Saying what differs.
    """
    state, path = _places(directory)
    if not state.exists() and not path.exists():
        return
    _refuse_other_content(directory, _content(plan, card))
    if (state / "lock").exists():
        _locked(directory).release()


def _places(directory: Path) -> tuple[Path, Path]:
    return directory / "dataset.state", directory / "dataset.zarr"


def _content(plan: Plan, card: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a dataset is known by, as it reads back."""
    numbers = {key: value for key, value in card.items() if key != "figure"}
    content = {"format": FORMAT, "card": numbers, "code": code_versions(plan)}
    found: dict[str, Any] = json.loads(json.dumps(content, allow_nan=False))
    return found


def _locked(directory: Path) -> "FileLock":
    from filelock import FileLock, Timeout  # noqa: PLC0415 - not for small planes

    state, path = _places(directory)
    lock = FileLock(state / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ScotopicError(
            f"{path}: another run is writing to it; wait for it, or name another --output"
        ) from None
    return lock


def _refuse_other_content(directory: Path, content: Mapping[str, Any]) -> None:
    state, path = _places(directory)
    if not (stored := state / "card.json").is_file():
        if path.exists():
            raise ScotopicError(f"{path}: is there, but without the card that made it")
        return
    found = list(differences(json.loads(stored.read_text()), content))
    if found:
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise ScotopicError(
            f"{path}: was made with another card or code: {'; '.join(found[:_SHOWN])}{more};"
            f" name another --output, or remove it and {state.name}"
        )


def _write_durably(path: Path, content: bytes) -> None:
    """Write a file whole, and wait until it is on the disk."""
    with whole_file(path) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = "the disk is full" if error.errno in _FULL else error.strerror or str(error)
        raise StoppedError(
            f"{path}: {why}; finished tiles are kept, the same command goes on from there"
        ) from None


def differences(stored: object, asked: object, path: str = "") -> Iterator[str]:
    """Name what differs between two values that JSON can write.

    Examples
    --------
    >>> list(differences({"x": {"points": 3}, "y": [1]}, {"x": {"points": 4}, "y": [1, 2]}))
    ['x.points: 3 there, 4 now', 'y[1]: nothing there, 2 now']
    >>> list(differences({"limits": {"a": {"title": "long"}}}, {"limits": {}}))
    ['limits.a: a table there, nothing now']
    """
    if isinstance(stored, dict) and isinstance(asked, dict):
        for key in dict.fromkeys([*stored, *asked]):
            below = f"{path}.{key}" if path else str(key)
            yield from differences(stored.get(key, _NOTHING), asked.get(key, _NOTHING), below)
    elif isinstance(stored, list) and isinstance(asked, list):
        for k in range(max(len(stored), len(asked))):
            there, now = (v[k] if k < len(v) else _NOTHING for v in (stored, asked))
            yield from differences(there, now, f"{path}[{k}]")
    elif stored != asked:
        texts = ["nothing" if v is _NOTHING else shown(v) for v in (stored, asked)]
        yield f"{path}: {texts[0]} there, {texts[1]} now"


def open_dataset(directory: Path) -> "xarray.Dataset":
    """Open the dataset of a run, finished or not.

    Parameters
    ----------
    directory : Path
        The run's --output.

    Raises
    ------
    ScotopicError
        If there is none, or xarray is not installed.
    """
    required("zarr", "xarray")
    import xarray  # noqa: PLC0415 - half a second

    path = directory / "dataset.zarr"
    if not path.is_dir():
        raise ScotopicError(f"{path}: is not there")
    found: xarray.Dataset = xarray.open_zarr(path, consolidated=False)
    return found
