"""What the attributes of a result must have, so that it can be drawn and written as tables."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError

from scotopic.errors import RangeError
from scotopic.experiments.messages import key_path, mistakes_in
from scotopic.experiments.tables import Fraction, Items
from scotopic.models.parameters import parameter
from scotopic.models.registry import model_class
from scotopic.search.allowance import BANDS, OUTCOMES, bands_among
from scotopic.search.axis import Axis
from scotopic.search.style import FigureStyle

if TYPE_CHECKING:
    from scotopic.search.result import Layer, Result, Variable

Texts = Items[str]
Pair = Annotated[tuple[str, str], Strict(strict=False)]
Scale = Literal["log", "linear"]


class _Part(BaseModel):
    """Of attributes: strict, but there may be more."""

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)


class _Model(_Part):
    name: str


class _Moved(_Part):
    experiment: str
    search: str
    key: str
    strictest: float
    loosest: float


class _Curve(_Part):
    title: str
    quantity: str
    side: Literal["upper", "lower"]
    fixed_y: float | None
    axis_scale: Scale
    model: _Model
    spin_parity: str
    confidence_level: Fraction
    is_projection: bool
    searches: Items[Pair]
    processes: Texts
    method: str
    experiments: Items[dict[str, Any]]
    caveats: Texts
    flat_efficiencies: Texts = ()
    common_nuisances: Texts = ()
    thresholds: Items[_Moved] = ()
    remarks: Texts = ()


class _Axis(_Part):
    parameter: str
    minimum: float
    maximum: float
    points: int
    scale: Scale


class _Limit(_Part):
    label: str
    fixed: dict[str, Any]
    confidence_level: Fraction
    is_projection: bool
    refined_error: float | None
    experiments: Items[dict[str, Any]]


class _CardLimit(_Part):
    filled: bool = True


class _CardLayer(_Part):
    fixed: dict[str, Any]


class _CardAxis(_Part):
    label: str | None = None


class _Card(_Part):
    x: _CardAxis
    y: _CardAxis
    figure: FigureStyle | None = None
    limits: Items[_CardLimit] = ()
    thermal_lines: Items[_CardLayer] = ()
    cmb: Items[_CardLayer] = ()


class _Plane(_Part):
    title: str
    axes: Annotated[tuple[_Axis, _Axis], Strict(strict=False)]
    model: _Model
    limits: Items[_Limit] = ()
    card: _Card | None = None
    remarks: Texts = ()


class _Bound(_Part):
    excludes: Literal["nothing", "above", "inside"]


class _Point(_Part):
    __pydantic_extra__: dict[str, float | str | None]
    status: str
    caveats: Texts = ()


class _ThermalLine(_Part):
    points: Items[_Point]
    absent: str | None = None


class _Cmb(_Part):
    absent: str | None = None


class _Deviation(_Part):
    name: str = ""


class _Band(_Part):
    deviation: _Deviation = Field(default_factory=_Deviation)


_Arrays = Mapping[str, tuple[tuple[str, ...] | None, str]]
"""Dimensions by the name of an array, "x" and "y" for the axes, and letters of numpy's dtypes."""

_LAYERS: Final[Mapping[str, tuple[type[_Part], _Arrays]]] = {
    "bound": (_Bound, {"x": (None, "f"), "y": (None, "f")}),
    "thermal line": (_ThermalLine, {"x": (("x",), "f"), "excess": (("x", "y"), "f")}),
    "cmb": (_Cmb, {"x": (("x",), "f"), "excess": (("x", "y"), "f")}),
    "band": (_Band, {"above_lower": (("x", "y"), "f"), "above_upper": (("x", "y"), "f")}),
}
"""Attributes and arrays of layers by their kind; one's own kinds have whatever they have."""

_OF_CURVES: Final[_Arrays] = {
    "limit": (("limit",), "T"),
    "outcome": (("outcome",), "T"),
    "x": (("x",), "f"),
    "lower": (("limit", "outcome", "x", "interval"), "f"),
    "upper": (("limit", "outcome", "x", "interval"), "f"),
    "open_below": (("limit", "outcome", "x", "interval"), "b"),
    "open_above": (("limit", "outcome", "x", "interval"), "b"),
    "allowed_events": (("limit", "outcome", "x"), "f"),
    "status": (("limit", "x"), "T"),
    "relative_error": (("limit", "x"), "f"),
    "interpolation_error": (("limit", "x"), "f"),
}
_OF_PLANES: Final[_Arrays] = {"x": (("x",), "f"), "y": (("y",), "f")}
_OF_LIMITS: Final[_Arrays] = {
    "limit": (("limit",), "T"),
    **dict.fromkeys(
        ("excess", "allowed_events", "model_mediator_mass", "model_coupling", "statistical_error"),
        (("limit", "x", "y"), "f"),
    ),
    "expected_events": (("limit", "part", "x", "y"), "f"),
    "status": (("limit", "x", "y"), "i"),
    "reason": (("limit", "x", "y"), "T"),
}

