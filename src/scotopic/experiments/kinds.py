"""The kinds of cards: what they hold, and where those are that come with the package."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from scotopic.errors import CardError, nearest, one_line
from scotopic.experiments.messages import card_error, shown

SUFFIX: Final = ".toml"

_PACKAGE = Path(__file__).parents[1]


class CardKind(NamedTuple):
    """What a kind of card is called, the keys that no other kind has, and where names lead."""

    name: str
    keys: frozenset[str]
    noun: str = ""
    directory: Path | None = None

    @property
    def names(self) -> list[str]:
        """Names of the cards that come with the package."""
        files = () if self.directory is None else self.directory.glob(f"*{SUFFIX}")
        return sorted(path.stem for path in files)


KINDS: Final[Mapping[str, CardKind]] = MappingProxyType(
    {
        "limit": CardKind(
            "an experiment card",
            frozenset({"beam", "target", "detectors", "searches", "extends"}),
            "experiment",
            _PACKAGE / "experiments" / "cards",
        ),
        "plane": CardKind(
            "a run card",
            frozenset({"x", "y", "fixed", "limits", "thermal_lines", "cmb", "bands", "bounds"}),
            "run card",
            _PACKAGE / "scan" / "gallery",
        ),
        "cuts": CardKind(
            "a cut card",
            frozenset({"experiment", "cuts_GeV", "sideband", "leakage", "mediator_masses_GeV"}),
        ),
        "bounds run": CardKind(
            "the card of a bound",
            frozenset({"kind", "label"}),
            "bound",
            _PACKAGE / "bounds" / "cards",
        ),
    }
)
"""By the command that takes them."""


def card_file(
    given: str | os.PathLike[str], command: str, directory: Path | None = None
) -> tuple[Path, str]:
    """Return the file of a card, and what messages call it.

    Parameters
    ----------
    given : str or path
        The name of a card that comes with the package, or the path of a file. A string is a path
        if it ends in ``.toml`` or has a directory in it.
    command : str
        That takes this kind of card.
    directory : Path, optional
        What paths are relative to.

    Raises
    ------
    CardError
        If it is the name of no card of this kind; with the nearest name, or the command that takes
        it.

    Examples
    --------
    >>> file, label = card_file("thermal-targets", "plane")
    >>> file.name, label
    ('thermal-targets.toml', 'thermal-targets')
    """
    wanted = KINDS[command]
    if isinstance(given, str) and not (given.endswith(SUFFIX) or {"/", os.sep} & {*given}):
        if wanted.directory and given in wanted.names:
            return wanted.directory / f"{given}{SUFFIX}", given
        if other := command_named(given):
            raise card_error(given, f"is {KINDS[other].name}; 'scotopic {other} {given}' takes it")
        if wanted.directory:
            hint = _own_file(given, directory or Path()) or nearest(given, wanted.names)
            raise CardError(one_line(f"{shown(given)} is no {wanted.noun}; {hint}"))
    path = (directory or Path()) / Path(given)
    return path, str(path)


def _own_file(name: str, directory: Path) -> str:
    """Say which file may be meant by a name that is none of the package's."""
    file = f"{name}{SUFFIX}"
    try:
        if (directory / file).is_file():
            return f"there is a file {shown(file)}"
        if (directory / name).is_file():
            return f"a card's file ends in {SUFFIX}, or is named with its directory"
    except OSError:  # no name of a file, it is too long
        pass
    return ""


def command_named(name: str) -> str | None:
    """Return which command takes a card that comes with the package; None if none has the name.

    Examples
    --------
    >>> command_named("thermal-targets"), command_named("na64e-2018"), command_named("own")
    ('plane', 'limit', None)
    """
    return next((command for command, kind in KINDS.items() if name in kind.names), None)


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
