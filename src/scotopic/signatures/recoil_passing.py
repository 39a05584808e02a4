"""What transverse momentum and trigger leave of recoil electrons in a window of energy."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays
from scotopic.detector.window import EnergyWindow
from scotopic.errors import RangeError
from scotopic.processes.calculation import PROCESSES
from scotopic.processes.kept import kept_by_model
from scotopic.progress import Report
from scotopic.signatures.base import Question
from scotopic.signatures.passing import ByEnergy, Shares, binned, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scotopic.events.recoil_electrons import RecoilElectrons
    from scotopic.models.portal import Portal
    from scotopic.processes.base import Process

FloatArray = npt.NDArray[np.float64]

_EVENTS = 2**15  # simulated electrons for each mass
_BINS = 100  # of the energy of photons


@dataclass(frozen=True)
class RecoilPassing:
    """What transverse momentum and trigger leave of electrons in a window of energy.

    Attributes
    ----------
    question : Question
        With the selection, and the number of its bin.
    window, trigger : EnergyWindow
        Of the electron's energy behind the target, and of what triggers, if anything does.
    edges : tuple of float
        Of the bins of the transverse momentum in GeV; the last one may be infinite.
    """

    question: Question
    window: EnergyWindow
    trigger: EnergyWindow | None
    edges: tuple[float, ...]

    def shares(self, process: str, models: "Sequence[Portal]", report: Report) -> Shares:
        """Return what passes of the mediators that a process makes; kept on disk.

        Raises
        ------
        RangeError
            If no electron passes that radiated a mediator itself, whatever the model.
        """
        question, table = self.question, self.question.efficiency
        inputs = {
            "seed": question.calculation.seed,
            "window": self.window.inputs(),
            "trigger": None if self.trigger is None else self.trigger.inputs(),
            "edges": [edge for edge in self.edges if edge < math.inf],
            "efficiency": None if table is None else table.model_dump(mode="json"),
        }

        def build(made_by: "Process", distinct: "list[Portal]") -> Arrays:
            found = []
            for done, model in enumerate(distinct):
                report("recoil electrons", done, len(distinct))
                found.append(self._shares(made_by, model))
            values, errors = np.array(found).transpose(1, 0, 2)
            return {"values": values, "errors": errors}

        kept, rows = kept_by_model(
            "recoil-electrons",
            process,
            question.dump,
            models,
            question.calculation,
            build,
            inputs,
            self.window,
            self,
        )
        if PROCESSES[process].deflects_beam and not kept["values"].any():
            raise RangeError(self._nothing_passes())
        return Shares(kept["values"][rows, self._row], kept["errors"][rows, self._row])

    def _nothing_passes(self) -> str:
        low, high = self.window.minimum_energy, self.window.maximum_energy
        text = (
            f"selection: of recoil electrons between {low:g} and {high:g} GeV none has a transverse"
            f" momentum above {self.edges[0]:g} GeV"
        )
        trigger = self.trigger
        return text if trigger is None else f"{text} and less than {trigger.maximum_energy:g} GeV"

    def by_energy(
        self,
        process: str,
        models: "Sequence[Portal]",
        nodes: int,
    ) -> "Iterator[ByEnergy]":
        """Yield how likely electrons of the window pass, over the mediator's energy."""
        for model in models:
            energy, weight, passed = self._electrons(PROCESSES[process], model)
            yield binned(energy, weight, passed[self._row], nodes)

    @property
    def _row(self) -> int:
        """Where what is asked for is among the bins, behind which all of them together are."""
        return -1 if self.question.bin is None else self.question.bin

    def _shares(self, process: "Process", model: "Portal") -> tuple[FloatArray, FloatArray]:
        """Return shares and errors of one model in the bins and in all, shape (bins + 1,) each."""
        _, weight, passed = self._electrons(process, model)
        return ratio(passed * weight, weight)

    def _electrons(
        self, process: "Process", model: "Portal"
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return energies of mediators, weights in the window, and who passes, (bins + 1, n)."""
        table, found = self.question.efficiency, self._simulated(process, model)
        bins = len(self.edges) - 1
        if found is None:
            return np.zeros(1), np.ones(1), np.ones((bins + 1, 1))
        weight = found.weight * self.window.acceptance(found.mediator_energy)
        if table is not None:
            weight *= table.at(found.mediator_energy)
        passing = np.where(found.is_forward, 1.0, 0.0)
        if self.trigger is not None:
            passing *= self.trigger.acceptance(found.mediator_energy)
        place = np.searchsorted(self.edges, found.transverse_momentum, side="right") - 1
        passed = passing * (place == np.arange(bins)[:, None])
        return found.mediator_energy, weight, np.vstack([passed, passed.sum(axis=0)])

    def _simulated(self, process: "Process", model: "Portal") -> "RecoilElectrons | None":
        """Return electrons that made mediators or their photons; None if there are none."""
        from scotopic.events.radiation import even_numbers  # noqa: PLC0415 - not if kept
        from scotopic.events.recoil_electrons import (  # noqa: PLC0415
            NUMBERS,
            recoil_electrons,
            straight_electrons,
        )

        dump, calculation = self.question.dump, self.question.calculation
        least = max(float(self.window.thresholds()[0].min()), 0.0)
        numbers = even_numbers(NUMBERS, _EVENTS, calculation.seed)
        if process.deflects_beam:
            return recoil_electrons(dump, model, least, calculation, numbers)
        edges = np.linspace(least, dump.energy, _BINS + 1)
        (made,) = process.spectrum(dump, [model], edges, calculation)
        if not made.any():
            return None
        return straight_electrons(dump, (edges[1:] + edges[:-1]) / 2, made, numbers)
