"""Phase space of l Z -> l Z X in variables that follow the photon between lepton and mediator.

A mediator that couples to photons is also made by two of them, one from the lepton and one from
the nucleus: |A|^2 then has the pole 1/tau of the lepton's photon, tau = -(p - p')^2, which the
variables of `kinematics` do not resolve. Here the integral runs over tau, t and the azimuth phi of
the nucleus' momentum q about p - p', at a given x = 1 - E'/E:

    d sigma/dx = E/(2 p^2) Int dtau/|p-p'| Int dt/t^2 G2(t) <|A|^2>_phi / (8 M^2)

in units of alpha^2 k^2/(4 pi). All quantities are written such that none is a small difference of
large numbers, but for the distance to the pole of the lepton, where s and D are nearly as small as
they can be.
"""

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.production.spectrum import SpectrumVariable

Array = npt.NDArray[np.float64]
Real = float | Array

_E_FOLDS: Final = 7.0  # of tau integrated below tau_min and above all scales
_LARGEST: Final = 0.05  # GeV^2, a scale of t that all nuclei have
_SLOWEST: Final = 1.5  # masses above its own, from where what leptons emit is positive


class Exchange(NamedTuple):
    """Kinematics at values of 1 - x and tau, before t is known; arrays of one broadcast shape.

    Attributes
    ----------
    recoil, tau : ndarray
        1 - x, and -(p-p')^2 in GeV^2.
    slope : ndarray
        dtau/dy in GeV^2, see `exchange`.
    least, most : ndarray
        Ends of tau for a lepton that goes on forwards or backwards, GeV^2.
    left, lost : ndarray
        Energies of the lepton afterwards, and what it lost, GeV.
    momentum2 : ndarray
        |p - p'|^2 in GeV^2.
    scale : ndarray
        a: q_perp^2 = a (t - t_min)(t_max - t)/(4 |p-p'|^2).
    t_min, t_max : ndarray
        Range of t in GeV^2.
    """

    recoil: Array
    tau: Array
    slope: Array
    least: Array
    most: Array
    left: Array
    lost: Array
    momentum2: Array
    scale: Array
    t_min: Array
    t_max: Array


class Fusion(NamedTuple):
    """Points of phase space at values of 1 - x, tau and t; arrays of one shape.

    Attributes
    ----------
    recoil, tau, t : ndarray
        1 - x; -(p-p')^2 and -(P_i-P_f)^2 in GeV^2.
    soft, virtuality : ndarray
        s = (p'+k)^2 - m_l^2 and D = m_l^2 - (p-k)^2 in GeV^2 at an azimuth of 90 degrees.
    swing : ndarray
        h in GeV^2: at the azimuth phi they are smaller by h cos(phi).
    current : ndarray
        Y in GeV^3: X = s P.p' - D P.p is 2 M [Y + (E - E') h cos(phi)] + t (s + D)/2.
    """

    recoil: Array
    tau: Array
    t: Array
    soft: Array
    virtuality: Array
    swing: Array
    current: Array


def fusion_variable(
    mediator_mass: float, energy: npt.ArrayLike, lepton_mass: float, nuclear_mass: float
) -> SpectrumVariable:
    """Return the variable of spectra in x = 1 - E'/E; parameters and errors as its `of`."""
    usual = SpectrumVariable.of(mediator_mass, energy, lepton_mass, nuclear_mass)
    E = np.asarray(energy, dtype=float)
    m2, M = mediator_mass**2, nuclear_mass
    lowest = np.asarray(mediator_mass + m2 / (2 * M))
    for _ in range(3):  # tau_min is that of a slightly larger x each time, and small
        least, _ = _tau_limits(E, E - lowest, lepton_mass**2)
        lowest = mediator_mass + (m2 + least) / (2 * M)
    # Slower leptons, hardly any, would emit light tensors with a negative |A|^2 without k k.
    slowest = lepton_mass * (1 + _SLOWEST / (1 + usual.ratio**2))
    return SpectrumVariable(lowest / E, 1 - slowest / E, usual.ratio, 0.0)


