"""Whose a dataset is: the card and the code that made it, and the one run that may write to it."""

import errno
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scotopic._version import __version__
from scotopic.cache import library_versions
from scotopic.errors import ScotopicError, StoppedError
from scotopic.experiments.messages import shown
from scotopic.scan.points import Plan
from scotopic.scan.skeleton import table_in
from scotopic.sources import module_names, source_digests

if TYPE_CHECKING:
    from filelock import FileLock

FORMAT: Final = 4

CARD: Final = "card.json"
"""What a dataset is known by, in its state."""

_COMPUTING: Final = ("scotopic.scan.points", "scotopic.scan.refinement", "scotopic.scan.tiles")
"""Modules with all behind them whose other version does not go on with a dataset."""

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_LOCKS: Final = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)
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


def known_by(plan: Plan, card: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a dataset is known by, as it reads back."""
    numbers = {key: value for key, value in card.items() if key != "figure"}
    content = {"format": FORMAT, "card": numbers, "code": code_versions(plan)}
    found: dict[str, Any] = json.loads(json.dumps(content, allow_nan=False))
    return found


def places(directory: Path) -> tuple[Path, Path]:
    """Return where a directory of results has the state of its dataset, and the dataset."""
    return directory / "dataset.state", directory / "dataset.zarr"


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
    state, path = places(directory)
    if not state.exists() and not path.exists():
        return
    with clear_errors(path):
        refuse_other_content(directory, known_by(plan, card))
        if (state / "lock").exists():
            locked(directory).release()


def refuse_other_content(directory: Path, content: Mapping[str, Any]) -> None:
    """Refuse a dataset that is known by something else.

    What it is known by stands in its own metadata once more, in case one of both is damaged.
    """
    state, path = places(directory)
    attributes = (table_in(path / "zarr.json") or {}).get("attributes")
    again = attributes.get("provenance") if isinstance(attributes, dict) else None
    known = [one for one in (table_in(state / CARD), again) if isinstance(one, dict)]
    if content in known or not (known or path.exists()):
        return
    if not known:
        raise ScotopicError(
            f"{path}: is there, but without the card that made it: {state.name}/{CARD} is"
            " missing or damaged; name another --output, or remove both"
        )
    found = list(differences(known[0], content))
    if found:
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise ScotopicError(
            f"{path}: was made with another card or code: {'; '.join(found[:_SHOWN])}{more};"
            f" name another --output, or remove it and {state.name}"
        )


def locked(directory: Path) -> "FileLock":
    """Lock a dataset, so that no other run can write.

    Raises
    ------
    ScotopicError
        If another run has it, or the file system has no locks.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - not for small planes

    state, path = places(directory)
    lock = FileLock(state / "lock", fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ScotopicError(
            f"{path}: another run is writing to it; wait for it, or name another --output"
        ) from None
    except OSError as error:
        without = "; a file system with locks is needed" if error.errno in _NO_LOCKS else ""
        raise ScotopicError(
            f"{lock.lock_file}: cannot be locked: {error.strerror or error}{without}; name another"
            " --output"
        ) from None
    return lock


@contextmanager
def clear_errors(path: Path) -> Iterator[None]:
    """Say in one line what the system refuses."""
    try:
        yield
    except OSError as error:
        why = "the disk is full" if error.errno in _FULL else error.strerror or str(error)
        where = path if error.filename is None or error.errno in _FULL else error.filename
        raise StoppedError(
            f"{where}: {why}; finished tiles are kept: when that is mended, the same command goes"
            " on from there"
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
