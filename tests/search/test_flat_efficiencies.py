"""Efficiencies that are one number for all events are named in results."""

from pathlib import Path

import pytest

from scotopic.models.dark_photon import DarkPhoton
from scotopic.search import Search, exclusion_curve

CARDS = Path(__file__).parents[1] / "cards"
MODEL = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)


@pytest.mark.parametrize(
    ("card", "text"),
    [
        (str(CARDS / "na64e-flat.toml"), "0.5 without uncertainty, assumed for all but the window"),
        ("na64mu", "0.5 +- 0.15, assumed for all but the window of MS2, the geometry behind the"),
        ("na64mu-1e12", "0.5 without uncertainty, assumed for all but the window of MS2"),
        ("ldmx-4GeV", "0.5 +- 0.05, assumed for all but the window of recoil tracker, the"),
    ],
)
def test_what_is_assumed_is_said(card: str, text: str) -> None:
    (found,) = Search.of(card).flat_efficiencies
    assert f": flat efficiency {text}" in found
    assert found.endswith("MS2") == (card == "na64mu-1e12")


def test_searches_of_one_card_are_told_apart() -> None:
    found = Search.of("na64e-2018-semi-visible").flat_efficiencies
    assert [one.split(": ")[1] for one in found] == ["S1", "S2"]
    assert all("'pre-shower', decays in flight" in one for one in found)


def test_tables_and_whole_efficiencies_are_not_flat(tmp_path: Path) -> None:
    assert Search.of("na64e-visible-2017").flat_efficiencies == ()
    flat = CARDS / "na64e-flat.toml"
    card = Search.of(str(flat)).parts[0].card
    path = tmp_path / "table.toml"
    path.write_text(
        f'extends = "{flat}"\ntitle = "table"\n[[searches]]\nname = "{card.name}"\n'
        f'[[searches.data_sets]]\nname = "{card.data_sets[0].name}"\nsource = "made up"\n'
        "[searches.data_sets.signal_efficiency]\n"
        'against = "mediator_mass_GeV"\npoints = [[0.001, 0.4], [1.0, 0.5]]\n'
    )
    assert Search.of(str(path)).flat_efficiencies == ()


def test_results_and_tables_have_it(tmp_path: Path) -> None:
    found = exclusion_curve(str(CARDS / "na64e-flat.toml"), MODEL, [0.1, 0.2])
    (text,) = found.attributes["flat_efficiencies"]
    found.save(tmp_path / "out")
    assert f"# {text}\n" in (tmp_path / "out" / "limit.csv").read_text()
