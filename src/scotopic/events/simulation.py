"""Simulated events of semi-visible mediators: who was made where, and what it became."""

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.checked import count, positive, random_seed
from scotopic.decays import three_body
from scotopic.decays.kinematics import (
    boosted,
    invariant_mass,
    opening_angle,
    quadratic_cosine,
    two_body_momentum,
)
from scotopic.decays.three_body import PAIRS, PairDecay
from scotopic.decays.widths import SPIN_STATES
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.processes.base import UNIFORMS, WEAK_COUPLING, Sample, at_weak_coupling
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.virtual_samples import sampled

if TYPE_CHECKING:
    from scotopic.models.two_dark_fermions import TwoDarkFermions

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_PER_CHI2 = 1 + three_body.UNIFORMS
_PAIR_VALUES = ("pair_energy", "electron_energy", "positron_energy", "pair_mass", "opening_angle")
_DIMENSIONS = UNIFORMS + 2 + 2 * _PER_CHI2 + 1  # the last for the virtual mass


@displayed
@dataclass(frozen=True, eq=False)
class Events:
    """Events as arrays, one row an event; columns are the first and the second chi2.

    Attributes
    ----------
    processes : tuple of str
        Names of the processes that made them.
    process : ndarray, shape (n,)
        Index into `processes`.
    weight : ndarray, shape (n,)
        Mediators per particle on target and per unit of the model's squared coupling. The sum is
        the yield above the minimum energy.
    production_depth_X0, production_depth_cm : ndarray, shape (n,)
        Depth in the target.
    lepton_energy, mediator_energy : ndarray, shape (n,)
        Energy of the shower particle and of the mediator in GeV. The mediator flies along the
        beam.
    chi2_count : ndarray, shape (n,)
        Number of chi2 in the mediator's decay: 0, 1 or 2.
    chi2_energy, chi2_beta_gamma : ndarray, shape (n, 2)
        Energy in GeV and momentum over mass; 0 where there is no chi2.
    transverse_slope : ndarray, shape (n, 2)
        Transverse over longitudinal momentum of chi2. Two chi2 fly to opposite sides.
    pair : ndarray, shape (n, 2)
        Index into `decays.three_body.PAIRS` of what chi2 becomes, -1 if it does not decay.
    pair_energy, electron_energy, positron_energy : ndarray, shape (n, 2)
        Energies in GeV of the visible pair and of its negative and positive particle, whatever
        their kind; 0 where there is none.
    pair_mass, opening_angle : ndarray, shape (n, 2)
        Invariant mass in GeV and angle in rad between the two.
    """

    processes: tuple[str, ...]
    process: Integers
    weight: Array
    production_depth_X0: Array
    production_depth_cm: Array
    lepton_energy: Array
    mediator_energy: Array
    chi2_count: Integers
    chi2_energy: Array
    chi2_beta_gamma: Array
    transverse_slope: Array
    pair: Integers
    pair_energy: Array
    electron_energy: Array
    positron_energy: Array
    pair_mass: Array
    opening_angle: Array

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for name in ARRAYS:
            getattr(self, name).setflags(write=False)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.weight)

    def of_rows(self, rows: Integers) -> "Events":
        """Return some of the events."""
        return replace(self, **{name: getattr(self, name)[rows] for name in ARRAYS})


MOST_EVENTS = 10**7

ARRAYS = tuple(f.name for f in fields(Events) if f.name != "processes")
"""The columns of `Events`."""


def prepare(seed: int, points: int) -> None:
    """Make the random numbers of `simulate` beforehand: that imports much, and can be done aside.

    Parameters
    ----------
    seed : int
        As will be given to `simulate`.
    points : int
        Rows of all processes together.
    """
    _seeded_numbers(seed, points)


