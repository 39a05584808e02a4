"""Experiment cards with the selections of their searches checked by the signatures."""

import os
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import ValidationError

from scotopic.display import brief
from scotopic.errors import CardError, RangeError, ScotopicError
from scotopic.experiments.loader import read_experiment
from scotopic.experiments.messages import KeyedError, KeyPath, mistakes_in, shown
from scotopic.experiments.ranges import RANGE
from scotopic.experiments.schema import Experiment
from scotopic.experiments.toml_text import toml_text
from scotopic.models.parameters import wrong_value
from scotopic.models.registry import MODELS, model_class
from scotopic.signatures.base import SIGNATURES
from scotopic.words import THRESHOLD_ENDS, ThresholdEnd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scotopic.experiments import SearchCard
    from scotopic.experiments.merging import Card
    from scotopic.experiments.tables import Table


CardLike: TypeAlias = str | os.PathLike[str] | Experiment
"""An experiment: the name of a shipped card, the path of a file, or the experiment itself."""


def load_experiment(card: CardLike) -> Experiment:
    """Read and check a card.

    Parameters
    ----------
    card : str, path or Experiment
        The name of a shipped card, or the path of a file. A string is a path if it ends in
        ``.toml`` or has a directory in it. What is an experiment already is returned as it is.

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
    >>> load_experiment("na64e-2018").search("invisible").observed_events
    0
    >>> load_experiment("na64e-2108")
    Traceback (most recent call last):
    ...
    scotopic.errors.CardError: 'na64e-2108' is no experiment; did you mean 'na64e-2018'?
    """
    if isinstance(card, Experiment):
        return card
    if not isinstance(card, str | os.PathLike):
        raise CardError(f"experiment: {brief(card)} is no card, and no name or path of one")
    return read_experiment(card, _checked_content)


def experiment_card(card: CardLike) -> str:
    """Return a card as TOML with everything that it inherits and the defaults written out.

    Parameters and errors as for `load_experiment`.
    """
    return toml_text(load_experiment(card).content())


def _checked_content(card: "Card") -> Experiment:
    """Return the experiment of a card's content; selections are looked at if other keys are wrong.

    Raises
    ------
    KeyedError
        If anything is wrong.
    """
    try:
        experiment = Experiment.model_validate(card)
    except ValidationError as error:
        found = [*mistakes_in(error, Experiment), *_wrong_selections(card.get("searches"))]
        raise KeyedError.of(found) from None
    wrong_model = [*_wrong_model(experiment)]
    try:
        complete = checked(experiment)
    except KeyedError as error:
        raise KeyedError.of([*wrong_model, *error.all]) from None
    if wrong_model:
        raise KeyedError.of(wrong_model)
    return complete


def _wrong_selections(searches: object) -> "Iterator[KeyedError]":
    """Yield what is wrong with selections by themselves, whatever else a card holds."""
    for i, search in enumerate(searches if isinstance(searches, list) else ()):
        match search:
            case {"signature": str(name), "selection": dict(selection)}:
                try:
                    _selection(name, selection)
                except KeyedError as error:
                    yield from error.below(("searches", i))


def checked(experiment: Experiment) -> Experiment:
    """Return an experiment with the selections of its searches checked and completed.

    Raises
    ------
    KeyedError
        If a signature is unknown, or does not accept its selection.
    """
    found: list[KeyedError] = []
    searches = []
    for i, search in enumerate(experiment.searches):
        try:
            searches.append(_completed(experiment, search))
        except KeyedError as error:
            found += error.below(("searches", i))
    if not found:
        experiment = experiment.with_searches(searches)
        found = [KeyedError(("searches", i), text) for i, text in overlaps(experiment)]
        found += _wrong_workspace(experiment)
    if found:
        raise KeyedError.of(found)
    return experiment


def _completed(experiment: Experiment, search: "SearchCard") -> "SearchCard":
    """Return a search with its selection checked, defaults filled in."""
    selection = _selection(search.signature, search.selection)
    try:
        SIGNATURES[search.signature].check(experiment, selection)
        _check_ends(experiment, search.signature, selection)
    except KeyedError as error:
        raise KeyedError.of(error.below(("selection",))) from None
    bins = len(SIGNATURES[search.signature].bins(selection))
    found = list(_wrong_efficiencies(experiment, search, selection))
    for i, data in enumerate(search.data_sets):
        found += [one for wrong in data.wrong_bins(bins) for one in wrong.below(("data_sets", i))]
    if found:
        raise KeyedError.of(found)
    return search.model_copy(update={"selection": dumped(selection)})


