r"""Which decays in flight a signature accepts.

The mediator decays where it is made into particles that fly along the beam; an unstable one
(called chi2) decays at some position z to a stable particle and an e+e- pair. Position by
position the set-up answers as follows.

- Inside the calorimeter the pair's energy adds to what the beam particle's shower left. The
  deeper the decay, the more of its shower leaks out; each event draws the fluctuations of its
  two showers, and the deepest decay that the vetoes allow is solved for.
- Behind the calorimeter the pair is absorbed by the next detector: gaps belong to the detector
  behind them. Leakage from one detector behind the calorimeter to the next is neglected.
- Behind the last detector nothing is seen.

Measured energies are smeared by their resolution as a probability, not by drawing. Angles to the
beam are neglected (millirad over some metres).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache, partial
from itertools import product
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.signal.acceptance import Acceptance
from scotopic.signal.calorimeter import ShowerModel
from scotopic.signal.missing_energy import MissingEnergy

if TYPE_CHECKING:
    from scotopic.experiments import Experiment, Signature

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Places = tuple[str, ...]

BEHIND_ALL = ""
"""What stands for a detector where there is none."""

# Two decays inside the calorimeter share what may leak. Their leakage, in units of the limit, is
# sorted into these intervals; pairs of intervals that lie on both sides of the limit count with
# the fraction that is allowed if decays are spread evenly where the leakage grows exponentially.
_SHARES = np.array([0.0, 0.02, 0.2, 0.8, 0.98, 1.0])
_SMALLEST_SHARE = 1e-4


class DecayEvents(Protocol):
    """Simulated mediators with up to two unstable particles each, one event a row."""

    @property
    def production_depth_cm(self) -> FloatArray:
        """Where the mediator is made and decays, behind the front of the target; shape (n,)."""

    @property
    def mediator_energy(self) -> FloatArray:
        """In GeV, shape (n,)."""

    @property
    def weight(self) -> FloatArray:
        """Mediators per particle on target and unit of the squared coupling, shape (n,)."""

    @property
    def chi2_count(self) -> IntArray:
        """Number of unstable particles, 0, 1 or 2; they come first in the other arrays."""

    @property
    def chi2_beta_gamma(self) -> FloatArray:
        """Momentum over mass, shape (n, 2)."""

    @property
    def pair_energy(self) -> FloatArray:
        """Energy of the pair from each decay in GeV, shape (n, 2)."""

    @property
    def electron_energy(self) -> FloatArray:
        """In GeV, shape (n, 2)."""

    @property
    def positron_energy(self) -> FloatArray:
        """In GeV, shape (n, 2)."""


@dataclass(frozen=True, eq=False)
class DecayPositions:
    """Where one decay is accepted, event by event.

    Attributes
    ----------
    edges_cm : ndarray, shape (n, s)
        Where the stretches of the flight begin, ascending, behind the front of the target; each
        ends where the next begins, the last never.
    probability : ndarray, shape (n, s)
        That an event with a decay in the stretch is accepted.
    """

    edges_cm: FloatArray
    probability: FloatArray


def acceptance(
    experiment: "Experiment", signature: "Signature", events: DecayEvents, normals: FloatArray
) -> Acceptance:
    """Return what a signature accepts of events, for every lifetime.

    Parameters
    ----------
    experiment : Experiment
        Beam, target and detectors.
    signature : Signature
        One of the card's, or a variation of it.
    events : DecayEvents
        The events.
    normals : ndarray, shape (n, 2, 2, 2)
        Standard normal random numbers for the showers: decay, electron or positron, two each.
        The same numbers make the same fluctuations: give all masses the same.

    Raises
    ------
    RangeError
        If the arrays' shapes do not fit or detectors behind the calorimeter overlap.
    """
    _check(events, normals)
    setup = _Setup.of(experiment, signature)
    parts = []
    for count in (0, 1, 2):
        index = np.flatnonzero(events.chi2_count == count)
        rows = _rows(events, index)
        edges, probability = _stretches(setup, rows, normals[index], count)
        flown = np.maximum(edges - rows.production_depth_cm[:, None, None], 0.0)
        flights = flown / rows.chi2_beta_gamma[:, :count, None]
        row, flight, coefficient = _terms(flights, probability)
        parts.append((index[row], flight, coefficient))
    event, flight, coefficient = (np.concatenate(p) for p in zip(*parts, strict=True))
    return Acceptance(events.weight * signature.efficiency, event, flight, coefficient)


def decay_positions(
    experiment: "Experiment", signature: "Signature", events: DecayEvents, normals: FloatArray
) -> DecayPositions:
    """Return where the decays of events with one unstable particle are accepted.

    Parameters
    ----------
    experiment, signature, events, normals
        As in `acceptance`.

    Raises
    ------
    RangeError
        If an event has not exactly one unstable particle.
    """
    _check(events, normals)
    if not np.all(events.chi2_count == 1):
        raise RangeError("chi2_count: decay positions are those of events with one decay")
    edges, probability = _stretches(_Setup.of(experiment, signature), events, normals, 1)
    start = np.maximum(edges[:, 0], events.production_depth_cm[:, None])
    return DecayPositions(start, probability)


@dataclass(frozen=True)
class _Stretch:
    """A stretch of the flight.

    Attributes
    ----------
    detector : str
        That absorbs a decay there; empty where there is none.
    counted : bool
        Whether the signature takes decays there.
    level : int or None
        Inside the calorimeter, the interval of `shares` in which the leakage is; None elsewhere.
    """

    detector: str
    counted: bool
    level: int | None = None


@dataclass(frozen=True)
class _Setup:
    """The zones behind the calorimeter: where each begins and what a decay there meets."""

    experiment: "Experiment"
    signature: "Signature"
    starts_cm: FloatArray
    zones: tuple[_Stretch, ...]

    @classmethod
    def of(cls, experiment: "Experiment", signature: "Signature") -> "_Setup":
        calorimeter = experiment.detector(signature.calorimeter)
        first = _first_counted(experiment, signature)
        starts = [calorimeter.position_cm + calorimeter.length_cm]
        zones: list[_Stretch] = []
        for detector in sorted(experiment.detectors, key=lambda d: d.position_cm):
            rear = detector.position_cm + detector.length_cm
            if rear <= starts[0]:
                continue
            if detector.position_cm < starts[-1]:
                raise RangeError(f"position_cm: {detector.name} begins inside what is before it")
            if starts[-1] < first < rear:
                zones.append(_Stretch(detector.name, counted=False))
                starts.append(first)
            zones.append(_Stretch(detector.name, counted=starts[-1] >= first))
            starts.append(rear)
        zones.append(_Stretch(BEHIND_ALL, counted=starts[-1] >= first))
        looks = [cls._look(experiment, signature, zone) for zone in zones]
        kept = [i for i in range(len(zones)) if i == 0 or looks[i] != looks[i - 1]]
        starts_cm = np.array([starts[i] for i in kept])
        return cls(experiment, signature, starts_cm, tuple(zones[i] for i in kept))

    @staticmethod
    def _look(experiment: "Experiment", signature: "Signature", zone: _Stretch) -> object:
        """Return what the signature can tell of a decay in a zone: all that equal zones share."""
        if not zone.counted:
            return False
        groups = [veto.detectors for veto in signature.vetoes]
        if signature.decay_signal is not None:
            groups.append(signature.decay_signal.detectors)
        seen = tuple(zone.detector in group for group in groups)
        return seen, experiment.detector(zone.detector).energy_resolution if any(seen) else None

    @property
    def calorimeter_counted(self) -> bool:
        """Whether the signature takes decays inside the calorimeter."""
        return _first_counted(self.experiment, self.signature) < self.starts_cm[0]

    @property
    def leakage_limit(self) -> float:
        """Energy in GeV that may leak out of the calorimeter; infinite if nothing vetoes it."""
        limit = math.inf
        for veto in self.signature.vetoes:
            behind = [n for n in veto.detectors if n != self.signature.calorimeter]
            for detector in map(self.experiment.detector, behind):
                share = detector.shower_leakage_fraction
                limit = min(limit, veto.maximum_energy_GeV / (1.0 if share is None else share))
        return limit

    def window(self) -> MissingEnergy:
        """Return the window of the calorimeter's energy."""
        resolution = self.experiment.detector(self.signature.calorimeter).energy_resolution
        if resolution is None:  # refused when the card is read
            raise RangeError(f"detectors: {self.signature.calorimeter} has no energy_resolution")
        return MissingEnergy(
            self.experiment.beam.energy_GeV,
            self.signature.minimum_calorimeter_energy_GeV,
            self.signature.maximum_calorimeter_energy_GeV,
            resolution,
        )


