"""Beams of low energy: computed where the physics allows, refused with the reason elsewhere."""

import math
from pathlib import Path

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.experiments import Experiment
from scotopic.models.dark_photon import DarkPhoton
from scotopic.processes.calculation import Calculation
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.units import ELECTRON_MASS

MODEL = DarkPhoton(
    mediator_mass=0.01, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)


def card(folder: Path, energy: float, base: str = "na64e-2018", layers: str = "") -> Experiment:
    """A shipped card with a slower beam, its windows and resolutions scaled."""
    original = load_experiment(base)
    search, ratio = original.searches[0], energy / original.beam.energy_GeV
    windows = {k: v * ratio for k, v in search.selection.items() if isinstance(v, float)}
    keys = "".join(f"{k} = {v!r}\n" for k, v in windows.items())
    detector = search.selection.get("calorimeter", search.selection.get("spectrometer"))
    path = folder / "slow.toml"
    path.write_text(
        f'extends = "{base}"\ntitle = "slow"\n{layers}'
        f'[beam]\nenergy_GeV = {energy!r}\nsource = "x"\n'
        f'[[detectors]]\nname = "{detector}"\nsource = "x"\n'
        "energy_resolution = {stochastic = 0.0, constant = 0.03, noise_GeV = 0.0}\n"
        f'[[searches]]\nname = "{search.name}"\nsource = "x"\n[searches.selection]\n{keys}'
    )
    return load_experiment(path)


def test_a_beam_of_300_MeV(tmp_path: Path) -> None:
    # Bremsstrahlung goes as ln(1/delta)/m^2 up to a constant beside the logarithm, delta being the
    # larger of (m_e/m)^2 and (m/E)^2: Bjorken et al., Phys. Rev. D 80 (2009) 075018, appendix A.
    only = Calculation(processes=("bremsstrahlung",))
    fast, slow = (Search.of(card(tmp_path, energy), calculation=only) for energy in (3.0, 0.3))
    limits = [
        exclusion_curve(one, MODEL, [mass]).limits()[0]
        for one, mass in ((fast, 0.03), (slow, 0.003))
    ]
    logarithms = [2 * math.log(mass / ELECTRON_MASS) for mass in (0.03, 0.003)]
    expected = 0.1 * math.sqrt(logarithms[0] / logarithms[1])
    assert limits[1] / limits[0] == pytest.approx(expected, rel=0.15)


CARBON = '[target]\nlayers = [{material = "carbon", thickness_cm = 0.3}]\nsource = "x"\n'
REASONS = {
    "beam.energy_GeV: 0.01 is not between 0.06 and 500; the cascade leaves Compton scattering": (
        (0.01, "na64e-2018", "")
    ),
    "beam.energy_GeV: 3 is not above 5; slower muons are not followed": (3.0, "na64mu", ""),
    "Compton scattering, which is left out, is 4.8% of pair production here; at most 3%": (
        0.9,
        "na64e-2018",
        CARBON,
    ),
}


@pytest.mark.parametrize("reason", REASONS)
def test_the_reason_is_given(reason: str, tmp_path: Path) -> None:
    experiment = card(tmp_path, *REASONS[reason])
    with pytest.raises(RangeError) as caught:
        exclusion_curve(experiment, MODEL, [0.01])
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_card_may_have_1_MeV(tmp_path: Path) -> None:
    assert card(tmp_path, 1e-3).beam.energy_GeV == 1e-3
    assert np.isclose(card(tmp_path, 1e-3).beam.mass, 5.11e-4, rtol=1e-3)
