"""Squared matrix elements of l Z -> l Z X on a spin-0 nucleus.

In the Breit frame of the nucleus (P = P_i + P_f at rest, momentum transfer along z, of length
sqrt(t)) every mediator's squared amplitude is a sum of four positive or small terms, so that no
digits are lost at high energy:

    <|A|^2> = P^2 (c1 T1 + c2 T2 + c3 T3 + c4 T4),
    T1 = t (p_T^2 + p'_T^2)/(s D),      T2 = t (m^2 + k_T^2)/(s D),
    T3 = t/(s D),                       T4 = t (1/s - 1/D)^2 - 4 X^2/(P^2 s^2 D^2),

with s = (p'+k)^2 - m_l^2, D = m_l^2 - (p-k)^2, X = s P.p' - D P.p and transverse momenta with
respect to the momentum transfer. Spin and mass of the mediator enter through the weights c alone:
a new mediator is a new row of weights. The average over the azimuth of the nucleus, on which s
and X depend linearly through its cosine, is done in closed form.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError, not_one_of

Array = npt.NDArray[np.float64]
Real = float | Array


KINDS: Final = ("scalar", "pseudoscalar", "vector", "axial_vector")
"""Mediators whose weights are constant."""


class Weights(NamedTuple):
    """Weights of the four terms; `recoil` is a pure number like `emission`, others in GeV^2."""

    emission: float
    recoil: float
    contact: float
    eikonal: float


class Harmonic(NamedTuple):
    """A quantity that depends on the azimuth as constant + cosine * cos(phi)."""

    constant: Real
    cosine: Real


def coupling_weights(mediator: str, mediator_mass: float, lepton_mass: float) -> Weights:
    """Return the weights of the four terms for a mediator coupled with unit strength.

    Parameters
    ----------
    mediator : {"vector", "axial_vector", "scalar", "pseudoscalar"}
        The mediator X; couplings gamma^mu, gamma^mu gamma^5, 1, i gamma^5.
    mediator_mass, lepton_mass : float
        Masses in GeV.

    Raises
    ------
    RangeError
        If the mediator is unknown, or an axial vector is lighter than the lepton: its
        longitudinal part grows as (m_l/m)^2 and the tree level loses its meaning.

    Notes
    -----
    Liu, McKeen and Miller, Phys. Rev. D 95 (2017) 036010 and D 96 (2017) 016004, rearranged.

    Examples
    --------
    >>> coupling_weights("scalar", 1.0, 0.0)
    Weights(emission=0.0, recoil=4.0, contact=0.0, eikonal=1.0)
    """
    m2, l2 = mediator_mass**2, lepton_mass**2
    match mediator:
        case "vector":
            return Weights(8.0, 0.0, 8 * (m2 + 2 * l2), 2 * (m2 + 2 * l2))
        case "scalar":
            return Weights(0.0, 4.0, 0.0, m2 - 4 * l2)
        case "pseudoscalar":
            return Weights(0.0, 4.0, 0.0, m2)
        case "axial_vector":
            if mediator_mass < lepton_mass:
                raise RangeError(
                    f"mediator_mass: {mediator_mass} GeV: an axial vector must not be lighter "
                    f"than the lepton, {lepton_mass} GeV"
                )
            return Weights(8.0, 16 * l2 / m2, 8 * (m2 - 2 * l2), 2 * (m2 - 4 * l2))
    raise RangeError(f"mediator: {not_one_of(mediator, KINDS)}")


def mean_squared_amplitude(
    weights: Weights,
    *,
    lepton_mass: float,
    nuclear_mass: float,
    energy: Real,
    mediator_energy: Real,
    virtuality: Real,
    t: Real,
    s: Harmonic,
    current: Harmonic,
) -> Array:
    """Return <|A|^2> averaged over spins, polarisations and the azimuth of the nucleus.

    The couplings and the factor G2(t)/t^2 are taken out; one azimuth alone is the case in which
    the cosine terms vanish.

    Parameters
    ----------
    weights : Weights
        From `coupling_weights`.
    lepton_mass, nuclear_mass : float
        Masses in GeV.
    energy, mediator_energy : float or ndarray
        Lepton and mediator energies in the laboratory, GeV.
    virtuality : float or ndarray
        D = m_l^2 - (p-k)^2 in GeV^2, positive.
    t : float or ndarray
        -(P_i - P_f)^2 in GeV^2, positive.
    s : Harmonic
        (p'+k)^2 - m_l^2 in GeV^2.
    current : Harmonic
        X = s P.p' - D P.p in GeV^4, in a form without cancellation.

    Returns
    -------
    ndarray
        In GeV^2, of the broadcast shape.
    """
    s0 = np.asarray(s.constant)
    two_m = 2 * nuclear_mass
    P2 = two_m**2 + t
    slope = s.cosine / s0
    root = np.sqrt((1 - slope) * (1 + slope))
    inverse_s = 1 / (s0 * root)
    curvature = (1 + root - root * root) / (1 + root)

    def mean_square_over_s2(h: Harmonic) -> Array:
        """Average of h^2/s^2."""
        mixed = h.constant**2 - h.cosine * (2 * slope * h.constant - curvature * h.cosine)
        return np.asarray(mixed * inverse_s**2 / root)

    def mean_transverse_over_s(a: Real, b: Real) -> Array:
        """Average of [(a - s/2)^2/P^2 - (s + b)^2/(4t)]/s."""
        over_s = (a * a / P2 - b * b / (4 * t)) * inverse_s
        return np.asarray(over_s - a / P2 - b / (2 * t) + s0 * (0.25 / P2 - 0.25 / t))

    difference = mean_square_over_s2(Harmonic(s0 - virtuality, s.cosine))
    eikonal = t * difference - 4 / P2 * mean_square_over_s2(current)
    terms = weights.eikonal / virtuality**2 * eikonal
    if weights.emission:
        after = two_m * (energy - mediator_energy) - (virtuality + t) / 2
        both = (after**2 / P2 - (virtuality - t) ** 2 / (4 * t) - 2 * lepton_mass**2) * inverse_s
        both = both + mean_transverse_over_s(two_m * energy - t / 2, t)
        terms = terms + weights.emission * t / virtuality * both
    if weights.recoil:
        radiated = mean_transverse_over_s(two_m * mediator_energy + virtuality / 2, -virtuality)
        terms = terms + weights.recoil * t / virtuality * radiated
    if weights.contact:
        terms = terms + weights.contact * t / virtuality * inverse_s
    return np.asarray(P2 * terms)


def squared_amplitude(
    mediator: str,
    *,
    lepton_mass: float,
    mediator_mass: float,
    nuclear_mass: float,
    energy: Real,
    mediator_energy: Real,
    s: Real,
    u: Real,
    t: Real,
) -> Array:
    """Return the spin- and polarisation-averaged |A|^2 at one point of phase space.

    Parameters
    ----------
    mediator : {"vector", "axial_vector", "scalar", "pseudoscalar"}
        The mediator X.
    lepton_mass, mediator_mass, nuclear_mass : float
        Masses in GeV.
    energy, mediator_energy : float or ndarray
        Lepton and mediator energies in the rest frame of the nucleus, GeV.
    s, u, t : float or ndarray
        (p'+k)^2 - m_l^2 > 0, (p-k)^2 - m_l^2 < 0 and -(P_i-P_f)^2 > 0 in GeV^2.

    Returns
    -------
    ndarray
        In GeV^2; couplings and G2(t)/t^2 taken out.

    Raises
    ------
    RangeError
        As `coupling_weights`.

    Notes
    -----
    X is formed from the invariants here, which loses about (energy/mediator_mass)^2 of the
    floating-point precision; the cross sections pass it in a safe form.

    Examples
    --------
    >>> masses = {"lepton_mass": 0.1, "mediator_mass": 0.1, "nuclear_mass": 10.0}
    >>> a2 = squared_amplitude("scalar", **masses, energy=2., mediator_energy=1.,
    ...     s=.15, u=-.08, t=.01)
    >>> round(float(a2), 1)
    1194.7
    """
    before = 2 * nuclear_mass * energy - (s + t) / 2
    after = 2 * nuclear_mass * (energy - mediator_energy) + (u - t) / 2
    return mean_squared_amplitude(
        coupling_weights(mediator, mediator_mass, lepton_mass),
        lepton_mass=lepton_mass,
        nuclear_mass=nuclear_mass,
        energy=energy,
        mediator_energy=mediator_energy,
        virtuality=-u,
        t=t,
        s=Harmonic(s, 0.0),
        current=Harmonic(u * before + s * after, 0.0),
    )
