"""Single numbers: a mixing that precision data or a fit to structure functions leave."""

from typing import Annotated

from pydantic import Field, Strict

from scotopic.bounds.base import BoundCard, BoundKind, Excluded, not_recast
from scotopic.experiments.ranges import ThresholdRange
from scotopic.experiments.tables import Mass
from scotopic.models.kinetic_mixing import KineticallyMixed
from scotopic.models.mediator import DecayingMediator


class NumberCard(BoundCard):
    """One number for all masses of a range."""

    minimum_mixing: float = Field(
        gt=0, le=1, description="least kinetic mixing that is excluded, whatever A' decays into"
    )
    minimum_mixing_range: ThresholdRange | None = Field(
        default=None, description="between which numbers it is known"
    )
    mass_range_GeV: Annotated[tuple[Mass, Mass], Strict(strict=False)] = Field(
        description="masses of the mediator for which it holds"
    )


class Number(BoundKind[NumberCard]):
    """The mixing with the photon is bounded, whatever it decays into."""

    table = NumberCard

    def excluded(self, card: NumberCard, model: DecayingMediator) -> Excluded:
        """Return the couplings above the number."""
        if not isinstance(model, KineticallyMixed):
            return not_recast(model, "it is a bound on kinetic mixing")
        low, high = card.mass_range_GeV
        if not low <= model.mediator_mass <= high:
            return Excluded.nothing(f"the bound is for masses from {low:g} to {high:g} GeV")
        return Excluded.above(card.minimum_mixing)
