"""Responses to mediators whose decay products decay in flight: simulated events, any lifetime."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.detector.segments import SegmentDeposits
from scotopic.display import displayed
from scotopic.events.lifetimes import ExponentialSum
from scotopic.models.inputs import model_inputs
from scotopic.processes.base import WEAK_COUPLING
from scotopic.processes.calculation import PROCESSES
from scotopic.progress import Report
from scotopic.signatures.base import Accepted, Question, events_follow_alpha_D
from scotopic.signatures.cells import CellPassing
from scotopic.signatures.invisible import share_of_decays, unit_widths
from scotopic.signatures.segments import SegmentPassing
from scotopic.sources import module_names

if TYPE_CHECKING:
    from scotopic.events.lifetimes import Acceptance
    from scotopic.events.simulation import Events
    from scotopic.experiments.selections import CalorimeterSelection
    from scotopic.models.two_dark_fermions import TwoDarkFermions

FloatArray = npt.NDArray[np.float64]

_NUMBERS = ("in_window", "unit_ctau_cm", "statistical_error", "numerical_error")

# Lifetimes at which the statistical error is kept; between them it is interpolated.
_ERROR_CTAU_CM = np.geomspace(1e-3, 1e7, 13)


@displayed
@dataclass(frozen=True, eq=False)
class SemiVisibleResponse:
    """What a selection accepts of one model, for all couplings that change the lifetime alone.

    Attributes
    ----------
    function : ExponentialSum
        Accepted mediators per particle on target and unit of the squared coupling, over c tau.
    in_window : float
        Mediators with an energy in the selection's window, per the same.
    unit_ctau_cm : float
        c tau of chi2 where coupling and alpha_D are one.
    statistical_error : ndarray
        Relative, at `_ERROR_CTAU_CM`.
    numerical_error : float
        Relative.
    dark, visible : float
        Widths of the mediator per unit of alpha_D and of the squared coupling; both zero if it is
        virtual, since all that is made becomes dark then.
    """

    function: ExponentialSum
    in_window: float
    unit_ctau_cm: float
    statistical_error: FloatArray
    numerical_error: float
    dark: float
    visible: float

    @property
    def most_accepted(self) -> float:
        """What is accepted at the lifetime of chi2, of all, at which it is most."""
        return float(self.function.at(np.append(_ERROR_CTAU_CM, np.inf)).max())

    def __call__(self, coupling: FloatArray, alpha_D: FloatArray) -> Accepted:
        """Return what is accepted at couplings and alpha_D."""
        square = coupling**2
        ctau = self.unit_ctau_cm / (square * alpha_D)
        branching = share_of_decays(self.dark * alpha_D, self.visible * square)
        per_unit = np.maximum(self.function.at(ctau), 0.0) * branching
        share = per_unit / self.in_window if self.in_window > 0 else np.zeros_like(per_unit)
        known = np.log(np.clip(ctau, _ERROR_CTAU_CM[0], _ERROR_CTAU_CM[-1]))
        error = np.interp(known, np.log(_ERROR_CTAU_CM), self.statistical_error)
        return Accepted(
            square * per_unit, share, error, np.full(square.shape, self.numerical_error)
        )


def semi_visible_responses(
    question: Question, models: "Sequence[TwoDarkFermions]", report: Report
) -> list[SemiVisibleResponse]:
    """Return the responses to models; the tables are kept on disk.

    Parameters
    ----------
    question : Question
        Its selection is a `CalorimeterSelection`.
    models : sequence of TwoDarkFermions
        Their coupling does not enter, alpha_D only where a process depends on widths, or masses
        are virtual.
    report : callable
        Is told how far it is.
    """
    found: dict[int, SemiVisibleResponse] = {}
    used = [question.calculation.applicable(question.dump, model) for model in models]
    for names in dict.fromkeys(used):
        rows = [i for i, own in enumerate(used) if own == names]
        alike = [models[i] for i in rows]
        found |= zip(rows, _kept(question, alike, names, report), strict=True)
    return [found[i] for i in range(len(models))]


def _kept(
    question: Question,
    models: "Sequence[TwoDarkFermions]",
    used: tuple[str, ...],
    report: Report,
) -> list[SemiVisibleResponse]:
    """Return the responses to models that the same processes make, from disk if they are there."""
    experiment, calculation = question.experiment, question.calculation
    without = ("alpha_D",) if events_follow_alpha_D(used, models) else ()
    inputs = {
        "dump": question.dump.inputs(),
        "spread": experiment.beam.relative_momentum_spread,
        "detectors": [d.model_dump(mode="json", exclude={"source"}) for d in experiment.detectors],
        "selection": question.selection.model_dump(mode="json"),
        "models": [model_inputs(model, *without) for model in models],
        "calculation": calculation.inputs(),
        "processes": used,
        "events": [calculation.events, calculation.seed],
        "efficiency": question.efficiency and question.efficiency.model_dump(mode="json"),
    }

    def build() -> Arrays:
        return _stacked(_simulated(question, models, used, report))

    modules = module_names(*(PROCESSES[name] for name in used), *models)
    return _unstacked(cached_arrays("semi-visible", inputs, build, modules=modules), models)


def _simulated(
    question: Question,
    models: "Sequence[TwoDarkFermions]",
    used: tuple[str, ...],
    report: Report,
) -> list[SemiVisibleResponse]:
    from scotopic.detector.zones import calorimeter_window  # noqa: PLC0415 - a warm run needs none
    from scotopic.events.simulation import prepare, simulate  # noqa: PLC0415
    from scotopic.signatures.decay_chains import acceptance  # noqa: PLC0415

    dump, calculation = question.dump, replace(question.calculation, processes=used)
    selection = cast("CalorimeterSelection", question.selection)
    window = calorimeter_window(question.experiment, selection)
    softest = float(window.thresholds()[0].min())
    count = calculation.events * len(used)
    # The random numbers and the tables do not wait for each other: one imports, one computes.
    with ThreadPoolExecutor(1) as pool:
        prepared = pool.submit(prepare, calculation.seed, count)
        for name in used:
            PROCESSES[name].prepare(dump, models, softest, calculation, report)
        prepared.result()
    normals = np.random.default_rng(calculation.seed).standard_normal((count, 2, 2, 2))
    passing, in_cells = SegmentPassing.of(question, window), CellPassing.of(question)
    chances = np.random.default_rng(calculation.seed + 1).random(count)
    rng = np.random.default_rng(calculation.seed + 2)
    beam, azimuth = rng.standard_normal((4, count)), rng.uniform(0, 2 * np.pi, count)
    found = []
    for i, model in enumerate(models):
        report(f"events at {model.mediator_mass:.3g} GeV", i, len(models))
        events = simulate(
            dump,
            model,
            calculation.seed,
            calculation.events,
            minimum_energy=softest,
            calculation=calculation,
        )
        kept = events
        if question.efficiency is not None:
            share = question.efficiency.at(events.mediator_energy)
            kept = replace(events, weight=events.weight * share)
        n = len(events)
        own, deposits = normals[:n], None
        if passing is not None and passing.cuts.cuts:
            deposits = _deposits(passing, model, events, chances)
        cells = in_cells and in_cells.deposits(events, own, beam[:, :n], azimuth[:n])
        part = acceptance(question.experiment, selection, kept, own, deposits, cells or ())
        weak = replace(model, **{model.coupling_field: WEAK_COUPLING}, alpha_D=1.0)
        errors = [
            PROCESSES[name].relative_error(dump, model, softest, calculation) for name in used
        ]
        found.append(
            SemiVisibleResponse(
                part.function,
                float(events.weight @ window.acceptance(events.mediator_energy)),
                weak.chi2_c_tau_cm * WEAK_COUPLING**2,
                _relative_error(part),
                max(errors),
                *_widths(model),
            )
        )
    return found


def _widths(model: "TwoDarkFermions") -> tuple[float, float]:
    """Return the widths of the mediator per unit of alpha_D and of the squared coupling."""
    if model.is_closed:
        return 0.0, 0.0
    dark, _, visible = unit_widths(model)
    return dark, visible


def _deposits(
    passing: SegmentPassing, model: "TwoDarkFermions", events: "Events", chances: FloatArray
) -> "SegmentDeposits":
    """Draw what the beam particles' showers leave in segments, process by process."""
    shower = np.zeros((len(events), len(passing.cuts.edges_X0) - 1))
    for number, name in enumerate(events.processes):
        rows = events.process == number
        chosen = chances[: len(events)][rows]
        shower[rows] = passing.drawn(PROCESSES[name], model, events.mediator_energy[rows], chosen)
    return SegmentDeposits(passing.cuts, shower)


