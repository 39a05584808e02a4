"""Two coupled species: detailed balance, the limit of one equation, crossing, another solver."""

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import solve_ivp

from scotopic.cosmology import two_species
from scotopic.cosmology.annihilation import ReactionRate, reaction_rates
from scotopic.cosmology.conversion import (
    Products,
    direct,
    interference,
    reaction,
    scaled_decays,
    scattering_on_chi2,
)
from scotopic.cosmology.freeze_out import relic_abundance, thermal_coupling
from scotopic.cosmology.two_species import TwoSpecies, net_rates
from scotopic.models.inelastic import InelasticDiracDarkMatter
from scotopic.units import ALPHA, ELECTRON_MASS

Array = npt.NDArray[np.float64]


def mixed(
    mass: float, tan_theta: float, *, splitting: float = 0.05, mixing: float = 1e-3
) -> InelasticDiracDarkMatter:
    return InelasticDiracDarkMatter(
        mediator_mass=3 * mass,
        kinetic_mixing=mixing,
        alpha_D=0.1,
        mass_ratio=3,
        splitting=splitting,
        theta=math.atan(tan_theta),
    )


def test_detailed_balance() -> None:
    # In equilibrium every reaction is undone by its inverse, one by one and to rounding.
    values = TwoSpecies(mixed(0.05, 1e-2)).coefficients(np.log([3.0, 10.0, 30.0, 100.0]), 1e-3)
    for row in values:
        e1, e2 = row[5], row[5] * row[6]
        for index in range(5):
            alone = np.zeros(7)
            alone[[index, 5, 6]] = row[[index, 5, 6]]
            one_way = max(abs(rate) for rate in net_rates(2 * e1, e2, alone))
            one_way = max(one_way, *(abs(rate) for rate in net_rates(e1, 2 * e2, alone)))
            balance = max(abs(rate) for rate in net_rates(e1, e2, alone))
            assert one_way > 0
            assert balance <= 1e-15 * one_way


def test_conversion_keeps_the_number_of_dark_particles() -> None:
    values = TwoSpecies(mixed(0.05, 1e-2)).coefficients(np.log([20.0]), 1e-3)[0]
    values[:3] = 0
    first, second = net_rates(3e-9, 2e-9, values)
    assert first == -second != 0


def test_annihilation_is_crossed_scattering() -> None:
    # The amplitude of the scattering, crossed, against the widths that give the annihilation.
    model = mixed(0.01, 0.3, splitting=0.1, mixing=1.0)
    light, heavy = (state.mass for state in model.dark_states)
    charges = 2
    couplings = charges * (4 * math.pi) ** 2 * ALPHA * 0.1 * model.transition_strength

    def squared(w: Array, p: Products) -> Array:
        width = model.dark_width_at(w) + sum(model.visible_widths_at(w).values())
        shape = (w**2 - model.mediator_mass**2) ** 2 + (w * width) ** 2
        return np.asarray(couplings * direct(p.crossed().exchanged()) / shape)

    beta = np.array([5.0, 20.0, 100.0]) / light
    crossed = reaction(model, (heavy, light, ELECTRON_MASS, ELECTRON_MASS), squared)
    expected = reaction_rates(model)["chi1 chi2"].scaled(beta)
    # To rounding: both use the same nodes.
    assert crossed.scaled(beta) == pytest.approx(expected, rel=1e-10)


def moller(s: float, t: float) -> tuple[float, float]:
    """Return our and the textbook's sum over spins of |M|^2/g^4 for massless e- e- -> e- e-."""
    u = -s - t
    by_s, by_t, by_u = np.array(s / 2), np.array(-t / 2), np.array(-u / 2)
    p = Products(by_s, by_t, by_u, by_u, by_t, by_s, (0.0, 0.0, 0.0, 0.0))
    ours = direct(p) / t**2 + direct(p.exchanged()) / u**2 - 2 * interference(p) / (t * u)
    book = 8 * ((s**2 + u**2) / t**2 + (s**2 + t**2) / u**2 + 2 * s**2 / (t * u))
    return float(ours), book


@pytest.mark.parametrize("t", [-0.1, -0.5, -0.8])
def test_massless_amplitude_is_that_of_moller(t: float) -> None:
    ours, book = moller(1.0, t)
    assert ours == pytest.approx(book, rel=1e-13)


def numeric_trace(masses: tuple[float, float, float, float], cosine: float) -> tuple[float, float]:
    """Return both squared traces of 1 2 -> 3 4 by explicit Dirac matrices, and ours."""
    m1, m2, m3, m4 = masses
    w = 1.3 * max(m1 + m2, m3 + m4)
    e1, e3 = (w**2 + m1**2 - m2**2) / (2 * w), (w**2 + m3**2 - m4**2) / (2 * w)
    k, q = math.sqrt(e1**2 - m1**2), math.sqrt(e3**2 - m3**2)
    sine = math.sqrt(1 - cosine**2)
    momenta = np.array(
        [
            [e1, 0, 0, k],
            [w - e1, 0, 0, -k],
            [e3, q * sine, 0, q * cosine],
            [w - e3, -q * sine, 0, -q * cosine],
        ]
    )
    metric = np.diag([1.0, -1, -1, -1])
    pauli = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    gamma = np.zeros((4, 4, 4), dtype=complex)
    gamma[0] = np.diag([1, 1, -1, -1])
    gamma[1:, :2, 2:], gamma[1:, 2:, :2] = pauli, -pauli
    lower = np.einsum("ab,bij->aij", metric, gamma)
    s1, s2, s3, s4 = (
        np.einsum("a,aij->ij", p, lower) + m * np.eye(4)
        for p, m in zip(momenta, masses, strict=True)
    )
    loop = np.einsum("ij,ajk,kl,bli->ab", s3, gamma, s1, gamma)
    other = np.einsum("ij,ajk,kl,bli->ab", s4, lower, s2, lower)
    squared = float(np.real(np.einsum("ab,ab->", loop, other)))
    chain = np.einsum("ij,ajk,kl,blm,mn,ano,op,bpi->", s3, gamma, s1, gamma, s4, lower, s2, lower)
    dot = momenta @ metric @ momenta.T
    p = Products(dot[0, 1], dot[0, 2], dot[0, 3], dot[1, 2], dot[1, 3], dot[2, 3], masses)
    assert float(direct(p)) == pytest.approx(squared, rel=1e-11)
    return float(interference(p)), float(np.real(chain))


