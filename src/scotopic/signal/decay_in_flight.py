r"""Mediators that leave the target and decay in a region behind it, for every coupling at once.

Production goes as the square of the coupling c, and so does the visible width. With the number
n(z, E) of mediators of energy E that a shower makes at depth z for c = 1, and their decay length
l(E)/(c^2 + r), r being the dark over the visible width at c = 1,

    N(c) = c^2 B c^2/(c^2 + r) sum_{z,E} n(z, E) exp[-(L - z + d)/l] Int_0^D dx/l e^{-x/l} eff(x)

for a target of length L and a region that begins d behind it and is D long. Only the exponents
know the coupling, so that n(z, E) is computed once a mass. Because a short-lived mediator does
not leave the target and a long-lived one does not decay, N(c) falls on both sides: what is
excluded are intervals of the coupling, never half a line.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.experiments.decay_regions import DecayRegion

FloatArray = npt.NDArray[np.float64]

_SLICE_X0 = 0.25  # thickness of a slice of depth; half of it changes an edge by less than 1e-4
_SERIES_BELOW = 1e-2  # of the decay integral's argument, where its closed form cancels
_SMALL_PEAK = 0.3  # a maximum on the grid may be this much too low; then it is looked for


@dataclass(frozen=True, eq=False)
class DecaysInFlight:
    """Mediators of one mass on their way to one region of decay.

    Attributes
    ----------
    region : DecayRegion
        Where they must decay.
    paths_cm : ndarray, shape (slices,)
        Distance from where they are made to the beginning of the region.
    produced : ndarray, shape (slices, energies)
        Mediators per particle on target at coupling one.
    decay_lengths_cm : ndarray, shape (energies,)
        Mean decay length of each energy at coupling one, decays into dark particles left out.
    visible_fraction : float
        Fraction of the decays that are not dark which the region can see.
    dark_over_visible : float
        Width into dark particles over that of all other decays at coupling one.
    """

    region: "DecayRegion"
    paths_cm: FloatArray
    produced: FloatArray
    decay_lengths_cm: FloatArray
    visible_fraction: float = 1.0
    dark_over_visible: float = 0.0

    def accepted(self, coupling: float) -> float:
        """Return the accepted mediators per particle on target, with the region's efficiency."""
        square = coupling**2
        strength = square + self.dark_over_visible
        per_cm = strength / self.decay_lengths_cm
        arriving = np.einsum("se,se->e", self.produced, np.exp(-np.outer(self.paths_cm, per_cm)))
        decaying = decay_probability(self.region, per_cm)
        share = self.visible_fraction * square / strength
        return float(square * share * (arriving @ decaying))


def decay_probability(region: "DecayRegion", per_cm: FloatArray) -> FloatArray:
    """Return how likely a mediator that reaches a region decays in it and is kept.

    Parameters
    ----------
    region : DecayRegion
        Its length and its efficiency along it.
    per_cm : ndarray
        Decays per cm, one over the decay length.

    Returns
    -------
    ndarray
        Integral of exp(-x/l) eff(x)/l over the region, of the shape of `per_cm`, in closed form.
    """
    places = [point.position_cm for point in region.efficiency]
    values = [point.efficiency for point in region.efficiency]
    if region.length_cm is not None and places[-1] < region.length_cm:
        places, values = [*places, region.length_cm], [*values, values[-1]]
    found = np.zeros_like(per_cm)
    for left, right, low, high in zip(places, places[1:], values, values[1:], strict=False):
        u = (right - left) * per_cm
        rising = np.where(u > 0, (high - low) / np.where(u > 0, u, 1), 0.0)
        found += np.exp(-left * per_cm) * (-low * np.expm1(-u) + rising * _second_moment(u))
    if region.length_cm is None:
        found += values[-1] * np.exp(-places[-1] * per_cm)
    return found


def _second_moment(u: FloatArray) -> FloatArray:
    """Return 1 - (1 + u) exp(-u), the integral of v exp(-v) from 0 to u."""
    series = u**2 * (1 / 2 - u * (1 / 3 - u * (1 / 8 - u * (1 / 30 - u / 144))))
    return np.where(u < _SERIES_BELOW, series, -np.expm1(-u) - u * np.exp(-u))


