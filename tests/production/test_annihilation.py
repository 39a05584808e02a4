"""Resonant annihilation against traces, published forms, limits and adaptive quadrature."""

from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from scotopic.decays.widths import SPIN_STATES, fermion_width, timelike_width
from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.millicharged import Millicharge, Millicharged
from scotopic.production.annihilation import (
    cross_section,
    integrated_cross_section,
    quadrature,
    resonance_energy,
)
from scotopic.units import ALPHA, ELECTRON_MASS, GEV2_TO_CM2
from scotopic.words import DarkMatter, SpinParity

Array = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.complex128]

KINDS: tuple[SpinParity, ...] = ("scalar", "pseudoscalar", "vector", "axial_vector")


make = partial(
    DarkPhoton,
    mediator_mass=0.25,
    kinetic_mixing=1e-4,
    alpha_D=0.1,
    mass_ratio=3.0,
    dark_matter="dirac",
)


@dataclass(frozen=True, kw_only=True)
class OtherMediator(DarkPhoton):
    """A mediator of any kind with Dirac dark matter."""

    kind: SpinParity = "vector"

    @property
    def spin_parity(self) -> SpinParity:
        return self.kind

    def dark_width_at(self, mass: npt.ArrayLike) -> Array:
        return fermion_width(self.kind, mass, self.alpha_D, self.dark_matter_mass)

    def timelike_dark_width_at(self, mass: npt.ArrayLike) -> Array:
        if self.kind == "axial_vector":
            return timelike_width(mass, self.alpha_D, self.dark_matter_mass)
        return super().timelike_dark_width_at(mass)


# --- the cross section -------------------------------------------------------------------------


def gamma_matrices() -> tuple[list[Matrix], Matrix]:
    """Dirac matrices in the chiral representation, and gamma_5."""
    sigma = [np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]])]
    sigma.append(np.array([[1, 0], [0, -1]]))
    zero = np.zeros((2, 2))
    upper = [np.asarray(m, dtype=complex) for m in sigma]
    gammas = [np.block([[zero, upper[0]], [upper[0], zero]])]
    gammas += [np.block([[zero, m], [-m, zero]]) for m in upper[1:]]
    return gammas, np.diag([-1, -1, 1, 1]).astype(complex)


def traced_cross_section(s: float, model: DarkPhoton, kind: SpinParity) -> float:
    """sigma by traces over both fermion lines and Gauss-Legendre in the angle, in GeV^-2.

    Knows nothing of widths except the one in the propagator. That of vectors is the unitary
    gauge's, -(g - q q/q^2)/(q^2 - m^2 + i q Gamma) + (q q/q^2)/m^2.
    """
    gammas, gamma5 = gamma_matrices()
    metric = np.diag([1.0, -1, -1, -1])
    vertices: list[Matrix] = {
        "scalar": [np.eye(4, dtype=complex)],
        "pseudoscalar": [1j * gamma5],
        "vector": gammas,
        "axial_vector": [g @ gamma5 for g in gammas],
    }[kind]

    def slash(p: Array) -> Matrix:
        return np.asarray(sum(metric[i, i] * p[i] * gammas[i] for i in range(4)))

    def line(p1: Array, p2: Array, mass: float) -> Matrix:
        """Tr[(p1 + m) Gamma_i (p2 - m) Gamma_j-bar]."""
        one = mass * np.eye(4)
        bars = [gammas[0] @ v.conj().T @ gammas[0] for v in vertices]
        rows = [
            [np.trace((slash(p1) + one) @ a @ (slash(p2) - one) @ b) for b in bars]
            for a in vertices
        ]
        return np.array(rows)

    m, chi, energy = model.mediator_mass, model.dark_matter_mass, np.sqrt(s) / 2
    width = float(model.invisible_width_at(np.sqrt(s)))
    pole = 1 / (s - m**2 + 1j * np.sqrt(s) * width)
    timelike = np.diag([1.0, 0, 0, 0])  # q q/q^2 in the centre of mass
    exchange = (timelike - metric) * pole + timelike / m**2 if len(vertices) == 4 else pole
    k, q = np.sqrt(energy**2 - ELECTRON_MASS**2), np.sqrt(energy**2 - chi**2)
    beam = [np.array([energy, 0, 0, sign * k]) for sign in (1, -1)]
    propagator = np.reshape(exchange, (len(vertices), len(vertices)))
    electron = propagator @ line(beam[0], beam[1], ELECTRON_MASS) @ propagator.conj()
    total = 0.0
    for cosine, weight in zip(*np.polynomial.legendre.leggauss(8), strict=True):
        p = q * np.array([np.sqrt(1 - cosine**2), 0, cosine])
        dark = line(np.array([energy, *p]), np.array([energy, *-p]), chi)
        total += weight * float(np.sum(electron * dark.conj()).real) / 4
    couplings = (4 * np.pi) ** 2 * ALPHA * model.alpha_D
    return float(couplings * total / (32 * np.pi * s) * q / k)


