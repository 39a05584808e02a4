"""One thread and a cache of tables of their own for the tests; also for the examples in `src`."""

import os
from collections.abc import Iterator

import pytest

# Numpy is not there yet. Two processes on two cores, with two threads each, wait busily.
os.environ["OMP_NUM_THREADS"] = "1"


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tables of the tests apart from the user's, and build them only once.

    Processes that share the tests have a directory each, all of them in one.
    """
    mine = tmp_path_factory.getbasetemp()
    common = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCOTOPIC_CACHE", str(common / "cache"))
        yield
