"""Axion-like particles: width, lifetime, errors."""

import math

import pytest

from scotopic.errors import RangeError
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.units import SPEED_OF_LIGHT_CM_PER_S


def test_the_neutral_pion_has_this_width() -> None:
    """g = alpha/(pi f_pi) is the pion's coupling: 7.73 eV at leading order (f_pi = 92.2 MeV)."""
    g = 1 / (137.036 * math.pi * 0.0922)
    pion = AxionLikeParticle(mediator_mass=0.1349768, photon_coupling=g)
    # f_pi is given to 0.1 %, which counts twice
    assert pion.total_width * 1e9 == pytest.approx(7.75, rel=5e-3, abs=0)


def test_decay_length_is_boosted_lifetime() -> None:
    alp = AxionLikeParticle(mediator_mass=0.03, photon_coupling=1e-3)
    boost = (60.0**2 / 0.03**2 - 1) ** 0.5
    expected = boost * alp.lifetime_s * SPEED_OF_LIGHT_CM_PER_S
    assert float(alp.decay_length_cm(60.0)) == pytest.approx(expected, rel=1e-12, abs=0)


def test_errors() -> None:
    with pytest.raises(RangeError, match=r"photon_coupling: 0.0 is not positive"):
        AxionLikeParticle(mediator_mass=0.1, photon_coupling=0)
    with pytest.raises(RangeError, match="parity: 'odd' is not one of pseudoscalar, scalar"):
        AxionLikeParticle(mediator_mass=0.1, photon_coupling=1, parity="odd")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(RangeError, match=r"energy: 0\.05 GeV is not above the mass"):
        AxionLikeParticle(mediator_mass=0.1, photon_coupling=1).decay_length_cm(0.05)
