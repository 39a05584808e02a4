"""Limits along one axis: the excluded intervals of a coupling, for every value of a parameter."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.checked import number_within, numbers, several
from scotopic.errors import RangeError, not_one_of
from scotopic.models.derived import COUPLING, PROBE, derived
from scotopic.models.inputs import model_inputs
from scotopic.models.parameters import Given, field_of, models_along, parameter_of, value_of
from scotopic.models.registry import model_name
from scotopic.progress import Report, heard
from scotopic.search.allowance import BANDS, OUTCOMES
from scotopic.search.axis import Axis
from scotopic.search.between import interpolation_error, missed
from scotopic.search.curve import (
    ALPHA_D,
    Exclusion,
    Path,
    excluded_along,
    in_quantity,
)
from scotopic.search.masses import default_masses, features_of
from scotopic.search.models import mass_parameter, mass_range, searched_model
from scotopic.search.result import Result, Variable
from scotopic.search.search import Search, SearchLike
from scotopic.search.set_ups import SET_UPS, mean_leakage, parameter_of_axis
from scotopic.search.thresholds import check_thresholds, threshold_ranges
from scotopic.search.ties import MOMENTS  # noqa: F401 - makes them known
from scotopic.sources import module_names
from scotopic.words import MODEL_ENDS, THRESHOLD_ENDS

if TYPE_CHECKING:
    from scotopic.models.portal import Portal

FloatArray = npt.NDArray[np.float64]

COMBINED = "combined"
"""Label of the limit of several experiments together."""

_FIXED_Y = (1e-100, 1e100)
_HALVINGS = 8  # of the step behind the last mass that an island covers


def exclusion_curve(
    search: SearchLike,
    model: Given | None = None,
    axis: "Axis | npt.ArrayLike | None" = None,
    *,
    quantity: str | None = None,
    y: float | None = None,
    singles: bool = True,
    threshold_band: bool | str | Iterable[str] = False,
    model_band: bool = False,
    report: Report | None = None,
    **parameters: float | str,
) -> Result:
    """Compute what is excluded of a coupling along one axis.

    Parameters
    ----------
    search : Search, str, path or Experiment, or several experiments
        What is asked; of experiments, given by name, path or themselves, all searches that see the
        model count together.
    model : Portal, type or str, optional
        A model, its class or its name; by default that of the cards. Of a class or name the
        parameters are those given, otherwise those of the cards, otherwise the usual ones.
    axis : Axis or array_like, optional
        Values of a parameter of the model or, as `scotopic.search.set_ups` names them, of the
        set-up; or masses in GeV of the mediator, or of what takes its place on the model's
        curves; by default those of `default_masses`.
    quantity : str, optional
        What is limited: the coupling (default), what goes with its square, or "alpha_D".
    y : float, optional
        Fixed y, for a limit on alpha_D.
    singles : bool
        Whether several experiments get limits of their own beside the combined one.
    threshold_band : bool, str or sequence of str
        Whether to compute the limits once more with all thresholds (and places of counters) that
        have ranges at the strictest end of them, and at the loosest: the outcomes
        "strictest_thresholds" and "loosest_thresholds" of the result. Keys of
        `search.thresholds.threshold_ranges`, such as "vetoes[VETO]", move those alone.
    model_band : bool
        Whether to compute the limits once more with the fewest and the most mediators that models
        of production (vector mesons) are known to give: the outcomes "fewest_mediators" and
        "most_mediators".
    report : callable, optional
        Is told how far it is; by default a bar is shown in notebooks.
    **parameters
        Of the model, by any of their names. What the axis and the solved quantity replace, the
        mass and the coupling as a rule, is not among them.

    Returns
    -------
    Result
        With dimensions limit, outcome (observed and expected), the axis and interval. Its
        `interpolation_error` holds for straight lines between the points.

    Raises
    ------
    RangeError
        If no search sees the model at any point, the quantity is none of the model's, or a band is
        asked for of thresholds that have no range.

    Examples
    --------
    >>> found = exclusion_curve("na64e-2018", "dark_photon", [0.01, 0.1], alpha_D=0.1)
    >>> [f"{value:.2e}" for value in found.limits()]
    ['3.99e-05', '3.64e-04']
    """
    search = Search.asked(search)
    name = mass_parameter(search.experiments, model)
    last = (name, mass_range(search.experiments)[1])
    if axis is not None:
        along = _given(axis, name)
        last = (along.parameter, float(along.values[-1]))
    _refuse_elsewhere(parameters)
    made = searched_model(search.experiments, model, parameters, last)
    if axis is None:
        along = Masses(default_masses(100, *mass_range(search.experiments), search, made), name)
    quantity = _quantity(type(made), quantity)
    y = _checked_y(made, quantity, y)
    if quantity == "alpha_D":
        search = search.over_alpha_D(*ALPHA_D)
    moved = None
    if threshold_band is not False:
        moved = () if threshold_band is True else several(threshold_band)
        check_thresholds(search.experiments, moved)
    asked = _Asked(search, made, along, quantity, y, singles, moved, model_band)
    with heard(report) as listener:
        values, found = _with_tip(along.values, partial(asked.excluded, report=listener))
    return asked.result(values, found)


_ELSEWHERE: Final = {
    "masses": "give the masses as third argument, or as axis",
    **dict.fromkeys(("signatures", "searches", "calculation", "method"), "give it to Search.of"),
    "processes": "give scotopic.Calculation(processes=...) to Search.of",
    "statistics": "give it as method to Search.of",
}
"""Where what is no parameter of a model belongs."""


def _refuse_elsewhere(parameters: Mapping[str, object]) -> None:
    for name in parameters:
        if name in _ELSEWHERE:
            raise RangeError(f"{name}: is no parameter of the model; {_ELSEWHERE[name]}")


def _given(axis: "Axis | npt.ArrayLike", mass: str) -> "Axis | Masses":
    if isinstance(axis, Axis):
        return axis
    masses = np.atleast_1d(numbers("masses", axis))
    if masses.ndim != 1 or not len(masses):
        raise RangeError("masses: they must be one list of at least one mass")
    return Masses(masses, mass)


@dataclass(frozen=True, eq=False)
class Masses:
    """Masses in GeV, one by one: of the mediator, or whatever a model's curves run over."""

    values: FloatArray
    parameter: str
    scale: str = "log"


