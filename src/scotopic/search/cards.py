"""Experiment cards with the selections of their searches checked by the signatures."""

import os
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from scotopic.errors import RangeError, ScotopicError
from scotopic.experiments.loader import read_experiment
from scotopic.experiments.messages import KeyedError, explained, shown
from scotopic.experiments.toml_text import toml_text
from scotopic.signatures.base import SIGNATURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scotopic.experiments import Experiment, SearchCard
    from scotopic.experiments.tables import Table


def load_experiment(name_or_path: str | os.PathLike[str]) -> "Experiment":
    """Read and check a card.

    Parameters
    ----------
    name_or_path : str or path
        The name of a shipped card, or the path of a file. A string is a path if it ends in
        ``.toml`` or has a directory in it.

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
    return read_experiment(name_or_path, checked)


def experiment_card(name_or_path: str | os.PathLike[str]) -> str:
    """Return a card as TOML with everything that it inherits and the defaults written out.

    Parameters and errors as for `load_experiment`.
    """
    return toml_text(load_experiment(name_or_path).content())


def checked(experiment: "Experiment") -> "Experiment":
    """Return an experiment with the selections of its searches checked and completed.

    Raises
    ------
    KeyedError
        If a signature is unknown, or does not accept its selection.
    """
    searches = []
    for i, search in enumerate(experiment.searches):
        try:
            SIGNATURES.home(search.signature)
        except RangeError as error:
            text = str(error).removeprefix("signature: ")
            raise KeyedError(("searches", i, "signature"), text) from None
        try:
            selection = selection_of(search)
            SIGNATURES[search.signature].check(experiment, selection)
        except KeyedError as error:
            path = ("searches", i, "selection", *error.path)
            raise KeyedError(path, str(error)) from None
        _check_efficiencies(experiment, i, search, selection)
        searches.append(search.model_copy(update={"selection": dumped(selection)}))
    _refuse_overlaps(experiment)
    if experiment.likelihood is not None:
        from scotopic.search.likelihood import experiment_likelihood  # noqa: PLC0415 - seldom

        try:
            experiment_likelihood(experiment)
        except ScotopicError as error:
            raise KeyedError(("likelihood",), str(error)) from None
    return experiment.with_searches(searches)


def _check_efficiencies(
    experiment: "Experiment", number: int, search: "SearchCard", selection: "Table"
) -> None:
    """Refuse tables over the energy that the signature does not heed, or that are too short."""
    accepted = SIGNATURES[search.signature].energies(experiment, selection)
    for i, data in enumerate(search.data_sets):
        table = data.efficiency_table
        if table is None or table.against != "mediator_energy_GeV":
            continue
        path = ("searches", number, "data_sets", i, "signal_efficiency")
        if accepted is None:
            raise KeyedError(
                (*path, "against"),
                f"{shown(table.against)} is not for the signature {shown(search.signature)}",
            )
        (low, high), (first, last) = accepted, table.ends
        if low < first or high > last:
            raise KeyedError(
                (*path, "points"),
                f"energies from {first:g} to {last:g} GeV do not cover the accepted ones, from"
                f" {low:g} to {high:g} GeV",
            )


def _refuse_overlaps(experiment: "Experiment") -> None:
    for i, one, other in _pairs(experiment.searches):
        if _may_overlap(experiment, one, other) and _may_overlap(experiment, other, one):
            raise KeyedError(
                ("searches", i),
                f"{one.name} and {other.name} may accept the same event, which must not be"
                " counted twice; searches of one card exclude each other",
            )


def _may_overlap(experiment: "Experiment", one: "SearchCard", other: "SearchCard") -> bool:
    signature = SIGNATURES[one.signature]
    return signature.overlaps(experiment, selection_of(one), selection_of(other))


def _pairs(
    searches: "tuple[SearchCard, ...]",
) -> "Iterator[tuple[int, SearchCard, SearchCard]]":
    for i, other in enumerate(searches):
        for one in searches[:i]:
            yield i, one, other


def with_thresholds(experiment: "Experiment", end: Literal["lowest", "highest"]) -> "Experiment":
    """Return an experiment with the thresholds of its searches at one end of their ranges.

    Examples
    --------
    >>> lowest = with_thresholds(load_experiment("na64e-2018"), "lowest")
    >>> lowest.search("invisible").selection["vetoes"][0]["maximum_energy_GeV"]
    0.001
    """

    def moved(search: "SearchCard") -> "SearchCard":
        selection = SIGNATURES[search.signature].with_thresholds(selection_of(search), end)
        return search.model_copy(update={"selection": dumped(selection)})

    return experiment.with_searches(moved(search) for search in experiment.searches)


def selection_of(search: "SearchCard") -> "Table":
    """Return the selection of a search as its signature's own table.

    Raises
    ------
    KeyedError
        If a key is unknown, missing or out of range.
    """
    table = SIGNATURES[search.signature].table
    try:
        return table.model_validate(search.selection)
    except ValidationError as error:
        path, text = explained(error, table)
        raise KeyedError(path, text) from None


def dumped(selection: "Table") -> dict[str, Any]:
    """Return a selection as a card has it."""
    return selection.model_dump(mode="json", exclude_none=True)
