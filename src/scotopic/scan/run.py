"""Compute what a run card asks for, and write it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scotopic.errors import CardError, RangeError
from scotopic.experiments import Experiment, SearchCard
from scotopic.precision.bands import mixing_band
from scotopic.progress import Report, silent
from scotopic.results import provenance, write_csv, write_json
from scotopic.scan.contours import write_contours
from scotopic.scan.grid import Grid
from scotopic.scan.layers import Line, LinePoint, cmb_line, relic_line
from scotopic.scan.plane import Plane
from scotopic.scan.run_card import BandLayer, BoundLayer, LimitLayer, RunCard, SectorLayer
from scotopic.scan.session import Keeping, Surveyed, asked_for, survey_card
from scotopic.scan.store import refuse_another
from scotopic.search.cards import load_experiment, with_thresholds

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """The result of a run card.

    Attributes
    ----------
    card : RunCard
        What was asked for.
    experiments : mapping of str to tuple of Experiment
        The cards of the limits, by their labels.
    planes : mapping of str to Plane
        Of the limits, by their labels.
    thermal_lines, cmb : mapping of str to Line
        Of these layers, by their labels.
    bands : mapping of str to (ndarray, ndarray)
        Logarithm of the coupling over the lower and the upper edge, by label.
    bounds : mapping of str to ndarray, shape (n, 2)
        Points of lines given by numbers, by label.
    failed_points : int
        Points of the planes at which an error occurred; `Plane.refused` says which.
    """

    card: RunCard
    experiments: Mapping[str, tuple[Experiment, ...]]
    planes: Mapping[str, Plane]
    thermal_lines: Mapping[str, Line]
    cmb: Mapping[str, Line]
    bands: Mapping[str, tuple[FloatArray, FloatArray]]
    bounds: Mapping[str, FloatArray]
    failed_points: int = 0

    def missed_tolerances(self) -> list[tuple[str, float, float]]:
        """Return labels, tolerance and error of the limits that the axes' points are too few for.

        `scotopic.scan.refinement` goes on to the tolerance unless the mesh ends.
        """
        if self.card.refinement is None:
            return []
        asked = self.card.refinement.tolerance
        errors = {label: plane.position_error for label, plane in self.planes.items()}
        return [(label, asked, error) for label, error in errors.items() if error > asked]


def run(
    card: RunCard,
    directory: Path = Path(),
    report: Report = silent,
    keeping: Keeping | None = None,
) -> Run:
    """Compute all layers of a run card.

    Parameters
    ----------
    card : RunCard
        From `load_run_card`.
    directory : Path
        What the paths of experiment cards in it are relative to.
    report : callable
        Is told how far it is.
    keeping : Keeping, optional
        Where the results will be written; may keep the points of the limits in a dataset there,
        tile by tile, and use other processes.

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
    bounds = {layer.label: _bound(layer, directory) for layer in card.bounds}
    experiments = {
        layer.label: _experiments(f"limits[{i}]", layer, directory)
        for i, layer in enumerate(card.limits)
    }
    if keeping is not None:
        refuse_another(keeping.directory, asked_for(card, experiments))
    lines = {
        layer.label: relic_line(_grid(card, layer), layer.omega_h2, report)
        for layer in card.thermal_lines
    }
    cmb = {layer.label: cmb_line(_grid(card, layer)) for layer in card.cmb}
    found = Surveyed({}, 0)
    if card.limits:
        found = survey_card(card, experiments, keeping, report)
    bands = {band.label: _band(band, _grid(card, band)) for band in card.bands}
    return Run(card, experiments, found.planes, lines, cmb, bands, bounds, found.failed_points)


