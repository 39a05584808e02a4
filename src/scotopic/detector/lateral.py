r"""How wide electromagnetic showers are: the energy outside of cells across the beam.

At each depth the energy in a ring is

    f(r) = p 2 r R_C^2/(r^2 + R_C^2)^2 + (1 - p) 2 r R_T^2/(r^2 + R_T^2)^2,

a core and a tail whose radii (in Moliere radii) and share p depend on the depth in units of the
depth of the maximum: Grindhammer and Peters, hep-ex/0001020, section 3, homogeneous media.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.detector.calorimeter import Showers, critical_energy, effective_atomic_number

if TYPE_CHECKING:
    from scotopic.materials import Material

FloatArray = npt.NDArray[np.float64]

_SCALE_ENERGY = 21.2e-3  # GeV: multiple scattering, E_s = m_e sqrt(4 pi/alpha)
_SLICES = 24
_LAST_SLICE = 4.0  # in depths of the maximum; what is behind counts with the last slice's radii


@dataclass(frozen=True)
class LateralModel:
    """Lateral profiles in one material.

    Attributes
    ----------
    atomic_number : float
        Effective Z.
    moliere_radius_cm : float
        E_s X0/E_c.
    """

    atomic_number: float
    moliere_radius_cm: float

    @classmethod
    def of(cls, material: "Material") -> "LateralModel":
        """Return the model of a (homogenised) material.

        Examples
        --------
        >>> from scotopic.materials import material
        >>> round(LateralModel.of(material("lead")).moliere_radius_cm, 2)
        1.62
        """
        radius = _SCALE_ENERGY / critical_energy(material) * material.radiation_length_cm
        return cls(effective_atomic_number(material), radius)

    def outside(
        self,
        showers: Showers,
        half_width_cm: float,
        x_cm: npt.ArrayLike = 0.0,
        y_cm: npt.ArrayLike = 0.0,
    ) -> FloatArray:
        """Return the fraction of each shower's energy outside of a square around the axis.

        Parameters
        ----------
        showers : Showers
            The showers, with their fluctuations in depth.
        half_width_cm : float
            Half the side of the square: 1.5 cells for the energy outside the central 3 x 3
            cells, half a cell for the ratio of periphery to all cells.
        x_cm, y_cm : array_like
            Where the showers' axes are, from the centre of the square; of the showers' shape.

        Returns
        -------
        ndarray
            Of the showers' shape.
        """
        x, y = np.asarray(x_cm, dtype=np.float64), np.asarray(y_cm, dtype=np.float64)
        maximum = showers.maximum_X0()
        edges = np.linspace(0.0, _LAST_SLICE, _SLICES + 1)
        front = showers.beyond(0.0)
        outside = np.zeros_like(showers.energy)
        for start, end in pairwise(edges):
            behind = showers.beyond(end * maximum)
            rear = behind if end < _LAST_SLICE else np.zeros_like(behind)
            core, tail, share = self._radii((start + end) / 2, showers.energy)
            inside = share * _inside_square(half_width_cm, x, y, core)
            inside += (1 - share) * _inside_square(half_width_cm, x, y, tail)
            outside += (front - rear) * (1 - inside)
            front = rear
        with np.errstate(invalid="ignore"):
            fraction = outside / showers.energy
        return np.where(showers.energy > 0, fraction, 0.0)

    def _radii(self, depth: float, energy: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Radii of core and tail in cm and the core's share (Grindhammer and Peters, eq. 25-27)."""
        z, log = self.atomic_number, np.log(np.maximum(energy, 0.1))
        core = 0.0251 + 0.00319 * log + (0.1162 - 0.000381 * z) * depth
        away = depth - 0.645
        growth = np.exp((0.3585 + 0.0412 * log) * away)
        tail = (0.659 - 0.00309 * z) * (np.exp(-2.59 * away) + growth)
        ratio = (0.401 + 0.00187 * z - depth) / (1.313 - 0.0686 * log)
        share = (2.632 - 0.00094 * z) * np.exp(ratio - np.exp(ratio))
        radius = self.moliere_radius_cm
        return core * radius, tail * radius, np.clip(share, 0.0, 1.0)


def _inside_square(
    half_width: float, x: FloatArray, y: FloatArray, radius: FloatArray
) -> FloatArray:
    """Fraction of the profile R^2/(pi (r^2 + R^2)^2) inside a square: in closed form."""
    total = np.zeros_like(radius)
    for sign_x in (1, -1):
        for sign_y in (1, -1):
            total += _inside_corner(half_width + sign_x * x, half_width + sign_y * y, radius)
    return total


def _inside_corner(a: FloatArray, b: FloatArray, radius: FloatArray) -> FloatArray:
    """Integral of the profile from its axis to the corner (a, b)."""
    along_a, along_b = np.hypot(a, radius), np.hypot(b, radius)
    angles = a / along_a * np.arctan(b / along_a) + b / along_b * np.arctan(a / along_b)
    return np.asarray(angles / (2 * np.pi))
