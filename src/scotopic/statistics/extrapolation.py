r"""Background in the signal region from its neighbours in the plane of (E_ECAL, E_HCAL).

Review section 3.2.1 and figure 4b: region A (E_ECAL above the cut, E_HCAL quiet) is extrapolated
down to lower energies, with several shapes; region C (E_ECAL below the cut, E_HCAL not quiet)
times the probability that nothing is seen in the HCAL gives the penetrating neutral hadrons.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from scotopic.errors import RangeError
from scotopic.statistics.cells import FloatArray

_QUADRATURE = np.polynomial.legendre.leggauss(24)
_STEEPEST = 400.0  # e-folds between the ends of the fitted region
_LEAST_EVENTS = 1e-100

MOST_EVENTS = 10**9
"""Largest number of events in a bin."""


@dataclass(frozen=True)
class Histogram:
    """Events in bins of the calorimeter's energy.

    Attributes
    ----------
    edges : tuple of float
        Edges in GeV, ascending.
    events : tuple of int
        One number less than edges.

    Raises
    ------
    RangeError
        If edges and events do not fit together.
    """

    edges: tuple[float, ...]
    events: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what is no histogram."""
        if len(self.edges) != len(self.events) + 1 or not self.events:
            raise RangeError(
                f"events: {len(self.events)} numbers for {len(self.edges)} edges; one less is "
                "needed, and at least one"
            )
        if not all(a < b for a, b in zip(self.edges, self.edges[1:], strict=False)):
            raise RangeError("edges: they do not ascend")
        for number in self.events:
            if not 0 <= number <= MOST_EVENTS:
                raise RangeError(f"events: {number} is not from 0 to {MOST_EVENTS}")

    def highest_cut(self) -> float:
        """Return the highest cut that leaves two bins wholly above it."""
        return self.edges[max(len(self.edges) - 3, 0)]

    def above(self, cut: float) -> "Histogram":
        """Return the bins that are wholly above a cut, which is not above the last but one."""
        first = next(i for i, e in enumerate(self.edges) if e >= cut)
        return Histogram(self.edges[first:], self.events[first:])

    def below(self, cut: float) -> float:
        """Return the events below a cut, a bin that it divides in proportion."""
        cumulative = np.concatenate([[0], np.cumsum(self.events)])
        return float(np.interp(cut, self.edges, cumulative))


def _shapes(beam_energy: float) -> dict[str, Callable[[FloatArray], FloatArray]]:
    """Return g of each shape exp(k g(E)), scaled so that k of a smooth spectrum is moderate."""
    return {
        "exponential": lambda e: e / beam_energy,
        "power law": lambda e: np.log(e / beam_energy),
        "Gaussian tail": lambda e: -((1 - e / beam_energy) ** 2),
    }


NOMINAL: Final = "exponential"


@dataclass(frozen=True)
class Extrapolated:
    """An extrapolated background.

    Attributes
    ----------
    events : float
        By the exponential.
    statistical : float
        Width of the logarithm from the fit: its slope and the number of events.
    shape : float
        Relative uncertainty from the choice of the shape: the largest deviation of another.
    by_shape : dict of str to float
        Events by each of the shapes.
    """

    events: float
    statistical: float
    shape: float
    by_shape: dict[str, float]


