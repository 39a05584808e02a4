"""The base of a card's tables, and the types of what they hold.

Types are strict: a string or a bool is never taken for a number. Units are part of the keys
(`_GeV`, `_cm`); a key without one is a pure number. A key has a default only where leaving it
out has one plain meaning.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Protocol, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    model_validator,
)

from scotopic.display import as_table, one_line
from scotopic.errors import RangeError, not_one_of
from scotopic.experiments.messages import KeyedError, shown
from scotopic.experiments.texts import legible, name, one_line_of_figure
from scotopic.words import MAX_COUNTS

T = TypeVar("T")

Items = Annotated[tuple[T, ...], Strict(strict=False)]  # an array of TOML is a list
Text = Annotated[str, StringConstraints(pattern=r"\S"), AfterValidator(legible)]
Line = Annotated[Text, AfterValidator(one_line_of_figure)]
Name = Annotated[Line, AfterValidator(name)]
Mass = Annotated[float, Field(gt=0)]
Length = Annotated[float, Field(ge=1e-4, le=1e6)]
Threshold = Annotated[float, Field(ge=1e-9, le=1e5)]  # an electronvolt: nothing measures less
Events = Annotated[float, Field(ge=0, le=MAX_COUNTS)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Cells = Annotated[int, Field(ge=1, le=10_000)]
Year = Annotated[int, Field(ge=1950, le=2100)]


class Table(BaseModel):
    """Base of all tables: unknown keys, coercions, nan and infinities are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    __repr__ = __str__ = one_line
    _repr_html_ = as_table

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values, without what was computed of the old ones."""
        found = super().model_copy(update=update, deep=deep)
        for computed in found.__dict__.keys() - type(self).model_fields.keys():
            del found.__dict__[computed]
        return found

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what does not go together, all keys by themselves being right."""
        yield from ()

    @model_validator(mode="after")
    def _refuse_mistakes(self) -> Self:
        if found := list(self.mistakes()):
            raise KeyedError.of(found)
        return self


class SourcedTable(Table):
    """A table that says where its numbers come from."""

    source: Text = Field(description="where the numbers of this table come from")


class Named(Protocol):
    """Anything that has a name."""

    @property
    def name(self) -> str:
        """Its name."""


NamedT = TypeVar("NamedT", bound=Named)


def repeated_names(key: str, entries: Iterable[Named]) -> Iterator[KeyedError]:
    """Yield which entries of an array have the name of an earlier one."""
    seen: dict[str, int] = {}
    for i, entry in enumerate(entries):
        first = seen.setdefault(entry.name, i)
        if first != i:
            text = f"{shown(entry.name)} is already the name of entry {first}"
            yield KeyedError((key, i, "name"), text)


def repeated(key: str, words: Sequence[str]) -> Iterator[KeyedError]:
    """Yield which words of an array are there already."""
    for i, word in enumerate(words):
        if word in words[:i]:
            yield KeyedError((key, i), f"{shown(word)} is there already")


def of_name(what: str, name: str, entries: Sequence[NamedT]) -> NamedT:
    """Return the entry of an array that has a name.

    Raises
    ------
    RangeError
        If there is none; the message begins with `what` and lists those that there are.
    """
    for entry in entries:
        if entry.name == name:
            return entry
    raise RangeError(f"{what}: {not_one_of(name, [entry.name for entry in entries])}")