def depth_edges_X0(thickness_X0: float) -> FloatArray:
    """Return edges of equally thick slices that fill a target, in radiation lengths."""
    return np.linspace(0.0, thickness_X0, math.ceil(thickness_X0 / _SLICE_X0) + 1)


def paths_cm(experiment: "Experiment", region: "DecayRegion", edges_X0: FloatArray) -> FloatArray:
    """Return the distances in cm from the middle of slices of the target to a region."""
    target = experiment.target
    middle = (edges_X0[1:] + edges_X0[:-1]) / 2 * target.material.radiation_length_cm
    return np.asarray(target.thickness_cm - middle + region.begins_cm)


def decay_regions(experiment: "Experiment") -> tuple["DecayRegion", ...]:
    """Return the regions of a card.

    Raises
    ------
    RangeError
        If it has none.
    """
    if experiment.decay_regions is None:
        raise RangeError(
            f"decay_regions: the card {experiment.title!r} has none; mediators that decay visibly"
            " need them"
        )
    return experiment.decay_regions


@dataclass(frozen=True)
class Interval:
    """An excluded interval of a coupling.

    Attributes
    ----------
    lower, upper : float
        Its edges.
    open_below, open_above : bool
        Whether it goes on beyond the couplings that were looked at.
    """

    lower: float
    upper: float
    open_below: bool = False
    open_above: bool = False


def excluded_intervals(
    events: Callable[[float], float], limit: float, couplings: Sequence[float]
) -> tuple[Interval, ...]:
    """Return where more events are expected than a limit allows.

    Parameters
    ----------
    events : callable
        Expected events at a coupling; smooth.
    limit : float
        Largest number of events that is allowed.
    couplings : sequence of float
        Grid, ascending, on which intervals are looked for; the edges are found between its
        points as roots, to a relative 1e-6.

    Returns
    -------
    tuple of Interval
        Ascending; empty if nothing is excluded.

    Examples
    --------
    >>> grid = [0.01, 0.1, 1.0, 10.0]
    >>> excluded_intervals(lambda c: c * (3 - c), 2.0, grid)
    (Interval(lower=1.0..., upper=2.0..., open_below=False, open_above=False),)
    """
    points = _with_peaks(events, limit, list(couplings))
    excess = [value > limit for _, value in points]
    found = []
    start: float | None = points[0][0] if excess[0] else None
    for (left, _), (right, _), before, after in zip(
        points, points[1:], excess, excess[1:], strict=False
    ):
        if before == after:
            continue
        edge = _root(events, limit, left, right)
        if after:
            start = edge
        elif start is not None:
            found.append(Interval(start, edge, open_below=start == points[0][0]))
            start = None
    if start is not None:
        found.append(Interval(start, points[-1][0], start == points[0][0], open_above=True))
    return tuple(found)


def _with_peaks(
    events: Callable[[float], float], limit: float, couplings: list[float]
) -> list[tuple[float, float]]:
    """Evaluate on a grid, and at the top of every peak that may reach the limit in between."""
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - a warm run needs none

    points = [(c, events(c)) for c in couplings]
    peaks = []
    for (left, a), (_, b), (right, c) in zip(points, points[1:], points[2:], strict=False):
        if max(a, c) <= b <= limit and b > _SMALL_PEAK * limit:
            top = minimize_scalar(
                lambda x: -events(math.exp(x)),
                bounds=(math.log(left), math.log(right)),
                method="bounded",
            )
            peaks.append((math.exp(top.x), -float(top.fun)))
    return sorted(points + peaks)


def _root(events: Callable[[float], float], limit: float, left: float, right: float) -> float:
    """Return where the events cross the limit between two couplings."""
    from scipy.optimize import brentq  # noqa: PLC0415 - a warm run needs none

    floor = 1e-300  # far from the island no event is left at all

    def distance(logarithm: float) -> float:
        return math.log(max(events(math.exp(logarithm)), floor) / limit)

    return math.exp(brentq(distance, math.log(left), math.log(right), xtol=1e-6))
