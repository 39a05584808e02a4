"""The recipes for clusters in the documentation, with batch systems that are stand-ins."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.scan.test_session import CARD

import scotopic
from scotopic.scan.store import open_dataset

PAGE = Path(__file__).parents[2] / "docs" / "scans.md"

# They start the job in the background, as a batch system would on another machine.
SUBMIT = {
    "SLURMCluster": (
        "sbatch",
        'cp "$1" job.sh\nsetsid sh job.sh >job.log 2>&1 &\necho "Submitted batch job $!"',
    ),
    "HTCondorCluster": (
        "condor_submit",
        """for file; do :; done
arguments=$(sed -n 's/^Arguments = "\\(.*\\)"$/\\1/p' "$file")
eval "exec setsid $(sed -n 's/^Executable = //p' "$file") $arguments" >job.log 2>&1 &
echo "1 job(s) submitted to cluster $!." """,
    ),
}
REMOVE = {"SLURMCluster": "scancel", "HTCondorCluster": "condor_rm"}


def recipe(cluster: str) -> str:
    """The program that uses a kind of cluster."""
    programs = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    program: str
    (program,) = (text for text in programs if f"import {cluster}" in text)
    assert "jobs=50" in program
    return program.replace("jobs=50", "jobs=1")


def executable(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("setsid"), reason="setsid starts the stand-ins' jobs")
@pytest.mark.parametrize("cluster", SUBMIT)
def test_recipe_runs(cluster: str, tmp_path: Path) -> None:
    submit, text = SUBMIT[cluster]
    executable(tmp_path / submit, text)
    executable(tmp_path / REMOVE[cluster], 'kill -- "-${1%.0}"')
    code = "from scotopic.cli import main; main()"
    executable(tmp_path / "scotopic", f"exec '{sys.executable}' -c '{code}' \"$@\" --no-figure")
    (tmp_path / "mine.toml").write_text(CARD)
    (tmp_path / "recipe.py").write_text(recipe(cluster))
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(Path(scotopic.__file__).parents[1]),
    }
    done = subprocess.run(
        [sys.executable, "recipe.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    log = tmp_path / "job.log"
    assert done.returncode == 0, done.stderr + (log.read_text() if log.is_file() else "")
    with open_dataset(tmp_path / "out" / "plane-mine") as data:
        assert (data.status == 1).all()
