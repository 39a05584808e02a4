"""The literals of `scotopic.units` are those of CODATA and of the Particle Data Group."""

import pytest
import scipy.constants
from particle import Particle

from scotopic import units

CODATA = {
    "ALPHA": (scipy.constants.alpha, 1.0),
    "ATOMIC_MASS_UNIT": (
        scipy.constants.value("atomic mass constant energy equivalent in MeV"),
        1e-3,
    ),
    "PROTON_MAGNETIC_MOMENT": (
        scipy.constants.value("proton mag. mom. to nuclear magneton ratio"),
        1.0,
    ),
    "AVOGADRO": (scipy.constants.Avogadro, 1.0),
    "HBAR_C_GEV_CM": (
        scipy.constants.hbar * scipy.constants.c / scipy.constants.e,
        1e-9 * 1e2,
    ),
    "SPEED_OF_LIGHT_CM_PER_S": (scipy.constants.c, 1e2),
    "CLASSICAL_ELECTRON_RADIUS_CM": (scipy.constants.value("classical electron radius"), 1e2),
    "PLANCK_MASS": (scipy.constants.value("Planck mass energy equivalent in GeV"), 1.0),
}

MASSES = {
    "ELECTRON_MASS": 11,
    "MUON_MASS": 13,
    "TAU_MASS": 15,
    "PROTON_MASS": 2212,
    "CHARGED_PION_MASS": 211,
    "CHARGED_KAON_MASS": 321,
    "NEUTRAL_PION_MASS": 111,
}


# The libraries' releases follow CODATA and the PDG, whose revisions move the last digits; 1e-7
# tells a slip of the pen from a new edition, and the tau mass is known to 5e-5 only.
@pytest.mark.parametrize(("name", "value"), CODATA.items())
def test_constant_is_codata(name: str, value: tuple[float, float]) -> None:
    assert getattr(units, name) == pytest.approx(value[0] * value[1], rel=1e-7)


@pytest.mark.parametrize(("name", "pdg_id"), MASSES.items())
def test_mass_is_pdg(name: str, pdg_id: int) -> None:
    mass_MeV = Particle.from_pdgid(pdg_id).mass
    assert mass_MeV is not None
    tolerance = 5e-5 if name == "TAU_MASS" else 1e-6
    assert getattr(units, name) == pytest.approx(mass_MeV * 1e-3, rel=tolerance)


def test_width_of_the_kaon_is_pdg() -> None:
    width_MeV = Particle.from_pdgid(321).width
    assert width_MeV is not None
    assert pytest.approx(width_MeV * 1e-3, rel=1e-3, abs=0) == units.CHARGED_KAON_WIDTH


def test_classical_radius_follows_from_alpha() -> None:
    radius = units.ALPHA * units.HBAR_C_GEV_CM / units.ELECTRON_MASS
    assert radius == pytest.approx(units.CLASSICAL_ELECTRON_RADIUS_CM, rel=1e-9)


def test_gev2_is_389_microbarn() -> None:
    microbarn = units.GEV2_TO_CM2 * units.PB_PER_CM2 * 1e-6
    assert microbarn == pytest.approx(389.3794, rel=1e-6)
