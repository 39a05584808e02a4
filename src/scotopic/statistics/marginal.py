"""Nuisance parameters integrated out of a likelihood.

The logarithms of all expectations are jointly Gaussian. A nuisance parameter that moves a single
component is integrated there, bin by bin, as for a single count. What is left, the parameters
that correlate components, is turned to as few independent directions as there are, and summed
over the points of a quadrature.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scotopic.statistics.cells import Cells, FloatArray
from scotopic.statistics.poisson import NODES, poisson_log_pmf

_POINTS = {0: (1, 1), 1: (64, 44), 2: (22, 16), 3: (12, 9)}  # per direction: fine, coarse
_SOBOL_POINTS = 1024  # of each of two scrambled sequences
_REACH = 8.0  # standard deviations of a quadrature that is cut at 0
_NO_DIRECTION = 1e-10  # of the largest singular value
_TAIL = 1e-9


@dataclass(frozen=True, eq=False)
class Marginal:
    """A likelihood's components at the points of a quadrature over shared nuisance parameters.

    Attributes
    ----------
    cells : Cells
        The components.
    log_width : ndarray, shape (cells,)
        What is integrated component by component.
    factor : ndarray, shape (points, cells)
        What the shared nuisance parameters multiply the components with.
    weight : ndarray, shape (points,)
        Of the points; they add up to one.
    """

    cells: Cells
    log_width: FloatArray
    factor: FloatArray
    weight: FloatArray

    @cached_property
    def likely(self) -> npt.NDArray[np.bool_]:
        """Where a point matters, shape (points,)."""
        found: npt.NDArray[np.bool_] = self.weight > _TAIL * self.weight.max()
        return found

    def largest_expectation(self, index: int, strength: float) -> float:
        """Return an expectation of a bin that is hardly ever exceeded."""
        mine = self.cells.bin_index == index
        scale = np.where(self.cells.is_signal, strength, 1.0) * self.cells.events
        spread = np.exp(6 * self.log_width)
        all_points = (self.factor[self.likely] * scale * spread)[:, mine].sum(axis=1)
        return float(all_points.max(initial=0.0))

    def pmf(self, index: int, strength: float, size: int) -> FloatArray:
        """Return the probabilities of 0, ..., size - 1 events in a bin, shape (points, size)."""
        medians = self.factor * np.where(self.cells.is_signal, strength, 1.0) * self.cells.events
        mine = (self.cells.bin_index == index) & (medians.max(axis=0) > 0)
        known = mine & (self.log_width == 0)
        parts = [(medians[:, c], self.log_width[c]) for c in np.flatnonzero(mine & ~known)]
        if known.any():
            parts.append((medians[:, known].sum(axis=1), 0.0))
        if not parts:
            return np.tile(np.arange(size) == 0, (len(self.weight), 1)).astype(np.float64)
        found = [np.exp(poisson_log_pmf(size, m, float(w), NODES)) for m, w in parts]
        result = found[0]
        for other in found[1:]:
            result = add_counts(result, other, 1)
        return result


def add_counts(sums: FloatArray, pmf: FloatArray, step: int) -> FloatArray:
    """Return the distribution of sum + step * count on the sum's grid, row by row.

    Parameters
    ----------
    sums : ndarray, shape (points, length)
        Probabilities of the sums 0, 1, ...; what leaves the grid is dropped.
    pmf : ndarray, shape (points, size)
        Probabilities of the counts 0, 1, ...
    step : int
        Positive.
    """
    length = sums.shape[1]
    result = np.zeros_like(sums)
    for n in range(min(pmf.shape[1], -(-length // step))):
        result[:, n * step :] += pmf[:, n : n + 1] * sums[:, : length - n * step]
    return result


def marginal(cells: Cells, seed: int, *, coarse: bool = False) -> Marginal:
    """Return the components at the points of a quadrature.

    Parameters
    ----------
    cells : Cells
        The components.
    seed : int
        Of the scrambling of Sobol's sequence, which is used from four directions on.
    coarse : bool
        Whether to use fewer points, for the estimate of the quadrature's error.
    """
    symmetric = ~cells.has_kink
    single = (cells.log_up != 0).sum(axis=0) + (cells.log_down != 0).sum(axis=0) <= 2
    local = symmetric & single
    log_width = np.sqrt((cells.log_up[:, local] ** 2).sum(axis=1))
    turned = _directions(cells.log_up[:, symmetric & ~local])
    up = np.hstack([turned, cells.log_up[:, ~symmetric]])
    down = np.hstack([turned, cells.log_down[:, ~symmetric]])
    smooth = [True] * turned.shape[1] + [False] * int((~symmetric).sum())
    theta, weight = _points(smooth, seed, coarse=coarse)
    factor = np.exp(np.maximum(theta, 0) @ up.T + np.minimum(theta, 0) @ down.T)
    return Marginal(cells, log_width, factor, weight)


def _directions(loadings: FloatArray) -> FloatArray:
    """Return loadings on the fewest independent normal variables that have the same covariance.

    Two systematics that move the same components in proportion become one: exact, because a
    rotation of independent normal variables leaves them independent and normal.
    """
    if loadings.size == 0:
        return np.zeros((len(loadings), 0))
    u, s, _ = np.linalg.svd(loadings, full_matrices=False)
    kept = s > _NO_DIRECTION * s[0]
    turned: FloatArray = u[:, kept] * s[kept]
    return turned


def _points(smooth: list[bool], seed: int, *, coarse: bool) -> tuple[FloatArray, FloatArray]:
    """Return points, shape (points, directions), and their weights."""
    if len(smooth) not in _POINTS:
        return _sobol(len(smooth), seed, sequences=1 if coarse else 2)
    number = _POINTS[len(smooth)][int(coarse)]
    rules = [_hermite(number) if s else _cut_at_zero(number) for s in smooth]
    grids = np.meshgrid(*(nodes for nodes, _ in rules), indexing="ij")
    theta = np.stack([g.ravel() for g in grids], axis=1) if rules else np.zeros((1, 0))
    weight = np.ones(1)
    for _, one in rules:
        weight = np.multiply.outer(weight, one).ravel()
    kept = weight > 1e-18 * weight.max()
    return theta[kept], weight[kept] / weight[kept].sum()


def _hermite(number: int) -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(number)
    return nodes, weights / weights.sum()


def _cut_at_zero(number: int) -> tuple[FloatArray, FloatArray]:
    """Return Gauss-Legendre rules on both sides of 0, where a lopsided shift has a kink."""
    nodes, weights = np.polynomial.legendre.leggauss((number + 1) // 2)
    right = _REACH * (nodes + 1) / 2
    half = weights * np.exp(-(right**2) / 2)
    both = np.concatenate([half[::-1], half])
    return np.concatenate([-right[::-1], right]), both / both.sum()


def _sobol(directions: int, seed: int, sequences: int) -> tuple[FloatArray, FloatArray]:
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import
    from scipy.stats.qmc import Sobol  # noqa: PLC0415

    log2 = round(math.log2(_SOBOL_POINTS))
    children = np.random.SeedSequence(seed).spawn(2)[:sequences]
    uniform = np.concatenate(
        [Sobol(directions, rng=np.random.default_rng(c)).random_base2(log2) for c in children]
    )
    return ndtri(np.clip(uniform, 1e-16, 1 - 1e-16)), np.full(len(uniform), 1 / len(uniform))
