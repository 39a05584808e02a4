"""Responses to mediators that leave no trace: deterministic yields times what detectors accept."""

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.detector.window import EfficientWindow, EnergyWindow
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.processes.base import WEAK_COUPLING, at_weak_coupling, rows_by_name
from scotopic.processes.calculation import PROCESSES
from scotopic.processes.fold import Known, folded
from scotopic.processes.kept import accepted_yields
from scotopic.progress import Report, silent
from scotopic.signatures.base import Accepted, Question, Response
from scotopic.signatures.passing import Passing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scotopic.models.portal import Portal

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
    accepted : ndarray, shape (2, k)
        Mediators with an energy in the window that detectors accept too, per particle on target
        and unit of the model's squared coupling, at `nodes`. First those that decay as real ones
        do, then those that are virtual because dark decays of real ones are closed.
    in_window : ndarray, shape (2, k), or None
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
        branching = share_of_decays(unseen, square * self.visible)
        real, between = self._at(alpha_D, self.accepted[0])
        virtual, error = self._at(alpha_D, self.accepted[1])
        accepted, made = branching * real + virtual, real + virtual
        if self.in_window is not None:
            made = sum((self._at(alpha_D, one)[0] for one in self.in_window), np.zeros_like(made))
        efficiency = np.divide(accepted, made, out=np.zeros_like(accepted), where=made > 0)
        return Accepted(
            square * accepted,
            efficiency,
            np.full(square.shape, self.statistical_error),
            self.numerical_error + np.maximum(between, error),
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
    models: "Sequence[Portal]",
    energy_window: EnergyWindow,
    report: Report = silent,
    passing: Passing | None = None,
) -> list[Response]:
    """Return the responses of a window, and of detectors, to models that leave no trace.

    Parameters
    ----------
    question : Question
        With a range of alpha_D, yields that depend on it are interpolated between nodes.
    models : sequence of Portal
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
    table = question.efficiency
    window = energy_window if table is None else EfficientWindow(energy_window, table)
    weak = at_weak_coupling(models)
    if question.alpha_D is not None and not all(model.alpha_D > 0 for model in models):
        raise RangeError("alpha_D: 0 is no model to begin a range of alpha_D with")
    nodes = np.array([0]) if question.alpha_D is None else _nodes(question.alpha_D)
    asked = _Asked(question, window, passing, report)
    total, accepted, error, spread = np.zeros((4, 2, len(models), len(nodes)))
    used = [question.calculation.applicable(question.dump, model) for model in weak]
    for name, rows in rows_by_name(used):
        every = [weak[i] for i in rows]
        if question.alpha_D is not None:
            at = (10 ** (nodes / _NODES_PER_DECADE)).tolist()
            every = [replace(model, alpha_D=a) for model in every for a in at]
        for virtual, one in enumerate(asked.counted(name, every)):
            total[virtual, rows] += one.made.reshape(len(rows), -1)
            accepted[virtual, rows] += one.accepted.reshape(len(rows), -1)
            spread[virtual, rows] += one.spread.reshape(len(rows), -1)
            error[virtual, rows] += one.error.reshape(len(rows), -1)
    both = accepted.sum(axis=0)
    statistical, numerical = (_relative(one.sum(axis=0), both).tolist() for one in (spread, error))
    in_window = [None] * len(models) if passing is None else list(total.swapaxes(0, 1))
    return [
        InvisibleResponse(accepted[:, i], in_window[i], nodes, *unit_widths(model), *errors)
        for i, (model, *errors) in enumerate(zip(weak, statistical, numerical, strict=True))
    ]


class _Counted(NamedTuple):
    """Mediators of several models per unit of their squared couplings, each of shape (models,).

    Those in the window, those that pass, and absolute errors of the latter.
    """

    made: FloatArray
    accepted: FloatArray
    spread: FloatArray
    error: FloatArray

    @classmethod
    def none(cls, models: int) -> "_Counted":
        return cls(*np.zeros((4, models)))

    def with_rows(self, rows: list[int], other: "_Counted") -> None:
        """Set some of the models."""
        for own, values in zip(self, other, strict=True):
            own[rows] = values

    def __sub__(self, other: "_Counted") -> "_Counted":
        """Return the difference, with the errors of the first."""
        return _Counted(
            np.maximum(self.made - other.made, 0.0),
            np.maximum(self.accepted - other.accepted, 0.0),
            self.spread,
            self.error,
        )


@dataclass(frozen=True, eq=False)
class _Asked:
    """How yields of processes are asked for."""

    question: Question
    window: EnergyWindow | EfficientWindow
    passing: Passing | None
    report: Report

    def counted(self, name: str, models: "Sequence[Portal]") -> tuple[_Counted, _Counted]:
        """Return what a process makes, what decays as real mediators and what is virtual apart."""
        real, virtual = _Counted.none(len(models)), _Counted.none(len(models))
        folds = PROCESSES[name].makes_mediators
        closed = [i for i, model in enumerate(models) if model.is_closed and model.is_off_shell]
        wide = [
            i for i, model in enumerate(models) if folds and model.is_off_shell and i not in closed
        ]
        shell = sorted(set(range(len(models))).difference(closed, wide))
        if shell:
            real.with_rows(shell, self._at_mass(name, [models[i] for i in shell]))
        if wide:
            real.with_rows(wide, self._folded(name, [models[i] for i in wide]))
        if closed:
            chosen = [models[i] for i in closed]
            neutral = [i for i in closed if models[i].invisible_width > 0]
            if neutral:  # they decay into neutrinos
                alone = [replace(models[i], alpha_D=0.0) for i in neutral]
                real.with_rows(neutral, self._at_mass(name, alone))
            found = self._folded(name, chosen) if folds else self._at_mass(name, chosen)
            virtual.with_rows(closed, found)
            if neutral and not folds:
                virtual = virtual - real
        return real, virtual

    def _at_mass(self, name: str, models: "Sequence[Portal]") -> _Counted:
        """Return what is made of models as they are."""
        process, dump = PROCESSES[name], self.question.dump
        (yields, error), (share, spread) = self._yields(name, models), self._shares(name, models)
        strength = [process.coupling(dump, model) / WEAK_COUPLING for model in models]
        made = yields * np.array(strength) ** 2
        return _Counted(made, made * share, made * spread, made * error * share)

    def _folded(self, name: str, models: "Sequence[Portal]") -> _Counted:
        """Return what is made of virtual mediators."""
        least = float(self.window.thresholds()[0].min())
        known = Known(partial(self._yields, name), partial(self._shares, name))
        found = folded(PROCESSES[name], self.question.dump, models, least, known)
        return _Counted(found.yields, found.passed, found.statistical, found.numerical)

    def _yields(self, name: str, models: "Sequence[Portal]") -> tuple[FloatArray, FloatArray]:
        """Return what the window accepts of mediators, and relative errors."""
        question = self.question
        found = accepted_yields(
            name, question.dump, models, self.window, question.calculation, self.report
        )
        return found.values, found.relative_error

    def _shares(self, name: str, models: "Sequence[Portal]") -> tuple[FloatArray, FloatArray]:
        """Return which share of that passes, and absolute errors."""
        if self.passing is None:
            return np.ones(len(models)), np.zeros(len(models))
        found = self.passing.shares(name, models, self.report)
        return found.values, found.errors


def _relative(error: FloatArray, total: FloatArray) -> FloatArray:
    """Return the largest relative error of each row."""
    relative = np.divide(error, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(relative.max(axis=1))


def share_of_decays(unseen: FloatArray, visible: FloatArray) -> FloatArray:
    """Return which share of decays is not seen, from widths; one where nothing is open."""
    every = unseen + visible
    return np.divide(unseen, every, out=np.ones_like(every), where=every > 0)


def unit_widths(model: "Portal") -> tuple[float, float, float]:
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
