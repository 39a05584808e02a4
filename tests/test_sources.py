"""The code behind a module: found whole, without importing it."""

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import scotopic
from scotopic.sources import formatted_imports, imports, module_names, source_digests

PACKAGE = {
    "model.py": "from .shapes import Shape\n\n\nclass Mine(Shape):\n    pass\n",
    "shapes/__init__.py": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from .round import Round\n    from .shape import Shape\n"
    ),
    "shapes/shape.py": (
        "import numpy; from ..circle import x\n"
        "def late():\n    from scotopic import units\n    import toy.widths as w\n"
        "class Shape: pass\n"
    ),
    "shapes/round.py": "never = 1\n",
    "circle.py": "from toy import model\nx = 1\n",
    "widths.py": "from . import (  # one (of two)\n    tables,\n)\n",
    "tables/__init__.py": "",
    "tables/data/deep/r.csv": "1,2\n",
    "unused.py": "",
    "__init__.py": "from toy.on_the_way import y\n",
    "on_the_way.py": "y = 1\n",
}
BEHIND = {
    "toy",
    "toy.on_the_way",
    "toy.model",
    "toy.shapes",
    "toy.shapes.shape",
    "toy.circle",
    "toy.widths",
    "toy.tables",
    "toy.tables/data/deep/r.csv",
}


def loaded(monkeypatch: pytest.MonkeyPatch, name: str, file: Path) -> None:
    """Pretend that a module was imported: nothing of it may run."""
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    monkeypatch.setitem(sys.modules, name, importlib.util.module_from_spec(spec))


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a user's package outside of this one."""
    for name, text in PACKAGE.items():
        file = tmp_path / "toy" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    loaded(monkeypatch, "toy.model", tmp_path / "toy" / "model.py")
    return tmp_path / "toy"


def digests(*modules: str) -> Mapping[str, str]:
    found = source_digests(modules)
    assert found is not None
    return found


@pytest.mark.usefixtures("toy")
def test_closure_of_a_users_package() -> None:
    found = digests("toy.model")
    assert {name for name in found if name.startswith("toy")} == BEHIND
    assert {"scotopic.units", "scotopic"} <= found.keys()
    assert "scotopic.signal" not in found
    assert "toy.circle" not in sys.modules


@pytest.mark.parametrize("name", sorted(PACKAGE))
def test_change_of_any_file(toy: Path, name: str) -> None:
    before = digests("toy.model")
    file = toy / name
    file.write_text(file.read_text() + "\n")
    after = digests("toy.model")
    changed = {key for key in before if before[key] != after[key]}
    assert before.keys() == after.keys()
    assert len(changed) == (0 if name in {"unused.py", "shapes/round.py"} else 1)


def test_new_data_file(toy: Path) -> None:
    before = digests("toy.model")
    (toy / "tables" / "data" / "another.csv").write_text("3\n")
    assert digests("toy.model").keys() - before.keys() == {"toy.tables/data/another.csv"}


def test_large_data_file(toy: Path) -> None:
    """Not read, but a change is seen."""
    file = toy / "tables" / "data" / "large.bin"
    file.write_bytes(bytes(2 << 20))
    before = digests("toy.model")
    file.write_bytes(bytes((2 << 20) + 1))
    assert digests("toy.model") != before


def test_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "script.py").write_text(
        "import numpy\nimport helpers\nfrom scotopic import units\n"
    )
    (tmp_path / "helpers.py").write_text("")
    (tmp_path / "other.py").write_text("")
    loaded(monkeypatch, "__main__", tmp_path / "script.py")
    found = digests("__main__")
    assert {name for name in found if not name.startswith("scotopic")} == {"__main__", "helpers"}
    (tmp_path / "helpers.py").write_text("x = 1")
    assert digests("__main__")["helpers"] != found["helpers"]


def test_installed_package_ends_with_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site-packages"
    for name in ("plugin", "library"):
        (site / name).mkdir(parents=True)
        (site / name / "__init__.py").write_text("import library\nfrom plugin import part\n")
        (site / name / "part.py").write_text("")
    loaded(monkeypatch, "plugin", site / "plugin" / "__init__.py")
    found = digests("plugin")
    assert {n for n in found if not n.startswith("scotopic")} == {"plugin", "plugin.part"}


def test_notebook_has_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    assert source_digests(["scotopic.units", "__main__"]) is None


def test_modules_of_base_classes() -> None:
    parent = type("Parent", (), {"__module__": "elsewhere"})
    child = type("Child", (parent,), {"__module__": "toy.model"})
    assert module_names(child(), child()) == ("toy.model", "elsewhere")


@pytest.mark.parametrize(
    ("module", "behind"),
    [
        ("scotopic.signatures.missing_energy", "scotopic.experiments.apparatus"),
        ("scotopic.processes.bremsstrahlung", "scotopic.production.amplitudes"),
        ("scotopic.processes.dump", "scotopic.shower.radiation"),
        ("scotopic.search.overlays", "scotopic.decays/data/hadronic_ratio.csv"),
        ("scotopic.search.ties", "scotopic.cosmology.boltzmann"),
        ("scotopic.search.likelihood", "scotopic.statistics.likelihood"),
        ("scotopic.cli.limit", "scotopic.figures/data/scotopic.mplstyle"),
        ("scotopic.models.dark_photon", "scotopic.decays/data/hadronic_ratio.csv"),
    ],
)
def test_what_is_behind_our_modules(module: str, behind: str) -> None:
    assert behind in digests(module)


def test_cross_sections_do_not_depend_on_cards() -> None:
    """Tables that take seconds must not be lost to every change."""
    found = digests("scotopic.production.tables")
    assert not [name for name in found if name.startswith(("scotopic.scan", "scotopic.exper"))]


def test_quick_reading_agrees_with_pythons_parser() -> None:
    for file in Path(scotopic.__file__).parent.rglob("*.py"):
        source = file.read_bytes()
        parsed = {one for one in imports(source) if one.module.split(".")[0] in {"scotopic", ""}}
        assert set(formatted_imports(source)) == parsed, file
