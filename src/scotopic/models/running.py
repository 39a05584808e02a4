r"""Running of the dark coupling at one loop, and its Landau pole.

    mu d(alpha_D)/d(mu) = alpha_D^2/(2 pi) (4/3 sum Q_F^2 + 1/3 sum Q_S^2),

Gninenko, Krasnikov and Matveev, Phys. Usp. 64 (2021) 1286, eq. 10 (there for equal charges), after
Davoudiasl and Marciano, Phys. Rev. D92 (2015) 035008. All dark particles run from m_A' upwards.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import number, numbers, one_of, positive
from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.derived import COUPLING, PROBE, Values
from scotopic.models.parameters import Given, model_of
from scotopic.words import DarkMatter

CHARGES: Final[Mapping[DarkMatter, tuple[tuple[int, ...], tuple[int, ...]]]] = MappingProxyType(
    {
        "complex_scalar": ((), (1, 1)),
        "dirac": ((1,), (1,)),
        "majorana": ((1,), (2,)),
        "pseudo_dirac": ((1,), (2,)),
    }
)
"""Charges of the Dirac fermions and of the complex scalars.

The last scalar gives the dark photon its mass: of charge 1, or of charge 2 where it also gives
Majorana masses. The Majorana model has a second Majorana fermion against the anomaly; the two
count as one Dirac fermion. The review gives all but the Dirac model, which here gets the same
scalar of charge 1 as the scalar model.
"""


def beta_coefficient(dark_matter: DarkMatter) -> float:
    """Return b = 4/3 sum Q_F^2 + 1/3 sum Q_S^2 of one kind of dark matter.

    Raises
    ------
    RangeError
        If the kind is unknown.

    Examples
    --------
    >>> [round(beta_coefficient(kind), 4) for kind in CHARGES]
    [0.6667, 1.6667, 2.6667, 2.6667]
    """
    one_of("dark_matter", dark_matter, CHARGES)
    fermions, scalars = CHARGES[dark_matter]
    return sum(4 * q**2 for q in fermions) / 3 + sum(q**2 for q in scalars) / 3


def running_alpha_D(
    model: Given, scale: npt.ArrayLike, **parameters: float | str
) -> npt.NDArray[np.float64]:
    """Return the dark coupling at higher scales.

    Parameters
    ----------
    model : DarkPhoton, type or str
        A dark photon, or its class or name. Its `alpha_D` is the coupling at the scale m_A'.
    scale : array_like
        Scales in GeV, any shape, from m_A' up to the Landau pole.
    **parameters
        Of the model: those of a class or name, or changes; kinetic mixing plays no part.

    Returns
    -------
    ndarray
        alpha_D(scale), of the shape of `scale`.

    Raises
    ------
    RangeError
        If a scale is below m_A' or not below the Landau pole.

    Examples
    --------
    >>> model = DarkPhoton(mediator_mass=0.01, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3,
    ...                    dark_matter="complex_scalar")
    >>> running_alpha_D(model, [0.01, 91.2]).round(4)
    array([0.1   , 0.1107])
    """
    mu, made = numbers("scale", scale), dark_photon_of(model, parameters, {COUPLING: PROBE})
    pole = landau_pole(made)
    outside = ~((mu >= made.mediator_mass) & (mu < pole))
    if np.any(outside):
        worst = mu[outside].flat[0]
        raise RangeError(
            f"scale: {worst:g} GeV is not between the mass {made.mediator_mass:g} GeV"
            f" and the Landau pole {pole:g} GeV"
        )
    slope = beta_coefficient(made.dark_matter) / (2 * math.pi)
    return np.asarray(made.alpha_D / (1 - slope * made.alpha_D * np.log(mu / made.mediator_mass)))


def dark_photon_of(given: Given, parameters: Values, natural: Values | None = None) -> DarkPhoton:
    """Return a dark photon that is given by itself, its class or its name; as `model_of`."""
    made = model_of(given, parameters, natural=natural)
    if not isinstance(made, DarkPhoton):
        raise RangeError(f"model: {type(made).__name__} is no dark photon, which is needed here")
    return made


def landau_pole(model: Given, **parameters: float | str) -> float:
    """Return the scale in GeV at which the one-loop coupling diverges.

    Parameters as `running_alpha_D`.

    It is infinite if it exceeds what a float holds (alpha_D below 0.0034 with one Dirac fermion
    and a charge-2 scalar), as for alpha_D = 0.

    Examples
    --------
    >>> kind = {"alpha_D": 0.5, "dark_matter": "pseudo_dirac"}
    >>> round(landau_pole("dark_photon", mediator_mass=0.01, **kind), 2)
    1.11
    """
    made = dark_photon_of(model, parameters, {COUPLING: PROBE})
    slope = beta_coefficient(made.dark_matter) * made.alpha_D / (2 * math.pi)
    try:
        return made.mediator_mass * math.exp(1 / slope)
    except (OverflowError, ZeroDivisionError):
        return math.inf


def maximum_alpha_D(dark_matter: DarkMatter, mediator_mass: float, scale: float) -> float:
    """Return the largest alpha_D(m_A') that has no Landau pole below a scale.

    Parameters
    ----------
    dark_matter : {"complex_scalar", "dirac", "majorana", "pseudo_dirac"}
        Kind of dark matter.
    mediator_mass : float
        m_A' in GeV.
    scale : float
        Scale in GeV up to which the model is to hold.

    Raises
    ------
    RangeError
        If the mass is not positive or the scale not above it.

    Examples
    --------
    >>> round(maximum_alpha_D("complex_scalar", 0.01, 1000.0), 2)
    0.82
    """
    mediator_mass, scale = positive("mediator_mass", mediator_mass), number("scale", scale)
    if not mediator_mass < scale < math.inf:
        raise RangeError(f"scale: {scale} GeV is not above the mediator_mass {mediator_mass} GeV")
    e_folds = math.log(scale) - math.log(mediator_mass)  # their ratio may overflow
    return 2 * math.pi / (beta_coefficient(dark_matter) * e_folds)
