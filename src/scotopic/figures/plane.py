"""Planes of two parameters: regions that experiments exclude, and bands."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox

from scotopic.figures.style import BLACK, CYCLE, GREY, VERMILION, decades, new_figure
from scotopic.scan.layers import Line
from scotopic.scan.plane import Plane
from scotopic.scan.run_card import SEMI_VISIBLE, AxisCard, BoundLayer, RunCard

FloatArray = npt.NDArray[np.float64]

_SYMBOLS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "mediator_mass": r"m_{A'}",
        "dark_matter_mass": r"m_{\chi_1}",
        "coupling": "g",
        "kinetic_mixing": r"\epsilon",
        "electron_coupling": r"\epsilon",
        "muon_coupling": "g",
        "gauge_coupling": "g",
        "photon_coupling": r"g_{a\gamma\gamma}",
        "alpha_D": r"\alpha_D",
        "y": "y",
        "mass_ratio": r"m_{A'}/m_{\chi_1}",
        "splitting": r"\Delta/m_{\chi_1}",
        "theta": r"\theta",
        "tan_theta": r"\tan\theta",
        "dark_matter": r"\mathrm{dark\ matter}",
        "delta_a_e": r"|\Delta a_e|",
        "delta_a_mu": r"|\Delta a_\mu|",
        "parity": r"\mathrm{parity}",
    }
)
_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "coupling": "coupling $g$",
        "kinetic_mixing": r"kinetic mixing $\epsilon$",
        "electron_coupling": r"coupling to electrons $\epsilon$",
        "muon_coupling": "coupling to muons $g$",
        "gauge_coupling": "gauge coupling $g$",
        "y": r"$y = \epsilon^2 \alpha_D\,(m_{\chi_1}/m_{A'})^4$",
        "mass_ratio": r"$R = m_{A'}/m_{\chi_1}$",
    }
)
_SQUARED: Final = "_squared"

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
    handles: list[Line2D | Patch] = []
    with new_figure(card.title) as (figure, axes):
        for (label, (above_lower, above_upper)), colour in zip(bands.items(), _BANDS, strict=False):
            inside = np.minimum(above_lower, -above_upper)
            axes.contourf(
                x.values, y.values, inside.T, levels=[0, np.inf], colors=[colour], zorder=1
            )
            handles.append(Patch(color=colour, label=label))
        for i, bound in enumerate(card.bounds):
            handles.append(_bound(axes, bounds[bound.label], bound, i, card.y.maximum))
        for layer, colour in zip(card.limits, CYCLE, strict=False):
            handles.append(_region(axes, planes[layer.label], layer.label, colour, layer.filled))
        at = x.values, y.values
        for label, one in cmb.items():
            if one.absent is None:
                handles.append(_hatched(axes, *at, one, label))
        for i, (label, one) in enumerate(thermal_lines.items()):
            if one.absent is None:
                handles.append(_thermal_line(axes, *at, one, label, _DASHES[i % len(_DASHES)]))
        axes.set(xscale=x.scale, yscale=y.scale)
        axes.set(xlim=at[0][[0, -1]], ylim=at[1][[0, -1]])
        axes.set(xlabel=_label(card, card.x), ylabel=_label(card, card.y))
        axes.tick_params(axis="x", pad=6)  # the lowest number of the other axis is near
        decades(axes)
        axes.grid(visible=True)
        _place(axes, handles, _fixed(card))
    return figure


def _label(card: RunCard, axis: AxisCard) -> str:
    """Name an axis: as the card does, or its parameter with the unit."""
    if axis.label is not None:
        return axis.label
    name = axis.parameter
    bare = name.removesuffix(_SQUARED)
    symbol = _SYMBOLS[bare] + ("^2" if bare != name else "")
    unit = axis.axis().unit.replace("GeV^-1", "GeV$^{-1}$")
    text = _NAMES.get(name, f"${symbol}$")
    return _of_the_model(card, text + (f" [{unit}]" if unit != "1" else ""))


def _of_the_model(card: RunCard, text: str) -> str:
    """Write a formula as for the plane's model: its mediator, and chi if there is one alone."""
    text = text.replace("A'", card.sector().kind.symbol)
    return text if card.model in SEMI_VISIBLE else text.replace(r"\chi_1", r"\chi")


def _thermal_line(
    axes: Axes, x: FloatArray, y: FloatArray, one: Line, label: str, dash: _Dash
) -> Line2D:
    """Draw where the coupling is the thermal one; gaps stay open."""
    excess = np.ma.masked_invalid(one.excess).T
    if (one.excess > 0).any() and (one.excess < 0).any():
        axes.contour(
            x, y, excess, levels=[0], colors=[BLACK], linestyles=[dash], linewidths=1.7, zorder=4
        )
    return Line2D([], [], color=BLACK, linestyle=dash, linewidth=1.7, label=label)


def _bound(
    axes: Axes, points: FloatArray, layer: BoundLayer, number: int, top: float
) -> Line2D | Patch:
    """Draw a line given by numbers, and shade what it excludes."""
    x, y = points.T
    if layer.excludes == "nothing":
        (line,) = axes.plot(x, y, color=VERMILION, linewidth=3, label=layer.label, zorder=6)
        return line
    shade = _BOUNDS[number % len(_BOUNDS)]
    if layer.excludes == "inside":
        axes.fill(x, y, facecolor=shade, edgecolor=GREY, linewidth=0.8, zorder=0.5)
    else:
        axes.fill_between(
            x, y, np.maximum(y, top), facecolor=shade, edgecolor=GREY, linewidth=0.8, zorder=0.5
        )
    return Patch(facecolor=shade, edgecolor=GREY, linewidth=0.8, label=layer.label)


