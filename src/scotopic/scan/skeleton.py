"""The files of a dataset that follow from what was asked: metadata, coordinates, all but points.

They are made in memory, so that those on disk can be compared with what they must be, and put back.
"""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scotopic.errors import CardError
from scotopic.reading import read_bytes
from scotopic.results import whole_file
from scotopic.scan.layout import attributes_of, described, of_limits, of_points
from scotopic.scan.points import Plan, no_points
from scotopic.scan.tiles import Blocks

if TYPE_CHECKING:
    from zarr.core.buffer import Buffer

LARGEST: Final = 256 << 20
"""Bytes of a file; those of a dataset are far smaller."""


def skeleton(plan: Plan, content: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files of a dataset without points, by their paths in it.

    Parameters
    ----------
    plan : Plan
        The plane.
    content : mapping
        What the dataset is known by.
    """
    import zarr  # noqa: PLC0415 - half a second
    from zarr.codecs import ZstdCodec  # noqa: PLC0415

    files: dict[str, Buffer] = {}
    group = zarr.open_group(
        zarr.storage.MemoryStore(files),
        mode="w",
        zarr_format=3,
        attributes=described(plan, content),
    )
    checked = ZstdCodec(checksum=True)  # so that readers notice a flipped bit
    for name, one in of_limits(plan).items():
        array = group.create_array(
            name,
            shape=one.values.shape,
            dtype=one.values.dtype,
            compressors=checked,
            dimension_names=one.dims,
            attributes=attributes_of(one, name, plan),
        )
        array[...] = one.values
    chunk = Blocks.of(plan).chunk
    for name, one in of_points(plan, no_points(plan, (1, 1))).items():
        group.create_array(
            name,
            shape=(*one.values.shape[:-2], *plan.shape),
            chunks=(*one.values.shape[:-2], *chunk),
            dtype=one.values.dtype,
            compressors=checked,
            fill_value=one.values.flat[0],
            dimension_names=one.dims,
            attributes=attributes_of(one, name, plan),
        )
    return {name: buffer.to_bytes() for name, buffer in files.items()}


def as_json(content: Mapping[str, Any]) -> bytes:
    """Write a table as files of the state have it."""
    return json.dumps(content, indent=1).encode()


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def strangers(root: Path) -> Iterator[Path]:
    """Yield what is no regular file of a sensible size and no directory: links, pipes, devices."""
    for path in root.rglob("*"):
        found = path.lstat()
        regular = stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST
        if not (regular or stat.S_ISDIR(found.st_mode)):
            yield path


def content_of(file: Path) -> bytes | None:
    """Read a file; None if it is absent, cannot be read, or is no regular file of a fair size."""
    try:
        return None if file.is_symlink() else read_bytes(file, LARGEST)
    except CardError:
        return None


def table_in(file: Path) -> dict[str, Any] | None:
    """Read a table from a JSON file; None if it is absent or damaged."""
    try:
        found = json.loads(content_of(file) or b"")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def clear(root: Path, file: Path) -> bool:
    """Remove what is at the place of a file, and what is no directory on the way from a root.

    Returns
    -------
    bool
        Whether anything was there.
    """
    for path in (*reversed(file.relative_to(root).parents), file.relative_to(root)):
        place = root / path
        if place.is_dir() and not (place.is_symlink() and place != root):
            if place == file:
                shutil.rmtree(place)
                return True
        elif os.path.lexists(place):
            place.unlink()
            return True
    return False


def put_back(root: Path, file: Path, content: bytes) -> None:
    """Write a file below a root, whatever is at its place, and wait until it is on the disk."""
    clear(root, file)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_durably(file, content)


def write_durably(file: Path, content: bytes) -> None:
    """Write a file whole, and wait until it and its name are on the disk."""
    with whole_file(file) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    sync(file.parent)


def sync(directory: Path) -> None:
    """Wait until the names in a directory are on the disk."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
