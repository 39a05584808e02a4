"""The decay chi2 -> chi1 + pair against traces of Dirac matrices, Monte Carlo and quadrature."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import dblquad, quad

from scotopic.decays.hadrons import hadronic_ratio
from scotopic.decays.three_body import (
    LEPTON_MASSES,
    PAIRS,
    Pair,
    PairDecay,
    differential_width,
    pair_width,
    particle_mass,
)
from scotopic.errors import RangeError
from scotopic.units import CHARGED_PION_MASS, ELECTRON_MASS, MUON_MASS

Array = npt.NDArray[np.float64]

UNKNOWN: dict[str, Any] = {"pair": "gamma gamma"}

# Masses of chi2, chi1 and the mediator in GeV. Electrons at rest and fast ones, slow muons.
BENCHMARKS: list[tuple[Pair, float, float, float]] = [
    ("e+e-", 0.14, 0.1, 0.3),
    ("e+e-", 0.0119, 0.0105, 0.03),
    ("mu+mu-", 1.0, 0.7, 2.0),
    ("e+e-", 1.0, 0.05, 1.1),
]

SIGMA = [np.array(s, complex) for s in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]])]
ONE, ZERO = np.eye(2, dtype=complex), np.zeros((2, 2), complex)
GAMMA = np.stack(
    [np.block([[ONE, ZERO], [ZERO, -ONE]])] + [np.block([[ZERO, s], [-s, ZERO]]) for s in SIGMA]
)
METRIC = np.array([1.0, -1.0, -1.0, -1.0])


def dot(p: Array, q: Array) -> Array:
    return np.asarray(np.einsum("m,m...,m...->...", METRIC, p, q))


def slash(p: Array) -> npt.NDArray[np.complex128]:
    return np.asarray(np.einsum("m,mn,mab->nab", METRIC, p, GAMMA))


def trace(
    first: npt.NDArray[np.complex128], second: npt.NDArray[np.complex128]
) -> npt.NDArray[np.complex128]:
    """Tr[first gamma^x second gamma^y], shape (n, x, y), of matrices (n, 4, 4)."""
    left = (first[:, None] @ GAMMA).reshape(-1, 4, 16)
    right = (second[:, None] @ GAMMA).transpose(0, 1, 3, 2).reshape(-1, 4, 16)
    return np.asarray(left @ right.transpose(0, 2, 1))


def squared_amplitude(
    p2: Array, p1: Array, k: Array, j: Array, lepton_mass: float, mediator_mass: float
) -> Array:
    """|M|^2 averaged over chi2's spin for unit couplings, by explicit traces; momenta (4, n)."""
    m2, m1 = np.sqrt(dot(p2, p2))[:, None, None], np.sqrt(dot(p1, p1))[:, None, None]
    unit = np.eye(4)
    heavy, light = slash(p2) + m2 * unit, slash(p1) + m1 * unit
    negative, positive = slash(k) + lepton_mass * unit, slash(j) - lepton_mass * unit
    dark, leptons = trace(light, heavy), trace(negative, positive)
    total = (dark * leptons * METRIC[:, None] * METRIC).sum(axis=(1, 2)).real
    q2 = dot(k + j, k + j)
    return np.asarray(total / 2 / (q2 - mediator_mass**2) ** 2)


def flat_phase_space(
    rng: np.random.Generator, n: int, m2: float, m1: float, ml: float
) -> tuple[Array, Array, Array, Array, Array]:
    """Momenta of chi2, chi1, l-, l+ in chi2's frame and the phase-space weight of each.

    q uniform between its limits, all angles even: d Phi_3 = dq^2/(2 pi) p/(4 pi m2) p_l/(4 pi q).
    """
    q = rng.uniform(2 * ml, m2 - m1, n)

    def momentum(m: Array | float, a: Array | float, b: Array | float) -> Array:
        return np.asarray(np.sqrt((m**2 - (a + b) ** 2) * (m**2 - (a - b) ** 2)) / (2 * m))

    p, k = momentum(m2, m1, q), momentum(q, ml, ml)
    weight = (m2 - m1 - 2 * ml) * 2 * q / (2 * np.pi) * p / (4 * np.pi * m2) * k / (4 * np.pi * q)
    c = rng.uniform(-1, 1, n)
    s, e = np.sqrt(1 - c * c), np.sqrt(q * q + p * p)
    half, zero = e / 2, np.zeros(n)
    minus = np.stack([half + p * k * c / q, k * s, zero, p / 2 + e * k * c / q])
    plus = np.stack([half - p * k * c / q, -k * s, zero, p / 2 - e * k * c / q])
    light = np.stack([np.sqrt(m1**2 + p * p), zero, zero, -p])
    return light + minus + plus, light, minus, plus, weight


