r"""Widths of the dark axion portal, L = (g/2) a F_{mu nu} Ftilde'^{mu nu}.

A photon, an axion and a dark photon meet in one point, with Ftilde' the dual of the dark photon's
field. The heaviest of the three decays into the other two, and a virtual photon does too.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import number_within, within
from scotopic.decays.widths import HEAVIEST, virtual_mass

Array = npt.NDArray[np.float64]

STRONGEST: Final = 1e50
"""Largest g in GeV^-1, far beyond where the formulas mean something; no power overflows."""


def _momentum(mass: Array, first: float, second: npt.ArrayLike) -> Array:
    """Momentum of the two at rest in GeV; zero where the decay is closed."""
    a = number_within("axion_mass", first, 0.0, HEAVIEST, "GeV")
    b = within("vector_mass", second, 0.0, HEAVIEST, "GeV")
    inside = np.maximum(1 - ((a + b) / mass) ** 2, 0.0) * (1 - ((a - b) / mass) ** 2)
    return np.asarray(mass / 2 * np.sqrt(np.maximum(inside, 0.0)))


def vector_to_axion_width(
    mass: npt.ArrayLike, coupling: float, axion_mass: float, vector_mass: float = 0.0
) -> Array:
    r"""Width of one vector into the axion and the other vector.

    Parameters
    ----------
    mass : array_like
        Mass in GeV of what decays, a (virtual) photon or a dark photon; any shape.
    coupling : float
        g in GeV^-1.
    axion_mass, vector_mass : float
        Of what it decays into, in GeV; zero for a photon.

    Returns
    -------
    ndarray
        g^2 p^3/(12 pi) in GeV, of the shape of `mass`, where p is the momentum of the two at rest;
        zero where the decay is closed.

    Raises
    ------
    RangeError
        If a value is negative, not finite, or the mass is zero.

    Notes
    -----
    The vertex is g eps^{mu nu rho sigma} k_mu e_nu k'_rho e'_sigma. At rest its square, summed over
    the spins of both vectors, is 2 g^2 k^2 p^2. For a dark photon that decays into a photon the
    width is g^2 m^3/(96 pi) (1 - m_a^2/m^2)^3.

    Examples
    --------
    >>> f"{float(vector_to_axion_width(1.0, 1e-3, 0.0)) * 96 * math.pi:.6g} GeV"
    '1e-06 GeV'
    """
    p = _momentum(virtual_mass(mass), axion_mass, vector_mass)
    return np.asarray(number_within("coupling", coupling, 0.0, STRONGEST) ** 2 * p**3) / (
        12 * math.pi
    )


def axion_to_vectors_width(mass: float, coupling: float, vector_mass: float) -> float:
    r"""Width of an axion into a photon and a dark photon.

    Parameters
    ----------
    mass, vector_mass : float
        Of the axion and of the dark photon in GeV.
    coupling : float
        g in GeV^-1.

    Returns
    -------
    float
        g^2 p^3/(4 pi) = g^2 m^3/(32 pi) (1 - m_V^2/m^2)^3 in GeV; zero where it is closed.

    Raises
    ------
    RangeError
        As `vector_to_axion_width`.

    Examples
    --------
    >>> axion_to_vectors_width(0.1, 1e-3, 0.2)
    0.0
    """
    return 3 * float(vector_to_axion_width(mass, coupling, 0.0, vector_mass))