@pytest.mark.parametrize("kind", ["scalar", "pseudoscalar", "vector", "axial_vector"])
@pytest.mark.parametrize("mass", [2e-3, 0.25])
def test_traces(kind: SpinParity, mass: float) -> None:
    """Also where the electron mass matters; rounding alone.

    At 2 MeV a tenth of an axial vector's is its timelike polarisation.
    """
    model = OtherMediator(
        mediator_mass=mass,
        kinetic_mixing=1e-4,
        alpha_D=0.1,
        mass_ratio=2.6,
        dark_matter="dirac",
        kind=kind,
    )
    for root in (0.9, 0.999, 1.3):
        s = (root * mass) ** 2
        expected = traced_cross_section(s, model, kind) * GEV2_TO_CM2
        energy = s / (2 * ELECTRON_MASS) - ELECTRON_MASS
        assert float(cross_section(energy, model)) == pytest.approx(expected, abs=0, rel=1e-9)


@pytest.mark.parametrize("kind", ["dirac", "complex_scalar", "majorana"])
def test_published_forms(kind: DarkMatter) -> None:
    """4 pi alpha alpha_D (q/sqrt s) [...]/((s-m^2)^2 + s Gamma(s)^2), massless electrons.

    [...] is s - 4q^2/3 for the Dirac fermion, 2q^2/3 for the scalar; the Majorana fermion has
    twice the scalar's, as its freeze-out (y half as large) says too.
    """
    model = make(dark_matter=kind, alpha_D=0.5)
    energy = np.array([30.0, 50.0, 61.0, 62.0, 99.0])
    s = 2 * ELECTRON_MASS * energy + 2 * ELECTRON_MASS**2
    q = np.sqrt(s / 4 - model.dark_matter_mass**2)
    bracket = {"dirac": s - 4 * q**2 / 3, "complex_scalar": 2 * q**2 / 3, "majorana": 4 * q**2 / 3}
    denominator = (s - 0.25**2) ** 2 + s * model.invisible_width_at(np.sqrt(s)) ** 2
    expected = 4 * np.pi * ALPHA * 0.5 * q / np.sqrt(s) * bracket[kind] / denominator
    # massive electrons: (1 + 2 m_e^2/s)/beta_e up to order (m_e^2/s)^2
    expected *= 1 + 4 * ELECTRON_MASS**2 / s
    np.testing.assert_allclose(cross_section(energy, model), expected * GEV2_TO_CM2, rtol=1e-9)


def test_mixing_does_not_enter() -> None:
    energy = np.linspace(30, 100, 7)
    stronger = cross_section(energy, make(kinetic_mixing=1e-2))
    assert np.array_equal(cross_section(energy, make()), stronger)


