"""Planes: expected events over two parameters of a model, and the regions that are excluded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.progress import Report, silent
from scotopic.scan.axis import Axis, Scale
from scotopic.scan.points import (
    COMPUTED,
    FAILED,
    NOT_COMPUTED,
    NOT_COVERED,
    Arrays,
    Setup,
    excess,
)
from scotopic.scan.refinement import Refinement, position_error
from scotopic.scan.search import Search
from scotopic.scan.semi_visible import Simulation
from scotopic.scan.survey import InMemory, in_process, require_some, survey

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.models.mediator import DecayingMediator

__all__ = ["Axis", "Plane", "Scale", "exclusion_plane"]

FloatArray = npt.NDArray[np.float64]


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
    limit_events : ndarray, shape (x, y)
        Largest number that is allowed: the same everywhere, but where several experiments are
        joined.
    relative_error : ndarray, shape (x, y)
        Statistical error of the simulation, relative to the expected events.
    mediator_mass, coupling : ndarray, shape (x, y)
        Of the model at each point, mass in GeV; not-a-number where it does not exist.
    refused : mapping of (int, int) to str
        Why the model does not exist, or what failed, by the indices of the point.
    interpolated : ndarray of bool, shape (x, y), or None
        Where an adaptive survey interpolated the expected events; None if nowhere.
    refined_error : float or None
        Error of the boundary's position that an adaptive survey states.
    """

    x: Axis
    y: Axis
    fixed: Mapping[str, Any]
    expected_events: FloatArray
    limit_events: FloatArray
    relative_error: FloatArray
    mediator_mass: FloatArray
    coupling: FloatArray
    refused: Mapping[tuple[int, int], str]
    interpolated: npt.NDArray[np.bool_] | None = None
    refined_error: float | None = None

    @property
    def excess(self) -> FloatArray:
        """Logarithm of the expected events over the allowed: excluded where positive."""
        return excess(self.expected_events, self.limit_events)

    @property
    def position_error(self) -> float:
        """Largest error of the boundary's position; see `scotopic.scan.refinement`.

        Relative to the parameter on a logarithmic axis, a share of the axis on a linear one.
        """
        if self.refined_error is not None:
            return self.refined_error
        return position_error(self.excess, self.x, self.y)

    @property
    def computed_points(self) -> int:
        """How many points were computed: not refused, and not interpolated."""
        known = np.isfinite(self.expected_events)
        if self.interpolated is not None:
            known &= ~self.interpolated
        return int(known.sum())

    @property
    def excluded(self) -> npt.NDArray[np.bool_]:
        """Whether a point is excluded, shape (x, y)."""
        return np.nan_to_num(self.excess, nan=-1.0) > 0

    def transposed(self) -> "Plane":
        """Return the plane with its axes exchanged."""
        names = ("expected_events", "limit_events", "relative_error", "mediator_mass", "coupling")
        turned: dict[str, Any] = {name: getattr(self, name).T for name in names}
        if self.interpolated is not None:
            turned["interpolated"] = self.interpolated.T
        refused = {(j, i): why for (i, j), why in self.refused.items()}
        return replace(self, x=self.y, y=self.x, refused=refused, **turned)

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
    for i in np.flatnonzero((values[:-1] > 0) != (values[1:] > 0)):
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


def plane_of(
    setup: Setup, arrays: Arrays, search: Search, refinement: Refinement | None = None
) -> Plane:
    """Return the plane of one search.

    Parameters
    ----------
    setup : Setup
        The plane.
    arrays : mapping of str to ndarray
        Of all its points, the last two axes x and y.
    search : Search
        One of the set-up's.
    refinement : Refinement, optional
        Of an adaptive survey: interpolates between its points.
    """
    index = setup.searches.index(search)
    status = arrays["status"][index]
    logarithm = arrays["excess"][index]
    interpolated = error = None
    if refinement is not None:
        interpolated = status == NOT_COMPUTED
        logarithm = refinement.filled(logarithm)
        error = float(refinement.position_errors()[index])
    refused = {
        (int(i), int(j)): str(arrays["reason"][index, i, j])
        for i, j in np.argwhere((status == NOT_COVERED) | (status == FAILED))
    }
    events = np.nansum(arrays["expected_events"][index], axis=(0, 1))
    limit = arrays["allowed_events"][index]
    usual = search.limits["observed"] if search.joint is None else np.nanmedian(limit)
    limit = np.where(np.isfinite(limit), limit, usual)
    return Plane(
        x=setup.x,
        y=setup.y,
        fixed=dict(setup.sector(search).fixed),
        expected_events=np.where(status == COMPUTED, events, limit * np.exp(logarithm)),
        limit_events=limit,
        relative_error=arrays["statistical_error"][index],
        mediator_mass=arrays["model_mediator_mass"][index],
        coupling=arrays["model_coupling"][index],
        refused=refused,
        interpolated=interpolated,
        refined_error=error,
    )


def exclusion_plane(
    experiment: "Experiment | Sequence[Experiment]",
    signatures: Sequence[str],
    model: "type[DecayingMediator]",
    x: Axis,
    y: Axis,
    fixed: Mapping[str, Any],
    *,
    simulation: Simulation | None = None,
    method: str = "cls",
    report: Report = silent,
) -> Plane:
    """Compute what an experiment excludes of a model over two of its parameters.

    Parameters
    ----------
    experiment : Experiment or sequence of Experiment
        A card, or several that are joined through the product of their likelihoods.
    signatures : sequence of str
        Names of signatures of the card that exclude each other; their events are added up. Empty
        but for inelastic dark matter: the card's selection accepts invisible mediators, its
        `decay_regions` those that decay behind the target.
    model : type
        Of `scotopic.models`.
    x, y : Axis
        The two parameters.
    fixed : mapping
        The other parameters by name.
    simulation : Simulation, optional
        Number of events, seed, and how the mediators are made.
    method : str
        How the limit on the number of events is set; see `scotopic.statistics.strength_limits`.
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
    search = Search.of("limit", experiment, signatures, method)
    setup = Setup(model, x, y, dict(fixed), (search,), simulation or Simulation())
    kept = InMemory(setup)
    survey(setup, kept, in_process, report=report)
    require_some(kept.arrays)
    return plane_of(setup, kept.arrays, search)
