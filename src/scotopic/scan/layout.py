"""The layout of a dataset: names, dimensions, units and meanings of all that it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scotopic.models.derived import Kind
from scotopic.models.parameters import parameter
from scotopic.models.registry import model_name
from scotopic.scan.points import STATUSES, Limit, Plan
from scotopic.search.allowance import OUTCOMES
from scotopic.search.axis import Axis

_OF_POINTS: Mapping[str, tuple[tuple[str, ...], str, str, str]] = {
    "expected_events": (
        ("limit", "part"),
        "1",
        "expected signal events",
        "Their sum is to be compared with allowed_events. Not-a-number: not of this limit.",
    ),
    "efficiency": (
        ("limit", "part"),
        "1",
        "share of mediators that the search accepts",
        "Of those with an energy in its window, before the data set's signal_efficiency.",
    ),
    "excess": (
        ("limit",),
        "1",
        "ln(expected events / allowed_events)",
        "Positive where the point is excluded; -700 without expected events.",
    ),
    "statistical_error": (
        ("limit",),
        "1",
        "relative statistical error of the expected events",
        "Of the simulation; zero where nothing is simulated.",
    ),
    "numerical_error": (
        ("limit",),
        "1",
        "bound on the relative numerical error of the expected events",
        "Of the shower and of the tables of cross sections.",
    ),
    "allowed_events": (
        ("limit",),
        "1",
        "largest number of expected signal events that is allowed",
        "Of several searches it depends on their shares in the expected events.",
    ),
    "model_mediator_mass": (("limit",), "GeV", "mass of the mediator", "Of the point's model."),
    "model_coupling": (
        ("limit",),
        "1",
        "coupling to ordinary matter",
        "Of the point's model: the field of its class that is limited.",
    ),
    "status": (
        ("limit",),
        "1",
        "what became of the point",
        "not_computed: not yet, or far from an adaptive scan's boundary; else see reason",
    ),
    "reason": (("limit",), "1", "why a point is not covered or failed", "Empty if computed."),
}


@dataclass(frozen=True, eq=False)
class Coordinate:
    """A coordinate, or what depends on searches and data sets alone.

    Attributes
    ----------
    name : str
        Of the variable.
    dims : tuple of str
        Its dimensions.
    values : ndarray
        All of it.
    attributes : mapping
        Unit and meaning.
    """

    name: str
    dims: tuple[str, ...]
    values: npt.NDArray[Any]
    attributes: dict[str, Any]


def dimensions(plan: Plan) -> dict[str, tuple[tuple[str, ...], dict[str, Any]]]:
    """Return dimensions and attributes of what has a value at every point, by name."""
    found = {}
    for name, (first, unit, long_name, description) in _OF_POINTS.items():
        attributes: dict[str, Any] = _attributes(unit, long_name, description)
        if name == "model_coupling":
            attributes["units"] = " or ".join(dict.fromkeys(_unit(limit) for limit in plan.limits))
        if name == "status":
            attributes["flag_values"] = list(range(len(STATUSES)))
            attributes["flag_meanings"] = " ".join(STATUSES)
        found[name] = ((*first, plan.x.parameter, plan.y.parameter), attributes)
    return found


def coordinates(plan: Plan) -> list[Coordinate]:
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
    kind = plan.limits[0].sector.kind
    of_parts = ("limit", "part")
    return [
        _axis(kind, plan.x),
        _axis(kind, plan.y),
        _names("limit", [one.label for one in plan.limits], "label of the limit"),
        _names("part", labels, "search of an experiment"),
        _names("outcome", OUTCOMES, "what was observed, or is expected without signal"),
        Coordinate("particles_on_target", of_parts, per_part[0], _attributes("1", "exposure")),
        Coordinate(
            "signal_efficiency",
            of_parts,
            per_part[1],
            _attributes("1", "efficiency of the cuts that are not simulated"),
        ),
        Coordinate(
            "systematic_error",
            of_parts,
            per_part[2],
            _attributes(
                "1",
                "relative systematic error of the expected events",
                "From the experiment's card; it is in the limits.",
            ),
        ),
        Coordinate(
            "limit_events",
            ("limit", "outcome"),
            np.array(limits),
            _attributes(
                "1",
                "largest number of expected signal events that is allowed",
                "Not-a-number for several searches: see allowed_events.",
            ),
        ),
        Coordinate(
            "confidence_level", ("limit",), levels, _attributes("1", "confidence level of limits")
        ),
    ]


def _unit(limit: Limit) -> str:
    kind = limit.sector.kind
    return parameter(kind, kind.coupling_field).unit


def _axis(kind: Kind, axis: Axis) -> Coordinate:
    known = parameter(kind, axis.parameter)
    attributes = _attributes(known.unit, known.long_name) | {"scale": axis.scale}
    return Coordinate(axis.parameter, (axis.parameter,), axis.values, attributes)


def _names(name: str, values: "list[str] | tuple[str, ...]", long_name: str) -> Coordinate:
    array = np.array(values, np.dtypes.StringDType())
    return Coordinate(name, (name,), array, _attributes("1", long_name))


def _attributes(unit: str, long_name: str, description: str = "") -> dict[str, Any]:
    found = {"units": unit, "long_name": long_name}
    return found | ({"description": description} if description else {})


def described(plan: Plan, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dataset's own attributes: where it comes from, the card included."""
    return {
        "title": content["card"]["title"],
        "source": f"scotopic {content['code']['scotopic']}",
        "model": model_name(plan.limits[0].sector.kind),
        "provenance": dict(content),
    }
