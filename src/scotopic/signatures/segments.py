"""What is accepted for the energy that showers leave in segments and in cells of the target.

Simulated showers give, for each energy of the mediator, how likely the rest of the shower meets
the limits. Folded with the deterministic spectrum of the mediators in the window this is the share
that is accepted; the simulation enters by nothing else.
"""

import math
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays
from scotopic.detector.segments import SegmentCuts
from scotopic.detector.window import EfficientWindow
from scotopic.display import displayed
from scotopic.processes.base import at_weak_coupling
from scotopic.processes.calculation import PROCESSES
from scotopic.processes.kept import kept_by_model
from scotopic.processes.shower_depths import DEEPEST_X0
from scotopic.progress import Report, silent
from scotopic.shower.tracks import CLOSEST_TO_BEAM, LEAST_ENERGY
from scotopic.signatures.cells import CellPassing
from scotopic.signatures.passing import ByEnergy, Shares, binned
from scotopic.signatures.rate_nodes import RateNodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scotopic.experiments.selections import CalorimeterSelection
    from scotopic.models.portal import Portal
    from scotopic.processes.base import Process, Window
    from scotopic.shower.emission import Emissions
    from scotopic.signatures.base import Question

FloatArray = npt.NDArray[np.float64]

_SHOWERS, _FEWER_SHOWERS = 10_000, 2_000  # these where the model is known to less than
_COARSE = 0.1
_STEPS_PER_OCTAVE = 4  # of the least energy that is simulated, so that similar windows share it
_NODES = 100  # of the mediator's energy, each the mean of as many showers
_BINS = 200  # of the spectrum
_ALIKE = 100  # showers with mediators of nearly the same energy, one of which is drawn
_NEAR_THE_BEAM = np.array([3e-4, 6e-4, 1e-3, 1.5e-3, 2e-3, 3e-3, 4e-3])  # below it, relative


