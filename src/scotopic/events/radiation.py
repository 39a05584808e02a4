"""Beam leptons that radiate a mediator in a target of several elements."""

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.events.vertices import UNIFORMS as OF_VERTICES
from scotopic.events.vertices import Sampler
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.production.phase_space import Process

if TYPE_CHECKING:
    from scotopic.models.portal import Portal

FloatArray = npt.NDArray[np.float64]

UNIFORMS: Final = OF_VERTICES + 1
"""Random numbers that one event takes: those of the emission, and the element."""


class Radiated(NamedTuple):
    """Leptons right after l Z -> l' Z' X, one row each; the beam is z.

    Attributes
    ----------
    weight : ndarray, shape (n,)
        Proportional to the number of such leptons.
    mediator_energy : ndarray, shape (n,)
        In GeV.
    momentum : ndarray, shape (n, 3)
        Of the lepton in GeV.
    """

    weight: FloatArray
    mediator_energy: FloatArray
    momentum: FloatArray


@lru_cache(maxsize=4)
def even_numbers(dimensions: int, points: int, seed: int) -> FloatArray:
    """Return numbers that fill a unit cube evenly, shape (dimensions, points), by Sobol's sequence.

    Parameters
    ----------
    dimensions : int
        Of the cube.
    points : int
        A power of two.
    seed : int
        Of the scrambling; the numbers are the same for a seed.
    """
    from scipy.stats import qmc  # noqa: PLC0415 - slow to import, not needed when warm

    sequence = qmc.Sobol(dimensions, rng=np.random.default_rng(seed))
    numbers = sequence.random_base2((points - 1).bit_length()).T.copy()
    numbers.setflags(write=False)
    return np.asarray(numbers)


def normals(numbers: FloatArray) -> FloatArray:
    """Return normal numbers for uniform ones in [0, 1), of the same shape."""
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import, not needed when warm

    return np.asarray(ndtri(np.clip(numbers, 1e-12, 1 - 1e-12)))


def radiated(
    dump: Dump,
    model: "Portal",
    energy: FloatArray,
    minimum_energy: float,
    calculation: Calculation,
    numbers: FloatArray,
) -> Radiated | None:
    """Return beam leptons that made mediators; None if the slowest of them cannot.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    model : Portal
        Its coupling does not enter.
    energy : ndarray, shape (n,)
        Of the leptons before, in GeV.
    minimum_energy : float
        Least energy of the mediator in GeV.
    calculation : Calculation
        Gives the form factor.
    numbers : ndarray, shape (6, n)
        In [0, 1).
    """
    made, choice = numbers[:OF_VERTICES], numbers[OF_VERTICES]
    factor = calculation.form_factor or "elastic+inelastic"
    slowest = float(energy.min())
    kinds, atoms = [], []
    for element, density in dump.material.atoms_per_cm2_per_X0.items():
        one = Process(model.spin_parity, dump.lepton, element, "exact", factor)
        if minimum_energy < float(one.variable(model.mediator_mass, slowest).upper) * slowest:
            kinds.append(one)
            atoms.append(density)
    if not kinds:
        return None
    ends = np.unique([slowest, energy.max()])
    samplers = [Sampler.of(k, model.mediator_mass, ends, minimum_energy) for k in kinds]
    strength = np.array(atoms)
    share = strength * [one.cross_section(slowest) for one in samplers]
    share /= share.sum()
    chosen = np.minimum(np.searchsorted(np.cumsum(share), choice, side="right"), len(share) - 1)
    n = len(choice)
    found = Radiated(np.zeros(n), np.zeros(n), np.zeros((n, 3)))
    for i, sampler in enumerate(samplers):
        rows = np.flatnonzero(chosen == i)
        if len(rows) == 0:
            continue
        drawn = sampler.events(energy[rows], made[:, rows])
        found.weight[rows] = drawn.weight * strength[i] / share[i]
        found.mediator_energy[rows] = drawn.mediator[:, 0]
        found.momentum[rows] = drawn.lepton[:, 1:]
    return found
