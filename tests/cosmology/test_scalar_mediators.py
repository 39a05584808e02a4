"""Freeze-out through scalar and axial mediators: notes, detailed balance, limits."""

import math
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import k1e, kve

from scotopic.cosmology.annihilation import (
    annihilation_cross_sections,
    effective_average,
    reaction_rates,
    thermal_average_cm3_per_s,
)
from scotopic.cosmology.cmb import cmb_bound, recombination_average_cm3_per_s
from scotopic.cosmology.freeze_out import relic_abundance, thermal_coupling, thermal_line
from scotopic.errors import RangeError
from scotopic.models.electrophilic import (
    AxialVectorMediator,
    PseudoscalarMediator,
    ScalarMediator,
)
from scotopic.models.mediator import DecayingMediator
from scotopic.models.muonphilic import MuonphilicScalar
from scotopic.production.annihilation import cross_section
from scotopic.units import ALPHA, ELECTRON_MASS, GEV2_TO_CM2, SPEED_OF_LIGHT_CM_PER_S
from scotopic.words import ScalarDarkMatter

KINDS = get_args(ScalarDarkMatter)
POWER = {"complex_scalar": 2, "real_scalar": 2, "vector": -2, "vector_dual": -2}


def scalar(mass: float, kind: ScalarDarkMatter, *, strength: float = 0.1) -> ScalarMediator:
    return ScalarMediator(
        mediator_mass=mass,
        electron_coupling=1e-4,
        alpha_D=strength * mass ** POWER.get(kind, 0),
        mass_ratio=3,
        dark_matter=kind,
    )


def axial(mass: float, ratio: float = 3.0, alpha_D: float = 0.1) -> AxialVectorMediator:
    return AxialVectorMediator(
        mediator_mass=mass, electron_coupling=1e-4, alpha_D=alpha_D, mass_ratio=ratio
    )


# Notes, section 2: y with alpha_D in units of the mediator's mass, at 10, 100, 1000 MeV of it.
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("dirac", (2.19e-12, 2.60e-10, 3.42e-8)),
        ("majorana", (9.6e-13, 1.18e-10, 1.57e-8)),
        ("complex_scalar", (2.86e-14, 2.77e-12, 3.14e-10)),
        ("real_scalar", (1.32e-14, 1.32e-12, 1.50e-10)),
    ],
)
def test_relic_numbers(kind: ScalarDarkMatter, expected: tuple[float, ...]) -> None:
    for mass, value in zip((0.01, 0.1, 1.0), expected, strict=True):
        found = thermal_coupling(scalar(mass, kind)).y / mass ** POWER.get(kind, 0)
        assert found == pytest.approx(value, rel=0.02, abs=0)


def test_relic_numbers_of_dual_vectors() -> None:
    """The same; next to the resonance, so that nothing scales with y."""
    dark: dict[str, Any] = {"alpha_D": 0.5, "mass_ratio": 2.5, "dark_matter": "vector_dual"}
    line = thermal_line("scalar", masses=[0.01, 0.1, 1.0], **dark)
    np.testing.assert_allclose(line.kinetic_mixing, [1.55e-5, 2.7e-4, 2.3e-3], rtol=0.02)


