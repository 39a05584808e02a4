"""What a wrong card gives: one line with the card, the key's path, the value, what is allowed."""

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from scotopic.errors import CardError
from scotopic.experiments.toml_text import toml_text
from scotopic.search import experiment_card, load_experiment


def message(path: Path | str) -> str:
    with pytest.raises(CardError) as caught:
        load_experiment(path)
    text = str(caught.value)
    assert text.isprintable()
    return text


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def card(name: str = "na64e-2018", /, **changes: object) -> str:
    """The text of a card with values replaced; a key such as `target__layers__1__x`."""
    content = tomllib.loads(experiment_card(name))
    for path, value in changes.items():
        *parents, last = path.split("__")
        table: Any = content
        for step in parents:
            table = table[int(step) if isinstance(table, list) else step]
        if value is None:
            del table[last]
        else:
            table[int(last) if isinstance(table, list) else last] = value
    return toml_text(content)


WRONG_VALUES: dict[str, dict[str, object]] = {
    "target.layers[1].thicknes_cm: unknown key; did you mean 'thickness_cm'?": {
        "target__layers__1__thicknes_cm": 0.15
    },
    "detector: unknown key; did you mean 'detectors'? detector belongs to target": {
        "detector": "x"
    },
    "confidence: unknown key; did you mean 'confidence_level'?": {"confidence": 0.9},
    "target.energy_GeV: unknown key; it belongs to beam": {"target__energy_GeV": 1.0},
    "target.layers[1].thickness_cm: -0.15 is not positive": {
        "target__layers__1__thickness_cm": -0.15
    },
    "beam.energy_GeV: '100' is not a number": {"beam__energy_GeV": "100"},
    "beam.energy_GeV: true is not a number": {"beam__energy_GeV": True},
    "beam.energy_GeV: nan is not a finite number": {"beam__energy_GeV": float("nan")},
    "beam.energy_GeV: inf is not a finite number": {"beam__energy_GeV": float("inf")},
    "beam.energy_GeV: an array is not a number": {"beam__energy_GeV": [100.0]},
    "beam.energy_GeV: 501.0 is above 500, the largest allowed": {"beam__energy_GeV": 501.0},
    "beam.energy_GeV: 0.0009 is below 0.001, the smallest allowed": {"beam__energy_GeV": 0.0009},
    "confidence_level: 1e-308 is below 0.5, the smallest allowed": {"confidence_level": 1e-308},
    "confidence_level: 0.999999999 is above 0.9999, the largest allowed": {
        "confidence_level": 0.999999999
    },
    "detectors[2].position_cm: -90.0 is negative": {"detectors__2__position_cm": -90.0},
    "detectors[2].position_cm: 10.0 is before the rear of the target at 45": {
        "detectors__2__position_cm": 10.0
    },
    "detectors[3].position_cm: 245.0 is before the rear of HCAL1 at 250": {
        "detectors__3__position_cm": 245.0
    },
    "beam.particle: 'pi-' is not one of 'e-', 'e+', 'mu-', 'mu+' or 'gamma'": {
        "beam__particle": "pi-"
    },
    "beam.source: missing; it has no default": {"beam__source": None},
    "beam.source: '  ' is empty": {"beam__source": "  "},
    "beam: 100.0 is not a table": {"beam": 100.0},
    "target.layers: a table is not an array": {"target__layers": {}},
    "target.layers: 0 entries; at least 1 are needed": {"target__layers": []},
    "target.repetitions: 150.5 is not an integer": {"target__repetitions": 150.5},
    "target.repetitions: missing; it has no default": {"target__repetitions": None},
    "target.layers[0].material: 'leed' is not a material; did you mean 'lead'?": {
        "target__layers__0__material": "leed"
    },
    "target.detector: 'ECAL1' is no detector; did you mean 'ECAL'?": {"target__detector": "ECAL1"},
    "detectors[0].length_cm: 45.0 is not 44.7, which is target.layers (thickness_cm) times "
    "target.repetitions": {"target__repetitions": 149},
    "detectors[0].position_cm: 1.0 is not 0, where target.detector begins": {
        "detectors__0__position_cm": 1
    },
    "detectors[0].longitudinal_segments_cm: the parts add up to 44, not to length_cm = 45.0": {
        "detectors__0__longitudinal_segments_cm": [4.0, 40.0]
    },
    "detectors[0].cells: 3 entries; at most 2 are allowed": {"detectors__0__cells": [6, 6, 6]},
    "detectors[1].name: 'none' is what target.detector says of a passive target": {
        "detectors__1__name": "none"
    },
    "detectors[3].name: 'HCAL1' is already the name of entry 2": {"detectors__3__name": "HCAL1"},
    "detectors[1].shower_leakage_fraction: 0.0 is not positive": {
        "detectors__1__shower_leakage_fraction": 0.0
    },
    "confidence_level: 90 is above 0.9999, the largest allowed": {"confidence_level": 90},
    "model.parameters.alpha_D: true is not a number": {
        "model": {"name": "dark_photon", "parameters": {"alpha_D": True}}
    },
    "searches: missing; it has no default": {"searches": None},
    "searches: 0 entries; at least 1 are needed": {"searches": []},
    "titel: unknown key; did you mean 'title'?": {"titel": "x"},
    "extend: unknown key; did you mean 'extends'?": {"extend": "na64e-2018"},
    "replace: means something only together with extends": {"replace": ["searches"]},
    "extends: 3 is not a string": {"extends": 3},
    '"a\\nb": unknown key; known: extends, replace, title, description, confidence_level, model, '
    "beam, target, detectors, searches, likelihood": {"a\nb": 1},
}

