"""Vectors given by charges: the photon's charges, known widths, the loop, refusals."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from scotopic.cosmology.freeze_out import thermal_coupling
from scotopic.decays.hadrons import hadronic_ratio, hadronic_ratio_of_charges
from scotopic.errors import RangeError
from scotopic.models.charged_vector import BMinus3LE, BMinusL, ChargedVector, LMuMinusLTau
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.registry import BUILT_IN, model_class, model_name
from scotopic.precision.bands import MUON_2021, mixing_band
from scotopic.precision.magnetic_moments import moment_of
from scotopic.units import ALPHA, MUON_MASS, TAU_MASS

E = math.sqrt(4 * math.pi * ALPHA)


def test_photon_charges_make_a_dark_photon() -> None:
    charges = {"q_e": -1, "q_mu": -1, "q_tau": -1, "q_u": 2 / 3, "q_d": -1 / 3, "q_s": -1 / 3}
    dark = {"alpha_D": 0.1, "mass_ratio": 3.0, "dark_matter": "majorana"}
    for mass in (0.05, 0.3, 0.77, 0.7826, 1.0195, 1.5, 4.0):
        photon = DarkPhoton(mediator_mass=mass, kinetic_mixing=1e-3, **dark)  # type: ignore[arg-type] # floats and a word
        vector = ChargedVector(mediator_mass=mass, gauge_coupling=1e-3 * E, **charges, **dark)  # type: ignore[arg-type] # the same
        expected, found = photon.partial_widths(), vector.partial_widths()
        for name, width in expected.items():
            # six digits in the table
            assert found[name] == pytest.approx(width, abs=0, rel=1e-5), (mass, name)
        assert vector.lepton_coupling("electron") == pytest.approx(1e-3)
        assert vector.y == pytest.approx(photon.y)


def test_hadronic_components_add_up_and_are_positive() -> None:
    energies = np.linspace(0.28, 10, 3000)
    em = hadronic_ratio_of_charges(energies, 2 / 3, -1 / 3, -1 / 3)
    np.testing.assert_allclose(em, hadronic_ratio(energies), rtol=1e-5, atol=1e-6)
    # the quark-parton model, with 5 to 12 % of gluons
    for charges in ((1, 0, 0), (0, 1, 0), (1 / 3, 1 / 3, 1 / 3)):
        ratio = hadronic_ratio_of_charges(3.0, *charges) / (3 * sum(q * q for q in charges))
        assert 1.05 < float(ratio) < 1.12


def test_isoscalar_current_has_no_rho_and_an_omega_four_times_as_high() -> None:
    """B - L: q_u + q_d is twice that of the photon, q_u - q_d vanishes, q_s is minus it."""
    third = (1 / 3, 1 / 3, 1 / 3)
    assert float(hadronic_ratio_of_charges(0.5, *third)) < 0.01 * float(hadronic_ratio(0.5))
    height = 9 * 7.38e-5 * (0.892 + 0.0835) / ALPHA**2  # PDG, as in tests/decays/test_hadrons.py
    # 10 %: 5 % for the fit in the table, and interference with the rho in the photon's current
    assert float(hadronic_ratio_of_charges(0.78266, *third)) == pytest.approx(4 * height, rel=0.10)
    phi = float(hadronic_ratio_of_charges(1.01946, *third) / hadronic_ratio(1.01946))
    assert phi == pytest.approx(1, rel=0.03)


def test_each_meson_couples_to_its_own_charges() -> None:
    """rho to q_u - q_d, 1 of the photon's; phi to q_s, -1/3; the kinds do not mix below 1 GeV."""
    low, phi = float(hadronic_ratio(0.5)), float(hadronic_ratio(1.01946))
    assert float(hadronic_ratio_of_charges(0.5, 1, -1, 0)) == pytest.approx(4 * low, rel=0.01)
    assert float(hadronic_ratio_of_charges(0.5, 1, 1, 0)) < 0.01 * low
    assert float(hadronic_ratio_of_charges(0.5, 0, 0, 1)) < 0.01 * low
    # rho and omega lie under the phi, and the pairs of kaons interfere: 5 %
    assert float(hadronic_ratio_of_charges(1.01946, 0, 0, 1)) == pytest.approx(9 * phi, rel=0.05)
    assert float(hadronic_ratio_of_charges(1.01946, 1, 1, 0)) < 0.1 * phi


def test_neutrino_and_muon_widths() -> None:
    """PHYSICS notes, section 7: g^2 m/(12 pi) for both neutrinos of L_mu - L_tau."""
    model = LMuMinusLTau(mediator_mass=0.5, gauge_coupling=1e-3)
    unit = 1e-6 * 0.5 / (12 * math.pi)
    widths = model.partial_widths()
    assert widths["nu_mu"] + widths["nu_tau"] == pytest.approx(unit, abs=0, rel=1e-13)
    assert widths["nu_e"] == 0
    r2 = (MUON_MASS / 0.5) ** 2
    muons = unit * (1 + 2 * r2) * math.sqrt(1 - 4 * r2)
    assert widths["mu+mu-"] == pytest.approx(muons, abs=0, rel=1e-13)
    assert model.invisible_width == model.scaling_invisible_width


