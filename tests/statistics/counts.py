"""Single counts, as the tests of physics write them."""

from dataclasses import dataclass

from scotopic.statistics import Likelihood, StrengthLimits, strength_limits


@dataclass(frozen=True)
class Count:
    """One count: the arguments of `Likelihood.of_count`, of which tests use each."""

    observed: int | None
    background: float = 0.0
    background_uncertainty: float = 0.0
    signal_uncertainty: float = 0.0
    confidence_level: float = 0.90

    @property
    def likelihood(self) -> Likelihood:
        return Likelihood.of_count(
            self.observed,
            self.background,
            self.background_uncertainty,
            self.signal_uncertainty,
            self.confidence_level,
        )

    def limits(self, method: str = "cls") -> StrengthLimits:
        return strength_limits(self.likelihood, method)
