"""The set-up: beam, target, detectors along the beam, and what counts as signal in them."""

import math
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import Field, Strict

from scotopic.errors import RangeError, nearest
from scotopic.experiments.messages import KeyedError, shown
from scotopic.experiments.own_materials import OwnMaterial
from scotopic.experiments.tables import (
    Cells,
    Fraction,
    Items,
    Length,
    Name,
    SourcedTable,
    Table,
    repeated_names,
)
from scotopic.materials import MATERIALS, Layer, Material, Target
from scotopic.units import ELECTRON_MASS, MUON_MASS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Energy = TypeVar("Energy", float, "npt.NDArray[np.float64]")

PARTICLE_MASSES = {
    "e-": ELECTRON_MASS,
    "e+": ELECTRON_MASS,
    "mu-": MUON_MASS,
    "mu+": MUON_MASS,
    "gamma": 0.0,
}
"""Mass in GeV of each particle that a beam can consist of."""

THICKNESSES_X0 = (1e-6, 3e3)
"""Least and largest thickness of a target: a foil of nanometres, 50 m of iron."""

PASSIVE = "none"
"""What `target.detector` says of a target that measures nothing."""


class Beam(SourcedTable):
    """The beam."""

    particle: Literal["e-", "e+", "mu-", "mu+", "gamma"] = Field(
        description="particle that hits the target"
    )
    energy_GeV: float = Field(ge=1e-3, le=500, description="its energy")
    relative_momentum_spread: float = Field(
        ge=0, le=0.5, description="rms spread of the beam momentum, divided by the momentum"
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield an energy below the rest mass."""
        if self.energy_GeV <= self.mass:
            text = f"{self.energy_GeV} is not above the rest mass {self.mass}"
            yield KeyedError(("energy_GeV",), text)

    @property
    def mass(self) -> float:
        """Mass of the beam particle in GeV."""
        return PARTICLE_MASSES[self.particle]

    @property
    def lepton(self) -> Literal["electron", "muon"]:
        """What makes the mediators: the muon of a muon beam, else the shower's electrons."""
        return "muon" if self.particle in ("mu-", "mu+") else "electron"


class TargetLayer(Table):
    """One slab of the target."""

    material: str = Field(description=f"one of `target.materials` or of {', '.join(MATERIALS)}")
    thickness_cm: Annotated[float, Field(ge=1e-6, le=1e6)] = Field(
        description="thickness along the beam"
    )


class TargetCard(SourcedTable):
    """The target: layers that repeat along the beam."""

    materials: Items[OwnMaterial] = Field(
        default=(), description="materials of one's own, for the layers; left out: none"
    )
    layers: Items[TargetLayer] = Field(
        min_length=1, description="one period, in the order in which the beam meets the layers"
    )
    repetitions: int = Field(ge=1, le=1_000_000, description="how many times the period repeats")
    detector: Name = Field(
        description='name of the detector that the target is; "none" for a passive target'
    )
    absorber: Name | None = Field(
        default=None,
        description="name of the detector behind a passive target whose `layers` absorb the photons"
        " that leave it, and in which these make vector mesons; left out: none are made there",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield materials that are there already, and those of layers that are not there."""
        yield from repeated_names("materials", self.materials)
        for i, own in enumerate(self.materials):
            if own.name in MATERIALS:
                yield KeyedError(
                    ("materials", i, "name"), f"{shown(own.name)} is a material already"
                )
        known = [*MATERIALS, *(own.name for own in self.materials)]
        for i, layer in enumerate(self.layers):
            if layer.material not in known:
                hint = nearest(layer.material, known)
                own_one = "; [[target.materials]] has room for one's own"
                yield KeyedError(
                    ("layers", i, "material"),
                    f"{shown(layer.material)} is not a material; {hint}"
                    + (own_one if hint.startswith("known") else ""),
                )
        if any(layer.material not in known for layer in self.layers):
            return
        low, high = THICKNESSES_X0
        if not low <= self.thickness_X0 <= high:
            yield KeyedError(
                ("layers",),
                f"thickness_cm times target.repetitions is {self.thickness_X0:.3g} radiation"
                f" lengths; allowed: {low:g} to {high:g}",
            )

    def build(self) -> Target:
        """Return the target as `scotopic.materials` describes it."""
        known = {**MATERIALS, **{own.name: own.build() for own in self.materials}}
        layers = tuple(Layer(known[la.material], la.thickness_cm) for la in self.layers)
        return Target(layers, self.repetitions)

    @cached_property
    def material(self) -> Material:
        """The homogenised material of the target."""
        return self.build().homogenised

    @cached_property
    def thickness_X0(self) -> float:
        """Total thickness in radiation lengths."""
        return self.build().thickness_X0

    @cached_property
    def thickness_cm(self) -> float:
        """Total thickness in cm."""
        return self.build().thickness_cm


class EnergyResolution(Table):
    """Energy resolution: sigma^2 = stochastic^2 E + (constant E)^2 + noise^2, E in GeV."""

    stochastic: Fraction = Field(description="relative resolution at 1 GeV from sampling")
    constant: Fraction = Field(description="relative resolution that does not fall with energy")
    noise_GeV: float = Field(ge=0, le=1e3, description="noise, independent of the energy")

    def sigma_GeV(self, energy: Energy) -> Energy:
        """Return the rms error in GeV of a measured energy in GeV (a number or an array).

        Examples
        --------
        >>> EnergyResolution(stochastic=0.1, constant=0.0, noise_GeV=0.0).sigma_GeV(100.0)
        1.0
        """
        variance = self.stochastic**2 * energy + (self.constant * energy) ** 2 + self.noise_GeV**2
        root: Energy = variance**0.5
        return root


class Detector(SourcedTable):
    """A detector along the beam, behind or in the place of the target.

    What is left out is not known; what would need it then refuses the card.
    """

    name: Name = Field(description="its name, unique in the card")
    kind: Literal[
        "electromagnetic calorimeter",
        "hadronic calorimeter",
        "veto counter",
        "magnetic spectrometer",
    ] = Field(description="what it is; a spectrometer measures all of a track's energy")
    position_cm: float = Field(
        ge=0, le=1e6, description="its front face along the beam; 0 is the target's front"
    )
    length_cm: Length = Field(description="its length along the beam")
    width_cm: Length | None = Field(default=None, description="horizontal size")
    height_cm: Length | None = Field(default=None, description="vertical size")
    cells: Annotated[tuple[Cells, Cells], Strict(strict=False)] | None = Field(
        default=None, description="number of cells, horizontally and vertically"
    )
    longitudinal_segments_cm: Items[Length] | None = Field(
        default=None,
        min_length=1,
        description="lengths of the parts read out one by one, from the front; they add up to "
        "`length_cm`",
    )
    energy_resolution: EnergyResolution | None = Field(
        default=None, description="energy resolution"
    )
    layers: Items[TargetLayer] | None = Field(
        default=None,
        min_length=1,
        description="one period of what it is made of, for the width of showers in it, and for what"
        " photons make there",
    )
    shower_leakage_fraction: Annotated[float, Field(gt=0, le=1)] | None = Field(
        default=None,
        description="fraction of the energy that a shower leaks out of the calorimeter that this "
        "detector measures",
    )

    @property
    def medium(self) -> Target | None:
        """One period of its layers."""
        if self.layers is None:
            return None
        return Target(
            tuple(Layer(MATERIALS[one.material], one.thickness_cm) for one in self.layers)
        )

    @property
    def rear_cm(self) -> float:
        """Where it ends along the beam."""
        return self.position_cm + self.length_cm

    @property
    def cell_sizes_cm(self) -> tuple[float, float]:
        """Width and height of a cell.

        Raises
        ------
        RangeError
            If the card does not say them.
        """
        if self.cells is None or self.width_cm is None or self.height_cm is None:
            raise RangeError(f"detectors: {self.name} has no cells, width_cm or height_cm")
        return self.width_cm / self.cells[0], self.height_cm / self.cells[1]

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield unknown materials, and segments that do not fill the length."""
        for i, layer in enumerate(self.layers or ()):
            if layer.material not in MATERIALS:
                text = f"{shown(layer.material)} is not a material; "
                text += nearest(layer.material, MATERIALS)
                yield KeyedError(("layers", i, "material"), text)
        if self.longitudinal_segments_cm is None:
            return
        total = sum(self.longitudinal_segments_cm)
        if not math.isclose(total, self.length_cm, rel_tol=1e-9):
            yield KeyedError(
                ("longitudinal_segments_cm",),
                f"the parts add up to {total:.10g}, not to length_cm = {self.length_cm}",
            )
