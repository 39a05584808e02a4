"""Planes of the invisible dark photon against exclusion curves, whatever the axes."""

from dataclasses import replace

import numpy as np
import pytest
from tests.cards.simple import WINDOW
from tests.scan import surveys

from scotopic.models.dark_photon import DarkPhoton
from scotopic.processes.calculation import Calculation
from scotopic.scan.contours import Contour, contours
from scotopic.scan.plane import Plane, plane_result
from scotopic.scan.points import NOT_COVERED, Plan, Sector
from scotopic.scan.survey import Kept, in_process, survey
from scotopic.search import Axis, Search, exclusion_curve, load_experiment

SCALAR = DarkPhoton(
    mediator_mass=0.1,
    kinetic_mixing=1.0,
    alpha_D=0.1,
    mass_ratio=3.0,
    dark_matter="complex_scalar",
)
NA64 = load_experiment(WINDOW)


def plane(plan: Plan, tolerance: float | None = None) -> Plane:
    memory = Kept(plan)
    refinement = survey(plan, memory, in_process, tolerance=tolerance)
    return Plane.of(plane_result(plan, memory.arrays, refinement))


@pytest.mark.parametrize("quantity", ["kinetic_mixing", "kinetic_mixing_squared", "y"])
def test_lower_edge_is_the_exclusion_curve(quantity: str) -> None:
    """Mass and coupling; the upper edge is the plane's, where visible decays are still rare.

    Their share bends the logarithm of the events between two points by some 1e-6.
    """
    ranges = {
        "kinetic_mixing": (1e-6, 1e-2),
        "kinetic_mixing_squared": (1e-12, 1e-4),
        "y": (1e-15, 1e-7),
    }
    x = Axis("mediator_mass", 2e-3, 0.6, 20)
    found = plane(surveys.invisible(x, Axis(quantity, *ranges[quantity], 30), alpha_D=0.1))
    curve = exclusion_curve(NA64, SCALAR, x.values, quantity=quantity)
    edges = [row[0][0] for row in found.intervals()]
    np.testing.assert_allclose(edges, curve.limits(), rtol=1e-5)


def test_dark_matter_mass_and_linear_axes() -> None:
    x = Axis("dark_matter_mass", 0.01, 0.1, 10, "linear")
    y = Axis("kinetic_mixing_squared", 0.0, 1e-6, 101, "linear")
    found = plane(surveys.invisible(x, y, alpha_D=0.1))
    assert all("kinetic_mixing" in found.refused[i, 0] for i in range(10))
    curve = exclusion_curve(NA64, SCALAR, 3 * x.values, quantity="kinetic_mixing_squared")
    for row, limit in zip(found.intervals(), curve.limits(), strict=True):
        if 2e-8 < limit < 1e-6:  # a step of the axis is 1e-8
            assert row[0][0] == pytest.approx(limit, rel=0.02)


def yields_of(model: DarkPhoton) -> float:
    """Accepted mediators per electron and squared mixing, of all processes, at one alpha_D."""
    (response,) = Search.of(NA64).responses([model])
    (found,) = response.accepted(np.array([1e-9]), np.array([model.alpha_D])).values()
    return float(found.per_particle[0]) * 1e18


def test_mass_and_alpha_D_at_fixed_mixing() -> None:
    """Annihilation depends on alpha_D through the width; every point against its own yield."""
    x, y = Axis("mediator_mass", 0.15, 0.4, 7), Axis("alpha_D", 3e-4, 0.9, 11)
    found = plane(surveys.invisible(x, y, kinetic_mixing=1e-4))
    for i in (0, 2, 4, 6):
        for j in (0, 3, 10):
            model = replace(SCALAR, mediator_mass=x.values[i], alpha_D=y.values[j])
            total = yields_of(model)
            branching = 1 / (1 + 1e-8 * model.visible_width / model.invisible_width)
            events = 1e-8 * branching * total * 2.84e11 * 0.5
            assert found.expected_events[i, j] == pytest.approx(events, rel=1e-3)


def test_interpolation_in_alpha_D_states_its_error() -> None:
    models = [
        replace(SCALAR, mediator_mass=mass, alpha_D=alpha_D)
        for mass in (0.16, 0.226, 0.24, 0.3, 0.32)
        for alpha_D in np.geomspace(1.1e-4, 0.9, 8).tolist()
    ]
    search = Search.of(NA64, calculation=Calculation(processes=("annihilation",)))
    exact, quick = (
        [
            response.accepted(np.array(1e-9), np.array(response.model.alpha_D))[0]
            for response in one.responses(models)
        ]
        for one in (search, search.over_alpha_D(1e-4, 0.9))
    )
    for one, other in zip(exact, quick, strict=True):
        deviation = abs(other.per_particle / one.per_particle - 1)
        assert deviation <= other.numerical_error - one.numerical_error + 1e-12
        assert deviation < 5e-4


