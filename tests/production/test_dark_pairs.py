"""Pairs by a virtual vector: the whole 2 -> 4 amplitude against on-shell vectors, folded over k^2.

The fold: sigma = Int dk^2/pi |D|^2 k Gamma(k) sigma(k), with the package's sigma(k) of an on-shell
vector of mass k. It is exact, since the dark current is conserved, with any cut on the energy of
the pair. `processes/test_fold_phase_space.py` asks the same of the package's own fold.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import qmc
from tests.production.dark_pairs import METRIC, Momenta, PairProduction, product, slash, spinors

from scotopic.decays.axion_portal import vector_to_axion_width
from scotopic.production.phase_space import total_cross_section
from scotopic.quadrature import gauss_legendre
from scotopic.units import ALPHA

Array = npt.NDArray[np.float64]

NA64E = PairProduction("electron", "Pb", 100.0, 0.1, 50.0)
CARBON = PairProduction("muon", "C", 10.0, 0.2, 1.0)
LOW = PairProduction("muon", "H", 2.0, 0.3, 0.0)
POINTS = (NA64E, replace(NA64E, spin=0), CARBON, replace(CARBON, spin=0))
AXION = replace(NA64E, spin=1, axion_mass=0.05)
MASSIVE = replace(LOW, spin=1, axion_mass=0.4)
MORE = (
    AXION,
    PairProduction("muon", "Pb", 20.0, 0.05, 10.0),
    PairProduction("electron", "Pb", 100.0, 0.005, 50.0),
)


def massless(K: Array) -> Array:
    """Propagator of the photon, squared."""
    return 1 / K**2


def width(setup: PairProduction, k: Array, alpha: float) -> Array:
    """Of a vector of mass k into the dark particles; g of axions is sqrt(4 pi alpha)."""
    masses = (setup.first_mass, setup.dark_mass)
    if setup.spin == 1:
        return np.asarray(vector_to_axion_width(k, np.sqrt(4 * np.pi * alpha), *masses))
    r2 = (setup.dark_mass / k) ** 2
    speed = np.sqrt(1 - 4 * r2)
    return alpha * k / 3 * (1 + 2 * r2) * speed if setup.spin else alpha * k / 12 * speed**3


def fold(setup: PairProduction, alpha: float, nodes: int = 20) -> float:
    """The fold in cm^2, up to k of 10 GeV or a third of the energy: beyond is less than 1e-5."""
    u, weights = gauss_legendre(nodes)
    least = (setup.first_mass + setup.dark_mass) ** 2
    span = np.log(min(10.0, setup.energy / 3) ** 2 / least)
    K = least * np.exp(span * u**2)
    k = np.sqrt(K)
    sigma = [
        total_cross_section(
            "vector",
            setup.lepton,
            setup.symbol,
            setup.energy,
            float(mass),
            minimum_energy=setup.least_energy,
            form_factor="elastic",
        )
        for mass in k
    ]
    density = massless(K) * k * width(setup, k, alpha) / np.pi
    return float(weights @ (2 * span * u * K * density * sigma))


def events(setup: PairProduction, points: int = 2**7) -> Momenta:
    """Possible ones among some draws."""
    return setup.momenta(qmc.Sobol(7, seed=1).random(points)).possible


@pytest.mark.parametrize("setup", [NA64E, CARBON, LOW, MASSIVE])
def test_momenta_are_conserved_and_on_shell(setup: PairProduction) -> None:
    at = events(setup)
    left = at.lepton_in + at.nucleus_in - at.lepton - at.nucleus - at.pair
    assert np.abs(left).max() < 1e-12 * setup.nuclear_mass
    for p, mass in (
        (at.lepton, setup.lepton_mass),
        (at.nucleus, setup.nuclear_mass),
        (at.particle, setup.first_mass),
        (at.antiparticle, setup.dark_mass),
    ):
        assert np.all(p[:, 0] >= mass)
        assert product(p, p) == pytest.approx(mass**2, rel=1e-9, abs=1e-9)


def two_bodies(S: Array | float, a: Array | float, b: Array | float) -> Array:
    """Phase space of two bodies of masses a and b."""
    inside = (S - (a + b) ** 2) * (S - (a - b) ** 2)
    return np.asarray(np.sqrt(np.maximum(inside, 0)) / S / (8 * np.pi))


def test_weights_are_those_of_phase_space() -> None:
    # Four bodies as a chain of two: a double integral of invariants, no frame and no angle.
    m, M, chi = LOW.lepton_mass, LOW.nuclear_mass, LOW.dark_mass
    W = np.sqrt(M**2 + m**2 + 2 * M * LOW.energy)
    x, weights = gauss_legendre(60)
    k = (2 * chi + (W - M - m - 2 * chi) * x)[:, None]
    Q = m + M + (W - k - m - M) * x
    chain = two_bodies(k**2, chi, chi) * two_bodies(Q**2, m, M) * two_bodies(W**2, k, Q)
    chain *= k * Q / np.pi**2 * (W - M - m - 2 * chi) * (W - k - m - M)
    volume = weights @ chain @ weights
    draws = LOW.momenta(qmc.Sobol(7, seed=1).random(2**14)).weight
    assert draws.mean() == pytest.approx(volume, rel=0.01)  # 0.3 % between seeds


def test_spinors_are_complete() -> None:
    at = events(NA64E)
    for p, mass in ((at.lepton, NA64E.lepton_mass), (at.particle, NA64E.dark_mass)):
        u, v = spinors(p, mass)
        gamma0 = np.diag([1, 1, -1, -1])
        for spinor, sign in ((u, 1), (v, -1)):
            summed = np.einsum("nsa,nsb->nab", spinor, spinor.conj() @ gamma0)
            expected = slash(p) + sign * mass * np.eye(4)
            assert np.abs(summed - expected).max() < 1e-10 * p.max()


def test_amplitude_is_that_of_traces() -> None:
    # 1/2 Tr[(p'+m) L^mu (p+m) Lbar^nu] Tr[(k1+m) gamma_mu (k2-m) gamma_nu], as one learns it.
    setup = LOW  # where nothing is boosted much, so that traces keep their digits
    at = events(setup, 2**5)
    m, chi, M = setup.lepton_mass, setup.dark_mass, np.eye(4)
    gamma = np.array([slash(row) for row in np.eye(4)]) * METRIC[:, None, None]
    charge = slash(at.nucleus_in + at.nucleus)[:, None]
    s, d = at.lepton + at.pair, at.lepton_in - at.pair
    late = ((slash(s) + m * M) / (product(s, s) - m**2)[:, None, None])[:, None]
    early = ((slash(d) + m * M) / (product(d, d) - m**2)[:, None, None])[:, None]
    after, before = (slash(p)[:, None, None] + m * M for p in (at.lepton, at.lepton_in))
    L = (gamma @ late @ charge + charge @ early @ gamma)[:, :, None]
    R = (charge @ late @ gamma + gamma @ early @ charge)[:, None]
    leptons = np.trace(after @ L @ before @ R, axis1=-2, axis2=-1) / 2
    lower = gamma * METRIC[:, None, None]
    one, other = slash(at.particle) + chi * M, slash(at.antiparticle) - chi * M
    dark = np.einsum("nab,mbc,ncd,rda->nmr", one, lower, other, lower)
    traces = np.einsum("nmr,nmr->n", leptons, dark).real
    assert setup.squared_amplitude(at) == pytest.approx(traces, rel=1e-8)


@pytest.mark.long
@pytest.mark.parametrize("setup", [*POINTS, *MORE])
def test_photons(setup: PairProduction) -> None:
    sigma, error = setup.cross_section(massless, ALPHA, points=2**15, shifts=16)
    assert error < 0.0012 * sigma
    assert sigma == pytest.approx(fold(setup, ALPHA), rel=0.003)