@pytest.mark.parametrize("mass", [0.0, 0.005, 0.05, 0.2, 0.2113, 0.25, 1.0, 3.0])
def test_loop_by_quadrature(mass: float) -> None:
    """The integral over x with scipy, split where the logarithm is singular."""
    model = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0)
    factor = E / (2 * math.pi**2)

    def part(x: float) -> float:
        mu, tau = (abs(m**2 - x * (1 - x) * mass**2) for m in (MUON_MASS, TAU_MASS))
        return x * (1 - x) * math.log(mu / tau)

    breaks = [0.0, 1.0]
    if mass > 2 * MUON_MASS:
        root = math.sqrt(1 - (2 * MUON_MASS / mass) ** 2)
        breaks = [0.0, (1 - root) / 2, (1 + root) / 2, 1.0]
    pieces = [quad(part, a, b, epsabs=0, epsrel=1e-8, limit=200)[0] for a, b in pairwise(breaks)]
    epsilon = complex(model.loop_mixing(mass))
    assert epsilon.real == pytest.approx(factor * sum(pieces), rel=1e-6)
    # ln(-|a| - i0) = ln|a| - i pi where the pair is real
    inside = 0.0
    if mass > 2 * MUON_MASS:
        inside = quad(lambda x: x * (1 - x), breaks[1], breaks[2])[0]
    assert epsilon.imag == pytest.approx(-math.pi * factor * inside, rel=1e-9, abs=1e-15)


def test_loop_at_rest() -> None:
    model = LMuMinusLTau(mediator_mass=1e-4, gauge_coupling=1.0)
    expected = E / (12 * math.pi**2) * math.log((TAU_MASS / MUON_MASS) ** 2)
    assert model.lepton_coupling("electron") == pytest.approx(expected, rel=1e-6)
    assert 1 / expected == pytest.approx(70, rel=0.02)  # the papers' g/70


def test_magnetic_moment_of_the_muon() -> None:
    """g that explains 251e-11, through the band of epsilon: g = epsilon e."""
    epsilon = mixing_band(MUON_2021, "vector", 0.01).central
    assert epsilon is not None
    model = LMuMinusLTau(mediator_mass=0.01, gauge_coupling=float(epsilon) * E)
    assert moment_of(model, "muon") == pytest.approx(251e-11, abs=0, rel=1e-9)


def test_thermal_target_of_the_review() -> None:
    """Review eq. 45: epsilon^2 alpha_D = k 1e-6 m_chi^2 (m_Z'^2/m_chi^2 - 4)^2, k of order one."""
    for mass in (0.001, 0.01, 0.1):
        model = LMuMinusLTau(
            mediator_mass=3 * mass, gauge_coupling=1e-4, alpha_D=0.1, mass_ratio=3.0
        )
        found = thermal_coupling(model)
        strength = (found.kinetic_mixing / E) ** 2 * 0.1
        assert 0.2 < strength / (1e-6 * mass**2 * 25) < 2
        assert found.y == pytest.approx(strength / 81)


def test_thermal_target_of_photon_charges() -> None:
    charges = {"q_e": -1, "q_mu": -1, "q_tau": -1, "q_u": 2 / 3, "q_d": -1 / 3, "q_s": -1 / 3}
    dark = {"mediator_mass": 0.6, "alpha_D": 0.1, "mass_ratio": 3.0, "dark_matter": "dirac"}
    photon = thermal_coupling(DarkPhoton(kinetic_mixing=1e-4, **dark))  # type: ignore[arg-type] # floats and a word
    vector = thermal_coupling(ChargedVector(gauge_coupling=1e-4, **charges, **dark))  # type: ignore[arg-type] # the same
    assert vector.y == pytest.approx(photon.y, rel=1e-4)


def test_charge_of_dark_matter() -> None:
    """Without alpha_D the dark coupling is g q_chi, and the branching ratios do not know g."""
    ratios = [
        BMinusL(mediator_mass=0.1, gauge_coupling=g, q_chi=2.0).branching_ratio("dark matter")
        for g in (1e-4, 1e-2)
    ]
    assert ratios[0] == pytest.approx(ratios[1], rel=1e-12)
    # q^2/4 (1 - 4/9)^1.5 of one complex scalar against 1 + 3/2
    dark = (1 - 4 / 9) ** 1.5
    assert ratios[0] == pytest.approx(dark / (dark + 2.5), rel=1e-4)


def test_b_minus_3_l_e_has_no_muons() -> None:
    model = BMinus3LE(mediator_mass=0.5, gauge_coupling=1e-4)
    assert model.partial_widths()["mu+mu-"] == 0
    assert model.lepton_coupling("muon") == 0
    with pytest.raises(RangeError, match="q_e \\+ q_mu \\+ q_tau = 0"):
        model.loop_mixing(0.5)


def test_registry() -> None:
    for name in BUILT_IN:
        assert model_name(model_class(name)) == name
    with pytest.raises(
        RangeError, match="'axion' is not one of the models; did you mean 'axion_like_particle'"
    ):
        model_class("axion")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "all charges are zero"),
        ({"q_e": math.nan}, "q_e: nan"),
        ({"q_e": 5.0, "gauge_coupling": 1.0}, "gauge_coupling: .*not perturbative"),
        ({"q_e": 1.0, "q_chi": 1.0, "alpha_D": 0.1}, "q_chi"),
        ({"q_e": 1.0, "alpha_D": 2.0}, "alpha_D: 2 means .*above 1"),
        ({"q_e": 1.0, "gauge_coupling": -1.0}, "gauge_coupling"),
    ],
)
def test_refusals(changes: dict[str, float], message: str) -> None:
    with pytest.raises(RangeError, match=message):
        ChargedVector(**({"mediator_mass": 0.1, "gauge_coupling": 1e-3} | changes))  # type: ignore[arg-type] # floats only
