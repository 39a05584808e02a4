"""Figures of planes: what is drawn where, and boxes that cover no line if there is room."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure

from scotopic.figures import STYLE, draw_plane
from scotopic.figures.plane import _TIED
from scotopic.scan.plane import Plane
from scotopic.scan.run import run
from scotopic.scan.run_card import load_run_card
from scotopic.search.ties import TIES

FloatArray = npt.NDArray[np.float64]

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


LIMITS = """
title = "limits"
source = "a test"
model = "inelastic_dark_matter"
[fixed]
alpha_D = 0.1
mass_ratio = 3
kinetic_mixing = "muon central"
[x]
parameter = "dark_matter_mass"
minimum = 0.01
maximum = 1.0
points = 21
[y]
parameter = "splitting"
minimum = 0.1
maximum = 0.9
points = 17
scale = "linear"
[[limits]]
label = "some"
experiment = "na64e-2018"
signatures = ["S1"]
filled = true
[[limits]]
label = "all"
experiment = "na64e-2018"
signatures = ["S1"]
[[limits]]
label = "none"
experiment = "na64e-2018"
signatures = ["S1"]
"""


def drawn(tmp_path: Path, excesses: Mapping[str, FloatArray], exists: FloatArray) -> Figure:
    path = tmp_path / "card.toml"
    path.write_text(LIMITS)
    card, _ = load_run_card(str(path))
    x, y = card.x.axis(), card.y.axis()
    planes = {
        label: Plane(
            x=x,
            y=y,
            fixed={},
            expected_events=np.exp(excess),
            limit_events=np.ones_like(excess),
            relative_error=np.zeros_like(excess),
            mediator_mass=exists,
            coupling=exists,
            refused={},
        )
        for label, excess in excesses.items()
    }
    return draw_plane(card, planes, {})


def flat(value: float) -> FloatArray:
    return np.full((21, 17), value)


def rising() -> FloatArray:
    return np.broadcast_to(np.linspace(2.0, -1.0, 21)[:, None], (21, 17)).copy()


def legend_texts(figure: Figure) -> list[str]:
    legend = figure.axes[0].get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_what_is_not_computed_does_not_look_like_not_excluded(tmp_path: Path) -> None:
    """Hatched up to the points that are known, and what has no model in another way."""
    some, exists = rising(), flat(0.3)
    some[-5:, -5:] = np.nan
    exists[-1, -1] = np.nan
    figure = drawn(tmp_path, {"some": some, "all": some + 9, "none": some - 9}, exists)
    (axes,) = figure.axes
    assert legend_texts(figure)[-2:] == ["not computed", "no such model"]
    hatched = [c for c in axes.collections if isinstance(c, ContourSet) and any(c.hatches)]
    corners = [np.concatenate([p.vertices for p in c.get_paths()]).min(axis=0) for c in hatched]
    x, y = np.geomspace(0.01, 1.0, 21), np.linspace(0.1, 0.9, 17)
    for corner, k in zip(corners, (-6, -2), strict=True):
        assert corner == pytest.approx((x[k], y[k]), rel=1e-3)


def test_a_whole_plane_is_not_hatched(tmp_path: Path) -> None:
    some = rising()
    figure = drawn(tmp_path, {"some": some, "all": some, "none": some}, flat(0.3))
    assert legend_texts(figure) == ["some", "all", "none"]


def test_legend_says_which_limits_have_no_line(tmp_path: Path) -> None:
    excesses = {"some": rising(), "all": flat(1.0), "none": flat(-1.0)}
    figure = drawn(tmp_path, excesses, flat(0.3))
    assert legend_texts(figure) == ["some", "all: everything", "none: nothing"]


def test_crowded_planes_have_their_boxes_beside_the_axes(tmp_path: Path) -> None:
    stripes = np.cos(np.arange(21) * np.pi / 2 + 0.1)[:, None] + flat(0.0)
    figure = drawn(tmp_path, dict.fromkeys(("some", "all", "none"), stripes), flat(0.3))
    (axes,) = figure.axes
    figure.draw_without_rendering()
    legend = axes.get_legend()
    assert legend is not None
    (note,) = axes.texts
    frame = axes.get_window_extent()
    boxes = [legend.get_window_extent(), note.get_window_extent()]
    assert not boxes[0].overlaps(boxes[1])
    for box in boxes:
        assert frame.x1 < box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
    standard = mpl.rc_params_from_file(STYLE, use_default_template=True)["figure.figsize"]
    assert frame.width == pytest.approx(0.83 * standard[0] * figure.dpi)  # the axes keep their size


def test_tied_couplings_say_what_they_follow_from(tmp_path: Path) -> None:
    figure = drawn(tmp_path, dict.fromkeys(("some", "all", "none"), rising()), flat(0.3))
    (note,) = figure.axes[0].texts
    assert "$\\epsilon$ from $(g-2)_\\mu$,\ncentral value" in note.get_text()
    assert set(_TIED) == set(TIES)
