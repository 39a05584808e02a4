"""Regions behind the target in which the decay of a mediator itself counts as signal."""

import math
from collections.abc import Iterator

from pydantic import Field

from scotopic.experiments.efficiencies import Efficiency, EfficiencyTable
from scotopic.experiments.messages import KeyedError, shown
from scotopic.experiments.tables import Length, Name, SourcedTable, Threshold


class DecayRegion(SourcedTable):
    """Where a mediator must decay, and with what energy, to count as signal.

    The regions of a card follow each other without overlap; what they accept adds up.
    """

    name: Name = Field(description="its name, unique in the search")
    begins_cm: float = Field(
        ge=0, le=1e6, description="where it begins, behind the rear of the target"
    )
    length_cm: Length | None = Field(
        default=None, description="how long it is; left out: decays may be anywhere behind"
    )
    minimum_energy_GeV: Threshold = Field(
        description="least energy of the mediator that is accepted"
    )
    efficiency: Efficiency = Field(
        description="fraction of the decays inside the region that are kept: a number, or a table "
        "over `decay_position_cm`, the place behind the region's beginning, from 0 on. It "
        "multiplies `data_sets[].signal_efficiency`",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what is wrong with a table of the efficiency."""
        table = self.efficiency
        if not isinstance(table, EfficiencyTable):
            return
        if table.against != "decay_position_cm":
            yield KeyedError(
                ("efficiency", "against"),
                f"{shown(table.against)} is not the place of decay, 'decay_position_cm'",
            )
            return
        first, last = table.ends
        if first != 0:
            yield KeyedError(("efficiency", "points", 0, 0), f"{first} is not 0")
        if self.length_cm is not None and last > self.length_cm:
            yield KeyedError(
                ("efficiency", "points", len(table.points) - 1, 0),
                f"{last} is above length_cm = {self.length_cm}",
            )

    @property
    def efficiency_along(self) -> tuple[tuple[float, float], ...]:
        """Places behind its beginning in cm, the first being 0, and the efficiency there."""
        table = self.efficiency
        return table.points if isinstance(table, EfficiencyTable) else ((0.0, table),)

    @property
    def ends_cm(self) -> float:
        """Where it ends, behind the rear of the target; infinite if it has no length."""
        return math.inf if self.length_cm is None else self.begins_cm + self.length_cm
