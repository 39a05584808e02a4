"""Parts of a search: what of one card is asked together."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scotopic.display import displayed
from scotopic.signatures.base import SIGNATURES, Question, Signature

if TYPE_CHECKING:
    from scotopic.experiments import DataSet, Experiment, SearchCard
    from scotopic.experiments.efficiencies import EfficiencyTable
    from scotopic.models.portal import Portal


@displayed
@dataclass(frozen=True)
class Part:
    """One search of one experiment's card, or what of it shares the expected signal alike.

    Attributes
    ----------
    experiment : Experiment
        The card.
    card : SearchCard
        One of its searches, with these data sets alone.
    question : Question
        What its signature is asked.
    """

    experiment: "Experiment"
    card: "SearchCard"
    question: Question

    @property
    def signature(self) -> Signature:
        """How its signal is noticed."""
        return SIGNATURES[self.card.signature]

    @classmethod
    def all_of(
        cls, experiment: "Experiment", card: "SearchCard", question: Question
    ) -> "list[Part]":
        """Return a search as parts, one for each bin and shape of its data sets' efficiency.

        The data sets of a part share the expected signal alike for all models.
        """
        groups: dict[EfficiencyTable | None, list[DataSet]] = {}
        for data in card.data_sets:
            table = data.efficiency_table
            groups.setdefault(None if table is None else table.relative(), []).append(data)
        bins = SIGNATURES[card.signature].bins(question.selection)
        return [
            cls(
                experiment,
                card.model_copy(update={"data_sets": tuple(data_sets)}),
                replace(question, efficiency=table if _is_over_energy(table) else None, bin=number),
            )
            for table, data_sets in groups.items()
            for number in (range(len(bins)) if bins else (None,))
        ]

    @property
    def label(self) -> str:
        """Experiment and search, in few words."""
        whole = self.experiment.search(self.card.name)
        words = [self.experiment.title]
        if len(self.experiment.searches) > 1:
            words.append(self.card.name)
        if len(self.card.data_sets) < len(whole.data_sets):
            words.append(" + ".join(data.name for data in self.card.data_sets))
        if self.question.bin is not None:
            words.append(self.signature.bins(self.question.selection)[self.question.bin])
        return ", ".join(words)

    @property
    def flat_efficiencies(self) -> tuple[str, ...]:
        """What is assumed of its data sets' efficiencies that are one number for all events."""
        computed = self.signature.computed(self.question.selection)
        scope = f" for all but {', '.join(computed)}" if computed else ""
        found = []
        for data in self.card.data_sets:
            value, error = data.largest_efficiency, data.signal_efficiency_uncertainty
            if data.efficiency_table is None and (value, error) != (1.0, 0.0):
                size = f"{value:g} +- {error:g}" if error else f"{value:g} without uncertainty"
                found.append(f"flat efficiency {size}, assumed{scope}")
        return tuple(dict.fromkeys(found))

    def obstacle(self, model: "Portal") -> str | None:
        """Return why it cannot see a model; None if it can."""
        table = self._over_mass
        if table is not None and not model.mediator_mass > 0:
            return (
                f"model: the signal_efficiency of {self.label} is known by the mass of a mediator,"
                f" which {type(model).__name__} does not have"
            )
        if table is not None and not table.ends[0] <= model.mediator_mass <= table.ends[1]:
            return (
                f"mediator_mass: {model.mediator_mass:g} GeV is outside of the signal_efficiency"
                f" of {self.label}, {table.ends[0]:g} to {table.ends[1]:g} GeV"
            )
        return self.signature.obstacle(self.question, model)

    def exposure(self, model: "Portal") -> float:
        """Return particles on target times efficiency; the largest, where energies decide."""
        table = self._over_mass
        share = 1.0 if table is None else float(table.at(model.mediator_mass))
        return self.card.exposure * share

    @property
    def _over_mass(self) -> "EfficiencyTable | None":
        table = self.card.data_sets[0].efficiency_table
        return None if table is None or _is_over_energy(table) else table.relative()


def _is_over_energy(table: "EfficiencyTable | None") -> bool:
    return table is not None and table.against == "mediator_energy_GeV"
