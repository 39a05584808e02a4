"""Curves over the parameters of a model."""

from scotopic.scan.exclusion import (
    ExclusionCurve,
    Limit,
    MassAxis,
    Quantity,
    default_masses,
    exclusion_curve,
)

__all__ = [
    "ExclusionCurve",
    "Limit",
    "MassAxis",
    "Quantity",
    "default_masses",
    "exclusion_curve",
]
