"""Tracks through a thin magnet against circles and lines done by hand."""

import numpy as np
import pytest

from scotopic.detector.spectrometer import accepted_tracks, positions_at
from scotopic.experiments.spectrometers import MuonGeometry

ORIGIN = np.zeros((1, 3))


def geometry(**changed: object) -> MuonGeometry:
    """Return a magnet of 1.4 T m at 3.5 m, and a counter at 9 m, 6.5 cm beside the beam."""
    counter = {
        "name": "S4",
        "position_cm": 900.0,
        "x_from": "deflected beam",
        "x_range_cm": (6.5, 26.5),
        "y_range_cm": (-10.0, 10.0),
        "source": "x",
    }
    content = {
        "beam_rms_cm": (0.0, 0.0),
        "magnet": {"position_cm": 350.0, "field_integral_T_m": 1.4, "source": "x"},
        "counters": [counter],
        "source": "x",
    }
    return MuonGeometry.model_validate({**content, **changed})


def test_a_circle_in_a_short_field() -> None:
    """A field of 140 T over 1 cm bends as its thin limit: sine of the angle is 0.3 B L/p."""
    momentum = np.array([[0.0, 0.0, 20.0]])
    radius_cm = 100 * 20.0 / (0.299792458 * 140.0)
    sine = 1.0 / radius_cm
    sagitta = radius_cm * (1 - np.sqrt(1 - sine**2))
    expected = sagitta + (900.0 - 350.5) * sine / np.sqrt(1 - sine**2)
    x, y = positions_at(900.0, geometry(), ORIGIN, momentum)
    assert x[0] == pytest.approx(expected, abs=0.02)  # half a centimetre of lever
    assert y[0] == 0


def test_lines_in_front_of_the_magnet_and_across() -> None:
    momentum = np.array([[0.1, -0.2, 10.0], [0.0, 0.0, -1.0]])
    origin = np.array([[1.0, 2.0, 40.0], [0.0, 0.0, 0.0]])
    x, y = positions_at(140.0, geometry(), origin, momentum)
    assert (x[0], y[0]) == pytest.approx((2.0, 0.0))
    assert np.isnan([x[1], y[1]]).all()
    _, y = positions_at(900.0, geometry(), origin, momentum)
    # the magnet leaves p_y alone and takes p_z
    along = np.sqrt(0.1**2 + 10.0**2 - (0.1 + 0.41971) ** 2)
    assert y[0] == pytest.approx(2 - 0.02 * 310 - 0.2 / along * 550, rel=1e-4)


def test_muons_that_the_magnet_turns_back_hit_nothing() -> None:
    momentum = np.array([[0.0, 0.0, 0.4]])
    assert np.isnan(positions_at(900.0, geometry(), ORIGIN, momentum)).all()
    assert not accepted_tracks(geometry(), 160.0, ORIGIN, momentum).any()


def test_beam_muons_miss_and_half_of_their_energy_does_not_reach() -> None:
    """160 GeV are bent by 1.44 cm; 6.5 cm more need less than 29.1 GeV, 26.5 cm 8.3 GeV."""
    hit = [
        bool(accepted_tracks(geometry(), 160.0, ORIGIN, np.array([[0.0, 0.0, p]]))[0])
        for p in (160.0, 80.0, 29.5, 28.5, 8.5, 8.1)
    ]
    assert hit == [False, False, False, True, True, False]


def test_openings() -> None:
    opening = {
        "name": "hole",
        "position_cm": 150.0,
        "x_range_cm": (-6.0, 6.0),
        "y_range_cm": (-3.0, 3.0),
        "source": "x",
    }
    wide = geometry(openings=[opening])
    momentum = np.array([[0.0, slope * 20.0, 20.0] for slope in (0.0, 0.019, 0.021)])
    found = accepted_tracks(wide, 160.0, np.zeros((3, 3)), momentum)
    assert found.tolist() == [True, False, False]  # at 9 m 17 cm are outside of the counter
    momentum = np.array([[0.0, slope * 20.0, 20.0] for slope in (0.009, 0.0115)])
    assert accepted_tracks(wide, 160.0, np.zeros((2, 3)), momentum).tolist() == [True, False]


def test_ends_of_ranges() -> None:
    """The least deflection: strongest field, nearest and farthest counter."""
    counter = {
        "name": "S4",
        "position_cm": 900.0,
        "position_range_cm": (700.0, 1100.0),
        "shift_range_cm": (-1.0, 2.0),
        "x_from": "beam axis",
        "x_range_cm": (8.0, 28.0),
        "y_range_cm": (-10.0, 10.0),
        "source": "x",
    }
    magnet = {
        "position_cm": 350.0,
        "field_integral_T_m": 1.4,
        "field_integral_range_T_m": (1.3, 1.6),
        "source": "x",
    }
    one = geometry(counters=[counter], magnet=magnet)
    assert one.has_ranges
    for needed, field, place, edges in (
        ("least", 1.6, 1100.0, (7.0, 27.0)),
        ("most", 1.3, 700.0, (10.0, 30.0)),
    ):
        found = one.with_deflection(needed)  # type: ignore[arg-type]
        assert found.magnet is not None
        assert found.magnet.field_integral_T_m == field
        assert found.counters[0].position_cm == place
        assert found.counters[0].x_range_cm == edges
        assert not found.has_ranges
