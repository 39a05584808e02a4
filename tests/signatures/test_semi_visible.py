"""Responses to simulated decay chains, against the simulation asked directly."""

from dataclasses import replace

import numpy as np
import pytest

from scotopic.detector.segments import SegmentDeposits
from scotopic.events.simulation import simulate
from scotopic.experiments.selections import CalorimeterSelection
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.models.scalar_portal import ScalarPortalInelastic
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.search import Search, load_experiment
from scotopic.signatures.base import Response
from scotopic.signatures.decay_chains import acceptance
from scotopic.signatures.missing_energy import window_of
from scotopic.signatures.segments import SegmentPassing
from scotopic.signatures.semi_visible import SemiVisibleResponse

CARD = load_experiment("na64e-2018-semi-visible")
MODEL = InelasticDarkMatter(
    mediator_mass=0.25, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
)
HOW = Calculation(processes=("bremsstrahlung",), events=3000)


def response(name: str, model: InelasticDarkMatter, how: Calculation = HOW) -> Response:
    (part,) = Search.of(CARD, searches=(name,), calculation=how).parts
    (found,) = part.signature.responses(part.question, [model])
    return found


@pytest.mark.parametrize(("name", "softest"), [("S1", 10.0), ("S2", 40.0)])
@pytest.mark.parametrize("coupling", [1e-4, 1e-3, 4e-3])
def test_response_is_the_acceptance_at_the_models_lifetime(
    name: str, softest: float, coupling: float
) -> None:
    """Other random numbers, and all events instead of condensed ones: four standard errors."""
    (part,) = Search.of(CARD, searches=(name,), calculation=HOW).parts
    selection = part.question.selection
    assert isinstance(selection, CalorimeterSelection)
    events = simulate(part.question.dump, MODEL, 5, 6000, minimum_energy=softest, calculation=HOW)
    numbers = np.random.default_rng(6)
    normals = numbers.standard_normal((len(events), 2, 2, 2))
    passing = SegmentPassing.of(part.question, window_of(part.question))
    assert passing is not None
    chances = numbers.random(len(events))
    showers = passing.drawn(PROCESSES["bremsstrahlung"], MODEL, events.mediator_energy, chances)
    deposits = SegmentDeposits(passing.cuts, showers)
    direct = acceptance(CARD, selection, events, normals, deposits)
    ctau = replace(MODEL, kinetic_mixing=coupling).chi2_c_tau_cm
    expected, error = (float(f(ctau)) for f in (direct.expected, direct.error))
    found = response(name, MODEL)(np.array([coupling]), np.array([0.1]))
    stated = found.statistical_error[0] * expected
    assert found.per_particle[0] / coupling**2 == pytest.approx(
        expected, abs=4 * np.hypot(error, stated), rel=1e-3
    )


def test_one_response_serves_all_alpha_D_of_bremsstrahlung() -> None:
    """While A' is narrow, alpha_D changes the lifetime alone, by eps^2 alpha_D."""
    one, other = (response("S1", replace(MODEL, alpha_D=a)) for a in (1e-3, 2e-3))
    at = np.array([2e-2]), np.array([2e-3])
    np.testing.assert_allclose(one(*at).per_particle, other(*at).per_particle, rtol=1e-12)
    (part,) = Search.of(CARD, searches=("S1",), calculation=HOW).parts
    assert part.signature.follows_alpha_D(part.question, replace(MODEL, alpha_D=2e-3))
    assert not part.signature.follows_alpha_D(part.question, MODEL)
    (part,) = Search.of(CARD, searches=("S1",)).parts
    assert not part.signature.follows_alpha_D(part.question, MODEL)


def test_every_model_has_its_own_processes() -> None:
    """Above 0.32 GeV the shower's positrons make no chi1 chi2: what is radiated is left alone."""
    (part,) = Search.of(CARD, searches=("S2",), calculation=replace(HOW, processes=())).parts
    models = [replace(MODEL, mediator_mass=m) for m in (0.25, 0.6)]
    together = part.signature.responses(part.question, models)
    for model, found in zip(models, together, strict=True):
        (alone,) = part.signature.responses(part.question, [model])
        at = np.array([1e-4]), np.array([0.1])
        assert found(*at).per_particle == pytest.approx(alone(*at).per_particle, rel=1e-12)


def test_signals_add_up_over_processes() -> None:
    """Within 5 standard errors of samples of their own."""
    at = np.array([3e-4]), np.array([0.1])
    whole, *parts = (
        response("S2", MODEL, replace(HOW, processes=names))(*at)
        for names in ((), ("bremsstrahlung",), ("annihilation",))
    )
    total = sum(float(p.per_particle[0]) for p in parts)
    error = sum(float(p.per_particle[0] * p.statistical_error[0]) for p in parts)
    assert whole.per_particle[0] == pytest.approx(total, abs=5 * error + 0.01 * total)


def test_errors_are_stated() -> None:
    few, many = (
        response("S1", MODEL, replace(HOW, events=n))(np.array([1e-3]), np.array([0.1]))
        for n in (1000, 16_000)
    )
    # as the square root of the number of events
    assert few.statistical_error[0] / many.statistical_error[0] == pytest.approx(4, rel=0.5)
    assert 0 < few.numerical_error[0] < 0.01
    assert 0 < many.efficiency[0] < 1


def test_visible_decays_of_the_mediator_do_not_count() -> None:
    """Of a scalar whose muons couple as strongly as dark matter does, half is left."""
    model = ScalarPortalInelastic(
        mediator_mass=0.5, electron_coupling=1e-3, alpha_D=1e-4, mass_ratio=3.0, splitting=0.4
    )
    (part,) = Search.of(CARD, searches=("S2",), calculation=HOW).parts
    (found,) = part.signature.responses(part.question, [model])
    assert isinstance(found, SemiVisibleResponse)
    unseen = replace(found, dark=0.0, visible=0.0)
    for coupling in (1e-4, 5e-3):
        at = np.array([coupling]), np.array([2e-4])
        widths = replace(model, electron_coupling=coupling, alpha_D=2e-4)
        share = widths.invisible_width / (widths.invisible_width + widths.visible_width)
        ratio = found(*at).per_particle / unseen(*at).per_particle
        assert ratio == pytest.approx(share, abs=0, rel=1e-9)
    assert share < 0.5
