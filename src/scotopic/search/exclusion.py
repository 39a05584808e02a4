"""Limits along one axis: the excluded intervals of a coupling, for every value of a parameter."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.errors import RangeError
from scotopic.models.derived import COUPLING, PROBE, derived
from scotopic.models.inputs import model_inputs
from scotopic.models.parameters import build, field_of, overridden, parameter
from scotopic.models.registry import model_name
from scotopic.progress import Report, silent
from scotopic.search.allowance import OUTCOMES
from scotopic.search.axis import Axis
from scotopic.search.curve import (
    ALPHA_D,
    Exclusion,
    Path,
    excluded_along,
    in_quantity,
)
from scotopic.search.intervals import Intervals
from scotopic.search.masses import default_masses
from scotopic.search.result import Result, Variable
from scotopic.search.search import Search
from scotopic.sources import module_names

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.models.mediator import DecayingMediator

FloatArray = npt.NDArray[np.float64]

COMBINED = "combined"
"""Label of the limit of several experiments together."""

_HALVINGS = 8  # of the step behind the last mass that an island covers


def exclusion_curve(
    search: "Search | Experiment | Sequence[Experiment]",
    model: "DecayingMediator",
    axis: "Axis | npt.ArrayLike | None" = None,
    *,
    quantity: str | None = None,
    y: float | None = None,
    singles: bool = True,
    report: Report = silent,
) -> Result:
    """Compute what is excluded of a coupling along one axis.

    Parameters
    ----------
    search : Search, Experiment or several experiments
        What is asked; of experiments all searches that see the model count together.
    model : DecayingMediator
        Its parameters hold where the axis and the solved quantity do not replace them.
    axis : Axis or array_like, optional
        Values of a parameter, or masses of the mediator in GeV; by default some 100 masses, more
        of them where annihilation is resonant.
    quantity : str, optional
        What is limited: the coupling (default), what goes with its square, or "alpha_D".
    y : float, optional
        Fixed y, for a limit on alpha_D.
    singles : bool
        Whether several experiments get limits of their own beside the combined one.
    report : callable
        Is told how far it is.

    Returns
    -------
    Result
        With dimensions limit, outcome (observed and expected), the axis and interval.

    Raises
    ------
    RangeError
        If no search sees the model at any point, or the quantity is none of the model's.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> from scotopic.search import load_experiment
    >>> model = DarkPhoton(mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0,
    ...                    dark_matter="complex_scalar")
    >>> found = exclusion_curve(load_experiment("na64e-2018"), model, [0.01, 0.1])
    >>> [f"{value:.2e}" for value in found.limits()]
    ['3.83e-05', '3.37e-04']
    """
    search = search if isinstance(search, Search) else Search.of(search)
    kind = type(model)
    quantity = kind.coupling_field if quantity in (None, COUPLING) else str(quantity)
    _check_quantity(model, quantity, y)
    if quantity == "alpha_D":
        search = search.over_alpha_D(*ALPHA_D)
    along = _axis(search, axis)
    given = {f.name: getattr(model, f.name) for f in fields(model) if f.init}
    given = overridden(kind, given, {along.parameter: math.nan, kind.coupling_field: PROBE})

    def find(one: Search, values: FloatArray) -> Exclusion:
        models = [build(kind, {**given, along.parameter: value}) for value in values.tolist()]
        return _kept(one, models, y, report)

    values, first = _with_tip(along.values, partial(find, search))
    every = {search.title: first}
    if len(search.experiments) > 1:
        every = {COMBINED: first}
        if singles:
            every |= {one.title: find(one, values) for one in search.by_experiment()}
    models = [build(kind, {**given, along.parameter: value}) for value in values.tolist()]
    return _result(search, model, along.parameter, models, values, quantity, y, every)


def _axis(search: Search, axis: "Axis | npt.ArrayLike | None") -> "Axis | Masses":
    if isinstance(axis, Axis):
        return axis
    if axis is None:
        return Masses(default_masses(search=search))
    masses = np.atleast_1d(np.asarray(axis, dtype=np.float64))
    if masses.ndim != 1 or not len(masses):
        raise RangeError("masses: they must be one list of at least one mass")
    return Masses(masses)


@dataclass(frozen=True, eq=False)
class Masses:
    """Masses of the mediator in GeV, one by one."""

    values: FloatArray
    parameter: str = "mediator_mass"


def _check_quantity(model: "DecayingMediator", quantity: str, y: float | None) -> None:
    allowed = quantities(model)
    if quantity not in allowed:
        raise RangeError(f"quantity: {quantity!r} is not one of {', '.join(allowed)}")
    if quantity == "alpha_D":
        if y is None or not (math.isfinite(y) and y > 0):
            raise RangeError(f"y: {y} is not positive; a limit on alpha_D needs a fixed y")
    elif y is not None:
        raise RangeError(f"y: {y} is fixed only in a limit on alpha_D, not on {quantity}")


def quantities(model: "DecayingMediator") -> tuple[str, ...]:
    """Return what can be limited in a model, its coupling first.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> quantities(DarkPhoton(mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3,
    ...                       dark_matter="dirac"))[:4]
    ('kinetic_mixing', 'kinetic_mixing_squared', 'y', 'alpha_D')
    """
    kind = type(model)
    own = kind.coupling_field
    others = [n for n, one in derived(kind).items() if one.field == own and n not in _GENERIC]
    dark = ("y", "alpha_D") if "y" in others and model.alpha_D > 0 else ()
    return (own, *(name for name in others if name != "y"), *dark)


_GENERIC = (COUPLING, f"{COUPLING}_squared")


def _kept(
    search: Search, models: "Sequence[DecayingMediator]", y: float | None, report: Report
) -> Exclusion:
    """Return the excluded intervals, from disk if the same was computed before."""

    def compute() -> Arrays:
        path = Path.coupling if y is None else partial(Path.alpha_D, y=y)
        found = excluded_along(search, models, path, report)
        shapes = [one.lower.shape[1] for one in found.outcomes.values()]
        ends = np.full((4, len(OUTCOMES), len(models), max(shapes)), np.nan)
        for k, one in enumerate(found.outcomes.values()):
            for i, values in enumerate((one.lower, one.upper, one.open_below, one.open_above)):
                ends[i, k, :, : values.shape[1]] = values
        status = np.array(found.status)
        return {
            "ends": ends,
            "status": status,
            "allowed_events": found.allowed_events,
            "shares": found.shares,
            "relative_error": found.relative_error,
        }

    inputs = {
        **search.inputs(),
        "models": [model_inputs(model) for model in models],
        "y": y,
    }
    modules = sorted({*search.modules(), *module_names(*models)})
    kept = cached_arrays("exclusion", inputs, compute, modules=modules)
    lower, upper, below, above = kept["ends"]
    return Exclusion(
        {
            name: Intervals(lower[k], upper[k], below[k] == 1, above[k] == 1)
            for k, name in enumerate(OUTCOMES)
        },
        tuple(kept["status"].tolist()),
        kept["allowed_events"],
        kept["shares"],
        kept["relative_error"],
    )


def _with_tip(
    values: FloatArray, find: Callable[[FloatArray], Exclusion]
) -> tuple[FloatArray, Exclusion]:
    """Find intervals over the axis, with more values behind the last island, where it closes."""
    found = find(values)
    observed = found.outcomes["observed"]
    covered = np.isfinite(observed.lower[:, 0])
    if not covered.any() or covered[-1] or np.any(observed.open_above):
        return values, found
    last = int(np.flatnonzero(covered)[-1])
    inside, outside = float(values[last]), float(values[last + 1])
    every, parts = [*values.tolist()], [found]
    for _ in range(_HALVINGS):
        middle = math.sqrt(inside * outside) if inside > 0 else (inside + outside) / 2
        every.append(middle)
        parts.append(find(np.array([middle])))
        there = np.isfinite(parts[-1].outcomes["observed"].lower[0, 0])
        inside, outside = (middle, outside) if there else (inside, middle)
    order = np.argsort(every)
    return np.array(every)[order], Exclusion.joined(parts).ordered(order)


def _result(
    search: Search,
    model: "DecayingMediator",
    axis: str,
    models: "Sequence[DecayingMediator]",
    values: FloatArray,
    quantity: str,
    y: float | None,
    every: Mapping[str, Exclusion],
) -> Result:
    """Put curves of one axis in a result."""
    kind = type(model)
    most = max(one.lower.shape[1] for e in every.values() for one in e.outcomes.values())
    shape = (len(every), len(OUTCOMES), len(values), most)
    ends = np.full((2, *shape), np.nan)
    opens = np.zeros((2, *shape), dtype=bool)
    for i, exclusion in enumerate(every.values()):
        for k, one in enumerate(exclusion.outcomes.values()):
            count = one.lower.shape[1]
            edges = np.stack([one.lower, one.upper])
            if quantity != "alpha_D":
                edges = np.stack([in_quantity(models, quantity, side) for side in edges])
            ends[:, i, k, :, :count] = edges
            opens[:, i, k, :, :count] = one.open_below, one.open_above
    linear = quantity in (kind.coupling_field, "alpha_D")
    errors = np.stack([e.relative_error for e in every.values()]) * (1 if linear else 2)
    known = parameter(kind, quantity)
    unit, name = known.unit, known.long_name
    dims = ("limit", "outcome", axis, "interval")
    of_axis = parameter(kind, axis)
    words = np.dtypes.StringDType()
    variables = {
        axis: Variable((axis,), values.copy(), of_axis.unit, of_axis.long_name),
        "limit": Variable(("limit",), np.array(list(every), words), "1", "whose limit"),
        "outcome": Variable(("outcome",), np.array(OUTCOMES, words), "1", "observed or expected"),
        "lower": Variable(dims, ends[0], unit, f"lower edge of what is excluded of {name}"),
        "upper": Variable(dims, ends[1], unit, f"upper edge of what is excluded of {name}"),
        "open_below": Variable(dims, opens[0], "1", "whether the interval goes on below"),
        "open_above": Variable(dims, opens[1], "1", "whether the interval goes on above"),
        "status": Variable(
            ("limit", axis),
            np.array([e.status for e in every.values()], words),
            "1",
            "limit, nothing excluded, or why there is none",
        ),
        "allowed_events": Variable(
            ("limit", "outcome", axis),
            np.stack([e.allowed_events for e in every.values()]),
            "1",
            "largest number of signal events that is allowed",
        ),
        "relative_error": Variable(("limit", axis), errors, "1", "numerical error of the edge"),
    }
    for other in ("mediator_mass", "dark_matter_mass"):
        if other not in variables:
            variables[other] = Variable(
                (axis,),
                np.array([getattr(m, other) for m in models]),
                "GeV",
                other.replace("_", " "),
            )
    shares = next(iter(every.values())).shares
    variables["part"] = Variable(("part",), np.array([p.label for p in search.parts], words))
    variables["share"] = Variable(
        ("part", axis), shares, "1", "share of a search in the expected signal at the edge"
    )
    return Result((axis,), variables, _attributes(search, model, axis, quantity, y))


def _attributes(
    search: Search, model: "DecayingMediator", axis: str, quantity: str, y: float | None
) -> dict[str, Any]:
    kind = type(model)
    solved = {field_of(kind, axis), kind.coupling_field}
    if quantity == "alpha_D":
        solved.add("alpha_D")
    kept = {f.name: getattr(model, f.name) for f in fields(model) if f.name not in solved}
    return {
        "title": search.title,
        "quantity": quantity,
        "fixed_y": y,
        "model": {"name": model_name(kind), "class": kind.__name__, **kept},
        "confidence_level": search.confidence_level,
        "is_projection": search.is_projection,
        "searches": [[part.experiment.title, part.card.name] for part in search.parts],
        "processes": list(search.processes(model)),
        "calculation": asdict(search.calculation),
        "method": search.method,
        "experiments": [e.content() for e in search.experiments],
        "caveats": list(search.caveats()),
    }
