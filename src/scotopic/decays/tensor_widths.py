r"""Two-body decay widths of a massive spin-2 particle G, at its own or any virtual mass.

It couples to the energy-momentum tensor, L = -k G_mn T^mn with k in GeV^-1. For a mass m and
r = m_X/m, b = sqrt(1 - 4 r^2), in units of k^2 m^3/pi:

    Dirac fermions       b^3 (1 + 8 r^2/3)/160        (Majorana: half)
    complex scalars      b^5/480                      (real: half)
    real vectors         b (13 + 56 r^2 + 48 r^4)/960
    photons              1/80

The scalars are coupled minimally: an improvement term, which is proportional to the trace, does not
change these widths.
"""

import math
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from scotopic.checked import number_within, one_of
from scotopic.decays.widths import HEAVIEST, fermion_width, virtual_mass
from scotopic.units import ALPHA
from scotopic.words import SpinParity

Array = npt.NDArray[np.float64]

TensorProduct = Literal["dirac", "majorana", "complex_scalar", "real_scalar", "vector", "photon"]
"""What a tensor decays into, two of them."""

LIGHTEST_LEPTONIC: Final = 0.5
"""Least mass in GeV of tensors that do not couple to photons.

What they couple to is not conserved: cross sections grow as m^-4, and are 1.5 times those of a
universal tensor at this mass, 4e6 times at 10 MeV.
"""

_SHARES: Final = {"dirac": 1.0, "majorana": 0.5, "complex_scalar": 1.0, "real_scalar": 0.5}
_STRONGEST: Final = 1e50


def tensor_width(
    product: TensorProduct, mass: npt.ArrayLike, coupling: float, product_mass: float
) -> Array:
    """Return the width of G into two particles of one kind in GeV.

    Parameters
    ----------
    product : {"dirac", "majorana", "complex_scalar", "real_scalar", "vector", "photon"}
        What it decays into.
    mass : array_like
        Mass of the (virtual) G in GeV, any shape.
    coupling : float
        k in GeV^-1.
    product_mass : float
        Mass of each product in GeV; that of photons does not count.

    Raises
    ------
    RangeError
        If the product is unknown or a value out of range.

    Examples
    --------
    >>> float(tensor_width("photon", 1.0, 1.0, 0.0)) * 80 * math.pi
    1.0
    """
    one_of("product", product, (*_SHARES, "vector", "photon"))
    m = virtual_mass(mass)
    k = number_within("coupling", coupling, 0.0, _STRONGEST, "GeV^-1")
    size = k**2 * m**3 / math.pi
    if product == "photon":
        return np.asarray(size / 80)
    r2 = (number_within("product_mass", product_mass, 0.0, HEAVIEST, "GeV") / m) ** 2
    b = np.sqrt(np.maximum(1 - 4 * r2, 0.0))
    match product:
        case "dirac" | "majorana":
            shape = b**3 * (1 + 8 * r2 / 3) / 160
        case "vector":
            shape = b * (13 + 56 * np.minimum(r2, 1.0) + 48 * np.minimum(r2, 1.0) ** 2) / 960
        case _:
            shape = b**5 / 480
    return np.asarray(size * shape * _SHARES.get(product, 1.0))


def unit_lepton_width(kind: SpinParity, mass: npt.ArrayLike, lepton_mass: float) -> Array:
    """Return the width of a mediator into a pair of leptons in GeV, for unit coupling.

    That is the coupling e, or 1 GeV^-1 for tensors.

    Parameters
    ----------
    kind : str
        Of the mediator's coupling to leptons.
    mass : array_like
        Mass of the (virtual) mediator in GeV, any shape.
    lepton_mass : float
        In GeV.

    Examples
    --------
    >>> round(float(unit_lepton_width("vector", 3.0, 0.0)) / ALPHA, 12)
    1.0
    """
    if kind in ("tensor", "leptonic_tensor"):
        return tensor_width("dirac", mass, 1.0, lepton_mass)
    return fermion_width(kind, mass, ALPHA, lepton_mass)
