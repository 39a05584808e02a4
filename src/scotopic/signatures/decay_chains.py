r"""Which decays in flight a selection accepts.

The mediator decays where it is made into particles that fly along the beam; an unstable one
(called chi2) decays at some position z to a stable particle and an e+e- pair. Position by
position the set-up answers as follows.

- Inside the calorimeter the pair's energy adds to what the beam particle's shower left. The
  deeper the decay, the more of its shower leaks out; each event draws the fluctuations of its
  two showers, and the deepest decay that the vetoes allow is solved for.
  Pairs of muons or hadrons are taken to leak out whole.
- Behind the calorimeter the pair is absorbed by the next detector: gaps belong to the detector
  behind them. Leakage from one detector behind the calorimeter to the next is neglected.
- Behind the last detector nothing is seen.

Measured energies are smeared by their resolution as a probability, not by drawing. Angles to the
beam count for the cells that are hit, and are else neglected (millirad over some metres).
"""

import math
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.detector.calorimeter import ShowerModel
from scotopic.detector.zones import Cuts, Places, SetUp, Stretch
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.events.lifetimes import Acceptance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scotopic.detector.cells import CellDeposits
    from scotopic.detector.segments import SegmentDeposits
    from scotopic.events.simulation import Events
    from scotopic.experiments import Experiment
    from scotopic.experiments.selections import CalorimeterSelection

FloatArray = npt.NDArray[np.float64]
# Two decays inside the calorimeter share what may leak. Their leakage, in units of the limit, is
# sorted into these intervals; pairs of intervals that lie on both sides of the limit count with
# the fraction that is allowed if decays are spread evenly where the leakage grows exponentially.
_SHARES = np.array([0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0])
_SMALLEST_SHARE = 1e-4
_ROUNDING = 1e-12


@displayed
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
    experiment: "Experiment",
    selection: "CalorimeterSelection",
    events: "Events",
    normals: FloatArray,
    deposits: "SegmentDeposits | None" = None,
    cells: "Sequence[CellDeposits]" = (),
) -> Acceptance:
    """Return what a signature accepts of events, for every lifetime.

    Parameters
    ----------
    experiment : Experiment
        Beam, target and detectors.
    selection : CalorimeterSelection
        Of one of the card's searches, or a variation of it.
    events : Events
        The events.
    normals : ndarray, shape (n, 2, 2, 2)
        Standard normal random numbers for the showers: decay, electron or positron, two each.
        The same numbers make the same fluctuations: give all masses the same.
    deposits : SegmentDeposits, optional
        What the beam particles' showers leave in segments that the selection limits; left out: the
        limits are not applied.
    cells : sequence of CellDeposits
        What events leave inside and outside of the cells that it limits; left out: the same.

    Raises
    ------
    RangeError
        If the arrays' shapes do not fit or detectors behind the calorimeter overlap.
    """
    _check(events, normals)
    setup = SetUp.of(experiment, selection)
    event, flight, coefficient = [np.zeros(0, np.int64)], [np.zeros(0)], [np.zeros(0)]
    for count in (0, 1, 2):
        index = np.flatnonzero(events.chi2_count == count)
        if len(index) == 0:
            continue
        rows = events.of_rows(index)
        own = None if deposits is None else deposits.of_rows(index)
        edges, stretches = _stretches(setup, rows, normals[index], count, own)
        flown = np.maximum(edges - rows.production_depth_cm[:, None, None], 0.0)
        flights = flown / rows.chi2_beta_gamma[:, :count, None]
        added = None if own is None else _added(setup, rows, normals[index], count, own)
        in_cells = [one.of_rows(index) for one in cells]
        pairs = rows.pair_energy[:, :count]
        cuts = Cuts(setup, rows.mediator_energy, pairs, own, added, in_cells)
        for corner, steps in _corners(cuts, stretches, count):
            event.append(index)
            flight.append(
                sum((flights[:, k, i] for k, i in enumerate(corner)), np.zeros(len(index)))
            )
            coefficient.append(steps)
    terms = (np.concatenate(event), np.concatenate(flight), np.concatenate(coefficient))
    used = terms[2] != 0
    return Acceptance(events.weight * selection.efficiency, *(values[used] for values in terms))


def decay_positions(
    experiment: "Experiment",
    selection: "CalorimeterSelection",
    events: "Events",
    normals: FloatArray,
) -> DecayPositions:
    """Return where the decays of events with one unstable particle are accepted.

    Parameters
    ----------
    experiment, selection, events, normals
        As in `acceptance`.

    Raises
    ------
    RangeError
        If an event has not exactly one unstable particle.
    """
    _check(events, normals)
    if not np.all(events.chi2_count == 1):
        raise RangeError("chi2_count: decay positions are those of events with one decay")
    setup = SetUp.of(experiment, selection)
    edges, stretches = _stretches(setup, events, normals, 1)
    cuts = Cuts(setup, events.mediator_energy, events.pair_energy[:, :1])
    columns = []
    for stretch in stretches:
        allowed, places = _allowed((stretch,))
        columns.append(allowed * cuts.probability(places))
    start = np.maximum(edges[:, 0], events.production_depth_cm[:, None])
    return DecayPositions(start, np.stack(columns, axis=1))


def _stretches(
    setup: SetUp,
    events: "Events",
    normals: FloatArray,
    count: int,
    deposits: "SegmentDeposits | None" = None,
) -> tuple[FloatArray, tuple[Stretch, ...]]:
    """Where the stretches of each flight begin, (n, count, s) in cm, and what they are."""
    edges, stretches = _inside(setup, events, normals, count)
    if deposits is not None and setup.calorimeter_counted:
        edges, stretches = _in_segments(setup, events, edges, stretches, deposits)
    behind = np.broadcast_to(setup.starts_cm, (len(events.weight), count, len(setup.starts_cm)))
    return np.concatenate([edges, behind], axis=2), (*stretches, *setup.zones)


