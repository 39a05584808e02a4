"""A search: which signatures of which experiments are asked, and what they answer together."""

import hashlib
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from scotopic.checked import several, within
from scotopic.display import displayed
from scotopic.errors import RangeError, not_one_of
from scotopic.experiments.schema import Experiment
from scotopic.processes.base import rows_by_name
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.progress import Report, silent
from scotopic.reading import JSON_BYTES, read_bytes
from scotopic.search.allowance import Allowance
from scotopic.search.cards import (
    CardLike,
    checked,
    load_experiment,
    overlaps,
    selection_of,
)
from scotopic.search.part import Part
from scotopic.search.thresholds import with_thresholds
from scotopic.signatures.base import SIGNATURES, Accepted, Question, Response
from scotopic.statistics.methods import method_module
from scotopic.words import ModelEnd, ThresholdEnd

if TYPE_CHECKING:
    from scotopic.experiments import SearchCard
    from scotopic.models.portal import Portal
    from scotopic.processes.features import Feature

FloatArray = npt.NDArray[np.float64]


_STRONGEST = 1e3  # alpha_D, beyond all that models take


@displayed
@dataclass(frozen=True)
class Search:
    """What some searches of some experiments say together: the bins of one likelihood.

    Attributes
    ----------
    parts : tuple of Part
        The searches.
    calculation : Calculation
        How the signal is counted.
    method : str
        How the limit is set.
    """

    parts: tuple[Part, ...]
    calculation: Calculation = field(default_factory=Calculation)
    method: str = "cls"

    @classmethod
    def of(
        cls,
        experiments: CardLike | Iterable[CardLike],
        *,
        signatures: str | Iterable[str] = (),
        searches: str | Iterable[str] = (),
        calculation: Calculation | None = None,
        method: str = "cls",
    ) -> "Search":
        """Return the search of one or several experiments.

        Parameters
        ----------
        experiments : str, path or Experiment, or several of them
            The cards, whose data are independent.
        signatures, searches : str or sequence of str
            Only searches with these signatures, or of these names; empty for all that count by
            default. A search that does not is there if it is named.
        calculation : Calculation, optional
            How the signal is counted; by default with all processes that apply.
        method : str
            Name of a statistical method.

        Raises
        ------
        RangeError
            If no search is left, a name is unknown, or experiments have data in common.
        """
        cards = tuple(checked(load_experiment(one)) for one in several(experiments, Experiment))
        if not cards:
            raise RangeError("experiments: there is none")
        signatures, searches = several(signatures), several(searches)
        calculation = calculation or Calculation()
        if not calculation.processes:  # by name, so that no other process of Python counts others
            calculation = replace(calculation, processes=PROCESSES.names())
        for name in signatures:
            SIGNATURES.home(name)
        method_module(method)
        names = dict.fromkeys(s.name for e in cards for s in e.searches)
        for name in searches:
            if name not in names:
                raise RangeError(f"search: {not_one_of(name, names)}")
        refuse_common_data(cards)
        cards = tuple(_asked_for(one, searches) for one in cards)
        parts = tuple(
            part
            for e in cards
            for s in e.counted
            for part in Part.all_of(e, s, Question(e, selection_of(s), _asked_of(s, calculation)))
            if (not signatures or {s.signature, SIGNATURES.home(s.signature)} & set(signatures))
            and (not searches or s.name in searches)
        )
        if not parts:
            titles = ", ".join(e.title for e in cards)
            raise RangeError(
                f"signature: no search of {titles} that is asked for has one of"
                f" {', '.join(signatures)}"
            )
        return cls(parts, calculation, method)

    @classmethod
    def asked(cls, given: "SearchLike") -> "Search":
        """Return a search as it is, or that of experiments which are given in its place."""
        return given if isinstance(given, Search) else cls.of(given)

    @property
    def experiments(self) -> "tuple[Experiment, ...]":
        """The experiments, each once."""
        found = {id(part.experiment): part.experiment for part in self.parts}
        return tuple(found.values())

    @property
    def title(self) -> str:
        """Titles of the experiments."""
        return " and ".join(e.title for e in self.experiments)

    @property
    def confidence_level(self) -> float:
        """Of its limits."""
        return self.parts[0].experiment.confidence_level

    @property
    def is_projection(self) -> bool:
        """Whether nothing was observed yet."""
        return self.parts[0].experiment.is_projection

    def over_alpha_D(self, low: float, high: float) -> "Search":
        """Return the search with responses for a range of alpha_D.

        Raises
        ------
        RangeError
            If an end is negative, not finite, or the first above the second.
        """
        low, high = within("low, high", [low, high], 0.0, _STRONGEST).tolist()
        if low > high:
            raise RangeError(f"low: {low:g} is above high, {high:g}")
        return replace(
            self,
            parts=tuple(
                replace(p, question=replace(p.question, alpha_D=(low, high))) for p in self.parts
            ),
        )

    def seeing(self, model: "Portal") -> tuple[int, ...]:
        """Return the numbers of the parts that see a model.

        Raises
        ------
        RangeError
            If none does, with the reasons; or if the dark coupling is not perturbative.
        """
        if model.not_perturbative:
            raise RangeError(model.not_perturbative)
        reasons = [part.obstacle(model) for part in self.parts]
        found = tuple(i for i, reason in enumerate(reasons) if reason is None)
        if not found:
            raise RangeError("; ".join(dict.fromkeys(r for r in reasons if r is not None)))
        return found

    def rehearse(self, models: "Sequence[Portal]") -> None:
        """Refuse what responses and limits would refuse, without what is expensive of them.

        Raises
        ------
        RangeError
            If no part sees any of the models, or beam and target are not followed as far as needed.
        """
        seen: set[int] = set()
        for model in models:
            try:
                seen.update(self.seeing(model))
            except RangeError as error:
                refused = error
        if not seen:
            raise refused
        for part in (self.parts[i] for i in seen):
            dump = part.question.dump
            least = part.signature.least_energy(part.question)
            try:
                dump.check(dump.energy / 2 if least is None else least)
            except RangeError as error:
                where = "" if least is None else f": mediators count from {least:.3g} GeV on"
                raise RangeError(f"{part.label}{where}; {error}") from None

    def responses(
        self,
        models: "Sequence[Portal]",
        report: Report = silent,
        *,
        seeing: "Sequence[tuple[int, ...]] | None" = None,
    ) -> "list[Responses]":
        """Return what the parts answer for several models, each of which at least one sees.

        Parameters
        ----------
        models : sequence of Portal
            Their coupling does not enter.
        report : callable
            Is told how far it is.
        seeing : sequence of tuple of int, optional
            What `seeing` says of each model, if it was asked before.

        Raises
        ------
        RangeError
            If no part sees a model.
        """
        if seeing is None:
            seeing = [self.seeing(model) for model in models]
        found: list[dict[int, Response]] = [{} for _ in models]
        for number, part in enumerate(self.parts):
            rows = [i for i, parts in enumerate(seeing) if number in parts]
            if rows:
                asked = [models[i] for i in rows]
                every = part.signature.responses(part.question, asked, report)
                for i, response in zip(rows, every, strict=True):
                    found[i][number] = response
        return [Responses(self, model, one) for model, one in zip(models, found, strict=True)]

    def in_set_up(self, name: str, value: float) -> "Search":
        """Return the search with all experiments in another set-up: see `search.set_ups`."""
        from scotopic.search.set_ups import with_set_up  # noqa: PLC0415 - rarely needed

        return self._of_others([with_set_up(one, name, value) for one in self.experiments])

    def at_thresholds(self, end: ThresholdEnd, only: Collection[str] = ()) -> "Search":
        """Return the search with the thresholds of all experiments at one end of their ranges.

        Parameters
        ----------
        end : str
            "strictest", where the fewest events pass, or "loosest".
        only : collection of str
            Keys of thresholds that move alone, as `search.thresholds` has them; empty for all.
        """
        return self._of_others([with_thresholds(one, end, only) for one in self.experiments])

    def at_model_end(self, end: ModelEnd) -> "Search":
        """Return the search with numbers of mediators at one end of what models are known to.

        Parameters
        ----------
        end : str
            "fewest" or "most".
        """
        return self._of_others(self.experiments, replace(self.calculation, model_end=end))

    def _of_others(
        self, changed: "Sequence[Experiment]", calculation: Calculation | None = None
    ) -> "Search":
        """Return the same searches of other experiments, or by another calculation."""
        found = Search.of(
            changed,
            signatures=[part.card.signature for part in self.parts],
            searches=[part.card.name for part in self.parts],
            calculation=calculation or self.calculation,
            method=self.method,
        )
        alpha_D = self.parts[0].question.alpha_D
        return found if alpha_D is None else found.over_alpha_D(*alpha_D)

    def by_experiment(self) -> "list[Search]":
        """Return the searches of each experiment alone."""
        return [
            replace(self, parts=tuple(p for p in self.parts if p.experiment is one))
            for one in self.experiments
        ]

    def processes(self, model: "Portal") -> tuple[str, ...]:
        """Return the names of the processes that count for a model, in any part."""
        every = (p.signature.processes(p.question, model) for p in self.parts)
        return tuple(dict.fromkeys(name for names in every for name in names))

    def inputs(self) -> dict[str, Any]:
        """Return all that its answers depend on beside the model, as JSON can write it."""
        return {
            "parts": [[p.experiment.fingerprint, p.card.name] for p in self.parts],
            "likelihoods": [_digest(e.likelihood) for e in self.experiments],
            "calculation": asdict(self.calculation),
            "alpha_D": self.parts[0].question.alpha_D,
            "method": self.method,
        }

    def modules(self) -> set[str]:
        """Return the modules whose code answers, which no import of this one names."""
        return {
            *map(PROCESSES.module, self.calculation.processes or PROCESSES.names()),
            *(SIGNATURES.module(part.card.signature) for part in self.parts),
            method_module(self.method),
        }

    @cached_property
    def allowance(self) -> Allowance:
        """How many events its likelihood allows."""
        return Allowance.of(self.parts, self.method)

    def follows_alpha_D(self, model: "Portal") -> bool:
        """Return whether one set of responses serves a range of alpha_D."""
        return all(part.signature.follows_alpha_D(part.question, model) for part in self.parts)

    def caveats(self, models: "Sequence[Portal]" = ()) -> tuple[str, ...]:
        """Return what signatures leave out and what is odd in cards, below the cards' titles.

        Parameters
        ----------
        models : sequence of Portal
            Of the limits: what is uncertain of the processes that make them comes with it.
        """
        found = [
            f"{part.experiment.title}: {text}"
            for part in self.parts
            for text in part.signature.caveats(part.question)
        ]
        found += [
            f"{part.experiment.title}: {name}: {text}"
            for part in self.parts
            for name, rows in rows_by_name(
                [part.signature.processes(part.question, m) for m in models]
            )
            for text in PROCESSES[name].caveats(
                part.question.dump, [models[i] for i in rows], part.question.calculation
            )
        ]
        found += [
            f"{part.experiment.title}: {part.card.name}: {data.name}: {data.remark}"
            for part in self.parts
            for data in part.card.data_sets
            if data.remark
        ]
        return tuple(dict.fromkeys(found))

    @property
    def flat_efficiencies(self) -> tuple[str, ...]:
        """What is assumed to be one number for all events, below the cards' titles."""
        found = []
        for part in self.parts:
            name = f"{part.card.name}: " if len(part.experiment.counted) > 1 else ""
            texts = part.flat_efficiencies
            found += [f"{part.experiment.title}: {name}{text}" for text in texts]
        return tuple(dict.fromkeys(found))

    @cached_property
    def common_nuisances(self) -> tuple[str, ...]:
        """Names of the nuisance parameters that several of its experiments have in common."""
        if len(self.experiments) == 1:
            return ()
        from scotopic.search.likelihood import common_nuisances  # noqa: PLC0415 - not for one

        return common_nuisances(self.experiments)

    def features(self, model: "Portal | None" = None) -> "list[Feature]":
        """Return where yields change quickly with the mass of the mediator.

        Parameters
        ----------
        model : Portal, optional
            Its processes and widths count; without one all processes, for narrow resonances.
        """
        if model is not None and not model.mediator_mass > 0:  # no resonance
            return []

        def relative_width(mass: float) -> float:
            if model is None:
                return 0.0
            try:
                made = replace(model, mediator_mass=mass)
            except RangeError:  # no such model there
                return 0.0
            return 0.0 if made.not_perturbative else made.invisible_width / mass

        found = []
        for part in self.parts:
            question = part.question
            names = question.calculation.processes or PROCESSES.names()
            if model is not None:
                names = part.signature.processes(question, model)
            if question.bin:  # the first bin says it for all
                continue
            if edges := part.signature.energy_edges(question):
                for name in names:
                    found += PROCESSES[name].features(
                        question.dump, edges, relative_width, question.calculation
                    )
        return found


