"""Planes and lines of the relic density as tables of HEPData, from their results."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, Final

from scotopic.publication.results import Directory, Json
from scotopic.publication.tables import (
    PublishedTable,
    description,
    keywords,
    qualifiers,
    variable,
)
from scotopic.scan.plane_files import plane_tables
from scotopic.search.result_files import Columns


@dataclass(frozen=True)
class _Shape:
    """How a file becomes tables: what is in it, and the column that tells one from the next.

    `independent` has the first of the other columns that is an independent variable, and the one
    behind the last.
    """

    what: str
    group: str
    observable: str = "EXCLUSION LIMIT"
    independent: tuple[int, int] = (0, 1)


_SHAPES: Final = {
    "boundaries.csv": _Shape("excluded", "limit"),
    "contours.csv": _Shape("contour", "limit", independent=(2, 3)),
    "thermal.csv": _Shape("thermal", "line", "RELIC DENSITY"),
}


def tables_of_plane(plane: Directory, name: str) -> list[PublishedTable]:
    """Return the tables of a plane, one for each limit and line that has rows.

    Parameters
    ----------
    plane : Directory
        From `read_directory`.
    name : str
        What the names of the tables begin with.
    """
    return [
        _published(plane, shape, f"{name} {shape.what} {label}", label, comments, rows)
        for file, (comments, columns) in plane_tables(plane.result).items()
        for shape in (_SHAPES[file],)
        for label, rows in _groups(columns, shape.group)
    ]


def _groups(columns: Columns, by: str) -> Iterator[tuple[str, Columns]]:
    """Yield the rows of each value of a column, without that column."""
    labels = columns[by]
    for label in dict.fromkeys(labels):
        here = [one == label for one in labels]
        others = {name: cells for name, cells in columns.items() if name != by}
        yield str(label), {name: list(compress(cells, here)) for name, cells in others.items()}


def _published(
    plane: Directory,
    shape: _Shape,
    name: str,
    label: str,
    comments: Sequence[str],
    columns: Columns,
) -> PublishedTable:
    labels = tuple(one for one in plane.experiments if one == label)
    cards = [card for one in labels for card in plane.experiments[one]]
    variables = [variable(column, cells) for column, cells in columns.items()]
    independent = variables[slice(*shape.independent)]
    card: Json = plane.result.attributes["card"]
    return PublishedTable(
        name,
        description(comments, label, cards),
        tuple(independent),
        tuple(one for one in variables if one not in independent),
        qualifiers(cards, _parameters(card, label)),
        keywords(
            cards,
            shape.observable,
            ["Light dark matter"],
            _processes(plane, label),
            _symbol(card["model"]),
        ),
        labels,
    )


def _parameters(card: Json, label: str) -> Mapping[str, Any]:
    """Return the model's parameters, with those that a layer of the run card changes."""
    layers = {layer["label"]: layer for layer in card["thermal_lines"]}
    layer = layers.get(label, {})
    own = {k: v for k, v in layer.items() if k == "omega_h2"}
    return {"model": card["model"], **card["fixed"], **layer.get("fixed", {}), **own}


def _processes(plane: Directory, label: str) -> Sequence[str]:
    """Return how the mediators of a limit are made; no line of the relic density has any."""
    limits: list[Json] = plane.result.attributes["limits"]
    return [name for one in limits if one["label"] == label for name in one["processes"]]


def _symbol(model: str) -> str:
    from scotopic.models.registry import model_class  # noqa: PLC0415 - slow

    return model_class(model).symbol
