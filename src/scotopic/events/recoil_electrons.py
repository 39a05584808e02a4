"""Recoil electrons behind a thin target in which they made a mediator, or a photon that does."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.events.radiation import UNIFORMS, normals, radiated
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.shower.scattering import scattered
from scotopic.units import ELECTRON_MASS

if TYPE_CHECKING:
    from scotopic.models.portal import Portal

FloatArray = npt.NDArray[np.float64]

NUMBERS: Final = UNIFORMS + 3
"""Random numbers that one event takes: those of what is radiated, the depth, two angles."""


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
    model: "Portal",
    minimum_energy: float,
    calculation: Calculation,
    numbers: FloatArray,
) -> RecoilElectrons | None:
    """Return electrons behind a thin target in which they made mediators; None if none can.

    Parameters
    ----------
    dump : Dump
        Beam of electrons or positrons, and target.
    model : Portal
        Its coupling does not enter.
    minimum_energy : float
        Least energy of the mediator in GeV.
    calculation : Calculation
        Gives the form factor.
    numbers : ndarray, shape (9, n)
        From `radiation.even_numbers`, or any in [0, 1).

    Notes
    -----
    l Z -> l' Z' X at tree level with the energy of the beam. The vertex is anywhere in the depth of
    the target, and the electron scatters by Highland's formula in what is behind it. What the
    electron radiates in the target goes with it into the calorimeter and is not taken off.
    """
    depth, turns = numbers[UNIFORMS], numbers[UNIFORMS + 1 :]
    energy = np.full(len(depth), dump.energy)
    found = radiated(dump, model, energy, minimum_energy, calculation, numbers[:UNIFORMS])
    if found is None:
        return None
    behind = (dump.thickness_X0 or 0.0) * (1 - depth)
    momentum = scattered(found.momentum, behind, normals(turns))
    return RecoilElectrons(found.weight, found.mediator_energy, momentum)


def straight_electrons(
    dump: Dump, energies: FloatArray, numbers_at: FloatArray, numbers: FloatArray
) -> RecoilElectrons:
    """Return electrons behind a thin target that radiated photons, which became mediators.

    Parameters
    ----------
    dump : Dump
        Beam of electrons or positrons, and target.
    energies, numbers_at : ndarray, shape (k,)
        Energies of mediators in GeV, ascending, and a density of their number there.
    numbers : ndarray, shape (9, n)
        As in `recoil_electrons`.

    Notes
    -----
    Photons take some m_e of transverse momentum, which is left out: the electron goes straight on,
    and scatters in what is behind the photon's vertex, anywhere in the depth of the target.
    """
    depth, turns = numbers[UNIFORMS], numbers[UNIFORMS + 1 :]
    most = min(float(energies[-1]), dump.energy - 2 * ELECTRON_MASS)
    taken = energies[0] + (most - energies[0]) * numbers[0]
    momentum = np.zeros((len(taken), 3))
    momentum[:, 2] = np.sqrt((dump.energy - taken) ** 2 - ELECTRON_MASS**2)
    behind = (dump.thickness_X0 or 0.0) * (1 - depth)
    found = scattered(momentum, behind, normals(turns))
    return RecoilElectrons(np.interp(taken, energies, numbers_at), taken, found)
