"""What an experiment card holds, as one frozen pydantic model.

The descriptions of the keys, here and in the modules of the single tables, are the card
reference of the documentation.
"""

import hashlib
import itertools
import json
import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final, Self

from pydantic import Field, model_validator

from scotopic.errors import RangeError
from scotopic.experiments.apparatus import (
    PASSIVE,
    Beam,
    Detector,
    EnergyResolution,
    Selection,
    TargetCard,
)
from scotopic.experiments.data_sets import DataSet, Systematic
from scotopic.experiments.decay_regions import DecayRegion
from scotopic.experiments.messages import KeyedError, KeyPath, nearest, shown
from scotopic.experiments.signatures import Signature, excludes
from scotopic.experiments.tables import Items, Table, Text, refuse_repeated_names
from scotopic.words import CONFIDENCE_LEVELS, MAX_COUNTS

THICK_X0: Final = 20.0
"""Thickness in radiation lengths of a calorimeter from which less than 5 % of 100 GeV leaks."""

RESOLVED: Final = 6.0
"""Standard deviations of the measured energy between a window and the whole beam energy."""


class Experiment(Table):
    """An experiment: everything a card says, checked.

    Examples
    --------
    >>> from scotopic.experiments import load_experiment
    >>> na64 = load_experiment("na64e-2018")
    >>> na64.beam.energy_GeV, na64.particles_on_target, round(na64.target.thickness_X0, 1)
    (100.0, 284000000000.0, 40.6)
    >>> f"{na64.expected_background:.2f} +- {na64.background_uncertainty:.2f}"
    '0.53 +- 0.17'
    """

    title: Text = Field(
        description="one line, for figures and lists; an extending card has its own"
    )
    description: str = Field(
        default="", description="what the card is for, what is assumed; never inherited"
    )
    confidence_level: float = Field(
        default=0.90,
        ge=CONFIDENCE_LEVELS[0],
        le=CONFIDENCE_LEVELS[1],
        description="of the limits",
    )
    beam: Beam = Field(description="the beam")
    target: TargetCard = Field(description="the target")
    detectors: Items[Detector] = Field(min_length=1, description="the detectors along the beam")
    selection: Selection = Field(description="which events count as signal")
    signatures: Items[Signature] = Field(
        default=(),
        description="selections for mediators whose decay products decay in flight; `[]`: none",
    )
    decay_regions: Items[DecayRegion] | None = Field(
        default=None,
        min_length=1,
        description="where the decay of a mediator itself counts as signal; left out: nowhere",
    )
    data_sets: Items[DataSet] = Field(min_length=1, description="exposures and observations")
    systematics: Items[Systematic] = Field(
        description="relative uncertainties of the signal, beside that of the efficiency; `[]` "
        "for none"
    )
    likelihood: Text | None = Field(
        default=None,
        description="a pyhf workspace (JSON) in place of the data sets' backgrounds, observations "
        "and uncertainties, its channels named as they are; a path, relative to this card",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        refuse_repeated_names(("detectors",), self.detectors)
        refuse_repeated_names(("data_sets",), self.data_sets)
        refuse_repeated_names(("systematics",), self.systematics)
        refuse_repeated_names(("selection", "vetoes"), self.selection.vetoes)
        refuse_repeated_names(("signatures",), self.signatures)
        self._check_decay_regions()
        self._check_detector_names()
        self._check_active_target()
        self._check_places()
        self._check_energy_window()
        self._check_scattered_muon()
        if len({d.kind for d in self.data_sets}) > 1:
            raise KeyedError(
                ("data_sets",),
                "kind: measurements and projections in one card have no common number of "
                "observed events",
            )
        self._check_counts()
        return self

    def _check_counts(self) -> None:
        """Refuse more events than statistics counts one by one, all data sets together."""
        if (self.observed_events or 0) > MAX_COUNTS:
            raise KeyedError(
                ("data_sets",),
                f"observed_events: {self.observed_events} in all is above {MAX_COUNTS}, the largest"
                " allowed",
            )
        background, uncertainty = self.expected_background, self.background_uncertainty
        if not background:
            return
        two_sigma_up = background * (1 + uncertainty / background) ** 2
        if two_sigma_up + 2 * math.sqrt(two_sigma_up) > MAX_COUNTS:
            raise KeyedError(
                ("data_sets",),
                f"background: {background:g} +- {uncertainty:g} in all reaches above {MAX_COUNTS}"
                " events, the largest number allowed, at two standard deviations",
            )

    def _check_decay_regions(self) -> None:
        regions = self.decay_regions or ()
        refuse_repeated_names(("decay_regions",), regions)
        for i, region in enumerate(regions):
            if region.minimum_energy_GeV >= self.beam.energy_GeV:
                raise KeyedError(
                    ("decay_regions", i, "minimum_energy_GeV"),
                    f"{region.minimum_energy_GeV} is not below beam.energy_GeV = "
                    f"{self.beam.energy_GeV}",
                )
            if i > 0 and region.begins_cm < regions[i - 1].ends_cm:
                raise KeyedError(
                    ("decay_regions", i, "begins_cm"),
                    f"{region.begins_cm} is not behind begins_cm + length_cm of the region before, "
                    f"which is {regions[i - 1].ends_cm}",
                )

    def _check_detector_names(self) -> None:
        used: list[tuple[tuple[str | int, ...], str]] = [
            (("selection", "calorimeter"), self.selection.calorimeter)
        ]
        if self.target.detector != PASSIVE:
            used.append((("target", "detector"), self.target.detector))
        if self.selection.scattered_muon is not None:
            spectrometer = self.selection.scattered_muon.spectrometer
            used.append((("selection", "scattered_muon", "spectrometer"), spectrometer))
        for i, veto in enumerate(self.selection.vetoes):
            used += [
                (("selection", "vetoes", i, "detectors", j), name)
                for j, name in enumerate(veto.detectors)
            ]
        for i, signature in enumerate(self.signatures):
            used += [(("signatures", i, *p), name) for p, name in signature.detector_names()]
        known = [d.name for d in self.detectors]
        if PASSIVE in known:
            raise KeyedError(
                ("detectors", known.index(PASSIVE), "name"),
                f"{shown(PASSIVE)} is what target.detector says of a passive target",
            )
        for path, name in used:
            if name not in known:
                raise KeyedError(path, f"{shown(name)} is no detector; {nearest(name, known)}")
        if self.calorimeter.energy_resolution is None:
            raise KeyedError(
                ("detectors", known.index(self.calorimeter.name), "energy_resolution"),
                f"missing; selection.calorimeter is {shown(self.calorimeter.name)}",
            )

    def _check_active_target(self) -> None:
        for i, detector in enumerate(self.detectors):
            if detector.name != self.target.detector:
                continue
            if detector.position_cm != 0:
                raise KeyedError(
                    ("detectors", i, "position_cm"),
                    f"{detector.position_cm} is not 0, where target.detector begins",
                )
            thickness = self.target.thickness_cm
            if not math.isclose(detector.length_cm, thickness, rel_tol=1e-9):
                raise KeyedError(
                    ("detectors", i, "length_cm"),
                    f"{detector.length_cm} is not {thickness:.10g}, which is target.layers "
                    "(thickness_cm) times target.repetitions",
                )

    def _check_places(self) -> None:
        """Refuse detectors inside each other or the target, and calorimeters the wrong way round.

        The order of the array does not matter: a card that extends adds detectors at its end.
        """
        rear, before = self.target.thickness_cm, "the target"
        for i, detector in sorted(enumerate(self.detectors), key=lambda d: d[1].position_cm):
            if detector.name == self.target.detector:
                continue
            path = ("detectors", i, "position_cm")
            if detector.position_cm < rear * (1 - 1e-9):
                raise KeyedError(
                    path, f"{detector.position_cm} is before the rear of {before} at {rear:.10g}"
                )
            if detector.kind == "hadronic calorimeter" and detector.position_cm < (
                self.calorimeter.position_cm
            ):
                raise KeyedError(
                    path,
                    f"{detector.position_cm} is before selection.calorimeter at "
                    f"{self.calorimeter.position_cm}, which would see nothing behind it",
                )
            rear, before = detector.position_cm + detector.length_cm, detector.name

    def _check_energy_window(self) -> None:
        low = self.selection.minimum_calorimeter_energy_GeV
        high = self.selection.maximum_calorimeter_energy_GeV
        if high >= self.beam.energy_GeV:
            raise KeyedError(
                ("selection", "maximum_calorimeter_energy_GeV"),
                f"{high} is not below beam.energy_GeV = {self.beam.energy_GeV}",
            )
        if low >= high:
            raise KeyedError(
                ("selection", "minimum_calorimeter_energy_GeV"),
                f"{low} is not below maximum_calorimeter_energy_GeV = {high}",
            )
        if self.selection.signature == "missing-energy":
            path = ("selection", "maximum_calorimeter_energy_GeV")
            self._check_resolution(path, high, self.selection.calorimeter)

    def _check_resolution(self, path: KeyPath, edge: float, detector: str) -> None:
        """Refuse an edge that the whole beam energy reaches by chance, as `MissingEnergy` does."""
        energy = self.beam.energy_GeV
        sigma = self.visible_energy_resolution(detector).sigma_GeV(energy)
        if edge + RESOLVED * sigma >= energy:
            raise KeyedError(
                path,
                f"{edge} is not {RESOLVED:g} standard deviations of the energy_resolution of "
                f"{shown(detector)} below beam.energy_GeV = {energy}; one is {sigma:.3g} GeV there",
            )

    def _check_scattered_muon(self) -> None:
        muon, wanted = self.selection.scattered_muon, self.selection.signature == "scattered-muon"
        if (muon is not None) != wanted:
            raise KeyedError(
                ("selection", "scattered_muon"),
                f"goes together with selection.signature = 'scattered-muon', not with "
                f"{shown(self.selection.signature)}"
                if muon is not None
                else "missing; selection.signature is 'scattered-muon'",
            )
        if muon is None:
            return
        if self.beam.lepton != "muon":
            raise KeyedError(
                ("selection", "signature"),
                f"'scattered-muon' needs a beam of muons, not beam.particle = "
                f"{shown(self.beam.particle)}",
            )
        low, high = muon.minimum_energy_GeV, muon.maximum_energy_GeV
        path = ("selection", "scattered_muon")
        if high >= self.beam.energy_GeV:
            raise KeyedError(
                (*path, "maximum_energy_GeV"),
                f"{high} is not below beam.energy_GeV = {self.beam.energy_GeV}",
            )
        if low >= high:
            raise KeyedError(
                (*path, "minimum_energy_GeV"), f"{low} is not below maximum_energy_GeV = {high}"
            )
        if self.detector(muon.spectrometer).energy_resolution is None:
            raise KeyedError(
                (*path, "spectrometer"), f"{shown(muon.spectrometer)} has no energy_resolution"
            )
        self._check_resolution((*path, "maximum_energy_GeV"), high, muon.spectrometer)

    def signature(self, name: str) -> Signature:
        """Return the signature of a name, if the rest of the card has what it needs.

        Raises
        ------
        RangeError
            If there is none of the name; the message lists those that there are. If its window
            does not suit the beam, its calorimeter is not the target, or a detector that it
            names lacks what a decay in it needs.
        """
        for signature in self.signatures:
            if signature.name == name:
                self._check_signature(signature)
                return signature
        known = ", ".join(s.name for s in self.signatures) or "none: the card has no signatures"
        raise RangeError(f"signature: {name!r} is not one of {known}")

    def require_exclusive(self, names: Sequence[str]) -> None:
        """Refuse signatures that may accept the same event: their events must not be added up.

        Parameters
        ----------
        names : sequence of str
            Of this card's signatures.

        Raises
        ------
        RangeError
            Naming two, or as `signature`.

        Examples
        --------
        >>> from scotopic.experiments import load_experiment
        >>> load_experiment("na64e-2018").require_exclusive(["S1", "S2"])
        """
        rear = {d.name: d.position_cm + d.length_cm for d in self.detectors}
        for one, other in itertools.combinations([self.signature(name) for name in names], 2):
            if not (excludes(one, other, rear) or excludes(other, one, rear)):
                raise RangeError(
                    f"signatures: {one.name} and {other.name} may accept the same event, which"
                    " must not be counted twice; take one of them"
                )

    def _check_signature(self, signature: Signature) -> None:
        path = f"signatures[{signature.name}]"
        if signature.calorimeter != self.target.detector:
            raise RangeError(
                f"{path}.calorimeter: {shown(signature.calorimeter)} is not target.detector = "
                f"{shown(self.target.detector)}; decays are followed in an active target only"
            )
        high = signature.maximum_calorimeter_energy_GeV
        if high >= self.beam.energy_GeV:
            raise RangeError(
                f"{path}.maximum_calorimeter_energy_GeV: {high} is not below beam.energy_GeV = "
                f"{self.beam.energy_GeV}"
            )
        for name in dict.fromkeys(name for _, name in signature.detector_names()):
            detector = self.detector(name)
            is_counter = detector.kind == "veto counter"
            needed = "shower_leakage_fraction" if is_counter else "energy_resolution"
            if getattr(detector, needed) is None:
                raise RangeError(f"detectors[{name}].{needed}: missing; {path} needs it")

    def caveats(self) -> tuple[str, ...]:
        """Return what the calculation of missing energy leaves out that matters here."""
        thickness = self.target.thickness_X0
        active = self.selection.calorimeter == self.target.detector
        if self.selection.signature != "missing-energy" or not active or thickness >= THICK_X0:
            return ()
        text = (
            f"the target of {thickness:.3g} radiation lengths does not contain the shower (that"
            f" takes {THICK_X0:g}); energy that leaks out of it is counted as measured, and no"
            " veto behind it fires: the limit may be too strong"
        )
        return (text,)

    def detector(self, name: str) -> Detector:
        """Return the detector of a name.

        Raises
        ------
        RangeError
            If there is none; the message lists those that there are.
        """
        for detector in self.detectors:
            if detector.name == name:
                return detector
        known = ", ".join(d.name for d in self.detectors)
        raise RangeError(f"detector: {name!r} is not one of {known}")

    @property
    def calorimeter(self) -> Detector:
        """The detector whose energy the selection cuts on."""
        return self.detector(self.selection.calorimeter)

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
    def minimum_missing_energy_GeV(self) -> float:
        """Beam energy less the upper edge of the calorimeter's, or the muon's, energy window."""
        if (muon := self.selection.scattered_muon) is not None:
            return self.beam.energy_GeV - muon.maximum_energy_GeV
        return self.beam.energy_GeV - self.selection.maximum_calorimeter_energy_GeV

    @property
    def is_projection(self) -> bool:
        """Whether no events have been observed yet."""
        return self.data_sets[0].kind == "projection"

    @property
    def particles_on_target(self) -> float:
        """Total exposure."""
        return math.fsum(d.particles_on_target for d in self.data_sets)

    @property
    def expected_background(self) -> float:
        """Expected background events of all data sets."""
        return math.fsum(d.expected_background for d in self.data_sets)

    @property
    def background_uncertainty(self) -> float:
        """Uncertainty of `expected_background`: the data sets' in quadrature."""
        return math.hypot(*(d.background_uncertainty for d in self.data_sets))

    @property
    def observed_events(self) -> int | None:
        """Observed events of all data sets; None for a projection."""
        if self.is_projection:
            return None
        return sum(d.observed_events or 0 for d in self.data_sets)

    @property
    def signal_efficiency(self) -> float:
        """Mean efficiency of the data sets, weighted with the exposure."""
        weighted = (d.particles_on_target * d.signal_efficiency for d in self.data_sets)
        return math.fsum(weighted) / self.particles_on_target

    @property
    def relative_signal_uncertainty(self) -> float:
        """Relative uncertainty of the expected signal of all data sets together.

        The systematics are common to the data sets, the uncertainties of the efficiencies are
        independent; all add in quadrature.
        """
        accepted = self.particles_on_target * self.signal_efficiency
        efficiencies = math.hypot(
            *(d.particles_on_target * d.signal_efficiency_uncertainty for d in self.data_sets)
        )
        common = math.hypot(*(s.relative_uncertainty for s in self.systematics))
        return math.hypot(efficiencies / accepted, common)

    def content(self) -> dict[str, Any]:
        """Return the whole card, defaults filled in, as JSON or TOML can write it."""
        return {k: _source_last(v) for k, v in self._dumped().items()}

    def yield_inputs(self) -> dict[str, Any]:
        """Return what the signal per particle on target can depend on: the key of its tables.

        That is all but the texts, the data sets and what only enters the limit. Two cards
        that differ in exposure, background or systematics share their tables.
        """
        kept = self._dumped()
        for key in ("title", "description", "confidence_level", "data_sets", "systematics"):
            del kept[key]
        return {k: _without_sources(v) for k, v in kept.items()}

    def _dumped(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON of `content()`."""
        text = json.dumps(self.content(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _source_last(value: object) -> object:
    """Return the value with every table's `source` behind its other keys."""
    if isinstance(value, dict):
        moved = {k: _source_last(v) for k, v in value.items() if k != "source"}
        return moved | ({"source": value["source"]} if "source" in value else {})
    return [_source_last(v) for v in value] if isinstance(value, list) else value


def _without_sources(value: object) -> object:
    if isinstance(value, dict):
        return {k: _without_sources(v) for k, v in value.items() if k != "source"}
    return [_without_sources(v) for v in value] if isinstance(value, list) else value
