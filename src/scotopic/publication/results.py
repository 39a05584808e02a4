"""Reads a directory of results back: what made it, its tables, and the experiments in them."""

import csv
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scotopic.errors import ScotopicError

Cell = float | str
Json = dict[str, Any]

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
        raise ScotopicError(f"{path}: cannot be read: {_reason(error)}") from None
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


@dataclass(frozen=True)
class Shape:
    """How a file of results becomes tables.

    Attributes
    ----------
    file : str
        Its name.
    what : str
        What is in it, for the names of tables.
    observable : str
        Keyword of HEPData.
    group : str
        Column whose values tell one table from the next; empty if all rows are one table.
    independent : (int, int)
        The first of the other columns that is an independent variable, and the one behind the last.
    """

    file: str
    what: str
    observable: str
    group: str = ""
    independent: tuple[int, int] = (0, 1)


@dataclass(frozen=True)
class Kind:
    """A kind of result.

    Attributes
    ----------
    keys : tuple of str
        Keys by which its `result.json` is known.
    shapes : tuple of Shape
        Its tables, the first the most important; those whose file is absent are left out.
    experiments : callable
        Returns the contents of the experiment cards, by the label in the group column; by title
        where all experiments are in all tables.
    phrases : tuple of str
        Keywords of HEPData.
    """

    keys: tuple[str, ...]
    shapes: tuple[Shape, ...]
    experiments: Callable[[Json], Mapping[str, list[Json]]]
    phrases: tuple[str, ...]


def _by_title(cards: list[Json]) -> dict[str, list[Json]]:
    return {card["title"]: [card] for card in cards}


_INVISIBLE = ("Missing energy", "Light dark matter")
_VISIBLE = ("Visible decays", "Long-lived particles")
_LIMIT = "EXCLUSION LIMIT"

KINDS: Final = (
    Kind(
        ("experiment", "limit"),
        (Shape("limit.csv", "limit", _LIMIT),),
        lambda found: _by_title([found["experiment"]]),
        _INVISIBLE,
    ),
    Kind(
        ("combination", "singles"),
        (Shape("combination.csv", "combined limit", _LIMIT),),
        lambda found: _by_title([one["experiment"] for one in found["singles"]]),
        _INVISIBLE,
    ),
    Kind(
        ("card", "limits", "thermal_lines"),
        (
            Shape("boundaries.csv", "excluded", _LIMIT, "limit"),
            Shape("contours.csv", "contour", _LIMIT, "limit", (2, 3)),
            Shape("thermal.csv", "thermal", "RELIC DENSITY", "line"),
        ),
        lambda found: {label: one["experiments"] for label, one in found["limits"].items()},
        ("Light dark matter",),
    ),
    Kind(
        ("experiments", "excluded"),
        (Shape("boundaries.csv", "excluded", _LIMIT),),
        lambda found: _by_title([one["card"] for one in found["experiments"]]),
        _VISIBLE,
    ),
    Kind(
        ("experiments", "reach"),
        (Shape("target-length.csv", "reach", _LIMIT, "", (0, 2)),),
        lambda found: _by_title(found["experiments"]),
        _VISIBLE,
    ),
)
"""What can be published: limit, combine, plane and relic, visible and alp, target-length."""


@dataclass(frozen=True)
class Result:
    """A directory of results.

    Attributes
    ----------
    directory : Path
        Where it is.
    kind : Kind
        What made it.
    content : dict
        Its `result.json`.
    tables : mapping of Shape to CsvTable
        Its tables.
    """

    directory: Path
    kind: Kind
    content: Json
    tables: Mapping[Shape, CsvTable]

    @property
    def experiments(self) -> Mapping[str, list[Json]]:
        """The contents of the experiment cards, by label."""
        return self.kind.experiments(self.content)

    @property
    def run_card(self) -> Json | None:
        """The run card's content, if one made the result."""
        card: Json | None = self.content.get("card")
        return card


def read_result(directory: Path) -> Result:
    """Read what `scotopic limit`, `plane` and the like left in their --output directory.

    Raises
    ------
    ScotopicError
        If there is no `result.json`, or none of a kind that can be published.
    """
    path = directory / "result.json"
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ScotopicError(
            f"{path}: cannot be read: {_reason(error)}; needed: the --output of scotopic limit,"
            " combine, plane, relic, visible, alp or target-length"
        ) from None
    except ValueError as error:
        raise ScotopicError(f"{path}: not JSON: {error}") from None
    kinds = [k for k in KINDS if isinstance(content, dict) and content.keys() >= set(k.keys)]
    if not kinds:
        raise ScotopicError(
            f"{path}: of no kind that can be published; known: limit, combine, plane, relic,"
            " visible, alp, target-length"
        )
    (kind,) = kinds
    tables = {
        shape: read_csv(directory / shape.file)
        for shape in kind.shapes
        if (directory / shape.file).is_file()
    }
    if not tables:
        names = " or ".join(shape.file for shape in kind.shapes)
        raise ScotopicError(f"{directory}: {names} is missing beside result.json")
    return Result(directory, kind, content, tables)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
