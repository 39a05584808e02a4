"""Sampled virtual mediators: the mass is drawn, and then energies and depths as of real ones."""

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.processes.base import Process, Sample
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.fold import Known, VirtualYields, density_of
from scotopic.processes.kept import accepted_yields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scotopic.models.mediator import DecayingMediator
    from scotopic.models.portal import Portal

Array = npt.NDArray[np.float64]

_STRATA: Final = 8  # of the mass, equally likely: in each, energies are those of its median


class _Above:
    """All mediators above an energy."""

    def __init__(self, energy: float) -> None:
        self.energy = energy

    def acceptance(self, mediator_energy: Array) -> Array:
        return np.where(mediator_energy > self.energy, 1.0, 0.0)

    def thresholds(self) -> tuple[Array, Array]:
        return np.array([self.energy]), np.array([1.0])

    def inputs(self) -> dict[str, float]:
        return {"above": self.energy}


def sampled(
    name: str,
    process: Process,
    dump: Dump,
    model: "Portal",
    minimum_energy: float,
    calculation: Calculation,
    uniforms: Array,
) -> Sample | None:
    """Return mediators of a process, virtual ones if the model's are; None if there are none.

    Parameters
    ----------
    name, process : str, Process
        The process.
    dump, model, minimum_energy, calculation
        As of `Process.sample`.
    uniforms : ndarray, shape (4, n)
        Numbers in [0, 1): those of `Process.sample`, and one for the mass.
    """
    if not (process.makes_mediators and model.is_off_shell):
        return process.sample(dump, model, minimum_energy, calculation, uniforms[:-1])

    def yields(mediators: "Sequence[DecayingMediator]") -> tuple[Array, Array]:
        found = accepted_yields(name, dump, mediators, _Above(minimum_energy), calculation)
        return found.values, found.relative_error

    def shares(mediators: "Sequence[DecayingMediator]") -> tuple[Array, Array]:
        return np.ones(len(mediators)), np.zeros(len(mediators))

    made = VirtualYields.of(process, dump, [model], minimum_energy, Known(yields, shares))
    if made is None:
        return None
    density = density_of(model, process, dump.energy)
    parts = density.weights * made(density.masses)[0]
    cumulative = np.append(0.0, np.cumsum(parts))
    total = float(cumulative[-1])
    if not total > 0:
        return None
    edges = density.edges
    _, heaviest = process.virtual_masses(dump, minimum_energy)
    middle = (np.arange(_STRATA) + 0.5) / _STRATA
    medians = np.interp(middle * total, cumulative, edges)
    stratum = np.minimum((uniforms[-1] * _STRATA).astype(int), _STRATA - 1)
    found = np.zeros((3, uniforms.shape[1]))
    for number, mass in enumerate(medians.tolist()):
        rows = np.flatnonzero(stratum == number)
        if len(rows) == 0:
            continue
        one = model.at_virtual_mass(min(mass, heaviest))
        part = process.sample(dump, one, minimum_energy, calculation, uniforms[:-1, rows])
        if part is None:
            return None
        found[:, rows] = part.depth_X0, part.parent_energy, part.mediator_energy
    masses = np.interp(uniforms[-1] * total, cumulative, edges)
    depth, parent, energy = found
    return Sample(depth, parent, energy, np.minimum(masses, energy), total)
