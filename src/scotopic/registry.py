"""What is found by its name: built in, registered by a script, or brought by another package.

Models, processes, signatures and statistical methods are such things. A script adds its own by
the decorator `register`, a package by an entry point, and everything can be named as
"package.module:Object". Names of built-in things are known without importing them.
"""

import difflib
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar, cast

from scotopic.errors import RangeError

T = TypeVar("T")


class Registry(Generic[T]):
    """Things of one kind by name.

    Parameters
    ----------
    kind : str
        What they are, for messages: "model", "process", ...
    homes : mapping of str to str
        Built-in ones, as "module:Object" by name.

    Notes
    -----
    Other packages declare theirs as entry points of the group "scotopic.<kind>".
    """

    def __init__(self, kind: str, homes: Mapping[str, str]) -> None:
        self.kind = kind
        self._homes = dict(homes)
        self._found: dict[str, T] = {}
        self._elsewhere: dict[str, str] | None = None

    def register(self, name: str) -> Callable[[T], T]:
        """Return the decorator that registers something under a name.

        Raises
        ------
        RangeError
            If the name is taken by something else, or has a colon.
        """

        def keep(thing: T) -> T:
            if ":" in name or (name in self.names() and not self._is_again(name, thing)):
                raise RangeError(f"{self.kind}: the name {name!r} is taken, or has a colon")
            self._found[name] = thing
            return thing

        return keep

    def _is_again(self, name: str, thing: T) -> bool:
        """Whether a module registers the same once more, as a notebook's cell does."""
        old = self._found.get(name)
        return old is not None and _address(old) == _address(thing)

    def names(self) -> tuple[str, ...]:
        """Return all names: built-in ones first, then others in alphabetical order."""
        others = sorted({*self._found, *self._entry_points()} - set(self._homes))
        return (*self._homes, *others)

    def __getitem__(self, name: str) -> T:
        """Return what has a name, or stands at "package.module:Object".

        Raises
        ------
        RangeError
            If there is no such thing; with the nearest name.
        """
        if name not in self._found:
            self._found[name] = self._load(name)
        return self._found[name]

    def home(self, name: str) -> str:
        """Return where something stands, "module:Object", without importing it.

        Raises
        ------
        RangeError
            If the name is unknown.
        """
        if name in self._found:
            return _address(self._found[name])
        home = self._homes.get(name) or self._entry_points().get(name)
        if home is None and ":" not in name:
            raise RangeError(f"{self.kind}: {name!r} is unknown; {nearest(name, self.names())}")
        return home or name

    def name_of(self, thing: T) -> str:
        """Return the name of something, or "module:Object" if it has none."""
        address = _address(thing)
        for name, found in self._found.items():
            if found is thing and ":" not in name:
                return name
        for name, home in self._homes.items():
            if home == address:
                return name
        return address

    def _load(self, name: str) -> T:
        module, _, attribute = self.home(name).partition(":")
        try:
            found = getattr(_imported(module, outside=":" in name), attribute)
        except (ImportError, AttributeError, ValueError) as error:
            raise RangeError(f"{self.kind}: {name!r} cannot be imported: {error}") from None
        return cast("T", found)

    def _entry_points(self) -> Mapping[str, str]:
        if self._elsewhere is None:
            from importlib.metadata import entry_points  # noqa: PLC0415 - slow, seldom needed

            found = entry_points(group=f"scotopic.{self.kind}")
            self._elsewhere = {point.name: point.value for point in found}
        return self._elsewhere


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint for a word that is not known: the nearest one, or all.

    Examples
    --------
    >>> nearest("leed", ["lead", "iron"])
    "did you mean 'lead'?"
    """
    words = list(known)
    close = difflib.get_close_matches(word, words, n=1)
    return f"did you mean '{close[0]}'?" if close else f"known: {', '.join(words)}"


def _imported(module: str, *, outside: bool) -> object:
    """Import a module; one that a user names may lie in the current directory."""
    here = os.getcwd()  # noqa: PTH109 - sys.path has strings
    if not outside or here in sys.path:
        return importlib.import_module(module)
    sys.path.insert(0, here)
    try:
        return importlib.import_module(module)
    finally:
        sys.path.remove(here)


def _address(thing: object) -> str:
    kind = thing if isinstance(thing, type) else type(thing)
    return f"{kind.__module__}:{getattr(thing, '__qualname__', kind.__qualname__)}"
