"""Scattered muons: a muon comes out of the target slower than it went in, and nothing else.

The muon behind the target has E_0' - E_X, with E_0' what the target's energy loss leaves of the
beam energy; a spectrometer measures it. With a `geometry`, the card says where a magnet, counters
and openings stand: which muons of the window pass them is simulated (`MuonPassing`).
"""

from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt
from pydantic import Field

from scotopic.detector.window import EnergyWindow
from scotopic.experiments.messages import KeyedError, shown
from scotopic.experiments.ranges import ThresholdRange, at_end, outside_of_ranges
from scotopic.experiments.spectrometers import MuonGeometry
from scotopic.experiments.tables import Name, Table, Threshold
from scotopic.processes.calculation import PROCESSES
from scotopic.progress import Report, silent
from scotopic.signatures.base import Question, Response, Signature
from scotopic.signatures.invisible import invisible_responses
from scotopic.signatures.missing_energy import check_window, seen_decay
from scotopic.signatures.muon_passing import MuonPassing
from scotopic.words import ThresholdEnd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scotopic.experiments import Experiment
    from scotopic.models.portal import Portal
    from scotopic.models.two_dark_fermions import TwoDarkFermions

FloatArray = npt.NDArray[np.float64]


class ScatteredMuonSelection(Table):
    """A window for the energy of the muon behind the target."""

    spectrometer: Name = Field(description="the detector that measures it behind the target")
    minimum_energy_GeV: Threshold = Field(
        description="an event is kept if it has at least this energy"
    )
    minimum_energy_range_GeV: ThresholdRange | None = Field(
        default=None,
        description="range in which `minimum_energy_GeV` may lie; left out: it is exact",
    )
    maximum_energy_GeV: Threshold = Field(
        description="an event is kept if it has less than this energy"
    )
    maximum_energy_range_GeV: ThresholdRange | None = Field(
        default=None,
        description="range in which `maximum_energy_GeV` may lie; left out: it is exact",
    )
    geometry: MuonGeometry | None = Field(
        default=None,
        description="where the magnet, counters and openings behind the target are; left out: the "
        "efficiency of the data sets stands for them, whatever the mediator's mass",
    )

    def mistakes(self) -> "Iterator[KeyedError]":
        """Yield a window upside down, or outside of its ranges."""
        low, high = self.minimum_energy_GeV, self.maximum_energy_GeV
        if low >= high:
            yield KeyedError(
                ("minimum_energy_GeV",), f"{low} is not below maximum_energy_GeV = {high}"
            )
        yield from outside_of_ranges(self)


class ScatteredMuon(Signature):
    """A muon that is slower behind the target, while all else is quiet."""

    scaling_energies = (
        "minimum_energy_GeV",
        "minimum_energy_range_GeV",
        "maximum_energy_GeV",
        "maximum_energy_range_GeV",
        "field_integral_T_m",
        "field_integral_range_T_m",
    )
    table = ScatteredMuonSelection

    def check(self, experiment: "Experiment", selection: Table) -> None:
        """Refuse beams without muons, and windows that unscattered muons reach."""
        chosen = cast("ScatteredMuonSelection", selection)
        experiment.require_detector(("spectrometer",), chosen.spectrometer)
        if experiment.beam.lepton != "muon":
            raise KeyedError(
                (), f"'scattered-muon' needs muons, not beam.particle = {experiment.beam.particle}"
            )
        check_window(
            experiment,
            chosen.spectrometer,
            chosen.minimum_energy_GeV,
            ("maximum_energy_GeV",),
            chosen.maximum_energy_GeV,
        )
        if chosen.geometry is not None:
            wrong = list(_misplaced(experiment, chosen.geometry))
            if wrong:
                raise KeyedError.of(wrong)

    def obstacle(self, question: Question, model: "Portal") -> str | None:
        """Return why the mediator is not made, or leaves a trace, if it does."""
        if nothing_made := self.nothing_made(question, model):
            return nothing_made
        return None if _decays_in_flight(model) else seen_decay(model, "muons")

    def energies(self, experiment: "Experiment", selection: Table) -> tuple[float, float]:
        """Return what the muon's window leaves to the mediator, the muon's own loss left aside."""
        energy = experiment.beam.energy_GeV
        chosen = cast("ScatteredMuonSelection", selection)
        return energy - chosen.maximum_energy_GeV, energy - chosen.minimum_energy_GeV

    def energy_edges(self, question: Question) -> "list[FloatArray]":
        """Return the energies of the mediator at the lower edge of the window."""
        energies, weights = muon_window(question).thresholds()
        return [np.sort(energies[weights > 0])]

    def follows_alpha_D(self, question: Question, model: "Portal") -> bool:
        """Return True, but for simulated events that depend on widths."""
        return not _decays_in_flight(model) or self.events_follow_alpha_D(question, model)

    def with_thresholds(self, selection: Table, end: ThresholdEnd) -> Table:
        """Return the selection with its window and what counters need at one end of their ranges.

        At the loosest end counters need the least deflection.
        """
        chosen = at_end(cast("ScatteredMuonSelection", selection), end)
        if chosen.geometry is None:
            return chosen
        moved = chosen.geometry.with_deflection("least" if end == "loosest" else "most")
        return chosen.model_copy(update={"geometry": moved})

    def computed(self, selection: Table) -> tuple[str, ...]:
        """Return the window, and the geometry if there is one."""
        chosen = cast("ScatteredMuonSelection", selection)
        behind = () if chosen.geometry is None else ("the geometry behind the target",)
        return (f"the window of {chosen.spectrometer}", *behind)

    def caveats(self, question: Question) -> tuple[str, ...]:
        """Return that no geometry is simulated, or processes whose muons are not deflected."""
        geometry = cast("ScatteredMuonSelection", question.selection).geometry
        if geometry is None:
            text = (
                "one efficiency stands for magnet and counters, whatever the mediator's mass;"
                " counters beside the beam would accept a share that depends on it"
            )
            return (text,)
        asked = question.calculation.processes or PROCESSES.names()
        ranges = ("the geometry behind the target is known by ranges, and so is what it accepts",)
        return (ranges if geometry.has_ranges else ()) + tuple(
            f"{name}: its muons go on straight, with what the mediator leaves them"
            for name in asked
            if not (PROCESSES[name].deflects_beam or PROCESSES.home(name).startswith("scotopic."))
        )

    def responses(
        self, question: Question, models: "Sequence[Portal]", report: Report = silent
    ) -> list[Response]:
        """Return the responses of the window of the muon's energy, and of the geometry.

        If a chi2 decays, it must do so behind the last detector.
        """
        window, passing = self.window(question), self.passing(question)
        found = invisible_responses(question, models, window, report, passing)
        rows = [i for i, model in enumerate(models) if _decays_in_flight(model)]
        if rows:
            from scotopic.signatures.outlasting import outlasting_responses  # noqa: PLC0415

            decaying = cast("list[TwoDarkFermions]", [models[i] for i in rows])
            stable = [found[i] for i in rows]
            outlasting = outlasting_responses(question, decaying, stable, window, report)
            for i, one in zip(rows, outlasting, strict=True):
                found[i] = one
        return found

    def window(self, question: Question) -> EnergyWindow:
        """Return the window of the muon's energy."""
        return muon_window(question)

    def passing(self, question: Question) -> MuonPassing | None:
        """Return which muons hit the counters, if the card says where these are."""
        geometry = cast("ScatteredMuonSelection", question.selection).geometry
        return None if geometry is None else MuonPassing(question, self.window(question), geometry)


