"""From counted events to limits on a signal.

A limit is a number of expected signal events; what it means for a coupling is not decided here.
"""

from scotopic.statistics.bands import ExpectedLimits, expected_limits
from scotopic.statistics.cls import ConfidenceLevels, confidence_levels
from scotopic.statistics.counting import Counting, CountingModel, SummedCounts
from scotopic.statistics.limits import Method, UpperLimit, upper_limit

__all__ = [
    "ConfidenceLevels",
    "Counting",
    "CountingModel",
    "ExpectedLimits",
    "Method",
    "SummedCounts",
    "UpperLimit",
    "confidence_levels",
    "expected_limits",
    "upper_limit",
]
