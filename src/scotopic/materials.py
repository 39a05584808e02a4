"""Elements, materials and layered targets, with radiation lengths by Tsai's formula.

Atomic masses and densities are those of the Particle Data Group's table of atomic and nuclear
properties; the radiation lengths are computed, and the tests hold them to that table.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final, overload

from scotopic.checked import count, make_floats, number, positive, shown
from scotopic.data_tables import data_rows
from scotopic.display import displayed
from scotopic.errors import RangeError, nearest
from scotopic.units import (
    ALPHA,
    ATOMIC_MASS_UNIT,
    AVOGADRO,
    CLASSICAL_ELECTRON_RADIUS_CM,
    ELECTRON_MASS,
)

# Tsai, Rev. Mod. Phys. 46 (1974) 815, table B.2: L_rad and L'_rad of the lightest elements,
# where the Thomas-Fermi model of the atom does not hold.
_LIGHT_ATOM_LOGARITHMS = {1: (5.31, 6.144), 2: (4.79, 5.621), 3: (4.74, 5.805), 4: (4.71, 5.924)}


@displayed
@dataclass(frozen=True)
class Element:
    """A chemical element.

    Attributes
    ----------
    symbol : str
        Chemical symbol.
    atomic_number : int
        Number of protons, Z.
    atomic_mass : float
        Mean atomic mass A in g/mol.
    density_g_cm3 : float
        Density of the bulk element.
    mean_excitation_energy_eV : float
        Mean excitation energy I of the Bethe formula.
    """

    symbol: str
    atomic_number: int
    atomic_mass: float
    density_g_cm3: float
    mean_excitation_energy_eV: float

    @property
    def nuclear_mass(self) -> float:
        """Mass of the nucleus in GeV: the atom without its electrons (binding neglected)."""
        return self.atomic_mass * ATOMIC_MASS_UNIT - self.atomic_number * ELECTRON_MASS

    @property
    def coulomb_correction(self) -> float:
        """Coulomb correction f(Z) (Davies, Bethe and Maximon, as parametrised by the PDG)."""
        a2 = (ALPHA * self.atomic_number) ** 2
        return a2 * (1 / (1 + a2) + 0.20206 - 0.0369 * a2 + 0.0083 * a2**2 - 0.002 * a2**3)

    @property
    def radiation_logarithms(self) -> tuple[float, float]:
        """Tsai's L_rad (nucleus) and L'_rad (atomic electrons)."""
        z = self.atomic_number
        if z in _LIGHT_ATOM_LOGARITHMS:
            return _LIGHT_ATOM_LOGARITHMS[z]
        return math.log(184.15 * z ** (-1 / 3)), math.log(1194 * z ** (-2 / 3))

    @property
    def radiative_strength(self) -> float:
        """Z^2 (L_rad - f) + Z L'_rad: bremsstrahlung per atom in units of 4 alpha r_e^2."""
        nucleus, electrons = self.radiation_logarithms
        z = self.atomic_number
        return z**2 * (nucleus - self.coulomb_correction) + z * electrons

    @property
    def radiation_length_g_cm2(self) -> float:
        """Radiation length X0 in g/cm^2.

        Notes
        -----
        1/X0 = 4 alpha r_e^2 (N_A/A) [Z^2 (L_rad - f) + Z L'_rad]: Tsai, Rev. Mod. Phys. 46
        (1974) 815; eq. 34.25 of the Review of Particle Physics (2024).

        Examples
        --------
        >>> round(element("Pb").radiation_length_g_cm2, 2)
        6.37
        """
        per_atom = 4 * ALPHA * CLASSICAL_ELECTRON_RADIUS_CM**2 * self.radiative_strength
        return self.atomic_mass / (AVOGADRO * per_atom)