@pytest.mark.parametrize(("pair", "m2", "m1", "m"), BENCHMARKS)
def test_width_from_flat_phase_space(pair: Pair, m2: float, m1: float, m: float) -> None:
    ml = LEPTON_MASSES[pair]
    p2, p1, k, j, weight = flat_phase_space(np.random.default_rng(5), 20_000, m2, m1, ml)
    # couplings g_D eps e -> 16 pi^2 a
    values = 16 * np.pi**2 * weight * squared_amplitude(p2, p1, k, j, ml, m) / (2 * m2)
    error = values.std() / math.sqrt(len(values))
    assert error < 0.01 * values.mean()
    assert values.mean() == pytest.approx(float(pair_width(pair, m2, m1, m)), abs=4 * error, rel=0)


@pytest.mark.parametrize(("pair", "m2", "m1", "m"), BENCHMARKS)
def test_width_from_the_samples(pair: Pair, m2: float, m1: float, m: float) -> None:
    """The mean of 1/|M|^2 over samples of |M|^2 is the phase space over the width."""
    ml = LEPTON_MASSES[pair]
    uniforms = np.random.default_rng(8).random((4, 20_000))
    k, j = PairDecay(pair, m2, m1, m).sample(uniforms)
    p2 = np.zeros_like(k)
    p2[0] = m2
    inverse = 1 / squared_amplitude(p2, p2 - k - j, k, j, ml, m)

    def space(q: float) -> float:
        p = math.sqrt((m2**2 - (m1 + q) ** 2) * (m2**2 - (m1 - q) ** 2)) / (2 * m2)
        return (
            2
            * q
            / (2 * np.pi)
            * p
            / (4 * np.pi * m2)
            * math.sqrt(1 - (2 * ml / q) ** 2)
            / (8 * np.pi)
        )

    volume = quad(space, 2 * ml, m2 - m1, epsabs=0, epsrel=1e-9)[0]
    width = 16 * np.pi**2 * volume / inverse.mean() / (2 * m2)
    # 1/|M|^2 goes as 1/(D^2 - q^2) at the end point: its variance is finite, 20 000 give 0.6 %
    assert width == pytest.approx(float(pair_width(pair, m2, m1, m)), abs=0, rel=0.02)


def test_published_correction_from_events() -> None:
    """K = 0.640 +- 0.004 (NA64, Eur. Phys. J. C81 (2021) 959) by weighted events."""
    m1, m2, m = 0.1, 0.14, 0.3
    p2, p1, k, j, weight = flat_phase_space(
        np.random.default_rng(4), 100_000, m2, m1, ELECTRON_MASS
    )
    squared = squared_amplitude(p2, p1, k, j, ELECTRON_MASS, m)
    width = 16 * np.pi**2 * float((weight * squared).mean()) / (2 * m2)
    correction = width / (4 * (m2 - m1) ** 5 / (15 * np.pi * m**4))
    assert correction == pytest.approx(0.640, abs=0.004)  # the published error; ours is 0.001


def dalitz(q2: float, s2: float, m2: float, m1: float, ml: float, m: float) -> float:
    """The density in q^2 and m(chi1 l)^2, unnormalised, in the Dalitz plot's variables."""
    inner = q2**2 - m2**2 * (q2 + 2 * s2 - 2 * m1**2) + 2 * m1 * m2 * (q2 + 2 * ml**2)
    inner += q2 * (2 * s2 - m1**2) + 2 * (s2**2 - s2 * (m1**2 + 2 * ml**2) + ml**4)
    return -inner / (q2 - m**2) ** 2


