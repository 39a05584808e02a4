"""What is accepted for the energy outside of the cells around the beam.

The shower of the beam particle is around where that hits; chi2 leaves at an angle, and what it
becomes behind the target showers where it has flown to. Angles of the pair to chi2 are left out:
it showers within some centimetres. So is the flight inside the target, millimetres off the beam.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from scotopic.detector.calorimeter import ShowerModel
from scotopic.detector.cells import CellDeposits, CentralCells, split
from scotopic.display import displayed
from scotopic.signatures.passing import ByEnergy

if TYPE_CHECKING:
    from scotopic.events.simulation import Events
    from scotopic.experiments.selections import CalorimeterSelection
    from scotopic.signatures.base import Question

FloatArray = npt.NDArray[np.float64]

_DRAWS = 256  # showers and places of the beam for each energy
_SEED = 1


@displayed
@dataclass(frozen=True)
class CellPassing:
    """What passes the limits of a selection on the energy outside of central cells.

    Attributes
    ----------
    question : Question
        Set-up and calculation.
    cells : tuple of CentralCells
        The limits.
    """

    question: "Question"
    cells: tuple[CentralCells, ...]

    @classmethod
    def of(cls, question: "Question") -> "CellPassing | None":
        """Return what passes a selection's limits; None if it has none."""
        selection = cast("CalorimeterSelection", question.selection)
        cells = CentralCells.of(question.experiment, selection)
        return cls(question, cells) if cells else None

    def by_energy(self, energies: FloatArray) -> ByEnergy:
        """Return how likely the rest of a shower passes, by the energy of the mediator in GeV."""
        rest = np.repeat(self._rest(energies), _DRAWS)
        normals = np.random.default_rng(_SEED).standard_normal((4, len(rest)))
        passes = np.ones(len(rest))
        for cells in self.cells:
            passes *= cells.probability(self._shower(cells, rest, normals))
        each = passes.reshape(len(energies), _DRAWS)
        error = each.std(axis=1, ddof=1) / np.sqrt(_DRAWS)
        return ByEnergy(energies, each.mean(axis=1), error, float(energies[-1]))

    def deposits(
        self, events: "Events", decays: FloatArray, beam: FloatArray, azimuth: FloatArray
    ) -> tuple[CellDeposits, ...]:
        """Return what events leave inside and outside of the cells.

        Parameters
        ----------
        events : Events
            The events.
        decays : ndarray, shape (n, 2, 2, 2)
            Normal random numbers of the decays' showers, as in `decay_chains.acceptance`.
        beam : ndarray, shape (4, n)
            Those of the beam particle's shower, two, and of where it hits.
        azimuth : ndarray, shape (n,)
            Of the first chi2 about the beam, in rad.
        """
        rest = self._rest(events.mediator_energy)
        return tuple(
            CellDeposits(
                cells,
                self._shower(cells, rest, beam),
                self._decays(cells, events, decays, beam, azimuth),
            )
            for cells in self.cells
        )

    def _rest(self, mediator_energy: FloatArray) -> FloatArray:
        return np.maximum(self.question.dump.energy - mediator_energy, 0.0)

    def _shower(self, cells: CentralCells, energy: FloatArray, beam: FloatArray) -> FloatArray:
        """Energies of the target's shower, (n, detectors, 2); only the target has one."""
        target = self.question.experiment.target
        model = ShowerModel.of(target.material)
        off = cells.cut.axis_spread_cm * np.hypot(beam[2], beam[3])
        found = np.zeros((len(energy), len(cells.detectors), 2))
        for i, (detector, shares) in enumerate(zip(cells.detectors, cells.shares, strict=True)):
            if detector.name == target.detector:
                outside = shares.at(model.showers(energy, beam[:2].T), off)
                found[:, i] = split(energy, outside)
        return found

    def _decays(
        self,
        cells: CentralCells,
        events: "Events",
        normals: FloatArray,
        beam: FloatArray,
        azimuth: FloatArray,
    ) -> FloatArray:
        """Energies of pairs that begin in the middle of each detector, (n, 2, detectors, 2)."""
        energy = np.stack([events.electron_energy, events.positron_energy], axis=-1)
        energy = np.where((events.pair == 0)[..., None], energy, 0.0)
        found = np.zeros((len(energy), 2, len(cells.detectors), 2))
        for i, (detector, shares) in enumerate(zip(cells.detectors, cells.shares, strict=True)):
            showers = ShowerModel.of(shares.material).showers(energy, normals)
            flown = np.zeros(len(energy))
            if detector.name != self.question.experiment.target.detector:
                middle = (detector.position_cm + detector.rear_cm) / 2
                flown = middle - events.production_depth_cm
            across = events.transverse_slope * flown[:, None]
            x, y = cells.cut.axis_spread_cm * beam[2:, :, None]
            off = np.hypot(
                x + across * np.cos(azimuth)[:, None], y + across * np.sin(azimuth)[:, None]
            )
            found[:, :, i] = split(energy, shares.at(showers, off[..., None])).sum(axis=2)
        return found
