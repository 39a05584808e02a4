"""Limits of the energy in parts of a calorimeter along the beam: how likely showers meet them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.errors import RangeError

if TYPE_CHECKING:
    from scotopic.experiments import EnergyResolution, Experiment
    from scotopic.experiments.selections import CalorimeterSelection, SegmentCut

FloatArray = npt.NDArray[np.float64]


@displayed
@dataclass(frozen=True)
class SegmentCuts:
    """What a selection asks of the energies in segments of the target.

    Attributes
    ----------
    edges_X0 : tuple of float
        Depths in radiation lengths between the segments, from the front; what is behind the last
        segment that any cut asks for is left out.
    cuts : tuple of SegmentCut
        The limits.
    resolution : EnergyResolution
        Of the calorimeter, and so of the summed energy of some segments.
    """

    edges_X0: tuple[float, ...]
    cuts: "tuple[SegmentCut, ...]"
    resolution: "EnergyResolution"

    @classmethod
    def of(
        cls, experiment: "Experiment", selection: "CalorimeterSelection"
    ) -> "SegmentCuts | None":
        """Return the limits of a card's selection; None if there are none.

        Raises
        ------
        RangeError
            If the calorimeter has no resolution.
        """
        if not selection.segments:
            return None
        calorimeter = experiment.detector(selection.calorimeter)
        last = max(number for cut in selection.segments for number in cut.segments)
        lengths = (calorimeter.longitudinal_segments_cm or ())[:last]
        per_cm = experiment.target.thickness_X0 / experiment.target.thickness_cm
        edges = np.append(0.0, np.cumsum(lengths)) * per_cm
        resolution = calorimeter.energy_resolution
        if resolution is None:
            raise RangeError(f"detectors: {calorimeter.name} has no energy_resolution")
        return cls(tuple(edges.tolist()), selection.segments, resolution)

    def inputs(self) -> dict[str, Any]:
        """Return all that it depends on, as JSON can write it."""
        return {
            "edges_X0": list(self.edges_X0),
            "cuts": [cut.model_dump(mode="json") for cut in self.cuts],
            "resolution": self.resolution.model_dump(),
        }

    def probability(self, deposited: FloatArray) -> FloatArray:
        """Return the probabilities that measured energies are within all limits.

        Parameters
        ----------
        deposited : ndarray, shape (n, segments)
            Energies in GeV.

        Returns
        -------
        ndarray, shape (n,)
            Each cut is smeared by itself: two that share a segment are taken as independent.
        """
        passes = np.ones(len(deposited))
        for cut in self.cuts:
            energy = deposited[:, [number - 1 for number in cut.segments]].sum(axis=1)
            if cut.minimum_energy_GeV is not None:
                passes *= 1 - self._below(cut.minimum_energy_GeV, energy)
            if cut.maximum_energy_GeV is not None:
                passes *= self._below(cut.maximum_energy_GeV, energy)
        return passes

    def _below(self, limit: float, energy: FloatArray) -> FloatArray:
        from scipy.special import ndtr  # noqa: PLC0415 - slow to import, not needed when warm

        sigma = self.resolution.sigma_GeV(energy)
        away = np.where(energy < limit, np.inf, -np.inf)
        return np.asarray(ndtr(np.divide(limit - energy, sigma, out=away, where=sigma > 0)))
