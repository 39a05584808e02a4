"""Planes of two parameters: regions that experiments exclude, and bands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from scotopic.errors import RangeError
from scotopic.figures.labels import axis_label, fixed_parameters, of_several
from scotopic.figures.sheet import MEASURED, PROJECTED, Sheet, figure_of, new_sheet
from scotopic.figures.style import BLACK, GREY, ORANGE, PURPLE, SKY, VERMILION
from scotopic.models.derived import Kind
from scotopic.models.metadata import Parameter
from scotopic.models.parameters import parameter
from scotopic.models.registry import model_class
from scotopic.scan.contours import Region, between, contours, regions
from scotopic.scan.layout import axes_of
from scotopic.scan.plane import Plane, planes_of
from scotopic.scan.unseen import LIMIT, SHORT, islands, unseen
from scotopic.search.axis import Axis
from scotopic.search.result import Layer, Result
from scotopic.search.style import FigureStyle
from scotopic.words import NOT_PERTURBATIVE

FloatArray = npt.NDArray[np.float64]

_BOUNDS: Final = ("#9A9A9A", "#6E6E6E", "#BEBEBE")
_BANDS: Final = (ORANGE, SKY, PURPLE, GREY)
_DASHES: Final = ("-", "--", "-.", ":")
_SIZES: Final = ("size", "font_size")


def draw_plane(
    found: Result,
    *,
    ax: Axes | None = None,
    **style: Any,  # noqa: ANN401 - keys of FigureStyle
) -> Figure:
    """Draw what is excluded along two axes, and what stands beside it.

    Lines and outlines are those of `scotopic.scan.contours`, which are in the tables too. Limits of
    projections are dashed; what cannot be shown is said in the legend.

    Parameters
    ----------
    found : Result
        As from `scotopic.scan.run.compute_run_card` or `exclusion_plane`.
    ax : Axes, optional
        Where to draw; what is there stays. By default in a figure of its own.
    **style
        Keys of `scotopic.search.style.FigureStyle`, in place of those of the run card. Labels are
        those of limits and layers, and "not computed", "not perturbative" and "no such model".

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.

    Raises
    ------
    RangeError
        If it has a layer of a kind that no figure shows, or the style is impossible.
    """
    for layer in found.layers:
        if layer.kind not in _DRAWN:
            raise RangeError(
                f"layers[{layer.label}].kind: {layer.kind!r} is not shown by any figure; it must"
                f" be one of {', '.join(_DRAWN)}"
            )
    x, y = axes_of(found)
    kinds = _kinds(found)
    card = found.attributes.get("card", {})
    look = FigureStyle.of(_of_card(card.get("figure") or {}, ax), style)
    planes = planes_of(found)
    labels = [*planes, *(layer.label for layer in found.layers)]
    own = found.attributes["model"]
    known = [
        of_several(kinds[0].described(parameter(kinds[0], axis.parameter), own), kinds)
        for axis in (x, y)
    ]
    with new_sheet(look, found.attributes["title"], ax, labels) as sheet:
        factors = np.array([sheet.factor(one) for one in known])
        sheet.axes.set(xscale=x.scale, yscale=y.scale)
        sheet.axes.set(xlim=x.values[[0, -1]] * factors[0], ylim=y.values[[0, -1]] * factors[1])
        for name, one in zip("xy", known, strict=True):
            sheet.label_axis(name, card.get(name, {}).get("label") or axis_label(one))
        pen = _Pen(sheet, x, y, factors, unseen(found))
        for kind_of_layer, draw in _DRAWN.items():
            if kind_of_layer == "cmb":
                pen.limits(found, planes)
            layers = [one for one in found.layers if one.kind == kind_of_layer]
            for number, layer in enumerate(layers):
                draw(pen, layer, number)
        pen.unknown(list(planes.values()))
        sheet.finish(_note(found, known))
    return figure_of(sheet.axes)


def _of_card(figure: Mapping[str, Any], ax: Axes | None) -> dict[str, Any]:
    """Return what a run card says of its figure; sizes are not for the axes of a user's own."""
    return {key: one for key, one in figure.items() if ax is None or key not in _SIZES}


