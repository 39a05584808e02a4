"""Points of a plane: models, what experiments count of them, and why there is none.

Everything costly depends on the shape of a model alone: its masses and mixing angles. All
couplings follow from the events of a shape analytically, epsilon^2 for the production and
1/(epsilon^2 alpha_D) for the lifetime of chi2, so that an axis of couplings costs nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError, ScotopicError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import TwoDarkFermions
from scotopic.models.kinetic_mixing import KineticallyMixed
from scotopic.progress import Report, silent
from scotopic.scan.axis import Axis
from scotopic.scan.exclusion import counting_model, signal_limits
from scotopic.scan.invisible import invisible_yields, require_invisible
from scotopic.scan.parameters import build
from scotopic.scan.semi_visible import Simulation, semi_visible_yields
from scotopic.units import MUON_MASS

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.statistics import Method

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
Arrays = dict[str, Array]

SELECTION: Final = "selection"
"""Name of the signature of invisible mediators: the card's selection of missing energy."""

NOT_COMPUTED: Final = 0
COMPUTED: Final = 1
NOT_COVERED: Final = 2
FAILED: Final = 3
STATUSES: Final = ("not_computed", "computed", "not_covered", "failed")
"""What the numbers of the status mean."""

NO_EVENTS: Final = -700.0
"""Logarithm that stands for no expected event at all."""


@dataclass(frozen=True)
class Search:
    """What one experiment looks for, and how many events it allows.

    Attributes
    ----------
    label : str
        Its name in the plane.
    experiment : Experiment
        The card.
    signatures : tuple of str
        Those of its signatures that are added up; of invisible mediators `SELECTION` alone.
    limits : mapping of str to float
        Largest expected signal events, "observed" and those expected, by the names in `BANDS`.
    """

    label: str
    experiment: "Experiment"
    signatures: tuple[str, ...]
    limits: Mapping[str, float]

    @classmethod
    def of(
        cls,
        label: str,
        experiment: "Experiment",
        signatures: Sequence[str],
        method: "Method" = "cls",
    ) -> "Search":
        """Set the limit on the number of events.

        Raises
        ------
        RangeError
            If the card has no such signature.
        """
        names = tuple(signatures) or (SELECTION,)
        for name in signatures:
            experiment.signature(name)
        counting = counting_model(experiment)
        found, _ = signal_limits(counting, method)
        limits = {name: value * counting.signal_weight for name, value in found.items()}
        return cls(label, experiment, names, limits)

    @property
    def exposures(self) -> FloatArray:
        """Particles on target times efficiency of each data set, shape (data sets,)."""
        sets = self.experiment.data_sets
        return np.array([d.particles_on_target * d.signal_efficiency for d in sets])


@dataclass(frozen=True)
class Setup:
    """A plane of models and what is looked for in it.

    Attributes
    ----------
    kind : type
        Of the models: `DarkPhoton`, `InelasticDarkMatter` or `InelasticDiracDarkMatter`.
    x, y : Axis
        The two parameters.
    fixed : mapping
        The others by name.
    searches : tuple of Search
        At least one.
    simulation : Simulation
        How mediators are made, and number and seed of simulated events.
    """

    kind: type[KineticallyMixed]
    x: Axis
    y: Axis
    fixed: Mapping[str, Any]
    searches: tuple[Search, ...]
    simulation: Simulation

    @property
    def shape(self) -> tuple[int, int]:
        """Number of points along x and y."""
        return self.x.points, self.y.points

    @property
    def data_sets(self) -> tuple[str, ...]:
        """Names of the data sets of all searches."""
        return _distinct([d.name for s in self.searches for d in s.experiment.data_sets])

    @property
    def signatures(self) -> tuple[str, ...]:
        """Names of the signatures of all searches."""
        return _distinct([name for s in self.searches for name in s.signatures])

    @property
    def invisible(self) -> bool:
        """Whether the mediators are invisible dark photons."""
        return issubclass(self.kind, DarkPhoton)

    @property
    def couplings(self) -> tuple[str, ...]:
        """Fields of the model that the costly part of its points does not depend on.

        The width of a resonance enters the simulation of annihilation.
        """
        simulated = not self.invisible
        if simulated and "annihilation" in self.simulation.calculation.processes:
            return ("kinetic_mixing",)
        return ("kinetic_mixing", "alpha_D")

    def group(self, model: KineticallyMixed) -> object:
        """Return the shape of a model: equal for models that share the costly part."""
        return tuple(getattr(model, f.name) for f in fields(model) if f.name not in self.couplings)

    def model(self, i: int, j: int) -> KineticallyMixed:
        """Make the model of a point.

        Raises
        ------
        RangeError
            If it does not exist, or its signal is not known.
        """
        at = {self.x.parameter: float(self.x.values[i]), self.y.parameter: float(self.y.values[j])}
        model = build(self.kind, {**self.fixed, **at})
        if isinstance(model, DarkPhoton):
            require_invisible(model)
        elif isinstance(model, TwoDarkFermions):
            _require_electrons(model)
        return model


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _require_electrons(model: TwoDarkFermions) -> None:
    """Refuse decays of chi2 into muons and hadrons: their showers are not simulated."""
    if model.mass_difference > 2 * MUON_MASS:
        raise RangeError(
            f"splitting: {model.splitting} lets chi2 decay into muons; its signatures are"
            " simulated for e+ e- alone"
        )


