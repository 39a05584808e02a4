"""Yields of invisible mediators for every coupling, from one computation a mass."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.models.derived import COUPLING
from scotopic.models.mediator import DecayingMediator
from scotopic.progress import Report, silent
from scotopic.scan.exclusion import refuse_seen
from scotopic.scan.search import Accepted, Groups, Search
from scotopic.signal import AcceptedYields, Calculation, accepted_yields

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.scan.points import Setup

FloatArray = npt.NDArray[np.float64]

_NODES_PER_DECADE = 8
"""Values of alpha_D at which annihilation is computed if a plane has an axis of alpha_D."""


_LEAST_ERROR = 2e-4
"""Interpolation errs by less wherever the differences between its orders do not show it."""


def couplings(setup: "Setup") -> tuple[str, ...]:
    """Return the parameters that cost nothing."""
    del setup
    return (COUPLING, "alpha_D")


def check(search: Search, model: DecayingMediator) -> None:
    """Refuse mediators that a search cannot miss, or its beam cannot make.

    Raises
    ------
    RangeError
        As `scotopic.scan.exclusion.refuse_seen`.
    """
    for experiment in search.experiments:
        refuse_seen(model, experiment)


def accepted(
    setup: "Setup",
    search: Search,
    experiment: "Experiment",
    groups: Groups,
    report: Report,
) -> Accepted:
    """Return what an experiment accepts of groups of models; see `scan.search.Detection`."""
    del search
    models = [model for models in groups for model in models]
    square = np.array([model.coupling for model in models]) ** 2
    alpha_D = np.array([model.alpha_D for model in models])
    distinct, index = _distinct_widths(groups)
    found = invisible_yields(
        experiment,
        distinct,
        setup.simulation.calculation,
        many_alpha_D="alpha_D" in (setup.x.parameter, setup.y.parameter),
        report=report,
    )
    lepton = experiment.beam.lepton
    units = [
        (*_unit_widths(models[0]), (models[0].lepton_coupling(lepton) / models[0].coupling) ** 2)
        for models in groups
    ]
    dark, scaling, visible, strength = np.repeat(
        np.array(units), [len(models) for models in groups], axis=0
    ).T
    unseen = dark * np.where(alpha_D > 0, alpha_D, 1.0) + square * scaling
    branching = unseen / (unseen + square * visible)
    per_particle = square * strength * branching * found.total[index]
    error = found.relative_error[index]
    return Accepted(per_particle[None], branching[None], np.zeros(len(models)), error)


def _unit_widths(model: DecayingMediator) -> tuple[float, float, float]:
    """Return widths at coupling 1 and, if there is an alpha_D, alpha_D of 1.

    Of decays that do not depend on the coupling, of other invisible ones, and of visible ones.
    """
    square = model.coupling**2
    scaling = model.scaling_invisible_width
    dark = model.invisible_width - scaling
    return dark / (model.alpha_D or 1.0), scaling / square, model.visible_width / square


def _distinct_widths(groups: Groups) -> tuple[list[DecayingMediator], npt.NDArray[np.int64]]:
    """Return models that differ in more than the coupling, and whose place each has."""
    place: dict[tuple[int, float], int] = {}
    distinct: list[DecayingMediator] = []
    index: list[int] = []
    for number, models in enumerate(groups):
        for model in models:
            key = number, model.alpha_D
            if key not in place:
                place[key] = len(distinct)
                distinct.append(model)
            index.append(place[key])
    return distinct, np.array(index)


def invisible_yields(
    experiment: "Experiment",
    models: Sequence[DecayingMediator],
    calculation: Calculation,
    *,
    many_alpha_D: bool = False,
    report: Report = silent,
) -> AcceptedYields:
    """Return what the selection accepts, per unit of the squared coupling to the beam's lepton.

    Parameters
    ----------
    experiment : Experiment
        Beam, target and selection.
    models : sequence of DecayingMediator
        Their coupling does not matter, nor alpha_D but for annihilation.
    calculation : Calculation
        How the mediators are counted.
    many_alpha_D : bool
        Whether annihilation is interpolated between eight values of alpha_D in a decade, which
        are the same for all planes. It depends on alpha_D through the width alone; the error,
        below 1e-3 for alpha_D up to 1, is part of the result's.
    report : callable
        Is told how far it is.

    Returns
    -------
    AcceptedYields
        In the order of the models, all decays counted as invisible.
    """
    per_process: dict[str, FloatArray] = {}
    errors = np.zeros(len(models))
    if "bremsstrahlung" in calculation.processes:
        masses = {model.mediator_mass: model for model in models}
        unit = [replace(m, alpha_D=0.1) if m.alpha_D > 0 else m for m in masses.values()]
        only = replace(calculation, processes=("bremsstrahlung",))
        found = accepted_yields(experiment, unit, only, report)
        place = {mass: i for i, mass in enumerate(masses)}
        index = np.array([place[model.mediator_mass] for model in models])
        per_process["bremsstrahlung"] = found.total[index]
        errors = found.relative_error[index]
    if "annihilation" in calculation.processes:
        only = replace(calculation, processes=("annihilation",))
        add = _between_nodes if many_alpha_D else accepted_yields
        found = add(experiment, models, only, report)
        per_process["annihilation"] = found.total
        errors = np.maximum(errors, found.relative_error)
    return AcceptedYields(per_process, errors)


def _between_nodes(
    experiment: "Experiment",
    models: Sequence[DecayingMediator],
    calculation: Calculation,
    report: Report,
) -> AcceptedYields:
    """Interpolate yields in ln alpha_D with a cubic through the four nearest nodes."""
    at = np.array([np.log10(model.alpha_D) * _NODES_PER_DECADE for model in models])
    first = np.minimum(np.floor(at).astype(int) - 1, -3)  # no alpha_D above 1 is needed
    wanted: dict[tuple[DecayingMediator, int], int] = {}
    index = np.empty((len(models), 4), dtype=int)
    for row, (model, start) in enumerate(zip(models, first.tolist(), strict=True)):
        shape = replace(model, alpha_D=1.0, **{model.coupling_field: 1e-3})
        for k in range(4):
            index[row, k] = wanted.setdefault((shape, start + k), len(wanted))
    nodes = [replace(shape, alpha_D=10 ** (k / _NODES_PER_DECADE)) for shape, k in wanted]
    found = accepted_yields(experiment, nodes, calculation, report)
    values = found.total[index]
    weights = _cubic(at - first)
    total = np.sum(weights * values, axis=1)
    lower = np.sum(_parabola(at - first) * values[:, :3], axis=1)
    upper = np.sum(_parabola(at - first - 1) * values[:, 1:], axis=1)
    error = np.maximum(abs(total - lower), abs(total - upper))
    error = np.divide(error, total, out=np.zeros_like(total), where=total > 0)
    process = calculation.processes[0]
    clipped = np.clip(total, values.min(axis=1), values.max(axis=1))
    stated = np.maximum(error, _LEAST_ERROR)
    return AcceptedYields({process: clipped}, found.relative_error[index[:, 0]] + stated)


def _cubic(t: FloatArray) -> FloatArray:
    """Weights of the values at 0, 1, 2 and 3 in the cubic's value at t, shape (n, 4)."""
    a, b, c, d = t, t - 1, t - 2, t - 3
    return np.stack([-b * c * d / 6, a * c * d / 2, -a * b * d / 2, a * b * c / 6], axis=1)


def _parabola(t: FloatArray) -> FloatArray:
    """Weights of the values at 0, 1 and 2 in the parabola's value at t, shape (n, 3)."""
    a, b, c = t, t - 1, t - 2
    return np.stack([b * c / 2, -a * c, a * b / 2], axis=1)
