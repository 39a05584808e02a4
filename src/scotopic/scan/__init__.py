"""Curves over the parameters of a model."""

from scotopic.scan.exclusion import ExclusionCurve, default_masses, exclusion_curve
from scotopic.scan.solving import Limit, Quantity
from scotopic.words import MassAxis

__all__ = [
    "ExclusionCurve",
    "Limit",
    "MassAxis",
    "Quantity",
    "default_masses",
    "exclusion_curve",
]