WRONG_IN_THE_SEARCH: dict[str, dict[str, object]] = {
    "selection.maximum_calorimeter_energy_GeV: 99.9 is not 6 standard deviations of the "
    "energy_resolution of 'ECAL' below beam.energy_GeV = 100.0; one is 1.41 GeV there": {
        "selection__maximum_calorimeter_energy_GeV": 99.9
    },
    "data_sets[0].observed_events: 1000000 is above 100000, the largest allowed": {
        "data_sets__0__observed_events": 1_000_000
    },
    "data_sets[0].background[0].expected_events: 1000000.0 is above 100000, the largest allowed": {
        "data_sets__0__background__0__expected_events": 1e6
    },
    "data_sets: background: 99999.5 +- 0.166688 in all reaches above 100000 events, the largest "
    "number allowed, at two standard deviations": {
        "data_sets__0__background__0__expected_events": 99999.0
    },
    "data_sets[0].background: an uncertainty of 0.1 needs an expectation above 0": {
        "data_sets__0__background": [
            {"name": "one", "expected_events": 0.0, "uncertainty_events": 0.1}
        ]
    },
    "selection.vetoes[1].detectors[2]: 'HCAL9' is no detector; did you mean 'HCAL3'?": {
        "selection__vetoes__1__detectors__2": "HCAL9"
    },
    "selection.vetoes[0].detectors[1]: 'HCAL1' is there already": {
        "selection__vetoes__0__detectors": ["HCAL1", "HCAL1"]
    },
    "selection.maximum_calorimeter_energy_GeV: 150.0 is not below beam.energy_GeV = 100.0": {
        "selection__maximum_calorimeter_energy_GeV": 150
    },
    "selection.minimum_calorimeter_energy_GeV: 60.0 is not below maximum_calorimeter_energy_GeV "
    "= 50.0": {"selection__minimum_calorimeter_energy_GeV": 60},
    "data_sets[0].signal_efficiency: 50.0 is above 1, the largest allowed": {
        "data_sets__0__signal_efficiency": 50.0
    },
    "data_sets[0].observed_events: -1 is negative": {"data_sets__0__observed_events": -1},
    'data_sets[0].observed_events: missing; kind = "measurement" needs it': {
        "data_sets__0__observed_events": None
    },
    'data_sets[0].observed_events: does not go together with kind = "projection"': {
        "data_sets__0__kind": "projection"
    },
    "data_sets[0].background: missing; write [] if there are none": {
        "data_sets__0__background": None
    },
    "data_sets[0].background[0].uncertainty_events: missing; a background has expected_events "
    "and uncertainty_events, or upper_value_events": {
        "data_sets__0__background__0__uncertainty_events": None
    },
    "data_sets[0].background[3].expected_events: does not go together with upper_value_events": {
        "data_sets__0__background__3__expected_events": 0.1
    },
    "signature: 'missing-enery' is not one of the signatures; did you mean 'missing-energy'?": {
        "signature": "missing-enery"
    },
    "selection.calorimetre: unknown key; did you mean 'calorimeter'?": {
        "selection__calorimetre": "ECAL"
    },
    "selection.vetoes[1].detector: unknown key; did you mean 'detectors'?": {
        "selection__vetoes__1__detector": "ECAL"
    },
    "selection.calorimeter: missing; it has no default": {"selection__calorimeter": None},
    "selection.vetoes: missing; write [] if there are none": {"selection__vetoes": None},
    "selection: 'ECAL' is not a table": {"selection": "ECAL"},
    "data_sets[0].signal_efficiency: 0.0 is not positive": {"data_sets__0__signal_efficiency": 0.0},
    "systematics[0].relative_uncertainty: -0.1 is negative": {
        "systematics__0__relative_uncertainty": -0.1
    },
    "systematics[1].name: 'form factor' is already the name of entry 0": {
        "systematics__1__name": "form factor"
    },
}
"""The same below `searches[0]`."""

