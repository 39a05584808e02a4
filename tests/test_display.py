"""How values look: short, and as tables that cannot carry a stranger's HTML."""

import dataclasses
import importlib
import inspect
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from scotopic import display
from scotopic.experiments import Experiment, experiment_names
from scotopic.materials import material
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.mediator import DecayingMediator
from scotopic.models.metadata import parameters
from scotopic.models.parameters import model_of
from scotopic.models.registry import MODELS
from scotopic.scan.run_card import gallery_names, load_run_card
from scotopic.search import Result, Search, exclusion_curve, load_experiment
from scotopic.shower import track_lengths

LONGEST = 200
PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")


def documented() -> list[type]:
    """Return the classes of values on the page of the Python interface."""
    found = []
    for name in re.findall(r"^::: (\S+)$", PAGE, re.MULTILINE):
        module, _, attribute = name.rpartition(".")
        one = getattr(importlib.import_module(module), attribute)
        if inspect.isclass(one) and (dataclasses.is_dataclass(one) or issubclass(one, BaseModel)):
            found.append(one)
    return found


@pytest.mark.parametrize("kind", [kind for kind in documented() if kind is not Result])
def test_every_documented_value_has_a_table(kind: type) -> None:
    assert callable(getattr(kind, "_repr_html_", None))


def parts_of(value: object) -> list[object]:
    """Return a table of a card and all tables in it."""
    if isinstance(value, tuple):
        return [part for one in value for part in parts_of(one)]
    if not isinstance(value, BaseModel):
        return []
    inner = [getattr(value, name) for name in type(value).model_fields]
    return [value, *(part for one in inner for part in parts_of(one))]


CARDS: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(experiment_names(), load_experiment),
    **dict.fromkeys(gallery_names(), load_run_card),
}


@pytest.mark.parametrize("name", CARDS)
def test_cards_and_all_their_parts_are_short(name: str) -> None:
    every = parts_of(CARDS[name](name))
    assert len(every) >= 5
    for part in every:
        assert max(len(repr(part)), len(str(part))) < LONGEST


@pytest.mark.parametrize("name", MODELS.names())
def test_models_show_symbols_units_and_widths(name: str) -> None:
    kind = MODELS[name]
    own: dict[str, float | str] = {kind.mass_field: 0.1, kind.coupling_field: 1e-3}
    own |= {"splitting": 0.0, "theta": 0.1, "meson": "phi"}
    own |= {f"q_{one}": 0.25 for one in ("e", "mu", "tau", "u", "d")}
    values = {key: value for key, value in own.items() if key in parameters(kind)}
    model = model_of(name, values)
    assert len(repr(model)) < LONGEST
    assert eval(repr(model), {kind.__name__: kind}) == model  # noqa: S307
    shown = model._repr_html_()
    assert f'<td style="text-align:left">{getattr(model, kind.mass_field):g} GeV</td>' in shown
    label = parameters(kind)[kind.mass_field].label.replace(chr(39), "&#x27;")
    assert f"${label}$" in shown
    # virtual photons have no mass at which a width could be given
    assert ("invisible width" in shown) == isinstance(model, DecayingMediator)


def test_long_values_are_summed_up() -> None:
    shower = track_lengths("lead", "e-", 100.0, minimum_energy=50.0)
    assert re.search(r"energies=\d+ values from 50 to 100", repr(shower))
    for value in (shower, Search.of(["na64e-2018", "na64mu"]), load_experiment("na64e-2018")):
        assert len(repr(value)) < LONGEST


def test_what_is_asked_of_a_search_can_be_opened() -> None:
    found = display.as_table(Search.of("na64e-2018"))
    assert "<details><summary>Part" in found
    assert "energy_GeV" in found  # of the beam, three tables below


def test_no_text_of_a_card_becomes_html() -> None:
    script = "<script>alert(1)</script>"
    card = load_experiment("na64e-2018")
    card = card.model_copy(update={"title": script, "description": f'"{script}'})
    for found in (card._repr_html_(), display.as_table(Search((), method=script))):
        assert "<script>" not in found
        assert "&lt;script&gt;" in found
    assert display.as_table(Experiment, [display.Row(script, script, script)]).count("&lt;s") == 3


def test_arrays() -> None:
    assert display.brief(np.array([1.0, np.nan, 3.0])) == "3 values from 1 to 3 (1 not finite)"
    assert display.brief(np.array([np.nan, np.inf])) == "2 values, none finite"
    assert display.brief(np.zeros((2, 3), dtype=bool)) == "2 x 3 values"
    assert display.brief(np.array(2.5)) == "2.5"
    assert display.brief(np.float32(0.1)) == "0.1"


def test_tables_show_words_for_answers_and_no_empty_captions() -> None:
    lead = material("lead")
    assert repr(lead).startswith("Material(name='lead', mass_fractions=((Element('Pb'), 1))")
    assert "<b></b>" not in lead._repr_html_()  # type: ignore[attr-defined]
    dirac = DarkPhoton(
        mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
    )
    assert "splitting" not in dirac._repr_html_()
    assert "splitting" in replace(dirac, dark_matter="pseudo_dirac", splitting=0.1)._repr_html_()
    islands = exclusion_curve("na64e-visible-2018", axis=[0.0167])
    assert "<td>no</td><td>no</td></tr>" in islands._repr_html_()
    assert repr(islands).endswith(", kinetic_mixing over mediator_mass: 1>")
