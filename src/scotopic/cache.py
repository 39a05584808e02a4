"""Tables on disk that are computed once and then read by every process.

A table is a set of named arrays. Its key is everything that it depends on: the inputs, the code and
data behind the function that builds it, and the libraries, so that a changed formula can never be
answered with an old table. A file appears whole or not at all, carries a seal that no other content
fits, and several processes that want the same table wait for the one that builds it.
"""

import contextlib
import hashlib
import importlib
import importlib.util
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scotopic.results import whole_file
from scotopic.sources import source_digests

Arrays = dict[str, npt.NDArray[np.float64]]
Build = Callable[[], dict[str, npt.NDArray[Any]]]

ENVIRONMENT_VARIABLE = "SCOTOPIC_CACHE"
"""Names the directory of the tables; set to the empty string, nothing is kept on disk."""

LIBRARIES: Final = ("numba", "numpy", "scipy")
"""Libraries whose versions the numbers may depend on."""

_SEAL: Final = "_seal"


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


def library_versions() -> Mapping[str, str]:
    """Return the versions of Python and of `LIBRARIES`, without importing these."""
    python = ".".join(map(str, sys.version_info[:2]))
    return {"python": python, **{name: library_version(name) for name in LIBRARIES}}


@cache
def library_version(library: str) -> str:
    """Return a library's version, off the name of the folder that installers make beside it.

    `importlib.metadata` reads the folder's content, and takes 20 times as long to be imported.
    """
    spec = importlib.util.find_spec(library)
    if spec is not None and spec.origin is not None:
        found = list(Path(spec.origin).parents[1].glob(f"{library}-*.dist-info"))
        if len(found) == 1:
            return found[0].stem.partition("-")[2]
    return str(importlib.import_module(library).__version__)


def key_digest(inputs: Mapping[str, Any], modules: Iterable[str]) -> str | None:
    """Return the digest under which a table with these inputs is kept.

    Parameters
    ----------
    inputs : mapping
        Everything the table depends on, as JSON can write it. Floats enter with all digits.
    modules : iterable of str
        Where the code that computes it begins; all that they import counts.

    Returns
    -------
    str or None
        None if some of the code cannot be read: nothing can be kept then.

    Raises
    ------
    ValueError
        If JSON cannot write the inputs.
    """
    sources = source_digests(modules)
    content = {"inputs": inputs, "sources": sources, "libraries": library_versions()}
    try:
        text = json.dumps(content, sort_keys=True, allow_nan=False, default=_plain)
    except (TypeError, ValueError) as error:
        raise ValueError(f"inputs: JSON cannot write them: {error}") from None
    return None if sources is None else hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    """Return a number of numpy's as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} is of the type {type(value).__qualname__}")


def _seal(key: str, arrays: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[np.uint8]:
    """Return a digest of what is kept under a key: names, types, shapes and values."""
    digest = hashlib.sha256(key.encode())
    for name in sorted(arrays):
        array = np.asarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.tobytes())
    return np.frombuffer(digest.digest(), np.uint8)


def _read(path: Path, key: str) -> dict[str, npt.NDArray[Any]] | None:
    """Read a table; None if it is absent, damaged, or not what was kept under its key."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            found = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    seal = found.pop(_SEAL, None)
    return found if np.array_equal(seal, _seal(key, found)) else None


def _write(path: Path, key: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    with whole_file(path) as stream:
        np.savez(stream, allow_pickle=False, **{_SEAL: _seal(key, arrays), **arrays})


def _module_of(build: Callable[[], Any]) -> str:
    while isinstance(build, partial):
        build = build.func
    return build.__module__


def _kept(
    name: str, inputs: Mapping[str, Any], build: Build, modules: Iterable[str]
) -> dict[str, npt.NDArray[Any]]:
    """Return what was built, from disk if it is there."""
    directory = cache_directory()
    if directory is None or (key := key_digest(inputs, modules)) is None:
        return build()
    path = directory / f"{name}-{key[:32]}.npz"
    found = _read(path, key)
    if found is not None:
        return found
    from filelock import FileLock  # noqa: PLC0415 - a warm run needs no lock

    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_suffix(".lock"), fallback_to_soft=False)
        lock.acquire()
    except OSError:
        return build()
    try:
        found = _read(path, key)
        if found is None:
            found = build()
            with contextlib.suppress(OSError):
                _write(path, key, found)
    finally:
        lock.release()
    return found


def cached_arrays(
    name: str,
    inputs: Mapping[str, Any],
    build: Callable[[], Arrays],
    *,
    modules: Iterable[str] = (),
) -> Arrays:
    """Return a table from disk, or build it and keep it there.

    Parameters
    ----------
    name : str
        What the table is, for people who look into the directory.
    inputs : mapping
        Everything the table depends on, as JSON can write it.
    build : callable
        Computes the table: named float64 arrays. All that the module imports in which it is
        defined is part of the key, see `scotopic.sources`.
    modules : iterable of str
        Others whose code computes the table: those of objects that `build` was given, see
        `scotopic.sources.module_names`.

    Returns
    -------
    dict of str to ndarray
        The arrays that `build` returned, now or earlier.

    Raises
    ------
    ValueError
        If JSON cannot write the inputs.

    Notes
    -----
    A directory that cannot be written is no error: the table is then built in every process. So
    is one whose code cannot be read, of a class in a notebook for instance. A file that is
    damaged, or is not what was written under its name, is built anew.
    """
    return _kept(name, inputs, build, (_module_of(build), *modules))


def cached_bytes(
    name: str,
    inputs: Mapping[str, Any],
    build: Callable[[], Mapping[str, bytes]],
    *,
    modules: Iterable[str] = (),
) -> dict[str, bytes]:
    """Return files' contents from disk, or make them and keep them there.

    Parameters and notes as for `cached_arrays`; `build` returns bytes by name.
    """

    def as_arrays() -> dict[str, npt.NDArray[Any]]:
        return {key: np.frombuffer(content, np.uint8) for key, content in build().items()}

    found = _kept(name, inputs, as_arrays, (_module_of(build), *modules))
    return {key: array.tobytes() for key, array in found.items()}
