"""Cross sections of l Z -> l Z X by integration over the exact phase space.

One code for every mediator, both leptons and all methods. What is integrated at a given x, and in
which variables, each kind of mediator brings itself: see `radiation`.
"""

from dataclasses import dataclass
from typing import Self, get_args

import numpy as np
import numpy.typing as npt

from scotopic import materials
from scotopic.checked import number, number_within, one_of, within
from scotopic.decays.leptons import LEPTON_MASSES, lepton_mass_of
from scotopic.errors import RangeError
from scotopic.materials import Element, Material
from scotopic.models.spin_parities import MediatorLike, spin_parity_of
from scotopic.production.radiation import Radiation, Resolution, radiation_of
from scotopic.production.spectrum import SpectrumVariable
from scotopic.quadrature import gauss_legendre
from scotopic.words import FormFactor, Method

Array = npt.NDArray[np.float64]

_ROWS = 48  # values of x done at once: more only take memory
_TOTAL_TOLERANCE, _SPECTRUM_TOLERANCE = 1.5, 5.0  # errors between standard and refined nodes


@dataclass(frozen=True)
class Process:
    """What is computed: l Z -> l Z X with unit coupling, e or for tensors 1 GeV^-1.

    Attributes
    ----------
    mediator : {"vector", "axial_vector", "scalar", "pseudoscalar", "tensor", "leptonic_tensor"}
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
        radiation_of(self.mediator)
        one_of("form_factor", self.form_factor, get_args(FormFactor))
        one_of("method", self.method, get_args(Method))
        self.radiation.check(self)

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
    def radiation(self) -> Radiation:
        """How this kind of mediator is radiated."""
        return radiation_of(self.mediator)

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
        return self.radiation.variable(
            mediator_mass, energy, self.lepton_mass, self.element.nuclear_mass
        )


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
        In cm^2 for unit coupling.
    """
    pieces = [
        process.radiation.spectrum(
            process, mediator_mass, energy, recoil[i : i + _ROWS], resolution
        )
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
    """Return d sigma/dx of l Z -> l Z X for unit coupling: e, or for tensors 1 GeV^-1.

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
        result changes by more than 1 % with finer nodes (2.5 % for tensors).

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
        coarse, fine = (
            raw_spectrum(process, mediator_mass, energy, recoil, resolution)
            for resolution in process.radiation.resolutions
        )
        tolerance = _SPECTRUM_TOLERANCE * process.radiation.error
        _require_convergence(coarse, fine, tolerance, mediator_mass, energy)
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
    """Return the cross section of l Z -> l Z X for unit coupling: e, or for tensors 1 GeV^-1.

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
        finer nodes (0.8 % for tensors). It changes by less than 0.04 % for totals (tensors: 0.5 %
        below 10 MeV, 0.1 % above), and the finer value is returned.

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
        _above(process, mediator_mass, energy, minimum_energy, r)
        for r in process.radiation.resolutions
    )
    tolerance = _TOTAL_TOLERANCE * process.radiation.error
    _require_convergence(np.array(coarse), np.array(fine), tolerance, mediator_mass, energy)
    return fine
