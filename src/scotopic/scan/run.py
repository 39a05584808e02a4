"""Compute what a run card asks for, and write it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scotopic.experiments import Experiment, load_experiment
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter, TwoDarkFermions
from scotopic.precision.bands import MUON_2021, mixing_band
from scotopic.progress import Report, silent
from scotopic.results import provenance, write_csv, write_json
from scotopic.scan.plane import Plane, exclusion_plane
from scotopic.scan.run_card import BandLayer, LimitLayer, RunCard
from scotopic.scan.semi_visible import Simulation
from scotopic.signal import Calculation

FloatArray = npt.NDArray[np.float64]

_MODELS: Mapping[str, type[TwoDarkFermions]] = {
    "inelastic_dark_matter": InelasticDarkMatter,
    "inelastic_dirac_dark_matter": InelasticDiracDarkMatter,
}


@dataclass(frozen=True)
class Run:
    """The result of a run card.

    Attributes
    ----------
    card : RunCard
        What was asked for.
    experiments : mapping of str to Experiment
        The cards of the limits, by their labels.
    planes : mapping of str to Plane
        Of the limits, by their labels.
    bands : mapping of str to (ndarray, ndarray)
        Logarithm of the kinetic mixing over the lower and the upper edge, by label.
    """

    card: RunCard
    experiments: Mapping[str, Experiment]
    planes: Mapping[str, Plane]
    bands: Mapping[str, tuple[FloatArray, FloatArray]]


def run(card: RunCard, directory: Path = Path(), report: Report = silent) -> Run:
    """Compute all layers of a run card.

    Parameters
    ----------
    card : RunCard
        From `load_run_card`.
    directory : Path
        What the paths of experiment cards in it are relative to.
    report : callable
        Is told how far it is.

    Raises
    ------
    CardError
        If an experiment card is wrong.
    RangeError
        If nothing in the plane can be computed.
    """
    experiments = {la.label: _experiment(la, directory) for la in card.limits}
    planes = {
        layer.label: _plane(card, layer, experiments[layer.label], report) for layer in card.limits
    }
    first = planes[card.limits[0].label]
    bands = {band.label: _band(band, first) for band in card.bands}
    return Run(card, experiments, planes, bands)


def _experiment(layer: LimitLayer, directory: Path) -> Experiment:
    """Read the card of a layer, with the changes that the layer asks for."""
    is_path = layer.experiment.endswith(".toml")
    experiment = load_experiment(str(directory / layer.experiment) if is_path else layer.experiment)
    if layer.signal_efficiency is not None:
        experiment = with_efficiency(experiment, layer.signal_efficiency)
    if layer.thresholds == "nominal":
        return experiment
    moved = tuple(s.with_thresholds(layer.thresholds) for s in experiment.signatures)
    return experiment.model_copy(update={"signatures": moved})


def with_efficiency(experiment: Experiment, efficiency: float) -> Experiment:
    """Return an experiment with another signal efficiency of its data sets, errors in proportion.

    Examples
    --------
    >>> recast = with_efficiency(load_experiment("na64e-2018"), 0.33)
    >>> recast.signal_efficiency, round(recast.relative_signal_uncertainty, 2)
    (0.33, 0.2)
    """
    changed = tuple(
        data.model_copy(
            update={
                "signal_efficiency": efficiency,
                "signal_efficiency_uncertainty": data.signal_efficiency_uncertainty
                * (efficiency / data.signal_efficiency),
            }
        )
        for data in experiment.data_sets
    )
    return experiment.model_copy(update={"data_sets": changed})


def _plane(card: RunCard, layer: LimitLayer, experiment: Experiment, report: Report) -> Plane:
    settings = card.simulation
    return exclusion_plane(
        experiment,
        layer.signatures,
        _MODELS[card.model],
        card.x.axis(),
        card.y.axis(),
        card.fixed,
        simulation=Simulation(
            settings.events, settings.seed, Calculation(processes=settings.processes)
        ),
        report=report,
    )


def _band(band: BandLayer, plane: Plane) -> tuple[FloatArray, FloatArray]:
    """Compare the kinetic mixing at every point with the edges of the band at its mass."""
    known = np.isfinite(plane.mediator_mass)
    edges = mixing_band(MUON_2021, "vector", plane.mediator_mass[known], band.sigmas)
    above = []
    for edge in (edges.lower, edges.upper):
        logarithm = np.full(plane.mediator_mass.shape, np.nan)
        logarithm[known] = np.log(plane.kinetic_mixing[known] / edge)
        above.append(logarithm)
    return above[0], above[1]


def write_run(found: Run, directory: Path, seconds: float) -> list[Path]:
    """Write `boundaries.csv` and `result.json`, each whole or not at all.

    Parameters
    ----------
    found : Run
        The result.
    directory : Path
        Where to.
    seconds : float
        How long it took.

    Returns
    -------
    list of Path
        The files written.
    """
    files = [directory / "boundaries.csv", directory / "result.json"]
    card = found.card
    rows = [
        (label, x, low, high)
        for label, plane in found.planes.items()
        for x, stretches in zip(plane.x.values.tolist(), plane.intervals(), strict=True)
        for low, high in stretches
    ]
    names = ("limit", card.x.parameter, f"{card.y.parameter}_from", f"{card.y.parameter}_to")
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    comments = [card.title, "intervals that are excluded, masses in GeV"]
    write_csv(files[0], comments, columns)
    write_json(files[1], _described(found, seconds))
    return files


def _described(found: Run, seconds: float) -> dict[str, Any]:
    return {
        "provenance": provenance(seconds),
        "card": found.card.model_dump(mode="json"),
        "x": next(iter(found.planes.values())).x.values.tolist(),
        "y": next(iter(found.planes.values())).y.values.tolist(),
        "limits": {
            label: {
                "experiment": found.experiments[label].content(),
                "limit_events": plane.limit_events,
                "expected_events": _numbers(plane.expected_events),
                "relative_statistical_error": _numbers(plane.relative_error),
                "refused": [[*point, why] for point, why in plane.refused.items()],
            }
            for label, plane in found.planes.items()
        },
    }


def _numbers(values: FloatArray) -> list[list[float | None]]:
    """Return rows of numbers with six digits for JSON, which has none for what is not there."""
    return [[float(f"{v:.6g}") if np.isfinite(v) else None for v in row] for row in values.tolist()]
