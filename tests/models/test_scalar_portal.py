"""Inelastic dark matter behind a scalar whose couplings go as the masses of leptons."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from scotopic.cosmology.annihilation import annihilation_cross_sections
from scotopic.errors import RangeError
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.models.scalar_portal import ScalarPortalInelastic
from scotopic.precision.magnetic_moments import magnetic_moment, moment_of
from scotopic.units import ALPHA, ELECTRON_MASS, ELEMENTARY_CHARGE, GEV2_TO_CM2, MUON_MASS, TAU_MASS

make = partial(
    ScalarPortalInelastic,
    mediator_mass=0.1,
    electron_coupling=1e-4,
    alpha_D=0.1,
    mass_ratio=3.0,
    splitting=0.4,
)


def test_couplings_go_as_the_masses() -> None:
    model = make()
    assert model.spin_parity == "scalar"
    assert model.lepton_coupling("electron") == 1e-4
    assert model.lepton_coupling("muon") == pytest.approx(1e-4 * 206.768, rel=1e-5)
    widths = make(mediator_mass=1e3).visible_widths_at(1e3)
    for pair, mass in (("e+e-", ELECTRON_MASS), ("mu+mu-", MUON_MASS), ("tau+tau-", TAU_MASS)):
        charge2 = 1e-8 * (mass / ELECTRON_MASS) ** 2
        expected = charge2 * ALPHA / 2 * 1e3  # m >> m_l
        assert float(widths[pair]) == pytest.approx(expected, abs=0, rel=2e-5), pair
    assert "hadrons" not in widths
    assert model.couples_to == {"electron", "muon"}


@pytest.mark.parametrize(("mass", "metres"), [(0.1, 123), (1.0, 12)])
def test_lifetimes(mass: float, metres: float) -> None:
    """An independent integration: 123 and 12 m."""
    found = make(mediator_mass=mass).chi2_c_tau_cm / 100
    assert found == pytest.approx(metres, abs=0.5)


def test_muons_open() -> None:
    """At Delta = 2 m_mu = 0.211 GeV; their coupling is 43000 times stronger."""
    opens = 2 * MUON_MASS * 3 / 0.4
    assert make(mediator_mass=0.9999 * opens).chi2_partial_widths()["mu+mu-"] == 0
    assert make(mediator_mass=1.0001 * opens).chi2_partial_widths()["mu+mu-"] > 0
    heavy = make(mediator_mass=300.0).chi2_partial_widths()
    assert heavy["mu+mu-"] / heavy["e+e-"] == pytest.approx(43e3, rel=0.01)
    assert heavy["hadrons"] == 0
    assert heavy["tau+tau-"] > heavy["mu+mu-"]


def test_the_current_is_off_diagonal() -> None:
    model = make()
    widths = model.dark_widths_at(0.1)
    assert float(widths["chi1 chi1"]) == float(widths["chi2 chi2"]) == 0
    m1, m2 = 0.1 / 3, 0.14 / 3
    s2, d2 = (m1 + m2) ** 2, (m2 - m1) ** 2
    expected = 0.1 * math.sqrt((0.01 - s2) * (0.01 - d2)) * (0.01 - s2) / (2 * 0.1**3)
    assert model.invisible_width == pytest.approx(expected, abs=0, rel=1e-12)
    assert model.dark_threshold == pytest.approx(m1 + m2)
    assert make(splitting=0.01).chi2_is_stable
    assert model.s_wave_width == 0


def test_annihilation_from_amplitudes() -> None:
    """chi1 chi2 -> e e: |M|^2 = 4 (s - S^2)(s - 4 m_e^2) g^2 g_e^2/(s - m^2)^2 over four spins."""
    model, w = make(alpha_D=1e-6), 0.09
    s, m1, m2 = w * w, 0.1 / 3, 0.14 / 3
    couplings = (4 * math.pi) ** 2 * 1e-6 * 1e-8 * ALPHA
    squared = 4 * (s - (m1 + m2) ** 2) * (s - 4 * ELECTRON_MASS**2) * couplings
    squared /= 4 * (s - 0.01) ** 2
    before = math.sqrt((s - (m1 + m2) ** 2) * (s - (m2 - m1) ** 2)) / (2 * w)
    after = math.sqrt(s / 4 - ELECTRON_MASS**2)
    expected = squared * after / (16 * math.pi * s * before) * GEV2_TO_CM2
    found = float(annihilation_cross_sections(model, w)["e+e-"])
    assert found == pytest.approx(expected, abs=0, rel=1e-5)  # the width on the pole is small


def test_what_magnetic_moments_leave() -> None:
    """Delta a_mu of a scalar with the muon's coupling."""
    moment = magnetic_moment("muon", "scalar", 0.1, 206.768 * 1e-4 * ELEMENTARY_CHARGE)
    assert moment_of(make(), "muon") == pytest.approx(float(moment), abs=0, rel=1e-4)


def test_a_light_scalar_is_virtual() -> None:
    """At or below m_1 + m_2 no real one decays; what it makes is folded over virtual masses."""
    closed = make(mass_ratio=2.3)
    assert closed.is_closed
    assert closed.is_off_shell
    assert float(closed.spectral_density(0.12)) > 0


def test_remark_on_taus() -> None:
    assert make(electron_coupling=3.3e-3).remark == ""
    assert make(electron_coupling=3.4e-3).remark.startswith("electron_coupling: 0.0034 means")


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (
            lambda: make(electron_coupling=0.057),
            r"electron_coupling: 0.057 means g\^2/\(4 pi\) = 1.01",
        ),
        (lambda: make(electron_coupling=0.0), "electron_coupling: 0.0 is not positive"),
        (lambda: make(alpha_D=1.1), r"alpha_D: 1.1 means g\^2"),
        (lambda: make(alpha_D=0.0), "alpha_D: 0.0 is not positive"),
        (
            lambda: make(mass_ratio=0.3),
            r"mass_ratio: 0.3 is not above splitting = 0.4: chi2 -> chi1 and a real",
        ),
        (lambda: make(splitting=-0.1), "splitting: -0.1 is not between 0 and"),
        (lambda: make(mediator_mass=math.nan), "mediator_mass: nan is not positive"),
    ],
)
def test_messages(use: Callable[[], object], message: str) -> None:
    with pytest.raises(RangeError, match=message):
        use()


def test_scaling() -> None:
    model = make()
    other = replace(model, electron_coupling=3e-4, alpha_D=0.5)
    assert other.chi2_width == pytest.approx(45 * model.chi2_width, abs=0, rel=1e-12)
    vector = InelasticDarkMatter(
        mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3, splitting=0.4
    )
    # K of both: 0.627 with massless electrons, 0.630 here for the vector
    assert 0.9 < model.chi2_width / vector.chi2_width < 1.05
    np.testing.assert_allclose(model.y, vector.y)