def _hatched(axes: Axes, x: FloatArray, y: FloatArray, one: Line, label: str) -> Patch:
    """Hatch the side above a line, which is excluded."""
    excess = np.ma.masked_invalid(one.excess).T
    with mpl.rc_context({"hatch.linewidth": 0.5, "hatch.color": _HATCH}):
        axes.contourf(x, y, excess, levels=[0, np.inf], colors="none", hatches=["//"], zorder=1.5)
    if (one.excess > 0).any() and (one.excess < 0).any():
        axes.contour(x, y, excess, levels=[0], colors=[GREY], linewidths=1.0, zorder=2.5)
    return Patch(facecolor="none", edgecolor=_HATCH, hatch="//", label=label)


def _region(axes: Axes, plane: Plane, label: str, colour: str, filled: bool) -> Line2D | Patch:
    """Draw the boundary of what is excluded, and shade its inside."""
    at = plane.x.values, plane.y.values, np.ma.masked_invalid(plane.excess).T
    style: Literal["-", "--"] = "-" if filled else "--"
    if filled:
        axes.contourf(*at, levels=[0, np.inf], colors=[colour], alpha=0.25, zorder=2)
    axes.contour(*at, levels=[0], colors=[colour], linestyles=[style], linewidths=1.4, zorder=3)
    if filled:
        return Patch(facecolor=colour, edgecolor=colour, alpha=0.5, label=label)
    return Line2D([], [], color=colour, linestyle=style, label=label)


_PLACES: Final = ((0, 1), (1, 1), (1, 0), (0, 0), (1, 0.5), (0, 0.5), (0.5, 0), (0.5, 1))
"""Where boxes can be, from left to right and from bottom to top: best first."""

_MARGIN: Final = 8.0  # pixels around a box


def _place(axes: Axes, handles: list[Line2D | Patch], text: str) -> None:
    """Put the legend, and the fixed parameters, where they cover least of the lines."""
    lines = _drawn(axes)
    legend = axes.legend(
        handles=handles,
        fontsize=7.8,
        handlelength=1.8,
        frameon=True,
        framealpha=0.85,
        borderaxespad=0,
    )
    legend.set_zorder(5)
    room = _emptiest(axes, legend.get_window_extent(), lines, None)
    legend.set_loc(_in_axes(axes, room))
    if text:
        ground = {"boxstyle": "round", "facecolor": "white", "edgecolor": "0.8", "alpha": 0.85}
        note = axes.text(
            0, 0, text, transform=axes.transAxes, fontsize=8.5, va="bottom", zorder=5, bbox=ground
        )
        note.set_position(_in_axes(axes, _emptiest(axes, note.get_window_extent(), lines, room)))


def _in_axes(axes: Axes, room: Bbox) -> tuple[float, float]:
    """Return the lower left corner of a box as fractions of the axes."""
    x, y = axes.transAxes.inverted().transform((room.x0, room.y0)).tolist()
    return x, y


def _drawn(axes: Axes) -> FloatArray:
    """Return points of all lines in pixels, shape (n, 2), two pixels from each other."""
    points = [np.empty((0, 2))]
    lines = (c for c in axes.collections if isinstance(c, ContourSet) and not c.filled)
    for path in (path for contours in lines for path in contours.get_paths()):
        for piece in path.to_polygons(closed_only=False):
            corners = axes.transData.transform(piece)
            steps = np.hypot(*np.diff(corners, axis=0).T)
            length = np.concatenate([[0.0], np.cumsum(steps)])
            at = np.arange(0.0, length[-1], 2.0)
            points.append(np.stack([np.interp(at, length, c) for c in corners.T], axis=1))
    return np.concatenate(points)


def _emptiest(axes: Axes, box: Bbox, lines: FloatArray, taken: Bbox | None) -> Bbox:
    """Return the room in which a box covers the fewest points, outside of what is taken."""
    frame = axes.get_window_extent().padded(-_MARGIN)
    rooms = [
        Bbox.from_bounds(
            frame.x0 + right * (frame.width - box.width),
            frame.y0 + up * (frame.height - box.height),
            box.width,
            box.height,
        )
        for right, up in _PLACES
    ]
    free = [room for room in rooms if not (taken and taken.overlaps(room.padded(_MARGIN)))]

    def covered(room: Bbox) -> int:
        low, high = room.padded(_MARGIN).get_points()
        return int(np.count_nonzero(((lines > low) & (lines < high)).all(axis=1)))

    return min(free or rooms, key=covered)


def _fixed(card: RunCard) -> str:
    """Write the fixed parameters."""
    parts = []
    for name, value in card.fixed.items():
        shown = _roman(value) if isinstance(value, str) else f"{value:g}"
        unit = r"\,\mathrm{GeV}" if name.endswith("_mass") else ""
        parts.append(f"${_of_the_model(card, _symbol(name))} = {shown}{unit}$")
    return "\n".join(parts)


def _symbol(name: str) -> str:
    if name.startswith("q_"):
        return f"q_{{{name[2:].replace('_', '')}}}"
    bare = name.removesuffix(_SQUARED)
    return _SYMBOLS[bare] + ("^2" if bare != name else "")


def _roman(words: str) -> str:
    """Set words upright inside of a formula."""
    return rf"\mathrm{{{words.replace('_', ' ')}}}".replace(" ", r"\ ")
