"""The expected limit against the cut on the calorimeter's energy, and the background with it."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scotopic.figures.style import CYCLE, GREY, decades, new_figure
from scotopic.statistics.cuts import CutScan

_BANDS = ((0, 4, "#D9D9D9", 2), (1, 3, "#B3B3B3", 1))


def draw_cuts(scan: CutScan, title: str = "") -> Figure:
    """Draw the expected limit on the kinetic mixing, relative to its best value, against the cut.

    Parameters
    ----------
    scan : CutScan
        From `scotopic.statistics.cuts.scan_cuts`. The bands are those of the mass in the middle
        of the list.
    title : str
        Printed above the axes.

    Returns
    -------
    Figure
        Above the limit, below the background with its uncertainty. Save it with
        `scotopic.figures.save`.
    """
    with new_figure(title) as (figure, upper):
        upper.set_position((0.13, 0.42, 0.84, 0.51))
        lower = figure.add_axes((0.13, 0.11, 0.84, 0.27), sharex=upper)
        _limits(upper, scan)
        _background(lower, scan)
        upper.tick_params(labelbottom=False)
        lower.set_xlim(scan.cuts[0], scan.cuts[-1])
        figure.align_ylabels([upper, lower])
    return figure


def _limits(axes: Axes, scan: CutScan) -> None:
    middle = len(scan.mediator_mass) // 2
    scale = scan.mean_mixing.min(axis=1)
    quantiles = scan.quantile_mixing(middle) / scale[middle]
    for low, high, colour, number in _BANDS:
        label = rf"expected, $\pm{number}\sigma$, {_mass(scan, middle)}"
        axes.fill_between(
            scan.cuts, quantiles[low], quantiles[high], color=colour, linewidth=0, label=label
        )
    axes.plot(scan.cuts, quantiles[2], ":", color=GREY, label=f"median, {_mass(scan, middle)}")
    for i, colour in zip(range(len(scan.mediator_mass)), CYCLE, strict=False):
        relative = scan.mean_mixing[i] / scale[i]
        mantissa, exponent = f"{scale[i]:.2e}".split("e")
        best = rf"best $\epsilon < {mantissa} \times 10^{{{int(exponent)}}}$"
        label = f"mean, {_mass(scan, i)}: {best}"
        axes.plot(scan.cuts, relative, "-", color=colour, label=label, zorder=3)
        axes.plot([scan.best[i]], [1.0], "o", color=colour, markersize=5, zorder=4)
    chosen = scan.experiment.selection.maximum_calorimeter_energy_GeV
    if scan.cuts[0] <= chosen <= scan.cuts[-1]:
        axes.axvline(chosen, color=GREY, linewidth=0.8, label=f"card: {chosen:g} GeV")
    level = f"{100 * scan.experiment.confidence_level:g} % CL"
    axes.set_ylabel("expected limit / best")
    axes.text(0.985, 0.03, level, transform=axes.transAxes, ha="right", fontsize=8.5)
    top = max(float(np.max(scan.mean_mixing / scale[:, None])), float(quantiles[3].max()))
    bottom = 0.95 * float(quantiles[0].min())
    axes.set_ylim(bottom, top + 0.6 * (top - bottom))  # room for the legend
    axes.grid(visible=True)
    legend = axes.legend(loc="upper center", fontsize=7, ncols=2, frameon=True)
    legend.get_frame().set(facecolor="white", edgecolor="none", alpha=0.9)


def _mass(scan: CutScan, i: int) -> str:
    return f"{1e3 * scan.mediator_mass[i]:.4g} MeV"


def _background(axes: Axes, scan: CutScan) -> None:
    factor = 1 + scan.background_uncertainty / scan.background
    axes.fill_between(
        scan.cuts,
        scan.background / factor,
        scan.background * factor,
        color=GREY,
        alpha=0.3,
        linewidth=0,
        label="uncertainty",
    )
    axes.plot(scan.cuts, scan.background, "-", color="black", label="background")
    for name, style in (("power law", "--"), ("Gaussian tail", ":")):
        other = [f.by_shape[name] - f.events for f in scan.extrapolated]
        axes.plot(scan.cuts, scan.background + other, style, color="black", label=name)
    axes.set(yscale="log", ylabel="events", xlabel=r"cut on $E_\mathrm{ECAL}$ [GeV]")
    decades(axes)
    axes.grid(visible=True)
    axes.legend(loc="upper left", fontsize=7.5, ncols=2)
