"""Points of a plane: models, what experiments count of them, and why there is none.

Everything costly depends on the shape of a model alone: its masses and mixing angles. All
couplings follow from the events of a shape analytically, so that an axis of couplings costs
nothing. How a mediator is noticed is the matter of `scan.invisible`, `scan.semi_visible` and
`scan.in_flight`; another way is another such module and a line in `detection`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scotopic.errors import ScotopicError
from scotopic.memory import no_search_for_cycles
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.derived import COUPLING
from scotopic.models.mediator import DecayingMediator
from scotopic.models.parameters import build, field_of
from scotopic.progress import Report, silent
from scotopic.scan import in_flight, invisible, semi_visible
from scotopic.scan.axis import Axis
from scotopic.scan.search import Accepted, Detection, Search, Sector
from scotopic.scan.semi_visible import Simulation

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
Arrays = dict[str, Array]

NOT_COMPUTED: Final = 0
COMPUTED: Final = 1
NOT_COVERED: Final = 2
FAILED: Final = 3
STATUSES: Final = ("not_computed", "computed", "not_covered", "failed")
"""What the numbers of the status mean."""

NO_EVENTS: Final = -700.0
"""Logarithm that stands for no expected event at all."""


@dataclass(frozen=True)
class Setup:
    """A plane of models and what is looked for in it.

    Attributes
    ----------
    kind : type
        Of the models, where a search does not say otherwise.
    x, y : Axis
        The two parameters.
    fixed : mapping
        The others by name.
    searches : tuple of Search
        At least one.
    simulation : Simulation
        How mediators are made, and number and seed of simulated events.
    """

    kind: type[DecayingMediator]
    x: Axis
    y: Axis
    fixed: Mapping[str, Any]
    searches: tuple[Search, ...]
    simulation: Simulation

    @property
    def shape(self) -> tuple[int, int]:
        """Number of points along x and y."""
        return self.x.points, self.y.points

    @property
    def data_sets(self) -> tuple[str, ...]:
        """Names of the data sets of all searches."""
        experiments = (e for s in self.searches for e in s.experiments)
        return _distinct(d.name for e in experiments for d in e.data_sets)

    @property
    def signatures(self) -> tuple[str, ...]:
        """Names of the signatures of all searches."""
        return _distinct(name for s in self.searches for name in s.signatures)

    @property
    def simulated(self) -> bool:
        """Whether events are simulated for some search."""
        return any(self.detection(search) is semi_visible for search in self.searches)

    @cached_property
    def couplings(self) -> frozenset[str]:
        """Parameters, by their `field_of`, that the costly part of no search depends on."""
        sets = [frozenset(self.detection(s).couplings(self)) for s in self.searches]
        return frozenset({COUPLING, "alpha_D"}).intersection(*sets)

    def sector(self, search: Search) -> Sector:
        """Return what a search looks for."""
        return search.sector or Sector(self.kind, self.fixed)

    def detection(self, search: Search) -> Detection:
        """Return how a search notices it."""
        kind = self.sector(search).kind
        if kind.semi_visible:
            return semi_visible
        in_regions = any(e.decay_regions is not None for e in search.experiments)
        return in_flight if in_regions or issubclass(kind, AxionLikeParticle) else invisible

    def group(self, model: DecayingMediator) -> object:
        """Return the shape of a model: equal for models that share the costly part."""
        return _shape(type(model), self.couplings)(model), model.alpha_D > 0

    def model(self, sector: Sector, i: int, j: int) -> DecayingMediator:
        """Make the model of a point.

        Raises
        ------
        RangeError
            If it does not exist.
        """
        at = {self.x.parameter: self.x.values.item(i), self.y.parameter: self.y.values.item(j)}
        return build(sector.kind, {**sector.fixed, **at})


@lru_cache
def _shape(kind: type[DecayingMediator], couplings: frozenset[str]) -> "attrgetter[object]":
    """Return what reads those fields of a model that are no couplings."""
    return attrgetter(*(f.name for f in fields(kind) if field_of(kind, f.name) not in couplings))


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def no_points(setup: Setup, shape: tuple[int, ...]) -> Arrays:
    """Return arrays for points of which none is computed; their shape comes last."""
    searches, sets, names = len(setup.searches), len(setup.data_sets), len(setup.signatures)
    arrays: Arrays = {
        "expected_events": np.full((searches, sets, names, *shape), np.nan),
        "efficiency": np.full((searches, names, *shape), np.nan),
        "excess": np.full((searches, *shape), np.nan),
        "statistical_error": np.full((searches, *shape), np.nan),
        "numerical_error": np.full((searches, *shape), np.nan),
        "allowed_events": np.full((searches, *shape), np.nan),
        "model_mediator_mass": np.full((searches, *shape), np.nan),
        "model_coupling": np.full((searches, *shape), np.nan),
        "status": np.full((searches, *shape), NOT_COMPUTED, np.uint8),
        "reason": np.full((searches, *shape), "", np.dtypes.StringDType()),
    }
    return arrays


def failed_points(setup: Setup, points: int, reason: str) -> Arrays:
    """Return arrays for points that all failed for one reason."""
    arrays = no_points(setup, (points,))
    arrays["status"][:] = FAILED
    arrays["reason"][:] = reason
    return arrays


def evaluate(setup: Setup, points: npt.NDArray[np.int64], report: Report = silent) -> Arrays:
    """Compute some points of a plane.

    Parameters
    ----------
    setup : Setup
        The plane.
    points : ndarray, shape (n, 2)
        Indices of their x and y.
    report : callable
        Is told how far it is.

    Returns
    -------
    dict of str to ndarray, last axis of length n
        As from `no_points`. What cannot be computed says why in `status` and `reason`; no
        exception leaves this function for it.
    """
    arrays = no_points(setup, (len(points),))
    made: dict[int, tuple[dict[int, DecayingMediator], dict[int, str]]] = {}
    for index, search in enumerate(setup.searches):
        if id(search.sector) not in made:
            made[id(search.sector)] = _models(setup, setup.sector(search), points)
        models, missing = made[id(search.sector)]
        for row, reason in missing.items():
            _mark(arrays, index, [row], NOT_COVERED, reason)
        rows = list(models)
        arrays["model_mediator_mass"][index, rows] = [m.mediator_mass for m in models.values()]
        arrays["model_coupling"][index, rows] = [m.coupling for m in models.values()]
        for found_rows, found in _accepted(setup, search, models, report):
            if isinstance(found, list):
                _fill(arrays, setup, index, found_rows, found)
            else:
                _mark(arrays, index, found_rows, *found)
    return arrays


def _models(
    setup: Setup, sector: Sector, points: npt.NDArray[np.int64]
) -> tuple[dict[int, DecayingMediator], dict[int, str]]:
    """Make the models of points, and say why there is none, by their rows."""
    models, missing = {}, {}
    with no_search_for_cycles():
        for row, (i, j) in enumerate(points.tolist()):
            try:
                models[row] = setup.model(sector, i, j)
            except ScotopicError as error:
                missing[row] = str(error)
    return models, missing


def _mark(arrays: Arrays, index: int, rows: list[int], status: int, reason: str) -> None:
    arrays["status"][index, rows] = status
    arrays["reason"][index, rows] = reason


def _fill(arrays: Arrays, setup: Setup, index: int, rows: list[int], found: list[Accepted]) -> None:
    """Put in what each experiment of a search accepts."""
    search = setup.searches[index]
    names = [setup.signatures.index(name) for name in search.signatures]
    each = []
    for experiment, part in zip(search.experiments, found, strict=True):
        sets = [setup.data_sets.index(d.name) for d in experiment.data_sets]
        events = search.exposures(experiment)[:, None, None] * part.per_particle
        place = np.ix_(sets, names, rows)  # data sets of joined cards may have the same name
        block = arrays["expected_events"][index]
        block[place] = np.nan_to_num(block[place]) + events
        each.append(events.sum(axis=(0, 1)))
    expected = np.array(each)
    allowed = search.allowed(expected)
    arrays["allowed_events"][index, rows] = allowed
    arrays["excess"][index, rows] = excess(expected.sum(axis=0), allowed)
    best = np.argmax(expected, axis=0), np.arange(len(rows))
    efficiency = np.array([part.efficiency for part in found])
    arrays["efficiency"][index][np.ix_(names, rows)] = efficiency[best[0], :, best[1]].T
    arrays["statistical_error"][index, rows] = np.array([p.statistical_error for p in found])[best]
    numerical = np.array([part.numerical_error for part in found])[best]
    arrays["numerical_error"][index, rows] = numerical + (search.joint.error if search.joint else 0)
    arrays["status"][index, rows] = COMPUTED


def excess(events: FloatArray, limit: float | FloatArray) -> FloatArray:
    """Return the logarithm of expected events over those allowed: excluded where positive."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = np.log(events / limit)
    return np.where(np.isneginf(found), NO_EVENTS, found)


