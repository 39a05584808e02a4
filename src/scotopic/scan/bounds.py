"""Bounds of others as layers of a plane: numbers of a card or a file, as they were published.

The numbers may be of other quantities than the axes', as long as these are the same parameters of
the model: the dark matter's mass for the mediator's, y or a cross section for the coupling.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import numpy as np
from pydantic import AfterValidator, Field

from scotopic.errors import CardError, RangeError, nearest
from scotopic.experiments.columns import Column, Placed, from_card, from_file
from scotopic.experiments.messages import KeyedError, shown
from scotopic.experiments.tables import Items, Name, Table, Text
from scotopic.models.derived import COUPLING, PROBE
from scotopic.models.parameters import build, field_of, parameter, parameter_names, value_of
from scotopic.models.portal import Portal
from scotopic.scan.headers import contradiction
from scotopic.search.result import Layer, Variable
from scotopic.units import ALPHA, ELECTRON_MASS, ELEMENTARY_CHARGE, GEV2_TO_CM2

if TYPE_CHECKING:
    from scotopic.scan.points import Sector
    from scotopic.scan.run_card import AxisCard, RunCard


@dataclass(frozen=True)
class Quantity:
    """What papers give in place of a coupling without a dimension.

    Attributes
    ----------
    power : int
        Of the coupling that it goes as.
    of : callable
        Gives it for a model.
    unit : str
        Its unit.
    """

    power: int
    of: Callable[[Portal], float]
    unit: str = "1"


def _in_charges(model: Portal) -> float:
    return model.coupling / model.coupling_unit


def scattering_cross_section(model: Portal) -> float:
    """Return the cross section of dark matter on free electrons in cm^2, as in direct detection.

    Raises
    ------
    RangeError
        For mediators that are no vectors.

    Notes
    -----
    16 pi mu^2 alpha alpha_D g^2/m^4, with g in units of e and the reduced mass mu: Essig, Mardon
    and Volansky, Phys. Rev. D85 (2012) 076007, with a form factor of one (m >> alpha m_e).
    """
    alpha_D, mass = getattr(model, "alpha_D", None), getattr(model, "dark_matter_mass", None)
    if model.spin_parity != "vector" or alpha_D is None or mass is None:
        raise RangeError("sigma: is of dark matter that scatters by a vector")
    reduced = mass * ELECTRON_MASS / (mass + ELECTRON_MASS)
    strength = ALPHA * float(alpha_D) * model.lepton_coupling("electron") ** 2
    return float(16 * np.pi * reduced**2 * strength / model.mediator_mass**4 * GEV2_TO_CM2)


QUANTITIES: Final = {
    "eps": Quantity(1, _in_charges),
    "eps^2": Quantity(2, lambda model: _in_charges(model) ** 2),
    "g": Quantity(1, lambda model: ELEMENTARY_CHARGE * _in_charges(model)),
    "g^2": Quantity(2, lambda model: (ELEMENTARY_CHARGE * _in_charges(model)) ** 2),
    "sigma": Quantity(2, scattering_cross_section, "cm^2"),
}
"""By the words for them: the coupling in units of e, with e, and the cross section on electrons."""


class BoundColumn(Column):
    """One column of a bound."""

    quantity: Text | None = Field(
        default=None,
        description="what the numbers are: a parameter of the model, or for a coupling eps, eps^2,"
        " g, g^2, sigma (on electrons); left out: the axis' own",
    )


def _point(numbers: tuple[float, ...]) -> tuple[float, ...]:
    if len(numbers) not in (0, 2):
        raise KeyedError((), f"{len(numbers)} numbers; x and y are needed, or [] between islands")
    return numbers


Point = Annotated[Items[float], AfterValidator(_point)]


class BoundLayer(Table):
    """What others say, as a line of numbers."""

    label: Name = Field(description="how the figure's legend calls it")
    source: Text = Field(description="where the numbers come from")
    points: Items[Point] | None = Field(
        default=None,
        description="pairs of x and y, and [] between islands; left out: in `file`",
    )
    file: Text | None = Field(
        default=None,
        description="a table with columns of x and y, in any usual style; islands are parted by"
        " blank lines or nan; relative to the card; left out: `points`",
    )
    x: BoundColumn = Field(default=BoundColumn(), description="the numbers of x")
    y: BoundColumn = Field(default=BoundColumn(), description="the numbers of y")
    decimal_comma: bool = Field(
        default=False, description="whether the file has numbers like 0,1 for 0.1"
    )
    excludes: Literal["above", "inside", "nothing"] = Field(
        default="above", description="what is shaded: above the line, inside of it, or nothing"
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield that there is no line, or two."""
        if (self.points is None) == (self.file is None):
            yield KeyedError(("points",), "give either points or file")
        if self.points is not None and len(self.points) < 2:
            yield KeyedError(("points",), "at least two are needed")
        if self.file is None:
            for key in ("x", "y"):
                if getattr(self, key).column is not None:
                    yield KeyedError((key, "column"), "there is no file; points are x and y")
            if self.decimal_comma:
                yield KeyedError(("decimal_comma",), "there is no file")

    def mistakes_on(self, kind: type[Portal], x: str, y: str) -> Iterator[KeyedError]:
        """Yield why the numbers cannot be those of the axes of a plane."""
        for key, axis in (("x", x), ("y", y)):
            column: BoundColumn = getattr(self, key)
            word = column.quantity or axis
            field = field_of(kind, axis)
            words = [name for name in parameter_names(kind) if field_of(kind, name) == field]
            if field == COUPLING and parameter(kind, kind.coupling_field).unit == "1":
                words += QUANTITIES
            if word not in words:
                text = f"{shown(word)} does not give {axis}; {nearest(word, words)}"
                yield KeyedError((key, "quantity"), text)
            else:
                for one in column.unit_mistakes(_unit(kind, word)):
                    yield KeyedError((key, *one.path), str(one))