@dataclass(frozen=True, eq=False)
class Accepted:
    """What is accepted of some models.

    Attributes
    ----------
    per_particle : ndarray, shape (signatures, models)
        Accepted mediators per particle on target.
    efficiency : ndarray, shape (signatures, models)
        Share of the mediators in the signature's window of energy that it accepts.
    statistical_error, numerical_error : ndarray, shape (models,)
        Relative, of the sum of the signatures.
    """

    per_particle: FloatArray
    efficiency: FloatArray
    statistical_error: FloatArray
    numerical_error: FloatArray


def no_points(setup: Setup, shape: tuple[int, ...]) -> Arrays:
    """Return arrays for points of which none is computed; their shape comes last."""
    searches, sets, names = len(setup.searches), len(setup.data_sets), len(setup.signatures)
    arrays: Arrays = {
        "expected_events": np.full((searches, sets, names, *shape), np.nan),
        "efficiency": np.full((searches, names, *shape), np.nan),
        "excess": np.full((searches, *shape), np.nan),
        "statistical_error": np.full((searches, *shape), np.nan),
        "numerical_error": np.full((searches, *shape), np.nan),
        "model_mediator_mass": np.full(shape, np.nan),
        "model_kinetic_mixing": np.full(shape, np.nan),
        "status": np.full((searches, *shape), NOT_COMPUTED, np.uint8),
        "reason": np.full((searches, *shape), "", np.dtypes.StringDType()),
    }
    return arrays


def failed_points(setup: Setup, points: int, reason: str) -> Arrays:
    """Return arrays for points that all failed for one reason."""
    arrays = no_points(setup, (points,))
    arrays["status"][:] = FAILED
    arrays["reason"][:] = reason
    return arrays


def evaluate(setup: Setup, points: npt.NDArray[np.int64], report: Report = silent) -> Arrays:
    """Compute some points of a plane.

    Parameters
    ----------
    setup : Setup
        The plane.
    points : ndarray, shape (n, 2)
        Indices of their x and y.
    report : callable
        Is told how far it is.

    Returns
    -------
    dict of str to ndarray, last axis of length n
        As from `no_points`. What cannot be computed says why in `status` and `reason`; no
        exception leaves this function for it.
    """
    arrays = no_points(setup, (len(points),))
    models: dict[int, KineticallyMixed] = {}
    for row, (i, j) in enumerate(points.tolist()):
        try:
            model = setup.model(i, j)
        except ScotopicError as error:
            arrays["status"][:, row] = NOT_COVERED
            arrays["reason"][:, row] = str(error)
        else:
            models[row] = model
            arrays["model_mediator_mass"][row] = model.mediator_mass
            arrays["model_kinetic_mixing"][row] = model.kinetic_mixing
    for index, search in enumerate(setup.searches):
        for rows, found in _accepted(setup, search, models, report):
            if isinstance(found, Accepted):
                _fill(arrays, setup, index, rows, found)
            else:
                status, reason = found
                arrays["status"][index, rows] = status
                arrays["reason"][index, rows] = reason
    return arrays


def _fill(arrays: Arrays, setup: Setup, index: int, rows: list[int], found: Accepted) -> None:
    search = setup.searches[index]
    sets = [setup.data_sets.index(d.name) for d in search.experiment.data_sets]
    names = [setup.signatures.index(name) for name in search.signatures]
    events = search.exposures[:, None, None] * found.per_particle
    arrays["expected_events"][index][np.ix_(sets, names, rows)] = events
    arrays["efficiency"][index][np.ix_(names, rows)] = found.efficiency
    arrays["excess"][index, rows] = excess(events.sum(axis=(0, 1)), search.limits["observed"])
    arrays["statistical_error"][index, rows] = found.statistical_error
    arrays["numerical_error"][index, rows] = found.numerical_error
    arrays["status"][index, rows] = COMPUTED


