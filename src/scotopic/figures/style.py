"""The look of every figure: prints well in black and white, readable to the colour-blind."""

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

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

STYLE: Final = Path(__file__).with_name("scotopic.mplstyle")
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
    """Label logarithmic axes at the decades, and in between if there are less than two.

    The labels are plain text: a superscript needs no formula, which is slow to lay out.
    """
    logarithmic = [a for a in (axes.xaxis, axes.yaxis) if a.get_scale() == "log"]
    for axis in logarithmic:
        axis.set_major_formatter(FuncFormatter(_power_of_ten))
        low, high = sorted(axis.get_view_interval())
        few = high < 100 * low
        axis.set_minor_formatter(FuncFormatter(_some_of_a_decade) if few else NullFormatter())


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


def _some_of_a_decade(value: float, _position: int | None = None) -> str:
    """Label 2, 3 and 5 times a power of ten.

    Examples
    --------
    >>> _some_of_a_decade(0.3), _some_of_a_decade(0.4)
    ('0.3', '')
    """
    leading = round(value / 10 ** math.floor(math.log10(value * (1 + 1e-9))))
    return f"{value:.1g}" if leading in (2, 3, 5) else ""


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
