"""Progress in notebooks: a bar that goes away, and silence where nobody looks."""

import sys
import types
from typing import Any

import pytest

from scotopic import progress
from scotopic.progress import heard, silent


class Notebook:
    """Keeps what is displayed."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def display(self, content: dict[str, str], *, raw: bool, display_id: bool) -> "Notebook":
        assert raw
        assert display_id
        return self.update(content, raw=True)

    def update(self, content: dict[str, str], *, raw: bool) -> "Notebook":
        assert raw
        self.shown.append(content["text/html"])
        return self


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    found = Notebook()
    shell = types.ModuleType("IPython")
    shell.get_ipython = lambda: types.SimpleNamespace(kernel=object())  # type: ignore[attr-defined]
    display = types.ModuleType("IPython.display")
    display.display = found.display  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setattr(progress, "_PATIENCE_S", 0.0)
    monkeypatch.setattr(progress, "_EVERY_S", 0.0)
    return found


def test_a_bar_shows_how_far_it_is_and_goes(notebook: Notebook) -> None:
    with heard(None) as report:
        report("<masses>", 3, 10)
        report("<masses>", 4, 10)
    first, second, last = notebook.shown
    assert "value=3 max=10" in first
    assert "&lt;masses&gt;: 4 of 10" in second
    assert last == ""


def test_what_is_part_of_another_computation_has_no_bar(notebook: Notebook) -> None:
    with heard(None) as outer, heard(None) as inner:
        assert inner is silent
        outer("all", 1, 2)
    with heard(None) as report:
        assert report is not silent
    assert len(notebook.shown) == 2


def test_the_bar_goes_with_an_error(notebook: Notebook) -> None:
    def fail() -> None:
        with heard(None) as report:
            report("all", 1, 2)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert notebook.shown[-1] == ""


def test_who_is_named_listens_alone(notebook: Notebook) -> None:
    calls: list[Any] = []
    with heard(lambda *words: calls.append(words)) as report:
        report("all", 1, 2)
    assert calls == [("all", 1, 2)]
    assert notebook.shown == []


def test_quick_work_shows_nothing(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_PATIENCE_S", 1e6)
    with heard(None) as report:
        report("all", 1, 2)
    assert notebook.shown == []


@pytest.mark.parametrize("shell", [None, types.SimpleNamespace()])
def test_nobody_looks_outside_of_notebooks(shell: object, monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("IPython")
    module.get_ipython = lambda: shell  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", module)
    with heard(None) as report:
        assert report is silent
