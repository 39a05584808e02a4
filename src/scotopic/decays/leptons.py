"""The leptons that beams are made of and whose magnetic moments are measured."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast

from scotopic.checked import one_of
from scotopic.units import ELECTRON_MASS, MUON_MASS
from scotopic.words import Lepton

LEPTON_MASSES: Final[Mapping[Lepton, float]] = MappingProxyType(
    {"electron": ELECTRON_MASS, "muon": MUON_MASS}
)
"""Masses in GeV, of the antiparticles too."""


def lepton_mass_of(lepton: str) -> float:
    """Return the mass of a lepton in GeV.

    Raises
    ------
    RangeError
        If it is neither "electron" nor "muon".
    """
    one_of("lepton", lepton, LEPTON_MASSES)
    return LEPTON_MASSES[cast("Lepton", lepton)]
