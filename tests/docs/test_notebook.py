"""The notebook of the documentation: it runs, prints what it shows, and becomes a page."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"
NOTEBOOK = DOCS / "tutorial-notebook.ipynb"


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("show_notebooks", DOCS / "show_notebooks.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_runs_and_shows_what_it_says(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import matplotlib.pyplot as plt  # noqa: PLC0415 - here alone

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    for cell, outputs in hook.executed(hook.cells_of(NOTEBOOK)):
        source = "".join(cell["source"])
        kept = cell["outputs"]
        assert [one["output_type"] for one in outputs] == [one["output_type"] for one in kept]
        for found, shown in zip(outputs, kept, strict=True):
            assert found.get("text") == shown.get("text"), source
            assert found.get("data", {}).keys() == shown.get("data", {}).keys(), source
            if "text/html" in found.get("data", {}):
                assert found["data"] == shown["data"], source
    plt.close("all")


def test_it_is_a_notebook_and_small() -> None:
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    cells = notebook["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    for cell in cells:
        expected = {"cell_type", "id", "metadata", "source"}
        if cell["cell_type"] == "code":
            expected |= {"outputs", "execution_count"}
        assert set(cell) == expected
    assert NOTEBOOK.stat().st_size < 200_000


def test_its_page_has_text_code_tables_and_the_figure(hook: ModuleType) -> None:
    page = hook.as_markdown(NOTEBOOK)
    assert page.startswith("# ")
    assert page.count("```python\n") == sum(
        cell["cell_type"] == "code" for cell in hook.cells_of(NOTEBOOK)
    )
    assert '<img alt="figure" src="data:image/png;base64,' in page
    assert r'<span class="arithmatex">\(m_{A&#x27;}\)</span>' in page
    assert "```text\n2.84e+11 electrons, 0 events seen\n```" in page
