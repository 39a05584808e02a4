"""iDM and i2DM: the width of chi2, the dark photon's channels, and what is refused."""

import math
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.models.kinetic_mixing import mixing_from_y
from scotopic.production.annihilation import cross_section
from scotopic.units import ALPHA, ELECTRON_MASS, MUON_MASS, SPEED_OF_LIGHT_CM_PER_S

if TYPE_CHECKING:
    from scotopic.models.two_dark_fermions import TwoDarkFermions

make = partial(
    InelasticDarkMatter,
    mediator_mass=0.3,
    kinetic_mixing=1e-3,
    alpha_D=0.1,
    mass_ratio=3.0,
    splitting=0.4,
)
make_dirac = partial(
    InelasticDiracDarkMatter,
    mediator_mass=0.3,
    kinetic_mixing=1e-3,
    alpha_D=0.1,
    mass_ratio=3.0,
    splitting=0.05,
    theta=0.04,
)


def correction(model: InelasticDarkMatter) -> float:
    """K, the width into electrons over eq. 5.1 of Mongillo et al."""
    approximate = 4 * model.kinetic_mixing**2 * ALPHA * model.alpha_D * model.mass_difference**5
    approximate /= 15 * math.pi * model.mediator_mass**4
    return model.chi2_partial_widths()["e+e-"] / approximate


def test_they_are_mediators() -> None:
    models: list[TwoDarkFermions] = [make(), make_dirac()]
    for model in models:
        assert model.spin_parity == "vector"
        assert sum(c.branching_ratio for c in model.dark_channels()) == pytest.approx(1, abs=1e-6)
        assert [c.partners for c in model.dark_channels()] == [0, 1, 2]
        assert [c.name for c in model.dark_channels()] == list(model.dark_widths_at(0.3))


@pytest.mark.parametrize("mass", [0.2, 0.3, 0.5, 0.8, 1.0])
def test_published_correction(mass: float) -> None:
    """MadGraph and CalcHEP: 0.640 +- 0.004 (NA64, Eur. Phys. J. C81 (2021) 959, eq. 2)."""
    assert correction(make(mediator_mass=mass)) == pytest.approx(0.640, abs=0.004)


@pytest.mark.parametrize(
    ("mass", "splitting", "expected"),
    [
        # an independent integration, stated with three digits; 1 % for the mass it was done at
        (1.0, 0.1, 0.871),
        (1.0, 0.2, 0.775),
        (1.0, 0.3, 0.701),
        (1.0, 0.5, 0.598),
        (1.0, 0.99, 0.474),
        (0.1, 0.4, 0.630),
        (0.05, 0.4, 0.591),
        (0.01, 0.4, 0.038),
    ],
)
def test_correction(mass: float, splitting: float, expected: float) -> None:
    found = correction(make(mediator_mass=mass, splitting=splitting))
    # 0.038 has two digits
    assert found == pytest.approx(expected, abs=5e-4, rel=0.01)


def test_limit_of_a_heavy_mediator() -> None:
    """K -> 1 - 3/2 of the relative splitting + ..., for Delta << m_chi1 << m_A'."""
    for splitting in (1e-2, 3e-3):
        found = correction(make(mediator_mass=1e6, mass_ratio=1e3, splitting=splitting))
        assert found == pytest.approx(1 - 1.5 * splitting, abs=3 * splitting**2, rel=0)


def test_where_channels_open() -> None:
    muons = 2 * MUON_MASS * 3 / 0.4
    assert muons == pytest.approx(1.585, abs=5e-4)
    assert make(mediator_mass=0.9999 * muons).chi2_partial_widths()["mu+mu-"] == 0
    assert make(mediator_mass=1.0001 * muons).chi2_partial_widths()["mu+mu-"] > 0
    widths = make(mediator_mass=2.5).chi2_partial_widths()
    assert widths["hadrons"] > 0
    assert widths["tau+tau-"] == 0


@pytest.mark.parametrize("model", [make, make_dirac])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.999999])
def test_stable_partner(
    model: Callable[..., InelasticDarkMatter | InelasticDiracDarkMatter], share: float
) -> None:
    stable = model(splitting=share * 2 * ELECTRON_MASS / 0.1)
    assert stable.chi2_is_stable
    assert stable.chi2_lifetime_s == math.inf
    assert stable.chi2_c_tau_cm == math.inf
    assert np.all(np.isinf(stable.chi2_decay_length_cm([1.0, 50.0])))
    assert not model(splitting=1.001 * 2 * ELECTRON_MASS / 0.1).chi2_is_stable


def test_lifetime_and_decay_length() -> None:
    model = make()
    hbar_c_cm = 1.973269804e-14
    assert model.chi2_c_tau_cm == pytest.approx(hbar_c_cm / model.chi2_width, abs=0, rel=1e-9)
    assert model.chi2_lifetime_s * SPEED_OF_LIGHT_CM_PER_S == pytest.approx(model.chi2_c_tau_cm)
    expected = math.sqrt((30 / 0.14) ** 2 - 1) * model.chi2_c_tau_cm
    assert float(model.chi2_decay_length_cm(30.0)) == pytest.approx(expected, abs=0, rel=1e-12)
    # exact scaling with the couplings
    other = replace(model, kinetic_mixing=3e-3, alpha_D=0.5)
    assert other.chi2_width == pytest.approx(45 * model.chi2_width, abs=0, rel=1e-12)


