"""The words for how a limit is set, by themselves: what needs only them imports nothing else."""

from typing import Final, Literal

Method = Literal["cls", "poisson", "poisson_zero_background"]
"""How a limit on events is computed; see `scotopic.statistics.upper_limit`."""

LikelihoodMethod = Literal["cls", "toys", "asymptotic"]
"""How a limit on a strength is computed; see `scotopic.statistics.strength_limits`."""

CONFIDENCE_LEVELS: Final = (0.5, 0.9999)
"""Lowest and highest confidence level of a limit that can be asked for."""

MAX_COUNTS: Final = 100_000
"""Largest number of events that is treated count by count; beyond it asymptotics are better."""
