"""One style for all figures: what users may choose, and how what is wrong is refused."""

import logging
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from tests.plane_cards import plane_card

from scotopic import DarkPhoton, Result, draw_limit, exclusion_curve, load_experiment
from scotopic.errors import CardError, RangeError
from scotopic.figures import draw_plane, save
from scotopic.figures.labels import drawable, typeset
from scotopic.scan.contours import contours
from scotopic.scan.layout import axes_of
from scotopic.scan.plane import Plane, exclusion_plane
from scotopic.scan.remarks import remarks_on
from scotopic.scan.run import compute_run_card
from scotopic.scan.run_card import load_run_card
from scotopic.scan.unseen import unseen
from scotopic.search.axis import Axis
from scotopic.search.style import FigureStyle

MODEL = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)
MASSES = [0.01, 0.03, 0.1]
NAMES = ("dark_photon", "scalar")


@pytest.fixture(scope="module")
def curve() -> Result:
    return exclusion_curve(load_experiment("na64e-2018"), MODEL, MASSES)


@pytest.fixture(scope="module")
def projection() -> Result:
    return exclusion_curve(load_experiment("na64e-5e12"), MODEL, MASSES)


CARD = plane_card(
    "all kinds, eps < 1e-3",
    (0.01, 0.1, 5),
    (1e-6, 1e-2, 9),
    """\
[[limits]]
label = "NA64, 2.84e11 electrons"
experiment = "na64e-2018"
filled = true
[[limits]]
label = "5e12 electrons"
experiment = "na64e-5e12"
[[bounds]]
label = "theirs"
source = "a test"
points = [[0.01, 1e-3], [0.02, 1e-3], [], [0.1, 1e-3], [0.2, 1e-3]]
excludes = "nothing"
[[bounds]]
label = "far"
source = "a test"
points = [[1.0, 1e-3], [3.0, 1e-3]]
excludes = "nothing"
[[bands]]
label = "muon g-2, 2 sigma"
""",
)


def card_with(tmp_path: Path, more: str = "") -> Path:
    path = tmp_path / "card.toml"
    path.write_text(CARD + more)
    return path


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return compute_run_card(*load_run_card(str(card_with(tmp_path_factory.mktemp("style")))))


