"""Constants and conversion factors: the only place where numbers of nature are written down.

Natural units with energies, momenta and masses in GeV; lengths in cm, times in s; any other
unit is part of the name. The values are those of CODATA 2022 as `scipy.constants` gives them
and of the Particle Data Group as `particle` gives them. They are literals because importing
the two libraries takes longer than a whole limit with warm tables; the tests hold each of them
to the libraries' values.
"""

import math
from typing import Final

ALPHA: Final = 0.0072973525643
"""Fine-structure constant at zero momentum transfer."""

ELEMENTARY_CHARGE: Final = math.sqrt(4 * math.pi * ALPHA)
"""Charge of the positron, e = sqrt(4 pi alpha)."""

ELECTRON_MASS: Final = 0.00051099895069
"""Electron mass in GeV."""

MUON_MASS: Final = 0.1056583755
"""Muon mass in GeV."""

TAU_MASS: Final = 1.77693
"""Tau mass in GeV."""

PROTON_MASS: Final = 0.93827208943
"""Proton mass in GeV."""

CHARGED_PION_MASS: Final = 0.13957039
"""Charged-pion mass in GeV."""

NEUTRAL_PION_MASS: Final = 0.1349768
"""Neutral-pion mass in GeV."""

CHARGED_KAON_MASS: Final = 0.493677
"""Charged-kaon mass in GeV."""

CHARGED_KAON_WIDTH: Final = 5.317e-17
"""Width of the charged kaon in GeV."""

ATOMIC_MASS_UNIT: Final = 0.93149410372
"""Unified atomic mass unit in GeV."""

PROTON_MAGNETIC_MOMENT: Final = 2.79284734463
"""Magnetic moment of the proton in nuclear magnetons."""

AVOGADRO: Final = 6.02214076e23
"""Avogadro's number in 1/mol (exact)."""

HBAR_C_GEV_CM: Final = 1.973269804593025e-14
"""Reduced Planck constant times the speed of light in GeV cm."""

SPEED_OF_LIGHT_CM_PER_S: Final = 2.99792458e10
"""Speed of light in cm/s (exact)."""

CLASSICAL_ELECTRON_RADIUS_CM: Final = 2.8179403205e-13
"""Classical electron radius in cm."""

PLANCK_MASS: Final = 1.220890e19
"""Planck mass in GeV."""

FERMI_CONSTANT: Final = 1.1663787e-5
"""Fermi's constant of the weak interaction in GeV^-2."""

WEAK_MIXING: Final = 0.2313
"""Sine squared of the weak mixing angle (MS-bar at m_Z, Review of Particle Physics)."""

GEV2_TO_CM2: Final = HBAR_C_GEV_CM**2
"""Cross section: 1 GeV^-2 in cm^2."""

PB_PER_CM2: Final = 1e36
"""Cross section: 1 cm^2 in picobarn."""
