"""Cross sections of l Z -> l Z X by integration over the exact phase space.

One code for every mediator, both leptons and the methods "exact" and "ww". At a given x the
integral runs over the virtuality D = m_l^2 - (p-k)^2 and over t; the azimuth is done in closed
form (see `amplitudes`):

    d sigma/dx = alpha^3 E/(2 p^2) Int dD/|p-k| Int dt/t^2 G2(t) <|A|^2>/(8 M^2).

All kinematic quantities are written with 1 - x and D as inputs such that none is a small
difference of large numbers.
"""

from dataclasses import dataclass
from typing import NamedTuple, Self, get_args

import numpy as np
import numpy.typing as npt

from scotopic import materials
from scotopic.checked import number, number_within, one_of, within
from scotopic.decays.leptons import LEPTON_MASSES, lepton_mass_of
from scotopic.errors import RangeError
from scotopic.materials import Element, Material
from scotopic.models.spin_parities import MediatorLike, spin_parity_of
from scotopic.production.amplitudes import coupling_weights, mean_squared_amplitude
from scotopic.production.form_factors import form_factor
from scotopic.production.kinematics import azimuth, kinematics
from scotopic.production.spectrum import SpectrumVariable
from scotopic.production.weizsaecker_williams import (
    collinear_cross_section,
    flux_cutoff,
    improved_weizsaecker_williams,
)
from scotopic.quadrature import gauss_legendre
from scotopic.units import ALPHA, GEV2_TO_CM2
from scotopic.words import FormFactor, Method

Array = npt.NDArray[np.float64]

_ROWS = 48  # values of x done at once: more only take memory
_LOWER_TAIL, _UPPER_TAIL = 9.0, 7.0  # e-folds of t integrated below t_min and above 1 GeV^2
_TOTAL_TOLERANCE, _SPECTRUM_TOLERANCE = 3e-3, 1e-2  # between standard and refined nodes


class Resolution(NamedTuple):
    """Numbers of nodes in x and in the virtuality, and the step in ln t."""

    fractions: int
    virtualities: int
    step: float


STANDARD = Resolution(32, 16, 0.7)
REFINED = Resolution(48, 24, 0.45)


@dataclass(frozen=True)
class Process:
    """What is computed: l Z -> l Z X with unit coupling in units of e.

    Attributes
    ----------
    mediator : {"vector", "axial_vector", "scalar", "pseudoscalar"}
        X.
    lepton : {"electron", "muon"}
        l.
    element : Element
        The atom Z.
    method : {"exact", "ww", "iww"}
        Exact tree level or an approximation.
    form_factor : {"elastic", "elastic+inelastic"}
        Form factor of the atom.

    Raises
    ------
    RangeError
        If one of the names is unknown.
    """

    mediator: str
    lepton: str
    element: Element
    method: str = "exact"
    form_factor: str = "elastic+inelastic"

    def __post_init__(self) -> None:
        """Refuse unknown names."""
        coupling_weights(self.mediator, 1.0, self.lepton_mass)
        one_of("form_factor", self.form_factor, get_args(FormFactor))
        one_of("method", self.method, get_args(Method))

    @classmethod
    def of(
        cls,
        mediator: MediatorLike,
        lepton: str,
        element: Element | Material | str,
        method: str,
        form_factor: str,
    ) -> Self:
        """Find the mediator's kind in a model, and the element by its symbol or in a material."""
        one_of("lepton", lepton, LEPTON_MASSES)
        kind = spin_parity_of(mediator, lepton)
        return cls(kind, lepton, materials.element(element), method, form_factor)

    @property
    def lepton_mass(self) -> float:
        """Mass of the lepton in GeV."""
        return lepton_mass_of(self.lepton)

    def variable(self, mediator_mass: float, energy: npt.ArrayLike) -> SpectrumVariable:
        """Return the map of the spectrum at this mass and these energies.

        Raises
        ------
        RangeError
            If the process is kinematically closed, or mass and energy are not positive.
        """
        return SpectrumVariable.of(
            mediator_mass, energy, self.lepton_mass, self.element.nuclear_mass
        )


def _transfers(t_min: Array, t_max: Array, step: float) -> tuple[Array, Array, Array]:
    """Return t - t_min, t_max - t and the weights of a trapezoidal rule over t.

    The variable y = ln[(t - t_min)/(t_max - t)] makes the integrand fall off on both sides, where
    the rule converges exponentially. It ends where the form factors have died away.
    """
    span = np.maximum(t_max - t_min, 1e-12 * t_min)
    shift = np.log(t_min / span)
    low = shift - _LOWER_TAIL
    high = np.minimum(shift + np.log(np.exp(_UPPER_TAIL) * (1 / t_min + 1)), _LOWER_TAIL)
    n = max(8, int(np.ceil((high - low).max() / step)) + 1)
    h = (high - low) / (n - 1)
    odds = np.exp(low + h * np.arange(n))
    above, below = span * odds / (1 + odds), span / (1 + odds)
    weight = above / (1 + odds) * h
    weight[..., [0, -1]] /= 2
    return above, below, weight


