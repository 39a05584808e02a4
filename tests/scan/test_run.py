"""The result of a run card: everything that was asked for is in it, and reads back equal."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.plane_cards import plane_card

from scotopic.errors import CardError
from scotopic.scan.plane import planes_of
from scotopic.scan.plane_files import write_plane
from scotopic.scan.run import compute_run_card
from scotopic.scan.run_card import load_run_card
from scotopic.search import Result
from scotopic.search.result_files import read_result

CARD = plane_card(
    "all kinds",
    (0.004, 0.4, 5),
    (1e-6, 1e-1, 9),
    """\
[[limits]]
label = "NA64"
experiment = "na64e-2018"
[[limits]]
label = "both"
experiment = "na64e-1e13"
joined_with = ["na64mu-2e13"]
[[thermal_lines]]
label = "scalar"
fixed = { dark_matter = "complex_scalar" }
[[thermal_lines]]
label = "Dirac, half of it"
omega_h2 = 0.06
[[cmb]]
label = "CMB"
[[cmb]]
label = "no bound"
fixed = { dark_matter = "complex_scalar" }
[[bands]]
label = "g-2"
[[bounds]]
label = "theirs"
source = "a test"
points = [[0.004, 1e-3], [0.4, 1e-2]]
[[bounds]]
label = "from a file"
source = "a test"
file = "theirs.csv"
excludes = "inside"
""",
)
LAYERS = [
    ("thermal line", "scalar"),
    ("thermal line", "Dirac, half of it"),
    ("cmb", "CMB"),
    ("cmb", "no bound"),
    ("band", "g-2"),
    ("bound", "theirs"),
    ("bound", "from a file"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("card")
    (found / "theirs.csv").write_text("m,eps\n0.01,1e-5\n0.02,1e-4\n0.03,1e-5\n")
    (found / "card.toml").write_text(CARD)
    return found


@pytest.fixture(scope="module")
def found(place: Path) -> Result:
    return compute_run_card(*load_run_card(str(place / "card.toml")))


def test_every_layer_of_the_card_is_in_the_result(found: Result) -> None:
    assert [(layer.kind, layer.label) for layer in found.layers] == LAYERS
    assert list(planes_of(found)) == ["NA64", "both"]
    scalar, half = found.layers[:2]
    assert scalar.attributes["omega_h2"] == 0.12
    assert half.attributes["omega_h2"] == 0.06


def test_a_written_result_reads_back_equal(found: Result, place: Path, tmp_path: Path) -> None:
    files = write_plane(found, tmp_path, 1.0)
    assert {f.name for f in files} == {
        "boundaries.csv",
        "contours.csv",
        "thermal.csv",
        "result.json",
    }
    again = read_result(tmp_path / "result.json")
    assert again == found
    assert hash(again) == hash(found)
    assert again == compute_run_card(*load_run_card(str(place / "card.toml")))
    assert len(repr(found)) < 100
    for name, one in found.variables.items():
        other = again.variables[name]
        assert (other.dims, other.unit, other.long_name) == (one.dims, one.unit, one.long_name)
        np.testing.assert_array_equal(other.values, one.values)
    for label, plane in planes_of(found).items():
        same = planes_of(again)[label]
        assert same.refused == plane.refused
        assert same.intervals() == plane.intervals()
        assert same.computed_points == plane.computed_points > 0


@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_no_layer_is_beside_the_content(found: Result, number: int) -> None:
    """Neither a missing one nor another number in one leaves a result equal."""
    layers = list(found.layers)
    one = layers.pop(number)
    assert replace(found, layers=tuple(layers)) != found
    name, variable = next(iter(one.variables.items()))
    other = replace(variable, values=variable.values * (1 + 1e-12))
    changed = replace(one, variables={**one.variables, name: other})
    assert replace(found, layers=(*layers[:number], changed, *layers[number:])) != found
    same = replace(one, variables={**one.variables, name: replace(variable)})
    assert replace(found, layers=(*layers[:number], same, *layers[number:])) == found


@pytest.mark.parametrize(
    ("old", "new"),
    [("points = [[0.004, 1e-3]", "points = [[0.004, 2e-3]"), ("alpha_D = 0.1", "alpha_D = 0.2")],
)
def test_another_card_has_another_result(found: Result, place: Path, old: str, new: str) -> None:
    (place / "other.toml").write_text(CARD.replace(old, new))
    assert compute_run_card(*load_run_card(str(place / "other.toml"))) != found


def test_lines_alone_have_no_limits(place: Path, tmp_path: Path) -> None:
    start, end = CARD.index("[[limits]]"), CARD.index("[[thermal_lines]]")
    (place / "lines.toml").write_text(CARD[:start] + CARD[end:])
    alone = compute_run_card(*load_run_card(str(place / "lines.toml")))
    assert planes_of(alone) == {}
    assert [(layer.kind, layer.label) for layer in alone.layers] == LAYERS
    write_plane(alone, tmp_path, 1.0)
    assert read_result(tmp_path / "result.json") == alone


def test_a_wrong_joined_card_is_named(place: Path) -> None:
    (place / "wrong.toml").write_text(CARD.replace("na64mu-2e13", "na64mu-2e31"))
    with pytest.raises(CardError, match=r"limits\[1\]\.joined_with\[0\]: 'na64mu-2e31'"):
        compute_run_card(*load_run_card(str(place / "wrong.toml")))


def test_results_are_values_of_any_width(found: Result) -> None:
    """Neither the width of an integer nor the sign of a not-a-number is content."""

    def wider(values: Any) -> Any:
        return values.astype(np.int64) if values.dtype.kind == "u" else np.copysign(values, -1.0)

    for name in ("status", "expected_events"):
        one = found.variables[name]
        values = np.where(np.isnan(one.values), wider(one.values), one.values)
        changed = {**found.variables, name: replace(one, values=values)}
        assert replace(found, variables=changed) == found
