"""Maximum-likelihood fits of many data sets at once, and the profile likelihood ratio.

The nuisance parameters' auxiliary measurements a are part of the data: the likelihood is
Prod Pois(n_i; nu_i(mu, theta)) Prod phi(a_j - theta_j). Fisher's scoring with halved steps finds
its maximum for all data sets together.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scotopic.errors import ScotopicError
from scotopic.statistics.likelihood import Cells, FloatArray

IntArray = npt.NDArray[np.int64]

_ITERATIONS = 200
_HALVINGS = 30
_DECREMENT = 1e-13  # of the scoring step: twice what it can still gain
_SMALLEST_EXPECTATION = 1e-12  # an event where nothing is expected costs 27 units, not infinity


@dataclass(frozen=True, eq=False)
class Fits:
    """Fits of many data sets.

    Attributes
    ----------
    strength : ndarray, shape (sets,)
        Fixed or fitted, not negative.
    theta : ndarray, shape (sets, nuisances)
        Fitted nuisance parameters.
    cost : ndarray, shape (sets,)
        Negative logarithm of the likelihood, without constants.
    """

    strength: FloatArray
    theta: FloatArray
    cost: FloatArray


def fit(
    cells: Cells, counts: FloatArray, auxiliary: FloatArray, strength: float | None = None
) -> Fits:
    """Fit data sets, at a fixed signal strength or with a free one that is not negative.

    Parameters
    ----------
    cells : Cells
        The model.
    counts : ndarray, shape (sets, bins)
        Events, not necessarily whole numbers (Asimov data).
    auxiliary : ndarray, shape (sets, nuisances)
        Auxiliary measurements.
    strength : float, optional
        If given, it is fixed.

    Raises
    ------
    ScotopicError
        If a fit does not converge.
    """
    mu = np.full(len(counts), strength if strength is not None else 0.0)
    if strength is None:
        signal, background = cells.signal_and_background()
        mu = np.maximum(counts.sum(axis=1) - background.sum(), 0.1) / signal.sum()
    theta = auxiliary.astype(np.float64, copy=True)
    cost = _cost(cells, counts, auxiliary, mu, theta)
    active = np.arange(len(counts))
    for _ in range(_ITERATIONS):
        data = counts[active], auxiliary[active]
        step, decrement = _scoring(cells, *data, mu[active], theta[active], free=strength is None)
        moving = decrement > _DECREMENT * (1 + np.abs(cost[active]))
        active = active[moving]
        if not len(active):
            return Fits(mu, theta, cost)
        better = _descend(
            cells, (counts[active], auxiliary[active]), (mu, theta, cost), active, step[moving]
        )
        active = active[better]  # no descent left within rounding: at the minimum
    raise ScotopicError(f"fit: {len(active)} of {len(counts)} fits did not converge")


def _cost(
    cells: Cells, counts: FloatArray, auxiliary: FloatArray, mu: FloatArray, theta: FloatArray
) -> FloatArray:
    nu = np.maximum(cells.expected(mu, theta) @ cells.membership, _SMALLEST_EXPECTATION)
    pulls = ((theta - auxiliary) ** 2).sum(axis=1) / 2
    # measured from the saturated model, so that rounding is relative to what matters
    deviance = nu - counts - counts * np.log(nu / np.where(counts > 0, counts, 1.0))
    cost: FloatArray = deviance.sum(axis=1) + pulls
    return cost


def _scoring(
    cells: Cells,
    counts: FloatArray,
    auxiliary: FloatArray,
    mu: FloatArray,
    theta: FloatArray,
    *,
    free: bool,
) -> tuple[FloatArray, FloatArray]:
    """Return the scoring step of (mu, theta), shape (sets, 1 + nuisances), and its decrement."""
    unit = cells.expected(np.ones(len(mu)), theta)
    each = np.where(cells.is_signal, mu[:, None], 1.0) * unit
    nu = np.maximum(each @ cells.membership, _SMALLEST_EXPECTATION)
    slope = np.where(theta[:, None, :] >= 0, cells.log_up, cells.log_down)
    jacobian = np.einsum("sc,scj,cb->sbj", each, slope, cells.membership, optimize=True)
    by_mu = (unit * cells.is_signal) @ cells.membership
    jacobian = np.concatenate([by_mu[:, :, None], jacobian], axis=2)
    gradient = np.einsum("sbj,sb->sj", jacobian, 1 - counts / nu)
    gradient[:, 1:] += theta - auxiliary
    # where more was seen than expected the curvature is that of the data, where less Fisher's
    curvature = np.maximum(counts, nu) / nu**2
    information = np.einsum("sbj,sb,sbk->sjk", jacobian, curvature, jacobian, optimize=True)
    diagonal = np.arange(1, information.shape[1])
    information[:, diagonal, diagonal] += 1
    held = (mu <= 0) & (gradient[:, 0] > 0) if free else np.ones(len(mu), dtype=bool)
    information[held, 0, :] = information[held, :, 0] = 0
    information[held, 0, 0] = 1
    gradient[held, 0] = 0
    step = -np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
    return step, -(step * gradient).sum(axis=1)


def _descend(
    cells: Cells,
    data: tuple[FloatArray, FloatArray],
    state: tuple[FloatArray, FloatArray, FloatArray],
    active: IntArray,
    step: FloatArray,
) -> FloatArray:
    """Take the steps in place, each halved until it descends; return which of them did."""
    mu, theta, cost = state
    scale = np.ones(len(active))
    waiting = np.arange(len(active))
    better = np.zeros(len(active), dtype=bool)
    for _ in range(_HALVINGS):
        where = active[waiting]
        move = scale[waiting, None] * step[waiting]
        new_mu = np.maximum(mu[where] + move[:, 0], 0.0)
        new_theta = theta[where] + move[:, 1:]
        new = _cost(cells, data[0][waiting], data[1][waiting], new_mu, new_theta)
        good = new < cost[where]
        mu[where[good]], theta[where[good]], cost[where[good]] = (
            new_mu[good],
            new_theta[good],
            new[good],
        )
        better[waiting[good]] = True
        waiting = waiting[~good]
        if not len(waiting):
            break
        scale[waiting] /= 2
    return better


def statistic(
    cells: Cells,
    counts: FloatArray,
    auxiliary: FloatArray,
    strength: float,
    free: Fits | None = None,
) -> FloatArray:
    """Return the profile likelihood ratio q~_mu of data sets, shape (sets,).

    Cowan, Cranmer, Gross and Vitells, Eur. Phys. J. C71 (2011) 1554, eq. 16: zero where the
    fitted strength is above mu, and the fitted strength is not negative.

    Parameters
    ----------
    cells, counts, auxiliary
        As in `fit`.
    strength : float
        The tested mu.
    free : Fits, optional
        Fits of the same data with free strength, if they are at hand.
    """
    free = free or fit(cells, counts, auxiliary)
    fixed = fit(cells, counts, auxiliary, strength)
    ratio = np.maximum(2 * (fixed.cost - free.cost), 0.0)
    return np.where(free.strength > strength, 0.0, ratio)
