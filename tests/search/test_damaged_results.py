"""Damaged files of results: each is refused in one line with file and key, or drawn and written."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest

from scotopic.errors import ScotopicError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.scan.plane import exclusion_plane
from scotopic.search import Axis, Result, exclusion_curve
from scotopic.search.result_files import as_json, from_json, read_result

Path_ = tuple[str | int, ...]
ODD = (None, "odd", -7.5, [1], {"a": 1}, "inf")


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    masses, mixings = Axis("mediator_mass", 0.1, 0.2, 2), Axis("kinetic_mixing", 1e-5, 1e-3, 3)
    fixed = {"alpha_D": 0.1, "mass_ratio": 3, "dark_matter": "dirac"}
    return {
        "curve": exclusion_curve("na64e-2018", axis=[0.1, 0.2]),
        "islands": exclusion_curve("na64e-visible-2018", axis=[0.0167]),
        "plane": exclusion_plane("na64e-2018", DarkPhoton, masses, mixings, fixed),
    }


def places(content: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Yield the paths of all that is in a result, of arrays the first three."""
    yield path
    if isinstance(content, dict):
        for key, one in content.items():
            yield from places(one, (*path, key))
    elif isinstance(content, list):
        for number, one in enumerate(content[:3]):
            yield from places(one, (*path, number))


def damage(content: Any, generator: random.Random) -> None:
    """Take one thing away, or write something odd in its place; cards stay whole."""
    path = generator.choice([p for p in places(content) if p and "experiments" not in p[:-1]])
    for key in path[:-1]:
        content = content[key]
    odd = generator.choice((*ODD, "gone"))
    if odd == "gone":
        del content[path[-1]]
    else:
        content[path[-1]] = odd


@pytest.mark.parametrize("name", ["curve", "islands", "plane"])
@pytest.mark.parametrize("count", [15, pytest.param(150, marks=pytest.mark.long)])
def test_damage_is_told_with_the_file(
    name: str, count: int, results: dict[str, Result], tmp_path: Path
) -> None:
    generator, text = random.Random(1), json.dumps(as_json(results[name]))  # noqa: S311
    said: list[str] = []
    for _ in range(count):
        content = json.loads(text)
        damage(content, generator)
        (tmp_path / "result.json").write_text(json.dumps(content))
        try:
            found = read_result(tmp_path)
        except ScotopicError as error:
            said.append(str(error))
        else:
            found.plot()
            plt.close("all")
            found.save(tmp_path / "again")
    assert count / 3 < len(said) < count
    assert all(one.startswith(f"{tmp_path / 'result.json'}: result: ") for one in said)
    assert not any("\n" in one for one in said)


@pytest.mark.parametrize(
    ("name", "path", "value", "said"),
    [
        ("curve", "kind", "plan", "kind: 'plan' is not one of curve"),
        ("plane", "kind", "curve", "kind: 'curve' is not one of plane"),
        ("curve", "attributes.title", 3, "attributes.title: 3 is not a string"),
        ("curve", "attributes.model.name", "x", "attributes.model: model: 'x' is not one of"),
        (
            "curve",
            "variables.mediator_mass.values.0",
            "inf",
            "variables.mediator_mass: some of",
        ),
        ("curve", "variables.status.dims.1", "other", "variables.status.dims: must be limit, "),
        ("plane", "attributes.axes", [], "attributes.axes[0]: missing"),
        ("plane", "attributes.axes.0.maximum", 0.3, "attributes.axes[0]: is not the axis that"),
        ("plane", "attributes.limits.0.label", "x", "attributes.limits: are not those of"),
        ("plane", "attributes.card", {"x": {}}, "attributes.card.y: missing"),
        (
            "plane",
            "layers",
            [{"kind": "bound", "label": "b", "variables": {}, "attributes": {"excludes": "up"}}],
            "layers[0].attributes.excludes: 'up' is not one of",
        ),
    ],
)
def test_what_is_damaged_is_named(
    name: str, path: str, value: object, said: str, results: dict[str, Result]
) -> None:
    content = json.loads(json.dumps(as_json(results[name])))
    at, *keys = content, *(int(key) if key.isdigit() else key for key in path.split("."))
    for key in keys[:-1]:
        at = at[key]
    at[keys[-1]] = value
    with pytest.raises(ScotopicError) as refused:
        from_json(content)
    assert said in str(refused.value)
