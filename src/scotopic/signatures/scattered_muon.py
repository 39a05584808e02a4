"""The selection of a muon beam: the muon comes out of the target slower, and nothing else is seen.

A spectrometer in front of the target measures the muon that comes, one behind it the muon that is
left, of energy E'. What is missing is taken by the mediator,

    E_X = E_out - E',

with E_out the energy that an undisturbed muon has behind the target: that both muons lose energy
in it drops out, but for the little that the loss depends on the energy. All that the window of E'
does not decide (tracks, calorimeters and counters without energy, trigger) is in the efficiency.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from scotopic.detector.window import MissingEnergy
from scotopic.errors import RangeError

if TYPE_CHECKING:
    from scotopic.experiments import Experiment


@dataclass(frozen=True)
class ScatteredMuon(MissingEnergy):
    """A window of the scattered muon's energy, seen through the spectrometer's resolution.

    Attributes
    ----------
    beam_energy : float
        Energy of an undisturbed muon behind the target, GeV.
    minimum_energy, maximum_energy : float
        Window of the measured energy in GeV.
    resolution : EnergyResolution
        Of the spectrometer, with the spread of the beam.
    """

    edge_key: ClassVar[str] = "selection.scattered_muon.maximum_energy_GeV"

    @classmethod
    def of(cls, experiment: "Experiment") -> Self:
        """Return the selection of an experiment.

        Raises
        ------
        RangeError
            If the card has no window of the scattered muon's energy.
        """
        from scotopic.shower.muons import muon_tracks  # noqa: PLC0415 - a warm run needs none

        muon = experiment.selection.scattered_muon
        if muon is None:
            raise RangeError(
                f"selection.signature: {experiment.selection.signature!r} is not 'scattered-muon'"
            )
        target = experiment.target.build()
        tracks = muon_tracks(target, experiment.beam.energy_GeV, thickness_X0=target.thickness_X0)
        return cls(
            tracks.final_energy,
            muon.minimum_energy_GeV,
            muon.maximum_energy_GeV,
            experiment.visible_energy_resolution(muon.spectrometer),
        )
