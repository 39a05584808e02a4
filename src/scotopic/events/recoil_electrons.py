"""Recoil electrons behind a thin target in which they made a mediator."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.events.emission import UNIFORMS as OF_EMISSIONS
from scotopic.events.emission import Sampler
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.production.phase_space import Process
from scotopic.shower.scattering import scattered

if TYPE_CHECKING:
    from scotopic.models.mediator import DecayingMediator

FloatArray = npt.NDArray[np.float64]

NUMBERS: Final = OF_EMISSIONS + 4
"""Random numbers that one event takes: those of the emission, element, depth, two angles."""


@displayed
@dataclass(frozen=True, eq=False)
class RecoilElectrons:
    """Electrons behind the target, one row each; the beam is z.

    Attributes
    ----------
    weight : ndarray, shape (n,)
        Proportional to the number of such electrons.
    mediator_energy : ndarray, shape (n,)
        In GeV.
    momentum : ndarray, shape (n, 3)
        In GeV, behind the target.
    """

    weight: FloatArray
    mediator_energy: FloatArray
    momentum: FloatArray

    @property
    def transverse_momentum(self) -> FloatArray:
        """Momentum across the beam in GeV."""
        return np.asarray(np.hypot(*self.momentum[:, :2].T))

    @property
    def is_forward(self) -> npt.NDArray[np.bool_]:
        """Whether it leaves the target by its rear."""
        return np.asarray(self.momentum[:, 2] > 0)


def recoil_electrons(
    dump: Dump,
    model: "DecayingMediator",
    minimum_energy: float,
    calculation: Calculation,
    numbers: FloatArray,
) -> RecoilElectrons | None:
    """Return electrons behind a thin target in which they made mediators; None if none can.

    Parameters
    ----------
    dump : Dump
        Beam of electrons or positrons, and target.
    model : DecayingMediator
        Its coupling does not enter.
    minimum_energy : float
        Least energy of the mediator in GeV.
    calculation : Calculation
        Gives the form factor.
    numbers : ndarray, shape (9, n)
        Random numbers in [0, 1).

    Notes
    -----
    l Z -> l' Z' X at tree level with the energy of the beam. The vertex is anywhere in the depth of
    the target, and the electron scatters by Highland's formula in what is behind it. What the
    electron radiates in the target goes with it into the calorimeter and is not taken off.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import, not needed when warm

    made, choice, depth = numbers[:OF_EMISSIONS], numbers[OF_EMISSIONS], numbers[OF_EMISSIONS + 1]
    normal = ndtri(np.clip(numbers[OF_EMISSIONS + 2 :], 1e-12, 1 - 1e-12))
    factor = calculation.form_factor or "elastic+inelastic"
    atoms, energy = dump.material.atoms_per_cm2_per_X0, dump.energy
    kinds = [Process(model.spin_parity, "electron", one, form_factor=factor) for one in atoms]
    most = min(float(k.variable(model.mediator_mass, energy).upper) * energy for k in kinds)
    if minimum_energy >= most:
        return None
    samplers = [Sampler.of(k, model.mediator_mass, energy, minimum_energy) for k in kinds]
    strength = np.array(list(atoms.values()))
    share = strength * [one.cross_section(energy) for one in samplers]
    share /= share.sum()
    chosen = np.minimum(np.searchsorted(np.cumsum(share), choice, side="right"), len(share) - 1)
    n = len(depth)
    weight, mediator_energy, momentum = np.zeros(n), np.zeros(n), np.zeros((n, 3))
    for i, sampler in enumerate(samplers):
        rows = np.flatnonzero(chosen == i)
        one = sampler.events(energy, made[:, rows])
        weight[rows] = one.weight * strength[i] / share[i]
        mediator_energy[rows], momentum[rows] = one.mediator[:, 0], one.lepton[:, 1:]
    behind = (dump.thickness_X0 or 0.0) * (1 - depth)
    return RecoilElectrons(weight, mediator_energy, scattered(momentum, behind, normal))
