"""The page on what is accepted prints what it says."""

import io
import re
import shlex
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from scotopic import cli

PAGE = (Path(__file__).parents[2] / "docs" / "physics" / "acceptance.md").read_text("utf-8")


def block(language: str) -> str:
    """Return the first block of a language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    command, _, shown = block("console").partition("\n")
    monkeypatch.setattr(sys, "argv", shlex.split(command.removeprefix("$ ")))
    printed = io.StringIO()
    with redirect_stdout(printed), pytest.raises(SystemExit) as done:
        cli.main()
    assert not done.value.code
    assert printed.getvalue() == shown


def test_the_same_from_python() -> None:
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(block("python"), {})  # noqa: S102 - the page's own
    assert printed.getvalue() == block("text")
