"""Yields and limits of a muon beam against the founders' notes and simple integrals."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.detector.window import EnergyWindow
from scotopic.errors import CardError, RangeError
from scotopic.experiments import Experiment
from scotopic.materials import material
from scotopic.models.charged_vector import ChargedVector, LMuMinusLTau
from scotopic.models.electrophilic import ScalarMediator
from scotopic.models.mediator import DecayingMediator
from scotopic.models.muonphilic import MuonphilicPseudoscalar, MuonphilicScalar
from scotopic.processes.bremsstrahlung import bremsstrahlung_above
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.kept import accepted_yields
from scotopic.production import bremsstrahlung_table
from scotopic.search import Search, default_masses, exclusion_curve, load_experiment
from scotopic.signatures.scattered_muon import muon_window
from scotopic.units import ALPHA

E = math.sqrt(4 * math.pi * ALPHA)
MASSES = [1e-3, 0.1, 0.5, 1.0]
LEAD = Dump("mu-", 160.0, material("lead"), 40.0)
VECTOR = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0)
SCALAR = MuonphilicScalar(mediator_mass=0.1, muon_coupling=1.0, alpha_D=0.1, mass_ratio=3.0)
PSEUDOSCALAR = MuonphilicPseudoscalar(
    mediator_mass=0.1, muon_coupling=1.0, alpha_D=0.1, mass_ratio=3.0
)

# Notes on physics, section 7: 1e12 muons on 40 X0 of lead, 160 GeV, efficiency 50 %, 2.3 events,
# 10 < E' < 100 GeV, every mediator invisible
COUPLINGS = [
    (VECTOR, [1.94e-5, 2.87e-5, 1.15e-4, 3.13e-4]),
    (SCALAR, [2.71e-5, 4.97e-5, 2.21e-4, 6.0e-4]),
]


def at_masses(model: DecayingMediator) -> list[DecayingMediator]:
    return [replace(model, mediator_mass=mass) for mass in MASSES]


def yields(experiment: Experiment, models: Sequence[DecayingMediator]) -> npt.NDArray[np.float64]:
    """Return what the search of a card accepts of mediators with the coupling e to muons."""
    (part,) = Search.of(experiment).parts
    dump, window = part.question.dump, muon_window(part.question)
    return accepted_yields("bremsstrahlung", dump, models, window, Calculation()).values


@pytest.mark.parametrize(("model", "expected"), COUPLINGS)
def test_couplings_of_the_notes(model: DecayingMediator, expected: list[float]) -> None:
    """To 3 %, as required: the notes have no resolution and their own treatment of the loss."""
    above = bremsstrahlung_above(LEAD, at_masses(model), np.array([60.0, 150.0]), Calculation())
    found = E * np.sqrt(2.3 / (0.5e12 * (above[:, 0] - above[:, 1])))
    np.testing.assert_allclose(found, expected, rtol=0.03)
    card = yields(load_experiment("na64mu-1e12"), at_masses(model))
    found = E * np.sqrt(2.3 / (0.5e12 * card))
    np.testing.assert_allclose(found, expected, rtol=0.03)


def test_thin_target_is_a_cross_section() -> None:
    """In a thin target the yield is atoms per cm^2 times cross section; to the loss in it, 1e-3."""
    thin = Dump("mu+", 160.0, material("lead"), 0.5)
    found = bremsstrahlung_above(thin, [VECTOR], np.array([60.0]), Calculation())[0, 0]
    ((lead, atoms),) = material("lead").atoms_per_cm2_per_X0.items()
    table = bremsstrahlung_table("vector", "muon", lead, masses=(0.1, 0.1), energies=(150, 160))
    expected = 0.5 * atoms * float(table.above(0.1, [160.0], [60.0])[0, 0])
    assert found == pytest.approx(expected, rel=3e-3)  # both tables are good to 2e-3


def test_energy_loss_matters_little_at_160_gev_and_more_at_15() -> None:
    """The window moves with the energy that is left: half of a GeV of 160, of 15."""
    na64, m3 = (
        muon_window(Search.of(load_experiment(name)).parts[0].question) for name in ("na64mu", "m3")
    )
    assert isinstance(na64, EnergyWindow)
    assert isinstance(m3, EnergyWindow)
    assert 158.8 < na64.beam_energy < 159.1
    assert 14.3 < m3.beam_energy < 14.5
    # the muon's window in terms of the mediator's energy
    assert na64.acceptance(np.array([50.0, 110.0, 155.0])) == pytest.approx([0, 1, 0], abs=1e-6)


def test_pseudoscalar_like_scalar_when_heavy() -> None:
    """The amplitudes differ by (m^2 - 4 m_mu^2) B against m^2 B: 4 (0.106/1)^2 = 4 % of a part."""
    scalar, pseudoscalar = (
        yields(load_experiment("na64mu-1e12"), at_masses(model)) for model in (SCALAR, PSEUDOSCALAR)
    )
    assert pseudoscalar[-1] == pytest.approx(scalar[-1], rel=0.1)
    assert pseudoscalar[0] < 0.5 * scalar[0]  # no infrared enhancement for a light pseudoscalar


def test_no_annihilation_and_no_resonance_points() -> None:
    experiment = load_experiment("na64mu")
    only = Calculation(processes=("annihilation",))
    search = Search.of(experiment, calculation=only)
    with pytest.raises(RangeError, match="annihilation: showers of what muons radiate are left"):
        exclusion_curve(search, VECTOR, [0.1])
    bare = Search.of(experiment, calculation=Calculation(processes=("bremsstrahlung",)))
    steps = np.diff(np.log(default_masses(50, search=bare)))
    assert steps == pytest.approx(steps[0])


def test_limit_on_the_coupling_of_the_scalar_is_that_of_its_yield() -> None:
    """Without visible decays worth the name g = e sqrt(N/(n eff Y)), as for electrons."""
    experiment = load_experiment("na64mu-1e12")
    narrow = replace(SCALAR, alpha_D=1e-3)  # wide ones are virtual
    curve = exclusion_curve(experiment, narrow, MASSES)
    assert curve.quantity == "muon_coupling"
    allowed = curve["allowed_events"][0, 0]
    expected = E * np.sqrt(allowed / (0.5e12 * yields(experiment, at_masses(narrow))))
    np.testing.assert_allclose(curve.limits(), expected, rtol=1e-4)
    assert allowed == pytest.approx([math.log(10)] * 4, rel=1e-6)


def test_neutrinos_leave_half_of_the_vectors_above_the_muon_threshold() -> None:
    """Far above 2 m_mu, Gamma(mu mu) = Gamma(nu nu): notes, section 7."""
    experiment = load_experiment("na64mu-1e12")
    values = exclusion_curve(experiment, VECTOR, [0.1, 1.0]).limits()
    found = yields(experiment, [at_masses(VECTOR)[1], at_masses(VECTOR)[3]])
    bare = E * np.sqrt(math.log(10) / (0.5e12 * found))
    assert values[0] / bare[0] == pytest.approx(1, rel=1e-4)
    # 2 r^4 of the muon's mass, and 0.0002 from the loop
    assert values[1] / bare[1] == pytest.approx(math.sqrt(2), rel=1e-3)


def test_refusals() -> None:
    experiment = load_experiment("na64mu")
    electrons = ScalarMediator(mediator_mass=0.1, electron_coupling=1, alpha_D=0.1, mass_ratio=3)
    with pytest.raises(RangeError, match="does not couple to muons"):
        exclusion_curve(experiment, electrons, [0.1])
    with pytest.raises(RangeError, match="not couple to electrons"):
        exclusion_curve(
            load_experiment("na64e-2018"),
            ChargedVector(mediator_mass=0.1, gauge_coupling=1.0, q_mu=1.0, q_nu_mu=1.0),
            [0.1],
        )
    for card, signature in (("na64e-2018", "scattered-muon"), ("na64mu", "missing-energy")):
        with pytest.raises(RangeError, match=f"has one of {signature}"):
            Search.of(load_experiment(card), signatures=(signature,))
    with pytest.raises(RangeError, match="'mu-' makes no shower"):
        LEAD.track_lengths(10.0)


SEARCH = '[[searches]]\nname = "scattered muon"\nsource = "x"\n[searches.selection]\n'


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('[beam]\nparticle = "e-"\nsource = "x"', "needs muons"),
        (
            SEARCH + "maximum_energy_GeV = 160.0",
            "160.0 is not below beam.energy_GeV",
        ),
        (
            SEARCH + "minimum_energy_GeV = 90.0",
            "90.0 is not below maximum_energy_GeV",
        ),
        (
            SEARCH + 'spectrometer = "HCAL"',
            r"detectors\[HCAL\].energy_resolution: missing",
        ),
        (
            '[[searches]]\nname = "scattered muon"\nsignature = "missing-energy"\nsource = "x"',
            "calorimeter",
        ),
    ],
)
def test_cards_that_do_not_fit(tmp_path: Path, change: str, message: str) -> None:
    path = tmp_path / "card.toml"
    path.write_text(f'extends = "na64mu"\ntitle = "changed"\n{change}\n')
    with pytest.raises(CardError, match=message):
        load_experiment(path)