def test_the_current_is_off_diagonal() -> None:
    model = make()
    widths = model.partial_widths()
    assert (widths["chi1 chi1"], widths["chi2 chi2"]) == (0, 0)
    expected = DarkPhoton(**asdict(model), dark_matter="pseudo_dirac").invisible_width
    assert widths["chi1 chi2"] == model.invisible_width == expected
    assert model.dark_threshold == pytest.approx(0.24)


@given(
    theta=st.floats(1e-4, 1.5),
    splitting=st.floats(0.0, 1.5),
    excess=st.floats(0.01, 10),
)
def test_branching_ratios_of_dirac_fermions(theta: float, splitting: float, excess: float) -> None:
    """sin^4 : 2 sin^2 cos^2 : cos^4 times p (m^2 - D^2)(S^2 + 2 m^2)."""
    model = make_dirac(theta=theta, splitting=splitting, mass_ratio=2 + splitting + excess)
    m, m1, m2 = model.mediator_mass, model.dark_matter_mass, model.partner_mass

    def space(a: float, b: float) -> float:
        if a + b >= m:
            return 0.0
        s2, d2 = (a + b) ** 2, (a - b) ** 2
        return math.sqrt((m**2 - s2) * (m**2 - d2)) * (m**2 - d2) * (s2 + 2 * m**2)

    sine2, cosine2 = math.sin(theta) ** 2, math.cos(theta) ** 2
    weights = [
        sine2**2 * space(m1, m1),
        2 * sine2 * cosine2 * space(m1, m2),
        cosine2**2 * space(m2, m2),
    ]
    found = [c.branching_ratio for c in model.dark_channels()]
    np.testing.assert_allclose(
        np.array(found) / sum(found), np.array(weights) / sum(weights), rtol=1e-6
    )


def test_without_splitting_all_is_dirac() -> None:
    """The mass basis does not matter then: the widths add up to that of one Dirac fermion."""
    model = make_dirac(splitting=0.0, theta=0.7)
    dirac = DarkPhoton(
        mediator_mass=0.3, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
    )
    assert model.invisible_width == pytest.approx(dirac.invisible_width, abs=0, rel=1e-12)


@given(theta=st.floats(1e-4, 1.5), splitting=st.floats(0.02, 0.9))
def test_width_of_the_mixed_partner(theta: float, splitting: float) -> None:
    """Eq. 6.1 of Mongillo et al. with its missing alpha."""
    mixed = make_dirac(theta=theta, splitting=splitting).chi2_width
    expected = make(splitting=splitting).chi2_width * math.tan(theta) ** 2 * math.cos(theta) ** 4
    assert mixed == pytest.approx(expected, abs=0, rel=1e-9)


def test_production_takes_them() -> None:
    """The resonant cross section integrates to the same for any dark sector (narrow width)."""
    energy = np.linspace(50.0, 70.0, 400_001)
    pseudo_dirac = DarkPhoton(**asdict(make(mediator_mass=0.25)), dark_matter="pseudo_dirac")
    same = cross_section(energy, make(mediator_mass=0.25))
    np.testing.assert_array_equal(same, cross_section(energy, pseudo_dirac))
    narrow = make(mediator_mass=0.25, alpha_D=1e-3)
    mixed = make_dirac(mediator_mass=0.25, alpha_D=1e-3)
    # tails beyond the window: Gamma/m ~ 3e-4 times 2/pi over its half width of 15 %
    assert cross_section(energy, narrow).sum() == pytest.approx(
        cross_section(energy, mixed).sum(), abs=0, rel=3e-3
    )


def test_mixing_from_y() -> None:
    model = replace(make(), kinetic_mixing=mixing_from_y(1e-10, 0.1, 3.0))
    assert model.y == pytest.approx(1e-10, abs=0, rel=1e-12)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: make(mass_ratio=0.3), "mass_ratio: 0.3 is not above splitting = 0.4"),
        (lambda: make(mass_ratio=0.0), "mass_ratio: 0.0 is not positive"),
        (lambda: make(splitting=3.0), "mass_ratio: 3.0 is not above splitting = 3"),
        (lambda: make(splitting=-0.1), "splitting: -0.1 is not between 0 and"),
        (lambda: make(splitting=math.nan), "splitting: nan is not between 0 and"),
        (lambda: make(alpha_D=0.0), "alpha_D: 0.0 is not positive"),
        (lambda: make(kinetic_mixing=-1e-3), "kinetic_mixing: -0.001 is not positive"),
        (lambda: make(mediator_mass=math.inf), "mediator_mass: inf is not positive and finite"),
        (lambda: make_dirac(theta=0.0), "theta: 0.0 is not between 1e-30 and pi/2"),
        (lambda: make_dirac(theta=2.0), "theta: 2.0 is not between 1e-30 and pi/2"),
        (lambda: make_dirac(theta=math.nan), "theta: nan is not between"),
        (lambda: make_dirac(splitting=2.0, mass_ratio=5.0), "splitting: 2.0 is not below 2"),
        (lambda: make().branching_ratio("dark matter"), "channel: 'dark matter' is not one of"),
        (lambda: make().chi2_decay_length_cm([1.0, 0.1]), "energy: 0.1 GeV is not above the mass"),
    ],
)
def test_messages(use: Callable[[], object], message: str) -> None:
    with pytest.raises(RangeError, match=message):
        use()
