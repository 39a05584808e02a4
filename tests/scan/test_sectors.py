"""Planes of any model: their boundaries against the curves of one mass at a time."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cards.simple import WINDOW
from tests.plane_cards import plane_card

from scotopic.errors import CardError, RangeError
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.charged_vector import BMinusL, ChargedVector, LMuMinusLTau
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import PseudoscalarMediator, ScalarMediator
from scotopic.models.mediator import DecayingMediator
from scotopic.models.muonphilic import MuonphilicScalar
from scotopic.models.parameters import build, field_of, parameter, parameter_names, value_of
from scotopic.models.registry import BUILT_IN, model_class
from scotopic.precision.magnetic_moments import magnetic_moment
from scotopic.processes.calculation import Calculation
from scotopic.scan.plane import Plane, exclusion_plane
from scotopic.scan.plane_files import write_plane
from scotopic.scan.run import compute_run_card
from scotopic.scan.run_card import load_run_card
from scotopic.search import Axis, Search, exclusion_curve, load_experiment
from scotopic.units import ELEMENTARY_CHARGE

NA64 = load_experiment("na64e-2018")
DARK: dict[str, Any] = {"alpha_D": 0.1, "mass_ratio": 3.0}


def lower_edges(
    experiment: Any, kind: type[DecayingMediator], fixed: dict[str, Any], x: Axis, y: Axis
) -> list[float]:
    plane = Plane.of(exclusion_plane(experiment, kind, x, y, fixed))
    return [stretches[0][0] for stretches in plane.intervals()]


# The plane interpolates ln(events), which is 2 ln g up to the branching ratio: exact within 1e-3.
@pytest.mark.parametrize(
    ("card", "model"),
    [
        ("na64e-2018", ScalarMediator(mediator_mass=0.1, electron_coupling=1, **DARK)),
        ("na64e-2018", PseudoscalarMediator(mediator_mass=0.1, electron_coupling=1, **DARK)),
        ("na64e-2018", BMinusL(mediator_mass=0.1, gauge_coupling=1.0)),
        ("na64mu-1e12", MuonphilicScalar(mediator_mass=0.1, muon_coupling=1, **DARK)),
        ("na64mu-1e12", LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0)),
        ("na64mu-1e12", LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0, alpha_D=0.05)),
    ],
)
def test_plane_of_any_model_has_the_edge_of_its_curve(card: str, model: DecayingMediator) -> None:
    experiment = load_experiment(card)
    x, y = Axis("mediator_mass", 0.02, 0.4, 3), Axis("coupling", 1e-6, 1e-1, 60)
    fixed = {
        name: getattr(model, name)
        for name in parameter_names(type(model))
        if name in model.__dataclass_fields__
        and name not in ("mediator_mass", model.coupling_field)
    }
    curve = exclusion_curve(experiment, model, x.values)
    found = lower_edges(experiment, type(model), fixed, x, y)
    np.testing.assert_allclose(found, curve.limits(), rtol=1e-3)


def test_charges_of_the_photon_make_its_plane() -> None:
    x, y = Axis("mediator_mass", 0.02, 0.2, 2), Axis("coupling_squared", 1e-10, 1e-3, 30)
    charges = {"q_e": -1, "q_mu": -1, "q_tau": -1, "q_u": 2 / 3, "q_d": -1 / 3, "q_s": -1 / 3}
    g = lower_edges(NA64, ChargedVector, {**DARK, **charges, "dark_matter": "dirac"}, x, y)
    epsilon = lower_edges(NA64, DarkPhoton, {**DARK, "dark_matter": "dirac"}, x, y)
    np.testing.assert_allclose(np.array(g) / ELEMENTARY_CHARGE**2, epsilon, rtol=1e-4)


def test_visible_decays_have_the_islands_of_their_command() -> None:
    """Edges against roots of the same events; the plane's are linear between its points."""
    card = load_experiment("na64e-visible-2018")
    x, y = Axis("mediator_mass", 0.005, 0.0167, 3), Axis("kinetic_mixing", 3e-5, 3e-2, 400)
    fixed = {"alpha_D": 0.0, "mass_ratio": 3.0, "dark_matter": "dirac"}
    plane = Plane.of(exclusion_plane(card, DarkPhoton, x, y, fixed))
    model = build(DarkPhoton, {**fixed, "mediator_mass": 0.01, "coupling": 1.0})
    curve = exclusion_curve(card, model, x)
    assert curve.has_islands
    islands = dict(zip(curve.axis.tolist(), curve.intervals(), strict=True))
    for mass, stretches in zip(x.values.tolist(), plane.intervals(), strict=True):
        np.testing.assert_allclose(stretches, islands[mass], rtol=2e-3)


