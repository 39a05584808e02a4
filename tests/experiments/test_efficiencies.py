"""Efficiencies as tables: what a card may say, and files read kindly."""

from pathlib import Path

import numpy as np
import pytest

from scotopic.errors import CardError
from scotopic.experiments import DataSet
from scotopic.experiments.efficiencies import EfficiencyTable
from scotopic.search import experiment_card, load_experiment

HEAD = 'extends = "na64e-2018"\ntitle = "mine"\n[[searches]]\nname = "invisible"\n'
MINE = HEAD + (
    '[[searches.data_sets]]\nname = "2016-2018"\nsource = "mine"\nsignal_efficiency = {table}\n'
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(table: str) -> DataSet:
    Path("my.toml").write_text(MINE.replace("{table}", table))
    return load_experiment("my.toml").searches[0].data_sets[0]


def refused(table: str) -> str:
    with pytest.raises(CardError) as caught:
        load(table)
    return str(caught.value)


def points(table: str) -> tuple[tuple[float, float], ...]:
    found = load(table).efficiency_table
    assert found is not None
    return found.points


OVER_ENERGY = '{against = "mediator_energy_GeV", points = [[50, 0.2], [75, 0.6], [100, 0.4]]}'


def test_between_points_it_is_a_straight_line_and_beyond_the_ends_constant() -> None:
    table = load(OVER_ENERGY).efficiency_table
    assert table is not None
    np.testing.assert_allclose(
        table.at([40, 50, 62.5, 75, 100, 120]), [0.2, 0.2, 0.4, 0.6, 0.4, 0.4]
    )


def test_the_largest_entry_is_the_reference() -> None:
    data = load(OVER_ENERGY)
    assert data.largest_efficiency == 0.6
    table = data.efficiency_table
    assert table is not None
    assert table.relative().points == ((50, 0.2 / 0.6), (75, 1), (100, 0.4 / 0.6))


def test_a_number_has_no_table() -> None:
    assert load("0.4").efficiency_table is None
    assert load("0.4").largest_efficiency == 0.4


FILES = {
    "commas": "50,0.2\n75,0.6\n100,0.4\n",
    "a header": "E_GeV,efficiency\n50,0.2\n75,0.6\n100,0.4",
    "semicolons and blanks": "50 ; 0.2\n75; 0.6\n\n100;0.4\n",
    "blanks and comments": "# of 2018\n  50  2e-1  # first\n\t75\t6e-1\n100 .4\n",
    "Windows": "\ufeffE,eff\r\n50,0.2\r\n75,0.6\r\n100,0.4\r\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_file_is_read_as_it_comes(text: str) -> None:
    Path("eff.csv").write_bytes(text.encode())
    found = points('{against = "mediator_energy_GeV", file = "eff.csv"}')
    assert found == ((50, 0.2), (75, 0.6), (100, 0.4))


def test_columns_are_chosen_and_converted() -> None:
    Path("eff.csv").write_text("eff;error;E [MeV]\n60,0;1;75e3\n20,0;1;50e3\n40,0;1;1e5\n")
    found = points(
        '{against = "mediator_energy_GeV", file = "eff.csv", decimal_comma = true,'
        ' x = {column = "E [MeV]", unit = "MeV"}, y = {column = 1, factor = 0.01}}'
    )
    np.testing.assert_allclose(found, [(50, 0.2), (75, 0.6), (100, 0.4)], rtol=1e-12)


def test_a_header_in_another_encoding() -> None:
    Path("eff.csv").write_bytes("énergie;η\n50;0.2\n100;0.4\n".encode("latin-1", "replace"))
    assert points('{against = "mediator_energy_GeV", file = "eff.csv"}') == ((50, 0.2), (100, 0.4))


def test_what_the_file_says_becomes_the_card(tmp_path: Path) -> None:
    Path("eff.csv").write_text(FILES["commas"])
    table = '{against = "mediator_energy_GeV", file = "eff.csv"}'
    load(table)
    first = load_experiment("my.toml")
    Path("whole.toml").write_text(experiment_card("my.toml"))
    assert load_experiment(tmp_path / "whole.toml") == first
    Path("eff.csv").write_text(FILES["commas"].replace("0.6", "0.7"))
    assert load_experiment("my.toml").fingerprint != first.fingerprint


def test_a_file_lies_beside_the_card_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "eff.csv").write_text(FILES["commas"])
    text = MINE.replace("{table}", '{against = "mediator_energy_GeV", file = "eff.csv"}')
    (tmp_path / "sub" / "base.toml").write_text(text)
    Path("next.toml").write_text('extends = "sub/base.toml"\ntitle = "next"\n')
    assert load_experiment("next.toml").searches[0].data_sets[0].largest_efficiency == 0.6


WHERE = "my.toml: searches[0].data_sets[0].signal_efficiency"
REFUSED = {
    '"0.5"': f"{WHERE}: '0.5' is not a number",
    "true": f"{WHERE}: true is not a number",
    "{}": f"{WHERE}.against: missing; it has no default",
    '{against = "energy", points = [[1, 0.1], [2, 0.2]]}': (
        f"{WHERE}.against: 'energy' is not one of 'mediator_energy_GeV', 'mediator_mass_GeV' or "
        "'decay_position_cm'"
    ),
    '{against = "mediator_mass_GeV", point = [[1, 0.1], [2, 0.2]]}': (
        f"{WHERE}.point: unknown key; did you mean 'points'?"
    ),
    '{against = "mediator_mass_GeV", points = [[1, 0.1]]}': (
        f"{WHERE}.points: 1 entries; at least 2 are needed"
    ),
    '{against = "mediator_mass_GeV", points = [[1, 0.1], [1, 0.2]]}': (
        f"{WHERE}.points[1][0]: 1.0 is not above 1.0 before it"
    ),
    '{against = "mediator_mass_GeV", points = [[1, 0.1], [2, 20]]}': (
        f"{WHERE}.points[1][1]: 20 is above 1, the largest allowed"
    ),
    '{against = "mediator_mass_GeV", points = [[1, 0], [2, 0]]}': (
        f"{WHERE}.points: all efficiencies are 0"
    ),
    '{against = "decay_position_cm", points = [[0, 0.1], [2, 0.2]]}': (
        f"{WHERE}.against: 'decay_position_cm' is not for data sets; the efficiency for places of "
        "decay is searches[].selection.regions[].efficiency of 'decay-in-flight'"
    ),
    '{against = "mediator_energy_GeV", points = [[60, 0.1], [100, 0.2]]}': (
        f"{WHERE}.points: energies from 60 to 100 GeV do not cover the accepted ones, from 50 to "
        "100 GeV"
    ),
    '{against = "mediator_mass_GeV", file = "no.csv"}': (
        f"{WHERE}.file: no.csv: cannot be read: No such file or directory"
    ),
    '{against = "mediator_mass_GeV", file = "no.csv", points = [[1, 0.1], [2, 0.2]]}': (
        f"{WHERE}.points: does not go together with file"
    ),
    '{against = "mediator_mass_GeV", file = "three.csv"}': (
        f"{WHERE}.file: three.csv: line 2: '1,0.1,0.2' has 3 columns, those above have 2"
    ),
    '{against = "mediator_mass_GeV", file = "per_cent.csv"}': (
        f"{WHERE}.file: per_cent.csv: line 2: 10 is no efficiency, from 0 to 1; for per cent say"
        " y.factor = 0.01"
    ),
    '{against = "mediator_mass_GeV", file = "twice.csv"}': (
        f"{WHERE}.file: twice.csv: line 3: 1 is there already"
    ),
    '{against = "mediator_mass_GeV", file = "per_cent.csv", x = {unit = "cm"}}': (
        f"{WHERE}.x.unit: 'cm' is no unit of it; known: eV, keV, MeV, GeV, TeV"
    ),
    '{against = "mediator_mass_GeV", points = [[1, 0.1], [2, 0.2]], x = {unit = "MeV"}}': (
        f"{WHERE}.x: is about a file, and there is none"
    ),
    '{against = "mediator_mass_GeV", points = [[1], [2, 0.2]]}': (
        f"{WHERE}.points[0][1]: missing; it has no default"
    ),
    '{against = "mediator_mass_GeV", file = "words.csv"}': (
        f"{WHERE}.file: words.csv: no line has numbers"
    ),
    '{against = "mediator_mass_GeV", file = "nan.csv"}': (
        f"{WHERE}.file: nan.csv: line 1: 'nan' is not a finite number"
    ),
}


@pytest.mark.parametrize("table", REFUSED)
def test_refused(table: str) -> None:
    Path("three.csv").write_text("1,0.1\n1,0.1,0.2\n")
    Path("per_cent.csv").write_text("m eff\n1 10\n2 20\n")
    Path("twice.csv").write_text("1,0.1\n2,0.1\n1,0.2\n")
    Path("words.csv").write_text("none,at all\n")
    Path("nan.csv").write_text("1,nan\n2,0.1\n")
    assert refused(table) == REFUSED[table]


def region(efficiency: str) -> str:
    return (
        'extends = "na64e-visible-2017"\ntitle = "mine"\n'
        'replace = ["searches[visible].selection.regions[before the ECAL].efficiency"]\n'
        '[[searches]]\nname = "visible"\nsource = "mine"\n'
        '[[searches.selection.regions]]\nname = "before the ECAL"\nsource = "mine"\n'
        f"efficiency = {efficiency}\n"
    )


def test_a_region_takes_a_file_or_a_number() -> None:
    Path("along.csv").write_text("0,0.0\n10,0.44\n")
    Path("my.toml").write_text(region('{against = "decay_position_cm", file = "along.csv"}'))
    shipped = load_experiment("na64e-visible-2017").searches[0].selection
    mine = load_experiment("my.toml").searches[0].selection
    assert mine["regions"][0]["efficiency"] == shipped["regions"][0]["efficiency"]
    Path("my.toml").write_text(region("0.3"))
    assert load_experiment("my.toml").searches[0].selection["regions"][0]["efficiency"] == 0.3


REGION = "my.toml: searches[0].selection.regions[0].efficiency"
REFUSED_ALONG = {
    '{against = "mediator_mass_GeV", points = [[0, 0.1], [2, 0.2]]}': (
        f"{REGION}.against: 'mediator_mass_GeV' is not the place of decay, 'decay_position_cm'"
    ),
    '{against = "decay_position_cm", points = [[1, 0.1], [2, 0.2]]}': (
        f"{REGION}.points[0][0]: 1.0 is not 0"
    ),
    '{against = "decay_position_cm", points = [[0, 0.1], [400, 0.2]]}': (
        f"{REGION}.points[1][0]: 400.0 is above length_cm = 350.0"
    ),
    "1.5": f"{REGION}: 1.5 is above 1, the largest allowed",
}


@pytest.mark.parametrize("efficiency", REFUSED_ALONG)
def test_refused_along_a_region(efficiency: str) -> None:
    Path("my.toml").write_text(region(efficiency))
    with pytest.raises(CardError) as caught:
        load_experiment("my.toml")
    assert str(caught.value) == REFUSED_ALONG[efficiency]


def test_tables_are_values() -> None:
    one, other = (
        EfficiencyTable(against="mediator_mass_GeV", points=((1, 0.1), (2, 0.2))) for _ in "ab"
    )
    assert one == other
    assert hash(one) == hash(other)
