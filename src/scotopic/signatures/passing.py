"""What detectors accept of the mediators that a window of energy accepts."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.progress import Report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scotopic.models.portal import Portal

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


@displayed
@dataclass(frozen=True, eq=False)
class ByEnergy:
    """How likely events pass, over the energy of the mediator; linear between nodes.

    Attributes
    ----------
    energies : ndarray, shape (n,)
        In GeV, ascending.
    values, errors : ndarray, shape (n,)
        Probabilities, and their statistical errors, which are independent.
    highest : float
        Energy in GeV of the last event, at or above the last node.
    """

    energies: FloatArray
    values: FloatArray
    errors: FloatArray
    highest: float

    def at(self, energy: FloatArray) -> FloatArray:
        """Return the probabilities at energies in GeV."""
        return np.asarray(np.interp(energy, self.energies, self.values))

    def error_at(self, energy: FloatArray) -> FloatArray:
        """Return the statistical errors at energies in GeV."""
        return np.asarray(np.interp(energy, self.energies, self.errors))

    def folded(self, energy: FloatArray, number: FloatArray) -> tuple[float, float]:
        """Return the share that passes of numbers at energies, and its error."""
        total = number.sum()
        if not total > 0:
            return 0.0, 0.0
        place = np.interp(energy, self.energies, np.arange(len(self.energies)))
        low = np.minimum(place.astype(np.intp), len(self.energies) - 2)
        upper = place - low
        at_nodes = np.bincount(low, number * (1 - upper), len(self.energies))
        at_nodes += np.bincount(low + 1, number * upper, len(self.energies))
        share = float(at_nodes @ self.values / total)
        return min(max(share, 0.0), 1.0), float(math.hypot(*(at_nodes * self.errors)) / total)

    def times(self, other: "ByEnergy") -> "ByEnergy":
        """Return the probability that an event passes two independent limits, at these nodes."""
        values, errors = other.at(self.energies), other.error_at(self.energies)
        return ByEnergy(
            self.energies,
            self.values * values,
            np.hypot(self.errors * values, self.values * errors),
            self.highest,
        )


def binned(energy: FloatArray, weight: FloatArray, passes: FloatArray, nodes: int) -> ByEnergy:
    """Return weighted means over bins of energy with as many events each.

    Parameters
    ----------
    energy, weight, passes : ndarray, shape (n,)
        Of events: of the mediator in GeV, and probabilities.
    nodes : int
        How many bins.
    """
    order = np.argsort(energy, kind="stable")
    starts = np.linspace(0, len(order), min(nodes, len(order)), endpoint=False).astype(np.intp)
    w, e, p = (values[order] for values in (weight, energy, passes))
    total = np.add.reduceat(w, starts)
    used = total > 0
    total = np.where(used, total, 1.0)
    mean = np.add.reduceat(w * p, starts) / total
    places = np.add.reduceat(w * e, starts) / total
    each = np.repeat(mean, np.diff(np.append(starts, len(order))))
    error = np.sqrt(np.add.reduceat((w * (p - each)) ** 2, starts)) / total
    return ByEnergy(places[used], mean[used], error[used], float(e[-1]))


class Passing(Protocol):
    """How likely an event in the window passes what else a search asks for.

    Yields are deterministic; what geometry and fluctuations make of them is a ratio of two sums
    over the same simulated events, so that only the ratio has a statistical error.
    """

    def shares(self, process: str, models: "Sequence[Portal]", report: Report) -> Shares:
        """Return what passes of the mediators that a process makes.

        Parameters
        ----------
        process : str
            Name of the process.
        models : sequence of Portal
            At weak coupling; one entry of the result each.
        report : callable
            Is told how far it is.
        """


class ResolvedPassing(Passing, Protocol):
    """One that is known over the energy of the mediator."""

    def by_energy(
        self, process: str, models: "Sequence[Portal]", nodes: int
    ) -> "Iterator[ByEnergy]":
        """Yield how likely what the window accepts passes, over the energy of the mediator.

        Parameters
        ----------
        process : str
            Name of the process.
        models : sequence of Portal
            At weak coupling; one each.
        nodes : int
            How many energies there are at most, each with the mean over as many events.
        """
