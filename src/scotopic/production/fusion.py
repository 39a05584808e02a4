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

from scotopic.production.kinematics import transfers
from scotopic.production.spectrum import SpectrumVariable

Array = npt.NDArray[np.float64]
Real = float | Array

_BELOW, _ABOVE = 7.0, 7.0  # e-folds of tau integrated below tau_min and above all scales
_LARGEST: Final = 0.05  # GeV^2, a scale of t that all nuclei have
_SLOWEST: Final = 1.5  # masses above its own, from where what leptons emit is positive
_E_FOLDS: Final = 16  # of tau, over which the nodes are spread that one asks for


class Fusion(NamedTuple):
    """Points of phase space at values of 1 - x, tau and t; arrays of one shape (n, k, l).

    Attributes
    ----------
    recoil, tau, t : ndarray
        1 - x; -(p-p')^2 and -(P_i-P_f)^2 in GeV^2.
    above : ndarray
        t - t_min in GeV^2.
    weight : ndarray
        Of dtau dt/|p-p'| in GeV^3.
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
    above: Array
    weight: Array
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


def fusion(
    recoil: Array,
    mediator_mass: float,
    lepton_mass: float,
    M: float,
    energy: float,
    nodes: int,
    step: float,
    highest: float = math.inf,
) -> Fusion:
    """Return points that integrate over tau and t.

    Parameters
    ----------
    recoil : ndarray, shape (n,)
        1 - x inside the limits of `fusion_variable`.
    mediator_mass, lepton_mass, M : float
        Of X, l and the nucleus in GeV.
    energy : float
        Of the lepton in GeV.
    nodes : int
        In 16 e-folds of tau.
    step : float
        In ln t.
    highest : float
        The largest t in GeV^2 that counts.
    """
    m2, l2 = mediator_mass**2, lepton_mass**2
    left = energy * recoil[:, None]
    lost = energy - left
    least, most = _tau_limits(energy, left, l2)
    reachable = np.minimum(most, 2 * M * (lost - mediator_mass) - m2)
    tau, dtau = _taus(least, reachable, m2 + _LARGEST, _E_FOLDS / nodes)
    V2 = lost**2 + tau
    V = np.sqrt(V2)
    # q as in `kinematics`, for a mass^2 of m^2 and a photon of -tau in place of the lepton
    c = 1 + lost / M
    scale = c**2 - V2 / M**2
    sum2 = m2 + tau
    b = 2 * V2 - sum2 * c
    root = V * np.sqrt(np.maximum((2 * lost - sum2 / M) ** 2 - 4 * m2, 0.0))
    t_min, t_max = sum2**2 / (b + root), (b + root) / scale
    end = np.minimum(t_max, np.maximum(highest, t_min))
    above, below, dt = transfers(t_min[..., None], end[..., None], step)
    below += (t_max - end)[..., None]
    t = t_min[..., None] + above
    least, most, left, lost, tau, V, V2, c, scale = (
        one[..., None] for one in (least, most, left, lost, tau, V, V2, c, scale)
    )
    along = (m2 + tau + c * t) / (2 * V)
    across2 = np.maximum((tau - least) * (most - tau), 0.0) * scale * above * below
    soft = 2 * along * (energy * lost + tau / 2) / V - t - energy * t / M
    virtuality = 2 * along * (left * lost - tau / 2) / V + t - left * t / M
    return Fusion(
        np.broadcast_to(recoil[:, None, None], t.shape),
        np.broadcast_to(tau, t.shape),
        t,
        above,
        dtau[..., None] * dt / V,
        soft,
        virtuality,
        np.sqrt(across2) / (2 * V2),
        (energy + left) * (along * tau / V - t),
    )


def _taus(least: Array, most: Array, scale: float, step: float) -> tuple[Array, Array]:
    """Return tau (n, k) and weights of a trapezoidal rule, even in ln of odds as for t."""
    span = np.maximum(most - least, 1e-300)
    low = np.log(least / span) - _BELOW
    high = np.minimum(np.log((scale + least) / span) + _ABOVE, _ABOVE)
    n = math.ceil(float((high - low).max()) / step) + 1
    h = (high - low) / (n - 1)
    odds = np.exp(low + h * np.arange(n))
    weight = span * odds / (1 + odds) ** 2 * h
    weight[..., [0, -1]] /= 2
    return least + span * odds / (1 + odds), weight
