"""Cross sections of mediator production."""

import math
from collections.abc import Mapping

import numpy.typing as npt
from matplotlib.figure import Figure

from scotopic.checked import numbers, shown, within
from scotopic.errors import RangeError
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
    at = within("masses", masses, 0.0, 1e12, "GeV")
    if not isinstance(cross_sections_cm2, Mapping):
        raise RangeError(f"cross_sections_cm2: {shown(cross_sections_cm2)} is no mapping of labels")
    lines = {label: numbers(label, values) for label, values in cross_sections_cm2.items()}
    for label, values in lines.items():
        if at.ndim != 1 or values.shape != at.shape:
            raise RangeError(
                f"masses: shape {at.shape}, that of {shown(label)} is {values.shape}; needed: one"
                " cross section for each mass"
            )
    lone = "o" if at.size == 1 else ""
    with new_figure(title) as (figure, axes):
        for i, (label, values) in enumerate(lines.items()):
            style, colour = _STYLES[i % len(_STYLES)], CYCLE[i % len(CYCLE)]
            name = _NAMES.get(label, label)
            axes.plot(at, values, linestyle=style, marker=lone, color=colour, label=name)
        axes.set(
            xscale="log",
            yscale="log",
            xlabel="mediator mass [GeV]",
            ylabel=r"$\sigma/\epsilon^2$ [cm$^2$]",
        )
        axes.margins(x=0)
        low, high = axes.get_ylim()
        if high < 10 * low:  # the numbers at the ticks of less than a decade are long
            middle, half = math.sqrt(low * high), math.sqrt(10)
            axes.set_ylim(middle / half, middle * half)
        label_ticks(axes)
        axes.grid(visible=True)
        axes.legend(loc="lower left")
    return figure
