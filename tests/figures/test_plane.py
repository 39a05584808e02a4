"""Figures of planes: what is drawn where, and boxes that cover no line if there is room."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from tests.plane_cards import plane_card

from scotopic.errors import RangeError
from scotopic.figures import STYLE, draw_plane
from scotopic.figures.labels import _TIED
from scotopic.figures.plane import _DRAWN
from scotopic.figures.style import BLACK, CYCLE, GREY
from scotopic.scan.contours import regions
from scotopic.scan.layout import axes_of
from scotopic.scan.plane import Plane, plane_result
from scotopic.scan.plane_files import write_plane
from scotopic.scan.points import COMPUTED, NOT_COMPUTED, NOT_COVERED, no_points
from scotopic.scan.run import compute_run_card
from scotopic.scan.run_card import load_run_card
from scotopic.scan.session import plan_of
from scotopic.search import Result, load_experiment
from scotopic.search.result import Layer
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


def points(vertices: object) -> FloatArray:
    return np.asarray(vertices, dtype=float)


@pytest.fixture(scope="module")
def figure(tmp_path_factory: pytest.TempPathFactory) -> Figure:
    path = tmp_path_factory.mktemp("card") / "card.toml"
    path.write_text(CARD)
    card, place = load_run_card(str(path))
    return draw_plane(compute_run_card(card, place))


def test_lines_are_drawn_where_they_are(figure: Figure) -> None:
    """y = 1.3e-11 for a scalar of 10 MeV, see docs/physics/relic-density.md."""
    (axes,) = figure.axes
    drawn = [points(line.get_xydata()) for line in axes.lines]
    (scalar,) = [vertices for vertices in drawn if vertices[:, 1].max() > 1e-8]
    at = np.exp(np.interp(np.log(0.01), *np.log(scalar.T)))
    assert at == pytest.approx(1.33e-11, rel=0.1)  # a step of the plane is a factor of 1.5


def test_legend_names_what_there_is(figure: Figure) -> None:
    (axes,) = figure.axes
    legend = axes.get_legend()
    assert legend is not None
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["CMB", "no bound: none here", "scalar", "Dirac"]
    assert axes.get_xlabel() == r"$m_{\chi}$ [GeV]"
    (note,) = axes.texts
    assert note.get_text().startswith("$\\alpha_D")  # lines of other dark matter are there too


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
        for line in axes.lines:
            transformed = axes.transData.transform_path(line.get_path())
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
experiment = "na64e-2018-semi-visible"
searches = ["S1"]
filled = true
[[limits]]
label = "all"
experiment = "na64e-2018-semi-visible"
searches = ["S1"]
[[limits]]
label = "none"
experiment = "na64e-2018-semi-visible"
searches = ["S1"]
"""


def result(
    tmp_path: Path,
    excesses: Mapping[str, FloatArray],
    exists: FloatArray,
    refused: Mapping[tuple[int, int], str] = MappingProxyType({}),
) -> Result:
    """A result of the card above whose limits are given."""
    path = tmp_path / "card.toml"
    path.write_text(LIMITS)
    card, _ = load_run_card(str(path))
    experiment = load_experiment("na64e-2018-semi-visible")
    plan = plan_of(card, {layer.label: (experiment,) for layer in card.limits})
    arrays = no_points(plan, plan.shape)
    for i, excess in enumerate(excesses.values()):
        arrays["excess"][i] = excess
        arrays["expected_events"][i, 0] = np.exp(excess)
        arrays["allowed_events"][i] = 1.0
        arrays["status"][i] = np.where(np.isfinite(excess), COMPUTED, NOT_COMPUTED)
        arrays["model_mediator_mass"][i] = exists
        for index, reason in refused.items():
            arrays["status"][i][index], arrays["reason"][i][index] = NOT_COVERED, reason
    attributes = {"title": card.title, "card": card.model_dump(mode="json")}
    return plane_result(plan, arrays, None, attributes)


def drawn(tmp_path: Path, excesses: Mapping[str, FloatArray], exists: FloatArray) -> Figure:
    return draw_plane(result(tmp_path, excesses, exists))


def flat(value: float) -> FloatArray:
    return np.full((21, 17), value)


def rising() -> FloatArray:
    return np.broadcast_to(np.linspace(2.0, -1.0, 21)[:, None], (21, 17)).copy()


