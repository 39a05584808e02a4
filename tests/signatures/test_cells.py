"""Central cells in semi-visible events, against a walk through the set-up; what cards may ask."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.detector.calorimeter import ShowerModel
from scotopic.detector.lateral import LateralModel
from scotopic.errors import CardError
from scotopic.events.simulation import Events, simulate
from scotopic.experiments import Experiment
from scotopic.materials import Layer, Target, material
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.processes.calculation import Calculation
from scotopic.progress import silent
from scotopic.search import Search, load_experiment
from scotopic.search.thresholds import with_thresholds
from scotopic.signatures.base import Question
from scotopic.signatures.cells import CellPassing
from scotopic.signatures.decay_chains import acceptance
from scotopic.signatures.missing_energy import window_of
from scotopic.signatures.segments import SegmentPassing
from scotopic.signatures.semi_visible import semi_visible_responses

FloatArray = npt.NDArray[np.float64]

CARD = """
extends = "na64e-2018"
replace = ["searches[invisible].selection"]
title = "Cells"
description = "NA64e with cuts on cells that tests write"

[[detectors]]
name = "HCAL1"
layers = [{material = "iron", thickness_cm = 2.5}, {material = "polystyrene", thickness_cm = 0.4}]
source = "assumption"

[[searches]]
name = "invisible"
source = "assumption"

[searches.selection]
calorimeter = "ECAL"
minimum_calorimeter_energy_GeV = 0.0
maximum_calorimeter_energy_GeV = 50.0
vetoes = []