@displayed
@dataclass(frozen=True)
class Material:
    """A homogeneous mixture of elements.

    Attributes
    ----------
    name : str
        What a card calls it.
    mass_fractions : tuple of (Element, float)
        Composition by mass, adding up to one.
    density_g_cm3 : float
        Density.

    Raises
    ------
    RangeError
        If the fractions are not positive or do not add up to one, or the density is not
        positive.
    """

    name: str
    mass_fractions: tuple[tuple[Element, float], ...]
    density_g_cm3: float

    def __post_init__(self) -> None:
        """Refuse what cannot exist."""
        fractions = _pairs(self.mass_fractions)
        object.__setattr__(self, "mass_fractions", fractions)
        total = sum(fraction for _, fraction in fractions)
        if not math.isclose(total, 1, abs_tol=1e-6) or any(f <= 0 for _, f in self.mass_fractions):
            raise RangeError(f"{self.name}: mass_fractions must be positive and add up to 1")
        make_floats(self, "density_g_cm3")
        positive(f"{self.name}: density_g_cm3", self.density_g_cm3)

    @property
    def radiation_length_g_cm2(self) -> float:
        """Radiation length in g/cm^2: 1/X0 = sum of (mass fraction)/X0 over the elements."""
        return 1 / sum(f / e.radiation_length_g_cm2 for e, f in self.mass_fractions)

    @property
    def radiation_length_cm(self) -> float:
        """Radiation length in cm."""
        return self.radiation_length_g_cm2 / self.density_g_cm3

    @property
    def atoms_per_cm2_per_X0(self) -> Mapping[Element, float]:
        """Atoms of each element per cm^2 in one radiation length, N_A X0 w/A."""
        x0 = self.radiation_length_g_cm2
        return {e: AVOGADRO * x0 * f / e.atomic_mass for e, f in self.mass_fractions}

    @property
    def electrons_per_cm2_per_X0(self) -> float:
        """Atomic electrons per cm^2 in one radiation length."""
        return sum(n * e.atomic_number for e, n in self.atoms_per_cm2_per_X0.items())

    @property
    def mean_excitation_energy_eV(self) -> float:
        """Mean excitation energy I, by Bragg's additivity: ln I weighted with w Z/A."""
        weights = [(e, f * e.atomic_number / e.atomic_mass) for e, f in self.mass_fractions]
        total = sum(w for _, w in weights)
        return math.exp(sum(w * math.log(e.mean_excitation_energy_eV) for e, w in weights) / total)


def _pairs(given: object) -> tuple[tuple[Element, float], ...]:
    """Return elements and their shares."""
    try:
        return tuple((element(e), number("share", f)) for e, f in given)  # type: ignore[attr-defined]
    except RangeError as error:
        raise RangeError(f"mass_fractions: {error}") from None
    except (TypeError, ValueError):
        text = f"mass_fractions: {shown(given)} is no list of elements with their shares"
        raise RangeError(text) from None


@displayed
@dataclass(frozen=True)
class Layer:
    """A slab across the beam.

    Attributes
    ----------
    material : Material
        What it is made of; given by its name, or itself.
    thickness_cm : float
        Its thickness along the beam.

    Raises
    ------
    RangeError
        If the thickness is not positive and finite.
    """

    material: Material
    thickness_cm: float

    def __post_init__(self) -> None:
        """Take the material by its name too, and refuse an impossible thickness."""
        object.__setattr__(self, "material", material(self.material))
        make_floats(self, "thickness_cm")
        positive("thickness_cm", self.thickness_cm)

    @property
    def thickness_X0(self) -> float:
        """Thickness in radiation lengths."""
        return self.thickness_cm / self.material.radiation_length_cm


@displayed
@dataclass(frozen=True)
class Target:
    """Layers that repeat along the beam, such as the absorber and scintillator of a calorimeter.

    Attributes
    ----------
    layers : tuple of Layer
        One period, in the order in which the beam meets them.
    repetitions : int
        How many times the period is repeated.

    Raises
    ------
    RangeError
        If there is no layer or no repetition.

    Examples
    --------
    The NA64 calorimeter, 150 plates of lead and as many of scintillator:

    >>> ecal = Target((Layer(material("lead"), 0.15), Layer(material("polystyrene"), 0.15)), 150)
    >>> round(ecal.thickness_X0, 1), ecal.thickness_cm
    (40.6, 45.0)
    """

    layers: tuple[Layer, ...]
    repetitions: int = 1

    def __post_init__(self) -> None:
        """Refuse an empty target."""
        object.__setattr__(self, "repetitions", count("repetitions", self.repetitions, 1))
        if not self.layers:
            raise RangeError("layers: a target needs at least one")

    @property
    def thickness_cm(self) -> float:
        """Total thickness in cm."""
        return self.repetitions * sum(layer.thickness_cm for layer in self.layers)

    @property
    def thickness_X0(self) -> float:
        """Total thickness in radiation lengths."""
        return self.repetitions * sum(layer.thickness_X0 for layer in self.layers)

    @property
    def radiation_length_cm(self) -> float:
        """Effective radiation length of the homogenised target in cm."""
        return self.homogenised.radiation_length_cm

    @cached_property
    def homogenised(self) -> Material:
        """The material of the same mass and composition, spread evenly over the thickness.

        Good for showers as long as a layer is thin against a radiation length.
        """
        grams: dict[Element, float] = {}
        for layer in self.layers:
            for e, fraction in layer.material.mass_fractions:
                areal = fraction * layer.material.density_g_cm3 * layer.thickness_cm
                grams[e] = grams.get(e, 0.0) + areal
        total = sum(grams.values())
        fractions = tuple((e, g / total) for e, g in grams.items())
        name = " + ".join(dict.fromkeys(layer.material.name for layer in self.layers))
        return Material(name, fractions, total / sum(layer.thickness_cm for layer in self.layers))


