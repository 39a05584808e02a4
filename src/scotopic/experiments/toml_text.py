"""Writes a parsed card as TOML; the standard library only reads it."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LARGE = 1e6


def toml_text(table: Mapping[str, Any]) -> str:
    """Return a table as TOML that reads back equal.

    Parameters
    ----------
    table : mapping
        Strings, numbers, bools, lists and mappings, as `tomllib` returns them.

    Examples
    --------
    >>> print(toml_text({"title": "A beam", "beam": {"energy_GeV": 100.0}}))
    title = "A beam"
    <BLANKLINE>
    [beam]
    energy_GeV = 100.0
    <BLANKLINE>
    """
    return "\n".join(_lines(table, "")).lstrip("\n") + "\n"


def _lines(table: Mapping[str, Any], prefix: str) -> list[str]:
    """Lines of a table: its values first, then the tables below it."""
    values = [f"{toml_key(k)} = {_value(v)}" for k, v in table.items() if not _is_block(v)]
    blocks: list[str] = []
    for key, value in table.items():
        if not _is_block(value):
            continue
        path = prefix + toml_key(key)
        header = f"[{path}]" if isinstance(value, Mapping) else f"[[{path}]]"
        for entry in [value] if isinstance(value, Mapping) else value:
            blocks += ["", header, *_lines(entry, path + ".")]
    return values + blocks


def _is_block(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(v, Mapping) for v in value)
    return isinstance(value, Mapping)


def toml_key(key: str) -> str:
    """Return a key, in quotes if it needs them."""
    return key if _BARE_KEY.fullmatch(key) else _string(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(v) for v in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{toml_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
    return str(value)


def _float(value: float) -> str:
    """Shortest digits that read back equal; 2.84e11 rather than 284000000000.0."""
    if _LARGE <= abs(value) < float("inf"):
        return f"{Decimal(repr(value)).normalize():e}".replace("e+", "e")
    return repr(value)


def _string(text: str) -> str:
    escaped = (
        c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08X}" if ord(c) > 127 else None
        for c in text
    )
    return '"' + "".join(e or json.dumps(c)[1:-1] for e, c in zip(escaped, text, strict=True)) + '"'
