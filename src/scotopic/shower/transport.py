"""One shower after another: the hot loops of the Monte Carlo."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.compiled import compiled
from scotopic.units import ELECTRON_MASS

Array = npt.NDArray[np.float64]

ELECTRON: Final = 0
POSITRON: Final = 1
PHOTON: Final = 2


class Rates(NamedTuple):
    """Rates per radiation length on even grids of ln E and ln x.

    `hard`: emission of photons above the lesser of `softest` E and `cutoff`; `loss`: GeV lost
    to softer ones and in collisions, for e- and e+; `pairs`: conversion of photons; `a`, `b`,
    `c`: functions of `RadiationTable`; `bound`: an upper limit of k dN/dk.
    """

    log_energy: Array
    hard: Array
    loss: Array
    pairs: Array
    log_x: Array
    a: Array
    b: Array
    c: Array
    bound: float
    softest: float
    cutoff: float


class Tally(NamedTuple):
    """What one shower leaves in slices of depth: energy, and track length in bins of energy."""

    depth_edges: Array
    energy_edges: Array
    tracks: Array
    deposited: Array
    stack: Array


@compiled
def interpolated(grid: Array, values: Array, where: float) -> float:
    """Interpolate linearly on an even grid, constant outside."""
    position = (where - grid[0]) / (grid[1] - grid[0])
    position = min(max(position, 0.0), len(grid) - 1.000001)
    low = int(position)
    part = position - low
    return float(values[low] * (1 - part) + values[low + 1] * part)


@compiled
def _shape(rates: Rates, x: float, one: float, squares: float, product: float) -> float:
    """Return (one a + 2 squares b + 2 product c)/3 at x, never below zero."""
    log_x = np.log(x)
    a = interpolated(rates.log_x, rates.a, log_x)
    b = interpolated(rates.log_x, rates.b, log_x)
    c = interpolated(rates.log_x, rates.c, log_x)
    return max((one * a + 2 * squares * b + 2 * product * c) / 3, 0.0)


@compiled
def softest_photon(rates: Rates, energy: float) -> float:
    """Return the energy above which photons are emitted one by one."""
    return min(rates.softest * energy, rates.cutoff)


@compiled
def sample_bremsstrahlung(rates: Rates, energy: float, rng: np.random.Generator) -> float:
    """Return the energy of a hard photon."""
    span = np.log(energy / softest_photon(rates, energy))
    while True:
        y = np.exp(-span * rng.random())
        k = y * energy
        left = max(energy - k, 1e-12)
        x = ELECTRON_MASS * k / (energy * left)
        if rng.random() * rates.bound < _shape(rates, x, y * y, 1 + (1 - y) ** 2, 1 - y):
            return float(k)


@compiled
def sample_pair(rates: Rates, photon_energy: float, rng: np.random.Generator) -> float:
    """Return the energy of the positron of a pair."""
    while True:
        z = rng.random()
        product = max(z * (1 - z), 1e-15)
        x = ELECTRON_MASS / (photon_energy * product)
        if rng.random() < _shape(rates, x, 1.0, 1 - 2 * product, -product):
            return float(z * photon_energy)


@compiled
def _slice(edges: Array, depth: float) -> int:
    row = int(np.searchsorted(edges, depth, side="right")) - 1
    return min(max(row, 0), len(edges) - 2)


@compiled
def _record(
    tally: Tally, species: int, energy: float, start: float, stop: float, lost: float
) -> None:
    """Spread a piece of track, and the energy lost on it, over the slices it crosses."""
    length = stop - start
    if length <= 0:
        return
    edges = tally.depth_edges
    column = np.searchsorted(tally.energy_edges, energy, side="right") - 1
    wanted = 0 <= column < len(tally.energy_edges) - 1
    row = _slice(edges, start)
    here = start
    while here < stop:
        end = min(edges[row + 1], stop)
        if wanted:
            tally.tracks[species, row, column] += end - here
        tally.deposited[row] += lost * (end - here) / length
        here = end
        row += 1


@compiled
def _push(tally: Tally, rates: Rates, height: int, particle: tuple[int, float, float]) -> int:
    """Put a particle on the stack, or its energy where it is if that is below the cutoff."""
    species, energy, depth = particle
    if energy < rates.cutoff:
        tally.deposited[_slice(tally.depth_edges, depth)] += energy
        return height
    tally.stack[height, 0] = species
    tally.stack[height, 1] = energy
    tally.stack[height, 2] = depth
    return height + 1


@compiled
def _follow_photon(
    tally: Tally,
    rates: Rates,
    height: int,
    energy: float,
    depth: float,
    rng: np.random.Generator,
) -> tuple[int, float]:
    """Follow a photon to its conversion; return the height of the stack and what escaped."""
    free = rng.standard_exponential() / interpolated(rates.log_energy, rates.pairs, np.log(energy))
    end = tally.depth_edges[-1]
    if depth + free >= end:
        _record(tally, PHOTON, energy, depth, end, 0.0)
        return height, energy
    stop = depth + free
    _record(tally, PHOTON, energy, depth, stop, 0.0)
    positron = sample_pair(rates, energy, rng)
    height = _push(tally, rates, height, (POSITRON, positron, stop))
    return _push(tally, rates, height, (ELECTRON, energy - positron, stop)), 0.0


@compiled
def _follow_lepton(
    tally: Tally,
    rates: Rates,
    height: int,
    species: int,
    energy: float,
    depth: float,
    rng: np.random.Generator,
) -> tuple[int, float]:
    """Follow an electron or positron to the cutoff or the rear; returns as `_follow_photon`."""
    end = tally.depth_edges[-1]
    while energy >= rates.cutoff:
        log_energy = np.log(energy)
        loss = interpolated(rates.log_energy, rates.loss[species], log_energy)
        free = rng.standard_exponential() / interpolated(rates.log_energy, rates.hard, log_energy)
        to_cutoff = (energy - rates.cutoff) / loss if loss > 0 else np.inf
        path = min(free, to_cutoff, end - depth)
        lost = loss * path
        _record(tally, species, energy - lost / 2, depth, depth + path, lost)
        depth += path
        energy -= lost
        if depth >= end:
            return height, energy
        if to_cutoff <= free:
            break
        photon = sample_bremsstrahlung(rates, energy, rng)
        height = _push(tally, rates, height, (PHOTON, photon, depth))
        energy -= photon
    tally.deposited[_slice(tally.depth_edges, depth)] += energy
    return height, 0.0


@compiled
def run_showers(
    tally: Tally,
    rates: Rates,
    beam: tuple[int, float],
    rng: np.random.Generator,
    sums: Array,
    deposited: Array,
    escaped: Array,
) -> None:
    """Run as many showers as `escaped` has places.

    Adds track lengths and their squares to `sums[0]` and `sums[1]`; writes each shower's energy
    in slices to `deposited` and the energy of what left behind to `escaped`.
    """
    for shower in range(len(escaped)):
        tally.tracks[:] = 0.0
        tally.deposited[:] = 0.0
        height = _push(tally, rates, 0, (beam[0], beam[1], tally.depth_edges[0]))
        while height > 0:
            height -= 1
            species = int(tally.stack[height, 0])
            energy, depth = tally.stack[height, 1], tally.stack[height, 2]
            if species == PHOTON:
                height, out = _follow_photon(tally, rates, height, energy, depth, rng)
            else:
                height, out = _follow_lepton(tally, rates, height, species, energy, depth, rng)
            escaped[shower] += out
        sums[0] += tally.tracks
        sums[1] += tally.tracks**2
        deposited[shower] = tally.deposited


def empty_tally(depth_edges: Array, energy_edges: Array, particles: int) -> Tally:
    """Return a tally with room for so many particles that wait to be followed."""
    slices, bins = len(depth_edges) - 1, len(energy_edges) - 1
    return Tally(
        depth_edges,
        energy_edges,
        np.zeros((3, slices, bins)),
        np.zeros(slices),
        np.zeros((particles, 3)),
    )
