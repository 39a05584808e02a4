"""Curves: limits over a mass or another parameter, and islands of excluded couplings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scotopic.errors import RangeError
from scotopic.figures.labels import axis_label, with_value
from scotopic.figures.style import BLACK, CYCLE, GREY, decades, new_figure
from scotopic.models.metadata import parameters
from scotopic.models.parameters import parameter
from scotopic.search.result import Result
from scotopic.search.set_ups import parameter_of_axis
from scotopic.words import MassAxis

FloatArray = npt.NDArray[np.float64]

_FAR = {"upper": 1e30, "lower": 1e-30}  # where what is excluded ends, beyond every figure
_ROOM = 300  # below the lowest limit of a combination, for the legend
_ROOM_OF_ISLANDS = 40  # the same for the fixed parameters
_IN_THE_CORNER = ("ratio", "dark coupling", "splitting", "angle")


def draw_limit(
    curves: Result | Sequence[Result], *, against: MassAxis | str | None = None
) -> Figure:
    """Draw curves of excluded couplings, what is excluded shaded.

    Parameters
    ----------
    curves : Result or sequence of them
        From `exclusion_curve`, all of the same quantity along the same parameter. A single one is
        drawn with its expected bands and with what it is shown beside; a combined limit black,
        over those of the single experiments.
    against : str, optional
        What is along the axis instead of the curve's own parameter: "mediator_mass" or
        "dark_matter_mass".

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.

    Raises
    ------
    RangeError
        If the curves are of different quantities, or not along one parameter.
    """
    several = [curves] if isinstance(curves, Result) else list(curves)
    first = several[0]
    _require_one_plane(several)
    against = first.axes[0] if against in (None, *first.axes) else str(against)
    drawn = [line for curve in several for line in _lines(curve, against, several)]
    alone = len(several) == 1 and len(first.labels) == 1
    with new_figure(first.attributes["title"] if alone else "") as (figure, axes):
        axes.set(
            xscale=first.attributes["axis_scale"],
            yscale="log",
            xlabel=axis_label(parameter_of_axis(type(first.model), against)),
            ylabel=_quantity_label(several),
        )
        if len(several) == 1:
            _expected_bands(axes, first, against)
            _beside(axes, first, against)
        for line in drawn:
            line.draw(axes)
        ends = np.concatenate([curve[against][[0, -1]] for curve in several])
        if ends.min() < ends.max():
            axes.set_xlim(ends.min(), ends.max())
        axes.set_ylim(*_range(several))
        decades(axes)
        axes.grid(visible=True)
        low = first.side == "upper" and not first.has_islands
        axes.legend(loc="lower right" if low else "upper right")
        _describe(axes, first)
    return figure


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
    labels = [axis_label(parameter(type(curve.model), curve.quantity)) for curve in curves]
    return ", ".join(dict.fromkeys(labels))


@dataclass(frozen=True, eq=False)
class _Line:
    """One limit of a curve: what it excludes and how it is drawn."""

    curve: Result
    name: str
    against: str
    label: str
    colour: str
    is_combined: bool

    def draw(self, axes: Axes) -> None:
        """Draw it, and shade what it excludes; gaps stay gaps."""
        if self.curve.has_islands:
            self._draw_islands(axes)
            return
        at, values = self.curve[self.against], self.curve.limits(self.name)
        style = "--" if self.curve.attributes["is_projection"] and not self.is_combined else "-"
        order = 4 if self.is_combined else 3
        axes.plot(at, values, style, color=self.colour, label=self.label, zorder=order)
        if not self.is_combined:
            far = _FAR[self.curve.side]
            axes.fill_between(at, values, far, color=self.colour, alpha=0.12, linewidth=0, zorder=1)

    def _draw_islands(self, axes: Axes) -> None:
        label: str | None = self.label
        for outline in _outlines(self.curve[self.against], _intervals(self.curve, self.name)):
            at, lower, upper = outline.T
            if not self.is_combined:
                axes.fill_between(at, lower, upper, color=self.colour, alpha=0.2, linewidth=0)
            order = 4 if self.is_combined else 3
            axes.plot(at, lower, color=self.colour, label=label, zorder=order)
            axes.plot(at, upper, color=self.colour, zorder=order)
            if lower[-1] != upper[-1]:  # the tip lies between two points
                axes.plot(at[[-1, -1]], [lower[-1], upper[-1]], color=self.colour, zorder=order)
            label = None


def _intervals(curve: Result, label: str) -> list[list[tuple[float, float]]]:
    """Return the excluded intervals at each point, those that go on up to beyond the figure."""
    i = curve.number(label)
    ends = zip(curve["open_below"][i, 0].tolist(), curve["open_above"][i, 0].tolist(), strict=True)
    return [
        [
            (_FAR["lower"] if is_below else low, _FAR["upper"] if is_above else high)
            for (low, high), is_below, is_above in zip(intervals, below, above, strict=False)
        ]
        for intervals, (below, above) in zip(curve.intervals(label), ends, strict=True)
    ]


def _lines(curve: Result, against: str, curves: Sequence[Result]) -> list[_Line]:
    """Return the limits of a curve: its first, and those of single experiments before it."""
    level = f"{100 * curve.attributes['confidence_level']:g} % CL"
    kind = "projection" if curve.attributes["is_projection"] else "observed"
    models_differ = len({one.model.symbol for one in curves}) > 1
    prefix = f"${curve.model.symbol}$: " if models_differ else ""
    first, *singles = curve.labels
    colours = iter(CYCLE if len(curves) == 1 else CYCLE[_place(curve, curves) :])
    found = [
        _Line(curve, name, against, f"{prefix}{name}, {level} ({kind})", next(colours), False)
        for name in (singles or [first])
    ]
    if singles:
        found.append(_Line(curve, first, against, f"{prefix}{first}", BLACK, True))
    return found


def _place(curve: Result, curves: Sequence[Result]) -> int:
    """Return the number of the first colour of a curve."""
    before = curves[: [one is curve for one in curves].index(True)]
    return sum(max(len(one.labels) - 1, 1) for one in before) % len(CYCLE)


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


def _beside(axes: Axes, curve: Result, against: str) -> None:
    """Draw what the curve is shown beside: a band filled, a line dash-dotted."""
    if "beside" not in curve.variables:
        return
    at = curve[against]
    edges = zip(curve["beside_lower"], curve["beside_upper"], strict=True)
    for label, (lower, upper) in zip(curve["beside"].tolist(), edges, strict=True):
        if np.array_equal(lower, upper, equal_nan=True):
            axes.plot(at, upper, "-.", color="black", label=label, zorder=3)
            continue
        axes.fill_between(
            at, lower, upper, color="#2E8B57", alpha=0.45, linewidth=0, label=label, zorder=2
        )


def _range(curves: Sequence[Result]) -> tuple[float, float]:
    """Return the range of the vertical axis that shows all limits with some air."""
    values, room = [], 4
    for curve in curves:
        if curve.has_islands:
            values += [curve[side][:, 0].ravel() for side in ("lower", "upper")]
            room = max(room, _ROOM_OF_ISLANDS)
        else:
            values += [curve.limits(label) for label in curve.labels]
            room = max(room, _ROOM if len(curve.labels) > 1 else 0)
        if "beside" in curve.variables:
            values += [curve[f"beside_{side}"].ravel() for side in ("lower", "upper")]
    every = np.concatenate(values)
    kept = every[np.isfinite(every) & (every > 0)]
    return (kept.min() / room, kept.max() * 4) if len(kept) else (1e-6, 1.0)


def _expected_bands(axes: Axes, curve: Result, against: str) -> None:
    """Draw the expected median and bands, as far as they are no single line."""
    if curve.has_islands or len(curve.labels) > 1:
        return
    at = curve[against]
    for width, number, colour in (("two", 2, "#D9D9D9"), ("one", 1, "#B3B3B3")):
        low, high = (curve.limits(None, f"{sign}_{width}_sigma") for sign in ("minus", "plus"))
        if not np.allclose(low, high, equal_nan=True):
            label = rf"expected, $\pm{number}\sigma$"
            axes.fill_between(at, low, high, color=colour, linewidth=0, label=label, zorder=2)
    median = curve.limits(None, "median")
    if not np.allclose(median, curve.limits(), equal_nan=True):
        axes.plot(at, median, ":", color=GREY, label="expected, median", zorder=3)


def _describe(axes: Axes, curve: Result) -> None:
    """Print the fixed parameters into the left corner that the limit leaves free."""
    model, fixed = curve.model, curve.attributes["model"]
    known = parameters(type(model))
    lines = []
    if model.alpha_D > 0:
        lines = [model.dark_matter_name]
        lines += [
            with_value(known[name], value)
            for name, value in fixed.items()
            if name in known and known[name].role in _IN_THE_CORNER and value
        ]
    elif "alpha_D" in known:
        lines = ["no dark matter"]
    if (y := curve.attributes["fixed_y"]) is not None:
        mantissa, exponent = f"{y:.2e}".split("e")
        lines.append(rf"$y = {mantissa} \times 10^{{{int(exponent)}}}$")
    is_low = curve.side == "lower" or curve.has_islands
    height, anchor = (0.04, "bottom") if is_low else (0.96, "top")
    axes.text(
        0.03, height, "\n".join(lines), transform=axes.transAxes, va=anchor, fontsize=8.5, zorder=4
    )
