"""Damaged datasets: what is wrong is named and put back, what is lost is computed again."""

import fcntl
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.scan import surveys

from scotopic import cache
from scotopic.errors import ScotopicError
from scotopic.publication.columnar import points
from scotopic.scan.store import Dataset, open_dataset, read_dataset
from scotopic.scan.survey import in_process, survey

PLAN = surveys.semi_visible(masses=24, events=128)


def contents(directory: Path) -> dict[str, bytes]:
    """All files but the lock."""
    found = (path for path in directory.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path.relative_to(directory)): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("whole")
    surveys.complete(directory, PLAN)
    return directory


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "copy")
    return tmp_path / "copy"


def mended(directory: Path) -> list[str]:
    """Survey once more, and return what was damaged."""
    with Dataset(directory, PLAN, surveys.CARD) as dataset:
        survey(PLAN, dataset, in_process)
        return dataset.damaged


def truncate(file: Path, _: random.Random) -> None:
    file.write_bytes(file.read_bytes()[:-7])


def empty(file: Path, _: random.Random) -> None:
    file.write_bytes(b"")


def remove(file: Path, _: random.Random) -> None:
    file.unlink()


def noise(file: Path, numbers: random.Random) -> None:
    file.write_bytes(numbers.randbytes(file.stat().st_size))


def flip(file: Path, numbers: random.Random) -> None:
    content = bytearray(file.read_bytes())
    content[numbers.randrange(len(content))] ^= 1 << numbers.randrange(8)
    file.write_bytes(content)


def another(file: Path, _: random.Random) -> None:
    """What is JSON, but not what belongs there."""
    file.write_text('[{"shape": [3], "digest": null, "zarr_format": 2}]')


def directory(file: Path, _: random.Random) -> None:
    file.unlink()
    file.mkdir()
    (file / "x").touch()


def link(file: Path, _: random.Random) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


def pipe(file: Path, _: random.Random) -> None:
    file.unlink()
    os.mkfifo(file)


def in_the_way(file: Path, _: random.Random) -> None:
    """A file where its directory was."""
    shutil.rmtree(file.parent)
    file.parent.write_text("nothing")


def numbers() -> random.Random:
    return random.Random(1)  # noqa: S311 - no secret


KINDS = (truncate, empty, remove, noise, flip, another, directory, link, pipe, in_the_way)


@pytest.mark.parametrize(
    "seed", [n if n % 10 == 0 else pytest.param(n, marks=pytest.mark.long) for n in range(60)]
)
def test_any_damage_is_mended_or_named(copy: Path, seed: int) -> None:
    """One to three files at random; the card and what repeats it together are beyond mending."""
    numbers = random.Random(seed)  # noqa: S311 - no secret
    kind = KINDS[(seed + seed // 10) % len(KINDS)]
    expected = contents(copy)
    names = numbers.sample(sorted(expected), 1 + seed % 3)
    for name in names:
        if os.path.lexists(copy / name):
            kind(copy / name, numbers)
    before = contents(copy)
    try:
        damaged = mended(copy)
    except ScotopicError as error:
        message = str(error)
    else:
        assert damaged
        assert contents(copy) == expected
        return
    assert "without the card that made it" in message or "dataset.state: File exists" in message
    assert contents(copy) == before


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("dataset.zarr/zarr.json", empty),
        ("dataset.zarr/status/zarr.json", flip),
        ("dataset.zarr/mediator_mass/c/0", noise),
        ("dataset.zarr/limit/c/0", link),
        ("dataset.zarr/excess/c/0/1/0", pipe),
        ("dataset.state/tiles/0-1.json", another),
        ("dataset.state/tiles/0-1.json", directory),
        ("dataset.state/card.json", truncate),
        ("dataset.state/files.json", remove),
    ],
)
def test_damaged_file_is_named_and_put_back(
    copy: Path, name: str, kind: Callable[[Path, random.Random], None]
) -> None:
    expected = contents(copy)
    kind(copy / name, numbers())
    damaged = mended(copy)
    assert name in damaged
    assert all(one in ("tile 0-1", name) for one in damaged)
    assert contents(copy) == expected


def test_tile_whose_marker_is_gone_is_named(copy: Path) -> None:
    expected = contents(copy)
    (copy / "dataset.state/tiles/0-1.json").unlink()
    assert mended(copy) == ["tile 0-1, of which nothing says that it is whole"]
    assert contents(copy) == expected


def test_whole_dataset_is_told_from_a_damaged_one(copy: Path) -> None:
    assert mended(copy) == []


def test_changed_numbers_that_decode_are_noticed(copy: Path, whole: Path) -> None:
    """Somebody writes other numbers, properly."""
    import zarr  # noqa: PLC0415

    stored = zarr.open_group(copy / "dataset.zarr", mode="r+")["excess"]
    stored[0, 9, 3] = 5.0  # type: ignore[index]
    assert mended(copy) == ["tile 0-1"]
    assert contents(copy) == contents(whole)


def test_dataset_without_any_card_is_left_alone(copy: Path) -> None:
    for name in ("dataset.state/card.json", "dataset.zarr/zarr.json"):
        (copy / name).write_text("{")
    before = contents(copy)
    with pytest.raises(ScotopicError, match=r"card.json is missing or damaged; name another"):
        mended(copy)
    assert contents(copy) == before


def test_damaged_card_does_not_let_another_in(copy: Path) -> None:
    (copy / "dataset.state/card.json").write_text("{")
    with (
        pytest.raises(ScotopicError, match=r"card.title: 'a test' there, 'another' now"),
        Dataset(copy, PLAN, {"title": "another"}),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("zarr.json", noise),
        ("kinetic_mixing/zarr.json", remove),
        ("mediator_mass/c/0", flip),
        ("excess/zarr.json", directory),
        ("part/c/0", pipe),
    ],
)
def test_readers_name_damaged_metadata(
    copy: Path, name: str, kind: Callable[[Path, random.Random], None]
) -> None:
    kind(copy / "dataset.zarr" / name, numbers())
    with pytest.raises(ScotopicError, match=rf"dataset.zarr: is damaged: .*{name}.*mends it"):
        open_dataset(copy)
    with pytest.raises(ScotopicError, match="is damaged"):
        points(copy)


@pytest.mark.parametrize("kind", [truncate, noise, flip])
def test_readers_name_damaged_values(
    copy: Path, kind: Callable[[Path, random.Random], None]
) -> None:
    kind(copy / "dataset.zarr/expected_events/c/0/0/1/0", numbers())
    with pytest.raises(ScotopicError, match=r"dataset.zarr: is damaged: .*mends it"):
        read_dataset(copy)


@pytest.mark.parametrize("number", [38, 37, 95])  # ENOSYS, ENOLCK, EOPNOTSUPP
def test_file_system_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A dataset needs them; tables are computed without."""

    def flock(_file: int, _how: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    with (
        pytest.raises(ScotopicError, match=r"cannot be locked: .*; a file system with locks is"),
        Dataset(tmp_path, PLAN, surveys.CARD),
    ):
        pass
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(tmp_path / "tables"))
    assert cache.cached_arrays("x", {}, lambda: {"x": np.ones(1)})["x"] == 1.0