def _decays_in_flight(model: "Portal") -> bool:
    """Whether a chi2 decays, in events that are simulated."""
    return model.semi_visible and not (model.leaves_no_trace or model.trace)


def muon_window(question: Question) -> EnergyWindow:
    """Return the window of the muon's energy behind the target."""
    chosen = cast("ScatteredMuonSelection", question.selection)
    return EnergyWindow(
        question.dump.muon_tracks().final_energy,
        chosen.minimum_energy_GeV,
        chosen.maximum_energy_GeV,
        question.experiment.visible_energy_resolution(chosen.spectrometer),
        key="maximum_energy_GeV",
    )


def _misplaced(experiment: "Experiment", geometry: MuonGeometry) -> "Iterator[KeyedError]":
    """Yield what stands inside of the target, counters that the beam hits, openings it misses."""
    beam, rear = experiment.beam.energy_GeV, experiment.target.thickness_cm
    places: list[tuple[tuple[str | int, ...], float]] = [
        (("openings", i), one.position_cm) for i, one in enumerate(geometry.openings)
    ]
    if geometry.magnet is not None:
        if geometry.magnet.kick_GeV >= beam:
            yield KeyedError(
                ("geometry", "magnet", "field_integral_T_m"),
                f"{geometry.magnet.field_integral_T_m} turns back muons of"
                f" beam.energy_GeV = {beam}",
            )
            return
        places.append((("magnet",), geometry.magnet.position_cm))
    for path, at in places:
        if at < rear:
            yield KeyedError(
                ("geometry", *path, "position_cm"),
                f"{at} is before the rear of the target at {rear:.10g}",
            )
    for i, counter in enumerate(geometry.counters):
        at, x = counter.position_cm, geometry.beam_x_cm(counter.position_cm, beam)
        low, high = geometry.edges_cm(counter, beam)
        if low <= x <= high and counter.y_range_cm[0] <= 0 <= counter.y_range_cm[1]:
            yield KeyedError(
                ("geometry", "counters", i, "x_range_cm"),
                f"beam muons that did not scatter hit {shown(counter.name)}: at {at:g} they are at"
                f" x = {x:.4g}, between its edges at {low:.4g} and {high:.4g}",
            )
    for i, opening in enumerate(geometry.openings):
        x = geometry.beam_x_cm(opening.position_cm, beam)
        (left, right), (bottom, top) = opening.x_range_cm, opening.y_range_cm
        if not (left < x < right and bottom < 0 < top):
            yield KeyedError(
                ("geometry", "openings", i, "x_range_cm"),
                f"beam muons that did not scatter miss {shown(opening.name)}: at"
                f" {opening.position_cm:g} they are at x = {x:.4g}, y = 0",
            )
