"""Likelihoods of several counts that share a signal strength and nuisance parameters.

Every expectation is a median times factors that nuisance parameters shift log-normally. Two
expectations that name the same nuisance parameter move together: a name is a correlation.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from scotopic.checked import count, not_negative, number_within, positive, share
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.statistics.cells import Cells, cells_of
from scotopic.words import (
    LARGEST_FACTOR,
    LARGEST_RELATIVE_UNCERTAINTY,
    MAX_COUNTS,
    is_too_wide,
)


@displayed
@dataclass(frozen=True)
class Shift:
    """What a nuisance parameter theta, a standard normal variable, does to an expectation.

    The factor is up^theta for theta >= 0 and down^(-theta) below: log-normal if down = 1/up.

    Attributes
    ----------
    nuisance : str
        Name; equal names are one nuisance parameter.
    up, down : float
        Factors at one standard deviation up and down, positive.

    Raises
    ------
    RangeError
        If a factor is not from 0.01 to 100.
    """

    nuisance: str
    up: float
    down: float

    def __post_init__(self) -> None:
        """Refuse factors without a logarithm, and absurd ones."""
        for name in ("up", "down"):
            value = positive(f"{self.nuisance}.{name}", getattr(self, name))
            object.__setattr__(self, name, value)
            if not 1 / LARGEST_FACTOR <= value <= LARGEST_FACTOR:
                raise RangeError(
                    f"{self.nuisance}.{name}: {value} is not from {1 / LARGEST_FACTOR:g} to "
                    f"{LARGEST_FACTOR:g}, the factors of one standard deviation that are allowed"
                )

    @classmethod
    def relative(cls, nuisance: str, uncertainty: float) -> "Shift":
        """Return the log-normal shift of a relative uncertainty: 1 + d up, 1/(1 + d) down.

        Raises
        ------
        RangeError
            If the uncertainty is negative or above 99.

        Examples
        --------
        >>> Shift.relative("form factor", 0.25)
        Shift(nuisance='form factor', up=1.25, down=0.8)
        """
        factor = 1 + number_within(f"{nuisance}.uncertainty", uncertainty, 0.0, LARGEST_FACTOR - 1)
        return cls(nuisance, factor, 1 / factor)


@displayed
@dataclass(frozen=True)
class Component:
    """One expected contribution to a count.

    Attributes
    ----------
    name : str
        What it comes from, unique in its bin.
    events : float
        Median expected events; of a signal at strength one.
    shifts : tuple of Shift
        Each of another nuisance parameter.

    Raises
    ------
    RangeError
        If the expectation is impossible or a nuisance parameter occurs twice.
    """

    name: str
    events: float
    shifts: tuple[Shift, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        events = not_negative(f"{self.name}.events", self.events)
        object.__setattr__(self, "events", events)
        _require_unique(f"{self.name}.shifts", [shift.nuisance for shift in self.shifts])


@displayed
@dataclass(frozen=True)
class Bin:
    """One count: a signature in a year, or a bin of a histogram.

    Attributes
    ----------
    name : str
        Unique in the likelihood.
    observed : int or None
        Events seen; None for a projection.
    signals, backgrounds : tuple of Component
        What is expected; either may be empty, a bin without signal is a control region.

    Raises
    ------
    RangeError
        If the observation is no count or a component's name occurs twice.
    """

    name: str
    observed: int | None
    signals: tuple[Component, ...]
    backgrounds: tuple[Component, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.observed is not None:
            observed = count(f"{self.name}.observed", self.observed, 0, MAX_COUNTS)
            object.__setattr__(self, "observed", observed)
        _require_unique(self.name, [part.name for part in (*self.signals, *self.backgrounds)])

    @property
    def signal(self) -> float:
        """Expected signal events at strength one."""
        return math.fsum(part.events for part in self.signals)

    @property
    def background(self) -> float:
        """Expected background events."""
        return math.fsum(part.events for part in self.backgrounds)

    @property
    def nuisances(self) -> tuple[str, ...]:
        """Names of the nuisance parameters, in the order in which they occur."""
        parts = (*self.signals, *self.backgrounds)
        return tuple(dict.fromkeys(s.nuisance for part in parts for s in part.shifts))


@displayed
@dataclass(frozen=True)
class Likelihood:
    """A product of Poisson probabilities and standard normal nuisance parameters.

    Attributes
    ----------
    bins : tuple of Bin
        All observed or all projections; at least one expects signal.
    confidence_level : float
        Of the limits, between 0 and 1.

    Raises
    ------
    RangeError
        If the bins do not fit together.

    Examples
    --------
    >>> form_factor = Shift.relative("form factor", 0.1)
    >>> def signature(name, signal, background, uncertainty):
    ...     own = Shift.relative(f"background {name}", uncertainty)
    ...     return Bin(name, 0, (Component("signal", signal, (form_factor,)),),
    ...                (Component("background", background, (own,)),))
    >>> both = Likelihood((signature("S1", 1.0, 0.19, 0.37), signature("S2", 2.0, 0.53, 0.32)))
    >>> both.nuisances
    ('form factor', 'background S1', 'background S2')
    """

    bins: tuple[Bin, ...]
    confidence_level: float = 0.90

    def __post_init__(self) -> None:
        """Refuse bins that do not fit together."""
        level = share("confidence_level", self.confidence_level)
        object.__setattr__(self, "confidence_level", level)
        _require_unique("bins", [b.name for b in self.bins])
        if not sum(b.signal for b in self.bins) > 0:
            raise RangeError("signals: no bin expects signal events; a limit needs at least one")
        seen, unseen = (
            [b.name for b in self.bins if (b.observed is None) == projection]
            for projection in (False, True)
        )
        if seen and unseen:
            raise RangeError(
                f"observed: given for some bins but not for all: for {seen[0]!r}, not for "
                f"{unseen[0]!r}, and measurements and projections have no common limit"
            )

    @classmethod
    def of_count(
        cls,
        observed: int | None,
        background: float = 0.0,
        background_uncertainty: float = 0.0,
        signal_uncertainty: float = 0.0,
        confidence_level: float = 0.90,
    ) -> "Likelihood":
        """Return the likelihood of one count, of which the strength is the expected signal events.

        Parameters
        ----------
        observed : int or None
            Events seen; None for a projection.
        background : float
            Expected background events (the median of their log-normal distribution).
        background_uncertainty : float
            Absolute uncertainty of `background`; positive only if `background` is.
        signal_uncertainty : float
            Relative uncertainty of the expected signal (efficiency, exposure, cross section).
        confidence_level : float
            Of the limits, between 0 and 1.

        Raises
        ------
        RangeError
            If a value is impossible; the message begins with its name.

        Examples
        --------
        >>> Likelihood.of_count(0, background=0.53, background_uncertainty=0.17).nuisances
        ('background',)
        """
        if observed is not None:
            observed = count("observed", observed, 0, MAX_COUNTS)
        background = not_negative("background", background)
        background_uncertainty = not_negative("background_uncertainty", background_uncertainty)
        signal_uncertainty = number_within(
            "signal_uncertainty", signal_uncertainty, 0.0, LARGEST_FACTOR - 1
        )
        if background_uncertainty > 0 and background == 0:
            raise RangeError(
                f"background_uncertainty: {background_uncertainty} is not 0 although the "
                "background is: a log-normal uncertainty needs a positive background"
            )
        relative = background_uncertainty / background if background else 0.0
        factor = 1 + relative
        if is_too_wide(background, factor):
            raise RangeError(
                f"background_uncertainty: {background_uncertainty:g} is more than"
                f" {LARGEST_RELATIVE_UNCERTAINTY:g} times the background, {background:g}, and not"
                f" negligible: {background * factor * factor:.3g} events at two standard deviations"
                " of a log-normal distribution"
            )
        signal = (Component("signal", 1.0, _relative("signal", signal_uncertainty)),)
        parts = (Component("background", background, _relative("background", relative)),)
        one = Bin("counts", observed, signal, parts if background else ())
        return cls((one,), confidence_level)

    @property
    def observed(self) -> tuple[int, ...] | None:
        """Events seen in each bin; None for a projection."""
        counts = tuple(b.observed for b in self.bins if b.observed is not None)
        return counts if len(counts) == len(self.bins) else None

    @property
    def signal_weight(self) -> float:
        """Expected signal events of all bins together at strength one."""
        return math.fsum(b.signal for b in self.bins)

    @property
    def nuisances(self) -> tuple[str, ...]:
        """Names of the nuisance parameters, in the order in which they occur."""
        return tuple(dict.fromkeys(name for b in self.bins for name in b.nuisances))

    @cached_property
    def cells(self) -> Cells:
        """The same as arrays."""
        return cells_of(self)

    def with_signal(self, events: Mapping[str, float]) -> "Likelihood":
        """Return the likelihood with another expected signal at strength one.

        Parameters
        ----------
        events : mapping of str to float
            Expected signal events by bin; the shares of a bin's signals are kept. Every bin that
            expects signal is needed.

        Raises
        ------
        RangeError
            If a bin is missing, unknown, or has no signal to scale.
        """
        wanted = {b.name for b in self.bins if b.signal > 0}
        if set(events) != wanted:
            odd = min(set(events) ^ wanted)
            raise RangeError(f"events: {odd!r} is missing or no bin with signal")
        return replace(
            self,
            bins=tuple(
                _with_signal(b, events[b.name]) if b.name in events else b for b in self.bins
            ),
        )

    def with_nuisances(self, names: Mapping[str, str]) -> "Likelihood":
        """Return the likelihood with nuisance parameters of other names.

        Parameters
        ----------
        names : mapping of str to str
            New names by the present ones; the others stay as they are.
        """

        def named(part: Component) -> Component:
            shifts = (replace(s, nuisance=names.get(s.nuisance, s.nuisance)) for s in part.shifts)
            return replace(part, shifts=tuple(shifts))

        return replace(
            self,
            bins=tuple(
                replace(
                    b,
                    signals=tuple(named(part) for part in b.signals),
                    backgrounds=tuple(named(part) for part in b.backgrounds),
                )
                for b in self.bins
            ),
        )


def combine_likelihoods(*likelihoods: Likelihood, names: Sequence[str] = ()) -> Likelihood:
    """Return the product of likelihoods, such as those of several experiments.

    Parameters
    ----------
    likelihoods : Likelihood
        Of the same strength, with equal confidence levels and different names of the bins.
        Nuisance parameters of equal name are one and the same.
    names : sequence of str, optional
        Of the likelihoods: if given, bins are called "NAME: BIN", and messages say whose they are.

    Raises
    ------
    RangeError
        If there is none, names of bins coincide, confidence levels differ, or some likelihoods are
        measurements and others projections.
    """
    if names:
        likelihoods = tuple(
            replace(one, bins=tuple(replace(b, name=f"{name}: {b.name}") for b in one.bins))
            for name, one in zip(names, likelihoods, strict=True)
        )
    levels = sorted({one.confidence_level for one in likelihoods})
    if len(levels) != 1:
        raise RangeError(f"confidence_level: {levels} is not one common value")
    return Likelihood(tuple(b for one in likelihoods for b in one.bins), levels[0])


def summed(bins: Sequence[Bin]) -> Bin:
    """Return the bin that counts the events of several: Poisson counts add up to one.

    Components that the same shifts move are added up too: their sum moves like each of them. What
    is left are components that move differently.
    """
    seen = [b.observed for b in bins if b.observed is not None]
    return Bin(
        "+".join(b.name for b in bins),
        sum(seen) if seen else None,
        _gathered("signal", [part for b in bins for part in b.signals]),
        _gathered("background", [part for b in bins for part in b.backgrounds]),
    )


def _gathered(name: str, parts: list[Component]) -> tuple[Component, ...]:
    events: dict[frozenset[Shift], list[float]] = {}
    for part in parts:
        moving = frozenset(s for s in part.shifts if (s.up, s.down) != (1, 1))
        if part.events > 0:
            events.setdefault(moving, []).append(part.events)
    return tuple(
        Component(f"{name} {i}", math.fsum(each), tuple(sorted(shifts, key=lambda s: s.nuisance)))
        for i, (shifts, each) in enumerate(events.items())
    )


def _relative(nuisance: str, uncertainty: float) -> tuple[Shift, ...]:
    return (Shift.relative(nuisance, uncertainty),) if uncertainty else ()


def _with_signal(one: Bin, events: float) -> Bin:
    factor = events / one.signal
    return replace(
        one, signals=tuple(replace(part, events=part.events * factor) for part in one.signals)
    )


def _require_unique(what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise RangeError(f"{what}: the name {name!r} occurs {names.count(name)} times")
