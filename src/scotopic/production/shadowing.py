r"""How nuclei take part when a photon turns into a vector meson V: all at once, or one nucleon.

With the density n of nucleons, the meson's cross section sigma on one of them, its inelastic part
sigma_in, and the longitudinal momentum transfer q,

    C = 4 pi Int d2b |Int dz n e^(i q z) exp(-sigma/2 Int_z n)|^2               coherent, Glauber,
    C = (sigma_A/sigma)^2 Int_{q^2} |F(t)|^2 dt,  sigma_A = Int d2b (1 - e^(-sigma T(b)))
                                                                              coherent, classical,
    I = Int d2b dz n exp(-sigma_in Int_z n)
        |1 - sigma/2 Int^z dz' n e^(i q (z' - z)) exp(-sigma/2 Int_z'^z n)|^2         incoherent,

so that sigma(gamma A -> V A) = C dsigma/dt(gamma p -> V p, t = 0), and I is the number of nucleons
that count in sigma(gamma A -> V A*). Without absorption C is A^2 Int |F|^2 dt and I is A. (Bauer,
Spital, Yennie and Pipkin, Rev. Mod. Phys. 50 (1978) 261; classical: Klein and Nystrand, Phys. Rev.
C60 (1999) 014903.)
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, TypeVar, get_args

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.checked import one_of
from scotopic.display import displayed
from scotopic.materials import Element
from scotopic.quadrature import gauss_legendre
from scotopic.units import HBAR_C_GEV_CM
from scotopic.words import NuclearModel

if TYPE_CHECKING:
    from scipy.interpolate import RectBivariateSpline

Array = npt.NDArray[np.float64]
Number = TypeVar("Number", np.float64, np.complex128)

FERMI: Final = 1e-13 / HBAR_C_GEV_CM
"""1 fm in GeV^-1."""

MILLIBARN: Final = 1e-27 / HBAR_C_GEV_CM**2
"""1 mb in GeV^-2."""

RANGE_OF_SIGMA: Final = 0.2 * MILLIBARN, 80 * MILLIBARN
"""Cross sections on a nucleon in GeV^-2 for which tables are made."""

LARGEST_TRANSFER: Final = 1.5
"""Longitudinal momentum transfer in GeV where tables end."""

_MEASURED: Final = {82: (6.624, 0.549)}  # lead, as STARlight has it
_SLOPE = 10.0  # GeV^-2: sigma_in = sigma - sigma^2/(16 pi slope); 7 for the phi moves its I by 1 %
_FAR = 12  # skins beyond the radius, where there is nothing any more
_IMPACTS, _DEPTHS = 24, 160
_SIGMAS, _TRANSFERS, _SMOOTH = 10, 76, 26  # nodes; I needs fewer transfers than C


@displayed
@dataclass(frozen=True)
class Nucleus:
    """The density of nucleons, 1/(1 + exp((r - radius)/skin)) up to a factor.

    Attributes
    ----------
    nucleons : float
        How many.
    radius, skin : float
        In GeV^-1.
    """

    nucleons: float
    radius: float
    skin: float

    @classmethod
    def of(cls, element: Element) -> "Nucleus":
        """Return the mean nucleus of an element.

        Notes
        -----
        Lead: 6.624 and 0.549 fm (Klein et al., Comput. Phys. Commun. 212 (2017) 258). Others:
        radius 1.23 A^(1/3) - 0.6 fm, skin 0.52 fm, fitted to muonic atoms (Lewin and Smith,
        Astropart. Phys. 6 (1996) 87, eq. 4.11): root-mean-square radii are within 1 % of the
        measured ones for tungsten and aluminium, 5 % too large for carbon, 30 % for helium.

        Examples
        --------
        >>> from scotopic.materials import element
        >>> round(Nucleus.of(element("W")).radius / FERMI, 2)
        6.39
        """
        a = element.atomic_mass
        sizes = 1.23 * a ** (1 / 3) - 0.6, 0.52
        radius, skin = _MEASURED.get(element.atomic_number, sizes)
        return cls(a, radius * FERMI, skin * FERMI)

    @property
    def reach(self) -> float:
        """Distance from the centre in GeV^-1 beyond which there is nothing."""
        return self.radius + _FAR * self.skin

    def density(self, distance: npt.ArrayLike) -> Array:
        """Return the density in GeV^3 at distances in GeV^-1, any shape."""
        beyond = np.asarray(distance, dtype=float) - self.radius
        return np.asarray(self._central / (1 + np.exp(beyond / self.skin)))

    def form_factor(self, transfer: npt.ArrayLike) -> Array:
        """Return F of momentum transfers in GeV, any shape: 1 at zero."""
        q = np.maximum(np.asarray(transfer, dtype=float), 1e-9)[..., None]
        r, weights = self._shells
        return np.asarray((np.sin(q * r) / (q * r)) @ (weights * self.density(r)) / self.nucleons)

    @cached_property
    def _central(self) -> float:
        r, weights = self._shells
        shape = 1 / (1 + np.exp((r - self.radius) / self.skin))
        return float(self.nucleons / (weights @ shape))

    @cached_property
    def _shells(self) -> tuple[Array, Array]:
        nodes, weights = gauss_legendre(160)
        r = self.reach * nodes
        return r, 4 * np.pi * r**2 * self.reach * weights


@displayed
@dataclass(frozen=True, eq=False)
class Shadowing:
    """C and I of one nucleus, interpolated in ln sigma and q.

    Attributes
    ----------
    sigma : ndarray, shape (s,)
        Nodes in GeV^-2, equally spaced in the logarithm.
    transfer, fewer : ndarray, shape (q,) and (k,)
        Nodes in GeV for C and for I.
    coherent : ndarray, shape (s, q)
        C in GeV^2.
    incoherent : ndarray, shape (s, k)
        I.
    """

    sigma: Array
    transfer: Array
    fewer: Array
    coherent: Array
    incoherent: Array

    def coherent_at(self, sigma: Array, transfer: Array) -> Array:
        """Return C in GeV^2 at cross sections in GeV^-2 and transfers in GeV, one shape.

        What is beyond the tables has the value at their end: at the largest transfer C is below
        1e-6 of that at none for lead, and I does not change any more.
        """
        return np.asarray(np.exp(self._splines[0].ev(*_inside(sigma, transfer))))

    def incoherent_at(self, sigma: Array, transfer: Array) -> Array:
        """Return I in the same way."""
        return np.asarray(np.exp(self._splines[1].ev(*_inside(sigma, transfer))))

    @cached_property
    def _splines(self) -> "list[RectBivariateSpline]":
        from scipy.interpolate import RectBivariateSpline  # noqa: PLC0415 - slow to import

        kinds = (self.transfer, self.coherent), (self.fewer, self.incoherent)
        return [RectBivariateSpline(np.log(self.sigma), q, np.log(v)) for q, v in kinds]


def _inside(sigma: Array, transfer: Array) -> tuple[Array, Array]:
    return np.log(np.clip(sigma, *RANGE_OF_SIGMA)), np.minimum(transfer, LARGEST_TRANSFER)


@lru_cache
def shadowing(element: Element, model: NuclearModel) -> Shadowing:
    """Return C and I of an element, from disk if they were computed before.

    Parameters
    ----------
    element : Element
        Heavier than hydrogen.
    model : {"classical", "glauber"}
        Of coherent production.

    Raises
    ------
    RangeError
        If the model is unknown.

    Examples
    --------
    >>> from scotopic.materials import element
    >>> lead = shadowing(element("Pb"), "glauber")
    >>> round(float(lead.incoherent_at(24 * MILLIBARN, 0.0)), 1)
    19.3
    """
    one_of("nuclear_model", model, get_args(NuclearModel))
    nucleus = Nucleus.of(element)

    def build() -> Arrays:
        sigma = np.geomspace(*RANGE_OF_SIGMA, _SIGMAS)
        transfer = LARGEST_TRANSFER * np.linspace(0, 1, _TRANSFERS) ** 1.5
        fewer = LARGEST_TRANSFER * np.linspace(0, 1, _SMOOTH) ** 2
        coherent = (glauber if model == "glauber" else classical)(nucleus, sigma, transfer)
        absorbed = sigma * (1 - sigma / (16 * np.pi * _SLOPE))
        return {
            "sigma": sigma,
            "transfer": transfer,
            "fewer": fewer,
            "coherent": np.maximum(coherent, 1e-30),
            "incoherent": incoherent(nucleus, sigma, absorbed, fewer),
        }

    size = [nucleus.nucleons, nucleus.radius, nucleus.skin]
    inputs = {"nucleus": size, "model": model}
    return Shadowing(**cached_arrays("shadowing", inputs, build))


class _Grid:
    """A nucleus on a grid of impact parameters and depths, all in GeV^-1."""

    def __init__(self, nucleus: Nucleus) -> None:
        nodes, weights = gauss_legendre(_IMPACTS)
        impact = nucleus.reach * nodes
        self.area = 2 * np.pi * impact * nucleus.reach * weights
        self.depth = np.linspace(-nucleus.reach, nucleus.reach, _DEPTHS + 1)
        self.density = nucleus.density(np.hypot(impact[:, None], self.depth))
        self.step = float(self.depth[1] - self.depth[0])
        self.before = self.summed(self.density)
        self.behind = self.before[:, -1:] - self.before

    def summed(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Return integrals up to each depth, the last axis, of what vanishes at the front."""
        # of the cubic through four points: the trapezoid and the differences of its ends' slopes
        slope = np.gradient(values, axis=-1)
        cells = (values[..., 1:] + values[..., :-1]) / 2 + (slope[..., :-1] - slope[..., 1:]) / 12
        found = np.zeros_like(values)
        np.cumsum(cells * self.step, axis=-1, out=found[..., 1:])
        return found


