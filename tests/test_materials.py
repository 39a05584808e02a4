"""Radiation lengths against the Particle Data Group's table of atomic and nuclear properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scotopic.errors import RangeError
from scotopic.materials import MATERIALS, Layer, Material, Target, element, material

# Review of Particle Physics (2024), atomic and nuclear properties of materials: radiation
# length in g/cm^2 and density in g/cm^3.
PDG = {
    "beryllium": (65.19, 1.848),
    "carbon": (42.70, 2.210),
    "aluminium": (24.01, 2.699),
    "silicon": (21.82, 2.329),
    "iron": (13.84, 7.874),
    "copper": (12.86, 8.960),
    "tungsten": (6.76, 19.30),
    "gold": (6.46, 19.32),
    "lead": (6.37, 11.35),
    "uranium": (6.00, 18.95),
    "polystyrene": (43.79, 1.060),
    "polyvinyltoluene": (43.90, 1.032),
    "water": (36.08, 1.000),
    "lead tungstate": (7.39, 8.300),
    "bismuth germanate": (7.97, 7.130),
}


# The same table's radiation lengths of elements, in g/cm^2.
PDG_ELEMENTS = {
    "He": 94.32,
    "Li": 82.78,
    "B": 52.69,
    "F": 32.93,
    "Ne": 28.93,
    "Na": 27.74,
    "Mg": 25.03,
    "S": 19.50,
    "Cl": 19.28,
    "Ar": 19.55,
    "K": 17.32,
    "Ca": 16.14,
    "Ti": 16.16,
    "Cr": 14.94,
    "Mn": 14.64,
    "Ni": 12.68,
    "Zn": 12.43,
    "Mo": 9.80,
    "Ag": 8.97,
    "Sn": 8.82,
    "I": 8.48,
    "Xe": 8.48,
    "Cs": 8.31,
    "Ba": 8.31,
    "Gd": 7.48,
    "Ta": 6.82,
    "Pt": 6.54,
}


@pytest.mark.parametrize(("symbol", "expected"), PDG_ELEMENTS.items())
def test_radiation_length_of_elements_is_pdg(symbol: str, expected: float) -> None:
    assert element(symbol).radiation_length_g_cm2 == pytest.approx(expected, rel=0.005)


def test_every_material_has_its_reference() -> None:
    assert set(PDG) == set(MATERIALS)


# The PDG computes its table with the same formula; 1 % is what the elements' rounded data and
# its rule for compounds leave room for.
@pytest.mark.parametrize(("name", "expected"), PDG.items())
def test_radiation_length_is_pdg(name: str, expected: tuple[float, float]) -> None:
    x0, density = expected
    assert material(name).radiation_length_g_cm2 == pytest.approx(x0, rel=0.01)
    assert material(name).density_g_cm3 == pytest.approx(density)


# The PDG's values of I for compounds: 68.7 eV (polystyrene), 79.7 eV (water, which has a
# measured value of its own; Bragg's rule with the gases' values is known to be 10-15 % off).
@pytest.mark.parametrize(
    ("name", "expected", "tolerance"),
    [("lead", 823, 1e-9), ("polystyrene", 68.7, 0.10), ("water", 79.7, 0.15)],
)
def test_mean_excitation_energy(name: str, expected: float, tolerance: float) -> None:
    found = material(name).mean_excitation_energy_eV
    assert found == pytest.approx(expected, rel=tolerance)


def na64_calorimeter() -> Target:
    return Target((Layer(material("lead"), 0.15), Layer(material("polystyrene"), 0.15)), 150)


def test_na64_calorimeter_is_40_radiation_lengths() -> None:
    assert 40 <= na64_calorimeter().thickness_X0 <= 41


def test_geant4_radiation_lengths() -> None:
    # Geant4 11.4 gives 0.56125 cm and 41.3125 cm.
    assert material("lead").radiation_length_cm == pytest.approx(0.56125, rel=2e-3)
    assert material("polystyrene").radiation_length_cm == pytest.approx(41.3125, rel=2e-3)


def test_homogenised_target_keeps_mass_and_radiation_lengths() -> None:
    target = na64_calorimeter()
    mixture = target.homogenised
    areal = mixture.density_g_cm3 * target.thickness_cm
    assert areal == pytest.approx(22.5 * (11.35 + 1.06), rel=1e-12)
    assert target.thickness_cm / mixture.radiation_length_cm == pytest.approx(target.thickness_X0)
    assert target.radiation_length_cm == pytest.approx(45 / 40.63, rel=2e-3)


def test_electrons_per_radiation_length_of_lead() -> None:
    assert material("lead").electrons_per_cm2_per_X0 == pytest.approx(
        6.02214e23 * 6.37 * 82 / 207.2, rel=0.01
    )


@given(st.lists(st.sampled_from(sorted(PDG)), min_size=1, max_size=5), st.floats(1e-3, 1e3))
def test_order_of_layers_does_not_matter(names: list[str], thickness_cm: float) -> None:
    layers = tuple(Layer(material(n), thickness_cm) for n in names)
    forward, backward = Target(layers), Target(layers[::-1])
    assert forward.thickness_X0 == pytest.approx(backward.thickness_X0)
    assert forward.radiation_length_cm == pytest.approx(backward.radiation_length_cm)


@pytest.mark.parametrize("thickness_cm", [0.0, -0.15, float("nan"), float("inf")])
def test_impossible_layers_are_refused(thickness_cm: float) -> None:
    with pytest.raises(RangeError, match="thickness_cm"):
        Layer(material("lead"), thickness_cm)


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(RangeError, match="did you mean 'uranium'"):
        material("unobtainium")
    with pytest.raises(RangeError, match="Pb"):
        element("Xx")


def test_impossible_materials_are_refused() -> None:
    with pytest.raises(RangeError, match="add up to 1"):
        Material("half", ((element("Pb"), 0.5),), 1.0)
    with pytest.raises(RangeError, match="density"):
        Material("void", ((element("Pb"), 1.0),), 0.0)
    with pytest.raises(RangeError, match="at least one"):
        Target(())
