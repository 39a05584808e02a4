"""Run cards: a plane of parameters and the experiments to draw in it, as TOML."""

import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from scotopic.bounds import bound_names, load_bound
from scotopic.errors import RangeError, nearest
from scotopic.experiments.kinds import KINDS, card_file, refuse_another_kind
from scotopic.experiments.loader import read_card
from scotopic.experiments.messages import KeyedError, KeyPath, card_error, mistakes_in, shown
from scotopic.experiments.tables import Items, Line, Name, Table, Text
from scotopic.models.parameters import (
    field_of,
    missing_parameter,
    overridden,
    parameter_names,
    unknown_parameter,
    wanted,
    wrong_value,
)
from scotopic.models.registry import BUILT_IN, MODELS, model_class
from scotopic.precision.bands import DEVIATIONS, Deviation
from scotopic.processes.calculation import PROCESSES
from scotopic.registry import Registry
from scotopic.scan.bounds import BoundLayer
from scotopic.scan.points import Sector
from scotopic.search.allowance import MOST
from scotopic.search.axis import Axis, Scale
from scotopic.search.style import FigureStyle
from scotopic.signatures.base import SIGNATURES
from scotopic.words import DeviationName, Lepton, NuclearModel


def _number_or_word(value: object, read: ValidatorFunctionWrapHandler) -> float | str:
    """Say one thing of a value that is neither; pydantic says two."""
    try:
        found: float | str = read(value)
    except ValidationError:
        infinite = isinstance(value, float) and not math.isfinite(value)
        wanted = "a finite number" if infinite else "a number or a word"
        raise KeyedError((), f"{shown(value)} is not {wanted}") from None
    return found


Values = dict[str, Annotated[float | Text, WrapValidator(_number_or_word)]]


def _known(registry: Registry[Any], find: Callable[[str], object] | None = None) -> AfterValidator:
    """Return the check that a name is that of something registered, which is not imported."""
    find = find or registry.home

    def check(name: str) -> str:
        try:
            find(name)
        except RangeError as error:
            raise KeyedError((), str(error).removeprefix(f"{registry.kind}: ")) from None
        return name

    return AfterValidator(check)


ProcessName = Annotated[Text, _known(PROCESSES)]
SignatureName = Annotated[Text, _known(SIGNATURES)]

ModelName = Annotated[Text, _known(MODELS, model_class)]


class AxisCard(Table):
    """One axis of the plane."""

    parameter: Text = Field(description="a parameter of the model, or one derived from them")
    minimum: float = Field(description="first value; masses in GeV")
    maximum: float = Field(description="last value")
    points: int = Field(ge=2, le=2000, description="number of values")
    scale: Scale = Field(default="log", description="spacing of the values, and of the axis")
    label: Line | None = Field(
        default=None, description="what the figure writes along it; left out: the parameter's name"
    )

    def axis(self) -> Axis:
        """Return the axis."""
        return Axis(self.parameter, self.minimum, self.maximum, self.points, self.scale)


class SectorLayer(Table):
    """A layer of the plane's model, or of another one."""

    label: Name = Field(description="how the figure's legend calls it")
    model: ModelName | None = Field(
        default=None,
        description="another model, with what it knows of the plane's fixed parameters; left out: "
        "the plane's",
    )
    fixed: Values = Field(
        default={}, description="parameters in place of the plane's; left out: the plane's"
    )


class LimitLayer(SectorLayer):
    """What one experiment excludes, or several together."""

    experiment: Text = Field(description="an experiment card: a shipped name or a path")
    joined_with: Items[Text] = Field(
        default=(),
        description="up to three more cards, joined to it through the product of their "
        "likelihoods; left out: none",
    )
    signatures: Items[SignatureName] = Field(
        default=(), description="only searches with these signatures; left out: all that apply"
    )
    searches: Items[Name] = Field(
        default=(), description="only searches of these names; left out: all that apply"
    )
    processes: Items[ProcessName] = Field(
        default=(),
        description="how mediators are made, in place of those of simulation; left out: as it says",
    )
    filled: bool = Field(default=False, description="shade the region, beside its boundary")
    signal_efficiency: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="in place of the efficiency of the data sets; left out: as the card has it",
    )
    thresholds: Literal["nominal", "strictest", "loosest"] = Field(
        default="nominal",
        description="where in their ranges thresholds, and counters, lie: as stated, where the "
        "fewest events pass, or the most",
    )
    mediators: Literal["nominal", "fewest", "most"] = Field(
        default="nominal",
        description="whether as many mediators are made as models of their production (vector "
        "mesons) say, or as few or as many as these are known to",
    )