def test_y_against_alpha_D_and_tied_mixing() -> None:
    """At fixed y the mixing falls with alpha_D; tied to the muon, it follows the mass."""
    found = plane(
        surveys.invisible(
            Axis("alpha_D", 1e-2, 1.0, 5), Axis("y", 1e-14, 1e-9, 20), mediator_mass=0.03
        )
    )
    for alpha_D, row in zip(found.x.values.tolist(), found.intervals(), strict=True):
        model = replace(SCALAR, alpha_D=alpha_D)
        limit = exclusion_curve(NA64, model, [0.03], quantity="y").limits()[0]
        assert row[0][0] == pytest.approx(limit, rel=2e-3)
    tied = plane(
        surveys.invisible(
            Axis("mediator_mass", 0.01, 1.0, 5),
            Axis("alpha_D", 0.01, 1.0, 3),
            kinetic_mixing="muon central",
        )
    )
    assert tied.coupling[0, 0] == tied.coupling[0, 2] < tied.coupling[4, 0]


def test_closed_decays_are_covered_too() -> None:
    """Real mediators are too light for dark decays at the first two points: they are virtual."""
    plan = surveys.invisible(
        Axis("mass_ratio", 1.5, 3.0, 4, "linear"),
        Axis("kinetic_mixing", 1e-5, 1e-3, 3),
        alpha_D=0.1,
        mediator_mass=0.1,
    )
    (limit,) = plan.limits
    fixed = {k: v for k, v in limit.sector.fixed.items() if k != "mass_ratio"}
    plan = replace(plan, limits=(replace(limit, sector=Sector(DarkPhoton, fixed)),))
    memory = Kept(plan)
    survey(plan, memory, in_process)
    assert (memory.arrays["status"][0] != NOT_COVERED).all()
    events = memory.arrays["expected_events"][0, :, 1]
    assert np.all(events[:2] < 0.1 * events[2:])
    assert np.all(events > 0)


def away(one: Plane, other: Plane) -> float:
    """Largest distance of one boundary's points from the other, in logarithms."""
    (line,), (exact,) = (contours(each.excess, each.x, each.y) for each in (one, other))
    return distance(line, exact)


def distance(line: Contour, exact: Contour) -> float:
    """Largest distance of a line's points from another line, in logarithms."""
    fine = np.linspace(0, len(exact.x) - 1, 20 * len(exact.x))
    u, v = (np.interp(fine, np.arange(len(exact.x)), np.log(k)) for k in (exact.x, exact.y))
    away = [
        np.hypot(np.log(x) - u, np.log(y) - v).min() for x, y in zip(line.x, line.y, strict=True)
    ]
    return float(max(away))


@pytest.mark.long
def test_adaptive_boundary_of_a_real_plane() -> None:
    """1 % across the steep onset of annihilation, with few points of the fine mesh it takes."""
    x, y = Axis("mediator_mass", 1e-3, 1.0, 1400), Axis("kinetic_mixing", 1e-6, 1e-2, 1400)
    adaptive = plane(surveys.invisible(x, y, alpha_D=0.1), tolerance=0.01)
    assert adaptive.position_error <= 0.01
    assert adaptive.computed_points <= 0.01 * x.points * y.points
    curve = exclusion_curve(NA64, SCALAR, x.values)
    (line,) = contours(adaptive.excess, x, y)
    exact = Contour(x.values, curve.limits(), closed=False)
    assert distance(line, exact) <= adaptive.position_error


def test_small_adaptive_plane_is_the_dense_one() -> None:
    x, y = Axis("mediator_mass", 1e-2, 0.15, 60), Axis("kinetic_mixing", 1e-6, 1e-2, 60)
    plan = surveys.invisible(x, y, alpha_D=0.1)
    adaptive, dense = plane(plan, tolerance=0.01), plane(plan)
    assert adaptive.computed_points < 0.4 * dense.computed_points
    assert away(adaptive, dense) <= adaptive.position_error <= 0.01
    assert adaptive.interpolated is not None
    same = ~adaptive.interpolated
    np.testing.assert_array_equal(adaptive.expected_events[same], dense.expected_events[same])