def simulate(
    dump: Dump,
    model: "TwoDarkFermions",
    rng_or_seed: np.random.Generator | int,
    events: int = 5000,
    *,
    minimum_energy: float,
    calculation: Calculation | None = None,
) -> Events:
    """Simulate the production and the decay chain of a semi-visible mediator.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    model : TwoDarkFermions
        Its coupling does not enter: multiply the weights by its square.
    rng_or_seed : numpy.random.Generator or int
        Source of the random numbers. The same seed gives events that vary smoothly with all
        parameters of the model, as long as the decays open are the same.
    events : int
        Rows for each process that makes mediators.
    minimum_energy : float
        Least energy of the mediator in GeV.
    calculation : Calculation, optional
        Processes and how their cross sections are computed.

    Returns
    -------
    Events
        Process by process, those of `calculation` or all that apply.

    Raises
    ------
    RangeError
        If no event is asked for, nothing is made above the minimum energy, or masses and energies
        are outside the range of the cross sections or of the shower.

    Notes
    -----
    Scrambled Sobol numbers, 16 an event, through inverse distribution functions. The mediator
    decays evenly over the angles after bremsstrahlung, and always if it has no spin; after
    annihilation it is a resonance of transverse polarisation. chi2 decays with the exact matrix
    element. A mediator that is wide, or too light for its dark decays, is virtual: its mass is
    drawn for each event, energies are those of the median of one of eight equally likely ranges.

    Examples
    --------
    >>> from scotopic.materials import material
    >>> from scotopic.models.inelastic import InelasticDarkMatter
    >>> model = InelasticDarkMatter(mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1,
    ...                             mass_ratio=3, splitting=0.4)
    >>> lead = Dump("e-", 100.0, material("lead"))
    >>> found = simulate(lead, model, 1, 256, minimum_energy=50.0,
    ...                  calculation=Calculation(processes=("bremsstrahlung",)))
    >>> f"{found.weight.sum():.1e} {(found.pair_energy[:, 0] / found.chi2_energy[:, 0]).mean():.2f}"
    '1.4e-04 0.26'
    """
    events = count("events", events, 1, MOST_EVENTS)
    minimum_energy = positive("minimum_energy", minimum_energy, "GeV")
    if not isinstance(rng_or_seed, np.random.Generator):
        rng_or_seed = random_seed(rng_or_seed, name="rng_or_seed")
    calculation = Calculation() if calculation is None else calculation
    names = calculation.applicable(dump, model)
    if not names:
        raise RangeError(f"processes: none makes mediators of {type(model).__name__} here")
    numbers = _numbers(rng_or_seed, events * len(names))
    parts = [
        part
        for number, own in enumerate(np.split(numbers, len(names), axis=1))
        if (part := _events_of(number, names, dump, model, minimum_energy, calculation, own))
    ]
    if not parts:
        raise RangeError(
            f"minimum_energy: no mediator of {model.mediator_mass} GeV is made above "
            f"{minimum_energy} GeV"
        )
    joined = {name: np.concatenate([getattr(p, name) for p in parts]) for name in ARRAYS}
    return Events(processes=names, **joined)


def _numbers(rng_or_seed: np.random.Generator | int, points: int) -> Array:
    """Return quasi-random numbers, shape (dimensions, points)."""
    if isinstance(rng_or_seed, np.random.Generator):
        return _sobol(rng_or_seed, points)
    return _seeded_numbers(rng_or_seed, points)


@lru_cache(maxsize=4)
def _seeded_numbers(seed: int, points: int) -> Array:
    return _sobol(np.random.default_rng(seed), points)


def _sobol(rng: np.random.Generator, points: int) -> Array:
    from scipy.stats import qmc  # noqa: PLC0415 - slow to import, not needed when warm

    sequence = qmc.Sobol(_DIMENSIONS, scramble=True, rng=rng)
    numbers = sequence.random_base2((points - 1).bit_length())[:points].T.copy()
    numbers.setflags(write=False)
    return np.asarray(numbers)


def _events_of(
    number: int,
    names: tuple[str, ...],
    dump: Dump,
    model: "TwoDarkFermions",
    minimum_energy: float,
    calculation: Calculation,
    numbers: Array,
) -> Events | None:
    """Simulate the events of one process; None if it makes no mediator."""
    ends = np.cumsum([UNIFORMS, 2, _PER_CHI2, _PER_CHI2])
    first, decay, one, two, mass = np.split(numbers, ends)
    process = PROCESSES[names[number]]
    (weak,) = at_weak_coupling([model])
    numbers_of_mediator = np.concatenate([first, mass])
    made = sampled(
        names[number], process, dump, weak, minimum_energy, calculation, numbers_of_mediator
    )
    if made is None:
        return None
    strength = (process.coupling(dump, weak) / WEAK_COUPLING) ** 2
    count, energy, slope = _mediator_decays(model, made, decay, process.is_transverse)
    n = len(count)
    return Events(
        processes=names,
        process=np.full(n, number),
        weight=np.full(n, strength * made.total / n),
        production_depth_X0=made.depth_X0,
        production_depth_cm=made.depth_X0 * dump.material.radiation_length_cm,
        lepton_energy=made.parent_energy,
        mediator_energy=made.mediator_energy,
        chi2_count=count,
        chi2_energy=energy,
        chi2_beta_gamma=np.sqrt(np.maximum((energy / model.partner_mass) ** 2 - 1, 0.0)),
        transverse_slope=slope,
        **_chi2_decays(model, energy, (one, two)),
    )


