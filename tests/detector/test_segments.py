"""Limits of the energy in segments, against measurements that are drawn one by one."""

import numpy as np
import pytest

from scotopic.detector.segments import SegmentCuts
from scotopic.experiments import EnergyResolution
from scotopic.experiments.selections import SegmentCut

Limits = dict[tuple[int, ...], list[tuple[float | None, float | None]]]


@pytest.mark.parametrize(
    ("limits", "tolerance"),
    [
        ({(1,): [(0.4, 0.6)]}, 1e-3),  # both limits in one cut
        ({(1,): [(0.4, None), (None, 0.6)]}, 1e-3),  # the same in two
        ({(1,): [(0.4, None)], (2,): [(None, 2.0)]}, 1e-3),
        ({(1,): [(0.4, 0.6)], (2, 1): [(None, 2.0)]}, 0.02),  # one segment in two sums
        ({(1,): [(0.6, None), (None, 0.4)]}, 0.0),
    ],
)
def test_one_measured_energy_meets_all_limits(limits: Limits, tolerance: float) -> None:
    """Against a million measurements, each segment with one error."""
    cuts = tuple(
        SegmentCut.model_construct(
            name="cut", segments=segments, minimum_energy_GeV=low, maximum_energy_GeV=high
        )
        for segments, every in limits.items()
        for low, high in every
    )
    resolution = EnergyResolution(stochastic=0.2, constant=0.0, noise_GeV=0.0)
    deposited = np.array([0.5, 1.4])
    drawn = np.random.default_rng(3).standard_normal((10**6, 2))
    seen = deposited + 0.2 * np.sqrt(deposited) * drawn
    passed = np.ones(len(seen), dtype=bool)
    for cut in cuts:
        energy = seen[:, np.array(cut.segments) - 1].sum(axis=1)
        passed &= energy > (cut.minimum_energy_GeV or 0.0)
        passed &= energy < (cut.maximum_energy_GeV or np.inf)
    asked = SegmentCuts((0.0, 4.3, 40.0), cuts, resolution)
    showers = np.tile(deposited, (10**4, 1))
    assert asked.probability(showers).mean() == pytest.approx(passed.mean(), abs=tolerance)
