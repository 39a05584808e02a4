"""Files that others wrote, and that a card, a result or a command names.

They are opened here and nowhere else: regular files alone, up to a size that suits the kind, so
that a device, a pipe or a file of gigabytes is refused at once and nothing waits or fills memory.
"""

import codecs
import json
import os
import stat
from pathlib import Path
from typing import Any, Final

from scotopic.errors import CardError, one_line

CARD_BYTES: Final = 1 << 20
"""Largest card."""

TABLE_BYTES: Final = 16 << 20
"""Largest table of numbers."""

JSON_BYTES: Final = 64 << 20
"""Largest result or workspace."""

FIGURE_BYTES: Final = 64 << 20
"""Largest figure."""

_KINDS: Final = {
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""What the first bytes of a file may say of its encoding."""


def read_bytes(path: str | os.PathLike[str], most_bytes: int, label: str | None = None) -> bytes:
    """Return the content of a regular file.

    Parameters
    ----------
    path : str or path
        The file, or a link to it.
    most_bytes : int
        Its largest size.
    label : str, optional
        What messages call the file, in place of the path.

    Raises
    ------
    CardError
        If it cannot be read, is too large, or is no regular file, in one line.
    """
    name = one_line(str(path) if label is None else label)
    try:
        return _content(Path(path), most_bytes)
    except OSError as error:
        raise CardError(f"{name}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        reason = "a path cannot have a null character" if "null" in str(error) else str(error)
        raise CardError(f"{name}: cannot be read: {one_line(reason)}") from None


def _content(path: Path, most_bytes: int) -> bytes:
    _require_regular(path.stat().st_mode)  # opening a device may do something
    # without waiting, in case that it has become a pipe meanwhile
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as stream:
        status = os.fstat(handle)
        _require_regular(status.st_mode)
        # files of /proc say that they are empty
        content = b"" if status.st_size > most_bytes else stream.read(most_bytes + 1) or b""
    if max(status.st_size, len(content)) > most_bytes:
        raise OSError(f"it has more than {most_bytes >> 20} MiB, the most allowed")
    return content


def _require_regular(mode: int) -> None:
    kind = _KINDS.get(stat.S_IFMT(mode))
    if kind is not None:
        raise OSError(f"it is {kind}, no file")


def read_text(
    path: str | os.PathLike[str],
    most_bytes: int = CARD_BYTES,
    label: str | None = None,
    *,
    only_ascii_matters: bool = False,
) -> str:
    """Return the text of a file: UTF-8, or UTF-16 that begins with its mark.

    Parameters
    ----------
    path, most_bytes, label
        As for `read_bytes`.
    only_ascii_matters : bool
        Whether text in an older encoding is let through, other letters of which may come out wrong:
        for tables of numbers with words beside them.

    Raises
    ------
    CardError
        As `read_bytes`, and if it is no such text.
    """
    name = one_line(str(path) if label is None else label)
    content = read_bytes(path, most_bytes, label)
    encoding = next((code for mark, code in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if only_ascii_matters and encoding == "utf-8":
            text = content.decode("latin-1")
        elif b"\0" in content:
            text = "\0"
        else:
            code = encoding.removesuffix("-sig").upper()
            raise CardError(f"{name}: not {code}: {error.reason} at byte {error.start}") from None
    if "\0" in text:
        raise CardError(f"{name}: is binary, no text")
    return text


def read_json(path: str | os.PathLike[str]) -> Any:  # noqa: ANN401 - whatever JSON has
    """Return the content of a file of JSON whose tables have each key once.

    Raises
    ------
    CardError
        As `read_text`, and if it is no such JSON.
    """
    text = read_text(path, JSON_BYTES)
    try:
        return json.loads(text, object_pairs_hook=_without_repetition)
    except RecursionError:
        reason = "nested too deeply"
    except ValueError as error:
        reason = one_line(str(error))
    raise CardError(f"{one_line(str(path))}: not JSON: {reason}")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a table of JSON, whose keys may not occur twice."""
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in table if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} occurs {keys.count(twice)} times in a table")
    return table
