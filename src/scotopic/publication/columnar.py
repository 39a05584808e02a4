"""Results as Parquet and CSV: the tables column by column, and all points of a dataset."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from scotopic.errors import ScotopicError
from scotopic.extras import required
from scotopic.publication.csv_tables import MISSING, Cell, CsvTable, read_csv
from scotopic.results import output_directory, whole_file, write_csv

DATASET: Final = "dataset.zarr"
"""What a run with --dataset leaves."""

POINTS: Final = "points"
"""Name of the table of a dataset's points."""


def write_parquet(directory: Path, output: Path | None = None) -> list[Path]:
    """Write every table of a directory, and the points of its dataset, as Parquet.

    Parameters
    ----------
    directory : Path
        Where the tables are, as CSV.
    output : Path, optional
        Where to, by default the same directory. A file has the name of its table, that of the
        dataset is `points.parquet`; each appears whole or not at all.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ScotopicError
        If there are no tables, or pyarrow is not installed.
    """
    required("pyarrow")
    paths = sorted(directory.glob("*.csv"))
    tables = {path.stem: read_csv(path) for path in paths}
    if (directory / DATASET).is_dir():
        tables[POINTS] = points(directory)
    if not tables:
        raise ScotopicError(f"{directory}: no .csv and no {DATASET}: nothing to write as Parquet")
    home = output_directory(output or directory)
    written = []
    for name, table in tables.items():
        path = home / f"{name}.parquet"
        _write(table, path)
        written.append(path)
    return written


def _write(table: CsvTable, path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415 - an extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = {name: _array(cells, name in table.texts) for name, cells in table.columns.items()}
    metadata = {"comment": "\n".join(table.comments)}
    with whole_file(path) as stream:
        pq.write_table(pa.table(columns, metadata=metadata), stream)


def _array(cells: list[Cell], is_text: bool) -> object:
    """Return texts; or numbers, null where there is none, unless there is some other text."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    if is_text or any(isinstance(cell, str) and cell != MISSING for cell in cells):
        texts = [cell if isinstance(cell, str) else f"{cell!r}" for cell in cells]
        return pa.array(texts, pa.string())
    return pa.array([None if cell == MISSING else cell for cell in cells], pa.float64())


def points(directory: Path) -> CsvTable:
    """Return all points of a dataset that were computed, one row for each point and limit.

    Parameters
    ----------
    directory : Path
        Where `dataset.zarr` is.

    Raises
    ------
    ScotopicError
        If it is not there, or the extra `scan` is missing.
    """
    from scotopic.scan.store import open_dataset  # noqa: PLC0415 - an extra

    dataset = open_dataset(directory)
    x, y = dataset["status"].dims[-2:]
    names = sorted(
        str(name)
        for name, found in dataset.data_vars.items()
        if {x, y} <= set(found.dims) <= {"limit", x, y}
    )
    order = ("limit", x, y)
    template = dataset["status"].transpose(*order)
    flags = dict(
        zip(template.attrs["flag_values"], template.attrs["flag_meanings"].split(), strict=True)
    )
    kept = template.to_numpy() != _flag(flags, "not_computed")
    columns: dict[str, list[Cell]] = {}
    for name in (*map(str, order), *names):
        values = dataset[name].broadcast_like(template).transpose(*order).to_numpy()[kept]
        cells = values.tolist()
        columns[name] = [flags[one] for one in cells] if name == "status" else _cells(cells)
    comments = (str(dataset.attrs["title"]), "all points that were computed, masses in GeV")
    return CsvTable(comments, columns, ("limit", "reason", "status"))


def _flag(flags: Mapping[int, str], wanted: str) -> int:
    return next(value for value, meaning in flags.items() if meaning == wanted)


def _cells(values: list[Cell]) -> list[Cell]:
    return [v if isinstance(v, str) or math.isfinite(v) else MISSING for v in values]


def write_points(directory: Path, output: Path | None = None) -> list[Path]:
    """Write all points of a dataset that were computed as `points.csv`.

    Parameters
    ----------
    directory : Path
        Where `dataset.zarr` is.
    output : Path, optional
        Where to, by default the same directory.

    Returns
    -------
    list of Path
        The file written.

    Raises
    ------
    ScotopicError
        If there is no dataset, or the extra `scan` is missing.
    """
    table = points(directory)
    path = output_directory(output or directory) / f"{POINTS}.csv"
    write_csv(path, table.comments, table.columns)
    return [path]
