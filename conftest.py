"""A cache of tables for the tests alone; also for the examples in `src`."""

import os
from collections.abc import Iterator

import pytest


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
