"""What tests share: a cache of their own, and the reference numbers beside the repository."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.memory import keep_freed_memory

REFERENCE = Path(__file__).parents[2] / "shared" / "reference"


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tables of the tests apart from the user's, and build them only once.

    Processes that share the tests have a directory each, all of them in one.
    """
    mine = tmp_path_factory.getbasetemp()
    common = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
    patch = pytest.MonkeyPatch()
    patch.setenv("SCOTOPIC_CACHE", str(common / "cache"))
    keep_freed_memory()


@pytest.fixture
def reference() -> Callable[[str], npt.NDArray[np.float64]]:
    """Return a reader of the reference tables; the test is skipped where they are absent."""

    def read(name: str) -> npt.NDArray[np.float64]:
        path = REFERENCE / name
        if not path.is_file():
            pytest.skip(f"reference numbers are absent: {name} is not beside the repository")
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        return np.loadtxt(lines[1:], delimiter=",")

    return read
