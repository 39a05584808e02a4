"""Scalar, pseudoscalar and axial-vector mediators: widths, refusals, magnetic moments."""

import math
from typing import TYPE_CHECKING

import pytest
from scipy.integrate import quad

from scotopic.errors import RangeError
from scotopic.models.electrophilic import (
    AxialVectorMediator,
    ElectrophilicMediator,
    PseudoscalarMediator,
    ScalarMediator,
)
from scotopic.precision.magnetic_moments import moment_of
from scotopic.units import ALPHA, ELECTRON_MASS

if TYPE_CHECKING:
    from scotopic.models.mediator import DecayingMediator

KINDS = (ScalarMediator, PseudoscalarMediator, AxialVectorMediator)


def make(kind: type[ElectrophilicMediator], **changes: float) -> ElectrophilicMediator:
    usual = {"mediator_mass": 0.1, "electron_coupling": 1e-4, "alpha_D": 0.1, "mass_ratio": 3.0}
    return kind(**(usual | changes))


@pytest.mark.parametrize(
    ("kind", "spins", "power"),
    [(ScalarMediator, 2, 1.5), (PseudoscalarMediator, 2, 0.5), (AxialVectorMediator, 3, 1.5)],
)
def test_widths(kind: type[ElectrophilicMediator], spins: int, power: float) -> None:
    """PHYSICS notes, section 8: alpha m/2 or /3 times a power of 1 - 4 r^2."""
    model: DecayingMediator = make(kind)
    widths = model.partial_widths()
    assert set(widths) == {"e+e-", "dark matter"}
    dark = 0.1 * 0.1 / spins * (1 - 4 / 9) ** power
    r2 = (ELECTRON_MASS / 0.1) ** 2
    visible = 1e-8 * ALPHA * 0.1 / spins * (1 - 4 * r2) ** power
    assert widths["dark matter"] == pytest.approx(dark, abs=0, rel=1e-13)
    assert widths["e+e-"] == pytest.approx(visible, abs=0, rel=1e-13)
    assert model.lepton_coupling("electron") == 1e-4
    assert model.lepton_coupling("muon") == 0


@pytest.mark.parametrize("kind", KINDS)
def test_visible_mediator(kind: type[ElectrophilicMediator]) -> None:
    model = make(kind, alpha_D=0.0)
    assert model.branching_ratio("e+e-") == 1
    assert not model.leaves_no_trace


@pytest.mark.parametrize("kind", KINDS)
def test_magnetic_moment_by_quadrature(kind: type[ElectrophilicMediator]) -> None:
    """PHYSICS notes, section 11, integrated by scipy; 1e-6 is asked for."""
    numerators = {
        "scalar": lambda z, _: (1 - z) ** 2 * (1 + z),
        "pseudoscalar": lambda z, _: -((1 - z) ** 3),
        "axial_vector": lambda z, x: -2 * z * (1 - z) * (3 + z) - 4 * (1 - z) ** 3 / x**2,
    }
    for mass in (0.001, 0.01, 1.0):
        model = make(kind, mediator_mass=mass)
        x, g2 = mass / ELECTRON_MASS, 1e-8 * 4 * math.pi * ALPHA
        numerator = numerators[model.spin_parity]
        peak = 1 - 1 / (1 + x)
        value, _ = quad(
            lambda z, x=x, f=numerator: f(z, x) / ((1 - z) ** 2 + z * x**2),
            0,
            1,
            points=[peak, 1 / x**2 if x > 1 else 0.5],
            epsabs=0,
            epsrel=1e-10,
            limit=200,
        )
        expected = g2 / (8 * math.pi**2) * value
        assert moment_of(model, "electron") == pytest.approx(expected, abs=0, rel=1e-6)
    assert moment_of(make(kind), "muon") == 0


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        (ScalarMediator, {"mediator_mass": 1e-3, "alpha_D": 0.0}, "mediator_mass: .*nothing"),
        (PseudoscalarMediator, {"mediator_mass": 1e-3, "mass_ratio": 2.0}, "nothing to decay"),
        (AxialVectorMediator, {"mediator_mass": 5e-4}, "must not be lighter"),
        (AxialVectorMediator, {"alpha_D": 1.0, "mass_ratio": 2.5}, "alpha_D: .*unitarity"),
        (ScalarMediator, {"alpha_D": 1.5}, "alpha_D: .*not perturbative"),
        (ScalarMediator, {"electron_coupling": 20.0}, "electron_coupling: .*not perturbative"),
        (ScalarMediator, {"electron_coupling": math.nan}, "electron_coupling"),
        (ScalarMediator, {"mediator_mass": -1.0}, "mediator_mass"),
    ],
)
def test_refusals(
    kind: type[ElectrophilicMediator], changes: dict[str, float], message: str
) -> None:
    with pytest.raises(RangeError, match=message):
        make(kind, **changes)
