"""Exclusion by several experiments together, through the product of their likelihoods.

At a mass, experiment i expects per unit of g^2 BR the signal N_i Y_i in its data sets: exposure
times efficiency times the yield per particle on target, for its own lepton. The limit on the
strength g^2 BR of all counts together depends on the ratios of these signals, so that it is set
anew at every mass. Nuisance parameters of different experiments are independent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.processes.dump import Calculation
from scotopic.progress import Report, silent
from scotopic.scan.exclusion import (
    BANDS,
    ExclusionCurve,
    checked_masses,
    exclusion_curve,
)
from scotopic.scan.joint import require_several, strength_limits_of_shares
from scotopic.scan.solving import Limit, Quantity, coupling_solver

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.models.mediator import DecayingMediator

FloatArray = npt.NDArray[np.float64]


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
    shares : ndarray, shape (experiments, masses)
        Share of each experiment in the signal events that all expect.
    signal_limit_events : ndarray, shape (masses,)
        Largest number of expected signal events in all that is allowed.
    """

    singles: tuple[ExclusionCurve, ...]
    mediator_mass: FloatArray
    observed: Limit
    expected: Mapping[str, Limit]
    relative_error: FloatArray
    shares: FloatArray
    signal_limit_events: FloatArray

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
    require_several(experiments)
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
    shares = signals / signals.sum(axis=0)
    found, error = strength_limits_of_shares(experiments, shares)
    limits = dict(zip(("observed", *BANDS), found, strict=True))
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
        shares=shares,
        signal_limit_events=limits["observed"],
    )


def _signals(curve: ExclusionCurve, models: Sequence["DecayingMediator"]) -> FloatArray:
    """Return the events that an experiment expects per unit of g^2 BR, shape (masses,)."""
    experiment = curve.experiment
    exposure = sum(d.particles_on_target * d.signal_efficiency for d in experiment.data_sets)
    coupling = np.array([m.lepton_coupling(experiment.beam.lepton) for m in models])
    return np.asarray(exposure * curve.yields.total * coupling**2)
