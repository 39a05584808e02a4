"""The expected limit against the cut on the calorimeter's energy, and the background with it."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from scotopic.figures.style import CYCLE, GREY, new_figure
from scotopic.figures.ticks import label_ticks
from scotopic.scan.cuts import CutScan, missing_energy_search

_BANDS = ((0, 4, "#D9D9D9", 2), (1, 3, "#B3B3B3", 1))
_SIZE = (5.6, 5.4)  # inches
_DOT, _RING = 5.0, 4.0  # points: a marker, and how much larger the next one at the same cut is
_GAP = 0.04  # of the axes' height, between the legend and what is drawn


def draw_cuts(scan: CutScan, title: str = "") -> Figure:
    """Draw the expected limit on the kinetic mixing, relative to its best value, against the cut.

    Parameters
    ----------
    scan : CutScan
        From `scotopic.scan.cuts.scan_cuts`. The bands are those of the mass in the middle
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
        figure.set_size_inches(_SIZE)
        upper.set_position((0.13, 0.40, 0.83, 0.54))
        lower = figure.add_axes((0.13, 0.09, 0.83, 0.28), sharex=upper)
        lower.set_xlim(scan.cuts[0], scan.cuts[-1])
        _limits(upper, scan)
        _background(lower, scan)
        upper.tick_params(labelbottom=False)
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
    cuts = scan.best.tolist()
    for i, colour in zip(range(len(scan.mediator_mass)), CYCLE, strict=False):
        relative = scan.mean_mixing[i] / scale[i]
        mantissa, exponent = f"{scale[i]:.2e}".split("e")
        best = rf"best $\epsilon < {mantissa} \times 10^{{{int(exponent)}}}$"
        label = f"mean, {_mass(scan, i)}: {best}"
        axes.plot(scan.cuts, relative, "-", color=colour, label=label, zorder=3)
        here = cuts[:i].count(cuts[i])  # a larger one around those that are there
        size, face = _DOT + _RING * here, "none" if here else colour
        axes.plot(cuts[i], 1.0, "o", mec=colour, mfc=face, ms=size, zorder=4, clip_on=False)
    level = f"{100 * scan.experiment.confidence_level:g} % CL"
    axes.set_ylabel(f"expected {level} limit / best")
    drawn = np.concatenate([quantiles, scan.mean_mixing / scale[:, None]])
    lowest, highest = float(drawn.min()), float(drawn.max())
    axes.set_ylim(lowest - 0.05 * (highest - lowest), highest)
    chosen = missing_energy_search(scan.experiment).selection["maximum_calorimeter_energy_GeV"]
    if scan.cuts[0] <= chosen <= scan.cuts[-1]:
        ends = axes.get_ylim()
        axes.plot([chosen, chosen], ends, "-", color=GREY, lw=0.8, label=f"card: {chosen:g} GeV")
    axes.grid(visible=True)
    _make_room(axes, axes.legend(loc="upper center", fontsize=7, ncols=2))


def _make_room(axes: Axes, legend: Legend) -> None:
    """Raise the upper end of the axis, so that the legend is above what is drawn."""
    height = legend.get_window_extent().height / axes.get_window_extent().height + _GAP
    scale = axes.yaxis.get_transform()
    low, high = scale.transform(np.array(axes.get_ylim()))
    axes.set_ylim(top=float(scale.inverted().transform(low + (high - low) / (1 - height))))


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
    axes.set_ylim(axes.get_ylim())
    label_ticks(axes)
    axes.grid(visible=True)
    _make_room(axes, axes.legend(loc="upper left", fontsize=7.5, ncols=2))
