"""Finds, reads, extends and checks experiment cards."""

import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field, ValidationError

from scotopic.errors import CardError
from scotopic.experiments.kinds import KINDS, card_file, refuse_another_kind
from scotopic.experiments.merging import Card, extend, missing_sources
from scotopic.experiments.messages import KeyedError, card_error, hint_for_key, mistakes_in, shown
from scotopic.experiments.schema import Experiment
from scotopic.experiments.tables import Items, Table, Text
from scotopic.reading import read_text

_PATHS = ("likelihood", "file")  # keys whose values are paths

MOST_EXTENDED = 50
"""How many cards one may stand on that extend each other."""

_NOT_INHERITED = ("title", "description")  # they would be untrue of a card that extends

_MOVED = {
    "selection": "is the table [searches.selection] of one of [[searches]] now",
    "signatures": "are searches now: one of [[searches]] each",
    "decay_regions": "are searches[].selection.regions of the signature 'decay-in-flight' now",
    "data_sets": "belong to a search now: [[searches.data_sets]]",
    "systematics": "belong to a search now: [[searches.systematics]]",
}


class Extension(Table):
    """What a card says about the card that it extends."""

    extends: Text | None = Field(
        default=None,
        description="the card that this one changes: a shipped name, or a path to a `.toml` file, "
        "relative to this card",
    )
    replace: Items[Text] = Field(
        default=(),
        description="paths that are not inherited, such as `searches` or "
        "`searches[S1].data_sets[2016-2018].background`",
    )


class _Change(NamedTuple):
    """A card as it is in its file, and what messages call it."""

    label: str
    card: Card
    replace: tuple[str, ...]


def experiment_names() -> list[str]:
    """Return the names of the cards that come with the package.

    Examples
    --------
    >>> "na64e-2018" in experiment_names()
    True
    """
    return KINDS["limit"].names


def read_experiment(
    name_or_path: str | os.PathLike[str],
    checked: Callable[[Card], Experiment] = Experiment.model_validate,
) -> Experiment:
    """Read an experiment card; selections of searches are what `checked` makes of them.

    Parameters
    ----------
    name_or_path : str or path
        As for `scotopic.load_experiment`.
    checked : callable
        Makes the experiment of the card's content; raises pydantic's ValidationError, or
        KeyedError.

    Raises
    ------
    CardError
        If anything is wrong with the card.
    """
    mistakes: list[CardError] = []
    *changes, base = _extended(name_or_path, mistakes)
    card, unsourced = base.card, []
    for one in reversed(changes):
        card = {key: value for key, value in card.items() if key not in _NOT_INHERITED}
        try:
            merged = extend(card, one.card, one.replace)
            missing = [*missing_sources(card, merged, one.card)]  # it refuses repeated names too
        except KeyedError as error:
            raise card_error(one.label, error.all) from None
        if missing:
            unsourced.append(card_error(one.label, missing))
        card = merged
    label = [*changes, base][0].label
    try:
        experiment = checked(card)
    except ValidationError as error:
        mistakes.append(card_error(label, mistakes_in(error, Experiment)))
    except KeyedError as error:
        mistakes.append(card_error(label, error.all))
    if mistakes := [*mistakes, *unsourced]:
        raise CardError(*(text for one in mistakes for text in one.mistakes))
    return experiment


def _extended(name_or_path: str | os.PathLike[str], mistakes: list[CardError]) -> list[_Change]:
    """Read a card, the one that it extends, the one that this extends, and so on."""
    found: list[_Change] = []
    seen: list[Path] = []
    name: str | os.PathLike[str] | None = name_or_path
    directory = Path()
    while name is not None:
        try:
            file, label = card_file(name, "limit", directory)
            card = read_card(file, label)
        except CardError as error:
            if not found:
                raise
            raise card_error(found[-1].label, f"extends: {error}") from None
        if file.resolve() in seen:
            raise card_error(label, "extends: leads back to this card")
        if len(seen) > MOST_EXTENDED:
            text = f"extends: a card may stand on {MOST_EXTENDED} others at the most"
            raise card_error(found[0].label, text)
        seen.append(file.resolve())
        card, extension = _without_extension(card, file.parent, label, mistakes)
        found.append(_Change(label, card, extension.replace))
        name, directory = extension.extends, file.parent
    return found


def _without_extension(
    card: Card, directory: Path, label: str, mistakes: list[CardError]
) -> tuple[Card, Extension]:
    """Split a card into what it says itself and what it says of the one that it extends."""
    refuse_another_kind(card, label, "limit")
    known = [*Extension.model_fields, *Experiment.model_fields]
    for key in card:
        _refuse_moved(key, label)
    if unknown := [key for key in card if key not in known]:
        found = [
            KeyedError((key,), f"unknown key; {hint_for_key(Experiment, (key,), known)}")
            for key in unknown
        ]
        mistakes.append(card_error(label, found))
    own = {key: value for key, value in card.items() if key in Experiment.model_fields}
    of_extension = {key: value for key, value in card.items() if key in Extension.model_fields}
    try:
        own = _with_paths(own, directory)
        extension = Extension.model_validate(of_extension)
    except RecursionError:
        raise card_error(label, "nested too deeply") from None
    except ValidationError as error:
        raise card_error(label, mistakes_in(error, Extension)) from None
    if extension.replace and extension.extends is None:
        text = "replace: means something only together with extends"
        mistakes.append(card_error(label, text))
    for i, path in enumerate(extension.replace):
        _refuse_moved(re.split(r"[.\[]", path)[0], label, f"replace[{i}]: ")
    return own, extension


def read_card(file: Path, label: str) -> Card:
    """Parse a file.

    Raises
    ------
    CardError
        If it cannot be read or is not TOML; messages begin with the label.
    """
    text = read_text(file, label=label)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise card_error(label, "not TOML: nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError is one; absurdly long integers raise another
        place = re.search(r"at line (\d+)", str(error))
        line = f": {shown(text.splitlines()[int(place[1]) - 1])}" if place else ""
        raise card_error(label, f"not TOML: {error}{line}") from None


def _refuse_moved(key: str, label: str, where: str = "") -> None:
    if key in _MOVED:
        raise card_error(label, f"{where}{key}: {_MOVED[key]}; see the page on experiment cards")


def _with_paths(card: Card, directory: Path) -> Card:
    """Make the paths in a card those of files, wherever the card is used."""

    def placed(value: Any) -> Any:  # noqa: ANN401 - whatever TOML has
        if isinstance(value, list):
            return [placed(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        return {
            key: str(directory / entry)
            if key in _PATHS and isinstance(entry, str)
            else placed(entry)
            for key, entry in value.items()
        }

    found: Card = placed(card)
    return found
