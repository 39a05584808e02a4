"""From counted events to limits on a signal.

A `Likelihood` is what was counted and what is expected; a method makes a limit on its signal's
strength of it (`strength_limits`). What the limit means for a coupling is not decided here.
Each name is imported when it is first used.
"""

from typing import TYPE_CHECKING

from scotopic.lazy import lazy_attributes

if TYPE_CHECKING:
    from scotopic.statistics.asymptotic import AsymptoticWarning
    from scotopic.statistics.cls import confidence_levels
    from scotopic.statistics.foreign import ForeignLikelihood, read_likelihood
    from scotopic.statistics.likelihood import (
        Bin,
        Component,
        Likelihood,
        Shift,
        combine_likelihoods,
    )
    from scotopic.statistics.methods import Method, register_method
    from scotopic.statistics.single_count import ConfidenceLevels
    from scotopic.statistics.strength import StrengthLimits, strength_limits
    from scotopic.statistics.workspace import from_workspace, to_workspace

__all__ = [
    "AsymptoticWarning",
    "Bin",
    "Component",
    "ConfidenceLevels",
    "ForeignLikelihood",
    "Likelihood",
    "Method",
    "Shift",
    "StrengthLimits",
    "combine_likelihoods",
    "confidence_levels",
    "from_workspace",
    "read_likelihood",
    "register_method",
    "strength_limits",
    "to_workspace",
]

__getattr__ = lazy_attributes(__name__)
