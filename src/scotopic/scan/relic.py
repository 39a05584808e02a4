"""The relic density of a run card's model: its thermal lines alone, or one point of it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from scotopic.errors import RangeError
from scotopic.models.derived import Values
from scotopic.models.mediator import decaying
from scotopic.models.parameters import build, overridden
from scotopic.models.portal import Portal
from scotopic.scan.run_card import RunCard, ThermalLineLayer


def thermal_lines_alone(card: RunCard, omega_h2: float | None = None) -> RunCard:
    """Return a card with its thermal lines alone; one that has none gets that of its model.

    Parameters
    ----------
    card : RunCard
        From `load_run_card`.
    omega_h2 : float, optional
        The density to be reached, in place of those of the lines.

    Raises
    ------
    RangeError
        If the density is not positive and at most 10.

    Examples
    --------
    >>> from scotopic.scan.run_card import load_run_card
    >>> card = thermal_lines_alone(load_run_card("na64-2021-fig4")[0], 0.06)
    >>> [(layer.label, layer.omega_h2) for layer in card.thermal_lines], card.limits
    ([('thermal relic', 0.06)], ())
    """
    lines = card.thermal_lines or (ThermalLineLayer(label="thermal relic"),)
    if omega_h2 is not None:
        if not 0 < omega_h2 <= 10:
            raise RangeError(f"omega_h2: {omega_h2} is not above 0 and at most 10")
        lines = tuple(one.model_copy(update={"omega_h2": omega_h2}) for one in lines)
    left = {"limits": (), "cmb": (), "bands": (), "bounds": (), "thermal_lines": lines}
    figure = card.figure and card.figure.of_labels([one.label for one in lines])
    return card.model_copy(update={**left, "figure": figure})


def model_at(card: RunCard, layer: ThermalLineLayer, values: Values) -> Portal:
    """Return one model of a thermal line of a run card.

    Parameters
    ----------
    card : RunCard
        From `load_run_card`.
    layer : ThermalLineLayer
        One of its lines: gives the kind of model and its fixed parameters.
    values : mapping
        The others, by any of their names; those that are fixed too take their place.

    Raises
    ------
    RangeError
        If parameters are unknown, missing or do not fit.

    Examples
    --------
    >>> from scotopic.scan.run_card import load_run_card
    >>> card = thermal_lines_alone(load_run_card("na64-2021-fig4")[0])
    >>> model_at(card, card.thermal_lines[0], {"mediator_mass": 0.3, "y": 1e-9}).splitting
    0.4
    """
    sector = card.sector(layer)
    return build(sector.kind, overridden(sector.kind, sector.fixed, values))


def described_point(model: Portal, omega_h2: float) -> Mapping[str, Any]:
    """Return the abundance of a model, and the coupling that leaves a given one.

    Parameters
    ----------
    model : Portal
        With its coupling.
    omega_h2 : float
        The density to be reached.

    Returns
    -------
    mapping
        `omega_h2`, `error`, `freeze_out_x` and `caveats` of the model, its parameters as `model`,
        and `thermal`: the coupling for `wanted_omega_h2`, or why there is none as its `status`.

    Raises
    ------
    RangeError
        If the abundance cannot be computed, see `relic_abundance`.
    """
    from scotopic.cosmology.freeze_out import (  # noqa: PLC0415 - slow to import
        relic_abundance,
        thermal_coupling,
    )

    found = relic_abundance(model)
    thermal: dict[str, Any] = {model.coupling_field: None, "y": None}
    try:
        coupling = thermal_coupling(model, omega_h2)
    except RangeError as error:
        thermal["status"] = str(error)
    else:
        thermal |= {
            model.coupling_field: coupling.kinetic_mixing,
            "y": coupling.y,
            "status": "ok",
        }
    return {
        "model": {"class": type(model).__name__, **asdict(model)},
        "y": decaying(model, "freeze-out").y,
        "omega_h2": found.value,
        "error": found.error,
        "freeze_out_x": found.freeze_out_x,
        "caveats": list(found.caveats),
        "wanted_omega_h2": omega_h2,
        "thermal": thermal,
    }
