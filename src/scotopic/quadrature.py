"""Gauss and Legendre's rule: on [0, 1], and across a resonance."""

import math
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_PANEL: Final = 8  # points on each panel across a resonance
_CLOSEST: Final = 1e-6  # of a threshold to the pole, in scales: what is between matters to 1e-9
_BELOW: Final = 7  # halvings towards a threshold that the pole is below
_FAR_ABOVE: Final = 1e4  # times the end, where a resonance leaves no digits to the distance from it


@cache
def gauss_legendre(points: int) -> tuple[Array, Array]:
    """Return nodes and weights on [0, 1], both of shape (points,), read-only.

    Examples
    --------
    >>> nodes, weights = gauss_legendre(3)
    >>> round(float(weights @ nodes**5), 12)
    0.166666666667
    """
    nodes, weights = np.polynomial.legendre.leggauss(points)
    nodes, weights = (nodes + 1) / 2, weights / 2
    nodes.setflags(write=False)
    weights.setflags(write=False)
    return nodes, weights


class ResonanceRule(NamedTuple):
    """Points s and weights that integrate over ds, panel by panel; shape (panels, 8) each.

    Attributes
    ----------
    s : ndarray
        The points.
    distance : ndarray
        s - pole, to all digits.
    weights : ndarray
        Of the integral over ds.
    inside : ndarray of int, shape (panels,)
        Between which of the edges each panel is.
    """

    s: Array
    distance: Array
    weights: Array
    inside: npt.NDArray[np.intp]


def across_resonance(edges: Array, threshold: float, pole: float, scale: float) -> ResonanceRule:
    r"""Return points for functions of s with a threshold and a resonance, smooth between edges.

    s = pole + scale sinh(t) flattens the resonance into 1/cosh(t), and t = t_0 + v^2 the
    threshold at t_0, where the function is an odd power of sqrt(s - threshold). Eight Gauss
    points on panels of at most unit length in t then do; if the pole is less than the scale
    above the threshold, or below it, the first panel is halved towards the threshold.

    Parameters
    ----------
    edges : ndarray, shape (n + 1,)
        Ascending; what is below the threshold has no points.
    threshold, pole, scale : float
        Where the function begins, where its resonance is, and over which distance from there it
        changes: in the units of s.

    Examples
    --------
    >>> rule = across_resonance(np.array([0.0, 1e4]), 1.0, 2.0, 1e-3)
    >>> shape = np.sqrt(rule.s - 1) / (rule.distance**2 + 1e-6)
    >>> round(float((rule.weights * shape).sum()) / (np.pi * 1e3), 4)
    1.0
    """
    nodes, parts = gauss_legendre(_PANEL)
    ends = np.maximum(edges, threshold)

    def panels(cuts: Array) -> tuple[Array, Array]:
        breadth = np.diff(cuts)[:, None]
        return cuts[:-1, None] + breadth * nodes, breadth

    if pole > _FAR_ABOVE * ends[-1]:
        bins = np.sqrt(ends - threshold)
        v, breadth = panels(np.unique(bins))
        s = threshold + v**2
        distance, jacobian = s - pole, 2 * v * breadth
    else:
        start = float(np.arcsinh((threshold - pole) / scale))
        bins = np.sqrt(np.maximum(np.arcsinh((ends - pole) / scale) - start, 0.0))
        units = np.sqrt(np.arange(1, int(bins[-1] ** 2) + 2, dtype=float))
        cuts = np.concatenate((bins, units, _graded((pole - threshold) / scale)))
        v, breadth = panels(np.unique(np.clip(cuts, bins[0], bins[-1])))
        t = start + v**2
        distance = scale * np.sinh(t)
        s, jacobian = pole + distance, 2 * v * breadth * scale * np.cosh(t)
    inside = np.searchsorted(bins, v[:, 0], side="right") - 1
    return ResonanceRule(s, distance, parts * jacobian, inside)


def _graded(above: float) -> Array:
    """Return cuts in v towards a threshold, above which the pole is by so many scales.

    A width that opens as sqrt(s - threshold) changes the denominator where it is the distance to
    the pole: at v^2 = above^3. How wide a mediator below its threshold is, is not known here.
    """
    halvings = 0 if above >= 1 else math.ceil(-1.5 * math.log2(max(above, _CLOSEST)))
    return np.asarray(0.5 ** np.arange(1, (halvings if above > 0 else _BELOW) + 1))