def _elements() -> Mapping[str, Element]:
    rows = data_rows("scotopic", "elements.csv")
    return MappingProxyType({s: Element(s, int(z), *map(float, rest)) for s, z, *rest in rows})


ELEMENTS: Final = _elements()
"""The elements that materials are made of, by their symbols."""


def element(given: "str | Element | Material") -> Element:
    """Return the element of a chemical symbol, or of a material that is made of it alone.

    Parameters
    ----------
    given : str, Element or Material
        A symbol or the name of a material; what is an element already is returned as it is.

    Raises
    ------
    RangeError
        If the element is not in the table; the message lists those that are.

    Examples
    --------
    >>> element("Pb").atomic_number, element("lead").atomic_number
    (82, 82)
    """
    if isinstance(given, Element):
        return given
    if isinstance(given, str) and given in ELEMENTS:
        return ELEMENTS[given]
    made = MATERIALS.get(given) if isinstance(given, str) else given
    if isinstance(made, Material) and len(made.mass_fractions) == 1:
        return made.mass_fractions[0][0]
    what = given.name if isinstance(given, Material) else given
    hint = nearest(str(what), ELEMENTS)
    raise RangeError(
        f"element: {shown(what)} is no element, nor a material of a single one; {hint}"
    )


def compound(name: str, atoms: Mapping[str, float], density_g_cm3: float) -> Material:
    """Return a material with given numbers of atoms of each element in its formula unit.

    Raises
    ------
    RangeError
        If an element is unknown, or a number is not positive.

    Examples
    --------
    >>> round(compound("caesium iodide", {"Cs": 1, "I": 1}, 4.51).radiation_length_cm, 2)
    1.86
    """
    grams = {element(s): number(s, n) * element(s).atomic_mass for s, n in atoms.items()}
    total = sum(grams.values())
    return Material(name, tuple((e, g / total) for e, g in grams.items()), density_g_cm3)


def _pure(name: str, symbol: str) -> Material:
    return Material(name, ((ELEMENTS[symbol], 1.0),), ELEMENTS[symbol].density_g_cm3)


_NAMED = (
    _pure("beryllium", "Be"),
    _pure("carbon", "C"),
    _pure("aluminium", "Al"),
    _pure("silicon", "Si"),
    _pure("iron", "Fe"),
    _pure("copper", "Cu"),
    _pure("tungsten", "W"),
    _pure("gold", "Au"),
    _pure("lead", "Pb"),
    _pure("uranium", "U"),
    compound("polystyrene", {"C": 8, "H": 8}, 1.060),
    compound("polyvinyltoluene", {"C": 9, "H": 10}, 1.032),
    compound("water", {"H": 2, "O": 1}, 1.000),
    compound("lead tungstate", {"Pb": 1, "W": 1, "O": 4}, 8.300),
    compound("bismuth germanate", {"Bi": 4, "Ge": 3, "O": 12}, 7.130),
)

MATERIALS: Final[Mapping[str, Material]] = MappingProxyType({m.name: m for m in _NAMED})
"""The materials that a card can name."""

_OF_SYMBOLS: Final = {
    one.mass_fractions[0][0].symbol: one for one in _NAMED if len(one.mass_fractions) == 1
}


@overload
def material(given: "str | Element | Material") -> Material: ...
@overload
def material(given: "str | Element | Material | Target") -> Material | Target: ...
def material(given: "str | Element | Material | Target") -> Material | Target:
    """Return the material of a name or a chemical symbol.

    Parameters
    ----------
    given : str, Element, Material or Target
        What is a material or a target already is returned as it is.

    Raises
    ------
    RangeError
        If the material is not in the table; the message lists those that are.

    Examples
    --------
    >>> round(material("tungsten").radiation_length_cm, 3)
    0.35
    >>> material("W") is material("tungsten"), material("Ti").density_g_cm3
    (True, 4.54)
    """
    if isinstance(given, Material | Target):
        return given
    symbol = given.symbol if isinstance(given, Element) else given
    if isinstance(symbol, str) and symbol in ELEMENTS:
        return _OF_SYMBOLS.get(symbol) or _pure(symbol, symbol)
    if not isinstance(symbol, str) or symbol not in MATERIALS:
        hint = nearest(str(symbol), MATERIALS)
        raise RangeError(f"material: {shown(given)} is not a material; {hint}")
    return MATERIALS[symbol]