def _mediator_decays(
    model: "TwoDarkFermions", made: Sample, uniforms: Array, transverse: bool
) -> tuple[Integers, Array, Array]:
    """Return number, energies and transverse slopes of the chi2."""
    channels = model.dark_channels()
    mass = made.virtual_mass
    widths = model.dark_widths_at(mass)
    cumulative = np.cumsum([widths[channel.name] for channel in channels], axis=0)
    chosen = (uniforms[0] * cumulative[-1] >= cumulative[:-1]).sum(axis=0)
    masses = np.array([channel.masses for channel in channels]).T[:, chosen]
    count = np.array([channel.partners for channel in channels])[chosen]

    total2, has_spin = masses.sum(axis=0) ** 2, SPIN_STATES[model.spin_parity] > 1
    curvature = (mass**2 - total2) / (mass**2 + total2) if transverse and has_spin else 0.0
    cosine = quadratic_cosine(uniforms[1], curvature)
    momentum = two_body_momentum(mass, *masses)
    across = momentum * np.sqrt(1 - cosine**2)
    along = momentum * cosine
    energy, slope = np.zeros((2, len(count), 2))
    for k, sign in enumerate((1.0, -1.0)[: count.max()]):
        at_rest = np.stack([np.hypot(masses[k], momentum), across, 0 * across, sign * along])
        moving = boosted(at_rest, made.mediator_energy, mass)
        there = count > k
        energy[:, k] = np.where(there, moving[0], 0.0)
        slope[:, k] = np.where(there, sign * moving[1] / moving[3], 0.0)
    return count, energy, slope


def _chi2_decays(
    model: "TwoDarkFermions", chi2_energy: Array, uniforms: tuple[Array, Array]
) -> dict[str, Any]:
    """Return the arrays of `Events` on the pairs, by name.

    Parameters
    ----------
    model : TwoDarkFermions
        Gives the decays of chi2.
    chi2_energy : ndarray, shape (n, 2)
        In GeV, 0 where there is no chi2.
    uniforms : two of ndarray, shape (5, n)
        Numbers in [0, 1) for each chi2.
    """
    kind = np.full(chi2_energy.shape, -1, dtype=np.int64)
    values = {name: np.zeros(chi2_energy.shape) for name in _PAIR_VALUES}
    widths = model.chi2_partial_widths()
    open_pairs = [pair for pair in PAIRS if widths[pair] > 0]
    shares = np.cumsum([widths[pair] for pair in open_pairs])
    for index, pair in enumerate(open_pairs):
        decay = model.chi2_decay(pair)
        for k, own in enumerate(uniforms):
            chosen = (own[0] * shares[-1] >= shares[:-1, None]).sum(axis=0) == index
            rows = np.flatnonzero(chosen & (chi2_energy[:, k] > 0))
            if len(rows) == 0:
                continue
            kind[rows, k] = PAIRS.index(pair)
            for name, value in _pair(decay, chi2_energy[rows, k], own[1:, rows]).items():
                values[name][rows, k] = value
    return {"pair": kind, **values}


def _pair(decay: PairDecay, chi2_energy: Array, uniforms: Array) -> dict[str, Array]:
    """Return what `Events` keeps of pairs from chi2 of given energies in GeV."""
    negative, positive = decay.sample(uniforms)
    mass = invariant_mass(negative + positive)
    negative = boosted(negative, chi2_energy, decay.chi2_mass)
    positive = boosted(positive, chi2_energy, decay.chi2_mass)
    return {
        "pair_energy": negative[0] + positive[0],
        "electron_energy": negative[0],
        "positron_energy": positive[0],
        "pair_mass": mass,
        "opening_angle": opening_angle(negative, positive),
    }
