"""A plane as files: boundaries and lines as CSV, everything as JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scotopic.models.parameters import parameter
from scotopic.models.registry import model_class
from scotopic.results import write_csv
from scotopic.scan.contours import contours
from scotopic.scan.plane import Plane, planes_of
from scotopic.search.result import Result
from scotopic.search.result_files import Columns, write_result

Cell = float | str
Row = Sequence[Cell]


def write_plane(found: Result, directory: Path, seconds: float | None = None) -> list[Path]:
    """Write the tables of a plane as CSV and all of it as `result.json`, each whole.

    Parameters
    ----------
    found : Result
        As from `scotopic.scan.run.compute_run_card`.
    directory : Path
        Where to.
    seconds : float, optional
        How long it took.

    Returns
    -------
    list of Path
        The files written: those of `plane_tables`, and `result.json`.
    """
    files = []
    for name, (comments, columns) in plane_tables(found).items():
        files.append(directory / name)
        write_csv(files[-1], comments, columns)
    files.append(directory / "result.json")
    write_result(found, files[-1], seconds)
    return files


def plane_tables(found: Result) -> dict[str, tuple[list[str], Columns]]:
    """Return lines of comment and columns of the tables of a plane, by the names of their files.

    Without limits there is no `boundaries.csv` and no `contours.csv`, without thermal lines no
    `thermal.csv`.
    """
    tables = {}
    if planes := planes_of(found):
        x, y = found.axes
        kind = model_class(found.attributes["model"]["name"])
        tables["boundaries.csv"] = _table(
            found,
            ["intervals that are excluded, masses in GeV"],
            ["limit", x, f"{y}_from", f"{y}_to"],
            _boundary_rows(planes),
        )
        comment = "boundaries of what is excluded, one row a point; lines count from 1"
        tables["contours.csv"] = _table(
            found,
            [comment, *_described(found, planes)],
            ["limit", "line", "closed", *(parameter(kind, axis).column for axis in found.axes)],
            _contour_rows(planes),
        )
    if lines := [layer for layer in found.layers if layer.kind == "thermal line"]:
        points = [(line.label, point) for line in lines for point in line.attributes["points"]]
        last = ("status", "caveats")
        names = list(dict.fromkeys(n for _, point in points for n in point if n not in last))
        names += last
        tables["thermal.csv"] = _table(
            found,
            ["points of the thermal lines, masses in GeV; the status of an empty one says why"],
            ["line", *names],
            ([label, *(_cell(point.get(n)) for n in names)] for label, point in points),
        )
    return tables


def _table(
    found: Result, comments: list[str], names: list[str], rows: Iterable[Row]
) -> tuple[list[str], Columns]:
    cells = list(rows)
    columns = {name: [row[i] for row in cells] for i, name in enumerate(names)}
    return [found.attributes["title"], *comments], columns


def _boundary_rows(planes: Mapping[str, Plane]) -> Iterator[Row]:
    for label, plane in planes.items():
        for x, stretches in zip(plane.x.values.tolist(), plane.intervals(), strict=True):
            for low, high in stretches:
                yield label, x, low, high


def _contour_rows(planes: Mapping[str, Plane]) -> Iterator[Row]:
    for label, plane in planes.items():
        for number, line in enumerate(contours(plane.excess, plane.x, plane.y), 1):
            for point in zip(line.x.tolist(), line.y.tolist(), strict=True):
                yield label, str(number), str(int(line.closed)), *point


def _described(found: Result, planes: Mapping[str, Plane]) -> Iterator[str]:
    for (label, plane), limit in zip(planes.items(), found.attributes["limits"], strict=True):
        yield (
            f"{label}: level {_level(plane)} expected events,"
            f" {100 * limit['confidence_level']:g} % CL;"
            f" estimated error of the position {plane.position_error:.2g} ({_error_unit(plane)})"
        )


def _level(plane: Plane) -> str:
    """Write the events that are allowed, which several searches make depend on the point."""
    ends = (plane.limit_events.min(), plane.limit_events.max())
    return " to ".join(dict.fromkeys(f"{end:.6g}" for end in ends))


def _error_unit(plane: Plane) -> str:
    kinds = {"log": "relative", "linear": "share of the axis"}
    parts = dict.fromkeys(kinds[axis.scale] for axis in (plane.x, plane.y))
    return ", ".join(parts)


def _cell(value: Any) -> Cell:  # noqa: ANN401 - a number, a text, texts or None
    return value if isinstance(value, float | str) else "; ".join(value or ())
