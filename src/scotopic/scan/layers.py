"""Layers of a plane that need no experiment: thermal lines, the CMB's bound, magnetic moments.

A thermal coupling, and a bound of the CMB, depend on everything but the coupling. Along an
axis of couplings one value is enough. Where neither axis is one, the relic density of the models
themselves tells how far they are from the line, which is faster than a search and says it also
where several couplings leave the same density. That is done on a coarse set of the vertical axis'
values, and interpolated.

Lines have bends narrower than the steps of a plane, at hadronic resonances for instance. Columns
are added between the plane's where a line bends. Where a line over couplings jumps, it has a gap.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from scotopic.cosmology.jumps import jumps
from scotopic.cosmology.thermal_lines import (
    Coupling,
    estimated_thermal_couplings,
    thermal_couplings,
)
from scotopic.display import displayed
from scotopic.errors import RangeError, ScotopicError
from scotopic.models.derived import COUPLING
from scotopic.models.inputs import model_inputs
from scotopic.models.parameters import value_of
from scotopic.models.portal import Portal
from scotopic.progress import Report, silent
from scotopic.scan.grid import Grid, Index

FloatArray = npt.NDArray[np.float64]

_NODES: Final = MappingProxyType({"alpha_D": 13})
_NODES_OF_OTHERS: Final = 33
"""Largest number of values of the vertical axis on which something is computed if both axes
change it; fewer where its logarithm is nearly linear."""

_BEND: Final = 0.004
"""Largest deviation of the line at a column from the straight one between its neighbours, as a
share of the vertical axis: four times that of the line drawn between columns."""

_FLAT: Final = 0.1
"""Least change of ln(coupling) along the vertical axis: with less the line is vertical."""

_ROUNDS: Final = 5
"""How often the steps between columns may be halved."""

_ADDED: Final = 1.0
"""Most columns that are added, over those of the plane."""


Find = Callable[[Sequence[Portal]], list[Coupling]]
"""Finds the coupling on a line for each of several models.

