"""Public names of a package that are imported when they are first used."""

import importlib
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any


def lazy_attributes(package: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package that imports its names for type checkers alone.

    Parameters
    ----------
    package : str
        The package's `__name__`. Where its names live is read from what it imports in its block
        `if TYPE_CHECKING`.

    Returns
    -------
    callable
        Imports the module of a name; raises AttributeError for others.
    """

    def get(name: str) -> Any:  # noqa: ANN401 - the types are those of the package's own imports
        if name not in _homes(package):
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(_homes(package)[name]), name)

    return get


@cache
def _homes(package: str) -> Mapping[str, str]:
    """Return the full name of the module of each name."""
    from scotopic.sources import formatted_imports  # noqa: PLC0415 - `import scotopic` needs none

    source = Path(str(sys.modules[package].__file__)).read_bytes()
    return {one.bound: one.module for one in formatted_imports(source) if one.deferred}
