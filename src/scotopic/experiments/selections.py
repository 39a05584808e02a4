"""What selections of events are made of: windows of energy, vetoes, decays that must be seen.

A signature composes its own table of the card from these.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Annotated

from pydantic import Field

from scotopic.experiments.central_cells import CellCut
from scotopic.experiments.messages import KeyedError, KeyPath, shown
from scotopic.experiments.ranges import ThresholdRange, at_end, outside_of_ranges
from scotopic.experiments.tables import (
    Fraction,
    Items,
    Name,
    Table,
    Threshold,
    repeated,
    repeated_names,
)
from scotopic.words import ThresholdEnd


class EnergyVeto(Table):
    """An upper value for the energy that decays and leaking showers leave in detectors."""

    name: Name = Field(description="its name, unique in the selection")
    detectors: Items[Name] = Field(min_length=1, description="detectors whose energies are added")
    maximum_energy_GeV: Threshold = Field(description="an event is kept if they measure less")
    maximum_energy_range_GeV: ThresholdRange | None = Field(
        default=None,
        description="range in which `maximum_energy_GeV` may lie; left out: it is exact",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield repeated detectors, and a threshold outside of its range."""
        yield from repeated("detectors", self.detectors)
        yield from outside_of_ranges(self)


class DecaySignal(Table):
    """A lower value for the energy that decays leave in detectors behind the calorimeter."""

    detectors: Items[Name] = Field(min_length=1, description="detectors whose energies are added")
    minimum_energy_GeV: Threshold = Field(
        description="an event is kept if they measure at least this"
    )
    minimum_energy_range_GeV: ThresholdRange | None = Field(
        default=None,
        description="range in which `minimum_energy_GeV` may lie; left out: it is exact",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield repeated detectors, and a threshold outside of its range."""
        yield from repeated("detectors", self.detectors)
        yield from outside_of_ranges(self)


class SegmentCut(Table):
    """Limits of the energy in some of the calorimeter's segments along the beam."""

    name: Name = Field(description="its name, unique in the selection")
    segments: Items[Annotated[int, Field(ge=1)]] = Field(
        min_length=1,
        description="numbers of the calorimeter's `longitudinal_segments_cm`, 1 being the first; "
        "their energies are added",
    )
    minimum_energy_GeV: Threshold | None = Field(
        default=None,
        description="an event is kept if they measure more; left out: there is no such limit",
    )
    minimum_energy_range_GeV: ThresholdRange | None = Field(
        default=None,
        description="range in which `minimum_energy_GeV` may lie; left out: it is exact",
    )
    maximum_energy_GeV: Threshold | None = Field(
        default=None,
        description="an event is kept if they measure less; left out: there is no such limit",
    )
    maximum_energy_range_GeV: ThresholdRange | None = Field(
        default=None,
        description="range in which `maximum_energy_GeV` may lie; left out: it is exact",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield repeated segments, limits upside down, none, or outside of their ranges."""
        for i, number in enumerate(self.segments):
            if number in self.segments[:i]:
                yield KeyedError(("segments", i), f"{number} is there already")
        low, high = self.minimum_energy_GeV, self.maximum_energy_GeV
        if low is None and high is None:
            yield KeyedError(("minimum_energy_GeV",), "missing, as is maximum_energy_GeV")
        if low is not None and high is not None and low >= high:
            yield KeyedError(
                ("minimum_energy_GeV",), f"{low} is not below maximum_energy_GeV = {high}"
            )
        yield from outside_of_ranges(self)

    @property
    def condition(self) -> str:
        """What is asked, in words.

        Examples
        --------
        >>> SegmentCut(name="pre-shower", segments=[1, 2], minimum_energy_GeV=0.4).condition
        'segments 1 + 2 > 0.4 GeV'
        """
        what = "segments " if len(self.segments) > 1 else "segment "
        what += " + ".join(map(str, self.segments))
        low, high = self.minimum_energy_GeV, self.maximum_energy_GeV
        if high is None:
            return f"{what} > {low:g} GeV"
        return f"{what} < {high:g} GeV" if low is None else f"{low:g} < {what} < {high:g} GeV"


class CutEfficiency(Table):
    """The efficiency of a cut that is not simulated event by event."""

    name: Name = Field(description="the cut, unique in the selection")
    efficiency: Fraction = Field(description="fraction of the signature's events that pass it")


class CalorimeterSelection(Table):
    """What a calorimeter measures, which detectors are quiet, which decays must be seen.

    Of mediators that leave no trace only the calorimeter counts: its window, and limits of the
    energy in parts of it. Where what they decay
    into decays in flight, the calorimeter is the target: what the shower and decays inside of it
    leave is in the window, and the vetoes are quiet. Energies of detectors that have an
    `energy_resolution` are smeared; that of a veto counter has a sharp threshold.
    """

    calorimeter: Name = Field(description="the target's detector, which measures the shower")
    minimum_calorimeter_energy_GeV: float = Field(
        ge=0, le=1e5, description="an event is kept if the calorimeter measures at least this"
    )
    maximum_calorimeter_energy_GeV: Threshold = Field(
        description="an event is kept if the calorimeter measures less than this"
    )
    maximum_calorimeter_energy_range_GeV: ThresholdRange | None = Field(
        default=None,
        description="range in which `maximum_calorimeter_energy_GeV` may lie; left out: it is "
        "exact",
    )
    vetoes: Items[EnergyVeto] = Field(description="detectors that must be quiet; `[]` for none")
    decay_signal: DecaySignal | None = Field(
        default=None, description="energy of decays that must be seen; left out: none need be"
    )
    decays_from: Name | None = Field(
        default=None,
        description="an event is kept if no decay is before the front of this detector; left out: "
        "decays may be anywhere",
    )
    decays_behind: Name | None = Field(
        default=None,
        description="an event is kept if no decay is before the rear of this detector; in place of "
        "`decays_from`",
    )
    segments: Items[SegmentCut] = Field(
        default=(),
        description="limits of the energy in parts of the calorimeter along the beam, which its "
        "showers are simulated for; left out: none",
    )
    central_cells: Items[CellCut] = Field(
        default=(),
        description="limits of the energy outside of the cells around the beam, which the widths "
        "of showers are computed for; left out: none",
    )
    cut_efficiencies: Items[CutEfficiency] = Field(
        default=(),
        description="cuts that are not simulated; left out: none beside the data set's efficiency",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield repeated names, two places for the decays, and a window upside down."""
        yield from repeated_names("vetoes", self.vetoes)
        yield from repeated_names("segments", self.segments)
        yield from repeated_names("central_cells", self.central_cells)
        yield from repeated_names("cut_efficiencies", self.cut_efficiencies)
        yield from self._contradictions()
        if self.decays_from is not None and self.decays_behind is not None:
            yield KeyedError(("decays_behind",), "does not go together with decays_from")
        low, high = self.minimum_calorimeter_energy_GeV, self.maximum_calorimeter_energy_GeV
        if low >= high:
            yield KeyedError(
                ("minimum_calorimeter_energy_GeV",),
                f"{low} is not below maximum_calorimeter_energy_GeV = {high}",
            )
        yield from outside_of_ranges(self)

    def _contradictions(self) -> Iterator[KeyedError]:
        """Yield segments that must measure more than others which they are part of may."""
        for (i, one), (_, other) in permutations(enumerate(self.segments), 2):
            low, high = one.minimum_energy_GeV, other.maximum_energy_GeV
            if low is None or high is None or low < high:
                continue
            if set(one.segments) <= set(other.segments):
                yield KeyedError(
                    ("segments", i, "minimum_energy_GeV"),
                    f"{low} is not below maximum_energy_GeV = {high} of {shown(other.name)}, which"
                    " has the same segments; no event would be kept",
                )

    @property
    def efficiency(self) -> float:
        """Product of the efficiencies of the cuts that are not simulated."""
        return math.prod((cut.efficiency for cut in self.cut_efficiencies), start=1.0)

    def detector_names(self) -> list[tuple[KeyPath, str]]:
        """Return every detector that is named, with the path of the key."""
        found: list[tuple[KeyPath, str]] = [(("calorimeter",), self.calorimeter)]
        for i, veto in enumerate(self.vetoes):
            found += [(("vetoes", i, "detectors", j), n) for j, n in enumerate(veto.detectors)]
        if self.decay_signal is not None:
            found += [
                (("decay_signal", "detectors", j), n)
                for j, n in enumerate(self.decay_signal.detectors)
            ]
        for i, cut in enumerate(self.central_cells):
            found += [
                (("central_cells", i, "detectors", j), n) for j, n in enumerate(cut.detectors)
            ]
        for key in ("decays_from", "decays_behind"):
            name = getattr(self, key)
            if name is not None:
                found.append(((key,), name))
        return found

    def with_thresholds(self, end: ThresholdEnd) -> "CalorimeterSelection":
        """Return the selection with every threshold that has a range at one end of it.

        At the loosest end vetoes take the most energy, and least energies are lowest.

        Examples
        --------
        >>> quiet = {"name": "VETO", "detectors": ["VETO"], "maximum_energy_GeV": 0.005,
        ...          "maximum_energy_range_GeV": [0.001, 0.02]}
        >>> selection = CalorimeterSelection(
        ...     calorimeter="ECAL", minimum_calorimeter_energy_GeV=0,
        ...     maximum_calorimeter_energy_GeV=50, vetoes=[quiet])
        >>> [v.maximum_energy_GeV for v in selection.with_thresholds("loosest").vetoes]
        [0.02]
        """
        decays = self.decay_signal
        return at_end(self, end).model_copy(
            update={
                "vetoes": tuple(at_end(veto, end) for veto in self.vetoes),
                "segments": tuple(at_end(cut, end) for cut in self.segments),
                "central_cells": tuple(at_end(cut, end) for cut in self.central_cells),
                "decay_signal": None if decays is None else at_end(decays, end),
            }
        )


def excludes(
    one: CalorimeterSelection, other: CalorimeterSelection, rear_cm: Mapping[str, float]
) -> bool:
    """Return whether no event can be accepted by a selection if another one accepts it.

    Parameters
    ----------
    one, other : CalorimeterSelection
        Of one card; the order matters.
    rear_cm : mapping of str to float
        Where its detectors end.

    Returns
    -------
    bool
        Whether the windows of the calorimeter's energy or of the same segments are apart, or
        `other` vetoes the decays whose energy `one` needs, or takes none that could leave it.
    """
    if one.maximum_calorimeter_energy_GeV <= other.minimum_calorimeter_energy_GeV:
        return True
    if one.calorimeter == other.calorimeter and any(
        set(low.segments) == set(high.segments)
        and low.maximum_energy_GeV is not None
        and high.minimum_energy_GeV is not None
        and low.maximum_energy_GeV <= high.minimum_energy_GeV
        for low in one.segments
        for high in other.segments
    ):
        return True
    if one.decay_signal is None:
        return False
    needed = set(one.decay_signal.detectors)
    least = one.decay_signal.minimum_energy_GeV
    if any(
        needed <= set(veto.detectors) and veto.maximum_energy_GeV <= least for veto in other.vetoes
    ):
        return True
    behind = other.decays_behind
    return behind is not None and all(rear_cm[name] <= rear_cm[behind] for name in needed)
