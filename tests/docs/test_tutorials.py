"""The tutorials run and print what they say.

Printed numbers have so few digits that they are the same on every platform. A block of Python
prints exactly what the text block behind it shows, and nothing if there is none; behind a console
block stands what its last command prints.
"""

import io
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scotopic import cli

DOCS = Path(__file__).parents[2] / "docs"
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LONG = (
    "$ scotopic plane mongillo-2023-fig3 --output out/fig3",
    "$ scotopic plane thermal-targets --output out/thermal-targets",
)
"""Planes of full size, which have a long test of their own."""


def figures(*names: str) -> set[str]:
    return {f"{name}.{suffix}" for name in names for suffix in ("png", "pdf")}


WRITTEN = {
    "tutorial.md": {
        "na64e-2018/limit.csv",
        "na64e-2018/result.json",
        "shower/shower.csv",
        *figures("na64e-2018/limit", "shower/shower"),
    },
    "tutorial-semi-visible.md": {
        "mine/boundaries.csv",
        "mine/contours.csv",
        "mine/result.json",
        *figures("mine/plane", "two/event", "shell/event", "shell/efficiency"),
    },
    "tutorial-relic.md": {
        "targets/thermal.csv",
        "targets/result.json",
        "half/thermal.csv",
        "half/result.json",
        *figures("targets/thermal"),
    },
    "figures.md": set(),
}
"""What the commands of each page leave below `out`."""


@dataclass
class Reader:
    """Does what a page says, block after block."""

    page: str
    patch: pytest.MonkeyPatch
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "tutorial"})
    printed: str = ""
    must_show: bool = False

    def blocks(self) -> Iterator[tuple[str, str, int]]:
        """Yield language, text and first line of the fenced blocks."""
        text = (DOCS / self.page).read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            yield match["language"], match["text"], text[: match.start()].count("\n") + 2

    def follow(self) -> None:
        for language, text, line in self.blocks():
            where = f"docs/{self.page}, line {line}"
            if language == "text":
                assert self.printed.rstrip() == text.rstrip(), where
                self.printed, self.must_show = "", False
                continue
            assert not (self.must_show and self.printed), f"{where}: an output above is not shown"
            if language == "python":
                code = compile("\n" * (line - 1) + text, f"docs/{self.page}", "exec")
                self.printed, self.must_show = self._python(code), True
            elif language == "toml":
                tomllib.loads(text)
            else:
                assert language == "console", f"{where}: unknown language {language!r}"
                for command in text.splitlines():
                    if command not in LONG:
                        self.printed, self.must_show = run_command(command, self.patch), False
        assert not (self.must_show and self.printed), self.page

    def _python(self, code: Any) -> str:
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(code, self.names)  # noqa: S102 - the page is ours
        return printed.getvalue()


def run_command(line: str, patch: pytest.MonkeyPatch) -> str:
    """Run one command of the shell in this process; it must succeed."""
    patch.setattr(sys, "argv", shlex.split(line.removeprefix("$ ")))
    printed = io.StringIO()
    with redirect_stdout(printed), pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0, line
    return printed.getvalue()


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("tutorial.md", marks=pytest.mark.long),
        "tutorial-semi-visible.md",
        "tutorial-relic.md",
        "figures.md",
    ],
)
def test_the_page_runs_and_prints_what_it_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Reader(page, monkeypatch).follow()
    written = {p.relative_to(tmp_path / "out").as_posix() for p in tmp_path.glob("out/*/*")}
    assert written == WRITTEN[page]


@pytest.mark.long
@pytest.mark.parametrize("command", LONG)
def test_planes_of_full_size_are_drawn(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert any(command in (DOCS / page).read_text(encoding="utf-8") for page in WRITTEN)
    monkeypatch.chdir(tmp_path)
    run_command(command, monkeypatch)
    assert len(list(tmp_path.glob("out/*/plane.png"))) == 1


def test_every_tutorial_is_followed() -> None:
    assert {path.name for path in DOCS.glob("tutorial*.md")} == set(WRITTEN) - {"figures.md"}


@pytest.mark.parametrize("page", WRITTEN)
def test_pictures_of_the_page_exist(page: str) -> None:
    images = re.findall(r"!\[[^]]*\]\(([^)]*)\)", (DOCS / page).read_text(encoding="utf-8"))
    assert images
    assert all((DOCS / image).is_file() for image in images)
