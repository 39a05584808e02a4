"""Bands of couplings that explain a deviation."""

import math

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.precision.bands import (
    DEVIATIONS,
    ELECTRON_CAESIUM,
    ELECTRON_RUBIDIUM,
    MUON_2006,
    MUON_2021,
    MUON_2025,
    BandStatus,
    Deviation,
    band_status,
    deviation_of,
    mixing_band,
)
from scotopic.precision.magnetic_moments import SIGN, coupling_of_mixing, magnetic_moment
from scotopic.units import ALPHA
from scotopic.words import SpinParity

MASSES = [0.01, 0.1, 0.39, 1.14]


def test_muon_band() -> None:
    # PHYSICS section 6, asked for to 0.5 %; it prints four digits.
    band = mixing_band(MUON_2021, "vector", MASSES, sigmas=2)
    assert band.central is not None
    assert band.central == pytest.approx([1.662e-3, 3.125e-3, 7.768e-3, 2.018e-2], rel=5e-4)
    assert band.lower == pytest.approx([1.210e-3, 2.275e-3, 5.655e-3, 1.469e-2], rel=5e-4)
    assert band.upper == pytest.approx([2.015e-3, 3.789e-3, 9.419e-3, 2.447e-2], rel=5e-4)
    assert band.status == "closed"


def test_published_deviations() -> None:
    # Review eqs. 19, 20, 52, 53, and their significance as the papers state it.
    stated = [
        (MUON_2006, 288e-11, 80e-11, 3.6),
        (MUON_2021, 251e-11, 59e-11, 4.2),
        (ELECTRON_RUBIDIUM, 4.8e-13, 3.0e-13, 1.6),
        (ELECTRON_CAESIUM, -8.8e-13, 3.6e-13, -2.4),
    ]
    for deviation, value, uncertainty, significance in stated:
        assert (deviation.value, deviation.uncertainty) == (value, uncertainty)
        assert value / uncertainty == pytest.approx(significance, abs=0.06)


@pytest.mark.parametrize("mediator", SIGN)
@pytest.mark.parametrize("sigmas", [1.0, 2.0, 3.0])
def test_edges_give_back_the_deviation(mediator: SpinParity, sigmas: float) -> None:
    for deviation in (MUON_2006, MUON_2021, ELECTRON_RUBIDIUM, ELECTRON_CAESIUM):
        status = band_status(deviation, mediator, sigmas)
        reach = sorted(deviation.value + s * sigmas * deviation.uncertainty for s in (-1, 1))
        possible = [a for a in reach if a * float(magnetic_moment("muon", mediator, 1.0, 1.0)) > 0]
        assert len(possible) == {"unexplained": 0, "limit": 1, "open_below": 1, "closed": 2}[status]
        if status == "unexplained":
            with pytest.raises(RangeError, match="no coupling explains"):
                mixing_band(deviation, mediator, MASSES, sigmas)
            continue
        band = mixing_band(deviation, mediator, MASSES, sigmas)
        for edge in (band.lower, band.upper):
            moment = magnetic_moment(
                deviation.lepton, mediator, band.mass, coupling_of_mixing(edge)
            )
            expected = [a for a in (*possible, 0.0) if math.isclose(a, moment[0], rel_tol=1e-9)]
            assert expected
            assert moment == pytest.approx([expected[0]] * len(MASSES), rel=1e-12)
        assert np.all(band.lower < band.upper)
        assert np.all(band.lower == 0) == (status != "closed")
        assert (band.central is None) == (status == "limit")


@pytest.mark.parametrize(
    ("mediator", "sigmas", "status"),
    [
        ("vector", 1.0, "closed"),
        ("vector", 2.0, "open_below"),
        ("axial_vector", 1.0, "unexplained"),
        ("axial_vector", 2.0, "limit"),
    ],
)
def test_words(mediator: SpinParity, sigmas: float, status: BandStatus) -> None:
    # Rubidium: (4.8 +- 3.0)e-13 reaches zero at 1.6 standard deviations.
    assert band_status(ELECTRON_RUBIDIUM, mediator, sigmas) == status


