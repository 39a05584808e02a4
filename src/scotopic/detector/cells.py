"""Limits of the energy outside of the cells around the beam: how likely events meet them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.detector.lateral import OutsideShares
from scotopic.display import displayed
from scotopic.materials import MATERIALS, Layer, Target

if TYPE_CHECKING:
    from scotopic.experiments import Detector, Experiment
    from scotopic.experiments.central_cells import CellCut
    from scotopic.experiments.selections import CalorimeterSelection
    from scotopic.materials import Material

FloatArray = npt.NDArray[np.float64]


@displayed
@dataclass(frozen=True)
class CentralCells:
    """A limit of a selection, and the detectors that it is about.

    Attributes
    ----------
    cut : CellCut
        The limit.
    detectors : tuple of Detector
        Whose energies are added.
    shares : tuple of OutsideShares
        How much of showers in each is outside of the square.
    """

    cut: "CellCut"
    detectors: "tuple[Detector, ...]"
    shares: tuple[OutsideShares, ...]

    @classmethod
    def of(
        cls, experiment: "Experiment", selection: "CalorimeterSelection"
    ) -> "tuple[CentralCells, ...]":
        """Return the limits of a card's selection."""
        found = []
        for cut in selection.central_cells:
            detectors = tuple(experiment.detector(name) for name in cut.detectors)
            shares = tuple(
                OutsideShares.of(_material(experiment, one), cut.cells * one.cell_sizes_cm[0] / 2)
                for one in detectors
            )
            found.append(cls(cut, detectors, shares))
        return tuple(found)

    def inputs(self) -> dict[str, Any]:
        """Return all that it depends on, as JSON can write it."""
        return {
            "cut": self.cut.model_dump(mode="json"),
            "detectors": [d.model_dump(mode="json", exclude={"source"}) for d in self.detectors],
            "materials": [repr(one.material) for one in self.shares],
        }

    def probability(self, energies: FloatArray) -> FloatArray:
        """Return the probabilities that measured energies meet the limit.

        Parameters
        ----------
        energies : ndarray, shape (n, detectors, 2)
            Energies in GeV inside of the square and outside of it.

        Returns
        -------
        ndarray, shape (n,)
            The two are smeared by themselves, and so is each detector. Nothing at all passes.
        """
        from scipy.special import ndtr  # noqa: PLC0415 - slow to import, not needed when warm

        limit = self.cut.maximum_outside_fraction
        inside, outside = energies[..., 0], energies[..., 1]
        room = (limit * inside - (1 - limit) * outside).sum(axis=1)
        variance = np.zeros(len(energies))
        for i, detector in enumerate(self.detectors):
            resolution = detector.energy_resolution
            if resolution is not None:
                variance += (limit * resolution.sigma_GeV(inside[:, i])) ** 2
                variance += ((1 - limit) * resolution.sigma_GeV(outside[:, i])) ** 2
        sharp = np.where(room >= 0, np.inf, -np.inf)
        return np.asarray(ndtr(np.divide(room, np.sqrt(variance), out=sharp, where=variance > 0)))


@displayed
@dataclass(frozen=True, eq=False)
class CellDeposits:
    """What the shower of the target and decays leave inside and outside of cells, event by event.

    Attributes
    ----------
    cells : CentralCells
        The limit.
    shower : ndarray, shape (n, detectors, 2)
        Energies in GeV of the rest of the beam particle's shower.
    decays : ndarray, shape (n, decays, detectors, 2)
        Those of each decay, if it is in a detector.
    """

    cells: CentralCells
    shower: FloatArray
    decays: FloatArray

    def of_rows(self, rows: "npt.NDArray[np.int64]") -> "CellDeposits":
        """Return those of some events."""
        return replace(self, shower=self.shower[rows], decays=self.decays[rows])

    def probability(self, detectors: Sequence[str]) -> FloatArray:
        """Return the probabilities to meet the limit with the k-th decay in the k-th detector."""
        total = self.shower.copy()
        for k, name in enumerate(detectors):
            if name in self.cells.cut.detectors:
                i = self.cells.cut.detectors.index(name)
                total[:, i] += self.decays[:, k, i]
        return self.cells.probability(total)


def split(energy: FloatArray, outside: FloatArray) -> FloatArray:
    """Return energies in GeV inside and outside of cells along a new last axis."""
    return np.stack([energy * (1 - outside), energy * outside], axis=-1)


def _material(experiment: "Experiment", detector: "Detector") -> "Material":
    if detector.name == experiment.target.detector:
        return experiment.target.material
    layers = detector.layers or ()
    known = tuple(Layer(MATERIALS[one.material], one.thickness_cm) for one in layers)
    return Target(known, 1).homogenised
