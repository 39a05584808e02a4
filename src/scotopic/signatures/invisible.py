"""Responses to mediators that leave no trace: deterministic yields times what detectors accept."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.detector.window import EfficientWindow, EnergyWindow
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.processes.base import WEAK_COUPLING, accepted_yields, at_weak_coupling, rows_by_name
from scotopic.processes.calculation import PROCESSES
from scotopic.progress import Report, silent
from scotopic.signatures.base import Accepted, Question, Response
from scotopic.signatures.passing import Passing, Shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scotopic.models.mediator import DecayingMediator

FloatArray = npt.NDArray[np.float64]

# Yields that depend on alpha_D are interpolated in its logarithm, cubic between nodes.
_NODES_PER_DECADE = 8
_LEAST_ERROR = 2e-4


@displayed
@dataclass(frozen=True, eq=False)
class InvisibleResponse:
    """What a search accepts of one model that leaves no trace.

    Attributes
    ----------
    accepted : ndarray, shape (k,)
        Mediators with an energy in the window that detectors accept too, per particle on target
        and unit of the model's squared coupling, at `nodes`.
    in_window : ndarray, shape (k,), or None
        Those with an energy in the window; None if detectors accept all of them.
    nodes : ndarray of int, shape (k,)
        Where alpha_D is 10^(node/8); one entry if the yield is that of the model's alpha_D.
    dark, scaling, visible : float
        Widths per unit of alpha_D (or in all, without alpha_D), and per unit of the squared
        coupling those into neutrinos and into what is seen.
    statistical_error, numerical_error : float
        Relative, of `accepted`.
    """

    accepted: FloatArray
    in_window: FloatArray | None
    nodes: npt.NDArray[np.int64]
    dark: float
    scaling: float
    visible: float
    statistical_error: float
    numerical_error: float

    def __call__(self, coupling: FloatArray, alpha_D: FloatArray) -> Accepted:
        """Return what is accepted at couplings and alpha_D."""
        square = coupling**2
        unseen = self.dark * np.where(alpha_D > 0, alpha_D, 1.0) + square * self.scaling
        branching = unseen / (unseen + square * self.visible)
        accepted, between = self._at(alpha_D, self.accepted)
        efficiency = branching
        if self.in_window is not None:
            made = self._at(alpha_D, self.in_window)[0]
            share = np.divide(accepted, made, out=np.zeros_like(accepted), where=made > 0)
            efficiency = branching * share
        return Accepted(
            square * branching * accepted,
            efficiency,
            np.full(square.shape, self.statistical_error),
            self.numerical_error + between,
        )

    def _at(self, alpha_D: FloatArray, yields: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return yields at alpha_D, and the relative error of the interpolation."""
        if len(self.nodes) == 1:
            return np.full(alpha_D.shape, yields[0]), np.zeros(alpha_D.shape)
        at: FloatArray = np.log10(alpha_D) * _NODES_PER_DECADE
        first = np.clip(_first_node(at), self.nodes[0], self.nodes[-1] - 3)
        values = yields[(first - self.nodes[0])[..., None] + np.arange(4)]
        t: FloatArray = at - first
        lower = np.sum(_parabola(t) * values[..., :3], axis=-1)
        upper = np.sum(_parabola(t - 1) * values[..., 1:], axis=-1)
        total = ((3 - t) * lower + t * upper) / 3  # Neville's step from parabolas to the cubic
        error = np.maximum(abs(total - lower), abs(total - upper))
        error = np.divide(error, total, out=np.zeros_like(total), where=total > 0)
        clipped = np.clip(total, values.min(axis=-1), values.max(axis=-1))
        return clipped, np.maximum(error, _LEAST_ERROR)


