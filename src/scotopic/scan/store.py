"""A survey on disk: an xarray Dataset in zarr that grows tile by tile and survives any end.

Beside `dataset.zarr` lies `dataset.state` with the card, a lock, and a file for every finished
tile with the digest of its values. A tile without that file, or with other values than it names,
is computed again: what an interrupted run left half-written does no harm. Other files that are
damaged are put back.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from scotopic.errors import ScotopicError, one_line
from scotopic.extras import required
from scotopic.scan.claim import (
    CARD,
    clear_errors,
    known_by,
    locked,
    places,
    refuse_other_content,
)
from scotopic.scan.points import Arrays, Plan
from scotopic.scan.skeleton import (
    as_json,
    clear,
    content_of,
    digests,
    put_back,
    skeleton,
    strangers,
    sync,
    table_in,
    write_durably,
)
from scotopic.scan.survey import Kept, failures
from scotopic.scan.tiles import Blocks, Tile

if TYPE_CHECKING:
    import xarray

DIGESTS: Final = "files.json"
"""The digests of the files that never change, in the state: for readers, who have no card."""


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
        `scotopic.scan.claim.refuse_another`.

    Attributes
    ----------
    arrays : dict of str to ndarray
        All that is there, as from `scotopic.scan.points.no_points`.
    damaged : list of str
        Files that were damaged and are put back, and tiles that are computed again since their
        values were.

    Raises
    ------
    ScotopicError
        On entry, if another run is writing, the stored card differs, or zarr is not installed.
    """

    def __init__(self, directory: Path, plan: Plan, card: Mapping[str, Any]) -> None:
        super().__init__(plan)
        self._state, self.path = places(directory)
        self._plan = plan
        self._blocks = Blocks.of(plan)
        self._directory = directory
        self._content = known_by(plan, card)
        self._tiles = self._state / "tiles"
        self._failed: set[str] = set()

    def __enter__(self) -> Self:
        """Lock the directory, and read what is there."""
        required("zarr", "xarray")
        with clear_errors(self.path):
            self._state.mkdir(parents=True, exist_ok=True)
            self._lock = locked(self._directory)
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
        refuse_other_content(self._directory, self._content)
        for place in (self.path, self._state):
            for leftover in (*place.rglob("*.partial"), *place.rglob(".*.part")):
                clear(place, leftover)
            for stranger in strangers(place):
                self._clear(stranger)
        files = skeleton(self._plan, self._content)
        self._put_back(self._state / CARD, as_json(self._content))
        self._put_back(self._state / DIGESTS, as_json(digests(files)))
        if not self.path.exists():
            self._create(files)
            self.damaged.clear()
        for name, content in files.items():
            self._put_back(self.path / name, content)
        self._finished = dict(self._markers())
        import zarr  # noqa: PLC0415 - half a second

        group = zarr.open_group(self.path, mode="r+")
        self._stored: dict[str, Any] = {name: group[name] for name in self.arrays}
        for block in range(self._blocks.number):
            self._read(block)

    def _create(self, files: Mapping[str, bytes]) -> None:
        """Make all files; the directory gets its name when all are on the disk."""
        part = self.path.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        for name, content in files.items():
            put_back(part, part / name, content)
        part.rename(self.path)
        sync(self._directory)

    def _put_back(self, file: Path, content: bytes) -> None:
        """Write a file, unless it is there with this content."""
        if content_of(file) != content:
            self.damaged.append(str(file.relative_to(self._directory)))
            put_back(self._directory, file, content)

    def _clear(self, file: Path) -> None:
        """Remove what is damaged, or in the way of a file."""
        if clear(self._directory, file):
            self.damaged.append(str(file.relative_to(self._directory)))

    def _read(self, block: int) -> None:
        """Read a block into memory; a damaged chunk counts as empty."""
        place = self._blocks.place(block)
        for name, stored in self._stored.items():
            where = [0] * stored.ndim
            where[stored.ndim - 2 + self._blocks.axis] = block
            file = self.path / name / stored.metadata.encode_chunk_key(tuple(where))
            if not file.is_file():
                self._clear(file)
                continue
            try:
                self.arrays[name][..., *place] = stored[..., *place]
            except Exception:  # noqa: BLE001 - decoders raise whatever they like
                self._clear(file)

    def _markers(self) -> Iterator[tuple[str, str]]:
        """Yield names and digests of the tiles that were finished without failed points."""
        if not self._tiles.is_dir():
            self._clear(self._tiles)
            self._tiles.mkdir()
        for file in self._tiles.glob("*.json"):
            marker = table_in(file)
            if marker is None or not {"digest", "failed_points"} <= marker.keys():
                self._clear(file)
            elif marker["failed_points"]:
                self._failed.add(file.stem)
            else:
                yield file.stem, marker["digest"]

    def _marker(self, name: str) -> str:
        """Return the name of the file that declares a tile finished."""
        return str((self._tiles / f"{name}.json").relative_to(self._directory))

    def holds(self, tile: Tile) -> bool:
        """Whether a tile is there, whole and without failed points."""
        digest = self._finished.get(tile.name)
        if digest is None:
            i, j = tile.points.T
            is_told = tile.name in self._failed or self._marker(tile.name) in self.damaged
            if not is_told and self.arrays["status"][:, i, j].any():
                self.damaged.append(f"tile {tile.name}, of which nothing says that it is whole")
            return False
        if is_damaged := digest != tile.digest(self.arrays):
            self.damaged.append(f"tile {tile.name}")
        return not is_damaged

    def write(self, tile: Tile, found: Arrays) -> None:
        """Write a tile's block, then the file that declares the tile finished.

        Raises
        ------
        StoppedError
            If the disk is full or cannot be written.
        """
        super().write(tile, found)
        place = self._blocks.place(tile.block)
        marker = {
            "digest": tile.digest(self.arrays),
            "failed_points": int(failures(found).sum()),
        }
        with clear_errors(self.path):
            for name, stored in self._stored.items():
                stored[..., *place] = self.arrays[name][..., *place]
            write_durably(self._tiles / f"{tile.name}.json", as_json(marker))

    def remove(self) -> None:
        """Remove it from the disk: a card of which nothing exists must not stand in the way."""
        shutil.rmtree(self.path)
        shutil.rmtree(self._state)


