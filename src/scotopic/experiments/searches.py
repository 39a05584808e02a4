"""One search of an experiment: a signature, its selection, and what was counted."""

import math
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from scotopic.experiments.data_sets import DataSet, Systematic
from scotopic.experiments.messages import KeyedError, shown
from scotopic.experiments.tables import Items, Name, SourcedTable, repeated_names


class SearchCard(SourcedTable):
    """A search: how its signal shows itself, which events count, and how many were seen.

    Searches that count together are bins of one likelihood; no event is accepted by two of them.
    """

    name: Name = Field(description="its name, unique in the card")
    signature: Name = Field(description="how the signal shows itself: the name of a signature")
    by_default: bool = Field(
        default=True,
        description="whether it counts if no search is asked for by its name; another view of the "
        "same events does not",
    )
    selection: dict[str, Any] = Field(
        description="which events count: the signature's own table, see there"
    )
    bound_electrons: bool | None = Field(
        default=None,
        description="whether the target's electrons, with which positrons annihilate, move as in "
        "their atoms; left out: they do, unless the calculation says otherwise",
    )
    data_sets: Items[DataSet] = Field(min_length=1, description="exposures and observations")
    systematics: Items[Systematic] = Field(
        default=(),
        description="relative uncertainties of the signal by their sources, beside that of the "
        "efficiency; left out: none",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield repeated names, and data sets of two kinds."""
        yield from repeated_names("data_sets", self.data_sets)
        yield from repeated_names("systematics", self.systematics)
        own = {one.efficiency_source for one in self.data_sets}
        for i, systematic in enumerate(self.systematics):
            if systematic.name in own:
                text = f"{shown(systematic.name)} is what the efficiency of a data set is called"
                yield KeyedError(("systematics", i, "name"), text)
        if len({d.kind for d in self.data_sets}) > 1:
            yield KeyedError(
                ("data_sets",),
                "kind: measurements and projections in one card have no common number of "
                "observed events",
            )

    @property
    def kind(self) -> Literal["measurement", "projection"]:
        """Whether events were counted."""
        return self.data_sets[0].kind

    @property
    def particles_on_target(self) -> float:
        """Exposure of all data sets together."""
        return math.fsum(d.particles_on_target for d in self.data_sets)

    @property
    def exposure(self) -> float:
        """Particles on target times (largest) efficiency, of all data sets together."""
        return math.fsum(d.particles_on_target * d.largest_efficiency for d in self.data_sets)

    @property
    def expected_background(self) -> float:
        """Expected background events of all data sets together."""
        return math.fsum(d.expected_background for d in self.data_sets)

    @property
    def background_uncertainty(self) -> float:
        """Uncertainty of `expected_background`: sources in quadrature."""
        return math.hypot(*(d.background_uncertainty for d in self.data_sets))

    @property
    def observed_events(self) -> int | None:
        """Observed events in all; None for a projection."""
        if self.kind == "projection":
            return None
        return sum(d.observed_events or 0 for d in self.data_sets)

    def signal_sources(self, data: DataSet) -> dict[str, float]:
        """Return the relative uncertainties of a data set's signal by their sources."""
        own = data.signal_efficiency_uncertainty / data.largest_efficiency
        found = {s.name: s.relative_uncertainty for s in self.systematics}
        every = {data.efficiency_source: own, **found}
        return {name: value for name, value in every.items() if value > 0}

    @property
    def relative_signal_uncertainty(self) -> float:
        """Relative uncertainty of the signal: efficiencies and systematics in quadrature.

        The efficiencies of several data sets are independent and weighted by their exposures.
        """
        efficiencies = math.hypot(
            *(d.particles_on_target * d.signal_efficiency_uncertainty for d in self.data_sets)
        )
        common = math.hypot(*(s.relative_uncertainty for s in self.systematics))
        return math.hypot(efficiencies / self.exposure, common)
