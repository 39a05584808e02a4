"""Curves: limits over a mass or another parameter, and islands of excluded couplings."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scotopic.errors import RangeError
from scotopic.figures.labels import axis_label, fixed_parameters, of_several, scientific
from scotopic.figures.sheet import MEASURED, PROJECTED, Sheet, figure_of, new_sheet
from scotopic.figures.style import BLACK, GREY, ORANGE, PURPLE, SKY
from scotopic.models.metadata import Parameter, parameters
from scotopic.models.parameters import parameter_of
from scotopic.search.allowance import bands_among
from scotopic.search.result import Result
from scotopic.search.set_ups import parameter_of_axis
from scotopic.search.style import FigureStyle

FloatArray = npt.NDArray[np.float64]

_FAR = {"upper": 1e30, "lower": 1e-30}  # where what is excluded ends, beyond every figure
_ROOM = 300  # below the lowest limit of a combination, for the legend
_ROOM_OF_ISLANDS = 40  # the same for the fixed parameters
_NOTED = ("ratio", "dark coupling", "splitting", "angle", "choice")
_SAME = 1e-3  # relative difference that no eye sees


def draw_limit(
    curves: Result | Sequence[Result],
    *,
    against: str | None = None,
    ax: Axes | None = None,
    **style: Any,  # noqa: ANN401 - keys of FigureStyle
) -> Figure:
    """Draw curves of excluded couplings, what is excluded shaded.

    Parameters
    ----------
    curves : Result or sequence of them
        From `exclusion_curve`, all of the same quantity along the same parameter. A single one is
        drawn with its expected bands and with what it is shown beside; a combined limit black,
        over those of the single experiments. Projections are dashed.
    against : str, optional
        What is along the axis instead of the curve's own parameter: "mediator_mass" or
        "dark_matter_mass".
    ax : Axes, optional
        Where to draw; what is there stays. By default in a figure of its own.
    **style
        Keys of `scotopic.search.style.FigureStyle`. Labels are those of the limits, and
        "expected median", "expected 1 sigma", "expected 2 sigma",
        "thresholds" and "models".

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.

    Raises
    ------
    RangeError
        If the curves are of different quantities, or not along one parameter; if the style is
        impossible.
    """
    several = [curves] if isinstance(curves, Result) else list(curves)
    first = several[0]
    _require_one_plane(several)
    along = first.axes[0] if against in (None, *first.axes) else str(against)
    alone = len(several) == 1 and len(first.labels) == 1
    title = first.attributes["title"] if alone else ""
    kinds = [type(curve.model) for curve in several]
    x = of_several(parameter_of_axis(kinds[0], along), kinds)
    y = parameter_of(first.model, first.quantity)
    with new_sheet(FigureStyle.of(style), title, ax, _labels(several)) as sheet:
        axes, was_empty = sheet.axes, not sheet.axes.has_data()
        axes.set(xscale=first.attributes["axis_scale"], yscale="log")
        ends = [curve[along][[0, -1]] * sheet.factor(x) for curve in several]
        _widen(axes, "x", np.concatenate(ends), was_empty)
        _widen(axes, "y", np.array(_range(several)) * sheet.factor(y), was_empty)
        sheet.label_axis("x", axis_label(x))
        sheet.label_axis("y", _quantity_label(several))
        pen = _Pen(sheet, along, sheet.factor(x), sheet.factor(y))
        if len(several) == 1:
            pen.expected(first)
            pen.beside(first)
        pen.limits(several)
        y_value = first.attributes["fixed_y"]
        lines = [] if y_value is None else [f"$y =$ {scientific(y_value)}"]
        sheet.finish("\n".join([*_fixed(several, (x, y)), *lines]))
    return figure_of(axes)


def _labels(curves: Sequence[Result]) -> Iterator[str]:
    for curve in curves:
        yield from curve.labels
        if "beside" in curve.variables:
            yield from curve["beside"].tolist()


def _require_one_plane(curves: Sequence[Result]) -> None:
    for name, of in (
        ("quantity", [curve.quantity for curve in curves]),
        ("axis", [curve.axes[0] for curve in curves]),
    ):
        if len(set(of)) > 1:
            raise RangeError(
                f"{name}: {' and '.join(dict.fromkeys(of))} have no common axis; all curves of a"
                " figure need the same, such as y or delta_a_e in the place of couplings"
            )


def _quantity_label(curves: Sequence[Result]) -> str:
    """Return the label of what is limited; of all, if the models call it by other names."""
    labels = [axis_label(parameter_of(curve.model, curve.quantity)) for curve in curves]
    return ", ".join(dict.fromkeys(labels))


def _widen(axes: Axes, name: str, ends: FloatArray, was_empty: bool) -> None:
    """Show at least a range, and all that was shown before."""
    low, high = float(ends.min()), float(ends.max())
    if not was_empty:
        is_free = axes.get_autoscalex_on() if name == "x" else axes.get_autoscaley_on()
        data, view = getattr(axes.dataLim, f"interval{name}"), getattr(axes, f"get_{name}lim")()
        low, high = min(low, *(data if is_free else view)), max(high, *(data if is_free else view))
    if low < high:
        axes.set(**{f"{name}lim": (low, high)})


class _Pen:
    """Draws limits, bands and islands on a sheet."""

    def __init__(self, sheet: Sheet, against: str, x_factor: float, y_factor: float) -> None:
        self.sheet, self.against = sheet, against
        self.x_factor, self.y_factor = x_factor, y_factor

    def points(self, at: FloatArray, values: FloatArray) -> FloatArray:
        return np.stack([at * self.x_factor, values * self.y_factor], axis=1)

    def between(self, at: FloatArray, low: FloatArray, high: FloatArray) -> Any:  # noqa: ANN401
        """Return what fills the area between two lines."""
        (x, down), (_, up) = (self.points(at, one).T for one in (low, high))
        return partial(self.sheet.axes.fill_between, x, down, up)

    def limits(self, curves: Sequence[Result]) -> None:
        """Draw every limit of every curve: the combined ones above those of single experiments."""
        differ = len({one.model.symbol for one in curves}) > 1
        colours = self.sheet.colours()
        for curve in curves:
            level = f"{100 * curve.attributes['confidence_level']:g} % CL"
            kind = " (projection)" if curve.attributes["is_projection"] else " (observed)"
            prefix = f"${curve.model.symbol}$: " if differ else ""
            first, *singles = curve.labels
            self.bands(curve)
            for label in singles or [first]:
                said = "" if kind.strip() in label else kind
                name = f"{prefix}{label}, {level}{said}"
                self.limit(curve, label, name, next(colours), is_combined=False)
            if singles:
                self.limit(curve, first, f"{prefix}{first}", BLACK, is_combined=True)

    def limit(
        self, curve: Result, label: str, name: str, colour: str, *, is_combined: bool
    ) -> None:
        """Draw a limit, and shade what it excludes; gaps stay gaps."""
        projected = curve.attributes["is_projection"]
        look: dict[str, Any] = {"linestyle": PROJECTED if projected else MEASURED}
        order = 4.0 if is_combined else 3.0
        if curve.has_islands:
            outlines = _outlines(curve[self.against], _intervals(curve, label))
        else:
            values = curve.limits(label)
            far = np.full(len(values), _FAR[curve.side])
            outlines = [np.stack([curve[self.against], values, far], axis=1)]
        lines = [line for one in outlines for line in self._edges(one, curve.has_islands)]
        if is_combined:
            self.sheet.line(label, lines, zorder=order, name=name, color=colour, **look)
            return
        fills = [self.between(*one.T) for one in outlines]

        def fill(**face: Any) -> None:  # noqa: ANN401 - as matplotlib's
            for one in fills:
                one(**face)

        alpha = 0.2 if curve.has_islands else 0.12
        width = 1.6
        self.sheet.area(
            label,
            fill,
            lines,
            colour,
            zorder=order,
            name=name,
            alpha=alpha,
            linewidth=width,
            **look,
        )

    def _edges(self, outline: FloatArray, is_island: bool) -> list[FloatArray]:
        """Return the lines around an area: below, and for islands above and at the tip."""
        at, lower, upper = outline.T
        if not is_island:
            return [self.points(at, lower)]
        edges = [self.points(at, lower), self.points(at, upper)]
        if lower[-1] != upper[-1]:  # the tip lies between two points
            edges.append(self.points(at[[-1, -1]], np.array([lower[-1], upper[-1]])))
        return edges

    def expected(self, curve: Result) -> None:
        """Draw the expected bands and the median in them, as far as they are no single line."""
        if curve.has_islands or len(curve.labels) > 1:
            return
        at, median = curve[self.against], curve.limits(None, "median")
        observed, has_bands = curve.limits(), False
        for width, number, colour in (("two", 2, "#DADADA"), ("one", 1, "#B0B0B0")):
            low, high = (curve.limits(None, f"{sign}_{width}_sigma") for sign in ("minus", "plus"))
            if _are_same(low, high):
                continue
            has_bands = True
            span = rf"$\pm {number}\sigma$"
            if _are_same(low, median):  # fewer events than the median are none
                span = rf"median to $+{number}\sigma$ (none stronger)"
            elif _are_same(high, median):
                span = rf"$-{number}\sigma$ to median (none stronger)"
            lines = [self.points(at, one) for one in (low, high)]
            self.sheet.area(
                *(f"expected {number} sigma", self.between(at, low, high), lines, colour),
                zorder=2.7 + 0.1 * (2 - number),
                name=f"expected, {span}",
                alpha=1.0,
                linewidth=0.5,
            )
        same = _are_same(median, observed)
        if has_bands or not same:
            words = " (same as observed)" if same else ""
            if curve.attributes["is_projection"]:
                return
            self.sheet.line(
                *("expected median", [self.points(at, median)]),
                zorder=4.5,
                name=f"expected, median{words}",
                color="black" if same else GREY,
                linestyle=":",
                linewidth=1.2,
            )

    def bands(self, curve: Result) -> None:
        """Draw where the limit goes at the ends of what thresholds and models are known to."""
        for band, ends in bands_among(curve["outcome"].tolist()).items():
            name, colour, dashes = _BANDS[band]
            look: dict[str, Any] = {"linestyle": dashes, "linewidth": 0.8, "zorder": 2.95}
            look["name"] = name
            if curve.has_islands:
                outlines = [
                    one
                    for end in ends
                    for one in _outlines(
                        curve[self.against], _intervals(curve, curve.labels[0], end)
                    )
                ]
                lines = [line for one in outlines for line in self._edges(one, is_island=True)]
                self.sheet.line(band, lines, color=colour, **look)
                continue
            at, edges = curve[self.against], [curve.limits(None, end) for end in ends]
            fill, lines = self.between(at, *edges), [self.points(at, one) for one in edges]
            self.sheet.area(band, fill, lines, colour, alpha=0.35, **look)

    def beside(self, curve: Result) -> None:
        """Draw what the curve is shown beside: a band filled, a line dash-dotted."""
        if "beside" not in curve.variables:
            return
        at = curve[self.against]
        edges = zip(curve["beside_lower"], curve["beside_upper"], strict=True)
        for label, (lower, upper) in zip(curve["beside"].tolist(), edges, strict=True):
            lines = [self.points(at, one) for one in (lower, upper)]
            if np.array_equal(lower, upper, equal_nan=True):
                self.sheet.line(label, lines[:1], color=BLACK, linestyle="-.", linewidth=1.6)
                continue
            fill = self.between(at, lower, upper)
            self.sheet.area(label, fill, lines, ORANGE, alpha=0.4, linewidth=0.8)


_BANDS: Final = {
    "thresholds": ("thresholds at the ends of their ranges", PURPLE, "--"),
    "models": ("mediators as few and as many as models give", SKY, ":"),
}
"""What bands are called, and look like."""


def _are_same(one: FloatArray, other: FloatArray) -> bool:
    return bool(np.allclose(one, other, rtol=_SAME, atol=0, equal_nan=True))


def _intervals(
    curve: Result, label: str, outcome: str = "observed"
) -> list[list[tuple[float, float]]]:
    """Return the excluded intervals at each point, those that go on up to beyond the figure."""
    i, j = curve.number(label), curve["outcome"].tolist().index(outcome)
    ends = zip(curve["open_below"][i, j].tolist(), curve["open_above"][i, j].tolist(), strict=True)
    return [
        [
            (_FAR["lower"] if is_below else low, _FAR["upper"] if is_above else high)
            for (low, high), is_below, is_above in zip(intervals, below, above, strict=False)
        ]
        for intervals, (below, above) in zip(curve.intervals(label, outcome), ends, strict=True)
    ]


def _outlines(
    points: FloatArray, islands: Sequence[Sequence[tuple[float, float]]]
) -> list[FloatArray]:
    """Join intervals of neighbouring points: rows of point, lower and upper edge."""
    done: list[list[tuple[float, float, float]]] = []
    growing: list[list[tuple[float, float, float]]] = []
    for point, intervals in zip(points.tolist(), islands, strict=True):
        kept = []
        for low, high in intervals:
            same = [o for o in growing if o[-1][1] < high and low < o[-1][2]]
            outline = same[0] if same and same[0] not in kept else []
            outline.append((point, low, high))
            kept.append(outline)
        done += [outline for outline in growing if outline not in kept]
        growing = kept
    return [np.array(outline) for outline in done + growing]


def _range(curves: Sequence[Result]) -> tuple[float, float]:
    """Return the range of the vertical axis that shows all limits with some air."""
    values, room = [], 4
    for curve in curves:
        known = curve["outcome"].tolist()
        ends = [name for both in bands_among(known).values() for name in both]
        if curve.has_islands:
            shown = [0, *(known.index(name) for name in ends)]
            values += [curve[side][:, shown].ravel() for side in ("lower", "upper")]
            room = max(room, _ROOM_OF_ISLANDS)
        else:
            values += [curve.limits(label) for label in curve.labels]
            values += [curve.limits(None, name) for name in ends]
            room = max(room, _ROOM if len(curve.labels) > 1 else 0)
        if "beside" in curve.variables:
            values += [curve[f"beside_{side}"].ravel() for side in ("lower", "upper")]
    every = np.concatenate(values)
    kept = every[np.isfinite(every) & (every > 0)]
    return (kept.min() / room, kept.max() * 4) if len(kept) else (1e-6, 1.0)


def _fixed(curves: Sequence[Result], axes: Sequence[Parameter]) -> list[str]:
    """Write what dark matter there is, and the fixed parameters that matter, if all have them."""
    kinds, models = [type(curve.model) for curve in curves], [curve.model for curve in curves]
    known = parameters(kinds[0])
    given = {
        name: value
        for name, value in curves[0].attributes["model"].items()
        if name in known
        and known[name].role in _NOTED
        and all(curve.attributes["model"].get(name) == value for curve in curves)
    }
    names = {one.name for one in axes}
    is_dark = any(model.alpha_D > 0 for model in models)
    if not names & {"y", "dark_matter_mass", "alpha_D"} and not is_dark:
        return ["no dark matter"] if "alpha_D" in given else []
    words = {model.dark_matter_name for model in models}
    return fixed_parameters(kinds, given, words.pop() if len(words) == 1 else "")
