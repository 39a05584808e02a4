"""Radiation of tensors against explicit Dirac matrices, their limits and other calculations."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.production.spin_two import (
    Momenta,
    lepton_matrices,
    polarisation_sum,
    spin_sum,
    symmetric,
)
from tests.production.test_amplitudes import GAMMA, METRIC, boosted, random_point, two_body

from scotopic.decays.leptons import lepton_mass_of
from scotopic.errors import RangeError
from scotopic.materials import element
from scotopic.production.amplitudes import Harmonic, coupling_weights, mean_squared_amplitude
from scotopic.production.form_factors import form_factor
from scotopic.production.fusion import Exchange, exchange, fusion
from scotopic.production.kinematics import transfers
from scotopic.production.phase_space import Process, total_cross_section
from scotopic.production.primakoff import primakoff_cross_section
from scotopic.production.tables import bremsstrahlung_table
from scotopic.production.tensor import (
    Invariants,
    collinear_amplitude,
    leptonic_amplitude,
    universal_amplitude,
)
from scotopic.quadrature import gauss_legendre
from scotopic.units import ALPHA, GEV2_TO_CM2

Array = npt.NDArray[np.float64]

LEAD = element("Pb")


def dot(a: Any, b: Any) -> Any:
    return np.tensordot(METRIC @ a, b, axes=(0, 0))


def package_value(momenta: Momenta, ml: float, m: float, *, leptonic: bool) -> float:
    p, P_i, p_out, P_f, k = momenta
    P, q, r = P_i + P_f, P_i - P_f, p - p_out
    s, u = dot(p_out + k, p_out + k) - ml**2, dot(p - k, p - k) - ml**2
    t, P2, before, after = -dot(q, q), dot(P, P), dot(P, p), dot(P, p_out)
    X = u * before + s * after
    amplitude = leptonic_amplitude if leptonic else universal_amplitude
    at = Invariants(*(float(one) for one in (s, u, t, dot(r, r), X, P2, before, after)))
    found = amplitude(at, ml**2, m**2)
    return float(found * P2 * t)


@pytest.mark.parametrize("leptonic", [False, True])
@pytest.mark.parametrize("lepton", ["electron", "muon"])
def test_equals_dirac_matrices(lepton: str, leptonic: bool) -> None:
    # Energies of a few masses, as for spin 1. Without k k/m^2 the sum may be negative.
    rng = np.random.default_rng(21)
    ml = lepton_mass_of(lepton)
    for _ in range(40):
        m, M = ml * rng.uniform(1, 6), ml * rng.uniform(20, 60)
        momenta = random_point(rng, ml, m, M)
        charge = momenta[1] + momenta[3]
        matrices = lepton_matrices(momenta, ml, charge, 0.0 if leptonic else 1.0)
        sum_over_spins = polarisation_sum(momenta[4], m, longitudinal=leptonic)
        expected = spin_sum(momenta, ml, matrices, sum_over_spins)
        value = package_value(momenta, ml, m, leptonic=leptonic)
        assert value == pytest.approx(expected, rel=1e-10)


def nucleus_matrices(momenta: Momenta, M: float) -> Array:
    """Emission by a point-like nucleus of spin 0 and charge 1, in the field of the lepton."""
    _, P_i, _, P_f, k = momenta

    def tensor(one: Array, other: Array) -> Array:
        product = np.outer(one, other)
        return np.asarray(product + product.T - METRIC * (dot(one, other) - M**2))

    first, second = P_i - k, P_f + k
    before = np.multiply.outer(
        tensor(P_i, first), dot(first + P_f, GAMMA) / (dot(first, first) - M**2)
    )
    after = np.multiply.outer(
        tensor(second, P_f), dot(second + P_i, GAMMA) / (dot(second, second) - M**2)
    )
    total = P_i + P_f
    contact = symmetric(GAMMA, total) - np.multiply.outer(METRIC, dot(total, GAMMA))
    return np.asarray(before + after - contact)


def test_tensor_is_conserved_with_the_nucleus() -> None:
    rng = np.random.default_rng(22)
    for _ in range(20):
        ml, m, M = 0.1, rng.uniform(0.05, 0.6), rng.uniform(2, 6)
        momenta = random_point(rng, ml, m, M)
        p, P_i, p_out, P_f, k = momenta
        q, r = P_i - P_f, p - p_out
        by_lepton = lepton_matrices(momenta, ml, P_i + P_f, 1.0) / dot(q, q)
        by_nucleus = nucleus_matrices(momenta, M) / dot(r, r)
        one = ml * np.eye(4)

        def size(matrices: Any) -> float:
            return float(
                np.abs((dot(p_out, GAMMA) + one) @ matrices @ (dot(p, GAMMA) + one)).max()  # noqa: B023
            )

        assert size(dot(k, by_lepton + by_nucleus)) < 1e-8 * size(dot(k, by_lepton))


def test_collinear_amplitude_equals_dirac_matrices() -> None:
    rng = np.random.default_rng(23)
    for _ in range(20):
        ml, m = 0.1, rng.uniform(0.05, 0.6)
        W = (ml + m) * rng.uniform(1.1, 4)
        w2 = W**2
        energy = (w2 - ml**2) / (2 * W)  # of the photon, at rest
        q = np.array([energy, 0, 0, -energy])
        p = np.array([W - energy, 0, 0, energy])
        p_out, k = two_body(W, ml, m, rng)
        total = 0.0
        for axis in (1, 2):
            charge = np.eye(4)[axis]
            momenta = (p, q, p_out, np.zeros(4), k)
            matrices = lepton_matrices(momenta, ml, charge, 1.0)
            total += spin_sum(momenta, ml, matrices, polarisation_sum(k, m, longitudinal=True)) / 2
        s, u = w2 - ml**2, dot(p - k, p - k) - ml**2
        T = dot(p - p_out, p - p_out)
        found = float(collinear_amplitude(s, u, T, ml**2, m**2))
        assert found == pytest.approx(total, rel=1e-10)
        assert float(collinear_amplitude(s, u, m**2 - s - u, ml**2, m**2)) == pytest.approx(
            found, rel=1e-12
        )


# Notes on spin 2: lead, elastic + inelastic, cm^2 at 1 GeV^-1; all, and x > 0.5.
TOTALS = (
    ("electron", 100.0, 1e-3, 4.86e-26, 1.07e-27),
    ("electron", 100.0, 0.01, 3.17e-26, 1.355e-27),
    ("electron", 100.0, 0.1, 1.125e-26, 1.254e-27),
    ("electron", 100.0, 0.5, 2.44e-27, 6.38e-28),
    ("electron", 100.0, 1.0, 7.70e-28, 3.28e-28),
    ("muon", 160.0, 1e-3, 2.15e-26, 1.82e-28),
    ("muon", 160.0, 0.01, 1.358e-26, 1.83e-28),
    ("muon", 160.0, 0.1, 4.81e-27, 2.17e-28),
    ("muon", 160.0, 0.5, 1.118e-27, 1.72e-28),
    ("muon", 160.0, 1.0, 3.92e-28, 1.10e-28),
)


@pytest.mark.parametrize(("lepton", "energy", "mass", "every", "hard"), TOTALS)
def test_totals(lepton: str, energy: float, mass: float, every: float, hard: float) -> None:
    sigma = total_cross_section("tensor", lepton, LEAD, energy, mass)
    above = total_cross_section("tensor", lepton, LEAD, energy, mass, minimum_energy=energy / 2)
    assert sigma == pytest.approx(every, rel=0.01, abs=0)
    assert above == pytest.approx(hard, rel=0.01, abs=0)


# The same notes, above x_cut at 10, 100 and 300 MeV.
@pytest.mark.parametrize(
    ("lepton", "symbol", "energy", "cut", "expected"),
    [
        ("electron", "Al", 16.0, 0.7, (1.58e-29, 1.25e-29, 7.6e-30)),
        ("muon", "W", 15.0, 0.4, (7.7e-29, 9.9e-29, 6.2e-29)),
        ("electron", "Al", 20.0, 0.1, (1.8e-28, 1.08e-28, 5.4e-29)),
    ],
)
def test_totals_of_experiments(
    lepton: str, symbol: str, energy: float, cut: float, expected: tuple[float, ...]
) -> None:
    # They are printed with two or three digits.
    for mass, one in zip((0.01, 0.1, 0.3), expected, strict=True):
        found = total_cross_section(
            "tensor", lepton, symbol, energy, mass, minimum_energy=cut * energy
        )
        assert found == pytest.approx(one, rel=0.02, abs=0)


@pytest.mark.parametrize(
    ("lepton", "energy", "ratios"),
    [("electron", 100.0, (0.55, 0.80, 1.03)), ("muon", 160.0, (0.989, 0.989, 0.997))],
)
def test_equivalent_photons(lepton: str, energy: float, ratios: tuple[float, ...]) -> None:
    for mass, ratio in zip((1e-3, 0.01, 0.1), ratios, strict=True):
        exact, flux = (
            total_cross_section(
                "tensor", lepton, LEAD, energy, mass, minimum_energy=energy / 2, method=method
            )
            for method in ("exact", "ww")
        )
        assert flux / exact == pytest.approx(ratio, rel=0.01)


def test_soft_tensors_are_made_by_the_leptons_photons() -> None:
    # At small x the lepton's photons, dN/dx = (2 alpha/pi x) ln(...), make them on the nucleus as
    # they make axion-like particles of 4 times the cross section; the logarithm is known to one.
    mass, energy, x = 0.1, 160.0, 0.02
    process = Process("tensor", "muon", LEAD)
    recoil = np.array([1 - x])
    (found,) = process.radiation.spectrum(
        process, mass, energy, recoil, process.radiation.resolutions[1]
    )
    photon = 4 * float(primakoff_cross_section(mass, x * energy, LEAD, process.form_factor))
    least = (lepton_mass_of("muon") * x) ** 2 / (1 - x)
    low, high = (
        ALPHA / (np.pi * x) * (np.log(scale / least) - 1) * photon
        for scale in (0.3 * mass**2, 3 * mass**2)
    )
    assert low < found < high


def vector_total(lepton: str, mass: float, energy: float, cut: float) -> float:
    """The vector's cross section for x > cut, in the variables of tensors."""
    ml, M = lepton_mass_of(lepton), LEAD.nuclear_mass
    variable = replace(
        Process("tensor", lepton, LEAD).variable(mass, energy), upper=np.array(1 - ml / energy)
    )
    start = float(variable.position(cut))
    nodes, weights = gauss_legendre(24)
    v = start + (1 - start) * nodes
    recoil = variable.recoil(v)
    k = exchange(24, recoil, mass, ml, M, energy)
    k = Exchange(*(one[..., None] for one in np.broadcast_arrays(*k)))
    above, below, dt = transfers(k.t_min, k.t_max, 0.8)
    at = fusion(k, k.t_min + above, above * below, mass, M, energy)
    z, dz = gauss_legendre(12)
    gap = np.minimum(at.soft, at.virtuality) - at.swing
    width = np.sqrt(2 * gap / at.swing)[..., None]
    top = np.arcsinh(np.pi / width)
    swung = at.swing[..., None] * np.cos(width * np.sinh(top * z))
    measure = width * np.cosh(top * z) * top / np.pi * dz
    lost = energy * (1 - at.recoil)[..., None]
    s, D = at.soft[..., None] - swung, at.virtuality[..., None] - swung
    t = at.t[..., None]
    amplitude = mean_squared_amplitude(
        coupling_weights("vector", mass, ml),
        lepton_mass=ml,
        nuclear_mass=M,
        energy=energy,
        mediator_energy=lost - t / (2 * M),
        virtuality=D,
        t=t,
        s=Harmonic(s, 0.0),
        current=Harmonic(2 * M * (at.current[..., None] + lost * swung) + t * (s + D) / 2, 0.0),
    )
    mean = (amplitude * measure).sum(axis=-1)
    photons = form_factor(at.t, LEAD, "elastic+inelastic") / at.t**2 * dt / np.sqrt(k.momentum2)
    photons = photons * k.slope / (k.tau.shape[1] - 1)  # the ends do not count
    kinematic = energy / ((energy**2 - ml**2) * 16 * M**2)
    density = ALPHA**3 * GEV2_TO_CM2 * kinematic * (mean * photons).sum(axis=(1, 2))
    return float((1 - start) * (density * variable.slope(v)) @ weights)


