"""Limits on mediators other than the dark photon, against each other and the founders' notes."""

import math
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from tests.cards.simple import WINDOW

from scotopic.errors import RangeError
from scotopic.experiments import Experiment
from scotopic.figures import draw_limit
from scotopic.models.charged_vector import BMinusL, ChargedVector, LMuMinusLTau
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import (
    AxialVectorMediator,
    PseudoscalarMediator,
    ScalarMediator,
)
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.models.mediator import DecayingMediator
from scotopic.precision.magnetic_moments import moment_of
from scotopic.processes.calculation import Calculation
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.search.exclusion import quantities
from scotopic.units import ALPHA
from scotopic.words import ScalarDarkMatter

E = math.sqrt(4 * math.pi * ALPHA)
BREMSSTRAHLUNG = Calculation(processes=("bremsstrahlung",))
MASSES = [1e-3, 7e-3, 0.01, 0.1, 0.95]
DARK: dict[str, Any] = {"mediator_mass": 0.1, "alpha_D": 0.1, "mass_ratio": 3.0}

PHOTON = DarkPhoton(kinetic_mixing=1.0, dark_matter="dirac", **DARK)
SCALAR = ScalarMediator(electron_coupling=1.0, **DARK)
PSEUDOSCALAR = PseudoscalarMediator(electron_coupling=1.0, **DARK)
AXIAL = AxialVectorMediator(electron_coupling=1.0, **DARK)


@pytest.fixture(scope="module")
def na64() -> Experiment:
    """By its window alone: what the notes are about."""
    return load_experiment(WINDOW)


def limit(na64: Experiment, model: DecayingMediator) -> np.ndarray:
    return exclusion_curve(Search.of(na64, calculation=BREMSSTRAHLUNG), model, MASSES).limits()


def test_scalar_and_axial_against_vector(na64: Experiment) -> None:
    """PHYSICS notes, section 7: 1.60, 1.56, 1.506, 1.495 to 1 %; A = V to 1 % from 7 MeV.

    Narrow ones: widths differ by spin. The notes count mediators above 50 GeV; the card's
    resolution and its window add 0.5 %.
    """
    every = (PHOTON, SCALAR, PSEUDOSCALAR, AXIAL)
    vector, scalar, pseudoscalar, axial = (limit(na64, replace(m, alpha_D=1e-3)) for m in every)
    np.testing.assert_allclose(
        (scalar / vector)[[0, 2, 3, 4]], [1.60, 1.56, 1.506, 1.495], rtol=0.01
    )
    np.testing.assert_allclose(axial[1:] / vector[1:], 1, rtol=0.01)
    assert axial[0] < 0.9 * vector[0]  # the longitudinal part
    np.testing.assert_allclose(pseudoscalar[2:] / scalar[2:], 1, rtol=0.01)


def test_resonances_are_as_strong_as_their_spins(na64: Experiment) -> None:
    """PHYSICS notes, section 8: eps_S = eps_P = sqrt 2 eps_V on resonance, narrow enough.

    alpha_D = 0.01 keeps the line inside the window; widths differ by spin, hence 3 %.
    """
    search = Search.of(na64, calculation=Calculation(processes=("annihilation",)))
    found = [
        exclusion_curve(search, replace(m, alpha_D=0.01), [0.27]).limits()[0]
        for m in (PHOTON, SCALAR, PSEUDOSCALAR, AXIAL)
    ]
    np.testing.assert_allclose(np.array(found[1:]) / found[0], [2**0.5, 2**0.5, 1], rtol=0.03)


@pytest.mark.parametrize("model", [SCALAR, PSEUDOSCALAR, AXIAL, PHOTON])
def test_implied_bounds_on_the_electron_moment(na64: Experiment, model: DecayingMediator) -> None:
    """Review section 3.4.2 and Fig. 11: between 1e-15 and 1e-12; consistent with the coupling."""
    moments = exclusion_curve(na64, model, MASSES, quantity="delta_a_e").limits()
    assert np.all((moments > 1e-15) & (moments < 1e-12))
    couplings = exclusion_curve(na64, model, MASSES).limits()
    for mass, coupling, moment in zip(MASSES, couplings, moments, strict=True):
        at = replace(model, mediator_mass=mass, **{model.coupling_field: float(coupling)})
        assert abs(moment_of(at, "electron")) == pytest.approx(float(moment), abs=0, rel=1e-12)


