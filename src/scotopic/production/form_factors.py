"""Form factors G2(t) of atoms: screened nucleus and atomic protons."""

from typing import get_args

import numpy as np
import numpy.typing as npt

from scotopic.checked import one_of, within
from scotopic.materials import Element
from scotopic.units import ELECTRON_MASS, PROTON_MAGNETIC_MOMENT, PROTON_MASS
from scotopic.words import FormFactor

Array = npt.NDArray[np.float64]

NUCLEAR_SCALE = 0.164
"""d A^(2/3) in GeV^2: slope of the elastic form factor, the size of the nucleus."""

DIPOLE_SCALE = 0.71
"""Mass squared in GeV^2 of the proton's dipole form factor."""


_LARGEST_TRANSFER = 1e20  # GeV^2, beyond anything; no power overflows


def elastic_form_factor(t: npt.ArrayLike, element: Element) -> Array:
    """Return the elastic G2(t) of an atom.

    Parameters
    ----------
    t : array_like
        Momentum transfer squared in GeV^2, positive.
    element : Element
        Target; its atomic mass stands for the mass number.

    Returns
    -------
    ndarray
        Z^2 [a^2 t/(1 + a^2 t)]^2 [1 + t/d]^-2, dimensionless, shape of `t`.

    Notes
    -----
    Gninenko, Krasnikov and Matveev (2021), eq. 18, where A must be read as the mass number;
    a = 111 Z^(-1/3)/m_e, d = 0.164 GeV^2 A^(-2/3).

    Examples
    --------
    >>> from scotopic.materials import element
    >>> round(float(elastic_form_factor(1e-6, element("Pb"))), 1)
    6715.8
    """
    t = within("t", t, 0.0, _LARGEST_TRANSFER, "GeV^2")
    screening = 111 * element.atomic_number ** (-1 / 3) / ELECTRON_MASS
    size = NUCLEAR_SCALE * element.atomic_mass ** (-2 / 3)
    screened = screening**2 * t
    return np.asarray((element.atomic_number * screened / (1 + screened) / (1 + t / size)) ** 2)


def inelastic_form_factor(t: npt.ArrayLike, element: Element) -> Array:
    """Return the quasi-elastic G2(t) of an atom, from its single protons.

    Parameters
    ----------
    t : array_like
        Momentum transfer squared in GeV^2, positive.
    element : Element
        Target.

    Returns
    -------
    ndarray
        Dimensionless, shape of `t`.

    Notes
    -----
    Bjorken, Essig, Schuster and Toro, Phys. Rev. D 80 (2009) 075018, eq. A19: a' = 773
    Z^(-2/3)/m_e, dipole form factor and magnetic moment of the proton.

    Examples
    --------
    >>> from scotopic.materials import element
    >>> round(float(inelastic_form_factor(1e-6, element("Pb"))), 2)
    81.97
    """
    t = within("t", t, 0.0, _LARGEST_TRANSFER, "GeV^2")
    screening = 773 * element.atomic_number ** (-2 / 3) / ELECTRON_MASS
    screened = screening**2 * t
    magnetic = 1 + t / (4 * PROTON_MASS**2) * (PROTON_MAGNETIC_MOMENT**2 - 1)
    dipole = ((1 + t / DIPOLE_SCALE) ** 2) ** 2
    return np.asarray(element.atomic_number * (screened / (1 + screened) * magnetic / dipole) ** 2)


def form_factor(t: npt.ArrayLike, element: Element, name: str) -> Array:
    """Return G2(t) by name.

    Parameters
    ----------
    t : array_like
        Momentum transfer squared in GeV^2, positive.
    element : Element
        Target.
    name : {"elastic", "elastic+inelastic"}
        Which contributions to add up.

    Raises
    ------
    RangeError
        If the name is unknown.
    """
    one_of("form_factor", name, get_args(FormFactor))
    coherent = elastic_form_factor(t, element)
    return coherent if name == "elastic" else coherent + inelastic_form_factor(t, element)
