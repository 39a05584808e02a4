"""Bands of magnetic moments and thermal lines, which are drawn beside limits."""

import math
from collections.abc import Iterable

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.models.charged_vector import LMuMinusLTau
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import ScalarMediator
from scotopic.models.mediator import DecayingMediator
from scotopic.models.muonphilic import MuonphilicPseudoscalar, MuonphilicScalar
from scotopic.models.parameters import models_along
from scotopic.precision.bands import MUON_2021, MUON_2025, Deviation
from scotopic.search import exclusion_curve, load_experiment
from scotopic.search.overlays import moment_band, thermal_overlay, with_overlays
from scotopic.units import ALPHA

MASSES = [1e-3, 0.03, 0.3, 0.8]
PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3, dark_matter="complex_scalar"
)


def at(model: DecayingMediator, masses: Iterable[float]) -> list[DecayingMediator]:
    return models_along(model, "mediator_mass", masses)


def test_muon_band_of_the_review() -> None:
    """Eqs. 24 and 25: alpha' = (1.6 +- 0.4)e-8 light, (2.4 +- 0.5)e-8 m^2/m_mu^2 heavy.

    The band at one sigma, 251 +- 59; 5 % is the rounding of the coefficients, and 1.2 that of the
    half widths, given to one digit.
    """
    vector = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0)
    masses = np.array([1e-4, 8.0])
    band = moment_band(at(vector, masses), "gauge_coupling_squared", sigmas=1.0)
    scale = 1 / (4 * math.pi) / np.array([1, (8.0 / 0.10566) ** 2])
    centre = (band.lower + band.upper) / 2 * scale
    np.testing.assert_allclose(centre, [1.6e-8, 2.4e-8], rtol=0.05)
    half = (band.upper - band.lower) / 2 * scale
    np.testing.assert_allclose(half, [0.4e-8, 0.5e-8], rtol=0.2)


def test_projections_exclude_the_bands() -> None:
    """Review Fig. 14: NA64mu with 1e12 muons excludes both bands from 1 MeV to 1 GeV."""
    scalar = MuonphilicScalar(mediator_mass=0.1, muon_coupling=1.0, alpha_D=0.1, mass_ratio=3.0)
    vector = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0, alpha_D=0.1)
    for model in (scalar, vector):
        curve = exclusion_curve(load_experiment("na64mu-1e12"), model, MASSES)
        band = moment_band(at(model, curve.axis), curve.quantity)
        assert np.all(curve.limits() < band.lower)


def test_bands_that_do_not_exist() -> None:
    pseudoscalar = MuonphilicPseudoscalar(
        mediator_mass=0.1, muon_coupling=1.0, alpha_D=0.1, mass_ratio=3.0
    )
    with pytest.raises(RangeError, match="lowers the muon's magnetic moment"):
        moment_band([pseudoscalar], "muon_coupling")
    scalar = ScalarMediator(mediator_mass=0.1, electron_coupling=1, alpha_D=0.1, mass_ratio=3)
    with pytest.raises(RangeError, match="does not couple to muons"):
        moment_band([scalar], "electron_coupling")
    with pytest.raises(RangeError, match="does not follow from a coupling alone"):
        moment_band([PHOTON], "alpha_D")


def test_thermal_line_of_the_review() -> None:
    """Eq. 45: eps^2 alpha_D = k 1e-6 (m_chi/GeV)^2 (m_Z'^2/m_chi^2 - 4)^2 with k of order one.

    For m_chi from 1 to 100 MeV; k is nearly constant, because freeze-out depends logarithmically
    on the mass.
    """
    vector = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0, alpha_D=0.1)
    masses = np.array([3e-3, 0.03, 0.15])
    line = thermal_overlay(at(vector, masses), "gauge_coupling_squared")
    assert np.array_equal(line.lower, line.upper)
    squared = line.upper / (4 * math.pi * ALPHA)
    k = squared * 0.1 / (1e-6 * (masses / 3) ** 2 * 25)
    assert np.all((k > 0.3) & (k < 1.5))


def test_overlays_are_part_of_the_result() -> None:
    scalar = MuonphilicScalar(mediator_mass=0.1, muon_coupling=1.0, alpha_D=0.1, mass_ratio=3.0)
    curve = exclusion_curve(load_experiment("na64mu"), scalar, MASSES)
    shown = with_overlays(curve, scalar, muon_band=True)
    band = moment_band(at(scalar, MASSES), "muon_coupling")
    assert shown["beside"].tolist() == [band.label]
    np.testing.assert_array_equal(shown["beside_lower"], [band.lower])
    np.testing.assert_array_equal(shown["beside_upper"], [band.upper])
    np.testing.assert_array_equal(shown.limits(), curve.limits())
    assert with_overlays(curve, scalar) == curve != shown


def test_the_band_says_what_it_explains() -> None:
    vector = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1e-4)
    own = Deviation(lepton="muon", value=1e-9, uncertainty=1e-10, source="a test")
    labels = [moment_band([vector], "gauge_coupling", d).label for d in (MUON_2021, MUON_2025, own)]
    for label, name in zip(labels, ("2021", "2025", "own value"), strict=True):
        assert label == rf"$(g-2)_\mu$ ({name}), $\pm2\sigma$"
    curve = exclusion_curve(load_experiment("na64mu"), vector, [0.1])
    shown = with_overlays(curve, vector, muon_band=MUON_2025)
    assert shown["beside"].tolist() == labels[1:2]
    assert shown["beside_lower"].tolist() == [[0.0]]