def _tau_limits(energy: Real, left: Real, l2: float) -> tuple[Array, Array]:
    """Return tau_min and tau_max for leptons that go from one energy to another."""
    p2, left2 = energy**2 - l2, left**2 - l2
    half = energy * left - l2 + np.sqrt(np.maximum(p2 * left2, 0.0))
    return np.asarray(2 * l2 * (energy - left) ** 2 / half), np.asarray(2 * half)


def odds_range(least: Array, most: Array, mediator_mass: float) -> tuple[Array, Array]:
    """Return the first and the last ln[(tau - tau_min)/(tau_max - tau)] that count."""
    span = np.maximum(most - least, 1e-300)
    above = np.log((mediator_mass**2 + _LARGEST + least) / span) + _E_FOLDS
    return np.log(least / span) - _E_FOLDS, np.minimum(above, _E_FOLDS)


def exchange(
    y: Array | int, recoil: Array, mediator_mass: float, lepton_mass: float, M: float, energy: Real
) -> Exchange:
    """Return what follows from 1 - x and y, which stands for tau.

    Parameters
    ----------
    y : ndarray or int
        In [0, 1], even in ln[(tau - tau_min)/(tau_max - tau)]; or so many steps in 16 e-folds of
        that, for one more axis of tau.
    recoil : ndarray
        1 - x inside the limits of `fusion_variable`, of a shape that goes with that of `y`.
    mediator_mass, lepton_mass, M : float
        Of X, l and the nucleus in GeV.
    energy : float or ndarray
        Of the lepton in GeV.
    """
    m2, l2 = mediator_mass**2, lepton_mass**2
    if isinstance(y, int):
        recoil = recoil[..., None]
    left = energy * recoil
    lost = energy - left
    least, most = _tau_limits(energy, left, l2)
    reachable = np.minimum(most, 2 * M * (lost - mediator_mass) - m2)
    low, high = odds_range(least, reachable, mediator_mass)
    if isinstance(y, int):
        y = np.linspace(0, 1, math.ceil(float((high - low).max()) * y / 16) + 1)
    odds = np.exp(low + (high - low) * y)
    span = np.maximum(reachable - least, 1e-300)
    tau = least + span * odds / (1 + odds)
    slope = span * odds / (1 + odds) ** 2 * (high - low)
    V2 = lost**2 + tau
    # q as in `kinematics`, for a mass^2 of m^2 and a photon of -tau in place of the lepton
    c = 1 + lost / M
    scale = c**2 - V2 / M**2
    sum2 = m2 + tau
    b = 2 * V2 - sum2 * c
    root = np.sqrt(V2 * np.maximum((2 * lost - sum2 / M) ** 2 - 4 * m2, 0.0))
    t_min, t_max = sum2**2 / (b + root), (b + root) / scale
    return Exchange(recoil, tau, slope, least, most, left, lost, V2, scale, t_min, t_max)


def across2(k: Exchange, roots: Array) -> Array:
    """Return the square of q across p - p' in GeV^2; roots are (t - t_min)(t_max - t)."""
    return np.asarray(k.scale * roots / (4 * k.momentum2))


def fusion(
    k: Exchange, t: Array, roots: Array, mediator_mass: float, M: float, energy: Real
) -> Fusion:
    """Return the points at t, in GeV^2; roots are (t - t_min)(t_max - t)."""
    V = np.sqrt(k.momentum2)
    along = (mediator_mass**2 + k.tau + (1 + k.lost / M) * t) / (2 * V)
    lepton2 = np.maximum((k.tau - k.least) * (k.most - k.tau), 0.0) / k.momentum2  # p_perp^2 is 1/4
    every = (
        k.recoil,
        k.tau,
        t,
        2 * along * (energy * k.lost + k.tau / 2) / V - t - energy * t / M,
        2 * along * (k.left * k.lost - k.tau / 2) / V + t - k.left * t / M,
        np.sqrt(lepton2 * across2(k, roots)),
        (energy + k.left) * (along * k.tau / V - t),
    )
    return Fusion(*np.broadcast_arrays(*every))
