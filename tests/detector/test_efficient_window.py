"""A window with an efficiency over the energy, against direct integrals."""

import numpy as np
import pytest
from scipy.integrate import quad

from scotopic.detector.window import EfficientWindow, EnergyWindow
from scotopic.experiments import EnergyResolution
from scotopic.experiments.efficiencies import EfficiencyTable

PERFECT = EnergyResolution(stochastic=0.0, constant=0.0, noise_GeV=0.0)
NA64 = EnergyResolution(stochastic=0.1, constant=0.02, noise_GeV=0.1)


def table(*points: tuple[float, float]) -> EfficiencyTable:
    return EfficiencyTable(against="mediator_energy_GeV", points=points)


# Gauss-Legendre with eight points on each straight line reaches 1e-6 of a falling spectrum, as
# the window's own 24 points do.
@pytest.mark.parametrize("minimum", [0.0, 20.0])
@pytest.mark.parametrize("resolution", [PERFECT, NA64])
def test_thresholds_reproduce_the_acceptance(minimum: float, resolution: EnergyResolution) -> None:
    efficiency = table((40.0, 0.1), (55.0, 0.7), (70.0, 0.2), (100.0, 1.0))
    window = EfficientWindow(EnergyWindow(100.0, minimum, 50.0, resolution), efficiency)
    cuts, weights = window.thresholds()

    def above(energy: float) -> float:
        return energy**-3 - 100.0**-3

    from_cuts = sum(w * above(t) for t, w in zip(cuts.tolist(), weights.tolist(), strict=True))
    direct, _ = quad(
        lambda e: 3 * e**-4 * window.acceptance(np.array([e]))[0],
        30.0,
        100.0,
        points=[50.0, 55.0, 70.0, 80.0],
        epsabs=0,
        epsrel=1e-10,
        limit=500,
    )
    assert from_cuts == pytest.approx(direct, rel=2e-6)


def test_a_constant_efficiency_is_a_factor() -> None:
    window = EnergyWindow(100.0, 10.0, 50.0, NA64)
    cuts, weights = window.thresholds()
    found, scaled = EfficientWindow(window, table((0.0, 0.3), (100.0, 0.3))).thresholds()
    np.testing.assert_array_equal(found, cuts)
    np.testing.assert_allclose(scaled, 0.3 * weights, rtol=1e-15)


def test_acceptance_is_that_of_the_window_times_the_efficiency() -> None:
    window = EnergyWindow(100.0, 0.0, 50.0, PERFECT)
    found = EfficientWindow(window, table((50.0, 0.0), (100.0, 1.0)))
    # on the line, below the window, on the line; PERFECT cuts sharply at 50 GeV
    np.testing.assert_allclose(found.acceptance(np.array([60.0, 49.0, 100.0])), [0.2, 0, 1])


def test_the_efficiency_is_part_of_the_key() -> None:
    window = EnergyWindow(100.0, 0.0, 50.0, NA64)
    one, other = (EfficientWindow(window, table((0.0, 0.3), (100.0, e))) for e in (0.3, 0.4))
    assert one.inputs() != other.inputs() != window.inputs()
