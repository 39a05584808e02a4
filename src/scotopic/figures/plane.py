"""Planes of two parameters: regions that experiments exclude, and bands."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path

from scotopic.figures.boxes import place_boxes
from scotopic.figures.labels import axis_label, with_value
from scotopic.figures.style import BLACK, CYCLE, GREY, VERMILION, decades, new_figure
from scotopic.models.metadata import Parameter
from scotopic.models.parameters import parameter
from scotopic.scan.layers import Line
from scotopic.scan.plane import Plane
from scotopic.scan.run_card import AxisCard, BoundLayer, RunCard

FloatArray = npt.NDArray[np.float64]

_NO_LINES: Final[Mapping[str, Line]] = MappingProxyType({})
_NO_BOUNDS: Final[Mapping[str, FloatArray]] = MappingProxyType({})
_HATCH: Final = "#B5B5B5"
_BOUNDS: Final = ("#E6E6E6", "#D2D2D2", "#BEBEBE")
_BANDS: Final = ("#C8E6DA", "#E3E3E3", "#F6E3B5", "#DCE6F5")
_Dash = Literal["-", "--", "-.", ":"]
_DASHES: Final[tuple[_Dash, ...]] = get_args(_Dash)


def draw_plane(
    card: RunCard,
    planes: Mapping[str, Plane],
    bands: Mapping[str, tuple[FloatArray, FloatArray]],
    thermal_lines: Mapping[str, Line] = _NO_LINES,
    cmb: Mapping[str, Line] = _NO_LINES,
    bounds: Mapping[str, FloatArray] = _NO_BOUNDS,
) -> Figure:
    """Draw the excluded regions, thermal lines and bands of a run card.

    Parameters
    ----------
    card : RunCard
        What is drawn.
    planes : mapping of str to Plane
        By the labels of the card's `limits`.
    bands : mapping of str to (ndarray, ndarray), each of shape (x, y)
        By the labels of the card's `bands`: logarithms of the coupling over the lower and over
        the upper edge.
    thermal_lines, cmb : mapping of str to Line
        By the labels of these layers of the card.
    bounds : mapping of str to ndarray, shape (n, 2)
        By the labels of this layer of the card: points of lines.

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.
    """
    x, y = card.x.axis(), card.y.axis()
    with new_figure(card.title) as (figure, axes):
        axes.set(xscale=x.scale, yscale=y.scale)
        axes.set(xlim=x.values[[0, -1]], ylim=y.values[[0, -1]])
        axes.set(xlabel=_label(card, card.x), ylabel=_label(card, card.y))
        axes.tick_params(axis="x", pad=6)  # the lowest number of the other axis is near
        decades(axes)
        axes.grid(visible=True)
        handles: list[Line2D | Patch | None] = [
            _band(axes, x.values, y.values, band, label, colour)
            for (label, band), colour in zip(bands.items(), _BANDS, strict=False)
        ]
        handles += [
            _bound(axes, bounds[bound.label], bound, i, card.y.maximum)
            for i, bound in enumerate(card.bounds)
        ]
        handles += [
            _region(axes, planes[layer.label], layer.label, colour, layer.filled)
            for layer, colour in zip(card.limits, CYCLE, strict=False)
        ]
        handles += [_hatched_side(axes, y.values, one, label) for label, one in cmb.items()]
        handles += [
            _thermal_line(axes, y.values, one, label, _DASHES[i % len(_DASHES)])
            for i, (label, one) in enumerate(thermal_lines.items())
        ]
        handles += _unknown(axes, list(planes.values()))
        place_boxes(axes, [one for one in handles if one is not None], _fixed(card))
    return figure


def _label(card: RunCard, axis: AxisCard) -> str:
    """Name an axis: as the card does, or its parameter with the unit."""
    return axis.label or axis_label(parameter(card.sector().kind, axis.parameter))


def _band(
    axes: Axes,
    x: FloatArray,
    y: FloatArray,
    band: tuple[FloatArray, FloatArray],
    label: str,
    colour: str,
) -> Patch | None:
    """Shade what is inside of a band."""
    above_lower, above_upper = band
    inside = np.minimum(above_lower, -above_upper)
    if not (inside > 0).any():
        return None
    axes.contourf(x, y, inside.T, levels=[0, np.inf], colors=[colour], zorder=1)
    return Patch(color=colour, label=label)


def _thermal_line(axes: Axes, y: FloatArray, one: Line, label: str, dash: _Dash) -> Line2D | None:
    """Draw where the coupling is the thermal one; gaps stay open."""
    if not _changes_sign(one.excess):
        return None
    excess = np.ma.masked_invalid(one.excess).T
    contours = axes.contour(one.x, y, excess, levels=[0], colors=[BLACK], linestyles=[dash])
    contours.set(linewidth=1.7, zorder=4)
    return Line2D([], [], color=BLACK, linestyle=dash, linewidth=1.7, label=label)


def _changes_sign(excess: FloatArray) -> bool:
    return bool((excess > 0).any() and (excess < 0).any())


def _bound(
    axes: Axes, points: FloatArray, layer: BoundLayer, number: int, top: float
) -> Line2D | Patch | None:
    """Draw a line given by numbers, and shade what it excludes."""
    x, y = points.T
    shade = _BOUNDS[number % len(_BOUNDS)]
    area: dict[str, Any] = {"facecolor": shade, "edgecolor": GREY, "linewidth": 0.8}
    if layer.excludes == "nothing":
        (line,) = axes.plot(x, y, color=VERMILION, linewidth=3, label=layer.label, zorder=6)
        return line if _is_seen(axes, points, filled=False) else None
    if layer.excludes == "inside":
        axes.fill(x, y, zorder=0.5, **area)
    else:
        axes.fill_between(x, y, np.maximum(y, top), zorder=0.5, **area)
        points = np.concatenate([points, np.stack([x, np.maximum(y, top)])[:, ::-1].T])
    return Patch(label=layer.label, **area) if _is_seen(axes, points, filled=True) else None


def _is_seen(axes: Axes, points: FloatArray, *, filled: bool) -> bool:
    """Whether a line, or the area inside of it, is in the frame of the axes."""
    line = Path(axes.transData.transform(points))
    return line.intersects_bbox(axes.get_window_extent(), filled=filled)


def _hatched_side(axes: Axes, y: FloatArray, one: Line, label: str) -> Patch | None:
    """Hatch the side above a line, which is excluded."""
    if not (one.excess > 0).any():
        return None
    if _changes_sign(one.excess):
        excess = np.ma.masked_invalid(one.excess).T
        axes.contour(one.x, y, excess, levels=[0], colors=[GREY], linewidths=1.0, zorder=2.5)
    return _hatched(axes, one.x, y, one.excess, label, "//")


def _hatched(
    axes: Axes, x: FloatArray, y: FloatArray, values: FloatArray, label: str, hatch: str
) -> Patch:
    """Hatch where a function is positive."""
    found = np.ma.masked_invalid(values).T
    with mpl.rc_context({"hatch.linewidth": 0.5, "hatch.color": _HATCH}):
        axes.contourf(x, y, found, levels=[0, np.inf], colors="none", hatches=[hatch], zorder=1.5)
    return Patch(facecolor="none", edgecolor=_HATCH, hatch=hatch, label=label)


def _unknown(axes: Axes, planes: Sequence[Plane]) -> list[Patch]:
    """Hatch where no limit has a value: what is not computed must not look like not excluded."""
    if not planes:
        return []
    known = np.any([np.isfinite(plane.excess) for plane in planes], axis=0)
    exists = np.any([np.isfinite(plane.mediator_mass) for plane in planes], axis=0)
    marks = (("not computed", "xx", ~known & exists), ("no such model", "...", ~known & ~exists))
    x, y = planes[0].x.values, planes[0].y.values
    return [  # up to the points that are known
        _hatched(axes, x, y, np.where(where, 1.0, -1e-6), label, hatch)
        for label, hatch, where in marks
        if where.any()
    ]


def _region(axes: Axes, plane: Plane, label: str, colour: str, filled: bool) -> Line2D | Patch:
    """Draw the boundary of what is excluded, and shade its inside."""
    at = plane.x.values, plane.y.values, np.ma.masked_invalid(plane.excess).T
    if not (plane.excess > 0).any():
        return Line2D([], [], linestyle="none", label=f"{label}: nothing")
    style: Literal["-", "--"] = "-" if filled else "--"
    if filled:
        axes.contourf(*at, levels=[0, np.inf], colors=[colour], alpha=0.25, zorder=2)
    if _changes_sign(plane.excess):
        axes.contour(*at, levels=[0], colors=[colour], linestyles=[style], linewidths=1.4, zorder=3)
    elif not filled:
        return Line2D([], [], linestyle="none", label=f"{label}: everything")
    if filled:
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


def _fixed(card: RunCard) -> str:
    """Write the fixed parameters."""
    kind = card.sector().kind
    return "\n".join(_parameter(parameter(kind, name), v) for name, v in card.fixed.items())


def _parameter(known: Parameter, value: float | str) -> str:
    if value in _TIED:
        return f"${known.label}$ {_TIED[str(value)]}"
    return with_value(known, value)
