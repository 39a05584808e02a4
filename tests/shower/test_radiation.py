from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from scotopic.errors import RangeError
from scotopic.materials import Layer, Target, element, material
from scotopic.shower import Effects
from scotopic.shower.medium import portions
from scotopic.shower.radiation import (
    LPM_CONSTANT_GEV_PER_CM,
    RadiationTable,
    migdal_functions,
    radiation_table,
)
from scotopic.units import ELECTRON_MASS

LEAD = material("lead")
BARE = Effects(screening="complete", c_term=False, lpm=False)


def absorption(table: RadiationTable, photon_energy: float) -> float:
    """Total pair production per radiation length, by quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(400)
    z = (nodes + 1) / 2
    rate = table.pair_production(np.full_like(z, photon_energy), z * photon_energy)
    return photon_energy * float(rate @ weights) / 2


@pytest.mark.parametrize("name", ["lead", "carbon", "polystyrene", "water"])
def test_complete_screening_is_the_textbook_shape(name: str) -> None:
    # Rossi-Greisen: exact, up to interpolation in a constant table
    table = radiation_table(material(name), BARE)
    y = np.linspace(0.01, 0.99, 30)
    np.testing.assert_allclose(
        table.bremsstrahlung(np.full_like(y, 50.0), 50 * y) * 50, (4 / 3 * (1 - y) + y**2) / y
    )
    np.testing.assert_allclose(
        table.pair_production(np.full_like(y, 50.0), 50 * y) * 50, 1 - 4 / 3 * y * (1 - y)
    )
    assert absorption(table, 50.0) == pytest.approx(7 / 9, rel=1e-9)


def test_c_term_at_complete_screening() -> None:
    # c = (Z^2 + Z)/(9 (Z^2 (L - f) + Z L')), Tsai's eq. 3.83; absorption 7/9 - c/6
    lead = element("Pb")
    c = (82**2 + 82) / (9 * lead.radiative_strength)
    with_c = Effects(screening="complete", lpm=False)
    assert absorption(radiation_table(LEAD, with_c), 50.0) == pytest.approx(7 / 9 - c / 6, rel=1e-9)


def test_screening_goes_over_to_the_bare_nucleus_and_electrons() -> None:
    # Bethe and Heitler without screening, Z (Z+1) [ln(2/x) - 1/2], less Coulomb correction, for
    # g = 100 x Z^(-1/3) far above one: what is left of screening is 1/(0.56 g)^2, here 4 % of
    # half a unit in the logarithm of 1.1
    lead = element("Pb")
    table = radiation_table(LEAD, Effects(c_term=False, lpm=False))
    x = 0.4
    a, _, _ = table.at(np.array([x]))
    log = np.log(2 / x) - 0.5
    expected = (82**2 * (log - lead.coulomb_correction) + 82 * log) / lead.radiative_strength
    assert a[0] == pytest.approx(expected, rel=0.03)


def test_pair_production_reaches_its_asymptote_from_below() -> None:
    table = radiation_table(LEAD, Effects(lpm=False))
    rates = [absorption(table, k) for k in (0.5, 1.0, 5.0, 50.0, 500.0)]
    assert np.all(np.diff(rates) > 0)
    limit = absorption(radiation_table(LEAD, Effects(screening="complete", lpm=False)), 500.0)
    assert rates[-1] == pytest.approx(limit, rel=2e-3)


@pytest.mark.parametrize("s", [1e-3, 0.03, 0.3, 1.0, 5.0])
def test_migdal_functions_are_his_integrals(s: float) -> None:
    # Migdal (1956), eqs. 46-48, by quadrature
    def coth(t: float) -> float:
        return float(np.exp(-s * t) * np.sin(s * t) / np.tanh(t / 2))

    def cosech(t: float) -> float:
        return float(np.exp(-s * t) * np.sin(s * t) / np.sinh(t / 2))

    reach = 40 / s
    i_phi = quad(coth, 0, reach, limit=2000, epsabs=0, epsrel=1e-10)[0]
    i_g = quad(cosech, 0, min(reach, 80), limit=2000, epsabs=0, epsrel=1e-10)[0]
    g, phi = migdal_functions(np.array([s]))
    assert phi[0] == pytest.approx(12 * s**2 * i_phi - 6 * np.pi * s**2, rel=1e-6)
    assert g[0] == pytest.approx(48 * s**2 * (np.pi / 4 - i_g / 2), rel=1e-6)


def test_migdal_functions_join_their_expansion() -> None:
    g, phi = migdal_functions(np.array([19.9999, 20.0001]))
    assert g[0] == pytest.approx(g[1], abs=1e-8)
    assert phi[0] == pytest.approx(phi[1], abs=1e-8)


def test_lpm_energy_of_lead() -> None:
    # Review of Particle Physics: E_LPM = 7.7 TeV/cm x X0, 4.3 TeV in lead
    assert pytest.approx(7.7e3, rel=5e-3) == LPM_CONSTANT_GEV_PER_CM
    assert LPM_CONSTANT_GEV_PER_CM * LEAD.radiation_length_cm == pytest.approx(4.3e3, rel=5e-3)


def test_soft_photons_are_suppressed_as_the_square_root() -> None:
    # for k far below E^2/E_LPM, xi -> 2, phi -> 6 s and k dN/dk -> 4 sqrt(E_LPM k)/E instead of
    # 4/3 (Klein, Rev. Mod. Phys. 71 (1999) 1501); the next order is pi s, below 1 % here
    table = radiation_table(LEAD, Effects(screening="complete", c_term=False))
    k = np.array([6e-5, 1.8e-4])
    rate = table.bremsstrahlung(np.full(2, 500.0), k)
    lpm_energy = LPM_CONSTANT_GEV_PER_CM * LEAD.radiation_length_cm
    np.testing.assert_allclose(rate * k, 4 * np.sqrt(lpm_energy * k) / 500, rtol=0.01)


def test_lpm_never_enhances() -> None:
    with_lpm, without = (radiation_table(LEAD, Effects(lpm=flag)) for flag in (True, False))
    soft = with_lpm.log_x < np.log(0.01)
    assert np.all(with_lpm.a[soft] <= without.a[soft])
    assert np.all(with_lpm.b[soft] <= without.b[soft])


def test_layers_share_the_radiation_length_and_keep_their_lpm_energy() -> None:
    plates = Target((Layer(LEAD, 0.15), Layer(material("polystyrene"), 0.15)))
    shares = [share for _, share in portions(plates)]
    assert sum(shares) == pytest.approx(1)
    x = np.array([1e-9])
    parts = [radiation_table(m, Effects()).at(x)[1][0] for m, _ in portions(plates)]
    mixed = radiation_table(plates, Effects()).at(x)[1][0]
    assert mixed == pytest.approx(np.dot(shares, parts))
    assert parts[1] > 3 * parts[0]


def test_rates_do_not_turn_negative_at_the_ends() -> None:
    table = radiation_table(LEAD, Effects())
    k = np.array([1 - ELECTRON_MASS, 1 - 0.1 * ELECTRON_MASS])
    assert np.all(table.bremsstrahlung(np.ones(2), k) >= 0)


def test_unknown_screening_is_refused() -> None:
    unknown: Any = "partial"
    with pytest.raises(RangeError, match="'partial' is not one of complete, energy_dependent"):
        Effects(screening=unknown)
