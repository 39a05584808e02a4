"""Broken cards on the command line: one line that names the key, exit code 2, nothing written."""

import copy
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scotopic.cli import main
from scotopic.experiments.toml_text import toml_text
from scotopic.search import load_experiment

CARD = load_experiment("na64e-2018").content()
NONSENSE = st.sampled_from([-1.0, math.nan, math.inf, True, "nonsense", "", [], {"a": 1}])


def leaves(table: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value in a card."""
    items = table.items() if isinstance(table, dict) else enumerate(table)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


NUMBERS = [
    path
    for path in leaves(CARD)
    if path[-1] not in ("source", "title", "description", "name") and isinstance(path[-1], str)
]


def parent_of(card: Any, path: tuple[str | int, ...]) -> Any:
    for part in path[:-1]:
        card = card[part]
    return card


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["scotopic", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


@given(path=st.sampled_from(NUMBERS), value=NONSENSE, how=st.sampled_from(["value", "rename"]))
def test_broken_card(
    path: tuple[str | int, ...],
    value: Any,
    how: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    card = copy.deepcopy(CARD)
    table, key = parent_of(card, path), str(path[-1])
    if how == "rename":
        table[key + "s"] = table.pop(key)
    else:
        table[key] = value
    if how == "value" and (isinstance(value, str) and key in ("detector", "calorimeter")):
        return  # a name like any other; that it is unknown is another test's
    file, output = tmp_path / "card.toml", tmp_path / "out"
    file.write_text(toml_text(card))
    code = run(["limit", str(file), "--points", "2", "--output", str(output)], monkeypatch)
    message = capsys.readouterr().err.strip()
    assert code == 2, message
    assert len(message.splitlines()) == 1
    assert key in message
    assert "Traceback" not in message
    assert not output.exists()
