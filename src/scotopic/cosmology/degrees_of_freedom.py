r"""Effective degrees of freedom of the Standard Model plasma, 1 keV to 10 GeV.

    rho = pi^2/30 g_*(T) T^4,    s = 2 pi^2/45 g_*s(T) T^3,

T is the temperature of the photons. Below the QCD transition from first principles (`plasma` and
`neutrino_temperature_ratio`), above it the fit of Saikawa and Shirai, JCAP 05 (2018) 035, to
lattice and perturbative results; between 120 and 135 MeV one passes into the other.
"""

import math
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.checked import within
from scotopic.cosmology.plasma import plasma
from scotopic.data_tables import data_columns
from scotopic.units import FERMI_CONSTANT, PLANCK_MASS, WEAK_MIXING

Array = npt.NDArray[np.float64]

LOWEST_TEMPERATURE: Final = 1e-6
"""Where the table begins, in GeV."""

HIGHEST_TEMPERATURE: Final = 10.0
"""Where the table ends, in GeV."""

JOINT: Final = (0.120, 0.135)
"""Temperatures in GeV between which the hadron gas passes into the fit."""

_NODES: Final = 801
_NEUTRINOS_IN_EQUILIBRIUM: Final = 0.010


def energy_degrees_of_freedom(temperature: npt.ArrayLike) -> Array:
    r"""Return g_* of the energy density.

    Parameters
    ----------
    temperature : array_like
        Photon temperature in GeV, any shape, from 1e-6 to 10.

    Returns
    -------
    ndarray
        g_*, of the shape of `temperature`; accuracy in `docs/physics/degrees-of-freedom.md`.

    Raises
    ------
    RangeError
        Outside the table.

    Examples
    --------
    >>> energy_degrees_of_freedom([1e-6, 4e-3]).round(2)
    array([ 3.39, 10.73])
    """
    return _interpolate(temperature, "energy")[0]


def entropy_degrees_of_freedom(temperature: npt.ArrayLike) -> Array:
    r"""Return g_*s of the entropy density.

    Parameters
    ----------
    temperature : array_like
        Photon temperature in GeV, any shape, from 1e-6 to 10.

    Returns
    -------
    ndarray
        g_*s, of the shape of `temperature`. Its value at the lower end is today's.

    Raises
    ------
    RangeError
        Outside the table.

    Examples
    --------
    >>> entropy_degrees_of_freedom([1e-6, 4e-3]).round(2)
    array([ 3.93, 10.73])
    """
    return _interpolate(temperature, "entropy")[0]


def freeze_out_degrees_of_freedom(temperature: npt.ArrayLike) -> Array:
    r"""Return the square root of g_* that stands in the equation of freeze-out.

    Parameters
    ----------
    temperature : array_like
        Photon temperature in GeV, any shape, from 1e-6 to 10.

    Returns
    -------
    ndarray
        g_*^(1/2) = g_*s/sqrt(g_*) (1 + (1/3) dln g_*s/dln T), continuous, of the shape of
        `temperature`: Gondolo and Gelmini, Nucl. Phys. B360 (1991) 145.

    Raises
    ------
    RangeError
        Outside the table.

    Examples
    --------
    >>> freeze_out_degrees_of_freedom([1e-6, 4e-3]).round(2)
    array([2.14, 3.28])
    """
    energy = _interpolate(temperature, "energy")[0]
    entropy, slope = _interpolate(temperature, "entropy")
    return np.asarray(entropy / np.sqrt(energy) * (1 + slope / (3 * entropy)))


def neutrino_temperature_ratio(temperature: npt.ArrayLike) -> Array:
    """Return the temperature of the neutrinos over that of the photons.

    Parameters
    ----------
    temperature : array_like
        Photon temperature in GeV, any shape, from 1e-6 to 10.

    Returns
    -------
    ndarray
        T_nu/T, of the shape of `temperature`: one above 10 MeV (an error of 2e-5).

    Raises
    ------
    RangeError
        Outside the table.

    Notes
    -----
    Three flavours of one temperature that exchange heat with electrons at the rates of Escudero,
    JCAP 05 (2020) 048 (with Fermi-Dirac statistics, massless electrons).

    Examples
    --------
    >>> neutrino_temperature_ratio([1e-6, 0.02]).round(4)
    array([0.7167, 1.    ])
    """
    return _interpolate(temperature, "neutrino")[0]


def _interpolate(temperature: npt.ArrayLike, name: str) -> tuple[Array, Array]:
    """Value and derivative by ln T of a tabulated quantity, by cubic Hermite polynomials."""
    heat = within("temperature", temperature, LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE, "GeV")
    table = _table()
    values, slopes = table[name], table[f"{name}_slope"]
    step = math.log(HIGHEST_TEMPERATURE / LOWEST_TEMPERATURE) / (_NODES - 1)
    position = np.log(heat / LOWEST_TEMPERATURE) / step
    left = np.clip(position.astype(np.intp), 0, _NODES - 2)
    u = position - left
    start, rise = values[left], values[left + 1] - values[left]
    first, last = slopes[left] * step - rise, slopes[left + 1] * step - rise
    value = start + u * (rise + (1 - u) * ((1 - u) * first - u * last))
    derivative = rise + (1 - u) * (1 - 3 * u) * first + u * (3 * u - 2) * last
    return np.asarray(value), np.asarray(derivative / step)


