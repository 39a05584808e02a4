"""Radiation of mediators of spin 0 and 1, whose squared amplitudes have constant weights.

At a given x the integral runs over the virtuality D = m_l^2 - (p-k)^2 and over t; the azimuth is
done in closed form (see `amplitudes`):

    d sigma/dx = alpha^3 E/(2 p^2) Int dD/|p-k| Int dt/t^2 G2(t) <|A|^2>/(8 M^2).

All kinematic quantities are written with 1 - x and D as inputs such that none is a small
difference of large numbers.
"""

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.production.amplitudes import coupling_weights, mean_squared_amplitude
from scotopic.production.form_factors import form_factor
from scotopic.production.kinematics import azimuth, kinematics, transfers
from scotopic.production.radiation import Radiation, Resolution
from scotopic.production.weizsaecker_williams import (
    collinear_cross_section,
    flux_cutoff,
    improved_weizsaecker_williams,
)
from scotopic.quadrature import gauss_legendre
from scotopic.units import ALPHA, GEV2_TO_CM2

if TYPE_CHECKING:
    from scotopic.production.phase_space import Process

Array = npt.NDArray[np.float64]

STANDARD: Final = Resolution(32, 16, 0.7)
REFINED: Final = Resolution(48, 24, 0.45)


class ConstantWeights(Radiation):
    """Vectors, axial vectors, scalars and pseudoscalars."""

    resolutions = (STANDARD, REFINED)

    def spectrum(
        self,
        process: "Process",
        mediator_mass: float,
        energy: float,
        recoil: Array,
        resolution: Resolution,
    ) -> Array:
        """Return d sigma/dx in cm^2 for the coupling e; parameters as of `Radiation`."""
        if process.method == "iww":
            return improved_weizsaecker_williams(
                process.mediator,
                process.element,
                energy,
                mediator_mass,
                recoil,
                lepton_mass=process.lepton_mass,
                form_factor=process.form_factor,
            )
        y, weights = gauss_legendre(resolution.virtualities)
        every = virtuality_spectrum(process, mediator_mass, energy, recoil, y, resolution.step)
        return np.asarray(every @ weights)

    def cells(
        self,
        process: "Process",
        mediator_mass: float,
        energy: float,
        recoil: Array,
        y: Array,
        step: float,
    ) -> Array:
        """Return d^2 sigma/dx dy, see `virtuality_spectrum`."""
        return virtuality_spectrum(process, mediator_mass, energy, recoil, y, step)


def virtuality_spectrum(
    process: "Process", mediator_mass: float, energy: float, recoil: Array, y: Array, step: float
) -> Array:
    """Return d^2 sigma/dx dy in cm^2 for unit coupling, for "exact" and "ww", unchecked.

    Parameters
    ----------
    process : Process
        What is computed.
    mediator_mass, energy : float
        In GeV.
    recoil : ndarray, shape (n,)
        1 - x, inside the limits of `process.variable`.
    y : ndarray, shape (k,)
        Stands for the virtuality, see `kinematics`.
    step : float
        Of the integral over t, in its logarithm.

    Returns
    -------
    ndarray, shape (n, k)
    """
    lepton_mass, M = process.lepton_mass, process.element.nuclear_mass
    weights = coupling_weights(process.mediator, mediator_mass, lepton_mass)
    recoil = recoil[:, None, None]
    k = kinematics(y[:, None], recoil, mediator_mass, lepton_mass, M, energy)
    cutoff = np.inf if process.method == "exact" else flux_cutoff(mediator_mass, lepton_mass)
    highest = np.minimum(k.t_max, cutoff)
    above, below, weight = transfers(k.t_min, highest, step)
    t = k.t_min + above
    photons = form_factor(t, process.element, process.form_factor) / t**2 * weight
    if process.method == "ww":
        flux = (photons * above).sum(axis=2, keepdims=True)
        density = collinear_cross_section(weights, 1 - recoil, k.virtuality, k.lowest) * flux
    else:
        s, X = azimuth(k, t, above * below, mediator_mass**2, lepton_mass**2, M, energy)
        amplitude = mean_squared_amplitude(
            weights,
            lepton_mass=lepton_mass,
            nuclear_mass=M,
            energy=energy,
            mediator_energy=k.mediator_energy,
            virtuality=k.virtuality,
            t=t,
            s=s,
            current=X,
        )
        density = (amplitude * photons).sum(axis=2, keepdims=True) / np.sqrt(k.momentum2)
        density *= energy / (16 * M**2 * (energy - lepton_mass) * (energy + lepton_mass))
    return np.asarray(ALPHA**3 * GEV2_TO_CM2 * (density * k.slope)[..., 0])
