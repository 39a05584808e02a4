"""Direct detection: dark matter of the halo that scatters on electrons."""

import math
from collections.abc import Iterator
from functools import cached_property

from pydantic import Field

from scotopic.bounds.base import BoundCard, BoundKind, Excluded
from scotopic.bounds.lines import Line
from scotopic.bounds.published import Published, published
from scotopic.bounds.quantities import QUANTITIES, scattering_cross_section, unit_of
from scotopic.errors import CardError, RangeError
from scotopic.experiments.messages import KeyedError, shown
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.mediator import DecayingMediator

_AXES = ("dark_matter_mass", "sigma")
_HEAVY = 10.0  # times the momentum alpha m_e of bound electrons: mediators with form factor one
_MOMENTUM = 3.73e-6  # GeV, alpha m_e


class HaloCard(BoundCard, Line):
    """A curve of the mass of dark matter and its cross section on free electrons."""

    local_density_GeV_per_cm3: float = Field(
        gt=0, le=10, description="density of dark matter at the Earth that the curve was made with"
    )

    @cached_property
    def line(self) -> Published:
        """The curve in GeV and cm^2."""
        return published(self, DarkPhoton, {}, _AXES)

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what is wrong with the line."""
        found = list(super().mistakes())
        for key, axis in zip("xy", _AXES, strict=True):
            column = getattr(self, key)
            if column.quantity not in (None, axis):
                text = f"{shown(column.quantity)} is not {axis}"
                found.append(KeyedError((key, "quantity"), text))
            wrong = column.unit_mistakes(unit_of(DarkPhoton, axis))
            found += [KeyedError((key, *one.path), str(one)) for one in wrong]
        if not found:
            try:
                _ = self.line
            except CardError as error:
                found.append(KeyedError((), str(error)))
        yield from found


class DirectDetection(BoundKind[HaloCard]):
    """The coupling at which dark matter that makes up the halo scatters as often as the limit."""

    table = HaloCard

    def excluded(self, card: HaloCard, model: DecayingMediator) -> Excluded:
        """Return the couplings above it, for the density that the curve was made with."""
        try:
            of_probe = scattering_cross_section(model)
        except RangeError as error:
            return Excluded.nothing(str(error).removeprefix("sigma: "))
        if not of_probe > 0:
            return Excluded.nothing("it does not couple to electrons")
        if model.mediator_mass < _HEAVY * _MOMENTUM:
            return Excluded.nothing(
                "the mediator is so light that the cross section falls with the momentum transfer;"
                " the curve is for heavy ones"
            )
        ((limit, _),) = card.line.at(model.dark_matter_mass, "masses of dark matter")
        return Excluded.above(
            model.coupling * math.pow(limit / of_probe, 1 / QUANTITIES["sigma"].power)
        )

    def assumptions(self, card: HaloCard) -> tuple[str, ...]:
        """Return what halo it is for."""
        halo = f"{card.local_density_GeV_per_cm3:g} GeV/cm^3 of this dark matter at the Earth"
        return (f"for {halo}; couplings go as the inverse root of that",)
