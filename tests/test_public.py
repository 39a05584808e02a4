"""The public interface: every name is there, and importing it costs nothing."""

import subprocess
import sys

import pytest

import scotopic


@pytest.mark.parametrize("name", scotopic.__all__)
def test_every_public_name_exists(name: str) -> None:
    assert getattr(scotopic, name)


def test_unknown_names_are_no_attributes() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = scotopic.nothing


def test_import_loads_nothing_heavy() -> None:
    code = (
        "import sys, scotopic; "
        "print([m for m in ('numpy', 'scipy', 'numba', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
