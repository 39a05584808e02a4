"""Public functions take cards, models and materials by name, path, class or value alike."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scotopic
from scotopic import (
    Axis,
    DarkPhoton,
    Layer,
    RangeError,
    Search,
    Target,
    cmb_bound,
    differential_cross_section,
    exclusion_curve,
    exclusion_plane,
    experiment_likelihood,
    load_experiment,
    magnetic_moment,
    material,
    mixing_band,
    relic_abundance,
    strength_limits,
    thermal_coupling,
    thermal_line,
    total_cross_section,
    track_lengths,
)
from scotopic.cli import main
from scotopic.cosmology.annihilation import thermal_average_cm3_per_s
from scotopic.cosmology.freeze_out import approximate_abundance
from scotopic.experiments.kinds import KINDS
from scotopic.materials import element
from scotopic.models.electrophilic import AxialVectorMediator
from scotopic.models.running import landau_pole, running_alpha_D
from scotopic.precision.bands import MUON_2021
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.production.annihilation import cross_section, integrated_cross_section, quadrature
from scotopic.production.primakoff import primakoff_cross_section
from scotopic.search import default_masses
from scotopic.shower import depth_track_lengths

CARDS = KINDS["limit"].directory or Path()

FILE = CARDS / "na64e-2018.toml"
QUICK = Calculation(processes=("bremsstrahlung",))
VALUES: dict[str, Any] = {"alpha_D": 0.5, "mass_ratio": 4.0, "dark_matter": "dirac"}
PHOTON = DarkPhoton(mediator_mass=0.03, kinetic_mixing=1e-4, **VALUES)
MASSES = [0.01, 0.1]


@pytest.mark.parametrize("given", ["Pb", "lead", element("Pb"), material("lead")])
def test_elements(given: Any) -> None:
    asked = ("vector", "electron")
    expected = total_cross_section(*asked, element("Pb"), 100.0, 0.1, method="iww")
    assert total_cross_section(*asked, given, 100.0, 0.1, method="iww") == expected
    found = primakoff_cross_section(0.03, 60.0, given)
    assert found == primakoff_cross_section(0.03, 60.0, element("Pb"))


@pytest.mark.parametrize("given", ["vector", "dark_photon", DarkPhoton, PHOTON, "B_minus_L"])
def test_kinds_of_coupling(given: Any) -> None:
    """A model stands for its kind of coupling."""
    found = total_cross_section(given, "electron", "Pb", 100.0, 0.1, method="iww")
    assert found == total_cross_section("vector", "electron", "Pb", 100.0, 0.1, method="iww")
    asked = ("muon", "Pb", 100.0, 0.2, 0.5)
    found_at = differential_cross_section(given, *asked, method="iww")
    assert found_at == differential_cross_section("vector", *asked, method="iww")
    moment = magnetic_moment("muon", given, 0.1, 1e-3)
    assert moment == magnetic_moment("muon", "vector", 0.1, 1e-3)
    band = mixing_band("muon-2021", given, 0.1)
    assert (band.mediator, band.deviation) == ("vector", MUON_2021)
    assert band.upper == mixing_band(MUON_2021, "vector", 0.1).upper
    assert mixing_band("251e-11+-59e-11", given, 0.1).upper == band.upper


@pytest.mark.parametrize("given", ["dark_photon", DarkPhoton, PHOTON])
def test_models_that_annihilate(given: Any) -> None:
    values = {} if given is PHOTON else {**VALUES, "mediator_mass": 0.03, "kinetic_mixing": 1e-4}
    ways: list[Callable[..., Any]] = [
        lambda one, **more: thermal_average_cm3_per_s(one, 20.0, **more),
        approximate_abundance,
        lambda one, **more: cross_section(1.0, one, **more),
        lambda one, **more: integrated_cross_section([0.1, 10.0], one, **more)[0],
        lambda one, **more: quadrature([0.1, 10.0], one, **more)[1].sum(),
    ]
    for way in ways:
        assert way(given, **values) == way(PHOTON)


def test_a_shower_of_a_material_alone() -> None:
    expected = track_lengths("lead", "e-", 100.0, minimum_energy=50.0)
    np.testing.assert_array_equal(track_lengths("lead").electron, expected.electron)
    assert Dump("e-", 100, "lead") == Dump("e-", 100.0, material("lead"))  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["lead", "Pb", element("Pb"), material("lead")])
def test_materials(given: Any) -> None:
    asked: dict[str, Any] = {"minimum_energy": 50.0}
    expected = track_lengths(material("lead"), "e-", 100.0, **asked)
    np.testing.assert_array_equal(
        track_lengths(given, "e-", 100.0, **asked).electron, expected.electron
    )
    slices = depth_track_lengths(given, "e-", 100.0, depth_edges_X0=[0, 30], **asked)
    assert slices.electron.sum() == pytest.approx(expected.electron.sum(), rel=1e-3)
    assert Layer(given, 0.15) == Layer(material("lead"), 0.15)


def test_targets_stay_what_they_are() -> None:
    target = Target((Layer("lead", 0.15), Layer("polystyrene", 0.15)), 150)  # type: ignore[arg-type]
    assert material(target) is target
    assert target == load_experiment("na64e-2018").target.build()


@pytest.mark.parametrize(
    "given", ["na64e-2018", FILE, str(FILE), load_experiment("na64e-2018"), ["na64e-2018"]]
)
def test_experiments(given: Any) -> None:
    expected = Search.of(load_experiment("na64e-2018"))
    assert Search.of(given) == expected
    assert Calculation(processes="bremsstrahlung") == QUICK  # type: ignore[arg-type]
    assert Search.of(given, signatures="missing-energy", searches="invisible") == expected
    assert load_experiment(FILE) == load_experiment("na64e-2018")
    np.testing.assert_array_equal(
        default_masses(30, search=given), default_masses(30, search=expected)
    )
    if not isinstance(given, list):
        assert experiment_likelihood(given) == experiment_likelihood(load_experiment("na64e-2018"))


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("dark_photon", VALUES),
        (DarkPhoton, VALUES),
        (PHOTON, {}),
        ("scotopic.models.dark_photon:DarkPhoton", VALUES),
        (replace(PHOTON, mediator_mass=1.0, alpha_D=0.1), VALUES),
    ],
)
def test_models(given: Any, values: dict[str, Any]) -> None:
    """The mass and the coupling, which the curve replaces, need not be given."""
    search = Search.of("na64e-2018", calculation=QUICK)
    expected = exclusion_curve(search, PHOTON, MASSES)
    assert exclusion_curve(search, given, MASSES, **values) == expected
    at = {} if given is PHOTON else {"mediator_mass": 0.03}
    assert thermal_coupling(given, **values, **at) == thermal_coupling(PHOTON)
    line = thermal_line(given, masses=[0.03], **values)
    assert line.y.tolist() == [thermal_coupling(PHOTON).y]
    assert running_alpha_D(given, 1.0, **values, **at) == running_alpha_D(PHOTON, 1.0)
    assert landau_pole(given, **values, **at) == landau_pole(PHOTON)
    whole = at and {**at, "kinetic_mixing": 1e-4}
    assert relic_abundance(given, **values, **whole) == relic_abundance(PHOTON)
    assert cmb_bound(given, **values, **whole) == cmb_bound(PHOTON)


def test_planes() -> None:
    search = Search.of("na64e-2018", calculation=QUICK)
    x, y = Axis("mediator_mass", 0.01, 0.1, 2), Axis("kinetic_mixing", 1e-5, 1e-3, 3)
    expected = exclusion_plane(search, DarkPhoton, x, y, VALUES)
    assert exclusion_plane(search, "dark_photon", x, y, **VALUES) == expected
    assert exclusion_plane(search, "dark_photon", x, y, {"alpha_D": 0.5}, dark_matter="dirac") == (
        exclusion_plane(search, DarkPhoton, x, y, {**VALUES, "mass_ratio": 3.0})
    )


def test_a_model_gives_a_plane_its_parameters() -> None:
    search = Search.of("na64e-2018", calculation=QUICK)
    x, y = Axis("dark_matter_mass", 0.01, 0.1, 2), Axis("y", 1e-13, 1e-9, 3)
    expected = exclusion_plane(search, DarkPhoton, x, y, VALUES)["expected_events"]
    for found in (
        exclusion_plane(search, PHOTON, x, y),
        exclusion_plane(search, replace(PHOTON, alpha_D=0.2), x, y, alpha_D=0.5),
        exclusion_plane(search, None, x, y, VALUES),
    ):
        np.testing.assert_array_equal(found["expected_events"], expected)


def test_a_line_takes_any_models() -> None:
    assert thermal_line(one for one in (PHOTON,)).y.tolist() == thermal_line([PHOTON]).y.tolist()


def test_cards_say_what_else_is_not_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on the command line: the card's model, its masses, the usual parameters."""
    words = ["limit", "na64e-alp", "--points", "4", "--no-figure", "-o", str(tmp_path)]
    monkeypatch.setattr("sys.argv", ["scotopic", *words])
    with pytest.raises(SystemExit, match="0"):
        main()
    written = scotopic.read_result(tmp_path / "result.json")
    card = load_experiment("na64e-alp")
    masses = default_masses(4, *card.model.mass_range_GeV, search="na64e-alp")
    found = exclusion_curve("na64e-alp", axis=masses)
    assert found.model == written.model
    assert found.intervals() == written.intervals()


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda: track_lengths("leed", "e-", 100.0, minimum_energy=50.0), "material: 'leed'"),
        (lambda: total_cross_section("vector", "electron", "Xx", 100.0, 0.1), "element: 'Xx'"),
        (
            lambda: total_cross_section("vector", "electron", "polystyrene", 100.0, 0.1),
            "element: 'polystyrene'",
        ),
        (lambda: exclusion_curve("na64e-2018", "dark_foton", MASSES), "did you mean 'dark_photon'"),
        (lambda: exclusion_curve("na64e-2108", "dark_photon"), "did you mean 'na64e-2018'"),
        (lambda: track_lengths(82, "e-", 100.0, minimum_energy=50.0), "material: 82 is not a"),  # type: ignore[arg-type]
        (lambda: Layer("PbWO4", 0.1), "did you mean 'lead tungstate'"),  # type: ignore[arg-type]
        (lambda: load_experiment(3), "experiment: 3 is no card"),  # type: ignore[arg-type]
        (lambda: exclusion_curve(None), "experiment: None is no card"),  # type: ignore[arg-type]
        (lambda: exclusion_curve([]), "experiments: there is none"),
        (lambda: strength_limits("na64e-2018"), "likelihood: 'na64e-2018' is none"),  # type: ignore[arg-type]
        (lambda: exclusion_curve("na64e-2018", 3, MASSES), "model: 3 is no model"),  # type: ignore[arg-type]
        (
            lambda: exclusion_curve("na64e-2018", "dark_photon", MASSES, kinetic_mixing=1e-4),
            "kinetic_mixing: is no parameter of dark_photon that can be set",
        ),
        (
            lambda: exclusion_curve("na64e-2018", AxialVectorMediator, MASSES, dark_matter="dirac"),
            "dark_matter: is no parameter of axial_vector that can be set",
        ),
        (
            lambda: exclusion_curve("na64e-2018", "dark_photon", MASSES, alpha_D="0.1"),
            "alpha_D: '0.1' is not a number",
        ),
        (
            lambda: exclusion_curve("na64e-2018", "dark_photon", MASSES, mediator_mass=0.1),
            "mediator_mass: is no parameter of dark_photon that can be set: it is varied or solved",
        ),
        (
            lambda: exclusion_curve("na64e-2018", "dark_photon", masses=MASSES),  # type: ignore[arg-type]
            "masses: is no parameter of the model; give the masses as third argument",
        ),
        (
            lambda: exclusion_curve("na64e-2018", "dark_photon", MASSES, method="poisson"),
            "method: is no parameter of the model; give it to Search.of",
        ),
        (
            lambda: exclusion_curve("na64e-2018", "dark_photon", MASSES, quantity="alpha_D"),
            "y: missing; a limit on alpha_D needs a fixed one",
        ),
        (
            lambda: thermal_coupling("axion_like_particle", mediator_mass=0.1),
            "alpha_D: 0.0 is not positive: nothing annihilates",
        ),
        (
            lambda: thermal_coupling("dark_photon", mediator_mass=300.0),
            "mediator_mass: 200 GeV, the threshold for annihilation, is above 5 GeV",
        ),
        (
            lambda: relic_abundance("dark_photon", mediator_mass=300.0, kinetic_mixing=1e-3),
            "mediator_mass: 200 GeV, the threshold for annihilation, is above 5 GeV",
        ),
        (lambda: relic_abundance("dark_photon", mediator_mass=0.1), "kinetic_mixing: missing"),
        (lambda: thermal_coupling("dark_photon"), "mediator_mass: missing"),
        (lambda: thermal_line("dark_photon"), "masses: missing"),
        (lambda: thermal_line([PHOTON], alpha_D=0.1), "masses: they and parameters"),
        (lambda: landau_pole("scalar", mediator_mass=0.1), "ScalarMediator is no dark photon"),
        (lambda: Calculation(processes="anihilation"), "did you mean"),  # type: ignore[arg-type]
        (
            lambda: total_cross_section("dark_foton", "electron", "Pb", 100.0, 0.1),
            "nor a model; did you mean 'dark_photon'?",
        ),
        (
            lambda: magnetic_moment("muon", "axion_like_particle", 0.1, 1e-3),
            "mediator: axion_like_particle does not couple to the muon",
        ),
        (
            lambda: mixing_band("electron-caesium", "muonphilic_scalar", 0.1),
            "mediator: muonphilic_scalar does not couple to the electron",
        ),
        (lambda: magnetic_moment("mu", "vector", 0.1, 1e-3), "lepton: 'mu' is not one of electron"),  # type: ignore[arg-type]
        (lambda: mixing_band("muon", "vector", 0.1), "deviation: 'muon' is neither one of muon-2"),
        (lambda: mixing_band(251e-11, "vector", 0.1), "deviation: 2.51e-09 is neither"),  # type: ignore[arg-type]
        (lambda: mixing_band("muon-2021", 3, 0.1), "mediator: 3 is no model"),  # type: ignore[arg-type]
        (
            lambda: approximate_abundance("scalar", mediator_mass=0.1, coupling=0.1),
            "no dark photon",
        ),
        (lambda: Dump("e-", 100.0, "leed"), "material: 'leed'"),  # type: ignore[arg-type]
        (lambda: Dump("e", 100.0, "lead"), "particle: 'e' is not one of e-, e+"),  # type: ignore[arg-type]
    ],
)
def test_mistakes(ask: Callable[[], object], text: str) -> None:
    with pytest.raises((RangeError, scotopic.CardError)) as caught:
        ask()
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
