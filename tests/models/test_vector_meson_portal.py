"""Invisible decays of mesons as a model: what it says of widths, and what it refuses."""

import math

import pytest
from scipy.integrate import quad

from scotopic.decays.vector_mesons import VECTOR_MESONS
from scotopic.errors import RangeError
from scotopic.models.millicharged import Millicharged
from scotopic.models.parameters import build, value_of
from scotopic.models.photon_portal import PhotonPortal
from scotopic.models.registry import model_class
from scotopic.models.vector_meson_portal import VectorMesonPortal
from scotopic.units import ALPHA


def test_branching_ratios_are_squares_of_amplitudes() -> None:
    given = {"meson": "J/psi", "dark_matter_mass": 0.1, "branching_ratio": 1e-4}
    model = build(VectorMesonPortal, given)
    assert model.coupling == pytest.approx(1e-2)
    assert value_of(model, "branching_ratio") == pytest.approx(1e-4)
    meson = VECTOR_MESONS["J/psi"]
    assert float(model.dark_width_at(meson.mass)) == pytest.approx(1e-4 * meson.width)
    assert float(model.dark_width_at(0.19)) == 0
    assert model_class("vector_meson_portal") is VectorMesonPortal


def test_the_density_is_a_decay_of_what_mixes() -> None:
    """Int dk2 rho 4 pi alpha/f^2 |P|^2 is BR: with the meson's own propagator, over its peak."""
    meson = VECTOR_MESONS["J/psi"]
    model = VectorMesonPortal(meson="J/psi", dark_matter_mass=0.2, amplitude=0.1)
    half = meson.mass * meson.width

    def at(t: float) -> float:
        k2 = meson.mass**2 + half * math.tan(t)
        k = math.sqrt(k2)
        made = ALPHA / meson.strength * abs(complex(meson.propagator(k))) ** 2
        return float(model.spectral_density(k)) * made * half / math.cos(t) ** 2

    low = math.atan((0.5**2 - meson.mass**2) / half)
    found, _ = quad(at, low, math.atan(50.0), limit=200)
    # beyond the ends 1/(50 pi) and as much below are left out
    assert found == pytest.approx(0.01, rel=0.015)


@pytest.mark.parametrize(
    "model",
    [
        VectorMesonPortal(meson="phi", dark_matter_mass=0.1, amplitude=0.1),
        Millicharged(dark_matter_mass=0.1, kinetic_mixing=1e-3, dark_matter="dirac"),
    ],
)
def test_distances_go_with_masses(model: PhotonPortal) -> None:
    assert (
        model.propagator_squared(0.5, [0.25, 0.25]).tolist() == [model.propagator_squared(0.5)] * 2
    )
    assert model.propagator_squared([0.5, 0.5], 0.25).shape == (2,)
    with pytest.raises(RangeError, match="do not go together"):
        model.spectral_density([0.5, 0.6], [0.25, 0.36, 0.49])
    with pytest.raises(RangeError, match="distance"):
        model.spectral_density(0.5, math.nan)


def test_what_it_couples_to() -> None:
    model = VectorMesonPortal(meson="omega", dark_matter_mass=0.1, amplitude=0.1)
    assert model.lepton_coupling("electron") == 0
    mixing = model.at_virtual_mass(0.7)
    assert mixing.meson_couplings == {"omega": 1.0}
    assert (mixing.mediator_mass, mixing.lepton_coupling("muon")) == (0.7, 0.0)


def test_closed_decays_and_unknown_mesons_are_refused() -> None:
    with pytest.raises(
        RangeError, match=r"dark_matter_mass: 0.6 GeV is not below 0.50973 GeV; phi"
    ):
        VectorMesonPortal(meson="phi", dark_matter_mass=0.6, amplitude=0.1)
    with pytest.raises(RangeError, match="meson: 'psi' is not one of"):
        VectorMesonPortal(meson="psi", dark_matter_mass=0.1, amplitude=0.1)  # type: ignore[arg-type]
    with pytest.raises(RangeError, match="amplitude"):
        VectorMesonPortal(meson="rho", dark_matter_mass=0.1, amplitude=1.5)
