"""Public names of a package that are imported when they are first used."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazy_attributes(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package whose names live in its modules.

    Parameters
    ----------
    package : str
        The package's `__name__`.
    homes : mapping of str to str
        The full name of the module of each public name.

    Returns
    -------
    callable
        Imports the module of a name; raises AttributeError for others.
    """

    def get(name: str) -> Any:  # noqa: ANN401 - the types are those of the package's own imports
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(homes[name]), name)

    return get
