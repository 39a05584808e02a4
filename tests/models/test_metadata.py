"""What models say of themselves, against what their formulas do."""

import math
from typing import Any

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.charged_vector import BMinusL, ChargedVector, LMuMinusLTau
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import PseudoscalarMediator, ScalarMediator
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.models.mediator import DecayingMediator
from scotopic.models.metadata import parameters
from scotopic.models.muonphilic import MuonphilicScalar
from scotopic.models.parameters import build, parameter, parameter_names, words
from scotopic.models.registry import BUILT_IN, model_class
from scotopic.search.ties import TIES

DARK: dict[str, Any] = {"mediator_mass": 0.1, "alpha_D": 0.1, "mass_ratio": 3.0}
IDM = InelasticDarkMatter(kinetic_mixing=1e-3, splitting=0.2, **DARK)
I2DM = InelasticDiracDarkMatter(kinetic_mixing=1e-3, splitting=0.2, theta=0.1, **DARK)


def dark_photon(dark_matter: str) -> DarkPhoton:
    splitting = 0.1 if dark_matter == "pseudo_dirac" else 0.0
    values = {**DARK, "kinetic_mixing": 1e-3, "dark_matter": dark_matter, "splitting": splitting}
    return build(DarkPhoton, values)


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_parameter_of_every_model_is_described(name: str) -> None:
    known = parameters(model_class(name))
    for one in known.values():
        assert one.role != "other"
        assert "mathrm" not in one.label or one.role == "choice"  # no name in place of a symbol
    for one in (
        parameter(model_class(name), other) for other in parameter_names(model_class(name))
    ):
        assert "<" not in one.label + one.definition


@pytest.mark.parametrize(
    ("kind", "name", "label", "unit", "column"),
    [
        (DarkPhoton, "kinetic_mixing", r"\epsilon", "1", "kinetic_mixing"),
        (DarkPhoton, "dark_matter_mass", r"m_{\chi}", "GeV", "dark_matter_mass_GeV"),
        (InelasticDarkMatter, "dark_matter_mass", r"m_{\chi_1}", "GeV", "dark_matter_mass_GeV"),
        (InelasticDiracDarkMatter, "tan_theta", r"\tan\theta", "1", "tan_theta"),
        (LMuMinusLTau, "mediator_mass", "m_{Z'}", "GeV", "mediator_mass_GeV"),
        (BMinusL, "gauge_coupling_squared", "g^2", "1", "gauge_coupling_squared"),
        (ScalarMediator, "delta_a_e", r"|\Delta a_e|", "1", "delta_a_e"),
        (ChargedVector, "q_nu_mu", r"q_{\nu_\mu}", "1", "q_nu_mu"),
        (
            AxionLikeParticle,
            "photon_coupling",
            r"g_{a\gamma\gamma}",
            "GeV^-1",
            "photon_coupling_per_GeV",
        ),
    ],
)
def test_labels_and_units(
    kind: type[DecayingMediator], name: str, label: str, unit: str, column: str
) -> None:
    known = parameter(kind, name)
    assert (known.label, known.unit, known.column) == (label, unit, column)


def test_y_is_written_with_the_coupling_in_units_of_e() -> None:
    assert parameter(DarkPhoton, "y").definition.startswith(r"\epsilon^2 \alpha_D")
    assert parameter(BMinusL, "y").definition.startswith(r"(g/e)^2 \alpha_D")