def texts(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def test_a_curve_is_drawn_into_given_axes(curve: Result, projection: Result) -> None:
    """Beside what is there; the second takes the next colour, and the legend has all names."""
    axes = Figure().add_subplot()
    axes.plot([0.01, 0.1], [1e-3, 1e-3], label="mine")
    assert curve.plot(ax=axes, legend="upper left") is axes
    projection.plot(ax=axes)
    names = " | ".join(texts(axes))
    for part in ("mine", "observed", "projection"):
        assert names.count(part) >= 1
    limits = [line for line in axes.lines if "CL" in str(line.get_label())]
    assert len({line.get_color() for line in limits}) == len(limits) == 2
    assert [line.get_linestyle() for line in limits] == ["-", "--"]
    low, high = axes.get_ylim()
    assert low < projection.limits().min() < curve.limits().max() < high


def test_a_figure_of_pyplot_is_made_if_no_axes_are_given(curve: Result) -> None:
    axes = curve.plot(title="", size=(3.4, 2.6))
    try:
        assert axes.figure is plt.gcf()
        assert axes.get_title(loc="left") == ""
        assert axes.figure.get_size_inches() == pytest.approx((3.4, 2.6))
    finally:
        plt.close("all")


@pytest.mark.parametrize("kind", ["curve", "plane"])
def test_axes_in_MeV(kind: str, request: pytest.FixtureRequest) -> None:
    result: Result = request.getfixturevalue(kind)
    draw = draw_limit if kind == "curve" else draw_plane
    (usual,), (other,) = draw(result).axes, draw(result, mass_unit="MeV").axes
    assert "[MeV]" in other.get_xlabel()
    assert other.get_xlim() == pytest.approx([1e3 * end for end in usual.get_xlim()])
    assert other.get_ylim() == pytest.approx(usual.get_ylim())
    for one, line in zip(usual.lines, other.lines, strict=True):
        in_GeV, in_MeV = (np.asarray(a.get_xydata()) for a in (one, line))
        np.testing.assert_allclose(in_MeV, in_GeV * [1e3, 1], rtol=1e-12)


def test_colours_line_styles_names_and_order(plane: Result) -> None:
    first, second = "NA64, 2.84e11 electrons", "5e12 electrons"
    style: dict[str, Any] = {
        "colours": {first: "black", second: "#123456"},
        "line_styles": {second: "dotted"},
        "names": {second: "the future"},
        "order": [second, first],
    }
    (axes,) = draw_plane(plane, **style).axes
    lines = {str(line.get_label()): line for line in axes.lines}
    assert lines["the future"].get_color() == "#123456"
    assert lines["the future"].get_linestyle() == ":"
    assert texts(axes)[:2] == ["the future", r"NA64, $2.84{\times}10^{11}$ electrons"]
    assert lines[texts(axes)[1]].get_color() == "black"
    assert lines["the future"].get_zorder() < lines[texts(axes)[1]].get_zorder()


def test_measured_limits_are_solid_and_projections_dashed(plane: Result) -> None:
    (axes,) = draw_plane(plane).axes
    styles = {str(line.get_label()): line.get_linestyle() for line in axes.lines}
    assert styles[r"NA64, $2.84{\times}10^{11}$ electrons"] == "-"
    assert styles[r"$5{\times}10^{12}$ electrons"] == "--"


@pytest.mark.parametrize("place", ["inside", "beside", "along lines", "none", "lower left"])
def test_the_place_of_the_legend(plane: Result, place: str) -> None:
    figure = draw_plane(plane, legend=place)
    (axes,) = figure.axes
    figure.draw_without_rendering()
    legend, frame = axes.get_legend(), axes.get_window_extent()
    if place == "none":
        assert legend is None
        return
    assert legend is not None
    box = legend.get_window_extent()
    if place == "beside":
        assert frame.x1 < box.x0 < box.x1 <= figure.bbox.x1
    elif place == "along lines":
        turned = [text for text in axes.texts if "electrons" in text.get_text()]
        assert len(turned) == 2
        assert all(text.get_rotation() > 1 for text in turned)  # limits rise with the mass
        for text in turned:
            assert frame.contains(*text.get_window_extent().min)
        assert not any("electrons" in name for name in texts(axes))
    elif place == "lower left":
        assert frame.x0 < box.x0 < box.x1 < frame.x1


@pytest.mark.parametrize("kind", ["curve", "plane"])
def test_a_column_is_as_wide_as_asked_for_and_nothing_overlaps(
    kind: str, request: pytest.FixtureRequest
) -> None:
    result: Result = request.getfixturevalue(kind)
    figure = (draw_limit if kind == "curve" else draw_plane)(result, size=(3.4, 2.8))
    figure.draw_without_rendering()
    assert figure.get_size_inches() == pytest.approx((3.4, 2.8))
    (axes,) = figure.axes
    boxes = [one.get_window_extent() for one in (axes.get_legend(), *axes.texts) if one is not None]
    assert all(not a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    around = axes.get_tightbbox()
    assert around is not None
    for box in (around, *boxes):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
    for box in boxes:
        for line in axes.lines:
            seen = axes.transData.transform_path(line.get_path())
            assert not seen.intersects_bbox(box, filled=False)


@pytest.mark.parametrize(
    ("style", "words"),
    [
        ({"colors": {}}, "figure.colors: unknown key; did you mean 'colours'?"),
        ({"colours": {"NA64e 2016-2018": "blu"}}, "'blu' is no colour"),
        ({"colours": {"NA64": "blue"}}, "figure.colours: 'NA64' is no label in this figure"),
        ({"order": ["nothing"]}, "figure.order: 'nothing' is no label"),
        ({"legend": "somewhere"}, "figure.legend: 'somewhere' is not one of"),
        ({"mass_unit": "keV"}, "figure.mass_unit: 'keV' is not one of"),
        ({"size": (0.1, 3)}, r"figure.size\[0\]: 0.1 is below 1"),
        ({"font_size": "big"}, "figure.font_size: 'big' is not a number"),
    ],
)
def test_what_is_no_style_is_refused_in_a_line(
    curve: Result, style: Mapping[str, Any], words: str
) -> None:
    with pytest.raises(RangeError, match=words) as caught:
        curve.plot(ax=Figure().add_subplot(), **style)
    assert "\n" not in str(caught.value)


def test_run_cards_have_styles(tmp_path: Path) -> None:
    """What they ask for is drawn; what they name that is not there is refused with the card."""
    style = '[figure]\ntitle = ""\nmass_unit = "MeV"\nsize = [3.4, 2.6]\nlegend = "none"\n'
    card, place = load_run_card(str(card_with(tmp_path, style)))
    figure = draw_plane(compute_run_card(card, place))
    (axes,) = figure.axes
    assert (axes.get_title(loc="left"), axes.get_legend()) == ("", None)
    assert "[MeV]" in axes.get_xlabel()
    assert figure.get_size_inches() == pytest.approx((3.4, 2.6))
    for wrong, words in (
        ('[figure.colours]\ntheir = "red"', "figure.colours: 'their' is the label of no limit"),
        ('[figure.colours]\ntheirs = "rde"', "figure.colours.theirs: 'rde' is no colour"),
        ('[figure]\nlegends = "none"', "figure.legends: unknown key; did you mean 'legend'?"),
    ):
        with pytest.raises(CardError, match=words):
            load_run_card(str(card_with(tmp_path, wrong)))


def test_axes_of_a_user_keep_their_size(tmp_path: Path) -> None:
    """Sizes of a run card are those of its own figure; sizes that are asked for here count."""
    style = "[figure]\nsize = [3.4, 2.6]\nfont_size = 5\n"
    result = compute_run_card(*load_run_card(str(card_with(tmp_path, style))))
    figure = Figure(figsize=(9, 4))
    first, second = figure.subplots(1, 2)
    usual = first.xaxis.get_ticklabels()[0].get_fontsize()
    result.plot(ax=first)
    result.plot(ax=second, font_size=6, legend="upper left")
    assert figure.get_size_inches() == pytest.approx((9, 4))
    figure.draw_without_rendering()
    for axes, size in ((first, usual), (second, 6)):
        for one in (axes.xaxis, axes.yaxis):
            letters = [one.label, *one.get_ticklabels()]
            assert {text.get_fontsize() for text in letters} == {size}
    result.plot(ax=first, size=(8, 4))
    assert figure.get_size_inches() == pytest.approx((8, 4))


def test_what_are_no_axes_is_refused_in_a_line(curve: Result, plane: Result) -> None:
    polar = Figure().add_subplot(projection="polar")
    for result in (curve, plane):
        for wrong, words in (
            ("x", "ax: is of the type str; it must be axes of matplotlib"),
            (Figure(), "ax: is of the type Figure"),
            ([polar], "ax: is of the type list"),
            (polar, "ax: is polar axes"),
        ):
            with pytest.raises(RangeError, match=words):
                result.plot(ax=wrong)  # type: ignore[arg-type]


def test_what_cannot_be_shown_is_said(plane: Result) -> None:
    """In the legend, and for the terminal: nothing is dropped in silence."""
    said = {label: why for (_, label), why in unseen(plane).items()}
    assert said == {"far": "outside of the frame"}
    names = texts(draw_plane(plane).axes[0])
    assert "far: outside of the frame" in names
    assert "theirs" in names
    bands = [one for one in plane.layers if one.kind == "band"]
    inside = {n: replace(v, values=v.values - 99) for n, v in bands[0].variables.items()}
    high = replace(plane, layers=(replace(bands[0], variables=inside),))
    assert list(unseen(high).values()) == ["outside of the frame"]
    assert texts(draw_plane(high).axes[0])[0].endswith(": outside of the frame")


def test_labels_are_typeset(plane: Result) -> None:
    (axes,) = draw_plane(plane).axes
    assert r"$(g-2)_\mu$, $2\sigma$ (2021)" in texts(axes)
    assert axes.get_title(loc="left") == r"all kinds, $\epsilon$ < $10^{-3}$"
    (note,) = axes.texts
    assert note.get_text().splitlines()[0] == "Dirac dark matter"
    assert "=" not in note.get_text().splitlines()[0]


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("thermal, tan theta = 10⁻⁴", r"thermal, $\tan\theta$ = $10^{-4}$"),
        ("e+/e- 2018", "$e^+e^-$ 2018"),
        ("A' -> chi chi", r"$A'$ $\to$ $\chi$ $\chi$"),
        ("NA64mu, 2e13 muons", r"NA64mu, $2{\times}10^{13}$ muons"),
        ("2018 at 90 % CL", "2018 at 90\N{NO-BREAK SPACE}% CL"),
        (r"$1e11$ and 1e11", r"$1e11$ and $10^{11}$"),
        ("plain words, 100 GeV", "plain words, 100 GeV"),
    ],
)
def test_words_become_symbols(plain: str, written: str) -> None:
    assert typeset(plain) == written


