"""Limits of the energy in parts of a calorimeter along the beam: how likely showers meet them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.detector.calorimeter import Showers
from scotopic.display import displayed
from scotopic.errors import RangeError

if TYPE_CHECKING:
    from scotopic.experiments import EnergyResolution, Experiment
    from scotopic.experiments.selections import CalorimeterSelection, SegmentCut

FloatArray = npt.NDArray[np.float64]

_SLICES = np.array([0.1, 0.3, 0.6, 1.0])  # ends, in what is left of a segment behind the production
_MEASUREMENTS = 16  # of each shower; that showers differ matters more
_SEED = 1


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
    def of(cls, experiment: "Experiment", selection: "CalorimeterSelection") -> "SegmentCuts":
        """Return the limits of a card's selection, which may be none.

        Raises
        ------
        RangeError
            If the calorimeter has no resolution.
        """
        calorimeter = experiment.detector(selection.calorimeter)
        last = max((number for cut in selection.segments for number in cut.segments), default=0)
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
            All limits of the same segments are on one measured energy. If limits are on sums
            that have some segments in common, each segment is measured by itself, by drawn
            errors.
        """
        limits = self._limits()
        if len({n for one in limits for n in one}) < sum(map(len, limits)):
            return self._drawn(deposited, limits)
        passes = np.ones(len(deposited))
        for segments, (low, high) in limits.items():
            energy = deposited[:, list(segments)].sum(axis=1)
            inside = self._below(high, energy) - self._below(low, energy)
            passes *= np.maximum(inside, 0.0)
        return passes

    def _limits(self) -> dict[tuple[int, ...], tuple[float, float]]:
        """Return the range of each sum of segments, which are counted from zero."""
        found: dict[tuple[int, ...], tuple[float, float]] = {}
        for cut in self.cuts:
            segments = tuple(sorted(number - 1 for number in cut.segments))
            low, high = found.get(segments, (-np.inf, np.inf))
            least, most = cut.minimum_energy_GeV, cut.maximum_energy_GeV
            found[segments] = (
                low if least is None else max(low, least),
                high if most is None else min(high, most),
            )
        return found

    def _drawn(
        self, deposited: FloatArray, limits: dict[tuple[int, ...], tuple[float, float]]
    ) -> FloatArray:
        """Return the share of measurements with drawn errors that are within limits."""
        normals = np.random.default_rng(_SEED).standard_normal((_MEASUREMENTS, *deposited.shape))
        energies = deposited + self.resolution.sigma_GeV(deposited) * normals
        passes = np.ones(normals.shape[:2], dtype=bool)
        for segments, (low, high) in limits.items():
            energy = energies[..., list(segments)].sum(axis=-1)
            passes &= (low < energy) & (energy < high)
        return np.asarray(passes.mean(axis=0))

    def _below(self, limit: float, energy: FloatArray) -> FloatArray:
        from scipy.special import ndtr  # noqa: PLC0415 - slow to import, not needed when warm

        sigma = self.resolution.sigma_GeV(energy)
        away = np.where(energy < limit, np.inf, -np.inf)
        return np.asarray(ndtr(np.divide(limit - energy, sigma, out=away, where=sigma > 0)))


@displayed
@dataclass(frozen=True, eq=False)
class SegmentDeposits:
    """What showers and decays leave in segments, event by event.

    Attributes
    ----------
    cuts : SegmentCuts
        The limits.
    shower : ndarray, shape (n, segments)
        Energy in GeV that the rest of the beam particle's shower leaves.
    """

    cuts: SegmentCuts
    shower: FloatArray

    def of_rows(self, rows: "npt.NDArray[np.int64]") -> "SegmentDeposits":
        """Return those of some events."""
        return SegmentDeposits(self.cuts, self.shower[rows])

    def slices(self, production_X0: FloatArray) -> FloatArray:
        """Return the edges of slices of the segments, shape (n, slices + 1), in X0.

        A decay is taken to happen in the middle of its slice. The thinnest are behind the
        production of the mediator, at depths of shape (n,), where short-lived particles decay.
        """
        edges = np.array(self.cuts.edges_X0)
        start = np.clip(production_X0[:, None], edges[:-1], edges[1:])
        inside = start[..., None] + (edges[1:] - start)[..., None] * _SLICES
        front = np.zeros((len(production_X0), 1))
        return np.concatenate([front, inside.reshape(len(production_X0), -1)], axis=1)

    def pairs(self, showers: Showers, production_X0: FloatArray) -> FloatArray:
        """Return what decays leave in segments, for each slice in which they may be.

        Parameters
        ----------
        showers : Showers
            Of the electron and positron of each decay, shape (n, 2).
        production_X0 : ndarray, shape (n,)
            Depth at which the mediator was made.

        Returns
        -------
        ndarray, shape (n, slices, segments)
            In GeV.
        """
        edges, slices = np.array(self.cuts.edges_X0), self.slices(production_X0)
        start = np.maximum(slices[:, :-1], production_X0[:, None])
        decay = (start + np.maximum(slices[:, 1:], start)) / 2
        behind = [
            [showers.beyond(np.maximum(edge - one, 0.0)[:, None]).sum(axis=1) for edge in edges]
            for one in decay.T
        ]
        return -np.diff(np.array(behind), axis=1).transpose(2, 0, 1)

    def probability(self, added: FloatArray) -> FloatArray:
        """Return the probabilities to meet all limits with so much more in the segments."""
        return self.cuts.probability(self.shower + added)