WRONG_IN_TWO_SEARCHES: dict[str, dict[str, object]] = {
    "searches[1].selection.vetoes[1].detectors[0]: 'HCAL9' is no detector; did you mean 'HCAL3'?": {
        "searches__1__selection__vetoes__1__detectors__0": "HCAL9"
    },
    "searches[0].selection.decay_signal.detectors[1]: 'HCAL2' is there already": {
        "searches__0__selection__decay_signal__detectors": ["HCAL2", "HCAL2"]
    },
    "searches[0].selection.decays_from: 'HCAL' is no detector; did you mean 'HCAL3'?": {
        "searches__0__selection__decays_from": "HCAL"
    },
    "searches[1].selection.decays_behind: does not go together with decays_from": {
        "searches__1__selection__decays_from": "HCAL1"
    },
    "searches[1].selection.vetoes[0].maximum_energy_range_GeV: 0.01 to 0.02 has not "
    "maximum_energy_GeV = 0.005 in it": {
        "searches__1__selection__vetoes__0__maximum_energy_range_GeV": [0.01, 0.02]
    },
    "searches[1].selection.vetoes[0].maximum_energy_range_GeV[1]: 1000000.0 is above 100000, "
    "the largest allowed": {
        "searches__1__selection__vetoes__0__maximum_energy_range_GeV": [0.001, 1e6]
    },
    "searches[1].selection.vetoes[0].maximum_energy_range_GeV: at its loosest end 120 is not "
    "below beam.energy_GeV = 100": {
        "searches__1__selection__vetoes__0__maximum_energy_range_GeV": [0.001, 120]
    },
    "searches[1].selection.segments[0].minimum_energy_range_GeV: at its strictest end 60.0 is not "
    "below maximum_calorimeter_energy_GeV = 50.0; no event would be kept": {
        "searches__1__selection__segments": [
            {
                "name": "pre-shower",
                "segments": [1],
                "minimum_energy_GeV": 0.5,
                "minimum_energy_range_GeV": [0.3, 60.0],
            }
        ]
    },
    "searches[1].selection.segments[0].minimum_energy_range_GeV: there is no minimum_energy_GeV": {
        "searches__1__selection__segments": [
            {
                "name": "pre-shower",
                "segments": [1],
                "maximum_energy_GeV": 5.0,
                "minimum_energy_range_GeV": [0.3, 0.7],
            }
        ]
    },
    "searches[1].selection.maximum_calorimeter_energy_range_GeV: at its loosest end 99.0 is not 6 "
    "standard deviations of the energy_resolution of 'ECAL' below beam.energy_GeV = 100.0; one is "
    "1.41 GeV there": {
        "searches__1__selection__maximum_calorimeter_energy_range_GeV": [47.0, 99.0]
    },
    "searches[1].selection.minimum_calorimeter_energy_GeV: 60.0 is not below "
    "maximum_calorimeter_energy_GeV = 50.0": {
        "searches__1__selection__minimum_calorimeter_energy_GeV": 60
    },
    "searches[1].name: 'S1' is already the name of entry 0": {"searches__1__name": "S1"},
    "searches[0].selection.cut_efficiencies[0].efficiency: 52.0 is above 1, the largest allowed": {
        "searches__0__selection__cut_efficiencies__0__efficiency": 52.0
    },
    "searches[1]: S1 and S2 may accept the same event, which must not be counted twice; searches "
    "that count together exclude each other": {
        "searches__1__selection__decays_behind": None,
        "searches__1__selection__vetoes": [],
    },
    "searches: data_sets: kind: measurements and projections in one card have no common number of "
    "observed events": {
        "searches__1__data_sets__0__kind": "projection",
        "searches__1__data_sets__0__observed_events": None,
    },
}
"""The same in `na64e-2018-semi-visible`."""


