"""Couplings that follow from the rest of a model."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cards.simple import by_window_alone

from scotopic.cosmology.freeze_out import thermal_coupling
from scotopic.errors import RangeError
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.charged_vector import LMuMinusLTau
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import ScalarMediator
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.models.mediator import DecayingMediator
from scotopic.models.muonphilic import MuonphilicScalar
from scotopic.models.parameters import build
from scotopic.precision.magnetic_moments import moment_of
from scotopic.scan.plane import Plane, exclusion_plane
from scotopic.search import Axis

SHAPE = {"mass_ratio": 3.0, "dark_matter": "majorana"}
TIED = {**SHAPE, "kinetic_mixing": "thermal relic"}


@settings(max_examples=12)
@given(st.sampled_from([0.01, 0.2]), st.floats(-4, 0))
def test_thermal_coupling_between_the_nodes(mass: float, exponent: float) -> None:
    """The tie is a cubic through four tabulated values; the statement is 1e-3."""
    alpha_D = 10**exponent
    tied = build(DarkPhoton, {**TIED, "mediator_mass": mass, "alpha_D": alpha_D})
    assert tied.kinetic_mixing == pytest.approx(thermal_coupling(tied).kinetic_mixing, rel=1e-3)


def test_near_the_resonance_where_the_width_matters() -> None:
    values = {**TIED, "mass_ratio": 2.1, "mediator_mass": 0.03}
    for alpha_D in (2e-3, 0.05, 0.7):
        tied = build(DarkPhoton, {**values, "alpha_D": alpha_D})
        exact = thermal_coupling(tied).kinetic_mixing
        assert tied.kinetic_mixing == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (LMuMinusLTau, {}),
        (MuonphilicScalar, {"alpha_D": 0.1, "mass_ratio": 3.0}),
        (DarkPhoton, {**SHAPE, "alpha_D": 0.1}),
    ],
)
def test_central_coupling_gives_the_moment(
    kind: type[DecayingMediator], values: dict[str, object]
) -> None:
    """Review eq. 20: 251e-11, for every kind of mediator that raises the moment."""
    model = build(kind, {**values, "mediator_mass": 0.05, "coupling": "muon central"})
    assert moment_of(model, "muon") == pytest.approx(251e-11, rel=1e-6)


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (DarkPhoton, {**TIED, "alpha_D": 1e-5}, "alpha_D: 1e-05 is not between 0.0001 and 1"),
        (DarkPhoton, {**TIED, "alpha_D": 0.1, "mass_ratio": 0.5}, "mass_ratio: 0.5 is not above 1"),
        (DarkPhoton, {**SHAPE, "alpha_D": 0.1, "coupling": "thermal"}, "'thermal' is no number"),
        (
            ScalarMediator,
            {"alpha_D": 0.1, "mass_ratio": 3.0, "coupling": "muon central"},
            "electron_coupling: the mediator does not couple to the muon",
        ),
    ],
)
def test_what_has_no_tie_is_said(
    kind: type[DecayingMediator], values: dict[str, object], message: str
) -> None:
    with pytest.raises(RangeError, match=message):
        build(kind, {**values, "mediator_mass": 0.05})


@pytest.mark.parametrize(
    ("card", "dark_matter", "alpha_D", "highest"),
    [
        ("na64e-2018", "complex_scalar", 0.05, 0.2),
        ("na64e-2018", "majorana", 0.02, 0.2),
        ("na64e-5e12", "complex_scalar", 0.1, 0.06),
        ("na64e-5e12", "majorana", 0.1, 0.06),
        ("na64e-5e12", "pseudo_dirac", 0.05, 0.06),
    ],
)
def test_review_on_what_na64_excludes(
    card: str, dark_matter: str, alpha_D: float, highest: float
) -> None:
    """Review section 3.2.2: thermal targets of m_A' = 3 m_chi, from 1 MeV (here 5) up to a mass.

    "Excluded for alpha_D below" is a statement of one digit: a factor of 5 above it is not. The
    review's 50 % are its whole efficiency. With the pre-shower beside them the first and the last
    reach 0.048.
    """
    plane = exclusion_plane(
        by_window_alone(card),
        DarkPhoton,
        Axis("mediator_mass", 0.005, highest, 4),
        Axis("alpha_D", 1e-3, 1.0, 40),
        {"mass_ratio": 3.0, "dark_matter": dark_matter, "kinetic_mixing": "thermal relic"},
    )
    intervals = Plane.of(plane).intervals()
    reached = [stretches[0][1] for stretches in intervals]
    assert min(reached) > alpha_D
    assert card != "na64e-2018" or max(reached) < 5 * alpha_D
    assert all(math.isclose(stretches[0][0], 1e-3) for stretches in intervals)


def test_particles_of_no_tie() -> None:
    with pytest.raises(RangeError, match="photon_coupling"):
        build(AxionLikeParticle, {"mediator_mass": 0.05, "photon_coupling": "muon central"})


# The founders' notes, section 6, from review eqs. 22 and 23, to their rounding.
@pytest.mark.parametrize(
    ("edge", "expected"), [("lower", 5.655e-3), ("central", 7.768e-3), ("upper", 9.419e-3)]
)
def test_mixing_tied_to_the_muon(edge: str, expected: float) -> None:
    others = {"alpha_D": 0.1, "mass_ratio": 3.0, "splitting": 0.4}
    model = build(
        InelasticDarkMatter, {**others, "mediator_mass": 0.39, "kinetic_mixing": f"muon {edge}"}
    )
    assert model.kinetic_mixing == pytest.approx(expected, rel=5e-3)
