"""Limits along one axis: the excluded intervals of a coupling, for every value of a parameter."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.errors import RangeError
from scotopic.models.derived import COUPLING, PROBE, derived
from scotopic.models.inputs import model_inputs
from scotopic.models.parameters import field_of, models_along, parameter, value_of
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
from scotopic.search.set_ups import SET_UPS, mean_leakage, parameter_of_axis
from scotopic.search.ties import MOMENTS  # noqa: F401 - makes them known
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
        Values of a parameter of the model or, as `scotopic.search.set_ups` names them, of the
        set-up; or masses of the mediator in GeV; by default some 100 masses, more of them where
        annihilation is resonant.
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

    labels = [search.title]
    if len(search.experiments) > 1:
        labels = [COMBINED, *(one.title for one in search.experiments if singles)]

    def find(values: FloatArray) -> list[Exclusion]:
        if along.parameter not in SET_UPS:
            models = models_along(model, along.parameter, values.tolist())
            return _kept(_each(search, singles=singles), models, y, report)
        set_ups = [search.in_set_up(along.parameter, value) for value in values.tolist()]
        every = [_kept(_each(one, singles=singles), [model], y, report) for one in set_ups]
        return [Exclusion.joined(of_one) for of_one in zip(*every, strict=True)]

    values, found = _with_tip(along.values, find)
    every = dict(zip(labels, found, strict=True))
    return _result(search, model, along, values, quantity, y, every)


def _each(search: Search, *, singles: bool) -> list[Search]:
    """Return a search, and those of its experiments if there are several."""
    several = singles and len(search.experiments) > 1
    return [search, *(search.by_experiment() if several else ())]


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
    scale: str = "log"


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
    probe = replace(model, **{own: PROBE})
    names = [own]
    for name, one in derived(kind).items():
        if one.field != own or name in _GENERIC or not _has(probe, name):
            continue
        names += ("y", "alpha_D") if name == "y" else (name,)
    return tuple(names)


def _has(model: "DecayingMediator", name: str) -> bool:
    """Return whether a model has what goes with its coupling: some couple to electrons alone."""
    try:
        return value_of(model, name) > 0
    except RangeError:
        return False


_GENERIC = (COUPLING, f"{COUPLING}_squared")


def _kept(
    searches: "Sequence[Search]",
    models: "Sequence[DecayingMediator]",
    y: float | None,
    report: Report,
) -> list[Exclusion]:
    """Return the excluded intervals, from disk if the same was computed before."""

    def compute() -> Arrays:
        path = Path.coupling if y is None else partial(Path.alpha_D, y=y)
        every = excluded_along(searches, models, path, report)
        return {
            f"{name} {i}": values for i, one in enumerate(every) for name, values in _arrays(one)
        }

    inputs = {
        "searches": [search.inputs() for search in searches],
        "models": [model_inputs(model) for model in models],
        "y": y,
    }
    modules = sorted({*searches[0].modules(), *module_names(*models)})
    kept = cached_arrays("exclusion", inputs, compute, modules=modules)
    return [_exclusion({n: kept[f"{n} {i}"] for n in _ARRAYS}) for i in range(len(searches))]


_ARRAYS = ("ends", "status", "allowed_events", "shares", "relative_error", "processes")


def _arrays(found: Exclusion) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    every = Intervals.joined(list(found.outcomes.values()))
    ends = np.stack([every.lower, every.upper, every.open_below, every.open_above])
    numbers = (found.allowed_events, found.shares, found.relative_error)
    arrays = (ends, np.array(found.status), *numbers, np.array(found.processes, dtype=str))
    return zip(_ARRAYS, arrays, strict=True)


def _exclusion(arrays: Mapping[str, npt.NDArray[Any]]) -> Exclusion:
    lower, upper, below, above = arrays["ends"]
    every = Intervals(lower, upper, below == 1, above == 1).split(len(OUTCOMES))
    return Exclusion(
        dict(zip(OUTCOMES, every, strict=True)),
        tuple(arrays["status"].tolist()),
        arrays["allowed_events"],
        arrays["shares"],
        arrays["relative_error"],
        tuple(arrays["processes"].tolist()),
    )


def _with_tip(
    values: FloatArray, find: Callable[[FloatArray], list[Exclusion]]
) -> tuple[FloatArray, list[Exclusion]]:
    """Find intervals over the axis, with more values behind the first's last island."""
    found = find(values)
    observed = found[0].outcomes["observed"]
    covered = np.isfinite(observed.lower[:, 0])
    if not covered.any() or covered[-1]:
        return values, found
    last = int(np.flatnonzero(covered)[-1])
    if np.any(observed.open_above[last] | observed.open_below[last]):
        return values, found
    inside, outside = float(values[last]), float(values[last + 1])
    every, parts = [*values.tolist()], [found]
    for _ in range(_HALVINGS):
        middle = math.sqrt(inside * outside) if inside > 0 else (inside + outside) / 2
        every.append(middle)
        parts.append(find(np.array([middle])))
        there = np.isfinite(parts[-1][0].outcomes["observed"].lower[0, 0])
        inside, outside = (middle, outside) if there else (inside, middle)
    order = np.argsort(every)
    joined = (Exclusion.joined(of_one) for of_one in zip(*parts, strict=True))
    return np.array(every)[order], [one.ordered(order) for one in joined]


def _result(
    search: Search,
    model: "DecayingMediator",
    along: "Axis | Masses",
    values: FloatArray,
    quantity: str,
    y: float | None,
    every: Mapping[str, Exclusion],
) -> Result:
    """Put curves of one axis in a result."""
    kind, axis = type(model), along.parameter
    models = [model] * len(values)
    if axis not in SET_UPS:
        models = models_along(model, axis, values.tolist())
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
    of_axis = parameter_of_axis(kind, axis)
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
    if axis in SET_UPS:
        leakage = [mean_leakage(search.in_set_up(axis, value)) for value in values.tolist()]
        variables["mean_leakage"] = Variable(
            (axis,), np.array(leakage), "GeV", "mean energy that leaves the rear of the target"
        )
    shares = next(iter(every.values())).shares
    variables["part"] = Variable(("part",), np.array([p.label for p in search.parts], words))
    variables["share"] = Variable(
        ("part", axis), shares, "1", "share of a search in the expected signal at the edge"
    )
    processes = next(iter(every.values())).processes
    return Result((axis,), variables, _attributes(search, model, along, quantity, y, processes))


def _attributes(
    search: Search,
    model: "DecayingMediator",
    along: "Axis | Masses",
    quantity: str,
    y: float | None,
    processes: "Sequence[str]",
) -> dict[str, Any]:
    kind = type(model)
    solved = {COUPLING}
    if along.parameter not in SET_UPS:
        solved.add(field_of(kind, along.parameter))
    if quantity == "alpha_D":
        solved.add("alpha_D")
    own = [f.name for f in fields(model) if f.init]
    kept = {name: getattr(model, name) for name in own if field_of(kind, name) not in solved}
    return {
        "title": search.title,
        "quantity": quantity,
        "side": "lower" if quantity == "alpha_D" else "upper",
        "fixed_y": y,
        "axis_scale": along.scale,
        "model": {"name": model_name(kind), **kept},
        "spin_parity": model.spin_parity,
        "confidence_level": search.confidence_level,
        "is_projection": search.is_projection or along.parameter in SET_UPS,
        "searches": [[part.experiment.title, part.card.name] for part in search.parts],
        "processes": list(processes),
        "calculation": asdict(search.calculation),
        "method": search.method,
        "experiments": [e.content() for e in search.experiments],
        "caveats": list(search.caveats()),
    }
