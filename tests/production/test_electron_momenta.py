"""Momenta of atomic electrons against Hartree and Fock's energies and hydrogen's wave functions."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import eval_genlaguerre, factorial, spherical_jn

from scotopic.errors import RangeError
from scotopic.materials import element, material
from scotopic.production.electron_momenta import ElectronMomenta, shells
from scotopic.units import ALPHA

LEAD = ElectronMomenta.of(element("Pb"))


def test_slaters_shells_of_lead() -> None:
    """Electrons and Z_eff/n* as another program's author worked them out."""
    expected = [
        (2, 81.7), (8, 38.9), (8, 23.6), (10, 20.3), (8, 14.7), (10, 11.6), (14, 8.5), (8, 6.1),
        (10, 2.7), (4, 1.3),
    ]  # fmt: skip
    found = [(s.electrons, s.effective_charge / s.effective_number) for s in shells(82)]
    np.testing.assert_allclose(found, expected, atol=0.051)


# Total energies in Hartree without relativity, Hartree and Fock's method: Bunge, Barrientos and
# Bunge, At. Data Nucl. Data Tables 53 (1993) 113; beyond xenon Koga et al., Int. J. Quantum Chem.
# 71 (1999) 491.
HARTREE_FOCK = {
    "H": 0.5,
    "He": 2.8617,
    "C": 37.6886,
    "O": 74.8094,
    "Al": 241.8767,
    "Si": 288.8544,
    "Fe": 1262.4437,
    "Cu": 1638.9637,
    "Xe": 7232.1384,
    "W": 15287.546,
    "Pb": 19524.008,
    "U": 25664.338,
}


@pytest.mark.parametrize("symbol", HARTREE_FOCK)
def test_kinetic_energy_is_the_binding_energy(symbol: str) -> None:
    """By the virial theorem, to what Slater's rules are good for."""
    one = element(symbol)
    momenta = ElectronMomenta.of(one)
    kinetic = one.atomic_number * (momenta.shares @ momenta.momenta**2) / (2 * ALPHA**2)
    assert kinetic == pytest.approx(HARTREE_FOCK[symbol], rel=0.023, abs=0)


def test_every_atom_has_all_its_electrons() -> None:
    for atomic_number in range(1, 119):
        found = shells(atomic_number)
        assert sum(s.electrons for s in found) == atomic_number
        assert all(s.effective_charge > 0 for s in found)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_profile_is_that_of_hydrogens_wave_functions(n: int) -> None:
    """J(k) = 2 pi Int_k^inf n(q) q dq with n(q) of all states of n, by a Bessel transform."""
    r = np.linspace(1e-6, 40.0 * n, 3000)
    q = np.geomspace(0.1, 30, 400) / n
    density = np.zeros(len(q))
    for orbital in range(n):
        rho = 2 * r / n
        norm = (2 / n) ** 3 * factorial(n - orbital - 1) / (2 * n * factorial(n + orbital))
        wave = rho**orbital * np.exp(-rho / 2)
        wave *= np.sqrt(norm) * eval_genlaguerre(n - orbital - 1, 2 * orbital + 1, rho)
        bessel = spherical_jn(orbital, q[:, None] * r)
        transform = np.sqrt(2 / np.pi) * np.trapezoid(bessel * wave * r**2, r, axis=1)
        density += (2 * orbital + 1) * transform**2 / (4 * np.pi * n**2)
    moving = ElectronMomenta(np.ones(1), np.array([ALPHA / n]))
    for first in (0, 120, 210):  # k = 0.1, 0.6 and 2 over n
        found = 2 * np.pi * np.trapezoid((density * q)[first:], q[first:])
        expected = float(moving.density(q[first] * ALPHA)) * ALPHA
        assert found == pytest.approx(expected, rel=1e-3, abs=0)  # the grid


def test_lead_moves_as_tabulated() -> None:
    """Moments and tails between -1 and 1, worked out elsewhere."""
    assert 2 * quad(lambda k: float(LEAD.density(k)), 0, 1, limit=200)[0] == pytest.approx(
        1, abs=1e-8
    )
    square = 2 * quad(lambda k: k**2 * LEAD.density(k), 0, 1, limit=200)[0]
    assert np.sqrt(square) == pytest.approx(0.087, abs=5e-4)
    for kappa, share in [(0.02, 0.56), (0.05, 0.30), (0.1, 0.13), (0.2, 0.04)]:
        assert 2 * (1 - float(LEAD.below(kappa))) == pytest.approx(share, abs=0.008)


def test_share_below_is_the_integral() -> None:
    assert LEAD.below([-1.0, 0.0, 1.0, 7.0]).tolist() == pytest.approx([0, 0.5, 1, 1], abs=1e-12)
    for kappa in (-0.6, -0.01, 0.003, 0.05, 0.9):
        whole = quad(lambda k: float(LEAD.density(k)), 0, kappa, limit=200)[0]
        assert float(LEAD.below(kappa)) - 0.5 == pytest.approx(whole, rel=1e-6, abs=0)
    assert 2 * (1 - float(LEAD.below(LEAD.typical))) == pytest.approx(0.5, abs=1e-3)
    assert LEAD.density([-1.001, 1.0]).tolist() == [0, 0]


def test_electrons_of_a_compound_are_counted_by_element() -> None:
    water = ElectronMomenta.of(material("water"))
    hydrogen, oxygen = (ElectronMomenta.of(element(s)) for s in ("H", "O"))
    kappa = np.array([0.0, 0.004, 0.02, 0.1])
    expected = 0.2 * hydrogen.density(kappa) + 0.8 * oxygen.density(kappa)
    np.testing.assert_allclose(water.density(kappa), expected, rtol=3e-4)


def test_no_such_atom() -> None:
    with pytest.raises(RangeError, match="atomic_number"):
        shells(0)
