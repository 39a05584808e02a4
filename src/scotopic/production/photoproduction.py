r"""Photons that turn into vectors on nuclei, through the vector mesons rho, omega, phi, J/psi.

A vector of mass k that couples to the electromagnetic current with epsilon e mixes with them:

    sigma(gamma A -> A'(k) A) = 4 pi alpha epsilon^2 |Sum_V sqrt(sigma_V(k))/f_V P_V(k)|^2,
    P_V = M^2/(M^2 - k^2 - i k Gamma_V(k)),   f_V^2 = 4 pi alpha^2 M/(3 Gamma(V -> e+ e-)),

summed for coherent and for incoherent production apart. sigma_V(k) is the cross section of a meson
with the mass k: what nuclei and kinematics make of k is smooth, and P_V is exact. (Vector meson
dominance: Bauer, Spital, Yennie and Pipkin, Rev. Mod. Phys. 50 (1978) 261.)
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Final, get_args

import numpy as np
import numpy.typing as npt

from scotopic import materials
from scotopic.checked import number_within, one_of, within
from scotopic.decays.vector_mesons import VECTOR_MESONS, VectorMeson
from scotopic.display import displayed
from scotopic.materials import Element
from scotopic.production.shadowing import MILLIBARN, shadowing
from scotopic.production.spectrum import HIGHEST_ENERGY, MASSES
from scotopic.units import ALPHA, GEV2_TO_CM2, PROTON_MASS
from scotopic.words import NuclearModel, VectorMesonName

Array = npt.NDArray[np.float64]

LEAST_PHOTON_ENERGY: Final = 2.0
"""Energy in GeV from which the fits to photons on protons are used."""

_MICROBARN = 1e-3 * MILLIBARN


@displayed
@dataclass(frozen=True)
class PhotoproducedMeson(VectorMeson):
    """A vector meson, and how photons make it on a nucleon.

    Attributes
    ----------
    name, mass, width, electron_width
        As in `VectorMeson`.
    slope : float
        b in GeV^-2 of exp(-b |t|).
    pomeron, reggeon : tuple of float
        Cross section in microbarn at W = 1 GeV, and its power of W (STARlight's fits).
    coherent_like : str
        The meson whose cross section on nucleons its coherent production has.
    relative_error : float
        Of the number of mesons that a nucleus makes.
    threshold : bool
        Whether the fit has the factor (1 - (M + m_p)^2/W^2)^2.
    """

    slope: float
    pomeron: tuple[float, float]
    reggeon: tuple[float, float]
    coherent_like: VectorMesonName
    relative_error: float
    threshold: bool = False

    def on_nucleon(self, photon_energies: Array) -> Array:
        """Return the cross section in GeV^-2 of photons on a nucleon, energies in GeV."""
        W = np.sqrt(_squared(photon_energies))
        found = sum(size * W**power for size, power in (self.pomeron, self.reggeon))
        if self.threshold:
            found = found * np.maximum(1 - ((self.mass + PROTON_MASS) / W) ** 2, 0.0) ** 2
        return np.asarray(_MICROBARN * found)

    def scattering(self, photon_energies: Array) -> Array:
        """Return its own cross section sigma on a nucleon in GeV^-2, by the optical theorem.

        b sigma(gamma p -> V p) = (4 pi alpha/f^2) sigma^2/(16 pi).
        """
        forward = self.slope * self.on_nucleon(photon_energies)
        return np.sqrt(16 * math.pi * self.strength / ALPHA * forward)


def _made(
    name: VectorMesonName,
    slope: float,
    pomeron: tuple[float, float],
    reggeon: tuple[float, float] = (0.0, 0.0),
    coherent_like: VectorMesonName | None = None,
    relative_error: float = 0.35,
    *,
    threshold: bool = False,
) -> PhotoproducedMeson:
    like = coherent_like or name
    own = asdict(VECTOR_MESONS[name])
    return PhotoproducedMeson(
        **own,
        slope=slope,
        pomeron=pomeron,
        reggeon=reggeon,
        coherent_like=like,
        relative_error=relative_error,
        threshold=threshold,
    )


MESONS: Final[Mapping[VectorMesonName, PhotoproducedMeson]] = MappingProxyType(
    {
        "rho": _made("rho", 11.0, (5.0, 0.22), (26.0, -1.23)),
        # W^-1.92 is an exchanged pion, which does not add up on a nucleus; what does is as the
        # rho's: its part with W^0.22 is, to 1 % at 70 GeV
        "omega": _made("omega", 10.0, (0.55, 0.22), (18.0, -1.92), "rho"),
        "phi": _made("phi", 7.0, (0.34, 0.22)),
        "J/psi": _made("J/psi", 4.0, (4.06e-3, 0.65), relative_error=0.25, threshold=True),
    }
)
"""The mesons by name. Fits: Klein et al., Comput. Phys. Commun. 212 (2017) 258."""


def meson_cross_sections(
    meson: PhotoproducedMeson,
    mass: npt.ArrayLike,
    photon_energies: npt.ArrayLike,
    element: Element | str,
    nuclear_model: NuclearModel,
) -> tuple[Array, Array]:
    """Return the cross sections sigma_V(k) of coherent and incoherent production.

    Parameters
    ----------
    meson : PhotoproducedMeson
        Which.
    mass, photon_energies : array_like
        The mass k that it is made with, and energies, in GeV: shapes that broadcast.
    element : Element or str
        The nucleus; on hydrogen all is called incoherent.
    nuclear_model : {"classical", "glauber"}
        Of coherent production: see `production.shadowing`.

    Returns
    -------
    coherent, incoherent : ndarray
        In cm^2; zero below 2 GeV, and where the mass is above what a proton at rest leaves.

    Raises
    ------
    RangeError
        If a mass or an energy is out of range, or the model unknown.

    Notes
    -----
    On a nucleon the range of t begins at t_min(k), which makes exp(-b (t_min(k) - t_min(M))) of
    its cross section; on a nucleus q = k^2/(2E) is in C and I.

    Examples
    --------
    On lead at 70 GeV, in millibarn:

    >>> found = meson_cross_sections(MESONS["rho"], 0.77526, 70.0, "Pb", "classical")
    >>> [round(float(one) * 1e27, 2) for one in found]
    [1.61, 0.19]
    """
    one_of("nuclear_model", nuclear_model, get_args(NuclearModel))
    element = materials.element(element)
    k = within("mass", mass, 0.0, MASSES[1], "GeV")
    energies = within("photon_energies", photon_energies, 0.0, HIGHEST_ENERGY, "GeV")
    E, k = np.broadcast_arrays(np.maximum(energies, LEAST_PHOTON_ENERGY), k)
    is_open = (energies >= LEAST_PHOTON_ENERGY) & (k + PROTON_MASS < np.sqrt(_squared(E)))
    later = _least_transfer(E, np.where(is_open, k, 0.0))
    later = later - _least_transfer(E, np.array(meson.mass))
    single = is_open * meson.on_nucleon(E) * np.exp(-meson.slope * later) * GEV2_TO_CM2
    if element.atomic_number == 1:
        return np.zeros_like(single), single
    sigma, transfer = MESONS[meson.coherent_like].scattering(E), k**2 / (2 * E)
    nucleus = shadowing(element, nuclear_model)
    C, nucleons = (
        nucleus.coherent_at(sigma, transfer),
        nucleus.incoherent_at(meson.scattering(E), transfer),
    )
    forward = ALPHA / meson.strength * sigma**2 / (16 * math.pi) * GEV2_TO_CM2
    return np.asarray(is_open * forward * C), np.asarray(single * nucleons)


def mixed_cross_sections(
    mass: npt.ArrayLike,
    photon_energies: npt.ArrayLike,
    element: Element | str,
    nuclear_model: NuclearModel,
) -> Array:
    """Return what mesons V and W give together, without propagators: smooth in mass and energy.

    Parameters
    ----------
    mass, photon_energies : array_like
        The mass k and energies in GeV: shapes that broadcast.
    element : Element or str
        The nucleus.
    nuclear_model : {"classical", "glauber"}
        Of coherent production.

    Returns
    -------
    ndarray, shape (mesons, mesons, ...)
        4 pi alpha/(f_V f_W) times the sum of sqrt(sigma_V sigma_W) over coherent and incoherent
        production, in cm^2.
    """
    amplitudes = [
        np.sqrt(meson_cross_sections(meson, mass, photon_energies, element, nuclear_model))
        * math.sqrt(ALPHA / meson.strength)
        for meson in MESONS.values()
    ]
    return np.asarray(np.einsum("vp...,wp...->vw...", amplitudes, amplitudes))


def mixing(mass: npt.ArrayLike, charges: Mapping[str, float] | None = None) -> Array:
    """Return q_V q_W Re P_V P_W* of pairs of mesons.

    Parameters
    ----------
    mass : array_like
        Masses k in GeV, any shape.
    charges : mapping of str to float, optional
        Coupling q to each meson relative to that of the electromagnetic current; left out: 1.

    Returns
    -------
    ndarray, shape (mesons, mesons, ...)
        With `mixed_cross_sections` in a sum over both mesons it gives cross sections.
    """
    every = dict.fromkeys(MESONS, 1.0) if charges is None else charges
    shapes = [every.get(name, 0.0) * meson.propagator(mass) for name, meson in MESONS.items()]
    return np.asarray(np.einsum("v...,w...->vw...", shapes, np.conj(shapes)).real)


def photoproduction_cross_section(
    mass: float,
    photon_energies: npt.ArrayLike,
    element: Element | str,
    nuclear_model: NuclearModel,
    charges: Mapping[str, float] | None = None,
) -> Array:
    """Return the cross section of gamma A -> A' A, coherent and incoherent, for epsilon = 1.

    Parameters
    ----------
    mass : float
        Mass k of A' in GeV.
    photon_energies, element, nuclear_model
        As in `mixed_cross_sections`.
    charges : mapping of str to float, optional
        As in `mixing`.

    Returns
    -------
    ndarray
        In cm^2, of the shape of the energies.

    Raises
    ------
    RangeError
        As `meson_cross_sections`.

    Examples
    --------
    Below the rho, mesons interfere:

    >>> parts = [{"rho": 1.0}, {"omega": 1.0}, {"rho": 1.0, "omega": 1.0}]
    >>> a, b, both = (
    ...     float(photoproduction_cross_section(0.6, 70.0, "Pb", "glauber", one)) for one in parts
    ... )
    >>> round(both / (a + b), 1)
    1.2
    """
    number_within("mass", mass, *MASSES, "GeV")
    pairs = mixed_cross_sections(mass, photon_energies, element, nuclear_model)
    return np.asarray(np.einsum("vw,vw...->...", mixing(mass, charges), pairs))


def _squared(photon_energies: Array) -> Array:
    """Return W^2 in GeV^2."""
    return np.asarray(PROTON_MASS**2 + 2 * PROTON_MASS * photon_energies)


def _least_transfer(photon_energies: Array, mass: Array) -> Array:
    """Return t_min in GeV^2, positive, of gamma p -> V p; at threshold where it is closed."""
    s = _squared(photon_energies)
    photon = (s - PROTON_MASS**2) / (2 * np.sqrt(s))
    energy = (s + mass**2 - PROTON_MASS**2) / (2 * np.sqrt(s))
    momentum = np.sqrt(np.maximum(energy**2 - mass**2, 0.0))
    return np.asarray(mass**2 * (2 * photon / (energy + momentum) - 1))
