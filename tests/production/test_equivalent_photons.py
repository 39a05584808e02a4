"""Photons that leptons carry, against their closed form and scipy's integral."""

import numpy as np
import pytest
from scipy.integrate import quad

from scotopic.production.equivalent_photons import equivalent_photons
from scotopic.units import ALPHA, MUON_MASS

MASSES = np.array([0.775, 3.097])


@pytest.mark.parametrize("x", [0.5, 0.9])
def test_it_is_the_integral(x: float) -> None:
    found = equivalent_photons(MUON_MASS, 160.0, 160.0 * x, MASSES)
    least = (MUON_MASS * x) ** 2 / (1 - x)
    for i, one in enumerate(MASSES):
        for j, other in enumerate(MASSES):

            def flux(log: float, one: float = one, other: float = other) -> float:
                q2 = np.exp(log)
                spectrum = (1 + (1 - x) ** 2) / 2 - (1 - x) * least / q2
                return float(spectrum / ((1 + q2 / one**2) * (1 + q2 / other**2)))

            integral, _ = quad(flux, np.log(least), np.log(1e6), epsrel=1e-9, limit=200)
            expected = ALPHA / np.pi * integral / (160.0 * x)
            assert found[i, j] == pytest.approx(expected, rel=1e-4, abs=0)


def test_heavy_mesons_see_the_logarithm_of_weizsaecker_and_williams() -> None:
    """(alpha/pi) (1 + (1 - x)^2)/(2x) [ln(M^2/Q_min^2) - 1] and the term with the lepton's mass."""
    x, mass = 0.5, 1e3
    least = (MUON_MASS * x) ** 2 / (1 - x)
    logarithm = np.log(mass**2 / least) - 1
    expected = ALPHA / np.pi * ((1 + (1 - x) ** 2) / 2 * logarithm - (1 - x)) / (x * 160.0)
    found = equivalent_photons(MUON_MASS, 160.0, 80.0, np.array([mass]))
    assert found[0, 0] == pytest.approx(expected, rel=1e-4, abs=0)


def test_nothing_above_the_lepton() -> None:
    assert equivalent_photons(MUON_MASS, 10.0, [5.0, 10.0, 12.0], MASSES)[0, 0, 1:].tolist() == [
        0,
        0,
    ]