def _quantity(kind: "type[Portal]", asked: str | None) -> str:
    """Return the name of what is limited: the coupling, unless a model has limits on its square."""
    if asked is None and kind.squared is not None:
        return kind.squared.name
    return kind.coupling_field if asked in (None, COUPLING) else str(asked)


def _checked_y(model: "Portal", quantity: str, y: float | None) -> float | None:
    allowed = quantities(model)
    if quantity not in allowed:
        raise RangeError(f"quantity: {not_one_of(quantity, allowed)}")
    if quantity == "alpha_D":
        if y is None:
            raise RangeError("y: missing; a limit on alpha_D needs a fixed one")
        return number_within("y", y, *_FIXED_Y)
    if y is not None:
        raise RangeError(f"y: {y} is fixed only in a limit on alpha_D, not on {quantity}")
    return None


def quantities(model: "Portal") -> tuple[str, ...]:
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
        has_range = name == "y" and not model.dark_dimension  # of values to look in
        names += (name, "alpha_D") if has_range else (name,)
    return tuple(names)


def _has(model: "Portal", name: str) -> bool:
    """Return whether a model has what goes with its coupling: some couple to electrons alone."""
    try:
        return value_of(model, name) > 0
    except RangeError:
        return False


_GENERIC = (COUPLING, f"{COUPLING}_squared")


