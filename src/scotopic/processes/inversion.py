"""Inverse distribution functions."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def inverted(cumulative: Array, rows: npt.NDArray[np.intp], uniforms: Array) -> Array:
    """Invert piecewise linear distribution functions.

    Parameters
    ----------
    cumulative : ndarray, shape (r, k + 1)
        Rows that ascend from zero; they need not end at one.
    rows : ndarray, shape (n,)
        Which of the rows is wanted.
    uniforms : ndarray, shape (n,)
        Numbers in [0, 1).

    Returns
    -------
    ndarray, shape (n,)
        Positions between 0 and k, in cells.

    Examples
    --------
    >>> inverted(np.array([[0.0, 0.0, 1.0, 4.0]]), np.zeros(3, int), np.array([0.0, 0.25, 0.625]))
    array([1. , 2. , 2.5])
    """
    width = cumulative.shape[1]
    shares = cumulative / np.maximum(cumulative[:, -1:], np.finfo(float).tiny)
    flat = (shares + np.arange(len(shares))[:, None]).ravel()
    first = rows * width
    index = np.searchsorted(flat, rows + uniforms, side="right") - 1
    index = np.clip(index, first, first + width - 2)
    step = np.maximum(flat[index + 1] - flat[index], np.finfo(float).tiny)
    return np.asarray(index - first + np.clip((rows + uniforms - flat[index]) / step, 0.0, 1.0))
