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

__getattr__ = lazy_attributes(__name__)
