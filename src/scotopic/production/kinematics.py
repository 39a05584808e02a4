"""Kinematics of l Z -> l Z X at a point of phase space: the energy of X, D, t and the azimuth.

D = m_l^2 - (p-k)^2, t = -(P_i-P_f)^2. All quantities are written with 1 - x and D as inputs, such
that none is a small difference of large numbers.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.production.amplitudes import Harmonic

Array = npt.NDArray[np.float64]
Real = float | Array

_LOWER_TAIL, _UPPER_TAIL = 9.0, 7.0  # e-folds of t integrated below t_min and above 1 GeV^2


class Kinematics(NamedTuple):
    """Kinematics at values of 1 - x and D, before t is known; arrays of one broadcast shape.

    Attributes
    ----------
    recoil : ndarray
        1 - x.
    virtuality, lowest, back : ndarray
        D, its least value, and its value for a mediator that flies backwards, GeV^2.
    slope : ndarray
        dD/dy in GeV^2, see `kinematics`.
    mediator_energy, left : ndarray
        E_X, and the energy that it leaves, GeV.
    momentum2 : ndarray
        |p - k|^2 in GeV^2.
    t_min, t_max : ndarray
        Range of t in GeV^2.
    """

    recoil: Array
    virtuality: Array
    lowest: Array
    back: Array
    slope: Array
    mediator_energy: Array
    left: Array
    momentum2: Array
    t_min: Array
    t_max: Array


def kinematics(
    y: Array, recoil: Array, mediator_mass: float, lepton_mass: float, M: float, energy: Real
) -> Kinematics:
    """Return what follows from 1 - x and y, which stands for D.

    Parameters
    ----------
    y : ndarray
        sqrt(D_min/D) stretched to [0, 1], so that integrands are smooth in it: D = D_min/(r +
        (1 - r) y^2), r = D_min/D_max.
    recoil : ndarray
        1 - x inside its limits, of a shape that goes with that of `y`.
    mediator_mass, lepton_mass, M : float
        Of X, l and the nucleus in GeV.
    energy : float or ndarray
        Of the lepton in GeV.
    """
    m2, l2 = mediator_mass**2, lepton_mass**2
    p = np.sqrt((energy - lepton_mass) * (energy + lepton_mass))
    left = recoil * energy
    Ek = (1 - recoil) * energy
    k2 = np.maximum((Ek - mediator_mass) * (Ek + mediator_mass), 0.0)
    pk = p * np.sqrt(k2)
    gap = energy * left + (energy**2 * (left * (energy + Ek) + m2) + l2 * k2) / (energy**2 + pk)
    lowest = (m2 * gap + 2 * l2 * k2) / (energy * Ek + pk)
    back = lowest + 4 * pk
    highest = np.maximum(np.minimum(back, 2 * M * (left - lepton_mass)), lowest)
    bottom = lowest / highest
    D = lowest / (bottom + (1 - bottom) * y**2)
    slope = 2 * y * (1 - bottom) * D**2 / lowest
    V2 = left**2 + D - l2
    a = _scale(left, D, l2, M)
    b = 2 * V2 - (1 + left / M) * D
    root = np.sqrt(V2 * np.maximum((2 * left - D / M) ** 2 - 4 * l2, 0.0))
    return Kinematics(
        recoil, D, lowest, back, slope, Ek, left, V2, D**2 / (b + root), (b + root) / a
    )


def _scale(left: Array, D: Array, l2: float, M: float) -> Array:
    """Return a: q_perp^2 = a (t - t_min)(t_max - t)/(4 |p-k|^2)."""
    return 1 + 2 * left / M - (D - l2) / M**2


def across2(k: Kinematics, roots: Array, lepton_mass: float, M: float) -> Array:
    """Return the square of q = P_i - P_f across p - k in GeV^2; arguments as in `azimuth`."""
    return np.asarray(_scale(k.left, k.virtuality, lepton_mass**2, M) * roots / (4 * k.momentum2))


def azimuth(
    k: Kinematics, t: Array, roots: Array, m2: float, l2: float, M: float, energy: Real
) -> tuple[Harmonic, Harmonic]:
    """Return s and the current X of `amplitudes` as functions of the azimuth of q about p - k.

    Parameters
    ----------
    k : Kinematics
        Without t.
    t, roots : ndarray
        t in GeV^2, and (t - t_min)(t_max - t).
    m2, l2, M : float
        Squared masses of X and l, mass of the nucleus.
    energy : float or ndarray
        Of the lepton in GeV.
    """
    D, V2, Ek = k.virtuality, k.momentum2, k.mediator_energy
    c = 1 + k.left / M
    half = (m2 + D) / 2
    parallel = (D + c * t) / V2
    across = np.maximum((D - k.lowest) * (k.back - D), 0.0)
    s = Harmonic(
        (energy * k.left - l2 + half) * parallel - (1 + energy / M) * t,
        np.sqrt(_scale(k.left, D, l2, M) * across * roots) / (2 * V2),
    )
    charge = energy * m2 + Ek * l2 - (energy + Ek) * half
    X = Harmonic(
        2 * M * (charge * parallel + Ek * t) - (s.constant - D) * t / 2,
        s.cosine * (2 * M * k.left - t / 2),
    )
    return s, X


def transfers(t_min: Array, t_max: Array, step: float) -> tuple[Array, Array, Array]:
    """Return t - t_min, t_max - t and the weights of a trapezoidal rule over t.

    The variable y = ln[(t - t_min)/(t_max - t)] makes the integrand fall off on both sides, where
    the rule converges exponentially. It ends where the form factors have died away.
    """
    span = np.maximum(t_max - t_min, 1e-12 * t_min)
    shift = np.log(t_min / span)
    low = shift - _LOWER_TAIL
    high = np.minimum(shift + np.log(np.exp(_UPPER_TAIL) * (1 / t_min + 1)), _LOWER_TAIL)
    n = max(8, int(np.ceil((high - low).max() / step)) + 1)
    h = (high - low) / (n - 1)
    odds = np.exp(low + h * np.arange(n))
    above, below = span * odds / (1 + odds), span / (1 + odds)
    weight = above / (1 + odds) * h
    weight[..., [0, -1]] /= 2
    return above, below, weight
