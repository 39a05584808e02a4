"""Compute what a run card asks for."""

import os
from dataclasses import asdict, replace
from pathlib import Path

from scotopic.bounds import Bound
from scotopic.errors import CardError, RangeError
from scotopic.experiments import Experiment, SearchCard
from scotopic.models.registry import model_name
from scotopic.progress import Report, heard
from scotopic.scan.beside import band_layer, line_layer
from scotopic.scan.bounds import BoundLayer, bound_layer
from scotopic.scan.claim import refuse_another
from scotopic.scan.grid import Grid
from scotopic.scan.layers import cmb_line, relic_line
from scotopic.scan.layout import of_axes
from scotopic.scan.recasts import bound_of, recast_layer
from scotopic.scan.remarks import with_remarks
from scotopic.scan.run_card import LimitLayer, RunCard, SectorLayer, load_run_card
from scotopic.scan.session import Keeping, asked_for, plan_of, survey_card
from scotopic.scan.survey import require_models
from scotopic.search.cards import load_experiment
from scotopic.search.result import Layer, Result
from scotopic.search.thresholds import with_thresholds


def compute_run_card(
    card: RunCard | str | os.PathLike[str],
    directory: Path = Path(),
    report: Report | None = None,
    keeping: Keeping | None = None,
) -> Result:
    """Compute all layers of a run card.

    Parameters
    ----------
    card : RunCard, str or path
        From `load_run_card`, or what that takes.
    directory : Path
        What the paths of experiment cards in it are relative to; of a card from a file, its place.
    report : callable, optional
        Is told how far it is; by default a bar is shown in notebooks.
    keeping : Keeping, optional
        Where the results will be written; may keep the points of the limits in a dataset there,
        tile by tile, and use other processes.

    Returns
    -------
    Result
        The limits as from `exclusion_plane`, and a layer for each of the card's others.

    Raises
    ------
    CardError
        If an experiment card is wrong.
    RangeError
        If nothing in the plane can be computed.
    ScotopicError
        If there is a dataset of another card already.
    StoppedError
        If a dataset cannot be finished now.
    """
    if not isinstance(card, RunCard):
        card, directory = load_run_card(card)
    with heard(report) as listener:
        return _computed(card, directory, listener, keeping)


def _computed(card: RunCard, directory: Path, report: Report, keeping: Keeping | None) -> Result:
    bounds, computed = bounds_of(card, directory)
    experiments = experiments_of(card, directory)
    if keeping is not None:
        plan = plan_of(card, experiments)
        refuse_another(keeping.directory, plan, asked_for(card, experiments))
    layers = [
        line_layer("thermal line", card, one, relic_line(_grid(card, one), one.omega_h2, report))
        for one in card.thermal_lines
    ]
    layers += [line_layer("cmb", card, one, cmb_line(_grid(card, one))) for one in card.cmb]
    x, y = card.x.axis(), card.y.axis()
    found = Result((x.parameter, y.parameter), of_axes(card.sector(), x, y))
    if card.limits:
        found = survey_card(card, experiments, keeping, report)
    layers += [band_layer(one, _grid(card, one)) for one in card.bands]
    if computed:
        grid = Grid.of(card.sector(), x, y)
        bounds += [recast_layer(one, bound, grid, report) for one, bound in computed]
    attributes = {
        "limits": [],
        "failed_points": 0,
        **found.attributes,
        "title": card.title,
        "axes": [asdict(x), asdict(y)],
        "model": {"name": model_name(card.sector().kind), **card.sector().fixed},
        "card": card.model_dump(mode="json"),
    }
    return with_remarks(replace(found, attributes=attributes, layers=(*layers, *bounds)))


def check_run_card(card: RunCard, directory: Path) -> list[str]:
    """Read all that a run card names, as before a computation, and return what it would remark.

    Raises
    ------
    CardError
        If an experiment, or a table of numbers, is wrong, or no point of the plane exists; with all
        mistakes that are found.
    """
    mistakes: list[str] = []
    bounds: list[Layer] = []
    try:
        bounds, _ = bounds_of(card, directory)
    except CardError as error:
        mistakes += error.mistakes
    try:
        experiments = experiments_of(card, directory)
        if card.limits:
            require_models(plan_of(card, experiments))
    except CardError as error:
        mistakes += error.mistakes
    except RangeError as error:
        mistakes.append(str(error))
    if mistakes:
        raise CardError(*mistakes)
    return [remark for layer in bounds for remark in layer.attributes["remarks"]]


