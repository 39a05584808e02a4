"""Freeze-out with co-annihilation behind a scalar, against an independent solution."""

import pytest

from scotopic.cosmology.freeze_out import thermal_coupling


@pytest.mark.parametrize(
    ("mass", "splitting", "expected"),
    [
        # two or three digits; R = 3, alpha_D = 0.1
        (0.01, 0.05, 4.5e-5),
        (0.01, 0.2, 1.03e-4),
        (0.01, 0.4, 3.06e-4),
        (0.1, 0.05, 5.3e-4),
        (0.1, 0.2, 1.5e-3),
        (0.1, 0.4, 6.4e-3),
        (1.0, 0.05, 3.3e-5),  # muons
        (1.0, 0.2, 1.2e-4),
        (1.0, 0.4, 7.0e-4),
    ],
)
def test_thermal_coupling(mass: float, splitting: float, expected: float) -> None:
    found = thermal_coupling(
        "scalar_portal_inelastic",
        mediator_mass=mass,
        alpha_D=0.1,
        mass_ratio=3,
        splitting=splitting,
    )
    assert found.kinetic_mixing == pytest.approx(expected, abs=0, rel=0.03)