def _relative_error(acceptance: "Acceptance") -> FloatArray:
    expected = acceptance.expected(_ERROR_CTAU_CM)
    error = acceptance.error(_ERROR_CTAU_CM)
    return np.divide(error, expected, out=np.ones_like(error), where=expected > 0)


def _stacked(responses: Sequence[SemiVisibleResponse]) -> Arrays:
    functions = [one.function for one in responses]
    return {
        "constant": np.array([f.constant for f in functions]),
        "terms": np.array([float(len(f.flight_cm)) for f in functions]),
        "flight_cm": np.concatenate([f.flight_cm for f in functions]),
        "coefficient": np.concatenate([f.coefficient for f in functions]),
        **{name: np.array([getattr(one, name) for one in responses]) for name in _NUMBERS},
    }


def _unstacked(arrays: Arrays, models: "Sequence[TwoDarkFermions]") -> list[SemiVisibleResponse]:
    ends = np.cumsum(arrays["terms"].astype(int))[:-1]
    flights, coefficients = (np.split(arrays[n], ends) for n in ("flight_cm", "coefficient"))
    functions = list(map(ExponentialSum, arrays["constant"], flights, coefficients))
    window, ctau, statistical, numerical = (arrays[name] for name in _NUMBERS)
    return [
        SemiVisibleResponse(
            functions[i], window[i], ctau[i], statistical[i], numerical[i], *_widths(model)
        )
        for i, model in enumerate(models)
    ]
