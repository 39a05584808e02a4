"""Thresholds that are known by a range alone, and the two ends to which all of them go at once."""

from collections.abc import Iterator
from typing import Annotated, TypeVar

from pydantic import Strict

from scotopic.experiments.messages import KeyedError
from scotopic.experiments.tables import Table, Threshold
from scotopic.words import ThresholdEnd

TableT = TypeVar("TableT", bound=Table)

ThresholdRange = Annotated[tuple[Threshold, Threshold], Strict(strict=False)]

RANGE = "_range"
"""In keys of ranges: `maximum_energy_range_GeV` is that of `maximum_energy_GeV`."""


def ranges_of(table: Table) -> Iterator[tuple[str, str, tuple[float, float]]]:
    """Yield the ranges that a table gives: key, key of the threshold, and its ends."""
    known = type(table).model_fields
    for key in known:
        name = key.replace(RANGE, "")
        if RANGE in key and name in known and (allowed := getattr(table, key)) is not None:
            yield key, name, allowed


def outside_of_ranges(table: Table) -> Iterator[KeyedError]:
    """Yield which thresholds of a table are outside of their ranges."""
    for key, name, (low, high) in ranges_of(table):
        value = getattr(table, name)
        if value is None:
            yield KeyedError((key,), f"there is no {name}")
        elif not low <= value <= high:
            yield KeyedError((key,), f"{low} to {high} has not {name} = {value} in it")


def at_end(table: TableT, end: ThresholdEnd) -> TableT:
    """Return a table with each threshold that has a range at an end of it.

    Parameters
    ----------
    table : Table
        Its keys `minimum_...` are passed by what is above, `maximum_...` by what is below.
    end : str
        "loosest": the lowest minimum and the highest maximum; "strictest": the other way round.
    """
    moved = {}
    for key, name, (low, high) in ranges_of(table):
        is_high = (end == "loosest") == key.startswith("maximum_")
        moved[name] = high if is_high else low
    return table.model_copy(update=moved)