def test_threshold_in_virtual_mass() -> None:
    model = make(mass_ratio=2.5)
    opening = resonance_energy(model.dark_threshold)
    found = cross_section(opening * np.array([0.5, 1 - 1e-9, 1 + 1e-9]), model)
    assert np.all(found[:2] == 0)
    assert found[2] > 0


def test_energies_of_the_resonance() -> None:
    """226 MeV at 50 GeV and 320 MeV at 100 GeV, to the MeV in which they are quoted."""
    assert resonance_energy(0.226) == pytest.approx(50, abs=50 * 2 * 0.5 / 226)
    assert resonance_energy(0.320) == pytest.approx(100, abs=100 * 2 * 0.5 / 320)
    energy = np.linspace(60, 62, 20001)
    peak = energy[np.argmax(cross_section(energy, make(alpha_D=1e-4)))]
    assert peak == pytest.approx(resonance_energy(0.25), abs=1e-3)


# --- its integral ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["scalar", "pseudoscalar", "vector", "axial_vector"])
@pytest.mark.parametrize("alpha_D", [1e-3, 1e-7])
def test_narrow_width(kind: SpinParity, alpha_D: float) -> None:
    """Int ds sigma = 4 pi^2 (2J+1) Gamma_ee/(m beta_e^2), if nothing but the dark decay is open.

    The window is +- 20 % in energy; the tails outside and the slope inside are of order
    Gamma/(0.1 m).
    """
    model = OtherMediator(
        mediator_mass=0.25,
        kinetic_mixing=1e-4,
        alpha_D=alpha_D,
        mass_ratio=3.0,
        dark_matter="dirac",
        kind=kind,
    )
    centre = resonance_energy(0.25)
    found = float(integrated_cross_section([0.8 * centre, 1.2 * centre], model)[0])
    electrons = float(fermion_width(kind, 0.25, ALPHA, ELECTRON_MASS))
    beta2 = 1 - (2 * ELECTRON_MASS / 0.25) ** 2
    expected = 4 * np.pi**2 * SPIN_STATES[kind] * electrons / (0.25 * beta2)
    expected /= 2 * ELECTRON_MASS
    tolerance = 10 * model.invisible_width / 0.25
    assert found == pytest.approx(expected * GEV2_TO_CM2, abs=0, rel=tolerance + 1e-6)


def test_scalars_need_root_two_of_the_vectors_coupling() -> None:
    strength = {}
    for kind in KINDS:
        model = OtherMediator(
            mediator_mass=0.25,
            kinetic_mixing=1e-4,
            alpha_D=1e-6,
            mass_ratio=3.0,
            dark_matter="dirac",
            kind=kind,
        )
        strength[kind] = float(integrated_cross_section([40.0, 80.0], model)[0])
    assert strength["vector"] / strength["scalar"] == pytest.approx(2, abs=0, rel=1e-4)
    assert strength["vector"] / strength["pseudoscalar"] == pytest.approx(2, abs=0, rel=1e-4)
    assert strength["vector"] / strength["axial_vector"] == pytest.approx(1, abs=0, rel=1e-4)


def by_quadrature(low: float, high: float, model: DarkPhoton, tilt: float = 0.0) -> float:
    """Adaptive quadrature of sigma (1 + tilt E), split around the resonance and the threshold."""
    centre = resonance_energy(model.mediator_mass)
    opening = resonance_energy(model.dark_threshold)
    width = model.resonance_scale / (2 * ELECTRON_MASS)
    low = max(low, opening)
    if high <= low:
        return 0.0
    steps = width * 10.0 ** np.arange(-0.5, 9, 0.5)
    gaps = abs(centre - opening) * 10.0 ** -np.arange(0.0, 6)
    points = np.concatenate([centre - steps, [centre], centre + steps, opening + gaps])
    cuts = np.concatenate([[low], np.unique(points[(points > low) & (points < high)]), [high]])

    def integrand(energy: float) -> float:
        return float(cross_section(energy, model)) * 1e30 * (1 + tilt * energy)

    parts = [quad(integrand, a, b, epsabs=0, epsrel=1e-7, limit=200)[0] for a, b in pairwise(cuts)]
    return sum(parts) * 1e-30