def virtuality_spectrum(
    process: Process, mediator_mass: float, energy: float, recoil: Array, y: Array, step: float
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
    above, below, weight = _transfers(k.t_min, highest, step)
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


def raw_spectrum(
    process: Process, mediator_mass: float, energy: float, recoil: Array, resolution: Resolution
) -> Array:
    """Return d sigma/dx in cm^2 inside the allowed range of x, unchecked.

    Parameters
    ----------
    process : Process
        What is computed.
    mediator_mass, energy : float
        In GeV.
    recoil : ndarray (n,)
        1 - x, inside the limits of `process.variable`.
    resolution : Resolution
        Numbers of nodes.

    Returns
    -------
    ndarray (n,)
        In cm^2 for unit coupling in units of e.
    """
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
    pieces = [
        virtuality_spectrum(
            process, mediator_mass, energy, recoil[i : i + _ROWS], y, resolution.step
        )
        @ weights
        for i in range(0, len(recoil), _ROWS)
    ]
    return np.concatenate(pieces)


def _require_convergence(
    coarse: Array, fine: Array, tolerance: float, mediator_mass: float, energy: float
) -> None:
    """Refuse a result that changes with the number of nodes."""
    change = np.max(np.abs(coarse - fine) / np.where(fine > 0, fine, 1.0), initial=0.0)
    if not change <= tolerance:
        raise RangeError(
            f"the phase-space integral at mediator_mass {mediator_mass} GeV, energy {energy} GeV "
            f"is not converged: it changes by {change:.1e} with more nodes, more than {tolerance}"
        )


def differential_cross_section(
    mediator: MediatorLike,
    lepton: str,
    element: Element | Material | str,
    energy: float,
    mediator_mass: float,
    x: npt.ArrayLike,
    *,
    method: str = "exact",
    form_factor: str = "elastic+inelastic",
) -> Array:
    """Return d sigma/dx of l Z -> l Z X for unit coupling in units of e.

    Parameters
    ----------
    mediator, lepton, element, method, form_factor
        As in `Process`. A model, its class or its name stands for its kind of coupling, a symbol
        or a pure material for its element. Leptons of both charges radiate alike.
    energy, mediator_mass : float
        Energy of the lepton and mass of X in GeV.
    x : array_like
        E_X/energy in [0, 1]; outside the kinematic limits the result is zero.

    Returns
    -------
    ndarray
        In cm^2, shape of `x`.

    Raises
    ------
    RangeError
        If a name is unknown, a value lies outside the range of the process or method, or the
        result changes by more than 1 % with finer nodes.

    Notes
    -----
    Liu, McKeen and Miller, Phys. Rev. D 95 (2017) 036010, section III. The nodes are converged
    to about 1e-3 in the spectrum.

    Examples
    --------
    >>> sigma = differential_cross_section("vector", "electron", "Pb", 100., 0.1, [0.5, 0.9])
    >>> [f"{s:.2e}" for s in sigma]
    ['2.17e-27', '1.34e-26']
    """
    process = Process.of(mediator, lepton, element, method, form_factor)
    mediator_mass, energy = number("mediator_mass", mediator_mass), number("energy", energy)
    variable = process.variable(mediator_mass, energy)
    fractions = within("x", x, 0.0, 1.0)
    inside = (fractions > variable.lower) & (fractions < variable.upper)
    recoil = 1 - fractions[inside]
    result = np.zeros(fractions.shape)
    if recoil.size:
        coarse = raw_spectrum(process, mediator_mass, energy, recoil, STANDARD)
        fine = raw_spectrum(process, mediator_mass, energy, recoil, REFINED)
        _require_convergence(coarse, fine, _SPECTRUM_TOLERANCE, mediator_mass, energy)
        result[inside] = fine
    return result


def _above(
    process: Process, mediator_mass: float, energy: float, cut: float, resolution: Resolution
) -> float:
    """Integrate the spectrum from a mediator energy to its end."""
    variable = process.variable(mediator_mass, energy)
    start = float(variable.position(cut / energy))
    nodes, weights = gauss_legendre(resolution.fractions)
    v = start + (1 - start) * nodes
    values = raw_spectrum(process, mediator_mass, energy, variable.recoil(v), resolution)
    return float((1 - start) * (values * variable.slope(v)) @ weights)


def total_cross_section(
    mediator: MediatorLike,
    lepton: str,
    element: Element | Material | str,
    energy: float,
    mediator_mass: float,
    *,
    minimum_energy: float = 0.0,
    method: str = "exact",
    form_factor: str = "elastic+inelastic",
) -> float:
    """Return the cross section of l Z -> l Z X for unit coupling in units of e.

    Parameters
    ----------
    mediator, lepton, element, energy, mediator_mass, method, form_factor
        As in `differential_cross_section`.
    minimum_energy : float
        Count mediators of at least this energy in GeV.

    Returns
    -------
    float
        In cm^2.

    Raises
    ------
    RangeError
        As `differential_cross_section`; here the result must not change by more than 0.3 % with
        finer nodes. It changes by less than 0.04 % for totals, and the finer value is returned.

    Examples
    --------
    >>> sigma = total_cross_section("vector", "electron", "Pb", 100., 0.1)
    >>> f"{sigma:.3e} cm^2"
    '1.052e-26 cm^2'
    """
    process = Process.of(mediator, lepton, element, method, form_factor)
    mediator_mass, energy = number("mediator_mass", mediator_mass), number("energy", energy)
    process.variable(mediator_mass, energy)
    minimum_energy = number_within("minimum_energy", minimum_energy, 0.0, unit="GeV")
    coarse, fine = (
        _above(process, mediator_mass, energy, minimum_energy, r) for r in (STANDARD, REFINED)
    )
    _require_convergence(np.array(coarse), np.array(fine), _TOTAL_TOLERANCE, mediator_mass, energy)
    return fine