def test_photon_charges_give_the_dark_photon(na64: Experiment) -> None:
    charges = {"q_e": -1, "q_mu": -1, "q_tau": -1, "q_u": 2 / 3, "q_d": -1 / 3, "q_s": -1 / 3}
    vector = ChargedVector(gauge_coupling=1.0, dark_matter="dirac", **charges, **DARK)
    masses = [0.01, 0.25, 0.5]
    g = exclusion_curve(na64, vector, masses).limits()
    epsilon = exclusion_curve(na64, PHOTON, masses).limits()
    np.testing.assert_allclose(g / E, epsilon, rtol=1e-9)
    y = exclusion_curve(na64, vector, masses, quantity="y").limits()
    expected = exclusion_curve(na64, PHOTON, masses, quantity="y").limits()
    np.testing.assert_allclose(y, expected, rtol=1e-9)


def test_neutrinos_are_invisible(na64: Experiment) -> None:
    """B - L without dark matter: three neutrinos of 1/2 each against one electron: BR = 3/5.

    Where muons and hadrons are closed: eps^2 BR = eps_0^2 with BR = 3/5.
    """
    vector = BMinusL(mediator_mass=0.1, gauge_coupling=1.0)
    narrow = replace(PHOTON, alpha_D=1e-3)
    masses = [0.01, 0.1]
    g = exclusion_curve(Search.of(na64, calculation=BREMSSTRAHLUNG), vector, masses).limits()
    epsilon = exclusion_curve(Search.of(na64, calculation=BREMSSTRAHLUNG), narrow, masses).limits()
    # 2 (m_e/m)^4 in the width into e+e-, epsilon^2 in that of the dark photon
    np.testing.assert_allclose(g / E, epsilon / 0.6**0.5, rtol=1e-4)


def test_narrow_resonance_of_neutrinos_equals_that_of_dark_matter(na64: Experiment) -> None:
    """Into what the resonance decays does not matter if nothing of it is seen and it is narrow."""
    only = Calculation(processes=("annihilation",))
    bare = ChargedVector(mediator_mass=0.27, gauge_coupling=1.0, q_e=1.0, q_nu_e=3.5)
    narrow = replace(PHOTON, alpha_D=1e-6)
    g = exclusion_curve(Search.of(na64, calculation=only), bare, [0.27]).limits()[0]
    epsilon = exclusion_curve(Search.of(na64, calculation=only), narrow, [0.27]).limits()[0]
    seen = 1 / (1 + 3.5**2 / 2)
    # the dark photon's own visible decays: epsilon^2 alpha of alpha_D
    photon = replace(narrow, mediator_mass=0.27, kinetic_mixing=float(epsilon))
    hidden = photon.branching_ratio("dark matter")
    assert g / E * (1 - seen) ** 0.5 == pytest.approx(epsilon * hidden**0.5, rel=2e-3)


def test_loop_suppressed_limit(na64: Experiment) -> None:
    """L_mu - L_tau with neutrinos only: g/69.3 takes the place of epsilon far below 2 m_mu."""
    vector = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0)
    g = exclusion_curve(Search.of(na64, calculation=BREMSSTRAHLUNG), vector, [0.01]).limits()[0]
    epsilon = limit(na64, PHOTON)[2]
    assert g / 69.3 == pytest.approx(epsilon, rel=0.01)


def test_what_can_be_limited() -> None:
    assert quantities(SCALAR) == (
        "electron_coupling",
        "electron_coupling_squared",
        "y",
        "alpha_D",
        "delta_a_e",
    )
    bare = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1e-3)
    assert quantities(bare)[2:] == ("delta_a_e", "delta_a_mu")