class SimulationCard(Table):
    """How events are simulated."""

    events: int = Field(default=5000, ge=16, le=10**7, description="events for each shape")
    seed: int = Field(default=1, ge=0, description="of the random numbers")
    processes: Items[ProcessName] = Field(
        default=(), description="how the mediators are made; left out: all that apply"
    )
    bound_electrons: bool | None = Field(
        default=None,
        description="whether the electrons with which positrons annihilate move as in their atoms; "
        "left out: as the experiment's card says, or else they do",
    )
    nuclear_model: NuclearModel | None = Field(
        default=None,
        description="how nuclei make vector mesons coherently; left out: glauber for beams below "
        "20 GeV, classical above",
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


class MeasurementCard(Table):
    """A magnetic moment, measured minus predicted."""

    lepton: Lepton = Field(description="whose moment")
    value: float = Field(description="Delta a")
    uncertainty: float = Field(gt=0, description="its standard deviation")


class BandLayer(SectorLayer):
    """Where the mediator would explain a magnetic moment."""

    sigmas: float = Field(default=2.0, gt=0, le=10, description="half width in standard deviations")
    deviation: DeviationName = Field(
        default="muon-2021", description="the measurement, see the page on magnetic moments"
    )
    measurement: MeasurementCard | None = Field(
        default=None, description="one's own, in place of it; left out: none"
    )

    def measured(self) -> Deviation:
        """Return what is to be explained."""
        if self.measurement is None:
            return DEVIATIONS[self.deviation]
        return Deviation(**self.measurement.model_dump(), source="run card")


class CosmologyLayer(SectorLayer):
    """What the early Universe says."""


class ThermalLineLayer(CosmologyLayer):
    """Where freeze-out leaves a given density."""

    omega_h2: float = Field(default=0.12, gt=0, le=10, description="the density, Omega h^2")


class CmbLayer(CosmologyLayer):
    """What the cosmic microwave background excludes, if it bounds the model's annihilation."""


def _every_bound(given: object) -> object:
    """Return layers for what stands for the bounds of the package."""
    if given != "all":
        return given
    return [{"card": name} for name in bound_names() if not load_bound(name).card.is_projection]


class RunCard(Table):
    """A plane of two parameters with limits of experiments, thermal lines and bands."""

    title: Line = Field(description="one line, for the figure")
    source: Text = Field(description="what the plane reproduces, or where its choices come from")
    model: ModelName = Field(
        description=f"what is looked for: {', '.join(BUILT_IN)}, or one's own as"
        " package.module:Class; a dark photon or other vector takes fixed.dark_matter"
    )
    fixed: Values = Field(
        description="the other parameters, by name; the coupling may be tied to the muon's "
        'magnetic moment: "muon central", "muon lower" or "muon upper" edge of the 2 sigma band, '
        'or to the relic density: "thermal relic"'
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
        default=(), description="bands of magnetic moments; left out: none"
    )
    bounds: Annotated[Items[BoundLayer], BeforeValidator(_every_bound)] = Field(
        default=(),
        description='bounds of others: computed, or lines given by numbers; "all" for all of the'
        " package that are no projections; left out: none",
    )
    figure: FigureStyle | None = Field(
        default=None, description="how the figure looks; left out: as the house has it"
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what does not suit the models, and layers that cannot be drawn."""
        for axis in ("x", "y"):
            yield from _wrong_range(axis, getattr(self, axis))
        unknown = [*self._wrong_parameters()]
        yield from unknown or self._incomplete_models()
        for i, bound in enumerate(() if unknown else self.bounds):
            kind = model_class(self.model)
            for one in bound.mistakes_on(kind, self.x.parameter, self.y.parameter):
                yield KeyedError(("bounds", i, *one.path), str(one))
        yield from self._impossible_layers()
        yield from self._unknown_labels()

    def _wrong_parameters(self) -> Iterator[KeyedError]:
        kind = model_class(self.model)
        names = {axis: getattr(self, axis).parameter for axis in ("x", "y")}
        for axis, name in names.items():
            if why := unknown_parameter(kind, name):
                yield KeyedError((axis, "parameter"), f"{shown(name)} {why}")
        if field_of(kind, names["x"]) == field_of(kind, names["y"]):
            yield KeyedError(("y", "parameter"), f"{shown(names['y'])} is the same as x.parameter")
        yield from self._wrong_values(("fixed",), self.fixed, self.model)
        for array in _OF_MODELS:
            for i, layer in enumerate(getattr(self, array)):
                if layer.model is not None:
                    yield from self._wrong_axes((array, i, "model"), layer.model)
                model = layer.model or self.model
                yield from self._wrong_values((array, i, "fixed"), layer.fixed, model)

    def _wrong_axes(self, path: KeyPath, model: str) -> Iterator[KeyedError]:
        """Yield axes that mean nothing to a layer's model."""
        for axis, name in (("x", self.x.parameter), ("y", self.y.parameter)):
            if why := unknown_parameter(model_class(model), name):
                yield KeyedError(path, f"{name}, the parameter of the {axis} axis, {why}")

    def _wrong_values(self, path: KeyPath, values: Values, model: str) -> Iterator[KeyedError]:
        """Yield unknown parameters, words for numbers, and what an axis has already."""
        kind = model_class(model)
        axes = {field_of(kind, axis.parameter): axis.parameter for axis in (self.x, self.y)}
        for name, value in values.items():
            why = wrong_value(kind, name, value, {**self.fixed, **values})
            if not why and (same := axes.get(field_of(kind, name))):
                why = f"{same} of the plane's axes is the same"
            if why:
                yield KeyedError((*path, name), why)

    def _incomplete_models(self) -> Iterator[KeyedError]:
        axes = (self.x.parameter, self.y.parameter)
        for array in _OF_MODELS:
            for i, layer in enumerate(getattr(self, array)):
                sector = self.sector(layer)
                name = missing_parameter(sector.kind, {*sector.fixed, *axes})
                if name is not None:
                    own = (array, i) if layer.model or layer.fixed else ()
                    what = f"missing; the model needs {wanted(sector.kind, name)}"
                    yield KeyedError((*own, "fixed", name), what)

    def _impossible_layers(self) -> Iterator[KeyedError]:
        for i, limit in enumerate(self.limits):
            if len(limit.joined_with) >= MOST:
                yield KeyedError(
                    ("limits", i, "joined_with"), f"too many; {MOST - 1} cards are the most"
                )
        layers = {name: getattr(self, name) for name in _LAYERS}
        if not any(layers.values()):
            yield KeyedError(("limits",), f"nothing to draw; needed: one of {', '.join(_LAYERS)}")
        for name, entries in layers.items():
            labels = [layer.label for layer in entries]
            for i, label in enumerate(labels):
                if label in labels[:i]:
                    yield KeyedError((name, i, "label"), f"{shown(label)} is there already")

    def _unknown_labels(self) -> Iterator[KeyedError]:
        """Yield where the figure's style speaks of what is not drawn."""
        if self.figure is None:
            return
        known = [layer.label for name in _LAYERS for layer in getattr(self, name)]
        for key, label in self.figure.unknown(known):
            text = f"{shown(label)} is the label of no limit or layer; {nearest(label, known)}"
            yield KeyedError(("figure", key), text)

    def sector(self, layer: SectorLayer | None = None) -> Sector:
        """Return the model and the fixed parameters of the plane, or of a layer."""
        if layer is None:
            return Sector(model_class(self.model), dict(self.fixed))
        kind = model_class(layer.model or self.model)
        known = parameter_names(kind)
        mine = {name: value for name, value in self.fixed.items() if name in known}
        return Sector(kind, overridden(kind, mine, layer.fixed))


_LAYERS = ("limits", "thermal_lines", "cmb", "bands", "bounds")
_OF_MODELS = ("limits", "thermal_lines", "cmb", "bands")


def _wrong_range(name: str, axis: AxisCard) -> Iterator[KeyedError]:
    """Yield what makes it no axis; where the ends are swapped, both are named."""
    if axis.scale == "log" and axis.minimum <= 0:
        yield KeyedError((name, "minimum"), f"{axis.minimum:g} is not positive on a log scale")
    if axis.maximum <= axis.minimum:
        text = f"{axis.maximum:g} is not above {name}.minimum = {axis.minimum:g}"
        yield KeyedError((name, "maximum"), text)


def gallery_names() -> list[str]:
    """Return the names of the run cards that come with the package."""
    return KINDS["plane"].names


def load_run_card(name_or_path: str | os.PathLike[str]) -> tuple[RunCard, Path]:
    """Read a run card, and where it is: paths in it are relative to that.

    Parameters
    ----------
    name_or_path : str or path
        The name of a card of the gallery, or the path of a file: that ends in ``.toml`` or has a
        directory in it.

    Raises
    ------
    CardError
        If anything is wrong with it, in one line.
    """
    file, label = card_file(name_or_path, "plane")
    content = read_card(file, label)
    refuse_another_kind(content, label, "plane")
    try:
        return RunCard.model_validate(content), file.parent
    except ValidationError as error:
        raise card_error(label, mistakes_in(error, RunCard)) from None
