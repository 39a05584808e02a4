"""Curves over the parameters of a model."""

from scotopic.scan.exclusion import ExclusionCurve, default_masses, exclusion_curve
from scotopic.scan.solving import Limit, Quantity
from scotopic.scan.ties import TIES
from scotopic.words import MassAxis

__all__ = [
    "TIES",
    "ExclusionCurve",
    "Limit",
    "MassAxis",
    "Quantity",
    "default_masses",
    "exclusion_curve",
]
