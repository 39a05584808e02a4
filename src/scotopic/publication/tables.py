"""Tables of HEPData: variables with units and errors, qualifiers, keywords."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from scotopic.publication.results import Json

Cell = float | str

NOTHING: Final = "-"
"""What HEPData shows where there is no value."""

_UNITS: Final = (("_per_GeV", "GeV^{-1}"), ("_GeV", "GeV"), ("_cm", "cm"), ("_X0", "X0"))
_ENDS: Final = ("_from", "_to")
_REACTIONS: Final = {
    "bremsstrahlung": "{beam} NUCLEUS --> {beam} NUCLEUS {mediator}",
    "annihilation": "E+ E- --> {mediator}",
    "primakoff": "GAMMA NUCLEUS --> {mediator} NUCLEUS",
    "photoproduction": "GAMMA NUCLEUS --> {mediator} NUCLEUS",
}


@dataclass(frozen=True)
class Variable:
    """A column of a table.

    Attributes
    ----------
    name, units : str
        Its heading; no units if empty.
    values : list of float or str
        Its cells.
    errors : mapping of str to list of (float, float)
        Distances to the lower (negative) and the upper end of bands, by their labels.
    """

    name: str
    units: str
    values: Sequence[Cell]
    errors: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)


@dataclass(frozen=True)
class PublishedTable:
    """A table with what describes it.

    Attributes
    ----------
    name, description : str
        The name is not yet unique.
    independent, dependent : tuple of Variable
        Its columns.
    qualifiers : tuple of (str, float or str, str)
        Names, values and units of what is the same for all rows.
    keywords : mapping of str to list of str
        Of HEPData.
    labels : tuple of str
        Which of the result's experiments are in it.
    """

    name: str
    description: str
    independent: tuple[Variable, ...]
    dependent: tuple[Variable, ...]
    qualifiers: tuple[tuple[str, Cell, str], ...]
    keywords: Mapping[str, list[str]]
    labels: tuple[str, ...]


def variable(column: str, cells: Sequence[Cell]) -> Variable:
    """Return a column named without its unit."""
    ends = next((end for end in _ENDS if column.endswith(end)), "")
    base = column.removesuffix(ends)
    for suffix, units in _UNITS:
        if base.endswith(suffix):
            return Variable(in_words(base.removesuffix(suffix) + ends), units, shown(cells))
    units = "GeV" if base.endswith("_mass") else ""
    return Variable(in_words(column), units, shown(cells))


def in_words(name: str) -> str:
    """Return the name of a column as a heading."""
    return name.replace("_", " ")


def shown(cells: Sequence[Cell]) -> list[Cell]:
    """Return cells with HEPData's sign where there is nothing."""
    return [cell if _is_shown(cell) else NOTHING for cell in cells]


def _is_shown(cell: Cell) -> bool:
    return bool(cell) if isinstance(cell, str) else math.isfinite(cell)


def description(comments: Sequence[str], label: str, cards: Sequence[Json]) -> str:
    """Return what a table is, in sentences: its comments, its label, its experiments."""
    sentences = [*comments, label]
    for card in cards:
        beam = card["beam"]
        sentences.append(
            f"{card['title']}: {beam['energy_GeV']:g} GeV {beam['particle']},"
            f" {_exposure(card):.4g} particles on target"
        )
    return ". ".join(one for one in sentences if one) + "."


def _exposure(card: Json) -> float:
    return max(
        float(sum(data["particles_on_target"] for data in search["data_sets"]))
        for search in card["searches"]
    )


def qualifiers(
    cards: Sequence[Json], parameters: Mapping[str, Any]
) -> tuple[tuple[str, Cell, str], ...]:
    """Return what is the same for all rows: of experiments, and parameters of the model."""
    found: list[tuple[str, Cell, str]] = []
    for card in cards:
        of_this = f" of {card['title']}" if len(cards) > 1 else ""
        beam = f"{card['beam']['energy_GeV']:g} GeV {card['beam']['particle']}"
        found += [
            ("Experiment", card["title"], ""),
            (f"Beam{of_this}", beam, ""),
            (f"Exposure{of_this}", _exposure(card), "particles on target"),
            (f"Confidence level{of_this}", 100 * card["confidence_level"], "%"),
        ]
    for name, value in parameters.items():
        if isinstance(value, (int, float, str)):
            one = variable(name, [value])
            found.append((one.name, one.values[0], one.units))
    return tuple(found)


def keywords(
    cards: Sequence[Json],
    observable: str,
    phrases: Sequence[str],
    processes: Sequence[str],
    symbol: str,
) -> dict[str, list[str]]:
    """Return HEPData's keywords.

    Parameters
    ----------
    cards : sequence of dict
        Contents of the experiment cards.
    observable : str
        Such as "EXCLUSION LIMIT".
    phrases : sequence of str
        Beside those that follow from the cards.
    processes : sequence of str
        Names of those that make mediators; one of a user's own is in no reaction.
    symbol : str
        Of the mediator.
    """
    reactions = [
        _REACTIONS[process].format(beam=card["beam"]["particle"].upper(), mediator=symbol)
        for card in cards
        for process in processes
        if process in _REACTIONS
    ]
    beams = [f"{c['beam']['energy_GeV']:g} GeV {c['beam']['particle']} beam" for c in cards]
    found = {
        "reactions": reactions,
        "observables": [observable],
        "phrases": ["Fixed target", *phrases, *beams],
    }
    return {name: list(dict.fromkeys(values)) for name, values in found.items() if values}
