"""Legend and note of a figure: where they cover no line, beside the axes, or along the lines."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from scotopic.search.style import LegendPlace

FloatArray = npt.NDArray[np.float64]

_CORNER_OF: Final = {
    "upper left": (0.0, 1.0),
    "upper right": (1.0, 1.0),
    "lower right": (1.0, 0.0),
    "lower left": (0.0, 0.0),
}
_STEPS: Final = (0.5, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875)
_PLACES: Final = (
    *_CORNER_OF.values(),
    *((right, up) for up in _STEPS for right in (1.0, 0.0)),
    *((right, up) for right in _STEPS for up in (0.0, 1.0)),
)
"""Where boxes can be, from left to right and from bottom to top: best first."""

_MARGIN: Final = 8.0  # pixels around a box
_TIGHT: Final = 1.0  # pixels to the next line, if there is not more
_STEP: Final = 2.0  # pixels between points of a line

_LETTER: Final = 1.3  # height of a line of text over the size of its letters
_BRIGHTNESS: Final = np.array([0.2126, 0.7152, 0.0722])
_LEGIBLE, _FAINT = 0.36, 0.68  # brightness of letters, and of lines that need none
_ALONG: Final = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9)
"""Where on the part of a line that is seen its name may be, best first."""


@dataclass(frozen=True, eq=False)
class Row:
    """A row of the legend.

    Attributes
    ----------
    name : str
        What stands in it.
    handles : tuple of Line2D or Patch
        What it is the name of; several are shown side by side.
    lines : list of ndarray, shape (n, 2)
        Along which the name may stand, in units of the axes' data.
    """

    name: str
    handles: tuple[Line2D | Patch, ...]
    lines: list[FloatArray]


def place_boxes(
    axes: Axes,
    rows: Sequence[Row],
    text: str,
    place: LegendPlace = "inside",
    *,
    is_ours: bool = True,
    may_widen: bool = True,
) -> None:
    """Add a legend and a note to finished axes, which become part of a wider figure if need be.

    Parameters
    ----------
    axes : Axes
        With everything that is not to be covered.
    rows : sequence of Row
        Of the legend.
    text : str
        The note; may be empty.
    place : str
        Where the legend is.
    is_ours : bool
        Whether the axes may be moved. If not, boxes for which there is no room are where they
        cover least.
    may_widen : bool
        Whether the figure may become wider; if not, the axes become smaller.
    """
    points = np.concatenate([np.empty((0, 2)), *_drawn(axes)])
    taken: list[Bbox] = []
    if place == "along lines":
        rows = [row for row in rows if not _stands_along(axes, row, points, taken)]
    boxes: list[Legend | Text] = []
    if rows and place != "none":
        boxes.append(_legend(axes, rows))
    if text:
        boxes.append(_note(axes, text))
    outside = []
    for box in boxes:
        room = _room_for(axes, box, points, taken, place, must=not is_ours)
        if room is None:
            outside.append(box)
        else:
            taken.append(room)
            _move(axes, box, room)
    if not outside:
        return
    if may_widen or place == "beside":
        _put_beside(axes, outside, may_widen=may_widen)
    else:
        _put_below(axes, outside, rows)
    points, taken = np.concatenate([np.empty((0, 2)), *_drawn(axes)]), []
    for box in boxes:
        if box not in outside:
            room = _room_for(axes, box, points, taken, place, must=True)
            assert room is not None  # noqa: S101 - one was asked for
            taken.append(room)
            _move(axes, box, room)


def _room_for(
    axes: Axes,
    box: Legend | Text,
    points: FloatArray,
    taken: Sequence[Bbox],
    place: LegendPlace,
    *,
    must: bool,
) -> Bbox | None:
    """Return where a box is to be; None if that is outside of the axes."""
    size = box.get_window_extent()
    if isinstance(box, Legend) and place in _CORNER_OF:
        return _room(axes, size, *_CORNER_OF[place])
    if isinstance(box, Legend) and place == "beside" and not must:
        return None
    return _free_room(axes, size, points, taken, must=must)


def _legend(axes: Axes, rows: Sequence[Row], **look: float) -> Legend:
    legend = axes.legend(
        handles=[one.handles[0] if len(one.handles) == 1 else one.handles for one in rows],
        labels=[one.name for one in rows],
        loc="lower left",  # for now; matplotlib's own search for room is slow, and says so
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0.4)},
        frameon=True,
        framealpha=0.85,
        borderaxespad=0,
        **{"handlelength": 2.6, **look},
    )
    legend.set_zorder(8)
    return legend


def _note(axes: Axes, text: str) -> Text:
    ground = {"boxstyle": "round", "facecolor": "white", "edgecolor": "0.8", "alpha": 0.85}
    return axes.text(
        *(0, 0, text),
        transform=axes.transAxes,
        fontsize=mpl.rcParams["legend.fontsize"],
        va="bottom",
        zorder=8,
        bbox=ground,
    )


def _stands_along(axes: Axes, row: Row, points: FloatArray, taken: list[Bbox]) -> bool:
    """Write a name along one of its lines, if there is room for it."""
    frame = axes.get_window_extent()
    lines = [dense(axes.transData.transform(line)) for line in row.lines]
    inside = [line[np.all((line > frame.min) & (line < frame.max), axis=1)] for line in lines]
    longest = max(inside, key=len, default=np.empty((0, 2)))
    colour = _colour_of(row.handles[-1])
    if len(longest) < 2 or colour is None:
        return False
    text = axes.text(
        *(0, 0, row.name),
        fontsize=mpl.rcParams["legend.fontsize"],
        color=colour,
        rotation_mode="anchor",
        ha="center",
        va="bottom",
        zorder=7,
    )
    length = text.get_window_extent().width
    half = max(int(length / 2 / _STEP), 1)
    for share in _ALONG:
        middle = round(share * (len(longest) - 1))
        ends = longest[max(middle - half, 0)], longest[min(middle + half, len(longest) - 1)]
        (x0, y0), (x1, y1) = sorted(map(tuple, ends))
        angle = math.degrees(math.atan2(y1 - y0, x1 - x0)) if x1 > x0 else 90.0
        normal = np.array([-math.sin(math.radians(angle)), math.cos(math.radians(angle))])
        for side in (1.0, -1.0):
            at = longest[middle] + side * normal * _MARGIN / 2
            text.set(
                position=axes.transData.inverted().transform(at),
                rotation=angle,
                va="bottom" if side > 0 else "top",
            )
            box = text.get_window_extent()
            apart = not any(box.overlaps(other) for other in taken)
            if (
                apart
                and frame.contains(*box.min)
                and frame.contains(*box.max)
                and not _crossed(
                    points,
                    longest[middle] + side * normal * (_MARGIN / 2 + 0.5 * _height(text)),
                    angle,
                    length,
                    0.5 * _height(text),
                )
            ):
                taken.append(box)
                return True
    text.remove()
    return False


def _height(text: Text) -> float:
    figure = text.get_figure(root=True)
    return 0.0 if figure is None else _LETTER * float(text.get_fontsize()) * figure.dpi / 72


def _crossed(
    points: FloatArray, middle: FloatArray, angle: float, length: float, half_height: float
) -> bool:
    """Whether anything is drawn where a text of some length stands, turned by an angle."""
    turned = math.radians(angle)
    along = (points - middle) @ np.array([math.cos(turned), math.sin(turned)])
    across = (points - middle) @ np.array([-math.sin(turned), math.cos(turned)])
    return bool(np.any((abs(along) < length / 2) & (abs(across) < half_height)))


def _colour_of(handle: Line2D | Patch) -> str | None:
    """Return in which colour a name along a line is legible; None for faint ones and no line."""
    if getattr(handle, "get_linestyle", str)() == "None":
        return None
    found = handle.get_color() if isinstance(handle, Line2D) else handle.get_edgecolor()
    colour = np.array(mpl.colors.to_rgb(found))
    brightness = float(colour @ _BRIGHTNESS)
    if brightness > _FAINT:
        return None
    red, green, blue = (colour * min(1.0, _LEGIBLE / max(brightness, 0.01))).tolist()
    return str(mpl.colors.to_hex((red, green, blue)))


def _drawn(axes: Axes) -> Iterator[FloatArray]:
    """Give points in pixels on all lines and edges of areas, shape (n, 2) each."""
    paths = [(one.get_transform(), path) for one in axes.collections for path in one.get_paths()]
    paths += [(line.get_transform(), line.get_path()) for line in axes.lines]
    paths += [(patch.get_transform(), patch.get_path()) for patch in axes.patches]
    for transform, path in paths:
        for corners in transform.transform_path(path).to_polygons(closed_only=False):
            yield dense(np.asarray(corners))


def dense(corners: FloatArray, step: float = _STEP) -> FloatArray:
    """Return points on a line, a step apart."""
    steps = np.hypot(*np.diff(corners, axis=0).T)
    length = np.concatenate([[0.0], np.cumsum(steps)])
    if not np.isfinite(length[-1]):
        return np.empty((0, 2))
    at = np.arange(0.0, length[-1], step)
    return np.stack([np.interp(at, length, c) for c in corners.T], axis=1)


def _free_room(
    axes: Axes, box: Bbox, points: FloatArray, taken: Sequence[Bbox], *, must: bool
) -> Bbox | None:
    """Return the best room for a box that covers no point and nothing that is taken.

    If there `must` be one, that which covers least.
    """
    rooms = [_room(axes, box, *place) for place in _PLACES]
    rooms = [one for one in rooms if not any(one.padded(_TIGHT).overlaps(o) for o in taken)]
    for margin in (_MARGIN - 1, _TIGHT):  # the frame of the axes is no line
        for room in rooms:
            if not _covered(points, room.padded(margin)):
                return room
    rooms = rooms or [_room(axes, box, *_PLACES[len(taken)])]
    return min(rooms, key=lambda one: _covered(points, one)) if must else None


def _room(axes: Axes, box: Bbox, right: float, up: float) -> Bbox:
    frame = axes.get_window_extent().padded(-_MARGIN)
    left = frame.x0 + right * (frame.width - box.width)
    low = frame.y0 + up * (frame.height - box.height)
    return Bbox.from_bounds(left, low, box.width, box.height)


def _covered(points: FloatArray, room: Bbox) -> int:
    return int(((points > room.min) & (points < room.max)).all(axis=1).sum())


def _put_below(axes: Axes, boxes: Sequence[Legend | Text], rows: Sequence[Row]) -> None:
    """Put boxes below the axes, which become lower: side by side, or above each other."""
    figure = axes.figure.get_figure(root=True)
    notes = [box for box in boxes if isinstance(box, Text)]
    wide = figure.bbox.width - 2 * _MARGIN
    if len(notes) < len(boxes):
        beside = sum(note.get_window_extent().width + _MARGIN for note in notes)
        legend = _in_columns(axes, rows, wide - beside)
        if notes and legend.get_window_extent().width > wide - beside:
            legend = _in_columns(axes, rows, wide)
        boxes = [legend, *notes]
    sizes = [box.get_window_extent() for box in boxes]
    is_one_row = sum(one.width + _MARGIN for one in sizes) - _MARGIN <= wide
    lines = [list(range(len(boxes)))] if is_one_row else [[i] for i in range(len(boxes))]
    needed = sum(max(sizes[i].height for i in line) + _MARGIN / 2 for line in lines)
    x0, y0, width, high = axes.get_position().bounds
    lower = needed / figure.bbox.height
    axes.set_position((x0, y0 + lower, width, max(high - lower, 0.1)))
    top = needed
    for line in lines:
        left = _MARGIN
        for i in line:
            low = top - sizes[i].height
            _move(axes, boxes[i], Bbox.from_bounds(left, low, sizes[i].width, sizes[i].height))
            left += sizes[i].width + _MARGIN
        top -= max(sizes[i].height for i in line) + _MARGIN / 2


def _in_columns(axes: Axes, rows: Sequence[Row], width: float) -> Legend:
    """Add a legend with as many columns as a width has room for, in pixels; at least with one."""
    look = {"handlelength": 2.2, "columnspacing": 1.2, "handletextpad": 0.6, "borderpad": 0.3}
    for height in range(1, len(rows)):
        legend = _legend(axes, rows, ncols=math.ceil(len(rows) / height), **look)
        if legend.get_window_extent().width <= width:
            return legend
    return _legend(axes, rows, **look)


def _put_beside(axes: Axes, boxes: Sequence[Legend | Text], *, may_widen: bool) -> None:
    """Stack boxes to the right of the axes, which keep their size if the figure may be wider."""
    figure = axes.figure.get_figure(root=True)
    sizes = [box.get_window_extent() for box in boxes]
    width, height = figure.get_size_inches()
    needed = (max(size.width for size in sizes) + 3 * _MARGIN) / figure.dpi
    x0, y0, wide, high = axes.get_position().bounds
    if may_widen:
        figure.set_size_inches(width + needed, height)
        grown = width / (width + needed)
        axes.set_position((x0 * grown, y0, wide * grown, high))
    else:
        axes.set_position((x0, y0, max(wide - needed / width, 0.1), high))
    frame = axes.get_window_extent()
    top = frame.y1
    for box, size in zip(boxes, sizes, strict=True):
        low = top - size.height
        _move(axes, box, Bbox.from_bounds(frame.x1 + 2 * _MARGIN, low, size.width, size.height))
        top = low - 2 * _MARGIN


def _move(axes: Axes, box: Legend | Text, room: Bbox) -> None:
    """Put the lower left corner of a box where that of a room is."""
    x, y = axes.transAxes.inverted().transform((room.x0, room.y0)).tolist()
    if isinstance(box, Legend):
        box.set_loc((x, y))
    else:
        box.set_position((x, y))