@pytest.mark.parametrize("cosine", [-0.7, 0.2])
def test_traces_of_massive_fermions(cosine: float) -> None:
    ours, explicit = numeric_trace((1.1, 0.3, 0.9, 1.4), cosine)
    assert ours == pytest.approx(explicit, rel=1e-11)


def test_decays_slow_down_as_they_should() -> None:
    model = mixed(0.3, 0.1, splitting=0.4)
    beta = np.array([1e4]) / model.dark_matter_mass
    per_particle = scaled_decays(model, beta) * model.kinetic_mixing**2
    z = model.partner_mass * beta
    density = 4 * model.partner_mass**3 / (2 * math.pi * z) ** 1.5
    # n (1 + 15/(8z)) and <1/gamma> = 1 - 3/(2z).
    expected = density * model.chi2_width * (1 + (15 / 8 - 1.5) / z)
    assert per_particle == pytest.approx(expected, rel=1e-6)


# 1e-4 at tan(theta) = 0.1: conversions are 1e3 times the expansion and more.
@pytest.mark.parametrize("mass", [0.01, 0.05, 0.3])
@pytest.mark.parametrize(("tan_theta", "tolerance"), [(0.1, 1e-3), (1e-2, 1e-2)])
def test_one_equation_is_enough_at_large_mixing(
    mass: float, tan_theta: float, tolerance: float
) -> None:
    model = mixed(mass, tan_theta, mixing=0.6 * mass**0.5 * 1e-2)
    two = TwoSpecies(model)
    mixing = thermal_coupling(model).kinetic_mixing
    assert two.omega(mixing) == pytest.approx(two.single.omega(mixing), rel=tolerance)


def test_small_mixing_leaves_more() -> None:
    # They part below tan(theta) = 5e-3, and chi1 is then less and less depleted.
    ratios = []
    for tan_theta in (1e-2, 3e-3, 1e-3, 3e-4):
        two = TwoSpecies(mixed(0.3, tan_theta))
        ratios.append(two.omega(1.8e-3) / two.single.omega(1.8e-3))
    assert ratios[0] == pytest.approx(1, abs=0.01)
    assert ratios[1] > 1.05
    assert ratios[2] > 2
    assert ratios == sorted(ratios)


def test_scattering_of_two_chi2_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    two = TwoSpecies(mixed(0.05, 1e-3))
    full = two.omega(5.5e-4)

    def none(model: InelasticDiracDarkMatter) -> ReactionRate:
        rate = scattering_on_chi2(model)
        return replace(rate, weights=1e-30 * rate.weights)

    monkeypatch.setattr(two_species, "scattering_on_chi2", none)
    without = TwoSpecies(two.model).omega(5.5e-4)
    assert without > 10 * full


# As for the single equation: 2e-4 is the target.
@pytest.mark.parametrize("tan_theta", [1e-2, 3e-4])
def test_radau_agrees(tan_theta: float) -> None:
    two = TwoSpecies(mixed(0.05, tan_theta))
    mixing = 6e-4
    first, last = math.log(3.0), math.log(1000.0)

    def slope(u: float, logs: Array) -> Array:
        values = two.coefficients(np.array([u]), mixing)[0]
        yields = np.exp(logs)
        return np.array(net_rates(yields[0], yields[1], values)) / yields

    start = two.coefficients(np.array([first]), mixing)[0]
    logs = np.log([start[5], start[5] * start[6]])
    solution = solve_ivp(slope, (first, last), logs, method="Radau", rtol=1e-7, atol=1e-9)
    expected = float(np.exp(solution.y[:, -1]).sum())
    sums = []
    for refinement in (1, 2):
        edges, yields = two.history(mixing, refinement)
        sums.append(np.exp(np.interp(last, edges, np.log(yields.sum(axis=1)))))
    assert sums[1] + (sums[1] - sums[0]) / 3 == pytest.approx(expected, rel=1e-4)


def test_first_of_several_couplings_is_found() -> None:
    # Where the abundance rises with epsilon the equation has more than one solution.
    model = mixed(0.05, 1e-4)
    two = TwoSpecies(model)
    assert two.omega(3.2e-3) > two.omega(4e-4)
    found = thermal_coupling(model, 0.7)
    assert found.kinetic_mixing < 4e-4
    assert relic_abundance(replace(model, kinetic_mixing=found.kinetic_mixing)).value == (
        pytest.approx(0.7, rel=1e-4)
    )


def test_caveats() -> None:
    stable = relic_abundance(mixed(0.01, 1e-2, mixing=9.5e-5)).caveats
    assert any(caveat.startswith("chi2 is stable and ") for caveat in stable)
    slow = relic_abundance(mixed(0.3, 1e-4, mixing=1e-3)).caveats
    assert any(caveat.startswith("kinetic equilibrium of chi1 is assumed") for caveat in slow)
    assert relic_abundance(mixed(0.05, 1e-2, mixing=5e-4)).caveats == ()
