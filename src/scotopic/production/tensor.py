r"""Radiation of massive spin-2 particles G, l Z -> l Z G, on a spin-0 nucleus.

    L = -G_mn (k_l T_l + k_gamma T_gamma)^mn,   k = c/Lambda in GeV^-1:

the vertex of a lepton is (k_l/4) [g^m (p+p')^n + g^n (p+p')^m], traces aside, beside it stand l l
gamma G and gamma gamma G. A tensor with k_l = k_gamma, "tensor", has a current that is conserved up
to the nucleus' own, which is left out: the polarisation sum is taken without the terms k k/m^2,
as (ee + ee)/2 - ee/3 with the metric e, which equals the whole sum as t -> 0 and is finite as
m -> 0. For k_gamma = 0, "leptonic_tensor", nothing is conserved, the whole sum is taken, and cross
sections grow as m^-4.

Per k^2, and normalised as in `amplitudes`, with M = m^2, L = m_l^2, T = (p-p')^2 = -tau, u = -D,
w = s u and the squares of transverse momenta in the Breit frame a, b, c of p, p' and k,

    |A|^2 = P^2 t [c_e e + c_1 a + c_2 b + c_3 c + c_0],  e = (1/s + 1/u)^2 - 4 X^2/(P^2 t w^2).

The coefficients, in the functions below, were derived by computer algebra; tests compare them with
explicit Dirac matrices. Variables: see `fusion`.
"""

import math
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.compiled import compiled
from scotopic.decays.tensor_widths import LIGHTEST_LEPTONIC
from scotopic.errors import RangeError
from scotopic.production.form_factors import form_factor
from scotopic.production.fusion import Exchange, Fusion, exchange, fusion, fusion_variable
from scotopic.production.kinematics import transfers
from scotopic.production.radiation import Radiation, Resolution
from scotopic.production.spectrum import SpectrumVariable
from scotopic.production.weizsaecker_williams import flux_cutoff
from scotopic.quadrature import gauss_legendre
from scotopic.units import ALPHA, GEV2_TO_CM2

if TYPE_CHECKING:
    from scotopic.production.phase_space import Process

Array = npt.NDArray[np.float64]
Real = float | Array

_AZIMUTHS: Final = 4  # Gauss points: 4e-4 at 1 MeV, 1e-4 above 10 MeV


STRENGTH: Final = ALPHA**2 / (4 * math.pi) * GEV2_TO_CM2
"""alpha^2 k^2/(4 pi) in cm^2 GeV^2, for k = 1 GeV^-1."""


class Invariants(NamedTuple):
    """Invariants at one point: s, u, t, T and P^2 in GeV^2, X in GeV^4, P.p and P.p' in GeV^2."""

    s: Real
    u: Real
    t: Real
    T: Real
    X: Real
    P2: Real
    before: Real
    after: Real


def universal_amplitude(at: Invariants, L: float, M: float) -> Real:
    """Return |A|^2/(P^2 t) for k_l = k_gamma = 1 GeV^-1; L and M are m_l^2 and m^2."""
    s, u, t, T, X, P2, before, after = at
    w, g, along = s * u, s + u, before - after
    a = before * before / P2 - (s + t) * (s + t) / (4 * t) - L
    b = after * after / P2 - (u + t) * (u + t) / (4 * t) - L
    c = along * along / P2 - g * g / (4 * t) - M
    e = (g * g - 4 * X * X / (P2 * t)) / (w * w)
    both = T * (16 * L + 7 * M) - 4 * T * T - 6 * w
    one = (4 * L + 3 * M) * s + (M - 20 * L) * u - 2 * s * s - T * (7 * s + 5 * u) + both
    two = (4 * L + 3 * M) * u + (M - 20 * L) * s - 2 * u * u - T * (7 * u + 5 * s) + both
    three = 3 * T * ((4 * L - M) * g + 2 * w) + T * T * (3 * g - 14 * L - 12 * M) - 24 * L * w
    rest = T * (96 * L * L + 40 * L * M - 12 * L * g - 3 * M * M - 6 * M * g)
    rest -= 12 * T * T * (2 * L + M) + 24 * L * (2 * L * g + 3 * w)
    poles = (M - 4 * L) * (3 * M + 8 * L) / 12 + 2 * L * w / T
    return poles * e + (one * a + two * b + (three * c / T + rest) / 3) / (w * T)


def leptonic_amplitude(at: Invariants, L: float, M: float) -> Real:
    """Return |A|^2/(P^2 t) for k_l = 1 GeV^-1 and k_gamma = 0; as `universal_amplitude`."""
    s, u, t, _, X, P2, before, after = at
    w, g, along = s * u, s + u, before - after
    a = before * before / P2 - (s + t) * (s + t) / (4 * t) - L
    b = after * after / P2 - (u + t) * (u + t) / (4 * t) - L
    c = along * along / P2 - g * g / (4 * t) - M
    e = (g * g - 4 * X * X / (P2 * t)) / (w * w)
    both = (16 * L + 3 * M) * M + 4 * w + 4 * M * t
    one, two = both - 2 * M * s + 6 * M * u, both - 2 * M * u + 6 * M * s
    three = 2 * (M * (-7 * L * M + 2 * L * g - 6 * M * M + 3 * M * g - 7 * w) + w * g)
    rest = M * (96 * L * L + 16 * L * M + 16 * L * g - 15 * M * M + 12 * M * g + 10 * w)
    rest += (24 * L + 2 * g) * w + 12 * M * (2 * L + M) * t
    poles = M * M / 4 - L * M / 3 - 8 * L * L / 3 - 2 * L * w / (3 * M) - w - w * w / (6 * M * M)
    return poles * e + (one * a + two * b + (three * c / M + rest) / 3) / (M * w)


