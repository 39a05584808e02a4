r"""Photons that a fast lepton carries, which make vector mesons as real ones do.

A lepton of energy E and mass m is accompanied by

    dn = (alpha/pi) dx/x dQ^2/Q^2 [1 - x + x^2/2 - (1 - x) Q_min^2/Q^2],  Q_min^2 = m^2 x^2/(1 - x),

photons of energy x E and virtuality Q^2 (Budnev, Ginzburg, Meledin and Serbo, Phys. Rep. 15 (1975)
181, eq. 6.16b for the transverse ones). One that turns into a meson of mass M does so with
1/(1 + Q^2/M^2) of the amplitude of a real one.
"""

import math

import numpy as np
import numpy.typing as npt

from scotopic.quadrature import gauss_legendre
from scotopic.units import ALPHA

Array = npt.NDArray[np.float64]

_POINTS = 64
_BEYOND = 1e3  # of the heavier meson's squared mass, where the integrand is 1e-6 of its size


def equivalent_photons(
    lepton_mass: float, energy: npt.ArrayLike, photon_energy: npt.ArrayLike, masses: Array
) -> Array:
    """Return the photons per GeV of their energy that count for pairs of mesons.

    Parameters
    ----------
    lepton_mass : float
        In GeV.
    energy, photon_energy : array_like
        Of lepton and photon in GeV: shapes that broadcast.
    masses : ndarray, shape (mesons,)
        In GeV.

    Returns
    -------
    ndarray, shape (mesons, mesons, ...)
        With 1/((1 + Q^2/M_V^2)(1 + Q^2/M_W^2)); zero where the lepton has less energy.

    Notes
    -----
    Longitudinal photons, which make a few per cent to a tenth of the mesons, are left out, and so
    is what Q^2 adds to the momentum transfer.

    Examples
    --------
    Heavier mesons see more photons:

    >>> found = equivalent_photons(0.10566, 160.0, 100.0, np.array([0.775, 3.1]))
    >>> bool(found[1, 1] > found[0, 1] > found[0, 0] > 0)
    True
    """
    x = np.asarray(photon_energy, dtype=float) / energy
    is_open = (x > 0) & (x < 1)
    x = np.where(is_open, x, 0.5)[..., None]
    least = (lepton_mass * x) ** 2 / (1 - x)
    nodes, weights = gauss_legendre(_POINTS)
    span = np.log1p(_BEYOND * masses.max() ** 2 / least)
    q2 = least * np.exp(span * nodes)
    flux = ALPHA / math.pi * (1 - x + x**2 / 2 - (1 - x) * least / q2) * span * weights
    slower = 1 / (1 + q2 / masses.reshape(-1, *(1,) * q2.ndim) ** 2)
    found = np.einsum("...q,v...q,w...q->vw...", flux, slower, slower)
    return np.asarray(np.where(is_open, found / photon_energy, 0.0))
