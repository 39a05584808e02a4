"""Planes of two parameters: regions that experiments exclude, and bands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from scotopic.errors import RangeError
from scotopic.figures.boxes import place_boxes
from scotopic.figures.labels import axis_label, with_value
from scotopic.figures.style import BLACK, CYCLE, GREY, VERMILION, decades, new_figure
from scotopic.models.derived import Kind
from scotopic.models.metadata import Parameter
from scotopic.models.parameters import parameter
from scotopic.models.registry import model_class
from scotopic.scan.contours import contours, regions
from scotopic.scan.plane import Plane, axes_of, planes_of
from scotopic.search.axis import Axis
from scotopic.search.result import Layer, Result

FloatArray = npt.NDArray[np.float64]

_HATCH: Final = "#B5B5B5"
_BOUNDS: Final = ("#E6E6E6", "#D2D2D2", "#BEBEBE")
_BANDS: Final = ("#C8E6DA", "#E3E3E3", "#F6E3B5", "#DCE6F5")
_KINDS: Final = ("band", "bound", "cmb", "thermal line")
"""Kinds of layers that a figure can show."""
_Dash = Literal["-", "--", "-.", ":"]
_DASHES: Final[tuple[_Dash, ...]] = get_args(_Dash)


def draw_plane(found: Result) -> Figure:
    """Draw what is excluded along two axes, and what stands beside it.

    Lines and outlines are those of `scotopic.scan.contours`, which are in the tables too.

    Parameters
    ----------
    found : Result
        As from `scotopic.scan.run.compute_run_card` or `exclusion_plane`.

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.

    Raises
    ------
    RangeError
        If it has a layer of a kind that no figure shows.
    """
    x, y = axes_of(found)
    kind = model_class(found.attributes["model"]["name"])
    card = found.attributes.get("card", {})
    planes, layers = planes_of(found), _by_kind(found)
    filled = [one["filled"] for one in card.get("limits", ())] or [True] * len(planes)
    with new_figure(found.attributes["title"]) as (figure, axes):
        axes.set(xscale=x.scale, yscale=y.scale)
        axes.set(xlim=x.values[[0, -1]], ylim=y.values[[0, -1]])
        labels = [
            card.get(name, {}).get("label") or axis_label(parameter(kind, axis.parameter))
            for name, axis in (("x", x), ("y", y))
        ]
        axes.set(xlabel=labels[0], ylabel=labels[1])
        axes.tick_params(axis="x", pad=6)  # the lowest number of the other axis is near
        decades(axes)
        axes.grid(visible=True)
        canvas = _Canvas(axes, x, y)
        handles: list[Line2D | Patch | None] = [
            _band(canvas, layer, colour)
            for layer, colour in zip(layers["band"], cycle(_BANDS), strict=False)
        ]
        handles += [_bound(axes, layer, i, y.maximum) for i, layer in enumerate(layers["bound"])]
        handles += [
            _limit(canvas, plane, label, colour, is_filled)
            for (label, plane), is_filled, colour in zip(
                planes.items(), filled, cycle(CYCLE), strict=False
            )
        ]
        handles += [_hatched_side(canvas, layer) for layer in layers["cmb"]]
        handles += [
            _thermal_line(canvas, layer, _DASHES[i % len(_DASHES)])
            for i, layer in enumerate(layers["thermal line"])
        ]
        handles += _unknown(canvas, list(planes.values()))
        fixed = {k: v for k, v in found.attributes["model"].items() if k != "name"}
        place_boxes(axes, [one for one in handles if one is not None], _fixed(kind, fixed))
    return figure


def _by_kind(found: Result) -> Mapping[str, list[Layer]]:
    kinds: dict[str, list[Layer]] = {kind: [] for kind in _KINDS}
    for layer in found.layers:
        if layer.kind not in kinds:
            raise RangeError(
                f"layers[{layer.label}].kind: {layer.kind!r} is not shown by any figure; it must"
                f" be one of {', '.join(_KINDS)}"
            )
        kinds[layer.kind].append(layer)
    return kinds


@dataclass(frozen=True)
class _Canvas:
    """The axes of a figure, and those of the plane in it."""

    axes: Axes
    x: Axis
    y: Axis

    def line(
        self,
        values: FloatArray,
        columns: FloatArray | None = None,
        **style: Any,  # noqa: ANN401 - as matplotlib's
    ) -> None:
        """Draw where a function is zero."""
        for one in contours(values, self.x, self.y, columns):
            self.axes.plot(one.x, one.y, **style)

    def area(
        self,
        values: FloatArray,
        columns: FloatArray | None = None,
        **style: Any,  # noqa: ANN401 - as matplotlib's
    ) -> None:
        """Shade where a function is positive."""
        for one in regions(values, self.x, self.y, columns):
            self.axes.add_patch(PathPatch(Path(one.points, one.codes), **style))


def _band(canvas: _Canvas, layer: Layer, colour: str) -> Patch | None:
    """Shade what is inside of a band."""
    inside = np.minimum(layer["above_lower"], -layer["above_upper"])
    if not (inside > 0).any():
        return None
    canvas.area(inside, facecolor=colour, edgecolor="none", zorder=1)
    return Patch(color=colour, label=layer.label)


def _thermal_line(canvas: _Canvas, layer: Layer, dash: _Dash) -> Line2D | None:
    """Draw where the coupling is the thermal one; gaps stay open."""
    if not _changes_sign(layer["excess"]):
        return None
    style: dict[str, Any] = {"color": BLACK, "linestyle": dash, "linewidth": 1.7}
    canvas.line(layer["excess"], layer[canvas.x.parameter], zorder=4, **style)
    return Line2D([], [], label=layer.label, **style)


def _changes_sign(excess: FloatArray) -> bool:
    return bool((excess > 0).any() and (excess < 0).any())


def _bound(axes: Axes, layer: Layer, number: int, top: float) -> Line2D | Patch | None:
    """Draw a line given by numbers, and shade what it excludes."""
    shade = _BOUNDS[number % len(_BOUNDS)]
    area: dict[str, Any] = {"facecolor": shade, "edgecolor": GREY, "linewidth": 0.8}
    style: dict[str, Any] = {"color": VERMILION, "linewidth": 3}
    excludes, is_seen = layer.attributes["excludes"], False
    for island in np.unique(layer["island"]):
        points = np.stack([layer["x"], layer["y"]], axis=1)[layer["island"] == island]
        x, y = points.T
        if excludes == "nothing":
            axes.plot(x, y, zorder=6, **style)
        elif excludes == "inside":
            axes.fill(x, y, zorder=0.5, **area)
        else:
            axes.fill_between(x, y, np.maximum(y, top), zorder=0.5, **area)
            points = np.concatenate([points, np.stack([x, np.maximum(y, top)])[:, ::-1].T])
        is_seen |= _is_seen(axes, points, filled=excludes != "nothing")
    if not is_seen:
        return None
    if excludes == "nothing":
        return Line2D([], [], label=layer.label, **style)
    return Patch(label=layer.label, **area)


def _is_seen(axes: Axes, points: FloatArray, *, filled: bool) -> bool:
    """Whether a line, or the area inside of it, is in the frame of the axes."""
    line = Path(axes.transData.transform(points))
    return line.intersects_bbox(axes.get_window_extent(), filled=filled)


def _hatched_side(canvas: _Canvas, layer: Layer) -> Patch | None:
    """Hatch the side above a line, which is excluded."""
    excess, columns = layer["excess"], layer[canvas.x.parameter]
    if not (excess > 0).any():
        return None
    canvas.line(excess, columns, color=GREY, linewidth=1.0, zorder=2.5)
    return _hatched(canvas, excess, columns, layer.label, "//")


def _hatched(
    canvas: _Canvas, values: FloatArray, columns: FloatArray | None, label: str, hatch: str
) -> Patch:
    """Hatch where a function is positive."""
    style: dict[str, Any] = {"facecolor": "none", "edgecolor": _HATCH, "hatch": hatch}
    with mpl.rc_context({"hatch.linewidth": 0.5}):
        canvas.area(values, columns, linewidth=0, zorder=1.5, **style)
    return Patch(label=label, **style)


def _unknown(canvas: _Canvas, planes: Sequence[Plane]) -> list[Patch]:
    """Hatch where no limit has a value: what is not computed must not look like not excluded."""
    if not planes:
        return []
    known = np.any([np.isfinite(plane.excess) for plane in planes], axis=0)
    exists = np.any([np.isfinite(plane.mediator_mass) for plane in planes], axis=0)
    marks = (("not computed", "xx", ~known & exists), ("no such model", "...", ~known & ~exists))
    return [  # up to the points that are known
        _hatched(canvas, np.where(where, 1.0, -1e-6), None, label, hatch)
        for label, hatch, where in marks
        if where.any()
    ]


def _limit(
    canvas: _Canvas, plane: Plane, label: str, colour: str, is_filled: bool
) -> Line2D | Patch:
    """Draw the boundary of what is excluded, and shade its inside."""
    if not (plane.excess > 0).any():
        return Line2D([], [], linestyle="none", label=f"{label}: nothing")
    style: _Dash = "-" if is_filled else "--"
    if is_filled:
        canvas.area(plane.excess, facecolor=colour, edgecolor="none", alpha=0.25, zorder=2)
    if _changes_sign(plane.excess):
        canvas.line(plane.excess, color=colour, linestyle=style, linewidth=1.4, zorder=3)
    elif not is_filled:
        return Line2D([], [], linestyle="none", label=f"{label}: everything")
    if is_filled:
        return Patch(facecolor=colour, edgecolor=colour, alpha=0.5, label=label)
    return Line2D([], [], color=colour, linestyle=style, label=label)


_TIED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "muon lower": "from $(g-2)_\\mu$,\nlower edge at $2\\sigma$",
        "muon central": "from $(g-2)_\\mu$,\ncentral value",
        "muon upper": "from $(g-2)_\\mu$,\nupper edge at $2\\sigma$",
        "thermal relic": "from the relic density",
    }
)


def _fixed(kind: Kind, fixed: Mapping[str, float | str]) -> str:
    """Write the fixed parameters."""
    return "\n".join(_parameter(parameter(kind, name), v) for name, v in fixed.items())


def _parameter(known: Parameter, value: float | str) -> str:
    if value in _TIED:
        return f"${known.label}$ {_TIED[str(value)]}"
    return with_value(known, value)
