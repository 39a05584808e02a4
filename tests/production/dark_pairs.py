"""l Z -> l' Z' and a dark pair, by one virtual vector: explicit spinors, the whole phase space.

Nothing here is shared with the package but the constants and the form factor of the nucleus. Both
diagrams of the lepton stand between Dirac spinors, the current of the dark particles is that of
their own spinors (or momenta, for spin 0; or an axion and a dark photon make it with the tensor of
Levi-Civita), and all spins are summed one by one. Events are drawn
where there are many; the same uniforms shifted at random (Cranley and Patterson) give the error.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import permutations

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from scotopic.decays.leptons import lepton_mass_of
from scotopic.materials import element
from scotopic.production.form_factors import elastic_form_factor
from scotopic.units import ALPHA, GEV2_TO_CM2

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

METRIC = np.array([1.0, -1, -1, -1])
PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
GAMMA = np.array(
    [np.kron(np.diag([1, -1]), np.eye(2))]
    + [np.kron(np.array([[0, 1], [-1, 0]]), sigma) for sigma in PAULI]
).astype(complex)
LEVI_CIVITA = np.zeros((4, 4, 4, 4))
for order in permutations(range(4)):
    LEVI_CIVITA[order] = np.linalg.det(np.eye(4)[list(order)])


@dataclass(frozen=True)
class Momenta:
    """Four-momenta (n, 4) in GeV where the nucleus is at rest, and their weight in phase space.

    The weight is d Phi_4 over the density of the draws, in GeV^4.
    """

    lepton_in: Array
    nucleus_in: Array
    lepton: Array
    nucleus: Array
    particle: Array
    antiparticle: Array
    weight: Array

    @property
    def pair(self) -> Array:
        """k, of the virtual vector."""
        return self.particle + self.antiparticle

    @property
    def possible(self) -> "Momenta":
        """Those that have a weight."""
        kept = self.weight > 0
        return Momenta(*(getattr(self, one.name)[kept] for one in fields(self)))


def product(a: Array, b: Array) -> Array:
    """Minkowski product over the last axis."""
    return np.asarray(np.sum(a * METRIC * b, axis=-1))


def slash(v: Array | Complex) -> Complex:
    return np.asarray(np.einsum("...m,mab->...ab", v * METRIC, GAMMA))


def spinors(p: Array, mass: float) -> tuple[Complex, Complex]:
    """u and v of both spins, (n, spin, 4)."""
    root = np.sqrt(p[:, :1] + mass)
    large = root[..., None] * np.eye(2)
    small = np.einsum("ni,iab->nba", p[:, 1:], PAULI) / root[..., None]
    return np.concatenate([large, small], axis=2), np.concatenate([small, large], axis=2)


def bar(spinor: Complex) -> Complex:
    return np.asarray(spinor.conj() @ GAMMA[0])


def _half_difference(pair: Array, mass: Array, speed: Array, u: Array, v: Array) -> Array:
    """Half of k1 - k2 (n, 4) of an isotropic decay in the rest frame of the pair."""
    cosine, turn = 2 * u - 1, 2 * np.pi * v
    sine = np.sqrt(1 - cosine**2)
    direction = np.column_stack([sine * np.cos(turn), sine * np.sin(turn), cosine])
    relative = (mass * speed / 2)[:, None] * direction
    boost = np.sum(pair[:, 1:] * relative, axis=1) / mass
    return np.column_stack([boost, relative + pair[:, 1:] * (boost / (mass + pair[:, 0]))[:, None]])


@dataclass(frozen=True)
class PairProduction:
    """What is made: particles of a mass and spin, by a lepton of an energy on an atom.

    In place of chi and antichi it may be an axion and a dark photon.

    Attributes
    ----------
    lepton, symbol : str
        Beam particle, and the atom.
    energy, dark_mass, least_energy : float
        Of the lepton, of chi, and the least of chi and antichi together, in GeV.
    spin : float
        Of chi, 0 or 1/2; 1 stands for the dark photon, of `dark_mass`.
    axion_mass : float
        Of the axion beside a dark photon, in GeV.
    """

    lepton: str
    symbol: str
    energy: float
    dark_mass: float
    least_energy: float
    spin: float = 0.5
    axion_mass: float = 0.0

    @property
    def first_mass(self) -> float:
        """Of chi, or of the axion."""
        return self.axion_mass if self.spin == 1 else self.dark_mass

    @property
    def _threshold2(self) -> float:
        return (self.first_mass + self.dark_mass) ** 2

    @property
    def lepton_mass(self) -> float:
        return lepton_mass_of(self.lepton)

    @property
    def nuclear_mass(self) -> float:
        return element(self.symbol).nuclear_mass

    @property
    def _p(self) -> float:
        return float(np.sqrt((self.energy - self.lepton_mass) * (self.energy + self.lepton_mass)))

    @property
    def _S(self) -> float:
        M = self.nuclear_mass
        return M**2 + self.lepton_mass**2 + 2 * M * self.energy

    def squared_amplitude(self, at: Momenta) -> Array:
        """Sum over all spins, mean over those of the lepton, couplings and G2/t^2 taken out."""
        m, k = self.lepton_mass, at.pair
        before, after = spinors(at.lepton_in, m)[0], bar(spinors(at.lepton, m)[0])
        if self.spin == 0:
            dark = (at.particle - at.antiparticle)[:, None].astype(complex)
        elif self.spin == 1:  # eps^{mu nu rho sigma} k_nu k2_rho e_sigma, for four vectors e
            low = (k * METRIC, at.antiparticle * METRIC)
            dark = np.einsum("mvrs,nv,nr->nsm", LEVI_CIVITA, *low).astype(complex)
        else:
            out = bar(spinors(at.particle, self.dark_mass)[0])
            anti = spinors(at.antiparticle, self.dark_mass)[1]
            dark = np.einsum("nra,mab,nsb->nrsm", out, GAMMA, anti).reshape(len(k), 4, 4)
        charge = slash(at.nucleus_in + at.nucleus)
        unit = m * np.eye(4)
        excited = at.lepton + k
        slowed = at.lepton_in - k
        late = (slash(excited) + unit) / (product(excited, excited) - m**2)[:, None, None] @ charge
        early = charge @ (slash(slowed) + unit) / (product(slowed, slowed) - m**2)[:, None, None]
        vertex = slash(dark)
        diagrams = vertex @ late[:, None] + early[:, None] @ vertex
        amplitudes = np.einsum("nra,ncab,nsb->ncrs", after, diagrams, before)
        squared = np.sum(np.abs(amplitudes) ** 2, axis=(2, 3)) / 2
        # Polarisations of a vector sum to k k/m^2 - g, and k has no amplitude.
        return np.asarray(squared @ -METRIC if self.spin == 1 else squared.sum(axis=1))

    def _mass2(self, u: Array) -> tuple[Array, Array]:
        """Draw k^2 above the threshold: many near it, 1/k^5 beyond, or less steep."""
        W = np.sqrt(self._S) - self.nuclear_mass - self.lepton_mass
        least = self._threshold2
        power = 0.2 if self.spin == 1 else 1.5 if least > self.lepton_mass**2 else 0.8
        kept = 1 - (least / min(W, self.energy) ** 2 / 0.999) ** power
        K = least * (1 - kept * u**2) ** (-1 / power)
        return K, 2 * kept * u * K / power * (K / least) ** power

    def _pair_energy(self, u: Array, K: Array) -> tuple[Array, Array]:
        """Draw k0 as 1/(1 - x + m^2/k^2); it has no weight where the least energy is too high."""
        E, m, M, W = self.energy, self.lepton_mass, self.nuclear_mass, np.sqrt(self._S)
        center = (W**2 + K - (M + m) ** 2) / (2 * W)
        fastest = (E + M) / W * center + self._p / W * np.sqrt(np.maximum(center**2 - K, 0))
        slowest = np.maximum(self.least_energy, np.sqrt(K))
        possible = fastest > slowest
        soft = m**2 / K
        end = 1 - np.where(possible, fastest, slowest) / E + soft
        span = (1 - slowest / E + soft) / end
        rest = end * span**u
        return E * (1 + soft - rest), possible * E * rest * np.log(span)

    def _transfer(self, u: Array, D: Array, left: Array) -> tuple[Array, Array, Array, Array]:
        """Draw t as 1/t up to the size of the nucleus, then as 1/t^2.

        Returns t, the lengths of q along and across p - k, and the weight.
        """
        M = self.nuclear_mass
        V2 = left**2 + D - self.lepton_mass**2
        c = 1 + left / M
        a, half = c**2 / 4 - V2 / (4 * M**2), (V2 - D * c / 2) / 2
        root = np.sqrt(np.maximum(half**2 - a * D**2 / 4, 0))
        t_min, t_max = D**2 / (4 * (half + root)), (half + root) / a
        size = 0.2 * element(self.symbol).atomic_mass ** (-2 / 3)
        low, high = (np.log(t / (1 + t / size)) for t in (t_min, t_max))
        odds = np.exp(low + u * (high - low))
        t = np.clip(odds / (1 - odds / size), t_min, t_max)
        along = (D + t + left * t / M) / (2 * np.sqrt(V2))
        across = np.sqrt(np.maximum(a * (t - t_min) * (t_max - t), 0) / V2)
        return t, along, across, (high - low) * t * (1 + t / size)

    def momenta(self, u: Array) -> Momenta:
        """Draw events with uniforms (n, 7): k^2, k0, angle of k, t, its azimuth, decay of k."""
        E, m, M, p = self.energy, self.lepton_mass, self.nuclear_mass, self._p
        K, weight = self._mass2(u[:, 0])
        k0, factor = self._pair_energy(u[:, 1], K)
        weight = weight * factor
        k = np.sqrt(k0**2 - K)

        # D = m^2 - (p - k)^2, as 1/D^2.
        nearest = 2 * (E**2 * K + m**2 * k**2) / (E * k0 + p * k) - K
        widest = nearest + 4 * p * k
        farthest = np.maximum(np.minimum(widest, 2 * M * (E - k0 - m)), nearest)
        D = 1 / (1 / nearest + u[:, 2] * (1 / farthest - 1 / nearest))
        weight = weight * D**2 * (1 / nearest - 1 / farthest)
        t, q_along, q_across, factor = self._transfer(u[:, 3], D, E - k0)
        weight = weight * factor

        # p along z, k in a plane with it, q about p - k.
        across = np.sqrt(np.maximum((D - nearest) * (widest - D), 0)) / (2 * p)
        along = (2 * E * k0 - D - K) / (2 * p)
        V = np.sqrt((E - k0) ** 2 + D - m**2)
        side, front = -across / V, (p - along) / V
        qx, qy = q_across * np.cos(2 * np.pi * u[:, 4]), q_across * np.sin(2 * np.pi * u[:, 4])
        zero = np.zeros(len(u))
        incoming = np.column_stack([zero + E, zero, zero, zero + p])
        at_rest = np.column_stack([zero + M, zero, zero, zero])
        pair = np.column_stack([k0, across, zero, along])
        transfer = np.column_stack(
            [t / (2 * M), q_along * side + qx * front, qy, q_along * front - qx * side]
        )
        difference = self.first_mass - self.dark_mass
        speed = np.sqrt((1 - self._threshold2 / K) * (1 - difference**2 / K))
        shift = _half_difference(pair, np.sqrt(K), speed, u[:, 5], u[:, 6])
        shift += pair * ((self.first_mass**2 - self.dark_mass**2) / (2 * K))[:, None]

        weight = weight / (16 * np.pi**2 * p)  # d^3k/(2 k0 (2 pi)^3)
        weight = weight / (16 * np.pi * M * V)  # lepton and nucleus
        weight = weight * speed / (16 * np.pi**2)  # d k^2/(2 pi), and the pair
        return Momenta(
            incoming,
            at_rest,
            incoming - pair - transfer,
            at_rest + transfer,
            pair / 2 + shift,
            pair / 2 - shift,
            weight,
        )

    def cross_section(
        self,
        propagator2: Callable[[Array], Array],
        alpha_dark: float,
        *,
        points: int = 2**11,
        shifts: int = 8,
        seed: int = 1,
    ) -> tuple[float, float]:
        """Return the cross section in cm^2 and its standard error.

        Parameters
        ----------
        propagator2 : callable
            |D|^2 in GeV^-4 of k^2 in GeV^2, with the coupling to the lepton in units of e.
        alpha_dark : float
            g^2/(4 pi) of the dark particle, or of the axion, in GeV^-2.
        points, shifts : int
            Draws of each sequence, and number of random shifts of it.
        """
        rng = np.random.default_rng(seed)
        start = qmc.Sobol(7, scramble=False).random(points)
        means = []
        for _ in range(shifts):
            at = self.momenta((start + rng.random(7)) % 1).possible
            t = -product(at.nucleus - at.nucleus_in, at.nucleus - at.nucleus_in)
            photon = elastic_form_factor(t, element(self.symbol)) / t**2
            vector = propagator2(product(at.pair, at.pair))
            parts = self.squared_amplitude(at) * photon * vector * at.weight
            means.append(parts.sum() / points)
        flux = 4 * self.nuclear_mass * self._p
        couplings = (4 * np.pi * ALPHA) ** 3 * 4 * np.pi * alpha_dark
        values = np.array(means) * couplings / flux * GEV2_TO_CM2
        return float(values.mean()), float(values.std(ddof=1) / np.sqrt(shifts))