def dalitz_moment(
    function: Callable[[float, float], float], m2: float, m1: float, ml: float, m: float
) -> float:
    """Integral of a function of q^2 and m(chi1 l)^2 over the Dalitz plot."""

    def limits(q: float) -> tuple[float, float]:
        q2 = q * q
        e1, el = (m2**2 - m1**2 - q2) / (2 * q), q / 2
        p1, pl = math.sqrt(max(e1**2 - m1**2, 0)), math.sqrt(max(el**2 - ml**2, 0))
        return (e1 + el) ** 2 - (p1 + pl) ** 2, (e1 + el) ** 2 - (p1 - pl) ** 2

    def integrand(s2: float, q: float) -> float:
        return 2 * q * function(q * q, s2) * dalitz(q * q, s2, m2, m1, ml, m)

    return float(
        dblquad(
            integrand,
            2 * ml,
            m2 - m1,
            lambda q: limits(q)[0],
            lambda q: limits(q)[1],
            epsabs=0,
            epsrel=1e-6,
        )[0]
    )


@pytest.mark.parametrize(("pair", "m2", "m1", "m"), BENCHMARKS)
def test_moments_of_the_dalitz_plot(pair: Pair, m2: float, m1: float, m: float) -> None:
    ml = LEPTON_MASSES[pair]

    def mean(function: Callable[[float, float], float]) -> float:
        total = dalitz_moment(lambda *_: 1.0, m2, m1, ml, m)
        return dalitz_moment(function, m2, m1, ml, m) / total

    n = 200_000
    k, j = PairDecay(pair, m2, m1, m).sample(np.random.default_rng(3).random((4, n)))
    p2 = np.zeros_like(k)
    p2[0] = m2
    q2, s2 = dot(k + j, k + j), dot(p2 - k, p2 - k)
    for name, sampled, expected in [
        ("q2", q2, mean(lambda q2, _: q2)),
        ("q4", q2**2, mean(lambda q2, _: q2**2)),
        ("s2", s2 - m1**2, mean(lambda _, s2: s2 - m1**2)),
        ("s4", (s2 - m1**2) ** 2, mean(lambda _, s2: (s2 - m1**2) ** 2)),
        ("q2 s2", q2 * (s2 - m1**2), mean(lambda q2, s2: q2 * (s2 - m1**2))),
    ]:
        error = sampled.std() / math.sqrt(n)
        # 4 standard deviations and the width of the cells of the table, 1/256^2
        tolerance = 4 * error + 2e-5 * abs(expected)
        assert sampled.mean() == pytest.approx(expected, abs=tolerance, rel=0), name


def test_width_of_the_dalitz_plot() -> None:
    """The Dalitz density has the width's shape: one factor for all masses."""
    ratios = []
    for pair, m2, m1, m in BENCHMARKS:
        total = dalitz_moment(lambda *_: 1.0, m2, m1, LEPTON_MASSES[pair], m)
        ratios.append(float(pair_width(pair, m2, m1, m)) * m2**3 / total)
    # |M|^2 = 8 (16 pi^2) [...]/2, d Gamma = |M|^2 dq2 ds2/(256 pi^3 m2^3)
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-5)


