"""Cross sections against other programs, limits and other integrations."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.decays.leptons import lepton_mass_of
from scotopic.errors import RangeError
from scotopic.materials import Element, element
from scotopic.production import phase_space
from scotopic.production.amplitudes import squared_amplitude
from scotopic.production.constant_weights import REFINED, STANDARD, ConstantWeights
from scotopic.production.form_factors import elastic_form_factor
from scotopic.production.form_factors import form_factor as form_factor_of
from scotopic.production.phase_space import (
    Process,
    differential_cross_section,
    raw_spectrum,
    total_cross_section,
)
from scotopic.production.radiation import Resolution
from scotopic.units import (
    ALPHA,
    CLASSICAL_ELECTRON_RADIUS_CM,
    ELECTRON_MASS,
    GEV2_TO_CM2,
    PB_PER_CM2,
)

Array = npt.NDArray[np.float64]

LEAD = element("Pb")
Reader = Callable[[str], Array]


# e- Pb -> e- Pb A' at 100 GeV, exact tree level, from the DMG4 package: mass in MeV, cross section
# in pb for epsilon = 1e-4.
DMG4 = ((2, 91284.1), (20, 2620.75), (100, 106.04), (400, 3.39178), (1000, 0.191974))


def compare_with_dmg4(mass_MeV: float, sigma_pb: float) -> None:
    """It takes 1/alpha = 137 and is said to agree within 2.5 % with the elastic form factor."""
    sigma = total_cross_section(
        "vector", "electron", LEAD, 100.0, mass_MeV / 1e3, form_factor="elastic"
    )
    expected = sigma_pb * 1e8 * (ALPHA * 137) ** 3
    assert sigma * PB_PER_CM2 == pytest.approx(expected, rel=0.025)


@pytest.mark.parametrize(("mass_MeV", "sigma_pb"), DMG4)
def test_some_masses_of_dmg4(mass_MeV: float, sigma_pb: float) -> None:
    compare_with_dmg4(mass_MeV, sigma_pb)


def test_dmg4_table(reference: Reader) -> None:
    rows = reference("dmg4-exact-cross-section-Pb-100GeV.csv")
    assert len(rows) == 23
    for mass_MeV, sigma_pb in rows:
        compare_with_dmg4(mass_MeV, sigma_pb)


def bethe_heitler(x: float, E: float, atom: Element) -> float:
    """Photon emission by a relativistic electron, d sigma/dx in cm^2.

    Bethe (1934) with Tsai's screened amplitude 1 - F = a^2 q^2/(1 + a^2 q^2); Rev. Mod. Phys. 46
    (1974) 815, eq. 3.9 without atomic electrons and Coulomb correction.
    """
    Z = atom.atomic_number
    delta = ELECTRON_MASS**2 * x / (2 * E * (1 - x))
    q = np.exp(np.linspace(np.log(delta), np.log(ELECTRON_MASS), 20001))
    screened = (111 * Z ** (-1 / 3) * q / ELECTRON_MASS) ** 2
    square = (screened / (1 + screened)) ** 2
    first = 1 + np.trapezoid((1 - delta / q) ** 2 * square, np.log(q))
    r = delta / q
    bracket = 1 - 6 * r**2 * np.log(1 / r) + 3 * r**2 - 4 * r**3
    second = 5 / 6 + np.trapezoid(bracket * square, np.log(q))
    shape = (1 + (1 - x) ** 2) * first - 2 / 3 * (1 - x) * second
    return float(4 * ALPHA * CLASSICAL_ELECTRON_RADIUS_CM**2 * Z**2 / x * shape)


@pytest.mark.parametrize("symbol", ["C", "Pb"])
@pytest.mark.parametrize("E", [10.0, 100.0])
def test_massless_limit_is_bethe_heitler(symbol: str, E: float) -> None:
    # The mass of 1 keV changes the propagator by (m/m_e x)^2 (1-x) < 1e-4 here, the nucleus'
    # size the flux by m_e^2/d < 1e-4.
    for x in (0.2, 0.5, 0.9, 0.99):
        sigma = differential_cross_section(
            "vector", "electron", element(symbol), E, 1e-6, x, form_factor="elastic"
        )
        assert float(sigma) == pytest.approx(bethe_heitler(x, E, element(symbol)), rel=0.005)


# PHYSICS notes, section 7, in pb, computed with the elastic form factor.
@pytest.mark.parametrize(
    ("mediator", "values"),
    [
        ("vector", (1.355e10, 6.03e9, 9.48e8, 6.28e7, 1.057e7)),
        ("scalar", (5.65e9, 2.11e9, 2.63e8, 1.99e7, 3.72e6)),
    ],
)
def test_muon_totals(mediator: str, values: tuple[float, ...]) -> None:
    for m, expected in zip((1e-3, 0.01, 0.1, 0.5, 1.0), values, strict=True):
        sigma = total_cross_section(mediator, "muon", LEAD, 160.0, m, form_factor="elastic")
        assert sigma * PB_PER_CM2 == pytest.approx(expected, rel=0.015)


def test_endpoint_ratio_of_scalar_and_vector() -> None:
    # At x -> 1 the splitting is (1 + (1-x)^2) against x^2/2: a factor two for heavy mediators.
    x = np.array([0.999])
    vector, scalar = (
        differential_cross_section(name, "electron", LEAD, 100.0, 0.1, x)
        for name in ("vector", "scalar")
    )
    assert vector / scalar == pytest.approx(2, rel=0.02)


def test_axial_equals_vector_far_above_the_lepton_mass() -> None:
    # PHYSICS notes, section 7: the couplings at equal yield agree to 1 % from 7 MeV up.
    axial, vector = (
        total_cross_section(name, "electron", LEAD, 100.0, 0.007)
        for name in ("axial_vector", "vector")
    )
    assert 1 < np.sqrt(axial / vector) < 1.01


def nodes(low: Array | float, high: Array | float, n: int, axis: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights between limits, along a new axis of four."""
    u, w = np.polynomial.legendre.leggauss(n)
    shape = [1] * 4
    shape[axis] = n
    u, w = u.reshape(shape), w.reshape(shape)
    return (high - low) / 2 * u + (high + low) / 2, (high - low) / 2 * w


