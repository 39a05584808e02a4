"""The words for how a limit is set, by themselves: what needs only them imports nothing else."""

from typing import Literal

Method = Literal["cls", "poisson", "poisson_zero_background"]
"""How a limit on events is computed; see `scotopic.statistics.upper_limit`."""

LikelihoodMethod = Literal["cls", "toys", "asymptotic"]
"""How a limit on a strength is computed; see `scotopic.statistics.strength_limits`."""
