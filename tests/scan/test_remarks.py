"""What a plane does not show is said in words."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scotopic.scan.plane import Plane
from scotopic.scan.remarks import excluded_share, remarks_on
from scotopic.scan.run import compute_run_card
from scotopic.scan.run_card import RunCard
from scotopic.search import Result
from scotopic.search.result import Layer

CARD = {
    "title": "remarks",
    "source": "a test",
    "model": "dark_photon",
    "fixed": {"alpha_D": 0.1, "mass_ratio": 3.0, "dark_matter": "dirac"},
    "x": {"parameter": "mediator_mass", "minimum": 0.01, "maximum": 0.2, "points": 4},
    "y": {"parameter": "kinetic_mixing", "minimum": 1e-5, "maximum": 1e-3, "points": 5},
    "limits": [{"label": "NA64", "experiment": "na64e-2018"}],
}


def remarks(**changed: object) -> list[str]:
    """What is said of a card: in its result, and in what reads back."""
    found = compute_run_card(RunCard.model_validate(CARD | changed), Path())
    assert found.attributes["remarks"] == remarks_on(found)
    return remarks_on(found)


def axis(parameter: str, low: float, high: float, points: int, scale: str = "log") -> object:
    return {
        "parameter": parameter,
        "minimum": low,
        "maximum": high,
        "points": points,
        "scale": scale,
    }


def test_plane_that_shows_everything_has_none() -> None:
    assert remarks() == []


def test_refused_points_are_counted_with_their_reasons() -> None:
    """Half of the plane has a dark coupling beyond perturbation theory."""
    x = axis("alpha_D", 0.4, 1.6, 4, "linear")
    fixed = {"mass_ratio": 3.0, "mediator_mass": 0.1, "dark_matter": "dirac"}
    (told,) = remarks(x=x, fixed=fixed)
    assert told.startswith("NA64: 10 of 20 points (50.0 %) are refused: ")
    assert "alpha_D" in told
    found = compute_run_card(RunCard.model_validate(CARD | {"x": x, "fixed": fixed}), Path())
    plane = Plane.of(found)
    share = 100 * plane.excluded[:2].mean()
    assert excluded_share(plane) == (
        f"{share / 2:.1f} % of the plane excluded,"
        f" {share:.1f} % of its points that could be computed"
    )


def test_reasons_that_differ_in_numbers_are_one() -> None:
    """alpha_D above 1 is refused with its value, at four values."""
    (told,) = remarks(
        x=axis("alpha_D", 0.1, 5.0, 8),
        fixed={"mediator_mass": 0.1, "mass_ratio": 3.0, "dark_matter": "dirac"},
    )
    assert told.count("alpha_D") == 1


def test_interpolated_and_failed_points_are_counted() -> None:
    found = compute_run_card(RunCard.model_validate(CARD), Path())
    status, reason = found["status"].copy(), found["reason"].copy()
    status[0, 0, :2] = 0
    status[0, 1, :3] = 3
    reason[0, 1, :3] = ["worker 1 died", "worker 2 died", "MemoryError"]
    variables = dict(found.variables)
    for name, values in (("status", status), ("reason", reason)):
        variables[name] = replace(variables[name], values=values)
    failed, interpolated = remarks_on(replace(found, variables=variables))
    reasons = "worker 1 died (2 times alike); MemoryError"
    assert failed == f"NA64: 3 of 20 points (15.0 %) failed: {reasons}"
    assert interpolated == (
        "NA64: 2 of 20 points (10.0 %) are interpolated: they are not near a boundary"
    )


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([[0.01, 1e-4], [0.2, 1e-4]], []),
        ([[0.005, 1e-4], [0.1, 1e-4]], ["1 of its 2 points are in the plane"]),
        ([[0.5, 1e-4], [0.6, 2.0]], ["none of its 2 points are in the plane"]),
    ],
)
def test_bounds_out_of_the_frame(points: list[list[float]], expected: list[str]) -> None:
    told = remarks(limits=[], bounds=[{"label": "theirs", "source": "a test", "points": points}])
    assert [text.split(": ")[:2] for text in told] == [["bounds[theirs]", e] for e in expected]


@pytest.mark.parametrize(
    ("low", "high", "side"),
    [(1e-10, 1e-8, "lies above"), (0.5, 0.9, "lies below"), (1e-5, 0.9, None)],
)
def test_bands_out_of_the_frame(low: float, high: float, side: str | None) -> None:
    """At 10 to 200 MeV a vector that explains the muon's moment has epsilon near 1e-3."""
    told = remarks(limits=[], bands=[{"label": "g-2"}], y=axis("kinetic_mixing", low, high, 5))
    assert told == ([] if side is None else [f"g-2: {side} the couplings of the frame"])


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (1e-14, 1e-12, "above the frame at all mediator_mass"),
        (1e-3, 1e-1, "below the frame at all mediator_mass"),
    ],
)
def test_lines_out_of_the_frame(low: float, high: float, words: str) -> None:
    told = remarks(
        limits=[],
        thermal_lines=[{"label": "relic", "fixed": {"dark_matter": "complex_scalar"}}],
        y=axis("y", low, high, 5),
    )
    assert told == [f"relic: {words}"]


def test_line_that_leaves_the_frame() -> None:
    told = remarks(
        limits=[],
        thermal_lines=[{"label": "relic", "fixed": {"dark_matter": "complex_scalar"}}],
        y=axis("y", 1e-12, 1e-9, 5),
        x=axis("mediator_mass", 0.01, 1.0, 4),
    )
    (text,) = told
    assert text.startswith("relic: above the frame at ")
    assert "mediator_mass" in text


def test_result_of_layers_alone_has_remarks() -> None:
    found = compute_run_card(
        RunCard.model_validate(CARD | {"limits": [], "bands": [{"label": "b"}]}), Path()
    )
    assert isinstance(found, Result)
    assert isinstance(found.attributes["remarks"], list)
    assert np.ndim(found["mediator_mass"]) == 1


def test_minimum_between_the_masses_of_a_plane_is_said() -> None:
    """Positrons of 100 GeV annihilate at 319.7 MeV: sqrt(2 m_e E)."""
    limits = [{"label": "positrons", "experiment": "na64e-positron-100GeV"}]
    x = axis("mediator_mass", 0.2, 0.4, 20)
    (told,) = remarks(x=x, limits=limits)
    assert told.startswith("positrons: no point lies between mediator masses of 0.31")
    assert "annihilation, the beam energy" in told
    dark = axis("dark_matter_mass", 0.2 / 3, 0.4 / 3, 20)
    assert remarks(x=dark, limits=limits) == [told]
    hit = axis("mediator_mass", 0.2, 0.2**-1 * 0.31966**2, 21)  # the tenth is the resonance
    assert remarks(x=hit, limits=limits) == []


def test_a_line_that_jumps_says_where() -> None:
    """In the words of the axis along which the line goes, whichever has the couplings."""
    plane = compute_run_card(RunCard.model_validate(CARD), Path())
    for at, over in (plane.axes, plane.axes[::-1]):
        ends = [{at: 0.0217, over: 2e-4}, {at: 0.0217, over: 2.77e-3}]
        layer = Layer("thermal line", "relic", {}, {"points": [], "jumps": [ends]})
        (text,) = remarks_on(replace(plane, layers=(layer,)))
        assert text.startswith(f"relic: jumps at {at} = 0.0217 from {over} = 0.0002 to 0.00277")
