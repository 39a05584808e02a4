"""Beams of low energy: computed where the physics allows, refused with the reason elsewhere."""

import math

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.experiments import Experiment
from scotopic.models.dark_photon import DarkPhoton
from scotopic.processes.calculation import Calculation
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.search.cards import checked
from scotopic.units import ELECTRON_MASS

MODEL = DarkPhoton(
    mediator_mass=0.01, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)


def card(
    energy: float, base: str = "na64e-2018", layers: "list[dict[str, object]] | None" = None
) -> Experiment:
    """A shipped card with a slower beam, its windows, vetoes and resolutions scaled, alone."""
    content = load_experiment(base).content()
    selection, ratio = content["searches"][0]["selection"], energy / content["beam"]["energy_GeV"]
    content["beam"]["energy_GeV"] = energy
    selection.pop("segments", None)
    for table in (selection, *selection.get("vetoes", ())):
        table |= {name: v * ratio for name, v in table.items() if isinstance(v, float)}
        table.pop("maximum_energy_range_GeV", None)
    measures = selection.get("calorimeter", selection.get("spectrometer"))
    for detector in content["detectors"]:
        if detector["name"] == measures:
            resolution = {"stochastic": 0.0, "constant": 0.03, "noise_GeV": 0.0}
            detector["energy_resolution"] = resolution
    if layers:
        content["target"]["layers"] = layers
    return checked(Experiment.model_validate(content))


def test_a_beam_of_300_MeV() -> None:
    # Bremsstrahlung goes as ln(1/delta)/m^2 up to a constant beside the logarithm, delta being the
    # larger of (m_e/m)^2 and (m/E)^2: Bjorken et al., Phys. Rev. D 80 (2009) 075018, appendix A.
    only = Calculation(processes=("bremsstrahlung",))
    fast, slow = (Search.of(card(energy), calculation=only) for energy in (3.0, 0.3))
    limits = [
        exclusion_curve(one, MODEL, [mass]).limits()[0]
        for one, mass in ((fast, 0.03), (slow, 0.003))
    ]
    logarithms = [2 * math.log(mass / ELECTRON_MASS) for mass in (0.03, 0.003)]
    expected = 0.1 * math.sqrt(logarithms[0] / logarithms[1])
    assert limits[1] / limits[0] == pytest.approx(expected, rel=0.15)


CARBON: list[dict[str, object]] = [{"material": "carbon", "thickness_cm": 0.3}]
REASONS: dict[str, tuple[float, str, list[dict[str, object]] | None]] = {
    "beam.energy_GeV: 0.01 is not between 0.06 and 500; the cascade leaves Compton scattering": (
        (0.01, "na64e-2018", None)
    ),
    "beam.energy_GeV: 3 is not above 5; slower muons are not followed": (3.0, "na64mu", None),
    "Compton scattering, which is left out, is 4.8% of pair production here; at most 3%": (
        0.9,
        "na64e-2018",
        CARBON,
    ),
}


@pytest.mark.parametrize("reason", REASONS)
def test_the_reason_is_given(reason: str) -> None:
    experiment = card(*REASONS[reason])
    with pytest.raises(RangeError) as caught:
        exclusion_curve(experiment, MODEL, [0.01])
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_card_may_have_1_MeV() -> None:
    assert card(1e-3).beam.energy_GeV == 1e-3
    assert np.isclose(card(1e-3).beam.mass, 5.11e-4, rtol=1e-3)
