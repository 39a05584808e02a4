"""Showers in which something dark is emitted: the hot loops of the Monte Carlo of `emission`."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.compiled import compiled
from scotopic.shower.transport import (
    ELECTRON,
    PHOTON,
    POSITRON,
    Rates,
    interpolated,
    sample_bremsstrahlung,
    sample_pair,
)
from scotopic.units import ELECTRON_MASS

Array = npt.NDArray[np.float64]

COLUMNS: Final = 5
"""Of an emission: weight, species and energy of the parent, energy of what it emits, depth."""

_LOGARITHMIC: Final = 0.7  # share of the energies that are drawn evenly in ln(E - E_X)
_LARGEST_LOSS: Final = 0.002  # of a fast particle's energy in one step
_LARGEST_SLOW_LOSS: Final = 0.2
_FAST: Final = 0
_SLOW: Final = 1


class Force(NamedTuple):
    """The extra emission: `rate` per X0 of each species, its least energy, its way.

    `radiates`: the parent goes on with what is left; else it hands all its energy over.
    """

    rate: Array
    least: float
    radiates: bool


class Matter(NamedTuple):
    """The target: rates, collision loss in GeV/X0, mean path of soft photons, segments, rear."""

    rates: Rates
    collisions: Array
    soft_path: float
    edges: Array
    rear: float


class Shower(NamedTuple):
    """One shower: energy in segments, fast and slow particles that wait, and its emission.

    `left`: what is left of the exponent at which something is emitted, and all of it.
    """

    deposited: Array
    waiting: Array
    heights: npt.NDArray[np.int64]
    left: Array
    emission: Array


@compiled
def _leave(matter: Matter, shower: Shower, depth: float, energy: float) -> None:
    """Deposit energy at one place, if that is in a segment."""
    if depth < matter.edges[-1]:
        row = int(np.searchsorted(matter.edges, depth, side="right")) - 1
        shower.deposited[max(row, 0)] += energy


@compiled
def _leave_along(matter: Matter, shower: Shower, start: float, stop: float, energy: float) -> None:
    """Deposit energy evenly on a path."""
    for row in range(len(matter.edges) - 1):
        part = min(stop, matter.edges[row + 1]) - max(start, matter.edges[row])
        if part > 0:
            shower.deposited[row] += energy * part / (stop - start)


@compiled
def _push(
    matter: Matter,
    shower: Shower,
    least: float,
    particle: tuple[int, float, float],
    rng: np.random.Generator,
) -> None:
    """Let a particle wait, or leave its energy if that is below the cutoff."""
    species, energy, depth = particle
    if energy < matter.rates.cutoff:
        if species == PHOTON:
            depth += matter.soft_path * rng.standard_exponential()
        _leave(matter, shower, depth, energy)
        return
    kind = _FAST if energy >= least else _SLOW
    if kind == _SLOW and depth >= matter.edges[-1]:
        return
    place = shower.heights[kind]
    shower.waiting[kind, place, 0] = species
    shower.waiting[kind, place, 1] = energy
    shower.waiting[kind, place, 2] = depth
    shower.heights[kind] += 1


@compiled
def _emits_within(shower: Shower, force: Force, species: int, energy: float) -> float:
    """Return the path in X0 after which a particle emits."""
    if energy < force.least or force.rate[species] == 0 or shower.emission[0] > 0:
        return np.inf
    return float(shower.left[0] / force.rate[species])


@compiled
def sample_radiated(least: float, energy: float, rng: np.random.Generator) -> tuple[float, float]:
    """Return the energy that a lepton radiates, and the density in 1/GeV it is drawn with."""
    span = energy - least
    softest = min(ELECTRON_MASS, span)
    logarithm = np.log((span + softest) / softest)
    if rng.random() < _LOGARITHMIC:
        left = softest * (np.exp(logarithm * rng.random()) - 1)
    else:
        left = span * rng.random()
    density = _LOGARITHMIC / ((left + softest) * logarithm) + (1 - _LOGARITHMIC) / span
    return energy - left, density


@compiled
def _emit(
    shower: Shower, force: Force, particle: tuple[int, float, float], rng: np.random.Generator
) -> float:
    """Write the emission down; return the energy that the parent keeps."""
    species, energy, depth = particle
    emitted, density = energy, 1.0
    if force.radiates:
        emitted, density = sample_radiated(force.least, energy, rng)
    shower.emission[0] = np.exp(shower.left[1]) / (force.rate[species] * density)
    shower.emission[1] = species
    shower.emission[2] = energy
    shower.emission[3] = emitted
    shower.emission[4] = depth
    return energy - emitted


@compiled
def _follow_photon(
    matter: Matter,
    shower: Shower,
    force: Force,
    particle: tuple[int, float, float],
    rng: np.random.Generator,
) -> None:
    """Follow a photon to its conversion or its emission."""
    _, energy, depth = particle
    end = matter.rear if energy >= force.least else matter.edges[-1]
    free = rng.standard_exponential()
    free /= interpolated(matter.rates.log_energy, matter.rates.pairs, np.log(energy))
    emits = _emits_within(shower, force, PHOTON, energy)
    path = min(free, emits, end - depth)
    shower.left[0] -= path * force.rate[PHOTON]
    if depth + path >= end:
        return
    if emits < free:
        _emit(shower, force, (PHOTON, energy, depth + path), rng)
        return
    positron = sample_pair(matter.rates, energy, rng)
    _push(matter, shower, force.least, (POSITRON, positron, depth + path), rng)
    _push(matter, shower, force.least, (ELECTRON, energy - positron, depth + path), rng)


@compiled
def _follow_lepton(
    matter: Matter,
    shower: Shower,
    force: Force,
    particle: tuple[int, float, float],
    rng: np.random.Generator,
) -> None:
    """Follow an electron or positron until it is slow, behind what matters, or emits and ends."""
    species, energy, depth = particle
    rates = matter.rates
    while energy >= rates.cutoff:
        fast = energy >= force.least
        end = matter.rear if fast else matter.edges[-1]
        if depth >= end:
            return
        log_energy = np.log(energy)
        loss = interpolated(rates.log_energy, rates.loss[species], log_energy)
        collisions = interpolated(rates.log_energy, matter.collisions[species], log_energy)
        free = rng.standard_exponential() / interpolated(rates.log_energy, rates.hard, log_energy)
        emits = _emits_within(shower, force, species, energy)
        longest = (_LARGEST_LOSS if fast else _LARGEST_SLOW_LOSS) * energy / loss
        path = min(free, emits, longest, end - depth)
        if emits < np.inf:
            shower.left[0] -= path * force.rate[species]
        _leave_along(matter, shower, depth, depth + path, collisions * path)
        soft = depth + path * rng.random() + matter.soft_path * rng.standard_exponential()
        _leave(matter, shower, soft, (loss - collisions) * path)
        depth += path
        energy -= loss * path
        if path == emits:
            energy = _emit(shower, force, (species, energy, depth), rng)
            if not force.radiates:
                return
        elif path == free:
            photon = sample_bremsstrahlung(rates, energy, rng)
            _push(matter, shower, force.least, (PHOTON, photon, depth), rng)
            energy -= photon
    _leave(matter, shower, depth, energy)


@compiled
def _follow(
    matter: Matter, shower: Shower, force: Force, kind: int, rng: np.random.Generator
) -> None:
    """Follow all that waits; what fast particles make is fast or slow, of slow ones slow."""
    while shower.heights[kind] > 0:
        shower.heights[kind] -= 1
        place = shower.heights[kind]
        species = int(shower.waiting[kind, place, 0])
        energy, depth = shower.waiting[kind, place, 1], shower.waiting[kind, place, 2]
        if species == PHOTON:
            _follow_photon(matter, shower, force, (PHOTON, energy, depth), rng)
        else:
            _follow_lepton(matter, shower, force, (species, energy, depth), rng)


@compiled
def run_forced(
    matter: Matter,
    shower: Shower,
    force: Force,
    beam: tuple[int, float],
    rng: np.random.Generator,
    emissions: Array,
    deposited: Array,
) -> int:
    """Run showers until as many have emitted as `emissions` has rows; return how many ran.

    The slow particles of showers that emit nothing are not followed. Where no species emits,
    each shower counts.
    """
    showers = row = 0
    forced = force.rate.max() > 0
    while row < len(emissions):
        showers += 1
        shower.deposited[:] = 0.0
        shower.heights[:] = 0
        shower.emission[:] = 0.0
        shower.left[:] = rng.standard_exponential()
        _push(matter, shower, force.least, (beam[0], beam[1], 0.0), rng)
        _follow(matter, shower, force, _FAST, rng)
        if forced and shower.emission[0] == 0:
            continue
        _follow(matter, shower, force, _SLOW, rng)
        emissions[row] = shower.emission
        deposited[row] = shower.deposited
        row += 1
    return showers


def empty_shower(segments: int, particles: int) -> Shower:
    """Return a shower with room for so many particles that wait to be followed."""
    return Shower(
        np.zeros(segments),
        np.zeros((2, particles, 3)),
        np.zeros(2, dtype=np.int64),
        np.zeros(2),
        np.zeros(COLUMNS),
    )
