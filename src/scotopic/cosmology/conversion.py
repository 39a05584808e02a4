r"""Conversion of chi2 into chi1: co-scattering on leptons and on chi2, decay.

Squared amplitudes are for spin-1/2 particles with vector couplings, summed over all spins, in units
of the couplings at the vertices. The part of the propagator along the momentum drops out because
one vertex of each diagram is diagonal. A reaction density is

    gamma = T/(64 pi^4) Int ds sqrt(s) K_1(w/T) sigmahat(s),
    sigmahat = 1/(8 pi s) Int dt sum |M|^2,

with Maxwell-Boltzmann statistics and no blocking (for relativistic electrons 10 % too much).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.cosmology.annihilation import (
    ReactionRate,
    scaled_bessel,
    scaled_density,
    thermal_nodes,
)
from scotopic.models.inelastic import TwoFermionsOfAPhoton
from scotopic.units import ALPHA, ELECTRON_MASS, MUON_MASS

Array = npt.NDArray[np.float64]
Masses = tuple[float, float, float, float]

_COSINES, _COSINE_WEIGHTS = np.polynomial.legendre.leggauss(24)


class Products(NamedTuple):
    """Scalar products p_i p_j in GeV^2 and masses in GeV of a reaction 1 2 -> 3 4."""

    p12: Array
    p13: Array
    p14: Array
    p23: Array
    p24: Array
    p34: Array
    masses: Masses

    def exchanged(self) -> "Products":
        """Return those with 3 and 4 interchanged."""
        m1, m2, m3, m4 = self.masses
        return Products(
            self.p12, self.p14, self.p13, self.p24, self.p23, self.p34, (m1, m2, m4, m3)
        )

    def crossed(self) -> "Products":
        """Return those with which 1 2 -> 3 4 describes 1 2bar -> 3 4bar: p2 and p4 -> -p4, -p2."""
        m1, m2, m3, m4 = self.masses
        return Products(
            -self.p14, self.p13, -self.p12, -self.p34, self.p24, -self.p23, (m1, m4, m3, m2)
        )


def direct(p: Products) -> Array:
    """Square of the current 1 -> 3 times the current 2 -> 4, summed over spins, in GeV^4."""
    m1, m2, m3, m4 = p.masses
    helicity = p.p12 * p.p34 + p.p14 * p.p23
    flips = 2 * m1 * m2 * m3 * m4 - m2 * m4 * p.p13 - m1 * m3 * p.p24
    return np.asarray(32 * (helicity + flips))


def interference(p: Products) -> Array:
    """Trace through the currents 1 -> 3, 2 -> 4 and 1 -> 4, 2 -> 3, in GeV^4."""
    m1, m2, m3, m4 = p.masses
    flips = (
        m1 * m3 * p.p24
        + m2 * m4 * p.p13
        + m1 * m4 * p.p23
        + m2 * m3 * p.p14
        + m3 * m4 * p.p12
        + m1 * m2 * p.p34
    )
    return np.asarray(16 * flips - 32 * (p.p12 * p.p34 + m1 * m2 * m3 * m4))


def reaction(
    model: TwoFermionsOfAPhoton, masses: Masses, squared: Callable[[Array, Products], Array]
) -> ReactionRate:
    """Integrate a squared amplitude over angles.

    Parameters
    ----------
    model : TwoFermionsOfAPhoton
        Where panels are needed.
    masses : tuple of float
        Of 1 2 -> 3 4 in GeV.
    squared : callable
        Sum over spins of |M|^2 as a function of w, shape (n, 1), and of the products, (n, cosines).

    Returns
    -------
    ReactionRate
        Its density; 1 and 2 are taken as different.
    """
    m1, m2, m3, m4 = masses
    threshold = max(m1 + m2, m3 + m4)
    nodes, steps = thermal_nodes(model, threshold)
    w = nodes[:, None]
    energy_1, energy_3 = (w**2 + m1**2 - m2**2) / (2 * w), (w**2 + m3**2 - m4**2) / (2 * w)
    # At the threshold one of the momenta vanishes, to rounding.
    momenta = np.sqrt(np.maximum((energy_1**2 - m1**2) * (energy_3**2 - m3**2), 0.0))
    p12 = (w**2 - m1**2 - m2**2) / 2
    p13 = energy_1 * energy_3 - momenta * _COSINES
    p23 = energy_3 * w - p13
    p34 = (w**2 - m3**2 - m4**2) / 2
    p = Products(p12, p13, energy_1 * w - p13, p23, m2**2 + p12 - p23, p34, masses)
    integral = 2 * momenta[:, 0] * (squared(w, p) @ _COSINE_WEIGHTS)
    # ds sqrt(s)/(64 pi^4) times 1/(8 pi s)
    return ReactionRate(threshold, nodes, integral * steps / (256 * math.pi**5))


def scattering_on_leptons(model: TwoFermionsOfAPhoton) -> tuple[ReactionRate, ...]:
    """Rates of chi2 f -> chi1 f, all charges, for f = e and mu and kinetic mixing 1.

    Those on hadrons are left out: below m_chi = 1 GeV there are few when dark matter freezes out.
    """
    couplings = (4 * math.pi) ** 2 * ALPHA * model.alpha_D * model.transition_strength
    chi1, chi2 = (state.mass for state in model.dark_states)

    def squared(_: Array, p: Products) -> Array:
        t = p.masses[0] ** 2 + p.masses[2] ** 2 - 2 * p.p13
        return 4 * couplings * direct(p) / (t - model.mediator_mass**2) ** 2

    return tuple(
        reaction(model, (chi2, lepton, chi1, lepton), squared)
        for lepton in (ELECTRON_MASS, MUON_MASS)
    )


def scattering_on_chi2(model: TwoFermionsOfAPhoton) -> ReactionRate:
    """Rate of chi2 chi2 -> chi1 chi2 and chi2 chi2bar -> chi1 chi2bar with their conjugates.

    It does not depend on the kinetic mixing.
    """
    chi1, chi2 = (state.mass for state in model.dark_states)
    diagonal = model.current_strengths["chi2 chi2"]
    couplings = (4 * math.pi * model.alpha_D) ** 2 * diagonal * model.transition_strength
    mediator2 = model.mediator_mass**2

    def squared(w: Array, p: Products) -> Array:
        t = chi1**2 + chi2**2 - 2 * p.p13
        u = 2 * chi2**2 - 2 * p.p14
        by_t, by_u = 1 / (t - mediator2), 1 / (u - mediator2)
        same = direct(p) * by_t**2 + direct(p.exchanged()) * by_u**2
        same = same - 2 * interference(p) * by_t * by_u
        width = model.dark_width_at(w)
        by_s2 = 1 / ((w**2 - mediator2) ** 2 + (w * width) ** 2)
        c = p.crossed()
        opposite = direct(p) * by_t**2 + direct(c.exchanged()) * by_s2
        opposite = opposite - 2 * interference(c) * by_t * (w**2 - mediator2) * by_s2
        # Two pairs of identical particles, each counted half; two pairs of opposite charge, each
        # of which converts either its particle or its antiparticle.
        return couplings * (same + 2 * opposite)

    return reaction(model, (chi2, chi2, chi1, chi2), squared)


def scaled_decays(model: TwoFermionsOfAPhoton, inverse_temperature: Array) -> Array:
    """Decays chi2 -> chi1 f fbar per volume and time, times e^(m_chi2/T), for kinetic mixing 1.

    The slowing of moving particles' decay, K_1/K_2, is included; in GeV^4, shape (n,).
    """
    chi2 = model.dark_states[1]
    z = chi2.mass * inverse_temperature
    width = model.chi2_width / model.kinetic_mixing**2
    slowing = scaled_bessel(1, z) / scaled_bessel(2, z)
    return np.asarray(scaled_density(chi2, inverse_temperature) * width * slowing)