def _unit(kind: type[Portal], word: str) -> str:
    return QUANTITIES[word].unit if word in QUANTITIES else parameter(kind, word).unit


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
    if layer.points is not None:
        return from_card(layer.points)
    try:
        columns = (layer.x, layer.y)
        file = directory / str(layer.file)
        names, placed = from_file(file, columns, decimal_comma=layer.decimal_comma)
    except CardError as error:
        raise CardError(f"file: {error}") from None
    for key, name in zip("xy", names, strict=True):
        why = contradiction(card.sector().kind, key, getattr(card, key).parameter, name)
        if why and getattr(layer, key).quantity is None:
            raise CardError(f"file: {file}: {why}")
    return [(f"file: {place}", numbers) for place, numbers in placed]


def _has_numbers(one: Placed) -> bool:
    return bool(one[1])


def _converted(
    layer: BoundLayer, card: "RunCard", sector: "Sector", one: Placed
) -> tuple[float, float]:
    """Return a point on the axes."""
    place, numbers = one
    names = (layer.x.quantity or card.x.parameter, layer.y.quantity or card.y.parameter)
    try:
        x, y = (
            column.read(number, _unit(sector.kind, name))
            for column, number, name in zip((layer.x, layer.y), numbers, names, strict=True)
        )
        if names != (card.x.parameter, card.y.parameter):
            model = _model(sector.kind, sector.fixed, {names[0]: x, names[1]: y})
            x, y = value_of(model, card.x.parameter), value_of(model, card.y.parameter)
        _require_on_axis(card.x, x)
        _require_on_axis(card.y, y)
    except (RangeError, OverflowError) as error:
        text = "is beyond what floats hold" if isinstance(error, OverflowError) else str(error)
        raise CardError(f"{place}: {text}") from None
    return x, y


def _model(kind: type[Portal], fixed: Mapping[str, Any], values: Mapping[str, float]) -> Portal:
    """Return the model in which quantities have some values."""
    words = [name for name in values if name in QUANTITIES and name not in parameter_names(kind)]
    if not words:
        return build(kind, {**fixed, **values})
    (word,) = words
    others = {name: value for name, value in values.items() if name != word}
    model = build(kind, {**fixed, **others, kind.coupling_field: PROBE})
    quantity = QUANTITIES[word]
    if not values[word] > 0:
        raise RangeError(f"{word}: {values[word]:g} is not positive")
    coupling = PROBE * (values[word] / quantity.of(model)) ** (1 / quantity.power)
    return replace(model, **{kind.coupling_field: coupling})


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