def test_axion_like_particles_have_the_islands_of_their_command() -> None:
    card = load_experiment("na64e-alp")
    x, y = Axis("mediator_mass", 0.01, 0.05, 2), Axis("photon_coupling", 1e-5, 1e-1, 400)
    plane = Plane.of(exclusion_plane(card, AxionLikeParticle, x, y, {}))
    curve = exclusion_curve(card, AxionLikeParticle(mediator_mass=0.01, photon_coupling=1.0), x)
    islands = dict(zip(curve.axis.tolist(), curve.intervals(), strict=True))
    for mass, stretches in zip(x.values.tolist(), plane.intervals(), strict=True):
        np.testing.assert_allclose(stretches, islands[mass], rtol=2e-3)
    assert parameter(AxionLikeParticle, y.parameter).unit == "GeV^-1"


def test_what_a_search_cannot_see_is_said() -> None:
    x, y = Axis("mediator_mass", 0.0005, 0.002, 2), Axis("coupling", 1e-5, 1e-2, 2)
    fixed = {"alpha_D": 0.0, "mass_ratio": 3.0, "dark_matter": "dirac"}
    card = load_experiment("na64e-visible-2018")
    plane = Plane.of(exclusion_plane(card, DarkPhoton, x, y, fixed))
    assert "0.0005 GeV does not decay into e+e-" in plane.refused[0, 0]
    assert (1, 0) not in plane.refused
    with pytest.raises(RangeError, match="does not couple to electrons"):
        exclusion_plane(NA64, MuonphilicScalar, x, y, DARK)
    with pytest.raises(RangeError, match="AxionLikeParticle has no invisible decay"):
        exclusion_plane(NA64, AxionLikeParticle, x, Axis("photon_coupling", 1e-5, 1, 3), {})


def test_joined_experiments_are_the_combination() -> None:
    """The limit is interpolated between 17 shares of the events; the statement is below 1 %."""
    cards = [load_experiment(name) for name in ("na64e-1e13", "na64mu-2e13")]
    x, y = Axis("dark_matter_mass", 0.02, 0.3, 4), Axis("y", 1e-15, 1e-6, 80)
    fixed = {**DARK, "dark_matter": "complex_scalar"}
    found = lower_edges(cards, DarkPhoton, fixed, x, y)
    model = build(DarkPhoton, {**fixed, "mediator_mass": 0.1, "kinetic_mixing": 1.0})
    exact = exclusion_curve(cards, model, x.values * 3, quantity="y")
    assert exact.labels[0] == "combined"
    np.testing.assert_allclose(found, exact.limits(), rtol=0.01)
    assert Search.of(cards).allowance.between(np.ones((2, 1)))[1] < 0.01


def test_allowance_between_the_nodes_is_the_exact_one(tmp_path: Path) -> None:
    """With much background in one of two the limit depends on the shares, by a factor of four."""
    path = tmp_path / "crowded.toml"
    path.write_text(
        'extends = "na64e-2018"\nreplace = ["searches[invisible].data_sets"]\ntitle = "crowded"\n'
        '[[searches]]\nname = "invisible"\n'
        '[[searches.data_sets]]\nname = "c"\nkind = "measurement"\nyears = [2030]\n'
        "particles_on_target = 1e12\nsignal_efficiency = 0.5\n"
        "signal_efficiency_uncertainty = 0.05\nobserved_events = 20\nsource = 'x'\n"
        'background = [{name = "all", expected_events = 20.0, uncertainty_events = 2.0}]\n'
    )
    allowance = Search.of([load_experiment(path), load_experiment("na64mu")]).allowance
    first = np.array([0.03, 0.22, 0.47, 0.72, 0.97])
    shares = np.array([first, 1 - first])
    exact = allowance.at(shares)[0][0]
    assert exact[-1] > 3 * exact[0]
    found, error = allowance.between(17.0 * shares)
    assert error < 0.03
    np.testing.assert_allclose(found[0], exact, rtol=error)


def test_poisson_joins_experiments_by_the_sum_of_their_counts() -> None:
    """Nothing seen over nothing expected: exp(-s) = 0.1, whoever would have seen it."""
    cards = [load_experiment(name) for name in ("na64e-1e13", "na64mu-2e13")]
    allowance = Search.of(cards, method="poisson").allowance
    events = allowance.between(np.array([[1.0, 0.3, 0.0], [0.0, 0.7, 2.0]]))[0][0]
    np.testing.assert_allclose(events, math.log(10), rtol=1e-10)