SearchLike: TypeAlias = Search | CardLike | Iterable[CardLike]
"""A search, or experiments all of whose searches count."""


@displayed
@dataclass(frozen=True, eq=False)
class Responses:
    """What the parts of a search answer for one model, by their number.

    Attributes
    ----------
    search : Search
        Whose parts they are.
    model : Portal
        Its coupling does not enter.
    by_part : mapping of int to Response
        Those of the parts that see the model.
    """

    search: Search
    model: "Portal"
    by_part: Mapping[int, Response]

    def of(self, search: Search) -> "Responses":
        """Return the answers to another search, which has some of the parts."""
        numbers = {id(part): number for number, part in enumerate(search.parts)}
        every = {numbers.get(id(self.search.parts[i])): one for i, one in self.by_part.items()}
        return Responses(search, self.model, {i: r for i, r in every.items() if i is not None})

    def accepted(self, coupling: FloatArray, alpha_D: FloatArray) -> dict[int, Accepted]:
        """Return what each part accepts, per particle on target."""
        return {i: response(coupling, alpha_D) for i, response in self.by_part.items()}

    @cached_property
    def exposures(self) -> Mapping[int, float]:
        """Particles on target times efficiency of the parts that see the model."""
        return {i: self.search.parts[i].exposure(self.model) for i in self.by_part}

    def events(self, coupling: FloatArray, alpha_D: FloatArray) -> FloatArray:
        """Return the expected events of each part, shape (parts, ...)."""
        found = np.zeros((len(self.search.parts), *coupling.shape))
        for i, accepted in self.accepted(coupling, alpha_D).items():
            found[i] = self.exposures[i] * accepted.per_particle
        return found

    def relative_error(self, coupling: FloatArray, alpha_D: FloatArray) -> FloatArray:
        """Return the relative error of the sum of the events, shape as the couplings.

        Numerical and of simulated events, in quadrature; alike in all parts.
        """
        total, wrong = np.zeros(coupling.shape), np.zeros(coupling.shape)
        for i, accepted in self.accepted(coupling, alpha_D).items():
            events = self.exposures[i] * accepted.per_particle
            total += events
            wrong += events * np.hypot(accepted.numerical_error, accepted.statistical_error)
        return np.divide(wrong, total, out=np.zeros_like(total), where=total > 0)


