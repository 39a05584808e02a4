r"""Muons in matter: their mean energy loss and the track length that it leaves them at any energy.

A muon is not absorbed in a target; it loses little, and on average the known

    -dE/dX = a(E) + b(E) E,

a from collisions with electrons, b from bremsstrahlung, e+e- pairs and photonuclear interactions
(Groom, Mokhov and Striganov, At. Data Nucl. Data Tables 78 (2001) 183, "GMS"). One muon then has
the differential track length T(E) = 1/(-dE/dX) between the beam energy and that with which it
leaves. Fluctuations of the loss are left out, and so are the secondaries' showers.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from scotopic.checked import number, within
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.materials import Element
from scotopic.quadrature import gauss_legendre
from scotopic.shower.ionisation import plasma_energy
from scotopic.shower.medium import Medium, portions
from scotopic.units import ALPHA, CLASSICAL_ELECTRON_RADIUS_CM, ELECTRON_MASS, MUON_MASS

Array = npt.NDArray[np.float64]

SLOWEST = 5.0
"""GeV: below, the density effect is not at its limit and fast secondaries are no longer few."""

FASTEST = 1e4
"""GeV: the cross sections below were compared up to there."""

_RATIO = MUON_MASS / ELECTRON_MASS
_SQRT_E = math.exp(0.5)
_NODES = 24
_MICROBARN = 1e-30


@displayed
@dataclass(frozen=True, eq=False)
class MuonTracks:
    """What a muon's way through a target contributes to any yield.

    Attributes
    ----------
    energies, lengths : ndarray, shape (nodes,)
        The integral of T(E) f(E) over the target is sum_j lengths_j f(energies_j): energies in
        GeV, ascending, lengths in radiation lengths.
    final_energy : float
        GeV, behind the target; the lowest energy asked for if the muon does not get through.
    """

    energies: Array
    lengths: Array
    final_energy: float


def muon_tracks(
    medium: Medium, energy: float, *, thickness_X0: float, minimum_energy: float = SLOWEST
) -> MuonTracks:
    """Return the track length of a muon in a target, by energy.

    Parameters
    ----------
    medium : Material or Target
        What is crossed.
    energy : float
        Beam energy in GeV.
    thickness_X0 : float
        Thickness in radiation lengths; infinite for a target in which it stops.
    minimum_energy : float
        The track is followed down to here, GeV.

    Returns
    -------
    MuonTracks
        Mean loss, no fluctuations: they matter where the loss is a large part of the energy.

    Raises
    ------
    RangeError
        If the energies are not between 5 GeV and 10 TeV, or do not descend.

    Examples
    --------
    >>> from scotopic.materials import material
    >>> tracks = muon_tracks(material("lead"), 160.0, thickness_X0=40.0)
    >>> round(float(tracks.lengths.sum()), 3), round(tracks.final_energy, 1)
    (40.0, 159.0)
    """
    energy, minimum_energy = number("energy", energy), number("minimum_energy", minimum_energy)
    thickness_X0 = number("thickness_X0", thickness_X0)
    if not SLOWEST <= minimum_energy < energy <= FASTEST:
        raise RangeError(
            f"energy: {energy} GeV down to {minimum_energy} GeV: muons are followed between"
            f" {SLOWEST:g} and {FASTEST:g} GeV"
        )
    if not thickness_X0 > 0:
        raise RangeError(f"thickness_X0: {thickness_X0} is not positive")
    return _tracks(medium, energy, thickness_X0, minimum_energy)


@lru_cache(maxsize=16)  # every mass of a curve asks for the same
def _tracks(
    medium: Medium, energy: float, thickness_X0: float, minimum_energy: float
) -> MuonTracks:
    nodes, weights = gauss_legendre(_NODES)

    def tracks(final: float) -> tuple[Array, Array]:
        span = math.log(energy / final)
        at = final * np.exp(span * nodes)
        return at, span * weights * at / muon_loss(medium, at)

    def beyond(final: float) -> float:
        return float(tracks(final)[1].sum()) - thickness_X0

    final = minimum_energy
    if beyond(minimum_energy) > 0:
        from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

        final = float(brentq(beyond, minimum_energy, energy, xtol=1e-9 * energy))
    return MuonTracks(*tracks(final), final)


def muon_loss(medium: Medium, energy: npt.ArrayLike) -> Array:
    """Return the mean energy loss of muons in GeV per radiation length.

    Parameters
    ----------
    medium : Material or Target
        What is crossed.
    energy : array_like
        Total energies in GeV, any shape, from 5 GeV to 10 TeV.

    Returns
    -------
    ndarray
        Of the shape of `energy`: `collision_loss` and `radiative_loss` together.

    Examples
    --------
    In lead both are equal at the muon critical energy, 141 GeV in the Review of Particle Physics:

    >>> from scotopic.materials import material
    >>> parts = [float(f(material("lead"), 141.0)) for f in (collision_loss, radiative_loss)]
    >>> abs(parts[1] / parts[0] - 1) < 0.03
    True
    """
    return collision_loss(medium, energy) + radiative_loss(medium, energy)


def collision_loss(medium: Medium, energy: npt.ArrayLike) -> Array:
    """Return the mean loss to electrons in GeV per radiation length.

    Parameters
    ----------
    medium, energy
        As in `muon_loss`.

    Notes
    -----
    The Bethe formula with the density effect at its limit delta = 2 ln(hbar omega_p beta gamma/I)
    - 1, in which I drops out, and with the bremsstrahlung of the struck electrons (GMS eqs. 4
    and 5).
    """
    E = within("energy", energy, SLOWEST, FASTEST, "GeV")
    gamma = E / MUON_MASS
    beta2 = 1 - gamma**-2
    hardest = 2 * ELECTRON_MASS * beta2 * gamma**2 / (1 + 2 * gamma / _RATIO + _RATIO**-2)
    logarithm = np.log(2 * hardest / ELECTRON_MASS)
    struck = ALPHA / (4 * math.pi) * (np.log(2 * gamma) - logarithm / 3) * logarithm**2
    total = np.zeros(E.shape)
    for material, share in portions(medium):
        strength = 4 * math.pi * CLASSICAL_ELECTRON_RADIUS_CM**2 * ELECTRON_MASS
        bracket = np.log(2 * ELECTRON_MASS * hardest / plasma_energy(material) ** 2) / 2 + 0.5
        bracket = bracket - beta2 + (hardest / E) ** 2 / 8
        total += share * strength * material.electrons_per_cm2_per_X0 * (bracket / beta2 + struck)
    return total


def radiative_loss(medium: Medium, energy: npt.ArrayLike) -> Array:
    """Return the mean loss by bremsstrahlung, pairs and nuclei in GeV per radiation length.

    Parameters
    ----------
    medium, energy
        As in `muon_loss`.
    """
    E = within("energy", energy, SLOWEST, FASTEST, "GeV")
    flat = np.atleast_1d(E).ravel()[:, None]
    total = np.zeros(flat.shape[0])
    for material, share in portions(medium):
        for nucleus, atoms in material.atoms_per_cm2_per_X0.items():
            fraction = _bremsstrahlung(nucleus, flat) + _pairs(nucleus, flat)
            total += share * atoms * flat[:, 0] * (fraction + _photonuclear(nucleus, flat))
    return total.reshape(E.shape)


def _bremsstrahlung(nucleus: Element, energy: Array) -> Array:
    """Int v dsigma in cm^2, of nucleus and electrons: GMS eqs. 13-18 (Kelner et al., 1995)."""
    nodes, weights = gauss_legendre(64)
    z, a = nucleus.atomic_number, nucleus.atomic_mass
    v = nodes * (1 - MUON_MASS / energy)
    least = MUON_MASS**2 * v / (2 * energy * (1 - v))  # momentum transfer
    screening = 182.7 * z ** (-1 / 3)
    size = 1.54 * a**0.27
    atom = np.log(screening * _RATIO / (1 + least * _SQRT_E * screening / ELECTRON_MASS))
    atom = atom - np.log(size / (1 + least * (size * _SQRT_E - 2) / MUON_MASS))
    electron = np.log(
        (MUON_MASS / least) / (MUON_MASS * least / ELECTRON_MASS**2 + _SQRT_E)
    ) - np.log(1 + ELECTRON_MASS / (least * 1429 * z ** (-2 / 3) * _SQRT_E))
    hardest = energy / (1 + MUON_MASS**2 / (2 * ELECTRON_MASS * energy))
    on_electrons = np.where(v * energy < hardest, np.maximum(electron, 0.0), 0.0)
    shape = 4 / 3 * (1 - v) + v * v
    integrand = shape * (z**2 * np.maximum(atom, 0.0) + z * on_electrons)
    strength = ALPHA * (2 * CLASSICAL_ELECTRON_RADIUS_CM / _RATIO) ** 2
    return np.asarray(strength * (integrand * weights).sum(axis=1) * (1 - MUON_MASS / energy[:, 0]))


def _pairs(nucleus: Element, energy: Array) -> Array:
    """Int v dsigma in cm^2 of e+e- pairs: GMS eqs. 20-28 (Kokoulin and Petrukhin, 1971)."""
    z = nucleus.atomic_number
    cube = z ** (1 / 3)
    nodes, weights = gauss_legendre(48)
    lowest = 4 * ELECTRON_MASS / energy
    highest = 1 - 0.75 * _SQRT_E * cube * MUON_MASS / energy
    span = np.log(highest / lowest)
    v = (lowest * np.exp(span * nodes))[..., None]
    E = energy[..., None]
    edge = np.sqrt(np.maximum(1 - 4 * ELECTRON_MASS / (E * v), 0.0))
    edge = edge * np.maximum(1 - 6 * MUON_MASS**2 / (E**2 * (1 - v)), 0.0)
    # 1 - rho is where the integrand varies: ln(1 - rho) from 0 to ln(1 - edge)
    asymmetry, rho_weights = gauss_legendre(24)
    depth = np.log1p(-np.minimum(edge, 1 - 1e-12))
    rho = -np.expm1(depth * asymmetry)
    integrand = _pair_density(nucleus, E, v, rho) * (1 - rho) * -depth * rho_weights
    spectrum = integrand.sum(axis=2) * (1 - v[..., 0])  # v^2 dsigma/dv up to the strength
    on_electrons = _pairs_on_electrons(z, energy[:, 0] / MUON_MASS)
    strength = (
        4 / (3 * math.pi) * z * (z + on_electrons) * (ALPHA * CLASSICAL_ELECTRON_RADIUS_CM) ** 2
    )
    return np.asarray(strength * ((spectrum * v[..., 0]) * weights * span).sum(axis=1))


def _pair_density(nucleus: Element, E: Array, v: Array, rho: Array) -> Array:
    """Phi_e + (m_e/m_mu)^2 Phi_mu of an energy asymmetry rho.

    The Coulomb correction of pair production by photons is taken off the electron's logarithm:
    without it, the critical energies of heavy elements come out 6 % low.
    """
    r2, beta = rho * rho, v * v / (2 * (1 - v))
    xi = (_RATIO * v / 2) ** 2 * (1 - r2) / (1 - v)
    cube = nucleus.atomic_number ** (1 / 3)
    ye = (5 - r2 + 4 * beta * (1 + r2)) / (
        2 * (1 + 3 * beta) * np.log(3 + 1 / xi) - r2 - 2 * beta * (2 - r2)
    )
    ym = (4 + r2 + 3 * beta * (1 + r2)) / (
        (1 + r2) * (1.5 + 2 * beta) * np.log(3 + xi) + 1 - 1.5 * r2
    )
    atom = 183 / cube
    recoil = 2 * ELECTRON_MASS * _SQRT_E * atom / (E * v * (1 - r2))
    xe = (1 + xi) * (1 + ye)
    le = np.log(atom * np.sqrt(xe) / (1 + recoil * xe))
    le = le - np.log1p((1.5 * cube / _RATIO) ** 2 * xe) / 2 - nucleus.coulomb_correction
    lm = np.log(_RATIO * atom / (1.5 * cube) / (1 + recoil * (1 + xi) * (1 + ym)))
    be = ((2 + r2) * (1 + beta) + xi * (3 + r2)) * np.log1p(1 / xi)
    be = be + (1 - r2 - beta) / (1 + xi) - (3 + r2)
    far = ((3 - r2) + 2 * beta * (1 + r2)) / (2 * xi)
    be = np.where(xi > 1e3, far, be)
    bm = ((1 + r2) * (1 + 1.5 * beta) - (1 + 2 * beta) * (1 - r2) / xi) * np.log1p(xi)
    bm = bm + xi * (1 - r2 - beta) / (1 + xi) + (1 + 2 * beta) * (1 - r2)
    near = xi / 2 * ((5 - r2) + beta * (3 + r2))
    bm = np.where(xi < 1e-3, near, bm)
    return np.asarray(np.maximum(be * le, 0.0) + np.maximum(bm * lm, 0.0) / _RATIO**2)


def _pairs_on_electrons(z: int, gamma: Array) -> Array:
    """zeta: the electrons' share in pair production is zeta/Z of the nucleus's (Kelner, 1998)."""
    numerator = 0.073 * np.log(gamma / (1 + 1.95e-5 * z ** (2 / 3) * gamma)) - 0.26
    denominator = 0.058 * np.log(gamma / (1 + 5.3e-5 * z ** (1 / 3) * gamma)) - 0.14
    share = np.divide(numerator, denominator, out=np.zeros_like(gamma), where=numerator > 0)
    return np.asarray(share)


def _photonuclear(nucleus: Element, energy: Array) -> Array:
    """Int v dsigma in cm^2 with nuclei (Borog and Petrukhin, 1975), above transfers of 0.2 GeV."""
    nodes, weights = gauss_legendre(32)
    span = np.log((energy - 0.5) / 0.2)
    transfer = 0.2 * np.exp(span * nodes)
    v = transfer / energy
    scale2, scale = 0.4, math.sqrt(0.4)  # GeV^2, GeV
    heavy = MUON_MASS**2 * v**2 / (scale2 * (1 - v))
    nucleon = 0.938
    top = energy**2 * (1 - v) / MUON_MASS**2 * (1 + heavy)
    bottom = 1 + energy * v / scale * (1 + scale / (2 * nucleon) + energy * v / scale)
    spectrum = v - 1 + (1 - v + v * v / 2 * (1 + 2 * MUON_MASS**2 / scale2)) * np.log(top / bottom)
    a = nucleus.atomic_mass
    shadowed = 0.22 * a + 0.78 * a**0.89
    photon = (49.2 + 11.1 * np.log(transfer) + 151.8 / np.sqrt(transfer)) * _MICROBARN
    integrand = ALPHA / math.pi * shadowed * photon * np.maximum(spectrum, 0.0) * v
    return np.asarray((integrand * weights * span).sum(axis=1))
