"""Files of strangers: what is no text of a fair size is refused at once, wherever it is named."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scotopic.errors import CardError, ScotopicError
from scotopic.experiments.loader import read_experiment
from scotopic.publication.results import read_directory
from scotopic.reading import read_bytes, read_json, read_text
from scotopic.scan.cut_card import load_cut_card
from scotopic.scan.run_card import load_run_card
from scotopic.search.result_files import read_result
from scotopic.statistics import read_likelihood


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """Fail a test that waits for a pipe."""

    def stop(*_: object) -> None:
        raise TimeoutError("it waits")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def bound_socket(path: Path) -> None:
    here = os.open(".", os.O_RDONLY)
    os.chdir(path.parent)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)
    os.chdir(here)
    os.close(here)


def five_gigabytes(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(5 << 30)


ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "zeros": (lambda path: path.symlink_to("/dev/zero"), "it is a device, no file"),
    "random": (lambda path: path.symlink_to("/dev/urandom"), "it is a device, no file"),
    "pipe": (pipe, "it is a pipe, no file"),
    "socket": (bound_socket, "it is a socket, no file"),
    "directory": (Path.mkdir, "Is a directory"),
    "itself": (lambda path: path.symlink_to(path), "symbolic link"),
    "large": (five_gigabytes, r"it has more than \d+ MiB, the most allowed"),
    "absent": (lambda _: None, "No such file"),
}

EXTENDING = 'extends = "{}"\ntitle = "x"\n'
EFFICIENCY = """
extends = "na64e-2018"
title = "x"
[[searches]]
name = "invisible"
source = "x"
[[searches.data_sets]]
name = "2016-2018"
source = "x"
signal_efficiency = {{ against = "mediator_mass_GeV", file = "{}" }}
"""


def by_card(text: str) -> Callable[[Path], object]:
    def read(path: Path) -> object:
        card = path.with_name("card.toml")
        card.write_text(text.format(path.name))
        return read_experiment(card)

    return read


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "card": ("odd.toml", read_experiment),
    "extends": ("odd.toml", by_card(EXTENDING)),
    "efficiency": ("odd.csv", by_card(EFFICIENCY)),
    "run card": ("odd.toml", lambda path: load_run_card(str(path))),
    "cut card": ("odd.toml", lambda path: load_cut_card(str(path))),
    "sideband": ("odd.csv", lambda path: load_cut_card(str(path))),
    "workspace": ("odd.json", lambda path: read_likelihood(path, 0.9)),
    "result": ("odd.json", read_result),
    "directory": ("result.json", lambda path: read_directory(path.parent)),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("reader", READERS)
def test_odd_files_are_refused_in_one_line(tmp_path: Path, reader: str, odd: str) -> None:
    (make, reason), (name, read) = ODD[odd], READERS[reader]
    make(tmp_path / name)
    refusal = f"cannot be read: .*{reason}|is a link to .*, out of its directory; it is not read"
    if (reader, odd) == ("result", "directory"):  # what `save` wrote is read
        refusal = "odd.json/result.json: cannot be read: No such file or directory"
    with pytest.raises(ScotopicError, match=refusal) as error:
        read(tmp_path / name)
    assert name in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x7fELF\0\0\1\0", "is binary, no text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is binary, no text"),
        (b"title = 'caf\xe9'", "not UTF-8: "),
        (b"\xff\xfea", "not UTF-16: "),
    ],
)
def test_what_is_no_text_is_refused(
    tmp_path: Path, reader: str, content: bytes, reason: str
) -> None:
    name, read = READERS[reader]
    (tmp_path / name).write_bytes(content)
    if reader in ("efficiency", "sideband"):
        reason = "is binary, no text|no line has|the first line is not|not UTF-16"
    with pytest.raises(ScotopicError, match=reason):
        read(tmp_path / name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_marks_say_how_a_text_is_encoded(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "card.toml"
    text = EXTENDING.format("na64e-2018").replace('"x"', '"é ε"', 1).replace("\n", "\r\n")
    mark = "\ufeff" if encoding.endswith("e") else ""
    path.write_bytes((mark + text).encode(encoding))
    assert read_text(path).removeprefix(mark) == text
    assert read_experiment(path).title == "é ε"


def test_a_link_to_a_file_is_one(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("{}")
    (tmp_path / "link").symlink_to("one")
    assert read_json(tmp_path / "link") == {}


def test_a_file_that_says_it_is_empty_has_a_largest_size_too() -> None:
    with pytest.raises(CardError, match="it has more than 0 MiB"):
        read_bytes("/proc/self/maps", 10)


def test_a_card_of_a_mebibyte_is_the_largest(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_bytes(b"#" * (1 << 20))
    assert len(read_text(path)) == 1 << 20
    path.write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(CardError, match="it has more than 1 MiB, the most allowed"):
        read_text(path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("1" * 5000, "integer string conversion"),
        ('{"a": 1, "b": 2, "a": 3}', "the key 'a' occurs 2 times in a table"),
        ('{"a": 1', "Expecting"),
        ("", "Expecting value"),
    ],
)
def test_what_is_no_json_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(CardError, match=f"a.json: not JSON: .*{reason}"):
        read_json(path)


def test_many_keys_are_read_in_no_time(tmp_path: Path) -> None:
    """The search for equal ones does not go as their number squared."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps({str(i): i for i in range(200_000)}))
    assert len(read_json(path)) == 200_000


@pytest.mark.parametrize("name", ["a\nb.toml", "a\x1b[31mb.toml", "a\0b.toml", "a\ud800b.toml"])
def test_names_of_files_cannot_write_to_the_terminal(name: str) -> None:
    with pytest.raises(CardError, match="cannot be read") as error:
        read_text(name)
    assert str(error.value).isprintable()
