"""No mutation of a card gives a traceback or a silent default.

Every mutated card either loads, and then holds exactly what was written plus the documented
defaults, or gives a CardError of one line that names the key.
"""

import copy
import re
import string
import tempfile
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scotopic.errors import CardError
from scotopic.experiments import Experiment, experiment_names
from scotopic.experiments.kinds import KINDS
from scotopic.experiments.toml_text import toml_text
from scotopic.search import load_experiment

CARDS = KINDS["limit"].directory or Path()

Step = str | int
RAW = {name: tomllib.loads((CARDS / f"{name}.toml").read_text()) for name in experiment_names()}
DEFAULTS: dict[str, object] = {
    "confidence_level": 0.90,
    "by_default": True,
    "description": "",
    "model": {"name": "dark_photon", "parameters": {}, "mass_range_GeV": [0.001, 1.0]},
    "mass_range_GeV": [0.001, 1.0],
    "parameters": {},
    "materials": [],
    "systematics": [],
    "cut_efficiencies": [],
    "segments": [],
    "central_cells": [],
    "openings": [],
    "counters": [],
    "beam_divergence_rms_mrad": [0.0, 0.0],
    "years": [],
}
SWITCHES = ("by_default", "bound_electrons")  # the keys that are true or false
FREE = ("model", "parameters")  # a table with any key
# A key that another one must agree with: the message may name the other end of the bond.
BONDS = {
    "name": ("detector", "calorimeter", "source", "missing"),  # a new entry lacks what is inherited
    "detectors": ("detector", "calorimeter"),
    "thickness_cm": ("target.layers", "position_cm"),
    "repetitions": ("target.layers", "position_cm"),
    "length_cm": ("position_cm",),
    "energy_resolution": ("selection",),
    **dict.fromkeys(
        ("stochastic", "constant", "noise_GeV", "relative_momentum_spread"),
        ("energy_resolution",),
    ),
    "uncertainty_events": ("background",),
    "shape": ("selection has",),
    "transverse_momentum_edges_GeV": ("shape", "maximum_energy_GeV"),
    "trigger": ("calorimeter", "maximum_energy_GeV"),
    "by_default": ("exclude each other", "searches"),
    "minimum_calorimeter_energy_GeV": ("maximum_calorimeter_energy_GeV",),
    "maximum_energy_GeV": ("maximum_energy_range_GeV",),
    "minimum_energy_GeV": ("minimum_energy_range_GeV", "maximum_energy_GeV"),
    "minimum_energy_range_GeV": ("minimum_energy_GeV",),
    "longitudinal_segments_cm": ("segments",),
    "maximum_energy_range_GeV": ("maximum_energy_GeV",),
    "decays_from": ("decays_behind",),
    "extends": ("missing", "cannot be read", "not TOML", "unknown key"),
    "replace": ("missing", "searches"),
}


def places(value: object, path: tuple[Step, ...] = ()) -> list[tuple[Step, ...]]:
    """Paths to everything in a card but the card itself."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, entry in value.items():
            found += places(entry, (*path, key))
    elif isinstance(value, list):
        for i, entry in enumerate(value):
            found += places(entry, (*path, i))
    return found


def parent_of(card: dict[str, Any], path: tuple[Step, ...]) -> Any:
    parent: Any = card
    for step in path[:-1]:
        parent = parent[step]
    return parent


def last_key(path: tuple[Step, ...]) -> str:
    return next(step for step in reversed(path) if isinstance(step, str))


def resolved(card: dict[str, Any]) -> dict[str, Any]:
    """What a shipped card and its mutation should say: merged here, not by the loader."""
    if "extends" not in card:
        return card
    base = resolved(copy.deepcopy(RAW[card["extends"]]))
    for path in ("title", "description", *card.get("replace", [])):
        table: Any = base
        *parents, last = [re.findall(r"[^\[\]]+", step) for step in path.split(".")]
        for key, *name in parents:
            table = table[key]
            if name:
                table = next(entry for entry in table if entry["name"] == name[0])
        table.pop(last[0], None)
    own = {key: value for key, value in card.items() if key not in ("extends", "replace")}
    found: dict[str, Any] = merged(base, own)
    return found


def merged(old: Any, new: Any) -> Any:
    """Tables by key, arrays of named tables by name, all else as the new one says."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {k: merged(old[k], v) if k in old else v for k, v in new.items()}
    if not (is_named(old) and is_named(new)):
        return new
    changes = {entry["name"]: entry for entry in new}
    kept = [merged(entry, changes.pop(entry["name"], {})) for entry in old]
    return kept + list(changes.values())


