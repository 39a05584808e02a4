"""Planes: expected events over two parameters of a model, and the regions that are excluded.

Everything costly depends on the shape of a model alone: its masses and mixing angles. All
couplings follow from the events of a shape analytically, epsilon^2 for the production and
1/(epsilon^2 alpha_D) for the lifetime of chi2, so that an axis of couplings costs nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.progress import Report, silent
from scotopic.scan.exclusion import counting_model, signal_limits
from scotopic.scan.parameters import build
from scotopic.scan.semi_visible import SemiVisibleYield, Simulation, semi_visible_yields
from scotopic.units import MUON_MASS

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.models.inelastic import TwoDarkFermions
    from scotopic.statistics import Method

FloatArray = npt.NDArray[np.float64]

Scale = Literal["log", "linear"]

COUPLINGS = ("kinetic_mixing", "alpha_D")
"""Fields of a model that its shape does not include."""


@dataclass(frozen=True)
class Axis:
    """Values of one parameter.

    Attributes
    ----------
    parameter : str
        A field of the model or a name of `scotopic.scan.parameters.DERIVED`.
    minimum, maximum : float
        First and last value, in the parameter's unit (masses in GeV).
    points : int
        How many values.
    scale : str
        "log" or "linear".

    Raises
    ------
    RangeError
        If the range is empty, or not positive on a logarithmic scale.
    """

    parameter: str
    minimum: float
    maximum: float
    points: int
    scale: Scale = "log"

    def __post_init__(self) -> None:
        """Refuse empty axes."""
        if self.points < 2:
            raise RangeError(f"points: {self.points} is less than 2")
        if not -math.inf < self.minimum < self.maximum < math.inf:
            raise RangeError(
                f"{self.parameter}: {self.minimum} to {self.maximum} is not an ascending range"
            )
        if self.scale == "log" and self.minimum <= 0:
            raise RangeError(f"{self.parameter}: {self.minimum} is not positive on a log scale")

    @property
    def values(self) -> FloatArray:
        """The values, shape (points,)."""
        space = np.geomspace if self.scale == "log" else np.linspace
        return np.asarray(space(self.minimum, self.maximum, self.points))

    @property
    def coordinates(self) -> FloatArray:
        """The values on the axis' scale: their logarithms if it is logarithmic."""
        return np.log(self.values) if self.scale == "log" else self.values


