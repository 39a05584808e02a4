r"""Fast response of a calorimeter to electromagnetic showers: how deep they reach, what leaks out.

The mean energy deposited at depth t (in radiation lengths) is a gamma function,

    (1/E) dE/dt = beta (beta t)^(alpha - 1) exp(-beta t) / Gamma(alpha),  T = (alpha - 1)/beta,

with the depth of the maximum T and the shape alpha of Grindhammer and Peters (hep-ex/0001020,
sections 2.2 and 2.3, homogeneous media), who give their means, spreads and correlation as
functions of ln(E/E_c). Far behind the maximum a gamma function falls too fast: what is left
there are photons of a few MeV, which no material attenuates more than at the minimum of its
photon cross section. Where the gamma function's own attenuation reaches that of such photons, at
the crossover

    t_x = (alpha - 1)/(beta - 1/lambda),

the profile goes on as exp(-t/lambda), with continuous value and slope; the whole is normalised
to the energy. lambda is computed for the material and lengthened by 10 % for the energy that
scattered photons carry on: 3.9 X0 for NA64's lead and scintillator.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.units import ALPHA, AVOGADRO, CLASSICAL_ELECTRON_RADIUS_CM, ELECTRON_MASS

if TYPE_CHECKING:
    from scotopic.experiments import EnergyResolution
    from scotopic.materials import Element, Material

FloatArray = npt.NDArray[np.float64]

# Scattered photons carry energy further than the attenuation of a narrow beam says. Together with
# the card's fraction for the VETO this is fitted to four depths of Geant4: see the documentation.
_BUILD_UP = 1.10
# The fits of Grindhammer and Peters begin at 1 GeV; below a few critical energies the logarithms
# turn negative. Softer showers keep the shape of this energy: they end within a few X0.
_SOFTEST_IN_CRITICAL_ENERGIES = 12.0
_LARGEST_SPREAD = 0.5
_SMALLEST_SHAPE = 1.1
_DEEPEST_CROSSOVER = 100.0  # in X0: a gamma function flatter than the tail needs none
_ITERATIONS = 60
_LAST_STEP_X0 = 0.05  # Newton's next step would be below 1e-3
_TINY = 1e-300
_ZETA_3 = 1.2020569031595943


def critical_energy(material: "Material") -> float:
    """Return the critical energy in GeV, the collision loss in one radiation length.

    Notes
    -----
    E_c = 2.66 MeV (X0 Z/A)^1.1 with X0 in g/cm^2 for an element (Grindhammer and Peters,
    eq. 4); E_c/X0 of a mixture is the mean of its elements by mass (their eq. 20).

    Examples
    --------
    >>> from scotopic.materials import material
    >>> round(critical_energy(material("lead")) * 1e3, 2)
    7.35
    """
    loss = 0.0
    for element, fraction in material.mass_fractions:
        length = element.radiation_length_g_cm2
        per_length = length * element.atomic_number / element.atomic_mass
        loss += fraction * 2.66e-3 * per_length**1.1 / length
    return loss * material.radiation_length_g_cm2


def effective_atomic_number(material: "Material") -> float:
    """Return the mean atomic number by mass (Grindhammer and Peters, eq. 20)."""
    return sum(fraction * e.atomic_number for e, fraction in material.mass_fractions)


def attenuation_length_X0(material: "Material") -> float:
    """Return the longest attenuation length of photons, in radiation lengths.

    Notes
    -----
    The minimum of Compton scattering (Klein and Nishina) plus pair production on nuclei and
    electrons (Born approximation without screening: Maximon, J. Res. NBS 72B (1968) 79) between
    1.5 and 30 MeV. Photoelectric effect and Coulomb correction, of order (alpha Z)^2 both, are
    put in as the factor 1 + 0.35 (alpha Z)^2, which gives lead's tabulated 0.0420 cm^2/g.

    Examples
    --------
    >>> from scotopic.materials import material
    >>> round(attenuation_length_X0(material("lead")), 2)
    3.74
    """
    energy = np.geomspace(1.5e-3, 30e-3, 400) / ELECTRON_MASS
    total = np.zeros_like(energy)
    for element, fraction in material.mass_fractions:
        total += fraction * AVOGADRO / element.atomic_mass * _photon_cross_section(element, energy)
    return float(1 / (total.min() * material.radiation_length_g_cm2))


def _photon_cross_section(element: "Element", k: FloatArray) -> FloatArray:
    """Compton scattering and pair production in cm^2 per atom, k = energy/m_e."""
    z = element.atomic_number
    log = np.log1p(2 * k)
    compton = (
        (1 + k) / k**2 * (2 * (1 + k) / (1 + 2 * k) - log / k)
        + log / (2 * k)
        - (1 + 3 * k) / (1 + 2 * k) ** 2
    ) * (2 * np.pi)
    eta = np.maximum(2 * k - 4, 0) / (k + 2 + 2 * np.sqrt(2 * k))
    slow = (2 * np.pi / 3) * np.maximum((k - 2) / k, 0) ** 3
    slow *= 1 + eta / 2 + 23 / 40 * eta**2 + 11 / 60 * eta**3 + 29 / 960 * eta**4
    ln = np.log(2 * k)
    second = 2 * ln**3 / 3 - ln**2 + (6 - np.pi**2 / 3) * ln + 2 * _ZETA_3 + np.pi**2 / 6 - 3.5
    fourth = 3 / 16 * ln + 1 / 8
    fast = 28 / 9 * ln - 218 / 27 + (2 / k) ** 2 * second - (2 / k) ** 4 * fourth
    pairs = ALPHA * z * (z + 1) * np.where(k < 4, slow, fast)
    rest = 1 + 0.35 * (ALPHA * z) ** 2
    return np.asarray(CLASSICAL_ELECTRON_RADIUS_CM**2 * (z * compton + pairs) * rest)


@displayed
@dataclass(frozen=True, eq=False)
class Showers:
    """Longitudinal profiles of showers, one an entry; all depths count from where each begins.

    Attributes
    ----------
    energy : ndarray
        Of the electron or positron that begins the shower, in GeV; zero for no shower.
    alpha, beta : ndarray, of the same shape
        Of the gamma function; beta per radiation length.
    attenuation_length : float
        lambda of the tail in X0.
    """

    energy: FloatArray
    alpha: FloatArray
    beta: FloatArray
    attenuation_length: float

    def beyond(self, depth_X0: npt.ArrayLike) -> FloatArray:
        """Return the energy in GeV that is deposited behind a depth (array that broadcasts).

        Examples
        --------
        >>> from scotopic.materials import material
        >>> shower = ShowerModel.of(material("lead")).mean(10.0)
        >>> shower.beyond([0.0, 10.0, 30.0]).round(4)
        array([10.    ,  3.1458,  0.0247])
        """
        from scipy.special import gammaincc  # noqa: PLC0415 - slow to import

        depth = np.maximum(np.asarray(depth_X0, dtype=np.float64), 0.0)
        crossover, tail, rest, whole = self._tail
        overshoot = depth - np.minimum(depth, crossover)
        behind = tail * np.exp(-overshoot / self.attenuation_length)
        before = gammaincc(self.alpha, self.beta * np.minimum(depth, crossover)) - rest
        return np.asarray(self.energy * (before + behind) / whole)

    def maximum_X0(self) -> FloatArray:
        """Return the depth of the maximum."""
        return (self.alpha - 1) / self.beta

    def depth_that_leaves(
        self, limit: npt.ArrayLike, beyond_it: npt.ArrayLike = np.inf
    ) -> FloatArray:
        """Return the depth behind which the showers of one row leave a given energy together.

        Parameters
        ----------
        limit : array_like
            Energy in GeV, broadcasts with the rows.
        beyond_it : array_like
            Depths in X0 known to be at least as large, such as those of a lower limit: faster.

        Returns
        -------
        ndarray
            In X0, to 1e-3; shape of `energy` without its last axis, over which the showers are
            added (the electron and positron of one pair). Zero if they have less to begin with.

        Raises
        ------
        RangeError
            If a limit is not positive.
        """
        rows = self.energy.shape[:-1]
        limits = np.broadcast_to(np.asarray(limit, dtype=np.float64), rows)
        if np.any(limits <= 0):
            raise RangeError(f"limit: {limits.min()} GeV is not positive")
        crossover, behind = self._last_crossover
        # Behind all crossovers the sum is one exponential; before them it falls slower.
        log = np.log(np.maximum(behind, _TINY) / limits)
        depth = np.maximum(crossover + self.attenuation_length * log, 0.0)
        enough = self.energy.sum(axis=-1) > limits
        early = enough & (log < 0)
        if np.any(early):
            start = np.minimum(depth, beyond_it)[early]
            some = self._of(early)
            depth[early] = Showers._newton(some, start, limits[early], crossover[early])
        depth[~enough] = 0.0
        return depth

    def _newton(self, start: FloatArray, limits: FloatArray, high: FloatArray) -> FloatArray:
        """Newton's method in ln(energy behind), nearly straight, with bisection as a guard."""
        found, todo, rest = start.copy(), np.arange(len(start)), self
        low, high = np.zeros_like(start), high.copy()
        for _ in range(_ITERATIONS):
            at = found[todo]
            behind = rest.beyond(at[:, None]).sum(axis=-1)
            log = np.log(np.maximum(behind, _TINY) / limits[todo])
            low[todo] = np.where(log > 0, at, low[todo])
            high[todo] = np.where(log > 0, high[todo], at)
            slope = np.maximum(rest.density(at[:, None]).sum(axis=-1), _TINY)
            new = at + np.minimum(behind / slope, _DEEPEST_CROSSOVER) * log
            outside = (new <= low[todo]) | (new >= high[todo])
            new = np.where(outside, (low[todo] + high[todo]) / 2, new)
            found[todo] = new
            going = outside | (np.abs(new - at) > _LAST_STEP_X0)
            if not np.any(going):
                break
            todo, rest = todo[going], rest._of(going)
        return found

    def density(self, depth_X0: npt.ArrayLike) -> FloatArray:
        """Return the energy deposited per radiation length at a depth, in GeV."""
        crossover, _, _, whole = self._tail
        depth = np.asarray(depth_X0, dtype=np.float64)
        x = self.beta * np.minimum(depth, crossover)
        power = np.exp((self.alpha - 1) * np.log(np.maximum(x, _TINY)) - x - self._log_gamma)
        overshoot = depth - np.minimum(depth, crossover)
        fall = np.exp(-overshoot / self.attenuation_length)
        return np.asarray(self.energy * self.beta * power * fall / whole)

    def _of(self, rows: npt.NDArray[np.bool_]) -> "Showers":
        kept = Showers(
            self.energy[rows], self.alpha[rows], self.beta[rows], self.attenuation_length
        )
        # what is known of the rows need not be computed again
        kept.__dict__["_tail"] = tuple(a[rows] for a in self._tail)
        kept.__dict__["_log_gamma"] = self._log_gamma[rows]
        return kept

    @cached_property
    def _last_crossover(self) -> tuple[FloatArray, FloatArray]:
        """The deepest crossover of each row, and the energy behind it."""
        crossover = np.where(self.energy > 0, self._tail[0], 0.0).max(axis=-1)
        return crossover, self.beyond(crossover[..., None]).sum(axis=-1)

    @cached_property
    def _log_gamma(self) -> FloatArray:
        from scipy.special import gammaln  # noqa: PLC0415 - slow to import

        return np.asarray(gammaln(self.alpha))

    @cached_property
    def _tail(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Crossover, energy behind it in tail and gamma function, and the sum to normalise by."""
        from scipy.special import gammaincc  # noqa: PLC0415 - slow to import

        length = self.attenuation_length
        slope = np.maximum(self.beta - 1 / length, (self.alpha - 1) / _DEEPEST_CROSSOVER)
        crossover = (self.alpha - 1) / slope
        x = self.beta * crossover
        density = np.exp((self.alpha - 1) * np.log(x) - x - self._log_gamma) * self.beta
        tail, rest = density * length, gammaincc(self.alpha, x)
        return crossover, tail, rest, 1 - rest + tail


@displayed
@dataclass(frozen=True)
class ShowerModel:
    """Showers in one material, after Grindhammer and Peters with a tail of photons.

    Attributes
    ----------
    critical_energy : float
        In GeV.
    atomic_number : float
        Effective Z.
    attenuation_length : float
        lambda in X0.
    """

    critical_energy: float
    atomic_number: float
    attenuation_length: float

    @staticmethod
    @cache
    def of(material: "Material") -> "ShowerModel":
        """Return the model of a (homogenised) material."""
        return ShowerModel(
            critical_energy(material),
            effective_atomic_number(material),
            _BUILD_UP * attenuation_length_X0(material),
        )

    def mean(self, energy: npt.ArrayLike) -> Showers:
        """Return showers of these energies in GeV without fluctuations."""
        energies = np.asarray(energy, dtype=np.float64)
        return self.showers(energies, np.zeros((*energies.shape, 2)))

    def showers(self, energy: FloatArray, normals: FloatArray) -> Showers:
        """Return showers with the fluctuations that given random numbers make.

        Parameters
        ----------
        energy : ndarray
            Energies in GeV of the electrons and positrons.
        normals : ndarray, shape (*energy.shape, 2)
            Standard normal random numbers.

        Raises
        ------
        RangeError
            If the shapes do not fit.

        Notes
        -----
        Grindhammer and Peters, eqs. 10-15: with l = ln(E/E_c),
        <ln T> = ln(l - 0.812), sigma(ln T) = 1/(-1.4 + 1.26 l),
        <ln alpha> = ln(0.81 + (0.458 + 2.26/Z) l), sigma(ln alpha) = 1/(-0.58 + 0.86 l),
        correlation 0.705 - 0.023 l.
        """
        if normals.shape != (*energy.shape, 2):
            raise RangeError(f"normals: shape {normals.shape} is not {(*energy.shape, 2)}")
        log = np.log(np.maximum(energy / self.critical_energy, _SOFTEST_IN_CRITICAL_ENERGIES))
        correlation = 0.705 - 0.023 * log
        common = np.sqrt((1 + correlation) / 2) * normals[..., 0]
        opposite = np.sqrt((1 - correlation) / 2) * normals[..., 1]
        spread_T = np.minimum(1 / (-1.4 + 1.26 * log), _LARGEST_SPREAD)
        spread_alpha = np.minimum(1 / (-0.58 + 0.86 * log), _LARGEST_SPREAD)
        maximum = (log - 0.812) * np.exp(spread_T * (common + opposite))
        shape = 0.81 + (0.458 + 2.26 / self.atomic_number) * log
        alpha = np.maximum(shape * np.exp(spread_alpha * (common - opposite)), _SMALLEST_SHAPE)
        return Showers(energy, alpha, (alpha - 1) / maximum, self.attenuation_length)


def measured(energy: FloatArray, resolution: "EnergyResolution", normals: FloatArray) -> FloatArray:
    """Return energies in GeV as a detector measures them; never below zero.

    Parameters
    ----------
    energy, normals : ndarray
        True energies in GeV and as many standard normal random numbers.
    resolution : EnergyResolution
        Of the detector.

    Examples
    --------
    >>> from scotopic.experiments import EnergyResolution
    >>> ecal = EnergyResolution(stochastic=0.1, constant=0.0, noise_GeV=0.0)
    >>> measured(np.array([100.0, 25.0]), ecal, np.array([1.0, -2.0]))
    array([101.,  24.])
    """
    return np.maximum(energy + resolution.sigma_GeV(energy) * normals, 0.0)
