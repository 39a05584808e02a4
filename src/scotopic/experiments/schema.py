"""What an experiment card holds, as one frozen pydantic model.

The descriptions of the keys, here and in the modules of the single tables, are the card
reference of the documentation.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Discriminator, Field, Strict, Tag

from scotopic.errors import RangeError, nearest
from scotopic.experiments.apparatus import (
    PASSIVE,
    Beam,
    Detector,
    EnergyResolution,
    TargetCard,
)
from scotopic.experiments.data_sets import SHARED_SOURCES
from scotopic.experiments.messages import TAGS, KeyedError, KeyPath, shown
from scotopic.experiments.searches import SearchCard
from scotopic.experiments.tables import Items, Line, Mass, Table, Text, of_name, repeated_names
from scotopic.experiments.texts import legible
from scotopic.materials import Target
from scotopic.words import CONFIDENCE_LEVELS, MAX_COUNTS

ParameterValue = Annotated[
    Annotated[float, Tag(TAGS[0])] | Annotated[str, Tag(TAGS[2])],
    Discriminator(lambda value: TAGS[2 * isinstance(value, str)]),
]


class NaturalModel(Table):
    """What a card is for: the model that is searched for if the user names none."""

    name: Text = Field(description="of the model")
    parameters: dict[str, ParameterValue] = Field(
        default={}, description="of its parameters, those that are not as usual"
    )
    mass_range_GeV: Annotated[tuple[Mass, Mass], Strict(strict=False)] = Field(
        default=(1e-3, 1.0),
        description="lowest and highest mass of the mediator in a curve, if the user gives none",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield a range upside down."""
        low, high = self.mass_range_GeV
        if not low < high:
            yield KeyedError(("mass_range_GeV",), f"{low} to {high} is not ascending")


