"""Searches: what experiments exclude of a model."""

from typing import TYPE_CHECKING

from scotopic.lazy import lazy_attributes

if TYPE_CHECKING:
    from scotopic.search.axis import Axis
    from scotopic.search.cards import experiment_card, load_experiment
    from scotopic.search.exclusion import exclusion_curve
    from scotopic.search.masses import default_masses
    from scotopic.search.result import Result
    from scotopic.search.search import Search

__all__ = [
    "Axis",
    "Result",
    "Search",
    "default_masses",
    "exclusion_curve",
    "experiment_card",
    "load_experiment",
]

__getattr__ = lazy_attributes(
    __name__,
    {
        "Axis": "scotopic.search.axis",
        "Result": "scotopic.search.result",
        "Search": "scotopic.search.search",
        "default_masses": "scotopic.search.masses",
        "exclusion_curve": "scotopic.search.exclusion",
        "experiment_card": "scotopic.search.cards",
        "load_experiment": "scotopic.search.cards",
    },
)
