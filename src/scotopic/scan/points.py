"""What a plane computes at its points, and what came of it, as named arrays.

Everything of a point is a number or a short text in arrays with the limits as first axis, so that
points can be computed anywhere, in any order, kept on disk and put together again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.errors import ScotopicError
from scotopic.memory import no_search_for_cycles
from scotopic.models.derived import COUPLING
from scotopic.models.metadata import ALPHA_D
from scotopic.models.parameters import build, field_of
from scotopic.models.portal import Portal
from scotopic.progress import Report, silent
from scotopic.search.axis import Axis
from scotopic.search.search import Responses, Search
from scotopic.search.ties import TIES  # noqa: F401 - makes what ties couplings known to models

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
Arrays = dict[str, Array]

NOT_COMPUTED: Final = 0
COMPUTED: Final = 1
NOT_COVERED: Final = 2
FAILED: Final = 3
STATUSES: Final = ("not_computed", "computed", "not_covered", "failed")
"""Names of the statuses, in the order of their codes."""

_OF_PARTS: Final = ("expected_events", "efficiency")
_OF_LIMITS: Final = (
    "excess",
    "statistical_error",
    "numerical_error",
    "allowed_events",
    "model_mediator_mass",
    "model_coupling",
)

NO_EVENTS: Final = -700.0
"""ln(expected/allowed) where nothing is expected: about the smallest number."""


@displayed
@dataclass(frozen=True)
class Sector:
    """A model with some of its parameters fixed.

    Attributes
    ----------
    kind : type
        The model's class.
    fixed : mapping
        Its other parameters by name.
    """

    kind: type[Portal]
    fixed: Mapping[str, Any]

    def field(self, axis: Axis) -> str:
        """Return the field of the models that an axis determines."""
        return field_of(self.kind, axis.parameter)

    def model(self, values: Mapping[str, float]) -> Portal:
        """Return the model with the values of other parameters.

        Raises
        ------
        ScotopicError
            If there is no such model.
        """
        return build(self.kind, {**self.fixed, **values})


@displayed
@dataclass(frozen=True)
class Limit:
    """One limit of a plane: what is asked, of which model.

    Attributes
    ----------
    label : str
        What it is called.
    search : Search
        What is asked.
    sector : Sector
        The model.
    """

    label: str
    search: Search
    sector: Sector


@displayed
@dataclass(frozen=True)
class Plan:
    """What a plane is to show.

    Attributes
    ----------
    x, y : Axis
        Of the plane.
    limits : tuple of Limit
        The limits that are drawn into it.
    """

    x: Axis
    y: Axis
    limits: tuple[Limit, ...]

    def __post_init__(self) -> None:
        """Make responses for the alpha_D of an axis, if one has it."""
        limits = tuple(self._over_alpha_D(limit) for limit in self.limits)
        object.__setattr__(self, "limits", limits)

    def _has_dimension(self, limit: Limit) -> bool:
        """Whether alpha_D has one: which values are too strong then depends on the mass."""
        model = _some_model(self, limit)
        return model is not None and model.dark_dimension != 0

    def _over_alpha_D(self, limit: Limit) -> Limit:
        for axis in (self.x, self.y):
            if limit.sector.field(axis) == "alpha_D" and not self._has_dimension(limit):
                lowest = float(axis.values[axis.values > 0][0])  # at zero no model is seen
                search = limit.search.over_alpha_D(lowest, axis.maximum)
                return replace(limit, search=search)
        return limit

    @property
    def shape(self) -> tuple[int, int]:
        """Points along x and y."""
        return self.x.points, self.y.points

    @property
    def parts(self) -> tuple[str, ...]:
        """Labels of the searches of all limits, each once."""
        labels = (part.label for limit in self.limits for part in limit.search.parts)
        return tuple(dict.fromkeys(labels))

    @cached_property
    def couplings(self) -> frozenset[str]:
        """The fields whose change costs nothing, since the numbers follow from others."""
        models = [(limit.search, _some_model(self, limit)) for limit in self.limits]
        strongest = max((axis.maximum for axis in self._along_alpha_D), default=0.0)
        follows = all(
            model and _serves_alpha_D(search, model, strongest) for search, model in models
        )
        return frozenset({COUPLING, "alpha_D"} if follows else {COUPLING})

    @property
    def _along_alpha_D(self) -> "list[Axis]":
        return [axis for axis in (self.x, self.y) if axis.parameter == "alpha_D"]

    @property
    def simulated(self) -> bool:
        """Whether events of decays in flight are simulated."""
        return any(limit.sector.kind.semi_visible for limit in self.limits)

    def model(self, sector: Sector, i: int, j: int) -> Portal:
        """Return the model at a point.

        Raises
        ------
        ScotopicError
            If there is no such model.
        """
        at = {self.x.parameter: self.x.values.item(i), self.y.parameter: self.y.values.item(j)}
        return sector.model(at)


def _some_model(plan: Plan, limit: Limit) -> Portal | None:
    for i, j in np.ndindex(plan.shape):
        try:
            return plan.model(limit.sector, i, j)
        except ScotopicError:
            continue
    return None


def _serves_alpha_D(search: Search, model: Portal, strongest: float) -> bool:
    if not model.alpha_D > 0 or model.dark_dimension:
        return False
    strongest = min(strongest, ALPHA_D.high)  # beyond, the points of the axis are refused
    return search.follows_alpha_D(replace(model, alpha_D=max(model.alpha_D, strongest)))


def no_points(plan: Plan, shape: tuple[int, ...]) -> Arrays:
    """Return the arrays of points that are not computed.

    Parameters
    ----------
    plan : Plan
        Gives the other axes: limits and their parts.
    shape : tuple of int
        Shape of the points: (x, y), or (points,).
    """
    limits, parts = len(plan.limits), len(plan.parts)
    return {
        **{name: np.full((limits, parts, *shape), np.nan) for name in _OF_PARTS},
        **{name: np.full((limits, *shape), np.nan) for name in _OF_LIMITS},
        "status": np.full((limits, *shape), NOT_COMPUTED, np.uint8),
        "reason": np.full((limits, *shape), "", np.dtypes.StringDType()),
    }


def failed_points(plan: Plan, points: int, reason: str) -> Arrays:
    """Return the arrays of points whose computation ended for a reason."""
    arrays = no_points(plan, (points,))
    arrays["status"][:] = FAILED
    arrays["reason"][:] = reason
    return arrays


def evaluate(plan: Plan, points: npt.NDArray[np.int64], report: Report = silent) -> Arrays:
    """Compute some points of a plane.

    Parameters
    ----------
    plan : Plan
        What is computed.
    points : ndarray of int, shape (n, 2)
        Indices along x and y.
    report : callable
        Is told how far it is.

    Returns
    -------
    dict of str to ndarray
        As `no_points` with shape (n,). Points that the models or the searches refuse have the
        reason; one that fails does not end the others.
    """
    arrays = no_points(plan, (len(points),))
    made: dict[int, tuple[dict[int, Portal], dict[int, str]]] = {}
    for index, limit in enumerate(plan.limits):
        if id(limit.sector) not in made:
            made[id(limit.sector)] = _models(plan, limit.sector, points)
        models, missing = made[id(limit.sector)]
        for row, reason in missing.items():
            _mark(arrays, index, [row], NOT_COVERED, reason)
        rows = list(models)
        arrays["model_mediator_mass"][index, rows] = [m.mediator_mass for m in models.values()]
        coupling = attrgetter(limit.sector.kind.coupling_field)
        arrays["model_coupling"][index, rows] = list(map(coupling, models.values()))
        for found_rows, found in _answered(limit.search, models, report):
            if isinstance(found, tuple):
                _mark(arrays, index, found_rows, *found)
            else:
                _fill(arrays, plan, index, [models[r] for r in found_rows], found_rows, found)
    return arrays


def _models(
    plan: Plan, sector: Sector, points: npt.NDArray[np.int64]
) -> tuple[dict[int, Portal], dict[int, str]]:
    """Return the models by row, and why there is none at the others."""
    models, missing = {}, {}
    with no_search_for_cycles():
        for row, (i, j) in enumerate(points.tolist()):
            try:
                model = plan.model(sector, i, j)
            except ScotopicError as error:
                missing[row] = str(error)
            else:
                if model.not_perturbative:
                    missing[row] = model.not_perturbative
                else:
                    models[row] = model
    return models, missing


def _mark(arrays: Arrays, index: int, rows: list[int], status: int, reason: str) -> None:
    arrays["status"][index, rows] = status
    arrays["reason"][index, rows] = reason


def _fill(
    arrays: Arrays,
    plan: Plan,
    index: int,
    models: Sequence[Portal],
    rows: list[int],
    responses: Responses,
) -> None:
    """Enter what the parts of a search accept of models that differ in couplings alone."""
    search = plan.limits[index].search
    coupling = arrays["model_coupling"][index, rows]
    alpha_D = np.array([model.alpha_D for model in models])
    accepted = responses.accepted(coupling, alpha_D)
    expected = np.zeros((len(search.parts), len(rows)))
    statistical, numerical = np.zeros((2, len(search.parts), len(rows)))
    for number, found in accepted.items():
        place = plan.parts.index(search.parts[number].label)
        expected[number] = search.parts[number].exposure(models[0]) * found.per_particle
        statistical[number], numerical[number] = found.statistical_error, found.numerical_error
        arrays["expected_events"][index, place, rows] = expected[number]
        arrays["efficiency"][index, place, rows] = found.efficiency
    limits, error = search.allowance.between(expected)
    allowed = limits[0]
    arrays["allowed_events"][index, rows] = allowed
    arrays["excess"][index, rows] = excess(expected.sum(axis=0), allowed)
    best = np.argmax(expected, axis=0), np.arange(len(rows))
    arrays["statistical_error"][index, rows] = statistical[best]
    interpolated = 0.0 if search.allowance.is_constant else error
    arrays["numerical_error"][index, rows] = numerical[best] + interpolated
    arrays["status"][index, rows] = COMPUTED


def excess(events: FloatArray, limit: float | FloatArray) -> FloatArray:
    """Return ln(events/limit): positive where the point is excluded."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = np.log(events / limit)
    return np.where(np.isneginf(found), NO_EVENTS, found)


