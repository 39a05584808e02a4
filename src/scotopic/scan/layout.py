"""The layout of a dataset: names, dimensions, units and meanings of all that it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scotopic.models.derived import Kind
from scotopic.models.parameters import parameter
from scotopic.models.registry import model_name
from scotopic.scan.axis import Axis
from scotopic.scan.exclusion import BANDS
from scotopic.scan.points import STATUSES, Setup

_OF_POINTS: Mapping[str, tuple[tuple[str, ...], str, str, str]] = {
    "expected_events": (
        ("limit", "data_set", "signature"),
        "1",
        "expected signal events",
        "Their sum is to be compared with allowed_events. Not-a-number: no such data set.",
    ),
    "efficiency": (
        ("limit", "signature"),
        "1",
        "share of mediators that the signature accepts",
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
        "limit_events; of joined experiments it depends on their shares in the expected events.",
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


def dimensions(setup: Setup) -> dict[str, tuple[tuple[str, ...], dict[str, Any]]]:
    """Return dimensions and attributes of what has a value at every point, by name."""
    found = {}
    for name, (first, unit, long_name, description) in _OF_POINTS.items():
        attributes: dict[str, Any] = _attributes(unit, long_name, description)
        if name == "model_coupling":
            attributes["units"] = parameter(setup.kind, setup.kind.coupling_field).unit
        if name == "status":
            attributes["flag_values"] = list(range(len(STATUSES)))
            attributes["flag_meanings"] = " ".join(STATUSES)
        found[name] = ((*first, setup.x.parameter, setup.y.parameter), attributes)
    return found


def coordinates(setup: Setup) -> list[Coordinate]:
    """Return all that does not depend on the point."""
    searches = setup.searches
    per_set = np.full((2, len(searches), len(setup.data_sets)), np.nan)
    for row, search in enumerate(searches):
        for data in (d for e in search.experiments for d in e.data_sets):
            column = setup.data_sets.index(data.name)
            per_set[:, row, column] = data.particles_on_target, data.signal_efficiency
    limits = np.array([[s.limits[name] for name in BANDS] for s in searches])
    first = [search.experiments[0] for search in searches]
    uncertainty = np.array([one.relative_signal_uncertainty for one in first])
    levels = np.array([one.confidence_level for one in first])
    observed = np.array([s.limits["observed"] for s in searches])
    return [
        _axis(setup.kind, setup.x),
        _axis(setup.kind, setup.y),
        _names("limit", [s.label for s in searches], "label of the limit in the run card"),
        _names("data_set", setup.data_sets, "data set of the experiment's card"),
        _names("signature", setup.signatures, "signature of the experiment's card"),
        _names("band", BANDS, "expected limits, from the most to the least lucky outcome"),
        Coordinate(
            "particles_on_target", ("limit", "data_set"), per_set[0], _attributes("1", "exposure")
        ),
        Coordinate(
            "signal_efficiency",
            ("limit", "data_set"),
            per_set[1],
            _attributes("1", "efficiency of the cuts that are not simulated"),
        ),
        Coordinate(
            "limit_events",
            ("limit",),
            observed,
            _attributes(
                "1",
                "largest number of expected signal events that is allowed",
                "Not-a-number for joined experiments: see allowed_events.",
            ),
        ),
        Coordinate(
            "expected_limit_events",
            ("limit", "band"),
            limits,
            _attributes("1", "the same, expected without signal"),
        ),
        Coordinate(
            "confidence_level", ("limit",), levels, _attributes("1", "confidence level of limits")
        ),
        Coordinate(
            "systematic_error",
            ("limit",),
            uncertainty,
            _attributes(
                "1",
                "relative systematic error of the expected events",
                "From the experiment's card; it is in the limits.",
            ),
        ),
    ]


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


def described(setup: Setup, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dataset's own attributes: where it comes from, the card included."""
    return {
        "title": content["card"]["title"],
        "source": f"scotopic {content['code']['scotopic']}",
        "model": model_name(setup.kind),
        "provenance": dict(content),
    }