def test_own_value() -> None:
    own = Deviation(lepton="muon", value=26e-11, uncertainty=66e-11, source="arXiv:2505.21476")
    band = mixing_band(own, "vector", 0.1)
    assert band.status == "open_below"
    assert float(band.lower) == 0
    scale = math.sqrt((26 + 2 * 66) / (251 + 2 * 59))
    upper = float(mixing_band(MUON_2021, "vector", 0.1).upper)
    assert float(band.upper) == pytest.approx(scale * upper, rel=1e-12)


def test_edge_at_zero_is_open() -> None:
    touching = Deviation(lepton="muon", value=2e-10, uncertainty=1e-10, source="a test")
    assert band_status(touching, "scalar", 2) == "open_below"
    nothing = Deviation(lepton="muon", value=0.0, uncertainty=1e-10, source="a test")
    assert band_status(nothing, "scalar", 2) == "limit"


def test_the_band_keeps_its_own_masses() -> None:
    mass = np.array(MASSES)
    band = mixing_band(MUON_2021, "vector", mass)
    mass[0] = 7.0
    assert band.mass[0] == MASSES[0]


def test_refusals() -> None:
    with pytest.raises(RangeError, match="lepton: 'tau'"):
        Deviation(lepton="tau", value=0, uncertainty=1, source="")  # type: ignore[arg-type] # what is tested
    with pytest.raises(RangeError, match="value: nan is not between"):
        Deviation(lepton="muon", value=math.nan, uncertainty=1, source="")
    for bad in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(RangeError, match="uncertainty"):
            Deviation(lepton="muon", value=1, uncertainty=bad, source="")
        with pytest.raises(RangeError, match="sigmas"):
            band_status(MUON_2021, "vector", bad)
    with pytest.raises(RangeError, match="moment of a tensor diverges"):
        band_status(MUON_2021, "tensor")
    message = (
        "mediator: 'axial_vector' lowers the muon's magnetic moment, no coupling explains"
        " 2.51e-09 +- 5.9e-10 within 2 standard deviations"
    )
    with pytest.raises(RangeError) as refused:
        mixing_band(MUON_2021, "axial_vector", 0.1)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("preset", "measured", "predicted"),
    [  # in 1e-11: value and uncertainty; the papers are in the docstrings
        (MUON_2021, (116592061.0, 41.0), (116591810.0, 43.0)),
        (MUON_2025, (116592071.5, 14.5), (116592033.0, 62.0)),
    ],
)
def test_presets_are_measurement_minus_prediction(
    preset: Deviation, measured: tuple[float, float], predicted: tuple[float, float]
) -> None:
    assert preset.value * 1e11 == pytest.approx(measured[0] - predicted[0], abs=0.6)
    assert preset.uncertainty * 1e11 == pytest.approx(
        math.hypot(measured[1], predicted[1]), abs=0.8
    )


def test_the_prediction_of_2025_leaves_a_bound() -> None:
    """Delta a of a light vector is alpha epsilon^2/(2 pi): Schwinger's, at most (38 + 126)e-11."""
    band = mixing_band(MUON_2025, "vector", 1e-5)
    assert band.status == "open_below"
    assert float(band.lower) == 0
    assert float(band.upper) == pytest.approx(math.sqrt(164e-11 * 2 * math.pi / ALPHA), rel=1e-3)


def test_named_deviations() -> None:
    assert {name: deviation_of(name) for name in DEVIATIONS} == dict(DEVIATIONS)
    own = deviation_of("2.51e-9+-5.9e-10")
    assert (own.lepton, own.value, own.uncertainty) == ("muon", 2.51e-9, 5.9e-10)
    for wrong in ("muon-2024", "2.5e-9", "a+-b", "1e-9+-0", "nan+-1e-9", "1e-9+-inf", ""):
        with pytest.raises(RangeError, match=r"^[^\n]*$"):
            deviation_of(wrong)
