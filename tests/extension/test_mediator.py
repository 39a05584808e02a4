"""A mediator in one file outside of the package, with a coupling of its own name."""

import sys
from pathlib import Path

import numpy as np
import pytest
from tests.extension.sterile import SterileVector
from tests.program import rows, scotopic_alone

from scotopic.cosmology.freeze_out import thermal_coupling
from scotopic.errors import CardError, RangeError
from scotopic.figures import draw_limit, draw_plane
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.metadata import parameters
from scotopic.models.parameters import build, parameter, parameter_names, value_of
from scotopic.models.registry import (
    model_class,
    model_name,
    model_names,
    register_model,
)
from scotopic.processes.calculation import Calculation
from scotopic.scan.plane import Plane
from scotopic.scan.plane_files import write_plane
from scotopic.scan.run import compute_run_card
from scotopic.scan.run_card import load_run_card
from scotopic.search import Search, exclusion_curve
from scotopic.units import ALPHA

HERE = Path(__file__).parent
WITHOUT_MESONS = Calculation(processes=("bremsstrahlung", "annihilation"))
DARK = {"alpha_D": 0.1, "mass_ratio": 3.0}

CARD = """
title = "sterile"
source = "a test"
model = "{model}"
[fixed]
alpha_D = 0.1
mass_ratio = 3
[x]
parameter = "mediator_mass"
minimum = 0.02
maximum = 0.4
points = 3
[y]
parameter = "{axis}"
minimum = 1e-6
maximum = 1e-1
points = 60
[[limits]]
label = "NA64e"
experiment = "na64e-2018"
[[thermal_lines]]
label = "thermal relic"
"""


def test_it_is_known_by_its_name_and_by_its_place() -> None:
    assert model_class("sterile_vector") is SterileVector
    assert model_class("tests.extension.sterile:SterileVector") is SterileVector
    assert model_name(SterileVector) == "sterile_vector"
    assert "sterile_vector" in model_names()


def test_its_parameters_are_those_of_its_class() -> None:
    known = parameters(SterileVector)
    assert list(known) == [
        "mediator_mass", "sterile_coupling", "alpha_D", "mass_ratio", "flavour_number"
    ]  # fmt: skip
    assert (known["mediator_mass"].label, known["mediator_mass"].unit) == ("m_{V}", "GeV")
    assert known["mass_ratio"].label == "m_{V}/m_{N}"
    assert (known["sterile_coupling"].label, known["sterile_coupling"].role) == ("g_s", "coupling")
    assert known["flavour_number"].label == r"\mathrm{flavour\ number}"
    assert {"sterile_coupling_squared", "y", "delta_a_e"} <= set(parameter_names(SterileVector))
    assert parameter(SterileVector, "sterile_coupling_squared").label == "g_s^2"


@pytest.mark.parametrize(
    "name", ["coupling", "sterile_coupling_squared", "coupling_squared", "y", "delta_a_e"]
)
def test_names_of_its_coupling_are_inverse_to_each_other(name: str) -> None:
    model = SterileVector(mediator_mass=0.1, sterile_coupling=1e-4, **DARK)
    again = build(SterileVector, {"mediator_mass": 0.1, name: value_of(model, name), **DARK})
    assert again.sterile_coupling == pytest.approx(1e-4, rel=1e-12)


def test_it_says_what_it_couples_to() -> None:
    assert SterileVector(mediator_mass=0.1, sterile_coupling=1e-4, **DARK).couples_to == {
        "electron"
    }


def test_below_two_muons_it_freezes_out_as_a_dark_photon_does() -> None:
    """Then e+ e- is all that either annihilates into; m_chi = 10 MeV: no tail to the muons."""
    own = SterileVector(mediator_mass=0.03, sterile_coupling=1e-4, **DARK)
    photon = DarkPhoton(mediator_mass=0.03, kinetic_mixing=1e-4, **DARK, dark_matter="dirac")
    expected = thermal_coupling(photon).kinetic_mixing
    assert thermal_coupling(own).kinetic_mixing == pytest.approx(expected, rel=1e-6)


