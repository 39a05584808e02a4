r"""How wide electromagnetic showers are: the energy outside of cells across the beam.

At each depth the energy in a ring is

    f(r) = p 2 r R_C^2/(r^2 + R_C^2)^2 + (1 - p) 2 r R_T^2/(r^2 + R_T^2)^2,

a core and a tail whose radii (in Moliere radii) and share p depend on the depth in units of the
depth of the maximum: Grindhammer and Peters, hep-ex/0001020, section 3, homogeneous media.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.detector.calorimeter import (
    ShowerModel,
    Showers,
    critical_energy,
    effective_atomic_number,
)
from scotopic.display import displayed

if TYPE_CHECKING:
    from scotopic.materials import Material

FloatArray = npt.NDArray[np.float64]

_SCALE_ENERGY = 21.2e-3  # GeV: multiple scattering, E_s = m_e sqrt(4 pi/alpha)
_SLICES = 24
_LAST_SLICE = 4.0  # in depths of the maximum; what is behind counts with the last slice's radii

# Axes of the table, evenly spaced: ln(energy in GeV), ln(alpha - 1), ln(depth of the maximum over
# its mean), and the distance in half sides of the square, as arcsinh so that nodes are dense at its
# edge. The last is the azimuth, over which it is averaged.
_AXES = (
    np.linspace(np.log(0.1), np.log(500.0), 5),
    np.linspace(np.log(0.1), np.log(20.0), 7),
    np.linspace(np.log(0.2), np.log(5.0), 7),
    np.linspace(np.arcsinh(-10.0), np.arcsinh(30.0), 24),
)
_EDGE = 0.1
_AZIMUTHS = (np.arange(2) + 0.5) / 2 * np.pi / 4
_ORDER: Final = 2  # of the splines


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


@displayed
@dataclass(frozen=True)
class OutsideShares:
    """Shares of showers' energy outside of a square of cells, from a table.

    What `LateralModel.outside` computes depends on energy, shape and depth of the shower and on how
    far off its axis is, all azimuths of which are averaged over. The table takes a hundredth of
    the time; its means are those to 0.0015, and each shower's share to 0.003.

    Attributes
    ----------
    material : Material
        Homogenised.
    half_width_cm : float
        Half the side of the square.
    """

    material: "Material"
    half_width_cm: float

    @staticmethod
    @cache
    def of(material: "Material", half_width_cm: float) -> "OutsideShares":
        """Return the table of a material and a square, which is made once."""
        return OutsideShares(material, half_width_cm)

    def at(self, showers: Showers, distance_cm: npt.ArrayLike = 0.0) -> FloatArray:
        """Return the shares of showers whose axes are so far from the middle of the square.

        Examples
        --------
        >>> from scotopic.materials import material
        >>> lead = material("lead")
        >>> showers = ShowerModel.of(lead).mean([1.0, 50.0])
        >>> OutsideShares.of(lead, 5.0).at(showers).round(3)
        array([0.019, 0.016])
        >>> OutsideShares.of(lead, 5.0).at(showers, 5.0).round(2)
        array([0.22, 0.21])
        """
        from scipy.ndimage import map_coordinates  # noqa: PLC0415 - slow to import

        energy = np.maximum(showers.energy, np.exp(_AXES[0][0]))
        relative = np.asarray(distance_cm, dtype=np.float64) / self.half_width_cm
        values = (
            np.log(energy),
            np.log(showers.alpha - 1),
            np.log(showers.maximum_X0() / self._mean_depth(energy)),
            np.arcsinh((relative - 1) / _EDGE),
        )
        places = [
            (v - axis[0]) / (axis[1] - axis[0]) for v, axis in zip(values, _AXES, strict=True)
        ]
        shape = np.broadcast_shapes(*(place.shape for place in places))
        flat = np.stack([np.broadcast_to(place, shape).ravel() for place in places])
        log = map_coordinates(self._splines, flat, order=_ORDER, mode="nearest", prefilter=False)
        return np.asarray(np.minimum(np.exp(log), 1.0)).reshape(shape)

    def _mean_depth(self, energy: FloatArray) -> FloatArray:
        return ShowerModel.of(self.material).mean(energy).maximum_X0()

    @cached_property
    def _splines(self) -> FloatArray:
        from scipy.ndimage import spline_filter  # noqa: PLC0415 - slow to import

        nodes = [np.exp(axis) for axis in _AXES[:3]]
        distances = np.maximum(1 + _EDGE * np.sinh(_AXES[3]), 0.0) * self.half_width_cm
        grid = np.meshgrid(*nodes, distances, _AZIMUTHS, indexing="ij")
        energy, above_one, depth, distance, azimuth = grid
        beta = above_one / (depth * self._mean_depth(energy))
        length = ShowerModel.of(self.material).attenuation_length
        showers = Showers(energy, above_one + 1, beta, length)
        x, y = distance * np.cos(azimuth), distance * np.sin(azimuth)
        outside = LateralModel.of(self.material).outside(showers, self.half_width_cm, x, y)
        log: FloatArray = np.log(outside.mean(axis=-1))
        return np.asarray(spline_filter(log, order=_ORDER, mode="nearest"))


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
