"""The curve of 100 masses as its user meets it: a process of its own, cold and warm."""

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

PROGRAM = [sys.executable, "-c", "from scotopic.cli import main; main()"]


def run(cache: Path, *arguments: str) -> None:
    environment = {**os.environ, "SCOTOPIC_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    subprocess.run(
        [*PROGRAM, *arguments], env=environment, check=True, capture_output=True, timeout=300
    )


def test_help(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    benchmark.pedantic(run, (tmp_path, "--help"), rounds=5, warmup_rounds=1)


def test_cold_curve(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """No table on disk: shower, cross sections on every element, limit, figure."""
    numbers = count()

    def fresh() -> tuple[tuple[Path, str, str, str, str], dict[str, object]]:
        place = tmp_path / str(next(numbers))
        return (place, "limit", "na64e-2018", "--output", str(place / "out")), {}

    benchmark.pedantic(run, setup=fresh, rounds=3)


def test_warm_curve(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """All tables on disk; the figure is drawn as PNG and PDF."""
    arguments = (tmp_path, "limit", "na64e-2018", "--output", str(tmp_path / "out"))
    benchmark.pedantic(run, arguments, rounds=5, warmup_rounds=1)


def test_warm_curve_without_figure(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """The same without matplotlib."""
    arguments = (tmp_path, "limit", "na64e-2018", "--no-figure", "--output", str(tmp_path / "out"))
    benchmark.pedantic(run, arguments, rounds=5, warmup_rounds=1)
