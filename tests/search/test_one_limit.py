"""A card has one limit, whatever computes it, and more data do not weaken it."""

import json
from pathlib import Path

import pytest
from tests.cards.simple import WINDOW
from typer.testing import CliRunner

from scotopic.cli.base import app
from scotopic.cli.commands import register
from scotopic.models.dark_photon import DarkPhoton
from scotopic.scan.plane import Plane, exclusion_plane
from scotopic.search import exclusion_curve, load_experiment
from scotopic.search.axis import Axis

SCALAR = DarkPhoton(
    mediator_mass=0.1,
    kinetic_mixing=1e-3,
    alpha_D=0.1,
    mass_ratio=3.0,
    dark_matter="complex_scalar",
)
CLEAN = (2e11, 0.1, 0.0, 0)
DIRTY = (1e11, 5.0, 0.0, 5)
SETS = (CLEAN, DIRTY, (3e11, 0.4, 0.2, 1), (5e10, 0.0, 0.0, 0), (4e11, 2.0, 1.0, 1))


def card_of(directory: Path, sets: tuple[tuple[float, float, float, int], ...]) -> Path:
    """A card of NA64's window with exposures, backgrounds, their uncertainties and events."""
    head = f"""
extends = '{WINDOW}'
replace = ["searches[invisible].data_sets"]
title = "invented"
[[searches]]
name = "invisible"
"""
    parts = [
        f"""
[[searches.data_sets]]
name = "{i}"
kind = "measurement"
particles_on_target = {exposure}
signal_efficiency = 0.5
signal_efficiency_uncertainty = 0.0
observed_events = {n}
source = "invented"
background = [{{ name = "b", expected_events = {b}, uncertainty_events = {db} }}]
"""
        for i, (exposure, b, db, n) in enumerate(sets)
    ]
    file = directory / f"{len(sets)}.toml"
    file.write_text(head + "".join(parts))
    return file


def test_a_dirty_run_does_not_weaken_the_limit(tmp_path: Path) -> None:
    """With the events added up the second run made 3.998e-4 to 4.866e-4."""
    clean, both = (
        exclusion_curve(load_experiment(card_of(tmp_path, sets)), SCALAR, [0.1]).limits()[0]
        for sets in ((CLEAN,), (CLEAN, DIRTY))
    )
    assert clean == pytest.approx(3.998e-4, rel=1e-3)
    assert both == pytest.approx(0.928 * clean, rel=1e-3)  # a sum over outcomes with scipy


@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_card_has_one_limit(tmp_path: Path, number: int) -> None:
    """A curve, a plane, and the likelihood exported and read again allow as many events."""
    register("export")
    register("likelihood")
    card = card_of(tmp_path, SETS[:number])
    experiment = load_experiment(card)
    curve = exclusion_curve(experiment, SCALAR, [0.1])["allowed_events"][0, 0, 0]
    plane = exclusion_plane(
        experiment,
        DarkPhoton,
        Axis("mediator_mass", 0.1, 0.2, 2),
        Axis("kinetic_mixing", 1e-4, 1e-3, 2),
        {"alpha_D": 0.1, "mass_ratio": 3, "dark_matter": "complex_scalar"},
    )
    assert Plane.of(plane).limit_events == pytest.approx(curve, rel=1e-6)
    workspace = str(tmp_path / "workspace.json")
    run = CliRunner().invoke
    exported = run(app, ["export", "likelihood", str(card), "--file", workspace])
    assert exported.exit_code == 0, exported.output
    found = run(app, ["likelihood", "limit", workspace, "--json"])
    assert json.loads(found.stdout)["value"] == pytest.approx(curve, rel=1e-6)
