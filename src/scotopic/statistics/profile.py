"""Maximum-likelihood fits of many data sets at once, and the profile likelihood ratio.

The nuisance parameters' auxiliary measurements a are part of the data: the likelihood is
Prod Pois(n_i; nu_i(mu, theta)) Prod phi(a_j - theta_j). Fisher's scoring with halved steps finds
its maximum for all data sets together, and Newton's method where that is slow. Where a nuisance
parameter's factors up and down differ, the likelihood has a kink at theta = 0: no step goes over
it, and a parameter that lies on it is held there unless the likelihood rises on a side.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scotopic.errors import ScotopicError
from scotopic.statistics.cells import Cells, FloatArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

_ITERATIONS = 200
_SCORING_ITERATIONS = 20  # those that are slower than this go on with Newton's steps
_SMALLEST_EIGENVALUE = 1e-4
_LONGEST_STEP = 5.0  # of a nuisance parameter
_HALVINGS = 30
_DECREMENT = 1e-13  # of the scoring step: twice what it can still gain
_NO_COUNT = 1e-100  # as of a background that somebody writes for none
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
    cost = cost_of(cells, counts, auxiliary, mu, theta)
    active = np.arange(len(counts))
    for iteration in range(_ITERATIONS):
        step, decrement = _step(
            cells,
            (counts[active], auxiliary[active]),
            mu[active],
            theta[active],
            free=strength is None,
            newton=iteration >= _SCORING_ITERATIONS,
        )
        moving = decrement > _DECREMENT * (1 + np.abs(cost[active]))
        active = active[moving]
        if not len(active):
            return Fits(mu, theta, cost)
        better = _descend(
            cells, (counts[active], auxiliary[active]), (mu, theta, cost), active, step[moving]
        )
        active = active[better]  # no descent left within rounding: at the minimum
    raise ScotopicError(f"fit: {len(active)} of {len(counts)} fits did not converge")


def cost_of(
    cells: Cells, counts: FloatArray, auxiliary: FloatArray, mu: FloatArray, theta: FloatArray
) -> FloatArray:
    """Return the negative logarithm of the likelihood, without constants, shape (sets,)."""
    nu = np.maximum(cells.expected(mu, theta) @ cells.membership, _SMALLEST_EXPECTATION)
    pulls = ((theta - auxiliary) ** 2).sum(axis=1) / 2
    # measured from the saturated model, so that rounding is relative to what matters
    deviance = nu - counts - counts * np.log(nu / np.where(counts > _NO_COUNT, counts, 1.0))
    cost: FloatArray = deviance.sum(axis=1) + pulls
    return cost


def _step(
    cells: Cells,
    data: tuple[FloatArray, FloatArray],
    mu: FloatArray,
    theta: FloatArray,
    *,
    free: bool,
    newton: bool,
) -> tuple[FloatArray, FloatArray]:
    """Return the step of (mu, theta), shape (sets, 1 + nuisances), and its decrement."""
    counts, auxiliary = data
    unit = cells.expected(np.ones(len(mu)), theta)
    each = np.where(cells.is_signal, mu[:, None], 1.0) * unit
    nu = np.maximum(each @ cells.membership, _SMALLEST_EXPECTATION)
    excess = (1 - counts / nu) @ cells.membership.T
    pull = theta - auxiliary
    above, held = _sides(cells, each * excess, theta, pull)
    slope = np.where(above[:, None, :], cells.log_up, cells.log_down)
    by_mu = unit * cells.is_signal
    first = np.concatenate([by_mu[:, :, None], each[:, :, None] * slope], axis=2)
    gradient = np.einsum("scj,sc->sj", first, excess)
    gradient[:, 1:] += pull
    jacobian = np.einsum("scj,cb->sbj", first, cells.membership, optimize=True)
    fixed = (mu <= 0) & (gradient[:, 0] > 0) if free else np.ones(len(mu), dtype=bool)
    held = np.concatenate([fixed[:, None], held], axis=1)
    # where more was seen than expected the curvature is that of the data, where less Fisher's
    information = _curvature(jacobian, np.maximum(counts, nu) / nu**2)
    _hold(information, gradient, held)
    if newton:
        exact = _curvature(jacobian, counts / nu**2)
        second = np.einsum("scj,sck->sjk", excess[:, :, None] * first, slope)
        exact[:, :, 1:] += second
        exact[:, 1:, 0] += second[:, 0]
        _hold(exact, gradient, held)
        information = _made_convex(exact, information)
    step = _solution(information, gradient)
    decrement = -(step * gradient).sum(axis=1)
    over = np.zeros_like(held)  # what would leave a kink for the other side
    over[:, 1:] = cells.has_kink & (theta == 0) & np.where(above, step[:, 1:] < 0, step[:, 1:] > 0)
    if over.any():
        _hold(information, gradient, over)
        step = _solution(information, gradient)
    return step, decrement


def _hold(information: FloatArray, gradient: FloatArray, held: BoolArray) -> None:
    """Take parameters out of a step, in place."""
    information[held[:, :, None] | held[:, None, :]] = 0
    diagonal = np.arange(held.shape[1])
    information[:, diagonal, diagonal] += held
    gradient[held] = 0


def _solution(information: FloatArray, gradient: FloatArray) -> FloatArray:
    return np.asarray(-np.linalg.solve(information, gradient[:, :, None])[:, :, 0], np.float64)


def _curvature(jacobian: FloatArray, weight: FloatArray) -> FloatArray:
    """Return J^T weight J with the nuisance parameters' own term, shape (sets, j, j)."""
    found: FloatArray = np.einsum("sbj,sb,sbk->sjk", jacobian, weight, jacobian, optimize=True)
    own = np.arange(1, found.shape[1])
    found[:, own, own] += 1
    return found


