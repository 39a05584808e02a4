"""The documentation's code runs and prints what the pages say."""

import io
import re
import runpy
import shlex
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from scotopic import cli

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def fences(page: str) -> Iterator[tuple[str, str, int]]:
    """Yield language, text and first line of the fenced blocks of a page."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        yield match["language"], match["text"], text[: match.start()].count("\n") + 2


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_python(code: str, line: int, page: str, names: dict[str, Any]) -> str:
    """Execute a block in the names that the earlier ones left, and return what it prints."""
    compiled = compile("\n" * (line - 1) + code, f"docs/{page}", "exec")
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compiled, names)  # noqa: S102 - the page is ours
    return printed.getvalue()


def run_command(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run one command of the shell in this process; it must succeed."""
    monkeypatch.setattr(sys, "argv", shlex.split(line.removeprefix("$ ")))
    with redirect_stdout(io.StringIO()), pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0, line


@pytest.mark.slow
def test_tutorial(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Printed numbers have so few digits that they are the same on every platform; a block prints
    # exactly what the text block behind it shows, and nothing if there is none.
    page, names, printed = "tutorial.md", {"__name__": "tutorial"}, ""
    for language, text, line in fences(page):
        if language == "text":
            assert printed.rstrip() == text.rstrip(), f"docs/{page}, line {line}"
            printed = ""
            continue
        assert not printed, f"docs/{page}: the block before line {line} prints without being shown"
        if language == "python":
            printed = run_python(text, line, page, names)
        else:
            assert language == "console", f"docs/{page}, line {line}: unknown language {language!r}"
            for command in text.splitlines():
                run_command(command, monkeypatch)
    assert not printed
    written = {p.relative_to(workplace).as_posix() for p in workplace.glob("out/*/*")}
    assert written == {
        "out/na64e-2018/limit.csv",
        "out/na64e-2018/limit.pdf",
        "out/na64e-2018/limit.png",
        "out/na64e-2018/result.json",
        "out/shower/shower.csv",
        "out/shower/shower.pdf",
        "out/shower/shower.png",
    }


def test_formulas_become_mathml_or_are_refused() -> None:
    pytest.importorskip("latex2mathml", reason="the extra 'docs' is not installed")
    mathml = runpy.run_path(str(ROOT / "docs" / "render_formulas.py"))["mathml"]
    formula = mathml(r"m_{A'} = \frac{1}{2}", display=True)
    assert formula.startswith("<math")
    assert "<mfrac>" in formula
    for unknown in (r"\nonsense x", r"\frac{1", r"\begin{unknown}a & b\end{unknown}", "a_b_c"):
        with pytest.raises(ValueError, match=re.escape(repr(unknown))):
            mathml(unknown, display=False)