def _check_ends(experiment: Experiment, name: str, selection: "Table") -> None:
    """Refuse ranges at whose ends a selection is impossible, naming the range.

    Raises
    ------
    KeyedError
        Below the selection.
    """
    for end in THRESHOLD_ENDS:
        moved = SIGNATURES[name].with_thresholds(selection, end)
        if moved == selection:
            continue
        try:
            moved = type(moved).model_validate(dumped(moved))
            SIGNATURES[name].check(experiment, moved)
        except ValidationError as error:
            raise _of_range(mistakes_in(error, type(moved)), selection, end) from None
        except KeyedError as error:
            raise _of_range(error.all, selection, end) from None


def _of_range(found: "Sequence[KeyedError]", selection: "Table", end: ThresholdEnd) -> KeyedError:
    """Return mistakes at an end of ranges as those of the ranges."""
    content = dumped(selection)

    def ranged(path: KeyPath) -> KeyPath:
        table: Any = content
        for part in path[:-1]:
            table = table[part]
        known = table if path and isinstance(table, dict) else {}
        own = (key for key in known if RANGE in key and key.replace(RANGE, "") == path[-1])
        return (*path[:-1], *own) or path

    every = [KeyedError(ranged(one.path), f"at its {end} end {one}") for one in found]
    return KeyedError.of(every)


def _wrong_efficiencies(
    experiment: Experiment, search: "SearchCard", selection: "Table"
) -> "Iterator[KeyedError]":
    """Yield tables over the energy that the signature does not heed, or that are too short."""
    accepted = SIGNATURES[search.signature].energies(experiment, selection)
    for i, data in enumerate(search.data_sets):
        table = data.efficiency_table
        if table is None or table.against != "mediator_energy_GeV":
            continue
        path = ("data_sets", i, "signal_efficiency")
        if accepted is None:
            yield KeyedError(
                (*path, "against"),
                f"{shown(table.against)} is not for the signature {shown(search.signature)}",
            )
            continue
        (low, high), (first, last) = accepted, table.ends
        if low < first or high > last:
            yield KeyedError(
                (*path, "points"),
                f"energies from {first:g} to {last:g} GeV do not cover the accepted ones, from"
                f" {low:g} to {high:g} GeV",
            )


def overlaps(experiment: Experiment) -> "Iterator[tuple[int, str]]":
    """Yield pairs of searches that count, of which neither says that they exclude each other.

    Yields
    ------
    tuple of int and str
        The number of the second search, and what is wrong.
    """
    for i, other in enumerate(experiment.searches):
        for one in experiment.searches[:i]:
            if not (one.by_default and other.by_default):
                continue
            if _may_overlap(experiment, one, other) and _may_overlap(experiment, other, one):
                text = (
                    f"{one.name} and {other.name} may accept the same event, which must not be"
                    " counted twice; searches that count together exclude each other"
                )
                yield i, text


def _may_overlap(experiment: Experiment, one: "SearchCard", other: "SearchCard") -> bool:
    signature = SIGNATURES[one.signature]
    return signature.overlaps(experiment, selection_of(one), selection_of(other))


def _wrong_model(experiment: Experiment) -> "Iterator[KeyedError]":
    """Yield what is wrong with the model that a card names, and with its parameters."""
    model = experiment.model
    try:
        MODELS.home(model.name)
        if not model.parameters:
            return
        kind = model_class(model.name)
    except RangeError as error:
        yield KeyedError(("model", "name"), str(error).removeprefix("model: "))
        return
    for name, value in model.parameters.items():
        if why := wrong_value(kind, name, value, model.parameters):
            yield KeyedError(("model", "parameters", name), why)


def _wrong_workspace(experiment: Experiment) -> "Iterator[KeyedError]":
    if experiment.likelihood is None:
        return
    from scotopic.search.likelihood import experiment_likelihood  # noqa: PLC0415 - seldom

    try:
        experiment_likelihood(experiment)
    except ScotopicError as error:
        yield KeyedError(("likelihood",), str(error))


def selection_of(search: "SearchCard") -> "Table":
    """Return the selection of a search as its signature's own table.

    Raises
    ------
    KeyedError
        If the signature is unknown, or a key is unknown, missing or out of range.
    """
    return _selection(search.signature, search.selection)


def _selection(signature: str, content: dict[str, Any]) -> "Table":
    try:
        table = SIGNATURES[signature].table
    except RangeError as error:
        raise KeyedError(("signature",), str(error).removeprefix("signature: ")) from None
    try:
        return table.model_validate(content)
    except ValidationError as error:
        found = KeyedError.of(mistakes_in(error, table))
        raise KeyedError.of(found.below(("selection",))) from None


def dumped(selection: "Table") -> dict[str, Any]:
    """Return a selection as a card has it."""
    return selection.model_dump(mode="json", exclude_none=True)
