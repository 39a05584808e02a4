"""Recoil electrons: an electron comes out of a thin target slower, and turned, and nothing else.

The electron behind the target has E_0 - E_X: it radiated the mediator, or a photon that turned into
it. What annihilates leaves no electron there, and does not count. A window of the electron's energy
gives the yields; which electrons have the transverse momentum that is asked for, and an energy that
triggers, is simulated.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import numpy.typing as npt
from pydantic import Field

from scotopic.detector.window import EnergyWindow
from scotopic.detector.zones import followed
from scotopic.experiments.messages import KeyedError, KeyPath, shown
from scotopic.experiments.ranges import ThresholdRange, at_end, outside_of_ranges
from scotopic.experiments.tables import Items, Name, Table, Threshold
from scotopic.processes.calculation import PROCESSES
from scotopic.progress import Report, silent
from scotopic.signatures.base import Question, Response, Signature
from scotopic.signatures.invisible import invisible_responses
from scotopic.signatures.missing_energy import check_window, seen_decay, smeared_edges
from scotopic.signatures.recoil_passing import RecoilPassing
from scotopic.words import ThresholdEnd

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.models.portal import Portal

FloatArray = npt.NDArray[np.float64]

THICKEST_X0: Final = 1.0
"""Thickness in radiation lengths of a target behind which there is still one electron."""

_MEV = 1e3


class CalorimeterTrigger(Table):
    """An upper value for the energy of the electron in a calorimeter, for which events are kept."""

    calorimeter: Name = Field(description="the detector behind the target that measures it")
    maximum_energy_GeV: Threshold = Field(description="an event is kept if it measures less")
    maximum_energy_range_GeV: ThresholdRange | None = Field(
        default=None,
        description="range in which `maximum_energy_GeV` may lie; left out: it is exact",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield a threshold outside of its range."""
        return outside_of_ranges(self)