@pytest.mark.parametrize("expected", WRONG_VALUES)
def test_wrong_value(expected: str, here: Path) -> None:
    (here / "na64.toml").write_text(card(**WRONG_VALUES[expected]))
    assert message("na64.toml") == f"na64.toml: {expected}"


WRONG_ABSORBERS: dict[str, tuple[str, dict[str, object]]] = {
    "'ECAl' is no detector; did you mean 'ECAL'?": ("ldmx-4GeV", {"target__absorber": "ECAl"}),
    "detectors[HCAL].layers: missing; needed here": ("ldmx-4GeV", {"target__absorber": "HCAL"}),
    "goes with target.detector = 'none' alone, not 'ECAL'": (
        "na64e-2018",
        {"target__absorber": "HCAL1"},
    ),
    "photons of beam.particle = 'mu-' are not followed": (
        "ldmx-4GeV",
        {"target__absorber": "ECAL", "beam__particle": "mu-"},
    ),
}


@pytest.mark.parametrize("expected", WRONG_ABSORBERS)
def test_wrong_absorber(expected: str, here: Path) -> None:
    name, changes = WRONG_ABSORBERS[expected]
    (here / "own.toml").write_text(card(name, **changes))
    assert message("own.toml") == f"own.toml: target.absorber: {expected}"


@pytest.mark.parametrize("expected", WRONG_IN_THE_SEARCH)
def test_wrong_value_in_the_search(expected: str, here: Path) -> None:
    changes = {f"searches__0__{k}": v for k, v in WRONG_IN_THE_SEARCH[expected].items()}
    (here / "na64.toml").write_text(card(**changes))
    assert message("na64.toml") == f"na64.toml: searches[0].{expected}"


@pytest.mark.parametrize("expected", WRONG_IN_TWO_SEARCHES)
def test_wrong_value_in_two_searches(expected: str, here: Path) -> None:
    text = card("na64e-2018-semi-visible", **WRONG_IN_TWO_SEARCHES[expected])
    (here / "na64.toml").write_text(text)
    assert message("na64.toml") == f"na64.toml: {expected}"


def test_a_window_needs_a_resolution(here: Path) -> None:
    (here / "na64.toml").write_text(card(detectors__0__energy_resolution=None))
    expected = "searches[0].selection: detectors[ECAL].energy_resolution: missing; needed here"
    assert message("na64.toml") == f"na64.toml: {expected}"


MOVED = {
    "selection": "is the table [searches.selection] of one of [[searches]] now",
    "signatures": "are searches now: one of [[searches]] each",
    "decay_regions": "are searches[].selection.regions of the signature 'decay-in-flight' now",
    "data_sets": "belong to a search now: [[searches.data_sets]]",
    "systematics": "belong to a search now: [[searches.systematics]]",
}


@pytest.mark.parametrize("key", MOVED)
@pytest.mark.parametrize("value", ["array", "table"])
def test_a_key_of_old_cards_says_what_became_of_it(key: str, value: str, here: Path) -> None:
    entry = {"name": "x", "source": "a card of version 0.1"}
    (here / "old.toml").write_text(card(**{key: [entry] if value == "array" else entry}))
    expected = f"old.toml: {key}: {MOVED[key]}; see the page on experiment cards"
    assert message("old.toml") == expected


def test_an_old_card_whole(here: Path) -> None:
    (here / "old.toml").write_text(
        'extends = "na64e-2018"\nreplace = ["data_sets"]\ntitle = "old"\n'
        '[[data_sets]]\nname = "all"\nkind = "projection"\nparticles_on_target = 1e13\n'
    )
    assert message("old.toml") == (
        "old.toml: data_sets: belong to a search now: [[searches.data_sets]]; see the page on "
        "experiment cards"
    )


