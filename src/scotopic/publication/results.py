"""Reads a directory of results back: what was found, and the experiments in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from scotopic.errors import ScotopicError
from scotopic.publication.csv_tables import CsvTable, read_csv, reason
from scotopic.search.result import Result
from scotopic.search.result_files import CURVE, curve_table, from_json

Json = dict[str, Any]

PLANE: Final = ("card", "limits", "thermal_lines")
"""Keys by which the `result.json` of a plane, or of lines of the relic density, is known."""

PLANE_TABLES: Final = ("boundaries.csv", "contours.csv", "thermal.csv")
"""Tables of a plane; those whose file is absent are left out."""


@dataclass(frozen=True)
class Directory:
    """A directory of results.

    Attributes
    ----------
    path : Path
        Where it is.
    content : dict
        Its `result.json`.
    experiments : mapping of str to list of dict
        The contents of the experiment cards, by label: of the limits of a plane, by title where
        all experiments are in all tables.
    curve : Result or None
        What was found, if it is a curve.
    tables : mapping of str to CsvTable
        The tables of a plane, by the names of their files.
    """

    path: Path
    content: Json
    experiments: Mapping[str, list[Json]]
    curve: Result | None = None
    tables: Mapping[str, CsvTable] = field(default_factory=dict)

    @property
    def titles(self) -> list[str]:
        """What is in it."""
        if self.curve is not None:
            return curve_table(self.curve)[0][:1]
        return [table.comments[0] for table in self.tables.values() if table.comments]

    @property
    def run_card(self) -> Json | None:
        """The run card's content, if one made the result."""
        card: Json | None = self.content.get("card")
        return card


def read_directory(path: Path) -> Directory:
    """Read what `scotopic limit`, `plane` or `relic` left in their --output directory.

    Raises
    ------
    ScotopicError
        If there is no `result.json`, or none of a kind that can be published.
    """
    file = path / "result.json"
    try:
        content = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ScotopicError(
            f"{file}: cannot be read: {reason(error)}; needed: the --output of scotopic limit,"
            " plane or relic"
        ) from None
    except ValueError as error:
        raise ScotopicError(f"{file}: not JSON: {error}") from None
    if isinstance(content, dict) and content.get("kind") == CURVE:
        return _curve(path, file, content)
    if isinstance(content, dict) and content.keys() >= set(PLANE):
        return _plane(path, content)
    raise ScotopicError(f"{file}: of no kind that can be published; known: limit, plane, relic")


def _curve(path: Path, file: Path, content: Json) -> Directory:
    try:
        curve = from_json(content)
        cards = curve.attributes["experiments"]
        return Directory(path, content, {card["title"]: [card] for card in cards}, curve)
    except (ScotopicError, KeyError, TypeError) as error:
        raise ScotopicError(f"{file}: {error}") from None


def _plane(path: Path, content: Json) -> Directory:
    tables = {name: read_csv(path / name) for name in PLANE_TABLES if (path / name).is_file()}
    if not tables:
        raise ScotopicError(f"{path}: {' or '.join(PLANE_TABLES)} is missing beside result.json")
    experiments = {label: one["experiments"] for label, one in content["limits"].items()}
    return Directory(path, content, experiments, tables=tables)