def legend_texts(figure: Figure) -> list[str]:
    legend = figure.axes[0].get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_what_is_not_computed_does_not_look_like_not_excluded(tmp_path: Path) -> None:
    """Shaded up to the points that are known, and what has no model in another way."""
    some, exists = rising(), flat(0.3)
    some[-5:, -5:] = np.nan
    exists[-1, -1] = np.nan
    figure = drawn(tmp_path, {"some": some, "all": some + 9, "none": some - 9}, exists)
    (axes,) = figure.axes
    assert legend_texts(figure)[-2:] == ["not computed", "no such model"]
    assert not any(patch.get_hatch() for patch in axes.patches)
    corners = [points(patch.get_path().vertices).min(axis=0) for patch in axes.patches[-2:]]
    x, y = np.geomspace(0.01, 1.0, 21), np.linspace(0.1, 0.9, 17)
    for corner, k in zip(corners, (-6, -2), strict=True):
        assert corner == pytest.approx((x[k], y[k]), rel=1e-3)


def test_what_is_not_perturbative_is_hatched_and_named(tmp_path: Path) -> None:
    """As far as the reason goes; other points without a model are not."""
    some, exists = rising(), flat(0.3)
    some[-5:], exists[-5:] = np.nan, np.nan
    reason = "alpha_D: 0.5 GeV^2 is not perturbative at mediator masses below 0.7 GeV"
    refused = {(i, j): reason for i in range(-5, -2) for j in range(17)}
    limits = {"some": some, "all": some + 9, "none": some - 9}
    figure = draw_plane(result(tmp_path, limits, exists, refused))
    assert legend_texts(figure)[-2:] == ["not perturbative", "no such model"]
    assert [bool(patch.get_hatch()) for patch in figure.axes[0].patches[-2:]] == [True, False]


def test_a_whole_plane_is_not_hatched(tmp_path: Path) -> None:
    some = rising()
    figure = drawn(tmp_path, {"some": some, "all": some, "none": some}, flat(0.3))
    assert legend_texts(figure) == ["some", "all, none"]  # unfilled ones coincide


def test_legend_says_which_limits_have_no_line(tmp_path: Path) -> None:
    excesses = {"some": rising(), "all": flat(1.0), "none": flat(-1.0)}
    figure = drawn(tmp_path, excesses, flat(0.3))
    assert legend_texts(figure) == [
        "some",
        "all: excludes everything here",
        "none: excludes nothing here",
    ]


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
    assert frame.width > 0.8 * standard[0] * figure.dpi  # the axes keep their size


def test_tied_couplings_say_what_they_follow_from(tmp_path: Path) -> None:
    figure = drawn(tmp_path, dict.fromkeys(("some", "all", "none"), rising()), flat(0.3))
    (note,) = figure.axes[0].texts
    assert "$\\epsilon$ from $(g-2)_\\mu$ (2021),\ncentral value" in note.get_text()
    assert set(_TIED) == set(TIES)


WITH_LAYERS = plane_card(
    "all kinds",
    (0.004, 0.4, 9),
    (1e-6, 1e-1, 21),
    """\
[[limits]]
label = "filled"
experiment = "na64e-2018"
filled = true
[[limits]]
label = "line"
experiment = "na64e-5e12"
[[thermal_lines]]
label = "relic"
[[cmb]]
label = "CMB"
[[bands]]
label = "g-2"
[[bounds]]
label = "theirs"
source = "a test"
points = [[0.004, 1e-3], [0.1, 2e-2], [0.4, 1e-2]]
""",
)


@pytest.fixture(scope="module")
def with_layers(tmp_path_factory: pytest.TempPathFactory) -> Result:
    path = tmp_path_factory.mktemp("layers") / "card.toml"
    path.write_text(WITH_LAYERS)
    return compute_run_card(*load_run_card(str(path)))


def lines_of(figure: Figure, colour: str) -> list[list[tuple[float, float]]]:
    (axes,) = figure.axes
    mine = [line for line in axes.lines if line.get_color() == colour]
    return [[tuple(point) for point in points(line.get_xydata()).tolist()] for line in mine]


def shaded_areas(figure: Figure) -> list[PathPatch]:
    """What limits exclude."""
    patches = [one for one in figure.axes[0].patches if isinstance(one, PathPatch)]
    return [one for one in patches if to_hex(one.get_facecolor()) == CYCLE[0].lower()]


def test_drawn_lines_are_those_of_the_table(with_layers: Result, tmp_path: Path) -> None:
    """Bit by bit: the table has all digits."""
    write_plane(with_layers, tmp_path, 1.0)
    text = (tmp_path / "contours.csv").read_text().splitlines()
    table: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for row in csv.DictReader(line for line in text if not line.startswith("#")):
        at = float(row["mediator_mass_GeV"]), float(row["kinetic_mixing"])
        table.setdefault(row["limit"], {}).setdefault(row["line"], []).append(at)
    figure = draw_plane(with_layers)
    assert list(table) == ["filled", "line"]
    for colour, lines in zip(CYCLE, table.values(), strict=False):
        assert lines_of(figure, colour) == list(lines.values())


