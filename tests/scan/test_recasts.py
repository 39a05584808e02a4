"""Bounds of cards in planes: computed for the plane's models, and drawn as what is excluded."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.path import Path as Outline

from scotopic.bounds import bound_names, load_bound
from scotopic.errors import CardError
from scotopic.experiments.toml_text import toml_text
from scotopic.figures import draw_plane
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.scan.run import check_run_card, compute_run_card
from scotopic.scan.run_card import load_run_card
from scotopic.scan.unseen import islands, unseen
from scotopic.search.result import Result

PLANE: dict[str, Any] = {
    "title": "others",
    "source": "a test",
    "model": "inelastic_dark_matter",
    "fixed": {"alpha_D": 0.1, "mass_ratio": 3.0, "splitting": 0.4},
    "x": {"parameter": "mediator_mass", "minimum": 0.2, "maximum": 0.8, "points": 7},
    "y": {"parameter": "kinetic_mixing", "minimum": 1e-4, "maximum": 0.1, "points": 61},
}
TOY = """
kind = "number"
title = "toy"
label = "toy"
source = "a test"
minimum_mixing = 0.01
mass_range_GeV = [0.1, 10.0]
"""


def written(tmp_path: Path, **changes: Any) -> Path:
    path = tmp_path / "plane.toml"
    path.write_text(toml_text(PLANE | changes))
    return path


def computed(tmp_path: Path, **changes: Any) -> Result:
    return compute_run_card(written(tmp_path, **changes))


def covers(found: Result, label: str, x: float, y: float) -> bool:
    """Whether a point is in an island, in logarithms."""
    (layer,) = (one for one in found.layers if one.label == label)
    at = (np.log(x), np.log(y))
    return any(Outline(np.log(island)).contains_point(at) for island in islands(layer))


def test_islands_are_what_the_bound_excludes(tmp_path: Path) -> None:
    """At the plane's own masses edges are those of the bound: its logarithm is linear there."""
    found = computed(tmp_path, bounds=[{"card": "babar-2017"}, {"card": "lep"}])
    assert [layer.label for layer in found.layers] == ["BaBar", "LEP"]
    babar = load_bound("babar-2017")
    for mass in _masses():
        model = InelasticDarkMatter(
            mediator_mass=mass, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
        )
        for edge in np.ravel(babar.excluded(model).intervals):
            if np.isfinite(edge):
                sides = [covers(found, "BaBar", mass * 1.0001, edge * f) for f in (0.98, 1.02)]
                assert sorted(sides) == [False, True]
    assert covers(found, "LEP", 0.4, 0.031)
    assert not covers(found, "LEP", 0.4, 0.029)


def _masses() -> list[float]:
    found: list[float] = np.geomspace(0.2, 0.8, 7)[1:-1].tolist()
    return found


def test_what_is_not_bounded_is_said(tmp_path: Path) -> None:
    found = computed(tmp_path, bounds=[{"card": "xenon1t-2019", "label": "X"}, {"card": "lep"}])
    (said,) = found.attributes["remarks"]
    assert said.startswith("bounds[X]: not bounded at 427 of 427 points: no elastic scattering")
    assert "no elastic scattering" in unseen(found)["bound", "X"]
    texts = draw_plane(found).axes[0].get_legend()
    assert texts is not None
    assert "X: none here" in {text.get_text() for text in texts.get_texts()}


def test_planes_without_a_coupling_have_the_same_edges(tmp_path: Path) -> None:
    """Along the splitting, at one mixing: BaBar loses sight of large splittings."""
    fixed = {"alpha_D": 0.1, "mass_ratio": 3.0, "kinetic_mixing": 2e-3}
    x = {"parameter": "mediator_mass", "minimum": 0.2, "maximum": 0.8, "points": 3}
    y = {"parameter": "splitting", "minimum": 0.1, "maximum": 0.5, "points": 6}
    found = computed(tmp_path, fixed=fixed, x=x, y=y, bounds=[{"card": "babar-2017"}])
    mass = 0.4
    for splitting in (0.11, 0.2, 0.3, 0.48):
        model = InelasticDarkMatter(
            mediator_mass=mass, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=splitting
        )
        excluded = load_bound("babar-2017").excluded(model).excludes(2e-3)
        assert covers(found, "BaBar", mass * 1.0001, splitting) == excluded


def test_a_card_of_one_s_own_is_beside_the_run_card(tmp_path: Path) -> None:
    (tmp_path / "toy.toml").write_text(TOY)
    found = computed(tmp_path, bounds=[{"card": "toy.toml"}])
    assert covers(found, "toy", 0.4, 0.011)
    assert not covers(found, "toy", 0.4, 0.009)
    assert found.layers[0].attributes["source"] == "a test"
    assert json.dumps(found.layers[0].attributes["remarks"]) == "[]"


def test_all_are_those_of_the_package(tmp_path: Path) -> None:
    card, _ = load_run_card(written(tmp_path, bounds="all"))
    measured = [name for name in bound_names() if not load_bound(name).card.is_projection]
    assert [layer.card for layer in card.bounds] == measured
    assert check_run_card(card, tmp_path) == []


def test_projections_are_dashed_and_not_filled(tmp_path: Path) -> None:
    fixed = {"alpha_D": 0.1, "mass_ratio": 3.0, "dark_matter": "dirac"}
    found = computed(tmp_path, model="dark_photon", fixed=fixed, bounds=[{"card": "belle2"}])
    legend = draw_plane(found).axes[0].get_legend()
    assert legend is not None
    (handle,) = legend.legend_handles
    assert handle is not None
    assert handle.get_linestyle() != "-"  # type: ignore[attr-defined]
    assert handle.get_facecolor()[3] == 0.0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("bound", "message"),
    [
        (
            {"card": "babar"},
            r"bounds\[babar\].card: 'babar' is no bound; did you mean",
        ),
        ({"card": "none.toml"}, r"bounds\[none\].card: .*none.toml"),
        ({"card": "lep", "points": [[1, 1], [2, 2]]}, "points: means nothing beside card"),
        ({"card": "lep", "excludes": "above"}, "excludes: means nothing beside card"),
        ({"label": "x"}, "source: missing"),
    ],
)
def test_mistakes_are_named(bound: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(CardError, match=message):
        computed(tmp_path, bounds=[bound])