def test_words_are_choices_and_ties() -> None:
    assert words(AxionLikeParticle, "parity") == ("pseudoscalar", "scalar")
    assert set(words(DarkPhoton, "coupling")) == set(TIES)
    assert words(DarkPhoton, "alpha_D") == ()


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (dark_photon("dirac"), {"electron", "muon", "quarks"}),
        (ScalarMediator(electron_coupling=1e-3, **DARK), {"electron"}),
        (MuonphilicScalar(muon_coupling=1e-3, **DARK), {"muon"}),
        (
            BMinusL(mediator_mass=0.1, gauge_coupling=1e-3),
            {"electron", "muon", "quarks", "neutrinos"},
        ),
        # electrons and quarks by the loop of muons and taus
        (
            LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1e-3),
            {"electron", "muon", "quarks", "neutrinos"},
        ),
        (ChargedVector(mediator_mass=0.1, gauge_coupling=1e-3, q_nu_e=1), {"neutrinos"}),
        (AxionLikeParticle(mediator_mass=0.1, photon_coupling=1e-3), {"photon"}),
    ],
)
def test_what_models_couple_to(model: DecayingMediator, expected: set[str]) -> None:
    # a charge of neutrinos alone leaves the loop of charged leptons at zero
    assert model.couples_to == expected


def test_a_coupling_with_a_dimension_is_not_bounded_by_one() -> None:
    assert AxionLikeParticle(mediator_mass=0.1, photon_coupling=100.0).coupling_strength == 0
    with pytest.raises(RangeError, match="not perturbative"):
        BMinusL(mediator_mass=0.1, gauge_coupling=3.6)  # g^2/(4 pi) = 1.03


@pytest.mark.parametrize(
    "model",
    [*map(dark_photon, ("complex_scalar", "dirac", "majorana", "pseudo_dirac")), IDM, I2DM],
    ids=lambda model: f"{type(model).__name__}-{getattr(model, 'dark_matter', '')}",
)
def test_pairs_open_where_they_are_said_to(model: DecayingMediator) -> None:
    thresholds = model.dark_thresholds()
    for name, threshold in thresholds.items():
        below, above = model.dark_widths_at(np.array([1 - 1e-6, 1 + 1e-3]) * threshold)[name]
        assert below == 0 < above
    assert min(thresholds.values()) == pytest.approx(model.dark_threshold)
    masses = [state.mass for state in model.dark_states]
    assert masses == sorted(masses)
    assert min(thresholds.values()) >= 2 * masses[0] * (1 - 1e-12)


# Spins times two for the antiparticle, if that is another particle.
@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (dark_photon("complex_scalar"), [(2, False)]),
        (dark_photon("dirac"), [(4, False)]),
        (dark_photon("majorana"), [(2, True)]),
        (dark_photon("pseudo_dirac"), [(2, True), (2, True)]),
        (IDM, [(2, True), (2, True)]),
        (I2DM, [(4, False), (4, False)]),
        (ScalarMediator(electron_coupling=1e-3, **DARK), [(4, False)]),
    ],
)
def test_dark_states(model: DecayingMediator, expected: list[tuple[int, bool]]) -> None:
    found = [(state.degrees_of_freedom, state.self_conjugate) for state in model.dark_states]
    assert found == expected


def test_widths_into_slow_dark_matter() -> None:
    """Of what annihilates at rest: alpha_D m for a vector current; none of p waves."""
    for model in (dark_photon("dirac"), I2DM, PseudoscalarMediator(electron_coupling=1e-3, **DARK)):
        assert model.s_wave_width is not None
        near = 2 * model.dark_matter_mass * (1 + 1e-7)
        width = next(iter(model.dark_widths_at(near).values())) / math.sqrt(2e-7)
        assert model.s_wave_width == pytest.approx(float(width), rel=1e-6)
    assert dark_photon("majorana").s_wave_width == 0
    assert IDM.s_wave_width == 0
    assert BMinusL(mediator_mass=0.1, gauge_coupling=1e-3).s_wave_width is None


def test_annotations_that_mean_nothing_are_named() -> None:
    class Odd(DarkPhoton):
        number: "Unknown"  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(RangeError, match=r"annotations of .*Odd: name 'Unknown' is not defined"):
        parameters(Odd)


def test_models_are_values_with_a_short_repr() -> None:
    assert dark_photon("dirac") == dark_photon("dirac")
    assert len({dark_photon("dirac"), dark_photon("dirac"), dark_photon("majorana")}) == 2
    assert len(repr(I2DM)) < 160