@dataclass(frozen=True, eq=False)
class _Pen:
    """Draws limits and layers on a sheet with the axes of a plane."""

    sheet: Sheet
    x: Axis
    y: Axis
    factors: FloatArray
    unseen: Mapping[tuple[str, str], str]

    def lines(self, values: FloatArray, columns: FloatArray | None = None) -> list[FloatArray]:
        """Return where a function is zero, in the units of the figure."""
        found = contours(values, self.x, self.y, columns)
        return [np.stack([one.x, one.y], axis=1) * self.factors for one in found]

    def inside(self, values: FloatArray, columns: FloatArray | None = None) -> Callable[..., None]:
        """Return what fills where a function is positive."""
        return self.filling(regions(values, self.x, self.y, columns))

    def filling(self, areas: Sequence[Region]) -> Callable[..., None]:
        """Return what fills areas."""

        def fill(**look: Any) -> None:  # noqa: ANN401 - as matplotlib's
            for one in areas:
                path = Path(one.points * self.factors, one.codes)
                self.sheet.axes.add_patch(PathPatch(path, **look))

        return fill

    def _is_hidden(self, label: str, kind: str) -> bool:
        """Say in the legend that nothing is to be seen of something, if so."""
        why = self.unseen.get((kind, label))
        if why is not None:
            self.sheet.say(label, why if why in SHORT else "none here")
        return why is not None

    def limits(self, found: Result, planes: Mapping[str, Plane]) -> None:
        """Draw the boundaries of what is excluded, and shade the inside of those to be filled."""
        cards = found.attributes.get("card", {}).get("limits", ())
        filled = [one["filled"] for one in cards] or [True] * len(planes)
        limits = found.attributes.get("limits", ())
        colours = self.sheet.colours()
        for (label, plane), is_filled, limit in zip(planes.items(), filled, limits, strict=True):
            colour = next(colours)
            if self._is_hidden(label, LIMIT):
                continue
            lines = self.lines(plane.excess)
            dash = PROJECTED if limit["is_projection"] else MEASURED
            if is_filled:
                fill = self.inside(plane.excess)
                self.sheet.area(label, fill, lines, colour, zorder=3.0, linestyle=dash)
            elif lines:
                look: dict[str, Any] = {"color": colour, "linestyle": dash, "linewidth": 1.4}
                self.sheet.line(label, lines, zorder=3.0, **look)
            else:
                self.sheet.say(label, "excludes everything here")

    def band(self, layer: Layer, number: int) -> None:
        """Shade what is inside of a band."""
        if not self._is_hidden(layer.label, layer.kind):
            lower, upper = layer["above_lower"], layer["above_upper"]
            area = between(lower, upper, self.x, self.y)
            lines = [*self.lines(lower), *self.lines(upper)]
            colour = _BANDS[number % len(_BANDS)]
            look: dict[str, Any] = {"alpha": 0.3, "linewidth": 0.9, "zorder": 2.0}
            measured = layer.attributes.get("deviation", {}).get("name", "")
            told = not measured or measured in layer.label
            look["name"] = None if told else f"{layer.label} ({measured})"
            self.sheet.area(
                layer.label, self.filling([area] if area else []), lines, colour, **look
            )

    def thermal_line(self, layer: Layer, number: int) -> None:
        """Draw where the coupling is the thermal one; gaps stay open."""
        if not self._is_hidden(layer.label, layer.kind):
            lines = self.lines(layer["excess"], layer[self.x.parameter])
            dash = _DASHES[number % len(_DASHES)]
            look: dict[str, Any] = {"color": BLACK, "linestyle": dash, "linewidth": 1.7}
            self.sheet.line(layer.label, lines, zorder=4.0, **look)

    def cmb(self, layer: Layer, _number: int) -> None:
        """Shade the side above a line, which is excluded."""
        if not self._is_hidden(layer.label, layer.kind):
            excess, columns = layer["excess"], layer[self.x.parameter]
            look: dict[str, Any] = {"alpha": 0.12, "linewidth": 1.0, "zorder": 2.5}
            fill, lines = self.inside(excess, columns), self.lines(excess, columns)
            self.sheet.area(layer.label, fill, lines, GREY, **look)

    def bound(self, layer: Layer, number: int) -> None:
        """Draw a line given by numbers, and shade what it excludes."""
        if self._is_hidden(layer.label, layer.kind):
            return
        lines = [points * self.factors for points in islands(layer)]
        if layer.attributes["excludes"] == "nothing":
            look: dict[str, Any] = {"color": VERMILION, "linewidth": 3.0, "linestyle": "-"}
            self.sheet.line(layer.label, lines, zorder=6.0, **look)
            return
        axes, is_inside = self.sheet.axes, layer.attributes["excludes"] == "inside"

        def fill(**face: Any) -> None:  # noqa: ANN401 - as matplotlib's
            for x, y in (points.T for points in lines):
                if is_inside:
                    axes.fill(x, y, **face)
                else:
                    axes.fill_between(x, y, np.maximum(y, axes.get_ylim()[1]), **face)

        outlines = [np.concatenate([one, one[:1]]) for one in lines] if is_inside else lines
        look = {"zorder": 1.5, "linewidth": 0.9, "alpha": 0.3}
        if layer.attributes.get("is_projection"):
            look |= {"linestyle": PROJECTED, "alpha": 0.0}
        self.sheet.area(layer.label, fill, outlines, _BOUNDS[number % len(_BOUNDS)], **look)

    def unknown(self, planes: Sequence[Plane]) -> None:
        """Shade where no limit has a value, which must not look like what is not excluded."""
        if not planes:
            return
        known = np.any([np.isfinite(plane.excess) for plane in planes], axis=0)
        exists = np.any([np.isfinite(plane.mediator_mass) for plane in planes], axis=0)
        strong = np.all([_is_strong(plane) for plane in planes], axis=0)
        marks = (
            ("not computed", "#C8C8C8", ~known & exists, ""),
            (NOT_PERTURBATIVE, GREY, ~known & ~exists & strong, "////"),
            ("no such model", GREY, ~known & ~exists & ~strong, ""),
        )
        for label, colour, where, hatch in marks:
            if where.any():  # up to the points that are known
                values = np.where(where, 1.0, -1e-6)
                look: dict[str, Any] = {"alpha": 0.35, "linewidth": 0.8, "linestyle": ":"}
                look["hatch"] = hatch
                self.sheet.area(
                    label, self.inside(values), self.lines(values), colour, zorder=1.8, **look
                )


