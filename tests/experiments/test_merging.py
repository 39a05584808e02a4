"""Cards that extend others."""

from pathlib import Path

import pytest

from scotopic.errors import CardError
from scotopic.experiments import Experiment
from scotopic.search import load_experiment

HEAD = 'extends = "na64e-2018"\ntitle = "mine"\n'
SEARCH = '[[searches]]\nname = "invisible"\n'
DATA = """
[[searches.data_sets]]
name = "dream"
kind = "projection"
particles_on_target = 1e13
signal_efficiency = 0.4
signal_efficiency_uncertainty = 0.0
background = []
source = "made up"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(text: str) -> Experiment:
    Path("my.toml").write_text(text)
    return load_experiment("my.toml")


def refused(text: str) -> str:
    with pytest.raises(CardError) as caught:
        load(text)
    assert str(caught.value).isprintable()
    return str(caught.value)


@pytest.mark.usefixtures("folder")
class TestMerging:
    base = load_experiment("na64e-2018")

    def test_changes_only_what_differs(self) -> None:
        mine = load(HEAD + '[beam]\nenergy_GeV = 150.0\nsource = "an idea"')
        assert mine.beam.energy_GeV == 150
        assert mine.beam.particle == "e-"
        assert mine.target == self.base.target
        assert mine.searches == self.base.searches

    def test_title_and_description_are_not_inherited(self) -> None:
        assert load(HEAD).description == ""
        assert load(HEAD).title == "mine"
        expected = "my.toml: title: missing; it has no default"
        assert refused('extends = "na64e-2018"') == expected

    def test_named_entries_merge_by_name(self) -> None:
        mine = load(
            HEAD
            + '[[detectors]]\nname = "HCAL1"\nlength_cm = 50.0\nsource = "compact"\n'
            + '[[detectors]]\nname = "LAST"\nkind = "veto counter"\nposition_cm = 600\n'
            + 'length_cm = 1\nsource = "new"\n'
        )
        assert [d.name for d in mine.detectors] == [
            *(d.name for d in self.base.detectors),
            "LAST",
        ]
        assert mine.detector("HCAL1").length_cm == 50
        assert mine.detector("HCAL1").cells == (3, 3)
        assert mine.detector("HCAL2") == self.base.detector("HCAL2")

    def test_named_entries_of_named_entries(self) -> None:
        mine = load(
            HEAD
            + SEARCH
            + '[[searches.data_sets]]\nname = "2016-2018"\nsource = "what if"\n'
            + '[[searches.data_sets.background]]\nname = "dimuons"\nexpected_events = 1.0\n'
        )
        search = mine.search("invisible")
        assert search.expected_background == pytest.approx(1.0 + 0.528 - 0.024)
        assert search.data_sets[0].background[0].uncertainty_events == 0.007

    def test_unnamed_entries_are_replaced(self) -> None:
        mine = load(
            HEAD
            + '[target]\nrepetitions = 1\nsource = "block"\n'
            + '[[target.layers]]\nmaterial = "tungsten"\nthickness_cm = 45.0\n'
        )
        assert [layer.material for layer in mine.target.layers] == ["tungsten"]

    def test_empty_array_empties(self) -> None:
        text = SEARCH + 'systematics = []\nsource = "nothing"\n'
        assert load(HEAD + text).search("invisible").systematics == ()
        text = '[[searches.data_sets]]\nname = "2016-2018"\nbackground = []\nsource = "optimist"'
        assert load(HEAD + SEARCH + text).search("invisible").expected_background == 0

    def test_replace_drops_an_entry(self) -> None:
        mine = load(
            'replace = ["searches[invisible].data_sets[2016-2018]"]\n' + HEAD + SEARCH + DATA
        )
        assert [d.name for d in mine.search("invisible").data_sets] == ["dream"]

    def test_replace_drops_a_nested_entry(self) -> None:
        mine = load(
            'replace = ["searches[invisible].selection.vetoes[VETO]"]\n'
            + HEAD
            + SEARCH
            + 'source = "no VETO"\n'
        )
        vetoes = mine.search("invisible").selection["vetoes"]
        assert [v["name"] for v in vetoes] == ["HCAL"]

    def test_replace_drops_a_key_of_an_entry(self) -> None:
        mine = load(
            'replace = ["detectors[HCAL3].cells", "searches[invisible].systematics[form factor]"]\n'
            + HEAD
            + '[[detectors]]\nname = "HCAL3"\nsource = "unsegmented"\n'
        )
        assert mine.detector("HCAL3").cells is None
        assert mine.detector("HCAL2").cells == (3, 3)
        assert [s.name for s in mine.search("invisible").systematics] == ["dimuon normalisation"]

    def test_chain_of_files_relative_to_each_other(self, folder: Path) -> None:
        (folder / "sub").mkdir()
        (folder / "sub" / "base.toml").write_text(
            HEAD + '[beam]\nenergy_GeV = 120.0\nsource = "one"'
        )
        (folder / "sub" / "next.toml").write_text('extends = "base.toml"\ntitle = "next"')
        mine = load('extends = "sub/next.toml"\ntitle = "last"')
        assert mine.beam.energy_GeV == 120
        assert mine.title == "last"

    def test_base_is_not_changed(self) -> None:
        load('replace = ["searches[invisible].data_sets"]\n' + HEAD + SEARCH + DATA)
        assert load_experiment("na64e-2018") == self.base


REFUSED = {
    'extends = "na64e-2081"\ntitle = "x"': (
        "extends: 'na64e-2081' is no experiment; did you mean 'na64e-2018'?"
    ),
    HEAD + "[beam]\nenergy_GeV = 150.0": (
        "beam.source: missing; this card changes 'energy_GeV' and must say where it comes from"
    ),
    HEAD + '[[detectors]]\nname = "HCAL1"\nlength_cm = 50.0': (
        "detectors[2].source: missing; this card changes 'length_cm' and must say where it comes "
        "from"
    ),
    HEAD + SEARCH + '[[searches.data_sets]]\nname = "2016-2018"\nbackground = []': (
        "searches[0].data_sets[0].source: missing; this card changes 'background' and must say "
        "where it comes from"
    ),
    'replace = ["searches[invisible].selection.vetoes[VETO]"]\n' + HEAD: (
        "searches[0].source: missing; this card changes 'selection' and must say where it comes "
        "from"
    ),
    HEAD + SEARCH + "selection = {maximum_calorimeter_energy_GeV = 40.0}": (
        "searches[0].source: missing; this card changes 'selection' and must say where it comes "
        "from"
    ),
    'replace = ["search"]\n' + HEAD: ("replace[0]: no key 'search'; did you mean 'searches'?"),
    'replace = ["searches[invisible].data_sets[2018]"]\n' + HEAD: (
        "replace[0]: no entry '2018' in data_sets; did you mean '2016-2018'?"
    ),
    'replace = ["beam[x]"]\n' + HEAD: "replace[0]: no entry 'x' in beam; known: ",
    'replace = ["title.x"]\n' + HEAD: "replace[0]: no key 'title'; known: beam, ",
    'replace = ["beam.energy_GeV.x"]\n' + HEAD: ("replace[0]: 'energy_GeV' is not a table"),
    'replace = ["a b"]\n' + HEAD: (
        "replace[0]: 'a b' is not a path such as searches[name].data_sets"
    ),
    'replace = [""]\n' + HEAD: ("replace[0]: '' is empty"),
    'replace = ["[x]"]\n' + HEAD: (
        "replace[0]: '[x]' is not a path such as searches[name].data_sets"
    ),
    'replace = ["searches"]\n' + HEAD: "searches: missing; it has no default",
    'replace = ["searches[invisible].data_sets"]\n' + HEAD: (
        "searches[0].data_sets: missing; it has no default"
    ),
    HEAD + SEARCH + DATA: (
        "searches[0].data_sets: kind: measurements and projections in one card have no common "
        "number of observed events"
    ),
    'replace = ["searches[invisible].data_sets"]\n' + HEAD + SEARCH + DATA + DATA: (
        "searches[0].data_sets[1].name: 'dream' is already the name of entry 0"
    ),
    HEAD
    + SEARCH
    + DATA
    + DATA: "searches[0].data_sets[1].name: 'dream' is already the name of entry 0",
    'extends = "my.toml"\ntitle = "x"': "extends: leads back to this card",
    'extends = "./"\ntitle = "x"': "extends: .: cannot be read",
    'extends = "a\\u0000.toml"\ntitle = "x"': "extends: character 2 is U+0000, a control character",
}


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.usefixtures("folder")
def test_refused(text: str) -> None:
    assert REFUSED[text] in refused(text)


@pytest.mark.usefixtures("folder")
def test_long_cycle() -> None:
    for name, base in (("a", "b"), ("b", "c"), ("c", "a")):
        Path(f"{name}.toml").write_text(f'extends = "{base}.toml"\ntitle = "{name}"')
    assert refused('extends = "a.toml"\ntitle = "x"') == "a.toml: extends: leads back to this card"


@pytest.mark.usefixtures("folder")
def test_long_chain_of_cards() -> None:
    Path("c0.toml").write_text(HEAD)
    for i in range(1, 20):
        Path(f"c{i}.toml").write_text(f'extends = "c{i - 1}.toml"\ntitle = "{i}"')
    assert load('extends = "c19.toml"\ntitle = "end"').beam.energy_GeV == 100


@pytest.mark.usefixtures("folder")
def test_the_same_number_needs_no_new_source() -> None:
    assert load(HEAD + "[beam]\nenergy_GeV = 100").beam.source.startswith("H4 beam")