def _kept(
    searches: "Sequence[Search]",
    models: "Sequence[Portal]",
    y: float | None,
    report: Report,
) -> list[Exclusion]:
    """Return the excluded intervals, from disk if the same was computed before."""

    def compute() -> Arrays:
        path = Path.coupling if y is None else partial(Path.alpha_D, y=y)
        every = enumerate(excluded_along(searches, models, path, report))
        return {f"{n} {i}": values for i, one in every for n, values in one.arrays().items()}

    inputs = {
        "searches": [search.inputs() for search in searches],
        "models": [model_inputs(model) for model in models],
        "y": y,
    }
    modules = {features_of.__module__, *searches[0].modules(), *module_names(*models)}
    kept: Mapping[str, Any] = cached_arrays("exclusion", inputs, compute, modules=sorted(modules))
    names = [f.name for f in fields(Exclusion)]
    return [Exclusion(**{n: kept[f"{n} {i}"] for n in names}) for i in range(len(searches))]


def _with_tip(
    values: FloatArray, find: Callable[[FloatArray], list[Exclusion]]
) -> tuple[FloatArray, list[Exclusion]]:
    """Find intervals over the axis, with more values behind the first's last island."""
    found = find(values)
    covered = _covered(found)
    if not covered.any() or covered[-1]:
        return values, found
    last = int(np.flatnonzero(covered)[-1])
    if np.any(found[0].open_above[last, 0] | found[0].open_below[last, 0]):
        return values, found
    inside, outside = float(values[last]), float(values[last + 1])
    every, parts = [*values.tolist()], [found]
    for _ in range(_HALVINGS):
        middle = math.sqrt(inside * outside) if inside > 0 else (inside + outside) / 2
        every.append(middle)
        parts.append(find(np.array([middle])))
        inside, outside = (middle, outside) if _covered(parts[-1])[0] else (inside, middle)
    order = np.argsort(every)
    joined = (Exclusion.joined(of_one) for of_one in zip(*parts, strict=True))
    return np.array(every)[order], [one.ordered(order) for one in joined]


def _covered(found: list[Exclusion]) -> npt.NDArray[np.bool_]:
    """Return at which values the first of several searches excludes something."""
    return np.isfinite(found[0].lower[:, 0, 0])


