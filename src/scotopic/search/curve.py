"""Excluded couplings along one axis, with the edges solved for."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.errors import RangeError, ScotopicError
from scotopic.models.derived import COUPLING, PROBE
from scotopic.models.mediator import decaying
from scotopic.models.parameters import value_of
from scotopic.progress import Report, silent
from scotopic.search.allowance import OUTCOMES
from scotopic.search.intervals import Intervals, excluded_intervals

if TYPE_CHECKING:
    from scotopic.models.portal import Portal
    from scotopic.search.search import Responses, Search

FloatArray = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]
Booleans = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]

OK: Final = "limit"
NOTHING_EXCLUDED: Final = "nothing excluded"
EVERYTHING_EXCLUDED: Final = "everything excluded"

ALPHA_D: Final = (1e-5, 1.0)
"""Range in which limits on alpha_D are looked for."""

_PADDING: Final = {"lower": np.nan, "upper": np.nan, "open_below": False, "open_above": False}
_PER_DECADE = 20  # couplings on which intervals are looked for
_NO_EVENTS = 1e-300
_EQUAL_SHARES = 1e-9
_POLISHINGS = 8
_LONGEST = 0.5  # step of the logarithm of a coupling
_STEP = 1e-4  # of the same, for slopes
_SETTLED = 1e-10  # of the logarithm of an edge, where the limit depends on the shares


@displayed
@dataclass(frozen=True, eq=False)
class Exclusion:
    """Excluded intervals of the coupling of several models, and what goes with them.

    Attributes
    ----------
    lower, upper : ndarray, shape (models, outcomes, k)
        Edges for each of `allowance.OUTCOMES`, ascending, padded with not-a-number; with the ends
        of bands for each of `allowance.BANDS` too.
    open_below, open_above : ndarray of bool, shape (models, outcomes, k)
        Whether an interval goes on beyond the couplings that were looked at.
    status : ndarray of str, shape (models,)
        `OK`, `NOTHING_EXCLUDED`, `EVERYTHING_EXCLUDED`, or why a model has none.
    allowed_events : ndarray, shape (models, outcomes)
        Largest number of signal events, at the edge of the first interval; not-a-number where
        nothing is excluded and the number depends on the coupling.
    shares : ndarray, shape (models, parts)
        Of the parts of the search in the expected events, at the observed edge if there is one.
    relative_error : ndarray, shape (models,)
        Numerical and of simulated events, of the lower edge of the first observed interval.
    processes : ndarray of str
        Names of those that count for any of the models.
    """

    lower: FloatArray
    upper: FloatArray
    open_below: Booleans
    open_above: Booleans
    status: Words
    allowed_events: FloatArray
    shares: FloatArray
    relative_error: FloatArray
    processes: Words

    @classmethod
    def empty(cls, parts: int, status: "Sequence[str]") -> "Exclusion":
        """Return that of a search of several parts that sees none of the models."""
        rows, kinds = len(status), len(OUTCOMES)
        edges, is_open = np.full((rows, kinds, 1), np.nan), np.zeros((rows, kinds, 1), dtype=bool)
        return cls(
            edges,
            edges,
            is_open,
            is_open,
            np.array(status, dtype=str),
            np.full((rows, kinds), np.nan),
            np.full((rows, parts), np.nan),
            np.full(rows, np.nan),
            np.array([], dtype=str),
        )

    @classmethod
    def joined(cls, parts: "Sequence[Exclusion]") -> "Exclusion":
        """Return the models of several, one after the other."""
        most = max(part.lower.shape[2] for part in parts)
        every = [part.arrays(most) for part in parts]
        found = {name: np.concatenate([one[name] for one in every]) for name in every[0]}
        names = dict.fromkeys(found["processes"].tolist())
        return cls(**found | {"processes": np.array(list(names), dtype=str)})

    def ordered(self, order: Integers) -> "Exclusion":
        """Return the models in another order."""
        found = {
            name: values[order] for name, values in self.arrays().items() if name != "processes"
        }
        return Exclusion(**found, processes=self.processes)

    def with_ends(self, ends: "Sequence[Exclusion]") -> "Exclusion":
        """Return the same with the observed outcomes of others behind its own."""
        kept = self, *ends
        most = max(one.lower.shape[2] for one in kept)
        every = [one.arrays(most) for one in kept]
        own, *others = every
        further = {
            name: np.concatenate([own[name], *(one[name][:, :1] for one in others)], axis=1)
            for name in (*_PADDING, "allowed_events")
        }
        return replace(self, **further)

    def arrays(self, most: int = 0) -> dict[str, npt.NDArray[Any]]:
        """Return all arrays by name, with room for at least so many intervals."""
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        if (missing := most - self.lower.shape[2]) > 0:
            for name, fill in _PADDING.items():
                room = ((0, 0), (0, 0), (0, missing))
                found[name] = np.pad(found[name], room, constant_values=fill)
        return found


@dataclass(frozen=True, eq=False)
class Path:
    """What a solved parameter means for coupling and alpha_D of every model.

    Attributes
    ----------
    values : ndarray, shape (k,)
        The parameter on a grid, ascending.
    couplings : callable
        Gives coupling and alpha_D at values of the parameter, each for the row whose number is
        given.
    nothing : str
        What is said where no value is excluded.
    """

    values: FloatArray
    couplings: Callable[[FloatArray, Integers], tuple[FloatArray, FloatArray]]
    nothing: str = NOTHING_EXCLUDED

    @classmethod
    def coupling(cls, models: "Sequence[Portal]") -> "Path":
        """Return the path along the coupling, alpha_D being that of the models."""
        alpha_D = np.array([model.alpha_D for model in models])
        low, high = models[0].coupling_range
        count = math.ceil(_PER_DECADE * math.log10(high / low)) + 1
        grid, nothing = np.geomspace(low, high, count), NOTHING_EXCLUDED
        if why := models[0].beyond_range:
            nothing += f": no limit below {high:g}; {why}"
        return cls(grid, lambda value, row: (value, alpha_D[row]), nothing)

    @classmethod
    def alpha_D(cls, models: "Sequence[Portal]", y: float) -> "Path":
        """Return the path along alpha_D at a fixed y, which then gives the coupling."""
        ratios = [decaying(model, "a limit on alpha_D").mass_ratio for model in models]
        at_one = models[0].coupling_unit * math.sqrt(y) * np.array(ratios) ** 2
        count = math.ceil(_PER_DECADE * math.log10(ALPHA_D[1] / ALPHA_D[0])) + 1
        return cls(
            np.geomspace(*ALPHA_D, count),
            lambda value, row: (at_one[row] / np.sqrt(value), value),
        )


def excluded_along(
    searches: "Sequence[Search]",
    models: "Sequence[Portal]",
    path: "Callable[[Sequence[Portal]], Path]" = Path.coupling,
    report: Report = silent,
) -> list[Exclusion]:
    """Return the excluded intervals of the coupling, for models that differ in all else.

    Parameters
    ----------
    searches : sequence of Search
        What is asked: the first has all parts, others have some of them.
    models : sequence of Portal
        One row each; what the path determines does not enter.
    path : callable
        Along what intervals are looked for: the coupling by default.
    report : callable
        Is told how far it is.

    Returns
    -------
    list of Exclusion
        One for each search.

    Raises
    ------
    RangeError
        If the first search sees none of the models; with the reason of the first.
    """
    whole = searches[0]
    seeing = [_seeing(whole, model) for model in models]
    seen = {i: parts for i, parts in enumerate(seeing) if not isinstance(parts, str)}
    if not seen:
        raise RangeError(str(seeing[0]))
    every = whole.responses([models[i] for i in seen], report, seeing=list(seen.values()))
    responses = dict(zip(seen, every, strict=True))
    return [_excluded(search, models, responses, path) for search in searches]


def _seeing(search: "Search", model: "Portal") -> tuple[int, ...] | str:
    try:
        return search.seeing(model)
    except ScotopicError as error:
        return str(error)


def _excluded(
    search: "Search",
    models: "Sequence[Portal]",
    responses: "Mapping[int, Responses]",
    path: "Callable[[Sequence[Portal]], Path]",
) -> Exclusion:
    answers = {i: one.of(search) for i, one in responses.items()}
    seen = [i for i, one in answers.items() if one.by_part]
    unseen = [i for i in range(len(models)) if i not in set(seen)]
    empty = Exclusion.empty(len(search.parts), [str(_seeing(search, models[i])) for i in unseen])
    if not seen:
        return empty
    chosen = [models[i] for i in seen]
    found = _Along(search, path(chosen), [answers[i] for i in seen]).solved()
    names = dict.fromkeys(name for model in chosen for name in search.processes(model))
    found = replace(found, processes=np.array(list(names), dtype=str))
    return Exclusion.joined([found, empty]).ordered(np.argsort([*seen, *unseen]))


class _Along:
    """Expected and allowed events of some models over the logarithm of what is solved for."""

    def __init__(
        self,
        search: "Search",
        path: Path,
        responses: "Sequence[Responses]",
    ) -> None:
        self.path, self.responses = path, responses
        self.parts = len(search.parts)
        self.allowance = search.allowance
        self.rows = np.arange(len(responses))
        grid = np.log(path.values)
        events = self.events(np.tile(grid, len(self.rows)), np.repeat(self.rows, len(grid)))
        self.on_grid = events.reshape(self.parts, len(self.rows), len(grid))
        self.limits = self._limits_of_rows()

    def _limits_of_rows(self) -> FloatArray | None:
        """Limits of every row, shape (rows, outcomes); None if they depend on the coupling."""
        if self.allowance.is_constant:
            limits, self.limit_error = self.allowance.at(np.ones((1, 1)))
            return np.tile(limits.T, (len(self.rows), 1))
        shares = _shares(self.on_grid)
        self.limit_error = np.zeros(len(self.rows))
        known = np.isfinite(shares)
        low, high = np.where(known, shares, np.inf), np.where(known, shares, -np.inf)
        if np.any(high.max(axis=2) - low.min(axis=2) > _EQUAL_SHARES):
            return None
        mean = np.where(known, shares, 0.0).sum(axis=2) / np.maximum(known.sum(axis=2), 1)
        mean[:, ~known.any(axis=(0, 2))] = 1 / self.parts  # no events at any coupling
        limits, self.limit_error = self.allowance.at(mean)
        return limits.T

    def events(self, logarithm: FloatArray, rows: Integers) -> FloatArray:
        """Return the expected events of the parts, shape (parts, n)."""
        found = np.zeros((self.parts, len(rows)))
        coupling, alpha_D = self.path.couplings(np.exp(logarithm), rows)
        order = np.argsort(rows, kind="stable")
        for here in np.split(order, np.flatnonzero(np.diff(rows[order])) + 1):
            found[:, here] = self.responses[rows[here[0]]].events(coupling[here], alpha_D[here])
        return found

    def solved(self) -> Exclusion:
        """Find the intervals of all outcomes at once."""
        count, kinds = len(self.rows), len(OUTCOMES)
        if self.limits is None:
            limits = self.allowance.between(self.on_grid)[0].swapaxes(0, 1)
        else:
            limits = self.limits[:, :, None]
        excess = _logarithm(self.on_grid.sum(axis=0))[:, None] - np.log(limits)
        values = excess.reshape(count * kinds, -1)
        every = excluded_intervals(self._excess, values, self.path.values)
        if self.limits is None:
            every = self._polished(every)
        by_outcome = {
            f.name: getattr(every, f.name).reshape(count, kinds, -1) for f in fields(every)
        }
        first = by_outcome["lower"][:, :, 0]
        edges = np.log(np.where(np.isnan(first), self.path.values[-1], first))
        events = self.events(edges.ravel(), np.repeat(self.rows, kinds))
        events = events.reshape(self.parts, count, kinds)
        allowed = self.limits
        if allowed is None:
            allowed = np.where(np.isnan(first), np.nan, events.sum(axis=0))
        covered = np.isfinite(first[:, 0])
        is_all = (by_outcome["open_below"] & by_outcome["open_above"])[:, 0, 0]
        return Exclusion(
            **by_outcome,
            status=np.select([is_all, covered], [EVERYTHING_EXCLUDED, OK], self.path.nothing),
            allowed_events=allowed,
            shares=np.where(covered, _shares(events[:, :, 0]), np.nan).T,
            relative_error=np.where(covered, self._errors(edges[:, 0]), np.nan),
            processes=np.array([], dtype=str),
        )

    def _excess(self, logarithm: FloatArray, numbers: Integers) -> FloatArray:
        """Return ln(expected/allowed events), the outcomes of the first row first."""
        rows, outcome = np.divmod(numbers, len(OUTCOMES))
        events = self.events(logarithm, rows)
        if self.limits is None:
            limit = self.allowance.between(events)[0][outcome, np.arange(len(rows))]
        else:
            limit = self.limits[rows, outcome]
        return np.asarray(_logarithm(events.sum(axis=0)) - np.log(limit))

    def _polished(self, found: Intervals) -> Intervals:
        """Return the intervals with the limit at each edge set exactly for the shares there.

        The shares hardly change with the coupling: Newton's steps settle in a few. Where few
        counts make the limit step they need not; the last step then is the error.
        """
        ends = {"lower": found.lower.copy(), "upper": found.upper.copy()}
        for name, is_open in (("lower", found.open_below), ("upper", found.open_above)):
            number, column = np.nonzero(np.isfinite(ends[name]) & ~is_open)
            if len(number) == 0:
                continue
            row, outcome = np.divmod(number, len(OUTCOMES))
            at = np.log(ends[name][number, column])
            for _ in range(_POLISHINGS):
                events = self.events(at, row)
                limits, error = self.allowance.at(_shares(events))
                limit = limits[outcome, np.arange(len(row))]
                step = (np.log(limit) - _logarithm(events.sum(axis=0))) / self._slope(at, row)
                at = at + np.clip(step, -_LONGEST, _LONGEST)
                if np.max(np.abs(step)) < _SETTLED:
                    break
            if name == "lower":
                first = (outcome == 0) & (column == 0)
                self.limit_error[row[first]] = (error + np.abs(step))[first]
            ends[name][number, column] = np.exp(at)
        return replace(found, lower=ends["lower"], upper=ends["upper"])

    def _slope(self, logarithm: FloatArray, rows: Integers) -> FloatArray:
        """Return d ln(events)/d ln(coupling)."""
        at = np.concatenate([logarithm + _STEP, logarithm - _STEP])
        up, down = np.split(self.events(at, np.tile(rows, 2)).sum(axis=0), 2)
        return np.asarray((_logarithm(up) - _logarithm(down)) / (2 * _STEP))

    def _errors(self, edge: FloatArray) -> FloatArray:
        """Return the relative error of couplings: that of events and limit over the slope."""
        errors = np.zeros(len(self.rows))
        coupling, alpha_D = self.path.couplings(np.exp(edge), self.rows)
        for row, response in enumerate(self.responses):
            here = slice(row, row + 1)
            errors[row] = response.relative_error(coupling[here], alpha_D[here])[0]
        slope = np.abs(self._slope(edge, self.rows))
        total = errors + self.limit_error
        return np.divide(total, slope, out=np.full_like(total, np.inf), where=slope > 0)


def _shares(events: FloatArray) -> FloatArray:
    total = events.sum(axis=0)
    return np.asarray(np.divide(events, total, out=np.full_like(events, np.nan), where=total > 0))


def _logarithm(events: FloatArray) -> FloatArray:
    return np.log(np.maximum(events, _NO_EVENTS))


def in_quantity(models: "Sequence[Portal]", quantity: str, couplings: FloatArray) -> FloatArray:
    """Return couplings as another quantity that goes with them or with their squares.

    Parameters
    ----------
    models : sequence of Portal
        One for each row.
    quantity : str
        The coupling's field, its square, y, a magnetic moment, ...
    couplings : ndarray, shape (rows, ...)
        To be converted.
    """
    kind = type(models[0])
    if quantity in (kind.coupling_field, COUPLING):
        return couplings
    unit = [replace(m, **{kind.coupling_field: PROBE}) for m in models]
    scale = np.array([value_of(model, quantity) for model in unit]) / PROBE**2
    return couplings**2 * scale.reshape(-1, *[1] * (couplings.ndim - 1))
