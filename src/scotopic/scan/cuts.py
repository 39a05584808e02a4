"""The cut on the calorimeter's energy that gives the best expected limit (review 3.2.2).

Loosening the cut lets in more signal and, exponentially, more background. The sensitivity is the
mean expected limit: the average of the limit over the outcomes without signal.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scotopic.cache import Arrays, cached_arrays
from scotopic.errors import RangeError
from scotopic.models.inputs import model_inputs
from scotopic.progress import Report, silent
from scotopic.statistics.cells import FloatArray
from scotopic.statistics.extrapolation import Extrapolated, Histogram, extrapolate
from scotopic.statistics.likelihood import Bin, Component, Likelihood, Shift
from scotopic.statistics.strength import STANDARD_DEVIATIONS
from scotopic.statistics.weighted_counts import weighted_counts

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.models.dark_photon import DarkPhoton
    from scotopic.processes.calculation import Calculation

_SOURCES = (
    "scotopic.decays",
    "scotopic.materials",
    "scotopic.models",
    "scotopic.production",
    "scotopic.shower",
    "scotopic.scan.cuts",
    "scotopic.detector",
    "scotopic.events",
    "scotopic.processes",
    "scotopic.search",
    "scotopic.signatures",
    "scotopic.statistics",
    "scotopic.units",
)
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

    def components(
        self, cut: float, beam_energy: float, lowest: float
    ) -> tuple[Extrapolated, tuple[Component, ...]]:
        """Return the background below a cut, each part with its uncertainties."""
        found = extrapolate(self.sideband, cut, beam_energy=beam_energy, lowest=lowest)
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
    require_missing_energy(experiment)
    masses = np.array(mediator_masses, dtype=np.float64)
    each = [background_below(experiment, neighbours, float(cut)) for cut in edges]
    limits = []
    for i, (_, parts) in enumerate(each):
        report("expected limits", i, len(each))
        limits.append(_expected(experiment, parts))
    yields = _accepted(experiment, model, masses, edges, calculation, report)
    exposure = sum(d.particles_on_target * d.signal_efficiency for d in experiment.data_sets)
    return CutScan(
        experiment,
        edges,
        masses,
        tuple(found for found, _ in each),
        np.array([sum(p.events for p in parts) for _, parts in each]),
        np.array([math.hypot(*(_uncertainty(p) for p in parts)) for _, parts in each]),
        exposure * yields,
        np.array([mean for mean, _ in limits]),
        np.array([quantiles for _, quantiles in limits]).T,
    )


def require_missing_energy(experiment: "Experiment") -> None:
    """Refuse an experiment whose signal is something else than missing energy.

    Raises
    ------
    RangeError
        Naming the key of its card.
    """
    signature = experiment.selection.signature
    if signature != "missing-energy":
        raise RangeError(
            f"selection.signature: {signature!r} is not 'missing-energy', the only one whose cut "
            "can be chosen"
        )


def lowest_energy(experiment: "Experiment") -> float:
    """Return the lower edge of the signal region in GeV; cuts are above it."""
    return max(1.0, experiment.selection.minimum_calorimeter_energy_GeV)


def background_below(
    experiment: "Experiment", neighbours: Neighbours, cut: float
) -> tuple[Extrapolated, tuple[Component, ...]]:
    """Return the background below a cut, each part with its uncertainties.

    Raises
    ------
    RangeError
        If it cannot be extrapolated.
    """
    energy = experiment.beam.energy_GeV
    return neighbours.components(cut, energy, lowest_energy(experiment))


def _uncertainty(part: Component) -> float:
    return part.events * math.expm1(math.hypot(*(math.log(s.up) for s in part.shifts)))


def _expected(
    experiment: "Experiment", parts: tuple[Component, ...]
) -> tuple[float, tuple[float, ...]]:
    """Return the mean and the quantiles of the expected limit on the signal events."""
    relative = experiment.relative_signal_uncertainty
    shifts = (Shift.relative("signal", relative),) if relative else ()
    one = Bin("signal region", None, (Component("signal", 1.0, shifts),), parts)
    model = weighted_counts(Likelihood((one,), experiment.confidence_level), seed=0)
    *quantiles, last = model.quantiles([*_BOUNDARIES, 1 - _NEGLECTED])
    _, probability = model.distribution(0.0, last)
    # the limit is nearly linear in the count: further up some of the counts are enough
    further = np.arange(0.0, math.log(max(last, _EACH) / _EACH) + _SPACING, _SPACING)
    nodes = np.unique([*range(_EACH), *(_EACH * np.exp(further)).astype(int)])
    nodes = np.append(nodes[nodes < last], last)
    limits = np.interp(range(last + 1), nodes, [model.limit(int(n)) for n in nodes])
    return float(probability @ limits / probability.sum()), tuple(limits[quantiles])


def _accepted(
    experiment: "Experiment",
    model: "DarkPhoton",
    masses: FloatArray,
    cuts: FloatArray,
    calculation: "Calculation | None",
    report: Report,
) -> FloatArray:
    """Return the accepted mediators per particle on target at mixing one, (masses, cuts).

    The same as `accepted_yields` of the experiment with each of the cuts, but with one pass over
    the shower for all of them.
    """
    from scotopic.processes.calculation import Calculation  # noqa: PLC0415 - imports what only this needs
    from scotopic.signatures.yields import WEAK_COUPLING  # noqa: PLC0415

    how = calculation or Calculation()
    models = [replace(model, mediator_mass=float(m), kinetic_mixing=WEAK_COUPLING) for m in masses]
    inputs = {
        "experiment": experiment.yield_inputs(),
        "models": [model_inputs(m) for m in models],
        "cuts": cuts.tolist(),
        "calculation": asdict(how),
    }

    def build() -> Arrays:
        return {"total": _compute(experiment, models, cuts, how, report)}

    found = cached_arrays("yields-of-cuts", inputs, build, modules=module_names(*models))
    return found["total"]


def _compute(
    experiment: "Experiment",
    models: Sequence["DarkPhoton"],
    cuts: FloatArray,
    calculation: "Calculation",
    report: Report,
) -> FloatArray:
    from scotopic.detector.window import MissingEnergy  # noqa: PLC0415 - see _accepted
    from scotopic.processes.spectrum import bremsstrahlung_above  # noqa: PLC0415
    from scotopic.signatures.yields import dump_of  # noqa: PLC0415

    dump, selection = dump_of(experiment), experiment.selection
    resolution = experiment.visible_energy_resolution(selection.calorimeter)
    windows = [
        MissingEnergy(
            experiment.beam.energy_GeV,
            selection.minimum_calorimeter_energy_GeV,
            float(cut),
            resolution,
        )
        for cut in cuts
    ]
    total = np.zeros((len(models), len(cuts)))
    if "bremsstrahlung" in calculation.processes:
        rules = [window.thresholds() for window in windows]
        energies = np.concatenate([t for t, _ in rules])
        above = bremsstrahlung_above(dump, models, energies, calculation, report)
        ends = np.cumsum([len(t) for t, _ in rules])[:-1]
        for i, (part, (_, weights)) in enumerate(
            zip(np.split(above, ends, axis=1), rules, strict=True)
        ):
            total[:, i] += part @ weights
    if "annihilation" in calculation.processes:
        for i, window in enumerate(windows):
            total[:, i] += accepted_annihilation(dump, models, window)
    return total
