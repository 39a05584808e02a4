"""Efficiencies: a number, or a table over the energy, the mass or the place of decay."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias

from pydantic import Discriminator, Field, ModelWrapValidatorHandler, Strict, Tag, model_validator

from scotopic.errors import CardError
from scotopic.experiments.columns import Column, from_file
from scotopic.experiments.messages import TAGS, KeyedError
from scotopic.experiments.tables import Fraction, Items, Table, Text

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Against = Literal["mediator_energy_GeV", "mediator_mass_GeV", "decay_position_cm"]
Abscissa = Annotated[float, Field(ge=0, le=1e6)]
Point = Annotated[tuple[Abscissa, Fraction], Strict(strict=False)]


class EfficiencyTable(Table):
    """An efficiency over one quantity, in points or from a file.

    Between points it is a straight line, beyond the ends constant. A mass beyond the ends is
    refused, and so is a table over the energy that does not cover the search's window.
    """

    against: Against = Field(description="the quantity that it depends on, in the unit of its name")
    points: Items[Point] = Field(
        default=(),
        min_length=2,
        description="pairs of the quantity, ascending, and the efficiency there",
    )
    file: Text | None = Field(
        default=None,
        description="in place of `points`: a table with columns of both, in any usual style; a"
        " path, relative to this card",
    )
    x: Column | None = Field(default=None, description="the file's column of the quantity")
    y: Column | None = Field(default=None, description="the file's column of the efficiency")
    decimal_comma: bool | None = Field(
        default=None, description="whether the file has numbers like 0,1 for 0.1"
    )

    @property
    def _columns(self) -> tuple[Column, Column]:
        return self.x or Column(), self.y or Column()

    @model_validator(mode="wrap")
    @classmethod
    def _read_file(cls, values: Any, read: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401 - not yet checked
        table = read(values)
        if table.file is None:
            return table
        return read({"against": table.against, "points": table.points_of(Path(table.file))})

    def points_of(self, file: Path) -> list[tuple[float, float]]:
        """Return the points of a file, in the order of the quantity.

        Raises
        ------
        KeyedError
            If it cannot be read, or has what is no efficiency.
        """
        unit = _unit(self.against)
        columns = x_column, y_column = self._columns
        found: dict[float, float] = {}
        try:
            comma = bool(self.decimal_comma)
            _, rows = from_file(file, columns, decimal_comma=comma, islands=False)
        except CardError as error:
            raise KeyedError(("file",), str(error)) from None
        for place, numbers in rows:
            x, value = x_column.read(numbers[0], unit), y_column.read(numbers[1], "1")
            if not 0 <= value <= 1:
                hint = "; for per cent say y.factor = 0.01" if 1 < value <= 100 else ""
                text = f"{place}: {value:g} is no efficiency, from 0 to 1{hint}"
                raise KeyedError(("file",), text)
            if x < 0 or x in found:
                why = "negative" if x < 0 else "there already"
                raise KeyedError(("file",), f"{place}: {x:g} is {why}")
            found[x] = value
        return sorted(found.items())

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what does not ascend, and efficiencies that are all zero."""
        if self.file is not None:
            yield from self._mistakes_on_file()
            return
        for key in ("x", "y", "decimal_comma"):
            if getattr(self, key) is not None:
                yield KeyedError((key,), "is about a file, and there is none")
        if not self.points:
            yield KeyedError(("points",), "missing; it has no default")
            return
        for i, ((before, _), (x, _)) in enumerate(pairwise(self.points), start=1):
            if x <= before:
                yield KeyedError(("points", i, 0), f"{x} is not above {before} before it")
        if not self.largest > 0:
            yield KeyedError(("points",), "all efficiencies are 0")

    def _mistakes_on_file(self) -> Iterator[KeyedError]:
        if self.points:
            yield KeyedError(("points",), "does not go together with file")
        for column, key, unit in zip(self._columns, "xy", (_unit(self.against), "1"), strict=True):
            for one in column.unit_mistakes(unit):
                yield KeyedError((key, *one.path), str(one))

    @property
    def largest(self) -> float:
        """The largest efficiency."""
        return max(value for _, value in self.points)

    @property
    def ends(self) -> tuple[float, float]:
        """First and last of the quantity's values."""
        return self.points[0][0], self.points[-1][0]

    def relative(self) -> "EfficiencyTable":
        """Return the table divided by its largest efficiency."""
        points = tuple((x, value / self.largest) for x, value in self.points)
        return self.model_copy(update={"points": points})

    def at(self, x: "npt.ArrayLike") -> "npt.NDArray[np.float64]":
        """Return the efficiency at values of the quantity.

        Examples
        --------
        >>> table = EfficiencyTable(against="mediator_mass_GeV", points=[(0.1, 0.2), (0.3, 0.6)])
        >>> table.at([0.0, 0.2]).round(3).tolist()
        [0.2, 0.4]
        """
        import numpy as np  # noqa: PLC0415 - cards are read without it

        at = np.asarray(x, dtype=np.float64)
        return np.asarray(np.interp(at, *np.array(self.points).T), dtype=np.float64)

    def around(self, nodes: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
        """Return the mean efficiency around ascending nodes, from half way to half way.

        Sums over nodes then hold for steep tables too.

        Examples
        --------
        >>> import numpy as np
        >>> step = EfficiencyTable(against="mediator_mass_GeV", points=[(0, 0), (2.4, 0), (2.5, 1)])
        >>> step.around(np.array([1.0, 2.0, 3.0])).round(3).tolist()
        [0.0, 0.05, 1.0]
        """
        import numpy as np  # noqa: PLC0415 - cards are read without it

        edges = np.concatenate([nodes[:1], (nodes[1:] + nodes[:-1]) / 2, nodes[-1:]])
        knots = np.union1d([x for x, _ in self.points], edges)
        height = self.at(knots)
        area = np.append(0.0, np.cumsum(np.diff(knots) * (height[1:] + height[:-1]) / 2))
        mean: npt.NDArray[np.float64] = np.diff(np.interp(edges, knots, area)) / np.diff(edges)
        return mean


def _unit(against: Against) -> str:
    return against.rpartition("_")[2]


def _kind(value: object) -> str:
    return TAGS[isinstance(value, dict | EfficiencyTable)]


Efficiency: TypeAlias = Annotated[
    Annotated[Fraction, Tag(TAGS[False])] | Annotated[EfficiencyTable, Tag(TAGS[True])],
    Discriminator(_kind),
]
"""An efficiency of a card."""


def largest(efficiency: float | EfficiencyTable) -> float:
    """Return a number itself, and the largest entry of a table."""
    return efficiency.largest if isinstance(efficiency, EfficiencyTable) else efficiency