[[searches.selection.central_cells]]
name = "cells"
"""
ECAL = 'detectors = ["ECAL"]\ncells = 3\naxis_spread_cm = 1.0\n'
HCAL = 'detectors = ["HCAL1"]\ncells = 1\naxis_spread_cm = 1.0\n'
HALF_CM = {"ECAL": 1.5 * 22.92 / 6, "HCAL1": 10.0}
IRON = Target((Layer(material("iron"), 2.5), Layer(material("polystyrene"), 0.4)), 1).homogenised
HOW = Calculation(processes=("bremsstrahlung",))
MODEL = InelasticDarkMatter(
    mediator_mass=1.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3, splitting=0.4
)


def card(tmp_path: Any, keys: str) -> Experiment:
    path = tmp_path / "cells.toml"
    path.write_text(CARD + keys, encoding="utf-8")
    return load_experiment(path)


def question(experiment: Experiment) -> Question:
    return Search.of(experiment, calculation=HOW).parts[0].question


def events(asked: Question, number: int) -> Events:
    return simulate(asked.dump, MODEL, 1, number, minimum_energy=30.0, calculation=HOW)


def walked(asked: Question, made: Events, detector: str, limit: float, ctau: float) -> FloatArray:
    """Accepted yield and its error: decays, showers, places and measured energies are drawn."""
    rng = np.random.default_rng(7)
    n, half = len(made), HALF_CM[detector]
    position = made.production_depth_cm + rng.exponential(ctau, n) * made.chi2_beta_gamma[:, 0]
    beam = rng.standard_normal((2, n))
    phi = rng.uniform(0, 2 * np.pi, n)
    flown = (position - made.production_depth_cm) * made.transverse_slope[:, 0]
    pair = np.stack([made.electron_energy[:, 0], made.positron_energy[:, 0]])
    rest = asked.dump.energy - made.mediator_energy

    def outside(substance: Any, energy: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
        showers = ShowerModel.of(substance).showers(energy, rng.standard_normal((n, 2)))
        return energy * LateralModel.of(substance).outside(showers, half, x, y)

    lead = asked.experiment.target.material
    whole, out = rest.copy(), np.zeros(n)
    if detector == "ECAL":
        here, substance = position < 45.0, lead
        out += outside(lead, rest, *beam)
    else:
        here, substance = (position >= 55.0) & (position < 250.0), IRON
        whole *= 0
    for one in pair:
        x, y = beam + flown * np.array([np.cos(phi), np.sin(phi)])
        out += here * outside(substance, one, x, y)
        whole += here * one
    a = {"ECAL": 0.1, "HCAL1": 0.6}[detector]
    seen_out, seen_in = (e + a * np.sqrt(e) * rng.standard_normal(n) for e in (out, whole - out))
    kept = (whole == 0) | (seen_out < limit * (seen_out + seen_in))
    ecal = rest + np.where(position < 45.0, pair.sum(axis=0), 0.0)
    window = asked.experiment.visible_energy_resolution("ECAL").sigma_GeV(ecal)
    kept &= ecal + window * rng.standard_normal(n) < 50.0
    accepted = made.weight * kept
    return np.array([accepted.sum(), accepted.std() * np.sqrt(n)])


@pytest.mark.parametrize(
    ("keys", "detector", "limit", "ctau_cm"),
    [
        (ECAL, "ECAL", 0.05, 0.01),
        (ECAL, "ECAL", 0.04, 1e5),
        (HCAL, "HCAL1", 0.02, 1.0),
        (HCAL, "HCAL1", 0.5, 0.3),
    ],
)
def test_agrees_with_a_walk_through_the_set_up(
    tmp_path: Any, keys: str, detector: str, limit: float, ctau_cm: float
) -> None:
    """Within three errors: decays are in the middle of a detector here, where they are there."""
    asked = question(card(tmp_path, f"{keys}maximum_outside_fraction = {limit}\n"))
    made, rng = events(asked, 16_384), np.random.default_rng(1)
    normals, azimuth = rng.standard_normal((len(made), 2, 2, 2)), rng.uniform(0, 7, len(made))
    beam = rng.standard_normal((4, len(made)))
    passing = CellPassing.of(asked)
    assert passing is not None
    deposits = passing.deposits(made, normals, beam, azimuth)
    selection: Any = asked.selection
    bare, found = (
        acceptance(asked.experiment, selection, made, normals, None, one).expected([ctau_cm])[0]
        for one in ((), deposits)
    )
    expected, error = walked(asked, made, detector, limit, ctau_cm)
    assert found == pytest.approx(expected, abs=3 * error)
    assert found < bare


def test_invisible_mediators_pass_as_those_that_live_long(tmp_path: Any) -> None:
    """One simulates events, the other folds a spectrum."""
    asked = question(card(tmp_path, ECAL + "maximum_outside_fraction = 0.05\n"))
    bare = asked.selection.model_copy(update={"central_cells": ()})
    model = replace(MODEL, mediator_mass=0.2, splitting=0.2)
    whole, part = (
        semi_visible_responses(replace(asked, selection=chosen), [model], silent)[0](
            np.array([1e-7]), np.array([0.1])
        ).per_particle[0]
        for chosen in (bare, asked.selection)
    )
    passing = SegmentPassing.of(asked, window_of(asked))
    assert passing is not None
    photon = DarkPhoton(
        mediator_mass=0.2, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
    )
    share = passing.shares("bremsstrahlung", [photon])
    assert 0.6 < share.values[0] < 0.95
    assert share.errors[0] < 0.005
    assert part / whole == pytest.approx(share.values[0], rel=0.015)


def test_thresholds_move_to_the_ends_of_their_ranges(tmp_path: Any) -> None:
    limits = "maximum_outside_fraction = 0.1\nmaximum_outside_fraction_range = [0.05, 0.2]\n"
    ranged = card(tmp_path, ECAL + limits)
    for end, expected in (("strictest", 0.05), ("loosest", 0.2)):
        moved: Any = question(with_thresholds(ranged, end)).selection  # type: ignore[arg-type]
        assert moved.central_cells[0].maximum_outside_fraction == expected


LIMIT = "maximum_outside_fraction = 0.1\n"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (ECAL.replace("ECAL", "ECALL") + LIMIT, "central_cells[0].detectors[0]: 'ECALL' is no"),
        (ECAL.replace("= 3", "= 6") + LIMIT, "cells: 6 leaves none of the 6 x 6 cells of 'ECAL'"),
        (HCAL.replace("HCAL1", "HCAL2") + LIMIT, "detectors[0]: 'HCAL2' has no layers"),
        (HCAL.replace("HCAL1", "VETO") + LIMIT, "detectors[0]: 'VETO' has no cells"),
        (ECAL + "maximum_outside_fraction = 1\n", "maximum_outside_fraction: 1 is not below 1"),
        (
            ECAL + LIMIT + "maximum_outside_fraction_range = [0.2, 0.3]\n",
            "maximum_outside_fraction_range: 0.2 to 0.3 has not maximum_outside_fraction = 0.1",
        ),
        (
            ECAL + LIMIT + '[[detectors]]\nname = "ECAL"\nwidth_cm = 30.0\nsource = "x"\n',
            "cells of 'ECAL' are no squares but 5 by 3.82 cm",
        ),
        (
            ECAL + LIMIT + '[[detectors]]\nname = "HCAL2"\n'
            'layers = [{material = "steel", thickness_cm = 1.0}]\nsource = "x"\n',
            "layers[0].material: 'steel' is not a material",
        ),
    ],
)
def test_refuses_cells_that_are_not_there(tmp_path: Any, keys: str, message: str) -> None:
    with pytest.raises(CardError) as error:
        Search.of(card(tmp_path, keys))
    assert message in str(error.value)
