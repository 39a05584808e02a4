"""Exclusion by several experiments together, through the product of their likelihoods.

At a mass, experiment i expects per unit of g^2 BR the signal N_i Y_i in its data sets: exposure
times efficiency times the yield per particle on target, for its own lepton. The limit on the
strength g^2 BR of all counts together depends on the ratios of these signals, so that it is set
anew at every mass. Nuisance parameters of different experiments are independent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.errors import RangeError
from scotopic.progress import Report, silent
from scotopic.scan.exclusion import (
    BANDS,
    ExclusionCurve,
    checked_masses,
    exclusion_curve,
)
from scotopic.scan.solving import Limit, Quantity, coupling_solver
from scotopic.signal import Calculation

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.models.mediator import DecayingMediator
    from scotopic.statistics.likelihood import Component, Likelihood

FloatArray = npt.NDArray[np.float64]

_SOURCES = ("scotopic.statistics",)
_LEAST_SHARE = 1e-12


@dataclass(frozen=True)
class CombinedExclusion:
    """What several experiments exclude together.

    Attributes
    ----------
    singles : tuple of ExclusionCurve
        What each excludes alone, at the same masses.
    mediator_mass : ndarray, shape (masses,)
        GeV.
    observed : Limit
        The limit; for projections the median expected one.
    expected : mapping of str to Limit
        The expected limits, by the names in `scan.exclusion.BANDS`.
    relative_error : ndarray, shape (masses,)
        Bound on the relative numerical error of the limit.
    """

    singles: tuple[ExclusionCurve, ...]
    mediator_mass: FloatArray
    observed: Limit
    expected: Mapping[str, Limit]
    relative_error: FloatArray

    @property
    def title(self) -> str:
        """The experiments' titles."""
        return " and ".join(curve.experiment.title for curve in self.singles)


def combined_exclusion(
    experiments: Sequence["Experiment"],
    model: "DecayingMediator",
    mediator_masses: npt.ArrayLike | None = None,
    *,
    quantity: Quantity | None = None,
    calculation: Calculation | None = None,
    report: Report = silent,
) -> CombinedExclusion:
    """Compute what experiments exclude together for invisibly decaying mediators.

    Parameters
    ----------
    experiments : sequence of Experiment
        At least two different cards, all measurements or all projections, of one confidence level.
    model, mediator_masses, quantity, calculation, report
        As in `exclusion_curve`. Not "alpha_D".

    Returns
    -------
    CombinedExclusion
        Limits by CLs, nuisance parameters marginalised (`scotopic.statistics.strength_limits`).

    Raises
    ------
    RangeError
        As `exclusion_curve`, if the model does not couple to the lepton of a beam, or the
        experiments do not go together.

    Notes
    -----
    Review section 3.6 and Fig. 6: NA64 with electrons and with muons in the plane of m_chi and y.

    Examples
    --------
    >>> from scotopic import DarkPhoton, load_experiment
    >>> model = DarkPhoton(mediator_mass=0.3, kinetic_mixing=1, alpha_D=0.1, mass_ratio=3,
    ...                    dark_matter="complex_scalar")
    >>> both = combined_exclusion(
    ...     [load_experiment(name) for name in ("na64e-1e13", "na64mu-2e13")], model, [0.5])
    >>> alone = [float(curve.observed.values[0]) for curve in both.singles]
    >>> float(both.observed.values[0]) < min(alone)
    True
    """
    titles = [e.title for e in experiments]
    if len(set(titles)) < 2 or len(set(titles)) < len(titles):
        raise RangeError(f"experiments: {', '.join(titles)}: at least two different ones")
    masses = checked_masses(mediator_masses, experiments[0])
    calculation = calculation or Calculation()
    quantity = quantity or model.coupling_field
    if quantity == "alpha_D":
        raise RangeError("quantity: 'alpha_D' is limited by one experiment at a time")
    singles = tuple(
        exclusion_curve(e, model, masses, quantity=quantity, calculation=calculation, report=report)
        for e in experiments
    )
    unit = {model.coupling_field: 1.0}
    models = [replace(model, mediator_mass=float(m), **unit) for m in masses]
    signals = np.array([_signals(curve, models) for curve in singles])
    limits, error = _strength_limits(experiments, signals)
    # The strength is solved like one experiment whose lepton couples like the first one's.
    lepton = experiments[0].beam.lepton
    coupling = np.array([m.lepton_coupling(lepton) for m in models])
    solve = coupling_solver(models, signals.sum(axis=0) / coupling**2, lepton, quantity)
    curves = {name: solve(values) for name, values in limits.items()}
    power = 0.5 if quantity == model.coupling_field else 1.0
    worst = np.max([curve.yields.relative_error for curve in singles], axis=0)
    return CombinedExclusion(
        singles=singles,
        mediator_mass=masses,
        observed=curves.pop("observed"),
        expected=curves,
        relative_error=power * (worst + error),
    )


