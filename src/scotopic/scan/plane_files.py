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
from scotopic.search.result_files import write_result

Cell = float | str
Row = Sequence[Cell]


def write_plane(found: Result, directory: Path, seconds: float) -> list[Path]:
    """Write `boundaries.csv`, `contours.csv`, `thermal.csv` and `result.json`, each whole.

    Parameters
    ----------
    found : Result
        As from `scotopic.scan.run.run`; without limits there is no `boundaries.csv` and no
        `contours.csv`, without thermal lines no `thermal.csv`.
    directory : Path
        Where to.
    seconds : float
        How long it took.

    Returns
    -------
    list of Path
        The files written.
    """
    files = []
    planes = planes_of(found)
    if planes:
        files += [directory / "boundaries.csv", directory / "contours.csv"]
        comments = ["intervals that are excluded, masses in GeV"]
        x, y = found.axes
        _write(
            files[0],
            found,
            comments,
            ["limit", x, f"{y}_from", f"{y}_to"],
            _boundary_rows(planes),
        )
        comments = ["boundaries of what is excluded, one row a point; lines count from 1"]
        comments += _described(found, planes)
        kind = model_class(found.attributes["model"]["name"])
        names = ["limit", "line", "closed", *(parameter(kind, axis).column for axis in found.axes)]
        _write(files[1], found, comments, names, _contour_rows(planes))
    lines = [layer for layer in found.layers if layer.kind == "thermal line"]
    if lines:
        files.append(directory / "thermal.csv")
        comment = "points of the thermal lines, masses in GeV; the status of an empty one says why"
        rows = [(line.label, row) for line in lines for row in line.attributes["points"]]
        last = ("status", "caveats")
        names = list(dict.fromkeys(name for _, row in rows for name in row if name not in last))
        names += last
        _write(
            files[-1],
            found,
            [comment],
            ["line", *names],
            ([label, *(_cell(row.get(name)) for name in names)] for label, row in rows),
        )
    files.append(directory / "result.json")
    write_result(found, files[-1], seconds, "plane")
    return files


def _write(
    file: Path, found: Result, comments: list[str], names: list[str], rows: Iterable[Row]
) -> None:
    cells = list(rows)
    columns = {name: [row[i] for row in cells] for i, name in enumerate(names)}
    write_csv(file, [found.attributes["title"], *comments], columns)


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
            f" error of the position {plane.position_error:.2g} ({_error_unit(plane)})"
        )


def _level(plane: Plane) -> str:
    """Write the events that are allowed, which several searches make depend on the point."""
    ends = (plane.limit_events.min(), plane.limit_events.max())
    return " to ".join(dict.fromkeys(f"{end:.6g}" for end in ends))


def _error_unit(plane: Plane) -> str:
    kinds = {"log": "relative", "linear": "share of the axis"}
    parts = dict.fromkeys(kinds[axis.scale] for axis in (plane.x, plane.y))
    return ", ".join(f"{kind}" for kind in parts)


def _cell(value: Any) -> Cell:  # noqa: ANN401 - a number, a text, texts or None
    return value if isinstance(value, float | str) else "; ".join(value or ())
