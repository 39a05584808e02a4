"""Figures of planes: what is drawn where, and boxes that cover no line if there is room."""

import numpy as np
import pytest
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure

from scotopic.figures import draw_plane
from scotopic.scan.run import run
from scotopic.scan.run_card import load_run_card

CARD = """
title = "targets"
source = "a test"
model = "dark_photon"
[fixed]
alpha_D = 0.1
mass_ratio = 3
dark_matter = "complex_scalar"
[x]
parameter = "dark_matter_mass"
minimum = 0.001
maximum = 1.0
points = 7
[y]
parameter = "y"
minimum = 1e-16
maximum = 1e-6
points = 60
[[thermal_lines]]
label = "scalar"
[[thermal_lines]]
label = "Dirac"
fixed = { dark_matter = "dirac" }
[[cmb]]
label = "CMB"
fixed = { dark_matter = "dirac" }
[[cmb]]
label = "no bound"
"""


@pytest.fixture(scope="module")
def figure(tmp_path_factory: pytest.TempPathFactory) -> Figure:
    path = tmp_path_factory.mktemp("card") / "card.toml"
    path.write_text(CARD)
    card, place = load_run_card(str(path))
    found = run(card, place)
    return draw_plane(card, found.planes, found.bands, found.thermal_lines, found.cmb)


def test_lines_are_drawn_where_they_are(figure: Figure) -> None:
    """y = 1.3e-11 for a scalar of 10 MeV, see docs/physics/relic-density.md."""
    (axes,) = figure.axes
    lines = [c for c in axes.collections if isinstance(c, ContourSet) and not c.filled]
    drawn = [np.asarray(path.vertices) for one in lines for path in one.get_paths()]
    (scalar,) = [vertices for vertices in drawn if vertices[:, 1].max() > 1e-8]
    at = np.exp(np.interp(np.log(0.01), *np.log(scalar.T)))
    assert at == pytest.approx(1.33e-11, rel=0.1)  # a step of the plane is a factor of 1.5


def test_legend_names_what_there_is(figure: Figure) -> None:
    (axes,) = figure.axes
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["CMB", "scalar", "Dirac"]
    assert axes.get_xlabel() == r"$m_{\chi}$ [GeV]"
    (note,) = axes.texts
    assert r"complex\ scalar" in note.get_text()


def test_boxes_cover_neither_lines_nor_each_other(figure: Figure) -> None:
    figure.draw_without_rendering()
    (axes,) = figure.axes
    legend = axes.get_legend()
    assert legend is not None
    (note,) = axes.texts
    boxes = [legend.get_window_extent(), note.get_window_extent()]
    assert not boxes[0].overlaps(boxes[1])
    frame = axes.get_window_extent()
    for box in boxes:
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1
        for contours in axes.collections:
            if isinstance(contours, ContourSet) and not contours.filled:
                for path in contours.get_paths():
                    transformed = axes.transData.transform_path(path)
                    assert not transformed.intersects_bbox(box, filled=False)
