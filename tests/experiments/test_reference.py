"""The documentation of the cards says what the schema says."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from scotopic.experiments import experiment_names
from scotopic.search import load_experiment
from scotopic.signatures.base import SIGNATURES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", DOCS / "generate_card_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def keys_of(value: object, path: str = "") -> set[str]:
    if isinstance(value, dict):
        below = [keys_of(v, f"{path}.{k}" if path else k) for k, v in value.items()]
        return set().union(*below) | ({path} if path else set())
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return set().union(*(keys_of(v, f"{path}[]") for v in value)) | {path}
    return {path}


def test_every_key_of_every_card_is_there(generator: ModuleType) -> None:
    documented = set(re.findall(r"^\| `([^`]+)` \|", generator.card_reference(), re.MULTILINE))
    used = set().union(*(keys_of(load_experiment(n).content()) for n in experiment_names()))
    free = "model.parameters."
    assert {k for k in used if not k.endswith("[]") and not k.startswith(free)} <= documented


def test_every_row_has_a_meaning(generator: ModuleType) -> None:
    rows = [r for r in generator.card_reference().splitlines() if r.startswith("| `")]
    assert len(rows) > 40
    for row in rows:
        cells = re.split(r"(?<!\\)\|", row)[1:-1]
        assert len(cells) == 6
        assert cells[5].strip(), row


@pytest.mark.parametrize(
    "row",
    [
        "| `beam.energy_GeV` | number | GeV | ≥ 0.001, ≤ 500 |  | its energy |",
        "| `confidence_level` | number |  | ≥ 0.5, ≤ 0.9999 | `0.9` | of the limits |",
        (
            "| `searches[].selection.channel` | string |  |  |  | which decay is seen, as in "
            '"e+e-" or "gamma gamma" |'
        ),
        (
            "| `model.parameters` | table of numbers or strings |  |  | `{}` | of its parameters, "
            "those that are not as usual |"
        ),
    ],
)
def test_rows(generator: ModuleType, row: str) -> None:
    assert row in generator.card_reference().splitlines()


@pytest.mark.parametrize("name", SIGNATURES.names())
def test_every_signature_has_its_table(generator: ModuleType, name: str) -> None:
    _, _, section = generator.card_reference().partition(
        f"## `searches[].selection` with signature `{name}`\n"
    )
    own = section.partition("\n## ")[0]
    rows = re.findall(r"^\| `searches\[\]\.selection\.(\w+)`", own, re.MULTILINE)
    assert set(rows) == set(SIGNATURES[name].table.model_fields)


def test_the_example_of_the_page_loads(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", (DOCS / "cards.md").read_text(), re.DOTALL)
    assert examples
    for text in examples:
        path = tmp_path / "example.toml"
        path.write_text(text)
        assert load_experiment(path).title.startswith("NA64e")


def test_the_page_lists_the_shipped_cards() -> None:
    table = (DOCS / "cards.md").read_text()
    for name in experiment_names():
        assert name in table or f"-{name.rsplit('-', 1)[1]}`" in table
        experiment = load_experiment(name)
        if not experiment.is_projection:
            exposure = f"{experiment.particles_on_target:.3g}".replace("e+", "e")
            assert re.search(rf"`{name}` \| {re.escape(exposure)} [eμ]", table)
