"""Figures say what they show: labels with units, the excluded side, whole files."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from scotopic.figures import draw_cross_sections, draw_limit, draw_shower, save
from scotopic.figures.style import new_figure
from scotopic.figures.ticks import label_ticks
from scotopic.materials import material
from scotopic.models.dark_photon import DarkPhoton
from scotopic.search import exclusion_curve, load_experiment
from scotopic.shower import track_lengths

MODEL = DarkPhoton(
    mediator_mass=0.1,
    kinetic_mixing=1.0,
    alpha_D=0.1,
    mass_ratio=3.0,
    dark_matter="complex_scalar",
)


@pytest.mark.parametrize("quantity", ["kinetic_mixing", "kinetic_mixing_squared", "y", "alpha_D"])
def test_limit_figure(quantity: str) -> None:
    y = 1e-13 if quantity == "alpha_D" else None
    curve = exclusion_curve(
        load_experiment("na64e-2018"), MODEL, [0.002, 0.02], quantity=quantity, y=y
    )
    figure = draw_limit(curve, against="dark_matter_mass")
    (axes,) = figure.axes
    assert axes.get_xlabel() == r"$m_{\chi}$ [GeV]"
    assert axes.get_ylabel()
    (line,) = [la for la in axes.get_lines() if "% CL" in str(la.get_label())]
    np.testing.assert_allclose(np.asarray(line.get_ydata(), dtype=float), curve.limits())
    low, high = axes.get_ylim()
    kept = curve.limits()[np.isfinite(curve.limits())]
    assert len(kept)
    assert np.all((low < kept) & (kept < high))


def test_several_curves_are_told_apart() -> None:
    curves = [
        exclusion_curve(load_experiment(name), MODEL, [0.002, 0.02])
        for name in ("na64e-2018", "na64e-5e12")
    ]
    (axes,) = draw_limit(curves).axes
    lines = axes.get_lines()
    assert len({line.get_color() for line in lines}) == 2
    assert {line.get_linestyle() for line in lines} == {"-", "--"}
    low, high = axes.get_ylim()
    for curve in curves:
        assert np.all((low < curve.limits()) & (curve.limits() < high))


def test_shower_and_cross_section_figures() -> None:
    shower = draw_shower(track_lengths(material("lead"), "e-", 10.0, minimum_energy=1.0), "lead")
    assert "GeV" in shower.axes[0].get_xlabel()
    sigma = draw_cross_sections([0.1, 1.0], {"exact": [1e-26, 1e-28]}, "title")
    assert "cm" in sigma.axes[0].get_ylabel()


def test_a_single_point_is_seen() -> None:
    """A line through one point is invisible; the numbers at the ticks left no room for a label."""
    lone = draw_cross_sections([0.1], {"exact": [1.05e-26], "ww": [1.3e-26]}, "title")
    assert {line.get_marker() for line in lone.axes[0].lines} == {"o"}
    low, high = lone.axes[0].get_ylim()
    assert high / low == pytest.approx(10)
    axes = draw_limit(exclusion_curve("na64e-2018", "dark_photon", [0.1])).axes[0]
    dots = [line.get_xydata() for line in axes.lines if line.get_marker() == "o"]
    assert min(np.asarray(dot)[0].tolist() for dot in dots) == pytest.approx(
        [0.1, 3.636e-4], rel=1e-3
    )


def test_save_writes_both_whole(tmp_path: Path) -> None:
    figure = Figure()
    written = save(figure, tmp_path / "a.b")
    assert [f.name for f in written] == ["a.b.png", "a.b.pdf"]
    assert {f.name for f in tmp_path.iterdir()} == {"a.b.png", "a.b.pdf"}


def test_failed_save_leaves_nothing(tmp_path: Path) -> None:
    class Broken(Figure):
        def savefig(self, *_arguments: object, **_options: object) -> None:
            raise ArithmeticError

    (tmp_path / "a.png").write_text("old")
    with pytest.raises(ArithmeticError):
        save(Broken(), tmp_path / "a")
    assert (tmp_path / "a.png").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def power(factor: int, exponent: int) -> str:
    return rf"${factor}{{\cdot}}10^{{{exponent}}}$"


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ((1.0, 100.0), {"2", "3", "5", "20", "30", "50"}),
        ((0.01, 0.9), {"0.02", "0.03", "0.05", "0.2", "0.3", "0.5"}),
        ((3e-5, 2e-3), {power(2, -4), power(5, -5), power(5, -4), power(2, -3)}),
        ((0.31, 0.49), {"0.32", "0.4", "0.48"}),
        ((1.0, 1000.0), {""}),
    ],
)
def test_numbers_between_decades_are_plain_and_apart(
    limits: tuple[float, float], expected: set[str]
) -> None:
    with new_figure() as (figure, axes):
        axes.set(xscale="log", yscale="log")
        label_ticks(axes)
        axes.set(xlim=limits, ylim=limits)
        figure.draw_without_rendering()
        minor = {label.get_text() for label in axes.get_xticklabels(minor=True)}
        assert expected <= minor
        assert not any("e" in text for text in minor)
        for axis in (axes.xaxis, axes.yaxis):
            texts = {t.get_text() for t in axis.get_ticklabels(which="both")} - {""}
            assert len({"10^" in text for text in texts}) == 1  # of one kind
        for axis in (axes.xaxis, axes.yaxis):
            labels = [t for t in axis.get_ticklabels(which="both") if t.get_text()]
            # matplotlib makes labels of ticks beyond the ends too, which it does not draw
            boxes = [
                t.get_window_extent() for t in labels if _is_shown(t, limits, axes.xaxis is axis)
            ]
            for one, other in itertools.combinations(boxes, 2):
                assert not one.overlaps(other)


def _is_shown(label: Text, limits: tuple[float, float], lies: bool) -> bool:
    at = label.get_position()[0 if lies else 1]
    return limits[0] * (1 - 1e-9) <= at <= limits[1] * (1 + 1e-9)
