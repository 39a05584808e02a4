"""Missing energy: the calorimeter measures less than the beam brings, and the rest is quiet.

Mediators that leave no trace count by the calorimeter's window alone, without any simulation;
those whose decay products decay in flight are simulated, and the vetoes and the decays that must
be seen are applied to each event (`semi_visible`).
"""

import math
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import numpy.typing as npt

from scotopic.detector.window import FAINT, RESOLVED, EnergyWindow
from scotopic.detector.zones import calorimeter_window
from scotopic.errors import RangeError
from scotopic.experiments.messages import KeyedError, KeyPath, shown
from scotopic.experiments.selections import CalorimeterSelection, excludes
from scotopic.processes.calculation import PROCESSES
from scotopic.progress import Report, silent
from scotopic.signatures.base import Question, Response, Signature
from scotopic.signatures.invisible import InvisibleResponse, invisible_responses
from scotopic.signatures.segments import SegmentPassing
from scotopic.units import MUON_MASS
from scotopic.words import ThresholdEnd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scotopic.experiments import Experiment
    from scotopic.experiments.tables import Table
    from scotopic.models.portal import Portal
    from scotopic.models.two_dark_fermions import TwoDarkFermions

FloatArray = npt.NDArray[np.float64]

THICK_X0: Final = 20.0
"""Thickness in radiation lengths of a calorimeter from which less than 5 % of 100 GeV leaks."""

_NONE = 1e-6  # a share below it is that of no event: they are some 1e4
_LEAST_WEIGHT = 1e-2  # of the thresholds of a smeared edge that are points of a curve


class MissingEnergy(Signature):
    """A calorimeter that measures less than the beam's energy, and quiet detectors behind it."""

    table = CalorimeterSelection
    scaling_energies = (
        "minimum_calorimeter_energy_GeV",
        "maximum_calorimeter_energy_GeV",
        "maximum_calorimeter_energy_range_GeV",
    )

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
        _check_segments(experiment, chosen)
        if found := [
            KeyedError(("central_cells", i, *one.path), str(one))
            for i, cut in enumerate(chosen.central_cells)
            for one in cut.lacks(experiment)
        ]:
            raise KeyedError.of(found)
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

    def obstacle(self, question: Question, model: "Portal") -> str | None:
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
        if model.trace or not (model.invisible_width > 0 or model.is_off_shell):
            return model.trace or closed_decay(model)
        return _obstacle_in_flight(question.experiment, chosen, model)

    def follows_alpha_D(self, question: Question, model: "Portal") -> bool:
        """Return True, but for simulated events that depend on widths."""
        return model.leaves_no_trace or self.events_follow_alpha_D(question, model)

    def responses(
        self, question: Question, models: "Sequence[Portal]", report: Report = silent
    ) -> list[Response]:
        """Return the responses, simulated ones and others apart.

        Raises
        ------
        RangeError
            If limits of segments are such that no model's mediators pass them.
        """
        unseen = [i for i, model in enumerate(models) if model.leaves_no_trace]
        others = [i for i, model in enumerate(models) if not model.leaves_no_trace]
        found: dict[int, Response] = {}
        if unseen:
            window = self.window(question)
            chosen = [models[i] for i in unseen]
            passing = self.passing(question)
            responses = invisible_responses(question, chosen, window, report, passing)
            _check_some_pass(
                question,
                (
                    (float(one.in_window.sum()), float(one.accepted.sum()))
                    for one in responses
                    if isinstance(one, InvisibleResponse) and one.in_window is not None
                ),
            )
            found |= zip(unseen, responses, strict=True)
        if others:
            from scotopic.signatures.semi_visible import (  # noqa: PLC0415 - if needed
                semi_visible_responses,
            )

            decaying = cast("list[TwoDarkFermions]", [models[i] for i in others])
            simulated = semi_visible_responses(question, decaying, report)
            _check_some_pass(question, ((one.in_window, one.most_accepted) for one in simulated))
            found |= zip(others, simulated, strict=True)
        return [found[i] for i in range(len(models))]

    def window(self, question: Question) -> EnergyWindow:
        """Return the window of the calorimeter's energy."""
        return window_of(question)

    def passing(self, question: Question) -> SegmentPassing | None:
        """Return what passes the limits of segments, if there are some."""
        return SegmentPassing.of(question, self.window(question))

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

    def least_energy(self, question: Question) -> float:
        """Return the lowest threshold of the smeared window."""
        return float(window_of(question).thresholds()[0].min())

    def energy_edges(self, question: Question) -> "list[FloatArray]":
        """Return the missing energies at the smeared edges of the window."""
        return smeared_edges(window_of(question))

    def with_thresholds(self, selection: "Table", end: ThresholdEnd) -> "Table":
        """Return the selection with every threshold that has a range at one end of it."""
        return cast("CalorimeterSelection", selection).with_thresholds(end)

    def computed(self, selection: "Table") -> tuple[str, ...]:
        """Return the window, limits of segments and cells, and vetoes where decays are followed."""
        chosen = cast("CalorimeterSelection", selection)
        names = [one.name for one in chosen.segments] + [one.name for one in chosen.central_cells]
        cuts = (repr(name) for name in names)
        in_flight = ("decays in flight",) if chosen.vetoes or chosen.decay_signal else ()
        return (f"the window of {chosen.calorimeter}", *cuts, *in_flight)

    def caveats(self, question: Question) -> tuple[str, ...]:
        """Return that a thin calorimeter leaks, and what is assumed of processes."""
        target = question.experiment.target
        chosen = cast("CalorimeterSelection", question.selection)
        found = []
        if chosen.calorimeter == target.detector and target.thickness_X0 < THICK_X0:
            found.append(
                f"the target of {target.thickness_X0:.3g} radiation lengths does not contain the"
                f" shower (that takes {THICK_X0:g}); energy that leaks out of it is counted as"
                " measured, and no veto behind it fires: the limit may be too strong"
            )
        window = window_of(question)
        if window.followed_from == window.thresholds()[0].min():
            found.append(
                f"mediators below {window.followed_from:.3g} GeV are left out, fewer than"
                f" {FAINT:.0e} of which are accepted: the shower is not followed so far down"
            )
        names = question.calculation.processes or PROCESSES.names()
        found += [
            f"{name} does not say what in the shower makes its mediators; for the energy in the"
            f" segments of {chosen.calorimeter} it is electrons and positrons that hand over all"
            " they have"
            for name in names
            if chosen.segments and PROCESSES[name].emitters is None
        ]
        return tuple(found)