@pytest.mark.parametrize(
    ("kind", "alpha_D", "ratio", "splitting"),
    [
        ("dirac", 0.3, 3.0, 0.0),  # Gamma/m = 0.09
        ("complex_scalar", 1.0, 3.0, 0.0),  # 0.03
        ("dirac", 0.1, 50.0, 0.0),  # threshold far below
        ("majorana", 0.5, 2.01, 0.0),  # threshold next to the resonance
        ("pseudo_dirac", 0.1, 3.0, 0.4),
        ("dirac", 1e-4, 3.0, 0.0),
        ("complex_scalar", 1e-6, 2.5, 0.0),  # 2e-8
        ("dirac", 0.1, 1.999, 0.0),  # threshold just above
        ("complex_scalar", 0.5, 1.5, 0.0),
        ("pseudo_dirac", 0.1, 0.1, 0.0),
    ],
)
def test_integral_over_bins(
    kind: DarkMatter, alpha_D: float, ratio: float, splitting: float
) -> None:
    """Asked for 1e-4; the rule reaches the precision of the quadrature it is compared with."""
    model = make(dark_matter=kind, alpha_D=alpha_D, mass_ratio=ratio, splitting=splitting)
    edges = np.array([0.05, 5.0, 20.0, 45.0, 58.0, resonance_energy(0.25), 61.5, 63.0, 90.0, 150.0])
    expected = [by_quadrature(a, b, model) for a, b in pairwise(edges)]
    np.testing.assert_allclose(integrated_cross_section(edges, model), expected, rtol=2e-6)


@settings(max_examples=30)
@given(
    cuts=st.lists(st.floats(1, 99), min_size=1, max_size=20, unique=True),
    alpha_D=st.floats(1e-7, 1),
    ratio=st.floats(1.5, 30),
)
@example(cuts=[60.0], alpha_D=1.0, ratio=2.03125)
@example(cuts=[60.0], alpha_D=0.5, ratio=2.001)
@example(cuts=[60.0], alpha_D=0.5, ratio=1.999)
def test_bins_add_up(cuts: list[float], alpha_D: float, ratio: float) -> None:
    """However the range is cut, the sum is the whole, also if the pole is at a threshold."""
    model = make(alpha_D=alpha_D, mass_ratio=ratio)
    edges = np.unique([0.5, *cuts, 100.0])
    whole = float(integrated_cross_section([0.5, 100.0], model)[0])
    assert float(integrated_cross_section(edges, model).sum()) == pytest.approx(
        whole, abs=0, rel=1e-6
    )


@pytest.mark.parametrize("alpha_D", [1.0, 1e-6])
def test_quadrature_against_densities(alpha_D: float) -> None:
    model = make(alpha_D=alpha_D)
    edges = np.geomspace(1.0, 100.0, 23)
    energies, weights = quadrature(edges, model)
    assert float(weights @ (1 + 0.3 * energies)) == pytest.approx(
        by_quadrature(1.0, 100.0, model, tilt=0.3), abs=0, rel=2e-6
    )
    # a density with a kink at an edge
    kink = np.maximum(energies - edges[20], 0)
    above = by_quadrature(edges[20], 100.0, model, tilt=1.0)
    above -= (1 + edges[20]) * by_quadrature(edges[20], 100.0, model)
    assert float(weights @ kink) == pytest.approx(above, abs=0, rel=1e-5)