def bounds_of(card: RunCard, directory: Path) -> tuple[list[Layer], list[tuple[BoundLayer, Bound]]]:
    """Return the bounds of others: lines of numbers, and what is to be computed.

    Raises
    ------
    CardError
        If numbers of some cannot be read, or are none of the axes, or a card of a bound is wrong;
        one mistake of each.
    """
    found: list[Layer] = []
    computed: list[tuple[BoundLayer, Bound]] = []
    mistakes: list[str] = []
    for layer in card.bounds:
        try:
            if layer.card is None:
                found.append(bound_layer(layer, card, directory))
            else:
                computed.append((layer, bound_of(layer, directory)))
        except CardError as error:
            where = "" if layer.card is None else f"bounds[{layer.label}].card: "
            mistakes += [f"{where}{text}" for text in error.mistakes]
    if mistakes:
        raise CardError(*mistakes)
    return found, computed


def experiments_of(card: RunCard, directory: Path) -> dict[str, tuple[Experiment, ...]]:
    """Return the experiments of each limit by its label.

    Raises
    ------
    CardError
        If an experiment card is wrong.
    """
    return {
        layer.label: _experiments(f"limits[{i}]", layer, directory)
        for i, layer in enumerate(card.limits)
    }


def _grid(card: RunCard, layer: SectorLayer) -> Grid:
    """Make the models of a layer."""
    return Grid.of(card.sector(layer), card.x.axis(), card.y.axis())


def _experiments(key: str, layer: LimitLayer, directory: Path) -> tuple[Experiment, ...]:
    """Read the cards of a layer, with the changes that the layer asks for."""
    names = {f"{key}.experiment": layer.experiment}
    names |= {f"{key}.joined_with[{i}]": name for i, name in enumerate(layer.joined_with)}
    found = []
    for place, name in names.items():
        try:
            found.append(_experiment(layer, name, directory))
        except CardError as error:
            raise CardError(f"{place}: {error}") from None
    return tuple(found)


def _experiment(layer: LimitLayer, name: str, directory: Path) -> Experiment:
    experiment = load_experiment(str(directory / name) if name.endswith(".toml") else name)
    if layer.signal_efficiency is not None:
        experiment = with_efficiency(experiment, layer.signal_efficiency)
    if layer.thresholds == "nominal":
        return experiment
    return with_thresholds(experiment, layer.thresholds)


def with_efficiency(experiment: Experiment, efficiency: float) -> Experiment:
    """Return an experiment with another signal efficiency of its data sets, errors in proportion.

    Examples
    --------
    >>> (search,) = with_efficiency(load_experiment("na64e-2018"), 0.33).searches
    >>> search.data_sets[0].signal_efficiency, round(search.relative_signal_uncertainty, 2)
    (0.33, 0.2)
    """

    def changed(search: SearchCard) -> SearchCard:
        data_sets = tuple(
            data.model_copy(
                update={
                    "signal_efficiency": efficiency,
                    "signal_efficiency_uncertainty": data.signal_efficiency_uncertainty
                    * (efficiency / data.largest_efficiency),
                }
            )
            for data in search.data_sets
        )
        return search.model_copy(update={"data_sets": data_sets})

    return experiment.with_searches(changed(search) for search in experiment.searches)


def missed_tolerances(found: Result) -> list[tuple[str, float, float]]:
    """Return labels, tolerance and error of the limits that the axes' points are too few for.

    `scotopic.scan.refinement` goes on to the tolerance unless the mesh ends.
    """
    asked = found.attributes["card"]["refinement"]
    if asked is None:
        return []
    tolerance = asked["tolerance"]
    errors = [(one["label"], one["refined_error"]) for one in found.attributes["limits"]]
    return [(label, tolerance, error) for label, error in errors if error > tolerance]
