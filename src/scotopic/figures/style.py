"""The look of every figure: prints well in black and white, readable to the colour-blind."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from scotopic._version import __version__
from scotopic.errors import RangeError
from scotopic.figures.labels import typeset
from scotopic.results import MADE_BY, write_files
from scotopic.search.style import FigureStyle

# Okabe and Ito, "Color Universal Design" (2008): told apart with every kind of colour vision.
BLACK: Final = "#000000"
BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
ORANGE: Final = "#E69F00"
VERMILION: Final = "#D55E00"
PURPLE: Final = "#CC79A7"
GREY: Final = "#777777"

CYCLE: Final = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)

STYLE: Final = Path(__file__).parent / "data" / "scotopic.mplstyle"
"""matplotlib style sheet of every figure; `matplotlib.style.use` takes it too."""

HOUSE: Final = FigureStyle()
"""The style in which nothing is asked for."""

_USUAL: Final = (5.6, 4.2)  # inches
_FONT: Final = 10.0  # points
_SMALLEST: Final = 7.0  # points, in narrow figures
_SIZES: Final = ("axes.labelsize", "axes.titlesize", "legend.fontsize")
_LINES: Final = ("lines.linewidth", "axes.linewidth")
_PAD: Final = 4.0  # points around all


class HouseFigure(Figure):
    """A figure that is written in the house style, fonts as TrueType, whoever writes it."""

    def savefig(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - matplotlib's
        """Write it, as `matplotlib.figure.Figure.savefig` does."""
        logging.getLogger("fontTools").setLevel(logging.ERROR)  # it remarks on the dates of fonts
        with mpl.rc_context(fname=STYLE):
            super().savefig(*arguments, **options)


@contextmanager
def new_figure(
    title: str = "", style: FigureStyle = HOUSE, ax: Axes | None = None
) -> Iterator[tuple[Figure, Axes]]:
    """Give a new figure in the house style, or a user's axes in their own, to draw into.

    Parameters
    ----------
    title : str
        Printed above the axes, if the style has no other.
    style : FigureStyle
        Gives title, size, and size of the letters.
    ax : Axes, optional
        Of a user, in whose style they stay.

    Raises
    ------
    RangeError
        If they are no axes, or have other coordinates than x and y.
    """
    if ax is not None and not (isinstance(ax, Axes) and ax.name == "rectilinear"):
        kind = f"{ax.name} axes" if isinstance(ax, Axes) else f"of the type {type(ax).__name__}"
        raise RangeError(f"ax: is {kind}; it must be axes of matplotlib with x and y")
    size = style.size or _USUAL
    font = style.font_size or min(_FONT, max(_SMALLEST, _FONT * size[0] / _USUAL[0]))
    with mpl.rc_context(fname=STYLE) if ax is None else nullcontext():
        if ax is not None:
            font = style.font_size or float(mpl.rcParams["font.size"])
        with mpl.rc_context(_scaled(font)):
            if ax is None:
                figure: Figure = HouseFigure(figsize=size)
                FigureCanvasAgg(figure)
                axes = figure.add_subplot()
            else:
                axes, figure = ax, ax.figure.get_figure(root=True)
                if style.size is not None:
                    figure.set_size_inches(style.size)
                if style.font_size is not None:
                    _resize_letters(axes, font)
            axes.set_title(typeset(title if style.title is None else style.title), loc="left")
            yield figure, axes


def _resize_letters(axes: Axes, font: float) -> None:
    """Give what is written along axes that are there already the size of new ones."""
    axes.tick_params(which="both", labelsize=font)
    for text in (axes.xaxis.label, axes.yaxis.label):
        text.set_fontsize(mpl.rcParams["axes.labelsize"])


def _scaled(font: float) -> Any:  # noqa: ANN401 - rcParams by name
    """Return all sizes for letters of one size at the axes."""
    known = {n: float(mpl.rcParams[n]) for n in _SIZES if isinstance(mpl.rcParams[n], int | float)}
    scale = font / float(mpl.rcParams["font.size"])
    thin = min(1.0, 0.4 + 0.6 * scale)
    sizes = {name: size * scale for name, size in known.items()}
    return sizes | {n: float(mpl.rcParams[n]) * thin for n in _LINES} | {"font.size": font}


def points(size: float) -> float:
    """Return the size of letters, given that in a figure with the usual 10 points at the axes."""
    return size * float(mpl.rcParams["font.size"]) / _FONT


def fit(axes: Axes) -> None:
    """Make axes as large as the figure allows with all that is written around them."""
    figure = axes.get_figure(root=True)
    assert figure is not None  # noqa: S101 - ours
    pad = _PAD * figure.dpi / 72
    for _ in range(2):  # other numbers may be written along another length
        figure.draw_without_rendering()
        around, frame = axes.get_tightbbox(), axes.get_window_extent()
        assert around is not None  # noqa: S101 - axes are visible
        width, height = figure.bbox.width, figure.bbox.height
        left, low = frame.x0 - around.x0 + pad, frame.y0 - around.y0 + pad
        right, high = around.x1 - frame.x1 + pad, around.y1 - frame.y1 + pad
        axes.set_position(
            (left / width, low / height, 1 - (left + right) / width, 1 - (low + high) / height)
        )


_MAKER: Final = {"png": "Software", "pdf": "Creator"}


def render(figure: Figure) -> dict[str, bytes]:
    """Return a figure as the contents of its files, by their suffixes "png" and "pdf".

    Fonts are embedded as TrueType, so that journals and editors of graphics take the text as text.
    """
    contents = {}
    with mpl.rc_context(fname=STYLE):
        for suffix in ("png", "pdf"):
            stream = io.BytesIO()
            figure.savefig(
                stream, format=suffix, metadata={_MAKER[suffix]: f"{MADE_BY} {__version__}"}
            )
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
