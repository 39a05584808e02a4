"""Responses where no decay may be seen: the chi2 of an event must outlast all detectors.

How many mediators are made and pass is that of invisible ones; the share of them whose chi2 decay
behind the last detector is simulated, for every lifetime at once. A decay before counts as seen
wherever it is, which leaves fewer events than a simulation of its signals would.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.detector.window import EnergyWindow
from scotopic.display import displayed
from scotopic.events.lifetimes import ExponentialSum
from scotopic.models.inputs import model_inputs
from scotopic.processes.base import WEAK_COUPLING
from scotopic.processes.calculation import PROCESSES
from scotopic.progress import Report, silent
from scotopic.signatures.base import Accepted, Question, Response, events_follow_alpha_D
from scotopic.sources import module_names

if TYPE_CHECKING:
    from scotopic.models.two_dark_fermions import TwoDarkFermions

FloatArray = npt.NDArray[np.float64]


@displayed
@dataclass(frozen=True, eq=False)
class OutlastingResponse:
    """What a search accepts of one model if no chi2 decays before the last detector ends.

    Attributes
    ----------
    invisible : callable
        The response if chi2 were stable.
    survival : ExponentialSum
        The share of events without such a decay, over c tau.
    unit_ctau_cm : float
        c tau of chi2 where coupling and alpha_D are one.
    events : int
        Simulated ones.
    """

    invisible: Response
    survival: ExponentialSum
    unit_ctau_cm: float
    events: int

    def __call__(self, coupling: FloatArray, alpha_D: FloatArray) -> Accepted:
        """Return what is accepted at couplings and alpha_D."""
        every = self.invisible(coupling, alpha_D)
        share = np.clip(self.survival.at(self.unit_ctau_cm / (coupling**2 * alpha_D)), 0.0, 1.0)
        # as of independent events that survive or do not: an upper bound
        spread = np.sqrt((1 - share) / np.maximum(share * self.events, 1.0))
        return Accepted(
            every.per_particle * share,
            every.efficiency * share,
            np.hypot(every.statistical_error, spread),
            every.numerical_error,
        )


def outlasting_responses(
    question: Question,
    models: "Sequence[TwoDarkFermions]",
    invisible: Sequence[Response],
    window: EnergyWindow,
    report: Report = silent,
) -> list[Response]:
    """Return the responses to models whose chi2 decays; survival is kept on disk.

    Parameters
    ----------
    question : Question
        Beam, target and detectors.
    models : sequence of TwoDarkFermions
        Their coupling does not enter.
    invisible : sequence of Response
        To the same models, if chi2 were stable.
    window : EnergyWindow
        Of the mediator's energy.
    report : callable
        Is told how far it is.
    """
    found: list[Response] = []
    for i, (model, response) in enumerate(zip(models, invisible, strict=True)):
        report(f"events at {model.mediator_mass:.3g} GeV", i, len(models))
        weak = replace(model, **{model.coupling_field: WEAK_COUPLING}, alpha_D=1.0)
        unit_ctau_cm = weak.chi2_c_tau_cm * WEAK_COUPLING**2
        survival = _survival(question, model, window)
        found.append(
            OutlastingResponse(response, survival, unit_ctau_cm, question.calculation.events)
        )
    return found


def _survival(question: Question, model: "TwoDarkFermions", window: EnergyWindow) -> ExponentialSum:
    """Return the share of events in the window of which no chi2 decays before the last detector."""
    calculation, rear = question.calculation, max(d.rear_cm for d in question.experiment.detectors)
    used = calculation.applicable(question.dump, model)
    without = ("alpha_D",) if events_follow_alpha_D(used, [model]) else ()
    inputs = {
        "dump": question.dump.inputs(),
        "rear": rear,
        "window": window.inputs(),
        "model": model_inputs(model, *without),
        "calculation": calculation.inputs(),
        "processes": used,
        "events": [calculation.events, calculation.seed],
        "efficiency": question.efficiency and question.efficiency.model_dump(mode="json"),
    }

    def build() -> Arrays:
        from scotopic.events.lifetimes import Acceptance  # noqa: PLC0415 - if cold
        from scotopic.events.simulation import simulate  # noqa: PLC0415 - if cold

        events = simulate(
            question.dump,
            model,
            calculation.seed,
            calculation.events,
            minimum_energy=max(float(window.thresholds()[0].min()), 0.0),
            calculation=replace(calculation, processes=used),
        )
        energy = events.mediator_energy
        weight = events.weight * window.acceptance(energy)
        if question.efficiency is not None:
            weight = weight * question.efficiency.at(energy)
        there = np.arange(2) < events.chi2_count[:, None]
        behind = np.maximum(rear - events.production_depth_cm, 0.0)[:, None]
        flown = behind / np.where(there, events.chi2_beta_gamma, np.inf)
        rows = np.arange(len(events))
        every = Acceptance(weight / weight.sum(), rows, flown.sum(axis=1), np.ones(len(rows)))
        found = every.function
        return {
            "constant": np.array(found.constant),
            "flight_cm": found.flight_cm,
            "coefficient": found.coefficient,
        }

    modules = module_names(*(PROCESSES[name] for name in used), model)
    kept = cached_arrays("outlasting", inputs, build, modules=modules)
    return ExponentialSum(float(kept["constant"]), kept["flight_cm"], kept["coefficient"])