@pytest.mark.parametrize(("kind", "share"), [("dirac", 1.0), ("complex_scalar", 0.25)])
def test_millicharged_pairs(kind: Millicharge, share: float) -> None:
    """4 pi epsilon^2 alpha^2/(3 s) (1 + 2 r^2) b as for muons, b^3 and a quarter for scalars."""
    model = Millicharged(dark_matter_mass=0.06, kinetic_mixing=1e-3, dark_matter=kind)
    energy = np.array([20.0, 40.0, 90.0])
    s = 2 * ELECTRON_MASS * energy + 2 * ELECTRON_MASS**2
    r2 = 0.06**2 / s
    b = np.sqrt(np.maximum(1 - 4 * r2, 0))
    shape = (1 + 2 * r2) * b if kind == "dirac" else b**3
    expected = 4 * np.pi * 1e-6 * ALPHA**2 / (3 * s) * share * shape
    expected *= (1 + 2 * ELECTRON_MASS**2 / s) / np.sqrt(1 - 4 * ELECTRON_MASS**2 / s)
    np.testing.assert_allclose(cross_section(energy, model), expected * GEV2_TO_CM2, rtol=1e-9)
    assert expected[0] > 0


def test_bins_below_threshold_are_empty() -> None:
    model = make()
    opening = resonance_energy(model.dark_threshold)
    assert np.all(integrated_cross_section(opening * np.array([0.1, 0.5, 0.9]), model) == 0)


def test_the_total_width_can_be_given() -> None:
    """Where the visible width matters, the peak falls as the dark branching ratio."""
    model = make(alpha_D=1e-7, kinetic_mixing=3e-3)
    dark = model.branching_ratio("dark matter")
    assert 0.3 < dark < 0.8
    edges = [55.0, 65.0]
    narrow = integrated_cross_section(edges, model)
    true = integrated_cross_section(edges, model, total_width=model.total_width)
    assert float(true[0] / narrow[0]) == pytest.approx(dark, abs=0, rel=1e-4)
    peak = resonance_energy(0.25)
    ratio = cross_section(peak, model, total_width=model.total_width) / cross_section(peak, model)
    assert float(ratio) == pytest.approx(dark**2, abs=0, rel=1e-4)


# --- what is refused ---------------------------------------------------------------------------


def test_closed_decay() -> None:
    """Without dark matter nothing is there that a virtual mediator could become."""
    closed = replace(make(), mass_ratio=1.8, alpha_D=0.0)
    with pytest.raises(RangeError, match=r"total_width: 0.0 is not positive.* opens at 0.2777"):
        cross_section(50.0, closed)


@pytest.mark.parametrize(
    ("energy", "message"),
    [
        (ELECTRON_MASS, f"{ELECTRON_MASS} GeV is not above the electron mass"),
        (0.0, "0.0 GeV is not above the electron mass"),
        (-1.0, "-1.0 GeV is not between 0 and 1e+06 GeV"),
        (np.nan, "nan GeV is not between 0 and 1e+06 GeV"),
    ],
)
def test_slow_positrons(energy: float, message: str) -> None:
    with pytest.raises(RangeError) as caught:
        cross_section([10.0, energy], make())
    assert str(caught.value) == f"positron_energy: {message}"


@pytest.mark.parametrize("edges", [[1.0], [2.0, 1.0], [1.0, 1.0], [[1.0, 2.0]]])
def test_edges_that_do_not_increase(edges: npt.ArrayLike) -> None:
    with pytest.raises(RangeError, match="not two or more ascending numbers"):
        integrated_cross_section(edges, make())


@pytest.mark.parametrize(("mass", "ratio"), [(40.0, 3e3), (1e5, 1e9), (1e7, 1e9)])
def test_resonance_far_above_all_energies(mass: float, ratio: float) -> None:
    model = DarkPhoton(
        mediator_mass=mass, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=ratio, dark_matter="dirac"
    )
    scale = float(cross_section(50.0, model))
    edges = [1.0, 20.0, 100.0] if ratio > 1e4 else [20.0, 50.0, 100.0]
    expected = [
        quad(lambda energy: float(cross_section(energy, model)) / scale, low, high)[0] * scale
        for low, high in pairwise(edges)
    ]
    assert integrated_cross_section(edges, model) == pytest.approx(expected, rel=1e-6, abs=0)
