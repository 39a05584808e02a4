"""Multiple scattering, against numbers of the Review of Particle Physics' formula by hand."""

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.shower.scattering import scattered, scattering_momentum

N = 100_000


@pytest.mark.parametrize(
    ("thickness", "MeV"),
    [
        (1.0, 13.6),  # the logarithm vanishes
        (0.1, 3.924),  # 13.6 x 0.31623 x (1 - 0.038 x 2.30259); the LDMX target
        (40.0, 98.07),  # 13.6 x 6.32456 x (1 + 0.038 x 3.68888)
    ],
)
def test_formula(thickness: float, MeV: float) -> None:
    assert scattering_momentum(thickness) == pytest.approx(1e-3 * MeV, rel=1e-3)


def test_no_matter_and_less_than_none() -> None:
    assert scattering_momentum(0.0) == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(RangeError, match="thickness_X0"):
        scattering_momentum(-1.0)


@pytest.mark.parametrize("degrees", [0.0, 30.0, 120.0])
def test_turned_momenta_keep_their_length_and_have_the_width_across(degrees: float) -> None:
    angle = np.radians(degrees)
    direction = np.array([np.sin(angle), 0.0, np.cos(angle)])
    momenta = np.tile(2.0 * direction, (N, 1))
    found = scattered(momenta, 0.1, np.random.default_rng(1).standard_normal((2, N)))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 2.0, rtol=1e-12)
    in_plane = np.array([np.cos(angle), 0.0, -np.sin(angle)])
    statistics = 4 / np.sqrt(2 * N)
    for across in (in_plane, np.array([0.0, 1.0, 0.0])):
        assert np.std(found @ across) == pytest.approx(3.924e-3, rel=statistics + 1e-4)


def test_momenta_at_which_nothing_is_in_front_are_kept() -> None:
    momenta = np.array([[0.1, 0.2, 3.0], [0.0, 0.0, 1.0]])
    kept = scattered(momenta, np.zeros(2), np.ones((2, 2)))
    np.testing.assert_allclose(kept, momenta, atol=1e-6)
