"""Survey the plane of a run card, in memory or in a dataset on disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scotopic.errors import CardError, RangeError
from scotopic.experiments import Experiment
from scotopic.processes.dump import Calculation
from scotopic.progress import Report, silent
from scotopic.scan.plane import Plane, plane_of
from scotopic.scan.points import Arrays, Setup
from scotopic.scan.run_card import LimitLayer, RunCard
from scotopic.scan.search import Search
from scotopic.scan.semi_visible import Simulation
from scotopic.scan.survey import (
    InMemory,
    failures,
    in_process,
    require_models,
    require_some,
    some_exist,
    survey,
)
from scotopic.words import PROCESSES


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
    """

    directory: Path
    dataset: bool = True
    workers: int | None = None
    scheduler: str | None = None


@dataclass(frozen=True)
class Surveyed:
    """What a survey found.

    Attributes
    ----------
    planes : mapping of str to Plane
        By the labels of the card's limits.
    failed_points : int
        How many points failed in some limit.
    """

    planes: Mapping[str, Plane]
    failed_points: int


def survey_card(
    card: RunCard,
    experiments: Mapping[str, tuple[Experiment, ...]],
    keeping: Keeping | None = None,
    report: Report = silent,
) -> Surveyed:
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
    setup = setup_of(card, experiments)
    require_models(setup)
    tolerance = card.refinement.tolerance if card.refinement else None
    if keeping is None or not keeping.dataset:
        memory = InMemory(setup)
        refinement = survey(setup, memory, in_process, tolerance=tolerance, report=report)
        arrays: Arrays = memory.arrays
    else:
        from scotopic.scan.execute import computing  # noqa: PLC0415 - for datasets only
        from scotopic.scan.store import Dataset  # noqa: PLC0415

        with (
            computing(keeping.workers, keeping.scheduler) as compute,
            Dataset(keeping.directory, setup, asked_for(card, experiments)) as dataset,
        ):
            refinement = survey(setup, dataset, compute, tolerance=tolerance, report=report)
            arrays = dataset.arrays
            if not some_exist(arrays):
                dataset.remove()
    require_some(arrays)
    planes = {s.label: plane_of(setup, arrays, s, refinement) for s in setup.searches}
    return Surveyed(planes, int(failures(arrays).sum()))


def asked_for(card: RunCard, experiments: Mapping[str, tuple[Experiment, ...]]) -> dict[str, Any]:
    """Return all that results depend on but the code, as JSON can write it."""
    contents = {label: [one.content() for one in cards] for label, cards in experiments.items()}
    return card.model_dump(mode="json") | {"experiments": contents}


def setup_of(card: RunCard, experiments: Mapping[str, tuple[Experiment, ...]]) -> Setup:
    """Return the plane of a run card.

    Raises
    ------
    CardError
        If an experiment has not the signatures that are asked for, or does not go together with
        those that it is joined with.
    """
    settings = card.simulation
    plane = card.sector()
    default = ("bremsstrahlung",) if plane.kind.semi_visible else PROCESSES
    return Setup(
        plane.kind,
        card.x.axis(),
        card.y.axis(),
        plane.fixed,
        tuple(_search(card, layer, experiments[layer.label]) for layer in card.limits),
        Simulation(
            settings.events,
            settings.seed,
            Calculation(processes=settings.processes or default),
        ),
    )


def _search(card: RunCard, layer: LimitLayer, experiments: tuple[Experiment, ...]) -> Search:
    sector = card.sector(layer)
    own = None if sector == card.sector() else sector
    try:
        return Search.of(layer.label, experiments, layer.signatures, sector=own)
    except RangeError as error:
        raise CardError(f"limits[{layer.label}]: {error}") from None
