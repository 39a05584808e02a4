r"""Primakoff production gamma Z -> a Z of particles that couple to two photons.

With t the momentum transfer squared to a nucleus at rest that takes up no energy,

    d sigma/dt = (alpha g^2/8) G2(t) (t - t_min)(t_max - t)/(4 E^2 t^2),
    t_min, t_max = (E -+ k)^2,   k^2 = E^2 - m^2,

so that the particle has the energy E of the photon. In ln t the integrand is smooth over all of
the range; it is integrated by Gauss-Legendre quadrature in panels.
"""

import numpy as np
import numpy.typing as npt

from scotopic import materials
from scotopic.checked import number_within, within
from scotopic.materials import Element
from scotopic.production.form_factors import form_factor
from scotopic.production.spectrum import HIGHEST_ENERGY, MASSES
from scotopic.quadrature import gauss_legendre
from scotopic.units import ALPHA, GEV2_TO_CM2

Array = npt.NDArray[np.float64]

_PANELS, _POINTS = 16, 8  # together better than 1e-8 for masses from 1 keV to 1 GeV


def primakoff_cross_section(
    mass: float,
    photon_energies: npt.ArrayLike,
    element: Element | str,
    form_factor_name: str = "elastic",
) -> Array:
    """Return the total cross section of gamma Z -> a Z for the coupling g = 1 GeV^-1.

    Parameters
    ----------
    mass : float
        Mass of the particle in GeV.
    photon_energies : array_like
        Energies in GeV, any shape.
    element : Element or str
        The nucleus, by its symbol too, screened by its atom.
    form_factor_name : {"elastic", "elastic+inelastic"}
        Form factor G2(t); see `scotopic.production.form_factors`.

    Returns
    -------
    ndarray
        In cm^2, of the shape of the energies; zero where the photon is too soft. It grows as g^2.

    Raises
    ------
    RangeError
        If the mass is not positive and finite, or the form factor is unknown.

    Notes
    -----
    For the same width into two photons this is Halprin, Andersen and Primakoff's formula (Phys.
    Rev. 152 (1966) 1295) with 4 E^2 k^2 sin^2(theta) = (t - t_min)(t_max - t); scalars and
    pseudoscalars do not differ. The recoil of the nucleus, of the order m^2/(2 M E), is left out.

    Examples
    --------
    >>> f"{primakoff_cross_section(0.03, 60.0, 'Pb'):.3e}"
    '3.378e-26'
    """
    element = materials.element(element)
    mass = number_within("mass", mass, *MASSES, "GeV")
    energies = within("photon_energies", photon_energies, 0.0, HIGHEST_ENERGY, "GeV")
    E = np.maximum(energies, mass)[..., None]
    k = np.sqrt((E - mass) * (E + mass))
    low, high = (mass**2 / (E + k)) ** 2, (E + k) ** 2
    nodes, weights = gauss_legendre(_POINTS)
    at = ((np.arange(_PANELS)[:, None] + nodes) / _PANELS).ravel()
    width = np.log(high / low)
    t = low * np.exp(width * at)
    spectrum = (
        form_factor(t, element, form_factor_name)
        * np.maximum((t - low) * (high - t), 0.0)
        / (4 * E**2 * t)
    )
    integral = width[..., 0] * (spectrum @ np.tile(weights / _PANELS, _PANELS))
    return np.asarray(ALPHA / 8 * GEV2_TO_CM2 * integral)
