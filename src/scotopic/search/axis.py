"""Axes of a plane."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from scotopic.checked import count, number
from scotopic.display import displayed
from scotopic.errors import RangeError

FloatArray = npt.NDArray[np.float64]

Scale = Literal["log", "linear"]


@displayed
@dataclass(frozen=True)
class Axis:
    """Values of one parameter.

    Attributes
    ----------
    parameter : str
        A name of `scotopic.models.parameters.parameter_names`.
    minimum, maximum : float
        First and last value, in the parameter's unit (masses in GeV).
    points : int
        How many values.
    scale : str
        "log" or "linear".

    Raises
    ------
    RangeError
        If the range is empty, or not positive on a logarithmic scale.
    """

    parameter: str
    minimum: float
    maximum: float
    points: int
    scale: Scale = "log"

    def __post_init__(self) -> None:
        """Refuse empty axes."""
        object.__setattr__(self, "points", count("points", self.points, 2))
        for name in ("minimum", "maximum"):
            value = number(f"{self.parameter}: {name}", getattr(self, name))
            object.__setattr__(self, name, value)
        if not -math.inf < self.minimum < self.maximum < math.inf:
            raise RangeError(
                f"{self.parameter}: {self.minimum} to {self.maximum}, minimum to maximum, is not an"
                " ascending range"
            )
        if self.scale == "log" and self.minimum <= 0:
            raise RangeError(
                f"{self.parameter}: minimum: {self.minimum} is not positive on a log scale"
            )

    @cached_property
    def values(self) -> FloatArray:
        """The values, shape (points,), read-only."""
        space = np.geomspace if self.scale == "log" else np.linspace
        values = np.asarray(space(self.minimum, self.maximum, self.points))
        values.setflags(write=False)
        return values

    @property
    def coordinates(self) -> FloatArray:
        """The values on the axis' scale: their logarithms if it is logarithmic."""
        return self.to_coordinates(self.values)

    @property
    def relative(self) -> FloatArray:
        """Coordinates in which distances are errors: logarithms, or shares of a linear axis."""
        if self.scale == "log":
            return np.log(self.values)
        return np.linspace(0.0, 1.0, self.points)

    def to_coordinates(self, values: FloatArray) -> FloatArray:
        """Return the coordinates of values on the axis' scale."""
        return np.log(values) if self.scale == "log" else values

    def from_coordinates(self, at: FloatArray) -> FloatArray:
        """Return the values that belong to coordinates on the axis' scale, to twelve digits.

        Logarithms and back leave 1e-16 of a value: 0.001 would not be 0.001.
        """
        values = np.exp(at) if self.scale == "log" else np.asarray(at)
        digits = [float(f"{value:.12g}") for value in values.ravel().tolist()]
        return np.array(digits).reshape(values.shape)