def other_integration(
    mediator: str, lepton: str, atom: Element, E: float, m: float, name: str
) -> float:
    """Total cross section over (s', t, u, phi) in the rest frame of lepton and mediator.

    d sigma = |M|^2/(4 M p) ds'/(2 pi) dt/(16 pi M p) |k*|/(16 pi^2 sqrt(s')) dOmega*, with
    |M|^2 = (4 pi alpha)^3 G2/t^2 <|A|^2>: none of the package's variables but t.
    """
    ml, M = lepton_mass_of(lepton), atom.nuclear_mass
    p = np.sqrt(E**2 - ml**2)
    S = M**2 + ml**2 + 2 * M * E
    lowest, highest = (m + ml) ** 2, (np.sqrt(S) - M) ** 2
    y, wy = nodes(np.log(lowest * 1e-9), np.log((highest - lowest) * (1 - 1e-9)), 96, 0)
    mass2 = lowest + np.exp(y)
    p_in = M * p / np.sqrt(S)
    p_out = np.sqrt((S - (np.sqrt(mass2) + M) ** 2) * (S - (np.sqrt(mass2) - M) ** 2) / (4 * S))
    E_in, E_out = np.hypot(p_in, M), np.hypot(p_out, M)
    t_max = 2 * (E_in * E_out - M**2 + p_in * p_out)
    # t_min t_max = 4 M^2 (E_in - E_out)^2, free of cancellation
    t_min = M**2 * (mass2 - ml**2) ** 2 / S / t_max
    lt, wt = nodes(np.log(t_min), np.log(np.minimum(t_max, 20.0)), 64, 1)
    t = np.exp(lt)
    W = np.sqrt(mass2)
    Ep, Ek = (mass2 + ml**2 + t) / (2 * W), (mass2 + m**2 - ml**2) / (2 * W)
    pp, kk = np.sqrt(Ep**2 - ml**2), np.sqrt(np.maximum(Ek**2 - m**2, 0))
    D_lo = 2 * (Ep * Ek - pp * kk) - m**2
    lD, wD = nodes(np.log(D_lo), np.log(D_lo + 4 * pp * kk), 40, 2)
    D = np.exp(lD)
    phi, wphi = nodes(0.0, np.pi, 20, 3)
    cosine = np.clip((2 * Ep * Ek - m**2 - D) / (2 * pp * kk), -1, 1)
    EP = M * (E - t / (2 * M)) / W
    PP = np.sqrt(EP**2 - M**2)
    cos_a = np.clip((Ep * EP - M * E) / (pp * PP), -1, 1)
    across = np.sqrt((1 - cosine**2) * (1 - cos_a**2)) * np.cos(phi)
    lab = (EP * Ek - PP * kk * (cosine * cos_a + across)) / M
    amplitude = squared_amplitude(
        mediator,
        lepton_mass=ml,
        mediator_mass=m,
        nuclear_mass=M,
        energy=E,
        mediator_energy=lab,
        s=mass2 - ml**2,
        u=-D,
        t=t,
    )
    measure = np.exp(y) * wy * t * wt * D * wD / (2 * pp * kk) * 2 * wphi
    density = amplitude * form_factor_of(t, atom, name) / t**2 * kk / (16 * np.pi**2 * W)
    flux = (4 * np.pi * ALPHA) ** 3 / (4 * M * p) / (2 * np.pi) / (16 * np.pi * M * p)
    return float(flux * np.sum(density * measure) * GEV2_TO_CM2)


@pytest.mark.parametrize(
    ("mediator", "lepton", "symbol", "E", "m"),
    [
        ("vector", "electron", "Pb", 20.0, 0.1),
        ("scalar", "electron", "Pb", 100.0, 0.5),
        ("axial_vector", "muon", "Fe", 30.0, 0.3),
        ("pseudoscalar", "muon", "Pb", 160.0, 0.1),
        ("vector", "muon", "C", 5.0, 1.0),
        ("vector", "electron", "H", 12.0, 1.0),
    ],
)
def test_other_phase_space_variables(
    mediator: str, lepton: str, symbol: str, E: float, m: float
) -> None:
    # 3e-4: what the coarse nodes of either integral are converged to.
    atom = element(symbol)
    sigma = total_cross_section(mediator, lepton, atom, E, m)
    other = other_integration(mediator, lepton, atom, E, m, "elastic+inelastic")
    assert sigma == pytest.approx(other, rel=3e-4)


