"""Scattered muons: a muon comes out of the target slower than it went in, and nothing else.

The muon behind the target has E_0' - E_X, with E_0' what the target's energy loss leaves of the
beam energy; a spectrometer measures it. Loss and emission are taken as independent: the energy
that a muon loses behind the emission hardly depends on its own (see the documentation).
"""

from typing import TYPE_CHECKING, cast

from pydantic import Field

from scotopic.detector.window import EnergyWindow
from scotopic.experiments.messages import KeyedError
from scotopic.experiments.tables import Name, Table, Threshold
from scotopic.progress import Report, silent
from scotopic.signatures.base import Question, Response, Signature
from scotopic.signatures.invisible import invisible_responses
from scotopic.signatures.missing_energy import (
    check_window,
    closed_decay,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scotopic.experiments import Experiment
    from scotopic.models.mediator import DecayingMediator


class ScatteredMuonSelection(Table):
    """A window for the energy of the muon behind the target."""

    spectrometer: Name = Field(description="the detector that measures it behind the target")
    minimum_energy_GeV: Threshold = Field(
        description="an event is kept if it has at least this energy"
    )
    maximum_energy_GeV: Threshold = Field(
        description="an event is kept if it has less than this energy"
    )

    def mistakes(self) -> "Iterator[KeyedError]":
        """Yield a window upside down."""
        low, high = self.minimum_energy_GeV, self.maximum_energy_GeV
        if low >= high:
            yield KeyedError(
                ("minimum_energy_GeV",), f"{low} is not below maximum_energy_GeV = {high}"
            )


class ScatteredMuon(Signature):
    """A muon that is slower behind the target, while all else is quiet."""

    scaling_energies = ("minimum_energy_GeV", "maximum_energy_GeV")
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

    def obstacle(self, question: Question, model: "DecayingMediator") -> str | None:
        """Return why the mediator is not made, or leaves a trace, if it does."""
        nothing_made = self.nothing_made(question, model)
        if nothing_made or model.leaves_no_trace:
            return nothing_made
        if model.invisible_width > 0:
            return (
                f"splitting: {type(model).__name__} decays semi-visibly, its chi2 is not stable;"
                " behind muons that is not simulated"
            )
        return closed_decay(model)

    def energies(self, experiment: "Experiment", selection: Table) -> tuple[float, float]:
        """Return what the muon's window leaves to the mediator, the muon's own loss left aside."""
        energy = experiment.beam.energy_GeV
        chosen = cast("ScatteredMuonSelection", selection)
        return energy - chosen.maximum_energy_GeV, energy - chosen.minimum_energy_GeV

    def follows_alpha_D(self, question: Question, model: "DecayingMediator") -> bool:  # noqa: ARG002
        """Return True."""
        return True

    def responses(
        self, question: Question, models: "Sequence[DecayingMediator]", report: Report = silent
    ) -> list[Response]:
        """Return the responses of the window of the muon's energy."""
        return invisible_responses(question, models, muon_window(question), report)


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