def open_dataset(directory: Path) -> "xarray.Dataset":
    """Open the dataset of a run, finished or not; values are read when they are asked for.

    Parameters
    ----------
    directory : Path
        The run's --output.

    Raises
    ------
    ScotopicError
        If there is none, its metadata or coordinates are damaged, or xarray is not installed.
    """
    required("zarr", "xarray")
    import xarray  # noqa: PLC0415 - half a second

    state, path = places(directory)
    if not path.is_dir():
        raise ScotopicError(f"{path}: is not there")
    with _named_damage(path):
        for file in strangers(path):
            raise ScotopicError(f"{file.relative_to(path)} is no regular file")
        for name, digest in (table_in(state / DIGESTS) or {}).items():
            if digests({name: content_of(path / name) or b""}) != {name: digest}:
                raise ScotopicError(f"{name} is not what was written")
        found: xarray.Dataset = xarray.open_zarr(path, consolidated=False)
    return found


def read_dataset(directory: Path) -> "xarray.Dataset":
    """Read the dataset of a run with all its values.

    Raises
    ------
    ScotopicError
        As `open_dataset`, or if values are damaged.
    """
    found = open_dataset(directory)
    with _named_damage(directory / "dataset.zarr"):
        return found.load()


@contextmanager
def _named_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise ScotopicError(
            f"{path}: is damaged: {one_line(str(error))}; the scotopic plane that made it mends it,"
            " and computes again what is lost"
        ) from error