def _corners(
    cuts: Cuts, stretches: tuple[Stretch, ...], count: int
) -> "Iterator[tuple[tuple[int, ...], FloatArray]]":
    """Corners at which the probability changes, and what multiplies their exponentials.

    The probability is constant in boxes of stretches, one axis a decay. The exponential of the
    corner at which boxes begin is multiplied by its difference over all axes. Corners at which
    nothing changes for any event are left out.
    """
    for corner in np.ndindex(*[len(stretches)] * count):
        factors: dict[Places, float] = {}
        for offset in product((0, 1), repeat=count):
            box = tuple(i - o for i, o in zip(corner, offset, strict=True))
            if min(box, default=0) < 0:
                continue
            allowed, places = _allowed(tuple(stretches[i] for i in box))
            factors[places] = factors.get(places, 0.0) + (-1) ** sum(offset) * allowed
        steps = [f * cuts.probability(p) for p, f in factors.items() if abs(f) > _ROUNDING]
        if steps:
            yield corner, np.sum(steps, axis=0)


def _allowed(box: tuple[Stretch, ...]) -> tuple[float, Places]:
    """Return what a box contributes for its position and leakage, and its places."""
    places = tuple(stretch.place for stretch in box)
    if not all(stretch.counted for stretch in box):
        return 0.0, places
    return _leakage_allowed(tuple(s.level for s in box if s.level is not None)), places


def _inside(
    setup: SetUp, events: "Events", normals: FloatArray, count: int
) -> tuple[FloatArray, tuple[Stretch, ...]]:
    """Edges (n, count, s) in cm of the stretches inside the calorimeter, and these."""
    name = setup.selection.calorimeter
    front = np.zeros((len(events.weight), count, 1))
    if not setup.calorimeter_counted:
        return front, (Stretch(name, counted=False),)
    limit = setup.leakage_limit
    if count == 0 or math.isinf(limit):
        return front, (Stretch(name, counted=True, level=0),)
    material = setup.experiment.target.material
    energy = np.stack([events.electron_energy, events.positron_energy], axis=-1)[:, :count]
    penetrates = (events.pair[:, :count] > 0) & (energy.sum(axis=-1) > limit)
    showers = ShowerModel.of(material).showers(energy, normals[:, :count])
    last = len(_SHARES) - 1
    levels = [last] if count == 1 else range(1, last + 1)
    edges, depth = [front], np.array(np.inf)
    for level in levels:
        depth = showers.depth_that_leaves(_SHARES[level] * limit, beyond_it=depth)
        start = setup.starts_cm[0] - depth * material.radiation_length_cm
        start[penetrates] = 0.0
        edges.append(np.maximum(start, 0.0)[..., None])
    stretches = [Stretch(name, counted=True, level=level) for level in (0, *levels)]
    return np.concatenate(edges, axis=2), tuple(stretches)


def _in_segments(
    setup: SetUp,
    events: "Events",
    edges: FloatArray,
    stretches: tuple[Stretch, ...],
    deposits: "SegmentDeposits",
) -> tuple[FloatArray, tuple[Stretch, ...]]:
    """Cut the first stretch inside the calorimeter into slices of the segments, and the rest."""
    slices = deposits.slices(events.production_depth_X0)
    starts = slices[:, None] * setup.experiment.target.material.radiation_length_cm
    starts = np.broadcast_to(starts, (*edges.shape[:2], starts.shape[-1]))
    behind = np.maximum(edges[..., 1:], starts[..., -1:])
    first, *others = stretches
    inside = [replace(first, segment=i) for i in range(slices.shape[1] - 1)]
    return np.concatenate([starts, behind], axis=2), (*inside, first, *others)


def _added(
    setup: SetUp, events: "Events", normals: FloatArray, count: int, deposits: "SegmentDeposits"
) -> FloatArray:
    """Energy in GeV that each decay leaves, (n, count, slice in which it is, segment)."""
    model = ShowerModel.of(setup.experiment.target.material)
    depth = events.production_depth_X0
    shape = (len(depth), count, deposits.slices(depth).shape[1] - 1, deposits.shower.shape[1])
    found = np.zeros(shape)
    for k in range(count):
        electrons = events.pair[:, k] == 0
        energy = np.stack([events.electron_energy[:, k], events.positron_energy[:, k]], axis=-1)
        showers = model.showers(np.where(electrons[:, None], energy, 0.0), normals[:, k])
        found[:, k] = deposits.pairs(showers, depth)
    return found


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


def _check(events: "Events", normals: FloatArray) -> None:
    n = len(events.weight)
    if normals.shape != (n, 2, 2, 2):
        raise RangeError(f"normals: shape {normals.shape} is not {(n, 2, 2, 2)}")
    for name in ("chi2_beta_gamma", "pair", "pair_energy", "electron_energy", "positron_energy"):
        shape = getattr(events, name).shape
        if shape != (n, 2):
            raise RangeError(f"{name}: shape {shape} is not {(n, 2)}")
    count = np.asarray(events.chi2_count)
    if not np.all((count >= 0) & (count <= 2)):
        raise RangeError(f"chi2_count: {count[(count < 0) | (count > 2)][0]} is not 0, 1 or 2")
    present = np.arange(2) < count[:, None]
    if not np.all(events.chi2_beta_gamma[present] > 0):
        raise RangeError("chi2_beta_gamma: not positive where there is a particle")
