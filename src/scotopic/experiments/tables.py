"""The base of a card's tables, and the types of what they hold.

Types are strict: a string or a bool is never taken for a number. Units are part of the keys
(`_GeV`, `_cm`); a key without one is a pure number. A key has a default only where leaving it
out has one plain meaning.
"""

from collections.abc import Iterable
from typing import Annotated, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints

from scotopic.experiments.messages import KeyedError, shown
from scotopic.words import MAX_COUNTS

T = TypeVar("T")

Items = Annotated[tuple[T, ...], Strict(strict=False)]  # an array of TOML is a list
Name = Annotated[str, StringConstraints(pattern=r"^[^\s\[\]]([^\[\]\p{Cc}]*[^\s\[\]])?$")]
Text = Annotated[str, StringConstraints(pattern=r"\S")]
Mass = Annotated[float, Field(gt=0)]
Length = Annotated[float, Field(gt=0, le=1e6)]
Events = Annotated[float, Field(ge=0, le=MAX_COUNTS)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Cells = Annotated[int, Field(ge=1, le=10_000)]
Year = Annotated[int, Field(ge=1950, le=2100)]


class Table(BaseModel):
    """Base of all tables: unknown keys, coercions, nan and infinities are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class SourcedTable(Table):
    """A table that says where its numbers come from."""

    source: Text = Field(description="where the numbers of this table come from")


class Named(Protocol):
    """Anything that has a name."""

    @property
    def name(self) -> str:
        """Its name."""


def refuse_repeated_names(path: tuple[str, ...], entries: Iterable[Named]) -> None:
    """Raise KeyedError if two entries of an array have the same name."""
    seen: dict[str, int] = {}
    for i, entry in enumerate(entries):
        if entry.name in seen:
            raise KeyedError(
                (*path, i, "name"),
                f"{shown(entry.name)} is already the name of entry {seen[entry.name]}",
            )
        seen[entry.name] = i