def _check_some_pass(question: Question, numbers: "Iterable[tuple[float, float]]") -> None:
    """Refuse limits of segments that keep nothing of what is in the window, by simulation.

    `numbers` are, for each model, what the window accepts and how much of that passes.
    """
    cuts = cast("CalorimeterSelection", question.selection).segments
    in_window, passed = np.array([*numbers]).reshape(-1, 2).sum(axis=0)
    if cuts and in_window > 0 and passed < _NONE * in_window:
        limits = " and ".join(f"{cut.name!r}, {cut.condition}" for cut in cuts)
        raise RangeError(
            f"selection.segments: {limits}: no simulated event that the window accepts passes"
        )


def _check_segments(experiment: "Experiment", chosen: CalorimeterSelection) -> None:
    """Refuse limits of segments that the calorimeter does not have, or that no event meets."""
    if not chosen.segments:
        return
    detector = experiment.detector(chosen.calorimeter)
    if chosen.calorimeter != experiment.target.detector:
        raise KeyedError(
            ("calorimeter",),
            f"{shown(chosen.calorimeter)} is not target.detector ="
            f" {shown(experiment.target.detector)}; showers are simulated in an active target only",
        )
    if detector.longitudinal_segments_cm is None:
        key = f"detectors[{detector.name}].longitudinal_segments_cm"
        raise KeyedError((), f"{key}: missing; segments need it")
    found, most = [], len(detector.longitudinal_segments_cm)
    for i, cut in enumerate(chosen.segments):
        found += [
            KeyedError(
                ("segments", i, "segments", j), f"{n} is not one of the {most} of {detector.name}"
            )
            for j, n in enumerate(cut.segments)
            if n > most
        ]
        least, highest = cut.minimum_energy_GeV, chosen.maximum_calorimeter_energy_GeV
        if least is not None and least >= highest:
            found.append(
                KeyedError(
                    ("segments", i, "minimum_energy_GeV"),
                    f"{least} is not below maximum_calorimeter_energy_GeV = {highest}; no event"
                    " would be kept",
                )
            )
    if found:
        raise KeyedError.of(found)


def smeared_edges(window: EnergyWindow) -> "list[FloatArray]":
    """Return the energies in GeV over which a window opens, and over which it ends if it does."""
    energies, weights = window.thresholds()
    sides = [weights > 0, weights < 0]
    matter = [side & (abs(weights) > _LEAST_WEIGHT * abs(weights).max()) for side in sides]
    return [np.sort(energies[side]) for side in matter if side.any()]


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


def seen_decay(model: "Portal", cause: str) -> str | None:
    """Return what of a mediator is seen where decays are not simulated; None if nothing is.

    Parameters
    ----------
    model : Portal
        The mediator.
    cause : str
        Behind what its decays would have to be simulated.
    """
    if model.leaves_no_trace or model.trace:
        return model.trace or None
    if model.invisible_width > 0 or model.is_off_shell:
        return (
            f"splitting: {type(model).__name__} decays semi-visibly, its chi2 is not stable;"
            f" behind {cause} that is not simulated"
        )
    return closed_decay(model)


def closed_decay(model: "Portal") -> str:
    """Return why a mediator has no invisible decay."""
    if not math.isfinite(model.dark_threshold):
        return f"model: {type(model).__name__} has no invisible decay"
    return "alpha_D: 0 leaves the mediator no invisible decay; it must be above 0"


def window_of(question: Question) -> EnergyWindow:
    """Return the window of the calorimeter's energy."""
    return calorimeter_window(question.experiment, cast("CalorimeterSelection", question.selection))


def _obstacle_in_flight(
    experiment: "Experiment", chosen: CalorimeterSelection, model: "Portal"
) -> str | None:
    """Return what the card or the simulation lacks for decays in flight."""
    from scotopic.models.two_dark_fermions import TwoDarkFermions  # noqa: PLC0415 - if needed

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
