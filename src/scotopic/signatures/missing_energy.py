"""Missing energy: the calorimeter measures less than the beam brings, and the rest is quiet.

Mediators that leave no trace count by the calorimeter's window alone, without any simulation;
those whose decay products decay in flight are simulated, and the vetoes and the decays that must
be seen are applied to each event (`semi_visible`).
"""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, cast

import numpy as np
import numpy.typing as npt

from scotopic.detector.window import RESOLVED, EfficientWindow, EnergyWindow
from scotopic.detector.zones import calorimeter_window
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.experiments.messages import KeyedError, KeyPath, shown
from scotopic.experiments.selections import CalorimeterSelection, excludes
from scotopic.processes.base import WEAK_COUPLING, accepted_yields, at_weak_coupling, rows_by_name
from scotopic.processes.calculation import PROCESSES
from scotopic.progress import Report, silent
from scotopic.signatures.base import Accepted, Question, Response, Signature
from scotopic.units import MUON_MASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scotopic.experiments import Experiment
    from scotopic.experiments.tables import Table
    from scotopic.models.inelastic import TwoDarkFermions
    from scotopic.models.mediator import DecayingMediator

FloatArray = npt.NDArray[np.float64]

THICK_X0: Final = 20.0
"""Thickness in radiation lengths of a calorimeter from which less than 5 % of 100 GeV leaks."""

# Yields that depend on alpha_D are interpolated in its logarithm, cubic between nodes.
_NODES_PER_DECADE = 8
_LEAST_ERROR = 2e-4
_LEAST_WEIGHT = 1e-2  # of the thresholds of a smeared edge that are points of a curve


