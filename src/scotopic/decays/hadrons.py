"""The ratio R(s) of hadrons to muon pairs in electron-positron annihilation."""

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import number_within, within
from scotopic.data_tables import data_columns
from scotopic.units import CHARGED_PION_MASS

TWO_PION_THRESHOLD: Final = 2 * CHARGED_PION_MASS
"""Where R begins, in GeV."""

HIGHEST_ENERGY: Final = 10.0
"""Where the table of R ends, in GeV."""

Array = npt.NDArray[np.float64]


@cache
def hadronic_ratio_table() -> tuple[Array, Array]:
    """Return the nodes sqrt(s) in GeV and the values of R, both of shape (nodes,), read-only."""
    energies, values = data_columns("scotopic.decays", "hadronic_ratio.csv")
    return energies, values


def hadronic_ratio(sqrt_s: npt.ArrayLike) -> Array:
    """Return R(s) = sigma(e+ e- -> hadrons)/(4 pi alpha^2/(3 s)) without narrow quarkonium.

    Parameters
    ----------
    sqrt_s : array_like
        Centre-of-mass energy in GeV, any shape, from 0 to 10 GeV.

    Returns
    -------
    ndarray
        R, of the shape of `sqrt_s`; zero below the two-pion threshold, where pi0 gamma alone is
        open and R < 4e-5.

    Raises
    ------
    RangeError
        If an energy is negative, above 10 GeV or not a number.

    Notes
    -----
    The table joins exclusive channels (hazma's form factors, up to 1.7 GeV) to perturbative QCD
    (O(alpha_s^3), from 2 GeV); its header and `scripts/make_hadronic_ratio.py` tell the rest.
    J/psi, psi(2S) and Upsilon are not in it, and resonances above 3.73 GeV are averaged. Linear
    interpolation in sqrt(s) is good to 1e-3 (R + 0.02); the physics to about 2 % at the rho,
    6 % at the omega and phi, 10 % from 1.1 to 2 GeV and 20 % from 3.7 to 4.6 GeV.

    Examples
    --------
    >>> hadronic_ratio([0.1, 5.0]).round(1)
    array([0. , 3.7])
    """
    energy = _checked(sqrt_s)
    nodes, values = hadronic_ratio_table()
    return np.asarray(np.interp(energy, nodes, values, left=0.0))


@cache
def hadronic_components_table() -> tuple[Array, Array]:
    """Return the nodes sqrt(s) in GeV, (nodes,), and uu, dd, ss, ud, us, ds of R, (6, nodes).

    Read-only.
    """
    columns = data_columns("scotopic.decays", "hadronic_components.csv")
    return columns[0], columns[1:]


def hadronic_ratio_of_charges(sqrt_s: npt.ArrayLike, q_u: float, q_d: float, q_s: float) -> Array:
    r"""Return R(s) of a vector current with any charges of the quarks.

    Parameters
    ----------
    sqrt_s : array_like
        Centre-of-mass energy in GeV, any shape, from 0 to 10 GeV.
    q_u, q_d, q_s : float
        Charges; charm has that of u. With 2/3, -1/3, -1/3 this is `hadronic_ratio`.

    Returns
    -------
    ndarray
        R, so that the width of a vector of mass sqrt(s) with the coupling g is
        g^2 R sqrt(s)/(12 pi); of the shape of `sqrt_s`.

    Raises
    ------
    RangeError
        As `hadronic_ratio`.

    Notes
    -----
    R is a quadratic form in the charges. Below 1.7 GeV its six coefficients are sums over the
    channels of hazma's form factors, which split the current into rho-, omega- and phi-like
    parts; above 2 GeV they are those of perturbative QCD; `scripts/make_hadronic_components.py`.
    Good to about as much as `hadronic_ratio` where one of rho, omega and phi dominates, and to
    20 - 30 % from 1.1 to 2 GeV and where the current decouples from the rho (B - L below the
    omega), which data on electromagnetic currents hardly constrain.

    Examples
    --------
    >>> hadronic_ratio_of_charges([0.1, 3.0], 1/3, 1/3, 1/3).round(2)
    array([0.  , 1.08])
    """
    energy = _checked(sqrt_s)
    nodes, parts = hadronic_components_table()
    q_u, q_d, q_s = (
        number_within(name, q, -1e30, 1e30)
        for name, q in (("q_u", q_u), ("q_d", q_d), ("q_s", q_s))
    )
    weights = (q_u**2, q_d**2, q_s**2, q_u * q_d, q_u * q_s, q_d * q_s)
    values = np.array(weights) @ parts
    return np.asarray(np.interp(energy, nodes, np.maximum(values, 0.0), left=0.0))


def _checked(sqrt_s: npt.ArrayLike) -> Array:
    return within("sqrt_s", sqrt_s, 0.0, HIGHEST_ENERGY, "GeV")
