"""From counted events to limits on a signal.

A limit is a number of expected signal events; what it means for a coupling is not decided here.
"""

from scotopic.statistics.asymptotic import AsymptoticWarning
from scotopic.statistics.bands import ExpectedLimits, expected_limits
from scotopic.statistics.cls import ConfidenceLevels, confidence_levels
from scotopic.statistics.counting import Counting, CountingModel, SummedCounts
from scotopic.statistics.likelihood import Bin, Component, Likelihood, Shift, combine
from scotopic.statistics.limits import Method, UpperLimit, upper_limit
from scotopic.statistics.strength import LikelihoodMethod, StrengthLimits, strength_limits
from scotopic.statistics.workspace import from_workspace, to_workspace

__all__ = [
    "AsymptoticWarning",
    "Bin",
    "Component",
    "ConfidenceLevels",
    "Counting",
    "CountingModel",
    "ExpectedLimits",
    "Likelihood",
    "LikelihoodMethod",
    "Method",
    "Shift",
    "StrengthLimits",
    "SummedCounts",
    "UpperLimit",
    "combine",
    "confidence_levels",
    "expected_limits",
    "from_workspace",
    "strength_limits",
    "to_workspace",
    "upper_limit",
]
