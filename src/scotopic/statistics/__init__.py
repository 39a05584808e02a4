"""From counted events to limits on a signal.

A limit is a number of expected signal events; what it means for a coupling is not decided here.
Each name is imported when it is first used.
"""

from typing import TYPE_CHECKING

from scotopic.lazy import lazy_attributes

if TYPE_CHECKING:
    from scotopic.statistics.asymptotic import AsymptoticWarning
    from scotopic.statistics.bands import ExpectedLimits, expected_limits
    from scotopic.statistics.cls import ConfidenceLevels, confidence_levels
    from scotopic.statistics.counting import Counting, CountingModel, SummedCounts
    from scotopic.statistics.likelihood import Bin, Component, Likelihood, Shift, combine
    from scotopic.statistics.limits import UpperLimit, upper_limit
    from scotopic.statistics.methods import LikelihoodMethod, Method
    from scotopic.statistics.strength import StrengthLimits, strength_limits
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

__getattr__ = lazy_attributes(
    __name__,
    {
        "AsymptoticWarning": "scotopic.statistics.asymptotic",
        "Bin": "scotopic.statistics.likelihood",
        "Component": "scotopic.statistics.likelihood",
        "ConfidenceLevels": "scotopic.statistics.cls",
        "Counting": "scotopic.statistics.counting",
        "CountingModel": "scotopic.statistics.counting",
        "ExpectedLimits": "scotopic.statistics.bands",
        "Likelihood": "scotopic.statistics.likelihood",
        "LikelihoodMethod": "scotopic.statistics.methods",
        "Method": "scotopic.statistics.methods",
        "Shift": "scotopic.statistics.likelihood",
        "StrengthLimits": "scotopic.statistics.strength",
        "SummedCounts": "scotopic.statistics.counting",
        "UpperLimit": "scotopic.statistics.limits",
        "combine": "scotopic.statistics.likelihood",
        "confidence_levels": "scotopic.statistics.cls",
        "expected_limits": "scotopic.statistics.bands",
        "from_workspace": "scotopic.statistics.workspace",
        "strength_limits": "scotopic.statistics.strength",
        "to_workspace": "scotopic.statistics.workspace",
        "upper_limit": "scotopic.statistics.limits",
    },
)