def test_figure_names_the_mediator(na64: Experiment) -> None:
    curves = [exclusion_curve(na64, m, [0.01, 0.1], quantity="delta_a_e") for m in (PHOTON, SCALAR)]
    (axes,) = draw_limit(curves).axes
    assert "a_e" in axes.get_ylabel()
    assert [str(line.get_label())[:3] for line in axes.get_lines()] == ["$A'", "$S$"]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            replace(SCALAR, alpha_D=0.0),
            "alpha_D: 0 leaves the mediator no invisible decay; it must be above 0",
        ),
        (ChargedVector(mediator_mass=0.1, gauge_coupling=1.0, q_mu=1.0), "not couple to electrons"),
    ],
)
def test_refusals(na64: Experiment, model: DecayingMediator, message: str) -> None:
    with pytest.raises(RangeError, match=message):
        exclusion_curve(na64, model, [0.1])


def test_semi_visible_models_have_a_curve(na64: Experiment) -> None:
    """At 10 MeV chi_2 lives so long that nothing is seen of it."""
    inelastic = InelasticDarkMatter(
        mediator_mass=0.3, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3, splitting=0.4
    )
    search = Search.of(na64, calculation=BREMSSTRAHLUNG)
    found = exclusion_curve(search, inelastic, [0.01])
    # 5000 simulated events
    assert found.limits() == pytest.approx(
        exclusion_curve(search, PHOTON, [0.01]).limits(), rel=0.02
    )


# --- dark matter of other kinds ----------------------------------------------------------------


@pytest.mark.parametrize("kind", get_args(ScalarDarkMatter))
@pytest.mark.parametrize(("process", "mass"), [("bremsstrahlung", 0.05), ("annihilation", 0.25)])
def test_narrow_scalars_are_limited_whatever_they_decay_into(
    na64: Experiment, kind: ScalarDarkMatter, process: str, mass: float
) -> None:
    """Bremsstrahlung does not know; the area of a resonance is that of its visible width.

    Gamma/m is 3e-5 to 2e-4: what the tails of the resonance hold is below 1 % of the limit.
    """
    power = replace(SCALAR, dark_matter=kind).dark_dimension
    search = Search.of(na64, calculation=Calculation(processes=(process,)))
    dirac, other = (
        exclusion_curve(search, one, [mass]).limits()
        for one in (
            replace(SCALAR, alpha_D=1e-3),
            replace(SCALAR, alpha_D=1e-3 * mass**power, dark_matter=kind),
        )
    )
    np.testing.assert_allclose(other, dirac, rtol=0.01 if process == "annihilation" else 1e-4)


def test_curve_says_where_a_coupling_is_not_perturbative(na64: Experiment) -> None:
    """alpha_D = 0.01 GeV^2 is m^2 at 0.1 GeV."""
    model = replace(SCALAR, alpha_D=0.01, dark_matter="complex_scalar")
    found = exclusion_curve(Search.of(na64, calculation=BREMSSTRAHLUNG), model, [0.01, 0.09, 0.11])
    assert np.isfinite(found.limits()).tolist() == [False, False, True]
    reasons = found["status"].ravel().tolist()
    assert "alpha_D: 0.01 GeV^2 is not perturbative at mediator masses below 0.1 GeV" in reasons[0]
    with pytest.raises(RangeError, match=r"alpha_D: 0.01 GeV.2 is not perturbative"):
        exclusion_curve(Search.of(na64, calculation=BREMSSTRAHLUNG), model, [0.01, 0.09])


def test_virtual_scalars_with_dual_vectors(na64: Experiment) -> None:
    """The width grows as k^3: masses from where it exceeds k are left out, and nothing is refused.

    Gamma/m is 3e-4 at 0.1 GeV, and 1 at 4 GeV; heavier virtual scalars are made so rarely that the
    limit is that of real ones to 2 %.
    """
    model = replace(SCALAR, alpha_D=1.0, dark_matter="vector_dual")
    assert model.is_off_shell
    assert model.highest_virtual_mass == pytest.approx(4.0)
    wide, narrow = (
        exclusion_curve(Search.of(na64, calculation=BREMSSTRAHLUNG), one, [0.1]).limits()
        for one in (model, replace(model, alpha_D=0.01))
    )
    assert wide < narrow
    np.testing.assert_allclose(wide, narrow, rtol=0.02)