def _first_counted(experiment: "Experiment", signature: "Signature") -> float:
    """Position in cm from which on the signature takes decays."""
    if signature.decays_from is not None:
        return experiment.detector(signature.decays_from).position_cm
    if signature.decays_behind is not None:
        detector = experiment.detector(signature.decays_behind)
        return detector.position_cm + detector.length_cm
    return -math.inf


@dataclass
class _Cuts:
    """Probabilities (n,) to meet the cuts on energies, by where the decays are.

    Each cut looks at some detectors only: it is computed once for all places that look the same
    to it.
    """

    setup: _Setup
    mediator_energy: FloatArray
    pair_energy: FloatArray

    def __post_init__(self) -> None:
        signature = self.setup.signature
        self._window = self.setup.window()
        self._cuts: list[tuple[Places, Callable[[FloatArray, FloatArray], FloatArray]]] = [
            (veto.detectors, partial(_probability_below, veto.maximum_energy_GeV))
            for veto in signature.vetoes
        ]
        if signature.decay_signal is not None:
            threshold = signature.decay_signal.minimum_energy_GeV
            self._cuts.append(
                (
                    signature.decay_signal.detectors,
                    lambda energy, sigma: 1 - _probability_below(threshold, energy, sigma),
                )
            )
        self._known: dict[tuple[int, Places], FloatArray] = {}

    def probability(self, places: Places) -> FloatArray:
        """Return the probability to meet all cuts with one decay in each of these detectors."""
        calorimeter = (self.setup.signature.calorimeter,)
        together = self._look(-1, calorimeter, places)
        for number, (detectors, _) in enumerate(self._cuts):
            together = together * self._look(number, detectors, places)
        return together

    def _look(self, number: int, detectors: Places, places: Places) -> FloatArray:
        seen = tuple(place if place in detectors else BEHIND_ALL for place in places)
        if (number, seen) not in self._known:
            self._known[number, seen] = self._compute(number, seen)
        return self._known[number, seen]

    def _compute(self, number: int, seen: Places) -> FloatArray:
        energy = np.zeros_like(self.mediator_energy)
        variance = np.zeros_like(self.mediator_energy)
        for place, deposit in zip(seen, self.pair_energy.T, strict=True):
            if place == BEHIND_ALL:
                continue
            energy = energy + deposit
            resolution = self.setup.experiment.detector(place).energy_resolution
            if resolution is not None:
                variance = variance + resolution.sigma_GeV(deposit) ** 2
        if number < 0:
            return self._window.acceptance(self.mediator_energy - energy)
        return self._cuts[number][1](energy, np.sqrt(variance))


