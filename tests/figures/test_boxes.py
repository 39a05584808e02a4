"""Legends and notes for which axes have no room, in figures for a column of a journal."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from scotopic.figures.boxes import Row, place_boxes
from scotopic.figures.style import fit, new_figure
from scotopic.search.style import FigureStyle

NAMES = {
    "usual": ("NA64, $10^{12}$", "NA64, $10^{13}$", "NA64mu", "thermal relic", "CMB", "$(g-2)_e$"),
    "long": ("experiments and their reanalyses that exclude something here, together",) * 3,
}
NOTES = {
    "none": "",
    "short": "$\\alpha_D = 0.1$",
    "wide": "the same for all limits and lines",
}


def crowded(names: tuple[str, ...], note: str) -> tuple[Figure, list[Bbox]]:
    """Draw lines all over axes, and return where the boxes are."""
    with new_figure("a title", FigureStyle(size=(3.4, 2.7))) as (figure, axes):
        up = np.linspace(0, 1, 80)
        axes.plot(np.tile([0, 1, 1, 0], 20), up)
        axes.set(xlabel="$m_{A'}$ [GeV]", ylabel="$\\epsilon$")
        fit(axes)
        rows = [Row(name, (Line2D([], []),), []) for name in names]
        place_boxes(axes, rows, note, may_widen=False)
        figure.draw_without_rendering()
        legend = axes.get_legend()
        assert legend is not None
        assert [text.get_text() for text in legend.get_texts()] == list(names)
        return figure, [one.get_window_extent() for one in (legend, *axes.texts)]


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("names", NAMES)
def test_boxes_below_axes_leave_more_than_half_of_the_height(names: str, note: str) -> None:
    figure, boxes = crowded(NAMES[names], NOTES[note])
    (axes,) = figure.axes
    assert tuple(figure.get_size_inches()) == (3.4, 2.7)
    assert axes.get_position().height > 0.55
    labels = axes.xaxis.get_tightbbox()
    assert labels is not None
    for box in boxes:
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= labels.y0
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
