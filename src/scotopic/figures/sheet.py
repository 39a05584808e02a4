"""Axes to draw results into, in a style: what is drawn gets its look, its label and its room."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any, Final, cast
from weakref import WeakKeyDictionary

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from scotopic.errors import RangeError, nearest
from scotopic.figures.boxes import Row, dense, place_boxes
from scotopic.figures.labels import drawable, typeset
from scotopic.figures.style import CYCLE, fit, new_figure
from scotopic.figures.ticks import label_ticks
from scotopic.models.metadata import Parameter
from scotopic.search.style import FigureStyle

FloatArray = npt.NDArray[np.float64]

MEASURED: Final = "-"
PROJECTED: Final = "--"

_DASHES: Final = {"solid": "-", "dashed": "--", "dash-dotted": "-.", "dotted": ":"}
_SHADE: Final = 0.22
"""Opacity of areas."""

_COINCIDE: Final = 0.012
_SHARE: Final = 0.7
"""Lines coincide if this share of each is nearer to the other than that, in units of the axes."""

_USUAL_WIDTH: Final = 1.6  # points, of a line in the style sheet
_WIDER: Final = 2.2  # points, of a line below one that coincides with it


@dataclass(eq=False)
class Item:
    """What the legend has a name for.

    Attributes
    ----------
    label : str
        What the result calls it.
    name : str
        What the figure calls it.
    handle : Line2D or Patch
        How the legend shows it.
    lines : list of ndarray, shape (n, 2)
        Its lines, in the units of the axes.
    artists : list of Artist
        What is drawn.
    """

    label: str
    name: str
    handle: Line2D | Patch
    lines: list[FloatArray] = field(default_factory=list)
    artists: list[Line2D] = field(default_factory=list)


_DRAWN: Final[WeakKeyDictionary[Axes, list[Item]]] = WeakKeyDictionary()
"""What is in axes that are drawn into more than once."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """Axes, a style, and what is drawn so far.

    Attributes
    ----------
    axes : Axes
        To draw into.
    style : FigureStyle
        What the user wants.
    is_ours : bool
        Whether the axes are alone in a figure of our own.
    items : list of Item
        What is drawn.
    before : int
        How many of them were there before.
    """

    axes: Axes
    style: FigureStyle
    is_ours: bool
    items: list[Item]
    before: int

    def label_axis(self, name: str, text: str) -> None:
        """Write along an axis, "x" or "y", if the style does not say what."""
        wanted = getattr(self.style, f"{name}_label") or text
        if self.style.mass_unit != "GeV":
            wanted = wanted.replace("[GeV]", f"[{self.style.mass_unit}]")
        self.axes.set(**{f"{name}label": drawable(wanted)})

    def factor(self, known: Parameter) -> float:
        """Return what values of a parameter are multiplied with."""
        return 1e3 if known.unit == "GeV" and self.style.mass_unit == "MeV" else 1.0

    def colours(self) -> Iterator[str]:
        """Yield the colours of limits, those that are in the axes already last."""
        chosen = self.style.colour_cycle or CYCLE
        return islice(cycle(chosen), self.before % len(chosen), None)

    def colour(self, label: str, otherwise: str) -> str:
        """Return the colour of what has a label."""
        return self.style.colours.get(label, otherwise)

    def dash(self, label: str, otherwise: str) -> str:
        """Return the line style of what has a label."""
        return _DASHES.get(self.style.line_styles.get(label, ""), otherwise)

    def order(self, label: str, otherwise: float) -> float:
        """Return how far above others something is drawn."""
        known = self.style.order
        return otherwise + (0.01 * known.index(label) if label in known else 0.5 * bool(known))

    def add(
        self,
        label: str,
        handle: Line2D | Patch,
        lines: Iterable[FloatArray] = (),
        artists: Sequence[Line2D] = (),
        name: str | None = None,
    ) -> None:
        """Note what is drawn, under the name that the style, or else the caller, gives it."""
        shown = self.style.names.get(label) or name or label
        self.items.append(Item(label, typeset(shown), handle, list(lines), list(artists)))
        for artist in artists[:1]:
            artist.set_label(self.items[-1].name)

    def say(self, label: str, what: str) -> None:
        """Say in the legend why something is not in the figure."""
        empty = Line2D([], [], linestyle="none")
        shown = self.style.names.get(label) or label
        self.items.append(Item(label, f"{typeset(shown)}: {what}", empty))

    def line(
        self,
        label: str,
        lines: Sequence[FloatArray],
        *,
        zorder: float = 3.0,
        name: str | None = None,
        **look: Any,  # noqa: ANN401 - as matplotlib's
    ) -> None:
        """Draw lines, one item, shape (n, 2) each; values that are not finite are gaps."""
        look["color"] = self.colour(label, look["color"])
        look["linewidth"] = look.get("linewidth", _USUAL_WIDTH) * _thinner()
        look["linestyle"] = self.dash(label, look["linestyle"])
        order = self.order(label, zorder)
        drawn = [self._plot(one, zorder=order, **look) for one in lines]
        self.add(label, Line2D([], [], **look), lines, drawn, name)

    def _plot(self, line: FloatArray, **look: Any) -> Line2D:  # noqa: ANN401 - as matplotlib's
        """Draw a line; a point without a neighbour, of which nothing would be seen, is a dot."""
        known = np.pad(np.isfinite(line).all(axis=1), 1)
        alone = known[1:-1] & ~known[:-2] & ~known[2:]
        if alone.any():
            dot = {**look, "linestyle": "none", "marker": "o", "markersize": 3 * look["linewidth"]}
            self.axes.plot(*line[alone].T, **dot)
        return self.axes.plot(*line.T, **look)[0]

    def area(
        self,
        label: str,
        fill: Callable[..., object],
        lines: Sequence[FloatArray],
        colour: str,
        *,
        zorder: float = 2.0,
        name: str | None = None,
        alpha: float = _SHADE,
        linestyle: str = "-",
        linewidth: float = 1.4,
        hatch: str = "",
    ) -> None:
        """Draw a see-through area with its outline, one item.

        Parameters
        ----------
        label, name : str
            What the result, and the figure, call it.
        fill : callable
            Fills it, given how it looks and how far above others it is.
        lines : sequence of ndarray, shape (n, 2)
            Its outline.
        colour : str
            Of both.
        zorder : float
            Of the outline; the area is one below it.
        alpha : float
            Of the area.
        linestyle, linewidth : str, float
            Of the outline.
        hatch : str
            Of the area, as matplotlib knows it; none by default.
        """
        chosen, order = self.colour(label, colour), self.order(label, zorder)
        face: dict[str, Any] = {"facecolor": (chosen, alpha)}
        edge: dict[str, Any] = {
            "linestyle": self.dash(label, linestyle),
            "linewidth": linewidth * _thinner(),
        }
        if hatch:
            face["hatch"] = hatch
            fill(linewidth=0, zorder=order - 1, edgecolor=(chosen, 2 * alpha), **face)
        else:
            fill(linewidth=0, zorder=order - 1, **face)
        drawn = [self._plot(one, zorder=order, color=chosen, **edge) for one in lines]
        self.add(label, Patch(**face, edgecolor=chosen, **edge), lines, drawn, name)

    def finish(self, note: str = "") -> None:
        """Write numbers along the axes, the legend and a note of fixed parameters."""
        label_ticks(self.axes)
        # the lowest number of the other axis is near; numbers at all ticks are at one height
        self.axes.tick_params(axis="x", which="both", pad=6)
        self.axes.grid(visible=True)
        if self.is_ours:
            fit(self.axes)
        order = {label: i for i, label in enumerate(self.style.order)}
        items = sorted(self.items, key=lambda one: order.get(one.label, len(order)))
        place_boxes(
            self.axes,
            [*_rows(self.axes, items), *_of_others(self.axes, items)],
            drawable(note) if self.style.note else "",
            self.style.legend,
            is_ours=self.is_ours,
            may_widen=self.style.size is None,
        )


@contextmanager
def new_sheet(
    style: FigureStyle, title: str, ax: Axes | None, known: Iterable[str]
) -> Iterator[Sheet]:
    """Give axes to draw into: a user's, or those of a new figure, which has the house style.

    Parameters
    ----------
    style : FigureStyle
        What the user wants.
    title : str
        Above the axes, if the style has none.
    ax : Axes, optional
        The user's; what is drawn into them before stays.
    known : iterable of str
        The labels that there are.

    Raises
    ------
    RangeError
        If the style speaks of a label that there is not.
    """
    labels = list(known)
    for key, label in style.unknown(labels):
        text = f"{label!r} is no label in this figure; {nearest(label, labels)}"
        raise RangeError(f"figure.{key}: {text}")
    with new_figure(title, style, ax) as (_, axes):
        items = _DRAWN.setdefault(axes, []) if ax is not None else []
        yield Sheet(axes, style, ax is None, items, len(items))


def _thinner() -> float:
    """Return how wide lines are over those of a figure of the usual size."""
    return float(mpl.rcParams["lines.linewidth"]) / _USUAL_WIDTH


def figure_of(axes: Axes) -> Figure:
    """Return the whole figure in which axes are."""
    found = axes.get_figure(root=True)
    assert found is not None  # noqa: S101 - axes that are drawn into have one
    return found


def _of_others(axes: Axes, items: Sequence[Item]) -> list[Row]:
    """Return what a user drew into the axes and gave a label."""
    ours = {id(artist) for item in items for artist in item.artists}
    found = zip(*axes.get_legend_handles_labels(), strict=True)
    return [
        Row(str(label), (cast("Line2D", one),), []) for one, label in found if id(one) not in ours
    ]


def _rows(axes: Axes, items: Sequence[Item]) -> list[Row]:
    """Return the rows of the legend; lines that coincide have one, and all of them are seen."""
    groups: list[list[Item]] = []
    for item in items:
        same = [one for one in groups if item.artists and _coincide(axes, one[0], item)]
        if same:
            same[0].append(item)
        else:
            groups.append([item])
    for group in groups:
        for above, item in enumerate(reversed(group)):
            for line in (*item.artists, item.handle) if above else ():
                line.set_linewidth(line.get_linewidth() + above * _WIDER * _thinner())
                line.set_alpha(0.55)
    return [
        Row(
            ", ".join(dict.fromkeys(one.name for one in group)),
            tuple(one.handle for one in group),
            group[-1].lines,
        )
        for group in groups
    ]


def _coincide(axes: Axes, one: Item, other: Item) -> bool:
    """Whether the eye cannot tell lines of one dash pattern apart."""
    if isinstance(one.handle, Patch) or isinstance(other.handle, Patch):
        return False
    if one.handle.get_linestyle() != other.handle.get_linestyle():
        return False
    first, second = (_on_the_frame(axes, item.lines) for item in (one, other))
    if min(len(first), len(second)) < 2:
        return False
    distance = np.abs(first[:, None] - second)
    near = np.hypot(distance[..., 0], distance[..., 1]) < _COINCIDE
    return bool(min(near.any(axis=0).mean(), near.any(axis=1).mean()) > _SHARE)


def _on_the_frame(axes: Axes, lines: Iterable[FloatArray]) -> FloatArray:
    """Return points of lines in units of the axes, as dense as it takes to compare them."""
    found = [np.empty((0, 2))]
    for line in lines:
        seen = axes.transAxes.inverted().transform(axes.transData.transform(line))
        seen = seen[np.isfinite(seen).all(axis=1)]
        if len(seen) > 1:
            found.append(dense(seen, _COINCIDE / 2))
    every = np.concatenate(found)
    return every[((every >= 0) & (every <= 1)).all(axis=1)]