def is_named(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all("name" in entry for entry in value)


def with_defaults(said: object, content: object) -> object:
    """`said` with those keys of `content` added that it lacks, if they hold the default."""
    if isinstance(said, dict) and isinstance(content, dict):
        added = {k: v for k, v in content.items() if k not in said and v == DEFAULTS.get(k)}
        return {k: with_defaults(v, content.get(k)) for k, v in said.items()} | added
    if isinstance(said, list) and isinstance(content, list) and len(said) == len(content):
        return [with_defaults(s, c) for s, c in zip(said, content, strict=True)]
    return said


def load_text(text: str | bytes) -> Experiment | str:
    """Load a card; the experiment, or the message of the CardError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutant.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            return load_experiment(path)
        except CardError as error:
            message = str(error)
            assert message.isprintable()
            assert re.match(r"(\S*mutant\.toml|[\w-]+): \S", message)
            assert len(message) < 600
            return message.split(".toml: ", 1)[-1]


def check(card: dict[str, Any], key: str) -> None:
    result = load_text(toml_text(card))
    if isinstance(result, str):
        assert any(k in result for k in (key, *BONDS.get(key, ()))), (key, result)
        return
    content = result.content()
    assert not any(isinstance(v, bool) for v in leaves(content))
    said = resolved(card)
    assert with_defaults(said, content) == content


def leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for k, v in value.items() if k not in SWITCHES for leaf in leaves(v)]
    if isinstance(value, list):
        return [leaf for v in value for leaf in leaves(v)]
    return [value]


NAMES = st.sampled_from(sorted(RAW))
KNOWN = {step for card in RAW.values() for path in places(card) for step in path} | set(DEFAULTS)
WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBERS = st.one_of(
    st.integers(-1000, 1000), st.floats(), st.sampled_from([0, 10**40, 10**400, -(10**400), 1e308])
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.booleans(), WORDS, NUMBERS, st.just(date(2018, 1, 1)), st.just("nan")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=4,
)


@st.composite
def card_and_place(draw: st.DrawFn) -> tuple[dict[str, Any], tuple[Step, ...]]:
    card = copy.deepcopy(RAW[draw(NAMES)])
    return card, draw(st.sampled_from(places(card)))


@given(card_and_place())
def test_delete(mutant: tuple[dict[str, Any], tuple[Step, ...]]) -> None:
    card, path = mutant
    del parent_of(card, path)[path[-1]]
    if path[0] == "extends":
        assert isinstance(load_text(toml_text(card)), str)
    else:
        check(card, last_key(path))


@given(card_and_place(), VALUES)
def test_replace_by_nonsense(
    mutant: tuple[dict[str, Any], tuple[Step, ...]], value: object
) -> None:
    card, path = mutant
    parent_of(card, path)[path[-1]] = value
    if path[0] in ("extends", "replace"):
        result = load_text(toml_text(card))
        assert isinstance(result, str) or value in ([], ["searches"], "searches")
    else:
        check(card, last_key(path))


@given(card_and_place(), st.data())
def test_change_the_type_or_the_scale(
    mutant: tuple[dict[str, Any], tuple[Step, ...]], data: st.DataObject
) -> None:
    card, path = mutant
    parent = parent_of(card, path)
    value = parent[path[-1]]
    variants: list[object] = [str(value), [value], {"value": value}, [], {}, True]
    if isinstance(value, int | float):
        variants += [-value, value * 1e6, value * 0.999, value + 1, float(value), int(value)]
    parent[path[-1]] = data.draw(st.sampled_from(variants))
    if path[0] in ("extends", "replace"):
        load_text(toml_text(card))
    else:
        check(card, last_key(path))


@given(card_and_place(), st.data())
def test_rename(mutant: tuple[dict[str, Any], tuple[Step, ...]], data: st.DataObject) -> None:
    card, path = mutant
    while not isinstance(path[-1], str):
        path = path[:-1]
    key = path[-1]
    i = data.draw(st.integers(0, len(key) - 1))
    letter = data.draw(st.sampled_from(string.ascii_letters + "_."))
    new = data.draw(st.sampled_from([key[:i] + key[i + 1 :], key[:i] + letter + key[i:]]))
    parent = parent_of(card, path)
    if new in parent or not new or path[:-1] == FREE:
        return
    parent[new] = parent.pop(key)
    result = load_text(toml_text(card))
    assert isinstance(result, str)
    assert new in result
    assert key in result  # as the nearest known key, or in the list of all
    assert "unknown key" in result


def tables(name: str) -> list[tuple[Step, ...]]:
    """Paths to the tables of a card, the card itself first."""
    card = RAW[name]
    return [(), *(p for p in places(card) if isinstance(parent_of(card, (*p, "x")), dict))]


@given(
    NAMES.flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(tables(name)))),
    WORDS,
    VALUES,
)
@example(("na64e-2018", ()), "systematics", [])
@example(("na64e-2018", ()), "model", True)
@example(("na64e-2018", ("searches", 0)), "systematics", True)
@example(("na64e-2018", ("target",)), "materials", [{}])
def test_insert(place: tuple[str, tuple[Step, ...]], key: str, value: object) -> None:
    name, path = place
    card = copy.deepcopy(RAW[name])
    table = parent_of(card, (*path, "x"))
    if key in table:
        return
    table[key] = value
    if key in KNOWN or path == FREE:
        check(card, "parameters" if path == FREE else key)
        return
    result = load_text(toml_text(card))
    assert isinstance(result, str)
    assert "unknown key" in result


@given(card_and_place())
def test_duplicate_an_entry(mutant: tuple[dict[str, Any], tuple[Step, ...]]) -> None:
    card, path = mutant
    parent = parent_of(card, path)
    if not isinstance(parent, list):
        return
    entry = parent_of(card, (*path, 0))
    parent.append(copy.deepcopy(entry))
    if path[0] == "replace":
        assert isinstance(load_text(toml_text(card)), str)
        return
    if isinstance(entry, dict) and "name" in entry:
        result = load_text(toml_text(card))
        assert isinstance(result, str)
        assert "is already the name of" in result
    check(card, last_key(path))


@given(NAMES, st.data())
def test_duplicate_or_drop_a_line(name: str, data: st.DataObject) -> None:
    lines = (CARDS / f"{name}.toml").read_text().splitlines(keepends=True)
    i = data.draw(st.integers(0, len(lines) - 1))
    keep = data.draw(st.booleans())
    load_text("".join(lines[:i] + lines[i : i + 1] * 2 * keep + lines[i + 1 :]))


@given(NAMES, st.lists(st.tuples(st.integers(0, 10**5), st.binary(max_size=3)), max_size=3))
def test_damaged_bytes(name: str, damages: list[tuple[int, bytes]]) -> None:
    text = (CARDS / f"{name}.toml").read_bytes()
    for place, new in damages:
        i = place % len(text)
        text = text[:i] + new + text[i + len(new) :]
    load_text(text)


@given(VALUES)
def test_toml_text_reads_back_equal(value: object) -> None:
    read = tomllib.loads(toml_text({"key": value}))["key"]
    # unlike ==, repr distinguishes 1, 1.0 and True, and takes nan for nan
    assert repr(in_order(read)) == repr(in_order(value))


def in_order(value: object) -> object:
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", sorted(RAW))
def test_unmutated_cards_hold_what_they_say(name: str) -> None:
    check(RAW[name], "nothing is refused")


def mutated(draw: st.DrawFn, card: dict[str, Any]) -> None:
    """Change something of a card, in place."""
    path = draw(st.sampled_from(places(card)))
    parent, key = parent_of(card, path), path[-1]
    kind = draw(st.integers(0, 3))
    if kind == 0:
        del parent[key]
    elif kind == 1:
        parent[key] = draw(VALUES)
    elif kind == 2 and isinstance(parent, dict):
        parent[draw(st.sampled_from(sorted(map(str, KNOWN))))] = draw(VALUES)
    else:
        other = draw(st.sampled_from(places(card)))
        parent[key] = copy.deepcopy(parent_of(card, other)[other[-1]])


@st.composite
def mutants(draw: st.DrawFn) -> dict[str, Any]:
    card = copy.deepcopy(RAW[draw(NAMES)])
    for _ in range(draw(st.integers(1, 3))):
        if card:
            mutated(draw, card)
    return card


@given(mutants())
def test_several_mutations(card: dict[str, Any]) -> None:
    load_text(toml_text(card))


@pytest.mark.long
@given(mutants())
@settings(max_examples=5000)
def test_thousands_of_mutations(card: dict[str, Any]) -> None:
    load_text(toml_text(card))
