"""The components of a likelihood as arrays."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scotopic.statistics.likelihood import Likelihood

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cells:
    """All components of a likelihood as arrays.

    Attributes
    ----------
    bin_index : ndarray of int, shape (cells,)
        The bin of each component.
    is_signal : ndarray of bool, shape (cells,)
        Whether the strength multiplies it.
    events : ndarray, shape (cells,)
        Medians.
    log_up, log_down : ndarray, shape (cells, nuisances)
        Logarithm of the factor per unit of theta above and below 0.
    bins : int
        Number of bins.
    """

    bin_index: npt.NDArray[np.int64]
    is_signal: npt.NDArray[np.bool_]
    events: FloatArray
    log_up: FloatArray
    log_down: FloatArray
    bins: int

    @cached_property
    def membership(self) -> FloatArray:
        """One where a component belongs to a bin, shape (cells, bins)."""
        member: FloatArray = (self.bin_index[:, None] == np.arange(self.bins)).astype(np.float64)
        return member

    @cached_property
    def has_kink(self) -> npt.NDArray[np.bool_]:
        """Whether a nuisance parameter's factors up and down differ, shape (nuisances,)."""
        close = np.isclose(self.log_up, self.log_down, rtol=1e-9, atol=0)
        return np.asarray(~close.all(axis=0))

    def expected(self, strength: npt.ArrayLike, theta: FloatArray) -> FloatArray:
        """Return the expectation of every component, shape (points, cells).

        Parameters
        ----------
        strength : array_like, shape (points,) or ()
            Signal strengths.
        theta : ndarray, shape (points, nuisances)
            Nuisance parameters.
        """
        logarithm = np.maximum(theta, 0) @ self.log_up.T + np.minimum(theta, 0) @ self.log_down.T
        scale = np.where(self.is_signal, np.asarray(strength, dtype=np.float64)[..., None], 1.0)
        result: FloatArray = scale * self.events * np.exp(logarithm)
        return result

    def signal_and_background(self) -> tuple[FloatArray, FloatArray]:
        """Return median signal at strength one and background of each bin, shape (bins,)."""
        signal, background = (
            np.where(mask, self.events, 0.0) @ self.membership
            for mask in (self.is_signal, ~self.is_signal)
        )
        return signal, background


def cells_of(likelihood: "Likelihood") -> Cells:
    """Return the components of a likelihood that expect anything."""
    names = {name: j for j, name in enumerate(likelihood.nuisances)}
    parts = [
        (i, is_signal, part)
        for i, one in enumerate(likelihood.bins)
        for is_signal, group in ((True, one.signals), (False, one.backgrounds))
        for part in group
        if part.events > 0
    ]
    log_up = np.zeros((len(parts), len(names)))
    log_down = np.zeros_like(log_up)
    for row, (_, _, part) in enumerate(parts):
        for shift in part.shifts:
            log_up[row, names[shift.nuisance]] = math.log(shift.up)
            log_down[row, names[shift.nuisance]] = -math.log(shift.down)
    return Cells(
        np.array([i for i, _, _ in parts]),
        np.array([is_signal for _, is_signal, _ in parts]),
        np.array([part.events for _, _, part in parts]),
        log_up,
        log_down,
        len(likelihood.bins),
    )
