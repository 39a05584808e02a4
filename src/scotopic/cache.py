"""Tables on disk that are computed once and then read by every process.

A table is a set of named arrays. Its key is everything that it depends on: the inputs, and the
source of the modules that compute it, so that a changed formula can never be answered with an
old table. A file appears whole or not at all, and several processes that want the same table
wait for the one that builds it.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[np.float64]]
Build = Callable[[], dict[str, npt.NDArray[Any]]]

ENVIRONMENT_VARIABLE = "SCOTOPIC_CACHE"
"""Names the directory of the tables; set to the empty string, nothing is kept on disk."""


def cache_directory() -> Path | None:
    """Return the directory in which tables are kept, or None if nothing is to be kept.

    It is `$SCOTOPIC_CACHE` if that is set, otherwise the user's cache directory of the
    operating system.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if named is not None:
        return Path(named) if named else None
    from platformdirs import user_cache_path  # noqa: PLC0415 - only when it is asked for

    return user_cache_path("scotopic")


@lru_cache
def _source_digest(module: str) -> str:
    """Digest of a module's source, or of all modules in a package, without importing it."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no source for {module}")
    origin = Path(spec.origin)
    files = sorted(origin.parent.rglob("*.py")) if spec.submodule_search_locations else [origin]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def key_digest(inputs: Mapping[str, Any], sources: Iterable[str]) -> str:
    """Return the digest under which a table with these inputs is kept.

    Parameters
    ----------
    inputs : mapping
        Everything the table depends on, as JSON can write it. Floats enter with all digits.
    sources : iterable of str
        Names of the modules and packages whose code computes the table.
    """
    text = json.dumps(inputs, sort_keys=True, allow_nan=False)
    digest = hashlib.sha256(text.encode())
    for module in sorted(sources):
        digest.update(_source_digest(module).encode())
    return digest.hexdigest()


def _read(path: Path) -> dict[str, npt.NDArray[Any]] | None:
    """Read a table; None if it is absent or damaged."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, arrays: dict[str, npt.NDArray[Any]]) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _built(build: Build) -> dict[str, npt.NDArray[Any]]:
    from scotopic.memory import keep_freed_memory  # noqa: PLC0415 - a warm run computes nothing

    keep_freed_memory()
    return build()


def _kept(
    name: str, inputs: Mapping[str, Any], sources: Iterable[str], build: Build
) -> dict[str, npt.NDArray[Any]]:
    """Return what was built, from disk if it is there."""
    directory = cache_directory()
    if directory is None:
        return _built(build)
    path = directory / f"{name}-{key_digest(inputs, sources)[:32]}.npz"
    found = _read(path)
    if found is not None:
        return found
    from filelock import FileLock  # noqa: PLC0415 - a warm run needs no lock

    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_suffix(".lock"))
        lock.acquire()
    except OSError:
        return _built(build)
    try:
        found = _read(path)
        if found is None:
            found = _built(build)
            with contextlib.suppress(OSError):
                _write(path, found)
    finally:
        lock.release()
    return found


def cached_arrays(
    name: str,
    inputs: Mapping[str, Any],
    sources: Iterable[str],
    build: Callable[[], Arrays],
) -> Arrays:
    """Return a table from disk, or build it and keep it there.

    Parameters
    ----------
    name : str
        What the table is, for people who look into the directory.
    inputs : mapping
        Everything the table depends on, as JSON can write it.
    sources : iterable of str
        Names of the modules and packages whose code computes the table.
    build : callable
        Computes the table: named float64 arrays.

    Returns
    -------
    dict of str to ndarray
        The arrays that `build` returned, now or earlier.

    Notes
    -----
    A directory that cannot be written is no error: the table is then built in every process.
    A damaged file is built anew.
    """
    return _kept(name, inputs, sources, build)


def cached_bytes(
    name: str,
    inputs: Mapping[str, Any],
    sources: Iterable[str],
    build: Callable[[], Mapping[str, bytes]],
) -> dict[str, bytes]:
    """Return files' contents from disk, or make them and keep them there.

    Parameters and notes as for `cached_arrays`; `build` returns bytes by name.
    """

    def as_arrays() -> dict[str, npt.NDArray[Any]]:
        return {key: np.frombuffer(content, np.uint8) for key, content in build().items()}

    return {key: array.tobytes() for key, array in _kept(name, inputs, sources, as_arrays).items()}