def invisible_responses(
    question: Question,
    models: "Sequence[DecayingMediator]",
    energy_window: EnergyWindow,
    report: Report = silent,
    passing: Passing | None = None,
) -> list[Response]:
    """Return the responses of a window, and of detectors, to models that leave no trace.

    Parameters
    ----------
    question : Question
        With a range of alpha_D, yields that depend on it are interpolated between nodes.
    models : sequence of DecayingMediator
        Their coupling does not enter.
    energy_window : EnergyWindow
        Of the energy that the mediator leaves.
    report : callable
        Is told how far it is.
    passing : Passing, optional
        What detectors accept of what the window accepts; left out: all.

    Raises
    ------
    RangeError
        If a range of alpha_D is asked for that is not positive, or of a model without dark matter.
    """
    dump, calculation, table = question.dump, question.calculation, question.efficiency
    window = energy_window if table is None else EfficientWindow(energy_window, table)
    weak = at_weak_coupling(models)
    by_alpha_D = question.alpha_D is not None
    if by_alpha_D and not all(model.alpha_D > 0 for model in models):
        raise RangeError("alpha_D: 0 is no model to begin a range of alpha_D with")
    nodes = np.array([0]) if question.alpha_D is None else _nodes(question.alpha_D)
    total, accepted, error, spread = np.zeros((4, len(models), len(nodes)))
    used = [calculation.applicable(dump, model) for model in weak]
    for name, rows in rows_by_name(used):
        process = PROCESSES[name]
        asked = [weak[i] for i in rows]
        if by_alpha_D and process.depends_on_widths:
            at = 10 ** (nodes / _NODES_PER_DECADE)
            asked = [replace(model, alpha_D=float(a)) for model in asked for a in at]
        found = accepted_yields(name, dump, asked, window, calculation, report)
        strength = np.array([process.coupling(dump, weak[i]) for i in rows]) / WEAK_COUPLING
        made = found.values.reshape(len(rows), -1) * strength[:, None] ** 2
        total[rows] += made
        shares = Shares.whole(len(asked))
        if passing is not None:
            shares = passing.shares(name, asked, report)
        accepted[rows] += made * shares.values.reshape(len(rows), -1)
        spread[rows] += made * shares.errors.reshape(len(rows), -1)
        error[rows] += made * (found.relative_error * shares.values).reshape(len(rows), -1)
    statistical, numerical = (_relative(one, accepted).tolist() for one in (spread, error))
    in_window = [None] * len(models) if passing is None else list(total)
    return [
        InvisibleResponse(accepted[i], in_window[i], nodes, *_unit_widths(model), *errors)
        for i, (model, *errors) in enumerate(zip(weak, statistical, numerical, strict=True))
    ]


def _relative(error: FloatArray, total: FloatArray) -> FloatArray:
    """Return the largest relative error of each row."""
    relative = np.divide(error, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(relative.max(axis=1))


def _unit_widths(model: "DecayingMediator") -> tuple[float, float, float]:
    """Return the dark width per alpha_D, the scaling and the visible one per squared coupling."""
    square = model.coupling**2
    scaling = model.scaling_invisible_width
    dark = model.invisible_width - scaling
    return dark / (model.alpha_D or 1.0), scaling / square, model.visible_width / square


def _first_node(at: FloatArray) -> npt.NDArray[np.int64]:
    return np.minimum(np.floor(at).astype(np.int64) - 1, -3)  # no alpha_D above 1 is needed


def _nodes(alpha_D: tuple[float, float]) -> npt.NDArray[np.int64]:
    low, high = np.log10(alpha_D) * _NODES_PER_DECADE
    if not low > -np.inf:
        raise RangeError(f"alpha_D: {alpha_D[0]} is not positive")
    return np.arange(int(_first_node(np.array(low))), int(_first_node(np.array(high))) + 4)


def _parabola(t: FloatArray) -> FloatArray:
    """Weights of three nodes at 0, 1, 2 for a parabola at t."""
    a, b, c = t, t - 1, t - 2
    return np.stack([b * c / 2, -a * c, a * b / 2], axis=-1)