@pytest.mark.parametrize("lepton", ["electron", "muon"])
@pytest.mark.parametrize("E", [1.0, 30.0, 160.0, 500.0])
@pytest.mark.parametrize("m", [1e-4, 1e-3, 0.03, 0.3, 3.0])
def test_convergence(lepton: str, E: float, m: float) -> None:
    # Doubling every number of nodes moves a total by less than 5e-4.
    for mediator in ("vector", "scalar"):
        process = Process(mediator, lepton, LEAD)
        if m + process.lepton_mass > 0.8 * E:
            with pytest.raises(RangeError):
                total_cross_section(mediator, lepton, LEAD, E, m)
            continue
        doubled = Resolution(64, 32, STANDARD.step / 2)
        standard, fine = (
            phase_space._above(process, m, E, 0.0, resolution) for resolution in (STANDARD, doubled)
        )
        assert standard == pytest.approx(fine, rel=5e-4)
        assert total_cross_section(mediator, lepton, LEAD, E, m) == pytest.approx(fine, rel=3e-4)


def test_spectrum_adds_up_to_the_cross_section_above_a_cut() -> None:
    x = np.linspace(0.5, 1, 1001)
    sigma = differential_cross_section("vector", "muon", LEAD, 160.0, 0.2, x)
    above = total_cross_section("vector", "muon", LEAD, 160.0, 0.2, minimum_energy=80.0)
    assert np.trapezoid(sigma, x) == pytest.approx(above, rel=1e-3)


def test_size_of_the_elements() -> None:
    # a light mediator sees Z^2 up to the logarithm ln(111 Z^(-1/3)), 30 % between C and Pb
    carbon, lead = (
        total_cross_section("vector", "electron", element(s), 100.0, 0.002, form_factor="elastic")
        for s in ("C", "Pb")
    )
    assert 0.7 < lead / carbon / (82 / 6) ** 2 < 1


def test_zero_outside_the_kinematic_limits() -> None:
    x = np.array([0.0, 0.004, 0.006, 1 - 1e-6, 1.0])
    sigma = differential_cross_section("scalar", "electron", LEAD, 100.0, 0.5, x)
    assert list(sigma > 0) == [False, False, True, False, False]
    assert total_cross_section("scalar", "electron", LEAD, 9.0, 0.5, minimum_energy=9.0) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("vector", "electron", LEAD, 1.0, 1.2), "energy: 1.0 GeV must be"),
        (
            ("vector", "electron", LEAD, 10.0, 0.0),
            "mediator_mass: 0.0 GeV is not between",
        ),
        (("vector", "electron", LEAD, 10.0, float("nan")), "mediator_mass: nan"),
        (("vector", "electron", LEAD, float("nan"), 0.1), "energy: nan GeV"),
        (("axial_vector", "muon", LEAD, 10.0, 0.05), "not be lighter"),
        (("photon", "muon", LEAD, 10.0, 0.05), "mediator: 'photon' is not one of"),
        (("vector", "tau", LEAD, 10.0, 0.05), "lepton: 'tau' is not one of"),
    ],
)
def test_what_is_refused(arguments: tuple[str, str, Element, float, float], message: str) -> None:
    with pytest.raises(RangeError, match=message):
        total_cross_section(*arguments)


def test_more_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    point = ("vector", "electron", LEAD, 10.0, 0.1)
    with pytest.raises(RangeError, match="method: 'eikonal' is not one of exact, ww, iww"):
        total_cross_section(*point, method="eikonal")
    with pytest.raises(RangeError, match="form_factor: 'dipole'"):
        total_cross_section(*point, form_factor="dipole")
    with pytest.raises(RangeError, match="between 0 and 1"):
        differential_cross_section(*point, 1.2)
    with pytest.raises(RangeError, match=r"minimum_energy: -1\.0 GeV is not zero or positive"):
        total_cross_section(*point, minimum_energy=-1)
    monkeypatch.setattr(ConstantWeights, "resolutions", (Resolution(4, 2, 3.0), REFINED))
    with pytest.raises(RangeError, match="is not converged"):
        total_cross_section(*point)


def test_screening_uses_the_electron_also_for_muons() -> None:
    t = 1e-8
    assert float(form_factor_of(t, LEAD, "elastic")) == float(elastic_form_factor(t, LEAD))
    process = Process("vector", "muon", LEAD, form_factor="elastic")
    values = raw_spectrum(process, 0.01, 160.0, np.array([0.5]), REFINED)
    screened = differential_cross_section(
        "vector", "muon", LEAD, 160.0, 0.01, [0.5], form_factor="elastic"
    )
    assert values == pytest.approx(screened, rel=1e-12)
