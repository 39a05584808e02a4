"""Planes of two parameters: regions that experiments exclude, and bands."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from scotopic.figures.style import CYCLE, decades, new_figure
from scotopic.scan.plane import Plane
from scotopic.scan.run_card import RunCard

FloatArray = npt.NDArray[np.float64]

PARAMETER_LABELS = {
    "mediator_mass": r"$m_{A'}$ [GeV]",
    "dark_matter_mass": r"$m_{\chi_1}$ [GeV]",
    "kinetic_mixing": r"kinetic mixing $\epsilon$",
    "kinetic_mixing_squared": r"$\epsilon^2$",
    "alpha_D": r"$\alpha_D$",
    "y": r"$y = \epsilon^2 \alpha_D\,(m_{\chi_1}/m_{A'})^4$",
    "mass_ratio": r"$R = m_{A'}/m_{\chi_1}$",
    "splitting": r"$\Delta/m_{\chi_1}$",
    "theta": r"$\theta$",
    "tan_theta": r"$\tan\theta$",
}

_SYMBOLS = {
    "alpha_D": r"\alpha_D",
    "mass_ratio": r"m_{A'}/m_{\chi_1}",
    "splitting": r"\Delta/m_{\chi_1}",
    "theta": r"\theta",
    "tan_theta": r"\tan\theta",
    "kinetic_mixing": r"\epsilon",
    "dark_matter_mass": r"m_{\chi_1}/\mathrm{GeV}",
    "mediator_mass": r"m_{A'}/\mathrm{GeV}",
    "y": "y",
}


def draw_plane(
    card: RunCard, planes: Mapping[str, Plane], bands: Mapping[str, tuple[FloatArray, FloatArray]]
) -> Figure:
    """Draw the excluded regions and bands of a run card.

    Parameters
    ----------
    card : RunCard
        What is drawn.
    planes : mapping of str to Plane
        By the labels of the card's `limits`.
    bands : mapping of str to (ndarray, ndarray), each of shape (x, y)
        By the labels of the card's `bands`: logarithms of the kinetic mixing over the lower and
        over the upper edge.

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.
    """
    x, y = card.x.axis(), card.y.axis()
    handles: list[Line2D | Patch] = []
    with new_figure(card.title) as (figure, axes):
        for label, (above_lower, above_upper) in bands.items():
            inside = np.minimum(above_lower, -above_upper)
            axes.contourf(
                x.values, y.values, inside.T, levels=[0, np.inf], colors=["#C8E6DA"], zorder=1
            )
            handles.append(Patch(color="#C8E6DA", label=label))
        for layer, colour in zip(card.limits, CYCLE, strict=False):
            handles.append(_region(axes, planes[layer.label], layer.label, colour, layer.filled))
        axes.set(xlabel=PARAMETER_LABELS[x.parameter], ylabel=PARAMETER_LABELS[y.parameter])
        axes.set(xscale=x.scale, yscale=y.scale)
        decades(axes)
        axes.grid(visible=True)
        axes.legend(handles=handles, loc="upper left", frameon=True, framealpha=0.85)
        _note(axes, _fixed(card))
    return figure


def _region(axes: Axes, plane: Plane, label: str, colour: str, filled: bool) -> Line2D | Patch:
    """Draw the boundary of what is excluded, and shade its inside."""
    at = plane.x.values, plane.y.values, np.ma.masked_invalid(plane.excess).T
    style: Literal["-", "--"] = "-" if filled else "--"
    if filled:
        axes.contourf(*at, levels=[0, np.inf], colors=[colour], alpha=0.25, zorder=2)
    axes.contour(*at, levels=[0], colors=[colour], linestyles=[style], linewidths=1.4, zorder=3)
    if filled:
        return Patch(facecolor=colour, edgecolor=colour, alpha=0.5, label=label)
    return Line2D([], [], color=colour, linestyle=style, label=label)


def _note(axes: Axes, text: str) -> None:
    """Print the fixed parameters into a corner, on the ground of the legend."""
    axes.text(
        0.975,
        0.03,
        text,
        transform=axes.transAxes,
        ha="right",
        fontsize=8.5,
        zorder=5,
        bbox={"boxstyle": "round", "facecolor": "white", "edgecolor": "0.8", "alpha": 0.85},
    )


def _fixed(card: RunCard) -> str:
    """Write the fixed parameters."""
    parts = []
    for name, value in card.fixed.items():
        shown = value if isinstance(value, str) else f"{value:g}"
        text = rf"\mathrm{{{shown}}}".replace(" ", r"\ ") if isinstance(value, str) else shown
        parts.append(rf"${_SYMBOLS[name]} = {text}$")
    return "\n".join(parts)
