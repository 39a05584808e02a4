"""Tensors as models: what they couple to, where they mean something, and their freeze-out."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.cosmology.annihilation import annihilation_cross_sections
from scotopic.cosmology.freeze_out import thermal_coupling
from scotopic.errors import RangeError
from scotopic.models.metadata import parameters
from scotopic.models.tensor import TensorMediator
from scotopic.production.annihilation import integrated_cross_section, resonance_energy
from scotopic.units import ELECTRON_MASS, GEV2_TO_CM2

DARK: dict[str, Any] = {"alpha_D": 1e-3, "mass_ratio": 3.0}
TENSOR = TensorMediator(mediator_mass=0.1, coupling_per_GeV=1e-3, **DARK)


def test_what_it_couples_to() -> None:
    assert TENSOR.couples_to == {"electron", "muon", "photon"}
    heavy = replace(TENSOR, mediator_mass=1.0)
    leptonic = replace(heavy, matter="leptons")
    assert leptonic.couples_to == {"electron", "muon"}
    assert (heavy.spin_parity, leptonic.spin_parity) == ("tensor", "leptonic_tensor")
    assert parameters(TensorMediator)["coupling_per_GeV"].column == "coupling_per_GeV"
    assert "hadrons" in heavy.remark
    assert not TENSOR.remark


def test_photons_are_twice_as_many_as_light_leptons() -> None:
    widths = replace(TENSOR, mediator_mass=1.0).partial_widths()
    assert widths["gamma gamma"] == pytest.approx(2 * widths["e+e-"], rel=1e-5)


def test_dark_coupling() -> None:
    assert TENSOR.dark_coupling_per_GeV * 0.1 == pytest.approx(math.sqrt(4 * math.pi * 1e-3))
    with pytest.raises(RangeError, match=r"alpha_D: 2 at 0\.1 GeV means k m = 5\.01, above"):
        replace(TENSOR, alpha_D=2.0)


def test_couplings_beyond_unitarity_are_refused() -> None:
    # It is k m that counts.
    assert replace(TENSOR, coupling_per_GeV=35.0)
    with pytest.raises(RangeError, match=r"coupling_per_GeV: 36 at 0\.1 GeV means k m = 3\.6,"):
        replace(TENSOR, coupling_per_GeV=36.0)


def test_leptons_alone_need_a_heavy_tensor() -> None:
    with pytest.raises(RangeError, match=r"'leptons' alone needs mediator_mass of at least 0\.5"):
        replace(TENSOR, matter="leptons")
    with pytest.raises(RangeError, match="matter: 'quarks' is not one of universal, leptons"):
        replace(TENSOR, matter="quarks")  # type: ignore[arg-type] # what is tested
    with pytest.raises(RangeError, match="dark_matter: 'pseudo_dirac' is not one of dirac"):
        replace(TENSOR, dark_matter="pseudo_dirac")  # type: ignore[arg-type] # what is tested


def test_virtual_masses_end_where_it_is_strong() -> None:
    strong = replace(TENSOR, alpha_D=0.25)
    assert (TENSOR.is_off_shell, strong.is_off_shell) == (False, True)
    assert strong.highest_virtual_mass == pytest.approx(0.4)
    assert "alpha_D: 0.25 makes the tensor strong above 4 times its mass" in strong.remark
    width = float(strong.dark_width_at(strong.highest_virtual_mass))
    assert width < 0.1 * strong.highest_virtual_mass  # unitarity of the partial wave asks for 1/2
    # heavy dark matter is out of reach of all that mean something
    assert not replace(strong, mass_ratio=0.4).is_off_shell


def test_resonance_counts_five_states() -> None:
    """Narrow: Int sigma ds = (2J + 1) 4 pi^2 Gamma_ee/m, all couplings to electrons 1 GeV^-1."""
    mass = 0.25
    narrow = replace(TENSOR, mediator_mass=mass, alpha_D=1e-6)
    centre = resonance_energy(mass)
    found = float(integrated_cross_section([0.8 * centre, 1.2 * centre], narrow)[0])
    electrons = mass**3 / (160 * math.pi)
    expected = 5 * 4 * math.pi**2 * electrons / mass / (2 * ELECTRON_MASS) * GEV2_TO_CM2
    assert found == pytest.approx(expected, rel=1e-4, abs=0)


@pytest.mark.parametrize(("kind", "power"), [("vector", 0), ("dirac", 1), ("complex_scalar", 2)])
def test_partial_waves_of_dark_matter(kind: Any, power: int) -> None:
    # sigma v goes as v^(2 l): vectors annihilate in s-waves, fermions in p-, scalars in d-waves.
    dark = replace(TENSOR, dark_matter=kind)
    threshold = dark.dark_threshold
    at = threshold * (1 + np.array([1e-4, 1e-3]))
    speed = np.sqrt(1 - (threshold / at) ** 2)
    sigma = annihilation_cross_sections(dark, at)["e+e-"] * speed
    slope = math.log(sigma[1] / sigma[0]) / math.log(speed[1] / speed[0])
    assert slope == pytest.approx(2 * power, abs=0.02)


class Electrophilic(TensorMediator):
    """A tensor of electrons alone, as one of the columns of the notes has it."""

    def visible_widths_at(self, mass: npt.ArrayLike) -> dict[str, npt.NDArray[np.float64]]:
        return {"e+e-": super().visible_widths_at(mass)["e+e-"]}


# Notes on spin 2: k m with k_X m = 1 and m = 3 m_DM, of electrons only and universal.
RELICS = [
    ("dirac", 0.01, 1.9e-4, 1.1e-4),
    ("dirac", 0.1, 2.2e-3, 1.27e-3),
    ("dirac", 1.0, None, 1.3e-2),
    ("complex_scalar", 0.01, 2.7e-4, 1.5e-4),
    ("complex_scalar", 0.1, 5.2e-3, 3.0e-3),
    ("complex_scalar", 1.0, None, 4.1e-2),
    ("vector", 0.01, 2.2e-5, 1.25e-5),
    ("vector", 0.1, 2.2e-4, 1.27e-4),
    ("vector", 1.0, 2.35e-3, 1.2e-3),
]


@pytest.mark.parametrize(("kind", "mass", "electrons", "universal"), RELICS)
def test_freeze_out(kind: Any, mass: float, electrons: float | None, universal: float) -> None:
    common: dict[str, Any] = {
        "mediator_mass": mass,
        "alpha_D": 1 / (4 * math.pi),
        "mass_ratio": 3.0,
    }
    for model, expected in ((Electrophilic, electrons), (TensorMediator, universal)):
        if expected is None:
            continue
        found = thermal_coupling(model(**common, coupling_per_GeV=1e-3, dark_matter=kind))
        assert found.kinetic_mixing * mass == pytest.approx(expected, rel=0.03, abs=0)
        assert ("hadrons" in "".join(found.abundance.caveats)) == (mass == 1.0)


def test_the_narrow_resonance_of_a_weak_dark_coupling_wins() -> None:
    # Off the resonance the product k k_X decides; on its thermal tail, the smaller width does.
    found = [
        thermal_coupling(replace(TENSOR, alpha_D=alpha_D)).kinetic_mixing * math.sqrt(alpha_D)
        for alpha_D in (1.0, 1e-1, 1e-4)
    ]
    assert found[1] == pytest.approx(found[0], rel=0.01)
    assert found[2] < 0.6 * found[0]
