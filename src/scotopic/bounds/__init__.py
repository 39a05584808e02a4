"""Bounds of other experiments: recasts, published curves with laws that rescale them, numbers.

One answer of all: the excluded intervals of a model's coupling, or the reason why there are none.
"""

from typing import TYPE_CHECKING

from scotopic.lazy import lazy_attributes

if TYPE_CHECKING:
    from scotopic.bounds.base import BoundCard, BoundKind, Excluded, register_bound
    from scotopic.bounds.bound import Bound, bound_names, load_bound

__all__ = [
    "Bound",
    "BoundCard",
    "BoundKind",
    "Excluded",
    "bound_names",
    "load_bound",
    "register_bound",
]

__getattr__ = lazy_attributes(__name__)
