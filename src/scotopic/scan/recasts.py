"""Bounds of other experiments as layers of a plane: computed for its own models, point by point."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.bounds import Bound, Excluded, load_bound
from scotopic.models.derived import PROBE
from scotopic.models.portal import Portal
from scotopic.progress import Report, silent
from scotopic.scan.contours import regions
from scotopic.scan.remarks import reasons
from scotopic.scan.unseen import NOTHING
from scotopic.search.result import Layer, Variable

if TYPE_CHECKING:
    from scotopic.scan.bounds import BoundLayer
    from scotopic.scan.grid import Grid

FloatArray = npt.NDArray[np.float64]

_FAR: Final = 700.0
"""Logarithm of how far couplings are from being excluded where nothing is; any large number."""

_NEW_OUTLINE: Final = 1  # of codes of paths


def bound_of(layer: "BoundLayer", directory: Path) -> Bound:
    """Read the card of a bound that a layer names.

    Raises
    ------
    CardError
        If something is wrong with it.
    """
    name = str(layer.card)
    is_path = name.endswith(".toml") or "/" in name
    return load_bound(directory / name if is_path else name)


def recast_layer(layer: "BoundLayer", bound: Bound, grid: "Grid", report: Report = silent) -> Layer:
    """Compute where the coupling of a plane's models is excluded.

    Parameters
    ----------
    layer : BoundLayer
        Of a run card; it names the bound.
    bound : Bound
        As `bound_of` reads it.
    grid : Grid
        The models of the plane.
    report : callable
        Is told how far it is.

    Returns
    -------
    Layer
        A bound whose islands are what is excluded in the plane: between points of the plane as
        straight as limits are. Its `remarks` say why there is nothing at some points, and
        `absent` if there is nothing at all.
    """
    answers = _answers(bound, grid, report)
    excess = np.full((len(grid.columns), grid.y.points), -_FAR)
    why: list[str] = []
    for index, model in grid.models.items():
        found = answers[_shape(model)]
        excess[index] = _excess(found, model.coupling)
        why += [found.reason] if found.reason else []
    outlines = list(_outlines(excess, grid))
    where = f"bounds[{layer.label}]: not bounded at {len(why)} of {len(grid.models)} points"
    alike = dict.fromkeys(why)
    absent = "" if outlines else reasons(list(alike)) or NOTHING
    points = np.concatenate([np.empty((0, 2)), *outlines])
    numbers = np.repeat(np.arange(len(outlines), dtype=np.float64), [len(o) for o in outlines])
    columns = {"x": points[:, 0], "y": points[:, 1], "island": numbers}
    return Layer(
        "bound",
        layer.label,
        {name: Variable(("point",), values) for name, values in columns.items()},
        {
            "source": bound.card.source,
            "excludes": "inside",
            "card": bound.name,
            "is_projection": bound.card.is_projection,
            "assumptions": list(bound.assumptions()),
            "remarks": [f"{where}: {reasons(list(alike))}"] if why else [],
            "absent": absent,
        },
    )


def _answers(bound: Bound, grid: "Grid", report: Report) -> Mapping[Portal, Excluded]:
    """Return what is excluded of every model, one for all that differ in the coupling alone."""
    shapes = dict.fromkeys(map(_shape, grid.models.values()))
    found = {}
    for i, shape in enumerate(shapes):
        report(bound.card.title, i, len(shapes))
        found[shape] = bound.excluded(shape)
    return found


def _shape(model: Portal) -> Portal:
    return replace(model, **{model.coupling_field: PROBE})


def _excess(found: Excluded, coupling: float) -> float:
    """Return ln of the coupling over the nearest edge, positive inside of an interval."""
    at = math.log(coupling)
    inside = [
        min(
            at - math.log(low) if low > 0 else _FAR,
            math.log(high) - at if high < math.inf else _FAR,
        )
        for low, high in found.intervals
    ]
    return max(inside, default=-_FAR)


def _outlines(excess: FloatArray, grid: "Grid") -> Iterator[FloatArray]:
    """Yield the outline of each area that is excluded, shape (n, 2), closed.

    One with holes is cut open from its outline to each of them, so that it has one outline.
    """
    for area in regions(excess, grid.x, grid.y):
        starts = np.flatnonzero(area.codes == _NEW_OUTLINE)
        outer, *holes = np.split(area.points, starts[1:])
        for hole in holes:
            outer = np.concatenate([outer, hole, outer[-1:]])
        yield outer
