"""What a shower consists of, what it runs through, and which effects take part in it."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias, get_args

from scotopic.checked import one_of
from scotopic.display import displayed
from scotopic.materials import Material, Target
from scotopic.units import CLASSICAL_ELECTRON_RADIUS_CM, ELECTRON_MASS

Particle: TypeAlias = Literal["e-", "e+", "gamma"]

SPECIES: tuple[Particle, ...] = get_args(Particle)
"""The species of a shower, in the order in which all arrays hold them."""

Medium: TypeAlias = Material | Target
"""A homogeneous material, or layers that are thin against a radiation length."""

Screening: TypeAlias = Literal["complete", "energy_dependent"]

_SCREENINGS = ("complete", "energy_dependent")


@displayed
@dataclass(frozen=True)
class Effects:
    """Switches of the cascade; the default is all the physics there is.

    Attributes
    ----------
    screening : {"energy_dependent", "complete"}
        Tsai's screening functions at their true argument, or at infinite energy.
    c_term : bool
        Tsai's small term c (1-v)/v, from the difference of his two screening functions.
    lpm : bool
        Landau-Pomeranchuk-Migdal suppression.
    ionisation : bool
        Continuous loss of electrons and positrons in collisions.

    Raises
    ------
    RangeError
        If the screening is not one of the two.
    """

    screening: Screening = "energy_dependent"
    c_term: bool = True
    lpm: bool = True
    ionisation: bool = True

    def __post_init__(self) -> None:
        """Refuse an unknown word."""
        one_of("screening", self.screening, _SCREENINGS)


def portions(medium: Medium) -> tuple[tuple[Material, float], ...]:
    """Return the materials of a medium, each with its share of a radiation length.

    Rates per radiation length of the medium are the means of the materials' own rates with
    these shares. Each layer of a target keeps its own density: the formation length of a photon
    above 10 MeV is far below a millimetre, so the LPM effect is that of the layer.

    Examples
    --------
    >>> from scotopic.materials import Layer, Target, material
    >>> plates = Target((Layer(material("lead"), 0.15), Layer(material("polystyrene"), 0.15)))
    >>> [(part.name, round(share, 3)) for part, share in portions(plates)]
    [('lead', 0.987), ('polystyrene', 0.013)]
    """
    if isinstance(medium, Material):
        return ((medium, 1.0),)
    total = sum(layer.thickness_X0 for layer in medium.layers)
    return tuple((layer.material, layer.thickness_X0 / total) for layer in medium.layers)


def description(medium: Medium) -> list[Any]:
    """Return all that the rates in a medium depend on, as JSON can write it."""
    return [[asdict(material), share] for material, share in portions(medium)]


def compton_share(medium: Medium, energy: float) -> float:
    """Return how often a photon of an energy in GeV Compton-scatters for each conversion.

    Klein and Nishina's total cross section at high energy, pi r_e^2 (m_e/k) [ln(2k/m_e) + 1/2],
    against 7/9 per radiation length. The cascade leaves Compton scattering out; this is the
    measure of that.

    Examples
    --------
    >>> from scotopic.materials import material
    >>> [round(compton_share(material(name), 1.0), 3) for name in ("lead", "carbon")]
    [0.002, 0.018]
    """
    per_electron = math.pi * CLASSICAL_ELECTRON_RADIUS_CM**2 * ELECTRON_MASS / energy
    per_electron *= math.log(2 * energy / ELECTRON_MASS) + 0.5
    electrons = sum(m.electrons_per_cm2_per_X0 * share for m, share in portions(medium))
    return per_electron * electrons / (7 / 9)