def excess(events: FloatArray, limit: float) -> FloatArray:
    """Return the logarithm of expected events over those allowed: excluded where positive."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = np.log(events / limit)
    return np.where(np.isneginf(found), NO_EVENTS, found)


Outcome = Accepted | tuple[int, str]


def _accepted(
    setup: Setup, search: Search, models: Mapping[int, KineticallyMixed], report: Report
) -> Iterator[tuple[list[int], Outcome]]:
    """Compute all models at once, or, if that fails, shape by shape."""
    shapes: dict[object, list[int]] = {}
    for row, model in models.items():
        shapes.setdefault(setup.group(model), []).append(row)
    groups = list(shapes.values())
    if not groups:
        return
    everything = [row for rows in groups for row in rows]
    found = _attempt(setup, search, [[models[r] for r in rows] for rows in groups], report)
    if isinstance(found, Accepted) or len(groups) == 1:
        yield everything, found
        return
    for rows in groups:
        yield rows, _attempt(setup, search, [[models[row] for row in rows]], report)


def _attempt(
    setup: Setup, search: Search, groups: list[list[KineticallyMixed]], report: Report
) -> Outcome:
    compute = _invisible if setup.invisible else _semi_visible
    try:
        return compute(setup, search, groups, report)
    except ScotopicError as error:
        return NOT_COVERED, str(error)
    except Exception as error:  # noqa: BLE001 - a point that fails must not end the scan
        return FAILED, f"{type(error).__name__}: {error}"


def _semi_visible(
    setup: Setup, search: Search, groups: list[list[KineticallyMixed]], report: Report
) -> Accepted:
    shapes = [cast("TwoDarkFermions", models[0]) for models in groups]
    signatures = [search.experiment.signature(name) for name in search.signatures]
    found = semi_visible_yields(search.experiment, signatures, shapes, setup.simulation, report)
    parts = []
    for each, models in zip(found, groups, strict=True):
        square = np.array([model.kinetic_mixing for model in models]) ** 2
        alpha_D = np.array([model.alpha_D for model in models])
        per_unit = each.expected(square, alpha_D)
        window = each.in_window[:, None]
        share = np.divide(per_unit, window, out=np.zeros_like(per_unit), where=window > 0)
        error = each.relative_error(square, alpha_D)
        parts.append((square * per_unit, share, error, np.full(len(models), each.numerical_error)))
    return Accepted(*(np.concatenate(columns, axis=-1) for columns in zip(*parts, strict=True)))


def _invisible(
    setup: Setup, search: Search, groups: list[list[KineticallyMixed]], report: Report
) -> Accepted:
    models = cast("list[DarkPhoton]", [model for models in groups for model in models])
    square = np.array([model.kinetic_mixing for model in models]) ** 2
    alpha_D = np.array([model.alpha_D for model in models])
    distinct, index = _distinct_widths(groups)
    found = invisible_yields(
        search.experiment,
        distinct,
        setup.simulation.calculation,
        many_alpha_D="alpha_D" in (setup.x.field, setup.y.field),
        report=report,
    )
    ratios = [_visible_over_invisible(models[0]) for models in groups]
    ratio = np.repeat(ratios, [len(models) for models in groups])
    branching = 1 / (1 + ratio * square / alpha_D)
    accepted = square * branching * found.total[index]
    error = found.relative_error[index]
    return Accepted(accepted[None], branching[None], np.zeros(len(models)), error)


def _distinct_widths(
    groups: Sequence[Sequence[KineticallyMixed]],
) -> tuple[list[DarkPhoton], npt.NDArray[np.int64]]:
    """Return models that differ in more than the kinetic mixing, and whose place each has."""
    place: dict[tuple[int, float], int] = {}
    distinct: list[DarkPhoton] = []
    index: list[int] = []
    for number, models in enumerate(groups):
        for model in models:
            key = number, model.alpha_D
            if key not in place:
                place[key] = len(distinct)
                distinct.append(cast("DarkPhoton", model))
            index.append(place[key])
    return distinct, np.array(index)


def _visible_over_invisible(model: KineticallyMixed) -> float:
    """Ratio of the widths at kinetic mixing and alpha_D of 1."""
    ratio = model.visible_width / model.invisible_width
    return ratio * model.alpha_D / model.kinetic_mixing**2
