"""Tables on disk: whole or absent, never stale, and safe between processes."""

import ctypes
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

import scotopic
from scotopic import cache
from scotopic.cli import commands
from scotopic.materials import material
from scotopic.shower import track_lengths


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


def get(builder: Callable[[], cache.Arrays], **inputs: object) -> float:
    return float(cache.cached_arrays("table", inputs, builder)["x"][0])


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


def test_code_changes_the_key() -> None:
    one = cache.key_digest({"a": 1}, ["scotopic.units"])
    assert one != cache.key_digest({"a": 1}, ["scotopic.units", "scotopic.materials"])
    assert cache.key_digest({"a": 1}, ["scotopic.shower"]) != one


def test_module_of_the_function_is_in_the_key() -> None:
    def other(value: float) -> cache.Arrays:
        return {"x": np.array([value])}

    other.__module__ = "scotopic.units"
    here = Builder(1.0)
    assert get(here) == get(partial(partial(here))) == 1.0
    assert get(partial(other, 2.0)) == get(partial(other, 3.0)) == 2.0
    found = cache.cached_arrays("table", {}, partial(other, 4.0), modules=["scotopic.materials"])
    assert found["x"] == 4.0


@pytest.mark.parametrize("library", ["numba", "numpy", "python", "scipy"])
def test_version_of_a_library_changes_the_key(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cache.key_digest({}, ["scotopic.units"])
    others = {**cache.library_versions(), library: "0.1"}
    monkeypatch.setattr(cache, "library_versions", lambda: others)
    assert cache.key_digest({}, ["scotopic.units"]) != before


def test_versions_are_those_that_are_installed() -> None:
    found = dict(cache.library_versions())
    assert sys.version.startswith(f"{found.pop('python')}.")
    assert found == {name: version(name) for name in ("numba", "numpy", "scipy")}


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, 1j, np.zeros(2), Path()])
def test_inputs_that_json_cannot_write_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="inputs: JSON"):
        get(Builder(), a=value)


def test_numbers_of_numpy_are_numbers() -> None:
    builder = Builder()
    get(builder, a=1, b=0.5, c=True)
    get(builder, a=np.int64(1), b=np.float32(0.5), c=np.bool_(True))
    assert builder.calls == 1


OVERLAY = """
from scotopic.models.dark_photon import DarkPhoton
from scotopic.search.overlays import thermal_overlay
model = DarkPhoton(
    mediator_mass=2.4, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)
print(thermal_overlay([model], "kinetic_mixing").lower[0])
"""


def test_changed_table_of_the_hadronic_ratio_is_noticed(tmp_path: Path) -> None:
    """Three times R(s) annihilates faster: 8.692e-4 was left from before, 6.054e-4 is right."""
    package = tmp_path / "scotopic"
    shutil.copytree(
        Path(scotopic.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )

    def coupling() -> float:
        command = [sys.executable, "-c", OVERLAY]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        return float(
            subprocess.run(command, env=environment, check=True, capture_output=True).stdout
        )

    assert coupling() == pytest.approx(8.692e-4, rel=1e-3, abs=0)
    file = package / "decays" / "data" / "hadronic_ratio.csv"
    lines = [line.split(",") for line in file.read_text().splitlines()]
    tripled = [
        ",".join(line) if line[0].startswith("#") else f"{line[0]},{3 * float(line[1])}"
        for line in lines
    ]
    file.write_text("\n".join(tripled) + "\n")
    assert coupling() == pytest.approx(6.054e-4, rel=1e-3, abs=0)


def test_damaged_file_is_built_anew(own_directory: Path) -> None:
    builder = Builder()
    get(builder, mass=0.1)
    (file,) = own_directory.glob("*.npz")
    file.write_bytes(file.read_bytes()[:40])
    assert get(builder, mass=0.1) == 1.0
    assert builder.calls == 2


def kept_file(directory: Path) -> Path:
    get(Builder(), mass=0.1)
    (file,) = directory.glob("*.npz")
    return file


@pytest.mark.parametrize(
    "change",
    [
        {"x": np.array([2.0])},  # another value
        {"x": np.array([1.0, 1.0])},
        {"x": np.array([[1.0]])},
        {"x": np.array([1.0], np.float32)},
        {"y": np.array([1.0])},  # unknown
        {"x": None},  # missing
        {"x": None, "y": np.array([1.0])},
        {"_seal": None},
        {"_seal": np.zeros(3)},
    ],
)
def test_edited_file_is_built_anew(own_directory: Path, change: dict[str, object]) -> None:
    file = kept_file(own_directory)
    with np.load(file) as stored:
        edited = {**stored, **change}
    np.savez(file, allow_pickle=False, **{k: v for k, v in edited.items() if v is not None})
    builder = Builder()
    assert get(builder, mass=0.1) == get(builder, mass=0.1) == 1.0
    assert builder.calls == 1


def test_file_of_another_key_is_built_anew(own_directory: Path) -> None:
    file = kept_file(own_directory)
    get(Builder(2.0), mass=0.2)
    (other,) = set(own_directory.glob("*.npz")) - {file}
    shutil.copy(other, file)
    builder = Builder()
    assert get(builder, mass=0.1) == 1.0
    assert builder.calls == 1


def test_array_is_read_as_it_was_built() -> None:
    def build() -> cache.Arrays:
        return {
            "scalar": np.array(0.5),
            "turned": np.arange(6.0).reshape(2, 3).T,
            "no": np.empty(0),
        }

    built, read = (cache.cached_arrays("table", {}, build) for _ in range(2))
    for name, array in build().items():
        for found in (built[name], read[name]):
            assert found.shape == array.shape
            assert np.array_equal(found, array)


def test_files_are_kept_as_bytes() -> None:
    calls = []

    def build() -> dict[str, bytes]:
        calls.append(1)
        return {"png": b"\x00\xff", "empty": b""}

    assert cache.cached_bytes("files", {}, build) == cache.cached_bytes("files", {}, build)
    assert cache.cached_bytes("files", {}, build) == {"png": b"\x00\xff", "empty": b""}
    assert len(calls) == 1


def test_code_without_a_file_is_not_kept(own_directory: Path) -> None:
    """A class in a notebook may change without a trace."""
    builder = Builder()
    for _ in range(2):
        cache.cached_arrays("table", {}, builder, modules=["in_a_notebook"])
    assert builder.calls == 2
    assert not list(own_directory.glob("*.npz"))


def test_host_process_keeps_its_allocator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Computing with the library must not call mallopt, which holds for the whole process."""
    called: list[object] = []
    monkeypatch.setattr(ctypes, "CDLL", called.append)
    assert track_lengths(material("lead"), "e-", 3.0, minimum_energy=2.0).electron.sum() > 0
    assert not called


def test_command_line_asks_for_kept_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []
    monkeypatch.setattr(commands, "keep_freed_memory", lambda: called.append(1))
    monkeypatch.setattr(sys, "argv", ["scotopic", "experiments"])
    assert commands.run() == 0
    assert called


def test_failed_build_leaves_nothing(own_directory: Path) -> None:
    def fail() -> cache.Arrays:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        cache.cached_arrays("table", {}, fail)
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
    arrays = cache.cached_arrays("shared", {"a": 1}, lambda: slow_build(directory))
    return [float(v) for v in arrays["x"]]


def test_processes_share_one_build(own_directory: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        results = pool.map(want_table, [own_directory] * 4)
    assert results == [[0.0, 1.0, 2.0]] * 4
    assert len(list(own_directory.glob("built-*"))) == 1