Outcome = Responses | tuple[int, str]


def _answered(
    search: Search, models: Mapping[int, Portal], report: Report
) -> Iterator[tuple[list[int], Outcome]]:
    """Yield rows of models that differ in couplings alone, with responses or why there are none."""
    groups = []
    for rows in _groups(search, models):
        try:
            search.seeing(models[rows[0]])
        except ScotopicError as error:
            yield rows, (NOT_COVERED, str(error))
        else:
            groups.append(rows)
    together = _attempt(search, [models[rows[0]] for rows in groups], report)
    if isinstance(together, list):
        yield from zip(groups, together, strict=True)
        return
    for rows in groups:
        alone = _attempt(search, [models[rows[0]]], report)
        yield rows, alone[0] if isinstance(alone, list) else alone


def _groups(search: Search, models: Mapping[int, Portal]) -> list[list[int]]:
    """Return the rows of models that one response serves."""
    follows: dict[object, bool] = {}
    strongest = max((model.alpha_D for model in models.values()), default=0.0)
    groups: dict[object, list[int]] = {}
    for row, model in models.items():
        shape = _shape(type(model))(model), model.alpha_D > 0
        if shape not in follows:
            follows[shape] = _serves_alpha_D(search, model, strongest)
        key = shape if follows[shape] else (shape, model.alpha_D)
        groups.setdefault(key, []).append(row)
    return list(groups.values())


@lru_cache
def _shape(kind: type[Portal]) -> "attrgetter[object]":
    """Return what gives all of a model's parameters but its couplings."""
    couplings = {kind.coupling_field, "alpha_D"}
    return attrgetter("__class__", *(f.name for f in fields(kind) if f.name not in couplings))


def _attempt(
    search: Search, models: Sequence[Portal], report: Report
) -> list[Responses] | tuple[int, str]:
    try:
        return search.responses(models, report)
    except ScotopicError as error:
        return NOT_COVERED, str(error)
    except Exception as error:  # noqa: BLE001 - a point that fails must not end the scan
        return FAILED, f"{type(error).__name__}: {error}"
