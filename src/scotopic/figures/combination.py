"""The exclusion of several experiments together, beside what each excludes alone."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from scotopic.figures.limit import draw_limit
from scotopic.scan.combination import CombinedExclusion
from scotopic.scan.overlays import Overlay
from scotopic.words import MassAxis

_ROOM = 300  # below the lowest limit, for the legend


def draw_combination(
    combined: CombinedExclusion,
    against: MassAxis = "dark_matter_mass",
    beside: Sequence[Overlay] = (),
) -> Figure:
    """Draw a combined limit in black over those of the single experiments.

    Parameters
    ----------
    combined : CombinedExclusion
        From `combined_exclusion`.
    against : str
        "mediator_mass" or "dark_matter_mass".
    beside : sequence of Overlay
        Bands and lines in the same plane.

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.
    """
    figure = draw_limit(combined.singles, against, beside)
    axes = figure.axes[0]
    masses = combined.singles[0].masses(against)
    axes.plot(masses, combined.observed.values, color="black", label="combined", zorder=4)
    low, high = axes.get_ylim()
    values = combined.observed.values[combined.observed.covered]
    if len(values):
        axes.set_ylim(min(low, values.min() / _ROOM), high)
    axes.legend(loc="lower right")
    return figure