def _probability_below(limit: float, energy: FloatArray, sigma: FloatArray) -> FloatArray:
    from scipy.special import ndtr  # noqa: PLC0415 - slow to import

    with np.errstate(divide="ignore"):
        away = np.where(energy < limit, np.inf, -np.inf)
        distance = np.divide(limit - energy, sigma, out=away, where=sigma > 0)
    return np.asarray(ndtr(distance))


def _stretches(
    setup: _Setup, events: DecayEvents, normals: FloatArray, count: int
) -> tuple[FloatArray, FloatArray]:
    """Edges (n, count, s) in cm, and probabilities (n,), (n, s) or (n, s, s)."""
    cuts = _Cuts(setup, events.mediator_energy, events.pair_energy[:, :count])
    n = len(events.weight)
    edges, stretches = _inside(setup, events, normals, count)
    behind = np.broadcast_to(setup.starts_cm, (n, count, len(setup.starts_cm)))
    edges = np.concatenate([edges, behind], axis=2)
    stretches = (*stretches, *setup.zones)
    found = np.zeros((n, *([len(stretches)] * count)))
    for index in product(range(len(stretches)), repeat=count):
        places = [stretches[i] for i in index]
        levels = tuple(p.level for p in places if p.level is not None)
        allowed = _leakage_allowed(levels) if all(p.counted for p in places) else 0.0
        if allowed > 0:
            detectors = tuple(p.detector for p in places)
            found[(slice(None), *index)] = allowed * cuts.probability(detectors)
    return edges, found


