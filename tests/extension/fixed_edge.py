"""A bound of one's own, in one file: couplings to electrons between two numbers."""

from pydantic import Field

from scotopic.bounds import BoundCard, BoundKind, Excluded, register_bound
from scotopic.models.mediator import DecayingMediator


class EdgesCard(BoundCard):
    """Its table of the card."""

    electron_coupling: tuple[float, float] = Field(strict=False, description="edges")


@register_bound("electron-coupling")
class ElectronCoupling(BoundKind[EdgesCard]):
    """Some couplings to electrons are excluded, whatever the mass."""

    table = EdgesCard

    def excluded(self, card: EdgesCard, model: DecayingMediator) -> Excluded:
        per_coupling = model.lepton_coupling("electron") / model.coupling
        if not per_coupling > 0:
            return Excluded.nothing("it does not couple to electrons")
        low, high = card.electron_coupling
        return Excluded(((low / per_coupling, high / per_coupling),))