def _made_convex(exact: FloatArray, scale: FloatArray) -> FloatArray:
    """Return second derivatives with their eigenvalues made positive.

    The unit of each parameter is its error by the curvature `scale`.
    """
    units = np.sqrt(np.diagonal(scale, axis1=1, axis2=2))
    units = units[:, :, None] * units[:, None, :]
    values, vectors = np.linalg.eigh(exact / units)
    positive = np.maximum(np.abs(values), _SMALLEST_EIGENVALUE)
    found: FloatArray = (vectors * positive[:, None, :]) @ vectors.transpose(0, 2, 1) * units
    return found


def _sides(
    cells: Cells, weight: FloatArray, theta: FloatArray, pull: FloatArray
) -> tuple[BoolArray, BoolArray]:
    """Return of each nuisance parameter whether its factor up counts, and whether it is held at 0.

    Parameters
    ----------
    cells : Cells
        The model.
    weight : ndarray, shape (sets, cells)
        Derivative of the cost with respect to the logarithm of each component.
    theta, pull : ndarray, shape (sets, nuisances)
        Nuisance parameters, and how far they are from their measurements.
    """
    at_kink = cells.has_kink & (theta == 0)
    if not at_kink.any():
        return theta >= 0, at_kink
    rising, falling = weight @ cells.log_up + pull, weight @ cells.log_down + pull
    above = np.where(at_kink, rising < 0, theta >= 0)
    return above, at_kink & (rising >= 0) & (falling <= 0)


def _descend(
    cells: Cells,
    data: tuple[FloatArray, FloatArray],
    state: tuple[FloatArray, FloatArray, FloatArray],
    active: IntArray,
    step: FloatArray,
) -> FloatArray:
    """Take the steps in place, each halved until it descends; return which of them did."""
    mu, theta, cost = state
    scale = _LONGEST_STEP / np.abs(step[:, 1:]).max(axis=1, initial=_LONGEST_STEP)
    waiting = np.arange(len(active))
    better = np.zeros(len(active), dtype=bool)
    for _ in range(_HALVINGS):
        where = active[waiting]
        move = scale[waiting, None] * step[waiting]
        new_mu = np.maximum(mu[where] + move[:, 0], 0.0)
        new_theta = theta[where] + move[:, 1:]
        new_theta[cells.has_kink & (theta[where] * new_theta < 0)] = 0
        new = cost_of(cells, data[0][waiting], data[1][waiting], new_mu, new_theta)
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
