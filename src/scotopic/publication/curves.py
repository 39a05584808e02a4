"""Curves as tables of HEPData, from their results."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from scotopic.models.parameters import parameter_of
from scotopic.publication.results import Json
from scotopic.publication.tables import (
    PublishedTable,
    Variable,
    description,
    in_words,
    keywords,
    qualifiers,
    shown,
    variable,
)
from scotopic.search.allowance import bands_among
from scotopic.search.result import Result
from scotopic.search.result_files import EXPECTED, Columns, curve_table

_PHRASES: Final = {
    "missing-energy": ("Missing energy",),
    "scattered-muon": ("Missing energy",),
    "recoil-electron": ("Missing energy",),
    "semi-visible": ("Missing energy", "Visible decays", "Long-lived particles"),
    "decay-in-flight": ("Visible decays", "Long-lived particles"),
}


def curve_tables(curve: Result, name: str) -> list[PublishedTable]:
    """Return the table of a curve; none if nothing is excluded.

    Parameters
    ----------
    curve : Result
        From `exclusion_curve`.
    name : str
        What the name of the table begins with.
    """
    comments, columns = curve_table(curve)
    axis, *others = _variables(curve, columns)
    if not axis.values:
        return []
    cards: list[Json] = curve.attributes["experiments"]
    what = "excluded" if curve.has_islands else "limit"
    combined = "combined " if len(curve.labels) > 1 else ""
    model = dict(curve.attributes["model"])
    return [
        PublishedTable(
            f"{name} {combined}{what}",
            description(comments, "", cards),
            (axis,),
            tuple(others),
            qualifiers(cards, {"model": model.pop("name"), **model}),
            keywords(
                cards,
                "EXCLUSION LIMIT",
                _phrases(curve, cards),
                curve.attributes["processes"],
                curve.model.symbol,
            ),
            tuple(card["title"] for card in cards),
        )
    ]


def _variables(curve: Result, cells: Columns) -> Iterator[Variable]:
    """Yield the columns; the expected limits are one, with the bands as its errors."""
    known = parameter_of(curve.model, curve.quantity)
    words, unit = in_words(known.name), re.sub(r"\^(-?\d+)", r"^{\1}", known.unit)
    unit = "" if unit == "1" else unit
    seen = "Median expected" if curve.attributes["is_projection"] else "Observed"
    ends = [end for both in bands_among(curve["outcome"].tolist()).values() for end in both]
    for name, values in cells.items():
        if name == known.column and not curve.has_islands:
            yield Variable(f"{seen} {curve.side} limit on {words}", unit, shown(values))
        elif name in ("lower", "upper"):
            yield Variable(f"{seen} {name} edge of excluded {words}", unit, shown(values))
        elif name == "expected_median":
            bands = [cells[f"expected_{band}"] for band in EXPECTED]
            heading = f"Expected {curve.side} limit on {words}"
            yield Variable(heading, unit, shown(values), _errors(bands))
        elif end := next((one for one in ends if name.endswith(one)), None):
            side = name.removesuffix(end).removesuffix("_")
            kind = f"{side} edge of excluded" if side else f"{curve.side} limit on"
            yield Variable(f"{seen} {kind} {words}, {in_words(end)}", unit, shown(values))
        elif name.endswith(" alone"):
            yield Variable(name, unit, shown(values))
        elif not name.startswith("expected_"):
            yield variable(name, values)


def _errors(bands: Sequence[Sequence[Any]]) -> dict[str, list[tuple[float, float]]]:
    """Return how far one and two standard deviations lie below and above the median."""
    rows = list(zip(*bands, strict=True))
    return {
        f"{n} s.d.": [_distances(row[2], (row[2 - n], row[2 + n])) for row in rows] for n in (1, 2)
    }


def _distances(centre: float, ends: tuple[float, float]) -> tuple[float, float]:
    away = [0.0, *(end - centre for end in ends if math.isfinite(end - centre))]
    return min(away), max(away)


def _phrases(curve: Result, cards: Sequence[Json]) -> list[str]:
    """Return what was looked for, by the signatures of the searches."""
    used = {tuple(one) for one in curve.attributes["searches"]}
    signatures = [
        search["signature"]
        for card in cards
        for search in card["searches"]
        if (card["title"], search["name"]) in used
    ]
    dark = ("Light dark matter",) if curve.model.alpha_D > 0 else ()
    return [phrase for one in signatures for phrase in _PHRASES.get(one, ())] + [*dark]