That is their own if they are on the line. Otherwise it may be an estimate, which only has to be
above or below their own as the line is, where `Grid.has_couplings` does not hold.
"""


@dataclass(frozen=True)
class LinePoint:
    """A point of a line in the plane, or a gap of it.

    Attributes
    ----------
    x : float
        On the horizontal axis.
    y : float or None
        On the vertical axis, also beyond its ends; None in a gap.
    model : Portal or None
        The model there; None in a gap.
    status : str
        `ok`, or why there is a gap.
    caveats : tuple of str
        See `Coupling`.
    """

    x: float
    y: float | None
    model: Portal | None
    status: str
    caveats: tuple[str, ...]


@displayed
@dataclass(frozen=True, eq=False)
class Line:
    """Where the coupling of a plane's models is that of a line.

    Attributes
    ----------
    x : ndarray, shape (x,)
        The plane's values of x, and more where the line bends.
    excess : ndarray, shape (x, y)
        ln of the coupling over that on the line; not-a-number in gaps.
    points : tuple of LinePoint
        For every value of x: the line's, or one that says why there is none.
    gaps : mapping of (int, int) to str
        Why there is no coupling, by the indices of the points at which one was sought.
    interpolation_error : float
        Largest error of `excess` on the line at the columns; zero if nothing was interpolated.
    jumps : tuple of (LinePoint, LinePoint)
        The ends of its branches where it jumps. `excess` is not-a-number from one to the other.
    """

    x: FloatArray
    excess: FloatArray
    points: tuple[LinePoint, ...]
    gaps: Mapping[Index, str]
    interpolation_error: float
    jumps: tuple[tuple[LinePoint, LinePoint], ...] = ()

    @property
    def absent(self) -> str | None:
        """Why there is no line for any model of the plane; None if there is one for some."""
        return None if np.isfinite(self.excess).any() else next(iter(self.gaps.values()))


def relic_line(grid: Grid, omega_h2: float, report: Report = silent) -> Line:
    """Find where freeze-out leaves a density; what it takes is kept on disk.

    Parameters
    ----------
    grid : Grid
        The models of the plane.
    omega_h2 : float
        The density to be reached.
    report : callable
        Is told how far it is.
    """
    if not grid.has_couplings:
        return _line(grid, partial(estimated_thermal_couplings, omega_h2=omega_h2, report=report))
    find = _remembering(partial(thermal_couplings, omega_h2=omega_h2, report=report))
    return _with_gaps(grid, _line(grid, find), find)


def _with_gaps(grid: Grid, line: Line, find: Find) -> Line:
    """Return a line over couplings that has gaps where it jumps."""
    upright = grid.sector.field(grid.y) == COUPLING  # the coupling is along y, the line along x
    over, along = (grid.y, grid.x) if upright else (grid.x, grid.y)
    at = along.to_coordinates(line.x if upright else along.values)

    def place(coordinate: float) -> float:
        return float(along.from_coordinates(np.array([coordinate]))[0])

    def model(coordinate: float) -> Portal:
        ends = (place(coordinate), over.maximum)
        return grid.at(*(ends if upright else ends[::-1]))

    def sought(coordinate: float) -> float:
        try:
            return _logarithm(find([model(coordinate)])[0])
        except RangeError:  # no such model
            return math.nan

    def point(coordinate: float, logarithm: float) -> LinePoint:
        there = model(coordinate)
        there = replace(there, **{there.coupling_field: math.exp(logarithm)})
        x, y = (value_of(there, axis.parameter) for axis in (grid.x, grid.y))
        return LinePoint(x, y, there, "ok", ())

    found = jumps(at, np.array([sought(one) for one in at.tolist()]), sought)
    rows = line.excess.copy() if upright else line.excess.T.copy()
    for one in found:
        here = slice(one.step, one.step + 2)
        rows[here, rows[here].prod(axis=0) < 0] = math.nan
    ends = tuple((point(one.at, one.before), point(one.at, one.after)) for one in found)
    return replace(line, excess=rows if upright else rows.T, jumps=ends)


def cmb_line(grid: Grid) -> Line:
    """Find the largest couplings that the cosmic microwave background allows."""
    return _line(grid, _cmb_couplings)


def _cmb_couplings(models: Sequence[Portal]) -> list[Coupling]:
    from scotopic.cosmology.cmb import cmb_bound  # noqa: PLC0415 - slow to import

    found = []
    for model in models:
        try:
            bound = cmb_bound(model)
        except ScotopicError as error:
            found.append(Coupling(None, str(error)))
        else:
            status = bound.reason if bound.kinetic_mixing is None else "ok"
            found.append(Coupling(bound.kinetic_mixing, status))
    return found


def _line(grid: Grid, find: Find) -> Line:
    find = _remembering(find)
    found, excess = _excess(grid, find)
    for _ in range(_ROUNDS):
        grid = grid.with_columns(_beside_bends(grid, excess))
        if len(grid.columns) == len(excess):
            break
        found, excess = _excess(grid, find)
    nodes = _nodes(grid)
    gaps = {index: why for index, why in grid.refused.items() if index[1] in nodes}
    gaps |= {index: one.status for index, one in found.items() if one.value is None}
    if grid.sector.field(grid.y) == COUPLING:
        points = [
            _on_column(grid, i, found.get((i, nodes[0])), gaps) for i in range(len(grid.columns))
        ]
        return Line(grid.columns, excess, tuple(points), gaps, 0.0)
    crossings = _crossings(grid, excess)
    at_crossings = [grid.at(x, y) for x, y in crossings]
    exact = find(at_crossings) if crossings else []
    errors = [
        abs(math.log(model.coupling / one.value))
        for model, one in zip(at_crossings, exact, strict=True)
        if one.value is not None
    ]
    points = [
        LinePoint(x, y, model, "ok", one.caveats)
        for (x, y), model, one in zip(crossings, at_crossings, exact, strict=True)
    ]
    points += _without_crossing(grid, excess, gaps, {x for x, _ in crossings})
    points.sort(key=lambda point: point.x)
    return Line(grid.columns, excess, tuple(points), gaps, max(errors, default=0.0))


def _remembering(find: Find) -> Find:
    """Ask for each shape of models once."""
    known: dict[str, Coupling] = {}

    def ask(models: Sequence[Portal]) -> list[Coupling]:
        shapes = [json.dumps(model_inputs(model)) for model in models]
        new = {s: m for s, m in zip(shapes, models, strict=True) if s not in known}
        if new:
            known.update(zip(new, find(list(new.values())), strict=True))
        return [known[shape] for shape in shapes]

    return ask


def _excess(grid: Grid, find: Find) -> tuple[dict[Index, Coupling], FloatArray]:
    """Return what is found at the nodes, and ln of the coupling over that on the line."""
    nodes = _nodes(grid)
    sought = {(i, j): grid.models[i, j] for i, j in sorted(grid.models) if j in set(nodes)}
    found = dict(zip(sought, find(list(sought.values())), strict=True))
    excess = np.log(grid.values(lambda model: model.coupling))
    for i in range(len(grid.columns)):
        row = np.array([_logarithm(found.get((i, j))) for j in nodes])
        excess[i] -= _interpolated(grid.y.coordinates, grid.y.coordinates[nodes], row)
    return found, excess


def _interpolated(at: FloatArray, nodes: FloatArray, values: FloatArray) -> FloatArray:
    """Interpolate smoothly and without new extrema; linearly beside gaps, which stay gaps."""
    if len(nodes) < 3 or not np.isfinite(values).all():
        return np.interp(at, nodes, values)
    return np.asarray(PchipInterpolator(nodes, values)(at))


def _beside_bends(grid: Grid, excess: FloatArray) -> FloatArray:
    """Return the middles of the steps at whose ends the line bends too much, the worst alone."""
    corners = np.stack([excess[:-1, :-1], excess[1:, :-1], excess[:-1, 1:], excess[1:, 1:]])
    crossed = (corners.min(axis=0) < 0) & (corners.max(axis=0) > 0)  # a comparison with nan fails
    near = np.zeros(excess.shape, dtype=bool)
    for rows in (slice(None, -1), slice(1, None)):
        near[rows, :-1] |= crossed
        near[rows, 1:] |= crossed
    at = np.log(grid.columns) if grid.x.scale == "log" else grid.columns
    left, right = np.diff(at)[:-1, None], np.diff(at)[1:, None]
    straight = (right * excess[:-2] + left * excess[2:]) / (left + right)
    slope = np.maximum(abs(np.gradient(excess, axis=1)) * (grid.y.points - 1), _FLAT)[1:-1]
    bends = np.zeros(len(at))
    bends[1:-1] = np.nan_to_num(abs(excess[1:-1] - straight) / slope * near[1:-1]).max(axis=1)
    steps = np.maximum(bends[1:], bends[:-1])
    worst = np.argsort(-steps)[: max(round((1 + _ADDED) * grid.x.points) - len(at), 0)]
    worst = worst[steps[worst] > _BEND]
    return grid.x.from_coordinates((at[worst] + at[worst + 1]) / 2)


def _nodes(grid: Grid) -> list[int]:
    """Return the indices of y at which couplings are sought."""
    last = grid.y.points - 1
    if grid.sector.field(grid.y) == COUPLING:
        return [last]
    nodes = _NODES.get(grid.y.parameter, _NODES_OF_OTHERS)
    if grid.has_couplings or last < nodes:
        return list(range(last + 1))
    return [round(at) for at in np.linspace(0, last, nodes)]


def _logarithm(one: Coupling | None) -> float:
    return math.nan if one is None or one.value is None else math.log(one.value)


def _on_column(grid: Grid, i: int, found: Coupling | None, gaps: Mapping[Index, str]) -> LinePoint:
    """Return the line's point at a value of x where y is an axis of couplings."""
    x, index = float(grid.columns[i]), (i, grid.y.points - 1)
    if found is None or found.value is None:
        return LinePoint(x, None, None, gaps[index], ())
    of_grid = grid.models[index]
    model = replace(of_grid, **{of_grid.coupling_field: found.value})
    return LinePoint(x, value_of(model, grid.y.parameter), model, "ok", found.caveats)


def _crossings(grid: Grid, excess: FloatArray) -> list[tuple[float, float]]:
    """Return the zeros of the excess along y, for every x, linear between the points."""
    at, found = grid.y.coordinates, []
    for x, row in zip(grid.columns.tolist(), excess, strict=True):
        for j in np.flatnonzero(row[:-1] * row[1:] <= 0):
            share = row[j] / (row[j] - row[j + 1]) if row[j] != row[j + 1] else 0.0
            y = float(at[j] + share * (at[j + 1] - at[j]))
            found.append((x, math.exp(y) if grid.y.scale == "log" else y))
    return found


def _without_crossing(
    grid: Grid, excess: FloatArray, gaps: Mapping[Index, str], crossed: set[float]
) -> list[LinePoint]:
    """Say for every other x why the line does not pass there."""
    points = []
    for i, x in enumerate(grid.columns.tolist()):
        if x in crossed:
            continue
        sides = set(np.sign(excess[i][np.isfinite(excess[i])]).tolist())
        if len(sides) == 1:
            side = "below" if sides == {1.0} else "above"
            why = f"the coupling on the line is {side} the plane's"
        else:
            why = next(text for (at, _), text in gaps.items() if at == i)
        points.append(LinePoint(x, None, None, why, ()))
    return points