@cache
def _table() -> Arrays:
    return cached_arrays("degrees-of-freedom", {}, _build)


def _build() -> Arrays:
    """Tabulate the quantities and their derivatives at equal steps of ln T."""
    from scipy.interpolate import CubicSpline  # noqa: PLC0415 - slow; a table is built once

    logarithm = np.linspace(math.log(LOWEST_TEMPERATURE), math.log(HIGHEST_TEMPERATURE), _NODES)
    heat = np.exp(logarithm)
    weight = _fit_weight(heat)
    cool, hot = weight < 1, weight > 0
    ratio = np.ones(_NODES)
    energy, entropy = np.zeros(_NODES), np.zeros(_NODES)
    plasma_energy, plasma_entropy = plasma(heat[cool])
    ratio[cool] = _decouple_neutrinos(logarithm[cool], plasma_energy, plasma_entropy)
    energy[cool] = plasma_energy + 5.25 * ratio[cool] ** 4
    entropy[cool] = plasma_entropy + 5.25 * ratio[cool] ** 3
    fitted_energy, fitted_entropy = _fit(heat[hot])
    energy[hot] += weight[hot] * (fitted_energy - energy[hot])
    entropy[hot] += weight[hot] * (fitted_entropy - entropy[hot])
    arrays = {"energy": energy, "entropy": entropy, "neutrino": ratio}
    slopes = {f"{n}_slope": CubicSpline(logarithm, v)(logarithm, 1) for n, v in arrays.items()}
    return arrays | slopes


def _fit(temperature: Array) -> tuple[Array, Array]:
    """Saikawa and Shirai's g_* and g_*s for 120 MeV and above."""
    coefficients = data_columns("scotopic.cosmology", "saikawa_shirai.csv")
    a, b, c, d = np.polynomial.polynomial.polyval(np.log(temperature), coefficients)
    return a / b, a / b / (1 + c / d)


def _fit_weight(temperature: Array) -> Array:
    """Weight of the fit: from 0 to 1 across the joint, with two continuous derivatives."""
    low, high = JOINT
    u = np.clip(np.log(temperature / low) / math.log(high / low), 0.0, 1.0)
    return u**3 * (10 - 15 * u + 6 * u**2)


def _decouple_neutrinos(logarithm: Array, energy: Array, entropy: Array) -> Array:
    """T_nu/T at rising values of ln T, from g_* and g_*s of everything but the neutrinos.

    With the heat q that passes to the neutrinos per volume and time,

        dln T_nu/dt = -H + q/(4 rho_nu),    drho/dt = -3 H (rho + P) - q.
    """
    from scipy.integrate import solve_ivp  # noqa: PLC0415 - slow; a table is built once
    from scipy.interpolate import CubicSpline  # noqa: PLC0415

    log_energy, log_entropy = CubicSpline(logarithm, energy), CubicSpline(logarithm, entropy)
    stefan = math.pi**2 / 30
    coupling = FERMI_CONSTANT**2 / math.pi**5 * (3 - 4 * WEAK_MIXING + 24 * WEAK_MIXING**2)

    def slope(log_heat: float, state: Array) -> Array:
        """Dln T_nu/dln T, all densities over T^4."""
        ratio, heat = np.exp(state - log_heat), math.exp(log_heat)
        density, neutrinos = stefan * log_energy(log_heat), stefan * 5.25 * ratio**4
        hubble = math.sqrt(8 * math.pi / 3) * np.sqrt(density + neutrinos) * heat**2 / PLANCK_MASS
        flow = (
            coupling * heat**5 * (32 * 0.884 * (1 - ratio**9) + 56 * 0.829 * ratio**4 * (1 - ratio))
        )
        heat_capacity = 4 * density + stefan * float(log_energy(log_heat, 1))
        enthalpy = stefan * 4 / 3 * float(log_entropy(log_heat))
        return np.asarray(
            (hubble - flow / (4 * neutrinos)) * heat_capacity / (3 * hubble * enthalpy + flow)
        )

    ratio = np.ones_like(logarithm)
    coupled = int(np.searchsorted(logarithm, math.log(_NEUTRINOS_IN_EQUILIBRIUM)))
    falling = logarithm[coupled::-1]
    solution = solve_ivp(
        slope,
        (float(falling[0]), float(falling[-1])),
        falling[:1],
        "LSODA",
        falling,
        rtol=1e-9,
        atol=1e-10,
    )
    ratio[coupled::-1] = np.exp(solution.y[0] - falling)
    return ratio