@dataclass(frozen=True)
class Plane:
    """Expected events over two parameters, and what they exclude.

    Attributes
    ----------
    x, y : Axis
        The two parameters.
    fixed : mapping
        All others.
    expected_events : ndarray, shape (x, y)
        Expected signal events; not-a-number where the model does not exist.
    limit_events : float
        Largest number that is allowed.
    relative_error : ndarray, shape (x, y)
        Statistical error of the simulation, relative to the expected events.
    mediator_mass, kinetic_mixing : ndarray, shape (x, y)
        Of the model at each point, mass in GeV; not-a-number where it does not exist.
    refused : mapping of (int, int) to str
        Why the model does not exist, by the indices of the point.
    """

    x: Axis
    y: Axis
    fixed: Mapping[str, Any]
    expected_events: FloatArray
    limit_events: float
    relative_error: FloatArray
    mediator_mass: FloatArray
    kinetic_mixing: FloatArray
    refused: Mapping[tuple[int, int], str]

    @property
    def excess(self) -> FloatArray:
        """Logarithm of the expected events over the allowed: excluded where positive."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found: FloatArray = np.log(self.expected_events / self.limit_events)
        return np.where(np.isneginf(found), -700.0, found)

    @property
    def excluded(self) -> npt.NDArray[np.bool_]:
        """Whether a point is excluded, shape (x, y)."""
        return np.nan_to_num(self.excess, nan=-1.0) > 0

    def intervals(self) -> list[list[tuple[float, float]]]:
        """Return the excluded intervals of y for every x.

        Returns
        -------
        list of lists of (float, float)
            Several where the data exclude several islands, none where they exclude nothing. An
            interval that reaches the edge of the axis ends there. Boundaries inside are
            interpolated between the points, linearly in the logarithm of the events.
        """
        ends = self.y.coordinates
        back = np.exp if self.y.scale == "log" else np.asarray
        return [
            [(float(back(a)), float(back(b))) for a, b in _positive_stretches(ends, row)]
            for row in self.excess
        ]


def _positive_stretches(at: FloatArray, values: FloatArray) -> list[tuple[float, float]]:
    """Return where a function, linear between its points, is positive."""
    values = np.nan_to_num(values, nan=-1e300)
    stretches: list[tuple[float, float]] = []
    start = float(at[0]) if values[0] > 0 else None
    for i in range(len(at) - 1):
        if (values[i] > 0) == (values[i + 1] > 0):
            continue
        share = values[i] / (values[i] - values[i + 1])
        crossing = float(at[i] + share * (at[i + 1] - at[i]))
        if start is None:
            start = crossing
        else:
            stretches.append((start, crossing))
            start = None
    if start is not None:
        stretches.append((start, float(at[-1])))
    return stretches


def exclusion_plane(
    experiment: "Experiment",
    signatures: Sequence[str],
    model: "type[TwoDarkFermions]",
    x: Axis,
    y: Axis,
    fixed: Mapping[str, Any],
    *,
    simulation: Simulation | None = None,
    method: "Method" = "cls",
    report: Report = silent,
) -> Plane:
    """Compute what an experiment excludes of a semi-visible model over two of its parameters.

    Parameters
    ----------
    experiment : Experiment
        A card with signatures.
    signatures : sequence of str
        Names of signatures of the card that exclude each other; their events are added up.
    model : type
        `InelasticDarkMatter` or `InelasticDiracDarkMatter`.
    x, y : Axis
        The two parameters.
    fixed : mapping
        The other parameters by name.
    simulation : Simulation, optional
        Number of events, seed, and how the mediators are made.
    method : str
        How the limit on the number of events is set; see `scotopic.statistics.upper_limit`.
    report : callable
        Is told how far it is.

    Returns
    -------
    Plane
        Points where the model does not exist are marked with the reason.

    Raises
    ------
    RangeError
        If a parameter or a signature is unknown, or no point of the plane exists.
    """
    simulation = simulation or Simulation()
    models, refused = _models(model, x, y, fixed)
    if not models:
        raise RangeError(f"no point of the plane exists: {next(iter(refused.values()))}")
    shapes: dict[Any, list[tuple[int, int]]] = {}
    for point, one in models.items():
        shapes.setdefault(_shape(one, simulation), []).append(point)
    found = semi_visible_yields(
        experiment,
        [experiment.signature(name) for name in signatures],
        [models[points[0]] for points in shapes.values()],
        simulation,
        report,
    )
    counting = counting_model(experiment)
    weight = counting.signal_weight
    limits, _ = signal_limits(counting, method)
    expected = np.full((x.points, y.points), np.nan)
    error = np.full_like(expected, np.nan)
    for each, points in zip(found, shapes.values(), strict=True):
        _fill(expected, error, each, points, models)
    mass, mixing = np.full_like(expected, np.nan), np.full_like(expected, np.nan)
    for point, one in models.items():
        mass[point], mixing[point] = one.mediator_mass, one.kinetic_mixing
    return Plane(
        x=x,
        y=y,
        fixed=dict(fixed),
        expected_events=expected * weight,
        limit_events=limits["observed"] * weight,
        relative_error=error,
        mediator_mass=mass,
        kinetic_mixing=mixing,
        refused=refused,
    )


def _fill(
    expected: FloatArray,
    error: FloatArray,
    found: SemiVisibleYield,
    points: list[tuple[int, int]],
    models: Mapping[tuple[int, int], "TwoDarkFermions"],
) -> None:
    """Write yield times coupling squared of all points of one shape."""
    rows, columns = np.array(points).T
    square = np.array([models[p].kinetic_mixing ** 2 for p in points])
    alpha_D = np.array([models[p].alpha_D for p in points])
    expected[rows, columns] = square * found.expected(square, alpha_D)
    error[rows, columns] = found.relative_error(square, alpha_D)


def _models(
    model: "type[TwoDarkFermions]", x: Axis, y: Axis, fixed: Mapping[str, Any]
) -> tuple[dict[tuple[int, int], "TwoDarkFermions"], dict[tuple[int, int], str]]:
    """Make the model of each point, or note why it does not exist."""
    models, refused = {}, {}
    for i, at_x in enumerate(x.values.tolist()):
        for j, at_y in enumerate(y.values.tolist()):
            try:
                one = build(model, {**fixed, x.parameter: at_x, y.parameter: at_y})
                _require_electrons(one)
            except RangeError as error:
                refused[i, j] = str(error)
            else:
                models[i, j] = one
    return models, refused


def _require_electrons(model: "TwoDarkFermions") -> None:
    """Refuse decays of chi2 into muons and hadrons: their showers are not simulated."""
    if model.mass_difference > 2 * MUON_MASS:
        raise RangeError(
            f"splitting: {model.splitting} lets chi2 decay into muons; its signatures are"
            " simulated for e+ e- alone"
        )


def _shape(model: "TwoDarkFermions", simulation: Simulation) -> tuple[object, ...]:
    """Return what the simulated events of a model depend on."""
    needs_width = "annihilation" in simulation.calculation.processes
    left_out = COUPLINGS[:1] if needs_width else COUPLINGS
    return tuple(getattr(model, f.name) for f in fields(model) if f.name not in left_out)
