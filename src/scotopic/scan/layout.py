"""The layout of a dataset: names, dimensions, units and meanings of all that it holds."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scotopic.models.parameters import parameter
from scotopic.models.registry import model_name
from scotopic.scan.points import STATUSES, Arrays, Limit, Plan, Sector
from scotopic.search.allowance import OUTCOMES
from scotopic.search.axis import Axis
from scotopic.search.result import Result, Variable

_OF_POINTS: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "expected_events": (
        ("limit", "part"),
        "expected signal events",
        "Their sum is to be compared with allowed_events. Not-a-number: not of this limit.",
    ),
    "efficiency": (
        ("limit", "part"),
        "share of mediators that the search accepts",
        "Of those with an energy in its window, before the data set's signal_efficiency.",
    ),
    "excess": (
        ("limit",),
        "ln(expected events / allowed_events)",
        "Positive where the point is excluded; -700 without expected events.",
    ),
    "statistical_error": (
        ("limit",),
        "relative statistical error of the expected events",
        "Of the simulation; zero where nothing is simulated.",
    ),
    "numerical_error": (
        ("limit",),
        "bound on the relative numerical error of the expected events",
        "Of the shower and of the tables of cross sections.",
    ),
    "allowed_events": (
        ("limit",),
        "largest number of expected signal events that is allowed",
        "Of several searches it depends on their shares in the expected events.",
    ),
    "model_mediator_mass": (("limit",), "mass of the mediator", "Of the point's model."),
    "model_coupling": (
        ("limit",),
        "coupling to ordinary matter",
        "Of the point's model: the field of its class that is limited.",
    ),
    "status": (
        ("limit",),
        "what became of the point",
        "not_computed: not yet, or far from an adaptive scan's boundary; else see reason",
    ),
    "reason": (("limit",), "why a point is not covered or failed", "Empty if computed."),
}


def of_points(plan: Plan, arrays: Arrays) -> dict[str, Variable]:
    """Return what has a value at every point, by name.

    Parameters
    ----------
    plan : Plan
        The plane.
    arrays : dict of str to ndarray
        As from `scotopic.scan.points.no_points`.
    """
    axes = plan.x.parameter, plan.y.parameter
    found = {}
    coupling = " or ".join(dict.fromkeys(_unit(limit) for limit in plan.limits))
    units = {"model_mediator_mass": "GeV", "model_coupling": coupling}
    for name, (first, long_name, description) in _OF_POINTS.items():
        unit = units.get(name, "1")
        found[name] = Variable((*first, *axes), arrays[name], unit, long_name, description)
    return found


def of_limits(plan: Plan) -> dict[str, Variable]:
    """Return all that does not depend on the point."""
    searches = [limit.search for limit in plan.limits]
    labels = plan.parts
    per_part = np.full((3, len(searches), len(labels)), np.nan)
    for row, search in enumerate(searches):
        for part in search.parts:
            card, column = part.card, labels.index(part.label)
            efficiency = card.exposure / card.particles_on_target
            uncertainty = card.relative_signal_uncertainty
            per_part[:, row, column] = card.particles_on_target, efficiency, uncertainty
    single = [search.allowance if search.allowance.is_constant else None for search in searches]
    nowhere = np.full(len(OUTCOMES), np.nan)
    limits = [nowhere if one is None else one.at(np.ones((1, 1)))[0][:, 0] for one in single]
    levels = np.array([search.confidence_level for search in searches])
    of_parts = ("limit", "part")
    words = np.dtypes.StringDType()
    return {
        **of_axes(plan.limits[0].sector, plan.x, plan.y),
        "limit": Variable(
            ("limit",), np.array([one.label for one in plan.limits], words), "1", "whose limit"
        ),
        "part": Variable(("part",), np.array(labels, words), "1", "search of an experiment"),
        "outcome": Variable(("outcome",), np.array(OUTCOMES, words), "1", "observed or expected"),
        "particles_on_target": Variable(of_parts, per_part[0], "1", "exposure"),
        "signal_efficiency": Variable(
            of_parts, per_part[1], "1", "efficiency of the cuts that are not simulated"
        ),
        "systematic_error": Variable(
            of_parts,
            per_part[2],
            "1",
            "relative systematic error of the expected events",
            "From the experiment's card; it is in the limits.",
        ),
        "limit_events": Variable(
            ("limit", "outcome"),
            np.array(limits),
            "1",
            "largest number of expected signal events that is allowed",
            "Not-a-number for several searches: see allowed_events.",
        ),
        "confidence_level": Variable(("limit",), levels, "1", "confidence level of limits"),
    }


def _unit(limit: Limit) -> str:
    kind = limit.sector.kind
    return parameter(kind, kind.coupling_field).unit


def axes_of(result: Result) -> tuple[Axis, Axis]:
    """Return the axes of a plane."""
    x, y = (Axis(**one) for one in result.attributes["axes"])
    return x, y


def of_axes(sector: Sector, x: Axis, y: Axis) -> dict[str, Variable]:
    """Return the values of the axes, by name."""
    return {axis.parameter: _axis(sector, axis) for axis in (x, y)}


def _axis(sector: Sector, axis: Axis) -> Variable:
    known = sector.kind.described(parameter(sector.kind, axis.parameter), sector.fixed)
    return Variable((axis.parameter,), axis.values.copy(), known.unit, known.long_name)


def attributes_of(one: Variable, name: str, plan: Plan) -> dict[str, Any]:
    """Return the attributes that a variable has in a dataset, as the CF conventions name them."""
    found: dict[str, Any] = {"units": one.unit, "long_name": one.long_name}
    if one.description:
        found["description"] = one.description
    if name == "status":
        found["flag_values"] = list(range(len(STATUSES)))
        found["flag_meanings"] = " ".join(STATUSES)
    for axis in (plan.x, plan.y):
        if name == axis.parameter:
            found["scale"] = axis.scale
    return found


def described(plan: Plan, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of the whole dataset: title, source and provenance."""
    return {
        "title": content["card"]["title"],
        "source": f"scotopic {content['code']['scotopic']}",
        "model": model_name(plan.limits[0].sector.kind),
        "provenance": dict(content),
    }
