"""Efficiencies as tables in limits: against numbers, harder cuts, and each other.

No events and no background allow 2.3026 events: limits go as the square root of the yield, which
must not depend on which of two equal ways a card is written in.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cards.simple import WINDOW

from scotopic.experiments import Experiment
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.signatures.base import dump_of

FAST = Calculation(processes=("bremsstrahlung",), events=2000)
MODEL = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)
INELASTIC = InelasticDarkMatter(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, splitting=0.4
)
PERFECT = """
[beam]
relative_momentum_spread = 0.0
source = "exact"
[[detectors]]
name = "ECAL"
source = "exact"
energy_resolution = {stochastic = 0.0, constant = 0.0, noise_GeV = 0.0}
"""
DATA = """
[[searches.data_sets]]
name = "NAME"
kind = "projection"
particles_on_target = POT
signal_efficiency = EFFICIENCY
signal_efficiency_uncertainty = 0.0
background = []
source = "made up"
"""


def energy(*points: list[float]) -> str:
    return f'{{against = "mediator_energy_GeV", points = {list(points)}}}'


def mass(*points: list[float]) -> str:
    return f'{{against = "mediator_mass_GeV", points = {list(points)}}}'


class Cards:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self,
        *efficiencies: str,
        pot: float = 1e11,
        base: str | Path = WINDOW,
        head: str = "",
        own: str = "",
    ) -> Experiment:
        search = load_experiment(base).searches[0].name
        text = f'extends = "{base}"\ntitle = "mine"\nreplace = ["searches[{search}].data_sets"]\n'
        text += head + f'[[searches]]\nname = "{search}"\nsystematics = []\nsource = "mine"\n' + own
        for i, efficiency in enumerate(efficiencies):
            one = DATA.replace("NAME", str(i)).replace("POT", repr(pot))
            text += one.replace("EFFICIENCY", efficiency)
        path = self.folder / "mine.toml"
        path.write_text(text)
        return load_experiment(path)


@pytest.fixture
def cards(tmp_path: Path) -> Cards:
    return Cards(tmp_path)


def limit(experiment: Experiment, model: Any = MODEL, at: float = 0.1) -> float:
    search = Search.of(experiment, calculation=FAST)
    return float(exclusion_curve(search, model, [at]).limits()[0])


def test_a_constant_table_is_a_number(cards: Cards) -> None:
    number = limit(cards("0.3"))
    assert limit(cards(energy([0, 0.3], [100, 0.3]))) == pytest.approx(number, rel=1e-9)
    assert limit(cards(mass([0.001, 0.3], [1, 0.3]))) == pytest.approx(number, rel=1e-9)


def test_a_step_over_the_energy_is_a_harder_cut(cards: Cards) -> None:
    # 70 GeV of missing energy in place of 50; the step is 1e-4 GeV wide. A jump between the nodes
    # of the shower's energy costs some 1e-4.
    step = energy([40, 0.0], [70, 0.0], [70.0001, 0.5], [100, 0.5])
    harder = "selection = {maximum_calorimeter_energy_GeV = 30.0}\n"
    expected = limit(cards("0.5", head=PERFECT, own=harder))
    assert limit(cards(step, head=PERFECT)) == pytest.approx(expected, rel=5e-4)


def test_a_line_over_the_energy_weighs_the_spectrum(cards: Cards) -> None:
    whole = cards("1.0", head=PERFECT)
    line = cards(energy([50, 0.0], [100, 1.0]), head=PERFECT)
    dump = dump_of(whole)
    edges = np.array([0.0, whole.target.thickness_X0])
    (made,) = PROCESSES["bremsstrahlung"].produced(dump, [MODEL], 50.0, edges, FAST)
    spectrum = made.yields.sum(axis=0)  # in 100 bins, whose midpoints leave 1e-4
    expected = spectrum @ (made.energies - 50) / 50 / spectrum.sum()
    assert (limit(whole) / limit(line)) ** 2 == pytest.approx(expected, rel=1e-3)


def test_a_table_over_the_mass_is_the_number_at_the_mass(cards: Cards) -> None:
    table = cards(mass([0.01, 0.2], [0.1, 0.5], [0.3, 0.1]))
    assert limit(table, at=0.1) == pytest.approx(limit(cards("0.5"), at=0.1), rel=1e-9)
    assert limit(table, at=0.2) == pytest.approx(limit(cards("0.3"), at=0.2), rel=1e-9)


def test_a_mass_beyond_the_table_is_refused_in_words(cards: Cards) -> None:
    search = Search.of(cards(mass([0.01, 0.2], [0.3, 0.1])), calculation=FAST)
    found = exclusion_curve(search, MODEL, [0.1, 0.5])
    words = found.variables["status"].values[0].tolist()
    assert words == [
        "limit",
        "mediator_mass: 0.5 GeV is outside of the signal_efficiency of mine, 0.01 to 0.3 GeV",
    ]
    assert np.isnan(found.limits()[1])


def test_data_sets_of_different_tables_add_up(cards: Cards) -> None:
    constant = energy([0, 0.5], [100, 0.5])
    both = cards("0.5", constant, pot=0.5e11)
    assert len(Search.of(both).parts) == 2
    assert limit(both) == pytest.approx(limit(cards("0.5")), rel=1e-6)
    three = cards("0.5", constant, mass([0.01, 0.5], [1, 0.5]), pot=1e11 / 3)
    assert limit(three) == pytest.approx(limit(cards("0.5")), rel=1e-6)


def test_data_sets_of_one_table_are_one_part(cards: Cards) -> None:
    table = energy([50, 0.25], [100, 0.5])
    half = energy([50, 0.125], [100, 0.25])
    assert len(Search.of(cards(table, half)).parts) == 1
    # twice the particles at half of the efficiency are the same data
    one, two = cards(table, pot=1e11), cards(half, half, pot=1e11)
    assert limit(two) == pytest.approx(limit(one), rel=1e-9)


def test_labels_tell_the_parts_of_a_search(cards: Cards) -> None:
    search = Search.of(cards("0.5", energy([50, 0.25], [100, 0.5]), "0.4"))
    assert [part.label for part in search.parts] == ["mine, 0 + 2", "mine, 1"]


def test_simulated_events_are_weighted(cards: Cards) -> None:
    number = limit(cards("0.3"), INELASTIC)
    constant = limit(cards(energy([0, 0.3], [100, 0.3])), INELASTIC)
    assert constant == pytest.approx(number, rel=1e-9)
    step = energy([40, 0.0], [70, 0.0], [70.0001, 0.3], [100, 0.3])
    harder = "selection = {maximum_calorimeter_energy_GeV = 30.0}\n"
    expected = limit(cards("0.3", head=PERFECT, own=harder), INELASTIC)
    # different events: 2000 of them are known to some percent, limits to half of that
    assert limit(cards(step, head=PERFECT), INELASTIC) == pytest.approx(expected, rel=0.05)
    assert expected > 1.1 * number


def test_flights_are_weighted(cards: Cards) -> None:
    alp = AxionLikeParticle(mediator_mass=0.02, photon_coupling=1.0)

    def edge(efficiency: str, least: str = "") -> float:
        own = f"[searches.selection]\nregions = {least}\n" if least else ""
        experiment = cards(efficiency, pot=1e12, base="na64e-alp", own=own)
        search = Search.of(experiment)
        return float(exclusion_curve(search, alp, [0.02]).variables["lower"].values[0, 0, 0, 0])

    number = edge("0.45")
    assert edge(energy([0, 0.45], [100, 0.45])) == pytest.approx(number, rel=1e-9)
    names = ("HCAL2 and HCAL3", "behind the set-up")
    both = ", ".join(
        f'{{name = "{n}", minimum_energy_GeV = 60.0, source = "harder"}}' for n in names
    )
    step = energy([0, 0.0], [60, 0.0], [60.0001, 0.45], [100, 0.45])
    # a step inside a bin of energy: 1/100 of the range, some permille of the limit
    assert edge(step) == pytest.approx(edge("0.45", f"[{both}]"), rel=0.01)
