"""Yields of invisible dark photons for every coupling, from one computation a mass."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.progress import Report, silent
from scotopic.signal import AcceptedYields, Calculation, accepted_yields

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.models.dark_photon import DarkPhoton

FloatArray = npt.NDArray[np.float64]

_NODES_PER_DECADE = 8
"""Values of alpha_D at which annihilation is computed if a plane has an axis of alpha_D."""


_LEAST_ERROR = 2e-4
"""Interpolation errs by less wherever the differences between its orders do not show it."""


def require_invisible(model: "DarkPhoton") -> None:
    """Refuse a dark photon that has no invisible decay.

    Raises
    ------
    RangeError
        If the decay is closed.
    """
    if not (model.alpha_D > 0 and model.mediator_mass > model.dark_threshold):
        raise RangeError(
            f"mass_ratio: {model.mass_ratio} closes the invisible decay; it must be above"
            f" {2 + model.splitting:g}, and alpha_D above 0"
        )


def invisible_yields(
    experiment: "Experiment",
    models: Sequence["DarkPhoton"],
    calculation: Calculation,
    *,
    many_alpha_D: bool = False,
    report: Report = silent,
) -> AcceptedYields:
    """Return what the missing-energy selection accepts, per unit of the squared mixing.

    Parameters
    ----------
    experiment : Experiment
        Beam, target and selection.
    models : sequence of DarkPhoton
        Their kinetic mixing does not matter, nor alpha_D but for annihilation.
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
        unit = [replace(model, alpha_D=0.1) for model in masses.values()]
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
    models: Sequence["DarkPhoton"],
    calculation: Calculation,
    report: Report,
) -> AcceptedYields:
    """Interpolate yields in ln alpha_D with a cubic through the four nearest nodes."""
    at = np.array([np.log10(model.alpha_D) * _NODES_PER_DECADE for model in models])
    first = np.floor(at).astype(int) - 1
    wanted: dict[tuple[DarkPhoton, int], int] = {}
    index = np.empty((len(models), 4), dtype=int)
    for row, (model, start) in enumerate(zip(models, first.tolist(), strict=True)):
        shape = replace(model, alpha_D=1.0, kinetic_mixing=1.0)
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
