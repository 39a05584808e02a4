"""A plane of about a minute as a dataset: in this process, on one worker and on two.

The tables of cross sections are on disk, the simulations are not. One worker against this process
is what the pipes cost; one against two is how the work is shared. Starting the workers is
timed by itself. The load of the machine at the end is in the results: the work of others counts.
"""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from scotopic import Axis, Calculation, Search, load_experiment
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.scan.execute import computing
from scotopic.scan.points import COMPUTED, Limit, Plan, Sector
from scotopic.scan.store import Dataset
from scotopic.scan.survey import Compute, survey

numbers = count()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of our own, with all tables that the masses need."""
    directory = tmp_path_factory.mktemp("scan")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCOTOPIC_CACHE", str(directory / "cache"))
        with computing() as compute:
            complete(directory, 6, compute)
        yield directory


def complete(place: Path, masses: int, compute: Compute) -> None:
    """Survey a plane whose events nobody has simulated before."""
    directory = place / str(next(numbers))
    directory.mkdir()
    radiated = Calculation(processes=("bremsstrahlung",))
    search = Search.of(load_experiment("na64e-2018"), calculation=radiated)
    fixed = {"alpha_D": 0.1, "mass_ratio": 3.0, "kinetic_mixing": 1e-3}
    plan = Plan(
        Axis("mediator_mass", 0.11 + 1e-6 * next(numbers), 0.9, masses),
        Axis("splitting", 0.1, 0.5, 30, "linear"),
        (Limit("NA64", search, Sector(InelasticDarkMatter, fixed)),),
    )
    with Dataset(directory, plan, {"title": "a minute"}) as dataset:
        survey(plan, dataset, compute)
        assert np.mean(dataset.arrays["status"] == COMPUTED) > 0.9


@pytest.mark.parametrize("workers", [None, 1, 2])
def test_minute(benchmark: BenchmarkFixture, place: Path, workers: int | None) -> None:
    with computing(workers) as compute:
        benchmark.pedantic(complete, (place, 40, compute), rounds=1)
    benchmark.extra_info["load"] = os.getloadavg()[0]


@pytest.mark.parametrize("workers", [1, 2])
def test_start(benchmark: BenchmarkFixture, workers: int) -> None:
    """With the end of the workers."""

    def start() -> None:
        with computing(workers):
            pass

    benchmark.pedantic(start, rounds=1)
