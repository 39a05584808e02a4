"""Results as Parquet and CSV: the tables column by column, and all points of a dataset."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from scotopic.errors import CardError, ScotopicError
from scotopic.extras import required
from scotopic.reading import TABLE_BYTES, read_bytes
from scotopic.results import csv_text, output_directory, whole_file
from scotopic.search.result_files import Columns

if TYPE_CHECKING:
    import pyarrow as pa

DATASET: Final = "dataset.zarr"
"""What a run with --dataset leaves."""

POINTS: Final = "points"
"""Name of the table of a dataset's points."""

_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "boundaries": ("limit",),
    "contours": ("limit",),
    "thermal": ("line", "status", "caveats"),
    POINTS: ("limit", "reason", "status"),
}
"""Columns of texts, which may be empty or look like numbers, by the names of tables."""

_NO_NUMBER: Final = ("", "nan", "inf", "-inf")


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
        If there are no tables, one is not as scotopic writes it, or pyarrow is not installed.
    """
    required("pyarrow")
    import pyarrow.parquet as pq  # noqa: PLC0415 - an extra

    tables = {path.stem: _read(path) for path in sorted(directory.glob("*.csv"))}
    if (directory / DATASET).is_dir():
        tables[POINTS] = _table(POINTS, csv_text(*points(directory)))
    if not tables:
        raise ScotopicError(f"{directory}: no .csv and no {DATASET}: nothing to write as Parquet")
    home = output_directory(output or directory)
    written = []
    for name, table in tables.items():
        written.append(home / f"{name}.parquet")
        with whole_file(written[-1]) as stream:
            pq.write_table(table, stream)
    return written


def _read(path: Path) -> "pa.Table":
    try:
        return _table(path.stem, read_bytes(path, TABLE_BYTES))
    except CardError:
        raise
    except ValueError as error:
        what = " ".join(str(error).split())
        raise ScotopicError(f"{path}: is no table as scotopic writes it: {what}") from None


def _table(name: str, text: bytes) -> "pa.Table":
    """Return a CSV table: texts, or numbers that are null where there is none."""
    import pyarrow as pa  # noqa: PLC0415 - an extra
    from pyarrow import csv  # noqa: PLC0415

    lines = text.decode().splitlines()
    comments = [line[2:] for line in lines if line.startswith("#")]
    table = csv.read_csv(
        io.BytesIO(text),
        csv.ReadOptions(skip_rows=len(comments)),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(
            column_types=dict.fromkeys(_TEXTS.get(name, ()), pa.string()), null_values=_NO_NUMBER
        ),
    )
    for i, one in enumerate(table.schema):
        if not pa.types.is_string(one.type):
            table = table.set_column(i, one.name, table[i].cast(pa.float64()))
    return table.replace_schema_metadata({"comment": "\n".join(comments)})


def points(directory: Path) -> tuple[list[str], Columns]:
    """Return comments and columns of all points of a dataset that were computed, by limit.

    Parameters
    ----------
    directory : Path
        Where `dataset.zarr` is.

    Raises
    ------
    ScotopicError
        If it is not there, or the extra `scan` is missing.
    """
    from scotopic.scan.store import read_dataset  # noqa: PLC0415 - an extra

    dataset = read_dataset(directory)
    x, y = dataset["status"].dims[-2:]
    names = sorted(
        str(name)
        for name, found in dataset.data_vars.items()
        if {x, y} <= set(found.dims) <= {"limit", x, y}
    )
    order = ("limit", x, y)
    template = dataset["status"].transpose(*order)
    meanings = template.attrs["flag_meanings"].split()
    flags = dict(zip(template.attrs["flag_values"], meanings, strict=True))
    not_computed = [value for value, meaning in flags.items() if meaning == "not_computed"]
    kept = ~np.isin(template.to_numpy(), not_computed)
    columns: Columns = {}
    for name in (*map(str, order), *names):
        cells = dataset[name].broadcast_like(template).transpose(*order).to_numpy()[kept].tolist()
        columns[name] = [flags[one] for one in cells] if name == "status" else _cells(cells)
    return [str(dataset.attrs["title"]), "all points that were computed, masses in GeV"], columns


def _cells(values: list[float | str]) -> list[float | str]:
    return [one if isinstance(one, str) or np.isfinite(one) else "" for one in values]


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
    text = csv_text(*points(directory))
    path = output_directory(output or directory) / f"{POINTS}.csv"
    with whole_file(path) as stream:
        stream.write(text)
    return [path]
