"""What of a plane its figure cannot show: limits that exclude nothing, layers out of the frame."""

from typing import Final

import numpy as np
import numpy.typing as npt

from scotopic.scan.contours import is_between
from scotopic.scan.layout import axes_of
from scotopic.search.axis import Axis
from scotopic.search.result import Layer, Result

FloatArray = npt.NDArray[np.float64]

OUTSIDE: Final = "outside of the frame"
NOTHING: Final = "excludes nothing here"
SHORT: Final = (OUTSIDE, NOTHING)
"""What a legend has room for."""


LIMIT: Final = "limit"
"""What stands for the kind of a limit, beside those of layers."""


def unseen(found: Result) -> dict[tuple[str, str], str]:
    """Return what the figure of a plane cannot show of its limits and layers.

    Parameters
    ----------
    found : Result
        As from `scotopic.scan.run.compute_run_card` or `exclusion_plane`.

    Returns
    -------
    dict of (str, str) to str
        Why something is not to be seen, by its kind and label; what is seen is not there.
    """
    x, y = axes_of(found)
    labels = found.labels if "limit" in found.variables else ()
    said = {
        (LIMIT, label): NOTHING
        for i, label in enumerate(labels)
        if not (found["excess"][i] > 0).any()
    }
    for layer in found.layers:
        if layer.kind == "bound":
            why = "" if _is_bound_seen(layer, x, y) else layer.attributes.get("absent") or OUTSIDE
        else:
            why = _line(layer, x, y)
        if why:
            said[layer.kind, layer.label] = why
    return said


def _line(layer: Layer, x: Axis, y: Axis) -> str:
    """Say why a line, the side above it or a band is not to be seen."""
    if absent := layer.attributes.get("absent"):
        return str(absent)
    if layer.kind == "band":
        return "" if is_between(layer["above_lower"], layer["above_upper"], x, y) else OUTSIDE
    if "excess" not in layer.variables:
        return ""
    above = layer["excess"] > 0
    both = above.any() and (layer["excess"] < 0).any()
    return "" if (both if layer.kind == "thermal line" else above.any()) else OUTSIDE


def _is_bound_seen(layer: Layer, x: Axis, y: Axis) -> bool:
    """Whether a line given by numbers, or what it excludes, is in the frame."""
    from matplotlib.path import Path  # noqa: PLC0415 - has tests for crossings
    from matplotlib.transforms import Bbox  # noqa: PLC0415

    filled = layer.attributes["excludes"] != "nothing"
    for points in islands(layer):
        at = np.stack([_share(points[:, 0], x), _share(points[:, 1], y)], axis=1)
        if layer.attributes["excludes"] == "above":
            above = np.stack([at[::-1, 0], np.maximum(at[::-1, 1], 1.0)], axis=1)
            at = np.concatenate([at, above])
        if Path(at).intersects_bbox(Bbox.unit(), filled=filled):
            return True
    return False


def islands(bound: Layer) -> list[FloatArray]:
    """Return the lines of a bound that is given by numbers, shape (n, 2) each."""
    points = np.stack([bound["x"], bound["y"]], axis=1)
    if "island" not in bound.variables:
        return [points]
    return [points[bound["island"] == number] for number in np.unique(bound["island"])]


def _share(values: FloatArray, axis: Axis) -> FloatArray:
    ends = axis.coordinates[[0, -1]]
    return np.asarray((axis.to_coordinates(values) - ends[0]) / (ends[1] - ends[0]))
