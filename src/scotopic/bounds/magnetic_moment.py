"""Magnetic moments of the electron and the muon: couplings that make them too large or small."""

from pydantic import Field

from scotopic.bounds.base import BoundCard, BoundKind, Excluded
from scotopic.models.mediator import DecayingMediator
from scotopic.precision.bands import band_status, deviation_of, mixing_band
from scotopic.words import DeviationName


class MomentCard(BoundCard):
    """Which moment, and how far from its measured value."""

    deviation: DeviationName = Field(description="measured and predicted moment, as of bands")
    sigmas: float = Field(gt=0, le=10, description="standard deviations that are allowed")


class MagneticMoment(BoundKind[MomentCard]):
    """What is above the band that explains the measured moment is excluded."""

    table = MomentCard

    def excluded(self, card: MomentCard, model: DecayingMediator) -> Excluded:
        """Return the couplings above the upper edge of the band."""
        deviation = deviation_of(card.deviation)
        per_coupling = model.lepton_coupling(deviation.lepton) / model.coupling
        if not per_coupling > 0:
            return Excluded.nothing(f"it does not couple to the {deviation.lepton}")
        if band_status(deviation, model.spin_parity, card.sigmas) == "unexplained":
            return Excluded.nothing(
                f"the measured moment differs by more than {card.sigmas:g} standard deviations from"
                " the prediction, in the direction that it cannot explain"
            )
        band = mixing_band(deviation, model.spin_parity, model.mediator_mass, card.sigmas)
        return Excluded.above(float(band.upper) / per_coupling)
