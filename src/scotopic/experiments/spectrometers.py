"""What a scattered muon meets behind the target: a thin bending magnet, counters, openings.

Lengths are in cm: z along the beam from the front of the target, x in the plane in which the
magnet bends, towards the side to which it bends, y across. The beam comes along the axis x = y = 0.
"""

import math
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field, Strict

from scotopic.experiments.messages import KeyedError, shown
from scotopic.experiments.tables import Items, Name, SourcedTable, repeated_names

Span = Annotated[tuple[float, float], Strict(strict=False)]
Position = Annotated[float, Field(ge=0, le=1e6)]

GEV_PER_T_M: Final = 0.299792458
"""Momentum across that a particle of unit charge gains in a field, GeV per tesla and metre."""


def _disordered(key: str, span: Span | None) -> Iterator[KeyedError]:
    if span is not None and not span[0] < span[1]:
        yield KeyedError((key,), f"{span[0]} is not below {span[1]}")


def _outside(key: str, span: Span | None, name: str, value: float) -> Iterator[KeyedError]:
    if span is not None and not span[0] <= value <= span[1]:
        yield KeyedError((key,), f"{span[0]} to {span[1]} has not {name} = {value} in it")


class BendingMagnet(SourcedTable):
    """A thin magnet: at one place muons gain a momentum across, the same for all."""

    position_cm: Position = Field(description="where it turns the muons, along the beam")
    field_integral_T_m: Annotated[float, Field(gt=0, le=100)] = Field(
        description="field times length; 1 T m gives 0.2998 GeV"
    )
    field_integral_range_T_m: Span | None = Field(
        default=None,
        description="range in which `field_integral_T_m` may lie; left out: it is exact",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield a range that has not the value in it."""
        key = "field_integral_range_T_m"
        yield from _disordered(key, self.field_integral_range_T_m)
        yield from _outside(
            key, self.field_integral_range_T_m, "field_integral_T_m", self.field_integral_T_m
        )
        if self.field_integral_range_T_m is not None and not self.field_integral_range_T_m[0] > 0:
            yield KeyedError((key,), f"{self.field_integral_range_T_m[0]} is not positive")

    @property
    def kick_GeV(self) -> float:
        """Momentum across that a muon gains."""
        return GEV_PER_T_M * self.field_integral_T_m


class Plane(SourcedTable):
    """A rectangle across the beam."""

    name: Name = Field(description="its name, unique in the array")
    position_cm: Position = Field(description="where it is along the beam")
    x_range_cm: Span = Field(description="its edges in the plane of bending")
    y_range_cm: Span = Field(description="its edges across the plane of bending")

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield edges in the wrong order."""
        yield from _disordered("x_range_cm", self.x_range_cm)
        yield from _disordered("y_range_cm", self.y_range_cm)

    @property
    def x_origin(self) -> Literal["beam axis", "deflected beam"]:
        """From where `x_range_cm` is counted."""
        return "beam axis"


class Counter(Plane):
    """A counter behind the magnet, aside of the unscattered beam: an event needs a hit."""

    x_from: Literal["beam axis", "deflected beam"] = Field(
        description="from where `x_range_cm` is counted: the axis of the beam in front of the "
        "magnet, or the place to which the magnet brings beam muons of the nominal energy"
    )
    position_range_cm: Span | None = Field(
        default=None, description="range in which `position_cm` may lie; left out: it is exact"
    )
    shift_range_cm: Span | None = Field(
        default=None,
        description="by how much it may stand elsewhere in x, from the lowest, which is negative "
        "or zero, to the highest; left out: not at all",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield edges in the wrong order, and ranges without the value in them."""
        yield from super().mistakes()
        yield from _disordered("position_range_cm", self.position_range_cm)
        yield from _outside(
            "position_range_cm", self.position_range_cm, "position_cm", self.position_cm
        )
        yield from _disordered("shift_range_cm", self.shift_range_cm)
        yield from _outside("shift_range_cm", self.shift_range_cm, "no shift", 0.0)

    @property
    def x_origin(self) -> Literal["beam axis", "deflected beam"]:
        """From where `x_range_cm` is counted."""
        return self.x_from

    def needing(self, deflection: Literal["least", "most"]) -> "Counter":
        """Return the counter where muons need the least, or the most, deflection to hit it."""
        shift, place = self.shift_range_cm or (0.0, 0.0), self.position_range_cm
        by = shift[0] if deflection == "least" else shift[1]
        at = self.position_cm
        if place is not None:
            at = place[1] if deflection == "least" else place[0]
        low, high = self.x_range_cm
        return self.model_copy(
            update={"x_range_cm": (low + by, high + by), "position_cm": at}
            | {"shift_range_cm": None, "position_range_cm": None}
        )


class Opening(Plane):
    """What a muon must pass through: the hole of a veto, a plane of trackers, the magnet's gap.

    Outside of it the muon is lost, or fires the veto, however far outside it is.
    """


class MuonGeometry(SourcedTable):
    """Magnet, counters and openings behind the target, and the size of the beam."""

    beam_rms_cm: Annotated[tuple[float, float], Strict(strict=False)] = Field(
        description="rms size of the beam at the target, in x and in y"
    )
    beam_divergence_rms_mrad: Annotated[tuple[float, float], Strict(strict=False)] = Field(
        default=(0.0, 0.0), description="rms angle of the beam, in x and in y; left out: parallel"
    )
    magnet: BendingMagnet | None = Field(
        default=None, description="the magnet behind the target; left out: none that matters"
    )
    counters: Items[Counter] = Field(
        default=(),
        description="counters behind the magnet, all of which must be hit; left out: none",
    )
    openings: Items[Opening] = Field(
        default=(), description="what muons must pass through; left out: nothing is in their way"
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield negative sizes, repeated names, and what does not stand where it can work."""
        for key in ("beam_rms_cm", "beam_divergence_rms_mrad"):
            if min(getattr(self, key)) < 0:
                yield KeyedError((key,), f"{min(getattr(self, key))} is negative")
        yield from repeated_names("counters", self.counters)
        yield from repeated_names("openings", self.openings)
        if not self.counters and not self.openings:
            yield KeyedError((), "has neither counters nor openings; nothing would be decided")
        if self.counters and self.magnet is None:
            yield KeyedError(("magnet",), "missing; counters stand aside of a beam that it bends")
        if self.magnet is not None:
            yield from self._before(self.magnet)
        yield from self._overlapping()

    def _before(self, magnet: BendingMagnet) -> Iterator[KeyedError]:
        for i, counter in enumerate(self.counters):
            for key, at in (
                ("position_cm", counter.position_cm),
                ("position_range_cm", (counter.position_range_cm or (counter.position_cm,))[0]),
            ):
                if at <= magnet.position_cm:
                    yield KeyedError(
                        ("counters", i, key),
                        f"{at} is not behind magnet.position_cm = {magnet.position_cm}: muons"
                        f" are not bent at {shown(counter.name)}",
                    )
                    break

    def _overlapping(self) -> Iterator[KeyedError]:
        for i, one in enumerate(self.counters):
            for other in self.counters[:i]:
                sides = [
                    max(a[0], b[0]) < min(a[1], b[1])
                    for a, b in (
                        (one.x_range_cm, other.x_range_cm),
                        (one.y_range_cm, other.y_range_cm),
                    )
                ]
                same = one.position_cm == other.position_cm and one.x_from == other.x_from
                if same and all(sides):
                    yield KeyedError(
                        ("counters", i),
                        f"{shown(one.name)} overlaps {shown(other.name)}: both are at"
                        f" {one.position_cm}",
                    )

    def beam_x_cm(self, position_cm: float, beam_energy: float) -> float:
        """Return where the magnet brings beam muons of an energy in GeV at a place."""
        if self.magnet is None:
            return 0.0
        lever = max(position_cm - self.magnet.position_cm, 0.0)
        kick = self.magnet.kick_GeV
        return lever * kick / math.sqrt(beam_energy**2 - kick**2)

    def edges_cm(self, plane: Plane, beam_energy: float) -> Span:
        """Return the edges of a plane in x, from the axis of the beam in front of the magnet."""
        origin = 0.0
        if plane.x_origin == "deflected beam":
            origin = self.beam_x_cm(plane.position_cm, beam_energy)
        low, high = plane.x_range_cm
        return low + origin, high + origin

    def with_deflection(self, needed: Literal["least", "most"]) -> "MuonGeometry":
        """Return the geometry at that end of its ranges where muons need the least, or the most.

        That is the deflection by which a muon reaches the counters: it is least if the field is
        strongest, and counters are nearest to the beam and farthest from the magnet.
        """
        magnet = self.magnet
        field = None if magnet is None else magnet.field_integral_range_T_m
        if magnet is not None and field is not None:
            chosen = field[1] if needed == "least" else field[0]
            magnet = magnet.model_copy(
                update={"field_integral_T_m": chosen, "field_integral_range_T_m": None}
            )
        counters = tuple(counter.needing(needed) for counter in self.counters)
        return self.model_copy(update={"magnet": magnet, "counters": counters})

    @property
    def has_ranges(self) -> bool:
        """Whether anything is known by its range alone."""
        magnet = self.magnet is not None and self.magnet.field_integral_range_T_m is not None
        return magnet or any(
            c.position_range_cm is not None or c.shift_range_cm is not None for c in self.counters
        )