@pytest.mark.parametrize("text", [r"$\eps$", "$", "5 $ and 6 $", r"$\frac{1$", "a\n$\\wrong$"])
def test_a_label_that_is_no_formula_is_drawn_as_it_stands(curve: Result, text: str) -> None:
    """Of a result, which may be old; a user's own is refused, see below."""
    figure = draw_limit(replace(curve, attributes={**curve.attributes, "title": text}))
    figure.draw_without_rendering()
    assert drawable(drawable(text)) == drawable(text)


def test_boxes_name_only_parameters_that_matter(plane: Result) -> None:
    """Without dark matter nothing of it does; nor does what only some of the limits have."""
    attributes = plane.attributes
    none = {**attributes["model"], "alpha_D": 0}
    limits = [{**one, "fixed": {**one["fixed"], "alpha_D": 0}} for one in attributes["limits"]]
    dark = replace(plane, attributes={**attributes, "model": none, "limits": limits})
    assert [text.get_text() for text in draw_plane(dark).axes[0].texts] == ["no dark matter"]
    limits = [*attributes["limits"][:1], {**limits[1], "fixed": {"alpha_D": 0.1, "mass_ratio": 3}}]
    (axes,) = draw_plane(replace(plane, attributes={**attributes, "limits": limits})).axes
    assert axes.texts[0].get_text() == "$\\alpha_D = 0.1$\n$m_{A'}/m_{\\chi} = 3$"


