"""Islands of excluded couplings over the mass, and the reach over the length of a target."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scotopic.figures.style import BLUE, CYCLE, GREY, VERMILION, decades, new_figure
from scotopic.search.intervals import Interval
from scotopic.search.target_length import Reach

FloatArray = npt.NDArray[np.float64]

BERYLLIUM_MASS = 0.0167
"""Mass in GeV of a boson that would explain the excess in excited beryllium."""

BERYLLIUM_COUPLINGS = (2.0e-4, 1.4e-3)
"""Its couplings to electrons: the review, section 3.3."""


def draw_islands(
    masses: FloatArray,
    islands: Sequence[Sequence[Interval]],
    *,
    title: str,
    mass_label: str,
    coupling_label: str,
    confidence_level: float,
    beryllium: bool = False,
) -> Figure:
    """Draw what is excluded in the plane of mass and coupling.

    Parameters
    ----------
    masses : ndarray, shape (masses,)
        In GeV, ascending.
    islands : sequence of sequence of Interval
        For each mass the excluded intervals of the coupling.
    title, mass_label, coupling_label : str
        Texts of the figure.
    confidence_level : float
        Of the exclusion.
    beryllium : bool
        Whether to mark the couplings that would explain the excess in beryllium.

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.
    """
    with new_figure(title) as (figure, axes):
        axes.set(xscale="log", yscale="log", xlabel=mass_label, ylabel=coupling_label)
        for number, outline in enumerate(_outlines(masses, islands)):
            at, lower, upper = outline.T
            label = f"excluded, {100 * confidence_level:g} % CL" if number == 0 else None
            axes.fill_between(at, lower, upper, color=BLUE, alpha=0.2, linewidth=0, label=label)
            axes.plot(at, lower, color=BLUE)
            axes.plot(at, upper, color=BLUE)
            if lower[-1] != upper[-1]:  # the tip lies between two masses
                axes.plot(at[[-1, -1]], [lower[-1], upper[-1]], color=BLUE)
        if beryllium:
            axes.plot(
                [BERYLLIUM_MASS] * 2,
                BERYLLIUM_COUPLINGS,
                color=VERMILION,
                linewidth=4,
                solid_capstyle="butt",
                label="beryllium-8 excess",
            )
        axes.set_xlim(masses[0], masses[-1])
        decades(axes)
        axes.grid(visible=True)
        axes.legend(loc="upper right")
    return figure


def _outlines(masses: FloatArray, islands: Sequence[Sequence[Interval]]) -> list[FloatArray]:
    """Join intervals of neighbouring masses: rows of mass, lower and upper edge."""
    done: list[list[tuple[float, float, float]]] = []
    growing: list[list[tuple[float, float, float]]] = []
    for mass, intervals in zip(masses.tolist(), islands, strict=True):
        kept = []
        for interval in intervals:
            row = (mass, interval.lower, interval.upper)
            same = [o for o in growing if o[-1][1] < interval.upper and interval.lower < o[-1][2]]
            outline = same[0] if same and same[0] not in kept else []
            outline.append(row)
            kept.append(outline)
        done += [outline for outline in growing if outline not in kept]
        growing = kept
    return [np.array(outline) for outline in done + growing]


def draw_reach(results: Sequence[Reach], mass: float, title: str) -> Figure:
    """Draw the largest excluded coupling, and the leakage, over the length of the target.

    Parameters
    ----------
    results : sequence of Reach
        Energy by energy, lengths ascending.
    mass : float
        Mass of the mediator in GeV.
    title : str
        Printed above.

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.
    """
    with new_figure() as (figure, single):
        single.remove()
        figure.set_figheight(1.3 * figure.get_figheight())
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
        figure.subplots_adjust(hspace=0.08)
        axes.set_title(title, loc="left")
        energies = dict.fromkeys(result.beam_energy for result in results)
        for energy, colour in zip(energies, CYCLE, strict=False):
            _one_energy(axes, below, [r for r in results if r.beam_energy == energy], colour)
        axes.axhspan(*BERYLLIUM_COUPLINGS, color=GREY, alpha=0.15, linewidth=0)
        text = f"beryllium-8 excess, {1e3 * mass:.3g} MeV"
        axes.text(0.03, 0.14, text, transform=axes.transAxes, fontsize=8.5)
        axes.set(yscale="log", ylabel=r"largest excluded $\epsilon$")
        axes.set_ylim(BERYLLIUM_COUPLINGS[0] / 1.5, 3 * BERYLLIUM_COUPLINGS[1])
        below.set(yscale="log", ylabel="mean leakage [GeV]", xlabel="target length [cm]")
        axes.margins(x=0)
        for each in (axes, below):
            decades(each)
            each.grid(visible=True)
        axes.legend(loc="upper right")
    return figure


def _one_energy(axes: Axes, below: Axes, results: Sequence[Reach], colour: str) -> None:
    lengths = [r.target_length_cm for r in results]
    edges = [r.intervals[-1].upper if r.intervals else np.nan for r in results]
    axes.plot(lengths, edges, color=colour, label=f"{results[0].beam_energy:g} GeV")
    below.plot(lengths, [r.mean_leakage for r in results], color=colour)