@pytest.mark.parametrize("model", [*(scalar(0.25, kind) for kind in KINDS), axial(4e-3)])
def test_detailed_balance(model: DecayingMediator) -> None:
    """|A|^2 of chi chi -> e e is that of e e -> chi chi, which traces have checked."""
    w = 0.84 * model.mediator_mass
    energy = w**2 / (2 * ELECTRON_MASS) - ELECTRON_MASS
    made = float(cross_section(energy, model)) * model.coupling**2
    found = float(annihilation_cross_sections(model, w)["e+e-"])
    (state,) = model.dark_states
    spins = state.degrees_of_freedom / (1 if state.self_conjugate else 2)
    dark2, electron2 = (w**2 / 4 - m**2 for m in (model.dark_matter_mass, ELECTRON_MASS))
    identical = 2 if state.self_conjugate else 1
    expected = made * identical * 4 * electron2 / (spins**2 * dark2)
    # the visible width, 1e-8 of the dark one
    assert found == pytest.approx(expected, abs=0, rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_recombination_is_the_cold_limit(kind: ScalarDarkMatter) -> None:
    model = scalar(0.3, kind)
    cold = thermal_average_cm3_per_s(model, [1e6])[0]
    found = recombination_average_cm3_per_s(model)
    if kind in ("dirac", "majorana", "vector_dual"):
        assert found == 0
        assert "p wave" in cmb_bound(model).reason
    else:
        assert found == pytest.approx(cold, rel=1e-5)
        bound = cmb_bound(model).kinetic_mixing
        assert bound is not None
        assert bound < thermal_coupling(model).kinetic_mixing


def test_muons_that_cannot_be_reached() -> None:
    model = MuonphilicScalar(
        mediator_mass=0.1,
        muon_coupling=1e-3,
        alpha_D=1e-3,
        mass_ratio=3,
        dark_matter="complex_scalar",
    )
    assert cmb_bound(model).reason == "nothing that is seen is light enough to annihilate into"


def test_what_is_not_perturbative_has_no_line() -> None:
    strong = scalar(0.01, "complex_scalar", strength=1.2)
    line = thermal_line([strong, scalar(0.01, "complex_scalar")])
    assert line.status[1] == "ok"
    assert line.status[0] == (
        "alpha_D: 0.00012 GeV^2 is not perturbative at mediator masses below 0.01095 GeV,"
        " where alpha_D/m^2 is above 1"
    )
    for asked in (relic_abundance, thermal_coupling, cmb_bound):
        with pytest.raises(RangeError, match=r"alpha_D: .* is not perturbative"):
            asked(strong)


# --- the axial vector's timelike polarisation -----------------------------------------------------


@pytest.mark.parametrize("mass", [3e-3, 0.1])
def test_axial_s_wave(mass: float) -> None:
    """sigma v at rest is g_e^2 g_chi^2 m_e^2/(2 pi m^4) (1 - m_e^2/m_chi^2)^(1/2).

    That is what a contact interaction of two axial currents gives, as of heavy mediators: the
    propagator cancels, which is why it holds for a light one too.
    """
    model = axial(mass, 2.5)
    dark = model.dark_matter_mass
    velocity = math.sqrt(1 - (ELECTRON_MASS / dark) ** 2)
    couplings = 16 * math.pi**2 * ALPHA * 1e-8 * model.alpha_D
    expected = couplings * ELECTRON_MASS**2 / (2 * math.pi * mass**4) * velocity
    expected *= GEV2_TO_CM2 * SPEED_OF_LIGHT_CM_PER_S
    assert 2 * recombination_average_cm3_per_s(model) == pytest.approx(expected, rel=1e-5, abs=0)
    # half of that is the effective average; at x = 1e9 the p wave has gone
    cold = float(thermal_average_cm3_per_s(model, [1e9])[0])
    assert cold == pytest.approx(expected / 2, rel=1e-4, abs=0)


def gondolo_gelmini(model: DecayingMediator, x: float) -> float:
    """<sigma v> of one pair in GeV^-2 from its cross section, by scipy's adaptive rule."""
    mass = model.dark_matter_mass

    def integrand(w: float) -> float:
        sigma = float(annihilation_cross_sections(model, w)["e+e-"]) / GEV2_TO_CM2
        kernel = float(k1e(w * x / mass)) * math.exp(-x * (w / mass - 2))
        return 2 * w * sigma * (w * w - 4 * mass**2) * w * kernel

    start, end, pole = 2 * mass * (1 + 1e-14), 2 * mass + 45 * mass / x, model.mediator_mass
    inside = (pole + away * model.total_width for away in (-10, 0, 10))
    edges = [start, *(one for one in inside if start < one < end), end]
    total = sum(
        quad(integrand, low, high, epsabs=0, epsrel=1e-8, limit=400)[0]
        for low, high in pairwise(edges)
    )
    return float(total / (8 * mass**5 / x * kve(2, x) ** 2))


@pytest.mark.parametrize("kind", [ScalarMediator, PseudoscalarMediator, AxialVectorMediator])
def test_average_follows_from_the_cross_section(kind: type[DecayingMediator]) -> None:
    """The two share widths; formula, flux and quadrature are others. Dirac: half of one pair's."""
    model = kind(mediator_mass=6e-3, electron_coupling=1e-6, alpha_D=0.1, mass_ratio=3.0)  # type: ignore[call-arg]
    for x in (10.0, 25.0):
        found = float(effective_average(model, reaction_rates(model), np.array([x]))[0])
        expected = gondolo_gelmini(model, x) / 2 / model.coupling**2
        assert found == pytest.approx(expected, rel=1e-5, abs=0)


def test_axial_relic_density_with_the_timelike_part() -> None:
    """Less coupling is needed below 10 MeV; at 100 MeV nothing changes, and no caveat is left.

    The ratio of the rates at x_f is 1 + (m_e^2/m_chi^2) (T/s) / (p wave), which the cross section
    above has; here what it makes of the target.
    """
    light, heavy = thermal_coupling(axial(6e-3)), thermal_coupling(axial(0.3))
    assert light.abundance.caveats == heavy.abundance.caveats == ()

    class Transverse(AxialVectorMediator):
        def timelike_dark_width_at(self, mass):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            return np.zeros(np.shape(mass))

    without = Transverse(mediator_mass=6e-3, electron_coupling=1e-4, alpha_D=0.1, mass_ratio=3.0)
    found = thermal_coupling(without)
    assert "timelike" in found.abundance.caveats[0]
    assert 0.5 < light.y / found.y < 0.95