def test_three_joined_experiments_without_background_allow_the_same_for_all_shares() -> None:
    names = ("na64e-visible-2018", "na64e-visible-2017", "na64e-visible-2017-short")
    allowance = Search.of([load_experiment(name) for name in names]).allowance
    shares = np.array([[1.0, 0.2, 0.0, 0.4], [0.0, 0.3, 1.0, 0.4], [0.0, 0.5, 0.0, 0.2]])
    assert allowance.between(shares * 7.0)[0][0].max() < 2.6  # ln 10 and the signal's uncertainty
    assert allowance.between(shares)[0][0].min() > math.log(10) * 0.999


def test_too_many_or_equal_experiments_are_refused() -> None:
    with pytest.raises(RangeError, match="is there twice"):
        Search.of([NA64, NA64])
    names = ("na64e-2018", "na64e-1e12", "na64e-1e13", "na64mu-1e12", "na64mu-2e13")
    five = Search.of([load_experiment(name) for name in names])
    with pytest.raises(RangeError, match="too many"):
        five.allowance.between(np.random.default_rng(1).random((5, 100)))


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_coupling_has_its_role(name: str) -> None:
    kind = model_class(name)
    assert parameter(kind, kind.coupling_field).role == "coupling"
    assert field_of(kind, kind.coupling_field) == "coupling"


@given(
    st.sampled_from(
        ["coupling", "coupling_squared", "electron_coupling_squared", "y", "delta_a_e"]
    ),
    st.floats(1e-6, 1e-2),
    st.floats(2e-3, 1.0),
)
def test_names_of_a_coupling_are_inverse_to_each_other(
    name: str, coupling: float, mass: float
) -> None:
    values = {**DARK, "mediator_mass": mass}
    model = build(ScalarMediator, {**values, "electron_coupling": coupling})
    again = build(ScalarMediator, {**values, name: value_of(model, name)})
    assert again.electron_coupling == pytest.approx(coupling, rel=1e-9)


def test_moment_of_a_point_is_that_of_the_axis() -> None:
    values = {**DARK, "mediator_mass": 0.05, "delta_a_e": 3e-14}
    model = build(ScalarMediator, values)
    exact = magnetic_moment("electron", "scalar", 0.05, model.electron_coupling * ELEMENTARY_CHARGE)
    assert float(exact) == pytest.approx(3e-14, rel=1e-9)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"coupling": 1e-3, "y": 1e-9}, "y: does not go together with coupling"),
        ({"coupling_squared": -1.0}, "coupling_squared: -1.0 is not positive"),
        ({"delta_a_e": 0.0}, "delta_a_e: 0.0 is not positive"),
        ({"delta_a_mu": 1e-9}, "delta_a_mu: the mediator does not couple to the muon"),
        ({"kinetic_mixing": 1e-3}, "kinetic_mixing: is no parameter of "),
        ({}, "electron_coupling: missing"),
    ],
)
def test_wrong_couplings_are_named(values: dict[str, float], message: str) -> None:
    with pytest.raises(RangeError, match=message):
        build(ScalarMediator, {**DARK, "mediator_mass": 0.1, **values})


CARD = plane_card(
    "bands and bounds",
    (0.01, 0.4, 4),
    (1e-4, 0.1, 300),
    """\
[[limits]]
label = "scalar"
model = "scalar"
experiment = "na64e-2018"
[[bands]]
label = "mine"
sigmas = 1
measurement = { lepton = "muon", value = 251e-11, uncertainty = 59e-11 }
[[bands]]
label = "rubidium"
deviation = "electron-rubidium"
[[bounds]]
label = "theirs, of 2017"
source = "a test"
file = "theirs.csv"
""",
).replace("kinetic_mixing", "coupling")


def written(place: Path, text: str, table: str = "x,y\n0.01,1e-3\n0.4,2e-3\n") -> str:
    (place / "theirs.csv").write_text("# theirs\n" + table)
    (place / "card.toml").write_text(text)
    return str(place / "card.toml")


