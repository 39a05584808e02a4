"""Mono-photon events with visible debris: e+ e- -> gamma A', A' -> chi chi2, chi2 -> chi1 l+ l-.

A photon recoils against A', which decays isotropically; each chi2 flies and decays to a pair. An
event is lost if a chi2 decays before the calorimeter, and either particle of the pair is inside the
polar angles and above the energy that are seen. What does not depend on the lifetime is sampled
once; lifetimes enter as exponentials.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from scotopic.decays.kinematics import boosted_by, two_body_momentum
from scotopic.decays.three_body import PAIRS, UNIFORMS
from scotopic.models.derived import PROBE
from scotopic.models.two_dark_fermions import TwoDarkFermions

Array = npt.NDArray[np.float64]

_SAMPLES_LOG2: Final = 15
_SEED: Final = 20170813
_COSINES: Final = 2001  # of the table of the photon's angle
_LIFETIMES: Final = (1e-3, 1e7, 161)  # cm: beyond, all decay or none
_BINS: Final = 4000  # of the logarithm of flights, in tables
_RARE: Final = 1e-6  # dark channels and pairs that are left out
_ANY_ALPHA_D: Final = 0.1
_FREE: Final = 3 + 2 * (UNIFORMS + 2)  # numbers of an event: A', and two chi2


@dataclass(frozen=True)
class Collider:
    """Beams and a cylindrical calorimeter around the point of collisions.

    Attributes
    ----------
    electron_energy, positron_energy : float
        Of the beams in GeV; electrons move along +z.
    photon_cosines : tuple of float
        Between which the photon is looked for, in the frame of the collision.
    radius_cm, forward_cm, backward_cm : float
        Distances of the calorimeter from the point of collisions: across, along +z, along -z.
    seen_degrees : tuple of float
        Polar angles in the laboratory between which particles are seen.
    """

    electron_energy: float
    positron_energy: float
    photon_cosines: tuple[float, float]
    radius_cm: float
    forward_cm: float
    backward_cm: float
    seen_degrees: tuple[float, float]

    @property
    def s(self) -> float:
        """Squared energy of the collision in GeV^2; masses of electrons are left out."""
        return 4 * self.electron_energy * self.positron_energy

    def path_cm(self, direction: Array) -> Array:
        """Return the length in cm to the calorimeter along unit vectors, shape (3, n)."""
        across = np.hypot(direction[0], direction[1])
        end = np.where(direction[2] > 0, self.forward_cm, self.backward_cm)
        with np.errstate(divide="ignore"):
            return np.asarray(np.minimum(self.radius_cm / across, end / np.abs(direction[2])))

    def sees(self, momentum: Array, least_energy: float) -> npt.NDArray[np.bool_]:
        """Return which particles of four-momenta (4, n) are seen."""
        size = np.sqrt((momentum[1:] ** 2).sum(axis=0))
        first, last = (math.cos(math.radians(one)) for one in self.seen_degrees)
        cosine = momentum[3] / size
        return np.asarray((momentum[0] > least_energy) & (cosine < first) & (cosine > last))


@dataclass(frozen=True, eq=False)
class Debris:
    """Events of one mass, in all of which A' decays to the dark sector.

    Attributes
    ----------
    weight : ndarray, shape (channels,)
        Fractions of the dark decays.
    flights : tuple of ndarray, shape (chi2, n)
        Of each channel: path to the calorimeter in units of the flight in c tau, L/(beta gamma).
    visible : tuple of ndarray of bool, shape (chi2, n)
        Whether the pair would be seen.
    """

    weight: Array
    flights_cm: tuple[Array, ...]
    visible: tuple[npt.NDArray[np.bool_], ...]

    def invisible_fraction(self, c_tau_cm: float) -> float:
        """Return the fraction of dark decays that leaves nothing but the photon.

        Parameters
        ----------
        c_tau_cm : float
            Mean lifetime of chi2 times the speed of light in cm.
        """
        found = 0.0
        every = zip(self.weight.tolist(), self.flights_cm, self.visible, strict=True)
        for weight, flights, visible in every:
            passes = np.where(visible, np.exp(-flights / c_tau_cm), 1.0)
            found += weight * float(passes.prod(axis=0).mean())
        return found


@lru_cache(maxsize=4096)
def _tabulated(
    collider: Collider, shape: TwoDarkFermions, least_energy: float
) -> tuple[Array, ...]:
    """Return ln(c tau) and the invisible fraction, of a model whatever its couplings."""
    events = debris(collider, shape, least_energy)
    lifetimes = np.geomspace(*_LIFETIMES)
    found = np.zeros(lifetimes.shape)
    every = zip(events.weight.tolist(), events.flights_cm, events.visible, strict=True)
    for weight, flights, visible in every:
        if len(flights) == 1:
            found += weight * _of_one(flights[visible], (~visible).mean(), lifetimes)
        else:
            of_channel = Debris(np.ones(1), (flights,), (visible,))
            values = [of_channel.invisible_fraction(one) for one in lifetimes.tolist()]
            found += weight * np.array(values)
    return np.log(lifetimes), found


def _of_one(flights: Array, unseen: float, lifetimes: Array) -> Array:
    """Return the fraction that is invisible with one chi2, of flights in bins."""
    if not len(flights):
        return np.ones(lifetimes.shape)
    counts, edges = np.histogram(np.log(flights), bins=_BINS)
    centres = np.exp((edges[1:] + edges[:-1]) / 2)
    late = np.exp(-centres / lifetimes[:, None]) @ (counts / len(flights))
    return np.asarray(unseen + (1 - unseen) * late)


def invisible_fractions(
    collider: Collider, model: TwoDarkFermions, least_energy: float
) -> Callable[[npt.ArrayLike], Array]:
    """Return the fraction of dark decays that leaves nothing but the photon, by lifetime.

    Parameters
    ----------
    collider, model, least_energy
        As of `debris`. Couplings of the model play no part, so that one table serves all.

    Returns
    -------
    callable
        Takes c tau in cm, any shape; within 1e-4 of `Debris.invisible_fraction`.
    """
    from scipy.interpolate import PchipInterpolator  # noqa: PLC0415 - slow to import

    shape = replace(model, alpha_D=_ANY_ALPHA_D, **{model.coupling_field: PROBE})
    at, fractions = _tabulated(collider, shape, least_energy)
    table = PchipInterpolator(at, fractions)

    def fraction(c_tau_cm: npt.ArrayLike) -> Array:
        return np.asarray(table(np.clip(np.log(c_tau_cm), at[0], at[-1])))

    return fraction


def photon_cosine(uniform: Array, ends: tuple[float, float], missing: float) -> Array:
    """Sample the cosine of the photon of e+ e- -> gamma A' in the frame of the collision.

    Parameters
    ----------
    uniform : ndarray
        Numbers in [0, 1).
    ends : tuple of float
        Between which cosines.
    missing : float
        b = 1 - m^2/s.

    Returns
    -------
    ndarray
        From dsigma/dc ~ (8 - 8 b + 3 b^2 + b^2 cos 2 theta)/sin^2 theta (Essig, Mardon, Papucci,
        Volansky and Zhong, JHEP 11 (2013) 167).
    """
    b = missing
    cosine = np.linspace(*ends, _COSINES)
    double = 2 * cosine**2 - 1
    density = (8 - 8 * b + 3 * b * b + b * b * double) / (1 - cosine**2)
    steps = (density[1:] + density[:-1]) / 2
    cumulative = np.concatenate([[0.0], np.cumsum(steps)])
    return np.interp(uniform, cumulative / cumulative[-1], cosine)


def debris(collider: Collider, model: TwoDarkFermions, least_energy: float) -> Debris:
    """Sample events of a model.

    Parameters
    ----------
    collider : Collider
        Beams and calorimeter.
    model : TwoDarkFermions
        With an open dark decay, lighter than the energy of the collision.
    least_energy : float
        Of particles that are seen, in GeV.

    Returns
    -------
    Debris
        2^15 quasi-random events for each channel; the same numbers for all masses.

    Notes
    -----
    A' and chi2 decay isotropically. Hadrons are two charged pions.
    """
    channels = [one for one in model.dark_channels() if one.branching_ratio > _RARE]
    weight = np.array([one.branching_ratio for one in channels])
    flights, visible = [], []
    for channel in channels:
        mediator = _mediators(collider, model.mediator_mass)
        own, seen = [], []
        first, second = channel.masses
        axis = _isotropic(*_numbers()[1:3])
        p = two_body_momentum(model.mediator_mass, first, second)
        for k, (mass, sign) in enumerate(((first, 1.0), (second, -1.0))):
            if k >= channel.partners:
                continue
            rest = np.concatenate([np.full((1, axis.shape[1]), np.hypot(p, mass)), sign * p * axis])
            chi2 = boosted_by(rest, mediator)
            momentum = np.sqrt((chi2[1:] ** 2).sum(axis=0))
            own.append(collider.path_cm(chi2[1:] / momentum) * mass / momentum)
            uniforms = _numbers()[3 + k * (UNIFORMS + 2) :][: UNIFORMS + 2]
            seen.append(_pair_is_seen(collider, model, chi2, uniforms, least_energy))
        shape = (len(own), axis.shape[1])
        flights.append(np.reshape(own, shape))
        visible.append(np.reshape(np.array(seen, dtype=bool), shape))
    return Debris(weight / weight.sum(), tuple(flights), tuple(visible))


def _mediators(collider: Collider, mass: float) -> Array:
    """Return four-momenta (4, n) of A' in the laboratory."""
    s = collider.s
    numbers = _numbers()
    cosine = -photon_cosine(numbers[0], collider.photon_cosines, 1 - mass**2 / s)
    momentum = (s - mass**2) / (2 * math.sqrt(s))
    sine = np.sqrt(1 - cosine**2)
    zero = np.zeros_like(cosine)  # the azimuth about the beams is even, and changes nothing
    energy = np.full_like(cosine, math.hypot(momentum, mass))
    in_collision = np.stack([energy, momentum * sine, zero, momentum * cosine])
    total = collider.electron_energy + collider.positron_energy
    along = collider.electron_energy - collider.positron_energy
    frame = np.array([total, 0.0, 0.0, along])[:, None]
    return boosted_by(in_collision, np.broadcast_to(frame, in_collision.shape))