_universal, _leptonic = compiled(universal_amplitude), compiled(leptonic_amplitude)


@compiled
def _mean(
    leptonic: bool,
    at: Fusion,
    energy: float,
    nucleus: float,
    L: float,
    M: float,
    nodes: Array,
    weights: Array,
) -> Array:
    """Return <|A|^2> at flat points: phi = c sinh(z), c being the half width of the pole at 0."""
    found = np.empty(at.t.size)
    for i in range(at.t.size):
        h, D, t, tau = at.swing[i], at.virtuality[i], at.t[i], at.tau[i]
        difference, lost = M + tau - t, energy * (1 - at.recoil[i])
        P2 = 4 * nucleus * nucleus + t
        gap = max(min(at.soft[i], D) - h, 1e-14 * h)
        width = math.sqrt(2 * gap / max(h, 1e-300))
        top = math.asinh(math.pi / width)
        total = 0.0
        for j in range(nodes.size):
            up = math.exp(top * nodes[j])
            half = math.sin(width * (up - 1 / up) / 4)
            off = 2 * h * half * half  # h (1 - cos phi)
            near = D - h + off
            s = near + difference
            X = 2 * nucleus * (at.current[i] + lost * (h - off)) + t * (s + near) / 2
            before = 2 * nucleus * energy - (s + t) / 2
            after = 2 * nucleus * (energy - lost) + (t - near) / 2
            point = Invariants(s, -near, t, -tau, X, P2, before, after)
            value = _leptonic(point, L, M) if leptonic else _universal(point, L, M)
            total += weights[j] * value * (up + 1 / up)
        found[i] = total * P2 * t * width * top / (2 * math.pi)
    return found


def amplitude_at(
    process: "Process", at: Fusion, swung: Array, energy: Array, mediator_mass: float
) -> Array:
    """Return |A|^2 in GeV^2 for unit coupling at points of one azimuth each.

    Parameters
    ----------
    process : Process
        Of which tensor, lepton and nucleus.
    at : Fusion
        The points, flat.
    swung : ndarray
        h cos(phi) in GeV^2.
    energy : ndarray
        Of the lepton in GeV.
    mediator_mass : float
        In GeV.
    """
    nucleus, L, M = process.element.nuclear_mass, process.lepton_mass**2, mediator_mass**2
    s, D, lost = at.soft - swung, at.virtuality - swung, energy * (1 - at.recoil)
    point = Invariants(
        s=s,
        u=-D,
        t=at.t,
        T=-at.tau,
        X=2 * nucleus * (at.current + lost * swung) + at.t * (s + D) / 2,
        P2=4 * nucleus**2 + at.t,
        before=2 * nucleus * energy - (s + at.t) / 2,
        after=2 * nucleus * (energy - lost) + (at.t - D) / 2,
    )
    amplitude = leptonic_amplitude if process.mediator == "leptonic_tensor" else universal_amplitude
    return np.asarray(amplitude(point, L, M) * point.P2 * point.t)


def collinear_amplitude(s: Real, u: Real, T: Real, L: float, M: float) -> Array:
    r"""Return the mean |M|^2 of l gamma -> l G over e^2 k^2, for k_l = k_gamma.

    Parameters
    ----------
    s, u, T : array_like
        (p+q)^2 - m_l^2, (p-k)^2 - m_l^2 and (p-p')^2 in GeV^2; s + u + T = M.
    L, M : float
        Squared masses of l and G in GeV^2.

    Returns
    -------
    ndarray
        In GeV^2; for L = 0 this is eq. 27 of arXiv:2210.00751.

    Examples
    --------
    >>> round(float(collinear_amplitude(2.0, -0.5, -1.25, 0.0, 0.25)), 6)
    3.126562
    """
    w = s * u
    light = 3 * w * T * (M * T + 4 * w) * (2 * w - M**2 - T**2)
    once = (
        -3 * M**4 * T**2
        - 12 * M**3 * w * T
        + 6 * M**3 * T**3
        + 12 * M**2 * w**2
        + 19 * M**2 * w * T**2
        - 3 * M**2 * T**4
        + 24 * M * w**2 * T
        - 6 * M * w * T**3
        + 36 * w**2 * T**2
        - 5 * w * T**4
    )
    twice = -(M**3) * T + 6 * M**2 * w + 2 * M**2 * T**2 - 12 * M * w * T - M * T**3 + 14 * w * T**2
    thrice = -64 * L**3 * T**2 * (M - T) ** 2
    return np.asarray((light - 2 * L * once + 8 * L**2 * T * twice + thrice) / (12 * w**2 * T**2))


