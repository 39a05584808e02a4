"""Two-body decays, boosts and the angular distributions that vectors give.

Four-momenta are arrays of shape (4, ...) in the order E, p_x, p_y, p_z, in GeV.
"""

import numpy as np
import numpy.typing as npt

from scotopic.checked import numbers, within
from scotopic.decays.widths import HEAVIEST
from scotopic.errors import RangeError

Array = npt.NDArray[np.float64]


def two_body_momentum(mass: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike) -> Array:
    """Return the momentum of both particles in the rest frame of what decays into them.

    Parameters
    ----------
    mass : array_like
        Mass of the decaying particle in GeV, any shape.
    first, second : array_like
        Masses of the two particles in GeV, broadcast with `mass`.

    Returns
    -------
    ndarray
        Momentum in GeV.

    Raises
    ------
    RangeError
        If a decay is closed.

    Examples
    --------
    >>> float(two_body_momentum(1.0, 0.3, 0.3))
    0.4
    """
    given = {"mass": mass, "first": first, "second": second}
    m, a, b = (within(name, value, 0.0, HEAVIEST, "GeV") for name, value in given.items())
    open_by, difference = m - (a + b), a - b
    if not np.all(open_by >= 0):
        raise RangeError(f"mass: {np.min(open_by):.3g} GeV above the sum of the decay's masses")
    product = open_by * (m + (a + b)) * (m - difference) * (m + difference)
    return np.asarray(np.sqrt(product) / (2 * m))


def boosted(momentum: Array, energy: npt.ArrayLike, mass: npt.ArrayLike) -> Array:
    """Return four-momenta seen from where their rest frame moves along +z.

    Parameters
    ----------
    momentum : ndarray, shape (4, ...)
        In the frame in which the moving particle is at rest.
    energy, mass : array_like
        Energy and mass in GeV of the moving particle, of the shape of one component.

    Returns
    -------
    ndarray, shape (4, ...)

    Raises
    ------
    RangeError
        If an energy is below the mass.

    Examples
    --------
    >>> boosted(np.array([1.0, 0.5, 0.0, 0.0]), 5.0, 3.0).round(3)
    array([1.667, 0.5  , 0.   , 1.333])
    """
    gamma = numbers("energy", energy) / numbers("mass", mass)
    if not np.all(gamma >= 1):
        raise RangeError(f"energy: {np.min(gamma):.6g} of the mass is not above it")
    beta_gamma = np.sqrt((gamma - 1) * (gamma + 1))
    result = np.array(momentum, dtype=np.float64)
    result[0] = gamma * momentum[0] + beta_gamma * momentum[3]
    result[3] = gamma * momentum[3] + beta_gamma * momentum[0]
    return result


def invariant_mass(momentum: Array) -> Array:
    """Return the mass in GeV of four-momenta of shape (4, ...).

    Examples
    --------
    >>> float(invariant_mass(np.array([5.0, 0.0, 0.0, 3.0])))
    4.0
    """
    squared = momentum[0] ** 2 - (momentum[1:] ** 2).sum(axis=0)
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def quadratic_cosine(uniform: npt.ArrayLike, curvature: npt.ArrayLike) -> Array:
    r"""Sample a cosine c from a density proportional to 1 + k c^2 on [-1, 1].

    Parameters
    ----------
    uniform : array_like
        Numbers in [0, 1]; the cosine increases with them.
    curvature : array_like
        k >= -1, broadcast with `uniform`.

    Returns
    -------
    ndarray
        Cosines: the root of c + k c^3/3 = (2u - 1)(1 + k/3), by the triple-angle formula of the
        sine (k < 0) or hyperbolic sine (k > 0).

    Raises
    ------
    RangeError
        If a curvature is below -1.

    Examples
    --------
    >>> quadratic_cosine([0.0, 0.5, 0.75, 1.0], 0.0)
    array([-1. ,  0. ,  0.5,  1. ])
    """
    k = within("curvature", curvature, -1.0, 1e100)
    right = (2 * within("uniform", uniform, 0.0, 1.0) - 1) * (1 + k / 3)
    root = np.maximum(np.sqrt(np.abs(k)), 1e-8)  # below, the distribution is flat
    argument = 1.5 * right * root
    third = np.sin(np.arcsin(np.clip(argument, -1, 1)) / 3)
    if not np.all(k < 0):
        third = np.where(k < 0, third, np.sinh(np.arcsinh(argument) / 3))
    cosine = 2 / root * third
    return np.asarray(np.clip(cosine, -1.0, 1.0))


def opening_angle(first: Array, second: Array) -> Array:
    """Return the angle in rad between two particles.

    Parameters
    ----------
    first, second : ndarray, shape (4, ...)
        Their four-momenta.

    Returns
    -------
    ndarray
        Of the shape of one component; without cancellation at small angles.

    Examples
    --------
    >>> f"{opening_angle(np.array([1.0, 0, 0, 1]), np.array([2.0, 0, 2e-7, 2])):.6e}"
    '1.000000e-07'
    """
    p, q = (np.sqrt((k[1:] ** 2).sum(axis=0)) for k in (first, second))
    apart = first[1:] / p - second[1:] / q
    half = np.sqrt((apart**2).sum(axis=0)) / 2
    return np.asarray(2 * np.arcsin(np.minimum(half, 1.0)))


def boosted_by(momentum: Array, moving: Array) -> Array:
    """Return four-momenta seen from where their rest frame moves in any direction.

    Parameters
    ----------
    momentum : ndarray, shape (4, n)
        In the frame in which the moving particles are at rest, axes being parallel.
    moving : ndarray, shape (4, n)
        Four-momenta of these particles.

    Returns
    -------
    ndarray, shape (4, n)

    Examples
    --------
    >>> rest, moving = np.array([[1.0], [0.5], [0.0], [0.0]]), np.array([[5.0], [0], [0], [4.0]])
    >>> boosted_by(rest, moving).ravel().round(3)
    array([1.667, 0.5  , 0.   , 1.333])
    """
    mass = invariant_mass(moving)
    gamma, beta_gamma = moving[0] / mass, moving[1:] / mass
    along = (beta_gamma * momentum[1:]).sum(axis=0)
    energy = gamma * momentum[0] + along
    space = momentum[1:] + beta_gamma * (along / (gamma + 1) + momentum[0])
    return np.concatenate([energy[None], space])
