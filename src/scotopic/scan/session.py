"""Survey the plane of a run card, in memory or in a dataset on disk."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scotopic.display import displayed
from scotopic.errors import CardError, RangeError
from scotopic.experiments import Experiment
from scotopic.processes.calculation import Calculation
from scotopic.progress import Report, silent
from scotopic.scan.plane import plane_result
from scotopic.scan.points import Limit, Plan, Sector
from scotopic.scan.run_card import LimitLayer, RunCard
from scotopic.scan.survey import (
    Compute,
    Kept,
    failures,
    in_process,
    require_models,
    require_some,
    survey,
)
from scotopic.search.result import Result
from scotopic.search.search import Search

_NAMED: Final = 6
"""Damaged files that are named; a disk that goes has hundreds."""


@displayed
@dataclass(frozen=True)
class Keeping:
    """Where results are kept, and who computes them.

    Attributes
    ----------
    directory : Path
        For all files; it must not hold the dataset of another card.
    dataset : bool
        Whether the points are kept there, as `dataset.zarr` and `dataset.state`.
    workers : int or None
        Local processes to start, for a dataset.
    scheduler : str or None
        Address of a Dask cluster to use, for a dataset.
    tell : callable
        Is told in one line what of a dataset was damaged.
    """

    directory: Path
    dataset: bool = True
    workers: int | None = None
    scheduler: str | None = None
    tell: Callable[[str], object] = str


def survey_card(
    card: RunCard,
    experiments: Mapping[str, tuple[Experiment, ...]],
    keeping: Keeping | None = None,
    report: Report = silent,
) -> Result:
    """Compute the limits of a run card at all points of its plane that need it.

    Parameters
    ----------
    card : RunCard
        With at least one limit.
    experiments : mapping of str to tuple of Experiment
        By the labels of the limits.
    keeping : Keeping, optional
        May keep the points on disk, where an interrupted run goes on.
    report : callable
        Is told how far it is.

    Raises
    ------
    CardError
        If a limit's experiments cannot be used as the card says.
    RangeError
        If no point of the plane exists. No dataset is left then.
    ScotopicError
        If the dataset cannot be used or written.
    """
    plan = plan_of(card, experiments)
    require_models(plan)
    tolerance = card.refinement.tolerance if card.refinement else None
    with ExitStack() as stack:
        kept = Kept(plan)
        compute: Compute = in_process
        if keeping is not None and keeping.dataset:
            from scotopic.scan.execute import computing  # noqa: PLC0415 - for datasets only
            from scotopic.scan.store import Dataset  # noqa: PLC0415

            compute = stack.enter_context(computing(keeping.workers, keeping.scheduler))
            dataset = Dataset(keeping.directory, plan, asked_for(card, experiments))
            kept = stack.enter_context(dataset)
        refinement = survey(plan, kept, compute, tolerance=tolerance, report=report)
        if kept.damaged and keeping is not None:
            keeping.tell(f"{keeping.directory}: {_mended(kept.damaged)}")
        try:
            require_some(kept.arrays)
        except RangeError:
            kept.remove()
            raise
    failed = int(failures(kept.arrays).sum())
    return plane_result(plan, kept.arrays, refinement, {"failed_points": failed})


def _mended(damaged: Sequence[str]) -> str:
    shown = ", ".join(damaged[:_NAMED])
    more = f" and {len(damaged) - _NAMED} more" if len(damaged) > _NAMED else ""
    what = "the dataset was damaged, or a run ended while it wrote"
    return f"{what}; put back or computed again: {shown}{more}"


def asked_for(card: RunCard, experiments: Mapping[str, tuple[Experiment, ...]]) -> dict[str, Any]:
    """Return all that results depend on but the code, as JSON can write it."""
    contents = {label: [one.content() for one in cards] for label, cards in experiments.items()}
    return card.model_dump(mode="json") | {"experiments": contents}


def plan_of(card: RunCard, experiments: Mapping[str, tuple[Experiment, ...]]) -> Plan:
    """Return the plane of a run card.

    Raises
    ------
    CardError
        If an experiment has not the searches that are asked for, or does not go together with
        those that it is joined with.
    """
    sectors: list[Sector] = []  # models of equal sectors are made once
    limits = []
    for layer in card.limits:
        sector = card.sector(layer)
        if sector not in sectors:
            sectors.append(sector)
        search = _search(card, layer, experiments[layer.label])
        limits.append(Limit(layer.label, search, sectors[sectors.index(sector)]))
    return Plan(card.x.axis(), card.y.axis(), tuple(limits))


def _search(card: RunCard, layer: LimitLayer, experiments: tuple[Experiment, ...]) -> Search:
    settings = card.simulation
    try:
        calculation = Calculation(
            processes=layer.processes or settings.processes,
            events=settings.events,
            seed=settings.seed,
            bound_electrons=settings.bound_electrons,
            nuclear_model=settings.nuclear_model,
            model_end=None if layer.mediators == "nominal" else layer.mediators,
        )
        return Search.of(
            experiments,
            signatures=layer.signatures,
            searches=layer.searches,
            calculation=calculation,
        )
    except RangeError as error:
        raise CardError(f"limits[{layer.label}]: {error}") from None
