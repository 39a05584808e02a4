"""What a limit on events says about a model: its couplings, y, alpha_D, magnetic moments."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.models.parameters import value_of
from scotopic.scan.ties import MOMENTS
from scotopic.signal import AcceptedYields, Calculation, accepted_yields

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.models.dark_photon import DarkPhoton
    from scotopic.models.mediator import DecayingMediator

FloatArray = npt.NDArray[np.float64]

Quantity = str
"""What is limited, one of the model's `quantities`: from above, but `alpha_D` from below."""

LIMIT: Final = "limit"
NOTHING_EXCLUDED: Final = "nothing excluded"
EVERYTHING_EXCLUDED: Final = "everything excluded"

_ALPHA_D_GRID = np.geomspace(1e-5, 1.0, 41)


@dataclass(frozen=True)
class Limit:
    """One curve: a value or the reason why there is none, for every mass.

    Attributes
    ----------
    values : ndarray, shape (masses,)
        The limit; not-a-number where there is none.
    status : tuple of str, length masses
        "limit"; "nothing excluded" if no coupling below 1 (no alpha_D above 1e-5) is; or
        "everything excluded" if all alpha_D up to 1 are.
    """

    values: FloatArray
    status: tuple[str, ...]

    @property
    def covered(self) -> npt.NDArray[np.bool_]:
        """Where there is a limit, shape (masses,)."""
        return np.array([word == LIMIT for word in self.status])


def quantities(model: "DecayingMediator") -> tuple[str, ...]:
    """Return what can be limited in a model, its coupling first.

    Parameters
    ----------
    model : DecayingMediator
        Any model.

    Returns
    -------
    tuple of str
        The field that is the coupling, the same with `_squared`, "y" and, for the dark photon,
        "alpha_D" if there is dark matter, and `MOMENTS` of leptons to which the model couples:
        what the limit on the coupling leaves to them, as |Delta a|.

    Examples
    --------
    >>> from scotopic import DarkPhoton
    >>> quantities(DarkPhoton(mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3,
    ...                       dark_matter="dirac"))
    ('kinetic_mixing', 'kinetic_mixing_squared', 'y', 'alpha_D', 'delta_a_e', 'delta_a_mu')
    """
    field = model.coupling_field
    dark: tuple[str, ...] = ()
    if model.alpha_D > 0:
        dark = ("y", "alpha_D") if field == "kinetic_mixing" else ("y",)
    moments = [name for name, lepton in MOMENTS.items() if model.lepton_coupling(lepton) > 0]
    return (field, f"{field}_squared", *dark, *moments)


def coupling_solver(
    models: Sequence["DecayingMediator"],
    yields: FloatArray,
    lepton: str,
    quantity: Quantity,
) -> Callable[[float | FloatArray], Limit]:
    """Solve g^2 BR(g) Y = limit for g^2, and convert; the models have the coupling g = 1.

    The yields are for the coupling e to the beam's lepton.

    With the widths in units of the invisible one at g = 1, dark into the dark sector, scaling
    into neutrinos and visible, BR = (dark + g^2 scaling)/(dark + g^2 (scaling + visible)).
    """
    coupling = np.array([model.lepton_coupling(lepton) for model in models])
    total = yields * coupling**2
    invisible = np.array([model.invisible_width for model in models])
    scaling = np.array([model.scaling_invisible_width for model in models]) / invisible
    visible = np.array([model.visible_width for model in models]) / invisible
    dark = 1 - scaling
    scale = per_square(models, quantity)

    def solve(limit: float | FloatArray) -> Limit:
        remaining = total * dark - limit * (scaling + visible)
        root = np.sqrt(remaining**2 + 4 * total * scaling * limit * dark)
        with np.errstate(divide="ignore", invalid="ignore"):
            square = np.where(
                remaining > 0,
                2 * limit * dark / (remaining + root),
                (root - remaining) / (2 * total * scaling),
            )
        excluded = square < 1
        square[~excluded] = np.nan
        values = np.sqrt(square) if scale is None else square * scale
        return Limit(values, tuple(LIMIT if ok else NOTHING_EXCLUDED for ok in excluded))

    return solve


def per_square(models: Sequence["DecayingMediator"], quantity: Quantity) -> FloatArray | None:
    """Return what a quantity is at a coupling of 1; None for the coupling itself."""
    if quantity == models[0].coupling_field:
        return None
    return np.array([value_of(model, quantity) for model in models])


def alpha_D_solver(
    experiment: "Experiment",
    models: Sequence["DarkPhoton"],
    yields: AcceptedYields,
    calculation: Calculation,
    y: float,
) -> Callable[[float], Limit]:
    """Solve epsilon^2 BR Y(alpha_D) = limit with epsilon^2 = y/(alpha_D r^4) for alpha_D.

    The accepted events fall with alpha_D, so that interpolating ln alpha_D in their logarithm
    gives the root. Only the annihilation yield depends on alpha_D otherwise, through the width.
    """
    grid = _ALPHA_D_GRID
    each = [replace(m, alpha_D=float(a)) for m in models for a in grid]
    shape = (len(models), len(grid))
    total = np.zeros(shape)
    if "bremsstrahlung" in calculation.processes:
        total += yields.per_process["bremsstrahlung"][:, None]
    if "annihilation" in calculation.processes:
        only = replace(calculation, processes=("annihilation",))
        total += accepted_yields(experiment, each, only).total.reshape(shape)
    square = y / np.array([m.y for m in each]).reshape(shape)
    visible = np.array([m.visible_width / m.invisible_width for m in each]).reshape(shape)
    accepted = np.log(square * total / (1 + square * visible))

    def solve(limit: float) -> Limit:
        target = math.log(limit)
        values = np.full(len(models), np.nan)
        status = []
        for i, row in enumerate(accepted):
            if row[0] <= target:
                status.append(NOTHING_EXCLUDED)
            elif row[-1] > target:
                status.append(EVERYTHING_EXCLUDED)
            else:
                values[i] = math.exp(np.interp(-target, -row, np.log(grid)))
                status.append(LIMIT)
        return Limit(values, tuple(status))

    return solve