@dataclass(frozen=True, eq=False)
class _Asked:
    """What a curve is to show."""

    search: Search
    model: "Portal"
    along: "Axis | Masses"
    quantity: str
    y: float | None
    singles: bool
    moved: tuple[str, ...] | None
    over_models: bool

    @property
    def bands(self) -> tuple[str, ...]:
        """Names of the bands that are asked for."""
        thresholds = () if self.moved is None else ("thresholds",)
        return (*thresholds, "models") if self.over_models else thresholds

    def at_ends(self, search: Search) -> Iterator[Search]:
        """Yield the search at both ends of every band."""
        if self.moved is not None:
            yield from (search.at_thresholds(end, self.moved) for end in THRESHOLD_ENDS)
        if self.over_models:
            yield from (search.at_model_end(end) for end in MODEL_ENDS)

    @property
    def is_set_up(self) -> bool:
        """Whether the axis is none of the model's parameters."""
        return self.along.parameter in SET_UPS

    def labels(self) -> list[str]:
        """Return names of the limits: of all experiments, and of each if there are several."""
        titles = [one.title for one in self.search.experiments]
        return titles if len(titles) == 1 else [COMBINED, *(titles if self.singles else ())]

    def models(self, values: FloatArray) -> "list[Portal]":
        """Return the models along the axis."""
        if self.is_set_up:
            return [self.model] * len(values)
        return models_along(self.model, self.along.parameter, values.tolist())

    @cached_property
    def in_set_up(self) -> Callable[[float], Search]:
        """Gives the search at a value of the axis, each made once."""
        return cache(partial(self.search.in_set_up, self.along.parameter))

    def excluded(self, values: FloatArray, report: Report) -> list[Exclusion]:
        """Return what each limit excludes along the axis."""

        def at(search: Search, models: "list[Portal]") -> list[Exclusion]:
            single = search.by_experiment() if len(self.labels()) > 1 else ()
            return _kept([search, *single], models, self.y, report)

        def of(search: Search, models: "list[Portal]") -> list[Exclusion]:
            stated = at(search, models)
            ends = [at(moved, models) for moved in self.at_ends(search)]
            return [one.with_ends(moved) for one, *moved in zip(stated, *ends, strict=True)]

        if not self.is_set_up:
            return of(self.search, self.models(values))
        every = [of(self.in_set_up(value), [self.model]) for value in values.tolist()]
        return [Exclusion.joined(of_one) for of_one in zip(*every, strict=True)]

    def result(self, values: FloatArray, found: Sequence[Exclusion]) -> Result:
        """Put what was found in a result."""
        kind, axis = type(self.model), self.along.parameter
        models, of_axis = self.models(values), parameter_of_axis(kind, axis)

        def along_axis(numbers: Sequence[float], unit: str, long_name: str) -> Variable:
            return Variable((axis,), np.array(numbers), unit, long_name)

        variables = {
            axis: along_axis(values.tolist(), of_axis.unit, of_axis.long_name),
            **self._of_limits(values, models, found),
            "part": _words("part", [p.label for p in self.search.parts], "a search of a card"),
            "share": Variable(
                ("part", axis),
                found[0].shares.T,
                long_name="share of a search in the expected signal at the edge",
            ),
        }
        has_dark_matter = self.quantity == "alpha_D" or any(one.alpha_D > 0 for one in models)
        dark = ("dark_matter_mass",) if has_dark_matter else ()
        for mass in dict.fromkeys((kind.mass_field, *dark)):
            if mass != axis:
                numbers = [getattr(model, mass) for model in models]
                variables[mass] = along_axis(numbers, "GeV", mass.replace("_", " "))
        if self.is_set_up:
            variables["mean_leakage"] = along_axis(
                [mean_leakage(self.in_set_up(value)) for value in values.tolist()],
                "GeV",
                "mean energy that leaves the rear of the target",
            )
        attributes = self._attributes(
            found[0].processes.tolist(),
            (models[0], models[-1]),
            [*self._remarks(models), *self._unmoved(found[0])],
        )
        return Result((axis,), variables, attributes)

    def _of_limits(
        self,
        values: FloatArray,
        models: "Sequence[Portal]",
        found: Sequence[Exclusion],
    ) -> dict[str, Variable]:
        """Return the arrays that have an entry for each limit."""
        kind, axis = type(self.model), self.along.parameter
        known, is_linear = parameter_of(self.model, self.quantity), True
        kept = [one.arrays(max(one.lower.shape[2] for one in found)) for one in found]
        if self.quantity not in (kind.coupling_field, "alpha_D"):
            is_linear = False
            for arrays in kept:
                for side in ("lower", "upper"):
                    arrays[side] = in_quantity(models, self.quantity, arrays[side])

        def stacked(name: str, long_name: str, unit: str = "1") -> Variable:
            values = np.stack([arrays[name] for arrays in kept])
            if values.ndim == 2:  # no outcomes
                return Variable(("limit", axis), values, unit, long_name)
            dims = ("limit", "outcome", axis, "interval")[: values.ndim]
            return Variable(dims, values.swapaxes(1, 2), unit, long_name)

        excluded, unit = f"edge of what is excluded of {known.long_name}", known.unit
        return {
            "limit": _words("limit", self.labels(), "whose limit"),
            "outcome": _words(
                "outcome",
                (*OUTCOMES, *(end for band in self.bands for end in BANDS[band])),
                "observed, expected, or observed at the ends of what thresholds and models are"
                " known to",
            ),
            "lower": stacked("lower", f"lower {excluded}", unit),
            "upper": stacked("upper", f"upper {excluded}", unit),
            "open_below": stacked("open_below", "whether the interval goes on below"),
            "open_above": stacked("open_above", "whether the interval goes on above"),
            "status": stacked("status", "limit, nothing excluded, or why there is none"),
            "allowed_events": stacked(
                "allowed_events", "largest number of signal events that is allowed"
            ),
            "relative_error": Variable(
                ("limit", axis),
                np.stack([one.relative_error for one in found]) * (1 if is_linear else 2),
                long_name="numerical error of the edge, simulated events included",
            ),
            "interpolation_error": Variable(
                ("limit", axis),
                np.stack([self._between(values, arrays) for arrays in kept]),
                long_name="relative error of straight lines to the neighbouring points",
            ),
        }

    def _between(self, values: FloatArray, arrays: Mapping[str, npt.NDArray[Any]]) -> FloatArray:
        """Return the relative error next to the points, of the observed edges that are solved."""
        at = np.log(values) if self.along.scale == "log" else values
        order = np.argsort(at, kind="stable")
        found = np.full(len(values), np.nan)
        for side, beyond in (("lower", "below"), ("upper", "above")):
            edge = np.where(arrays[f"open_{beyond}"], np.nan, arrays[side])[order, 0, 0]
            found[order] = np.fmax(found[order], interpolation_error(at[order], np.log(edge)))
        return found

    def _remarks(self, models: "Sequence[Portal]") -> list[str]:
        """Return in words what is odd about models, and what the points of the curve miss."""
        found = [*dict.fromkeys(model.remark for model in models if model.remark)][:1]
        is_mass = self.along.parameter in ("mediator_mass", "dark_matter_mass")
        if not (is_mass and self.model.mediator_mass > 0):
            return found
        masses = np.array([model.mediator_mass for model in models])
        every = features_of(self.search, self.model)
        return [*found, *missed(every, masses, "default masses have points there")]

    def _unmoved(self, found: Exclusion) -> Iterator[str]:
        """Say that a band has no width."""
        stated = found.lower[:, 0]
        for place, band in enumerate(self.bands):
            first = len(OUTCOMES) + 2 * place
            ends = (found.lower[:, first], found.lower[:, first + 1])
            if all(np.allclose(one, stated, rtol=1e-9, atol=0, equal_nan=True) for one in ends):
                yield _UNMOVED[band]

    def _attributes(
        self,
        processes: Sequence[str],
        ends: "Sequence[Portal]",
        remarks: Sequence[str],
    ) -> dict[str, Any]:
        kind, search, axis = type(self.model), self.search, self.along.parameter
        solved = {COUPLING} if self.is_set_up else {COUPLING, field_of(kind, axis)}
        if self.quantity == "alpha_D":
            solved.add("alpha_D")
        own = [f.name for f in fields(self.model) if f.init]
        kept = {
            name: getattr(self.model, name) for name in own if field_of(kind, name) not in solved
        }
        return {
            "title": search.title,
            "quantity": self.quantity,
            "side": "lower" if self.quantity == "alpha_D" else "upper",
            "fixed_y": self.y,
            "axis_scale": self.along.scale,
            "model": {"name": model_name(kind), **kept},
            "spin_parity": self.model.spin_parity,
            "confidence_level": search.confidence_level,
            "is_projection": search.is_projection or self.is_set_up,
            "searches": [[part.experiment.title, part.card.name] for part in search.parts],
            "processes": list(processes),
            "calculation": asdict(search.calculation),
            "method": search.method,
            "experiments": [e.content() for e in search.experiments],
            "thresholds": [
                {"experiment": one.title, **found}
                for one in (() if self.moved is None else search.experiments)
                for found in threshold_ranges(one, self.moved or ())
            ],
            "flat_efficiencies": list(search.flat_efficiencies),
            "common_nuisances": list(search.common_nuisances),
            "caveats": list(search.caveats(ends)),
            "remarks": list(remarks),
        }


_UNMOVED: Final = {
    "thresholds": "the thresholds that move in their ranges move no limit of this model",
    "models": "no mediator is made by a process whose model has an error: the band has no width",
}


def _words(name: str, words: Sequence[str], long_name: str) -> Variable:
    return Variable((name,), np.array(words, np.dtypes.StringDType()), long_name=long_name)
