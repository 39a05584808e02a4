"""The kinds of cards, by what they hold."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from scotopic.experiments.messages import card_error


class CardKind(NamedTuple):
    """What a kind of card is called, and the keys that no other kind has."""

    name: str
    keys: frozenset[str]


KINDS: Final[Mapping[str, CardKind]] = MappingProxyType(
    {
        "limit": CardKind(
            "an experiment card", frozenset({"beam", "target", "detectors", "searches", "extends"})
        ),
        "plane": CardKind(
            "a run card",
            frozenset({"x", "y", "fixed", "limits", "thermal_lines", "cmb", "bands", "bounds"}),
        ),
        "cuts": CardKind(
            "a cut card",
            frozenset({"experiment", "cuts_GeV", "sideband", "leakage", "mediator_masses_GeV"}),
        ),
    }
)
"""By the command that takes them."""


def kind_of(keys: Collection[str]) -> str | None:
    """Return which command takes a card of these keys; None if no key is of any kind.

    Examples
    --------
    >>> kind_of(["title", "x", "y", "limits"]), kind_of(["title"])
    ('plane', None)
    """
    counts = {command: len(kind.keys.intersection(keys)) for command, kind in KINDS.items()}
    command = max(counts, key=lambda one: counts[one])
    return command if counts[command] else None


def refuse_another_kind(keys: Collection[str], label: str, command: str) -> None:
    """Refuse a card that another command takes.

    Raises
    ------
    CardError
        If it has keys of another kind and none of its own.
    """
    found = kind_of(keys)
    if found is not None and not KINDS[command].keys.intersection(keys):
        text = f"is {KINDS[found].name}, not {KINDS[command].name}; 'scotopic {found}' takes it"
        raise card_error(label, text)