def _is_strong(plane: Plane) -> npt.NDArray[np.bool_]:
    """Return where there is no model since its coupling is not perturbative."""
    found = np.zeros(plane.excess.shape, dtype=bool)
    for index, reason in plane.refused.items():
        found[index] = NOT_PERTURBATIVE in reason
    return found


_DRAWN: Final[Mapping[str, Callable[[_Pen, Layer, int], None]]] = {
    "band": _Pen.band,
    "bound": _Pen.bound,
    "cmb": _Pen.cmb,
    "thermal line": _Pen.thermal_line,
}
"""Kinds of layers that a figure shows; limits are drawn after bounds, before the CMB's."""


def _kinds(found: Result) -> list[Kind]:
    """Return the models of a plane, that of its axes first."""
    card = found.attributes.get("card", {})
    layers = (*card.get("thermal_lines", ()), *card.get("cmb", ()))
    names = [found.attributes["model"]["name"]]
    names += [limit["model"] for limit in found.attributes.get("limits", ())]
    names += [layer["model"] for layer in layers if layer.get("model")]
    return [model_class(name) for name in dict.fromkeys(names)]


def _note(found: Result, axes: Sequence[Parameter]) -> str:
    """Write the fixed parameters that all limits and layers have in common."""
    model = {n: one for n, one in found.attributes["model"].items() if n != "name"}
    for limit in found.attributes.get("limits", ()):
        model = {n: v for n, v in model.items() if limit["fixed"].get(n) == v}
    card = found.attributes.get("card", {})
    for layer in (*card.get("thermal_lines", ()), *card.get("cmb", ())):
        model = {n: v for n, v in model.items() if layer["fixed"].get(n, v) == v}
    given = found.attributes["model"]
    if given.get("alpha_D") == 0 and any(one.name == "alpha_D" for one in axes):
        model.pop("alpha_D")
    return "\n".join(fixed_parameters(_kinds(found), model))
