"""Files of results: each appears whole or not at all, and says where it comes from."""

import csv
import errno
import io
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from scotopic._version import __version__
from scotopic.checked import not_negative
from scotopic.errors import ScotopicError

MADE_BY: Final = "made by scotopic"
"""What our figures say of themselves, so that they are told from other pictures."""


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that takes its name only when it is complete.

    Parameters
    ----------
    path : Path
        Where the file will be; an older one there is kept until then.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (None, name):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


_RESULTS: Final = (".csv", ".json", ".pdf", ".png")


def usable_directory(path: str | Path) -> Path:
    """Return a directory for results that can be made and written; nothing is made yet.

    Raises
    ------
    ScotopicError
        If it cannot, or a directory in it has the name of a file of results.
    """
    if not str(path):
        raise ScotopicError("--output: the name of the directory is empty")
    directory = Path(path)
    try:
        nearest = _nearest_there(directory)
        with tempfile.TemporaryFile(dir=nearest):
            pass
        entries = list(directory.iterdir()) if nearest == directory else []
    except OSError as error:
        raise ScotopicError(f"--output {path}: {error.strerror or error}") from None
    for entry in entries:
        if entry.suffix in _RESULTS and entry.is_dir():
            raise ScotopicError(f"--output {path}: {entry.name} in it is a directory, not a file")
    return directory


def _nearest_there(path: Path) -> Path:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return _nearest_there(path.parent)
    return path


def usable_file(path: str | Path) -> Path:
    """Return a file that can be written; nothing is written yet.

    Raises
    ------
    ScotopicError
        If it is a directory, or in one that cannot be written.
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.TemporaryFile(dir=file.parent):
            pass
    except OSError as error:
        raise ScotopicError(f"{path}: {error.strerror or error}") from None
    return file


def output_directory(path: Path) -> Path:
    """Make a directory for results.

    Raises
    ------
    ScotopicError
        As `usable_directory`.
    """
    usable_directory(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ScotopicError(f"--output {path}: {error.strerror or error}") from None
    return path


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a mapping as JSON; not-a-number and infinity have no place in it.

    Each entry has a line, and each of those of a mapping in it.
    """
    with whole_file(path) as stream:
        stream.write(f"{_lines(content, depth=2)}\n".encode())


def _lines(value: Any, depth: int, indent: str = "") -> str:  # noqa: ANN401 - whatever JSON has
    if not (depth and value and isinstance(value, Mapping)):
        return json.dumps(value, allow_nan=False)
    inner = indent + " "
    entries = (
        f"{inner}{json.dumps(key)}: {_lines(one, depth - 1, inner)}" for key, one in value.items()
    )
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def write_csv(
    path: Path, comments: Sequence[str], columns: Mapping[str, Sequence[float | str]]
) -> None:
    """Write columns of equal length as CSV; see `csv_text`."""
    with whole_file(path) as stream:
        stream.write(csv_text(comments, columns))


def csv_text(comments: Sequence[str], columns: Mapping[str, Sequence[float | str]]) -> bytes:
    """Return columns of equal length as CSV with a header line, behind lines of comment.

    Numbers are written with as many digits as it takes to read the same number again, words in
    quotes if they hold a comma.
    """
    text = io.StringIO()
    text.writelines(f"# {line}\n" for line in comments)
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        table.writerow(one if isinstance(one, str) else float(one) for one in row)
    return text.getvalue().encode()


def write_files(contents: Mapping[str, bytes], path_without_suffix: Path) -> list[Path]:
    """Write contents under one name with their suffixes, each file whole or not at all.

    Returns
    -------
    list of Path
        The files written.
    """
    written = []
    for suffix, content in contents.items():
        path = path_without_suffix.with_name(f"{path_without_suffix.name}.{suffix}")
        with whole_file(path) as stream:
            stream.write(content)
        written.append(path)
    return written


def provenance(seconds: float | None) -> dict[str, Any]:
    """Return what made a result: versions, command, time and how long it took.

    Parameters
    ----------
    seconds : float or None
        Wall time that the computation took, if it is known.
    """
    from scotopic.cache import library_version  # noqa: PLC0415 - numpy; keep the help fast

    libraries = ("numpy", "scipy", "numba", "pydantic", "matplotlib")
    return {
        "scotopic": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: library_version(name) for name in libraries},
        "command": ["scotopic", *sys.argv[1:]],
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": None if seconds is None else round(not_negative("seconds", seconds), 3),
    }
