"""Searches of cards with their thresholds at the ends of the ranges in which they may lie."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from scotopic.errors import RangeError, not_one_of
from scotopic.experiments.messages import KeyPath
from scotopic.experiments.schema import Experiment
from scotopic.search.cards import dumped, selection_of
from scotopic.signatures.base import SIGNATURES
from scotopic.words import THRESHOLD_ENDS, ThresholdEnd

if TYPE_CHECKING:
    from scotopic.experiments import SearchCard


class ThresholdRange(TypedDict):
    """A number of a selection that is known by a range alone, at the ends of it."""

    search: str
    key: str
    strictest: float
    loosest: float


def with_thresholds(
    experiment: Experiment, end: ThresholdEnd, only: Collection[str] = ()
) -> Experiment:
    """Return an experiment with the thresholds of its searches at one end of their ranges.

    Parameters
    ----------
    experiment : Experiment
        The card.
    end : str
        "strictest", where the fewest events pass, or "loosest".
    only : collection of str
        Keys of `threshold_ranges`, or the tables that hold them, which move alone; empty for all.

    Examples
    --------
    >>> from scotopic.search import load_experiment
    >>> strictest = with_thresholds(load_experiment("na64e-2018"), "strictest", ["vetoes[VETO]"])
    >>> strictest.search("invisible").selection["vetoes"][0]["maximum_energy_GeV"]
    0.001
    """

    def moved(search: "SearchCard") -> "SearchCard":
        chosen = selection_of(search)
        at_end = SIGNATURES[search.signature].with_thresholds(chosen, end)
        content = _partly(dumped(chosen), dumped(at_end), only) if only else dumped(at_end)
        return search.model_copy(update={"selection": content})

    return experiment.with_searches(moved(search) for search in experiment.searches)


def threshold_ranges(experiment: Experiment, only: Collection[str] = ()) -> list[ThresholdRange]:
    """Return what of the searches that count is known by a range alone.

    Parameters
    ----------
    experiment : Experiment
        The card.
    only : collection of str
        As for `with_thresholds`.

    Returns
    -------
    list of dict
        For each number: `search`, its `key` below the selection, `strictest` and `loosest`.

    Examples
    --------
    >>> from scotopic.search import load_experiment
    >>> for one in threshold_ranges(load_experiment("na64e-2018")):
    ...     print(one["key"], one["strictest"], one["loosest"])
    vetoes[VETO].maximum_energy_GeV 0.001 0.02
    segments[pre-shower].minimum_energy_GeV 0.5 0.3
    """
    found: list[ThresholdRange] = []
    for search in experiment.counted:
        signature, chosen = SIGNATURES[search.signature], selection_of(search)
        ends = [dumped(signature.with_thresholds(chosen, end)) for end in THRESHOLD_ENDS]
        strictest, loosest = (dict(_numbers(one, ())) for one in ends)
        for path, value in loosest.items():
            key = _key(path, ends[0])
            if value != strictest.get(path, value) and (not only or _is_of(key, only)):
                found.append(
                    {
                        "search": search.name,
                        "key": key,
                        "strictest": strictest[path],
                        "loosest": value,
                    }
                )
    return found


def check_thresholds(experiments: Sequence[Experiment], only: Collection[str]) -> None:
    """Refuse bands of thresholds that have no range.

    Raises
    ------
    RangeError
        If no card has one, or a key is none of theirs; with the keys.
    """
    known = [one["key"] for experiment in experiments for one in threshold_ranges(experiment)]
    if not known:
        titles = " and ".join(one.title for one in experiments)
        raise RangeError(f"threshold_band: no threshold of {titles} has a range in its card")
    for one in only:
        if not any(_is_of(key, [one]) for key in known):
            raise RangeError(f"threshold: {not_one_of(one, dict.fromkeys(known))}")


def _is_of(key: str, only: Collection[str]) -> bool:
    return any(key == one or key.startswith((f"{one}.", f"{one}[")) for one in only)


def _partly(
    stated: dict[str, Any], at_end: dict[str, Any], only: Collection[str]
) -> dict[str, Any]:
    """Return a selection with some of the numbers of another, without what that has no more."""
    for path, value in _numbers(at_end, ()):
        if not _is_of(_key(path, at_end), only):
            continue
        mine: Any = stated
        theirs: Any = at_end
        for step in path[:-1]:
            mine, theirs = mine[step], theirs[step]
        mine[path[-1]] = value
        if isinstance(mine, dict):
            for key in mine.keys() - theirs.keys():  # a range that is used up
                del mine[key]
    return stated


def _numbers(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, float]]:
    """Yield the numbers of a selection with their paths."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _numbers(one, (*path, key))
    elif isinstance(value, list):
        for i, one in enumerate(value):
            yield from _numbers(one, (*path, i))
    elif isinstance(value, float):
        yield path, value


def _key(path: KeyPath, content: Any) -> str:  # noqa: ANN401 - as in a card
    """Write a path with the names of tables in place of their numbers."""
    text = ""
    for step in path:
        content = content[step]
        if isinstance(step, str):
            text += f".{step}" if text else step
        else:
            text += f"[{content.get('name', step) if isinstance(content, dict) else step}]"
    return text
