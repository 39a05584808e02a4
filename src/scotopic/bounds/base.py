"""One answer of all bounds: which couplings of a model are excluded, or why a bound says nothing.

A bound is a card (TOML) of a kind. A kind is a class that brings the card's own keys as `table`
and computes the answer at a model point. `register_bound("name")` adds a script's own kind, an
entry point of the group `scotopic.bounds` a package's.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Final, Generic, Self, TypeVar

from pydantic import Field

from scotopic.checked import number, positive
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.experiments.messages import shown
from scotopic.experiments.tables import Name, SourcedTable, Text
from scotopic.models.mediator import DecayingMediator
from scotopic.models.portal import Portal
from scotopic.registry import Registry, instance_of

Interval = tuple[float, float]
"""The edges of excluded couplings, in the unit of the model's own; infinite where it is open."""


@displayed
@dataclass(frozen=True)
class Excluded:
    """What a bound says of a model point.

    Attributes
    ----------
    intervals : tuple of (float, float)
        Edges of the excluded couplings, ascending; the upper one is infinite if there is none.
    reason : str
        Why there are none; empty if there are some.

    Raises
    ------
    RangeError
        If there are both intervals and a reason, or none of them, or edges do not ascend.

    Examples
    --------
    >>> Excluded.above(1e-3).intervals, Excluded.nothing("it decays to electrons").reason
    (((0.001, inf),), 'it decays to electrons')
    """

    intervals: tuple[Interval, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no answer."""
        pairs = tuple((number("lower", a), number("upper", b)) for a, b in self.intervals)
        object.__setattr__(self, "intervals", pairs)
        if bool(pairs) == bool(self.reason):
            raise RangeError("intervals: either there are some, or a reason why not")
        edges = [edge for pair in pairs for edge in pair]
        if any(not 0 <= a < b for a, b in pairwise(edges)):
            raise RangeError(f"intervals: {shown(pairs)} does not ascend")

    @classmethod
    def above(cls, edge: float) -> Self:
        """Return that all couplings above an edge are excluded."""
        return cls(((positive("edge", edge), math.inf),))

    @classmethod
    def nothing(cls, reason: str) -> Self:
        """Return that nothing is excluded, and why."""
        return cls((), reason)

    @property
    def in_words(self) -> str:
        """What is excluded, or why nothing is.

        Examples
        --------
        >>> Excluded(((1e-3, 2e-3), (5e-3, math.inf))).in_words
        'excluded from 0.001 to 0.002, above 0.005'
        """
        if not self.intervals:
            return self.reason
        words = [
            f"from {low:.4g} to {high:.4g}" if math.isfinite(high) else f"above {low:.4g}"
            for low, high in self.intervals
        ]
        return f"excluded {', '.join(words)}"

    def excludes(self, coupling: float) -> bool:
        """Return whether a coupling is in one of the intervals."""
        value = positive("coupling", coupling)
        return any(low <= value <= high for low, high in self.intervals)

    def below(self, highest: float) -> Self:
        """Return the part of the intervals that begins below the highest coupling looked for."""
        most = positive("highest", highest)
        if not self.intervals:
            return self
        kept = tuple(pair for pair in self.intervals if pair[0] < most)
        return type(self)(kept, "" if kept else f"only couplings above {most:g} would be excluded")


class BoundCard(SourcedTable):
    """The keys that all cards of bounds have; a kind adds its own."""

    kind: Text = Field(description="how it is computed: number, curve, kaon, mono-photon, ...")
    title: Name = Field(description="what it is, in a line")
    label: Name = Field(description="how figures call it")
    description: Text | None = Field(default=None, description="what is to be known of it")
    is_projection: bool = Field(
        default=False, description="whether the experiment has not been done or not published"
    )
    confidence_level: float | None = Field(
        default=None, gt=0.5, lt=1, description="of the published limit; left out: not stated"
    )


CardT = TypeVar("CardT", bound=BoundCard)


class BoundKind(ABC, Generic[CardT]):
    """A way in which bounds are computed.

    Attributes
    ----------
    table : type
        What its cards hold.
    """

    table: ClassVar[type[BoundCard]]

    @abstractmethod
    def excluded(self, card: CardT, model: DecayingMediator) -> Excluded:
        """Return what a card excludes of a model point.

        Parameters
        ----------
        card : Table
            As `table` has it.
        model : DecayingMediator
            Its coupling is a probe, at which the model exists, and plays no part.

        Raises
        ------
        RangeError
            If the question is beyond a table or formula; its text becomes the reason.
        """

    def assumptions(self, card: CardT) -> tuple[str, ...]:  # noqa: ARG002 - for others
        """Return, a line each, what must hold for the answer besides the model."""
        return ()


def _kind(found: object, what: str) -> BoundKind[Any]:
    made: BoundKind[Any] = instance_of(BoundKind, found, what)  # type: ignore[type-abstract]
    table = getattr(made, "table", None)
    if not (isinstance(table, type) and issubclass(table, BoundCard)):
        raise RangeError(f"{what} has no table that derives from BoundCard")
    return made


BOUNDS: Final[Registry[BoundKind[Any]]] = Registry(
    "kind",
    "bounds",
    {
        "number": "scotopic.bounds.number:Number",
        "magnetic-moment": "scotopic.bounds.magnetic_moment:MagneticMoment",
        "curve": "scotopic.bounds.curve:Curve",
        "kaon": "scotopic.bounds.kaon:Kaon",
        "mono-photon": "scotopic.bounds.mono_photon:MonoPhoton",
        "direct-detection": "scotopic.bounds.direct_detection:DirectDetection",
    },
    _kind,
)
"""All kinds; a script's own is a `BoundKind`, or its class."""

register_bound = BOUNDS.register


def not_recast(model: Portal, why: str = "") -> Excluded:
    """Return that a bound has not been recast for a kind of model."""
    name = type(model).__name__
    return Excluded.nothing(f"not recast for {name}{': ' if why else ''}{why}")