@pytest.mark.parametrize("kind", ["thermal line", "cmb"])
def test_lines_of_cosmology_are_those_of_their_points(with_layers: Result, kind: str) -> None:
    """Those of thermal.csv, on the mesh's own columns and on those that were added."""
    (layer,) = (one for one in with_layers.layers if one.kind == kind)
    (drawn,) = lines_of(draw_plane(with_layers), BLACK if kind == "thermal line" else GREY)
    table = [
        (point["mediator_mass"], point["kinetic_mixing"])
        for point in layer.attributes["points"]
        if point["status"] == "ok" and 1e-6 < point["kinetic_mixing"] < 1e-1
    ]
    assert len(table) > 5
    (x, y), (u, v) = np.log(table).T, np.log(drawn).T
    np.testing.assert_allclose(np.interp(x, u, v), y, atol=1e-9)


def test_shaded_areas_end_on_the_drawn_lines(with_layers: Result) -> None:
    """All corners of the area are on the line or on the frame."""
    figure = draw_plane(with_layers)
    x, y = axes_of(with_layers)
    (area,) = [
        p for p in figure.axes[0].patches if isinstance(p, PathPatch) and p.get_zorder() == 2
    ]
    digits = 14  # the frame's own numbers and those of a line that ends there: one rounding apart
    corners = {tuple(at) for at in points(area.get_path().vertices).round(digits).tolist()}
    lines = [np.round(line, digits).tolist() for line in lines_of(figure, CYCLE[0])]
    on_line = {tuple(at) for line in lines for at in line}
    assert on_line <= corners
    for at in corners - on_line:
        ends = zip(at, (x.values[[0, -1]], y.values[[0, -1]]), strict=True)
        assert any(np.isclose(value, end, rtol=1e-12, atol=0).any() for value, end in ends)
    (region,) = regions(Plane.of(with_layers).excess, x, y)
    np.testing.assert_array_equal(area.get_path().vertices, region.points)


def inside(patches: Iterable[PathPatch], at: tuple[float, float], axes: mpl.axes.Axes) -> bool:
    """Whether a point is in an area, as the eye sees it."""
    seen = axes.transData.transform([at])
    outlines = [axes.transData.transform_path(patch.get_path()) for patch in patches]
    return any(outline.contains_points(seen)[0] for outline in outlines)


def test_the_excluded_side_is_shaded(with_layers: Result) -> None:
    """Strong mixing is excluded, weak mixing is not."""
    figure = draw_plane(with_layers)
    (axes,) = figure.axes
    areas = shaded_areas(figure)
    assert inside(areas, (0.01, 1e-2), axes)
    assert not inside(areas, (0.01, 2e-6), axes)


def test_every_layer_of_the_result_is_drawn(with_layers: Result) -> None:
    """Without one of them the figure has less in it, and one name less."""
    assert {layer.kind for layer in with_layers.layers} == set(_DRAWN)
    whole = draw_plane(with_layers)
    names = legend_texts(whole)
    assert set(names) == {"filled", "line", "relic", "CMB", "g-2 (2021)", "theirs"}
    for layer in with_layers.layers:
        others = tuple(one for one in with_layers.layers if one is not layer)
        less = draw_plane(replace(with_layers, layers=others))
        assert legend_texts(less) == [name for name in names if not name.startswith(layer.label)]
        (axes,), (every,) = less.axes, whole.axes
        assert len(axes.get_children()) < len(every.get_children())


def test_no_layer_is_too_many(with_layers: Result) -> None:
    bands = [one for one in with_layers.layers if one.kind == "band"]
    many = tuple(replace(bands[0], label=f"band {i}") for i in range(6))
    assert legend_texts(draw_plane(replace(with_layers, layers=many)))[:6] == [
        f"band {i} (2021)" for i in range(6)
    ]


def test_no_limit_is_too_many(with_layers: Result) -> None:
    """Nine limits have nine names, though there are seven colours."""
    nine = [0, *([1] * 8)]
    labels = np.array([f"limit {i}" for i in range(9)], np.dtypes.StringDType())
    variables = {
        name: replace(one, values=one.values[nine] if one.dims[0] == "limit" else one.values)
        for name, one in with_layers.variables.items()
    }
    variables["limit"] = replace(variables["limit"], values=labels)
    limits = [with_layers.attributes["limits"][i] for i in nine]
    attributes = {k: v for k, v in with_layers.attributes.items() if k != "card"}
    many = Result(with_layers.axes, variables, {**attributes, "limits": limits})
    assert legend_texts(draw_plane(many)) == labels.tolist()


def test_layers_of_an_unknown_kind_are_refused(with_layers: Result) -> None:
    stranger = replace(with_layers, layers=(Layer("halo", "theirs", {}),))
    with pytest.raises(RangeError, match=r"layers\[theirs\]\.kind: 'halo' is not .* one of band"):
        draw_plane(stranger)
