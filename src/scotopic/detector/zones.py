"""A set-up as decays in flight meet it: zones along the beam, and cuts on what is left there."""

import math
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.detector.window import EnergyWindow
from scotopic.display import displayed
from scotopic.errors import RangeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scotopic.detector.cells import CellDeposits
    from scotopic.detector.segments import SegmentDeposits
    from scotopic.experiments import Detector, Experiment
    from scotopic.experiments.selections import CalorimeterSelection

FloatArray = npt.NDArray[np.float64]
Places = tuple[str, ...]

BEHIND_ALL = ""
"""What stands for a detector where there is none."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of the flight.

    Attributes
    ----------
    detector : str
        That absorbs a decay there; `BEHIND_ALL` where there is none.
    counted : bool
        Whether the signature takes decays there.
    level : int or None
        Inside the calorimeter, number of the interval in which the leakage is; None elsewhere.
    segment : int or None
        Inside segments of the calorimeter that the selection limits, index of the slice; None
        elsewhere.
    """

    detector: str
    counted: bool
    level: int | None = None
    segment: int | None = None

    @property
    def place(self) -> str:
        """What tells it from other stretches: the detector, and the segment if it is in one."""
        return self.detector if self.segment is None else f"{self.detector}[{self.segment}]"


@displayed
@dataclass(frozen=True)
class SetUp:
    """A set-up as a signature sees decays in it: zones along the beam.

    Attributes
    ----------
    experiment, signature : Experiment, Signature
        What it is of.
    starts_cm : ndarray, shape (z,)
        Where the zones behind the calorimeter begin; each ends where the next begins.
    zones : tuple of Stretch
        What a decay there meets. A gap belongs to the detector behind it; neighbours that the
        signature cannot tell apart are one.
    """

    experiment: "Experiment"
    selection: "CalorimeterSelection"
    starts_cm: FloatArray
    zones: tuple[Stretch, ...]

    @classmethod
    def of(cls, experiment: "Experiment", selection: "CalorimeterSelection") -> "SetUp":
        """Return the zones of a set-up.

        Raises
        ------
        RangeError
            If detectors behind the calorimeter overlap.
        """
        first = _first_counted(experiment, selection)
        starts = [experiment.detector(selection.calorimeter).rear_cm]
        zones: list[Stretch] = []
        for detector in detectors_behind(experiment, selection):
            if detector.position_cm < starts[-1]:
                raise RangeError(f"position_cm: {detector.name} begins inside what is before it")
            if starts[-1] < first < detector.rear_cm:
                zones.append(Stretch(detector.name, counted=False))
                starts.append(first)
            zones.append(Stretch(detector.name, counted=starts[-1] >= first))
            starts.append(detector.rear_cm)
        zones.append(Stretch(BEHIND_ALL, counted=starts[-1] >= first))
        looks = [cls._look(experiment, selection, zone) for zone in zones]
        kept = [i for i in range(len(zones)) if i == 0 or looks[i] != looks[i - 1]]
        starts_cm = np.array([starts[i] for i in kept])
        return cls(experiment, selection, starts_cm, tuple(zones[i] for i in kept))

    @staticmethod
    def _look(experiment: "Experiment", selection: "CalorimeterSelection", zone: Stretch) -> object:
        """Return what the signature can tell of a decay in a zone: all that equal zones share."""
        if not zone.counted:
            return False
        groups = [veto.detectors for veto in selection.vetoes]
        if selection.decay_signal is not None:
            groups.append(selection.decay_signal.detectors)
        groups += [cut.detectors for cut in selection.central_cells]
        seen = tuple(zone.detector in group for group in groups)
        return seen, experiment.detector(zone.detector).energy_resolution if any(seen) else None

    @property
    def calorimeter_counted(self) -> bool:
        """Whether the signature takes decays inside the calorimeter."""
        return _first_counted(self.experiment, self.selection) < float(self.starts_cm[0])

    @cached_property
    def leakage_limit(self) -> float:
        """Energy in GeV that may leak out of the calorimeter; infinite if nothing vetoes it."""
        limit = math.inf
        for veto in self.selection.vetoes:
            behind = [n for n in veto.detectors if n != self.selection.calorimeter]
            for detector in map(self.experiment.detector, behind):
                share = detector.shower_leakage_fraction
                limit = min(limit, veto.maximum_energy_GeV / (1.0 if share is None else share))
        return limit


def calorimeter_window(experiment: "Experiment", selection: "CalorimeterSelection") -> EnergyWindow:
    """Return the window of the calorimeter's energy.

    Where its faintest smeared edges ask for a shower that is not followed so far down, it leaves
    them out.
    """
    window = EnergyWindow(
        experiment.beam.energy_GeV,
        selection.minimum_calorimeter_energy_GeV,
        selection.maximum_calorimeter_energy_GeV,
        experiment.visible_energy_resolution(selection.calorimeter),
    )
    return followed(experiment, window)


def followed(experiment: "Experiment", window: EnergyWindow) -> EnergyWindow:
    """Return a window without the faintest edges below where the target's shower is followed."""
    if experiment.beam.lepton == "muon":
        return window
    from scotopic.shower.tracks import is_followed  # noqa: PLC0415 - cards are read without it

    medium, thresholds = experiment.target.build(), np.sort(window.thresholds()[0])
    if is_followed(medium, float(thresholds[0])):
        return window
    high = [energy for energy in thresholds.tolist() if is_followed(medium, energy)]
    return replace(window, followed_from=high[0]) if high else window