def _collinear(at: Fusion, above: Array, energy: float, l2: float, m2: float) -> Array:
    """Return what stands for <|A|^2> if the nucleus' field is a flux of photons."""
    x = 1 - at.recoil
    s = (m2 + at.tau) / x
    amplitude = collinear_amplitude(s, -s * at.recoil, -at.tau, l2, m2)
    speed = np.sqrt((energy * x) ** 2 + at.tau)
    return np.asarray(amplitude * above * speed / (x * s**2))


class UniversalTensor(Radiation):
    """Tensors that couple to leptons and photons alike; x = 1 - E'/E, the nucleus' recoil in it."""

    resolutions = (Resolution(20, 16, 0.9), Resolution(28, 18, 0.8))
    error = 5e-3  # of electrons at 1 MeV, where what is left out is 50 %; 1e-3 from 10 MeV on
    fuses = True
    leptonic: ClassVar[bool] = False

    def check(self, process: "Process") -> None:
        """Refuse the improved Weizsaecker-Williams approximation, which misses the pole in tau."""
        if process.method == "iww":
            raise RangeError("method: 'iww' is not known for tensors; take 'exact' or 'ww'")

    def variable(
        self, mediator_mass: float, energy: npt.ArrayLike, lepton_mass: float, nuclear_mass: float
    ) -> SpectrumVariable:
        """Return the variable of `fusion`."""
        return fusion_variable(mediator_mass, energy, lepton_mass, nuclear_mass)

    def spectrum(
        self,
        process: "Process",
        mediator_mass: float,
        energy: float,
        recoil: Array,
        resolution: Resolution,
    ) -> Array:
        """Return d sigma/dx in cm^2 for the coupling 1 GeV^-1; parameters as of `Radiation`."""
        n = resolution.virtualities
        every = self.cells(process, mediator_mass, energy, recoil, n, resolution.step)
        every[:, [0, -1]] /= 2  # a trapezoidal rule
        return np.asarray(every.sum(axis=1) / (every.shape[1] - 1))

    def cells(
        self,
        process: "Process",
        mediator_mass: float,
        energy: float,
        recoil: Array,
        y: Array | int,
        step: float,
    ) -> Array:
        """Return d^2 sigma/dx dy in cm^2 for the coupling 1 GeV^-1; `y` is that of `exchange`."""
        nucleus, l2, m2 = process.element.nuclear_mass, process.lepton_mass**2, mediator_mass**2
        where = recoil if isinstance(y, int) else recoil[:, None]
        k = exchange(y, where, mediator_mass, process.lepton_mass, nucleus, energy)
        k = Exchange(*(one[..., None] for one in np.broadcast_arrays(*k)))
        is_flux = process.method == "ww"
        highest = flux_cutoff(mediator_mass, process.lepton_mass) if is_flux else math.inf
        end = np.minimum(k.t_max, np.maximum(highest, k.t_min))
        above, below, dt = transfers(k.t_min, end, step)
        t = k.t_min + above
        at = fusion(k, t, above * (below + k.t_max - end), mediator_mass, nucleus, energy)
        if is_flux:
            density = _collinear(at, above, energy, l2, m2)
        else:
            kinematic = energy / ((energy**2 - l2) * 16 * nucleus**2)
            density = kinematic * self._mean(at, energy, nucleus, l2, m2)
        photons = form_factor(t, process.element, process.form_factor) / t**2 * dt
        found = (density * photons).sum(axis=2, keepdims=True) * k.slope / np.sqrt(k.momentum2)
        return np.asarray(STRENGTH * found[..., 0])

    def _mean(self, at: Fusion, energy: float, nucleus: float, l2: float, m2: float) -> Array:
        """Return <|A|^2> averaged over the azimuth, in GeV^2."""
        flat = Fusion(*(one.ravel() for one in at))
        rule = gauss_legendre(_AZIMUTHS)
        found = _mean(self.leptonic, flat, energy, nucleus, l2, m2, *rule)
        return np.asarray(found).reshape(at.t.shape)


class LeptonicTensor(UniversalTensor):
    """Tensors that couple to leptons alone."""

    leptonic = True

    def check(self, process: "Process") -> None:
        """Refuse approximations, which need real photons."""
        if process.method != "exact":
            raise RangeError(
                f"method: {process.method!r} is not known for tensors that do not couple to"
                " photons; take 'exact'"
            )

    def cells(
        self,
        process: "Process",
        mediator_mass: float,
        energy: float,
        recoil: Array,
        y: Array | int,
        step: float,
    ) -> Array:
        """Return what the universal one does.

        Raises
        ------
        RangeError
            If the mediator is lighter than 0.5 GeV.
        """
        if mediator_mass < LIGHTEST_LEPTONIC:
            raise RangeError(
                f"mediator_mass: {mediator_mass} GeV: a tensor that does not couple to photons must"
                f" not be lighter than {LIGHTEST_LEPTONIC} GeV; its current is not conserved"
            )
        return super().cells(process, mediator_mass, energy, recoil, y, step)
