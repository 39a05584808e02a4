"""Energy outside of cells: against points drawn in space, sharp and smeared limits, and limits."""

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.detector.calorimeter import ShowerModel
from scotopic.detector.cells import CentralCells, split
from scotopic.detector.lateral import LateralModel, OutsideShares
from scotopic.experiments.central_cells import CellCut
from scotopic.search import load_experiment

FloatArray = npt.NDArray[np.float64]

NA64 = load_experiment("na64e-2018")
ECAL = NA64.target.material
Z = LateralModel.of(ECAL).atomic_number
RADIUS = LateralModel.of(ECAL).moliere_radius_cm


def points(energy: float, count: int, seed: int = 1) -> tuple[FloatArray, FloatArray]:
    """Where across its axis the mean shower of an energy leaves its energy, x and y in cm.

    Grindhammer and Peters, eqs. 23-27, written down anew; depth by the inverse of the profile, the
    distance from the axis by that of r^2/(r^2 + R^2).
    """
    rng = np.random.default_rng(seed)
    shower = ShowerModel.of(ECAL).mean(np.array(energy))
    depths = np.linspace(0, 80, 8001)
    left = shower.beyond(depths) / energy
    tau = np.interp(-rng.random(count), -left, depths) / shower.maximum_X0()
    far = np.minimum(tau, 4.0)  # as the model says: what is behind counts with these radii
    ln = np.log(energy)
    core = 0.0251 + 0.00319 * ln + (0.1162 - 0.000381 * Z) * far
    slopes = -2.59, 0.3585 + 0.0412 * ln
    tail = (0.659 - 0.00309 * Z) * sum(np.exp(k * (far - 0.645)) for k in slopes)
    a = (0.401 + 0.00187 * Z - far) / (1.313 - 0.0686 * ln)
    in_core = rng.random(count) < (2.632 - 0.00094 * Z) * np.exp(a - np.exp(a))
    u = rng.random(count)
    r = RADIUS * np.where(in_core, core, tail) * np.sqrt(u / (1 - u))
    phi = rng.uniform(0, 2 * np.pi, count)
    return r * np.cos(phi), r * np.sin(phi)


@pytest.mark.parametrize("energy", [0.5, 5.0, 60.0])
def test_agrees_with_points_drawn_in_space(energy: float) -> None:
    """To 0.002, of which half are slices of depth and the table, and half are statistics."""
    number = 400_000
    x, y = points(energy, number)
    shower = ShowerModel.of(ECAL).mean(np.array([energy]))
    for half, off in ((5.73, 0.0), (5.73, 1.9), (5.73, 5.0), (1.91, 0.0), (9.55, 6.0)):
        azimuth = np.random.default_rng(2).uniform(0, 2 * np.pi, number)
        across, down = off * np.cos(azimuth), off * np.sin(azimuth)
        drawn = np.mean((abs(x + across) > half) | (abs(y + down) > half))
        found = OutsideShares.of(ECAL, half).at(shower, off)[0]
        error = 2.5 * np.sqrt(drawn * (1 - drawn) / number)
        assert found == pytest.approx(drawn, abs=0.0015 + error + 0.02 * drawn)


def test_fluctuating_showers_as_the_model_itself() -> None:
    rng = np.random.default_rng(3)
    energy = np.exp(rng.uniform(np.log(0.3), np.log(100), 1500))
    showers = ShowerModel.of(ECAL).showers(energy, rng.standard_normal((1500, 2)))
    off, azimuth = rng.uniform(0, 3, 1500), rng.uniform(0, 2 * np.pi, 1500)
    x, y = off * np.cos(azimuth), off * np.sin(azimuth)
    direct = LateralModel.of(ECAL).outside(showers, 5.73, x, y)
    difference = OutsideShares.of(ECAL, 5.73).at(showers, off) - direct
    assert abs(difference.mean()) < 0.0015
    assert difference.std() < 0.003 < direct.std() / 3


@pytest.mark.parametrize(("half_cm", "passes"), [(1e3, 1.0), (1e-3, 0.0)])
def test_wide_cells_accept_all_and_narrow_ones_none(half_cm: float, passes: float) -> None:
    energy = np.array([0.5, 5.0, 50.0])
    outside = OutsideShares.of(ECAL, half_cm).at(ShowerModel.of(ECAL).mean(energy))
    chance = cells(0.1).probability(split(energy, outside)[:, None])
    np.testing.assert_allclose(chance, passes, atol=1e-6)


def cells(limit: float, detectors: tuple[str, ...] = ("ECAL",)) -> CentralCells:
    cut = CellCut(
        name="cells",
        detectors=detectors,
        cells=1,
        maximum_outside_fraction=limit,
        axis_spread_cm=0.0,
    )
    found = tuple(NA64.detector(name) for name in detectors)
    return CentralCells(cut, found, tuple(OutsideShares.of(ECAL, 5.73) for _ in found))


@pytest.mark.parametrize("limit", [0.03, 0.1])
def test_is_smeared_as_two_measurements(limit: float) -> None:
    """Inside and outside are measured with 10 %/sqrt(E) each; drawn here, normal errors there."""
    rng = np.random.default_rng(4)
    energy, share = 20.0, 0.04
    both = split(np.array([energy]), np.array([share]))[None]
    inside, outside = (
        e + 0.1 * np.sqrt(e) * rng.standard_normal(200_000) for e in both[0, 0].tolist()
    )
    drawn = np.mean(outside < limit * (inside + outside))
    assert cells(limit).probability(both)[0] == pytest.approx(drawn, abs=0.004)


def test_energies_of_detectors_are_added() -> None:
    """Half of one is outside, nothing of the other: a third of all, and the sum is what counts."""
    energies = np.array([[[1e6, 1e6], [1e6, 0.0]]])
    both = ("HCAL2", "HCAL3")
    assert cells(0.3, both).probability(energies)[0] == pytest.approx(0.0, abs=1e-6)
    assert cells(0.4, both).probability(energies)[0] == pytest.approx(1.0)


def test_nothing_passes() -> None:
    assert cells(0.1).probability(np.zeros((1, 1, 2)))[0] == 1
