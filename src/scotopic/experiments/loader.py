"""Finds, reads, extends and checks experiment cards."""

import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from scotopic.errors import CardError, nearest
from scotopic.experiments.merging import Card, extend, require_sources
from scotopic.experiments.messages import KeyedError, describe, key_path, one_line, shown
from scotopic.experiments.schema import Experiment
from scotopic.experiments.tables import Items, Table, Text

CARDS = Path(__file__).parent / "cards"
"""Directory of the cards that come with the package."""

SUFFIX = ".toml"

_PATHS = ("likelihood", "file")  # keys whose values are paths

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


def experiment_names() -> list[str]:
    """Return the names of the cards that come with the package.

    Examples
    --------
    >>> "na64e-2018" in experiment_names()
    True
    """
    return sorted(path.stem for path in CARDS.glob(f"*{SUFFIX}"))


def read_experiment(
    name_or_path: str | os.PathLike[str],
    check: Callable[[Experiment], Experiment] = lambda experiment: experiment,
) -> Experiment:
    """Read an experiment card.

    Parameters
    ----------
    name_or_path : str or path
        The name of a shipped card, or the path of a file. A string is a path if it ends in
        ``.toml`` or has a directory in it.
    check : callable
        Checks more of it, and returns it; raises KeyedError.

    Returns
    -------
    Experiment
        The checked content, with the cards it extends merged in.

    Raises
    ------
    CardError
        If anything is wrong with the card, in one line: the card, the path of the key, the
        value and what is allowed.

    Examples
    --------
    >>> read_experiment("na64e-2018").search("invisible").observed_events
    0
    >>> read_experiment("na64e-2108")
    Traceback (most recent call last):
    ...
    scotopic.errors.CardError: 'na64e-2108' is no experiment; did you mean 'na64e-2018'?
    """
    file, label = _locate(name_or_path, Path())
    unsourced: list[CardError] = []
    card = _resolve(read_card(file, label), file, label, (), unsourced)
    try:
        experiment = check(Experiment.model_validate(card))
    except ValidationError as error:
        raise card_error(label, describe(error, Experiment)) from None
    except KeyedError as error:
        raise card_error(label, f"{key_path(error.path)}: {error}") from None
    for complaint in unsourced:
        raise complaint
    return experiment


def card_error(label: str, text: str) -> CardError:
    """Return the error that says what is wrong with a card, in one line."""
    return CardError(one_line(f"{label}: {text}"))


def _locate(name_or_path: str | os.PathLike[str], directory: Path) -> tuple[Path, str]:
    """Return the file of a card and what messages call it."""
    if isinstance(name_or_path, str) and not (
        name_or_path.endswith(SUFFIX) or "/" in name_or_path or os.sep in name_or_path
    ):
        names = experiment_names()
        if name_or_path not in names:
            text = f"{shown(name_or_path)} is no experiment; {nearest(name_or_path, names)}"
            raise CardError(one_line(text))
        return CARDS / f"{name_or_path}{SUFFIX}", name_or_path
    path = directory / Path(name_or_path)
    return path, str(path)


def read_card(file: Path, label: str) -> Card:
    """Parse a file.

    Raises
    ------
    CardError
        If it cannot be read or is not TOML; messages begin with the label.
    """
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise card_error(label, f"not UTF-8: {error.reason} at byte {error.start}") from None
    except OSError as error:
        raise card_error(label, f"cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise card_error(label, "cannot be read: a path cannot have a null character") from None
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise card_error(label, "not TOML: nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError is one; absurdly long integers raise another
        place = re.search(r"at line (\d+)", str(error))
        line = f": {shown(text.splitlines()[int(place[1]) - 1])}" if place else ""
        raise card_error(label, f"not TOML: {error}{line}") from None


def _resolve(
    card: Card, file: Path, label: str, chain: tuple[Path, ...], unsourced: list[CardError]
) -> Card:
    """Merge a card that was read into the one that it extends.

    `chain` are the files that led to this one. Changes without a source go to `unsourced`, to
    be told when nothing worse is wrong.
    """
    if file.resolve() in chain:
        raise card_error(label, "extends: leads back to this card")
    _refuse_unknown_keys(card, label)
    try:
        card = _with_paths(card, file.parent)
    except RecursionError:
        raise card_error(label, "nested too deeply") from None
    try:
        extension = Extension.model_validate(
            {key: card.pop(key) for key in Extension.model_fields if key in card}
        )
    except ValidationError as error:
        raise card_error(label, describe(error, Extension)) from None
    if extension.extends is None:
        if extension.replace:
            raise card_error(label, "replace: means something only together with extends")
        return card
    for i, path in enumerate(extension.replace):
        _refuse_moved(re.split(r"[.\[]", path)[0], label, f"replace[{i}]: ")
    try:
        base_file, base_label = _locate(extension.extends, file.parent)
        base_card = read_card(base_file, base_label)
    except CardError as error:
        raise card_error(label, f"extends: {error}") from None
    chain = (*chain, file.resolve())
    base = _own_texts_removed(_resolve(base_card, base_file, base_label, chain, unsourced))
    try:
        merged = extend(base, card, extension.replace)
    except KeyedError as error:
        raise card_error(label, f"{key_path(error.path)}: {error}") from None
    try:
        require_sources(base, merged, card)
    except KeyedError as error:
        unsourced.append(card_error(label, f"{key_path(error.path)}: {error}"))
    return merged


def _refuse_unknown_keys(card: Card, label: str) -> None:
    known = [*Extension.model_fields, *Experiment.model_fields]
    for key in card:
        _refuse_moved(key, label)
        if key not in known:
            raise card_error(label, f"{key_path((key,))}: unknown key; {nearest(key, known)}")


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


def _own_texts_removed(base: dict[str, Any]) -> Card:
    """Drop what describes the base card and would be untrue of one that extends it."""
    return {key: value for key, value in base.items() if key not in ("title", "description")}