Outcome = list[Accepted] | tuple[int, str]
"""What each experiment of a search accepts, or status and reason."""


def _accepted(
    setup: Setup, search: Search, models: Mapping[int, DecayingMediator], report: Report
) -> Iterator[tuple[list[int], Outcome]]:
    """Compute all models at once, or, if that fails, shape by shape."""
    shapes: dict[object, list[int]] = {}
    for row, model in models.items():
        shapes.setdefault(setup.group(model), []).append(row)
    groups = []
    for rows in shapes.values():
        try:
            setup.detection(search).check(search, models[rows[0]])
        except ScotopicError as error:
            yield rows, (NOT_COVERED, str(error))
        else:
            groups.append(rows)
    if not groups:
        return
    everything = [row for rows in groups for row in rows]
    found = _attempt(setup, search, [[models[r] for r in rows] for rows in groups], report)
    if isinstance(found, list) or len(groups) == 1:
        yield everything, found
        return
    for rows in groups:
        yield rows, _attempt(setup, search, [[models[row] for row in rows]], report)


def _attempt(
    setup: Setup, search: Search, groups: list[list[DecayingMediator]], report: Report
) -> Outcome:
    accepted = setup.detection(search).accepted
    try:
        return [accepted(setup, search, e, groups, report) for e in search.experiments]
    except ScotopicError as error:
        return NOT_COVERED, str(error)
    except Exception as error:  # noqa: BLE001 - a point that fails must not end the scan
        return FAILED, f"{type(error).__name__}: {error}"
