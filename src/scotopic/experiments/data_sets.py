"""What was collected or will be: exposures, backgrounds, observations, uncertainties."""

import math
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field

from scotopic.experiments.efficiencies import Efficiency, EfficiencyTable, largest
from scotopic.experiments.messages import KeyedError, KeyPath, shown
from scotopic.experiments.tables import (
    Events,
    Fraction,
    Items,
    Name,
    SourcedTable,
    Table,
    Year,
    repeated_names,
)
from scotopic.words import LARGEST_RELATIVE_UNCERTAINTY, MAX_COUNTS, is_too_wide

LEAST_EFFICIENCY = 1e-9
"""Signal efficiencies below it are a mistake."""

SHARED_SOURCES: Final = ("form factor", "cross section")
"""Sources of uncertainty in the production, which is the same for all experiments."""

_ROUNDING = 1e-6  # of the sum of shares

_LEAST_LOGARITHM = math.log(1e-4)  # of the observed events' probability, without a remark


class BackgroundSource(Table):
    """An expected background: a value with its uncertainty, or a value that it stays below."""

    name: Name = Field(description="what it comes from, unique in the data set")
    nuisance: Name | None = Field(
        default=None,
        description="name of the nuisance parameter of its uncertainty: sources of one name, in "
        "any data set of the card, move together; left out: those of a data set have their own",
    )
    expected_events: Events | None = Field(default=None, description="expected events")
    uncertainty_events: Events | None = Field(
        default=None, description="uncertainty of `expected_events`; both or neither"
    )
    upper_value_events: Events | None = Field(
        default=None,
        description="upper value, in place of the other two: counted in full, with itself as "
        "uncertainty",
    )
    shape: Items[Fraction] | None = Field(
        default=None,
        description="its shares in the bins of the selection, which add up to 1; needed if the "
        "selection has bins",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what is missing of one form, or there beside the other."""
        for key in ("expected_events", "uncertainty_events"):
            is_there = getattr(self, key) is not None
            if is_there and self.upper_value_events is not None:
                yield KeyedError((key,), "does not go together with upper_value_events")
            elif not is_there and self.upper_value_events is None:
                yield KeyedError(
                    (key,),
                    "missing; a background has expected_events and uncertainty_events, "
                    "or upper_value_events",
                )
        if self.shape is not None and abs(math.fsum(self.shape) - 1) > _ROUNDING:
            yield KeyedError(("shape",), f"its shares add up to {math.fsum(self.shape):.6g}, not 1")

    def in_bin(self, number: int) -> "BackgroundSource":
        """Return its part in a bin of the selection."""
        share = 0.0 if self.shape is None else self.shape[number]
        events = ("expected_events", "uncertainty_events", "upper_value_events")
        found = {key: getattr(self, key) for key in events}
        scaled = {key: None if value is None else value * share for key, value in found.items()}
        return self.model_copy(update={"shape": None, **scaled})

    @property
    def expectation(self) -> tuple[float, float]:
        """Expected events and their uncertainty.

        An upper value counts in full on both sides. With it the sum over NA64's table for
        2016-2018 is the published "conservative" 0.53 +- 0.17: 0.528 +- 0.167.
        """
        if self.upper_value_events is not None:
            return self.upper_value_events, self.upper_value_events
        return self.expected_events or 0.0, self.uncertainty_events or 0.0


def too_wide(expectation: tuple[float, float]) -> Iterator[str]:
    """Yield why an expectation has too large an uncertainty, if it has."""
    events, uncertainty = expectation
    if events > 0 and is_too_wide(events, 1 + uncertainty / events):
        yield (
            f"{events:g} +- {uncertainty:g}: an uncertainty above {LARGEST_RELATIVE_UNCERTAINTY:g}"
            f" times the expectation would mean {(events + uncertainty) ** 2 / events:.3g} events"
            " at two standard deviations of a log-normal distribution; give upper_value_events"
        )


class DataSet(SourcedTable):
    """Data taken, or to be taken, under one set of conditions."""

    name: Name = Field(description="its name, unique in the search")
    kind: Literal["measurement", "projection"] = Field(
        description="`measurement`: events were counted; `projection`: none were observed yet"
    )
    years: Items[Year] = Field(
        default=(),
        description="years of data taking; measurements with equal beam and target that share one "
        "are not combined, their data are in part the same; empty: not said",
    )
    particles_on_target: float = Field(ge=1e6, le=1e26, description="exposure")
    signal_efficiency: Efficiency = Field(
        description="fraction of the signal events inside the energy window that pass all other "
        "cuts; a table over the mediator's energy or mass gives each event or model its own",
    )
    signal_efficiency_uncertainty: Fraction = Field(
        description="absolute uncertainty of `signal_efficiency`; of a table, that of its largest "
        "entry, the relative one being the same for all"
    )
    background: Items[BackgroundSource] = Field(
        description="expected background; `[]` for none at all"
    )
    observed_events: int | None = Field(
        default=None,
        ge=0,
        le=MAX_COUNTS,
        description="observed events: required for a measurement, refused for a projection",
    )
    observed_in_bins: Items[Annotated[int, Field(ge=0, le=MAX_COUNTS)]] | None = Field(
        default=None,
        description="`observed_events` in the bins of the selection; a measurement needs them if "
        "the selection has bins",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield observations without a measurement, and numbers that mean nothing together."""
        if self.kind == "measurement" and self.observed_events is None:
            yield KeyedError(("observed_events",), 'missing; kind = "measurement" needs it')
        if self.kind == "projection" and self.observed_events is not None:
            yield KeyedError(("observed_events",), 'does not go together with kind = "projection"')
        counts = self.observed_in_bins
        if counts is not None and sum(counts) != self.observed_events:
            text = f"their sum {sum(counts)} is not observed_events = {self.observed_events}"
            yield KeyedError(("observed_in_bins",), text)
        yield from repeated_names("background", self.background)
        if self.background_uncertainty > 0 and self.expected_background == 0:
            yield KeyedError(
                ("background",),
                f"an uncertainty of {self.background_uncertainty:g} needs an expectation above 0",
            )
        for expectation in self.backgrounds.values():
            yield from (KeyedError(("background",), text) for text in too_wide(expectation))
        largest = self.largest_efficiency
        if not largest > 0:
            yield KeyedError(("signal_efficiency",), f"{self.signal_efficiency} is not positive")
        elif largest < LEAST_EFFICIENCY:
            text = f"{largest:g} is below {LEAST_EFFICIENCY:g}, the smallest allowed"
            yield KeyedError(("signal_efficiency",), text)
        elif self.signal_efficiency_uncertainty > largest:
            yield KeyedError(
                ("signal_efficiency_uncertainty",),
                f"{self.signal_efficiency_uncertainty:g} is above the efficiency, {largest:g}",
            )
        table = self.efficiency_table
        if table is not None and table.against == "decay_position_cm":
            yield KeyedError(
                ("signal_efficiency", "against"),
                f"{shown(table.against)} is not for data sets; the efficiency for places of decay"
                " is searches[].selection.regions[].efficiency of 'decay-in-flight'",
            )

    def wrong_bins(self, bins: int) -> Iterator[KeyedError]:
        """Yield what does not go with so many bins of the selection; zero is one count."""
        lists: dict[KeyPath, tuple[object, ...] | None] = {
            ("background", i, "shape"): source.shape for i, source in enumerate(self.background)
        }
        if self.kind == "measurement" or self.observed_in_bins is not None:
            lists["observed_in_bins",] = self.observed_in_bins
        for path, found in lists.items():
            if bins and found is None:
                yield KeyedError(path, f"missing; the selection has {bins} bins")
            elif found is not None and len(found) != bins:
                allowed = f"the {bins} of the selection" if bins else "a selection without bins"
                yield KeyedError(path, f"{len(found)} bins do not go with {allowed}")

    def in_bin(self, number: int) -> "DataSet":
        """Return what of it is in a bin of the selection."""
        counts = self.observed_in_bins
        return self.model_copy(
            update={
                "background": tuple(source.in_bin(number) for source in self.background),
                "observed_events": None if counts is None else counts[number],
                "observed_in_bins": None,
            }
        )

    @property
    def remark(self) -> str | None:
        """What is odd about it although it can be computed; None if nothing is."""
        seen = self.observed_events or 0
        most = self.expected_background + 2 * self.background_uncertainty
        # an upper bound of the Poisson probability of so many or more
        if not seen or (most and seen * math.log(most) - math.lgamma(seen + 1) > _LEAST_LOGARITHM):
            return None
        expected = f"{self.expected_background:g} +- {self.background_uncertainty:.2g}"
        return (
            f"observed_events: {seen} where the background is {expected}: hardly by chance; if it"
            " is no signal, the background is incomplete"
        )

    @property
    def efficiency_table(self) -> EfficiencyTable | None:
        """The efficiency if it is a table."""
        found = self.signal_efficiency
        return found if isinstance(found, EfficiencyTable) else None

    @property
    def largest_efficiency(self) -> float:
        """The efficiency, or the largest one of a table: the reference for exposures."""
        return largest(self.signal_efficiency)

    @property
    def efficiency_source(self) -> str:
        """Name of the source of the uncertainty of its efficiency, its own."""
        return f"efficiency {self.name}"

    @property
    def backgrounds(self) -> dict[str | None, tuple[float, float]]:
        """Expected events and uncertainty of the sources of each nuisance parameter."""
        groups: dict[str | None, list[tuple[float, float]]] = {}
        for source in self.background:
            groups.setdefault(source.nuisance, []).append(source.expectation)
        return {
            name: (math.fsum(e for e, _ in group), math.hypot(*(u for _, u in group)))
            for name, group in groups.items()
        }

    @property
    def expected_background(self) -> float:
        """Sum of the expected background events."""
        return math.fsum(b.expectation[0] for b in self.background)

    @property
    def background_uncertainty(self) -> float:
        """Uncertainty of `expected_background`: the sources' in quadrature."""
        return math.hypot(*(b.expectation[1] for b in self.background))


class Systematic(SourcedTable):
    """A relative uncertainty of the signal from one source, which all data sets share."""

    name: Name = Field(
        description="what is uncertain, unique in the search; searches of the card that name it "
        "alike move together"
    )
    relative_uncertainty: Fraction = Field(description="relative uncertainty of the signal")
    shared: bool | None = Field(
        default=None,
        description="whether experiments that are combined, and share a source of this name, move "
        "together; left out: they do in `form factor` and `cross section`, which belong to the "
        "production, and in nothing else",
    )