@pytest.mark.parametrize("path", ["data_sets", "signatures[S1]", "selection.vetoes[VETO]"])
def test_an_old_path_that_is_not_inherited(path: str, here: Path) -> None:
    (here / "old.toml").write_text(f'extends = "na64e-2018"\nreplace = ["{path}"]\ntitle = "x"\n')
    key = path.partition("[")[0].partition(".")[0]
    expected = f"old.toml: replace[0]: {key}: {MOVED[key]}; see the page on experiment cards"
    assert message("old.toml") == expected


def test_misspelt_key_comes_before_the_missing_one(here: Path) -> None:
    text = card(target__layers__1__thickness_cm=None, target__layers__1__thicknes_cm=0.15)
    (here / "na64.toml").write_text(text)
    assert message("na64.toml") == (
        "na64.toml: target.layers[1].thicknes_cm: unknown key; did you mean 'thickness_cm'? "
        "(and 1 more error)"
    )


def test_integers_are_numbers(here: Path) -> None:
    (here / "na64.toml").write_text(card(beam__energy_GeV=80))
    assert load_experiment("na64.toml").beam.energy_GeV == 80.0


@pytest.mark.parametrize("text", ["1" * 100, "1" * 5000])
def test_absurdly_long_number(text: str, here: Path) -> None:
    original = card()
    assert "repetitions = 150" in original
    (here / "na64.toml").write_text(original.replace("repetitions = 150", f"repetitions = {text}"))
    assert len(message("na64.toml")) < 300


class TestFiles:
    def test_missing(self, here: Path) -> None:
        assert not (here / "absent.toml").exists()
        assert message("absent.toml") == "absent.toml: cannot be read: No such file or directory"

    def test_directory(self, here: Path) -> None:
        (here / "folder.toml").mkdir()
        assert message("folder.toml") == "folder.toml: cannot be read: Is a directory"

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_forbidden(self, here: Path) -> None:
        (here / "secret.toml").write_text(card())
        (here / "secret.toml").chmod(0)
        assert message("secret.toml") == "secret.toml: cannot be read: Permission denied"

    def test_loop_of_links(self, here: Path) -> None:
        (here / "loop.toml").symlink_to("loop.toml")
        assert message("loop.toml").startswith("loop.toml: cannot be read: ")

    def test_null_character(self) -> None:
        assert "null character" in message("a\0.toml")

    def test_not_utf8(self, here: Path) -> None:
        (here / "latin.toml").write_bytes(b'title = "caf\xe9"')
        assert (
            message("latin.toml") == "latin.toml: not UTF-8: invalid continuation byte at byte 12"
        )

    def test_syntax_shows_the_line(self, here: Path) -> None:
        (here / "bad.toml").write_text("title = 'x'\nbeam = = 3\n")
        text = message("bad.toml")
        assert text.startswith("bad.toml: not TOML: ")
        assert "line 2" in text
        assert text.endswith(": 'beam = = 3'")

    def test_repeated_key_is_named(self, here: Path) -> None:
        (here / "bad.toml").write_text(card().replace("[beam]", "[beam]\nenergy_GeV = 50.0"))
        assert "energy_GeV" in message("bad.toml")

    def test_nested_too_deeply(self, here: Path) -> None:
        (here / "deep.toml").write_text("a = " + "[" * 100_000)
        assert message("deep.toml") == "deep.toml: not TOML: nested too deeply"

    def test_empty(self, here: Path) -> None:
        (here / "empty.toml").write_text("")
        text = message("empty.toml")
        assert text == "empty.toml: title: missing; it has no default (and 4 more errors)"

    def test_unknown_name(self) -> None:
        assert message("na64e-2108") == "'na64e-2108' is no experiment; did you mean 'na64e-2018'?"
        assert message("\n").startswith(
            "'\\n' is no experiment; known: ldmx-16GeV, ldmx-16GeV-positrons, ldmx-4GeV"
        )

    def test_path_may_lack_the_suffix(self, here: Path) -> None:
        (here / "card.txt").write_text(card())
        assert load_experiment("./card.txt") == load_experiment(Path("card.txt"))


def test_a_file_that_may_be_meant_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mine.toml", "mine.txt"):
        (tmp_path / name).touch()
    for name, hint in (("mine", "there is a file 'mine.toml'"), ("mine.txt", "ends in .toml")):
        with pytest.raises(CardError, match=f"'{name}' is no experiment; .*{hint}"):
            load_experiment(name)
