"""Run cards: a plane of parameters and the experiments to draw in it, as TOML."""

from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, Strict, ValidationError, model_validator

from scotopic.errors import CardError, RangeError
from scotopic.experiments.loader import card_error, read_card
from scotopic.experiments.messages import KeyedError, KeyPath, describe, nearest, shown
from scotopic.experiments.tables import Items, Name, Table, Text
from scotopic.models.dark_photon import DarkMatter
from scotopic.scan.axis import Axis, Scale
from scotopic.scan.parameters import MODELS, TIES, field_of, overridden, parameter_names
from scotopic.signal import Process

GALLERY = Path(__file__).parent / "gallery"
"""Directory of the run cards that come with the package."""

SUFFIX = ".toml"

Values = dict[str, float | Text]

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
        default=(),
        description="signatures of that card, which exclude each other; dark_photon has none: the "
        "card's selection",
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
        default=(),
        description="how the mediators are made; left out: by bremsstrahlung, invisible dark "
        "photons by annihilation too",
    )


class RefinementCard(Table):
    """Compute points only where they are needed to know the boundaries of the limits."""

    tolerance: float = Field(
        default=0.01,
        gt=0,
        le=0.5,
        description="error of a boundary's position: relative on a logarithmic axis, as a share of "
        "a linear one",
    )


class BandLayer(Table):
    """Where the mediator would explain the muon's magnetic moment."""

    label: Name = Field(description="how the figure's legend calls it")
    sigmas: float = Field(default=2.0, gt=0, le=10, description="half width in standard deviations")


class CosmologyLayer(Table):
    """What the early Universe says, of the plane's model or of one that differs from it."""

    label: Name = Field(description="how the figure's legend calls it")
    fixed: Values = Field(
        default={}, description="parameters in place of the plane's; left out: the plane's"
    )


class ThermalLineLayer(CosmologyLayer):
    """Where freeze-out leaves a given density."""

    omega_h2: float = Field(default=0.12, gt=0, le=10, description="the density, Omega h^2")


class CmbLayer(CosmologyLayer):
    """What the cosmic microwave background excludes, if it bounds the model's annihilation."""


class RunCard(Table):
    """A plane of two parameters with limits of experiments, thermal lines and bands."""

    title: Text = Field(description="one line, for the figure")
    source: Text = Field(description="what the plane reproduces, or where its choices come from")
    model: Literal["dark_photon", "inelastic_dark_matter", "inelastic_dirac_dark_matter"] = Field(
        description="the dark sector; dark_photon takes fixed.dark_matter, its decays are invisible"
    )
    fixed: Values = Field(
        description="the other parameters, by name; kinetic_mixing may be tied to the muon's "
        'magnetic moment: "muon central", "muon lower" or "muon upper" edge of the 2 sigma band'
    )
    x: AxisCard = Field(description="horizontal axis")
    y: AxisCard = Field(description="vertical axis")
    simulation: SimulationCard = Field(
        default=SimulationCard(), description="number of events and how they are made"
    )
    refinement: RefinementCard | None = Field(
        default=None, description="refine around boundaries; left out: compute all points"
    )
    limits: Items[LimitLayer] = Field(default=(), description="the experiments; left out: none")
    thermal_lines: Items[ThermalLineLayer] = Field(
        default=(), description="where freeze-out leaves the observed density; left out: none"
    )
    cmb: Items[CmbLayer] = Field(
        default=(), description="bounds of the cosmic microwave background; left out: none"
    )
    bands: Items[BandLayer] = Field(
        default=(), description="bands of the muon's magnetic moment; left out: none"
    )

    @model_validator(mode="after")
    def _known_parameters(self) -> Self:
        self._check_parameter(("x", "parameter"), self.x.parameter)
        self._check_parameter(("y", "parameter"), self.y.parameter)
        if field_of(self.x.parameter) == field_of(self.y.parameter):
            raise KeyedError(
                ("y", "parameter"), f"{shown(self.y.parameter)} is the same as x.parameter"
            )
        self._check_values(("fixed",), self.fixed)
        for array in ("thermal_lines", "cmb"):
            for i, layer in enumerate(getattr(self, array)):
                self._check_values((array, i, "fixed"), layer.fixed)
        return self

    def _check_parameter(self, path: KeyPath, name: str) -> None:
        known = parameter_names(MODELS[self.model])
        if name not in known:
            raise KeyedError(path, f"{shown(name)} is no parameter; {nearest(name, known)}")

    def _check_values(self, path: KeyPath, values: Values) -> None:
        """Refuse unknown parameters, words for numbers, and what an axis has already."""
        axes = {field_of(axis.parameter): axis.parameter for axis in (self.x, self.y)}
        for name, value in values.items():
            self._check_parameter((*path, name), name)
            if (field := field_of(name)) in axes:
                raise KeyedError((*path, name), f"{axes[field]} of the plane's axes is the same")
            words = WORDS.get(name, ())
            if isinstance(value, str) and value not in words:
                allowed = nearest(value, words) if words else "it is a number"
                raise KeyedError((*path, name), f"{shown(value)} is not allowed; {allowed}")
            if name == "dark_matter" and not isinstance(value, str):
                raise KeyedError((*path, name), f"{shown(value)} is not one of {', '.join(words)}")

    @model_validator(mode="after")
    def _possible_layers(self) -> Self:
        invisible = self.model == "dark_photon"
        for i, limit in enumerate(self.limits):
            path = ("limits", i, "signatures")
            if invisible and limit.signatures:
                raise KeyedError(path, "are of semi-visible decays; leave them out for dark_photon")
            if not invisible and not limit.signatures:
                raise KeyedError(path, "missing; at least one is needed")
        layers = {name: getattr(self, name) for name in _LAYERS}
        if not any(layers.values()):
            raise KeyedError(("limits",), f"nothing to draw; needed: one of {', '.join(_LAYERS)}")
        for name, entries in layers.items():
            labels = [layer.label for layer in entries]
            for i, label in enumerate(labels):
                if label in labels[:i]:
                    raise KeyedError((name, i, "label"), f"{shown(label)} is there already")
        return self

    def parameters(self, layer: CosmologyLayer) -> Values:
        """Return the fixed parameters with those that a layer changes."""
        return overridden(self.fixed, layer.fixed)


WORDS = {"kinetic_mixing": tuple(TIES), "dark_matter": get_args(DarkMatter)}
"""What can stand for the number of a parameter."""

_LAYERS = ("limits", "thermal_lines", "cmb", "bands")


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
