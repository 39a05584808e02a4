"""The page of the Python interface names what exists, and all that `scotopic` offers."""

import importlib
import re
from pathlib import Path

import pytest

import scotopic

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
NAMES = re.findall(r"^::: (\S+)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_imported(name: str) -> None:
    if name == "scotopic.errors":
        assert importlib.import_module(name)
    else:
        place, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(place), attribute)


def test_it_has_every_public_name() -> None:
    errors = {"CardError", "RangeError", "ScotopicError"}  # those of the module
    listed = {name.rpartition(".")[2] for name in NAMES} | errors
    for name in set(scotopic.__all__) - {"__version__"} - listed:
        assert f"`{name}`" in PAGE
