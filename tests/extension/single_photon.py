"""A signature of one's own, in one file: a hard photon beside every mediator, counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from pydantic import Field

from scotopic.experiments import Experiment
from scotopic.experiments.messages import KeyedError
from scotopic.experiments.tables import Fraction, Table
from scotopic.models.portal import Portal
from scotopic.processes.base import WEAK_COUPLING, at_weak_coupling
from scotopic.processes.calculation import PROCESSES
from scotopic.processes.kept import accepted_yields
from scotopic.progress import Report, silent
from scotopic.signatures.base import (
    Accepted,
    Question,
    Response,
    Signature,
    register_signature,
)

Array = npt.NDArray[np.float64]


class PhotonSelection(Table):
    """Its table of the card."""

    least_energy_GeV: float = Field(gt=0, description="least energy of the mediator")
    efficiency: Fraction = Field(description="fraction of the photons that are seen")


@dataclass(frozen=True)
class Threshold:
    """A window with one sharp edge."""

    energy: float

    def acceptance(self, mediator_energy: Array) -> Array:
        return (mediator_energy >= self.energy).astype(float)

    def thresholds(self) -> tuple[Array, Array]:
        return np.array([self.energy]), np.array([1.0])

    def inputs(self) -> dict[str, Any]:
        return {"energy": self.energy}


@register_signature("single-photon")
class SinglePhoton(Signature):
    """Every mediator above an energy counts, whatever becomes of it."""

    table = PhotonSelection

    def check(self, experiment: Experiment, selection: Table) -> None:
        least = cast("PhotonSelection", selection).least_energy_GeV
        if least >= experiment.beam.energy_GeV:
            raise KeyedError(("least_energy_GeV",), f"{least} is not below beam.energy_GeV")

    def obstacle(self, question: Question, model: Portal) -> str | None:
        if self.processes(question, model):
            return None
        return f"model: {question.calculation.obstacles(question.dump, model)}"

    def overlaps(self, experiment: Experiment, one: Table, other: Table) -> bool:
        return isinstance(other, PhotonSelection)

    def responses(
        self, question: Question, models: Sequence[Portal], report: Report = silent
    ) -> list[Response]:
        return [self._response(question, model) for model in at_weak_coupling(models)]

    def _response(self, question: Question, model: Portal) -> Response:
        chosen = cast("PhotonSelection", question.selection)
        dump, window = question.dump, Threshold(chosen.least_energy_GeV)
        made = 0.0
        for name in self.processes(question, model):
            strength = PROCESSES[name].coupling(dump, model) / WEAK_COUPLING
            found = accepted_yields(name, dump, [model], window, question.calculation)
            made += strength**2 * float(found.values[0])

        def respond(coupling: Array, alpha_D: Array) -> Accepted:
            share = np.full(coupling.shape, chosen.efficiency)
            return Accepted(
                coupling**2 * made * share, share, np.zeros_like(share), np.full_like(share, 1e-3)
            )

        return respond
