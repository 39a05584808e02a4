"""The missing-energy window against hard cuts and brute-force smearing."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from scotopic.detector.window import EnergyWindow
from scotopic.errors import RangeError
from scotopic.experiments import EnergyResolution
from scotopic.search import load_experiment

PERFECT = EnergyResolution(stochastic=0.0, constant=0.0, noise_GeV=0.0)
NA64 = EnergyResolution(stochastic=0.1, constant=0.02, noise_GeV=0.1)


def test_perfect_resolution_is_a_hard_cut() -> None:
    window = EnergyWindow(100.0, 10.0, 50.0, PERFECT)
    energies = np.array([49.9, 50.1, 89.9, 90.1, 100.0])
    np.testing.assert_array_equal(window.acceptance(energies), [0, 1, 1, 0, 0])


def test_zero_minimum_is_no_cut() -> None:
    window = EnergyWindow(100.0, 0.0, 50.0, NA64)
    assert window.acceptance(np.array([100.0]))[0] == pytest.approx(1.0)


def test_edge_is_smeared_by_the_resolution() -> None:
    window = EnergyWindow(100.0, 0.0, 50.0, NA64)
    visible = 51.0
    sigma = np.sqrt(0.1**2 * visible + (0.02 * visible) ** 2 + 0.1**2)
    expected = norm.cdf((50.0 - visible) / sigma)
    assert window.acceptance(np.array([49.0]))[0] == pytest.approx(expected)


# A yield above a threshold that falls like a shower's, integrated over the acceptance in two
# ways. 1e-6 is what 24 points reach for a Gaussian cut off at six standard deviations.
@pytest.mark.parametrize("minimum", [0.0, 20.0])
@pytest.mark.parametrize("resolution", [PERFECT, NA64])
def test_thresholds_reproduce_the_acceptance(minimum: float, resolution: EnergyResolution) -> None:
    window = EnergyWindow(100.0, minimum, 50.0, resolution)
    cuts, weights = window.thresholds()

    def above(energy: float) -> float:
        return energy**-3 - 100.0**-3

    from_cuts = sum(w * above(t) for t, w in zip(cuts.tolist(), weights.tolist(), strict=True))
    direct, _ = quad(
        lambda e: 3 * e**-4 * window.acceptance(np.array([e]))[0],
        30.0,
        100.0,
        points=[50.0, 80.0],
        epsabs=0,
        epsrel=1e-10,
        limit=500,
    )
    assert from_cuts == pytest.approx(direct, rel=1e-6)


@example(stochastic=1.044423872461039e-08, constant=0.0, noise=0.0, edge=20.0)
@given(
    stochastic=st.floats(0, 0.3),
    constant=st.floats(0, 0.05),
    noise=st.floats(0, 0.5),
    edge=st.floats(20, 60),
)
def test_thresholds_solve_the_smeared_edge(
    stochastic: float, constant: float, noise: float, edge: float
) -> None:
    resolution = EnergyResolution(stochastic=stochastic, constant=constant, noise_GeV=noise)
    cuts, weights = EnergyWindow(100.0, 0.0, edge, resolution).thresholds()
    assert weights.sum() == pytest.approx(1)
    visible = 100.0 - cuts
    sigma = resolution.sigma_GeV(visible)
    distance = np.abs(visible - edge)
    assert np.all(distance <= 6 * sigma * (1 + 1e-9) + 1e-9)


def test_nothing_is_accepted_below_the_least_threshold() -> None:
    window = EnergyWindow(
        100.0, 0.0, 50.0, load_experiment("na64e-2018").visible_energy_resolution("ECAL")
    )
    assert window.acceptance(np.array([window.thresholds()[0].min()]))[0] < 1e-8


def test_faint_edges_do_not_decide_how_far_showers_are_followed() -> None:
    thin = EnergyResolution(stochastic=0.2, constant=0.0, noise_GeV=0.0)
    whole = EnergyWindow(3.5, 0.0, 1.2, thin)
    cut = EnergyWindow(3.5, 0.0, 1.2, thin, followed_from=0.2)
    (all_cuts, all_weights), (cuts, weights) = whole.thresholds(), cut.thresholds()
    assert all_cuts.min() < cut.followed_from < cuts.min()
    # yields rise by (3.5/0.08)^2 at most towards the edge that is left out, which weighs 1e-8
    assert weights @ cuts**-2 == pytest.approx(all_weights @ all_cuts**-2, rel=1e-5)
    heavy = EnergyWindow(3.5, 0.0, 1.2, thin, followed_from=1.5)
    np.testing.assert_array_equal(heavy.thresholds(), whole.thresholds())
    assert "followed_from" not in whole.inputs()  # nothing that is kept on disk is lost


def test_hopeless_resolution_is_refused() -> None:
    with pytest.raises(RangeError, match="energy_resolution"):
        EnergyWindow(100.0, 0.0, 50.0, EnergyResolution(stochastic=0, constant=0.2, noise_GeV=0))
    with pytest.raises(RangeError, match="energy_resolution"):
        EnergyWindow(100.0, 0.0, 99.0, NA64)
