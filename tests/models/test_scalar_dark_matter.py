"""Dark matter behind a scalar: widths by explicit polarisation sums, strength, refusals."""

import math
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.errors import RangeError
from scotopic.models.dark_kinds import DARK_KINDS
from scotopic.models.electrophilic import ScalarMediator
from scotopic.models.muonphilic import MuonphilicScalar
from scotopic.models.parameters import parameter_of
from scotopic.words import ScalarDarkMatter

Array = npt.NDArray[np.float64]

METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
KINDS = get_args(ScalarDarkMatter)
UNITS = {"dirac": 0, "majorana": 0, "complex_scalar": 2, "real_scalar": 2}  # otherwise -2


def levi_civita() -> Array:
    found = np.zeros((4, 4, 4, 4))
    for one in np.ndindex(found.shape):
        if len(set(one)) == 4:
            found[one] = np.linalg.det(np.eye(4)[list(one)])
    return found


EPSILON = levi_civita()


def polarisations(momentum: Array, mass: float) -> list[Array]:
    """Two transverse ones and the longitudinal one, of a momentum along z."""
    energy, along = momentum[0], momentum[3]
    return [
        np.array([0.0, 1, 0, 0]),
        np.array([0.0, 0, 1, 0]),
        np.array([along, 0, 0, energy]) / mass,
    ]


def field_strength(momentum: Array, polarisation: Array) -> Array:
    """k_mu e_nu - k_nu e_mu with upper indices; the factors i cancel in |A|^2."""
    return np.outer(momentum, polarisation) - np.outer(polarisation, momentum)


