"""Decays in flight: a mediator leaves the target, and its decay behind it is seen.

Which energies and which places of decay count is in the card's regions; which decay is seen, in
its `channel`. Production and flight are in `scotopic.events.flight`.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt
from pydantic import Field

from scotopic.display import displayed
from scotopic.events.flight import DecaysInFlight
from scotopic.experiments.decay_regions import DecayRegion
from scotopic.experiments.messages import KeyedError
from scotopic.experiments.tables import Items, Line, Table, repeated_names
from scotopic.models.mediator import decay_length_cm
from scotopic.processes.base import WEAK_COUPLING, at_weak_coupling, rows_by_name
from scotopic.processes.calculation import PROCESSES
from scotopic.processes.kept import produced_by_depth
from scotopic.progress import Report, silent
from scotopic.signatures.base import Accepted, Question, Response, Signature

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scotopic.experiments import Experiment
    from scotopic.models.portal import Portal

FloatArray = npt.NDArray[np.float64]

_SLICE_X0 = 0.25  # thickness of a slice of depth; edges are within 3e-4 of those with 0.1
_ERROR = 1e-3  # of the slices of depth, the nodes of energy and the bins, beside the processes' own


class DecayRegions(Table):
    """Where behind the target the decay of a mediator itself counts as signal."""

    channel: Line = Field(description='which decay is seen, as in "e+e-" or "gamma gamma"')
    regions: Items[DecayRegion] = Field(min_length=1, description="places of decay, along the beam")

    def mistakes(self) -> "Iterator[KeyedError]":
        """Yield repeated names, and regions that do not follow each other."""
        yield from repeated_names("regions", self.regions)
        for i, (before, region) in enumerate(zip(self.regions, self.regions[1:], strict=False), 1):
            if region.begins_cm < before.ends_cm:
                yield KeyedError(
                    ("regions", i, "begins_cm"),
                    f"{region.begins_cm} is not behind begins_cm + length_cm of the region before, "
                    f"which is {before.ends_cm}",
                )


class DecayInFlight(Signature):
    """A mediator that decays behind the target, in one of some regions."""

    scaling_energies = ("minimum_energy_GeV",)
    table = DecayRegions

    def check(self, experiment: "Experiment", selection: Table) -> None:
        """Refuse energies above that of the beam, and beams of muons."""
        chosen = cast("DecayRegions", selection)
        if experiment.beam.lepton == "muon":
            raise KeyedError((), "'decay-in-flight' is computed for showers, not for muons")
        for i, region in enumerate(chosen.regions):
            if region.minimum_energy_GeV >= experiment.beam.energy_GeV:
                raise KeyedError(
                    ("regions", i, "minimum_energy_GeV"),
                    f"{region.minimum_energy_GeV} is not below beam.energy_GeV = "
                    f"{experiment.beam.energy_GeV}",
                )

    def energies(self, experiment: "Experiment", selection: Table) -> tuple[float, float]:
        """Return the energies from the least of any region to that of the beam."""
        chosen = cast("DecayRegions", selection)
        least = min(region.minimum_energy_GeV for region in chosen.regions)
        return least, experiment.beam.energy_GeV

    def least_energy(self, question: Question) -> float:
        """Return the least energy that a region asks for."""
        return self.energies(question.experiment, question.selection)[0]

    def obstacle(self, question: Question, model: "Portal") -> str | None:
        """Return why no mediator is made here that decays as it must, if none does."""
        channel = cast("DecayRegions", question.selection).channel
        if not model.partial_widths().get(channel, 0.0) > 0:
            return (
                f"model: {type(model).__name__} of {model.mediator_mass:g} GeV does not decay into"
                f" {channel}"
            )
        return self.nothing_made(question, model)

    def processes(self, question: Question, model: "Portal") -> tuple[str, ...]:
        """Return the names of the processes that make real mediators."""
        names = super().processes(question, model)
        return tuple(name for name in names if PROCESSES[name].makes_mediators)

    def computed(self, selection: Table) -> tuple[str, ...]:  # noqa: ARG002
        """Return that energies and places of decays are followed."""
        return ("the regions of decay",)

    def responses(
        self, question: Question, models: "Sequence[Portal]", report: Report = silent
    ) -> list[Response]:
        """Return the responses: production by depth is kept on disk."""
        chosen = cast("DecayRegions", question.selection)
        experiment, dump = question.experiment, question.dump
        thickness = experiment.target.thickness_X0
        edges = np.linspace(0.0, thickness, math.ceil(thickness / _SLICE_X0) + 1)
        step = float(edges[1]) * experiment.target.material.radiation_length_cm
        weak = at_weak_coupling(models)
        names = [self.processes(question, model) for model in weak]
        flights: list[list[list[DecaysInFlight]]] = [[[] for _ in chosen.regions] for _ in models]
        errors = [0.0] * len(models)
        for name, rows in rows_by_name(names):
            for k, region in enumerate(chosen.regions):
                every = produced_by_depth(
                    name,
                    dump,
                    [weak[i] for i in rows],
                    region.minimum_energy_GeV,
                    edges,
                    question.calculation,
                    report,
                )
                for i, made in zip(rows, every, strict=True):
                    model = weak[i]
                    yields = made.yields
                    if question.efficiency is not None:
                        yields = yields * question.efficiency.around(made.energies)
                    strength = (PROCESSES[name].coupling(dump, model) / WEAK_COUPLING) ** 2
                    scaling, dark = _widths(model)
                    errors[i] = max(errors[i], made.relative_error)
                    flights[i][k].append(
                        DecaysInFlight(
                            region,
                            region.begins_cm + step / 2,
                            step,
                            strength * yields,
                            decay_length_cm(made.energies, model.mediator_mass, scaling),
                            model.partial_widths()[chosen.channel] / WEAK_COUPLING**2 / scaling,
                            dark / scaling,
                        )
                    )
        return [
            FlightResponse(tuple(map(tuple, one)), _ERROR + error)
            for one, error in zip(flights, errors, strict=True)
        ]


@displayed
@dataclass(frozen=True, eq=False)
class FlightResponse:
    """What regions accept of the decays of one model, for all couplings; alpha_D is the model's.

    Attributes
    ----------
    flights : tuple of tuple of DecaysInFlight
        For each region those of every process.
    numerical_error : float
        Relative.
    """

    flights: tuple[tuple[DecaysInFlight, ...], ...]
    numerical_error: float

    def __call__(self, coupling: FloatArray, alpha_D: FloatArray) -> Accepted:  # noqa: ARG002
        """Return what is accepted at couplings."""
        kept = np.sum([one.accepted(coupling) for here in self.flights for one in here], axis=0)
        softest = max(sum(float(one.produced.sum()) for one in here) for here in self.flights)
        made = coupling**2 * softest
        share = np.divide(kept, made, out=np.zeros_like(made), where=made > 0)
        return Accepted(
            kept, share, np.zeros(made.shape), np.full(made.shape, self.numerical_error)
        )


def _widths(model: "Portal") -> tuple[float, float]:
    """Return the width that goes as the squared coupling, per that, and the one that does not."""
    dark = model.invisible_width - model.scaling_invisible_width
    return (model.total_width - dark) / model.coupling**2, dark