def detectors_behind(
    experiment: "Experiment", selection: "CalorimeterSelection"
) -> list["Detector"]:
    """Return the detectors that end behind the calorimeter, along the beam."""
    rear = experiment.detector(selection.calorimeter).rear_cm
    along = sorted(experiment.detectors, key=lambda d: d.position_cm)
    return [d for d in along if d.rear_cm > rear]


def _first_counted(experiment: "Experiment", selection: "CalorimeterSelection") -> float:
    """Position in cm from which on the signature takes decays."""
    if selection.decays_from is not None:
        return experiment.detector(selection.decays_from).position_cm
    if selection.decays_behind is not None:
        return experiment.detector(selection.decays_behind).rear_cm
    return -math.inf


class Cuts:
    """Probabilities to meet a signature's cuts on energies, by where the decays are.

    Each cut looks at some detectors only: it is computed once for all places that look the same
    to it.

    Parameters
    ----------
    setup : SetUp
        Of the selection.
    mediator_energy : ndarray, shape (n,)
        In GeV.
    pair_energy : ndarray, shape (n, decays)
        In GeV.
    deposits : SegmentDeposits, optional
        In segments of the calorimeter, if the selection limits them.
    added : ndarray, shape (n, decays, slices, segments)
        Energy in GeV that each decay leaves in segments, by the slice in which it is.
    cells : sequence of CellDeposits
        Inside and outside of the cells that the selection limits.
    """

    def __init__(
        self,
        setup: SetUp,
        mediator_energy: FloatArray,
        pair_energy: FloatArray,
        deposits: "SegmentDeposits | None" = None,
        added: FloatArray | None = None,
        cells: "Sequence[CellDeposits]" = (),
    ) -> None:
        self.experiment, self.pair_energy = setup.experiment, pair_energy
        selection = setup.selection
        self._calorimeter, self._deposits, self._added = selection.calorimeter, deposits, added
        self._cells = cells
        count = 0 if added is None else added.shape[2]
        inside = [Stretch(selection.calorimeter, True, segment=i) for i in range(count)]
        self._segments = {one.place: i for i, one in enumerate(inside)}
        window = calorimeter_window(setup.experiment, selection)
        self._cuts: list[tuple[Places, Callable[[FloatArray, FloatArray], FloatArray]]] = [
            ((selection.calorimeter,), lambda more, _: window.acceptance(mediator_energy - more)),
        ]
        for veto in selection.vetoes:
            cut = partial(_probability_below, veto.maximum_energy_GeV)
            self._cuts.append((veto.detectors, cut))
        if (signal := selection.decay_signal) is not None:
            missed = partial(_probability_below, signal.minimum_energy_GeV)
            self._cuts.append((signal.detectors, lambda energy, sigma: 1 - missed(energy, sigma)))
        self._known: dict[tuple[int | str, Places], FloatArray] = {}

    def probability(self, places: Places) -> FloatArray:
        """Return the probability (n,) to meet all cuts, the k-th decay being in `places[k]`."""
        met = [self._met(k, places) for k in range(len(self._cuts))]
        met += [self._met_in_cells(one, places) for one in self._cells]
        return np.asarray(np.prod([*met, self._met_in_segments(places)], axis=0))

    def _met_in_cells(self, deposits: "CellDeposits", places: Places) -> FloatArray:
        cut = deposits.cells.cut
        detectors = tuple(self._detector(place) for place in places)
        seen = tuple(name if name in cut.detectors else BEHIND_ALL for name in detectors)
        if (cut.name, seen) not in self._known:
            self._known[cut.name, seen] = deposits.probability(seen)
        return self._known[cut.name, seen]

    def _met_in_segments(self, places: Places) -> FloatArray:
        if self._deposits is None:
            return np.ones(len(self.pair_energy))
        seen = tuple(place if place in self._segments else BEHIND_ALL for place in places)
        if (-1, seen) not in self._known:
            total = np.zeros_like(self._deposits.shower)
            for k, place in enumerate(seen):
                if place != BEHIND_ALL and self._added is not None:
                    total += self._added[:, k, self._segments[place]]
            self._known[-1, seen] = self._deposits.probability(total)
        return self._known[-1, seen]

    def _met(self, number: int, places: Places) -> FloatArray:
        detectors, probability = self._cuts[number]
        places = tuple(self._detector(place) for place in places)
        seen = tuple(place if place in detectors else BEHIND_ALL for place in places)
        if (number, seen) not in self._known:
            self._known[number, seen] = probability(*self._deposited(seen))
        return self._known[number, seen]

    def _detector(self, place: str) -> str:
        return self._calorimeter if place in self._segments else place

    def _deposited(self, seen: Places) -> tuple[FloatArray, FloatArray]:
        """Return the energy in GeV that decays leave in detectors, and its resolution."""
        energy, variance = np.zeros((2, len(self.pair_energy)))
        for place, deposit in zip(seen, self.pair_energy.T, strict=True):
            if place == BEHIND_ALL:
                continue
            energy = energy + deposit
            resolution = self.experiment.detector(place).energy_resolution
            if resolution is not None:
                variance = variance + resolution.sigma_GeV(deposit) ** 2
        return energy, np.sqrt(variance)


def _probability_below(limit: float, energy: FloatArray, sigma: FloatArray) -> FloatArray:
    from scipy.special import ndtr  # noqa: PLC0415 - slow to import

    with np.errstate(divide="ignore"):
        away = np.where(energy < limit, np.inf, -np.inf)
        distance = np.divide(limit - energy, sigma, out=away, where=sigma > 0)
    return np.asarray(ndtr(distance))
