"""A signature in one file outside of the package."""

from pathlib import Path

import numpy as np
import pytest
from tests.extension.single_photon import SinglePhoton
from tests.program import scotopic_alone

from scotopic.errors import CardError, RangeError
from scotopic.models.charged_vector import BMinusL
from scotopic.models.dark_photon import DarkPhoton
from scotopic.processes.bremsstrahlung import bremsstrahlung_above
from scotopic.processes.calculation import Calculation
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.search.acceptance import acceptance_curve
from scotopic.signatures.base import SIGNATURES, dump_of

PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
)
CARD = """
extends = "na64e-2018"
replace = ["searches"]
title = "photons"

[[searches]]
name = "photon"
signature = "{signature}"
source = "a test"

[searches.selection]
{key} = {energy}
efficiency = 0.25

[[searches.data_sets]]
name = "run"
kind = "measurement"
particles_on_target = 1e11
signal_efficiency = 1.0
signal_efficiency_uncertainty = 0.0
background = []
observed_events = 0
source = "a test"
"""


def card(tmp_path: Path, **changes: str) -> Path:
    values = {"signature": "single-photon", "key": "least_energy_GeV", "energy": "60.0"}
    path = tmp_path / "photons.toml"
    path.write_text(CARD.format(**(values | changes)))
    return path


@pytest.mark.parametrize("name", ["single-photon", "tests.extension.single_photon:SinglePhoton"])
def test_limit_is_that_of_what_is_radiated(tmp_path: Path, name: str) -> None:
    """Its own table, its own response: eps = sqrt(ln(10)/(n eff N(> 60 GeV)))."""
    experiment = load_experiment(card(tmp_path, signature=name))
    how = Calculation(processes=("bremsstrahlung",))
    search = Search.of(experiment, calculation=how, method="poisson")
    masses = [0.01, 0.1, 0.5]
    found = exclusion_curve(search, PHOTON, masses)
    models = [DarkPhoton(mediator_mass=m, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3,
                         dark_matter="dirac") for m in masses]  # fmt: skip
    made = bremsstrahlung_above(dump_of(experiment), models, np.array([60.0]), how)[:, 0]
    np.testing.assert_allclose(
        found.limits(), np.sqrt(np.log(10) / (1e11 * 0.25 * made)), rtol=1e-9
    )
    assert found.attributes["searches"] == [["photons", "photon"]]


def test_its_acceptance_is_what_it_says(tmp_path: Path) -> None:
    """By mass that of its responses, with what stands for the rest; it has no one window."""
    found = acceptance_curve(card(tmp_path), PHOTON, [0.01, 0.1])
    (line,) = (one for one in found.lines if one.process == "bremsstrahlung")
    np.testing.assert_allclose(line.accepted, 0.25, rtol=1e-12)
    assert found.remarks[0].startswith(
        "photons: computed: what the signature says by itself; a flat efficiency of 1 +- 0"
    )
    with pytest.raises(RangeError, match="against: photons: 'single-photon' has no one window"):
        acceptance_curve(card(tmp_path), PHOTON, [0.1], against="energy")


def test_it_joins_others_in_one_likelihood(tmp_path: Path) -> None:
    """Events of two experiments without background add up against one limit."""
    mine, muons = load_experiment(card(tmp_path)), load_experiment("na64mu")
    model = BMinusL(mediator_mass=0.1, gauge_coupling=1e-4)
    found = exclusion_curve(Search.of([mine, muons]), model, [0.1])
    assert found.labels == ("combined", "photons", "NA64mu 2022")
    both, *alone = (found.limits(label)[0] for label in found.labels)
    assert both < min(alone)
    assert 1 / both**2 == pytest.approx(sum(1 / one**2 for one in alone), rel=0.05)


def test_a_card_may_have_it_beside_another(tmp_path: Path) -> None:
    """It says that its events are none of the other's."""
    text = card(tmp_path).read_text().replace('replace = ["searches"]\n', "")
    path = tmp_path / "both.toml"
    path.write_text(text)
    experiment = load_experiment(path)
    assert [s.signature for s in experiment.searches] == ["missing-energy", "single-photon"]
    only = Search.of(experiment, signatures=("single-photon",))
    assert [part.card.name for part in only.parts] == ["photon"]
    by_place = Search.of(experiment, signatures=("tests.extension.single_photon:SinglePhoton",))
    assert [part.card.name for part in by_place.parts] == ["photon"]
    whole = exclusion_curve(experiment, PHOTON, [0.1]).limits()[0]
    assert whole < exclusion_curve(only, PHOTON, [0.1]).limits()[0]


def test_its_table_is_checked_like_any_other(tmp_path: Path) -> None:
    for changes, message in (
        (
            {"key": "least_energy"},
            r"\.selection\.least_energy: unknown key; did you mean",
        ),
        ({"energy": "-1.0"}, r"searches\[0\].selection.least_energy_GeV: -1.0 is not positive"),
        ({"energy": "200.0"}, r"selection.least_energy_GeV: 200.0 is not below beam.energy_GeV"),
        (
            {"signature": "double-photon"},
            r"\.signature: .* did you mean 'single-photon'",
        ),
    ):
        with pytest.raises(CardError, match=message):
            load_experiment(card(tmp_path, **changes))


def test_it_is_known_and_refused_by_name() -> None:
    assert "single-photon" in SIGNATURES.names()
    assert isinstance(SIGNATURES["single-photon"], SinglePhoton)
    with pytest.raises(RangeError, match=r"known: missing-energy, .*, single-photon"):
        Search.of(load_experiment("na64e-2018"), signatures=("zzz",))
    with pytest.raises(RangeError, match="has one of single-photon"):
        Search.of(load_experiment("na64e-2018"), signatures=("single-photon",))


def test_the_command_takes_its_card(tmp_path: Path) -> None:
    path = card(tmp_path, signature="tests.extension.single_photon:SinglePhoton")
    options = ("--signature", "tests.extension.single_photon:SinglePhoton", "--points", "3")
    output = ("--no-figure", "--output", tmp_path / "out")
    done = scotopic_alone("limit", path, *options, *output, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    assert "kinetic_mixing" in (tmp_path / "out" / "limit.csv").read_text()
