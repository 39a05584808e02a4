"""Regions behind the target in which the decay of a mediator itself counts as signal."""

import math
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from scotopic.experiments.messages import KeyedError
from scotopic.experiments.tables import Fraction, Items, Length, Name, SourcedTable, Table


class DecayEfficiency(Table):
    """The efficiency for decays at one place of a region; in between it is interpolated."""

    position_cm: float = Field(ge=0, le=1e6, description="place, behind the region's beginning")
    efficiency: Fraction = Field(description="fraction of the decays there that are kept")


class DecayRegion(SourcedTable):
    """Where a mediator must decay, and with what energy, to count as signal.

    The regions of a card follow each other without overlap; what they accept adds up.
    """

    name: Name = Field(description="its name, unique in the card")
    begins_cm: float = Field(
        ge=0, le=1e6, description="where it begins, behind the rear of the target"
    )
    length_cm: Length | None = Field(
        default=None, description="how long it is; left out: decays may be anywhere behind"
    )
    minimum_energy_GeV: float = Field(
        gt=0, le=1e5, description="least energy of the mediator that is accepted"
    )
    efficiency: Items[DecayEfficiency] = Field(
        min_length=1,
        description="efficiency along the region, in ascending order from position 0; constant "
        "behind the last place. It multiplies `data_sets[].signal_efficiency`",
    )

    @model_validator(mode="after")
    def _places_ascend_inside(self) -> Self:
        places = [point.position_cm for point in self.efficiency]
        if places[0] != 0:
            raise KeyedError(("efficiency", 0, "position_cm"), f"{places[0]} is not 0")
        for i, (before, place) in enumerate(pairwise(places), start=1):
            if place <= before:
                raise KeyedError(
                    ("efficiency", i, "position_cm"), f"{place} is not above {before} before it"
                )
        if self.length_cm is not None and places[-1] > self.length_cm:
            raise KeyedError(
                ("efficiency", len(places) - 1, "position_cm"),
                f"{places[-1]} is above length_cm = {self.length_cm}",
            )
        return self

    @property
    def ends_cm(self) -> float:
        """Where it ends, behind the rear of the target; infinite if it has no length."""
        return math.inf if self.length_cm is None else self.begins_cm + self.length_cm
