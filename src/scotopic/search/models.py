"""The model that is searched for: given by itself, by its class or name, or by the cards."""

import math
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from scotopic.errors import RangeError
from scotopic.models.derived import PROBE, Kind
from scotopic.models.parameters import (
    Given,
    kind_of,
    model_of,
    overridden,
    parameter_names,
    with_usual,
)
from scotopic.models.portal import Portal
from scotopic.models.registry import name_for_lepton
from scotopic.search.set_ups import SET_UPS, parameter_of_axis

if TYPE_CHECKING:
    from scotopic.experiments import Experiment


def natural_model(experiments: "Sequence[Experiment]") -> str:
    """Return the name of the model that all cards are for.

    Raises
    ------
    RangeError
        If they are for different ones.
    """
    names = {one.title: one.model.name for one in experiments}
    if len(set(names.values())) > 1:
        said = ", ".join(f"{title} is for {name}" for title, name in names.items())
        raise RangeError(f"model: missing; {said}")
    return experiments[0].model.name


def mass_parameter(experiments: "Sequence[Experiment]", given: Given | None) -> str:
    """Return the mass over which curves of a model run; parameters as of `searched_model`."""
    return kind_of(chosen_model(experiments, given)).mass_field


def mass_range(
    experiments: "Sequence[Experiment]", lowest: float | None = None, highest: float | None = None
) -> tuple[float, float]:
    """Return the masses between which a curve runs: those of the cards if none are given."""
    ranges = [one.model.mass_range_GeV for one in experiments]
    return (
        min(low for low, _ in ranges) if lowest is None else lowest,
        max(high for _, high in ranges) if highest is None else highest,
    )


def searched_model(
    experiments: "Sequence[Experiment]",
    given: Given | None,
    values: Mapping[str, Any],
    *replaced: tuple[str, float],
) -> Portal:
    """Return a model with what is given, and what the cards say otherwise.

    Parameters
    ----------
    experiments : sequence of Experiment
        Their cards' tables [model] count where nothing else is given; the first one decides.
    given : Portal, type, str or None
        The model; None for that of the cards. For a beam of muons, scalars are muonphilic ones.
    values : mapping
        Parameters by name.
    *replaced : tuple of str and float
        Parameters on axes, and values at which the model exists.

    Raises
    ------
    RangeError
        If the cards are for different models, or a parameter is unknown, missing, replaced or out
        of range.
    """
    chosen = chosen_model(experiments, given)
    kind = kind_of(chosen)
    axes = {parameter_of_axis(kind, name).name: at for name, at in replaced if name not in SET_UPS}
    solved = {kind.coupling_field: PROBE, **axes}
    return model_of(chosen, values, solved, natural_parameters(experiments, kind))


def models_along(experiments: "Sequence[Experiment]") -> list[Portal]:
    """Return the cards' own model at the ends of their masses and between.

    Raises
    ------
    RangeError
        As `searched_model`.
    """
    low, high = mass_range(experiments)
    name = mass_parameter(experiments, None)
    made = searched_model(experiments, None, {}, (name, high))
    return [replace(made, **{name: mass}) for mass in (low, math.sqrt(low * high), high)]


def chosen_model(experiments: "Sequence[Experiment]", given: Given | None) -> Given:
    """Return the model that is given, or else that of the cards, as their beam makes it."""
    leptons = {one.beam.lepton for one in experiments}
    chosen = natural_model(experiments) if given is None else given
    if isinstance(chosen, str) and len(leptons) == 1:
        return name_for_lepton(chosen, *leptons)
    return chosen


def natural_parameters(experiments: "Sequence[Experiment]", kind: Kind) -> dict[str, Any]:
    """Return what cards say of a model's parameters."""
    said = ChainMap(*(dict(one.model.parameters) for one in experiments))
    return {name: said[name] for name in parameter_names(kind) if name in said}


def class_and_parameters(
    experiments: "Sequence[Experiment]",
    given: Given | None,
    values: Mapping[str, Any],
    *axes: str,
) -> tuple[Kind, dict[str, Any]]:
    """Return the class of a plane's model, and its parameters that are on no axis.

    Parameters and errors as of `searched_model`; the axes replace what a model says of them.
    """
    chosen = chosen_model(experiments, given)
    kind = kind_of(chosen)
    if isinstance(chosen, Portal):
        known = {f.name: getattr(chosen, f.name) for f in fields(chosen) if f.init}
    else:
        known = natural_parameters(experiments, kind)
    changes = {**values, **dict.fromkeys(axes, PROBE)}
    every = with_usual(kind, overridden(kind, known, changes))
    return kind, {name: value for name, value in every.items() if name not in axes}
