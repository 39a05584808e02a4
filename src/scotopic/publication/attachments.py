"""Files that go with published tables: figures, result, cards and likelihoods."""

import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scotopic.errors import ScotopicError
from scotopic.publication.names import file_name, unique
from scotopic.publication.results import Directory, Json, refuse_link
from scotopic.reading import FIGURE_BYTES, read_bytes
from scotopic.results import MADE_BY
from scotopic.scan.unseen import islands

if TYPE_CHECKING:
    from scotopic.search import Result, Search
    from scotopic.search.result import Layer
    from scotopic.statistics import Likelihood

_FIGURES: Final = ("limit", "plane", "thermal")
"""Names of the figures that belong to results."""

THUMBNAIL: Final = (240, 179)
"""Largest width and height of a thumbnail in pixels, as HEPData shows them."""


@dataclass(frozen=True)
class Attachment:
    """A file beside a table.

    Attributes
    ----------
    name, description : str
        As the submission has them.
    content : bytes
        Of the file.
    file_type : str or None
        What HEPData knows it as.
    """

    name: str
    description: str
    content: bytes
    file_type: str | None = None


def of_the_result(result: Directory, prefix: str) -> list[Attachment]:
    """Return what belongs to all tables of a result: figures, result, run card.

    Parameters
    ----------
    result : Directory
        From `read_directory`.
    prefix : str
        What the names of the files begin with, once for each result of the submission.
    """
    found = list(_figures(result, prefix))
    found.append(
        Attachment(f"{prefix}-result.json", "The whole result", _json(_timeless(result.content)))
    )
    if (card := result.run_card) is not None:
        text = _toml(_self_contained(card, result, prefix))
        found.append(Attachment(f"{prefix}-run-card.toml", "Run card of scotopic", text))
    return found


def of_an_experiment(card: Json, name: str) -> list[Attachment]:
    """Return the card of an experiment and its likelihood.

    Parameters
    ----------
    card : dict
        Its content.
    name : str
        Of the files, without suffix: from `card_names`.
    """
    from scotopic.experiments import Experiment  # noqa: PLC0415 - keep the help fast
    from scotopic.search.likelihood import (  # noqa: PLC0415
        EQUAL_SHARES,
        experiment_likelihood,
        has_bins,
    )
    from scotopic.statistics import to_workspace  # noqa: PLC0415

    title, experiment = card["title"], Experiment.model_validate(card)
    likelihood = _per_event(experiment_likelihood(experiment))
    shared = "; " + EQUAL_SHARES if has_bins(experiment) else ""
    return [
        Attachment(f"{name}.toml", f"Experiment card of scotopic: {title}", _toml(card)),
        Attachment(
            f"{name}-likelihood.json",
            f"Likelihood of {title} as a pyhf workspace; the strength is the number of accepted"
            f" signal events in all data sets{shared}",
            _json(to_workspace(likelihood)),
            "HistFactory",
        ),
    ]


def of_the_combination(result: Directory, prefix: str) -> list[Attachment]:
    """Return the product of the likelihoods of searches that count together, if several do.

    Parameters
    ----------
    result : Directory
        From `read_directory`.
    prefix : str
        As for `of_the_result`.
    """
    curve = result.result
    if not result.is_curve or len(curve["part"]) < 2:
        return []
    from scotopic.statistics import to_workspace  # noqa: PLC0415 - keep the help fast

    shares = curve["share"]
    even = int(np.argmax(np.nan_to_num(shares).min(axis=0)))
    likelihood = _search_of(curve).allowance.likelihood(shares[:, even])
    return [
        Attachment(
            f"{prefix}-likelihood.json",
            "Combined likelihood as a pyhf workspace; the strength is the number of accepted signal"
            f" events in all searches, shared as at {curve.axes[0]} = {curve.axis[even].item()!r};"
            " the variable share of the result has the shares at all points",
            _json(to_workspace(likelihood)),
            "HistFactory",
        )
    ]


def _search_of(curve: "Result") -> "Search":
    """Return the search that a curve is of."""
    from scotopic.experiments import Experiment  # noqa: PLC0415 - keep the help fast
    from scotopic.search import Search  # noqa: PLC0415

    used = {tuple(one) for one in curve.attributes["searches"]}
    experiments = [Experiment.model_validate(card) for card in curve.attributes["experiments"]]
    search = Search.of(experiments, method=curve.attributes["method"])
    parts = (p for p in search.parts if (p.experiment.title, p.card.name) in used)
    return replace(search, parts=tuple(parts))


