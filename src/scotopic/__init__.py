"""What fixed-target missing-energy experiments say about light dark matter.

The names below are the public interface; each is imported when it is first used, so that
`import scotopic` costs nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

from scotopic._version import __version__

if TYPE_CHECKING:
    from scotopic.errors import CardError, MissingExtraError, RangeError, ScotopicError
    from scotopic.materials import Layer, Material, Target, element, material

_HOMES = {
    "CardError": "scotopic.errors",
    "Layer": "scotopic.materials",
    "Material": "scotopic.materials",
    "MissingExtraError": "scotopic.errors",
    "RangeError": "scotopic.errors",
    "ScotopicError": "scotopic.errors",
    "Target": "scotopic.materials",
    "element": "scotopic.materials",
    "material": "scotopic.materials",
}

__all__ = [
    "CardError",
    "Layer",
    "Material",
    "MissingExtraError",
    "RangeError",
    "ScotopicError",
    "Target",
    "__version__",
    "element",
    "material",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types are those of the imports above
    """Import a public name when it is first asked for."""
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'scotopic' has no attribute {name!r}") from None
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
