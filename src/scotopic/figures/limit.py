"""The exclusion curve of one or several experiments."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scotopic.figures.labels import axis_label, with_value
from scotopic.figures.style import CYCLE, GREY, decades, new_figure
from scotopic.models.metadata import parameters
from scotopic.models.parameters import parameter
from scotopic.scan import ExclusionCurve
from scotopic.scan.overlays import Overlay
from scotopic.words import MassAxis


def _quantity_label(curves: Sequence[ExclusionCurve]) -> str:
    """Return the label of what is limited; of all, if the models call it by other names."""
    labels = [axis_label(parameter(type(curve.model), curve.quantity)) for curve in curves]
    return ", ".join(dict.fromkeys(labels))


def draw_limit(
    curves: ExclusionCurve | Sequence[ExclusionCurve],
    against: MassAxis = "mediator_mass",
    beside: Sequence[Overlay] = (),
) -> Figure:
    """Draw exclusion curves over the mass, the excluded side shaded.

    Parameters
    ----------
    curves : ExclusionCurve or sequence of them
        All of the same quantity. A single one is drawn with its expected bands.
    against : str
        "mediator_mass" or "dark_matter_mass".
    beside : sequence of Overlay
        Bands and lines in the plane of the first curve.

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.
    """
    several = [curves] if isinstance(curves, ExclusionCurve) else list(curves)
    quantity = several[0].quantity
    with new_figure(_title(several)) as (figure, axes):
        if len(several) == 1:
            _expected_bands(axes, several[0], against)
        models_differ = len({curve.model.symbol for curve in several}) > 1
        for curve, colour in zip(several, CYCLE, strict=False):
            _one_curve(axes, curve, against, colour, name_model=models_differ)
        for overlay in beside:
            _beside(axes, overlay, several[0], against)
        axes.set(
            xscale="log",
            yscale="log",
            xlabel=axis_label(parameter(type(several[0].model), against)),
            ylabel=_quantity_label(several),
        )
        masses = np.concatenate([curve.masses(against) for curve in several])
        axes.set_xlim(masses.min(), masses.max())
        axes.set_ylim(*_range(several, beside))
        decades(axes)
        axes.grid(visible=True)
        axes.legend(loc="lower right" if quantity != "alpha_D" else "upper right")
        _describe(axes, several[0])
    return figure


def _beside(axes: Axes, overlay: Overlay, curve: ExclusionCurve, against: MassAxis) -> None:
    """Draw a band filled, a line dash-dotted."""
    masses = overlay.mediator_mass
    if against == "dark_matter_mass":
        masses = masses / curve.model.mass_ratio
    if overlay.is_line:
        axes.plot(masses, overlay.upper, "-.", color="black", label=overlay.label, zorder=3)
    else:
        axes.fill_between(
            masses,
            overlay.lower,
            overlay.upper,
            color="#2E8B57",
            alpha=0.45,
            linewidth=0,
            label=overlay.label,
            zorder=2,
        )


def _range(curves: Sequence[ExclusionCurve], beside: Sequence[Overlay] = ()) -> tuple[float, float]:
    """Return the range of the vertical axis that shows all limits with some air."""
    edges = [edge for overlay in beside for edge in (overlay.lower, overlay.upper)]
    values = np.concatenate([*(curve.observed.values for curve in curves), *edges])
    values = values[values > 0]
    kept = values[np.isfinite(values)]
    return (kept.min() / 4, kept.max() * 4) if len(kept) else (1e-6, 1.0)


def _title(curves: Sequence[ExclusionCurve]) -> str:
    return curves[0].experiment.title if len(curves) == 1 else ""


def _one_curve(
    axes: Axes, curve: ExclusionCurve, against: MassAxis, colour: str, *, name_model: bool
) -> None:
    """Draw a limit and shade what it excludes; gaps stay gaps."""
    masses, values = curve.masses(against), curve.observed.values
    level = f"{100 * curve.experiment.confidence_level:g} % CL"
    kind = "projection" if curve.experiment.is_projection else "observed"
    label = f"{curve.experiment.title}, {level} ({kind})"
    if name_model:
        label = f"${curve.model.symbol}$: {label}"
    style = "--" if curve.experiment.is_projection else "-"
    axes.plot(masses, values, style, color=colour, label=label, zorder=3)
    edge = 1e-30 if curve.quantity == "alpha_D" else 1e30
    axes.fill_between(masses, values, edge, color=colour, alpha=0.12, linewidth=0, zorder=1)


def _expected_bands(axes: Axes, curve: ExclusionCurve, against: MassAxis) -> None:
    """Draw the expected median and bands, as far as they are no single line."""
    masses, expected = curve.masses(against), curve.expected
    for width, colour in (("two", "#D9D9D9"), ("one", "#B3B3B3")):
        low = expected[f"minus_{width}_sigma"].values
        high = expected[f"plus_{width}_sigma"].values
        number = {"one": 1, "two": 2}[width]
        if not np.allclose(low, high, equal_nan=True):
            label = rf"expected, $\pm{number}\sigma$"
            axes.fill_between(masses, low, high, color=colour, linewidth=0, label=label, zorder=2)
    median = expected["median"].values
    if not np.allclose(median, curve.observed.values, equal_nan=True):
        axes.plot(masses, median, ":", color=GREY, label="expected, median", zorder=3)


def _describe(axes: Axes, curve: ExclusionCurve) -> None:
    """Print the fixed parameters into the left corner that the limit leaves free."""
    model = curve.model
    known = parameters(type(model))
    lines = []
    if model.alpha_D > 0:
        lines = [model.dark_matter_name, with_value(known["mass_ratio"], model.mass_ratio)]
    if curve.y is None:
        lines.append(with_value(known["alpha_D"], model.alpha_D) if lines else "no dark matter")
    else:
        mantissa, exponent = f"{curve.y:.2e}".split("e")
        lines.append(rf"$y = {mantissa} \times 10^{{{int(exponent)}}}$")
    height, anchor = (0.96, "top") if curve.y is None else (0.04, "bottom")
    axes.text(
        0.03,
        height,
        "\n".join(lines),
        transform=axes.transAxes,
        va=anchor,
        fontsize=8.5,
        zorder=4,
    )