@pytest.mark.parametrize(
    ("lepton", "energy", "error"), [("electron", 100.0, 1e-3), ("muon", 160.0, 5e-3)]
)
def test_vectors_in_the_same_variables(lepton: str, energy: float, error: float) -> None:
    for mass in (0.01, 0.1, 1.0):
        usual = total_cross_section(
            "vector", lepton, LEAD, energy, mass, minimum_energy=0.1 * energy
        )
        assert vector_total(lepton, mass, energy, 0.1) == pytest.approx(usual, rel=error, abs=0)


def test_finer_nodes_change_nothing() -> None:
    for lepton, energy, mass in (("electron", 100.0, 0.01), ("muon", 160.0, 1.0)):
        process = Process("tensor", lepton, LEAD)
        _, fine = process.radiation.resolutions
        finest = fine._replace(virtualities=40, step=0.4)
        recoil = 1 - np.array([0.05, 0.5, 0.9, 0.99])
        found, expected = (
            process.radiation.spectrum(process, mass, energy, recoil, one) for one in (fine, finest)
        )
        assert found == pytest.approx(expected, rel=1e-3, abs=0)


def test_only_photons_save_light_tensors() -> None:
    # Without them the current is not conserved, and the cross section grows as m^-4.
    sigma = [
        total_cross_section(kind, "electron", LEAD, 100.0, 0.5, minimum_energy=50.0)
        for kind in ("leptonic_tensor", "tensor")
    ]
    assert sigma[0] / sigma[1] == pytest.approx(1.5, rel=0.04)  # the notes
    with pytest.raises(RangeError, match=r"must not be lighter than 0\.5 GeV"):
        total_cross_section("leptonic_tensor", "electron", LEAD, 100.0, 0.1)


