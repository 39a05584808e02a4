"""Bounds of others as layers of a plane: numbers of a card or a file, as they were published.

The numbers may be of other quantities than the axes', as long as these are the same parameters of
the model: the dark matter's mass for the mediator's, y or a cross section for the coupling.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from scotopic.bounds import bound_names, load_bound
from scotopic.bounds.lines import Line, converted, placed_points
from scotopic.errors import CardError, RangeError
from scotopic.experiments.columns import Placed
from scotopic.experiments.messages import KeyedError
from scotopic.experiments.tables import Name, Text
from scotopic.models.parameters import parameter
from scotopic.models.portal import Portal
from scotopic.search.result import Layer, Variable

if TYPE_CHECKING:
    from scotopic.scan.points import Sector
    from scotopic.scan.run_card import AxisCard, RunCard


class BoundLayer(Line):
    """What others say: a line of numbers, or the card of a bound that is computed."""

    card: Text | None = Field(
        default=None,
        description="a bound to be computed for the plane's models: the name of one of the package,"
        " or a path; left out: a line of numbers",
    )
    label: Name = Field(description="how the figure's legend calls it; may be left out with a card")
    source: Text = Field(
        description="where the numbers come from; may be left out with a card, which says it"
    )
    excludes: Literal["above", "inside", "nothing"] = Field(
        default="above", description="what is shaded: above the line, inside of it, or nothing"
    )

    @model_validator(mode="before")
    @classmethod
    def _as_the_card_says(cls, given: object) -> object:
        """Take label and source from the card, if they are left out."""
        if not (isinstance(given, dict) and isinstance(name := given.get("card"), str)):
            return given
        label, source = Path(name).stem, f"the card {name}"
        if name in bound_names():
            card = load_bound(name).card
            label, source = card.label, card.source
        return {"label": label, "source": source} | given

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield that there is no line, or two."""
        if self.card is None:
            yield from super().mistakes()
            return
        for key in sorted(self.model_fields_set - {"card", "label", "source"}):
            yield KeyedError((key,), "means nothing beside card")

    def mistakes_on(self, kind: type[Portal], x: str, y: str) -> Iterator[KeyedError]:
        """Yield why the numbers cannot be those of the axes of a plane."""
        if self.card is None:
            yield from super().mistakes_on(kind, x, y)


def bound_layer(layer: BoundLayer, card: "RunCard", directory: Path) -> Layer:
    """Read a line given by numbers.

    Parameters
    ----------
    layer : BoundLayer
        Of a run card.
    card : RunCard
        With its axes, its model and what is fixed.
    directory : Path
        What the path of the layer's file is relative to.

    Returns
    -------
    Layer
        With `x` and `y` on the axes, and the number of the `island` of each point. `remarks` say
        what was done to the points, and whether the plane shows any.

    Raises
    ------
    CardError
        If the file cannot be read, or a number in it is none of its axis; with the line.
    """
    where, sector = f"bounds[{layer.label}]", card.sector()
    try:
        islands = [
            [*island]
            for real, island in groupby(_placed(layer, card, directory), _has_numbers)
            if real
        ]
        points = [[_converted(layer, card, sector, one) for one in island] for island in islands]
        for given, island in zip(islands, points, strict=True):
            _require_line(layer, given, island)
    except CardError as error:
        raise CardError(f"{where}.{error}") from None
    remarks = []
    if layer.excludes == "above":
        ordered = [sorted(island, key=lambda one: one[0]) for island in points]
        if any(one not in (a, a[::-1]) for a, one in zip(ordered, points, strict=True)):
            remarks.append(
                f"{where}: its points did not stand in the order of x and were sorted; of a region"
                " say excludes = 'inside'"
            )
        points = ordered
    remarks += [
        f"{where}: a line of it is open; its last point is joined with its first"
        for island in points
        if layer.excludes == "inside" and island[0] != island[-1]
    ][:1]
    array = np.array([one for island in points for one in island])
    remarks += _out_of_frame(where, card, array)
    numbers = np.repeat(np.arange(len(points), dtype=np.float64), [len(one) for one in points])
    kind = card.sector().kind
    axes = {"x": card.x, "y": card.y}
    units = {name: parameter(kind, axis.parameter).unit for name, axis in axes.items()}
    columns = {"x": array[:, 0], "y": array[:, 1], "island": numbers}
    return Layer(
        "bound",
        layer.label,
        {n: Variable(("point",), values, units.get(n, "1")) for n, values in columns.items()},
        {"source": layer.source, "excludes": layer.excludes, "remarks": remarks},
    )


def _placed(layer: BoundLayer, card: "RunCard", directory: Path) -> Iterable[Placed]:
    kind = card.sector().kind
    return placed_points(layer, directory, kind, card.x.parameter, card.y.parameter)


def _has_numbers(one: Placed) -> bool:
    return bool(one[1])


def _converted(
    layer: BoundLayer, card: "RunCard", sector: "Sector", one: Placed
) -> tuple[float, float]:
    """Return a point on the axes."""
    place, numbers = one
    axes = (card.x.parameter, card.y.parameter)
    try:
        x, y = converted(layer, sector.kind, sector.fixed, axes, numbers)
        _require_on_axis(card.x, x)
        _require_on_axis(card.y, y)
    except (RangeError, OverflowError) as error:
        text = "is beyond what floats hold" if isinstance(error, OverflowError) else str(error)
        raise CardError(f"{place}: {text}") from None
    return x, y


def _require_on_axis(axis: "AxisCard", value: float) -> None:
    if not np.isfinite(value):
        raise RangeError(f"{axis.parameter}: {value} is not finite")
    if axis.scale == "log" and not value > 0:
        hint = "; for logarithms say scale = 'log10'" if value < 0 else ""
        raise RangeError(
            f"{axis.parameter}: {value:g} is not positive, and the axis is logarithmic{hint}"
        )


def _require_line(
    layer: BoundLayer, given: list[Placed], island: list[tuple[float, float]]
) -> None:
    """Refuse islands that are no line, or that enclose nothing."""
    place, _ = given[0]
    least = 3 if layer.excludes == "inside" else 2
    if len(island) < least:
        raise CardError(f"{place}: an island of less than {least} points")
    if layer.excludes == "above" and len(island) > 2 and island[0] == island[-1]:
        raise CardError(f"{place}: the line is closed; say excludes = 'inside'")


def _out_of_frame(where: str, card: "RunCard", points: np.ndarray[Any, Any]) -> list[str]:
    """Say how many points the plane does not show."""
    axes = (card.x, card.y)
    low, high = (np.array([getattr(a, end) for a in axes]) for end in ("minimum", "maximum"))
    outside = len(points) - int(((points >= low) & (points <= high)).all(axis=1).sum())
    if not outside:
        return []
    spans = ", ".join(
        f"{axis.parameter} from {values.min():.3g} to {values.max():.3g}"
        for axis, values in zip(axes, points.T, strict=True)
    )
    number = "none" if outside == len(points) else f"{len(points) - outside}"
    return [f"{where}: {number} of its {len(points)} points are in the plane: {spans}"]
