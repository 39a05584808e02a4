"""Materials that a card describes itself, against those that are known and the PDG's table."""

from pathlib import Path

import pytest

from scotopic.errors import CardError
from scotopic.experiments import Experiment
from scotopic.materials import material
from scotopic.search import experiment_card, load_experiment

CARD = """
extends = "na64e-2018"
title = "mine"
[target]
source = "mine"
layers = [
    {material = "NAME", thickness_cm = 0.15},
    {material = "polystyrene", thickness_cm = 0.15},
]
[[target.materials]]
name = "NAME"
source = "mine"
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(lines: str, name: str = "stuff") -> Experiment:
    Path("my.toml").write_text(CARD.replace("NAME", name) + lines)
    return load_experiment("my.toml")


def test_a_known_material_described_again_is_the_same_target() -> None:
    mine = load("density_g_cm3 = 11.35\nmass_fractions = {Pb = 1.0}\n")
    assert mine.target.thickness_X0 == load_experiment("na64e-2018").target.thickness_X0


# Review of Particle Physics (2024), atomic and nuclear properties: density in g/cm^3, radiation
# length in cm.
@pytest.mark.parametrize(
    ("lines", "x0"),
    [
        ("density_g_cm3 = 4.51\natoms = {Cs = 1, I = 1}", 1.860),
        ("density_g_cm3 = 3.667\natoms = {Na = 1, I = 1}", 2.588),
        ("density_g_cm3 = 4.893\natoms = {Ba = 1, F = 2}", 2.026),
        ("density_g_cm3 = 8.3\natoms = {Pb = 1, W = 1, O = 4}", 0.8903),
        ("density_g_cm3 = 2.2\nmass_fractions = {Si = 0.467435, O = 0.532565}", 12.29),
        ("density_g_cm3 = 1.396\nmass_fractions = {Ar = 1.0}", 14.0),
    ],
)
def test_radiation_length_is_pdg(lines: str, x0: float) -> None:
    target = load(lines).target.build()
    assert target.layers[0].material.radiation_length_cm == pytest.approx(x0, rel=0.01)


def test_atoms_and_mass_fractions_agree() -> None:
    # by hand: 18.01 g of water have 2.016 g of hydrogen
    atoms = load("density_g_cm3 = 1.0\natoms = {H = 2, O = 1}").target.build()
    grams = load("density_g_cm3 = 1.0\nmass_fractions = {H = 0.1119, O = 0.8881}").target.build()
    assert atoms.thickness_X0 == pytest.approx(grams.thickness_X0, rel=1e-4)
    water = material("water").radiation_length_cm
    assert atoms.layers[0].material.radiation_length_cm == pytest.approx(water, rel=1e-12)


def test_a_material_of_ones_own_is_part_of_the_card() -> None:
    first = load("density_g_cm3 = 4.51\natoms = {Cs = 1, I = 1}")
    Path("whole.toml").write_text(experiment_card("my.toml"))
    assert load_experiment("./whole.toml") == first
    assert load("density_g_cm3 = 4.52\natoms = {Cs = 1, I = 1}").fingerprint != first.fingerprint


WHERE = "my.toml: target.materials[0]"
REFUSED = {
    "density_g_cm3 = 1.0": (
        f"{WHERE}.mass_fractions: missing; a material has mass_fractions or atoms"
    ),
    "atoms = {H = 1}": f"{WHERE}.density_g_cm3: missing; it has no default",
    "density_g_cm3 = -1\natoms = {H = 1}": f"{WHERE}.density_g_cm3: -1 is not positive",
    "density_g_cm3 = 1\natoms = {H = 1}\nmass_fractions = {H = 1}": (
        f"{WHERE}.atoms: does not go together with mass_fractions"
    ),
    "density_g_cm3 = 1\natoms = {}": f"{WHERE}.atoms: no element; at least one is needed",
    "density_g_cm3 = 1\natoms = {Pb = 0}": f"{WHERE}.atoms.Pb: 0 is not positive",
    "density_g_cm3 = 1\natoms = {Pb = true}": f"{WHERE}.atoms.Pb: true is not a number",
    "density_g_cm3 = 1\natoms = [1]": f"{WHERE}.atoms: an array is not a table",
    "density_g_cm3 = 1\natoms = {Sii = 1}": (
        f"{WHERE}.atoms.Sii: 'Sii' is not an element; did you mean 'Si'?"
    ),
    "density_g_cm3 = 1\nmass_fractions = {C = 0.5, H = 0.4}": (
        f"{WHERE}.mass_fractions: they add up to 0.9, not to 1"
    ),
    "density_g_cm3 = 1\natom = {C = 1}": f"{WHERE}.atom: unknown key; did you mean 'atoms'?",
}


@pytest.mark.parametrize("lines", REFUSED)
def test_refused(lines: str) -> None:
    with pytest.raises(CardError) as caught:
        load(lines)
    assert str(caught.value) == REFUSED[lines]


def test_a_known_name_is_not_taken() -> None:
    with pytest.raises(
        CardError, match=r"target.materials\[0\].name: 'lead' is a material already"
    ):
        load("density_g_cm3 = 1.0\natoms = {H = 1}", name="lead")


def test_names_of_ones_own_are_proposed() -> None:
    Path("my.toml").write_text(
        CARD.replace("NAME", "caesium iodide").replace(
            '"caesium iodide", th', '"cesium iodide", th'
        )
        + "density_g_cm3 = 4.51\natoms = {Cs = 1, I = 1}\n"
    )
    with pytest.raises(CardError, match="did you mean 'caesium iodide'"):
        load_experiment("my.toml")
