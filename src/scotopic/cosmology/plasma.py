r"""Heat content of photons, charged leptons and hadrons in thermal equilibrium.

Densities are effective numbers of bosonic degrees of freedom,

    rho = pi^2/30 g_rho T^4,    s = 2 pi^2/45 g_s T^3.
"""

import math
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import numbers
from scotopic.data_tables import data_rows
from scotopic.units import ALPHA, ELECTRON_MASS, MUON_MASS, TAU_MASS

Array = npt.NDArray[np.float64]

BOSON: Final = -1
FERMION: Final = 1

_LEPTON_MASSES: Final = (ELECTRON_MASS, MUON_MASS, TAU_MASS)

# Square root of the kinetic energy over T. In this variable the integrands are smooth and even,
# so that the trapezoidal rule converges exponentially; beyond 6.6 they are below e^-43.
_STEP: Final = 0.05
_ROOTS: Final = np.arange(0.0, 6.6, _STEP)


@cache
def hadrons() -> tuple[tuple[str, float, int, int], ...]:
    """Return name, mass in GeV, number of states and statistics of the hadrons of the gas.

    All light and strange ones below 2 GeV, as isospin multiplets with their antiparticles.
    """
    rows = data_rows("scotopic.cosmology", "hadrons.csv")
    return tuple((n, float(mass), int(states), int(kind)) for n, mass, states, kind in rows)


def _momenta_and_occupation(x: npt.ArrayLike, statistics: int) -> tuple[Array, Array, Array]:
    """Energies, momenta (over T) and occupation numbers, of shape (..., nodes)."""
    ratio = numbers("x", x)[..., np.newaxis]
    energy = ratio + _ROOTS**2
    momentum = _ROOTS * np.sqrt(_ROOTS**2 + 2 * ratio)
    vanishing = np.exp(-energy)
    return energy, momentum, vanishing / (1 + statistics * vanishing)


def ideal_gas(x: npt.ArrayLike, statistics: int) -> tuple[Array, Array]:
    """Return energy and entropy of one state of an ideal gas, relative to a massless boson.

    Parameters
    ----------
    x : array_like
        Mass over temperature, any shape; positive for bosons, zero or positive for fermions.
    statistics : int
        `BOSON` or `FERMION`; no chemical potential.

    Returns
    -------
    energy, entropy : ndarray
        rho/(pi^2 T^4/30) and s/(2 pi^2 T^3/45), of the shape of `x`. Error below 1e-8 of one.

    Examples
    --------
    >>> [float(value.round(6)) for value in ideal_gas(0.0, FERMION)]
    [0.875, 0.875]
    """
    energy, momentum, occupation = _momenta_and_occupation(x, statistics)
    weights = occupation * 2 * _ROOTS * _STEP / (2 * math.pi**2)
    density = np.sum(weights * momentum * energy**2, axis=-1)
    pressure = np.sum(weights * momentum**3, axis=-1) / 3
    return (
        np.asarray(density * 30 / math.pi**2),
        np.asarray((density + pressure) * 45 / (2 * math.pi**2)),
    )


def qed_correction(x: npt.ArrayLike) -> tuple[Array, Array]:
    r"""Return what the interaction of a charged lepton with photons adds, at order e^2.

    Parameters
    ----------
    x : array_like
        Lepton mass over temperature, any shape.

    Returns
    -------
    energy, entropy : ndarray
        Additions to g_rho and g_s, of the shape of `x`; -25 alpha/(4 pi) for a massless lepton.

    Notes
    -----
    The pressure, with k = Int dp p^2/E 2/(e^(E/T) + 1)/T^2 and without its small logarithmic term,

        delta P/T^4 = -e^2 (k/(12 pi^2) + k^2/(8 pi^4)),

    is that of Bennett, Buldgen, Drewes and Wong, JCAP 03 (2020) 003; -5 e^2/288 for a massless
    lepton. Then s = dP/dT and rho = T s - P.

    Examples
    --------
    >>> round(float(qed_correction(0.0)[0]), 4)
    -0.0145
    """
    _, momentum, occupation = _momenta_and_occupation(x, FERMION)
    ratio = numbers("x", x)
    weights = 2 * occupation * 2 * _ROOTS * _STEP
    k = np.sum(weights * momentum, axis=-1)
    # momentum/root = sqrt(root^2 + 2 x); its inverse diverges only where it is multiplied by zero.
    slope = np.divide(_ROOTS**2, momentum, out=np.zeros_like(momentum), where=momentum > 0)
    k_slope = np.sum(weights * (slope - momentum * (1 - occupation)), axis=-1)
    e_squared = 4 * math.pi * ALPHA
    pressure = -e_squared * (k / (12 * math.pi**2) + k**2 / (8 * math.pi**4))
    falling = -e_squared * ratio * k_slope * (1 / (12 * math.pi**2) + k / (4 * math.pi**4))
    return (
        np.asarray((3 * pressure - falling) * 30 / math.pi**2),
        np.asarray((4 * pressure - falling) * 45 / (2 * math.pi**2)),
    )


def plasma(temperature: npt.ArrayLike) -> tuple[Array, Array]:
    """Return g_rho and g_s of photons, charged leptons and the hadron gas, without neutrinos.

    Parameters
    ----------
    temperature : array_like
        Temperatures in GeV, any shape. Meaningful below the QCD transition, up to 0.14 GeV.

    Returns
    -------
    energy, entropy : ndarray
        Effective degrees of freedom, of the shape of `temperature`.

    Examples
    --------
    >>> [float(value.round(3)) for value in plasma(0.003)]
    [5.478, 5.475]
    """
    heat = numbers("temperature", temperature)
    energy, entropy = np.full(heat.shape, 2.0), np.full(heat.shape, 2.0)
    kinds = [(mass, 4, FERMION) for mass in _LEPTON_MASSES]
    kinds += [(mass, states, statistics) for _, mass, states, statistics in hadrons()]
    for mass, states, statistics in kinds:
        per_state = ideal_gas(mass / heat, statistics)
        energy += states * per_state[0]
        entropy += states * per_state[1]
    for mass in _LEPTON_MASSES:
        correction = qed_correction(mass / heat)
        energy += correction[0]
        entropy += correction[1]
    return energy, entropy
