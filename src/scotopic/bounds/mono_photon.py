"""Searches for one photon and nothing else in e+ e- collisions, for invisible and visible debris.

Excluded is where eps^2 f > eps_0(m)^2, with the published limit eps_0 for invisible decays, and the
fraction f of events of which nothing but the photon is seen. f follows the coupling where chi2
decays: what is excluded may be an island.
"""

import math
from collections.abc import Callable
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
from pydantic import Field, Strict

from scotopic.bounds.base import BoundKind, Excluded, Interval
from scotopic.bounds.curve import PublishedCard
from scotopic.bounds.debris import Collider, debris, invisible_fractions
from scotopic.bounds.laws import Rescaling, Widths, invisible, require_invisible
from scotopic.bounds.production import production_coupling
from scotopic.errors import RangeError
from scotopic.experiments.ranges import ThresholdRange
from scotopic.experiments.tables import Length, Mass, Threshold
from scotopic.models.mediator import DecayingMediator
from scotopic.models.two_dark_fermions import TwoDarkFermions
from scotopic.units import HBAR_C_GEV_CM

Array = npt.NDArray[np.float64]

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
        made = (production_coupling("electrons", model) / model.coupling) ** 2
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
        fraction = invisible_fractions(card.collider, semi_visible, card.minimum_energy_GeV)
        strength *= Widths.of(assumed).invisible(x) / made
        return _islands(semi_visible, fraction, strength)

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


def _islands(
    model: TwoDarkFermions, fraction: Callable[[npt.ArrayLike], Array], strength: float
) -> Excluded:
    """Return where the squared coupling times B_inv and f is above what is excluded."""
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

    dark, scaling = Widths.of(model), model.chi2_width
    low, high = type(model).coupling_range

    def excess(ln_coupling: npt.ArrayLike) -> Array:
        u = np.asarray(ln_coupling)
        x = np.exp(2 * u) / model.coupling**2
        left = fraction(HBAR_C_GEV_CM / (scaling * x)) * dark.invisible(x)
        return np.asarray(2 * u + np.log(np.maximum(left, 1e-300) / strength))

    ends = math.log(max(low, 0.9 * math.sqrt(strength))), math.log(high)
    points = max(2, math.ceil(_GRID * (ends[1] - ends[0]) / math.log(10)))
    grid = np.linspace(*ends, points)
    above = excess(grid) > 0
    edges = [
        brentq(lambda u: float(excess(u)), grid[i], grid[i + 1], xtol=_TOLERANCE)
        for i in np.flatnonzero(above[1:] != above[:-1])
    ]
    found = [math.exp(u) for u in edges]
    if len(found) % 2:
        found.append(math.inf)
    pairs: tuple[Interval, ...] = tuple(zip(found[::2], found[1::2], strict=True))
    if not pairs:
        return Excluded.nothing("chi2 decays visibly in too many events, whatever the coupling")
    return Excluded(pairs)