def test_several_mediators_have_one_symbol_along_axes_and_in_notes(
    curve: Result, plane: Result
) -> None:
    """That is X; a figure of dark photons alone, or of scalars alone, has their own."""
    attributes = plane.attributes
    limits = [{**one, "model": name} for one, name in zip(attributes["limits"], NAMES, strict=True)]
    mixed = replace(plane, attributes={**attributes, "limits": limits})
    scalar = exclusion_curve("na64e-2018", "scalar", MASSES, alpha_D=0.5)
    axial = exclusion_curve("na64e-2018", "axial_vector", MASSES)
    found = [draw_plane(one) for one in (plane, mixed)]
    found += [draw_limit(one) for one in ([curve], [scalar], [scalar, axial])]
    written = [(one.axes[0].get_xlabel(), one.axes[0].texts[0].get_text()) for one in found]
    symbols = ["A'", "X", "A'", "S", "X"]
    assert [label for label, _ in written] == [f"$m_{{{one}}}$ [GeV]" for one in symbols]
    for one, (_, note) in zip(symbols, written, strict=True):
        assert rf"$m_{{{one}}}/m_{{\chi}} = 3$" in note
    assert [r"\alpha_D" in note for _, note in written] == [True, True, True, True, False]


def test_expected_limits_on_one_side_are_named_so(curve: Result) -> None:
    """No event is seen and the median is none, so that no limit is stronger."""
    (axes,) = draw_limit(curve).axes
    names = texts(axes)
    assert r"expected, median to $+1\sigma$ (none stronger)" in names
    assert r"expected, median to $+2\sigma$ (none stronger)" in names
    assert "expected, median (same as observed)" in names
    (median,) = [line for line in axes.lines if "median (" in str(line.get_label())]
    np.testing.assert_allclose(
        np.asarray(median.get_ydata(), dtype=float), curve.limits(None, "median")
    )