def test_tables_meet_direct_values() -> None:
    table = bremsstrahlung_table(
        "tensor", "muon", LEAD, masses=(0.09, 0.11), energies=(140.0, 160.0)
    )
    direct = total_cross_section("tensor", "muon", LEAD, 150.0, 0.1, minimum_energy=60.0)
    assert float(table.above(0.1, [150.0], [60.0])[0, 0]) == pytest.approx(direct, rel=3e-3, abs=0)


@pytest.mark.parametrize("kind", ["tensor", "leptonic_tensor"])
def test_approximations_that_are_not_known(kind: str) -> None:
    with pytest.raises(RangeError, match="method: 'iww' is not known for tensors"):
        Process(kind, "electron", LEAD, "iww")


def test_primakoff_is_four_times_that_of_spin_zero() -> None:
    # gamma Z -> G Z by two photons: the real one has the polarisations e, the nucleus' the current
    # P. Spin 0: g epsilon_abcd e^a r^b P^c q^d. The sum over the tensor's spins goes without k k.
    rng = np.random.default_rng(24)
    for _ in range(20):
        M, m = rng.uniform(2, 6), rng.uniform(0.05, 0.6)
        E = m * rng.uniform(3, 10)
        r, P_i = np.array([E, 0, 0, E]), np.array([M, 0, 0, 0])
        total = r + P_i
        W = float(np.sqrt(dot(total, total)))
        k, P_f = two_body(W, m, M, rng)
        k, P_f = boosted(k, total), boosted(P_f, total)
        P, q = P_i + P_f, P_i - P_f
        sums = polarisation_sum(k, m, longitudinal=False)
        tensor = scalar = 0.0
        for axis in (1, 2):
            e = np.eye(4)[axis]
            nuclear, own = (np.outer(a, b) - np.outer(b, a) for a, b in ((q, P), (r, e)))
            mixed = nuclear @ METRIC @ own
            trace = np.einsum("ab,ac,bd,cd->", nuclear, METRIC, METRIC, own)
            T = mixed + mixed.T + METRIC * trace / 2
            tensor += float(np.einsum("mn,mnab,ab->", T, sums, T))
            scalar += float(np.linalg.det(np.array([e, r, P, q]))) ** 2
        assert tensor == pytest.approx(4 * scalar, rel=1e-9)
