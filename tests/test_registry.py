"""Lists of things by name: a script's, a package's, and what is none of them."""

import os
import subprocess
import sys
from pathlib import Path
from types import FunctionType

import pytest

from scotopic.errors import RangeError
from scotopic.models.registry import MODELS
from scotopic.processes.calculation import PROCESSES
from scotopic.registry import Registry
from scotopic.signatures.base import SIGNATURES
from scotopic.statistics.methods import METHODS


class Shape:
    """What is kept here."""


def square() -> int:
    return 4


@pytest.fixture
def shapes() -> Registry[object]:
    return Registry("shape", "shapes", {"name": "pathlib:Path"})


def test_what_is_registered_is_found(shapes: Registry[object]) -> None:
    thing = Shape()
    assert shapes.register("thing")(thing) is thing
    shapes.register("square")(square)
    assert shapes.names() == ("name", "square", "thing")
    assert shapes["thing"] is thing
    assert shapes["name"] is Path
    assert shapes.home("square") == f"{__name__}:square"
    assert shapes.module("name") == "pathlib"
    assert shapes.name_of(square) == "square"
    assert shapes.name_of(Path) in ("name", f"{Path.__module__}:Path")


def test_what_is_named_by_its_place_is_found_and_not_listed(shapes: Registry[object]) -> None:
    assert shapes["os.path:join"] is os.path.join
    assert shapes.home("os.path:join") == "os.path:join"
    assert shapes.names() == ("name",)


def test_a_name_is_taken_but_for_the_same_once_more(shapes: Registry[object]) -> None:
    shapes.register("square")(square)
    again = FunctionType(square.__code__, globals(), "square")
    shapes.register("square")(again)
    assert shapes["square"] is again
    for name in ("square", "name", "a:b"):
        with pytest.raises(RangeError, match=f"shape: the name '{name}' is taken, or has a colon"):
            shapes.register(name)(Shape())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nam", "shape: 'nam' is not one of the shapes; did you mean 'name'"),
        ("zzz", "shape: 'zzz' is not one of the shapes; known: name"),
        ("no_module:Thing", "shape: 'no_module:Thing' cannot be imported: ModuleNotFoundError"),
        ("os:Thing", "shape: 'os:Thing' cannot be imported: AttributeError"),
        (":", "shape: ':' cannot be imported: ValueError"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(
    shapes: Registry[object], name: str, message: str
) -> None:
    with pytest.raises(RangeError, match=f"^{message}.*$"):
        shapes[name]


@pytest.mark.parametrize("registry", [MODELS, PROCESSES, SIGNATURES, METHODS])
def test_all_that_is_built_in_is_there(registry: Registry[object]) -> None:
    for name, home in registry.homes.items():
        module, _, attribute = home.partition(":")
        found = registry[name]
        assert registry[f"{module}:{attribute}"] is found
    with pytest.raises(RangeError, match=f"{registry.kind}: 'os:sep' is no"):
        registry["os:sep"]
    with pytest.raises(RangeError, match="is taken"):
        registry.register(next(iter(registry.homes)))(square)


HOUSE = """
from dataclasses import dataclass
from scotopic.models.dark_photon import DarkPhoton

@dataclass(frozen=True, kw_only=True)
class HousePhoton(DarkPhoton):
    '''A dark photon under another name.'''
"""
ENTRY_POINTS = """
[scotopic.models]
house_photon = house:HousePhoton
[scotopic.processes]
house-flat = house_flat:Flat
[scotopic.signatures]
house-photons = house_photons:SinglePhoton
[scotopic.methods]
house_prior = house_prior:flat_prior
"""
SESSION = """
from scotopic.models.registry import MODELS
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.signatures.base import SIGNATURES
from scotopic.statistics.methods import METHODS, method
from scotopic.search import Search, exclusion_curve, load_experiment

assert "house_photon" in MODELS.names()
photon = MODELS["house_photon"]
assert MODELS.name_of(photon) == "house_photon"
assert {"house-flat", "flat"} & set(PROCESSES.names()) == {"house-flat"}
assert "house-photons" in SIGNATURES.names() and "house_prior" in METHODS.names()
model = photon(mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3,
               dark_matter="dirac")
how = Calculation(processes=("house-flat",))
search = Search.of(load_experiment("na64e-2018"), calculation=how, method="house_prior")
result = exclusion_curve(search, model, [0.1])
print(result.attributes["model"]["name"], result.attributes["method"], result.limits()[0] > 0)
"""


def test_a_package_brings_its_own(tmp_path: Path) -> None:
    """A package on the path with entry points of all four kinds; nothing else knows of it."""
    toys = Path(__file__).parent / "extension"
    (tmp_path / "house.py").write_text(HOUSE)
    for name, toy in (
        ("house_flat", "flat_production"),
        ("house_photons", "single_photon"),
        ("house_prior", "flat_prior"),
    ):
        lines = (toys / f"{toy}.py").read_text().splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("@register")]
        (tmp_path / f"{name}.py").write_text("".join(kept))
    info = tmp_path / "house-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: house\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", SESSION],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert done.stdout == "house_photon house_prior True\n", done.stderr
