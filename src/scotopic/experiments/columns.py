"""What a card says of a column of numbers that others wrote."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from scotopic.columns import read_columns
from scotopic.errors import CardError, nearest, quoted
from scotopic.experiments.messages import TAGS, KeyedError, shown
from scotopic.experiments.tables import Table, Text

UNITS: Final = {
    "GeV": {"eV": 1e-9, "keV": 1e-6, "MeV": 1e-3, "GeV": 1.0, "TeV": 1e3},
    "GeV^-1": {"MeV^-1": 1e3, "GeV^-1": 1.0, "TeV^-1": 1e-3},
    "cm": {"mm": 0.1, "cm": 1.0, "m": 100.0},
    "cm^2": {"m^2": 1e4, "cm^2": 1.0, "mb": 1e-27, "pb": 1e-36, "fb": 1e-39},
}
"""What a unit is in that of the package, by the latter."""

Which: TypeAlias = Annotated[
    Annotated[int, Field(ge=1), Tag(TAGS[0])] | Annotated[Text, Tag(TAGS[2])],
    Discriminator(lambda value: TAGS[2 if isinstance(value, str) else 0]),
]


class Column(Table):
    """One column: which it is, and what its numbers mean."""

    column: Which | None = Field(
        default=None,
        description="its name in the table's header, or its place from 1; left out: the table has"
        " two columns, x and y",
    )
    scale: Literal["linear", "log10"] = Field(
        default="linear", description="whether the numbers themselves are given, or log10 of them"
    )
    factor: float = Field(default=1.0, gt=0, description="what the numbers are multiplied by")
    unit: Text | None = Field(
        default=None, description="MeV, GeV, mm, cm, cm^2, pb, ...; left out: GeV, cm, cm^2"
    )

    def unit_mistakes(self, own: str) -> Iterator[KeyedError]:
        """Yield why the unit is none of a quantity that the package has in the unit `own`."""
        known = UNITS.get(own, {})
        if self.unit is not None and self.unit not in known:
            hint = nearest(self.unit, known) if known else "the quantity has none"
            yield KeyedError(("unit",), f"{shown(self.unit)} is no unit of it; {hint}")

    def read(self, number: float, own: str) -> float:
        """Return what a number of the table stands for, in the unit `own`.

        Examples
        --------
        >>> Column(unit="MeV", factor=2.0).read(3.0, "GeV")
        0.006
        >>> Column(scale="log10").read(-3.0, "1")
        0.001
        """
        value = 10.0**number if self.scale == "log10" else number
        return value * self.factor * (UNITS[own][self.unit] if self.unit else 1.0)


Placed = tuple[str, tuple[float, ...]]
"""Where a point stands, for messages, and its numbers; none between islands."""


def from_file(
    file: Path, columns: Sequence[Column], *, decimal_comma: bool, islands: bool = True
) -> tuple[tuple[str, ...], list[Placed]]:
    """Return the names of columns x and y in a table, empty words without a header, and its points.

    Other arguments are those of `read_columns`.

    Raises
    ------
    CardError
        As `read_columns`, and if a name has a unit that is not the package's while the card says
        none.
    """
    chosen = [one.column for one in columns]
    names, rows = read_columns(file, chosen, decimal_comma=decimal_comma, islands=islands)
    for key, column, name in zip("xy", columns, names, strict=True):
        unit = _unit_in(name)
        if column.unit is None and column.factor == 1.0 and unit is not None:
            raise CardError(
                f"{file}: its column {quoted(name)} seems to be in {unit}; say {key}.unit = "
                f"'{unit}', or what it is in"
            )
    return names, [(f"{file}: line {row.line}", row.values) for row in rows]


def _unit_in(name: str) -> str | None:
    """Return the unit at the end of a column's name, if it is none of the package's own."""
    *_, last = ["", *re.findall(r"[a-z]+(?:\^-?[0-9])?", name.lower())]
    for own, known in UNITS.items():
        for unit in known:
            if unit.lower() == last and unit != own and len(unit) > 1:
                return unit
    return None


def from_card(points: Iterable[tuple[float, ...]]) -> list[Placed]:
    """Return the points of a card's array."""
    return [(f"points[{i}]", tuple(point)) for i, point in enumerate(points)]