def majorana_amplitudes(a: complex, vertex: Array) -> tuple[complex, complex]:
    """<chi1| a chi1bar Gamma chi2 + h.c. |chi2> with both contractions, and ubar1 Gamma u2."""

    def u(mass: float, p: Array, spin: int) -> npt.NDArray[np.complex128]:
        energy = math.sqrt(mass**2 + p @ p)
        upper = np.eye(2, dtype=complex)[spin]
        lower = sum(p[i] * SIGMA[i] for i in range(3)) @ upper / (energy + mass)
        return np.asarray(math.sqrt(energy + mass) * np.concatenate([upper, lower]))

    def v(spinor: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
        return np.asarray(1j * GAMMA[2] @ GAMMA[0] @ (spinor.conj() @ GAMMA[0]))

    u1 = u(1.0, np.array([0.3, -0.2, 0.5]), 0)
    u2 = u(1.4, np.array([-0.1, 0.4, 0.2]), 1)
    adjoint = GAMMA[0] @ vertex.conj().T @ GAMMA[0]
    single = u1.conj() @ GAMMA[0] @ vertex @ u2
    crossed = v(u2).conj() @ GAMMA[0] @ adjoint @ v(u1)
    return complex(a * single - np.conj(a) * crossed), complex(single)


def test_the_phase_of_the_majorana_current() -> None:
    """Psi = (chi1 + i chi2)/sqrt 2 with positive masses couples as a Dirac vector current.

    Psibar gamma Psi = (i/2) chi1bar gamma chi2 + h.c.; without the i the vector current
    vanishes, and only an axial one, which another sign of a mass would give, is left.
    """
    for vertex in GAMMA:
        amplitude, vector = majorana_amplitudes(0.5j, vertex)
        assert abs(amplitude) == pytest.approx(abs(vector), abs=0, rel=1e-12)
        amplitude, vector = majorana_amplitudes(0.5, vertex)
        assert abs(amplitude) < 1e-12 * abs(vector)


def test_the_axial_current_is_another_width() -> None:
    """An axial current is the vector one with S and D exchanged: K = 1.88, excluded."""
    S, D, m = 2.4, 0.4, 3.0

    def integrand(q2: float) -> float:
        root = math.sqrt((S * S - q2) * (D * D - q2))
        return root * (S * S - q2) * (D * D + 2 * q2) / (q2 - m * m) ** 2

    axial = quad(integrand, 0, D * D, epsrel=1e-9)[0] / (12 * np.pi * 1.4**3)
    assert axial / (4 * D**5 / (15 * np.pi * m**4)) == pytest.approx(1.88, abs=0.01)


@pytest.mark.parametrize("pair", PAIRS)
def test_distribution_adds_up_to_the_width(pair: Pair) -> None:
    m2, m1, m = 5.2, 1.0, 6.0
    lower = 2 * particle_mass(pair)
    q = np.linspace(lower, m2 - m1, 200_001)
    values = 2 * q * differential_width(pair, q * q, m2, m1, m)
    total = float(np.sum((values[1:] + values[:-1]) / 2 * np.diff(q)))
    # trapezoids on 2e5 points; the square root at the threshold of slow leptons costs most
    assert float(pair_width(pair, m2, m1, m)) == pytest.approx(total, abs=0, rel=1e-4)


def test_widths_broadcast() -> None:
    m1 = np.array([0.1, 0.2, 0.5])[:, None]
    splitting = np.array([0.05, 0.4])
    widths = pair_width("e+e-", m1 * (1 + splitting), m1, 3 * m1, 1e-9)
    assert widths.shape == (3, 2)
    single = float(pair_width("e+e-", 0.2 * 1.4, 0.2, 0.6, 1e-9))
    assert widths[1, 1] == pytest.approx(single, abs=0, rel=1e-12)
    hadrons = pair_width("hadrons", m1 * (1 + 2 * splitting), m1, 3 * m1)
    assert (hadrons > 0).tolist() == [[False, False], [False, False], [False, True]]
    assert hadrons[2, 1] == pytest.approx(float(pair_width("hadrons", 0.9, 0.5, 1.5)), rel=1e-12)


def test_hadrons_with_a_known_ratio() -> None:
    """In a narrow window of q^2 hadrons are R times massless leptons."""
    q2 = 0.6
    leptons = differential_width("e+e-", q2, 1.5, 0.5, 2.0)
    hadrons = differential_width("hadrons", q2, 1.5, 0.5, 2.0)
    expected = hadronic_ratio(math.sqrt(q2))
    assert float(hadrons / leptons) == pytest.approx(float(expected), abs=0, rel=1e-9)


@pytest.mark.parametrize(("pair", "q"), [("mu+mu-", 0.22), ("mu+mu-", 0.4), ("e+e-", 0.3)])
def test_leptons_follow_their_current(pair: Pair, q: float) -> None:
    """Explicit traces at given angles in the rest frame of the pair."""
    m2, m1, m, ml = 0.7, 0.2, 1.0, LEPTON_MASSES[pair]
    cosine = np.linspace(-1, 1, 5)
    momentum = math.sqrt((0.81 - q * q) * (0.25 - q * q)) / (2 * q)
    zero, p = np.zeros(5), math.sqrt(q * q / 4 - ml**2)
    p1 = np.stack([zero + math.hypot(m1, momentum), zero, zero, zero + momentum])
    p2 = np.stack([zero + math.hypot(m2, momentum), zero, zero, zero + momentum])
    k = np.stack([zero + q / 2, p * np.sqrt(1 - cosine**2), zero, p * cosine])
    j = np.stack([k[0], -k[1], zero, -k[3]])
    squared = squared_amplitude(p2, p1, k, j, ml, m)
    curvature = PairDecay(pair, m2, m1, m).curvature(np.array([q * q]))
    np.testing.assert_allclose(squared / squared[2], 1 + curvature * cosine**2, rtol=1e-10)


@pytest.mark.parametrize("q", [0.3, 0.5, 0.69])
def test_pions_follow_their_current(q: float) -> None:
    """H_mn r^m r^n, H of the vector current and r the difference of the pions' momenta."""
    m2, m1 = 1.0, 0.3
    cosine = np.linspace(-1, 1, 5)
    momentum = math.sqrt((1.69 - q * q) * (0.49 - q * q)) / (2 * q)  # in the pair's rest frame
    zero = np.zeros(5)
    p1 = np.stack([zero + math.hypot(m1, momentum), zero, zero, zero + momentum])
    p2 = np.stack([zero + math.hypot(m2, momentum), zero, zero, zero + momentum])
    r = np.stack([zero, np.sqrt(1 - cosine**2), zero, cosine])
    squared = 2 * dot(p1, r) * dot(p2, r) - dot(r, r) * (dot(p1, p2) - m1 * m2)
    k = PairDecay("hadrons", m2, m1, 1.5).curvature(np.array([q * q]))
    np.testing.assert_allclose(squared / squared[2], 1 + k * cosine**2, rtol=1e-12)


@pytest.mark.parametrize(("pair", "m2", "m1", "m"), [*BENCHMARKS, ("hadrons", 1.0, 0.3, 1.5)])
def test_conservation_and_masses(pair: Pair, m2: float, m1: float, m: float) -> None:
    k, j = PairDecay(pair, m2, m1, m).sample(np.random.default_rng(2).random((4, 5000)))
    particle2 = particle_mass(pair) ** 2
    # rounding of E^2 - p^2 at energies up to m2
    np.testing.assert_allclose(dot(k, k), particle2, rtol=0, atol=4e-15 * m2**2)
    np.testing.assert_allclose(dot(j, j), particle2, rtol=0, atol=4e-15 * m2**2)
    p1 = -(k + j)
    p1[0] += m2
    np.testing.assert_allclose(dot(p1, p1), m1**2, rtol=0, atol=1e-14 * m2**2)
    assert np.all(k[0] > 0)
    assert np.all(j[0] > 0)


def test_the_pair_is_isotropic_and_even_in_charge() -> None:
    n = 200_000
    k, j = PairDecay("e+e-", 0.14, 0.1, 0.3).sample(np.random.default_rng(7).random((4, n)))
    pair = k + j
    cosine = pair[3] / np.linalg.norm(pair[1:], axis=0)
    assert abs(cosine.mean()) < 4 / math.sqrt(3 * n)
    assert (cosine**2).mean() == pytest.approx(1 / 3, abs=4 * 0.3 / math.sqrt(n))
    assert (k[0] - j[0]).mean() == pytest.approx(0, abs=4 * (k[0] - j[0]).std() / math.sqrt(n))
    assert (pair[0] / 0.14).mean() == pytest.approx(0.256, abs=0.001)  # the prototype's value


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: particle_mass(**UNKNOWN), "pair: 'gamma gamma' is not one of e\\+e-, mu"),
        (lambda: pair_width("e+e-", 3.0, 1.0, 1.5), "mediator_mass: 1.5 GeV is not above the mass"),
        (lambda: PairDecay("mu+mu-", 0.14, 0.1, 0.3), "chi2_mass: 0.14 GeV is too light"),
        (lambda: pair_width("hadrons", 13.0, 1.0, 15.0), "sqrt_s: .* GeV is not between"),
    ],
)
def test_refusals(use: Callable[[], object], message: str) -> None:
    with pytest.raises(RangeError, match=message):
        use()


def test_closed_decays_have_no_width() -> None:
    assert float(pair_width("e+e-", 0.1 + 1.9 * ELECTRON_MASS, 0.1, 0.3)) == 0
    assert float(pair_width("mu+mu-", 0.5 + 1.99 * MUON_MASS, 0.5, 1.5)) == 0
    assert float(pair_width("hadrons", 0.5 + 1.99 * CHARGED_PION_MASS, 0.5, 1.5)) == 0