_SAME_KIND: Final = {"T": "TUO", "i": "iu"}
_WORDS: Final = {"T": "text", "f": "float", "b": "bool", "i": "int"}


def check_attributes(result: "Result") -> None:
    """Refuse a curve or a plane that could not be drawn or written as tables.

    Raises
    ------
    RangeError
        Naming the key, and what it must be.
    """
    if result.is_curve:
        _check("attributes", _Curve, result.attributes)
        _require("variables", result.variables, _OF_CURVES, result.axes)
        outcomes = result["outcome"].tolist()
        ends = [end for both in bands_among(outcomes).values() for end in both]
        if outcomes != [*OUTCOMES, *ends]:
            bands = " or ".join(", ".join(both) for both in BANDS.values())
            every = ", ".join(OUTCOMES)
            raise RangeError(f"variables.outcome: must be {every}, and behind them {bands} or none")
    elif len(result.axes) == 2:
        _check("attributes", _Plane, result.attributes)
        arrays = {**_OF_PLANES, **(_OF_LIMITS if result.attributes.get("limits") else {})}
        _require("variables", result.variables, arrays, result.axes)
        _check_axes(result)
        for place, layer in enumerate(result.layers):
            _check_layer(f"layers[{place}]", layer, result.axes)
    for name in result.axes:
        if not np.isfinite(result[name]).all():
            raise RangeError(f"variables.{name}: some of its values are not finite")
    if result.is_curve or len(result.axes) == 2:
        _check_model(result)


def _check_model(result: "Result") -> None:
    """Refuse impossible models of the package; others' files may be elsewhere."""
    if ":" not in (name := result.attributes["model"]["name"]):
        try:
            if result.is_curve:
                parameter(type(result.model), result.quantity)
            else:
                model_class(name)
        except RangeError as error:
            raise RangeError(f"attributes.model: {error}") from None


def _check(where: str, table: type[_Part], given: object) -> None:
    try:
        table.model_validate(given)
    except ValidationError as error:
        first = mistakes_in(error, table)[0]
        key = ".".join(part for part in (where, key_path(first.path)) if part)
        raise RangeError(f"{key}: {first}") from None


def _require(
    where: str, given: "Mapping[str, Variable]", arrays: _Arrays, axes: tuple[str, ...]
) -> None:
    """Refuse arrays that are not there, or have other dimensions or values of another kind."""
    names = dict(zip("xy", axes, strict=False))
    for short, (dims, kind) in arrays.items():
        is_axis = dims is not None and len(dims) == 1
        name = names.get(short, short) if is_axis else short
        if name not in given:
            raise RangeError(f"{where}.{name}: missing")
        one = given[name]
        if dims is not None and one.dims != (needed := tuple(names.get(d, d) for d in dims)):
            raise RangeError(f"{where}.{name}.dims: must be {', '.join(needed)}")
        if one.values.dtype.kind not in _SAME_KIND.get(kind, kind):
            raise RangeError(f"{where}.{name}.type: must be {_WORDS[kind]}")


def _check_axes(result: "Result") -> None:
    """Refuse axes of which attributes and arrays say different things."""
    for place, one in enumerate(result.attributes["axes"]):
        key = f"attributes.axes[{place}]"
        try:
            axis = Axis(**one)
        except (RangeError, TypeError) as error:
            raise RangeError(f"{key}: {error}") from None
        if axis.parameter != result.axes[place]:
            raise RangeError(f"{key}.parameter: {axis.parameter!r} is not {result.axes[place]!r}")
        at = result[axis.parameter]
        if at.shape != axis.values.shape or not np.allclose(axis.values, at, rtol=1e-9, atol=0):
            raise RangeError(f"{key}: is not the axis that variables.{axis.parameter} has")
    limits = result.attributes.get("limits", ())
    labels = result.labels if "limit" in result.variables else ()
    if [one["label"] for one in limits] != list(labels):
        known = ", ".join(labels)
        raise RangeError(f"attributes.limits: are not those of variables.limit, {known}")


def _check_layer(where: str, layer: "Layer", axes: tuple[str, ...]) -> None:
    if not (isinstance(layer.kind, str) and isinstance(layer.label, str)):
        raise RangeError(f"{where}: kind and label must be texts")
    if layer.kind in _LAYERS:
        table, arrays = _LAYERS[layer.kind]
        _check(f"{where}.attributes", table, layer.attributes)
        if not layer.attributes.get("absent"):
            _require(f"{where}.variables", layer.variables, arrays, axes)
