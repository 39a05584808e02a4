"""Curves over the parameters of a model."""

from scotopic.scan.exclusion import ExclusionCurve, MassAxis, default_masses, exclusion_curve
from scotopic.scan.solving import Limit, Quantity

__all__ = [
    "ExclusionCurve",
    "Limit",
    "MassAxis",
    "Quantity",
    "default_masses",
    "exclusion_curve",
]
