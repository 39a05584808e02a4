"""Tables of bremsstrahlung cross sections over mediator mass, lepton energy and cut.

ln(d sigma/dW), with the variable of `spectrum`, is interpolated by Chebyshev polynomials in ln m
and ln E at fixed Gauss-Legendre nodes of v, and by a polynomial in v between them; integrals
above a cut are those of this polynomial. Numbers of nodes grow until cross sections computed
directly between the nodes are met. Reading a table needs numpy alone.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev, legendre

from scotopic.cache import Arrays, cached_arrays
from scotopic.checked import number, numbers, of_one_shape, positive, shown, within
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.materials import Element, Material
from scotopic.models.spin_parities import MediatorLike
from scotopic.production.phase_space import Process, raw_spectrum
from scotopic.production.radiation import Resolution
from scotopic.production.spectrum import HIGHEST_ENERGY, MASSES, SpectrumVariable
from scotopic.quadrature import gauss_legendre

Array = npt.NDArray[np.float64]
Range = tuple[float, float]

_FRACTIONS, _MORE = 40, 56  # nodes of x
_HEAVY = 3.0  # GeV, from where more are needed anyhow
_STALLED = 0.9  # of the error before: more nodes of one kind did not help
_MOST_NODES = (40, 24)  # in mass and energy; a range that needs more is refused
_SMALLEST_SHARE = 1e-3  # of the total: cuts that leave less are judged against this much
_PROBES = 8
_SLACK = 1e-9  # relative; forgives rounding at the edges of a table


def _unit(value: npt.ArrayLike, limits: Range) -> Array:
    """Map ln(value) from the limits to [-1, 1]; a range of one value to 0."""
    low, high = np.log(limits)
    if low == high:
        return np.zeros_like(np.asarray(value, dtype=np.float64))
    return np.asarray((2 * np.log(value) - low - high) / (high - low))


def _chebyshev_nodes(n: int, limits: Range) -> Array:
    low, high = np.log(limits)
    return np.asarray(np.exp((low + high + (high - low) * chebyshev.chebpts1(n)) / 2))


def _chebyshev_transform(n: int) -> Array:
    """Matrix from values at the nodes to coefficients."""
    return np.asarray(np.linalg.inv(chebyshev.chebvander(chebyshev.chebpts1(n), n - 1)))


@lru_cache
def _legendre_transforms(n: int) -> tuple[Array, Array]:
    """Matrices from values f at the nodes v to Legendre series in 2v - 1.

    The first gives the series of f, the second that of the integral of 6v(1-v) f from v to 1.
    """
    v, weights = gauss_legendre(n)
    degrees = np.arange(n)
    series = (2 * degrees + 1)[:, None] * legendre.legvander(2 * v - 1, n - 1).T * weights
    fine, fine_weights = gauss_legendre(n + 2)
    basis = legendre.legvander(2 * fine - 1, n + 1)
    weighted = (6 * fine * (1 - fine) * fine_weights)[:, None] * (basis[:, :n] @ series)
    product = (2 * np.arange(n + 2) + 1)[:, None] * (basis.T @ weighted)
    integral = np.asarray(-legendre.legint(product, scl=0.5, lbnd=1, axis=0), dtype=np.float64)
    series.setflags(write=False)
    integral.setflags(write=False)
    return series, integral


@displayed
@dataclass(frozen=True, eq=False)
class CrossSectionTable:
    """Cross sections of l Z -> l Z X for unit coupling in units of e.

    Attributes
    ----------
    process : Process
        Mediator, lepton, element, method and form factor.
    masses, energies : tuple of float
        Ranges of mediator mass and lepton energy in GeV.
    coefficients : ndarray (mass, energy, v)
        Chebyshev coefficients of ln(d sigma/dW in cm^2) at the Gauss-Legendre nodes of v.
    interpolation_error : float
        Largest relative difference from directly computed cross sections above a cut, found at
        masses, energies and cuts between the nodes. Cuts that leave less than 0.1 % of the total
        are judged against 0.1 % of it.
    """

    process: Process
    masses: Range
    energies: Range
    coefficients: Array
    interpolation_error: float

    def _series(
        self, mediator_mass: float, energy: npt.ArrayLike, name: str = "energies"
    ) -> tuple[SpectrumVariable, Array, Array]:
        """Return the variable, d sigma/dW at the nodes (..., v) and the energies (..., 1)."""
        mediator_mass = number("mediator_mass", mediator_mass)
        _inside("mediator_mass", mediator_mass, self.masses)
        E = _inside(name, energy, self.energies)
        n_mass, n_energy, _ = self.coefficients.shape
        at_mass = chebyshev.chebvander(_unit(mediator_mass, self.masses), n_mass - 1).ravel()
        at_energy = chebyshev.chebvander(_unit(E, self.energies), n_energy - 1)
        logarithm = at_energy @ np.tensordot(at_mass, self.coefficients, axes=1)
        logarithm = logarithm.reshape(*E.shape, -1)
        variable = self.process.variable(mediator_mass, E[..., None])
        return variable, np.exp(logarithm), E[..., None]

    def above(
        self, mediator_mass: float, energies: npt.ArrayLike, mediator_energies: npt.ArrayLike
    ) -> Array:
        """Return the cross sections for mediators above some energies.

        Parameters
        ----------
        mediator_mass : float
            In GeV.
        energies : array_like (n,)
            Lepton energies in GeV.
        mediator_energies : array_like (s,)
            Lower limits of the mediator's energy in GeV, not negative.

        Returns
        -------
        ndarray (n, s)
            In cm^2; zero where the limit exceeds what the lepton can give.

        Raises
        ------
        RangeError
            If the mass or an energy lies outside the table.
        """
        cuts = np.atleast_1d(within("mediator_energies", mediator_energies, 0.0, unit="GeV"))
        each = np.atleast_1d(numbers("energies", energies))
        if not each.size:
            return np.zeros((0, len(cuts)))
        variable, values, E = self._series(mediator_mass, each)
        _, integral = _legendre_transforms(values.shape[-1])
        series = (values @ integral.T).T[..., None]
        v = variable.position(cuts / E)
        result = variable.width * legendre.legval(2 * v - 1, series, tensor=False)
        return np.asarray(np.where(v < 1, np.maximum(result, 0.0), 0.0))

    def total(self, mediator_mass: float, energies: npt.ArrayLike) -> Array:
        """Return the total cross sections.

        Parameters
        ----------
        mediator_mass : float
            In GeV.
        energies : array_like (n,)
            Lepton energies in GeV.

        Returns
        -------
        ndarray (n,)
            In cm^2.

        Raises
        ------
        RangeError
            If the mass or an energy lies outside the table.
        """
        return np.asarray(self.above(mediator_mass, energies, 0.0)[:, 0])

    def differential(self, mediator_mass: float, energy: npt.ArrayLike, x: npt.ArrayLike) -> Array:
        """Return d sigma/dx.

        Parameters
        ----------
        mediator_mass : float
            In GeV.
        energy : array_like
            Lepton energies in GeV.
        x : array_like
            Energy fractions of the mediator, in [0, 1]; broadcast with `energy`.

        Returns
        -------
        ndarray
            In cm^2; zero outside the kinematic limits.

        Raises
        ------
        RangeError
            If the mass or an energy lies outside the table or x outside [0, 1].
        """
        E, fractions = of_one_shape(energy=numbers("energy", energy), x=within("x", x, 0.0, 1.0))
        if not E.size:
            return np.zeros(E.shape)
        variable, values, _ = self._series(mediator_mass, E, "energy")
        series, _ = _legendre_transforms(values.shape[-1])
        column = fractions[..., None]
        v = variable.position(column)
        coefficients = np.moveaxis(values @ series.T, -1, 0)[..., None]
        density = legendre.legval(2 * v - 1, coefficients, tensor=False) / variable.density(column)
        inside = (column > variable.lower) & (column < variable.upper)
        return np.asarray(np.where(inside, np.maximum(density, 0.0), 0.0)[..., 0])


def bremsstrahlung_table(
    mediator: MediatorLike,
    lepton: str,
    element: Element | Material | str,
    *,
    masses: Range,
    energies: Range,
    method: str = "exact",
    form_factor: str = "elastic+inelastic",
) -> CrossSectionTable:
    """Return the table of one process, from the cache or newly computed.

    Parameters
    ----------
    mediator, lepton, element, method, form_factor
        As in `scotopic.production.phase_space.differential_cross_section`.
    masses, energies : tuple of float
        Lowest and highest mediator mass and lepton energy in GeV.

    Returns
    -------
    CrossSectionTable
        Good to `interpolation_error`, at most 0.2 %.

    Raises
    ------
    RangeError
        If a name is unknown, a range is empty, the process is closed or its method does not hold
        somewhere in it, or the interpolation does not reach 0.2 %.

    Examples
    --------
    >>> table = bremsstrahlung_table(
    ...     "vector", "electron", "Pb", masses=(0.05, 0.2), energies=(60., 100.))
    >>> f"{table.above(0.1, [100.], [50.])[0, 0]:.2e}", table.interpolation_error < 2e-3
    ('1.01e-26', True)
    """
    process = Process.of(mediator, lepton, element, method, form_factor)
    masses = _checked_range("masses", masses, MASSES[1])
    energies = _checked_range("energies", energies, HIGHEST_ENERGY)
    process.variable(masses[1], energies[0])
    process.variable(masses[0], energies[1])
    inputs = {"process": asdict(process), "masses": masses, "energies": energies}
    stored = cached_arrays("bremsstrahlung", inputs, lambda: _build(process, masses, energies))
    return CrossSectionTable(
        process, masses, energies, stored["coefficients"], float(stored["interpolation_error"])
    )


def _build(process: Process, masses: Range, energies: Range) -> Arrays:
    """Compute a table, with as many nodes as the target error needs."""
    n_mass = _first_guess(masses, 1.7, 5)
    n_energy = _first_guess(energies, 1.0, 3)
    probes, before = _probes(process, masses, energies), math.inf
    standard, _ = process.radiation.resolutions
    resolution = standard._replace(fractions=_MORE if masses[1] > _HEAVY else _FRACTIONS)
    while True:
        coefficients = _coefficients(process, masses, energies, (n_mass, n_energy), resolution)
        table = CrossSectionTable(process, masses, energies, coefficients, math.nan)
        error = max(probe(table) for probe in probes)
        if error <= process.radiation.error:
            return {"coefficients": coefficients, "interpolation_error": np.array(error)}
        if stalled := error > _STALLED * before:
            resolution = standard._replace(fractions=_MORE)
        before = error
        tails = [np.abs(np.take(coefficients, -1, axis)).max() for axis in (0, 1)]
        if (stalled or tails[0] >= tails[1] / 2) and n_mass > 1:
            n_mass = math.ceil(1.3 * n_mass)
        if (stalled or tails[1] >= tails[0] / 2) and n_energy > 1:
            n_energy = math.ceil(1.3 * n_energy)
        if n_mass > _MOST_NODES[0] or n_energy > _MOST_NODES[1]:
            raise RangeError(
                f"masses {masses} GeV, energies {energies} GeV: the interpolation error of "
                f"{error:.1e} is above {process.radiation.error}; narrow the ranges or stay off"
                " the threshold"
            )


def _first_guess(limits: Range, per_e_fold: float, least: int) -> int:
    if limits[0] == limits[1]:
        return 1
    return least + math.ceil(per_e_fold * math.log(limits[1] / limits[0]))


def _coefficients(
    process: Process,
    masses: Range,
    energies: Range,
    nodes: tuple[int, int],
    resolution: Resolution,
) -> Array:
    """Compute the spectra at the nodes and transform them."""
    v, _ = gauss_legendre(resolution.fractions)
    logarithms = np.empty((*nodes, resolution.fractions))
    for i, mass in enumerate(_chebyshev_nodes(nodes[0], masses)):
        for j, energy in enumerate(_chebyshev_nodes(nodes[1], energies)):
            variable = process.variable(float(mass), energy)
            recoil = variable.recoil(v)
            values = raw_spectrum(process, float(mass), float(energy), recoil, resolution)
            logarithms[i, j] = np.log(values * variable.density(1 - recoil))
    if not np.all(np.isfinite(logarithms)):
        raise RangeError(
            f"masses {masses} GeV, energies {energies} GeV: the spectrum of method "
            f"{process.method!r} vanishes or is undefined inside its kinematic limits"
        )
    transformed = np.tensordot(_chebyshev_transform(nodes[0]), logarithms, axes=1)
    return np.asarray(np.einsum("ej,mjv->mev", _chebyshev_transform(nodes[1]), transformed))


def _probes(
    process: Process, masses: Range, energies: Range
) -> list[Callable[[CrossSectionTable], float]]:
    """Compute cross sections directly at points spread over the ranges, corners included."""
    golden = 1.32471795724474602596  # the two-dimensional analogue of the golden ratio
    index = np.arange(_PROBES)
    spread = np.stack([(0.5 + index / golden) % 1, (0.5 + index / golden**2) % 1])
    points = np.hstack([spread, [[0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]]])
    return [
        _probe(process, _between(masses, float(a)), _between(energies, float(b)))
        for a, b in points.T
    ]


def _between(limits: Range, share: float) -> float:
    value = math.exp((1 - share) * math.log(limits[0]) + share * math.log(limits[1]))
    return min(max(value, limits[0]), limits[1])


def _probe(process: Process, mass: float, energy: float) -> Callable[[CrossSectionTable], float]:
    """Return a function that compares a table with cross sections above four cuts."""
    variable = process.variable(mass, energy)
    edges = np.linspace(0, 1, 5)
    nodes, weights = gauss_legendre(8)
    v = (edges[:-1, None] + np.diff(edges)[:, None] * nodes).ravel()
    _, refined = process.radiation.resolutions
    values = raw_spectrum(process, mass, energy, variable.recoil(v), refined) * variable.slope(v)
    pieces = values.reshape(4, 8) @ weights / 4
    above = np.cumsum(pieces[::-1])[::-1]
    cuts = energy * (1 - variable.recoil(edges[:-1]))
    cuts[0] = 0.0
    floor = np.maximum(above, _SMALLEST_SHARE * above[0])

    def error(table: CrossSectionTable) -> float:
        return float(np.max(np.abs(table.above(mass, [energy], cuts)[0] - above) / floor))

    return error


def _checked_range(name: str, limits: Range, most: float) -> Range:
    given = within(name, limits, 0.0, most, "GeV")
    if given.shape != (2,):
        raise RangeError(f"{name}: {shown(limits)} is not a lowest and a highest value in GeV")
    low, high = (positive(name, value, "GeV") for value in given.tolist())
    if not low <= high:
        raise RangeError(f"{name}: ({low}, {high}) GeV does not ascend")
    return low, high


def _inside(name: str, values: npt.ArrayLike, limits: Range) -> Array:
    low, high = limits
    return within(name, values, low * (1 - _SLACK), high * (1 + _SLACK), "GeV")
