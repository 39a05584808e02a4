"""Bounds: the cards that come with the package or a user brings, and what they exclude."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from scotopic.bounds.base import BOUNDS, BoundCard, BoundKind, Excluded, not_recast
from scotopic.display import brief, displayed
from scotopic.errors import CardError, RangeError
from scotopic.experiments.kinds import KINDS, card_file, refuse_another_kind
from scotopic.experiments.loader import read_card
from scotopic.experiments.messages import KeyedError, card_error, mistakes_in
from scotopic.experiments.ranges import at_end, outside_of_ranges, ranges_of
from scotopic.models.mediator import DecayingMediator
from scotopic.models.portal import Portal
from scotopic.words import ThresholdEnd

CARDS: Final = "bounds run"
"""The command that takes cards of bounds, by which `KINDS` knows them."""


@displayed
@dataclass(frozen=True)
class Bound:
    """What another experiment excludes.

    Attributes
    ----------
    name : str
        Of the shipped card, or of the file.
    card : BoundCard
        Its content, as the kind's own table.
    """

    name: str
    card: BoundCard

    @property
    def kind(self) -> BoundKind[Any]:
        """What computes it."""
        return BOUNDS[self.card.kind]

    @property
    def has_band(self) -> bool:
        """Whether thresholds of the card are known by a range alone."""
        return any(ranges_of(self.card))

    def assumptions(self) -> tuple[str, ...]:
        """Return, a line each, what must hold for the answers besides the model."""
        return self.kind.assumptions(self.card)

    def excluded(self, model: Portal, end: ThresholdEnd | None = None) -> Excluded:
        """Return which couplings of a model are excluded, or why none.

        Parameters
        ----------
        model : Portal
            Its coupling plays no part.
        end : {"strictest", "loosest"}, optional
            Where thresholds that have ranges are; left out: at their own values. At the loosest
            end the most passes them.

        Returns
        -------
        Excluded
            Intervals of the coupling that begin within `coupling_range` of the model.

        Examples
        --------
        >>> from scotopic import DarkPhoton
        >>> model = DarkPhoton(mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3,
        ...                    dark_matter="complex_scalar")
        >>> load_bound("lep").excluded(model).intervals
        ((0.03, inf),)
        """
        if not isinstance(model, DecayingMediator):
            return not_recast(model, "it has no mediator with a mass")
        card = self.card if end is None else at_end(self.card, end)
        try:
            found = self.kind.excluded(card, model)
        except RangeError as error:
            return Excluded.nothing(str(error))
        return found.below(type(model).coupling_range[1])

    def along(self, models: Iterable[Portal], end: ThresholdEnd | None = None) -> list[Excluded]:
        """Return what is excluded at each of several models; as `excluded`."""
        return [self.excluded(model, end) for model in models]


def bound_names() -> list[str]:
    """Return the names of the bounds that come with the package.

    Examples
    --------
    >>> "lep" in bound_names()
    True
    """
    return KINDS[CARDS].names


def load_bound(card: "str | os.PathLike[str] | Bound") -> Bound:
    """Read and check the card of a bound.

    Parameters
    ----------
    card : str, path or Bound
        The name of a shipped card, or the path of a file; a bound is returned as it is.

    Raises
    ------
    CardError
        If anything is wrong with the card: its path or name, the key, the value, what is allowed.

    Examples
    --------
    >>> load_bound("lep").card.kind
    'number'
    >>> load_bound("lap")
    Traceback (most recent call last):
    ...
    scotopic.errors.CardError: 'lap' is no bound; did you mean 'lep'?
    """
    if isinstance(card, Bound):
        return card
    if not isinstance(card, str | os.PathLike):
        raise CardError(f"bound: {brief(card)} is no bound, and no name or path of one")
    file, label = card_file(card, CARDS)
    content = read_card(file, label)
    refuse_another_kind(content, label, CARDS)
    try:
        return Bound(file.stem, _checked(content, file.parent))
    except KeyedError as error:
        raise card_error(label, error.all) from None


def _checked(content: Mapping[str, Any], directory: Path) -> BoundCard:
    """Return what a card holds.

    Raises
    ------
    KeyedError
        If the kind is unknown, or does not accept the card.
    """
    kind = content.get("kind")
    if not isinstance(kind, str):
        raise KeyedError(("kind",), f"missing; one of {', '.join(BOUNDS.names())}")
    try:
        table = BOUNDS[kind].table
    except RangeError as error:
        raise KeyedError(("kind",), str(error).removeprefix("kind: ")) from None
    given = dict(content)
    if isinstance(given.get("file"), str):
        given["file"] = str(directory / given["file"])
    try:
        card = table.model_validate(given)
    except ValidationError as error:
        raise KeyedError.of(mistakes_in(error, table)) from None
    if found := list(outside_of_ranges(card)):
        raise KeyedError.of(found)
    return card
