"""Planes: expected events over two parameters of a model, and the regions that are excluded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.models.parameters import Given
from scotopic.models.registry import model_name
from scotopic.progress import Report, heard
from scotopic.scan.layout import axes_of, of_limits, of_points
from scotopic.scan.points import (
    COMPUTED,
    FAILED,
    NOT_COMPUTED,
    NOT_COVERED,
    Arrays,
    Limit,
    Plan,
    Sector,
    excess,
)
from scotopic.scan.refinement import Refinement, position_error
from scotopic.scan.remarks import with_remarks
from scotopic.scan.survey import Kept, in_process, require_some, survey
from scotopic.search.axis import Axis
from scotopic.search.between import missed
from scotopic.search.masses import features_of
from scotopic.search.models import class_and_parameters
from scotopic.search.result import Result
from scotopic.search.search import Search, SearchLike

if TYPE_CHECKING:
    from scotopic.models.portal import Portal

FloatArray = npt.NDArray[np.float64]


@displayed
@dataclass(frozen=True, eq=False)
class Plane:
    """One limit of a result along two axes: expected events, and what they exclude.

    Attributes
    ----------
    x, y : Axis
        The two parameters.
    expected_events : ndarray, shape (x, y)
        Expected signal events; not-a-number where the model does not exist.
    limit_events : ndarray, shape (x, y)
        Largest number that is allowed: the same everywhere, but where several searches are
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
        Error of the boundary's position that an adaptive survey estimates.
    """

    x: Axis
    y: Axis
    expected_events: FloatArray
    limit_events: FloatArray
    relative_error: FloatArray
    mediator_mass: FloatArray
    coupling: FloatArray
    refused: Mapping[tuple[int, int], str]
    interpolated: npt.NDArray[np.bool_] | None = None
    refined_error: float | None = None

    @classmethod
    def of(cls, result: Result, label: str | None = None) -> "Plane":
        """Return a limit of a result, the first if none is named.

        Raises
        ------
        RangeError
            If the result has none of this name.
        """
        index = result.number(label)
        status, reason = result["status"][index], result["reason"][index]
        refused = {
            (int(i), int(j)): str(reason[i, j])
            for i, j in np.argwhere((status == NOT_COVERED) | (status == FAILED))
        }
        events = np.nansum(result["expected_events"][index], axis=0)
        allowed = result["allowed_events"][index]
        allowed = np.where(np.isfinite(allowed), allowed, np.nanmedian(allowed))
        interpolated = allowed * np.exp(result["excess"][index])
        error = result.attributes["limits"][index]["refined_error"]
        return cls(
            *axes_of(result),
            expected_events=np.where(status == COMPUTED, events, interpolated),
            limit_events=allowed,
            relative_error=result["statistical_error"][index],
            mediator_mass=result["model_mediator_mass"][index],
            coupling=result["model_coupling"][index],
            refused=refused,
            interpolated=None if error is None else status == NOT_COMPUTED,
            refined_error=error,
        )

    @property
    def excess(self) -> FloatArray:
        """Logarithm of the expected events over the allowed: excluded where positive."""
        return excess(self.expected_events, self.limit_events)

    @property
    def position_error(self) -> float:
        """Estimated error of the boundary's position, at its worst; see `scotopic.scan.refinement`.

        Relative to the parameter on a logarithmic axis, a share of the axis on a linear one. It is
        no bound: what falls between the points and shows at none of them can be further off.
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
        stretches = [_positive_stretches(ends, row) for row in self.excess]
        return [
            [(low, high) for low, high in self.y.from_coordinates(np.array(some)).tolist()]
            for some in stretches
        ]


def _positive_stretches(at: FloatArray, values: FloatArray) -> list[tuple[float, float]]:
    """Return where a function, linear between its points, is positive."""
    values = np.nan_to_num(values, nan=-1e300)
    positive = values > 0
    before = np.flatnonzero(positive[:-1] != positive[1:])
    share = values[before] / (values[before] - values[before + 1])
    crossings = at[before] + share * (at[before + 1] - at[before])
    edges = [*at[:1][positive[:1]], *crossings, *at[-1:][positive[-1:]]]
    return list(zip(edges[::2], edges[1::2], strict=True))


def planes_of(found: Result) -> dict[str, Plane]:
    """Return the limits of a result by label; none if it has only layers."""
    labels = found.labels if "limit" in found.variables else ()
    return {label: Plane.of(found, label) for label in labels}


