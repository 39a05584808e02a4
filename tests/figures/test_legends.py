"""Legends are put where we say: matplotlib's own search takes long and may warn the user."""

import ast
from pathlib import Path

import matplotlib as mpl
import pytest

import scotopic
from scotopic.figures.style import STYLE

SOURCES = sorted(Path(scotopic.__file__).parent.rglob("*.py"))


def places(tree: ast.AST) -> list[str]:
    """What calls of `legend` give as their place; "" for none."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    legends = [c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "legend"]
    said = [{k.arg: ast.unparse(k.value) for k in call.keywords} for call in legends]
    return [keywords.get("loc", "") for keywords in said]


def test_no_legend_is_put_at_the_best_place() -> None:
    found = {f: places(ast.parse(f.read_text(encoding="utf-8"))) for f in SOURCES}
    assert sum(map(len, found.values())) >= 5
    assert not {f.name: p for f, p in found.items() if any(not x or "best" in x for x in p)}


def test_nor_are_those_that_users_add() -> None:
    assert mpl.rc_params_from_file(STYLE, use_default_template=True)["legend.loc"] != "best"


@pytest.mark.parametrize("call", ["axes.legend()", "axes.legend(loc='best')"])
def test_the_check_sees_them(call: str) -> None:
    (place,) = places(ast.parse(call))
    assert not place or "best" in place
