"""Reads a directory of results back: what was found, and the experiments in it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scotopic.errors import ScotopicError
from scotopic.reading import read_json
from scotopic.search.result import Result
from scotopic.search.result_files import CURVE, PLANE, from_json, heading

Json = dict[str, Any]


@dataclass(frozen=True)
class Directory:
    """A directory of results.

    Attributes
    ----------
    path : Path
        Where it is.
    content : dict
        Its `result.json`.
    result : Result
        What was found.
    """

    path: Path
    content: Json
    result: Result

    @property
    def is_curve(self) -> bool:
        """Whether it is a curve, and no plane."""
        return bool(self.content["kind"] == CURVE)

    @property
    def experiments(self) -> Mapping[str, list[Json]]:
        """Contents of the experiment cards, by label.

        That is the limit's in a plane; the title where all experiments are in all tables.
        """
        attributes = self.result.attributes
        if self.is_curve:
            return {card["title"]: [card] for card in attributes["experiments"]}
        return {limit["label"]: limit["experiments"] for limit in attributes["limits"]}

    @property
    def title(self) -> str:
        """What is in it."""
        return heading(self.result) if self.is_curve else str(self.result.attributes["title"])

    @property
    def run_card(self) -> Json | None:
        """The run card's content, if one made the result."""
        card: Json | None = self.result.attributes.get("card")
        return card


def refuse_link(path: Path) -> None:
    """Refuse a link that leads out of its directory: what is there is not the directory's.

    Raises
    ------
    ScotopicError
        Naming both ends.
    """
    there, here = (Path(os.path.realpath(one)) for one in (path, path.parent))  # loops are no error
    if path.is_symlink() and there.parent != here:
        raise ScotopicError(f"{path}: is a link to {there}, out of its directory; it is not read")


def read_directory(path: Path) -> Directory:
    """Read what `scotopic limit`, `plane` or `relic` left in their --output directory.

    Raises
    ------
    ScotopicError
        If there is no `result.json`, or none of a kind that can be published.
    """
    file = path / "result.json"
    refuse_link(file)
    try:
        content = read_json(file)
    except ScotopicError as error:
        raise ScotopicError(
            f"{error}; needed: the --output of scotopic limit, plane or relic"
        ) from None
    if not isinstance(content, dict) or content.get("kind") not in (CURVE, PLANE):
        raise ScotopicError(f"{file}: of no kind that can be published; known: limit, plane, relic")
    try:
        return Directory(path, content, from_json(content))
    except ScotopicError as error:
        raise ScotopicError(f"{file}: {error}") from None
