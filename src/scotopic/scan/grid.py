"""The models of a plane, and why there are none."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.models.derived import COUPLING
from scotopic.models.portal import Portal
from scotopic.scan.points import Sector
from scotopic.search.axis import Axis

FloatArray = npt.NDArray[np.float64]
Index = tuple[int, int]


@displayed
@dataclass(frozen=True, eq=False)
class Grid:
    """The models of a plane.

    Attributes
    ----------
    sector : Sector
        The models' class, and their other parameters.
    x, y : Axis
        The two parameters.
    columns : ndarray, shape (columns,)
        Values of x: those of the axis, and others between them.
    models : mapping of (int, int) to Portal
        By the indices of the point.
    refused : mapping of (int, int) to str
        Why there is no model.
    """

    sector: Sector
    x: Axis
    y: Axis
    columns: FloatArray
    models: Mapping[Index, Portal]
    refused: Mapping[Index, str]

    @classmethod
    def of(cls, sector: Sector, x: Axis, y: Axis) -> "Grid":
        """Make the models.

        Raises
        ------
        RangeError
            If there is none at all.
        """
        grid = cls(sector, x, y, np.array([]), {}, {}).with_columns(x.values)
        if not grid.models:
            raise RangeError(f"no point of the plane exists: {next(iter(grid.refused.values()))}")
        return grid

    def with_columns(self, more: FloatArray) -> "Grid":
        """Return the grid with other values of x added to its own."""
        columns = np.union1d(self.columns, more)
        place = np.searchsorted(columns, self.columns).tolist()
        models = {(place[i], j): model for (i, j), model in self.models.items()}
        refused = {(place[i], j): why for (i, j), why in self.refused.items()}
        for at_x in np.setdiff1d(more, self.columns).tolist():
            i = int(np.searchsorted(columns, at_x))
            for j, at_y in enumerate(self.y.values.tolist()):
                try:
                    models[i, j] = self.at(at_x, at_y)
                except RangeError as error:
                    refused[i, j] = str(error)
        return replace(self, columns=columns, models=models, refused=refused)

    @property
    def has_couplings(self) -> bool:
        """Whether the coupling is on one of the axes."""
        return COUPLING in {self.sector.field(axis) for axis in (self.x, self.y)}

    def values(self, of: Callable[[Portal], float]) -> FloatArray:
        """Return a property of all models, shape (x, y), not-a-number where there is none."""
        found = np.full((len(self.columns), self.y.points), math.nan)
        for index, model in self.models.items():
            found[index] = of(model)
        return found

    def at(self, x: float, y: float) -> Portal:
        """Return the model anywhere in the plane."""
        return self.sector.model({self.x.parameter: x, self.y.parameter: y})