def test_bands_are_as_the_legend_has_them_and_one_is_seen_through_another(plane: Result) -> None:
    bands = [one for one in plane.layers if one.kind == "band"]
    two = replace(plane, layers=(bands[0], replace(bands[0], label="another")))
    figure = draw_plane(two)
    (axes,) = figure.axes
    legend = axes.get_legend()
    assert legend is not None
    shown = [patch.get_facecolor() for patch in legend.get_patches()][:2]
    drawn = [patch.get_facecolor() for patch in axes.patches][:2]
    assert shown == drawn
    assert len(set(shown)) == 2
    assert all(0 < to_rgba(colour)[3] < 0.5 for colour in shown)


@pytest.mark.parametrize("width", [0.3, 0.003])
def test_bands_narrower_than_the_mesh_are_drawn(plane: Result, width: float) -> None:
    """A step of the vertical axis is a factor of 3.2, the bands are ones of 1.35 and 1.003."""
    (band,) = (one for one in plane.layers if one.kind == "band")
    lower = band.variables["above_lower"]
    narrow = {"above_lower": lower, "above_upper": replace(lower, values=lower.values - width)}
    one = replace(plane, layers=(replace(band, variables=narrow),))
    assert unseen(one) == {}
    assert not any(band.label in text for text in remarks_on(one))
    (axes,) = draw_plane(one).axes
    low, high = (np.asarray(line.get_xydata()) for line in axes.lines[:2])
    apart = np.interp(low[:, 0], *high[np.argsort(high[:, 0])].T) / low[:, 1]
    assert np.log(apart[1:-1]) == pytest.approx(width, rel=0.1)
    area = axes.patches[0].get_path()
    drawn = np.asarray(area.vertices).tolist()
    assert all(at in drawn for at in np.concatenate([low, high]).tolist())


