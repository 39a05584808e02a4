"""Results as Parquet and CSV, read back with the programs of others."""

from pathlib import Path

import pytest
from tests.program import rows, scotopic
from tests.publication.submissions import MISSING, done

parquet = pytest.importorskip("pyarrow.parquet", reason=MISSING)


def number(text: str) -> float | None:
    return float(text) if text else None


def test_parquet_equals_csv(results: Path, tmp_path: Path) -> None:
    for name in ("limit", "plane"):
        done("export", "parquet", results / name, "--output", tmp_path / name)
        files = sorted(file.stem for file in (results / name).glob("*.csv"))
        written = {file.stem for file in (tmp_path / name).iterdir()}
        assert written - {"points"} == set(files)
        for stem in files:
            table = parquet.read_table(tmp_path / name / f"{stem}.parquet")
            expected = rows(results / name / f"{stem}.csv")
            assert table.num_rows == len(expected) > 0
            assert table.column_names == list(expected[0])
            for row, other in zip(table.to_pylist(), expected, strict=True):
                for column, cell in row.items():
                    assert cell == (
                        other[column] if isinstance(cell, str) else number(other[column])
                    )
            comment = table.schema.metadata[b"comment"].decode().splitlines()
            lines = (results / name / f"{stem}.csv").read_text().splitlines()
            assert comment == [line[2:] for line in lines if line.startswith("#")]


def test_points_of_a_dataset(results: Path, tmp_path: Path) -> None:
    pytest.importorskip("zarr", reason="the extra 'scan' is not installed")
    for form in ("csv", "parquet"):
        done("export", form, results / "plane", "--output", tmp_path)
    found = rows(tmp_path / "points.csv")
    assert len(found) == 2 * 3 * 9
    table = parquet.read_table(tmp_path / "points.parquet").to_pylist()
    assert [row["excess"] for row in table] == [float(row["excess"]) for row in found]
    assert {row["status"] for row in table} == {"computed"}
    excluded = {
        (row["limit"], float(row["mediator_mass"])) for row in found if float(row["excess"]) > 0
    }
    boundaries = rows(results / "plane" / "boundaries.csv")
    assert excluded == {(row["limit"], float(row["mediator_mass"])) for row in boundaries}


def test_no_tables_no_parquet(tmp_path: Path) -> None:
    found = scotopic("export", "parquet", tmp_path)
    assert found.returncode == 2
    assert "no .csv and no dataset.zarr" in found.stderr