class MissingEnergy(Signature):
    """A calorimeter that measures less than the beam's energy, and quiet detectors behind it."""

    table = CalorimeterSelection
    scaling_energies = ("minimum_calorimeter_energy_GeV", "maximum_calorimeter_energy_GeV")

    def check(self, experiment: "Experiment", selection: "Table") -> None:
        """Refuse unknown detectors and windows that the beam's own energy reaches."""
        chosen = cast("CalorimeterSelection", selection)
        for path, name in chosen.detector_names():
            experiment.require_detector(path, name)
        check_window(
            experiment,
            chosen.calorimeter,
            chosen.minimum_calorimeter_energy_GeV,
            ("maximum_calorimeter_energy_GeV",),
            chosen.maximum_calorimeter_energy_GeV,
        )
        self._check_thresholds(experiment.beam.energy_GeV, chosen)
        calorimeter = experiment.detector(chosen.calorimeter)
        for detector in experiment.detectors:
            if (
                detector.kind == "hadronic calorimeter"
                and detector.position_cm < calorimeter.position_cm
            ):
                raise KeyedError(
                    ("calorimeter",),
                    f"{shown(calorimeter.name)} at {calorimeter.position_cm} is behind"
                    f" {shown(detector.name)} at {detector.position_cm}, a hadronic calorimeter,"
                    " which would see nothing behind it",
                )

    def _check_thresholds(self, beam: float, chosen: CalorimeterSelection) -> None:
        """Refuse thresholds that no event can reach."""
        reached: dict[KeyPath, float] = {
            ("vetoes", i, "maximum_energy_GeV"): one.maximum_energy_GeV
            for i, one in enumerate(chosen.vetoes)
        }
        if chosen.decay_signal is not None:
            reached["decay_signal", "minimum_energy_GeV"] = chosen.decay_signal.minimum_energy_GeV
        found = [
            KeyedError(path, f"{energy:g} is not below beam.energy_GeV = {beam:g}")
            for path, energy in reached.items()
            if energy >= beam
        ]
        if found:
            raise KeyedError.of(found)

    def obstacle(self, question: Question, model: "DecayingMediator") -> str | None:
        """Return why the mediator or its decays are not seen as missing energy, if they are not."""
        chosen = cast("CalorimeterSelection", question.selection)
        if question.dump.lepton == "muon":
            return "beam.particle: a muon leaves its energy nowhere; 'scattered-muon' is for muons"
        if nothing_made := self.nothing_made(question, model):
            return nothing_made
        if model.leaves_no_trace:
            if chosen.decay_signal is not None:
                return "model: nothing decays in flight, and the search needs to see a decay"
            return None
        if not model.invisible_width > 0:
            return closed_decay(model)
        return _obstacle_in_flight(question.experiment, chosen, model)

    def follows_alpha_D(self, question: Question, model: "DecayingMediator") -> bool:
        """Return True, but for simulated events of processes that depend on widths."""
        if model.leaves_no_trace:
            return True
        from scotopic.signatures.semi_visible import follows_alpha_D  # noqa: PLC0415 - if needed

        return follows_alpha_D(self.processes(question, model))

    def responses(
        self, question: Question, models: "Sequence[DecayingMediator]", report: Report = silent
    ) -> list[Response]:
        """Return the responses, simulated ones and others apart."""
        unseen = [i for i, model in enumerate(models) if model.leaves_no_trace]
        others = [i for i, model in enumerate(models) if not model.leaves_no_trace]
        found: dict[int, Response] = {}
        if unseen:
            window = window_of(question)
            chosen = [models[i] for i in unseen]
            found |= zip(unseen, invisible_responses(question, chosen, window, report), strict=True)
        if others:
            from scotopic.signatures.semi_visible import (  # noqa: PLC0415 - if needed
                semi_visible_responses,
            )

            decaying = cast("list[TwoDarkFermions]", [models[i] for i in others])
            found |= zip(others, semi_visible_responses(question, decaying, report), strict=True)
        return [found[i] for i in range(len(models))]

    def overlaps(self, experiment: "Experiment", one: "Table", other: "Table") -> bool:
        """Return whether two selections might accept the same event, as all others might."""
        if not (isinstance(one, CalorimeterSelection) and isinstance(other, CalorimeterSelection)):
            return True
        rear = {d.name: d.rear_cm for d in experiment.detectors}
        return not (excludes(one, other, rear) or excludes(other, one, rear))

    def energies(self, experiment: "Experiment", selection: "Table") -> tuple[float, float]:
        """Return what the calorimeter's window leaves to the mediator."""
        energy = experiment.beam.energy_GeV
        chosen = cast("CalorimeterSelection", selection)
        least = energy - chosen.maximum_calorimeter_energy_GeV
        return least, energy - chosen.minimum_calorimeter_energy_GeV

    def energy_edges(self, question: Question) -> "list[FloatArray]":
        """Return the missing energies at the smeared edges of the window."""
        energies, weights = window_of(question).thresholds()
        sides = [weights > 0, weights < 0]
        matter = [side & (abs(weights) > _LEAST_WEIGHT * abs(weights).max()) for side in sides]
        return [np.sort(energies[side]) for side in matter if side.any()]

    def with_thresholds(self, selection: "Table", end: Literal["lowest", "highest"]) -> "Table":
        """Return the selection with every veto at one end of the range of its threshold."""
        return cast("CalorimeterSelection", selection).with_thresholds(end)

    def caveats(self, question: Question) -> tuple[str, ...]:
        """Return that a thin calorimeter does not contain the shower."""
        target = question.experiment.target
        chosen = cast("CalorimeterSelection", question.selection)
        if chosen.calorimeter != target.detector or target.thickness_X0 >= THICK_X0:
            return ()
        text = (
            f"the target of {target.thickness_X0:.3g} radiation lengths does not contain the"
            f" shower (that takes {THICK_X0:g}); energy that leaks out of it is counted as"
            " measured, and no veto behind it fires: the limit may be too strong"
        )
        return (text,)


def check_window(
    experiment: "Experiment", detector: str, low: float, path: KeyPath, high: float
) -> None:
    """Refuse a window of a measured energy that what is no signal could enter.

    Parameters
    ----------
    experiment : Experiment
        Gives the beam energy.
    detector : str
        What measures the energy.
    low, high : float
        Edges of the window in GeV.
    path : tuple
        Key of the upper edge, for messages.

    Raises
    ------
    KeyedError
        If the window is empty, reaches the beam energy or is not resolved from it.
    """
    energy = experiment.beam.energy_GeV
    if high >= energy:
        raise KeyedError(path, f"{high} is not below beam.energy_GeV = {energy}")
    if low >= high:
        raise KeyedError(path, f"{high} is not above the lower edge {low}")
    if experiment.detector(detector).energy_resolution is None:
        raise KeyedError((), f"detectors[{detector}].energy_resolution: missing; needed here")
    sigma = experiment.visible_energy_resolution(detector).sigma_GeV(energy)
    if high + RESOLVED * sigma >= energy:
        raise KeyedError(
            path,
            f"{high} is not {RESOLVED:g} standard deviations of the energy_resolution of"
            f" {shown(detector)} below beam.energy_GeV = {energy}; one is {sigma:.3g} GeV there",
        )