class Experiment(Table):
    """One experiment: what the card says, checked, with nothing computed from it yet.

    Raises
    ------
    pydantic.ValidationError
        If a key is unknown, missing, out of range or inconsistent with another. The tables
        `searches[].selection` are checked by their signatures: `scotopic.search.load_experiment`.
    """

    title: Line = Field(
        description="one line, for figures and lists; an extending card has its own"
    )
    description: Annotated[str, AfterValidator(legible)] = Field(
        default="", description="what the card is for, what is assumed; never inherited"
    )
    confidence_level: float = Field(
        default=0.90,
        ge=CONFIDENCE_LEVELS[0],
        le=CONFIDENCE_LEVELS[1],
        description="of the limits",
    )
    model: NaturalModel = Field(
        default=NaturalModel(name="dark_photon"), description="what the card is for"
    )
    beam: Beam = Field(description="the beam")
    target: TargetCard = Field(description="the target")
    detectors: Items[Detector] = Field(min_length=1, description="the detectors along the beam")
    searches: Items[SearchCard] = Field(
        min_length=1, description="how something dark would be noticed, and what was counted"
    )
    likelihood: Text | None = Field(
        default=None,
        description="a pyhf workspace (JSON) in place of the data sets' backgrounds, observations "
        "and uncertainties, its channels named as they are; a path, relative to this card",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what does not go together in tables of different kinds."""
        yield from repeated_names("detectors", self.detectors)
        yield from repeated_names("searches", self.searches)
        wrong_target = [*self._wrong_target()]
        yield from wrong_target or self._wrong_places()
        yield from self._wrong_absorber()
        if len({s.kind for s in self.searches}) > 1:
            yield KeyedError(
                ("searches",),
                "data_sets: kind: measurements and projections in one card have no common number "
                "of observed events",
            )
        if not self.counted:
            yield KeyedError(("searches",), "by_default: false for all of them; one must count")
        for i, search in enumerate(self.searches):
            yield from _uncountable(("searches", i, "data_sets"), search)
        yield from self._shared_and_not()

    def _shared_and_not(self) -> Iterator[KeyedError]:
        """Yield sources of uncertainty of which two searches say different things."""
        for i, search in enumerate(self.searches):
            for j, one in enumerate(search.systematics):
                if one.shared is not None and one.shared != self.is_shared(one.name):
                    yield KeyedError(
                        ("searches", i, "systematics", j, "shared"),
                        f"{shown(one.shared)} is not what another search says of {shown(one.name)}",
                    )

    def _wrong_absorber(self) -> Iterator[KeyedError]:
        """Yield what keeps photons behind the target from making anything."""
        name, path = self.target.absorber, ("target", "absorber")
        if name is None:
            return
        known = [d.name for d in self.detectors]
        if name not in known:
            yield KeyedError(path, f"{shown(name)} is no detector; {nearest(name, known)}")
        elif self.target.detector != PASSIVE:
            text = f"goes with target.detector = {shown(PASSIVE)} alone, not"
            yield KeyedError(path, f"{text} {shown(self.target.detector)}")
        elif self.beam.lepton == "muon":
            text = f"photons of beam.particle = {shown(self.beam.particle)} are not followed"
            yield KeyedError(path, text)
        elif self.detector(name).layers is None:
            yield KeyedError(path, f"detectors[{name}].layers: missing; needed here")

    def _wrong_target(self) -> Iterator[KeyedError]:
        name, thickness = self.target.detector, self.target.thickness_cm
        known = [d.name for d in self.detectors]
        if name not in (PASSIVE, *known):
            text = f"{shown(name)} is no detector; {nearest(name, known)}"
            yield KeyedError(("target", "detector"), text)
        for i, detector in enumerate(self.detectors):
            if detector.name == PASSIVE:
                yield KeyedError(
                    ("detectors", i, "name"),
                    f"{shown(PASSIVE)} is what target.detector says of a passive target",
                )
            elif detector.name != name:
                continue
            elif detector.position_cm != 0:
                yield KeyedError(
                    ("detectors", i, "position_cm"),
                    f"{detector.position_cm} is not 0, where target.detector begins",
                )
            elif not math.isclose(detector.length_cm, thickness, rel_tol=1e-9):
                yield KeyedError(
                    ("detectors", i, "length_cm"),
                    f"{detector.length_cm} is not {thickness:.10g}, which is target.layers "
                    "(thickness_cm) times target.repetitions",
                )

    def require_detector(self, path: KeyPath, name: str) -> Detector:
        """Return a detector that a key of the card names.

        Raises
        ------
        KeyedError
            If there is none of this name; with the nearest one.
        """
        known = [d.name for d in self.detectors]
        if name not in known:
            raise KeyedError(path, f"{shown(name)} is no detector; {nearest(name, known)}")
        return self.detector(name)

    def _wrong_places(self) -> Iterator[KeyedError]:
        """Yield detectors inside each other or the target.

        The order of the array does not matter: a card that extends adds detectors at its end.
        """
        rear, before = self.target.thickness_cm, "the target"
        for i, detector in sorted(enumerate(self.detectors), key=lambda d: d[1].position_cm):
            if detector.name == self.target.detector:
                continue
            path = ("detectors", i, "position_cm")
            if detector.position_cm < rear * (1 - 1e-9):
                yield KeyedError(
                    path, f"{detector.position_cm} is before the rear of {before} at {rear:.10g}"
                )
            else:
                rear, before = detector.rear_cm, detector.name

    def search(self, name: str) -> SearchCard:
        """Return the search of a name.

        Raises
        ------
        RangeError
            If there is none; the message lists those that there are.
        """
        return of_name("search", name, self.searches)

    def detector(self, name: str) -> Detector:
        """Return the detector of a name.

        Raises
        ------
        RangeError
            If there is none; the message lists those that there are.
        """
        return of_name("detector", name, self.detectors)

    def visible_energy_resolution(self, calorimeter: str) -> EnergyResolution:
        """Return how well the visible energy is known: a detector's resolution, and the beam's.

        The spread of the beam's momentum counts as noise: energies are compared with the nominal
        beam energy.

        Raises
        ------
        RangeError
            If the detector is unknown or has no resolution.
        """
        resolution = self.detector(calorimeter).energy_resolution
        if resolution is None:
            raise RangeError(f"detectors: {calorimeter} has no energy_resolution")
        spread = self.beam.relative_momentum_spread * self.beam.energy_GeV
        return resolution.model_copy(update={"noise_GeV": math.hypot(resolution.noise_GeV, spread)})

    @property
    def absorber(self) -> Target | None:
        """What absorbs the photons that leave the target; None if the card does not say."""
        name = self.target.absorber
        return None if name is None else self.detector(name).medium

    @property
    def is_projection(self) -> bool:
        """Whether no events have been observed yet."""
        return self.searches[0].kind == "projection"

    @property
    def particles_on_target(self) -> float:
        """Largest exposure of its searches."""
        return max(s.particles_on_target for s in self.searches)

    @property
    def counted(self) -> tuple[SearchCard, ...]:
        """The searches that count if none is asked for by its name."""
        return tuple(search for search in self.searches if search.by_default)

    def asked_for(self, names: Iterable[str]) -> Self:
        """Return the experiment in which searches of some names are those that count.

        It is the same if they count anyway, or if it has none of them.
        """
        asked = {search.name for search in self.searches} & set(names)
        if asked <= {search.name for search in self.counted}:
            return self
        return self.with_searches(
            search.model_copy(update={"by_default": search.name in asked})
            for search in self.searches
        )

    def is_shared(self, source: str) -> bool:
        """Return whether a source of uncertainty is one with that of other experiments."""
        systematics = (one for search in self.searches for one in search.systematics)
        stated = (one.shared for one in systematics if one.name == source)
        return next((one for one in stated if one is not None), source in SHARED_SOURCES)

    def with_searches(self, searches: Iterable[SearchCard]) -> Self:
        """Return the experiment with other searches."""
        return self.model_copy(update={"searches": tuple(searches)})

    def __repr__(self) -> str:
        """Return title and fingerprint: the whole card is some thousand characters long."""
        return f"Experiment({self.title!r}, {self.fingerprint[:12]})"

    def __hash__(self) -> int:
        """Return a hash of the whole card."""
        return hash(self.fingerprint)

    def content(self) -> dict[str, Any]:
        """Return the whole card, defaults filled in, as JSON or TOML can write it."""
        dumped = self.model_dump(mode="json", exclude_none=True)
        return {k: _source_last(v) for k, v in dumped.items()}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON of `content()`."""
        text = json.dumps(self.content(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _uncountable(path: KeyPath, search: SearchCard) -> Iterator[KeyedError]:
    """Yield counts that are too large to be treated one by one."""
    if (search.observed_events or 0) > MAX_COUNTS:
        yield KeyedError(
            path,
            f"observed_events: {search.observed_events} in all is above {MAX_COUNTS}, the"
            " largest allowed",
        )
    background, uncertainty = search.expected_background, search.background_uncertainty
    if not background:
        return
    two_sigma_up = background * (1 + uncertainty / background) ** 2
    if two_sigma_up + 2 * math.sqrt(two_sigma_up) > MAX_COUNTS:
        yield KeyedError(
            path,
            f"background: {background:g} +- {uncertainty:g} in all reaches above {MAX_COUNTS}"
            " events, the largest number allowed, at two standard deviations",
        )


def _source_last(value: object) -> object:
    """Return the value with every table's `source` behind its other keys."""
    if isinstance(value, dict):
        moved = {k: _source_last(v) for k, v in value.items() if k != "source"}
        return moved | ({"source": value["source"]} if "source" in value else {})
    return [_source_last(v) for v in value] if isinstance(value, list) else value
