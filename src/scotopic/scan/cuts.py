"""The cut on the calorimeter's energy that gives the best expected limit (review 3.2.2).

Loosening the cut lets in more signal and, exponentially, more background. The sensitivity is the
mean expected limit: the average of the limit over the outcomes without signal.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.processes.base import WEAK_COUPLING
from scotopic.progress import Report, silent
from scotopic.statistics.cells import FloatArray
from scotopic.statistics.extrapolation import Extrapolated, Histogram, extrapolate
from scotopic.statistics.likelihood import Bin, Component, Likelihood, Shift
from scotopic.statistics.strength import STANDARD_DEVIATIONS
from scotopic.statistics.weighted_counts import weighted_counts

if TYPE_CHECKING:
    from scotopic.experiments import Experiment, SearchCard
    from scotopic.models.dark_photon import DarkPhoton
    from scotopic.processes.calculation import Calculation

_BOUNDARIES = [math.erfc(-z / math.sqrt(2)) / 2 for z in STANDARD_DEVIATIONS]
_NEGLECTED = 1e-5  # probability of outcomes that are left out of the mean
_STANDARD_DEVIATIONS = 4.26  # of that probability
_MOST_EVENTS = 20_000
_SPACING = 0.1  # of the logarithm of larger ones
_EACH = 64  # events up to which the limit of each number is set


@dataclass(frozen=True)
class Leakage:
    """Events with signals in the HCAL that a fraction of would have none (region C).

    Attributes
    ----------
    events : Histogram
        Events with E_HCAL above its threshold, in bins of the calorimeter's energy.
    ratio : float
        Events without signal in the HCAL for each of these.
    relative_uncertainty : float
        Of the ratio.
    """

    events: Histogram
    ratio: float
    relative_uncertainty: float


@dataclass(frozen=True)
class Neighbours:
    """What is known of the background of a missing-energy search.

    Attributes
    ----------
    sideband : Histogram
        Region A: above the cut, with quiet HCAL.
    leakage : Leakage or None
        Region C.
    others : tuple of Component
        Backgrounds that do not depend on the cut.
    """

    sideband: Histogram
    leakage: Leakage | None = None
    others: tuple[Component, ...] = ()

    def background(
        self, experiment: "Experiment", cut: float
    ) -> tuple[Extrapolated, tuple[Component, ...]]:
        """Return the background below a cut, each part with its uncertainties.

        Raises
        ------
        RangeError
            If it cannot be extrapolated.
        """
        found = extrapolate(
            self.sideband,
            cut,
            beam_energy=experiment.beam.energy_GeV,
            lowest=lowest_energy(experiment),
        )
        spread = math.hypot(found.statistical, math.log1p(found.shape))
        largest = math.log(found.events) + _STANDARD_DEVIATIONS * spread
        if largest > math.log(_MOST_EVENTS):
            raise RangeError(
                f"sideband.events: below {cut} GeV they predict {found.events:.3g} events within a "
                f"factor {math.exp(min(spread, 700.0)):.3g}; more than "
                f"{_MOST_EVENTS} are not allowed"
            )
        width = math.exp(found.statistical)
        shifts = (
            Shift("extrapolation: fit", width, 1 / width),
            Shift.relative("extrapolation: shape", found.shape),
        )
        parts = [Component("extrapolated", found.events, shifts)]
        if self.leakage is not None and (seen := self.leakage.events.below(cut)) > 0:
            relative = math.hypot(self.leakage.relative_uncertainty, 1 / math.sqrt(seen))
            shift = Shift.relative("leakage", relative)
            parts.append(Component("leakage", seen * self.leakage.ratio, (shift,)))
        return found, (*parts, *self.others)


@displayed
@dataclass(frozen=True, eq=False)
class CutScan:
    """Expected limits against the cut.

    Attributes
    ----------
    experiment : Experiment
        The card.
    cuts : ndarray, shape (cuts,)
        Upper edges of the calorimeter's energy window in GeV.
    mediator_mass : ndarray, shape (masses,)
        In GeV.
    extrapolated : tuple of Extrapolated
        The sideband's part of the background, for each cut.
    background, background_uncertainty : ndarray, shape (cuts,)
        Total expected events; the uncertainties of the parts in quadrature.
    signal : ndarray, shape (masses, cuts)
        Expected signal events at kinetic mixing one, all mediators decaying invisibly.
    mean_events : ndarray, shape (cuts,)
        Mean expected limit on the number of signal events.
    quantile_events : ndarray, shape (5, cuts)
        Expected limits at -2, ..., 2 standard deviations.
    """

    experiment: "Experiment"
    cuts: FloatArray
    mediator_mass: FloatArray
    extrapolated: tuple[Extrapolated, ...]
    background: FloatArray
    background_uncertainty: FloatArray
    signal: FloatArray
    mean_events: FloatArray
    quantile_events: FloatArray

    @cached_property
    def mean_mixing(self) -> FloatArray:
        """Square root of the mean expected limit on epsilon^2, shape (masses, cuts)."""
        return np.sqrt(self.mean_events / self.signal)

    def quantile_mixing(self, mass: int) -> FloatArray:
        """Return the expected limits on the mixing at one of the masses, shape (5, cuts)."""
        found: FloatArray = np.sqrt(self.quantile_events / self.signal[mass])
        return found

    @cached_property
    def best(self) -> FloatArray:
        """The cut in GeV with the strongest mean expected limit, shape (masses,)."""
        found: FloatArray = self.cuts[np.argmin(self.mean_mixing, axis=1)]
        return found

    @cached_property
    def best_of_all(self) -> float:
        """The cut in GeV with the least geometric mean of the limits at all masses."""
        return float(self.cuts[np.argmin(np.log(self.mean_mixing).sum(axis=0))])


def scan_cuts(
    experiment: "Experiment",
    model: "DarkPhoton",
    mediator_masses: Sequence[float],
    cuts: Sequence[float],
    neighbours: Neighbours,
    *,
    calculation: "Calculation | None" = None,
    report: Report = silent,
) -> CutScan:
    """Compute the expected limit against the cut on the calorimeter's energy.

    Parameters
    ----------
    experiment : Experiment
        Beam, target, resolution, exposure and efficiency; its own background, observation and
        upper edge of the window are not used.
    model : DarkPhoton
        The dark sector; its mass and mixing are ignored.
    mediator_masses : sequence of float
        In GeV.
    cuts : sequence of float
        Upper edges of the window in GeV, ascending.
    neighbours : Neighbours
        What the background is extrapolated from.
    calculation : Calculation, optional
        How mediators are counted; exactly by default.
    report : callable
        Is told how far a long computation is.

    Raises
    ------
    RangeError
        If the cuts do not ascend, the background cannot be extrapolated for one of them, or the
        experiment's signal is not missing energy.
    """
    edges = np.array(cuts, dtype=np.float64)
    if len(edges) < 2 or not np.all(np.diff(edges) > 0):
        raise RangeError(f"cuts: {list(cuts)} are not at least two ascending values")
    search = missing_energy_search(experiment)
    masses = np.array(mediator_masses, dtype=np.float64)
    each = [neighbours.background(experiment, cut) for cut in edges.tolist()]
    limits = []
    for i, (_, parts) in enumerate(each):
        report("expected limits", i, len(each))
        limits.append(_expected(search, experiment.confidence_level, parts))
    models = [replace(model, mediator_mass=mass) for mass in masses.tolist()]
    signal = []
    for i, cut in enumerate(edges.tolist()):
        report("expected events", i, len(edges))
        signal.append(_signal(_with_cut(experiment, search, cut), models, calculation, report))
    return CutScan(
        experiment,
        edges,
        masses,
        tuple(found for found, _ in each),
        np.array([sum(p.events for p in parts) for _, parts in each]),
        np.array([math.hypot(*(_uncertainty(p) for p in parts)) for _, parts in each]),
        np.array(signal).T,
        np.array([mean for mean, _ in limits]),
        np.array([quantiles for _, quantiles in limits]).T,
    )


def missing_energy_search(experiment: "Experiment") -> "SearchCard":
    """Return the one search of an experiment whose signal is missing energy.

    Raises
    ------
    RangeError
        If there is none, or several.
    """
    found = [one for one in experiment.counted if one.signature == "missing-energy"]
    if len(found) != 1:
        signatures = ", ".join(repr(one.signature) for one in experiment.counted)
        raise RangeError(
            f"searches: their signatures are {signatures}; exactly one must be 'missing-energy',"
            " whose cut is chosen"
        )
    return found[0]


def lowest_energy(experiment: "Experiment") -> float:
    """Return the lower edge of the signal region in GeV; cuts are above it."""
    edge: float = missing_energy_search(experiment).selection["minimum_calorimeter_energy_GeV"]
    return max(1.0, edge)


def _uncertainty(part: Component) -> float:
    return part.events * math.expm1(math.hypot(*(math.log(s.up) for s in part.shifts)))


def _expected(
    search: "SearchCard", confidence_level: float, parts: tuple[Component, ...]
) -> tuple[float, tuple[float, ...]]:
    """Return the mean and the quantiles of the expected limit on the signal events."""
    relative = search.relative_signal_uncertainty
    shifts = (Shift.relative("signal", relative),) if relative else ()
    one = Bin("signal region", None, (Component("signal", 1.0, shifts),), parts)
    model = weighted_counts(Likelihood((one,), confidence_level), seed=0)
    *quantiles, last = model.quantiles([*_BOUNDARIES, 1 - _NEGLECTED])
    _, probability = model.distribution(0.0, last)
    # the limit is nearly linear in the count: further up some of the counts are enough
    further = np.arange(0.0, math.log(max(last, _EACH) / _EACH) + _SPACING, _SPACING)
    nodes = np.unique([*range(_EACH), *(_EACH * np.exp(further)).astype(int)])
    nodes = np.append(nodes[nodes < last], last)
    limits = np.interp(range(last + 1), nodes, [model.limit(int(n)) for n in nodes])
    return float(probability @ limits / probability.sum()), tuple(limits[quantiles])


def _with_cut(experiment: "Experiment", search: "SearchCard", cut: float) -> "Experiment":
    """Return the experiment with this search alone, and another upper edge of its window."""
    selection = {**search.selection, "maximum_calorimeter_energy_GeV": cut}
    return experiment.with_searches([search.model_copy(update={"selection": selection})])


def _signal(
    experiment: "Experiment",
    models: Sequence["DarkPhoton"],
    calculation: "Calculation | None",
    report: Report,
) -> FloatArray:
    """Return the expected events for each unit of the squared mixing, shape (models,)."""
    from scotopic.search.search import Search  # noqa: PLC0415 - not for messages

    weak = np.array(WEAK_COUPLING)
    every = Search.of(experiment, calculation=calculation).responses(models, report)
    events = [r.events(weak, np.array(r.model.alpha_D)).sum() for r in every]
    return np.array(events) / WEAK_COUPLING**2