def closed_decay(model: "DecayingMediator") -> str:
    """Return why a mediator has no invisible decay."""
    if not math.isfinite(model.dark_threshold):
        return f"model: {type(model).__name__} has no invisible decay"
    if model.alpha_D == 0:
        return "alpha_D: 0 leaves the mediator no invisible decay; it must be above 0"
    least = model.dark_threshold / model.dark_matter_mass
    return f"mass_ratio: {model.mass_ratio} closes the invisible decay; it must be above {least:g}"


def window_of(question: Question) -> EnergyWindow:
    """Return the window of the calorimeter's energy."""
    return calorimeter_window(question.experiment, cast("CalorimeterSelection", question.selection))


def _obstacle_in_flight(
    experiment: "Experiment", chosen: CalorimeterSelection, model: "DecayingMediator"
) -> str | None:
    """Return what the card or the simulation lacks for decays in flight."""
    from scotopic.models.inelastic import TwoDarkFermions  # noqa: PLC0415 - if needed

    if not isinstance(model, TwoDarkFermions):
        return f"model: decays of {type(model).__name__} in flight are not simulated"
    if model.mass_difference > 2 * MUON_MASS:
        return (
            f"splitting: {model.splitting} lets chi2 decay into muons; its signatures are"
            " simulated for e+ e- alone"
        )
    if chosen.calorimeter != experiment.target.detector:
        return (
            f"calorimeter: {shown(chosen.calorimeter)} is not target.detector ="
            f" {shown(experiment.target.detector)}; decays are followed in an active target only"
        )
    for name in dict.fromkeys(name for _, name in chosen.detector_names()):
        detector = experiment.detector(name)
        is_counter = detector.kind == "veto counter"
        needed = "shower_leakage_fraction" if is_counter else "energy_resolution"
        if getattr(detector, needed) is None:
            return f"detectors[{name}].{needed}: missing; decays in flight need it"
    return None