class RecoilElectronSelection(Table):
    """A window for the energy of the electron behind the target, and for its transverse momentum.

    Transverse momenta are those behind the target, where it has scattered; of electrons that leave
    the target backwards none is measured.
    """

    spectrometer: Name = Field(description="the detector that measures it behind the target")
    minimum_energy_GeV: Threshold = Field(
        description="an event is kept if the electron has at least this energy"
    )
    minimum_energy_range_GeV: ThresholdRange | None = Field(
        default=None,
        description="range in which `minimum_energy_GeV` may lie; left out: it is exact",
    )
    maximum_energy_GeV: Threshold = Field(
        description="an event is kept if the electron has less than this energy"
    )
    maximum_energy_range_GeV: ThresholdRange | None = Field(
        default=None,
        description="range in which `maximum_energy_GeV` may lie; left out: it is exact",
    )
    minimum_transverse_momentum_GeV: Threshold | None = Field(
        default=None, description="least momentum across the beam; left out: any"
    )
    minimum_transverse_momentum_range_GeV: ThresholdRange | None = Field(
        default=None,
        description="range in which `minimum_transverse_momentum_GeV` may lie; left out: it is "
        "exact",
    )
    transverse_momentum_edges_GeV: Items[float] | None = Field(
        default=None,
        min_length=3,
        description="edges of bins of the momentum across the beam, which are counted apart, in "
        "place of `minimum_transverse_momentum_GeV`; left out: one count",
    )
    trigger: CalorimeterTrigger | None = Field(
        default=None, description="what the trigger asks for beside; left out: nothing"
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield windows upside down, and thresholds that nothing passes or without their value."""
        low, high = self.minimum_energy_GeV, self.maximum_energy_GeV
        if low >= high:
            yield KeyedError(
                ("minimum_energy_GeV",), f"{low} is not below maximum_energy_GeV = {high}"
            )
        yield from self._wrong_momenta()
        if self.trigger is not None and self.trigger.maximum_energy_GeV <= low:
            yield KeyedError(
                ("trigger", "maximum_energy_GeV"),
                f"{self.trigger.maximum_energy_GeV} is not above minimum_energy_GeV = {low}",
            )
        yield from outside_of_ranges(self)

    def _wrong_momenta(self) -> Iterator[KeyedError]:
        high = self.maximum_energy_GeV
        least, edges = self.minimum_transverse_momentum_GeV, self.transverse_momentum_edges_GeV
        key = "transverse_momentum_edges_GeV"
        if edges is not None:
            if least is not None:
                yield KeyedError(
                    (key,), "does not go together with minimum_transverse_momentum_GeV"
                )
            if edges[0] < 0:
                yield KeyedError((key, 0), f"{edges[0]} is negative")
            for i, (one, other) in enumerate(itertools.pairwise(edges)):
                if one >= other:
                    yield KeyedError((key, i + 1), f"{other} is not above {one}")
        starts: dict[KeyPath, float | None] = {("minimum_transverse_momentum_GeV",): least}
        if edges is not None:
            starts[key, len(edges) - 2] = edges[-2]
        for path, value in starts.items():
            if value is not None and value >= high:
                yield KeyedError(path, f"{value} is not below maximum_energy_GeV = {high}")

    @property
    def edges_GeV(self) -> tuple[float, ...]:
        """Edges of the transverse momentum: of its bins, or of the one range."""
        least = self.minimum_transverse_momentum_GeV or 0.0
        return self.transverse_momentum_edges_GeV or (least, float("inf"))


class RecoilElectron(Signature):
    """An electron that is slower behind a thin target and turned, while all else is quiet."""

    table = RecoilElectronSelection
    scaling_energies = (
        "minimum_energy_GeV",
        "minimum_energy_range_GeV",
        "maximum_energy_GeV",
        "maximum_energy_range_GeV",
    )

    def check(self, experiment: "Experiment", selection: Table) -> None:
        """Refuse beams without electrons, thick targets, and windows that the beam reaches."""
        chosen = cast("RecoilElectronSelection", selection)
        measuring: dict[KeyPath, str] = {("spectrometer",): chosen.spectrometer}
        if chosen.trigger is not None:
            measuring["trigger", "calorimeter"] = chosen.trigger.calorimeter
        for path, name in measuring.items():
            detector = experiment.require_detector(path, name)
            if detector.name == experiment.target.detector:
                raise KeyedError(path, f"{shown(name)} is the target; it must be behind it")
            if detector.energy_resolution is None:
                raise KeyedError((), f"detectors[{name}].energy_resolution: missing; needed here")
        if experiment.beam.particle not in ("e-", "e+"):
            raise KeyedError(
                (),
                f"'recoil-electron' needs electrons or positrons, not beam.particle ="
                f" {experiment.beam.particle}",
            )
        if experiment.target.thickness_X0 > THICKEST_X0:
            raise KeyedError(
                (),
                f"'recoil-electron' needs a target of at most {THICKEST_X0:g} radiation lengths,"
                f" not {experiment.target.thickness_X0:.3g}; 'missing-energy' is for thick ones",
            )
        check_window(
            experiment,
            chosen.spectrometer,
            chosen.minimum_energy_GeV,
            ("maximum_energy_GeV",),
            chosen.maximum_energy_GeV,
        )
        trigger = chosen.trigger
        if trigger is not None and trigger.maximum_energy_GeV >= experiment.beam.energy_GeV:
            raise KeyedError(
                ("trigger", "maximum_energy_GeV"),
                f"{trigger.maximum_energy_GeV} is not below beam.energy_GeV ="
                f" {experiment.beam.energy_GeV}",
            )

    def bins(self, selection: Table) -> tuple[str, ...]:
        """Return the bins of the transverse momentum, if there are some."""
        edges = cast("RecoilElectronSelection", selection).transverse_momentum_edges_GeV or ()
        in_MeV = [f"{_MEV * edge:g}" for edge in edges]
        return tuple(f"pT {a} to {b} MeV" for a, b in itertools.pairwise(in_MeV))

    def processes(self, question: Question, model: "Portal") -> tuple[str, ...]:
        """Return the processes that leave the electron: those of electrons and of photons."""
        names = question.calculation.applicable(question.dump, model)
        return tuple(name for name in names if leaves_electron(name))

    def obstacle(self, question: Question, model: "Portal") -> str | None:
        """Return why the mediator is not made, or leaves a trace, if it does."""
        if not self.processes(question, model):
            if not (names := question.calculation.applicable(question.dump, model)):
                return self.nothing_made(question, model)
            return f"processes: {' and '.join(names)} leave no recoil electron that is simulated"
        return seen_decay(model, "thin targets")

    def energies(self, experiment: "Experiment", selection: Table) -> tuple[float, float]:
        """Return what the electron's window leaves to the mediator."""
        energy = experiment.beam.energy_GeV
        chosen = cast("RecoilElectronSelection", selection)
        return energy - chosen.maximum_energy_GeV, energy - chosen.minimum_energy_GeV

    def least_energy(self, question: Question) -> float:
        """Return the lowest threshold of the smeared window; a trigger must be possible too."""
        trigger_window(question)
        return float(recoil_window(question).thresholds()[0].min())

    def energy_edges(self, question: Question) -> "list[FloatArray]":
        """Return the energies of the mediator at the smeared edges of the electron's window."""
        return smeared_edges(recoil_window(question))

    def overlaps(self, experiment: "Experiment", one: Table, other: Table) -> bool:  # noqa: ARG002
        """Return whether two selections might accept the same event, as all others might."""
        if not (
            isinstance(one, RecoilElectronSelection) and isinstance(other, RecoilElectronSelection)
        ):
            return True
        low, high = sorted((one, other), key=lambda chosen: chosen.minimum_energy_GeV)
        same = low.spectrometer == high.spectrometer
        if same and low.maximum_energy_GeV <= high.minimum_energy_GeV:
            return False
        low, high = sorted((one, other), key=lambda chosen: chosen.edges_GeV[0])
        return low.edges_GeV[-1] > high.edges_GeV[0]

    def follows_alpha_D(self, question: Question, model: "Portal") -> bool:  # noqa: ARG002
        """Return True."""
        return True

    def responses(
        self, question: Question, models: "Sequence[Portal]", report: Report = silent
    ) -> list[Response]:
        """Return the responses of the window, and of what else is asked of the electron."""
        names = tuple(dict.fromkeys(n for m in models for n in self.processes(question, m)))
        asked = replace(question, calculation=replace(question.calculation, processes=names))
        window, passing = self.window(asked), self.passing(asked)
        return invisible_responses(asked, models, window, report, passing)

    def window(self, question: Question) -> EnergyWindow:
        """Return the window of the electron's energy."""
        return recoil_window(question)

    def passing(self, question: Question) -> RecoilPassing:
        """Return what transverse momentum and trigger leave."""
        edges = cast("RecoilElectronSelection", question.selection).edges_GeV
        return RecoilPassing(question, self.window(question), trigger_window(question), edges)

    def with_thresholds(self, selection: Table, end: ThresholdEnd) -> Table:
        """Return the selection with every threshold that has a range at one end of it."""
        chosen = at_end(cast("RecoilElectronSelection", selection), end)
        if chosen.trigger is None:
            return chosen
        return chosen.model_copy(update={"trigger": at_end(chosen.trigger, end)})

    def computed(self, selection: Table) -> tuple[str, ...]:
        """Return the window, the transverse momentum and the trigger, as far as they are asked."""
        chosen = cast("RecoilElectronSelection", selection)
        is_turned = chosen.edges_GeV != (0.0, float("inf"))
        turned = ("the transverse momentum",) if is_turned else ()
        trigger = () if chosen.trigger is None else ("the trigger",)
        return (f"the window of {chosen.spectrometer}", *turned, *trigger)

    def caveats(self, question: Question) -> tuple[str, ...]:
        """Return which processes are left out, and what the thin target is treated as."""
        every = question.calculation.processes or PROCESSES.names()
        left_out = [name for name in every if not leaves_electron(name)]
        target = question.experiment.target
        thin = (
            f"the target of {target.thickness_X0:.3g} radiation lengths is taken as thin: what the"
            " electron radiates in it is counted as part of the electron"
        )
        if not left_out:
            return (thin,)
        return thin, f"no recoil electron of {' and '.join(left_out)} is simulated: not counted"


def leaves_electron(process: str) -> bool:
    """Return whether an electron is left, whose direction is known: photons hardly turn it."""
    return PROCESSES[process].deflects_beam or PROCESSES[process].emitters == "photons"


def recoil_window(question: Question) -> EnergyWindow:
    """Return the window of the electron's energy behind the target."""
    chosen = cast("RecoilElectronSelection", question.selection)
    limits = chosen.minimum_energy_GeV, chosen.maximum_energy_GeV
    return _window(question, chosen.spectrometer, *limits)


def trigger_window(question: Question) -> EnergyWindow | None:
    """Return the window of the energy that triggers, if there is one."""
    trigger = cast("RecoilElectronSelection", question.selection).trigger
    if trigger is None:
        return None
    return _window(question, trigger.calorimeter, 0.0, trigger.maximum_energy_GeV)


def _window(question: Question, detector: str, low: float, high: float) -> EnergyWindow:
    """Return a window of an energy that a detector measures.

    The spread of the beam is left out: all energies of an event scale with that of its electron,
    and it would not be what a slow recoil electron has.
    """
    resolution = question.experiment.detector(detector).energy_resolution
    assert resolution is not None, "checked with the card"  # noqa: S101 - for the type checker
    window = EnergyWindow(question.dump.energy, low, high, resolution, key="maximum_energy_GeV")
    return followed(question.experiment, window)
