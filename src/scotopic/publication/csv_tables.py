"""Tables as the commands write them, read back."""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scotopic.errors import ScotopicError

Cell = float | str

MISSING: Final = ""
"""What an empty cell, or one that is not a finite number, is read as."""

TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "boundaries.csv": ("limit",),
    "contours.csv": ("limit",),
    "thermal.csv": ("line", "status", "caveats"),
}
"""Columns of texts, which may be empty or look like numbers, by the names of files."""


@dataclass(frozen=True)
class CsvTable:
    """A table as the commands write it.

    Attributes
    ----------
    comments : tuple of str
        Lines above the header; the first is a title.
    columns : mapping of str to list
        Numbers, and texts where a cell is no number; `MISSING` where there is nothing.
    texts : tuple of str
        Columns that hold texts alone.
    """

    comments: tuple[str, ...]
    columns: Mapping[str, list[Cell]]
    texts: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values())))

    def where(self, column: str, value: Cell) -> "CsvTable":
        """Return the rows that have a value in a column, without that column."""
        kept = [i for i, cell in enumerate(self.columns[column]) if cell == value]
        columns = {
            name: [cells[i] for i in kept] for name, cells in self.columns.items() if name != column
        }
        return CsvTable(self.comments, columns, self.texts)


def read_csv(path: Path) -> CsvTable:
    """Read a table that `scotopic.results.write_csv` wrote.

    Raises
    ------
    ScotopicError
        If it cannot be read or is no such table.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ScotopicError(f"{path}: cannot be read: {reason(error)}") from None
    comments = tuple(line[2:] for line in lines if line.startswith("#"))
    header, *rows = list(csv.reader(line for line in lines if not line.startswith("#"))) or [[]]
    if not header or any(len(row) != len(header) for row in rows):
        raise ScotopicError(f"{path}: is no table: its rows differ in length, or it is empty")
    texts = TEXTS.get(path.name, ())
    read = [str if name in texts else _cell for name in header]
    columns = {name: [read[i](row[i]) for row in rows] for i, name in enumerate(header)}
    return CsvTable(comments, columns, texts)


def _cell(text: str) -> Cell:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else MISSING


def reason(error: Exception) -> str:
    """Return why a file could not be read, in few words."""
    return getattr(error, "strerror", None) or str(error)
