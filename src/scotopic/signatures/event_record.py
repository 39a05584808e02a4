"""What is known of one simulated event, and how its numbers are written."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scotopic.display import displayed

_FAR: Final = ((1e2, "m"), (1e5, "km"), (1e8, "thousand km"), (1e11, "million km"))  # in cm


@displayed
@dataclass(frozen=True)
class Decay:
    """One chi2 of an event.

    Attributes
    ----------
    chi2_energy : float
        In GeV.
    pair : str
        One of `decays.three_body.PAIRS`, or empty if chi2 is stable.
    energies : (float, float)
        Of the negative and the positive particle of the pair in GeV.
    position_cm : float
        Where it decays, behind the front of the target; infinite if it does not.
    detector : str
        That absorbs the pair; `detector.zones.BEHIND_ALL` if none does.
    """

    chi2_energy: float
    pair: str
    energies: tuple[float, float]
    position_cm: float
    detector: str

    @property
    def pair_energy(self) -> float:
        """Energy of the pair in GeV."""
        return sum(self.energies)


@displayed
@dataclass(frozen=True)
class Cut:
    """One condition of a selection.

    Attributes
    ----------
    condition, found : str
        What is asked for and what the event has, as text.
    met : bool or None
        Whether the event meets it; None if the cut is not simulated.
    """

    condition: str
    found: str
    met: bool | None


@displayed
@dataclass(frozen=True)
class EventRecord:
    """One event as the detectors see it.

    Attributes
    ----------
    process : str
        Name of the process that made the mediator.
    lepton_energy, mediator_energy : float
        Of the shower particle that makes the mediator, and of the mediator, in GeV.
    production_depth_cm, production_depth_X0 : float
        Where that is in the target.
    decays : tuple of Decay
        One for each chi2.
    dark_energies : tuple of float
        Energies in GeV of the chi1 from the mediator itself.
    measured_GeV : dict of str to float
        What each detector measures.
    segments_GeV : tuple of float
        What the calorimeter measures in its segments, from the front to the last one that a cut
        asks for; empty if none does.
    cuts : tuple of Cut
        Those of the selection.
    """

    process: str
    lepton_energy: float
    mediator_energy: float
    production_depth_cm: float
    production_depth_X0: float
    decays: tuple[Decay, ...]
    dark_energies: tuple[float, ...]
    measured_GeV: dict[str, float]
    segments_GeV: tuple[float, ...]
    cuts: tuple[Cut, ...]

    @property
    def accepted(self) -> bool:
        """Whether all cuts that are simulated are met."""
        return all(cut.met is not False for cut in self.cuts)


def energy_text(energy: float, *, exact: bool = False) -> str:
    """Write an energy in GeV or MeV, rounded unless it is exact.

    Examples
    --------
    >>> energy_text(83.24), energy_text(0.41), energy_text(0.0051), energy_text(0.0)
    ('83.2 GeV', '0.41 GeV', '5.1 MeV', '0')
    >>> energy_text(50.0, exact=True), energy_text(0.005, exact=True)
    ('50 GeV', '5 MeV')
    """
    if energy == 0:
        return "0"
    value, unit = (energy, "GeV") if energy >= 0.1 else (1e3 * energy, "MeV")
    if exact:
        return f"{value:g} {unit}"
    if energy < 1e-4:
        return "below 0.1 MeV"
    return f"{value:.1f} {unit}" if unit == "MeV" or value >= 1 else f"{value:.2f} {unit}"


def position_text(position_cm: float) -> str:
    """Write a position along the beam.

    Examples
    --------
    >>> position_text(1.234), position_text(312.3), position_text(23100.0), position_text(np.inf)
    ('1.2 cm', '312 cm', '231 m', 'never')
    >>> position_text(1.08e6), position_text(5.14e11), position_text(1e15)
    ('10.8 km', '5.14 million km', 'over 1000 million km')
    """
    if np.isinf(position_cm):
        return "never"
    if position_cm < 100:
        return f"{position_cm:.1f} cm"
    if position_cm < 1000:
        return f"{position_cm:.0f} cm"
    for size_cm, unit in _FAR:
        if position_cm < 999.5 * size_cm:
            return f"{position_cm / size_cm:.3g} {unit}"
    return f"over 1000 {unit}"