@displayed
@dataclass(frozen=True, eq=False)
class InvisibleResponse:
    """What a window accepts of one model that leaves no trace.

    Attributes
    ----------
    yields : ndarray, shape (k,)
        Accepted mediators per particle on target and unit of the model's squared coupling, at
        `nodes`.
    nodes : ndarray of int, shape (k,)
        Where alpha_D is 10^(node/8); one entry if the yield is that of the model's alpha_D.
    dark, scaling, visible : float
        Widths per unit of alpha_D (or in all, without alpha_D), and per unit of the squared
        coupling those into neutrinos and into what is seen.
    numerical_error : float
        Relative.
    """

    yields: FloatArray
    nodes: npt.NDArray[np.int64]
    dark: float
    scaling: float
    visible: float
    numerical_error: float

    def __call__(self, coupling: FloatArray, alpha_D: FloatArray) -> Accepted:
        """Return what is accepted at couplings and alpha_D."""
        square = coupling**2
        unseen = self.dark * np.where(alpha_D > 0, alpha_D, 1.0) + square * self.scaling
        branching = unseen / (unseen + square * self.visible)
        yields, between = self._at(alpha_D)
        return Accepted(
            square * branching * yields,
            branching,
            np.zeros(square.shape),
            self.numerical_error + between,
        )

    def _at(self, alpha_D: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the yields at alpha_D, and the relative error of the interpolation."""
        if len(self.nodes) == 1:
            return np.full(alpha_D.shape, self.yields[0]), np.zeros(alpha_D.shape)
        at: FloatArray = np.log10(alpha_D) * _NODES_PER_DECADE
        first = np.clip(_first_node(at), self.nodes[0], self.nodes[-1] - 3)
        values = self.yields[(first - self.nodes[0])[..., None] + np.arange(4)]
        t: FloatArray = at - first
        lower = np.sum(_parabola(t) * values[..., :3], axis=-1)
        upper = np.sum(_parabola(t - 1) * values[..., 1:], axis=-1)
        total = ((3 - t) * lower + t * upper) / 3  # Neville's step from parabolas to the cubic
        error = np.maximum(abs(total - lower), abs(total - upper))
        error = np.divide(error, total, out=np.zeros_like(total), where=total > 0)
        clipped = np.clip(total, values.min(axis=-1), values.max(axis=-1))
        return clipped, np.maximum(error, _LEAST_ERROR)


def invisible_responses(
    question: Question,
    models: "Sequence[DecayingMediator]",
    energy_window: EnergyWindow,
    report: Report = silent,
) -> list[Response]:
    """Return the responses of a window to models that leave no trace.

    Parameters
    ----------
    question : Question
        With a range of alpha_D, yields that depend on it are interpolated between nodes.
    models : sequence of DecayingMediator
        Their coupling does not enter.
    energy_window : EnergyWindow
        Of the energy that the mediator leaves.
    report : callable
        Is told how far it is.

    Raises
    ------
    RangeError
        If a range of alpha_D is asked for that is not positive, or of a model without dark matter.
    """
    dump, calculation, table = question.dump, question.calculation, question.efficiency
    window = energy_window if table is None else EfficientWindow(energy_window, table)
    weak = at_weak_coupling(models)
    by_alpha_D = question.alpha_D is not None
    if by_alpha_D and not all(model.alpha_D > 0 for model in models):
        raise RangeError("alpha_D: 0 is no model to begin a range of alpha_D with")
    nodes = np.array([0]) if question.alpha_D is None else _nodes(question.alpha_D)
    total = np.zeros((len(models), len(nodes)))
    error = np.zeros((len(models), len(nodes)))
    used = [calculation.applicable(dump, model) for model in weak]
    for name, rows in rows_by_name(used):
        process = PROCESSES[name]
        asked = [weak[i] for i in rows]
        if by_alpha_D and process.depends_on_widths:
            at = 10 ** (nodes / _NODES_PER_DECADE)
            asked = [replace(model, alpha_D=float(a)) for model in asked for a in at]
        found = accepted_yields(name, dump, asked, window, calculation, report)
        strength = np.array([process.coupling(dump, weak[i]) for i in rows]) / WEAK_COUPLING
        made = found.values.reshape(len(rows), -1) * strength[:, None] ** 2
        total[rows] += made
        error[rows] += made * found.relative_error.reshape(len(rows), -1)
    relative = np.divide(error, total, out=np.zeros_like(total), where=total > 0).max(axis=1)
    return [
        InvisibleResponse(row, nodes, *_unit_widths(model), numerical)
        for row, model, numerical in zip(total, weak, relative.tolist(), strict=True)
    ]


def _unit_widths(model: "DecayingMediator") -> tuple[float, float, float]:
    """Return the dark width per alpha_D, the scaling and the visible one per squared coupling."""
    square = model.coupling**2
    scaling = model.scaling_invisible_width
    dark = model.invisible_width - scaling
    return dark / (model.alpha_D or 1.0), scaling / square, model.visible_width / square


def _first_node(at: FloatArray) -> npt.NDArray[np.int64]:
    return np.minimum(np.floor(at).astype(np.int64) - 1, -3)  # no alpha_D above 1 is needed


def _nodes(alpha_D: tuple[float, float]) -> npt.NDArray[np.int64]:
    low, high = np.log10(alpha_D) * _NODES_PER_DECADE
    if not low > -np.inf:
        raise RangeError(f"alpha_D: {alpha_D[0]} is not positive")
    return np.arange(int(_first_node(np.array(low))), int(_first_node(np.array(high))) + 4)


def _parabola(t: FloatArray) -> FloatArray:
    """Weights of three nodes at 0, 1, 2 for a parabola at t."""
    a, b, c = t, t - 1, t - 2
    return np.stack([b * c / 2, -a * c, a * b / 2], axis=-1)
