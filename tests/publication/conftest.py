"""Results that tests of publications share, and submissions made of them."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.publication.submissions import JOINED, PLANE, done


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directories of results: limits with and without a background, and a plane."""
    home = tmp_path_factory.mktemp("results")
    done("limit", "na64e-2018", "--points", "3", "--output", home / "limit")
    arguments = ("--quantity", "y", "--points", "3", "--no-figure")
    done("limit", "na64e-2017", *arguments, "--output", home / "y")
    (home / "plane.toml").write_text(PLANE)
    (home / "mine.toml").write_text('extends = "na64e-2018"\ntitle = "Mine"\n')
    dataset = ("--dataset",) if find_spec("zarr") else ()
    done("plane", home / "plane.toml", *dataset, "--output", home / "plane")
    return home


@pytest.fixture(scope="session")
def submission(results: Path) -> Path:
    """Those results as a submission to HEPData."""
    inputs = [results / name for name in ("limit", "y", "plane")]
    done("export", "hepdata", *inputs, "--output", results / "submission")
    return results / "submission"


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A combination, a plane of joined experiments with a bound of others, and a submission."""
    home = tmp_path_factory.mktemp("together")
    arguments = ("--points", "3", "--no-figure")
    done("limit", "na64e-2018", "na64mu", *arguments, "--output", home / "both")
    (home / "joined.toml").write_text(JOINED)
    done("plane", home / "joined.toml", "--dataset", "--no-figure", "--output", home / "joined")
    done("export", "hepdata", home / "both", home / "joined", "--output", home / "submission")
    return home
