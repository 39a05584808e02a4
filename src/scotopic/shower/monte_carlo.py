r"""A small Monte Carlo of the longitudinal cascade.

It shares with the matrices of `cascade` nothing but the differential rates: total rates are
integrated anew, energies are sampled, particles are followed one by one. It checks the
matrices, and gives what they cannot: the fluctuations from shower to shower.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scotopic.checked import ascending, count, within
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.materials import Element
from scotopic.quadrature import gauss_legendre
from scotopic.shower.ionisation import collision_loss
from scotopic.shower.medium import SPECIES, Effects, Medium, Particle
from scotopic.shower.radiation import RadiationTable, radiation_table
from scotopic.shower.tracks import THICKNESSES_X0, check_beam
from scotopic.shower.transport import Rates, empty_tally, run_showers

Array = npt.NDArray[np.float64]

_SOFTEST = 2e-3  # photons below this fraction of the electron's energy are a continuous loss
_ENERGIES_PER_E_FOLD = 25
_INTEGRATION_POINTS = 300


@displayed
@dataclass(frozen=True, eq=False)
class ShowerSample:
    """Simulated showers.

    Attributes
    ----------
    depth_edges_X0 : ndarray, shape (m + 1,)
        Edges of the slices of depth in radiation lengths, from zero to the rear of the target.
    energy_edges : ndarray, shape (n + 1,)
        Edges of the bins of total energy in GeV.
    tracks, errors : ndarray, shape (3, m, n)
        Mean track length per shower in X0 of e-, e+ and photons in slices and bins, and its
        standard error.
    deposited : ndarray, shape (showers, m)
        Energy in GeV that each shower leaves in each slice. Particles below the least energy,
        and photons below 0.002 of their electron's energy, leave theirs where they are made.
    escaped : ndarray, shape (showers,)
        Energy in GeV that leaves each shower at the rear.
    """

    depth_edges_X0: Array
    energy_edges: Array
    tracks: Array
    errors: Array
    deposited: Array
    escaped: Array


def simulate(
    medium: Element | Medium | str,
    beam_particle: Particle,
    beam_energy: float,
    *,
    minimum_energy: float,
    depth_edges_X0: npt.ArrayLike,
    energy_edges: npt.ArrayLike,
    showers: int,
    rng: np.random.Generator,
    effects: Effects | None = None,
) -> ShowerSample:
    """Simulate showers one by one.

    Parameters
    ----------
    medium, beam_particle, beam_energy, minimum_energy, effects
        As in `track_lengths`; particles below `minimum_energy` are not followed.
    depth_edges_X0 : array_like, shape (m + 1,)
        Edges of the slices in radiation lengths, ascending from zero; the last is the rear.
    energy_edges : array_like, shape (n + 1,)
        Edges of the bins of total energy in GeV, ascending.
    showers : int
        How many.
    rng : numpy.random.Generator
        Source of the random numbers.

    Raises
    ------
    RangeError
        If an argument is outside of its range.

    Examples
    --------
    >>> from scotopic.materials import material
    >>> sample = simulate(
    ...     material("lead"), "e-", 10.0, minimum_energy=1.0, showers=10,
    ...     depth_edges_X0=[0, 5, 20], energy_edges=[1, 11], rng=np.random.default_rng(1),
    ... )
    >>> bool(np.allclose(sample.deposited.sum(axis=1) + sample.escaped, 10.0))
    True
    """
    effects = Effects() if effects is None else effects
    medium, beam_energy, minimum_energy = check_beam(
        medium, beam_particle, beam_energy, minimum_energy
    )
    depths = ascending("depth_edges_X0", depth_edges_X0)
    energies = ascending("energy_edges", energy_edges)
    within("depth_edges_X0", depths, 0.0, THICKNESSES_X0[1])
    if depths[0] != 0:
        raise RangeError(f"depth_edges_X0: the first edge is {depths[0]}, not 0")
    showers = count("showers", showers, 2)
    rates = shower_rates(medium, effects, minimum_energy, beam_energy)
    # each waiting particle has at least the least energy
    tally = empty_tally(depths, energies, int(beam_energy / minimum_energy) + 2)
    sums = np.zeros((2, *tally.tracks.shape))
    deposited = np.zeros((showers, len(depths) - 1))
    escaped = np.zeros(showers)
    beam = (SPECIES.index(beam_particle), beam_energy)
    run_showers(tally, rates, beam, rng, sums, deposited, escaped)
    mean, square = sums / showers
    errors = np.sqrt(np.maximum(square - mean**2, 0) / (showers - 1))
    return ShowerSample(depths, energies, mean, errors, deposited, escaped)


def shower_rates(
    medium: Medium,
    effects: Effects,
    cutoff: float,
    beam_energy: float,
    softest: float = _SOFTEST,
) -> Rates:
    """Integrate the differential rates on a grid of energies from the cutoff to the beam's."""
    table = radiation_table(medium, effects)
    points = int(np.log(beam_energy / cutoff) * _ENERGIES_PER_E_FOLD) + 10
    log_energy = np.linspace(np.log(cutoff), np.log(beam_energy), points)
    energy = np.exp(log_energy)
    hard, soft = _bremsstrahlung_rates(table, energy, np.minimum(softest * energy, cutoff))
    loss = np.stack([soft, soft])
    if effects.ionisation:
        loss += [collision_loss(medium, "e-", energy), collision_loss(medium, "e+", energy)]
    bound = (4 + 2 * float(table.c.max())) / 3
    return Rates(
        log_energy,
        hard,
        loss,
        _pair_rates(table, energy),
        table.log_x,
        table.a,
        table.b,
        table.c,
        bound,
        softest,
        cutoff,
    )


def _bremsstrahlung_rates(
    table: RadiationTable, energy: Array, softest: Array
) -> tuple[Array, Array]:
    """Return the rate of photons above the softest, and the energy loss to those below."""
    nodes, weights = gauss_legendre(_INTEGRATION_POINTS)
    span = np.log(energy / softest)[:, None]
    k = energy[:, None] * np.exp(-span * nodes)
    hard = (table.bremsstrahlung(energy[:, None], k) * k * span) @ weights
    k = softest[:, None] * nodes
    soft = (table.bremsstrahlung(energy[:, None], k) * k) @ weights * softest
    return hard, soft


def _pair_rates(table: RadiationTable, energy: Array) -> Array:
    nodes, weights = gauss_legendre(_INTEGRATION_POINTS)
    positron = energy[:, None] * nodes
    return np.asarray(table.pair_production(energy[:, None], positron) @ weights * energy)