def card_names(result: Directory, prefix: str) -> dict[str, list[str]]:
    """Return what the files of the experiments are called, without suffix, by label."""
    taken: set[str] = set()
    return {
        label: [f"{prefix}-experiment-{unique(file_name(label), taken)}" for _ in cards]
        for label, cards in result.experiments.items()
    }


def _per_event(likelihood: "Likelihood") -> "Likelihood":
    """Scale the signal to one event in all bins together."""
    total = sum(one.signal for one in likelihood.bins)
    return likelihood.with_signal({b.name: b.signal / total for b in likelihood.bins if b.signal})


def _figures(result: Directory, prefix: str) -> Iterator[Attachment]:
    """Find the figures of a command; PNG with a thumbnail, which HEPData knows by its name."""
    for stem in _FIGURES:
        if os.path.lexists(path := result.path / f"{stem}.png"):
            content = _own_figure(path)
            name = f"{prefix}-{stem}.png"
            yield Attachment(name, "Image file", content)
            yield Attachment(f"thumb_{name}", "Thumbnail image file", thumbnail(content, path))
        if os.path.lexists(path := result.path / f"{stem}.pdf"):
            yield Attachment(f"{prefix}-{stem}.pdf", "Figure as vector graphics", _own_figure(path))


def _own_figure(path: Path) -> bytes:
    """Read a figure of scotopic: nothing else in a directory is to be published.

    Raises
    ------
    ScotopicError
        If it is none, or a link that leads elsewhere.
    """
    refuse_link(path)
    content = read_bytes(path, FIGURE_BYTES)
    if MADE_BY.encode() not in content:
        raise ScotopicError(
            f"{path}: is no figure that scotopic made; run the command again, or remove it"
        )
    return content


def thumbnail(png: bytes, path: Path) -> bytes:
    """Return a picture, not larger than `THUMBNAIL`.

    Raises
    ------
    ScotopicError
        If it is no picture; the message names the path.
    """
    from PIL import Image  # noqa: PLC0415 - comes with matplotlib

    try:
        with Image.open(io.BytesIO(png)) as picture:
            small = picture.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ScotopicError(f"{path}: is no picture") from None
    small.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    small.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _timeless(content: Json) -> Json:
    """Leave out when and where the result was made, so that the same result is the same file."""
    made = content.get("provenance", {})
    kept = {k: v for k, v in made.items() if k not in ("time", "seconds", "platform", "command")}
    return content | {"provenance": kept}


def _self_contained(card: Json, result: Directory, prefix: str) -> Json:
    """Point a run card to the attached experiment cards, which have its changes already."""
    names = card_names(result, prefix)
    limits = []
    for layer in card["limits"]:
        first, *others = (f"{name}.toml" for name in names[layer["label"]])
        kept = {k: v for k, v in layer.items() if k not in ("signal_efficiency", "thresholds")}
        limits.append(kept | {"experiment": first, "joined_with": others})
    lines = {one.label: one for one in result.result.layers if one.kind == "bound"}
    bounds = [
        layer | _as_numbers(lines[layer["label"]])
        for layer in card["bounds"]
        if len(lines[layer["label"]]["x"])
    ]
    return card | {"limits": limits, "bounds": bounds}


def _as_numbers(bound: "Layer") -> Json:
    """Return what of a run card's bound makes it a line of numbers, computed ones too."""
    read = dict.fromkeys(("card", "file", "x", "y", "decimal_comma"))
    return read | {"points": _points(bound), "excludes": bound.attributes["excludes"]}


def _points(bound: "Layer") -> list[list[float]]:
    """Return the points of a bound as a run card has them, with nothing between islands."""
    first, *others = (one.tolist() for one in islands(bound))
    return [*first, *(point for one in others for point in ([], *one))]


def _toml(content: Json) -> bytes:
    from scotopic.experiments.toml_text import toml_text  # noqa: PLC0415 - keep the help fast

    return toml_text(_without_nothing(content)).encode()


def _without_nothing(value: Any) -> Any:  # noqa: ANN401 - whatever JSON has
    """Leave out what is null: TOML has no word for it."""
    if isinstance(value, dict):
        return {k: _without_nothing(v) for k, v in value.items() if v is not None}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value


def _json(content: Json) -> bytes:
    return json.dumps(content, indent=1, allow_nan=False).encode() + b"\n"
