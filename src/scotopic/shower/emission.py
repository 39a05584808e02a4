r"""Showers in which something dark is emitted: what the rest of the shower leaves where.

Each shower of the Monte Carlo has one additional emission at most. Particles above a least energy
emit at a rate lambda per radiation length, which is chosen large; where the first emission comes
after a path L of all such particles together, followed one after another, it has the weight
exp(lambda L)/lambda. The weights add up to the track length, so that sums of a weight times a
physical rate are yields, of any mass and process. Two ways are simulated: a parent that hands over
all its energy and is no more (annihilation, Primakoff), and a lepton that radiates some energy E_X,
drawn from a density g of which the weight has a factor 1/g too, and goes on.
"""

from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.checked import ascending, count, number_within, one_of
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.materials import material
from scotopic.shower.medium import SPECIES, Effects, Medium, Particle, description
from scotopic.shower.tracks import BEAM_ENERGIES, CLOSEST_TO_BEAM, LEAST_ENERGY, track_lengths

Array = npt.NDArray[np.float64]

Emitters: TypeAlias = Literal["leptons", "positrons", "photons"]

EMITTERS: dict[Emitters, tuple[Particle, ...]] = dict(
    zip(get_args(Emitters), (("e-", "e+"), ("e+",), ("gamma",)), strict=True)
)
"""Species that emit."""

CUTOFF: float = 0.01
"""Energy in GeV below which particles are not followed."""

SOFT_PATH_X0 = 2.5
"""Mean path of photons below the cutoff before they leave their energy.

Photons of 2 to 10 MeV have attenuation lengths between 2 and 3 X0 in lead.
"""

_SOFTEST = 0.8  # photons below the cutoff are a continuous loss, whoever makes them
_EMITTING = 0.5  # mean number of emissions in a shower, if it could have several
_LARGEST_RATE = 2.0  # per X0: where few showers have particles that emit, weights stay alike


@displayed
@dataclass(frozen=True, eq=False)
class Emissions:
    """Simulated showers with one emission each, one row each.

    Attributes
    ----------
    weight : ndarray, shape (n,)
        In radiation lengths, times GeV if the parents radiate: the sum of weight times the rate of
        an emission, per X0 (and GeV), is the yield of one beam particle.
    parent : ndarray of int, shape (n,)
        Index into `SPECIES`.
    parent_energy, emitted_energy : ndarray, shape (n,)
        In GeV, before the emission; the emitted one is the same for parents that are no more.
    depth_X0 : ndarray, shape (n,)
        Where.
    deposited : ndarray, shape (n, segments)
        Energy in GeV that the rest of the shower leaves in segments of depth.
    """

    weight: Array
    parent: npt.NDArray[np.int64]
    parent_energy: Array
    emitted_energy: Array
    depth_X0: Array
    deposited: Array


