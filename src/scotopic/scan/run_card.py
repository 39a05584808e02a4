"""Run cards: a plane of parameters and the experiments to draw in it, as TOML."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, Strict, ValidationError, model_validator

from scotopic.errors import CardError, RangeError
from scotopic.experiments.loader import card_error, read_card
from scotopic.experiments.messages import KeyedError, describe, nearest, shown
from scotopic.experiments.tables import Items, Name, Table, Text
from scotopic.scan.parameters import MODELS, parameter_names
from scotopic.scan.plane import Axis, Scale
from scotopic.signal import Process

GALLERY = Path(__file__).parent / "gallery"
"""Directory of the run cards that come with the package."""

SUFFIX = ".toml"

Processes = Annotated[tuple[Process, ...], Strict(strict=False)]


class AxisCard(Table):
    """One axis of the plane."""

    parameter: Text = Field(description="a parameter of the model, or one derived from them")
    minimum: float = Field(description="first value; masses in GeV")
    maximum: float = Field(description="last value")
    points: int = Field(ge=2, le=2000, description="number of values")
    scale: Scale = Field(default="log", description="spacing of the values, and of the axis")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        try:
            self.axis()
        except RangeError as error:
            raise KeyedError(("minimum",), str(error)) from None
        return self

    def axis(self) -> Axis:
        """Return the axis."""
        return Axis(self.parameter, self.minimum, self.maximum, self.points, self.scale)


class LimitLayer(Table):
    """What one experiment excludes."""

    label: Name = Field(description="how the figure's legend calls it")
    experiment: Text = Field(description="an experiment card: a shipped name or a path")
    signatures: Items[Name] = Field(
        min_length=1, description="signatures of that card, which exclude each other"
    )
    filled: bool = Field(default=False, description="shade the region, beside its boundary")
    signal_efficiency: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="in place of the efficiency of the data sets; left out: as the card has it",
    )
    thresholds: Literal["nominal", "lowest", "highest"] = Field(
        default="nominal", description="where in their ranges the vetoes' thresholds lie"
    )


class SimulationCard(Table):
    """How events are simulated."""

    events: int = Field(default=5000, ge=16, le=10**7, description="events for each shape")
    seed: int = Field(default=1, ge=0, description="of the random numbers")
    processes: Processes = Field(
        default=("bremsstrahlung",), min_length=1, description="how the mediators are made"
    )


class BandLayer(Table):
    """Where the mediator would explain the muon's magnetic moment."""

    label: Name = Field(description="how the figure's legend calls it")
    sigmas: float = Field(default=2.0, gt=0, le=10, description="half width in standard deviations")


class RunCard(Table):
    """A plane of two parameters with the limits of experiments."""

    title: Text = Field(description="one line, for the figure")
    source: Text = Field(description="what the plane reproduces, or where its choices come from")
    model: Literal["inelastic_dark_matter", "inelastic_dirac_dark_matter"] = Field(
        description="the dark sector"
    )
    fixed: dict[str, float | Text] = Field(
        description="the other parameters, by name; kinetic_mixing may be tied to the muon's "
        'magnetic moment: "muon central", "muon lower" or "muon upper" edge of the 2 sigma band'
    )
    x: AxisCard = Field(description="horizontal axis")
    y: AxisCard = Field(description="vertical axis")
    simulation: SimulationCard = Field(
        default=SimulationCard(), description="number of events and how they are made"
    )
    limits: Items[LimitLayer] = Field(min_length=1, description="the experiments")
    bands: Items[BandLayer] = Field(
        default=(), description="bands of the muon's magnetic moment; left out: none"
    )

    @model_validator(mode="after")
    def _known_parameters(self) -> Self:
        known = parameter_names(MODELS[self.model])
        places = [("x", "parameter", self.x.parameter), ("y", "parameter", self.y.parameter)]
        places += [("fixed", name, name) for name in self.fixed]
        for table, key, name in places:
            if name not in known:
                raise KeyedError(
                    (table, key), f"{shown(name)} is no parameter; {nearest(name, known)}"
                )
        return self


def gallery_names() -> list[str]:
    """Return the names of the run cards that come with the package."""
    return sorted(path.stem for path in GALLERY.glob(f"*{SUFFIX}"))


def load_run_card(name_or_path: str) -> tuple[RunCard, Path]:
    """Read a run card, and where it is: paths in it are relative to that.

    Parameters
    ----------
    name_or_path : str
        The name of a card of the gallery, or the path of a file: that ends in ``.toml``.

    Raises
    ------
    CardError
        If anything is wrong with it, in one line.
    """
    if name_or_path.endswith(SUFFIX):
        file, label = Path(name_or_path), name_or_path
    elif name_or_path in (names := gallery_names()):
        file, label = GALLERY / f"{name_or_path}{SUFFIX}", name_or_path
    else:
        raise CardError(f"{shown(name_or_path)} is no run card; {nearest(name_or_path, names)}")
    try:
        return RunCard.model_validate(read_card(file, label)), file.parent
    except ValidationError as error:
        raise card_error(label, describe(error, RunCard)) from None
