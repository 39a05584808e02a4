r"""Accepted events for every lifetime at once.

A particle that decays after a flight of mean length beta gamma c tau is accepted in a set of
intervals of its flight length L. With u = L/(beta gamma) the probability of one interval is
exp(-u_a/c tau) - exp(-u_b/c tau), and that of two particles of the same kind a product of two
such differences: all is a sum of exponentials sum_j c_j exp(-u_j/c tau), in which u_j is the sum
of the two flights. Events are simulated once; couplings, which only change c tau, follow exactly.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scotopic.checked import within
from scotopic.display import displayed

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_BINS_PER_E_FOLD = 20
_ROUNDING = 1e-30  # of the largest term: nothing in double precision
_EXPONENTIALS_AT_ONCE = 2_000_000


@displayed
@dataclass(frozen=True, eq=False)
class ExponentialSum:
    """The function constant + sum_j coefficient_j exp(-flight_j/c tau).

    Attributes
    ----------
    constant : float
        What is left at c tau = 0.
    flight_cm, coefficient : ndarray, shape (k,)
        Flights L/(beta gamma) > 0 in cm, and what multiplies their exponentials.
    """

    constant: float
    flight_cm: FloatArray
    coefficient: FloatArray

    def at(self, ctau_cm: npt.ArrayLike) -> FloatArray:
        """Return the function at any c tau >= 0 in cm, infinity too; same shape.

        Raises
        ------
        RangeError
            If a c tau is negative or not a number.

        Examples
        --------
        >>> interval = ExponentialSum(0.0, np.array([1.0, 2.0]), np.array([1.0, -1.0]))
        >>> interval.at([0.0, 1.0, np.inf]).round(4)
        array([0.    , 0.2325, 0.    ])
        """
        ctau = checked_ctau(ctau_cm)
        flat = ctau.ravel()
        found = np.empty(flat.shape)
        step = max(1, _EXPONENTIALS_AT_ONCE // max(1, len(self.flight_cm)))
        with np.errstate(divide="ignore", over="ignore"):
            decays_per_cm = 1 / flat
        for i in range(0, len(flat), step):
            exponent = np.multiply.outer(-decays_per_cm[i : i + step], self.flight_cm)
            found[i : i + step] = np.exp(exponent, out=exponent) @ self.coefficient
        return self.constant + found.reshape(ctau.shape)

    def condensed(self) -> "ExponentialSum":
        """Return nearly the same function as a sum of some hundred exponentials.

        Notes
        -----
        Terms of one sign whose flights lie within 5 % of each other become the two that have
        the same zeroth to third moments of the flight: Gauss's quadrature. With x = u/c tau a
        term changes by at most (0.05 x)^4/384 of itself: less than 1e-3 for x < 15.
        """
        largest = np.abs(self.coefficient).max(initial=0.0)
        used = np.abs(self.coefficient) > _ROUNDING * largest
        flight, coefficient = self.flight_cm[used], self.coefficient[used]
        if len(flight) == 0:
            return ExponentialSum(self.constant, flight, coefficient)
        bins = np.floor(np.log(flight) * _BINS_PER_E_FOLD).astype(np.int64)
        key = 2 * (bins - bins.min()) + (coefficient > 0)
        filled = np.bincount(key) > 0
        index = (np.cumsum(filled) - 1)[key]
        weight = np.bincount(index, coefficient)
        mean = np.bincount(index, coefficient * flight) / weight
        away = flight - mean[index]
        variance = np.bincount(index, coefficient * away**2) / weight
        third = np.bincount(index, coefficient * away**3) / weight
        spread = np.sqrt(np.maximum(variance, 0.0))
        wide = spread > 1e-9 * mean
        skewness = np.where(wide, third / np.where(wide, spread, 1.0) ** 3, 0.0)
        root = np.sqrt(1 + skewness**2 / 4)
        upper, lower = skewness / 2 + root, skewness / 2 - root
        flights = np.concatenate([mean + spread * upper, mean + spread * lower])
        shares = np.concatenate([-lower, upper]) / np.tile(upper - lower, 2)
        return ExponentialSum(self.constant, flights, shares * np.tile(weight, 2))


@displayed
@dataclass(frozen=True, eq=False)
class Acceptance:
    """What a signature accepts of simulated events, for any lifetime.

    Attributes
    ----------
    weight : ndarray, shape (n,)
        Of the events, per particle on target and per unit of the squared coupling, times the
        signature's efficiency.
    event : ndarray of int, shape (terms,)
        Which event a term belongs to.
    flight_cm, coefficient : ndarray, shape (terms,)
        Each event's probability is sum coefficient exp(-flight/c tau) over its terms.
    """

    weight: FloatArray
    event: IntArray
    flight_cm: FloatArray
    coefficient: FloatArray

    @cached_property
    def function(self) -> ExponentialSum:
        """The sum over the events, condensed: small arrays that can be stored."""
        weighted = self.coefficient * self.weight[self.event]
        flies = self.flight_cm > 0
        constant = float(weighted[~flies].sum())
        return ExponentialSum(constant, self.flight_cm[flies], weighted[flies]).condensed()

    def expected(self, ctau_cm: npt.ArrayLike) -> FloatArray:
        """Return the accepted events per particle on target and unit of the squared coupling.

        Parameters
        ----------
        ctau_cm : array_like
            Mean life times the speed of light in cm; zero and infinity are allowed.

        Returns
        -------
        ndarray
            Of the same shape.
        """
        return np.maximum(self.function.at(ctau_cm), 0.0)  # rounding, where terms cancel

    def error(self, ctau_cm: npt.ArrayLike) -> FloatArray:
        """Return the standard error of `expected` that the number of events makes.

        Takes the events as independent, and every one of them at every c tau: ask for few.
        """
        ctau = checked_ctau(ctau_cm)
        found = [self._error_at(value) for value in ctau.ravel()]
        return np.array(found).reshape(ctau.shape)

    def _error_at(self, ctau: float) -> float:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            exponent = np.where(self.flight_cm > 0, self.flight_cm / ctau, 0.0)
        terms = self.coefficient * np.exp(-exponent)  # one at no flight, whatever c tau
        n = len(self.weight)
        yields = self.weight * np.bincount(self.event, terms, minlength=n)
        return float(np.sqrt(n) * yields.std(ddof=1)) if n > 1 else float("inf")


def checked_ctau(ctau_cm: npt.ArrayLike) -> FloatArray:
    """Return the values as an array; raise RangeError unless all are zero or positive."""
    return within("ctau_cm", ctau_cm, 0.0, unit="cm")
