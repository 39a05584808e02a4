"""What searches accept of mediators, over their mass or energy."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scotopic.figures.labels import axis_label, fixed_parameters
from scotopic.figures.sheet import Sheet, figure_of, new_sheet
from scotopic.figures.style import BLACK
from scotopic.models.metadata import parameters
from scotopic.models.parameters import parameter
from scotopic.search.acceptance import AcceptanceCurve
from scotopic.search.acceptance_lines import EVERY, AcceptanceLine
from scotopic.search.style import FigureStyle

FloatArray = npt.NDArray[np.float64]

_DASHES: Final = ("-", "--", "-.", ":")
_NOTED: Final = ("ratio", "splitting", "angle", "choice")
_BAND: Final = 0.25
_ROOM: Final = 1.4  # above the highest line
_MATTERS: Final = 1e-2  # of what is accepted; processes that make less have thin lines
_THIN: Final = 0.4
_SAME: Final = 1e-3
_LABELS: Final = {
    "mass": "accepted share of the window",
    "energy": "accepted share",
}


def draw_acceptance(
    found: AcceptanceCurve,
    *,
    ax: Axes | None = None,
    **style: Any,  # noqa: ANN401 - keys of FigureStyle
) -> Figure:
    """Draw what searches accept, flat efficiencies included, with statistical errors as bands.

    Parameters
    ----------
    found : AcceptanceCurve
        From `scotopic.acceptance_curve`.
    ax : Axes, optional
        Where to draw; what is there stays. By default in a figure of its own.
    **style
        Keys of `scotopic.search.style.FigureStyle`. Labels are those of the legend: search,
        process and mass, as far as they differ.

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.

    Raises
    ------
    RangeError
        If the style is impossible.
    """
    lines = _distinct(found)
    labels = _labels(lines)
    kind = type(found.model)
    mass = parameter(kind, kind.mass_field)
    title = found.title if len({line.search for line in lines}) == 1 else ""
    with new_sheet(FigureStyle.of(style), title, ax, labels) as sheet:
        factor = sheet.factor(mass)
        along = [one.mass * factor if one.energy is None else one.energy for one in lines]
        for label, line, x, look in zip(labels, lines, along, _looks(lines, sheet), strict=True):
            _draw(sheet, label, line, x, *look)
        _set_ranges(sheet, lines, along)
        is_mass = found.against == "mass"
        energy = f"energy of the mediator $E_{{{kind.symbol}}}$ [GeV]"
        sheet.axes.set_xscale("log" if is_mass else "linear")
        sheet.label_axis("x", axis_label(mass) if is_mass else energy)
        sheet.label_axis("y", _LABELS[found.against])
        sheet.finish("\n".join(_note(found)))
    return figure_of(sheet.axes)


def _draw(
    sheet: Sheet, label: str, line: AcceptanceLine, x: FloatArray, line_colour: str, dashes: str
) -> None:
    """Draw a line with its error, thin where the process makes next to nothing of the signal."""
    colour = sheet.colour(label, line_colour)
    look: dict[str, Any] = {"color": colour, "linestyle": sheet.dash(label, dashes)}
    order = sheet.order(label, 3.5 if line.process == EVERY else 3.0)
    low, high = line.accepted - line.error, line.accepted + line.error
    part = np.ones(len(x)) if line.part is None else line.part
    band: dict[str, Any] = {"color": colour, "alpha": _BAND, "linewidth": 0, "zorder": 2}
    sheet.axes.fill_between(x, low, high, where=part > 0, **band)
    matters = part >= _MATTERS
    beside = matters | np.append(matters[1:], False) | np.append(False, matters[:-1])
    width = float(mpl.rcParams["lines.linewidth"])
    for shown, share in ((beside, 1.0), (~matters, _THIN)):
        y = np.where(shown & (part > 0), line.accepted, np.nan)
        marker = "o" if shown.sum() == 1 else None
        sheet.axes.plot(x, y, **look, linewidth=share * width, marker=marker, ms=3, zorder=order)
    points = np.stack([x, line.accepted], axis=1)
    sheet.add(label, Line2D([], [], **look, linewidth=width), [points])


def _looks(lines: list[AcceptanceLine], sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield colours and dashes: processes of one search by colour, else by dashes."""
    processes = list(dict.fromkeys(line.process for line in lines))
    others = [(line.search, _mass(line, lines)) for line in lines]
    if len({*others}) == 1:
        named = [name for name in processes if name != EVERY]
        colours = dict(zip(named, cycle(sheet.colours()), strict=False))
        yield from ((colours.get(one.process, BLACK), _of_all(one)) for one in lines)
        return
    by_other = dict(zip(dict.fromkeys(others), cycle(sheet.colours()), strict=False))
    for line, other in zip(lines, others, strict=True):
        yield by_other[other], _DASHES[processes.index(line.process) % len(_DASHES)]


def _of_all(line: AcceptanceLine) -> str:
    """Return dashes for all processes together, through which those of one are seen."""
    return "--" if line.process == EVERY else "-"


def _set_ranges(sheet: Sheet, lines: list[AcceptanceLine], along: list[FloatArray]) -> None:
    """Show all lines from zero on, with room above for the legend, and what was there before."""
    axes, was_empty = sheet.axes, not sheet.before
    top = _ROOM * max(float((line.accepted + line.error).max()) for line in lines)
    axes.set_ylim(0.0, top if was_empty else max(top, axes.get_ylim()[1]))
    every = np.concatenate(along)
    if was_empty and every.min() < every.max():
        axes.set_xlim(every.min(), every.max())


def _distinct(found: AcceptanceCurve) -> list[AcceptanceLine]:
    """Return the lines, over energies one alone of those that are the same for all masses."""
    kept: list[AcceptanceLine] = []
    for line in found.lines:
        if found.against == "mass" or not any(_are_same(one, line) for one in kept):
            kept.append(line)
    return kept


def _are_same(one: AcceptanceLine, other: AcceptanceLine) -> bool:
    """Whether no eye tells the lines of one process apart."""
    if (one.search, one.process, len(one.mass)) != (other.search, other.process, len(other.mass)):
        return False
    return bool(np.allclose(one.accepted, other.accepted, rtol=0, atol=_SAME))


def _mass(line: AcceptanceLine, lines: list[AcceptanceLine]) -> str:
    """Return the mass of which a line over energies is, if others of its process are of others."""
    alike = [one for one in lines if (one.search, one.process) == (line.search, line.process)]
    if line.energy is None or len(alike) == 1:
        return ""
    mass = float(line.mass[0])
    return f"{mass:.3g} GeV" if mass >= 1 else f"{1e3 * mass:.3g} MeV"


def _labels(lines: list[AcceptanceLine]) -> list[str]:
    """Return what differs between lines: search, process, mass."""
    searches = {line.search for line in lines}
    found = []
    for line in lines:
        alike = {one.process for one in lines if one.search == line.search}
        words = [line.search] if len(searches) > 1 else []
        words += [_process(line.process)] if len(alike) > 1 else []
        words += [_mass(line, lines)]
        found.append(", ".join(word for word in words if word) or line.process)
    return found


def _process(name: str) -> str:
    return "all processes" if name == EVERY else name


def _note(found: AcceptanceCurve) -> list[str]:
    """Write what the mediator decays into, as far as it matters."""
    kind = type(found.model)
    known = parameters(kind)
    given = {name: getattr(found.model, name) for name, one in known.items() if one.role in _NOTED}
    return fixed_parameters([kind], given, found.model.dark_matter_name)
