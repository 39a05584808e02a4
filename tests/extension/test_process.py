"""A process in one file outside of the package."""

import importlib
import sys
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from scipy.integrate import quad
from tests.cards.simple import WINDOW

from scotopic.detector.window import EnergyWindow
from scotopic.errors import RangeError
from scotopic.events.simulation import simulate
from scotopic.materials import material
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.processes.dump import Dump
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.search.acceptance import acceptance_curve

BUILT_IN = ("bremsstrahlung", "annihilation", "photoproduction")
MODULE = "tests.extension.flat_production"
PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=1e-3, mass_ratio=3, dark_matter="dirac"
)
WEAK = replace(PHOTON, kinetic_mixing=1e-4)
INELASTIC = InelasticDarkMatter(
    mediator_mass=0.25, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
)
NA64 = load_experiment("na64e-2018")


@pytest.fixture(autouse=True)
def flat(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the toy's module, registered for one test alone: it counts for all that follow."""
    monkeypatch.setattr(PROCESSES, "_registered", dict(PROCESSES._registered))
    monkeypatch.setattr(PROCESSES, "_imported", dict(PROCESSES._imported))
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    return importlib.import_module(MODULE)


def limits(*processes: str, card: str = "na64e-2018") -> float:
    search = Search.of(load_experiment(card), calculation=Calculation(processes=processes))
    return float(exclusion_curve(search, PHOTON, [0.1]).limits()[0])


def expected(flat: ModuleType) -> float:
    """Return sqrt(allowed/(n eff PER_GEV Int A dE)); less than 1e-6 of the decays are visible."""
    window = EnergyWindow(100.0, 0.0, 50.0, NA64.visible_energy_resolution("ECAL"))
    accepted, _ = quad(
        lambda e: window.acceptance(np.array([e]))[0],
        40.0,
        100.0,
        points=[50.0],
        epsabs=1e-10,
    )
    allowed = exclusion_curve(NA64, PHOTON, [0.1])["allowed_events"][0, 0, 0]
    return float(np.sqrt(allowed / (2.84e11 * 0.5 * flat.PER_GEV * accepted)))


def test_limit_is_the_analytic_one(flat: ModuleType) -> None:
    found = limits("flat", card=str(WINDOW))
    assert found == pytest.approx(expected(flat), rel=1e-4, abs=0)  # its bins
    assert limits(f"{MODULE}:Flat", card=str(WINDOW)) == pytest.approx(found, rel=1e-12, abs=0)


def test_it_counts_by_default_with_all_others() -> None:
    """Events add up, and go as the squared coupling."""
    builtin = limits(*BUILT_IN)
    assert 1 / limits() ** 2 == pytest.approx(1 / builtin**2 + 1 / limits("flat") ** 2, rel=1e-6)
    result = exclusion_curve(NA64, PHOTON, [0.1])
    assert result.attributes["processes"] == [*BUILT_IN, "flat"]


def test_one_named_by_its_place_does_not_count_by_default() -> None:
    """It would count twice, since its module registers it by name too."""
    before = limits()
    limits(f"{MODULE}:Flat")
    assert PROCESSES.names()[-1] == "flat"
    assert limits() == before


def test_it_is_left_out_for_models_that_it_does_not_see() -> None:
    heavy = replace(PHOTON, mediator_mass=0.6)
    alone = Search.of(NA64, calculation=Calculation(processes=("flat",)))
    with pytest.raises(RangeError, match=r"flat: mediator_mass: 0\.6 GeV is not below"):
        exclusion_curve(alone, heavy, [0.6])
    builtin = Search.of(NA64, calculation=Calculation(processes=BUILT_IN))
    whole = exclusion_curve(NA64, heavy, [0.3, 0.6]).limits()
    bare = exclusion_curve(builtin, heavy, [0.3, 0.6]).limits()
    assert whole[0] < bare[0]
    assert whole[1] == pytest.approx(bare[1], rel=1e-12, abs=0)


def test_simulated_events_are_its_own(flat: ModuleType) -> None:
    dump = Dump("e-", 100.0, material("lead"), 40.0)
    how = Calculation(processes=("flat",))
    narrow = replace(INELASTIC, alpha_D=1e-3)  # wide ones have virtual masses
    events = simulate(dump, narrow, 1, 4096, minimum_energy=50.0, calculation=how)
    assert events.processes == ("flat",)
    assert events.weight.sum() == pytest.approx(flat.PER_GEV * 50, rel=1e-9, abs=0)
    for values, low, high in (
        (events.mediator_energy, 50.0, 100.0),
        (events.production_depth_X0, 0.0, 40.0),
    ):
        quantiles = np.quantile(values, [0.1, 0.5, 0.9])
        np.testing.assert_allclose((quantiles - low) / (high - low), [0.1, 0.5, 0.9], atol=0.005)
    both = simulate(dump, narrow, 1, 256, minimum_energy=50.0)
    assert both.processes == (*BUILT_IN, "flat")
    assert both.weight[both.process == 3].sum() == pytest.approx(flat.PER_GEV * 50, rel=1e-9)


def test_its_acceptance_is_that_of_a_window(flat: ModuleType) -> None:
    """Mediators of all energies alike; beside a pre-shower leptons that hand over all they have."""
    how = Calculation(processes=("flat",))
    window = EnergyWindow(100.0, 0.0, 50.0, NA64.visible_energy_resolution("ECAL"))
    search = Search.of(WINDOW, calculation=how)
    found = acceptance_curve(search, WEAK, [0.1], against="energy")
    (line,) = found.lines
    assert line.energy is not None
    np.testing.assert_allclose(line.accepted, 0.5 * window.acceptance(line.energy), rtol=1e-4)
    asked = Search.of(NA64, calculation=how)
    (line,) = acceptance_curve(asked, WEAK, [0.1], against="energy").lines
    assert line.energy is not None
    by_energy = np.interp([60.0, 99.0], line.energy, line.share)
    assert 0 <= by_energy[1] < 0.5 < by_energy[0] <= 1
    by_mass = acceptance_curve(asked, WEAK, [0.1])
    assert by_energy[1] < by_mass.lines[0].share[0] < 1
    assert any("flat does not say what in the shower makes" in text for text in by_mass.caveats)


def test_semi_visible_decays_take_it() -> None:
    card = load_experiment("na64e-2018-semi-visible")
    how = Calculation(processes=("flat",), events=500)
    found = exclusion_curve(Search.of(card, calculation=how), INELASTIC, [0.2, 0.4])
    assert [len(row) for row in found.intervals()] == [1, 1]
    twice = exclusion_curve(Search.of(card, calculation=replace(how, seed=2)), INELASTIC, [0.2])
    assert twice.intervals()[0][0] == pytest.approx(found.intervals()[0][0], rel=0.1)


def test_decays_in_flight_take_it(flat: ModuleType) -> None:
    """Of what is made evenly in 29 cm and from 30 to 100 GeV."""
    run = load_experiment("na64e-visible-2017")
    model = replace(PHOTON, mediator_mass=0.0167, alpha_D=0.0)
    search = Search.of(run, calculation=Calculation(processes=("flat",)))
    (part,) = search.parts
    (response,) = part.signature.responses(part.question, [model])
    # so long-lived that the decays are spread evenly: c^4 PER_GEV Int dE D eff m Gamma/(p hbar c)
    small = np.array([1e-7])
    found = response(small, np.zeros(1)).per_particle[0]
    width = model.partial_widths()["e+e-"]
    length = 350 * 0.44 - 10 * 0.44 / 2
    per_cm = width * 0.0167 / 1.973269804e-14 * np.log(100 / 30)
    assert found == pytest.approx(small[0] ** 4 * flat.PER_GEV * length * per_cm, rel=1e-3, abs=0)
    assert len(exclusion_curve(search, model, [0.0015]).intervals()[0]) == 1


def test_unknown_ones_are_refused_with_all_that_there_are() -> None:
    with pytest.raises(RangeError, match="did you mean 'flat'"):
        Calculation(processes=("flatt",))
    with pytest.raises(RangeError, match=r"'zzz' is not one .* known: bremsstrahlung, .*, flat"):
        Calculation(processes=("zzz",))
    with pytest.raises(RangeError, match="cannot be imported: AttributeError"):
        PROCESSES[f"{MODULE}:Round"]
    with pytest.raises(RangeError, match="is no Process"):
        PROCESSES[f"{MODULE}:PER_GEV"]
