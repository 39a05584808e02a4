"""Searches for one photon and nothing else in e+ e- collisions, for invisible and visible debris.

Excluded is where eps^2 f > eps_0(m)^2, with the published limit eps_0 for invisible decays, and the
fraction f of events of which nothing but the photon is seen. f follows the coupling where chi2
decays: what is excluded may be an island.
"""

import math
from itertools import pairwise
from typing import Annotated, Final

import numpy as np
from pydantic import Field, Strict

from scotopic.bounds.base import BoundKind, Excluded, Interval
from scotopic.bounds.curve import PublishedCard
from scotopic.bounds.debris import Collider, Debris, debris
from scotopic.bounds.laws import Rescaling, Widths, invisible, require_invisible
from scotopic.bounds.production import production_coupling
from scotopic.errors import RangeError
from scotopic.experiments.ranges import ThresholdRange
from scotopic.experiments.tables import Length, Mass, Threshold
from scotopic.models.mediator import DecayingMediator, c_tau_cm
from scotopic.models.two_dark_fermions import TwoDarkFermions

_GRID: Final = 60  # couplings for each decade in which edges are looked for
_TOLERANCE: Final = 1e-6  # of the logarithm of an edge

_Cosine = Annotated[float, Field(ge=-0.99999, le=0.99999)]
_Angle = Annotated[float, Field(ge=0, le=180)]


class MonoPhotonCard(PublishedCard):
    """The limit for invisible decays, beams, and what is seen of debris."""

    electron_energy_GeV: Mass = Field(description="of the beam along +z")
    positron_energy_GeV: Mass = Field(description="of the other beam")
    photon_cosines: Annotated[tuple[_Cosine, _Cosine], Strict(strict=False)] = Field(
        description="of the photon, in the frame of the collision"
    )
    calorimeter_radius_cm: Length = Field(description="of its inner face")
    calorimeter_forward_cm: Length = Field(description="of its end, along +z")
    calorimeter_backward_cm: Length = Field(description="of its end, along -z")
    seen_degrees: Annotated[tuple[_Angle, _Angle], Strict(strict=False)] = Field(
        description="polar angles in the laboratory between which particles are seen"
    )
    minimum_energy_GeV: Threshold = Field(description="of particles that are seen")
    minimum_energy_range_GeV: ThresholdRange | None = Field(
        default=None, description="between which energies it is known"
    )

    @property
    def collider(self) -> Collider:
        """Beams and calorimeter."""
        return Collider(
            electron_energy=self.electron_energy_GeV,
            positron_energy=self.positron_energy_GeV,
            photon_cosines=self.photon_cosines,
            radius_cm=self.calorimeter_radius_cm,
            forward_cm=self.calorimeter_forward_cm,
            backward_cm=self.calorimeter_backward_cm,
            seen_degrees=self.seen_degrees,
        )


class MonoPhoton(BoundKind[MonoPhotonCard]):
    """Invisible decays as published, semi-visible ones by simulation."""

    table = MonoPhotonCard

    def excluded(self, card: MonoPhotonCard, model: DecayingMediator) -> Excluded:
        """Return where enough events show nothing but a photon."""
        production_coupling("electrons", model)
        semi_visible = _semi_visible(model)
        if semi_visible is None:
            require_invisible(model)
        assumed = card.model_at(model.mediator_mass)
        limits = card.line.at(model.mediator_mass, "masses of the mediator")
        if semi_visible is None:
            return invisible(Rescaling("electrons", assumed, limits, model))
        if semi_visible.is_closed:
            symbol = type(model).symbol
            return Excluded.nothing(
                f"{symbol} is too light for dark decays, and virtual ones are not recast"
            )
        ((edge, _),) = limits
        x = (edge / assumed.coupling) ** 2
        strength = (production_coupling("electrons", assumed) / assumed.coupling * edge) ** 2
        events = debris(card.collider, semi_visible, card.minimum_energy_GeV)
        return _islands(semi_visible, events, strength * Widths.of(assumed).invisible(x))

    def assumptions(self, card: MonoPhotonCard) -> tuple[str, ...]:
        """Return what is assumed of debris."""
        low, high = card.seen_degrees
        least = f"{1e3 * card.minimum_energy_GeV:g} MeV"
        return (f"debris of chi2 is seen above {least} from {low:g} to {high:g} degrees",)


def _semi_visible(model: DecayingMediator) -> TwoDarkFermions | None:
    """Return a model whose chi2 decays."""
    return model if isinstance(model, TwoDarkFermions) and not model.chi2_is_stable else None


def invisible_fraction(card: MonoPhotonCard, model: TwoDarkFermions) -> float:
    """Return the fraction of dark decays of a model of which nothing but the photon is seen.

    Parameters
    ----------
    card : MonoPhotonCard
        Of a bound.
    model : TwoDarkFermions
        At the coupling in question.

    Raises
    ------
    RangeError
        If no dark decay is open.

    Examples
    --------
    >>> from scotopic.bounds import load_bound
    >>> from scotopic.models.inelastic import InelasticDarkMatter
    >>> model = InelasticDarkMatter(mediator_mass=0.5, kinetic_mixing=1e-3, alpha_D=0.1,
    ...                             mass_ratio=3, splitting=0.4)
    >>> round(invisible_fraction(load_bound("babar-2017").card, model), 1)
    0.6
    """
    if model.is_closed:
        raise RangeError(f"mediator_mass: at {model.mediator_mass} GeV no dark decay is open")
    if model.chi2_is_stable:
        return 1.0
    events = debris(card.collider, model, card.minimum_energy_GeV)
    return events.invisible_fraction(model.chi2_c_tau_cm)


def _islands(model: TwoDarkFermions, events: Debris, strength: float) -> Excluded:
    """Return where x p B_inv f is above what is excluded, p being the squared coupling."""
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

    widths, width = Widths.of(model), model.chi2_width
    low, high = type(model).coupling_range

    def excess(ln_coupling: float) -> float:
        coupling = math.exp(ln_coupling)
        x = (coupling / model.coupling) ** 2
        dark = events.invisible_fraction(c_tau_cm(width * x)) * widths.invisible(x)
        return 2 * ln_coupling + math.log(max(dark, 1e-300) / strength)

    ends = math.log(max(low, 0.9 * math.sqrt(strength))), math.log(high)
    points = max(2, math.ceil(_GRID * (ends[1] - ends[0]) / math.log(10)))
    grid = np.linspace(*ends, points).tolist()
    above = [excess(u) > 0 for u in grid]
    edges = [
        brentq(excess, a, b, xtol=_TOLERANCE)
        for (a, b), (one, other) in zip(pairwise(grid), pairwise(above), strict=True)
        if one != other
    ]
    found = [math.exp(u) for u in edges]
    if len(found) % 2:
        found.append(math.inf)
    pairs: tuple[Interval, ...] = tuple(zip(found[::2], found[1::2], strict=True))
    if not pairs:
        return Excluded.nothing("chi2 decays visibly in too many events, whatever the coupling")
    return Excluded(pairs)