def _grid(card: RunCard, layer: SectorLayer) -> Grid:
    """Make the models of a layer."""
    sector = card.sector(layer)
    return Grid.of(sector.kind, card.x.axis(), card.y.axis(), sector.fixed)


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
    >>> recast = with_efficiency(load_experiment("na64e-2018"), 0.33)
    >>> recast.signal_efficiency, round(recast.relative_signal_uncertainty, 2)
    (0.33, 0.2)
    """

    def changed(search: SearchCard) -> SearchCard:
        data_sets = tuple(
            data.model_copy(
                update={
                    "signal_efficiency": efficiency,
                    "signal_efficiency_uncertainty": data.signal_efficiency_uncertainty
                    * (efficiency / data.signal_efficiency),
                }
            )
            for data in search.data_sets
        )
        return search.model_copy(update={"data_sets": data_sets})

    return experiment.with_searches(changed(search) for search in experiment.searches)


def _bound(layer: BoundLayer, directory: Path) -> FloatArray:
    """Return the points of a line given by numbers, shape (n, 2)."""
    if layer.points is not None:
        return np.array(layer.points)
    file = directory / str(layer.file)
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CardError(f"bounds[{layer.label}].file: {file}: cannot be read: {error}") from None
    rows = [line.split(",") for line in lines if line.strip() and not line.startswith("#")]
    found = [_numbers_of(row) for row in rows]
    points = np.array([pair for pair in found if pair is not None])
    if len(points) < 2 or None in found[1:]:
        raise CardError(
            f"bounds[{layer.label}].file: {file}: is no table of two columns of numbers"
        )
    return points


def _numbers_of(row: list[str]) -> tuple[float, float] | None:
    try:
        x, y = (float(cell) for cell in row[:2])
    except ValueError:
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


_BEYOND_EDGE = 700.0


def _band(band: BandLayer, grid: Grid) -> tuple[FloatArray, FloatArray]:
    """Compare the coupling at every point with the edges of the band at its mass."""
    deviation = band.measured()
    mass = grid.values(lambda model: model.mediator_mass)
    coupling = grid.values(lambda model: model.lepton_coupling(deviation.lepton))
    if not np.nanmax(coupling) > 0:
        raise RangeError(f"bands[{band.label}]: the model does not couple to {deviation.lepton}s")
    known = np.isfinite(mass)
    kind = next(iter(grid.models.values())).spin_parity
    edges = mixing_band(deviation, kind, mass[known], band.sigmas)
    above = []
    for edge in (edges.lower, edges.upper):
        logarithm = np.full(mass.shape, np.nan)
        ratio = np.divide(coupling[known], edge, out=np.full(edge.shape, np.inf), where=edge > 0)
        logarithm[known] = np.minimum(np.log(ratio), _BEYOND_EDGE)
        above.append(logarithm)
    return above[0], above[1]


def write_run(found: Run, directory: Path, seconds: float) -> list[Path]:
    """Write `boundaries.csv`, `contours.csv`, `thermal.csv` and `result.json`, each whole.

    Parameters
    ----------
    found : Run
        The result; without limits there is no `boundaries.csv` and no `contours.csv`, without
        thermal lines no `thermal.csv`.
    directory : Path
        Where to.
    seconds : float
        How long it took.

    Returns
    -------
    list of Path
        The files written.
    """
    files = []
    if found.planes:
        files.append(_write_boundaries(found, directory / "boundaries.csv"))
        files.append(directory / "contours.csv")
        levels = {label: e[0].confidence_level for label, e in found.experiments.items()}
        kind = found.card.sector().kind
        write_contours(found.planes, kind, levels, found.card.title, files[-1])
    if found.thermal_lines:
        files.append(_write_thermal(found, directory / "thermal.csv"))
    files.append(directory / "result.json")
    write_json(files[-1], described(found, seconds))
    return files


def _write_boundaries(found: Run, file: Path) -> Path:
    card = found.card
    rows = [
        (label, x, low, high)
        for label, plane in found.planes.items()
        for x, stretches in zip(plane.x.values.tolist(), plane.intervals(), strict=True)
        for low, high in stretches
    ]
    names = ("limit", card.x.parameter, f"{card.y.parameter}_from", f"{card.y.parameter}_to")
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    write_csv(file, [card.title, "intervals that are excluded, masses in GeV"], columns)
    return file


def _write_thermal(found: Run, file: Path) -> Path:
    rows = [
        {"line": label, **_row(found.card, point)}
        for label, one in found.thermal_lines.items()
        for point in one.points
    ]
    names = ["line", *_row_names(found.card)]
    columns = {name: [_words(row[name]) for row in rows] for name in names}
    comments = [
        found.card.title,
        "points of the thermal lines, masses in GeV; the status of an empty one says why",
    ]
    write_csv(file, comments, columns)
    return file


def _of_the_model(card: RunCard) -> tuple[str, ...]:
    """Name what is written of a model; the coupling by its own name if all lines have that."""
    fields = {card.sector(layer).kind.coupling_field for layer in (*card.thermal_lines, *card.cmb)}
    coupling = fields.pop() if len(fields) == 1 else "coupling"
    return ("mediator_mass", "dark_matter_mass", coupling, "y")


def _row_names(card: RunCard) -> list[str]:
    axes = [card.x.parameter, card.y.parameter]
    return [*axes, *(n for n in _of_the_model(card) if n not in axes), "status", "caveats"]


def _row(card: RunCard, point: LinePoint) -> dict[str, Any]:
    """Describe a point of a line; None where there is none."""
    values = {name: getattr(point.model, name, None) for name in _of_the_model(card)}
    axes = {card.x.parameter: point.x, card.y.parameter: point.y}
    row = {**values, **axes, "status": point.status, "caveats": list(point.caveats)}
    return {name: row[name] for name in _row_names(card)}


def _words(value: Any) -> float | str:  # noqa: ANN401 - a number, a text or several
    """Write several texts as one."""
    return value if isinstance(value, float | str) else "; ".join(value or ())


def described(found: Run, seconds: float) -> dict[str, Any]:
    """Return all of a result as JSON can write it."""
    card = found.card
    return {
        "provenance": provenance(seconds),
        "card": card.model_dump(mode="json"),
        "x": card.x.axis().values.tolist(),
        "y": card.y.axis().values.tolist(),
        "limits": {
            label: {
                "experiments": [one.content() for one in found.experiments[label]],
                **_described_plane(plane),
            }
            for label, plane in found.planes.items()
        },
        "thermal_lines": {
            label: _described_line(card, one) for label, one in found.thermal_lines.items()
        },
        "cmb": {label: _described_line(card, one) for label, one in found.cmb.items()},
        "bounds": {label: points.tolist() for label, points in found.bounds.items()},
    }


def _described_plane(plane: Plane) -> dict[str, Any]:
    """Describe a limit; of an adaptive one the points that were computed, with their indices."""
    found = {
        "limit_events": _allowed(plane),
        "boundary_position_error": plane.position_error,
        "computed_points": plane.computed_points,
        "refused": [[*point, why] for point, why in plane.refused.items()],
    }
    if plane.interpolated is None:
        return found | {
            "expected_events": _numbers(plane.expected_events),
            "relative_statistical_error": _numbers(plane.relative_error),
        }
    at = np.argwhere(~plane.interpolated & np.isfinite(plane.expected_events))
    values = [values[tuple(at.T)] for values in (plane.expected_events, plane.relative_error)]
    return found | {
        "points": at.tolist(),
        "expected_events": _numbers(values[:1])[0],
        "relative_statistical_error": _numbers(values[1:])[0],
    }


def _allowed(plane: Plane) -> float | list[list[float | None]]:
    """Return one number if that holds for all points."""
    limit = plane.limit_events
    return float(limit.flat[0]) if np.all(limit == limit.flat[0]) else _numbers(limit)


def _described_line(card: RunCard, one: Line) -> dict[str, Any]:
    return {
        "absent": one.absent,
        "points": [_row(card, point) for point in one.points],
        "x": one.x.tolist(),
        "gaps": [[*index, why] for index, why in one.gaps.items()],
        "interpolation_error": one.interpolation_error,
    }


def _numbers(rows: Iterable[FloatArray]) -> list[list[float | None]]:
    """Return rows of numbers with six digits for JSON, which has none for what is not there."""
    return [[float(f"{v:.6g}") if math.isfinite(v) else None for v in row.tolist()] for row in rows]