@displayed
@dataclass(frozen=True)
class SegmentPassing:
    """What passes the limits of a selection on parts of the target; a `Passing`.

    Attributes
    ----------
    question : Question
        Set-up and calculation.
    window : Window
        Of the mediator's energy.
    cuts : SegmentCuts
        The limits.
    cells : CellPassing or None
        What passes those on central cells, if there are any.
    """

    question: "Question"
    window: "Window"
    cuts: SegmentCuts
    cells: CellPassing | None = None

    @classmethod
    def of(cls, question: "Question", window: "Window") -> "SegmentPassing | None":
        """Return what passes a selection's limits; None if it has none."""
        selection = cast("CalorimeterSelection", question.selection)
        cuts = SegmentCuts.of(question.experiment, selection)
        cells = CellPassing.of(question)
        return None if cells is None and not cuts.cuts else cls(question, window, cuts, cells)

    def shares(self, process: str, models: "Sequence[Portal]", report: Report = silent) -> Shares:
        """Return what passes of the mediators of a process in the window; kept on disk."""
        question, window = self.question, self.window
        if question.efficiency is not None:
            window = EfficientWindow(window, question.efficiency)  # type: ignore[arg-type]

        def build(made_by: "Process", distinct: "list[Portal]") -> Arrays:
            found = np.zeros((2, len(distinct)))
            edges = self._edges(window)
            middle = (edges[1:] + edges[:-1]) / 2
            every = self.by_energy(process, distinct, _NODES)
            spectra = made_by.spectrum(question.dump, distinct, edges, question.calculation)
            for i, (passes, spectrum) in enumerate(zip(every, spectra, strict=True)):
                report(f"energy in segments, {process}", i, len(distinct))
                accepted = np.maximum(spectrum, 0.0) * window.acceptance(middle)
                found[:, i] = passes.folded(middle, accepted)
            return {"values": found[0], "errors": found[1]}

        inputs = {
            "window": window.inputs(),
            "segments": self.cuts.inputs(),
            "cells": [] if self.cells is None else [one.inputs() for one in self.cells.cells],
        }
        kept, index = kept_by_model(
            "segments",
            process,
            question.dump,
            models,
            question.calculation,
            build,
            inputs,
            window,
            self,
        )
        return Shares(kept["values"][index], kept["errors"][index])

    def by_energy(
        self, process: str, models: "Sequence[Portal]", nodes: int
    ) -> "Iterator[ByEnergy]":
        """Yield how likely events of each model pass, over the energy of the mediator."""
        in_cells = None
        if self.cells is not None:
            in_cells = self.cells.by_energy(self._edges(self.window))
        if not self.cuts.cuts:
            assert in_cells is not None, "else there are no limits"  # noqa: S101
            yield from repeat(in_cells, len(models))
            return
        for passes in self._in_segments(PROCESSES[process], models, nodes):
            yield passes if in_cells is None else passes.times(in_cells)

    def _in_segments(
        self, process: "Process", models: "Sequence[Portal]", nodes: int
    ) -> "Iterator[ByEnergy]":
        sample = self._sample(process)
        energy, passes = sample.emitted_energy, self.cuts.probability(sample.deposited)
        if not process.radiates:
            yield from repeat(binned(energy, sample.weight, passes, nodes), len(models))
            return
        between = RateNodes.around(sample.parent_energy, energy)
        for model in models:
            weight = self._radiated(process, model, sample, between)
            yield binned(energy, weight, passes, nodes)

    def drawn(
        self,
        process: "Process",
        model: "Portal",
        mediator_energy: FloatArray,
        uniforms: FloatArray,
    ) -> FloatArray:
        """Draw what showers leave in segments beside mediators of given energies.

        Parameters
        ----------
        process, model
            How mediators were made, and which.
        mediator_energy : ndarray, shape (n,)
            In GeV.
        uniforms : ndarray, shape (n,)
            Numbers in [0, 1).

        Returns
        -------
        ndarray, shape (n, segments)
            In GeV: those of simulated showers with mediators of nearly the same energy.
        """
        sample = self._sample(process)
        order = np.argsort(sample.emitted_energy, kind="stable")
        weight = sample.weight
        if process.radiates:
            between = RateNodes.around(sample.parent_energy, sample.emitted_energy)
            weight = self._radiated(process, model, sample, between)
        total = np.append(0.0, np.cumsum(weight[order]))
        place = np.searchsorted(sample.emitted_energy[order], mediator_energy)
        most = len(order) - _ALIKE
        first = np.clip(place - _ALIKE // 2, 0, most)
        low, high = total[first], total[first + _ALIKE]
        row = np.searchsorted(total, low + uniforms * (high - low), side="right") - 1
        return np.asarray(sample.deposited[order[np.clip(row, first, first + _ALIKE - 1)]])

    def _radiated(
        self, process: "Process", model: "Portal", sample: "Emissions", between: RateNodes
    ) -> FloatArray:
        """Return the weights of emissions by parents that go on."""
        energies = between.parent_energy, between.emitted_energy
        how = self._least, self.question.calculation
        (weak,) = at_weak_coupling([model])
        rate = process.radiated(self.question.dump, weak, *energies, *how)
        return sample.weight * between.at_all(rate)

    def _sample(self, process: "Process") -> "Emissions":
        from scotopic.shower.emission import emissions  # noqa: PLC0415 - a warm run needs none

        dump = self.question.dump
        return emissions(
            dump.medium,
            dump.shower_particle,
            dump.energy,
            emitters=process.emitters or "leptons",
            radiating=process.radiates,
            minimum_energy=self._least,
            segment_edges_X0=list(self.cuts.edges_X0),
            thickness_X0=DEEPEST_X0 if dump.thickness_X0 is None else dump.thickness_X0,
            events=_SHOWERS if process.model_error < _COARSE else _FEWER_SHOWERS,
        )

    @property
    def _least(self) -> float:
        """The energy in GeV above which mediators are simulated."""
        energy = self.question.dump.energy
        softest = max(float(self.window.thresholds()[0].min()), LEAST_ENERGY)
        steps = math.ceil(_STEPS_PER_OCTAVE * math.log2(energy / softest) - 1e-9)
        return min(
            max(energy * 2 ** (-steps / _STEPS_PER_OCTAVE), LEAST_ENERGY), CLOSEST_TO_BEAM * energy
        )

    def _edges(self, window: "Window") -> FloatArray:
        energy = self.question.dump.energy
        softest = float(window.thresholds()[0].min())
        even = np.linspace(softest, energy, _BINS + 1)
        near = energy * (1 - _NEAR_THE_BEAM)
        return np.unique(np.append(even, near[near > softest]))