def test_layers_may_be_of_other_models_and_of_others(tmp_path: Path) -> None:
    """The band is that of Delta a = (192 to 310) 1e-11 in the limit of a light vector."""
    card, place = load_run_card(written(tmp_path, CARD))
    found = compute_run_card(card, place)
    layers = {layer.label: layer for layer in found.layers}
    lower, upper = layers["mine"]["above_lower"], layers["mine"]["above_upper"]
    inside = found["coupling"][(lower[0] > 0) & (upper[0] < 0)]
    moments = magnetic_moment("muon", "vector", 0.01, inside[[0, -1]] * ELEMENTARY_CHARGE)
    np.testing.assert_allclose(moments, [192e-11, 310e-11], rtol=0.05)
    assert (layers["rubidium"]["above_lower"] > 0).all()  # no coupling at all is allowed too
    theirs = layers["theirs, of 2017"]
    assert theirs["x"].tolist() == [0.01, 0.4]
    assert theirs["y"].tolist() == [1e-3, 2e-3]
    (scalar,) = found.attributes["limits"]
    assert scalar["label"] == "scalar"
    assert scalar["model"] == "scalar"
    assert scalar["fixed"] == {"alpha_D": 0.1, "mass_ratio": 3, "dark_matter": "dirac"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('model = "scalar"', 'model = "scaler"', "limits[0].model: 'scaler' is not one of"),
        ('parameter = "coupling"', 'parameter = "kinetic_mixing"', "limits[0].model: kinetic_mix"),
        ('file = "theirs.csv"', "", "bounds[0].points: give either points or file"),
        ('file = "theirs.csv"', "points = [[1, 2]]", "bounds[0].points: at least two"),
        ('deviation = "electron-rubidium"', 'deviation = "tau"', "bands[1].deviation: 'tau'"),
        ("uncertainty = 59e-11", "uncertainty = 0", "bands[0].measurement.uncertainty"),
        (
            'experiment = "na64e-2018"',
            'experiment = "na64e-2018"\njoined_with = ["a", "b", "c", "d"]',
            "limits[0].joined_with: too many",
        ),
    ],
)
def test_mistakes_in_layers_are_named(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in CARD
    with pytest.raises(CardError) as refused:
        load_run_card(written(tmp_path, CARD.replace(old, new, 1)))
    assert message in str(refused.value)


@pytest.mark.parametrize("table", ["", "0.01,1e-3\n", "x,y\n1,2\n3,four\n", "1,5;2\n3;4\n"])
def test_what_is_no_table_is_refused(table: str, tmp_path: Path) -> None:
    card, place = load_run_card(written(tmp_path, CARD, table))
    with pytest.raises(CardError, match=r"theirs\.csv: (line \d: |no line has)"):
        compute_run_card(card, place)


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    card, place = load_run_card(written(tmp_path, CARD))
    (tmp_path / "theirs.csv").unlink()
    with pytest.raises(CardError, match=r"theirs\.csv: cannot be read"):
        compute_run_card(card, place)


def test_band_of_what_does_not_couple_is_refused(tmp_path: Path) -> None:
    text = CARD.replace('label = "mine"', 'label = "mine"\nmodel = "scalar"')
    card, place = load_run_card(written(tmp_path, text))
    with pytest.raises(RangeError, match="bands\\[mine\\]: the model does not couple to muons"):
        compute_run_card(card, place)


def test_result_names_what_it_is_made_of(tmp_path: Path) -> None:
    text = CARD.replace(
        'experiment = "na64e-2018"',
        'experiment = "na64e-2018"\njoined_with = ["na64e-positron-100GeV"]',
    )
    card, place = load_run_card(written(tmp_path, text))
    found = compute_run_card(card, place)
    write_plane(found, tmp_path, 1.0)
    (limit,) = json.loads((tmp_path / "result.json").read_text())["attributes"]["limits"]
    assert limit["label"] == "scalar"
    assert len(limit["experiments"]) == 2
    assert (tmp_path / "contours.csv").is_file()


def test_an_axis_of_a_coupling_with_a_dimension() -> None:
    """Each point has its own response: what is too strong depends on the mass, and is refused.

    A narrow scalar is made as often whatever it decays into, and all of it decays into dark matter.
    """
    bremsstrahlung = Calculation(processes=("bremsstrahlung",))
    search = Search.of(load_experiment(WINDOW), calculation=bremsstrahlung)
    x, y = Axis("mediator_mass", 0.03, 0.3, 2), Axis("alpha_D", 1e-5, 1e-1, 5)
    fixed: dict[str, Any] = {"mass_ratio": 3.0, "electron_coupling": 1e-3}
    fixed["dark_matter"] = "complex_scalar"
    plane = Plane.of(exclusion_plane(search, ScalarMediator, x, y, fixed))
    refused = [sorted(j for i, j in plane.refused if i == column) for column in (0, 1)]
    assert refused == [[2, 3, 4], [4]]  # above 9e-4 and 0.09 GeV^2
    assert all("is not perturbative" in reason for reason in plane.refused.values())
    dirac = {"mass_ratio": 3.0, "alpha_D": 1e-4}
    y = Axis("electron_coupling", 1e-3, 2e-3, 2)
    narrow = Plane.of(exclusion_plane(search, ScalarMediator, x, y, dirac))
    for i, j in ((0, 0), (1, 1)):
        assert plane.expected_events[i, j] == pytest.approx(narrow.expected_events[i, 0], rel=0.01)
