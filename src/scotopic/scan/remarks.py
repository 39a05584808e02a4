"""What a plane does not show, in words: points without numbers, and layers out of the frame."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from scotopic.scan.contours import is_between
from scotopic.scan.layout import axes_of
from scotopic.scan.points import FAILED, NOT_COMPUTED, NOT_COVERED
from scotopic.scan.unseen import NOTHING
from scotopic.search.axis import Axis
from scotopic.search.result import Layer, Result

if TYPE_CHECKING:
    from scotopic.scan.plane import Plane

Mask = npt.NDArray[np.bool_]

_NUMBER: Final = re.compile(r"[-+]?\d+\.?\d*(e[-+]?\d+)?", re.IGNORECASE)
_REASONS: Final = 3
"""Kinds of reasons that are told; the result has them all."""


def remarks_on(found: Result) -> list[str]:
    """Return what must be known to read a plane: one line a limit or layer and cause.

    Parameters
    ----------
    found : Result
        A plane.
    """
    axes = axes_of(found)
    told = []
    if "limit" in found.variables:
        for i, label in enumerate(found.labels):
            texts = [*_of_points(found["status"][i], found["reason"][i])]
            if not (found["excess"][i] > 0).any():
                texts.append(NOTHING)
            texts += found.attributes["limits"][i].get("missed", ())
            told += [f"{label}: {text}" for text in texts]
    for layer in found.layers:
        told += layer.attributes.get("remarks", ())
        if layer.kind in _OF_LAYERS:
            told += [f"{layer.label}: {text}" for text in _OF_LAYERS[layer.kind](layer, axes)]
    return told


def with_remarks(found: Result) -> Result:
    """Return a plane with what must be known to read it in its attribute `remarks`."""
    return replace(found, attributes={**found.attributes, "remarks": remarks_on(found)})


def excluded_share(plane: "Plane") -> str:
    """Say how much of a plane is excluded; if not all could be computed, of what share as well."""
    text = f"{_percent(plane.excluded)} of the plane excluded"
    known = np.isfinite(plane.expected_events)
    if known.all() or not known.any():
        return text
    return f"{text}, {_percent(plane.excluded[known])} of its points that could be computed"


def _percent(points: Mask) -> str:
    return f"{100 * points.mean():.1f} %"


def _of_points(status: npt.NDArray[np.uint8], reason: npt.NDArray[Any]) -> Iterator[str]:
    """Say which points of a limit have no numbers of their own."""
    for code, what in ((NOT_COVERED, "are refused"), (FAILED, "failed")):
        if (these := status == code).any():
            yield f"{_count(these)} {what}: {reasons(reason[these].tolist())}"
    if (these := status == NOT_COMPUTED).any():
        yield f"{_count(these)} are interpolated: they are not near a boundary"


def _count(points: Mask) -> str:
    return f"{points.sum()} of {points.size} points ({_percent(points)})"


def reasons(texts: Sequence[str]) -> str:
    """Return the most frequent reasons, one for all that differ in numbers alone."""
    alike: dict[str, list[str]] = {}
    for text in texts:
        alike.setdefault(_NUMBER.sub("#", text), []).append(text)
    kinds = sorted(alike.values(), key=len, reverse=True)
    told = [
        kind[0] if len(kind) == 1 else f"{kind[0]} ({len(kind)} times alike)"
        for kind in kinds[:_REASONS]
    ]
    more = [f"and {len(kinds) - _REASONS} other reasons"] if len(kinds) > _REASONS else []
    return "; ".join([*told, *more])


def _of_line(layer: Layer, axes: tuple[Axis, Axis]) -> Iterator[str]:
    """Say where a line has no point, and where it leaves the frame."""
    x, y = axes
    points: list[Mapping[str, Any]] = layer.attributes["points"]
    places: dict[tuple[str, str], list[float]] = {}
    for point in points:
        at = point[y.parameter]
        if at is None:
            key = "no point at", f": {point['status']}"
        elif not y.minimum <= at <= y.maximum:
            key = f"{'below' if at < y.minimum else 'above'} the frame at", ""
        else:
            continue
        places.setdefault(key, []).append(point[x.parameter])
    for (what, why), at in places.items():
        span = f"{len(at)} values of {x.parameter} from {at[0]:.4g} to {at[-1]:.4g}"
        if len(at) == len(points):
            span = f"all {x.parameter}"
        elif len(at) == 1:
            span = f"{x.parameter} = {at[0]:.4g}"
        yield f"{what} {span}{why}"
    for ends in layer.attributes.get("jumps", ()):
        yield jumping([{axis.parameter: end[axis.parameter] for axis in axes} for end in ends])


def jumping(ends: Sequence[Mapping[str, float]]) -> str:
    """Say where a thermal line has a gap, given its ends."""
    (x, y), (before, after) = ends[0], ends
    if before[x] == after[x]:
        where, over = x, y
    else:
        where, over = y, x
    return (
        f"jumps at {where} = {before[where]:.4g} from {over} = {before[over]:.3g} to"
        f" {after[over]:.3g}, and has a gap there: of several couplings that leave the density it"
        " has the smallest"
    )


def _of_band(layer: Layer, axes: tuple[Axis, Axis]) -> Iterator[str]:
    """Say if no part of a band is in the frame."""
    lower = layer["above_lower"]
    if not is_between(lower, layer["above_upper"], *axes):
        yield f"lies {'above' if (lower <= 0).any() else 'below'} the couplings of the frame"


_OF_LAYERS: Final = {
    "thermal line": _of_line,
    "cmb": _of_line,
    "band": _of_band,
}
