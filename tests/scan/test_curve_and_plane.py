"""Curve and plane are two views of one thing: what is excluded at a mass does not depend on which.

Along y, a plane's intervals end where the curve's do, within the error of the position that the
plane states. No argument but the axes is given twice: what is left out means the same in both.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cards.simple import WINDOW

from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.charged_vector import LMuMinusLTau
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.models.mediator import DecayingMediator
from scotopic.models.parameters import build
from scotopic.processes.calculation import Calculation
from scotopic.scan.plane import Plane, exclusion_plane
from scotopic.search import Axis, Result, Search, exclusion_curve, load_experiment
from scotopic.signatures.base import SIGNATURES

DARK = {"alpha_D": 0.1, "mass_ratio": 3.0}
SCALAR = {**DARK, "dark_matter": "complex_scalar"}

CASES: dict[str, tuple[tuple[str, ...], type[DecayingMediator], Axis, Axis, dict[str, Any]]] = {
    "invisible": (
        ("na64e-2018",),
        DarkPhoton,
        Axis("mediator_mass", 0.29, 0.31, 5),
        Axis("kinetic_mixing", 1e-5, 1e-1, 81),
        SCALAR,
    ),
    "over y and the mass of dark matter": (
        ("na64e-2022",),
        DarkPhoton,
        Axis("dark_matter_mass", 0.005, 0.0051, 3),
        Axis("y", 1e-16, 1e-8, 81),
        SCALAR,
    ),
    "semi-visible": (
        ("na64e-2018",),
        InelasticDarkMatter,
        Axis("mediator_mass", 0.3, 0.303, 3),
        Axis("kinetic_mixing", 1e-4, 1e-1, 161),
        {**DARK, "splitting": 0.4},
    ),
    "semi-visible, two bins": (
        ("na64e-2018-semi-visible",),
        InelasticDarkMatter,
        Axis("mediator_mass", 0.2, 0.202, 3),
        Axis("kinetic_mixing", 1e-4, 1e-1, 161),
        {**DARK, "splitting": 0.4},
    ),
    "visible": (
        ("na64e-visible-2018",),
        DarkPhoton,
        Axis("mediator_mass", 0.01, 0.0101, 3),
        Axis("kinetic_mixing", 3e-5, 3e-2, 401),
        {**SCALAR, "alpha_D": 0.0},
    ),
    "axion-like": (
        ("na64e-alp",),
        AxionLikeParticle,
        Axis("mediator_mass", 0.02, 0.0202, 3),
        Axis("photon_coupling", 1e-5, 1e-1, 401),
        {},
    ),
    "muons": (
        ("na64mu",),
        LMuMinusLTau,
        Axis("mediator_mass", 0.05, 0.051, 3),
        Axis("gauge_coupling", 1e-5, 1e-1, 81),
        {},
    ),
    "recoil electrons": (
        ("ldmx-8GeV",),
        DarkPhoton,
        Axis("mediator_mass", 0.05, 0.051, 3),
        Axis("kinetic_mixing", 1e-7, 1e-2, 81),
        SCALAR,
    ),
    "electrons and muons": (
        ("na64e-1e13", "na64mu-2e13"),
        DarkPhoton,
        Axis("mediator_mass", 0.2, 0.202, 3),
        Axis("kinetic_mixing", 1e-6, 1e-1, 81),
        SCALAR,
    ),
}


def edges_agree(plane: Plane, curve: Result, allowance: float = 0.0) -> None:
    """Every edge inside of the axis is where the curve has it."""
    assert plane.position_error < 0.03  # or there is nothing to hold it to
    low, high = plane.y.minimum, plane.y.maximum
    exact = dict(zip(curve.axis.tolist(), curve.intervals(), strict=True))
    for at, stretches in zip(plane.x.values.tolist(), plane.intervals(), strict=True):
        expected = np.clip(exact[at], low, high)
        assert np.shape(stretches) == expected.shape
        assert len(stretches) > 0
        away = np.abs(np.log(np.array(stretches) / expected))
        assert away.max() <= plane.position_error + allowance + 1e-9


@pytest.mark.parametrize("name", CASES)
def test_edges_of_the_plane_are_those_of_the_curve(name: str) -> None:
    cards, kind, x, y, fixed = CASES[name]
    asked = [load_experiment(card) for card in cards]
    found = exclusion_plane(asked, kind, x, y, fixed)
    values = {**fixed, x.parameter: x.minimum, y.parameter: y.values.item(y.points // 2)}
    curve = exclusion_curve(asked, build(kind, values), x, quantity=y.parameter)
    search = Search.of(asked)
    _, interpolation = search.allowance.between(np.ones((len(search.parts), 1)))
    edges_agree(Plane.of(found), curve, allowance=interpolation)
    (limit,) = found.attributes["limits"]
    same = ("calculation", "method", "searches", "confidence_level", "experiments", "caveats")
    for key in (*same, "processes"):
        assert limit[key] == curve.attributes[key], key


def test_no_signature_is_left_out() -> None:
    cards = [load_experiment(name) for names, *_ in CASES.values() for name in names]
    used = {search.signature for card in cards for search in card.searches}
    assert used == set(SIGNATURES.homes)


@pytest.mark.parametrize(("bound", "epsilon"), [(False, 7.178e-4), (None, 6.765e-4)])
def test_both_count_all_processes_unless_told_otherwise(bound: bool | None, epsilon: float) -> None:
    """At 0.3 GeV the window alone excludes 7.2e-4; bremsstrahlung alone would leave 1.3e-3.

    They gave 7.19e-4 and 1.295e-3 when the plane had a default of its own. That was with electrons
    at rest: moving ones make 16 % more in lead (the table of `processes/test_moving_electrons.py`).
    Mesons add 0.4 % of events.
    """
    y = Axis("kinetic_mixing", 1e-5, 1e-1, 81)
    search = Search.of(WINDOW, calculation=Calculation(bound_electrons=bound))
    plane = exclusion_plane(search, DarkPhoton, Axis("mediator_mass", 0.3, 0.31, 2), y, SCALAR)
    model = build(DarkPhoton, {**SCALAR, "mediator_mass": 0.3, "kinetic_mixing": 1e-3})
    ((curve, _),) = exclusion_curve(search, model, [0.3]).intervals()[0]
    ((edge, _),) = Plane.of(plane).intervals()[0]
    assert curve == pytest.approx(epsilon, rel=2e-3)
    assert edge == pytest.approx(epsilon, rel=2e-3)


def test_an_efficiency_over_the_mass_is_in_both(tmp_path: Path) -> None:
    """Half of the efficiency is a limit that is weaker by the root of two."""
    limits = {}
    for name, share in (("flat", 0.5), ("falling", 0.25)):
        (tmp_path / f"{name}.toml").write_text(
            f'extends = "na64e-2018"\ntitle = "{name}"\n'
            '[[searches]]\nname = "invisible"\n[[searches.data_sets]]\nname = "2016-2018"\n'
            'source = "a test"\nsignal_efficiency = {against = "mediator_mass_GeV", points = '
            f"[[0.001, 0.5], [0.05, 0.5], [0.1, {share}], [1.0, {share}]]}}\n"
        )
        experiment = load_experiment(tmp_path / f"{name}.toml")
        x, y = Axis("mediator_mass", 0.2, 0.202, 3), Axis("kinetic_mixing", 1e-5, 1e-1, 81)
        plane = Plane.of(exclusion_plane(experiment, DarkPhoton, x, y, SCALAR))
        model = build(DarkPhoton, {**SCALAR, "mediator_mass": 0.2, "kinetic_mixing": 1e-3})
        edges_agree(plane, exclusion_curve(experiment, model, x))
        limits[name] = plane.intervals()[0][0][0]
    assert limits["falling"] / limits["flat"] == pytest.approx(2**0.5, rel=1e-3)


@pytest.mark.parametrize(
    ("card", "kind", "own"),
    [
        ("na64e-2018", DarkPhoton, {"dark_matter": "complex_scalar", "mediator_mass": 0.25}),
        ("na64e-2018", InelasticDarkMatter, {"splitting": 0.4, "mediator_mass": 0.3}),
    ],
)
def test_alpha_D_along_an_axis(
    card: str, kind: type[DecayingMediator], own: dict[str, Any]
) -> None:
    """One response serves all alpha_D in a plane; each has its own in a curve."""
    fixed = {"mass_ratio": 3.0, **own}
    x, y = Axis("alpha_D", 0.1, 0.12, 3), Axis("kinetic_mixing", 1e-4, 1e-1, 161)
    experiment = load_experiment(card)
    plane = Plane.of(exclusion_plane(experiment, kind, x, y, fixed))
    model = build(kind, {**fixed, "alpha_D": 0.1, "kinetic_mixing": 1e-3})
    edges_agree(plane, exclusion_curve(experiment, model, x), allowance=3e-4)


def test_alpha_D_upwards_at_fixed_y() -> None:
    """Below the limit all is excluded: the mixing falls with alpha_D."""
    fixed = {"mass_ratio": 3.0, "dark_matter": "complex_scalar", "y": 1e-13}
    x, y = Axis("mediator_mass", 0.02, 0.0202, 3), Axis("alpha_D", 1e-5, 1.0, 161)
    experiment = load_experiment("na64e-2018")
    plane = Plane.of(exclusion_plane(experiment, DarkPhoton, x, y, fixed))
    model = build(DarkPhoton, {**SCALAR, "mediator_mass": 0.02, "kinetic_mixing": 1e-3})
    curve = exclusion_curve(experiment, model, x, quantity="alpha_D", y=1e-13)
    assert curve.side == "lower"
    edges_agree(plane, curve, allowance=3e-4)


def test_alpha_D_may_start_at_zero() -> None:
    """Where nothing is dark; all other points are as if the axis started at them."""
    fixed = {"mediator_mass": 0.1, "mass_ratio": 3.0, "dark_matter": "dirac"}
    y = Axis("kinetic_mixing", 1e-6, 1e-2, 21)
    experiment = load_experiment("na64e-2018")
    whole, rest = (
        Plane.of(
            exclusion_plane(experiment, DarkPhoton, Axis("alpha_D", *ends, "linear"), y, fixed)
        )
        for ends in ((0.0, 1.0, 5), (0.25, 1.0, 4))
    )
    assert all(
        "alpha_D: 0 leaves the mediator no invisible decay" in whole.refused[0, j]
        for j in range(21)
    )
    np.testing.assert_allclose(whole.excess[1:], rest.excess, rtol=1e-9)
