"""Tables on disk: whole or absent, never stale, and safe between processes."""

import multiprocessing
import time
from pathlib import Path

import numpy as np
import pytest

from scotopic import cache


@pytest.fixture(autouse=True)
def own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(tmp_path))
    return tmp_path


class Builder:
    def __init__(self, value: float = 1.0) -> None:
        self.value = value
        self.calls = 0

    def __call__(self) -> cache.Arrays:
        self.calls += 1
        return {"x": np.array([self.value])}


SOURCES = ("scotopic.units",)


def get(builder: Builder, **inputs: float) -> float:
    return float(cache.cached_arrays("table", inputs, SOURCES, builder)["x"][0])


def test_second_request_is_read() -> None:
    builder = Builder()
    assert get(builder, mass=0.1) == get(builder, mass=0.1) == 1.0
    assert builder.calls == 1


def test_any_input_changes_the_key() -> None:
    builder = Builder()
    get(builder, mass=0.1)
    get(builder, mass=np.nextafter(0.1, 1))
    get(builder, mass=0.1, energy=100.0)
    assert builder.calls == 3


def test_sources_change_the_key() -> None:
    one = cache.key_digest({"a": 1}, ["scotopic.units"])
    assert one != cache.key_digest({"a": 1}, ["scotopic.units", "scotopic.materials"])
    assert cache.key_digest({"a": 1}, ["scotopic.shower"]) != one


def test_inputs_that_json_cannot_write_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        cache.key_digest({"a": float("nan")}, [])


def test_damaged_file_is_built_anew(own_directory: Path) -> None:
    builder = Builder()
    get(builder, mass=0.1)
    (file,) = own_directory.glob("*.npz")
    file.write_bytes(file.read_bytes()[:40])
    assert get(builder, mass=0.1) == 1.0
    assert builder.calls == 2


def test_failed_build_leaves_nothing(own_directory: Path) -> None:
    def fail() -> cache.Arrays:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        cache.cached_arrays("table", {}, SOURCES, fail)
    assert not list(own_directory.glob("*.npz"))
    assert not list(own_directory.glob("*.part"))
    assert get(Builder()) == 1.0


def test_empty_variable_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, "")
    builder = Builder()
    get(builder, mass=0.1)
    get(builder, mass=0.1)
    assert builder.calls == 2


def test_unwritable_directory_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    obstacle = tmp_path / "file"
    obstacle.write_text("in the way")
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(obstacle / "below"))
    assert get(Builder(), mass=0.1) == 1.0


def slow_build(directory: Path) -> cache.Arrays:
    time.sleep(0.3)
    (directory / f"built-{time.monotonic_ns()}").touch()
    return {"x": np.arange(3.0)}


def want_table(directory: Path) -> list[float]:
    arrays = cache.cached_arrays("shared", {"a": 1}, SOURCES, lambda: slow_build(directory))
    return [float(v) for v in arrays["x"]]


def test_processes_share_one_build(own_directory: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        results = pool.map(want_table, [own_directory] * 4)
    assert results == [[0.0, 1.0, 2.0]] * 4
    assert len(list(own_directory.glob("built-*"))) == 1
