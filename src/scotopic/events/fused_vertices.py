"""Events of tensors, l Z -> l' Z' G, in the variables of `production.fusion`."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from scotopic.events.azimuths import drawn_at_pole
from scotopic.production.amplitudes import Harmonic
from scotopic.production.fusion import Exchange, across2, exchange, fusion
from scotopic.production.phase_space import Process
from scotopic.production.tensor import STRENGTH, amplitude_at

Array = npt.NDArray[np.float64]
Transfer = Callable[[Exchange, Array], tuple[Array, Array]]


def fused(
    process: Process,
    mediator_mass: float,
    energy: Array,
    place: tuple[Array, Array],
    transfer: Transfer,
    uniforms: Array,
) -> tuple[Array, Array, Array, Array]:
    """Return weights and momenta of the lepton, the mediator and the nucleus.

    Parameters
    ----------
    process : Process
        Exact l Z -> l Z G.
    mediator_mass : float
        In GeV.
    energy : ndarray, shape (n,)
        Of the lepton in GeV.
    place : tuple of ndarray, shape (n,)
        1 - x, and y of `production.fusion.exchange`.
    transfer : callable
        Draws t; gives it, and dt G2/t^2 over its density.
    uniforms : ndarray, shape (3, n)
        Numbers in [0, 1), for t, the azimuth, and the rotation about the beam.

    Returns
    -------
    tuple of ndarray
        Weights (n,) in cm^2 per density of 1 - x and y; four-momenta (n, 4) in GeV.
    """
    recoil, y = place
    M, ml = process.element.nuclear_mass, process.lepton_mass
    k = exchange(y, recoil, mediator_mass, ml, M, energy)
    t, photons = transfer(k, uniforms[0])
    roots = np.maximum((t - k.t_min) * (k.t_max - t), 0.0)
    at = fusion(k, t, roots, mediator_mass, M, energy)
    nearest = Harmonic(np.minimum(at.soft, at.virtuality), -at.swing)
    cosine, sine, flatness = drawn_at_pole(nearest, uniforms[1])
    amplitude = amplitude_at(process, at, at.swing * cosine, energy, mediator_mass)
    V = np.sqrt(k.momentum2)
    p2 = (energy - ml) * (energy + ml)
    weight = STRENGTH / (16 * M**2) * energy / p2 * k.slope / V * amplitude * flatness * photons

    p, p_out = np.sqrt(p2), np.sqrt(np.maximum((k.left - ml) * (k.left + ml), 0.0))
    turned = np.clip((k.tau - k.least) / (2 * p * p_out), 0.0, 2.0)  # 1 - cos of the lepton's angle
    along, across = p_out * (1 - turned), p_out * np.sqrt(turned * (2 - turned))
    vx, vz = -across / V, (p - along) / V  # of p - p'; its normal in the plane has p.n > 0
    parallel = -(mediator_mass**2 + k.tau + (1 + k.lost / M) * t) / (2 * V)
    transverse = np.sqrt(across2(k, roots))
    normal = transverse * cosine
    q = (parallel * vx + normal * vz, transverse * sine, parallel * vz - normal * vx)
    angle = 2 * np.pi * uniforms[2]
    c, s = np.cos(angle), np.sin(angle)

    def momenta(E: Array, x: Array, y: Array, z: Array) -> Array:
        return np.stack([E, c * x - s * y, s * x + c * y, z], axis=1)

    kick = t / (2 * M)
    lepton = momenta(k.left, across, np.zeros_like(across), along)
    mediator = momenta(k.lost - kick, q[0] - across, q[1], p - along + q[2])
    nucleus = momenta(M + kick, *(-one for one in q))
    return weight, lepton, mediator, nucleus
