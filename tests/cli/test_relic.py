"""Thermal lines from the command line: files, one point, and what it says of mistakes."""

import csv
import json
import sys
from pathlib import Path

import pytest

from scotopic.cli import main
from scotopic.cosmology.freeze_out import relic_abundance, thermal_coupling
from scotopic.experiments.kinds import KINDS
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.scan.relic import thermal_lines_alone
from scotopic.scan.run_card import load_run_card
from scotopic.search.result_files import read_result

GALLERY = KINDS["plane"].directory or Path()
TARGETS = """
title = "targets"
source = "a test"
model = "dark_photon"
[fixed]
alpha_D = 0.1
mass_ratio = 3
[x]
parameter = "dark_matter_mass"
minimum = 0.01
maximum = 3.0
points = 3
[y]
parameter = "y"
minimum = 1e-14
maximum = 1e-6
points = 20
[[thermal_lines]]
label = "scalar"
fixed = { dark_matter = "complex_scalar" }
[[thermal_lines]]
label = "Dirac"
fixed = { dark_matter = "dirac" }
[[cmb]]
label = "CMB"
fixed = { dark_matter = "dirac" }
"""


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "targets.toml"
    path.write_text(TARGETS)
    return path


def scotopic(patch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    patch.setattr(sys, "argv", ["scotopic", *map(str, arguments)])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def test_lines_leave_points_gaps_and_a_figure(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    assert scotopic(monkeypatch, "relic", card, "--output", output) == 0
    assert {f.name for f in output.iterdir()} == {
        "thermal.csv",
        "result.json",
        "thermal.png",
        "thermal.pdf",
    }
    found = rows(output / "thermal.csv")
    assert [row["line"] for row in found] == ["scalar"] * 3 + ["Dirac"] * 3
    for row in found:  # 3 GeV is beyond the table of R(s)
        if float(row["dark_matter_mass"]) < 1:
            assert row["status"] == "ok"
            assert 0 < float(row["y"]) < 1
        else:
            assert row["status"].startswith("mediator_mass: 6 GeV")
            assert row["y"] == row["kinetic_mixing"] == ""
    result = json.loads((output / "result.json").read_text())
    assert "NaN" not in (output / "result.json").read_text()
    layers = {layer["label"]: layer for layer in result["layers"]}
    points = layers["Dirac"]["attributes"]["points"]
    assert [point["y"] is None for point in points] == [False, False, True]
    # thermal lines alone
    assert {layer["kind"] for layer in result["layers"]} == {"thermal line"}
    printed = capsys.readouterr()
    assert "scalar: Omega h^2 = 0.12 at 2 points" in printed.out
    assert "Dirac: no point at dark_matter_mass = 3: mediator_mass: 6 GeV" in printed.err


def test_plane_draws_lines_and_the_bound(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    assert scotopic(monkeypatch, "plane", card, "--output", output) == 0
    assert (output / "plane.png").exists()
    assert not (output / "boundaries.csv").exists()  # no limits
    result = read_result(output / "result.json")
    (points,) = (one.attributes["points"] for one in result.layers if one.kind == "cmb")
    thermal = [row for row in rows(output / "thermal.csv") if row["line"] == "Dirac"]
    assert points[0]["y"] < float(thermal[0]["y"])  # a thermal Dirac particle is excluded


def test_json_goes_to_the_output_alone(
    card: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert scotopic(monkeypatch, "relic", card, "--json", "--omega-h2", "0.06") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["attributes"]["card"]["thermal_lines"][0]["omega_h2"] == 0.06
    assert not (tmp_path / "out").exists()


def test_point(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    at = ("--at", "mediator_mass=0.3", "--at", "kinetic_mixing=4e-3")
    assert scotopic(monkeypatch, "relic", "na64-2021-fig4", *at, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    model = InelasticDarkMatter(
        mediator_mass=0.3, kinetic_mixing=4e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
    )
    assert found["thermal"]["kinetic_mixing"] == thermal_coupling(model).kinetic_mixing
    assert found["omega_h2"] == relic_abundance(model).value
    assert 0.12 < found["omega_h2"] < 0.12 * (found["thermal"]["kinetic_mixing"] / 4e-3) ** 2
    assert 15 < found["freeze_out_x"] < 25


def test_point_says_the_caveat(
    card: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between m_chi and 2 m_chi the mediator is allowed, and a warning comes with it."""
    at = ("--at", "dark_matter_mass=0.1", "--at", "y=1e-9", "--at", "mass_ratio=1.5")
    assert scotopic(monkeypatch, "relic", card, *at) == 0
    printed = capsys.readouterr()
    assert "Omega h^2 = " in printed.out
    assert "caveat: thermal annihilation into A' A'" in printed.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--at", "splitting=-0.1"), "splitting=-0.1: -0.1 is not between"),
        (("--at", "mass_ratio=0.3"), "mass_ratio: 0.3 is not above splitting = 0.4"),
        (("--at", "mass_ratio=0.9"), "mass_ratio: 0.9 is not above 1"),
        (("--at", "alpha_D=3"), "alpha_D=3.0: 3.0 is not between 0 and 1"),
        (("--at", "alfa_D=0.3"), "alfa_D=0.3: is no parameter"),
        (("--at", "alpha_D=abc"), "alpha_D=abc: 'abc' is not a number"),
        (("--at", "alpha_D"), "--at alpha_D: is not of the form"),
        (("--at", "alpha_D=0.1", "--at", "alpha_D=0.2"), "alpha_D is given already, as 0.1"),
        (("--at", "mass_ratio=1e300"), "mass_ratio=1e+300: 1e+300 is not between"),
        (("--at", "alpha_D=0"), "alpha_D: 0.0"),
        (("--omega-h2", "nan"), "omega_h2: nan"),
    ],
)
def test_bad_points_are_named(
    arguments: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    at = ("--at", "mediator_mass=0.3", "--at", "kinetic_mixing=4e-3")
    assert scotopic(monkeypatch, "relic", "na64-2021-fig4", *at, *arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_absurd_coupling_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--at", "dark_matter_mass=0.1", "--at", "y=1e300")
    assert scotopic(monkeypatch, "relic", "thermal-targets", *at) == 2
    told = capsys.readouterr().err
    assert "kinetic_mixing" in told
    assert "is not between 1e-50 and 1e+50" in told


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("alpha_D = 0.1", "alpha_D = 3", "fixed.alpha_D: 3.0 is not between 0 and 1"),
        ("mass_ratio = 3", "mass_ratio = -3", "mass_ratio: -3"),
        (
            "mass_ratio = 3",
            "mass_ratio = 3\nsplitting = -0.1",
            "fixed.splitting: -0.1 is not",
        ),
        ("mass_ratio = 3", "mass_ratios = 3", "fixed.mass_ratios"),
        ('"dirac"', '"direc"', "thermal_lines[1].fixed.dark_matter: 'direc'"),
        ('label = "scalar"', 'labels = "scalar"', "thermal_lines[0].labels: unknown key"),
        ('label = "scalar"', 'label = "Dirac"', "thermal_lines[1].label: 'Dirac' is there"),
        ('fixed = { dark_matter = "dirac" }', "fixed = { y = 1e-9 }", "fixed.y: y of the plane's"),
    ],
)
def test_bad_cards_are_named(
    old: str,
    new: str,
    message: str,
    card: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert old in TARGETS
    card.write_text(TARGETS.replace(old, new, 1))
    assert scotopic(monkeypatch, "relic", card, "--no-figure") == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (card.parent / "out").exists()


@pytest.mark.parametrize("name", sorted(path.stem for path in GALLERY.glob("*.toml")))
def test_styles_of_limits_are_left_out_of_the_lines(name: str) -> None:
    """A card may speak of the colours of its limits, which the figure of its lines has not."""
    card = thermal_lines_alone(load_run_card(name)[0])
    labels = [one.label for one in card.thermal_lines]
    assert card.figure is None or not list(card.figure.unknown(labels))
