"""The script that draws the page of validation finds what it uses, and fails where it should."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"
FAILING = """
import sys
import make_validation
def a_limit(report):
    report.compare("The limit", "epsilon", found=0.31, allowed=0.30)
make_validation.COMPARISONS = (a_limit,)
sys.argv = ["make_validation", "a_limit"]
sys.exit(make_validation.main())
"""


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=900, check=False, cwd=SCRIPTS
    )


def test_it_starts() -> None:
    done = run("make_validation.py", "--help")
    assert done.returncode == 0, done.stderr


def test_it_fails_where_a_comparison_does_not_hold() -> None:
    done = run("-c", FAILING)
    assert done.returncode == 1, done.stderr
    assert "epsilon: 31 %, not at most 30 %" in done.stderr


def test_unknown_comparison_is_named() -> None:
    done = run("make_validation.py", "limits")
    assert done.returncode == 2
    assert "no comparison is called limits" in done.stderr
