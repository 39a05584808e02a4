"""Beam muons behind a target in which they made a mediator."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.events.radiation import normals, radiated
from scotopic.events.vertices import UNIFORMS as OF_VERTICES
from scotopic.processes.base import UNIFORMS as SAMPLE_UNIFORMS
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.processes.dump import Dump
from scotopic.shower.muons import FASTEST, SLOWEST, muon_loss
from scotopic.shower.scattering import scattered, scattering_momentum
from scotopic.units import MUON_MASS

if TYPE_CHECKING:
    from scotopic.models.portal import Portal

FloatArray = npt.NDArray[np.float64]

NUMBERS: Final = 15
"""Random numbers that one event takes."""

_LOSS_NODES = 40


@displayed
@dataclass(frozen=True, eq=False)
class ScatteredMuons:
    """Muons behind the target, one row each; z is the beam, from the front of the target.

    Attributes
    ----------
    weight : ndarray, shape (n,)
        Proportional to the number of such muons.
    mediator_energy : ndarray, shape (n,)
        In GeV.
    origin_cm : ndarray, shape (n, 3)
        A point on the straight track behind the target.
    momentum : ndarray, shape (n, 3)
        In GeV; zero if the muon stops in the target.
    """

    weight: FloatArray
    mediator_energy: FloatArray
    origin_cm: FloatArray
    momentum: FloatArray

    @property
    def energy(self) -> FloatArray:
        """Energy in GeV behind the target; zero if the muon stops."""
        p = np.linalg.norm(self.momentum, axis=1)
        return np.where(p > 0, np.hypot(p, MUON_MASS), 0.0)


def scattered_muons(
    name: str,
    dump: Dump,
    model: "Portal",
    minimum_energy: float,
    calculation: Calculation,
    numbers: FloatArray,
    *,
    beam_rms_cm: tuple[float, float] = (0.0, 0.0),
    beam_divergence_rms_mrad: tuple[float, float] = (0.0, 0.0),
) -> ScatteredMuons | None:
    """Return muons behind a target in which they made mediators; None if none are made.

    Parameters
    ----------
    name : str
        Of the process. Bremsstrahlung is drawn with all angles, l Z -> l' Z' X at tree level;
        of any other process that a script brings the muon goes on straight with the rest of
        its energy.
    dump : Dump
        Beam of muons and target.
    model : Portal
        Its coupling does not enter.
    minimum_energy : float
        Least energy of the mediator in GeV.
    calculation : Calculation
        Gives the form factor.
    numbers : ndarray, shape (15, n)
        From `radiation.even_numbers`, or any in (0, 1).
    beam_rms_cm, beam_divergence_rms_mrad : tuple of float
        Rms size and angle of the beam in x and y, at the front of the target.

    Notes
    -----
    The muon loses its mean energy per length before and after the emission (below 5 GeV that at
    5 GeV), and scatters by Highland's formula; it turns in the middle of what it crosses, which
    gives most of the displacement. Depths are spread evenly.
    """
    first = max(OF_VERTICES, SAMPLE_UNIFORMS) + 2
    made, choice, (depth_number,) = (
        numbers[: first - 2],
        numbers[first - 2],
        numbers[first - 1, None],
    )
    normal = normals(numbers[first:]).reshape(4, 2, -1)
    thickness = dump.thickness_X0 if dump.thickness_X0 is not None else np.inf
    depth = thickness * depth_number
    if PROCESSES[name].deflects_beam:
        found = _radiated(dump, model, minimum_energy, calculation, (made, choice, depth))
    else:
        found = _straight(name, dump, model, minimum_energy, calculation, made)
    if found is None:
        return None
    weight, mediator_energy, muon, depth = found
    remaining = thickness - depth
    size, angle = np.array(beam_rms_cm)[:, None], 1e-3 * np.array(beam_divergence_rms_mrad)[:, None]
    X0 = dump.material.radiation_length_cm
    tilt = angle * normal[1]
    before = scattering_momentum(depth) / dump.energy * normal[2]
    vertex = size * normal[0] + (tilt + before / 2) * depth * X0
    momentum = muon.copy()
    # the whole event turns with the beam muon, by little
    momentum[:, :2] += ((tilt + before) * np.linalg.norm(muon, axis=1)).T
    half = remaining / 2 * X0
    with np.errstate(divide="ignore", invalid="ignore"):
        forwards = np.where(momentum[:, 2] > 0, momentum[:, :2].T / momentum[:, 2], 0.0)
    origin = np.stack([*(vertex + forwards * half), depth * X0 + half], axis=1)
    lost = _lost(dump, np.hypot(np.linalg.norm(muon, axis=1), MUON_MASS), remaining)
    return ScatteredMuons(
        weight, mediator_energy, origin, _slower(scattered(momentum, remaining, normal[3]), lost)
    )


def _radiated(
    dump: Dump,
    model: "Portal",
    minimum_energy: float,
    calculation: Calculation,
    numbers: tuple[FloatArray, FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray] | None:
    """Return weights, mediators' energies, muons' momenta and depths of bremsstrahlung."""
    made, choice, depth = numbers
    final = dump.muon_tracks().final_energy
    energy = dump.energy - (dump.energy - final) * depth / (dump.thickness_X0 or np.inf)
    uniforms = np.vstack([made[:OF_VERTICES], choice])
    found = radiated(dump, model, energy, minimum_energy, calculation, uniforms)
    return None if found is None else (*found, depth)


def _straight(
    name: str,
    dump: Dump,
    model: "Portal",
    minimum_energy: float,
    calculation: Calculation,
    numbers: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray] | None:
    """Return the same of a process that says nothing of angles."""
    made = PROCESSES[name].sample(
        dump, model, minimum_energy, calculation, numbers[:SAMPLE_UNIFORMS]
    )
    if made is None:
        return None
    lost = _lost(dump, np.array([dump.energy]), made.depth_X0)
    slowest = 1.01 * MUON_MASS  # it stops; its direction is of no interest, but it has one
    left = np.maximum(dump.energy - lost - made.mediator_energy, slowest)
    along = np.sqrt((left - MUON_MASS) * (left + MUON_MASS))
    muon = np.stack([0 * along, 0 * along, along], axis=1)
    return np.ones(len(along)), made.mediator_energy, muon, made.depth_X0


def _lost(dump: Dump, energy: FloatArray, thickness_X0: FloatArray) -> FloatArray:
    """Return the mean loss in GeV of muons that begin with an energy, at the rate of that one."""
    return np.asarray(np.interp(energy, *_losses(dump)) * thickness_X0)


@lru_cache(maxsize=4)
def _losses(dump: Dump) -> tuple[FloatArray, FloatArray]:
    """Return energies in GeV, and the mean loss there in GeV per radiation length."""
    nodes = np.geomspace(SLOWEST, min(max(dump.energy, 2 * SLOWEST), FASTEST), _LOSS_NODES)
    return nodes, muon_loss(dump.medium, nodes)


def _slower(momentum: FloatArray, lost: FloatArray) -> FloatArray:
    """Return momenta of muons that have lost energy; zero if nothing is left."""
    p = np.linalg.norm(momentum, axis=1)
    left = np.hypot(p, MUON_MASS) - lost
    kept = np.sqrt(np.maximum((left - MUON_MASS) * (left + MUON_MASS), 0.0))
    kept = np.where(left > MUON_MASS, kept, 0.0)
    return np.asarray(momentum * np.divide(kept, p, out=np.zeros_like(p), where=p > 0)[:, None])