def _signals(curve: ExclusionCurve, models: Sequence["DecayingMediator"]) -> FloatArray:
    """Return the events that an experiment expects per unit of g^2 BR, shape (masses,)."""
    experiment = curve.experiment
    exposure = sum(d.particles_on_target * d.signal_efficiency for d in experiment.data_sets)
    coupling = np.array([m.lepton_coupling(experiment.beam.lepton) for m in models])
    return np.asarray(exposure * curve.yields.total * coupling**2)


def _strength_limits(
    experiments: Sequence["Experiment"], signals: FloatArray
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Return limits on the events of all together and their relative error, shape (masses,)."""
    shares = signals / signals.sum(axis=0)
    likelihoods = [_named(e) for e in experiments]

    def build() -> Arrays:
        found = np.array([_one_strength(likelihoods, share) for share in shares.T])
        return {"limits": found}

    inputs = {"likelihoods": [asdict(one) for one in likelihoods], "shares": shares.tolist()}
    limits = cached_arrays("combined-limits", inputs, _SOURCES, build)["limits"]
    named = {name: limits[:, i] for i, name in enumerate(("observed", *BANDS))}
    return named, limits[:, -1]


def _named(experiment: "Experiment") -> "Likelihood":
    """Return the likelihood of an experiment, names of bins and nuisances its own."""
    from scotopic.statistics.experiment import experiment_likelihood  # noqa: PLC0415 - if cold

    one = experiment_likelihood(experiment, signal_nuisance="signal")
    title = experiment.title

    def own(part: "Component") -> "Component":
        shifts = tuple(replace(s, nuisance=f"{title}: {s.nuisance}") for s in part.shifts)
        return replace(part, shifts=shifts)

    bins = tuple(
        replace(
            b,
            name=f"{title}: {b.name}",
            signals=tuple(own(p) for p in b.signals),
            backgrounds=tuple(own(p) for p in b.backgrounds),
        )
        for b in one.bins
    )
    return replace(one, bins=bins)


def _one_strength(likelihoods: Sequence["Likelihood"], shares: FloatArray) -> list[float]:
    """Return observed and expected limits in events, and the relative error, at one mass."""
    from scotopic.statistics.likelihood import combine  # noqa: PLC0415 - only if cold
    from scotopic.statistics.strength import strength_limits  # noqa: PLC0415 - only if cold

    scaled = []
    # an experiment without any signal has no likelihood of it; this little is never noticed
    for one, share in zip(likelihoods, np.maximum(shares, _LEAST_SHARE).tolist(), strict=True):
        total = sum(b.signal for b in one.bins)
        events = {b.name: share * b.signal / total for b in one.bins if b.signal > 0}
        scaled.append(one.with_signal(events))
    found = strength_limits(combine(*scaled))
    return [found.value, *found.expected, found.error / found.value]
