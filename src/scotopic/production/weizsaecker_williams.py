"""Weizsaecker-Williams approximations of mediator bremsstrahlung.

Both follow from the weights of `amplitudes` in the collinear limit, where the nucleus' field is
a flux of photons chi and the process is lepton + photon -> lepton + X:

    d sigma/dx dD = (alpha^3 chi/4) {[c1 (2 - 2x + x^2) + c2 x^2]/D^2
                                     - 8 c4 x (1-x) (D - D_min)/D^4}.

"ww" keeps the flux's dependence on D through the exact smallest momentum transfer, and is
integrated over phase space like the exact amplitude. "iww" takes the flux at one momentum
transfer, so that the integral over D is elementary.
"""

import numpy as np
import numpy.typing as npt

from scotopic.checked import numbers
from scotopic.errors import RangeError
from scotopic.materials import Element
from scotopic.production.amplitudes import Weights, coupling_weights
from scotopic.production.form_factors import form_factor
from scotopic.quadrature import gauss_legendre
from scotopic.units import ALPHA, GEV2_TO_CM2

Array = npt.NDArray[np.float64]


def flux_cutoff(mediator_mass: float, lepton_mass: float) -> float:
    """Return m^2 + m_l^2, the largest t in GeV^2 that the photon flux counts.

    Gninenko, Krasnikov and Matveev (2021), below eq. 17.
    """
    return mediator_mass**2 + lepton_mass**2


def photon_flux(t_min: float, t_max: float, element: Element, name: str) -> float:
    """Return the effective photon flux chi of an atom.

    Parameters
    ----------
    t_min, t_max : float
        Limits in GeV^2, 0 < t_min < t_max.
    element : Element
        Target.
    name : str
        Form factor.

    Returns
    -------
    float
        Integral of G2(t) (t - t_min)/t^2 over t: Gninenko, Krasnikov and Matveev (2021), eq. 17.

    Examples
    --------
    >>> from scotopic.materials import element
    >>> chi = photon_flux(2.5e-9, 0.01, element("Pb"), "elastic")
    >>> round(chi / 82**2, 2)
    12.23
    """
    nodes, weights = gauss_legendre(96)
    span = np.log(t_max / t_min)
    t = t_min * np.exp(span * nodes)
    return float((1 - t_min / t) * form_factor(t, element, name) @ weights * span)


def improved_weizsaecker_williams(
    mediator: str,
    element: Element,
    energy: float,
    mediator_mass: float,
    recoil: npt.ArrayLike,
    *,
    lepton_mass: float,
    form_factor: str,
) -> Array:
    """Return d sigma/dx in the improved Weizsaecker-Williams approximation ("iww").

    Parameters
    ----------
    mediator : str
        The mediator X, coupled with strength e.
    element : Element
        Target.
    energy, mediator_mass, lepton_mass : float
        In GeV.
    recoil : array_like
        1 - x, x = E_X/energy.
    form_factor : str
        Form factor of the atom.

    Returns
    -------
    ndarray
        In cm^2, shape of `recoil`.

    Raises
    ------
    RangeError
        If the mediator is lighter than the lepton.

    Notes
    -----
    Gninenko, Krasnikov and Matveev (2021), eq. 14 times sqrt(1 - m^2/energy^2); the lepton's
    mass is kept in the propagator alone, which restricts it to mediators heavier than the
    lepton. 1 - x + x^2/3 holds for the vector and axial vector and becomes x^2/6 for scalars.
    """
    if mediator_mass < lepton_mass:
        raise RangeError(
            f"method: 'iww' does not hold for a mediator of {mediator_mass} GeV, lighter than "
            f"the lepton ({lepton_mass} GeV); take 'exact' or 'ww'"
        )
    y = numbers("recoil", recoil)
    x = 1 - y
    smallest = (mediator_mass**2 / (2 * energy)) ** 2
    chi = photon_flux(smallest, flux_cutoff(mediator_mass, lepton_mass), element, form_factor)
    light = coupling_weights(mediator, mediator_mass, 0.0)
    shape = light.emission * (1 + y * y) + light.recoil * x * x
    shape -= 4 / 3 * light.eikonal / mediator_mass**2 * x * x
    virtuality = mediator_mass**2 * y / x + lepton_mass**2 * x
    beta = np.sqrt((1 - mediator_mass / energy) * (1 + mediator_mass / energy))
    return np.asarray(ALPHA**3 * GEV2_TO_CM2 * chi * beta / 4 * shape / virtuality)


def collinear_cross_section(
    weights: Weights, x: Array, virtuality: Array, smallest: Array
) -> Array:
    """Return d sigma/dx dD per unit of photon flux, the integrand of "ww".

    Parameters
    ----------
    weights : Weights
        Of the mediator.
    x : ndarray
        E_X/energy.
    virtuality, smallest : ndarray
        D and its smallest value at this x, GeV^2.

    Returns
    -------
    ndarray
        In units of alpha^3, GeV^-4.

    Notes
    -----
    Liu, McKeen and Miller, Phys. Rev. D 95 (2017) 036010 and D 96 (2017) 016004.
    """
    y = 1 - x
    splitting = weights.emission * (1 + y * y) + weights.recoil * x * x
    dipole = 8 * weights.eikonal * x * y * (virtuality - smallest) / virtuality**2
    return np.asarray((splitting - dipole) / (4 * virtuality**2))
