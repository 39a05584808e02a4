"""Virtual mediators: what is made at every mass k, folded with how often a model has that mass.

    N = Int dk^2 rho(k^2) Y(k)

Y(k) is what is accepted of real mediators of the mass k per particle on target, rho the model's
`spectral_density`. The energy that is missing is that of k, so that cuts act on Y alone, and what
k becomes is integrated over: the fold is exact at tree level, whatever is cut on. Y is computed at
masses 10^(n/16) GeV, which are the same for all models and alpha_D, and interpolated by a cubic
spline in ln Y over ln k; what detectors accept of it changes less, and is computed at every fourth.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.decays.leptons import lepton_mass_of
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.processes.base import WEAK_COUPLING, Process
from scotopic.processes.dump import Dump
from scotopic.quadrature import across_resonance

if TYPE_CHECKING:
    from scotopic.models.mediator import DecayingMediator
    from scotopic.models.portal import Portal

Array = npt.NDArray[np.float64]

PER_DECADE: Final = 16
"""Masses at which yields are computed, in a factor of ten."""

_SHARES = 4  # nodes apart are those where shares are known
_TOGETHER = 8  # of them are kept on disk together, so that others find them
_BEHIND_POLE, _BEHIND_THRESHOLD = 2.7, 6.0  # in units of these, where tails may be extrapolated
_FALLS = 2  # by which densities fall over a factor of two in mass, if tails are left to the spline
_LIGHTER = 1.5  # than the least mass with a yield, by which a threshold may be
_BEYOND_RESONANCE = 1.5  # times a resonance, up to where yields are computed
_FAINT = 1e-2  # of the mediator's mass, below which virtual masses add 1e-6
_EXTRAPOLATED = 0.3  # relative error of what is beyond the nodes
_HALVED = 15  # by how much the error of a cubic spline falls with half of the distance
_LEAST_NODES = 4
_SLACK = 1e-9  # relative; forgives rounding
_OPENING = (1.0, 1.0001, 1.001, 1.01, 1.1)  # edges of panels where a second dark decay opens
_NEAR = 0.1  # of a resonance's mass, within which masses are dense
_STEPS = np.sinh(np.arange(51) / 5)  # to both sides, in half widths
_BREAKS = 0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3  # of panels, in widths to both sides


class Known(NamedTuple):
    """What is known of real mediators, at weak coupling.

    Attributes
    ----------
    yields : callable
        Gives yields of several, per unit of the squared coupling, and their relative errors.
    shares : callable
        Gives which share of each passes, and its absolute error.
    """

    yields: "Callable[[Sequence[DecayingMediator]], tuple[Array, Array]]"
    shares: "Callable[[Sequence[DecayingMediator]], tuple[Array, Array]]"


@displayed
@dataclass(frozen=True, eq=False)
class VirtualYields:
    """Yields of one process as functions of the virtual mass.

    Attributes
    ----------
    process : Process
        What makes them.
    masses, yields, errors : ndarray, shape (k,)
        Where they are computed, in GeV, ascending; positive yields there; their relative errors.
    masses_of_shares : ndarray, shape (l,)
        Where shares are computed, in GeV, ascending.
    shares : ndarray, shape (2, l)
        They and their errors.
    ends : float
        The mass in GeV from which on nothing is made.
    """

    process: Process
    masses: Array
    yields: Array
    errors: Array
    masses_of_shares: Array
    shares: Array
    ends: float

    @classmethod
    def of(
        cls,
        process: Process,
        dump: Dump,
        models: Sequence["Portal"],
        minimum_energy: float,
        known: Known,
    ) -> "VirtualYields | None":
        """Compute them at the masses that models need; None if nothing is made at any.

        Parameters
        ----------
        process, dump : Process, Dump
            What makes them, and where.
        models : sequence of Portal
            Of one kind, to be folded.
        minimum_energy : float
            Least energy in GeV of what counts.
        known : callable
            Gives yields and shares at these.
        """
        limits = process.virtual_masses(dump, minimum_energy)
        masses = nodes(models, *limits, process.resonances, lepton_mass_of(dump.lepton))
        every: list[tuple[Array, Array, Array]] = []
        passing: list[tuple[Array, Array, Array]] = []
        for together in np.split(masses, np.flatnonzero(np.diff(_group(masses))) + 1):
            mediators = [models[0].at_virtual_mass(mass) for mass in together.tolist()]
            there = [i for i, one in enumerate(mediators) if process.obstacle(dump, one) is None]
            if not there:
                continue
            chosen = [mediators[i] for i in there]
            found, error = known.yields(chosen)
            strength = np.array([process.coupling(dump, one) for one in chosen]) / WEAK_COUPLING
            every.append((together[there], found * strength**2, error))
            few = there[::_SHARES]
            passing.append((together[few], *known.shares([mediators[i] for i in few])))
        if not every:
            return None
        at, yields, errors = (np.concatenate(one) for one in zip(*every, strict=True))
        places, *shares = (np.concatenate(one) for one in zip(*passing, strict=True))
        is_made = yields > 0
        if not is_made.any():
            return None
        beyond = masses[masses > at[is_made][-1]]
        ends = float(beyond[0]) if len(beyond) else math.inf
        made = at[is_made], yields[is_made], errors[is_made]
        return cls(process, *made, places, np.array(shares), ends)

    def __call__(self, masses: Array) -> tuple[Array, Array]:
        """Return yields (n,), and (4, n): share, its error, numerical and interpolation errors."""
        at, nodes = np.log(masses), np.log(self.masses)
        yields = np.exp(self._log_yields(at))
        yields[masses >= self.ends] = 0.0
        error = np.interp(at, nodes, self._interpolation_errors)
        outside = (masses < self.masses[0] / _LIGHTER) | (masses > self.masses[-1])
        error[outside] = _EXTRAPOLATED
        share = np.clip(self._share(at), 0.0, 1.0)
        spread = np.interp(at, np.log(self.masses_of_shares), self.shares[1])
        numerical = np.interp(at, nodes, self.errors)
        return yields, np.array([share, spread, numerical * share, error * share])

    @cached_property
    def _log_yields(self) -> Callable[[Array], Array]:
        return _spline(np.log(self.masses), np.log(self.yields))

    @cached_property
    def _interpolation_errors(self) -> Array:
        """Relative, at `masses`: what every second of them makes different."""
        nodes, smooth = np.log(self.masses), np.log(self.yields)
        return np.abs(_spline(nodes[::2], smooth[::2])(nodes) - smooth) / _HALVED

    @cached_property
    def _share(self) -> Callable[[Array], Array]:
        return _spline(np.log(self.masses_of_shares), self.shares[0])


@displayed
@dataclass(frozen=True, eq=False)
class Folded:
    """What is made of virtual mediators of several models, each of shape (models,).

    Attributes
    ----------
    yields, passed : ndarray
        Per unit of the model's squared coupling, and what passes of them.
    statistical, numerical : ndarray
        Absolute errors of the latter.
    """

    yields: Array
    passed: Array
    statistical: Array
    numerical: Array


def folded(
    process: Process,
    dump: Dump,
    models: Sequence["Portal"],
    minimum_energy: float,
    known: Known,
) -> Folded:
    """Return what a process makes of virtual mediators.

    Parameters
    ----------
    process, dump : Process, Dump
        What makes them, and where.
    models : sequence of Portal
        Of one class, at weak coupling; those of the same class share what is computed.
    minimum_energy : float
        Least energy in GeV of what counts.
    known : Known
        Gives yields and shares of real mediators.

    Raises
    ------
    RangeError
        If a width exceeds the virtual mass, or beam and target are not followed.
    """
    dump.check(minimum_energy)
    made = VirtualYields.of(process, dump, models, minimum_energy, known)
    if made is None:
        return Folded(*np.zeros((4, len(models))))
    every = np.array([_integrals(model, made, dump.energy) for model in models])
    yields, passed, statistical, *errors = every.T
    return Folded(yields, passed, statistical, np.sum(errors, axis=0))


def nodes(
    models: Sequence["Portal"],
    low: float,
    high: float,
    resonances: Sequence[tuple[float, float]] = (),
    flat_below: float = 0.0,
) -> Array:
    """Return the masses in GeV at which yields are computed: 10^(n/16), and around resonances.

    Parameters
    ----------
    models : sequence of Portal
        To be folded.
    low, high : float
        Between which masses in GeV the process can be asked.
    resonances : sequence of tuple of float
        Masses and widths in GeV at which yields change quickly.
    flat_below : float
        Mass in GeV below which yields hardly fall: that of the lepton, if it radiates.

    Raises
    ------
    RangeError
        If most of a model is outside of these masses.
    """
    by_mass = sorted(models, key=lambda model: float(getattr(model, model.mass_field)))
    for model in (by_mass[0], by_mass[-1], *models):  # first what was asked for
        _refuse_outside(model, low, high)
    needed = np.array([needed_masses(model) for model in models])
    first = max(float(needed[:, 0].min()), low)
    beyond = [_BEYOND_RESONANCE * mass for mass, _ in resonances]
    last = max(float(needed[:, 1].max()), *beyond, _BEHIND_THRESHOLD * flat_below)
    last = min(last, high)
    groups = np.arange(_group(np.array([first]))[0], _group(np.array([max(first, last)]))[0] + 1)
    numbers = np.arange(groups[0] * _TOGETHER, (groups[-1] + 1) * _TOGETHER)
    dense = [mass + width / 2 * _STEPS[width * _STEPS < _NEAR * mass] for mass, width in resonances]
    dense += [2 * mass - one for one, (mass, _) in zip(dense, resonances, strict=True)]
    masses = np.unique(np.concatenate([10 ** (numbers / PER_DECADE), *dense]))
    masses = masses[np.isin(_group(masses), groups)]
    return masses[(masses >= low * (1 - 1e-9)) & (masses <= high)]


def _group(masses: Array) -> npt.NDArray[np.intp]:
    """Return in which group on disk masses are."""
    return np.floor(np.log10(masses) * PER_DECADE / _TOGETHER + 1e-6).astype(np.intp)


def _refuse_outside(model: "Portal", low: float, high: float) -> None:
    pole, threshold = model.mediator_mass, model.dark_threshold
    if threshold < pole and not low * (1 - _SLACK) <= pole <= high:
        raise RangeError(
            f"mediator_mass: {pole:g} GeV is not between {low:g} and {high:g} GeV, where mediators"
            " of this beam are computed"
        )
    if threshold >= pole and not low / _LIGHTER <= threshold <= high:
        name = f"{model.mass_field}: {getattr(model, model.mass_field):g} GeV"
        raise RangeError(
            f"{name} means pairs from {threshold:g} GeV on, which is not between {low:g} and"
            f" {high:g} GeV, where virtual mediators of this beam are computed"
        )


def needed_masses(model: "Portal") -> tuple[float, float]:
    """Return between which masses in GeV a model needs yields."""
    pole, threshold = model.mediator_mass, model.dark_threshold
    if pole <= threshold:
        far = _BEHIND_THRESHOLD * threshold
        here, beyond = model.spectral_density(np.array([far, 2 * far]))
        # Above the lepton's mass yields fall as k^-2 at least; if rho does not fall too, as for a
        # coupling of dimension 1/GeV, every mass adds as much as the one before.
        return threshold, far if beyond < here / _FALLS else math.inf
    return min(pole, _LIGHTER * max(threshold, _FAINT * pole)), _BEHIND_POLE * pole


def _integrals(model: "Portal", made: VirtualYields, heaviest: float) -> Array:
    """Return the yield of a model, what passes of it, and its three errors."""
    density = density_of(model, made.process, heaviest)
    yields, ratios = made(density.masses)
    parts = density.weights * yields
    return np.array([parts.sum(), *(ratios @ parts)])


class Density(NamedTuple):
    """How often a model has which virtual mass.

    Attributes
    ----------
    masses, weights : ndarray, shape (n,)
        In GeV, ascending, and what rho makes of the integral over k^2 there.
    edges : ndarray, shape (n + 1,)
        Masses between these, and the ends.
    """

    masses: Array
    weights: Array
    edges: Array


def density_of(model: "Portal", process: Process, heaviest: float) -> Density:
    """Return how often a model has which virtual mass, resolved as a process needs it.

    Masses beyond the model's `highest_virtual_mass` are left out: its interaction has no meaning.

    Raises
    ------
    RangeError
        If a width exceeds the virtual mass.
    """
    threshold = max(model.dark_threshold, _FAINT * model.mediator_mass)
    heaviest = min(heaviest, model.highest_virtual_mass)
    if threshold >= heaviest:
        return Density(np.array([heaviest]), np.zeros(1), np.full(2, heaviest))
    opening = [one * away for one in model.dark_thresholds().values() for away in _OPENING]
    edges = {edge for edge in (*opening, *_breaks(process)) if threshold < edge < heaviest}
    limits = np.array([threshold, *sorted(edges), heaviest]) ** 2
    scale = model.resonance_scale
    rule = across_resonance(limits, threshold**2, model.mediator_mass**2, scale)
    masses = np.sqrt(rule.s).ravel()
    width = model.dark_width_at(masses) / masses
    if np.any(width > 1):
        worst = float(masses[int(np.argmax(width))])
        raise RangeError(
            f"alpha_D: {model.alpha_D:g} makes the width {width.max():.3g} times the mass at"
            f" {worst:.3g} GeV; nothing is known of such mediators"
        )
    weights = rule.weights.ravel() * model.spectral_density(masses, rule.distance.ravel())
    between = np.sqrt(masses[1:] * masses[:-1])
    return Density(masses, weights, np.array([threshold, *between, heaviest]))


def _breaks(process: Process) -> Iterator[float]:
    for mass, width in process.resonances:
        yield from (mass + side * number * width for number in _BREAKS for side in (-1, 1))


def _spline(at: Array, values: Array) -> Callable[[Array], Array]:
    """Return a cubic spline, straight beyond its ends and nowhere rising beyond the last."""
    if len(at) < _LEAST_NODES:
        return lambda x: np.interp(x, at, values)
    from scipy.interpolate import CubicSpline  # noqa: PLC0415 - slow to import

    inside = CubicSpline(at, values)
    first, last = float(inside(at[0], 1)), min(float(inside(at[-1], 1)), 0.0)

    def spline(x: Array) -> Array:
        found = inside(np.clip(x, at[0], at[-1]))
        return np.asarray(
            found + first * np.minimum(x - at[0], 0.0) + last * np.maximum(x - at[-1], 0.0)
        )

    return spline
