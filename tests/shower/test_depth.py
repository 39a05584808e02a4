from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.errors import RangeError
from scotopic.materials import material
from scotopic.shower import Effects, depth_track_lengths, track_lengths

LEAD = material("lead")


@pytest.fixture(autouse=True)
def _no_disk_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOTOPIC_CACHE", "")


@pytest.mark.parametrize("edges", [np.linspace(0, 40, 81), np.r_[0, np.geomspace(0.01, 40, 12)]])
def test_slices_add_up(edges: npt.ArrayLike) -> None:
    slices = depth_track_lengths(LEAD, "e-", 100.0, minimum_energy=1.0, depth_edges_X0=edges)
    total = track_lengths(LEAD, "e-", 100.0, minimum_energy=1.0)
    np.testing.assert_allclose(slices.energies, total.energies)
    for particle in ("e-", "e+", "gamma"):
        # 1e-7 escapes behind 40 X0
        np.testing.assert_allclose(
            slices.weights(particle).sum(axis=0), total.weights(particle), rtol=1e-4, atol=1e-9
        )


def test_first_slice_is_a_thin_target() -> None:
    slices = depth_track_lengths(LEAD, "e-", 10.0, minimum_energy=1.0, depth_edges_X0=[0, 0.3, 1])
    thin = track_lengths(LEAD, "e-", 10.0, minimum_energy=1.0, thickness_X0=0.3)
    np.testing.assert_allclose(slices.photon[0], thin.photon, rtol=1e-9, atol=1e-15)


def test_slices_may_begin_inside() -> None:
    whole = depth_track_lengths(LEAD, "e-", 10.0, minimum_energy=1.0, depth_edges_X0=[0, 2, 5])
    part = depth_track_lengths(LEAD, "e-", 10.0, minimum_energy=1.0, depth_edges_X0=[2, 5])
    np.testing.assert_allclose(part.positron[0], whole.positron[1])


def test_beam_photons_are_attenuated_exponentially() -> None:
    # a photon's line has no source: exp(-7 z/9) at complete screening
    bare = Effects(screening="complete", c_term=False, lpm=False, ionisation=False)
    edges = np.linspace(0, 5, 6)
    slices = depth_track_lengths(
        LEAD, "gamma", 50.0, minimum_energy=1.0, depth_edges_X0=edges, effects=bare
    )
    expected = -np.diff(np.exp(-7 / 9 * edges)) * 9 / 7
    np.testing.assert_allclose(slices.photon[:, -1], expected, rtol=1e-6)


@pytest.mark.parametrize("edges", [[1.0], [0, 2, 1], [-1, 2], [[0, 1]]])
def test_bad_edges_are_refused(edges: npt.ArrayLike) -> None:
    with pytest.raises(RangeError, match="depth_edges_X0: "):
        depth_track_lengths(LEAD, "e-", 10.0, minimum_energy=1.0, depth_edges_X0=edges)


def test_unknown_species_is_refused() -> None:
    slices = depth_track_lengths(LEAD, "e-", 10.0, minimum_energy=1.0, depth_edges_X0=[0, 1])
    unknown: Any = "mu"
    with pytest.raises(RangeError, match="particle: 'mu'"):
        slices.weights(unknown)