def plane_result(
    plan: Plan,
    arrays: Arrays,
    refinement: Refinement | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Result:
    """Put the points of a plane in a result.

    Parameters
    ----------
    plan : Plan
        The plane.
    arrays : dict of str to ndarray
        Of all its points, the last two axes x and y.
    refinement : Refinement, optional
        Of an adaptive survey: interpolates between its points.
    attributes : mapping, optional
        More that went into it.
    """
    errors: list[float | None] = [None] * len(plan.limits)
    if refinement is not None:
        arrays = {**arrays, "excess": np.array([refinement.filled(e) for e in arrays["excess"]])}
        errors = refinement.position_errors().tolist()
    limits: list[dict[str, Any]] = [
        {
            "label": limit.label,
            "model": model_name(limit.sector.kind),
            "fixed": dict(limit.sector.fixed),
            "searches": [[p.experiment.title, p.card.name] for p in limit.search.parts],
            "experiments": [e.content() for e in limit.search.experiments],
            "calculation": asdict(limit.search.calculation),
            "processes": _processes(plan, limit, arrays["status"][i]),
            "method": limit.search.method,
            "confidence_level": limit.search.confidence_level,
            "is_projection": limit.search.is_projection,
            "flat_efficiencies": list(limit.search.flat_efficiencies),
            "common_nuisances": list(limit.search.common_nuisances),
            "caveats": list(limit.search.caveats(_ends(plan, limit, arrays["status"][i]))),
            "refined_error": error,
            "missed": _missed(plan, limit, arrays["status"][i], arrays["model_mediator_mass"][i]),
        }
        for i, (limit, error) in enumerate(zip(plan.limits, errors, strict=True))
    ]
    return Result(
        (plan.x.parameter, plan.y.parameter),
        {**of_limits(plan), **of_points(plan, arrays)},
        {
            "title": limits[0]["label"],
            "axes": [asdict(plan.x), asdict(plan.y)],
            "model": {"name": limits[0]["model"], **limits[0]["fixed"]},
            "limits": limits,
            **(attributes or {}),
        },
    )


def _processes(plan: Plan, limit: Limit, status: npt.NDArray[Any]) -> list[str]:
    """Return the names of the processes that count, at the first or the last computed point."""
    models = _ends(plan, limit, status)
    return list(dict.fromkeys(name for m in models for name in limit.search.processes(m)))


def _ends(plan: Plan, limit: Limit, status: npt.NDArray[Any]) -> "list[Portal]":
    """Return the models of the first and the last computed point."""
    computed = np.argwhere(status == COMPUTED).tolist()
    return [plan.model(limit.sector, i, j) for i, j in (*computed[:1], *computed[-1:])]


def _missed(
    plan: Plan, limit: Limit, status: npt.NDArray[Any], mediator_mass: FloatArray
) -> list[str]:
    """Say which minima of the boundary fall between the masses of the plane."""
    computed = np.argwhere(status == COMPUTED)
    masses, mass = np.unique(mediator_mass[status == COMPUTED]), limit.sector.kind.mass_field
    if len(masses) < 2 or not any(limit.sector.field(one) == mass for one in (plan.x, plan.y)):
        return []
    model = plan.model(limit.sector, *computed[len(computed) // 2].tolist())
    remedy = "the plane does not show it: a curve of 'scotopic limit' has points there"
    return list(missed(features_of(limit.search, model), masses, remedy))


def exclusion_plane(
    search: SearchLike,
    model: Given | None,
    x: Axis,
    y: Axis,
    fixed: Mapping[str, Any] | None = None,
    *,
    report: Report | None = None,
    **parameters: float | str,
) -> Result:
    """Compute what is excluded of a model over two of its parameters.

    Parameters
    ----------
    search : Search, str, path or Experiment, or several experiments
        What is asked; of experiments, given by name, path or themselves, all searches that see the
        model count together.
    model : type, str, Portal or None
        Of `scotopic.models`, or of one's own: the class, its name, or a model whose parameters hold
        where no axis replaces them; None for that of the cards.
    x, y : Axis
        The two parameters.
    fixed : mapping, optional
        The other parameters by name; what is left out is as the cards say, or as usual.
    report : callable, optional
        Is told how far it is; by default a bar is shown in notebooks.
    **parameters
        More of `fixed`.

    Returns
    -------
    Result
        Points where the model does not exist, or that no search sees, are marked with the reason;
        `Plane.of` gives the excluded region of one limit.

    Raises
    ------
    RangeError
        If a parameter is unknown, or no point of the plane exists.

    Examples
    --------
    >>> found = exclusion_plane(
    ...     "na64e-2018", "dark_photon",
    ...     Axis("mediator_mass", 0.01, 0.1, 2), Axis("kinetic_mixing", 1e-5, 1e-3, 3),
    ...     alpha_D=0.1, mass_ratio=3, dark_matter="dirac")
    >>> Plane.of(found).excluded.tolist()
    [[False, True, True], [False, False, True]]
    """
    asked, given = Search.asked(search), {**(fixed or {}), **parameters}
    axes = x.parameter, y.parameter
    kind, values = class_and_parameters(asked.experiments, model, given, *axes)
    plan = Plan(x, y, (Limit(asked.title, asked, Sector(kind, values)),))
    kept = Kept(plan)
    with heard(report) as listener:
        survey(plan, kept, in_process, report=listener)
    require_some(kept.arrays)
    return with_remarks(plane_result(plan, kept.arrays))
