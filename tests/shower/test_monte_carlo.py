from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.stats import chi2

from scotopic.errors import RangeError
from scotopic.materials import material
from scotopic.shower import Effects, Particle, depth_track_lengths, track_lengths
from scotopic.shower.monte_carlo import ShowerSample, shower_rates, simulate
from scotopic.shower.radiation import radiation_table
from scotopic.shower.transport import sample_bremsstrahlung, sample_pair

Array = npt.NDArray[np.float64]

BARE = Effects(screening="complete", c_term=False, lpm=False, ionisation=False)
SPECIES: tuple[Particle, ...] = ("e-", "e+", "gamma")


@pytest.fixture(autouse=True)
def _no_disk_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOTOPIC_CACHE", "")


def assert_consistent(values: Array, errors: Array, expected: Array) -> None:
    """Compare with a chi2 that happens by chance less than once in 1e4 runs; the seed is fixed."""
    used = errors > 0
    pulls = (values[used] - expected[used]) / errors[used]
    assert (pulls**2).sum() < chi2.isf(1e-4, used.sum())


def test_sampled_energies_follow_the_rates() -> None:
    medium, energy, showers = material("lead"), 20.0, 20_000
    rates = shower_rates(medium, Effects(), 1.0, energy)
    table = radiation_table(medium, Effects())
    rng = np.random.default_rng(11)

    def brems(k: float) -> float:
        return float(table.bremsstrahlung(np.array([energy]), np.array([k]))[0])

    def pairs(e: float) -> float:
        return float(table.pair_production(np.array([energy]), np.array([e]))[0])

    for sample, rate, low in (
        (sample_bremsstrahlung, brems, 0.04),
        (sample_pair, pairs, 1e-3),
    ):
        edges = np.geomspace(low, energy * 0.99, 15)
        drawn = [sample(rates, energy, rng) for _ in range(showers)]
        counts, _ = np.histogram(drawn, edges)
        shares = np.array([quad(rate, a, b, epsabs=0, epsrel=1e-6)[0] for a, b in pairwise(edges)])
        expected = shares / shares.sum() * counts.sum()
        assert ((counts - expected) ** 2 / expected).sum() < chi2.isf(1e-4, len(shares) - 1)


@pytest.mark.parametrize(
    ("name", "beam_particle", "beam_energy", "minimum_energy", "effects"),
    [
        ("lead", "e-", 100.0, 3.0, BARE),
        ("lead", "e-", 100.0, 3.0, Effects()),
        ("carbon", "e+", 10.0, 0.8, Effects()),
        ("tungsten", "gamma", 50.0, 2.0, Effects()),
        ("lead", "e-", 0.5, 0.05, Effects()),  # the lowest energies that are allowed
    ],
)
def test_agrees_with_the_matrices(
    name: str, beam_particle: Particle, beam_energy: float, minimum_energy: float, effects: Effects
) -> None:
    medium = material(name)
    depths = np.array([0, 0.2, 1, 3, 6, 10, 20.0])
    energies = beam_energy * np.array([0.1, 0.25, 0.5, 0.8, 1.001])
    sample = simulate(
        medium,
        beam_particle,
        beam_energy,
        minimum_energy=minimum_energy,
        depth_edges_X0=depths,
        energy_edges=energies,
        showers=8000,
        rng=np.random.default_rng(5),
        effects=effects,
    )
    np.testing.assert_allclose(
        sample.deposited.sum(axis=1) + sample.escaped, beam_energy, rtol=1e-10
    )
    mean = track_lengths(
        medium,
        beam_particle,
        beam_energy,
        minimum_energy=energies[0],
        thickness_X0=20.0,
        effects=effects,
    )
    sliced = depth_track_lengths(
        medium,
        beam_particle,
        beam_energy,
        minimum_energy=energies[0],
        depth_edges_X0=depths,
        effects=effects,
    )
    for i, particle in enumerate(SPECIES):
        # bins of one shower are correlated in depth: the errors of sums are taken from one
        # projection at a time, and the correlation only makes chi2 wider than it is taken for
        rows, row_errors = (
            sample.tracks[i].sum(axis=1),
            np.sqrt((sample.errors[i] ** 2).sum(axis=1)),
        )
        columns = sample.tracks[i].sum(axis=0)
        column_errors = np.sqrt((sample.errors[i] ** 2).sum(axis=0))
        expected = -np.diff(mean.above(particle, np.append(energies[:-1], beam_energy)))
        assert_consistent(columns, column_errors, expected)
        assert_consistent(rows, row_errors, sliced.weights(particle).sum(axis=1))


@pytest.mark.long
def test_reference_track_lengths_of_approximation_a() -> None:
    # PHYSICS.md section 1, independently of the matrices, to three standard errors
    energies = 100 * 2.0 ** -np.array([6, 3, 2, 1, 0.5, 0.25, 0])
    energies[-1] = 101
    sample = simulate(
        material("lead"),
        "e-",
        100.0,
        minimum_energy=1.5625,
        depth_edges_X0=[0, 60],
        energy_edges=energies,
        showers=60_000,
        rng=np.random.default_rng(2),
        effects=BARE,
    )
    above = np.cumsum(sample.tracks[:, 0, ::-1], axis=1)[:, ::-1]
    errors = np.sqrt(np.cumsum(sample.errors[:, 0, ::-1] ** 2, axis=1))[:, ::-1]
    total = np.array([28.41, 3.601, 1.837, 0.9144, 0.5874, 0.4206])
    positrons = np.array([12.69, 0.935, 0.272, 0.0405, 0.0067, 0.0012])
    both = np.hypot(errors[0], errors[1])
    assert np.all(np.abs(above[0] + above[1] - total) < 3 * both + 5e-4 * total)
    assert np.all(np.abs(above[1] - positrons) < 3 * errors[1] + 1e-3 * positrons + 5e-5)


def test_same_seed_same_showers() -> None:
    def run() -> ShowerSample:
        return simulate(
            material("lead"),
            "e-",
            10.0,
            minimum_energy=1.0,
            depth_edges_X0=[0, 4, 8],
            energy_edges=[1, 11],
            showers=20,
            rng=np.random.default_rng(3),
        )

    np.testing.assert_array_equal(run().deposited, run().deposited)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"depth_edges_X0": [1, 2]}, "depth_edges_X0: the first edge is 1.0"),
        ({"energy_edges": [2, 1]}, "energy_edges: "),
        ({"showers": 1}, "showers: 1 is not a whole number at least 2"),
    ],
)
def test_outside_of_the_range(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {
        "minimum_energy": 1.0,
        "depth_edges_X0": [0, 1],
        "energy_edges": [1, 2],
        "showers": 2,
        "rng": np.random.default_rng(1),
    }
    with pytest.raises(RangeError, match=message):
        simulate(material("lead"), "e-", 10.0, **(arguments | change))
