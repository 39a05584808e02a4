"""Where the comparisons put what they find: tables, figures, and a summary of them all."""

import runpy
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scotopic.figures.style import BLACK, GREY, STYLE, new_figure

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@dataclass
class Report:
    """What was compared, and where the reference numbers are.

    Attributes
    ----------
    reference : Path
        Folder of other programs' tables; the repository holds no copy of them.
    summary : list of tuple
        Section, what was compared, what was found, what is wanted, whether it holds.
    """

    reference: Path
    summary: list[tuple[str, str, str, str, bool]] = field(default_factory=list)

    def read(self, name: str) -> npt.NDArray[np.void]:
        """Return a table of the reference folder, columns by name."""
        text = (self.reference / name).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return np.asarray(np.genfromtxt(lines, delimiter=",", names=True))

    def compare(self, section: str, what: str, found: float, allowed: float) -> None:
        """Note a largest relative difference and what is allowed."""
        if allowed >= 1e-4:
            texts = [f"{100 * value:.3g} %" for value in (found, allowed)]
        else:
            texts = [f"{value:.0e}" for value in (found, allowed)]
        self.demand(section, what, texts[0], f"at most {texts[1]}", holds=found <= allowed)

    def demand(self, section: str, what: str, found: str, wanted: str, *, holds: bool) -> None:
        """Note what was found and what is wanted."""
        self.summary.append((section, what, found, wanted, holds))

    def table(self, name: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Write a table in Markdown."""
        lines = [header, ["---"] * len(header), *rows]
        text = "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
        folder = DOCS / "validation" / "tables"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.md").write_text(text + "\n", encoding="utf-8")

    def write_summary(self) -> None:
        """Write the table of all comparisons."""
        rows = []
        for section, what, found, wanted, holds in self.summary:
            link = f"[{section}](#{section.lower().replace(' ', '-')})"
            rows.append((link, what, found, wanted, "yes" if holds else "**no**"))
        self.table("summary", ("section", "compared", "found", "wanted", "holds"), rows)


def helpers(test: str) -> dict[str, Any]:
    """Return the names of a test module: what the tests compare with is written there once."""
    if str(ROOT) not in sys.path:  # tests import each other from there
        sys.path.append(str(ROOT))
    return runpy.run_path(str(ROOT / "tests" / test))


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure as PNG; the path has no suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(fname=STYLE):
        figure.savefig(path.with_suffix(".png"), dpi=160, metadata={"Software": None})


@contextmanager
def _new() -> Iterator[tuple[Figure, Axes]]:
    """Give axes whose legend stands where it hides the least."""
    with new_figure() as made, mpl.rc_context({"legend.loc": "best"}):
        yield made


@contextmanager
def panels(name: str, ratios: Sequence[str], height: float = 5.0) -> Iterator[list[Axes]]:
    """Give a large panel and one below it for each ratio, and save the figure.

    Parameters
    ----------
    name : str
        Of the file.
    ratios : sequence of str
        Labels of the vertical axes of the panels of ratios.
    height : float
        In inches.
    """
    with _new() as (figure, axes):
        axes.remove()
        figure.set_size_inches(5.6, height)
        heights = [2.4] + [1.0] * len(ratios)
        made = figure.subplots(len(heights), sharex=True, gridspec_kw={"height_ratios": heights})
        every = [*made.ravel()]
        for below, label in zip(every[1:], ratios, strict=True):
            below.axhline(1, color=BLACK, linewidth=0.8)
            below.set_ylabel(label)
        for one in every:
            one.margins(x=0.02)
            one.grid(visible=True)
        yield every
        figure.subplots_adjust(
            hspace=0.07, top=1 - 0.1 / height, bottom=0.5 / height, left=0.15, right=0.97
        )
        figure.align_ylabels(every)
        write_figure(figure, DOCS / "validation" / name)


@contextmanager
def single(name: str, left: float = 0.14, top: float = 0.97, height: float = 4.2) -> Iterator[Axes]:
    """Give one panel, and save the figure.

    Parameters
    ----------
    name : str
        Of the file.
    left : float
        Share of the width for the labels on the left.
    top : float
        Share of the height at which the panel ends.
    height : float
        In inches.
    """
    with _new() as (figure, axes):
        figure.set_size_inches(5.6, height)
        axes.grid(visible=True)
        yield axes
        figure.subplots_adjust(left=left, right=0.96, top=top, bottom=0.5 / height)
        write_figure(figure, DOCS / "validation" / name)


def allow(axes: Axes, share: float) -> None:
    """Shade the ratios that are allowed, and show twice of them."""
    axes.axhspan(1 - share, 1 + share, color=GREY, alpha=0.15, linewidth=0)
    axes.set_ylim(1 - 2 * share, 1 + 2 * share)


def largest(ratio: npt.ArrayLike) -> float:
    """Return the largest difference of a ratio from one."""
    return float(np.max(np.abs(np.asarray(ratio) - 1)))


def percent(ratio: float) -> str:
    """Return a ratio's difference from one."""
    return f"{100 * (ratio - 1):+.2f} %"


def power(value: float, digits: int) -> str:
    """Return a number with its power of ten as a formula, with digits behind the point."""
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return rf"${mantissa}\times10^{{{int(exponent)}}}$"