def _pair_is_seen(
    collider: Collider,
    model: TwoDarkFermions,
    chi2: Array,
    uniforms: Array,
    least_energy: float,
) -> npt.NDArray[np.bool_]:
    """Return whether one of the particles would be seen, whichever pair chi2 decays to."""
    widths = model.chi2_partial_widths()
    total = sum(widths.values())
    shares = np.cumsum([widths[pair] / total for pair in PAIRS])
    which = np.searchsorted(shares, uniforms[UNIFORMS] * shares[-1], side="right")
    azimuth = 2 * math.pi * uniforms[UNIFORMS + 1]
    found = np.zeros(chi2.shape[1], dtype=bool)
    for i, pair in enumerate(PAIRS):
        chosen = np.flatnonzero(which == i)
        if widths[pair] / total < _RARE or not len(chosen):
            continue
        for particle in model.chi2_decay(pair).sample(uniforms[:UNIFORMS, chosen]):
            turned = _turned(particle, azimuth[chosen])
            found[chosen] |= collider.sees(boosted_by(turned, chi2[:, chosen]), least_energy)
    return found


def _turned(momentum: Array, azimuth: Array) -> Array:
    """Turn four-momenta about z."""
    cosine, sine = np.cos(azimuth), np.sin(azimuth)
    energy, x, y, z = momentum
    return np.stack([energy, x * cosine - y * sine, x * sine + y * cosine, z])


def _isotropic(first: Array, second: Array) -> Array:
    """Return unit vectors, shape (3, n)."""
    cosine = 2 * first - 1
    sine = np.sqrt(1 - cosine**2)
    azimuth = 2 * math.pi * second
    return np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine])


@lru_cache(maxsize=1)
def _numbers() -> Array:
    """Return the numbers of all events, shape (free, n): scrambled points of Sobol's sequence."""
    from scipy.stats import qmc  # noqa: PLC0415 - slow to import

    points = qmc.Sobol(_FREE, rng=np.random.default_rng(_SEED)).random_base2(_SAMPLES_LOG2)
    return np.ascontiguousarray(points.T)