def squared_amplitude(kind: ScalarDarkMatter, mass: float, dark_mass: float) -> float:
    """Sum of |A|^2 over the polarisations of the pair, for g = 1; equal fields count twice."""
    along = math.sqrt(mass**2 / 4 - dark_mass**2)
    first, second = (np.array([mass / 2, 0, 0, sign * along]) for sign in (1, -1))
    if kind.endswith("scalar"):
        return 1.0  # g S*S; (g/2) S^2 has two ways
    if kind in ("dirac", "majorana"):
        # sum over spins |ubar v|^2 = Tr[(p1 + m)(p2 - m)] = 4 (p1.p2 - m^2)
        return float(4 * (first @ METRIC @ second - dark_mass**2))
    total = 0.0
    for one in polarisations(first, dark_mass):
        for other in polarisations(second, dark_mass):
            here, there = field_strength(first, one), field_strength(second, other)
            lowered = METRIC @ there @ METRIC
            if kind == "vector_dual":
                lowered = np.einsum("abcd,cd->ab", EPSILON, there) / 2
            total += (2 / 4 * np.sum(here * lowered)) ** 2
    return total


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ratio", [2.2, 3.0, 50.0])
def test_widths_are_those_of_polarisation_sums(kind: ScalarDarkMatter, ratio: float) -> None:
    mass, strength = 0.3, 1e-3
    model = ScalarMediator(
        mediator_mass=mass,
        electron_coupling=1e-4,
        alpha_D=strength,
        mass_ratio=ratio,
        dark_matter=kind,
    )
    momentum = mass / 2 * math.sqrt(1 - 4 / ratio**2)
    identical = 2 if DARK_KINDS[kind].self_conjugate else 1
    amplitude = 4 * math.pi * strength * squared_amplitude(kind, mass, mass / ratio)
    expected = amplitude * momentum / (8 * math.pi * mass**2) / identical
    assert model.invisible_width == pytest.approx(expected, abs=0, rel=1e-12)
    # at any virtual mass, with a coupling that does not run
    assert float(model.dark_width_at(mass / ratio * 1.99)) == 0
    wide = 4 * math.pi * strength * squared_amplitude(kind, 1.0, mass / ratio)
    momentum = math.sqrt(0.25 - (mass / ratio) ** 2)
    expected = wide * momentum / (8 * math.pi) / identical
    assert float(model.dark_width_at(1.0)) == pytest.approx(expected, abs=0, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_partial_wave(kind: ScalarDarkMatter) -> None:
    """The width over the velocity tends to that of an s wave, or to zero."""
    model = ScalarMediator(
        mediator_mass=0.3, electron_coupling=1e-4, alpha_D=1e-3, mass_ratio=3, dark_matter=kind
    )
    near = 0.2 * (1 + 1e-7)
    found = float(model.dark_width_at(near)) / math.sqrt(1 - (0.2 / near) ** 2)
    scale = float(model.dark_width_at(0.3))
    assert found == pytest.approx(model.s_wave_width, rel=1e-6, abs=1e-5 * scale)
    assert (model.s_wave_width > 0) == (kind in ("complex_scalar", "real_scalar", "vector"))


@pytest.mark.parametrize("kind", KINDS)
def test_degrees_of_freedom(kind: ScalarDarkMatter) -> None:
    model = MuonphilicScalar(
        mediator_mass=1, muon_coupling=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter=kind
    )
    count = {"dirac": 4, "majorana": 2, "complex_scalar": 2, "real_scalar": 1}.get(kind, 3)
    (state,) = model.dark_states
    assert state.degrees_of_freedom == count
    assert state.self_conjugate == (kind not in ("dirac", "complex_scalar"))
    assert model.dark_matter_name == f"{DARK_KINDS[kind].name} dark matter"


@pytest.mark.parametrize("kind", [one for one in KINDS if one not in ("dirac", "majorana")])
def test_strength_at_the_mediator_mass(kind: ScalarDarkMatter) -> None:
    """alpha_D/m^2 for scalars, alpha_D m^2 for vectors is at most 1."""
    power = UNITS.get(kind, -2)

    def model(alpha_D: float) -> ScalarMediator:
        return ScalarMediator(
            mediator_mass=0.01,
            electron_coupling=1e-4,
            alpha_D=alpha_D,
            mass_ratio=3,
            dark_matter=kind,
        )

    assert model(0.01**power).not_perturbative == ""
    assert "alpha_D: " in model(1.01 * 0.01**power).not_perturbative
    assert "not perturbative" in model(1.01 * 0.01**power).not_perturbative
    assert parameter_of(model(1e-9), "alpha_D").unit == f"GeV^{power}"
    assert parameter_of(model(1e-9), "y").unit == f"GeV^{power}"
    assert parameter_of(model(1e-9), "mass_ratio").unit == "1"


def test_a_closed_decay_is_named() -> None:
    dark: dict[str, Any] = {"alpha_D": 0.1, "dark_matter": "majorana"}
    closed, opened = (
        ScalarMediator(mediator_mass=0.1, electron_coupling=1e-4, mass_ratio=ratio, **dark)
        for ratio in (1.9, 2.1)
    )
    assert "mass_ratio: 1.9 is not above 2" in closed.remark
    assert opened.remark == ""


def test_refusals() -> None:
    def model(**values: Any) -> ScalarMediator:
        usual: dict[str, Any] = {
            "mediator_mass": 0.1,
            "electron_coupling": 1e-4,
            "alpha_D": 0.1,
            "mass_ratio": 3.0,
        }
        return ScalarMediator(**(usual | values))

    with pytest.raises(RangeError, match=r"alpha_D: 1.5 means"):
        model(alpha_D=1.5)
    with pytest.raises(RangeError, match=r"dark_matter: 'vector_dua' .*did you mean 'vector_dual'"):
        model(dark_matter="vector_dua")
    with pytest.raises(RangeError, match=r"dark_matter: 'pseudo_dirac' is not one of dirac"):
        model(dark_matter="pseudo_dirac")
    with pytest.raises(RangeError, match=r"alpha_D: 1e.40"):
        model(alpha_D=1e40, dark_matter="vector")