def test_bands_are_filled_between_their_edges_alone(plane: Result) -> None:
    (band,) = (one for one in plane.layers if one.kind == "band")
    figure = draw_plane(replace(plane, layers=(band,)), colours={band.label: "lime"}, legend="none")
    (axes,) = figure.axes
    (area,) = axes.patches[:1]
    for other in (*axes.lines, *axes.patches[1:], *axes.texts):
        other.set_visible(False)
    area.set_facecolor("lime")
    figure.canvas.draw()
    image = np.asarray(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
    x, y = axes_of(plane)
    at = x.values[x.points // 2]
    lower, upper = (
        np.exp(np.interp(0, band[name][x.points // 2], np.log(y.values)))
        for name in ("above_lower", "above_upper")
    )

    def green(value: float) -> bool:
        across, up = axes.transData.transform((at, value)).round().astype(int)
        return bool(image[len(image) - 1 - up, across, :3].tolist() == [0, 255, 0])

    middle = np.sqrt(lower * upper)
    assert [green(v) for v in (lower / 1.1, middle, upper * 1.1)] == [False, True, False]


def test_note_has_what_limits_and_layers_have_in_common(plane: Result) -> None:
    """In Fig. 8 left of Mongillo et al. each thermal line has a mixing angle of its own."""
    card = {**plane.attributes["card"], "thermal_lines": [{"fixed": {"alpha_D": 0.5}}]}
    other = replace(plane, attributes={**plane.attributes, "card": card})
    notes = [draw_plane(one).axes[0].texts[0].get_text() for one in (plane, other)]
    assert [r"\alpha_D" in note for note in notes] == [True, False]
    assert all("= 3$" in note for note in notes)


def test_numbers_at_small_and_large_ticks_are_at_one_height() -> None:
    """At 0.002 and 0.005 beside 0.01, as in Fig. 8 and 9 of the review."""
    axis = Axis("mediator_mass", 0.002, 0.03, 5)
    (axes,) = draw_limit(exclusion_curve("na64e-2018", axis=axis)).axes
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    tops = [
        one.get_window_extent().y1
        for which in ("majorticklabels", "minorticklabels")
        for one in getattr(axes.xaxis, f"get_{which}")()
        if one.get_text()
    ]
    assert len(tops) > 3
    assert max(tops) - min(tops) < 1


def test_lines_that_coincide_are_named_together(plane: Result) -> None:
    names = list(plane.labels)
    limits = [{**one, "is_projection": True} for one in plane.attributes["limits"]]
    attributes = {**plane.attributes, "limits": limits}
    card = {**plane.attributes["card"], "limits": [{"filled": False}] * 2}
    variables = {
        name: replace(one, values=one.values[[0, 0]] if one.dims[0] == "limit" else one.values)
        for name, one in plane.variables.items()
    }
    variables["limit"] = plane.variables["limit"]
    same = replace(plane, variables=variables, attributes={**attributes, "card": card}, layers=())
    (axes,) = draw_plane(same).axes
    assert texts(axes) == [", ".join(typeset(name) for name in names)]
    widths = [line.get_linewidth() for line in axes.lines]
    assert widths[0] > 2 * widths[1]  # both are seen
    shown = axes.get_legend().findobj(Line2D)  # type: ignore[union-attr]
    assert [line.get_linewidth() for line in shown[:2]] == widths


@pytest.mark.parametrize("scale", ["log", "linear"])
@pytest.mark.parametrize("points", [3, 7])
def test_drawn_contours_are_the_tabulated_ones_at_any_mesh(points: int, scale: Any) -> None:
    x = Axis("mediator_mass", 0.01, 0.1, points, scale)
    y = Axis("kinetic_mixing", 1e-6, 1e-2, points + 2)
    fixed = {"alpha_D": 0.1, "mass_ratio": 3, "dark_matter": "dirac"}
    found = exclusion_plane(load_experiment("na64e-2018"), DarkPhoton, x, y, fixed)
    (axes,) = draw_plane(found, mass_unit="MeV").axes
    (table,) = contours(Plane.of(found).excess, *axes_of(found))
    (drawn,) = (np.asarray(line.get_xydata()) for line in axes.lines)
    np.testing.assert_allclose(drawn, np.stack([1e3 * table.x, table.y], axis=1), rtol=1e-12)


def test_fonts_are_embedded_as_truetype(
    curve: Result, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Journals refuse Type 3; the library that cuts fonts down has remarks no user needs."""
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING):
        _, pdf = save(draw_limit(curve), tmp_path / "limit")
        draw_limit(curve).savefig(tmp_path / "mine.pdf")
    assert not caplog.records
    for path in (pdf, tmp_path / "mine.pdf"):
        assert b"/CIDFontType2" in path.read_bytes()
        assert b"/Type3" not in path.read_bytes()


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ({"title": "$\\eps$"}, "figure.title: is no mathtext of matplotlib"),
        ({"x_label": "$m"}, "figure.x_label: has an odd number of"),
        ({"names": {"NA64": "$\\frac$"}}, "figure.names.NA64: is no mathtext of matplotlib"),
        ({"order": ["a", "b", "a"]}, "figure.order[2]: 'a' is there already"),
        ({"colour_cycle": []}, "figure.colour_cycle: 0 entries; at least 1 are needed"),
    ],
)
def test_what_a_figure_cannot_show_is_refused(style: dict[str, object], said: str) -> None:
    with pytest.raises(RangeError) as refused:
        FigureStyle.of(style)
    assert said in str(refused.value)
