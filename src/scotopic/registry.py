"""What is found by its name: built in, registered by a script, or brought by another package.

Models, processes, signatures and statistical methods are such things. A script adds its own by
the decorator `register`, a package by an entry point, and everything can be named as
"package.module:Object". Names of built-in things are known without importing them.
"""

import importlib
import os
import sys
from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeVar, cast

from scotopic.errors import RangeError, nearest, quoted

T = TypeVar("T")
Given = TypeVar("Given")


class Registry(Generic[T]):
    """Things of one kind by name.

    Parameters
    ----------
    kind, kinds : str
        What one and several of them are called: "model" and "models", ...
    homes : mapping of str to str
        Built-in ones, as "module:Object" by name.
    accept : callable
        Makes a thing of what was registered or imported, or says why it is none by a RangeError
        whose text begins with the second argument.

    Notes
    -----
    Other packages declare theirs as entry points of the group "scotopic.KINDS".
    """

    def __init__(
        self,
        kind: str,
        kinds: str,
        homes: Mapping[str, str],
        accept: Callable[[object, str], T] = lambda thing, _: cast("T", thing),
    ) -> None:
        self.kind: Final = kind
        self.kinds: Final = kinds
        self.group: Final = f"scotopic.{kinds}"
        self.homes: Final = dict(homes)
        self._accept = accept
        self._registered: dict[str, T] = {}
        self._imported: dict[str, T] = {}
        self._accepted: dict[type, T] = {}
        self._entry_points: dict[str, str] | None = None

    def register(self, name: str) -> Callable[[Given], Given]:
        """Return the decorator that registers something under a name.

        Raises
        ------
        RangeError
            If the name is taken by something else or has a colon, or it is nothing of the kind.
        """

        def keep(thing: Given) -> Given:
            if ":" in name or self._is_taken(name, thing):
                raise RangeError(f"{self.kind}: the name {name!r} is taken, or has a colon")
            self._registered[name] = self._made_of(thing, name)
            return thing

        return keep

    def _is_taken(self, name: str, thing: object) -> bool:
        """Whether a name is that of something else than the same thing, defined once more."""
        if name in self._registered:
            return not _is_again(self._registered[name], thing)
        home = self.homes.get(name)
        return home is not None and home != _address(thing)

    def names(self) -> tuple[str, ...]:
        """Return all names: built-in ones first, then others in alphabetical order."""
        others = sorted({*self._registered, *self._elsewhere()} - set(self.homes))
        return (*self.homes, *others)

    def __getitem__(self, name: str) -> T:
        """Return what has a name, or stands at "package.module:Object".

        Modules of the latter are also looked for in the current directory.

        Raises
        ------
        RangeError
            If there is no such thing; with the nearest name.
        """
        if name not in self._registered and name not in self._imported:
            thing = self._load(name)
            if name not in self._registered:  # its module may use the decorator
                self._imported[name] = self._made_of(thing, name)
        return self._registered[name] if name in self._registered else self._imported[name]

    def _made_of(self, thing: object, name: str) -> T:
        """Return what a thing is accepted as; a class gives one object, whatever name is used."""
        found = self._accepted.get(thing) if isinstance(thing, type) else None
        if found is None:
            found = self._accept(thing, f"{self.kind}: {name!r}")
            if isinstance(thing, type):
                self._accepted[thing] = found
        return found

    def home(self, name: str) -> str:
        """Return where something stands, "module:Object", without importing it.

        Raises
        ------
        RangeError
            If the name is unknown.
        """
        if name in self._registered:
            return _address(self._registered[name])
        home = self.homes.get(name) or (None if ":" in name else self._elsewhere().get(name))
        if home is None and ":" not in name:
            hint = nearest(name, self.names())
            raise RangeError(f"{self.kind}: {quoted(name)} is not one of the {self.kinds}; {hint}")
        return home or name

    def module(self, name: str) -> str:
        """Return the module in which something stands."""
        return self.home(name).partition(":")[0]

    def name_of(self, thing: object) -> str:
        """Return the name of something, or "module:Object" if it has none."""
        for name, found in self._imported.items():
            if found is thing and ":" not in name:
                return name
        address = _address(thing)
        homes = {_address(found): name for name, found in self._registered.items()}
        homes |= {home: name for name, home in self.homes.items()}
        if address not in homes:
            homes |= {home: name for name, home in self._elsewhere().items()}
        return homes.get(address, address)

    def _load(self, name: str) -> object:
        module, _, attribute = self.home(name).partition(":")
        here = os.getcwd()  # noqa: PTH109 - sys.path has strings
        if ":" in name and not {"", here} & set(sys.path):
            sys.path.insert(0, here)  # as `python -m` does
        try:
            return getattr(importlib.import_module(module), attribute)
        except Exception as error:
            why = " ".join(f"{type(error).__name__}: {error}".split())
            raise RangeError(f"{self.kind}: {quoted(name)} cannot be imported: {why}") from error

    def _elsewhere(self) -> Mapping[str, str]:
        if self._entry_points is None:
            from importlib.metadata import entry_points  # noqa: PLC0415 - slow, seldom needed

            self._entry_points = {p.name: p.value for p in entry_points(group=self.group)}
        return self._entry_points


def instance_of(kind: "type[T]", thing: object, what: str) -> T:
    """Return an object of a kind: itself, or made of a class that needs no arguments.

    Raises
    ------
    RangeError
        If it is none; the text begins with `what`.
    """
    if isinstance(thing, type) and issubclass(thing, kind):
        lacks = sorted(getattr(thing, "__abstractmethods__", ()))
        if lacks:
            raise RangeError(f"{what} lacks {', '.join(lacks)}")
        return thing()
    if not isinstance(thing, kind):
        raise RangeError(f"{what} is no {kind.__name__}")
    return thing


def _is_again(old: object, new: object) -> bool:
    """Whether a file defines the same once more, as a notebook's cell or a script's module does."""
    (one, its_name), (other, name) = (_address(thing).split(":") for thing in (old, new))
    return its_name == name and (one == other or _file(one) == _file(other) is not None)


def _file(module: str) -> str | None:
    return getattr(sys.modules.get(module), "__file__", None)


def _address(thing: object) -> str:
    named = thing if hasattr(thing, "__qualname__") else type(thing)
    return f"{named.__module__}:{named.__qualname__}"
