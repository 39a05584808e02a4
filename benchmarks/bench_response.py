"""Curves whose detectors are simulated as their users meet them: programs of their own.

The simulation of showers is kept apart from all else: it serves every model and threshold of a
beam and target. What is cold may have it or not.
"""

import shutil
from itertools import count
from pathlib import Path

from benchmarks.bench_limit import run
from pytest_benchmark.fixture import BenchmarkFixture

Asked = tuple[tuple[Path, str, str, str, str], dict[str, object]]


def test_cold_curve_cold_response(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Showers with a forced emission are simulated too: 25 s are wanted."""
    numbers = count()

    def fresh() -> Asked:
        place = tmp_path / str(next(numbers))
        return (place, "limit", "na64e-2018", "--output", str(place / "out")), {}

    benchmark.pedantic(run, setup=fresh, rounds=3)


def test_cold_curve_kept_response(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Only the simulated showers are on disk: 5.5 s are wanted."""
    numbers, first = count(), tmp_path / "first"
    run(first, "limit", "na64e-2018", "--no-figure", "--output", str(tmp_path / "out"))

    def kept() -> Asked:
        place = tmp_path / str(next(numbers))
        place.mkdir()
        for table in first.rglob("emissions*"):
            shutil.copy(table, place)
        return (place, "limit", "na64e-2018", "--output", str(place / "out")), {}

    benchmark.pedantic(run, setup=kept, rounds=3)


def test_warm_curve(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """All tables on disk: no slower than without detectors."""
    arguments = (tmp_path, "limit", "na64e-2018", "--output", str(tmp_path / "out"))
    benchmark.pedantic(run, arguments, rounds=5, warmup_rounds=1)


def test_cold_muon_curve(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Sixty masses with counters behind a magnet: 15 s are wanted."""
    numbers = count()

    def fresh() -> tuple[tuple[Path | str, ...], dict[str, object]]:
        place = tmp_path / str(next(numbers))
        options = ("--points", "60", "--output", str(place / "out"))
        return (place, "limit", "na64mu", *options), {}

    benchmark.pedantic(run, setup=fresh, rounds=3)


def test_warm_acceptance(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """The table of what is accepted, all of which is kept."""
    arguments = (tmp_path, "acceptance", "na64e-2018", "--output", str(tmp_path / "out"))
    benchmark.pedantic(run, arguments, rounds=5, warmup_rounds=1)
