r"""Fully differential l Z -> l' Z' X: weighted events with all four-momenta.

The integrand of the cross section, its azimuth left open, is drawn with known densities: the energy
of X and D = m_l^2 - (p-k)^2 from a histogram of the integrand, t from the photon flux
G2(t) (1 - 0.9 t_min/t) d ln t, the azimuth of q about p - k from the pole of s = s_0 + s_1 cos
phi, and a free rotation about the beam. The weight is the integrand over the densities: it is
exact, whatever the histogram.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.checked import count, number_within, one_of, positive, random_seed, within
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.events.azimuths import drawn_at_pole
from scotopic.materials import Element, Material
from scotopic.models.spin_parities import MediatorLike
from scotopic.production.amplitudes import Harmonic, coupling_weights, mean_squared_amplitude
from scotopic.production.form_factors import form_factor
from scotopic.production.fusion import Exchange
from scotopic.production.kinematics import Kinematics, across2, azimuth, kinematics
from scotopic.production.phase_space import Process
from scotopic.production.spectrum import HIGHEST_ENERGY
from scotopic.units import ALPHA, GEV2_TO_CM2

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

UNIFORMS: Final = 5
"""Random numbers that one event takes."""

_CELLS = (32, 16)  # of the spectrum's variable and of y
_ROWS_PER_E_FOLD = 4  # energies with a histogram of their own
_FLUX_BELOW_T_MIN = 0.9  # the amplitude does not quite vanish at t_min
_LN_T = (math.log(1e-24), math.log(1e3), 0.011)  # GeV^2; first, last, step
_LEAST_CELL = 1e-3  # of the mean: no cell is empty, so that weights stay finite


@displayed
@dataclass(frozen=True, eq=False)
class Vertices:
    """Weighted events of l Z -> l' Z' X; four-momenta are (E, p_x, p_y, p_z) in GeV, the beam is z.

    Attributes
    ----------
    weight : ndarray, shape (n,)
        In cm^2 for unit coupling in units of e. The mean over events of one lepton energy is the
        cross section; the sum over those that something selects, divided by n, that of these.
    energy : ndarray, shape (n,)
        Of the lepton before, in GeV.
    lepton, mediator, nucleus : ndarray, shape (n, 4)
        Four-momenta afterwards; the nucleus was at rest.
    """

    weight: Array
    energy: Array
    lepton: Array
    mediator: Array
    nucleus: Array

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.weight)

    @property
    def cross_section(self) -> tuple[float, float]:
        """Mean of the weights in cm^2 and its standard error."""
        n = len(self)
        error = self.weight.std(ddof=1) / math.sqrt(n) if n > 1 else math.inf
        return float(self.weight.mean()), float(error)


def vertices(
    element: Element | Material | str,
    lepton: str,
    mediator: MediatorLike,
    mediator_mass: float,
    energies: npt.ArrayLike,
    *,
    minimum_energy: float,
    events: int,
    rng_or_seed: np.random.Generator | int,
    form_factor: str = "elastic+inelastic",
) -> Vertices:
    """Return weighted events of l Z -> l' Z' X with unit coupling.

    Parameters
    ----------
    element : Element, Material or str
        The atom.
    lepton : {"electron", "muon"}
        l.
    mediator : {"vector", "axial_vector", "scalar", "pseudoscalar", "tensor"} or Portal
        X: the kind of its coupling, or a model.
    mediator_mass : float
        In GeV.
    energies : float or array_like, shape (events,)
        Of the lepton in GeV: one, or one for each event.
    minimum_energy : float
        Least energy of X in GeV.
    events : int
        How many.
    rng_or_seed : numpy.random.Generator or int
        Source of the random numbers.
    form_factor : {"elastic", "elastic+inelastic"}
        Of the atom.

    Raises
    ------
    RangeError
        If a name is unknown, the process is closed, or no X of the least energy can be made.

    Examples
    --------
    >>> found = vertices("Pb", "muon", "vector", 0.1, 160.0, minimum_energy=80.0,
    ...                   events=20_000, rng_or_seed=1)
    >>> sigma, error = found.cross_section
    >>> f"{sigma:.2e} cm^2", bool(error < 0.01 * sigma)
    ('5.97e-28 cm^2', True)
    """
    events = count("events", events, 1)
    energies = within("energies", energies, 0.0, HIGHEST_ENERGY, "GeV")
    if energies.shape not in ((), (events,)):
        raise RangeError(f"energies: shape {energies.shape} is neither one energy nor {events}")
    mediator_mass = positive("mediator_mass", mediator_mass, "GeV")
    minimum_energy = number_within("minimum_energy", minimum_energy, 0.0, HIGHEST_ENERGY, "GeV")
    if not isinstance(rng_or_seed, np.random.Generator):
        rng_or_seed = random_seed(rng_or_seed, name="rng_or_seed")
    rng = np.random.default_rng(rng_or_seed)
    process = Process.of(mediator, lepton, element, "exact", form_factor)
    sampler = Sampler.of(process, mediator_mass, energies, minimum_energy)
    return sampler.events(energies, rng.random((UNIFORMS, events)))


class _Flux(NamedTuple):
    """Integrals of G2 and of G2/t over ln t, from nodes of ln t to the last one."""

    ln_t: Array
    plain: Array
    inverse: Array


@lru_cache(maxsize=32)
def _flux(element: Element, name: str) -> _Flux:
    first, last, step = _LN_T
    ln_t = np.linspace(first, last, math.ceil((last - first) / step) + 1)
    at = np.exp((ln_t[1:] + ln_t[:-1]) / 2)
    cells = form_factor(at, element, name) * np.diff(ln_t)
    # summed from the end, where the form factor dies away, so that no digits are lost there
    plain, inverse = (np.append(np.cumsum(c[::-1])[::-1], 0.0) for c in (cells, cells / at))
    return _Flux(ln_t, plain, inverse)


@displayed
@dataclass(frozen=True, eq=False)
class Sampler:
    """Densities from which events of one process, mass and least energy of X are drawn.

    Attributes
    ----------
    process : Process
        Exact l Z -> l Z X.
    mediator_mass, minimum_energy : float
        Of X in GeV.
    energies : (float, float)
        Least and largest of the lepton in GeV.
    rows : ndarray, shape (rows,)
        Energies for which there are histograms; others take the nearest.
    histograms : ndarray, shape (rows, 32, 16)
        Cross section in cm^2 in cells of the spectrum's variable above the least energy, and of y.
    """

    process: Process
    mediator_mass: float
    minimum_energy: float
    energies: tuple[float, float]
    rows: Array
    histograms: Array

    @classmethod
    def of(
        cls,
        process: Process,
        mediator_mass: float,
        energies: npt.ArrayLike,
        minimum_energy: float,
    ) -> "Sampler":
        """Compute the histograms for a range of lepton energies.

        Raises
        ------
        RangeError
            If the process is closed, or the least energy above what the slowest lepton can give.
        """
        one_of("method", process.method, ("exact",))
        mass = positive("mediator_mass", mediator_mass, "GeV")
        cut = number_within("minimum_energy", minimum_energy, 0.0, unit="GeV")
        E = np.atleast_1d(within("energies", energies, 0.0, unit="GeV"))
        low, high = float(E.min()), float(E.max())
        highest = float(process.variable(mass, low).upper) * low
        if cut >= highest:
            raise RangeError(
                f"minimum_energy: {cut} GeV is not below {highest:.6g} GeV, the most that leptons"
                f" of {low:g} GeV can give to a mediator of {mass:g} GeV"
            )
        edges = np.geomspace(low, high, 1 + math.ceil(_ROWS_PER_E_FOLD * math.log(high / low)))
        rows = np.sqrt(edges[1:] * edges[:-1]) if low < high else np.array([low])
        found = np.stack([_histogram(process, mass, float(one), cut) for one in rows])
        return cls(process, mass, cut, (low, high), rows, found)

    def cross_section(self, energy: float) -> float:
        """Return the cross section in cm^2 of the nearest histogram, to a few per cent."""
        return float(self.histograms[self._row(np.array(energy))].sum())

    def events(self, energies: npt.ArrayLike, uniforms: Array) -> Vertices:
        """Return one event for each column of numbers.

        Parameters
        ----------
        energies : float or array_like, shape (n,)
            Of the lepton in GeV, inside of the range of the sampler.
        uniforms : ndarray, shape (5, n)
            Numbers in [0, 1).
        """
        E = within("energies", energies, *self.energies, "GeV")
        E = np.broadcast_to(E, uniforms.shape[1:])
        recoil, y, density = self._cells(E, uniforms[0], uniforms[1])
        if self.process.radiation.fuses:
            from scotopic.events.fused_vertices import fused  # noqa: PLC0415 - tensors are rare

            made, *momenta = fused(
                self.process, self.mediator_mass, E, (recoil, y), self._transfer, uniforms[2:]
            )
            return Vertices(made / density, np.array(E), *momenta)
        M, l2 = self.process.element.nuclear_mass, self.process.lepton_mass**2
        k = kinematics(y, recoil, self.mediator_mass, self.process.lepton_mass, M, E)
        t, photons = self._transfer(k, uniforms[2])
        roots = np.maximum((t - k.t_min) * (k.t_max - t), 0.0)
        s, current = azimuth(k, t, roots, self.mediator_mass**2, l2, M, E)
        cosine, sine, flatness = drawn_at_pole(s, uniforms[3])
        amplitude = mean_squared_amplitude(
            coupling_weights(self.process.mediator, self.mediator_mass, self.process.lepton_mass),
            lepton_mass=self.process.lepton_mass,
            nuclear_mass=M,
            energy=E,
            mediator_energy=k.mediator_energy,
            virtuality=k.virtuality,
            t=t,
            s=Harmonic(s.constant + s.cosine * cosine, 0.0),
            current=Harmonic(current.constant + current.cosine * cosine, 0.0),
        )
        p2 = (E - self.process.lepton_mass) * (E + self.process.lepton_mass)
        strength = ALPHA**3 * GEV2_TO_CM2 / (16 * M**2) * E / p2
        weight = (
            strength * k.slope / np.sqrt(k.momentum2) * amplitude * flatness * photons / density
        )
        transverse = np.sqrt(across2(k, roots, self.process.lepton_mass, M))
        return Vertices(
            weight, np.array(E), *self._momenta(k, t, E, (transverse, cosine, sine), uniforms[4])
        )

    def _row(self, energy: Array) -> Integers:
        return np.asarray(np.abs(np.log(energy[..., None] / self.rows)).argmin(axis=-1))

    def _cells(self, energy: Array, u: Array, w: Array) -> tuple[Array, Array, Array]:
        """Draw 1 - x and y; return their density too."""
        row = self._row(energy)
        by_x = self.histograms.sum(axis=2)
        column, place = _drawn(by_x, row, u)
        chosen, y = _drawn(self.histograms.reshape(-1, _CELLS[1]), row * _CELLS[0] + column, w)
        share = self.histograms[row, column, chosen] / by_x.sum(axis=1)[row]
        variable = self.process.variable(self.mediator_mass, energy)
        start = variable.position(self.minimum_energy / energy)
        v = start + (1 - start) * place
        slope = variable.slope(v) * (1 - start)
        return variable.recoil(v), y, share * _CELLS[0] * _CELLS[1] / slope

    def _transfer(self, k: Kinematics | Exchange, u: Array) -> tuple[Array, Array]:
        """Draw t; return it, and dt G2/t^2 over the density."""
        flux = _flux(self.process.element, self.process.form_factor)
        first, step = flux.ln_t[0], flux.ln_t[1] - flux.ln_t[0]
        lightest = _FLUX_BELOW_T_MIN * k.t_min

        def place(t: Array) -> tuple[Integers, Array]:
            where = np.clip((np.log(t) - first) / step, 0, len(flux.ln_t) - 1.000001)
            cell = where.astype(np.int64)
            return cell, where - cell

        def above(cell: Integers, part: Array | float) -> Array:
            """Return the flux above a place."""
            low, high = (flux.plain[i] - lightest * flux.inverse[i] for i in (cell, cell + 1))
            return np.asarray(low + (high - low) * part)

        bottom, top = place(k.t_min), place(k.t_max)
        most, least = above(*bottom), above(*top)
        wanted = most + (least - most) * u
        low, high = bottom[0], top[0] + 1
        while np.any(high - low > 1):
            middle = (low + high) // 2
            beyond = above(middle, 0.0) > wanted
            low, high = np.where(beyond, middle, low), np.where(beyond, high, middle)
        start, end = above(low, 0.0), above(low, 1.0)
        part = (start - wanted) / (start - end)
        t = np.clip(np.exp(first + step * (low + part)), k.t_min, k.t_max)
        photons = form_factor(t, self.process.element, self.process.form_factor) / t
        return t, photons * step * (most - least) / (start - end)

    def _momenta(
        self, k: Kinematics, t: Array, energy: Array, across: tuple[Array, Array, Array], u: Array
    ) -> tuple[Array, Array, Array]:
        """Return the four-momenta of lepton, mediator and nucleus."""
        M, m = self.process.element.nuclear_mass, self.mediator_mass
        p = np.sqrt((energy - self.process.lepton_mass) * (energy + self.process.lepton_mass))
        momentum = np.sqrt(np.maximum((k.mediator_energy - m) * (k.mediator_energy + m), 0.0))
        # 1 - cos(theta) of the mediator is half of this
        missing = np.clip((k.virtuality - k.lowest) / (p * momentum), 0.0, 4.0)
        kz = momentum * (1 - missing / 2)
        kx = momentum * np.sqrt(missing * (1 - missing / 4))
        V = np.sqrt(k.momentum2)
        # V = p - k; its normal n in the plane of p and k has p.n > 0
        vx, vz = -kx / V, (p - kz) / V
        parallel = -(k.virtuality + t + k.left * t / M) / (2 * V)
        transverse, cosine, sine = across
        normal = -transverse * cosine
        q = (parallel * vx + normal * vz, transverse * sine, parallel * vz - normal * vx)
        turn = 2 * np.pi * u
        c, s = np.cos(turn), np.sin(turn)

        def turned(E: Array, x: Array, y: Array, z: Array) -> Array:
            return np.stack([E, c * x - s * y, s * x + c * y, z], axis=1)

        recoil = t / (2 * M)
        mediator = turned(k.mediator_energy, kx, np.zeros_like(kx), kz)
        nucleus = turned(M + recoil, *(-one for one in q))
        lepton = turned(k.left - recoil, q[0] - kx, q[1], p - kz + q[2])
        return lepton, mediator, nucleus


def _histogram(process: Process, mass: float, energy: float, cut: float) -> Array:
    """Integrate the cross section over cells by their centres, no cell being empty."""
    v, y = ((np.arange(n) + 0.5) / n for n in _CELLS)
    variable = process.variable(mass, energy)
    start = float(variable.position(cut / energy))
    place = start + (1 - start) * v
    step = process.radiation.resolutions[0].step
    values = process.radiation.cells(process, mass, energy, variable.recoil(place), y, step)
    values = values * (variable.slope(place) * (1 - start))[:, None] / values.size
    return np.asarray(np.maximum(values, _LEAST_CELL * values.mean()))


def _drawn(histograms: Array, row: Integers, u: Array) -> tuple[Integers, Array]:
    """Draw from histograms, one a row; return the cells, and places in [0, 1] along the axis."""
    cells = histograms.shape[1]
    cumulative = np.cumsum(histograms, axis=1)
    cumulative /= cumulative[:, -1:]
    # one search for all rows: each is shifted by its number
    flat = (cumulative + np.arange(len(cumulative))[:, None]).ravel()
    found = np.minimum(np.searchsorted(flat, row + u, side="right"), row * cells + cells - 1)
    cell = np.maximum(found - row * cells, 0)
    high = cumulative[row, cell]
    low = np.where(cell > 0, cumulative[row, cell - 1], 0.0)
    part = np.clip((u - low) / (high - low), 0.0, 1.0)
    return cell, (cell + part) / cells
