r"""Two-body decay widths of a mediator X, at its own or any virtual mass.

Couplings are written alpha = g^2/(4 pi). The interactions are

    scalar        g S psibar psi
    pseudoscalar  g P psibar i gamma_5 psi
    vector        g V_mu psibar gamma^mu psi
    axial vector  g A_mu psibar gamma^mu gamma_5 psi

A width is zero where the decay is kinematically closed. Tree level, no radiative corrections.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import number_within, within
from scotopic.decays.hadrons import hadronic_ratio
from scotopic.errors import RangeError, not_one_of
from scotopic.words import SpinParity

SPIN_STATES: Final[Mapping[SpinParity, int]] = MappingProxyType(
    {
        "scalar": 1,
        "pseudoscalar": 1,
        "vector": 3,
        "axial_vector": 3,
        "tensor": 5,
        "leptonic_tensor": 5,
    }
)
"""Number of polarisations 2J + 1 of a massive mediator."""

Array = npt.NDArray[np.float64]


_OF_FERMIONS: Final = ("scalar", "pseudoscalar", "vector", "axial_vector")
_VIRTUAL: Final = (1e-15, 1e15)
_STRONGEST: Final = 1e110  # the largest g^2/(4 pi) that no model comes near

LIGHTEST: Final = 1e-31
"""Least mass in GeV of a particle that is not massless; its powers do not vanish."""

HEAVIEST: Final = 1e31
"""Largest mass in GeV of a particle, far beyond what any model has: its powers do not overflow."""


def virtual_mass(mass: npt.ArrayLike) -> Array:
    """Return masses of virtual mediators; RangeError if one is not from 1e-15 to 1e15 GeV."""
    return within("mass", mass, *_VIRTUAL, "GeV")


def _product(name: str, mass: object) -> float:
    return number_within(name, mass, 0.0, HEAVIEST, "GeV")


def fermion_width(
    mediator: SpinParity,
    mass: npt.ArrayLike,
    alpha: float,
    fermion_mass: float,
    partner_mass: float | None = None,
) -> Array:
    r"""Width of X -> psi psi-bar, or of X -> psi_1 psi_2 with different masses.

    Parameters
    ----------
    mediator : {"scalar", "pseudoscalar", "vector", "axial_vector"}
        Kind of coupling.
    mass : array_like
        Mass of the (virtual) mediator in GeV, any shape.
    alpha : float
        Coupling g^2/(4 pi).
    fermion_mass : float
        Mass of the fermion in GeV.
    partner_mass : float, optional
        Mass of the second particle in GeV if it is not the antiparticle of the first.

    Returns
    -------
    ndarray
        Width in GeV, of the shape of `mass`.

    Raises
    ------
    RangeError
        If the kind of mediator is unknown.

    Notes
    -----
    With S and D the sum and the difference of the two masses and
    K = alpha sqrt((m^2 - S^2)(m^2 - D^2))/m^3,

        scalar        K (m^2 - S^2)/2
        pseudoscalar  K (m^2 - D^2)/2
        vector        K (m^2 - D^2)(S^2 + 2 m^2)/(6 m^2)
        axial vector  K (m^2 - S^2)(D^2 + 2 m^2)/(6 m^2)

    Equal masses give, for the vector, eqs. 11 and 12 of Gninenko, Krasnikov and Matveev, Phys.
    Usp. 64 (2021) 1286. Two different Majorana fermions with the off-diagonal vector current
    i g X_mu chi1bar gamma^mu chi2, which is what a charged Dirac fermion becomes when Majorana
    masses split it, have the vector width with unequal masses: with no splitting, the Dirac one.

    Examples
    --------
    >>> from scotopic.units import ALPHA, ELECTRON_MASS
    >>> float(fermion_width("vector", 0.1, ALPHA, ELECTRON_MASS)) / (ALPHA * 0.1 / 3)
    0.99999...
    """
    m = virtual_mass(mass)
    first = _product("fermion_mass", fermion_mass)
    second = first if partner_mass is None else _product("partner_mass", partner_mass)
    total, difference = first + second, first - second
    above_sum = np.maximum(m**2 - total**2, 0.0)
    above_difference = m**2 - difference**2
    match mediator:
        case "scalar":
            squared = above_sum / 2
        case "pseudoscalar":
            squared = above_difference / 2
        case "vector":
            squared = above_difference * (total**2 + 2 * m**2) / (6 * m**2)
        case "axial_vector":
            squared = above_sum * (difference**2 + 2 * m**2) / (6 * m**2)
        case _:
            raise RangeError(f"mediator: {not_one_of(mediator, _OF_FERMIONS)}")
    momentum = np.sqrt(above_sum * np.maximum(above_difference, 0.0))
    return np.asarray(number_within("alpha", alpha, 0.0, _STRONGEST) * momentum * squared / m**3)


def majorana_width(
    mediator: SpinParity, mass: npt.ArrayLike, alpha: float, fermion_mass: float
) -> Array:
    r"""Width of X -> chi chi for a Majorana fermion with the coupling (g/2) X chibar Gamma chi.

    Parameters
    ----------
    mediator : {"scalar", "pseudoscalar", "axial_vector"}
        Kind of coupling; a Majorana fermion has no vector current.
    mass : array_like
        Mass of the (virtual) mediator in GeV, any shape.
    alpha : float
        g^2/(4 pi), of g itself and not of g/2.
    fermion_mass : float
        Mass of the fermion in GeV.

    Returns
    -------
    ndarray
        Width in GeV, of the shape of `mass`.

    Raises
    ------
    RangeError
        If the kind of mediator has no such current.

    Notes
    -----
    Either field of the bilinear can create either particle, so that the amplitude is that of a
    Dirac fermion with coupling g; the two particles being identical, the width is one half of
    it. For the dark photon (the replacement e_D -> e_D/2 of the review, section 2.1) this is
    (alpha_D m/6)(1 - 4 m_chi^2/m^2)^(3/2), in the massless limit the width of one Weyl fermion.

    Examples
    --------
    >>> round(float(majorana_width("axial_vector", 1.0, 0.6, 0.3)), 12)
    0.0512
    """
    if mediator == "vector":
        raise RangeError("mediator: 'vector' does not couple to one Majorana fermion")
    return fermion_width(mediator, mass, alpha, fermion_mass) / 2


def timelike_width(mass: npt.ArrayLike, alpha: float, fermion_mass: float) -> Array:
    r"""Width of the timelike polarisation k_mu/k of an axial vector into a fermion pair.

    Parameters
    ----------
    mass : array_like
        Virtual mass k in GeV, any shape.
    alpha : float
        Coupling g^2/(4 pi).
    fermion_mass : float
        Mass of the fermion in GeV.

    Returns
    -------
    ndarray
        Width in GeV, (2 alpha m_f^2/k)(1 - 4 m_f^2/k^2)^(1/2): the axial current of massive
        fermions is not conserved, k_mu psibar gamma^mu gamma_5 psi = 2 m_f psibar gamma_5 psi, so
        that this is a pseudoscalar of the coupling 2 m_f g/k.

    Notes
    -----
    In the unitary gauge the propagator is

        -(g - k k/m^2)/(k^2 - m^2) = -(g - k k/k^2)/(k^2 - m^2) + (k k/k^2)/m^2:

    the timelike part has no pole. An exchange between two fermions has the cross section of a
    resonance of spin 0 with these widths and 1/m^4 in place of the squared propagator; it does not
    interfere with that of spin 1.

    Examples
    --------
    >>> round(float(timelike_width(1.0, 0.5, 0.3)), 12)
    0.072
    """
    k = virtual_mass(mass)
    squared = (_product("fermion_mass", fermion_mass) / k) ** 2
    velocity = np.sqrt(np.maximum(1 - 4 * squared, 0.0))
    strength = number_within("alpha", alpha, 0.0, _STRONGEST)
    return np.asarray(2 * strength * k * np.minimum(squared, 0.25) * velocity)


def complex_scalar_width(mass: npt.ArrayLike, alpha: float, scalar_mass: float) -> Array:
    r"""Width of a vector into a charged scalar and its antiparticle.

    Parameters
    ----------
    mass : array_like
        Mass of the (virtual) vector in GeV, any shape.
    alpha : float
        Coupling g^2/(4 pi).
    scalar_mass : float
        Mass of the scalar in GeV.

    Returns
    -------
    ndarray
        Width in GeV, (alpha m/12)(1 - 4 m_chi^2/m^2)^(3/2); footnote 10 of the review.

    Examples
    --------
    >>> round(float(complex_scalar_width(1.0, 1.2, 0.3)), 12)
    0.0512
    """
    m = virtual_mass(mass)
    below = (2 * _product("scalar_mass", scalar_mass) / m) ** 2
    return np.asarray(
        number_within("alpha", alpha, 0.0, _STRONGEST) * m / 12 * np.maximum(1 - below, 0.0) ** 1.5
    )


def hadron_width(mass: npt.ArrayLike, alpha: float) -> Array:
    r"""Width of a vector that couples to the electromagnetic current into hadrons.

    Parameters
    ----------
    mass : array_like
        Mass of the (virtual) vector in GeV, any shape, up to 10 GeV.
    alpha : float
        Coupling to a unit charge, (eps e)^2/(4 pi).

    Returns
    -------
    ndarray
        Width in GeV, R(m^2) alpha m/3; zero below the two-pion threshold.

    Raises
    ------
    RangeError
        Outside the table of R.
    """
    m = virtual_mass(mass)
    return np.asarray(hadronic_ratio(m) * number_within("alpha", alpha, 0.0, _STRONGEST) * m / 3)
