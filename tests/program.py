"""The program as its users run it: here, which is quick, or in a process of its own."""

import csv
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from scotopic.cli import main

Run = subprocess.CompletedProcess[str]
PROGRAM = (sys.executable, "-c", "from scotopic.cli import main; main()")


def scotopic(*arguments: str | Path, cwd: Path | None = None) -> Run:
    """Run the program here: for what it writes and says; it may find modules imported."""
    words = ["scotopic", *map(str, arguments)]
    with (
        patch.object(sys, "argv", words),
        redirect_stdout(StringIO()) as out,
        redirect_stderr(StringIO()) as err,
        chdir(cwd or Path.cwd()),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    return Run(words, int(ended.value.code or 0), out.getvalue(), err.getvalue())


def scotopic_alone(*arguments: str | Path, cwd: Path | None = None) -> Run:
    """Run it in a process of its own: for what other modules, warnings and threads may change."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=900,
        check=False,
    )


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table that the program wrote."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))
