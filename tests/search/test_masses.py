"""Default masses against fine grids, and what is said of masses that are given."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from tests.cards.simple import WINDOW, by_window_alone

from scotopic.experiments import Experiment
from scotopic.models.dark_photon import DarkPhoton
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.features import Feature, around
from scotopic.search import Axis, Search, default_masses, exclusion_curve, load_experiment
from scotopic.search.cards import checked
from scotopic.units import ELECTRON_MASS

FloatArray = npt.NDArray[np.float64]
ANNIHILATION = Calculation(processes=("annihilation",))
AT_REST = replace(ANNIHILATION, bound_electrons=False)
PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
)


def slow_positrons() -> Experiment:
    """Positrons of 11 GeV, half of which must be missing."""
    content = load_experiment("na64e-positron-100GeV").content()
    content["title"] = "11 GeV positrons"
    content["beam"]["energy_GeV"] = 11.0
    content["searches"][0]["selection"]["maximum_calorimeter_energy_GeV"] = 5.5
    return checked(Experiment.model_validate(content))


def upper_edge() -> Experiment:
    """Positrons of 100 GeV, of which neither too little nor all may be missing."""
    content = load_experiment("na64e-positron-100GeV").content()
    content["title"] = "two edges"
    content["searches"][0]["selection"]["minimum_calorimeter_energy_GeV"] = 10.0
    return checked(Experiment.model_validate(content))


CARDS: Mapping[str, Callable[[], Experiment]] = {
    "positrons": lambda: load_experiment("na64e-positron-100GeV"),
    "slow positrons": slow_positrons,
    "two edges": upper_edge,
    "electrons": lambda: load_experiment("na64e-2018"),
    "thin target": lambda: load_experiment("ldmx-4GeV").asked_for(["missing energy"]),
    "compact": lambda: load_experiment("na64e-1e12-compact"),
}


def fine_masses(energy: float) -> FloatArray:
    """Return masses whose resonance is below and above a beam energy, densest at it."""
    away = np.concatenate([-np.geomspace(0.1, 1e-8, 60), np.geomspace(1e-8, 0.75, 260)])
    return np.sqrt(2 * ELECTRON_MASS * (energy * (1 - np.unique(away)) + ELECTRON_MASS))


def of_width(relative_width: float) -> DarkPhoton:
    """Return a model whose mediator has a width of that share of its mass."""
    one = PHOTON.invisible_width / PHOTON.mediator_mass / PHOTON.alpha_D
    return replace(PHOTON, alpha_D=relative_width / one)


def lowest(search: Search, model: DarkPhoton, masses: FloatArray) -> float:
    return float(np.nanmin(exclusion_curve(search, model, masses).limits()))


@pytest.mark.parametrize(
    ("card", "relative_width", "how"),
    [
        pytest.param(
            card,
            width,
            how,
            marks=[] if (i + 2 * j) % 5 == 0 and (i + j) % 2 == k else [pytest.mark.long],
        )
        for i, card in enumerate(CARDS)
        for j, width in enumerate((1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1))
        for k, how in enumerate((AT_REST, ANNIHILATION))
    ],
)
def test_default_masses_find_the_minimum(
    card: str, relative_width: float, how: Calculation
) -> None:
    """Of electrons at rest and in their atoms; a tenth of all unless `long`."""
    search = Search.of(CARDS[card](), calculation=how)
    model = of_width(relative_width)
    fine = fine_masses(search.experiments[0].beam.energy_GeV)
    masses = default_masses(search=search, model=model)
    assert len(masses) <= 110
    near = masses[(masses > fine.min()) & (masses < fine.max())]
    assert lowest(search, model, near) < 1.02 * lowest(search, model, fine)


def test_minima_that_were_missed() -> None:
    """By factors of 1.7 and 7, when points followed the window of an electron beam.

    Without the pre-shower: positrons that annihilate before they shower leave nothing in it.
    """
    search = Search.of(by_window_alone("na64e-positron-100GeV"), calculation=AT_REST)
    photon = replace(PHOTON, dark_matter="complex_scalar")
    curve = exclusion_curve(search, photon)
    assert np.nanmin(curve.limits()) == pytest.approx(1.33e-4, rel=0.02)
    assert curve.attributes["remarks"] == []
    slow = Search.of(by_window_alone(slow_positrons()), calculation=AT_REST)
    weak = replace(photon, alpha_D=1e-3)
    evenly = lowest(slow, weak, np.geomspace(1e-3, 1.0, 100))
    assert evenly > 5 * np.nanmin(exclusion_curve(slow, weak).limits())


@pytest.mark.parametrize("card", ["positrons", "electrons"])
def test_stated_error_covers_interpolation(card: str) -> None:
    search = Search.of(CARDS[card](), calculation=ANNIHILATION)
    curve = exclusion_curve(search, PHOTON)
    middle = np.sqrt(curve.axis[1:] * curve.axis[:-1])
    known = np.log(curve.limits())
    lines = np.exp((known[1:] + known[:-1]) / 2)
    away = np.abs(lines / exclusion_curve(search, PHOTON, middle).limits() - 1)
    error = curve["interpolation_error"][0]
    stated = np.fmax(error[1:], error[:-1])
    inside = np.isfinite(away)
    assert inside.sum() > 30
    covered = away[inside] < stated[inside] + np.nanmax(curve["relative_error"][0])
    assert covered.mean() > 0.95
    assert np.nanmax(away) < 1.5 * np.nanmax(stated)


def test_given_masses_are_kept_and_what_they_miss_is_said() -> None:
    search = Search.of("na64e-positron-100GeV", calculation=AT_REST)
    axis = Axis("mediator_mass", 0.2, 0.4, 20)
    curve = exclusion_curve(search, PHOTON, axis)
    np.testing.assert_array_equal(curve.axis, np.geomspace(0.2, 0.4, 20))
    (missed,) = curve.attributes["remarks"]
    assert "0.317213 and 0.320645 GeV" in missed
    assert "annihilation, the beam energy" in missed
    assert np.nanmax(curve["interpolation_error"][0]) > 0.1
    dark = Axis("dark_matter_mass", 0.2 / 3, 0.4 / 3, 20)
    assert exclusion_curve(search, PHOTON, dark).attributes["remarks"] == [missed]
    below = Axis("mediator_mass", 0.24, 0.3, 20)
    assert exclusion_curve(search, PHOTON, below).attributes["remarks"] == []
    resolved = np.append(axis.values, 0.31966)
    assert exclusion_curve(search, PHOTON, np.sort(resolved)).attributes["remarks"] == []


@pytest.mark.parametrize("minimum", [0.0, 0.05])
def test_a_thin_target_of_positrons_is_resolved_beyond_the_beam(minimum: float) -> None:
    """0.1 X0 and 10 %/sqrt(E): all there is above the beam energy is the tail of its line."""
    content = load_experiment("ldmx-4GeV").content()
    content["beam"] |= {"particle": "e+", "energy_GeV": 3.5}
    content["detectors"][0]["energy_resolution"]["stochastic"] = 0.1
    content["searches"] = [c for c in content["searches"] if c["signature"] == "missing-energy"]
    content["searches"][0]["by_default"] = True
    content["searches"][0]["selection"]["minimum_calorimeter_energy_GeV"] = minimum
    search = Search.of(checked(Experiment.model_validate(content)))
    masses = default_masses(search=search, model=PHOTON)
    assert len(masses) <= 110
    beam = np.sqrt(2 * ELECTRON_MASS * 3.5)
    near = masses[(masses > 0.97 * beam) & (masses < 1.4 * beam)]
    error = exclusion_curve(search, PHOTON, near)["interpolation_error"][0]
    assert np.nanmax(error) < 0.1  # it was 0.24


def test_points_go_by_what_applies() -> None:
    assert len(Search.of("na64mu").features(PHOTON)) == 3  # mesons
    visible = Search.of("na64e-visible-2018")
    assert visible.features() == []
    window, *mesons = Search.of("na64e-2018").features(PHOTON)
    assert window.top == pytest.approx((0.2271, 0.2389), rel=0.005)
    assert [one.what for one in mesons] == [
        f"photoproduction, {name}" for name in ("omega", "phi", "J/psi")
    ]
    only = Search.of("na64e-2018", calculation=Calculation(processes=("bremsstrahlung",)))
    steps = np.diff(np.log(default_masses(50, search=only, model=PHOTON)))
    assert steps == pytest.approx(steps[0])


def test_a_process_says_where_its_features_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of 8.7 MeV, whatever the window is."""
    from scotopic.processes.bremsstrahlung import Bremsstrahlung  # noqa: PLC0415

    def omega(*_: object) -> list[Feature]:
        line = around(0.78266, 8.68e-3 / 2, 0.7, 0.85)
        return [Feature("omega", line, (0.781, 0.784))]

    monkeypatch.setattr(Bremsstrahlung, "features", omega)
    monkeypatch.setenv("SCOTOPIC_CACHE", "")
    search = Search.of(WINDOW, calculation=Calculation(processes=("bremsstrahlung",)))
    masses = default_masses(60, 0.1, 1.0, search, PHOTON)
    assert len(masses) == 60
    assert np.sum(np.abs(masses - 0.78266) < 8.68e-3) >= 5
    curve = exclusion_curve(search, PHOTON, [0.7, 0.9])
    assert "(omega)" in curve.attributes["remarks"][0]


def test_edges_beyond_the_beam_energy_are_left_out() -> None:
    from scotopic.processes.annihilation import Annihilation  # noqa: PLC0415

    dump = Dump("e+", 10.0, load_experiment("na64e-2018").target.build(), 40.0)
    edges = [np.array([4.0, 5.0, 6.0]), np.array([12.0, 13.0])]
    window, line = Annihilation().features(
        dump, edges, lambda _: 1e-6, Calculation(bound_electrons=False)
    )
    assert window.masses.max() <= np.sqrt(2 * ELECTRON_MASS * (10.0 + ELECTRON_MASS)) * (1 + 1e-12)
    assert line.what == "annihilation, the beam energy"
