"""Cuts on how wide showers are: the energy outside of the cells around the beam."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, Strict

from scotopic.experiments.messages import KeyedError, shown
from scotopic.experiments.ranges import outside_of_ranges
from scotopic.experiments.tables import Cells, Items, Name, Table, repeated

if TYPE_CHECKING:
    from scotopic.experiments.schema import Experiment

Share = Annotated[float, Field(gt=0, lt=1)]

_SQUARE = 1e-9  # relative


class CellCut(Table):
    """An upper value for the share of the energy that is outside of a square of cells.

    The square is around the beam: its middle is where the beam hits the detectors on average.
    """

    name: Name = Field(description="its name, unique in the selection")
    detectors: Items[Name] = Field(
        min_length=1,
        description="calorimeters with `cells`, `width_cm` and `height_cm`, whose energies are "
        "added; those that are not the target need `layers` too",
    )
    cells: Cells = Field(description="side of the square, in cells")
    maximum_outside_fraction: Share = Field(
        description="an event is kept if less than this share of the energy is outside of the "
        "square, or if there is none"
    )
    maximum_outside_fraction_range: Annotated[tuple[Share, Share], Strict(strict=False)] | None = (
        Field(
            default=None,
            description="range in which `maximum_outside_fraction` may lie; left out: it is exact",
        )
    )
    axis_spread_cm: float = Field(
        ge=0,
        le=1e3,
        description="rms distance of the beam particle from the middle, horizontal and vertical",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield repeated detectors, and a threshold outside of its range."""
        yield from repeated("detectors", self.detectors)
        yield from outside_of_ranges(self)

    @property
    def condition(self) -> str:
        """What is asked, in words.

        Examples
        --------
        >>> CellCut(name="central cells", detectors=["ECAL"], cells=3, axis_spread_cm=1.0,
        ...         maximum_outside_fraction=0.1).condition
        'outside of 3 x 3 cells of ECAL < 10 %'
        """
        where = f"outside of {self.cells} x {self.cells} cells of {' + '.join(self.detectors)}"
        return f"{where} < {100 * self.maximum_outside_fraction:g} %"

    def lacks(self, experiment: "Experiment") -> Iterator[KeyedError]:
        """Yield what the card does not say of the detectors, and squares that do not fit."""
        for i, name in enumerate(self.detectors):
            detector = experiment.detector(name)
            needed = ["cells", "width_cm", "height_cm", "energy_resolution"]
            if name != experiment.target.detector:
                needed.append("layers")
            missing = [key for key in needed if getattr(detector, key) is None]
            if missing:
                text = f"{shown(name)} has no {missing[0]}"
                yield KeyedError(("detectors", i), text)
                continue
            across, down = detector.cell_sizes_cm
            if abs(across - down) > _SQUARE * across:
                text = f"cells of {shown(name)} are no squares but {across:.4g} by {down:.4g} cm"
                yield KeyedError(("detectors", i), text)
            elif self.cells >= min(detector.cells or ()):
                number = " x ".join(map(str, detector.cells or ()))
                text = f"{self.cells} leaves none of the {number} cells of {shown(name)} outside"
                yield KeyedError(("cells",), text)
