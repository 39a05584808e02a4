"""The look of every figure: prints well in black and white, readable to the colour-blind."""

import io
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, FuncFormatter

from scotopic.results import write_files

# Okabe and Ito, "Color Universal Design" (2008): told apart with every kind of colour vision.
BLACK: Final = "#000000"
BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
ORANGE: Final = "#E69F00"
VERMILION: Final = "#D55E00"
PURPLE: Final = "#CC79A7"
GREY: Final = "#777777"

_SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

CYCLE: Final = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)

STYLE: Final = Path(__file__).parent / "data" / "scotopic.mplstyle"
"""matplotlib style sheet of every figure; `matplotlib.style.use` takes it too."""


@contextmanager
def new_figure(title: str = "") -> Iterator[tuple[Figure, Axes]]:
    """Give a new figure in the house style, for the time of drawing.

    Parameters
    ----------
    title : str
        Printed above the axes.
    """
    with mpl.rc_context(fname=STYLE):
        figure = Figure()
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.set_title(title, loc="left")
        yield figure, axes


def decades(axes: Axes) -> None:
    """Label logarithmic axes at the decades, and in between if there are at most two.

    The labels are plain text: a superscript needs no formula, which is slow to lay out.
    """
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":
            axis.set_major_formatter(FuncFormatter(_power_of_ten))
            axis.set_minor_formatter(_BetweenDecades(axis))


def _power_of_ten(value: float, _position: int | None = None) -> str:
    """Label a decade.

    Examples
    --------
    >>> _power_of_ten(1e-12), _power_of_ten(1.0), _power_of_ten(100.0)
    ('10⁻¹²', '1', '10²')
    """
    exponent = round(math.log10(value))
    if exponent in (0, 1):
        return str(10**exponent)
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def _number(value: float) -> str:
    """Label a number between decades.

    Examples
    --------
    >>> _number(0.02), _number(50.0), _number(3e-5), _number(2e4)
    ('0.02', '50', '3·10⁻⁵', '2·10⁴')
    """
    if 1e-3 <= value < 1e3:
        return f"{value:.6g}"
    exponent = _decade(value)
    return f"{value / 10.0**exponent:.6g}·{_power_of_ten(10.0**exponent)}"


def _decade(value: float) -> int:
    """Return the exponent of the decade in which a number is; rounding does not matter."""
    return math.floor(math.log10(value) + 1e-9)


_LEADING: Final = ((2, 3, 4, 5, 6, 7, 8, 9), (2, 3, 5), (2, 5), (3,))
"""Digits whose multiples of a power of ten may be labelled; the first that have room are."""

_DIGIT_WIDTH: Final = 0.64  # of DejaVu Sans, over the size of the font
_GAP: Final = 0.35  # between labels, the same


class _BetweenDecades(Formatter):
    """Labels the ticks between the decades of an axis that has at most two, if they fit."""

    def __init__(self, axis: Axis) -> None:
        self._axis = axis

    def __call__(self, value: float, _position: int | None = None) -> str:
        """Label one tick, whatever others there are."""
        return _number(value)

    def format_ticks(self, values: Iterable[float]) -> list[str]:
        """Label all ticks; some are out of view."""
        ticks = [float(value) for value in values]
        low, high = sorted(self._axis.get_view_interval())
        seen = [t for t in ticks if low <= t <= high] if high < 101 * low else []
        digits = [t / 10.0 ** _decade(t) for t in seen]
        if all(abs(d - round(d)) < 1e-6 for d in digits):
            choices = [
                [t for t, d in zip(seen, digits, strict=True) if round(d) in leading]
                for leading in _LEADING
            ]
        else:  # a short axis, with evenly spaced ticks
            choices = [seen[::step] for step in range(1, len(seen) + 1)]
        shown = next((chosen for chosen in choices if self._has_room(chosen, low, high)), [])
        return [_number(t) if t in shown else "" for t in ticks]

    def _has_room(self, shown: list[float], low: float, high: float) -> bool:
        """Whether labels keep apart from each other and from those of the decades."""
        texts = {10.0**n: "" for n in range(_decade(low), _decade(high) + 1) if 10.0**n >= low}
        texts = {t: _power_of_ten(t) for t in texts} | {t: _number(t) for t in shown}
        lies = self._axis is self._axis.axes.xaxis
        font_sizes = self._axis.get_tick_space() * (3 if lies else 2)  # along the axis
        length = font_sizes / math.log10(high / low)
        sizes = {t: len(text) * _DIGIT_WIDTH if lies else 1.0 for t, text in texts.items()}
        return all(
            length * math.log10(b / a) > (sizes[a] + sizes[b]) / 2 + _GAP
            for a, b in pairwise(sorted(sizes))
        )


def render(figure: Figure) -> dict[str, bytes]:
    """Return a figure as the contents of its files, by their suffixes "png" and "pdf"."""
    contents = {}
    with mpl.rc_context(fname=STYLE):
        for suffix in ("png", "pdf"):
            stream = io.BytesIO()
            figure.savefig(stream, format=suffix)
            contents[suffix] = stream.getvalue()
    return contents


def save(figure: Figure, path_without_suffix: Path | str) -> list[Path]:
    """Write a figure as PNG and PDF, each whole or not at all.

    Parameters
    ----------
    figure : Figure
        From one of the functions that draw.
    path_without_suffix : Path or str
        Where to; ".png" and ".pdf" are added.

    Returns
    -------
    list of Path
        The files written.
    """
    return write_files(render(figure), Path(path_without_suffix))