def extrapolate(
    sideband: Histogram, cut: float, *, beam_energy: float, lowest: float = 1.0
) -> Extrapolated:
    """Extrapolate the sideband's spectrum into the signal region below a cut.

    Parameters
    ----------
    sideband : Histogram
        Events with quiet HCAL; its bins above the cut are fitted.
    cut : float
        Upper edge of the signal region in GeV.
    beam_energy : float
        In GeV.
    lowest : float
        Lower edge of the signal region in GeV.

    Returns
    -------
    Extrapolated
        Fits are maximum-likelihood fits of the binned spectrum.

    Raises
    ------
    RangeError
        If the cut is outside the range that the sideband allows, the sideband reaches above the
        beam's energy, or its events fix no slope or none that can be extrapolated.

    Notes
    -----
    All shapes are exp(a + k g(E)): g = E (exponential), ln E (power law), -(E_0 - E)^2 (Gaussian
    tail at the beam energy). With N events and the mean of g in a region, the prediction is
    N I_signal(k)/I_sideband(k) and its relative variance 1/N + (<g>_signal - <g>_sideband)^2
    /(N Var g).

    Examples
    --------
    >>> import numpy as np
    >>> edges = tuple(range(50, 85, 5))
    >>> events = tuple(np.diff(200 * np.exp(np.array(edges) / 10 - 5)).round().astype(int))
    >>> found = extrapolate(Histogram(edges, events), 50.0, beam_energy=100.0)
    >>> round(found.events)  # 200 (1 - e^-4.9) = 199
    199
    """
    highest = sideband.highest_cut()
    if not lowest < cut <= highest:
        raise RangeError(
            f"cut: {cut} is not above {lowest} and at most {highest} GeV, where the sideband still "
            "has two bins"
        )
    if sideband.edges[-1] > beam_energy:
        raise RangeError(
            f"sideband.edges_GeV: {sideband.edges[-1]} is above {beam_energy}, the beam's energy"
        )
    fitted = sideband.above(cut)
    if np.count_nonzero(fitted.events) < 2:
        raise RangeError(
            f"sideband.events: {sum(fitted.events)} events above {cut} GeV, in less than two "
            "bins, fix no slope"
        )
    found, errors = {}, {}
    for name, g in _shapes(beam_energy).items():
        found[name], errors[name] = _fit(fitted, g, lowest, cut)
    if min(found.values()) < _LEAST_EVENTS or not all(map(math.isfinite, errors.values())):
        raise RangeError(
            f"sideband.events: {', '.join(map(str, fitted.events))} above {cut} GeV are so steep "
            "that nothing is left below"
        )
    shape = max(abs(value / found[NOMINAL] - 1) for value in found.values())
    return Extrapolated(found[NOMINAL], errors[NOMINAL], shape, found)


def _fit(
    fitted: Histogram, g: Callable[[FloatArray], FloatArray], lowest: float, cut: float
) -> tuple[float, float]:
    """Return the events of one shape in the signal region, and the width of their logarithm."""
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

    edges = np.array(fitted.edges)
    counts = np.array(fitted.events, dtype=np.float64)
    total = counts.sum()
    ends = g(edges[[0, -1]])
    reach = _STEEPEST / abs(ends[1] - ends[0])
    top = float(ends.max())

    def slope(k: float) -> float:
        """Return the derivative of the logarithm of the likelihood: g seen less g expected."""
        content, mean = _integrals(edges, g, k, top)
        expected = (content @ mean) / content.sum()
        return float(counts @ mean / total - expected)

    k = brentq(slope, -reach, reach, xtol=1e-10)
    content, mean = _integrals(edges, g, k, top)
    share = content / content.sum()
    centre = share @ mean
    variance = share @ (mean - centre) ** 2
    (inside,), (there,) = _integrals(np.array([lowest, cut]), g, k, top)
    events = total * inside / content.sum()
    width = math.sqrt((1 + (there - centre) ** 2 / variance) / total)
    return float(events), width


def _integrals(
    edges: FloatArray, g: Callable[[FloatArray], FloatArray], k: float, top: float
) -> tuple[FloatArray, FloatArray]:
    """Return Int exp(k (g - top)) dE and the mean of g in every bin."""
    nodes, weights = _QUADRATURE
    half = np.diff(edges)[:, None] / 2
    values = g(edges[:-1, None] + half * (1 + nodes))
    density = np.exp(k * (values - top)) * weights * half
    content = density.sum(axis=1)
    return content, (density * values).sum(axis=1) / content