def _inside(
    setup: _Setup, events: DecayEvents, normals: FloatArray, count: int
) -> tuple[FloatArray, tuple[_Stretch, ...]]:
    """Edges (n, count, s) in cm of the stretches inside the calorimeter, and these."""
    name = setup.signature.calorimeter
    front = np.zeros((len(events.weight), count, 1))
    if not setup.calorimeter_counted:
        return front, (_Stretch(name, counted=False),)
    limit = setup.leakage_limit
    if count == 0 or math.isinf(limit):
        return front, (_Stretch(name, counted=True, level=0),)
    material = setup.experiment.target.material
    energy = np.stack([events.electron_energy, events.positron_energy], axis=-1)[:, :count]
    showers = ShowerModel.of(material).showers(energy, normals[:, :count])
    last = len(_SHARES) - 1
    levels = [last] if count == 1 else range(1, last + 1)
    edges, depth = [front], np.array(np.inf)
    for level in levels:
        depth = showers.depth_that_leaves(_SHARES[level] * limit, beyond_it=depth)
        start = setup.starts_cm[0] - depth * material.radiation_length_cm
        edges.append(np.maximum(start, 0.0)[..., None])
    stretches = [_Stretch(name, counted=True, level=level) for level in (0, *levels)]
    return np.concatenate(edges, axis=2), tuple(stretches)


def _leakage_allowed(levels: tuple[int, ...]) -> float:
    """Fraction of decays that leak less than the limit together, from their levels."""
    top = len(_SHARES) - 1
    if len(levels) < 2:
        return float(all(level < top for level in levels))
    return float(_pair_fractions()[levels]) if max(levels) < top else 0.0


@cache
def _pair_fractions() -> FloatArray:
    """Fractions for two decays, shape (levels, levels): see `_SHARES`."""
    edges = np.log(np.maximum(_SHARES, _SMALLEST_SHARE))
    middles = (np.arange(400) + 0.5) / 400
    logs = edges[:-1, None] + np.diff(edges)[:, None] * middles
    sums = np.exp(logs)[:, None, :, None] + np.exp(logs)[None, :, None, :]
    return np.asarray((sums < 1).mean(axis=(2, 3)))


def _terms(flights: FloatArray, probability: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Event, flight and coefficient of the exponentials that probabilities by stretch make."""
    steps = probability
    for axis in range(1, probability.ndim):
        steps = np.diff(steps, axis=axis, prepend=0.0)
    total = np.zeros_like(probability)
    for slot in range(flights.shape[1]):
        shape = [len(flights), 1, 1][: probability.ndim]
        shape[slot + 1] = flights.shape[2]
        total = total + flights[:, slot].reshape(shape)
    used = np.nonzero(steps)
    return used[0], total[used], steps[used]


def _check(events: DecayEvents, normals: FloatArray) -> None:
    n = len(events.weight)
    if normals.shape != (n, 2, 2, 2):
        raise RangeError(f"normals: shape {normals.shape} is not {(n, 2, 2, 2)}")
    for name in ("chi2_beta_gamma", "pair_energy", "electron_energy", "positron_energy"):
        shape = getattr(events, name).shape
        if shape != (n, 2):
            raise RangeError(f"{name}: shape {shape} is not {(n, 2)}")
    count = np.asarray(events.chi2_count)
    if not np.all((count >= 0) & (count <= 2)):
        raise RangeError(f"chi2_count: {count[(count < 0) | (count > 2)][0]} is not 0, 1 or 2")
    present = np.arange(2) < count[:, None]
    if not np.all(events.chi2_beta_gamma[present] > 0):
        raise RangeError("chi2_beta_gamma: not positive where there is a particle")


def _rows(events: DecayEvents, index: IntArray) -> "_Rows":
    return _Rows(*(getattr(events, field.name)[index] for field in fields(_Rows)))


@dataclass(frozen=True, eq=False)
class _Rows:
    """Some of the events."""

    production_depth_cm: FloatArray
    mediator_energy: FloatArray
    weight: FloatArray
    chi2_count: IntArray
    chi2_beta_gamma: FloatArray
    pair_energy: FloatArray
    electron_energy: FloatArray
    positron_energy: FloatArray