def refuse_common_data(experiments: "Sequence[Experiment]") -> None:
    """Refuse experiments that are the same, or measured at one place in the same year.

    Raises
    ------
    RangeError
        Naming the two and what they share.
    """
    for one, other in itertools.combinations(experiments, 2):
        if one.title == other.title:
            raise RangeError(f"experiments: {one.title} is there twice; each may be once")
        if years := _common_years(one, other):
            raise RangeError(
                f"experiments: {one.title} and {other.title} have data of"
                f" {', '.join(map(str, years))} in common, which would count twice; if they have"
                " not, leave data_sets.years out in a card of your own"
            )


def _asked_of(card: "SearchCard", calculation: Calculation) -> Calculation:
    """Return a calculation in which the card of a search decides what is left open."""
    if calculation.bound_electrons is not None:
        return calculation
    return replace(calculation, bound_electrons=card.bound_electrons)


def _asked_for(experiment: Experiment, searches: Iterable[str]) -> Experiment:
    """Return an experiment with the searches that are asked for, none accepting another's events.

    Raises
    ------
    RangeError
        If two might.
    """
    found = experiment.asked_for(searches)
    if found is not experiment:
        for _, text in overlaps(found):
            raise RangeError(f"search: {text}")
    return found


def _common_years(one: "Experiment", other: "Experiment") -> list[int]:
    if one.is_projection or other.is_projection or _set_up(one) != _set_up(other):
        return []
    years = [
        {year for search in e.searches for data in search.data_sets for year in data.years}
        for e in (one, other)
    ]
    return sorted(years[0] & years[1])


def _set_up(experiment: "Experiment") -> tuple[object, ...]:
    beam = experiment.beam
    return beam.particle, beam.energy_GeV, experiment.target.build()


def _digest(file: str | None) -> str | None:
    """Return the digest of a likelihood's file, if there is one."""
    return None if file is None else hashlib.sha256(read_bytes(file, JSON_BYTES)).hexdigest()
