r"""Differential rates of bremsstrahlung and pair production per radiation length.

Tsai, Rev. Mod. Phys. 46 (1974) 815, eqs. 3.9 and 3.83, with Migdal's suppression. With

    x = m_e k/(E E')     (bremsstrahlung, E' = E - k),
    x = m_e k/(E_+ E_-)  (pairs, k = E_+ + E_-),

twice the least momentum transfer in units of the electron mass, the atom, the Coulomb
correction and the LPM effect enter through three functions of x alone, the same in both
processes by crossing:

    k dN/dk   = y^2 a(x)/3 + 2 [1 + (1-y)^2] b(x)/3 + 2 (1-y) c(x)/3,   y = k/E,
    k dN/dE_+ = a(x)/3 + 2 [z^2 + (1-z)^2] b(x)/3 - 2 z (1-z) c(x)/3,   z = E_+/k.

At complete screening and without LPM effect a = b = 1. `RadiationTable` holds the three.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import digamma

from scotopic.materials import Element, Material
from scotopic.shower.medium import Effects, Medium, portions
from scotopic.units import ALPHA, CLASSICAL_ELECTRON_RADIUS_CM, ELECTRON_MASS, HBAR_C_GEV_CM

Array = npt.NDArray[np.float64]

_LOG_X = np.linspace(np.log(1e-13), 0.0, 2400)

LPM_CONSTANT_GEV_PER_CM = ALPHA * ELECTRON_MASS**2 / (4 * np.pi * HBAR_C_GEV_CM)
"""LPM energy per cm of radiation length, alpha m_e^2/(4 pi hbar c) = 7.68 TeV/cm."""


@dataclass(frozen=True)
class RadiationTable:
    """The functions a, b, c of a medium on an even grid of ln x.

    Attributes
    ----------
    log_x : ndarray, shape (n,)
        Logarithms of x = m_e k/(E E'). Below the first, a photon is so soft that it carries
        less than 1e-7 of the energy; the functions keep their first values there.
    a, b, c : ndarray, shape (n,)
        Functions of the module's formulas.
    """

    log_x: Array
    a: Array
    b: Array
    c: Array

    def at(self, x: Array) -> tuple[Array, Array, Array]:
        """Return a, b and c at x."""
        log_x = np.log(x)
        return (
            np.interp(log_x, self.log_x, self.a),
            np.interp(log_x, self.log_x, self.b),
            np.interp(log_x, self.log_x, self.c),
        )

    def bremsstrahlung(self, energy: Array, photon_energy: Array) -> Array:
        """Return dN/dk of photons from an electron or positron, per X0 and GeV.

        Parameters
        ----------
        energy, photon_energy : ndarray
            Total energy of the electron and energy of the photon in GeV, 0 < k < E.
        """
        final = energy - photon_energy
        y = photon_energy / energy
        a, b, c = self.at(ELECTRON_MASS * photon_energy / (energy * final))
        shape = y**2 * a + 2 * (1 + (1 - y) ** 2) * b + 2 * (1 - y) * c
        return np.asarray(np.maximum(shape, 0) / (3 * photon_energy))

    def pair_production(self, photon_energy: Array, energy: Array) -> Array:
        """Return dN/dE of the positron (or the electron) from a photon, per X0 and GeV.

        Parameters
        ----------
        photon_energy, energy : ndarray
            Energy of the photon and total energy of the lepton in GeV, 0 < E < k.
        """
        other = photon_energy - energy
        z, u = energy / photon_energy, other / photon_energy
        a, b, c = self.at(ELECTRON_MASS * photon_energy / (energy * other))
        shape = a + 2 * (z**2 + u**2) * b - 2 * z * u * c
        return np.asarray(np.maximum(shape, 0) / (3 * photon_energy))


@lru_cache(maxsize=32)  # both meshes of a shower ask for the same
def radiation_table(medium: Medium, effects: Effects) -> RadiationTable:
    """Tabulate a, b and c of a medium.

    Examples
    --------
    Without corrections, 4/3 (1-y) + y^2 over k:

    >>> from scotopic.materials import material
    >>> bare = Effects(screening="complete", c_term=False, lpm=False)
    >>> table = radiation_table(material("lead"), bare)
    >>> k = np.array([25.0])
    >>> bool(np.isclose(table.bremsstrahlung(np.array([100.0]), k) * k, 4 / 3 * 0.75 + 0.25**2))
    True
    """
    a, b, c = (np.zeros_like(_LOG_X) for _ in range(3))
    x = np.exp(_LOG_X)
    for material, share in portions(medium):
        for element, atoms in material.atoms_per_cm2_per_X0.items():
            weight = share * atoms * ALPHA * CLASSICAL_ELECTRON_RADIUS_CM**2
            screened = x if effects.screening == "energy_dependent" else np.zeros_like(x)
            main, difference = _screening(element, screened)
            flip, keep = _migdal(material, element, x) if effects.lpm else (1.0, 1.0)
            a += weight * main * flip
            b += weight * main * keep
            if effects.c_term:
                c += weight * difference * keep
    return RadiationTable(_LOG_X, a, b, c)


def _screening(element: Element, x: Array) -> tuple[Array, Array]:
    """Return Tsai's Z^2 (phi1 - 4/3 ln Z - 4f) + Z (psi1 - 8/3 ln Z) and the difference term.

    Tsai's eqs. 3.38-3.41 (Thomas-Fermi atom). For the lightest elements the same functions are
    shifted so that they end at the atom's own radiation logarithms.
    """
    z = element.atomic_number
    nucleus, electrons = element.radiation_logarithms
    g = 100 * x * z ** (-1 / 3)
    e = 100 * x * z ** (-2 / 3)
    phi = 2.4 * np.expm1(-0.9 * g) + 1.6 * np.expm1(-1.5 * g) - 2 * np.log1p((0.55846 * g) ** 2)
    psi = 2.8 * np.expm1(-8 * e) + 1.2 * np.expm1(-29.2 * e) - 2 * np.log1p((3.621 * e) ** 2)
    main = z**2 * (4 * (nucleus - element.coulomb_correction) + phi) + z * (4 * electrons + psi)
    difference = 2 / 3 * (z**2 / (1 + 6.5 * g + 6 * g**2) + z / (1 + 40 * e + 400 * e**2))
    return main, difference


def migdal_functions(s: Array) -> tuple[Array, Array]:
    """Return Migdal's G(s) and phi(s), exactly.

    Migdal, Phys. Rev. 103 (1956) 1811, eqs. 46-48; expanding coth and 1/sinh in exponentials
    turns his integrals into digamma functions of a complex argument. Beyond s = 20 the leading
    terms of the expansion in 1/s, G = 1 - 29/(1260 s^4) and phi = 1 - 1/(84 s^4), are used.

    Examples
    --------
    >>> g, phi = migdal_functions(np.array([1e-4, 100.0]))
    >>> bool(np.isclose(phi[0], 6e-4, rtol=1e-3)), bool(np.isclose(g[1], 1))
    (True, True)
    """
    t = np.minimum(s, 20.0)
    z = t * (1 + 1j)
    phi = 6 * t - 6 * np.pi * t**2 + 24 * t**2 * digamma(1 + z).imag
    g = 48 * t**2 * (np.pi / 4 - digamma(0.5 + z).imag)
    far = s > 20
    return np.where(far, 1 - 29 / (1260 * s**4), g), np.where(far, 1 - 1 / (84 * s**4), phi)


def _migdal(material: Material, element: Element, x: Array) -> tuple[Array, Array]:
    """Return xi(s) G(s) and xi(s) phi(s), the suppression of the two helicity terms.

    s' = sqrt(E_LPM k/(8 E E')) = sqrt(E_LPM x/(8 m_e)), s = s'/sqrt(xi(s')), and xi as
    parametrised by Stanev et al., Phys. Rev. D 25 (1982) 1291, eqs. 14-16. Where the
    logarithmic xi would lift a product above one (by up to 2 %, at s' near 0.6) it is one.
    """
    energy = LPM_CONSTANT_GEV_PER_CM * material.radiation_length_cm
    bare = np.sqrt(energy * x / (8 * ELECTRON_MASS))
    edge = np.sqrt(2) * element.atomic_number ** (2 / 3) / 184.15**2
    h = np.log(np.clip(bare, edge, 1)) / np.log(edge)
    xi = 1 + h - 0.08 * (1 - h) * (1 - (1 - h) ** 2) / np.log(edge)
    xi[bare <= edge] = 2
    g, phi = migdal_functions(bare / np.sqrt(xi))
    return np.minimum(xi * g, 1), np.minimum(xi * phi, 1)
