"""Responses to mediators that leave no trace, and what a search can see."""

from dataclasses import replace

import numpy as np
import pytest
from tests.cards.simple import WINDOW

from scotopic.errors import RangeError
from scotopic.models.charged_vector import BMinusL
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.processes.base import at_weak_coupling
from scotopic.processes.calculation import Calculation
from scotopic.processes.kept import accepted_yields
from scotopic.search import Search, load_experiment
from scotopic.signatures.missing_energy import window_of

NA64 = load_experiment("na64e-2018")
SCALAR = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, dark_matter="complex_scalar"
)
INELASTIC = InelasticDarkMatter(
    mediator_mass=0.25, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
)


def test_interpolation_in_alpha_D_states_its_error() -> None:
    """Between nodes of alpha_D, against the yield at it."""
    search = Search.of(WINDOW, calculation=Calculation(processes=("annihilation",)))
    (part,) = search.parts
    over = search.over_alpha_D(1.1e-4, 0.9)
    window = window_of(part.question)
    worst = 0.0
    for mass in (0.16, 0.226, 0.24, 0.3, 0.32):
        model = replace(SCALAR, mediator_mass=mass)
        (quick,) = over.parts[0].signature.responses(over.parts[0].question, [model])
        at = np.geomspace(1.1e-4, 0.9, 8)
        models = at_weak_coupling([replace(model, alpha_D=float(a)) for a in at])
        dump = part.question.dump
        exact = accepted_yields("annihilation", dump, models, window, search.calculation)
        coupling = np.full(8, 1e-6)  # so weak that no decay is visible
        found = quick(coupling, at)
        square = 1e-12 * 1e6 * models[0].lepton_coupling("electron") ** 2
        deviation = np.abs(found.per_particle / (square * exact.values) - 1)
        assert np.all(deviation <= found.numerical_error - exact.relative_error + 1e-9)
        worst = max(worst, float(deviation.max()))
    assert worst < 5e-4


def test_response_is_yield_times_invisible_branching() -> None:
    """Every coupling and alpha_D, with neutrinos and without: the widths are written out."""
    for model in (
        replace(SCALAR, alpha_D=1e-6),
        BMinusL(mediator_mass=0.3, gauge_coupling=1e-3),
    ):
        (part,) = Search.of(WINDOW).parts
        (response,) = part.signature.responses(part.question, [model])
        couplings = np.array([1e-5, 1e-3, 0.1])
        found = response(couplings, np.full(3, model.alpha_D))
        weakest = found.per_particle[0] / found.efficiency[0] / couplings[0] ** 2
        for i, coupling in enumerate(couplings.tolist()):
            same = replace(model, **{model.coupling_field: coupling})
            branching = same.invisible_width / same.total_width
            assert found.efficiency[i] == pytest.approx(branching, rel=1e-12)
            expected = coupling**2 * branching * weakest
            assert found.per_particle[i] == pytest.approx(expected, rel=1e-12, abs=0)


def test_one_response_for_all_alpha_D_is_that_of_each() -> None:
    """Up to what the response says of its interpolation in alpha_D."""
    search = Search.of(NA64, calculation=Calculation(processes=("bremsstrahlung",)))
    (part,) = search.over_alpha_D(1e-3, 1.0).parts
    (response,) = part.signature.responses(part.question, [SCALAR])
    for alpha_D in (1e-3, 0.05, 1.0):
        model = replace(SCALAR, alpha_D=alpha_D)
        (own,) = search.parts[0].signature.responses(search.parts[0].question, [model])
        at = np.array([0.1]), np.array([alpha_D])
        found, exact = response(*at), own(*at)
        assert found.per_particle == pytest.approx(exact.per_particle, rel=2e-3, abs=0)


def test_alpha_D_of_zero_has_no_range() -> None:
    vector = BMinusL(mediator_mass=0.1, gauge_coupling=1e-4)
    (part,) = Search.of(NA64).over_alpha_D(1e-3, 1.0).parts
    with pytest.raises(RangeError, match="alpha_D: 0"):
        part.signature.responses(part.question, [vector])


@pytest.mark.parametrize(
    ("model", "search", "message"),
    [
        (replace(SCALAR, alpha_D=0.0), "na64e-2018", "alpha_D: 0 leaves the mediator no"),
        (
            replace(INELASTIC, mediator_mass=1.0, splitting=0.9),
            "na64e-2018",
            "splitting: 0.9 lets chi2",
        ),
        (INELASTIC, "ldmx-4GeV", "calorimeter: 'ECAL' is not target.detector"),
    ],
)
def test_what_it_cannot_see(model: DarkPhoton, search: str, message: str) -> None:
    card = load_experiment(search).asked_for(["missing energy"])
    with pytest.raises(RangeError, match=message):
        Search.of(card).seeing(model)


def test_what_leaves_no_trace_is_seen_where_no_decay_need_be() -> None:
    """S1 needs one; S2 takes what decays behind everything, or never."""
    search = Search.of(load_experiment("na64e-2018-semi-visible"))
    assert search.seeing(SCALAR) == (1,)
    assert "nothing decays in flight" in str(search.parts[0].obstacle(SCALAR))


def test_of_several_searches_those_that_see_a_model_answer() -> None:
    cards = [load_experiment(name) for name in ("na64e-1e12", "ldmx-8GeV")]
    both = Search.of(cards, calculation=Calculation(processes=("bremsstrahlung",)))
    assert both.seeing(SCALAR) == (0, 1)
    assert both.seeing(INELASTIC) == (0,)
    (responses,) = both.responses([INELASTIC])
    events = responses.events(np.array([1e-3]), np.array([0.1]))
    assert events[0, 0] > 0
    assert events[1, 0] == 0