def emissions(
    medium: Medium | str,
    beam_particle: Particle,
    beam_energy: float,
    *,
    emitters: Emitters,
    radiating: bool,
    minimum_energy: float,
    segment_edges_X0: npt.ArrayLike,
    thickness_X0: float = 60.0,
    events: int = 10_000,
    seed: int = 1,
    effects: Effects | None = None,
) -> Emissions:
    """Simulate showers in which something is emitted.

    Parameters
    ----------
    medium, beam_particle, beam_energy, effects
        As in `track_lengths`.
    emitters : {"leptons", "positrons", "photons"}
        What emits.
    radiating : bool
        Whether the parent, a lepton, goes on with what it does not emit; else it is no more.
    minimum_energy : float
        Least energy in GeV of what is emitted, from 0.05 to 95 % of the beam energy.
    segment_edges_X0 : array_like, shape (segments + 1,)
        Depths in radiation lengths, ascending from 0, between which energy is added up.
    thickness_X0 : float
        Depth in radiation lengths behind which nothing is emitted.
    events, seed : int
        How many showers with an emission, and the seed of their random numbers.

    Returns
    -------
    Emissions
        Read from the disk cache if they were simulated before.

    Raises
    ------
    RangeError
        If an argument is outside of its range.

    Examples
    --------
    The weights add up to the track length above the least energy, 0.9 X0:

    >>> found = emissions(
    ...     "lead", "e-", 20.0, emitters="leptons", radiating=False, minimum_energy=10.0,
    ...     segment_edges_X0=[0, 4], events=400,
    ... )
    >>> round(float(found.weight.sum()), 1)
    0.9
    """
    effects = Effects() if effects is None else effects
    medium = material(medium)
    one_of("beam_particle", beam_particle, SPECIES)
    one_of("emitters", emitters, tuple(EMITTERS))
    beam_energy = number_within("beam_energy", beam_energy, *BEAM_ENERGIES, "GeV")
    most = CLOSEST_TO_BEAM * beam_energy
    minimum_energy = number_within("minimum_energy", minimum_energy, LEAST_ENERGY, most, "GeV")
    edges = _from_the_front(segment_edges_X0)
    events = count("events", events, 2)
    if radiating and emitters == "photons":
        raise RangeError("radiating: photons do not go on, they convert")

    def build() -> Arrays:
        lengths = track_lengths(
            medium, beam_particle, beam_energy, minimum_energy=minimum_energy, effects=effects
        )
        total = sum(float(lengths.weights(one).sum()) for one in EMITTERS[emitters])
        rate = min(_EMITTING / total, _LARGEST_RATE)
        rates = np.array([rate if one in EMITTERS[emitters] else 0.0 for one in SPECIES])
        force = rates, minimum_energy, radiating
        return _run(
            medium, (beam_particle, beam_energy), force, edges, thickness_X0, effects, events, seed
        )

    inputs = {
        "medium": description(medium),
        "beam": [beam_particle, beam_energy],
        "emitters": [emitters, radiating, minimum_energy],
        "edges_X0": [*edges.tolist(), thickness_X0],
        "events": [events, seed],
        "effects": asdict(effects),
    }
    kept = cached_arrays("emissions", inputs, build)
    weight, parent, parent_energy, emitted, depth = kept["emissions"].T
    return Emissions(
        weight, parent.astype(np.int64), parent_energy, emitted, depth, kept["deposited"]
    )


def undisturbed(
    medium: Medium | str,
    beam_particle: Particle,
    beam_energy: float,
    *,
    segment_edges_X0: npt.ArrayLike,
    events: int = 500,
    seed: int = 1,
    effects: Effects | None = None,
) -> Array:
    """Return the energy in GeV that showers without an emission leave, shape (events, segments).

    Parameters as in `emissions`.
    """
    edges = _from_the_front(segment_edges_X0)
    effects = Effects() if effects is None else effects
    beam, force = (beam_particle, beam_energy), (np.zeros(3), beam_energy, False)
    rear = float(edges[-1])
    return _run(material(medium), beam, force, edges, rear, effects, events, seed)["deposited"]


def _from_the_front(segment_edges_X0: npt.ArrayLike) -> Array:
    edges = ascending("segment_edges_X0", segment_edges_X0)
    if edges[0] != 0:
        raise RangeError(f"segment_edges_X0: the first edge is {edges[0]}, not 0")
    return edges


def _run(
    medium: Medium,
    beam: tuple[Particle, float],
    force: tuple[Array, float, bool],
    edges: Array,
    rear: float,
    effects: Effects,
    events: int,
    seed: int,
) -> Arrays:
    """Run as many showers as it takes; the weights are those of one beam particle."""
    from scotopic.shower.forced import (  # noqa: PLC0415 - numba is for those who simulate
        COLUMNS,
        Force,
        Matter,
        empty_shower,
        run_forced,
    )
    from scotopic.shower.ionisation import collision_loss  # noqa: PLC0415
    from scotopic.shower.monte_carlo import shower_rates  # noqa: PLC0415

    particle, energy = beam
    rates = shower_rates(medium, effects, CUTOFF, energy, _SOFTEST)
    nodes = np.exp(rates.log_energy)
    collisions = np.stack(
        [collision_loss(medium, "e-", nodes), collision_loss(medium, "e+", nodes)]
    )
    if not effects.ionisation:
        collisions *= 0
    matter = Matter(rates, collisions, SOFT_PATH_X0, edges, rear)
    found, deposited = np.zeros((events, COLUMNS)), np.zeros((events, len(edges) - 1))
    shower = empty_shower(len(edges) - 1, int(energy / CUTOFF) + 2)
    rng = np.random.default_rng(seed)
    start = (SPECIES.index(particle), energy)
    showers = run_forced(matter, shower, Force(*force), start, rng, found, deposited)
    found[:, 0] /= showers
    return {"emissions": found, "deposited": deposited}
