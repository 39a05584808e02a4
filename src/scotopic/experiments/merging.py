"""How a card extends another: tables merge, named entries of arrays meet, the rest replaces."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scotopic.errors import nearest
from scotopic.experiments.messages import KeyedError, KeyPath, shown

Card = dict[str, Any]

_STEP = re.compile(r"([A-Za-z0-9_-]+)(?:\[([^\[\]]+)\])?")
_PATH = re.compile(rf"{_STEP.pattern}(?:\.{_STEP.pattern})*")


def extend(base: Card, card: Card, replace: tuple[str, ...] = ()) -> Card:
    """Return `base` with what `card` changes.

    Parameters
    ----------
    base, card : dict
        Parsed cards. Tables merge key by key. Arrays of tables that have a `name` merge by
        name; new names are appended. Any other value replaces the old one, and so does an
        empty array.
    replace : tuple of str
        Paths such as ``searches``, ``searches[S1]`` or ``searches[S1].selection.vetoes`` that are
        not inherited: they are what `card` says, or gone.

    Raises
    ------
    KeyedError
        If a path of `replace` leads nowhere or a name occurs twice.

    Examples
    --------
    >>> base = {"beam": {"particle": "e-", "energy_GeV": 100.0, "source": "SPS"}}
    >>> extend(base, {"beam": {"energy_GeV": 150.0, "source": "an idea"}})
    {'beam': {'particle': 'e-', 'energy_GeV': 150.0, 'source': 'an idea'}}
    """
    kept = base
    for i, path in enumerate(replace):
        where = ("replace", i)
        kept = _without(kept, _checked_steps(path, where), where)
    return _merge(kept, card, ())


def _checked_steps(path: str, where: KeyPath) -> list[tuple[str, str]]:
    """Split a path into its keys, each with the name of an entry or an empty string."""
    if not _PATH.fullmatch(path):
        raise KeyedError(where, f"{shown(path)} is not a path such as searches[name].data_sets")
    return _STEP.findall(path)


def _without(table: Card, steps: list[tuple[str, str]], where: KeyPath) -> Card:
    """Return the table without what the steps lead to."""
    (key, name), *rest = steps
    if key not in table:
        raise KeyedError(where, f"no key {shown(key)}; {nearest(key, table)}")
    if not name:
        if not rest:
            return {k: v for k, v in table.items() if k != key}
        if not isinstance(table[key], dict):
            raise KeyedError(where, f"{shown(key)} is not a table")
        return table | {key: _without(table[key], rest, where)}
    entries = _names(table[key], where) or {}
    if name not in entries:
        raise KeyedError(where, f"no entry {shown(name)} in {key}; {nearest(name, entries)}")
    if rest:
        entries[name] = _without(entries[name], rest, where)
    else:
        del entries[name]
    return table | {key: list(entries.values())}


def _names(value: object, where: KeyPath) -> dict[str, Card] | None:
    """Return the entries of an array of named tables by name; None for anything else."""
    if not (isinstance(value, list) and value and all(isinstance(v, dict) for v in value)):
        return None
    entries: dict[str, Card] = {}
    for i, entry in enumerate(value):
        name = entry.get("name")
        if not isinstance(name, str):
            return None
        if name in entries:
            first = list(entries).index(name)
            raise KeyedError(
                (*where, i, "name"), f"{shown(name)} is already the name of entry {first}"
            )
        entries[name] = entry
    return entries


def _merge(base: Card, card: Card, path: KeyPath) -> Card:
    merged = dict(base)
    for key, new in card.items():
        old = base.get(key)
        here = (*path, key)
        named_new = _names(new, here)
        named_old = _names(old, here)
        if isinstance(old, dict) and isinstance(new, dict):
            merged[key] = _merge(old, new, here)
        elif named_old is not None and named_new is not None:
            entries = dict(named_old)
            for i, (name, entry) in enumerate(named_new.items()):
                entries[name] = _merge(entries.get(name, {}), entry, (*here, i))
            merged[key] = list(entries.values())
        else:
            merged[key] = new
    return merged


def missing_sources(
    base: Card, merged: Card, card: Card, path: KeyPath = ()
) -> Iterator[KeyedError]:
    """Yield which tables with a source changed where the card gives no new source for them.

    Parameters
    ----------
    base, merged, card : dict
        A card, what `extend` made of it, and the card that made the change.
    path : tuple
        Where the three stand in the whole card.
    """
    if "source" in base and "source" not in card:
        changed = (
            key for key in [*base, *merged] if _numbers(base.get(key)) != _numbers(merged.get(key))
        )
        if (key := next(changed, None)) is not None:
            yield KeyedError(
                (*path, "source"),
                f"missing; this card changes {shown(key)} and must say where it comes from",
            )
    for key, old in base.items():
        now, new = merged.get(key), card.get(key)
        here = (*path, key)
        if isinstance(old, dict) and isinstance(now, dict):
            yield from missing_sources(old, now, new if isinstance(new, dict) else {}, here)
            continue
        then_named, now_named = _names(old, here), _names(now, here)
        if then_named is not None and now_named is not None:
            given = _names(new, here) or {}
            for i, (name, entry) in enumerate(now_named.items()):
                if name in then_named:
                    then, changes = then_named[name], given.get(name, {})
                    yield from missing_sources(then, entry, changes, (*here, i))


def _numbers(value: object) -> object:
    """Return what a table's source vouches for: the value without tables that have their own."""
    if isinstance(value, Mapping):
        return {k: _numbers(v) for k, v in value.items() if not _has_source(v)}
    if isinstance(value, list):
        return [_numbers(v) for v in value if not _has_source(v)]
    return value


def _has_source(value: object) -> bool:
    return isinstance(value, Mapping) and "source" in value
