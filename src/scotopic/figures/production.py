"""Cross sections of mediator production."""

from collections.abc import Mapping

import numpy.typing as npt
from matplotlib.figure import Figure

from scotopic.figures.style import CYCLE, new_figure
from scotopic.figures.ticks import label_ticks

_STYLES = ("-", "--", "-.", ":")
_NAMES = {"exact": "exact tree level", "ww": "Weizsäcker-Williams", "iww": "improved WW"}


def draw_cross_sections(
    masses: npt.ArrayLike, cross_sections_cm2: Mapping[str, npt.ArrayLike], title: str
) -> Figure:
    """Draw total cross sections against the mediator's mass, one line for each label.

    Parameters
    ----------
    masses : array_like, shape (n,)
        In GeV.
    cross_sections_cm2 : mapping of str to array_like, shape (n,)
        Cross sections for unit coupling by the label of their line.
    title : str
        Beam and nucleus.

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.
    """
    with new_figure(title) as (figure, axes):
        for i, (label, values) in enumerate(cross_sections_cm2.items()):
            style, colour = _STYLES[i % len(_STYLES)], CYCLE[i % len(CYCLE)]
            axes.plot(masses, values, style, color=colour, label=_NAMES.get(label, label))
        axes.set(
            xscale="log",
            yscale="log",
            xlabel="mediator mass [GeV]",
            ylabel=r"$\sigma/\epsilon^2$ [cm$^2$]",
        )
        axes.margins(x=0)
        label_ticks(axes)
        axes.grid(visible=True)
        axes.legend(loc="lower left")
    return figure
