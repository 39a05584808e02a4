"""Edges of curves against closed forms and brute force."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import brentq
from tests.cards.simple import WINDOW

from scotopic.errors import RangeError
from scotopic.models.charged_vector import BMinusL
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.models.mediator import DecayingMediator
from scotopic.processes.base import WEAK_COUPLING, at_weak_coupling
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.processes.kept import accepted_yields
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.search.curve import Exclusion, Path, excluded_along
from scotopic.signatures.missing_energy import window_of

FloatArray = npt.NDArray[np.float64]
NA64 = load_experiment("na64e-2018")
SEMI_VISIBLE = load_experiment("na64e-2018-semi-visible")
QUICK = Calculation(processes=("bremsstrahlung",), events=2000)
PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3, dark_matter="complex_scalar"
)
INELASTIC = InelasticDarkMatter(
    mediator_mass=0.25, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
)


def closed_form(search: Search, models: list[DecayingMediator], allowed: float) -> FloatArray:
    """Solve g^2 Y (D + g^2 S)/(D + g^2 (S + V)) exposure = allowed for g^2, a quadratic.

    D is the width into the dark sector, S into neutrinos and V into what is seen, per squared
    coupling.
    """
    (part,) = search.parts
    window, dump = window_of(part.question), part.question.dump
    found = []
    for weak in at_weak_coupling(models):
        total = 0.0
        for name in search.calculation.applicable(dump, weak):
            made = accepted_yields(name, dump, [weak], window, search.calculation)
            strength = PROCESSES[name].coupling(dump, weak) / WEAK_COUPLING
            total += strength**2 * float(made.values[0])
        scaling = weak.scaling_invisible_width / WEAK_COUPLING**2
        dark = weak.invisible_width - weak.scaling_invisible_width
        visible = weak.visible_width / WEAK_COUPLING**2
        most = allowed / (part.card.exposure * total)
        # g^4 S + g^2 (D - most (S + V)) - most D = 0, without cancellation
        linear = dark - most * (scaling + visible)
        root = np.sqrt(linear**2 + 4 * scaling * most * dark)
        if linear > 0:
            square = 2 * most * dark / (linear + root)
        else:
            square = (root - linear) / (2 * scaling) if scaling > 0 else np.inf
        found.append(np.sqrt(square) if square < 1 else np.nan)
    return np.array(found)


@pytest.mark.parametrize(
    "model",
    [
        replace(PHOTON, alpha_D=1e-2),  # narrow: wide ones are folded over virtual masses
        replace(PHOTON, alpha_D=1e-8),  # visible decays matter
        BMinusL(mediator_mass=0.1, gauge_coupling=1e-4),  # neutrinos alone
        BMinusL(mediator_mass=0.1, gauge_coupling=1e-4, alpha_D=1e-9, dark_matter="dirac"),
    ],
)
def test_upper_limits_are_the_closed_form(model: DecayingMediator) -> None:
    masses = np.array([2e-3, 0.05, 0.23, 0.3, 0.9])
    search = Search.of(WINDOW)
    found = exclusion_curve(search, model, masses)
    allowed = found["allowed_events"][0, 0, 0]
    models = [replace(model, mediator_mass=float(m)) for m in masses]
    np.testing.assert_allclose(found.limits(), closed_form(search, models, allowed), rtol=1e-9)


@pytest.mark.parametrize(
    ("outcome", "row"), [("observed", 0), ("median", 3), ("plus_one_sigma", 4)]
)
def test_edges_are_exact_where_shares_change_with_the_coupling(outcome: str, row: int) -> None:
    """S1 and S2: the edge is a root with the limit set exactly at every coupling on the way."""
    search = Search.of(SEMI_VISIBLE, calculation=QUICK)
    masses = [0.17, 0.3]  # at 0.15 the edge is where the limit of +1 sigma jumps
    result = exclusion_curve(search, INELASTIC, masses)
    models = [replace(INELASTIC, mediator_mass=m) for m in masses]
    for number, responses in enumerate(search.responses(models)):

        def excess(logarithm: float, responses: object = responses) -> float:
            coupling, alpha_D = np.exp([logarithm]), np.array([0.1])
            events = responses.events(coupling, alpha_D)  # type: ignore[attr-defined]
            limits, _ = search.allowance.at(events / events.sum())
            return float(np.log(events.sum() / limits[row, 0]))

        ((low, high),) = result.intervals(outcome=outcome)[number]
        for edge in (low, high):
            at = brentq(excess, np.log(edge) - 0.01, np.log(edge) + 0.01, xtol=1e-12)
            assert np.log(edge) == pytest.approx(at, abs=1e-8)
        events = responses.events(np.array([low, high]), np.full(2, 0.1))
        shares = events[0] / events.sum(axis=0)
        assert shares[0] < 0.02  # S1 wants decays that are not too late
        assert shares[1] > 0.1
    np.testing.assert_allclose(result["share"].sum(axis=0), 1)


def test_islands_of_the_parts_together_hold_those_of_each() -> None:
    """Two bins without events: what one excludes of a model, both exclude."""
    whole, s1, s2 = (
        exclusion_curve(
            Search.of(SEMI_VISIBLE, searches=names, calculation=QUICK), INELASTIC, [0.2, 0.3]
        ).intervals()
        for names in ((), ("S1",), ("S2",))
    )
    for both, *alone in zip(whole, s1, s2, strict=True):
        for (low, high), *_ in alone:
            # S1 + S2 have more background than either
            assert both[0][0] < low * 1.01
            assert both[0][1] > high * 0.99


def test_a_second_experiment_that_sees_nothing_changes_nothing() -> None:
    """Muons do not annihilate to a scalar of electrons: its bin has no signal."""
    search = Search.of([NA64, load_experiment("na64mu")])
    photon = replace(PHOTON, mediator_mass=0.3)
    alone, both = (exclusion_curve(s, photon, [0.3]).limits()[0] for s in (Search.of(NA64), search))
    assert both < alone


def test_where_nothing_is_excluded_there_is_no_edge() -> None:
    """At 1 GeV, chi2 lives too short for S1 and S2 at every coupling that makes enough."""
    search = Search.of(SEMI_VISIBLE, calculation=QUICK)
    found = exclusion_curve(search, replace(INELASTIC, splitting=0.5), [0.2, 1.0])
    (last,) = found["status"][0, -1:]
    assert last == "nothing excluded"
    assert found.intervals()[-1] == []
    assert np.isnan(found["allowed_events"][0, 0, -1])
    assert np.isnan(found["share"][:, -1]).all()
    assert np.isnan(found["relative_error"][0, -1])


def test_alpha_D_is_solved_for_at_fixed_y() -> None:
    """Events go as y/alpha_D: at the edge of alpha_D a curve of y has its own edge at that y."""
    masses = [0.01, 0.05]
    ys = exclusion_curve(NA64, replace(PHOTON, alpha_D=1e-2), masses, quantity="y").limits()
    for mass, y in zip(masses, ys.tolist(), strict=True):
        found = exclusion_curve(NA64, PHOTON, [mass], quantity="alpha_D", y=y)
        ((low, high),) = found.intervals()[0]
        assert high == pytest.approx(1e-2, rel=1e-4)
        assert low == pytest.approx(1e-5)
        assert found["open_below"][0, 0, 0, 0]


def test_models_that_are_not_seen_say_why() -> None:
    closed = replace(PHOTON, alpha_D=0.0)
    (found,) = excluded_along([Search.of(NA64)], [PHOTON, closed])
    assert found.status[0] == "limit"
    assert "alpha_D: 0 leaves the mediator no invisible decay" in found.status[1]
    assert np.isnan(found.lower[1]).all()
    assert np.isnan(found.allowed_events[1]).all()
    with pytest.raises(RangeError, match="no invisible decay"):
        excluded_along([Search.of(NA64)], [closed])


def test_exclusions_are_joined_and_ordered() -> None:
    """Models with one island, none and a limit: together, or one by one and put in order."""
    search, models = Search.of(SEMI_VISIBLE, calculation=QUICK), [INELASTIC, PHOTON]
    models.insert(1, replace(INELASTIC, mediator_mass=1.0, splitting=0.5))
    (whole,) = excluded_along([search], models)
    alone = [excluded_along([search], [models[i]])[0] for i in (2, 0, 1)]
    again = Exclusion.joined(alone).ordered(np.array([1, 2, 0]))
    for name, values in whole.arrays().items():
        if values.dtype.kind == "f":  # edges settle to 1e-10
            np.testing.assert_allclose(getattr(again, name), values, rtol=1e-8)
        else:
            assert getattr(again, name).tolist() == values.tolist()


def test_numerical_error_has_those_of_events_and_limit() -> None:
    """Half of them: events go as the squared coupling."""
    found = exclusion_curve(NA64, PHOTON, [0.1, 0.3])
    search = Search.of(NA64)
    models = [replace(PHOTON, mediator_mass=m) for m in (0.1, 0.3)]
    (limit_error,) = search.allowance.at(np.ones((1, 1)))[1]
    for i, responses in enumerate(search.responses(models)):
        coupling, alpha_D = found.limits()[i : i + 1], np.array([0.1])
        events_error = responses.relative_error(coupling, alpha_D)[0]
        assert events_error > 0
        expected = (events_error + limit_error) / 2
        assert found["relative_error"][0, i] == pytest.approx(expected, rel=1e-3)


def test_path_of_the_coupling_covers_its_range() -> None:
    path = Path.coupling([PHOTON])
    assert (path.values[0], path.values[-1]) == pytest.approx(PHOTON.coupling_range)
    coupling, alpha_D = path.couplings(np.array([1e-3]), np.array([0]))
    assert (coupling[0], alpha_D[0]) == (1e-3, 0.1)
