"""Texts of cards: one line where a figure shows them, and nothing that cannot be seen."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.plane_cards import plane_card

from scotopic.errors import CardError
from scotopic.experiments.texts import legible, one_line_of_figure
from scotopic.experiments.toml_text import toml_text
from scotopic.scan.run_card import load_run_card
from scotopic.search import experiment_card, load_experiment

RUN_CARD = plane_card(
    "plane",
    (0.01, 0.1, 3),
    (1e-5, 1e-3, 3),
    """\
[[limits]]
label = "NA64"
experiment = "na64e-2018"
[[bounds]]
label = "others"
source = "a test"
points = [[0.01, 1e-4], [0.1, 1e-3]]
""",
).replace("[y]", 'label = "mass"\n[y]')

UNSEEN = {
    "a line end": "a\nb",
    "a tab": "a\tb",
    "a carriage return": "a\rb",
    "an escape code": "a\x1b[31mb",
    "a bell": "a\ab",
    "delete": "a\x7fb",
    "a next line": "a\x85b",
    "a line separator": "a\u2028b",
    "right to left": "a\u202eb",
    "an isolate": "a\u2066b",
    "a mark of direction": "a\u200fb",
    "no width": "a\u200bb",
    "a byte order mark": "a\ufeffb",
    "a soft hyphen": "a\u00adb",
    "a Hangul filler": "a\u3164b",
    "an unknown command": r"$\eps$",
    "an open group": "$a_{b$",
    "half a fraction": r"$\frac{1}$",
    "one dollar": "5 $",
    "no mathematics": "$$",
}

PLACES: dict[str, tuple[str | int, ...]] = {
    "title": ("title",),
    "x.label": ("x", "label"),
    "limits[0].label": ("limits", 0, "label"),
    "bounds[0].label": ("bounds", 0, "label"),
}

EXPERIMENT_PLACES: dict[str, tuple[str | int, ...]] = {
    "title": ("title",),
    "detectors[3].name": ("detectors", 3, "name"),
    "searches[0].name": ("searches", 0, "name"),
    "searches[0].data_sets[0].name": ("searches", 0, "data_sets", 0, "name"),
}


def refusal(
    content: dict[str, Any],
    place: tuple[str | int, ...],
    text: str,
    load: Callable[[str], object],
    folder: Path,
) -> str:
    table: Any = content
    for step in place[:-1]:
        table = table[step]
    table[place[-1]] = text
    path = folder / "card.toml"
    path.write_text(toml_text(content))
    with pytest.raises(CardError) as refused:
        load(str(path))
    message = str(refused.value)
    assert message.isprintable()
    return message.partition("card.toml: ")[2]


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN)
def test_a_line_of_a_figure(text: str, tmp_path: Path) -> None:
    for key, place in PLACES.items():
        content = tomllib.loads(RUN_CARD)
        message = refusal(content, place, text, load_run_card, tmp_path)
        assert message.startswith(f"{key}: "), message


@pytest.mark.parametrize("text", ["a\nb", "a\u202eb", r"$\eps$"])
def test_a_line_of_an_experiment(text: str, tmp_path: Path) -> None:
    for key, place in EXPERIMENT_PLACES.items():
        content = tomllib.loads(experiment_card("na64e-2018"))
        message = refusal(content, place, text, load_experiment, tmp_path)
        assert message.startswith(f"{key}: "), message


def test_the_character_is_named(tmp_path: Path) -> None:
    content = tomllib.loads(RUN_CARD)
    message = refusal(content, ("title",), "NA64\u202e", load_run_card, tmp_path)
    assert message == "title: character 5 is U+202E, RIGHT-TO-LEFT OVERRIDE; write visible text"


@pytest.mark.parametrize(
    "text", ["m_A'", "caf\u00e9, \u03b5 < 10\u207b\u00b3", r"$\epsilon$ and $m_{A'}$", r"5 \$"]
)
def test_what_a_figure_can_show_is_kept(text: str) -> None:
    assert one_line_of_figure(legible(text)) == text


def test_a_source_may_have_lines_but_no_escape_code(tmp_path: Path) -> None:
    content = tomllib.loads(RUN_CARD)
    content["source"] = "first\n\tsecond"
    (tmp_path / "card.toml").write_text(toml_text(content))
    assert load_run_card(str(tmp_path / "card.toml"))[0].source == "first\n\tsecond"
    message = refusal(content, ("source",), "\x1b]0;x\a", load_run_card, tmp_path)
    assert message.startswith("source: character 1 is U+001B")