def test_its_curve_is_that_of_a_dark_photon_and_has_its_label() -> None:
    """Visible decays are the only difference, epsilon^2 ALPHA of alpha_D, and vector mesons."""
    experiment = Search.of("na64e-2018", calculation=WITHOUT_MESONS)
    photon = DarkPhoton(mediator_mass=1, kinetic_mixing=1, **DARK, dark_matter="dirac")
    own = exclusion_curve(
        experiment, SterileVector(mediator_mass=1, sterile_coupling=1, **DARK), [0.1, 0.2]
    )
    expected = exclusion_curve(experiment, photon, [0.1, 0.2])
    assert own.limits() == pytest.approx(expected.limits(), rel=1e-6)
    assert own.limits()[-1] ** 2 * ALPHA < 1e-6 * DARK["alpha_D"]
    (axes,) = draw_limit(own).axes
    assert axes.get_ylabel() == "sterile coupling $g_s$"
    with pytest.raises(RangeError, match="kinetic_mixing and sterile_coupling have no common axis"):
        draw_limit([expected, own])


@pytest.mark.parametrize("axis", ["sterile_coupling", "coupling"])
def test_a_plane_with_an_axis_of_its_coupling(axis: str, tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_text(CARD.format(model="sterile_vector", axis=axis))
    card, place = load_run_card(str(path))
    found = compute_run_card(card, place)
    photon = exclusion_curve(
        Search.of("na64e-2018", calculation=WITHOUT_MESONS),
        DarkPhoton(mediator_mass=1, kinetic_mixing=1, **DARK, dark_matter="dirac"),
        card.x.axis().values,
    )
    edges = [stretches[0][0] for stretches in Plane.of(found, "NA64e").intervals()]
    np.testing.assert_allclose(edges, photon.limits(), rtol=2e-3)
    figure = draw_plane(found)
    labels = {"sterile_coupling": "sterile coupling $g_s$", "coupling": "coupling $g$"}
    assert figure.axes[0].get_ylabel() == labels[axis]
    assert "$m_{V}/m_{N} = 3$" in figure.axes[0].texts[0].get_text()
    write_plane(found, tmp_path, 1.0)
    header = (tmp_path / "thermal.csv").read_text().splitlines()[2]
    assert "sterile_coupling" in header


def test_the_command_finds_it_in_the_current_directory(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text((HERE / "sterile.py").read_text())
    options = ("--model", "mine:SterileVector", "--set", "flavour_number=2", "--points", "3")
    done = scotopic_alone("limit", "na64e-2018", *options, "--output", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = rows(tmp_path / "out" / "limit.csv")
    assert all(0 < float(row["sterile_coupling"]) < 1 for row in found)
    assert (tmp_path / "out" / "limit.png").is_file()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("nowhere:Model", None, "model: 'nowhere:Model' cannot be imported: ModuleNotFoundError"),
        ("broken:Model", "1 +", "model: 'broken:Model' cannot be imported: SyntaxError"),
        ("empty:Model", "", "model: 'empty:Model' cannot be imported: AttributeError"),
        ("other:Model", "Model = dict", "model: 'other:Model' is no class that derives from"),
        ("sterile_vectr", None, "'sterile_vectr' is not one of the models; did you mean"),
    ],
)
def test_what_is_no_model_is_named(
    name: str,
    text: str | None,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    if text is not None:
        (tmp_path / f"{name.partition(':')[0]}.py").write_text(text)
    with pytest.raises(RangeError) as refused:
        model_class(name)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    (tmp_path / "card.toml").write_text(CARD.format(model=name, axis="coupling"))
    with pytest.raises(CardError, match=r"model: '.*'"):
        load_run_card(str(tmp_path / "card.toml"))


INCOMPLETE = """
from dataclasses import dataclass
from scotopic.models.mediator import DecayingMediator
@dataclass(frozen=True, kw_only=True)
class Model(DecayingMediator):
    coupling_field = "g"
    symbol = "X"
    spin_parity = "scalar"
    dark_threshold = 1.0
    def lepton_coupling(self, lepton): return 0.0
    def dark_widths_at(self, mass): return {}
"""
WIDTHS = "    def visible_widths_at(self, mass): return {}\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("incomplete", INCOMPLETE, "'incomplete:Model' lacks visible_widths_at"),
        ("without", INCOMPLETE + WIDTHS, "'without:Model' is no dataclass with the field g"),
    ],
)
def test_what_a_class_lacks_is_named(
    name: str, text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (tmp_path / f"{name}.py").write_text(text)
    with pytest.raises(RangeError, match=message):
        model_class(f"{name}:Model")


def test_names_are_not_taken_twice() -> None:
    with pytest.raises(RangeError, match="'dark_photon' is taken"):
        register_model("dark_photon")(SterileVector)
    with pytest.raises(RangeError, match="'sterile_vector' is taken"):
        register_model("sterile_vector")(DarkPhoton)
