"""What detectors accept of the mediators that a window of energy accepts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.progress import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scotopic.models.mediator import DecayingMediator

FloatArray = npt.NDArray[np.float64]


@displayed
@dataclass(frozen=True, eq=False)
class Shares:
    """What is accepted of the mediators of several models that the window accepts.

    Attributes
    ----------
    values : ndarray, shape (models,)
        From 0 to 1.
    errors : ndarray, shape (models,)
        Absolute statistical errors.
    """

    values: FloatArray
    errors: FloatArray

    @classmethod
    def whole(cls, count: int) -> "Shares":
        """Return that all is accepted of so many models."""
        return cls(np.ones(count), np.zeros(count))


def ratio(passed: FloatArray, counted: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return which share of simulated events passes, and its statistical error.

    Parameters
    ----------
    passed : ndarray, shape (..., n)
        Weights of the events times the probability that they pass.
    counted : ndarray, shape (n,)
        Weights of the events that the yields count; not all zero.

    Returns
    -------
    share, error : ndarray, shape (...)
        The error is that of a ratio of two sums over the same events.

    Examples
    --------
    >>> share, error = ratio(np.array([1.0, 0, 1, 0]), np.ones(4))
    >>> float(share), float(error)
    (0.5, 0.25)
    """
    total = counted.sum()
    share = np.asarray(passed.sum(axis=-1) / total)
    spread = passed - share[..., None] * counted
    return share, np.sqrt((spread**2).sum(axis=-1)) / total


class Passing(Protocol):
    """How likely an event in the window passes what else a search asks for.

    Yields are deterministic; what geometry and fluctuations make of them is a ratio of two sums
    over the same simulated events, so that only the ratio has a statistical error.
    """

    def shares(self, process: str, models: "Sequence[DecayingMediator]", report: Report) -> Shares:
        """Return what passes of the mediators that a process makes.

        Parameters
        ----------
        process : str
            Name of the process.
        models : sequence of DecayingMediator
            At weak coupling; one entry of the result each.
        report : callable
            Is told how far it is.
        """
