"""Which scattered muons a magnet brings into counters: a share of what the window accepts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays
from scotopic.detector.window import EnergyWindow
from scotopic.errors import RangeError
from scotopic.experiments.messages import shown
from scotopic.experiments.spectrometers import MuonGeometry
from scotopic.processes.kept import kept_by_model
from scotopic.progress import Report, silent
from scotopic.signatures.base import Question
from scotopic.signatures.passing import ByEnergy, Shares, binned, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scotopic.models.portal import Portal
    from scotopic.processes.base import Process

FloatArray = npt.NDArray[np.float64]

_POINTS = 2**15  # simulated muons for each mass
_INSIDE = 0.05  # of the window: mediators that are less likely inside are none to divide by


@dataclass(frozen=True)
class MuonPassing:
    """Which scattered muons of the window hit the counters, by simulation.

    Attributes
    ----------
    question : Question
        Gives beam, target, calculation and the efficiency by energy.
    window : EnergyWindow
        Of the muon's energy, in which the deterministic yields are counted.
    geometry : MuonGeometry
        Behind the target.
    """

    question: Question
    window: EnergyWindow
    geometry: MuonGeometry

    def shares(self, process: str, models: "Sequence[Portal]", report: Report = silent) -> Shares:
        """Return what passes of the muons that made mediators; kept on disk.

        Raises
        ------
        RangeError
            If no muon passes, whatever the model.
        """
        question, efficiency = self.question, self.question.efficiency
        inputs: dict[str, Any] = {
            "seed": question.calculation.seed,
            "window": self.window.inputs(),
            "efficiency": None if efficiency is None else efficiency.model_dump(mode="json"),
            "geometry": self.geometry.model_dump(mode="json"),
            "beam_energy": question.experiment.beam.energy_GeV,
        }

        def build(_: "Process", distinct: "list[Portal]") -> Arrays:
            found = []
            for i, model in enumerate(distinct):
                report("scattered muons", i, len(distinct))
                found.append(self._share(process, model))
            values, errors = np.array(found).T
            return {"values": values, "errors": errors}

        kept, index = kept_by_model(
            "scattered-muons",
            process,
            question.dump,
            models,
            question.calculation,
            build,
            inputs,
            self.window,
            self,
        )
        values, errors = kept["values"][index], kept["errors"][index]
        if not values.any():
            planes = (*self.geometry.counters, *self.geometry.openings)
            names = ", ".join(shown(one.name) for one in planes)
            raise RangeError(
                f"selection.geometry: of muons between {self.window.minimum_energy:g} and"
                f" {self.window.maximum_energy:g} GeV none passes {names}"
            )
        return Shares(values, errors)

    def by_energy(
        self, process: str, models: "Sequence[Portal]", nodes: int
    ) -> "Iterator[ByEnergy]":
        """Yield how likely muons of the window hit the counters, over the mediator's energy."""
        for model in models:
            energy, counted, seen = self._muons(process, model)
            kept = (counted > 0) & (self.window.acceptance(energy) > _INSIDE)
            passes = seen[kept] / counted[kept]
            yield binned(energy[kept], counted[kept], passes, nodes)

    def _share(self, process: str, model: "Portal") -> tuple[float, float]:
        """Return the share of one model and its statistical error."""
        _, counted, seen = self._muons(process, model)
        if not counted.any():
            return 0.0, 0.0
        share, error = ratio(seen, counted)
        return float(share), float(error)

    def _muons(self, process: str, model: "Portal") -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return energies of mediators in GeV, weights that yields count, and that are seen."""
        from scotopic.detector.spectrometer import accepted_tracks  # noqa: PLC0415 - if cold
        from scotopic.events.radiation import even_numbers  # noqa: PLC0415 - if cold
        from scotopic.events.scattered_leptons import (  # noqa: PLC0415 - if cold
            NUMBERS,
            scattered_muons,
        )

        least = max(float(self.window.thresholds()[0].min()), 0.0)
        muons = scattered_muons(
            process,
            self.question.dump,
            model,
            least,
            self.question.calculation,
            even_numbers(NUMBERS, _POINTS, self.question.calculation.seed),
            beam_rms_cm=self.geometry.beam_rms_cm,
            beam_divergence_rms_mrad=self.geometry.beam_divergence_rms_mrad,
        )
        if muons is None:
            return np.zeros(1), np.zeros(1), np.zeros(1)
        table = self.question.efficiency
        weight = muons.weight * (1.0 if table is None else table.at(muons.mediator_energy))
        # both as the yields count it, and as the muon's own loss leaves it
        counted = weight * self.window.acceptance(muons.mediator_energy)
        passes = accepted_tracks(
            self.geometry,
            self.question.experiment.beam.energy_GeV,
            muons.origin_cm,
            muons.momentum,
        )
        measured = self.window.acceptance(self.window.beam_energy - muons.energy)
        return muons.mediator_energy, counted, weight * measured * passes * (muons.energy > 0)