def glauber(nucleus: Nucleus, sigma: Array, transfer: Array) -> Array:
    """Return the coherent C in GeV^2, shape (sigma, transfer)."""
    grid = _Grid(nucleus)
    phase = np.exp(1j * grid.depth[:, None] * transfer)
    found = []
    for one in sigma:
        amplitude = grid.step * (grid.density * np.exp(-one / 2 * grid.behind)) @ phase
        found.append(4 * np.pi * grid.area @ np.abs(amplitude) ** 2)
    return np.array(found)


def classical(nucleus: Nucleus, sigma: Array, transfer: Array) -> Array:
    """Return the coherent C in GeV^2 of Klein and Nystrand, shape (sigma, transfer)."""
    grid = _Grid(nucleus)
    absorbed = -np.expm1(-sigma[:, None] * grid.before[:, -1]) @ grid.area
    q = np.linspace(0.0, 2 * LARGEST_TRANSFER, 3001)
    spectrum = 2 * q * nucleus.form_factor(q) ** 2
    cells = (spectrum[1:] + spectrum[:-1]) / 2 * (q[1] - q[0])
    above = np.append(np.cumsum(cells[::-1])[::-1], 0.0)
    return np.asarray((absorbed / sigma)[:, None] ** 2 * np.interp(transfer, q, above))


def incoherent(nucleus: Nucleus, sigma: Array, absorbed: Array, transfer: Array) -> Array:
    """Return I, shape (sigma, transfer); `absorbed` is sigma_in in GeV^-2, one for each sigma."""
    grid = _Grid(nucleus)
    found = np.empty((len(sigma), len(transfer)))
    for j, q in enumerate(transfer):
        phase = np.exp(1j * q * grid.depth)
        for i, (one, lost) in enumerate(zip(sigma, absorbed, strict=True)):
            grown = np.exp(one / 2 * grid.before)
            earlier = grid.summed(grid.density * phase * grown) / (phase * grown)
            nucleons = grid.density * np.exp(-lost * grid.behind)
            per_area = (nucleons * np.abs(1 - one / 2 * earlier) ** 2).sum(axis=1) * grid.step
            found[i, j] = grid.area @ per_area
    return found
