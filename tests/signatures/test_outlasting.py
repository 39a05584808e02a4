"""Decays that must not be seen behind muons: the share of chi2 that outlast the detectors."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.errors import RangeError
from scotopic.models.scalar_portal import ScalarPortalInelastic
from scotopic.processes.bremsstrahlung import Bremsstrahlung, bremsstrahlung_above
from scotopic.processes.calculation import Calculation
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.signatures.outlasting import OutlastingResponse
from scotopic.signatures.scattered_muon import muon_window

CARD = load_experiment("na64mu-1e12")
HOW = Calculation(processes=("bremsstrahlung",))
MODEL = ScalarPortalInelastic(
    mediator_mass=0.3, electron_coupling=1e-4, alpha_D=1e-3, mass_ratio=3.0, splitting=0.4
)
REAR_CM = 2200.0  # of the HCAL
PART = Search.of(CARD, calculation=HOW).parts[0]
WINDOW = muon_window(PART.question)


def spectrum(edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(-np.diff(bremsstrahlung_above(PART.question.dump, [MODEL], edges, HOW)[0]))


def test_sampled_mediators_of_muons() -> None:
    """Energies as the deterministic yields have them, depths even: the muon loses 1 of 160 GeV."""
    uniforms = (np.arange(3)[:, None] * 0.37 + np.arange(4096) * [[0.618], [0.414], [0.732]]) % 1
    made = Bremsstrahlung().sample(PART.question.dump, MODEL, 60.0, HOW, uniforms)
    assert made is not None
    edges = np.linspace(60.0, 150.0, 10)
    above = bremsstrahlung_above(PART.question.dump, [MODEL], edges, HOW)[0]
    assert made.total == pytest.approx(float(above[0]), abs=0, rel=1e-12)
    shares = [(made.mediator_energy > edge).mean() for edge in edges]
    np.testing.assert_allclose(shares, above / above[0], atol=3e-3)  # sqrt(4096) would be 8e-3
    thickness = PART.question.dump.thickness_X0
    assert thickness is not None
    moments = [(made.depth_X0 / thickness).mean(), ((made.depth_X0 / thickness) ** 2).mean()]
    assert moments == pytest.approx([1 / 2, 1 / 3], abs=3e-3)
    assert made.parent_energy.min() > 158.5
    assert np.corrcoef(made.parent_energy, made.depth_X0)[0, 1] < -0.999


@pytest.mark.parametrize("coupling", [1e-4, 1e-3, 3e-3])
def test_survival_is_an_integral(coupling: float) -> None:
    """Over the spectrum, the depth, and the even angle of the decay of a narrow mediator."""
    edges = np.linspace(55.0, 159.0, 400)
    energy = (edges[1:] + edges[:-1]) / 2
    made = spectrum(edges) * WINDOW.acceptance(energy)
    m, m1, m2 = 0.3, MODEL.dark_matter_mass, MODEL.partner_mass
    at_rest = (m**2 + m2**2 - m1**2) / (2 * m)
    momentum = np.sqrt(at_rest**2 - m2**2)
    cosine = np.linspace(-0.995, 0.995, 200)
    gamma = energy[:, None] / m
    chi2 = gamma * at_rest + np.sqrt(gamma**2 - 1) * momentum * cosine
    flight = m2 / np.sqrt(chi2**2 - m2**2)
    target = CARD.target.thickness_cm
    ctau = replace(MODEL, electron_coupling=coupling, alpha_D=0.1).chi2_c_tau_cm
    depths = (np.arange(20) + 0.5) / 20 * target
    each = [np.exp(-(REAR_CM - z) * flight / ctau).mean(axis=1) @ made for z in depths]
    (found,) = PART.signature.responses(PART.question, [MODEL])
    assert isinstance(found, OutlastingResponse)
    at = np.array([coupling]), np.array([0.1])
    share = found(*at).per_particle / found.invisible(*at).per_particle
    # 5000 events: below 1 % of what decays and what does not
    assert share == pytest.approx(np.mean(each) / made.sum(), abs=0, rel=0.01)
    assert 0.02 < float(share[0]) < 0.9999


def test_one_response_serves_all_alpha_D_of_narrow_mediators() -> None:
    """While phi is narrow, alpha_D changes the lifetime alone; wide ones are made anew."""
    at = np.array([1e-4]), np.array([1e-3])
    models = [replace(MODEL, alpha_D=alpha_D) for alpha_D in (1e-3, 2e-3)]
    one, other = (found(*at) for found in PART.signature.responses(PART.question, models))
    np.testing.assert_allclose(one.per_particle, other.per_particle, rtol=1e-12)
    assert PART.signature.follows_alpha_D(PART.question, models[1])
    wide = replace(MODEL, alpha_D=0.1)
    assert not PART.signature.follows_alpha_D(PART.question, wide)
    assert PART.signature.follows_alpha_D(PART.question, replace(wide, splitting=0.0))


def test_too_short_lived_is_not_excluded() -> None:
    """The interval ends where chi2 decay within metres; where it begins they are stable."""
    strong = replace(MODEL, alpha_D=0.1)
    stable = replace(strong, splitting=0.0)
    search = Search.of(CARD, calculation=HOW)
    ((low, high),) = exclusion_curve(search, strong, [0.3]).intervals()[0]
    (begins,) = exclusion_curve(search, stable, [0.3]).limits()
    # the virtual masses of 0.02 m of width begin at 2.4 m_1, not 2 m_1
    assert low == pytest.approx(begins, abs=0, rel=0.01)
    assert 1e-3 < high < 0.05


def test_decays_seen_elsewhere_are_refused() -> None:
    """Behind thin targets nothing of that is simulated."""
    with pytest.raises(RangeError, match="splitting: ScalarPortalInelastic decays semi-visibly"):
        exclusion_curve(Search.of(load_experiment("ldmx-8GeV")), MODEL, [0.3])
