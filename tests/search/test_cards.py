"""Selections are checked by the signature of their search, and named with the whole path."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from scotopic.errors import CardError
from scotopic.experiments import experiment_names, read_experiment
from scotopic.experiments.toml_text import toml_text
from scotopic.search import experiment_card, load_experiment
from scotopic.search.cards import checked, selection_of
from scotopic.signatures.base import SIGNATURES, Signature


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused(name: str, path: str, value: object) -> str:
    """What the card says with a value replaced, as in `searches.0.selection.channel`."""
    content = tomllib.loads(experiment_card(name))
    *parents, last = path.split(".")
    table: Any = content
    for step in parents:
        table = table[int(step) if isinstance(table, list) else step]
    if value is None:
        del table[last]
    else:
        table[last] = value
    Path("mine.toml").write_text(toml_text(content))
    with pytest.raises(CardError) as caught:
        load_experiment("mine.toml")
    return str(caught.value).removeprefix("mine.toml: ")


SELECTION = "searches.0.selection"
WRONG = {
    "searches[0].selection.calorimetre: unknown key; did you mean 'calorimeter'?": (
        ("na64e-2018", f"{SELECTION}.calorimetre", "ECAL")
    ),
    "searches[0].selection.spectrometer: 'MS3' is no detector; did you mean 'MS2'?": (
        ("na64mu", f"{SELECTION}.spectrometer", "MS3")
    ),
    "searches[0].selection.maximum_energy: unknown key; did you mean 'maximum_energy_GeV'?": (
        ("na64mu", f"{SELECTION}.maximum_energy", 10.0)
    ),
    "searches[0].selection.maximum_energy_GeV: 161.0 is not below beam.energy_GeV = 160.0": (
        ("na64mu", f"{SELECTION}.maximum_energy_GeV", 161.0)
    ),
    "searches[0].selection.minimum_energy_GeV: 90.0 is not below maximum_energy_GeV = 80.0": (
        ("na64mu", f"{SELECTION}.minimum_energy_GeV", 90.0)
    ),
    "searches[0].selection: 'scattered-muon' needs muons, not beam.particle = e-": (
        ("na64mu", "beam.particle", "e-")
    ),
    "searches[0].selection.regions[1].begins: unknown key; did you mean 'begins_cm'?": (
        ("na64e-alp", f"{SELECTION}.regions.1.begins", 10.0)
    ),
    "searches[0].selection.regions[1].begins_cm: 500.0 is not behind begins_cm + length_cm of the "
    "region before, which is 535.0": (("na64e-alp", f"{SELECTION}.regions.1.begins_cm", 500.0)),
    "searches[0].selection.regions[0].minimum_energy_GeV: 120.0 is not below beam.energy_GeV = "
    "100.0": (("na64e-alp", f"{SELECTION}.regions.0.minimum_energy_GeV", 120.0)),
    "searches[0].selection.channel: missing; it has no default": (
        ("na64e-alp", f"{SELECTION}.channel", None)
    ),
    "searches[1].selection.decays_behind: 'HCAL' is no detector; did you mean 'HCAL3'?": (
        ("na64e-2018-semi-visible", "searches.1.selection.decays_behind", "HCAL")
    ),
    "searches[1].signature: 'missing energy' is not one of the signatures; did you mean "
    "'missing-energy'?": (("na64e-2018-semi-visible", "searches.1.signature", "missing energy")),
}


@pytest.mark.parametrize("expected", WRONG)
def test_a_wrong_selection_is_named_with_its_path(expected: str) -> None:
    found = refused(*WRONG[expected])
    # a misspelt key that was required is missing as well
    assert found.removesuffix(" (and 1 more error)") == expected


def test_the_table_of_another_signature_is_refused() -> None:
    assert refused("na64e-2018", "searches.0.signature", "decay-in-flight").startswith(
        "searches[0].selection.calorimeter: unknown key; known: channel, regions (and "
    )


def test_searches_of_different_signatures_may_see_the_same_event() -> None:
    content = tomllib.loads(experiment_card("na64e-2018"))
    content["searches"] += tomllib.loads(experiment_card("na64e-alp"))["searches"]
    Path("mine.toml").write_text(toml_text(content))
    with pytest.raises(CardError, match=r"searches\[1\]: invisible and decays to two photons may"):
        load_experiment("mine.toml")


def only_added(before: object, after: object) -> bool:
    """Return whether tables have all that they had, and perhaps more."""
    if isinstance(before, dict) and isinstance(after, dict):
        return all(name in after and only_added(one, after[name]) for name, one in before.items())
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return len(before) == len(after) and all(map(only_added, before, after))
    return bool(before == after)


@pytest.mark.parametrize("name", experiment_names())
def test_checking_completes_once(name: str) -> None:
    raw = read_experiment(name)
    once = checked(raw)
    assert checked(once) == once == load_experiment(name)
    for before, after in zip(raw.searches, once.searches, strict=True):
        table = selection_of(before)
        assert isinstance(table, SIGNATURES[before.signature].table)
        assert selection_of(after) == table
        assert only_added(before.selection, after.selection)  # defaults


def test_a_signature_that_heeds_no_energies_refuses_their_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = {"against": "mediator_energy_GeV", "points": [[0.0, 0.5], [100.0, 0.5]]}
    content = tomllib.loads(experiment_card("na64e-2018"))
    content["searches"][0]["data_sets"][0]["signal_efficiency"] = table
    Path("mine.toml").write_text(toml_text(content))
    load_experiment("mine.toml")
    monkeypatch.setattr(type(SIGNATURES["missing-energy"]), "energies", Signature.energies)
    with pytest.raises(CardError) as caught:
        load_experiment("mine.toml")
    assert str(caught.value) == (
        "mine.toml: searches[0].data_sets[0].signal_efficiency.against: 'mediator_energy_GeV' is "
        "not for the signature 'missing-energy'"
    )
