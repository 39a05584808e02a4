"""Efficiencies: a number, or a table over the energy, the mass or the place of decay."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Strict, Tag, model_validator

from scotopic.errors import CardError
from scotopic.experiments.messages import TAGS, KeyedError, shown
from scotopic.experiments.tables import Fraction, Items, Table, Text
from scotopic.reading import TABLE_BYTES, read_text

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Against = Literal["mediator_energy_GeV", "mediator_mass_GeV", "decay_position_cm"]
Abscissa = Annotated[float, Field(ge=0, le=1e6)]
Point = Annotated[tuple[Abscissa, Fraction], Strict(strict=False)]

_SEPARATOR = re.compile(r"[\s,;]+")


class EfficiencyTable(Table):
    """An efficiency over one quantity, in points or from a file.

    Between points it is a straight line, beyond the ends constant. A mass beyond the ends is
    refused, and so is a table over the energy that does not cover the search's window.
    """

    against: Against = Field(description="the quantity that it depends on, in the unit of its name")
    points: Items[Point] = Field(
        min_length=2, description="pairs of the quantity, ascending, and the efficiency there"
    )
    file: Text | None = Field(
        default=None,
        description="in place of `points`: a text file with two columns, separated by commas, "
        "semicolons or blanks, below any header; a path, relative to this card",
    )

    @model_validator(mode="before")
    @classmethod
    def _read_file(cls, values: Any) -> Any:  # noqa: ANN401 - not yet checked
        if not isinstance(values, dict) or not isinstance(values.get("file"), str):
            return values
        if "points" in values:
            raise KeyedError(("points",), "does not go together with file")
        kept = {key: value for key, value in values.items() if key != "file"}
        return kept | {"points": _read_points(Path(values["file"]))}

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what does not ascend, and efficiencies that are all zero."""
        for i, ((before, _), (x, _)) in enumerate(pairwise(self.points), start=1):
            if x <= before:
                yield KeyedError(("points", i, 0), f"{x} is not above {before} before it")
        if not self.largest > 0:
            yield KeyedError(("points",), "all efficiencies are 0")

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


def _read_points(path: Path) -> list[tuple[float, float]]:
    """Read two columns of numbers below any header."""
    try:
        content = read_text(path, TABLE_BYTES, only_ascii_matters=True)
    except CardError as error:
        raise KeyedError(("file",), str(error)) from None
    points: list[tuple[float, float]] = []
    for number, line in enumerate(content.splitlines(), start=1):
        cells = [c for c in _SEPARATOR.split(line.partition("#")[0]) if c]
        if not cells:
            continue
        try:
            x, value = map(float, cells)
        except ValueError:
            if points:
                text = f"{path}: line {number}: {shown(line)} is not two numbers"
                raise KeyedError(("file",), text) from None
        else:
            points.append((x, value))
    if not points:
        raise KeyedError(("file",), f"{path}: no line has two numbers")
    return points
