"""Speed of the cascade: target below 0.5 s for 100 GeV down to 1 GeV without a disk cache."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scotopic.materials import Layer, Target, material
from scotopic.shower import depth_track_lengths, track_lengths
from scotopic.shower.monte_carlo import simulate

LEAD = material("lead")
SHASHLIK = Target((Layer(LEAD, 0.15), Layer(material("polystyrene"), 0.15)), 150)

Benchmark = Callable[..., Any]


@pytest.fixture(autouse=True)
def _no_disk_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOTOPIC_CACHE", "")


def test_track_lengths_contained(benchmark: Benchmark) -> None:
    shower = benchmark(track_lengths, SHASHLIK, "e-", 100.0, minimum_energy=1.0)
    assert shower.error < 1e-3


def test_track_lengths_finite_thickness(benchmark: Benchmark) -> None:
    shower = benchmark(track_lengths, SHASHLIK, "e-", 100.0, minimum_energy=1.0, thickness_X0=40.0)
    assert shower.error < 1e-3


def test_depth_track_lengths(benchmark: Benchmark) -> None:
    edges = np.linspace(0, 40, 81)
    slices = benchmark(
        depth_track_lengths, SHASHLIK, "e-", 100.0, minimum_energy=1.0, depth_edges_X0=edges
    )
    assert slices.electron.shape[0] == 80


def test_monte_carlo(benchmark: Benchmark) -> None:
    def showers() -> None:
        simulate(
            SHASHLIK,
            "e-",
            100.0,
            minimum_energy=1.0,
            depth_edges_X0=np.linspace(0, 40, 21),
            energy_edges=np.geomspace(1, 101, 21),
            showers=1000,
            rng=np.random.default_rng(1),
        )

    showers()  # compile
    benchmark(showers)
