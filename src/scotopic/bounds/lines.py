"""Lines of others as a card gives them: numbers in the card, or the columns of a file."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from scotopic.bounds.headers import contradiction
from scotopic.bounds.quantities import model_with, unit_of, words_for
from scotopic.errors import CardError, nearest
from scotopic.experiments.columns import Column, Placed, from_card, from_file
from scotopic.experiments.messages import KeyedError, shown
from scotopic.experiments.tables import Items, Table, Text
from scotopic.models.parameters import value_of
from scotopic.models.portal import Portal


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


class Line(Table):
    """A line of points, in a card or in a file."""

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
        """Yield why the numbers cannot be those of parameters x and y of a model."""
        for key, axis in (("x", x), ("y", y)):
            column: BoundColumn = getattr(self, key)
            word = column.quantity or axis
            words = words_for(kind, axis)
            if word not in words:
                text = f"{shown(word)} does not give {axis}; {nearest(word, words)}"
                yield KeyedError((key, "quantity"), text)
            else:
                for one in column.unit_mistakes(unit_of(kind, word)):
                    yield KeyedError((key, *one.path), str(one))


def placed_points(
    line: Line, directory: Path, kind: type[Portal], x: str, y: str
) -> Iterable[Placed]:
    """Return the points of a line as they are given, and where they stand.

    Parameters
    ----------
    line : Line
        Of a card.
    directory : Path
        What the path of its file is relative to.
    kind : type
        Of the model.
    x, y : str
        The parameters that its numbers are to give.

    Raises
    ------
    CardError
        If the file cannot be read, or its header contradicts the card.
    """
    if line.points is not None:
        return from_card(line.points)
    try:
        file = directory / str(line.file)
        names, placed = from_file(file, (line.x, line.y), decimal_comma=line.decimal_comma)
    except CardError as error:
        raise CardError(f"file: {error}") from None
    for key, axis, name in zip("xy", (x, y), names, strict=True):
        why = contradiction(kind, key, axis, name)
        if why and getattr(line, key).quantity is None:
            raise CardError(f"file: {file}: {why}")
    return [(f"file: {place}", numbers) for place, numbers in placed]


def converted(
    line: Line,
    kind: type[Portal],
    fixed: Mapping[str, Any],
    axes: tuple[str, str],
    numbers: tuple[float, ...],
) -> tuple[float, float]:
    """Return the parameters x and y of a model that a point of a line stands for.

    Raises
    ------
    RangeError
        If there is no such model.
    OverflowError
        If a number is beyond what floats hold.
    """
    names = (line.x.quantity or axes[0], line.y.quantity or axes[1])
    x, y = (
        column.read(number, unit_of(kind, name))
        for column, number, name in zip((line.x, line.y), numbers, names, strict=True)
    )
    if names == axes:
        return x, y
    model = model_with(kind, fixed, {names[0]: x, names[1]: y})
    return value_of(model, axes[0]), value_of(model, axes[1])
