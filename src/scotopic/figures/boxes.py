"""Legend and note of a plane: inside of the axes where they cover no line, or else beside them."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

FloatArray = npt.NDArray[np.float64]

_CORNERS: Final = ((0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0))
_STEPS: Final = (0.5, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875)
_PLACES: Final = (
    *_CORNERS,
    *((right, up) for up in _STEPS for right in (1.0, 0.0)),
    *((right, up) for right in _STEPS for up in (0.0, 1.0)),
)
"""Where boxes can be, from left to right and from bottom to top: best first."""

_MARGIN: Final = 8.0  # pixels around a box
_TIGHT: Final = 1.0  # pixels to the next line, if there is not more
_STEP: Final = 2.0  # pixels between points of a line


def place_boxes(axes: Axes, handles: Sequence[Line2D | Patch], text: str) -> None:
    """Add a legend and a note to finished axes, which become part of a wider figure if need be.

    Parameters
    ----------
    axes : Axes
        With everything that is not to be covered.
    handles : sequence of Line2D or Patch
        Of the legend.
    text : str
        The note; may be empty.
    """
    points = np.concatenate([np.empty((0, 2)), *_drawn(axes)])
    boxes: list[Legend | Text] = []
    if handles:
        boxes.append(_legend(axes, handles))
    if text:
        boxes.append(_note(axes, text))
    taken: list[Bbox] = []
    beside = []
    for box in boxes:
        rooms = (
            _free_room(axes, box.get_window_extent(), points, taken, margin)
            for margin in (_MARGIN - 1, _TIGHT)  # the frame of the axes is no line
        )
        room = next((one for one in rooms if one is not None), None)
        if room is None:
            beside.append(box)
        else:
            taken.append(room)
            _move(axes, box, room)
    if beside:
        _put_beside(axes, beside)


def _legend(axes: Axes, handles: Sequence[Line2D | Patch]) -> Legend:
    legend = axes.legend(
        handles=handles,
        loc="lower left",  # for now; matplotlib's own search for room is slow, and says so
        fontsize=7.8,
        handlelength=2.8,
        frameon=True,
        framealpha=0.85,
        borderaxespad=0,
    )
    legend.set_zorder(5)
    return legend


def _note(axes: Axes, text: str) -> Text:
    ground = {"boxstyle": "round", "facecolor": "white", "edgecolor": "0.8", "alpha": 0.85}
    return axes.text(
        0, 0, text, transform=axes.transAxes, fontsize=8.5, va="bottom", zorder=5, bbox=ground
    )


def _drawn(axes: Axes) -> Iterator[FloatArray]:
    """Give points in pixels on all lines and edges of areas, shape (n, 2) each."""
    paths = [(one.get_transform(), path) for one in axes.collections for path in one.get_paths()]
    paths += [(line.get_transform(), line.get_path()) for line in axes.lines]
    paths += [(patch.get_transform(), patch.get_path()) for patch in axes.patches]
    for transform, path in paths:
        for corners in transform.transform_path(path).to_polygons(closed_only=False):
            steps = np.hypot(*np.diff(corners, axis=0).T)
            length = np.concatenate([[0.0], np.cumsum(steps)])
            at = np.arange(0.0, length[-1], _STEP)
            yield np.stack([np.interp(at, length, c) for c in np.asarray(corners).T], axis=1)


def _free_room(
    axes: Axes, box: Bbox, points: FloatArray, taken: Sequence[Bbox], margin: float
) -> Bbox | None:
    """Return the best room for a box that covers no point and nothing that is taken."""
    frame = axes.get_window_extent().padded(-_MARGIN)
    for right, up in _PLACES:
        left = frame.x0 + right * (frame.width - box.width)
        low = frame.y0 + up * (frame.height - box.height)
        room = Bbox.from_bounds(left, low, box.width, box.height)
        around = room.padded(margin)
        inside = (points > around.min) & (points < around.max)
        if not inside.all(axis=1).any() and not any(around.overlaps(other) for other in taken):
            return room
    return None


def _put_beside(axes: Axes, boxes: Sequence[Legend | Text]) -> None:
    """Widen the figure, and stack boxes to the right of the axes, which keep their size."""
    figure = axes.figure.get_figure(root=True)
    sizes = [box.get_window_extent() for box in boxes]
    width, height = figure.get_size_inches()
    wider = width + (max(size.width for size in sizes) + 2 * _MARGIN) / figure.dpi
    x0, y0, wide, high = axes.get_position().bounds
    figure.set_size_inches(wider, height)
    axes.set_position((x0 * width / wider, y0, wide * width / wider, high))
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
