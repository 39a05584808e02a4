"""What a signature is: one way in which something dark is noticed.

A signature is one object, registered by name, in one file. It has the table of the card in which
a search says which events count, checks it, says which models it can see, and answers how many
mediators are accepted: a `Response`, a function of the couplings. What costs (masses, simulated
events, cross sections) is computed once, when the response is made.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.processes.dump import Dump
from scotopic.progress import Report, silent
from scotopic.registry import Registry, instance_of
from scotopic.words import ThresholdEnd

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.experiments.efficiencies import EfficiencyTable
    from scotopic.experiments.tables import Table
    from scotopic.models.portal import Portal
    from scotopic.processes.base import Window
    from scotopic.signatures.passing import ResolvedPassing

FloatArray = npt.NDArray[np.float64]


@displayed
@dataclass(frozen=True, eq=False)
class Accepted:
    """What one search accepts at some couplings, per particle on target.

    Attributes
    ----------
    per_particle : ndarray
        Accepted mediators, before the efficiency of the data sets.
    efficiency : ndarray
        Their share of those made with an energy that could be accepted.
    statistical_error, numerical_error : ndarray
        Relative, of `per_particle`.
    """

    per_particle: FloatArray
    efficiency: FloatArray
    statistical_error: FloatArray
    numerical_error: FloatArray


Response: TypeAlias = Callable[[FloatArray, FloatArray], Accepted]
"""What a search accepts at couplings and dark couplings alpha_D, arrays of one shape."""


@displayed
@dataclass(frozen=True)
class Question:
    """What a signature is asked: a set-up, which events count, and how they are counted.

    Attributes
    ----------
    experiment : Experiment
        Beam, target and detectors.
    selection : Table
        The signature's own table.
    calculation : Calculation
        Processes, and how they are computed.
    alpha_D : tuple of float or None
        The range in which responses are asked for other alpha_D than that of the models.
    efficiency : EfficiencyTable or None
        How the efficiency of the data sets depends on the energy of the mediator, its largest
        value being one; None if it does not.
    bin : int or None
        The number of one of the signature's `bins`, whose events are asked for; None if it has
        none.
    """

    experiment: "Experiment"
    selection: "Table"
    calculation: Calculation
    alpha_D: tuple[float, float] | None = None
    efficiency: "EfficiencyTable | None" = None
    bin: int | None = None

    @property
    def dump(self) -> Dump:
        """Beam and target."""
        return dump_of(self.experiment)


class Signature(ABC):
    """One way of noticing something dark."""

    table: "ClassVar[type[Table]]"
    """The card's `searches.selection`."""

    scaling_energies: ClassVar[tuple[str, ...]] = ()
    """Keys of the selection, or of tables in it, that go with the energy of the beam."""

    def check(self, experiment: "Experiment", selection: "Table") -> None:  # noqa: B027 - may be all
        """Check a selection against the rest of its card; raise KeyedError below the selection."""

    def bins(self, selection: "Table") -> tuple[str, ...]:  # noqa: ARG002
        """Return the names of the bins in which events are counted apart; empty for one count."""
        return ()

    @abstractmethod
    def obstacle(self, question: Question, model: "Portal") -> str | None:
        """Return why the search cannot see a model, "parameter: reason"; None if it can."""

    def processes(self, question: Question, model: "Portal") -> tuple[str, ...]:
        """Return the names of the processes whose mediators of a model count."""
        return question.calculation.applicable(question.dump, model)

    def nothing_made(self, question: Question, model: "Portal") -> str | None:
        """Return why no process makes mediators of a model that count, if none does."""
        if self.processes(question, model):
            return None
        return f"model: {question.calculation.obstacles(question.dump, model)}"

    def follows_alpha_D(self, question: Question, model: "Portal") -> bool:  # noqa: ARG002
        """Return whether one response serves all alpha_D in the question's range."""
        return False

    def events_follow_alpha_D(self, question: Question, model: "Portal") -> bool:
        """Return whether simulated events of one alpha_D serve all in the question's range."""
        strongest = replace(model, alpha_D=max(question.alpha_D or (model.alpha_D,)))
        return events_follow_alpha_D(self.processes(question, model), [strongest])

    @abstractmethod
    def responses(
        self, question: Question, models: "Sequence[Portal]", report: Report = silent
    ) -> list[Response]:
        """Return the response to each of several models that the search can see."""

    def energies(self, experiment: "Experiment", selection: "Table") -> tuple[float, float] | None:  # noqa: ARG002
        """Return between which energies in GeV mediators are accepted, resolution left aside.

        None if the responses do not heed `Question.efficiency`; cards with one are then refused.
        """
        return None

    def window(self, question: Question) -> "Window | None":  # noqa: ARG002
        """Return the one window of the mediator's energy in which events count, if there is one."""
        return None

    def passing(self, question: Question) -> "ResolvedPassing | None":  # noqa: ARG002
        """Return what detectors accept of what the window accepts; None if that is not computed.

        Without a number of a bin in the question it is that of all bins together.
        """
        return None

    def overlaps(self, experiment: "Experiment", one: "Table", other: "Table") -> bool:  # noqa: ARG002
        """Return whether selections of one card might accept the same event.

        Parameters
        ----------
        experiment : Experiment
            The card.
        one : Table
            A selection of this signature.
        other : Table
            Another one, perhaps of another signature.
        """
        return True

    def energy_edges(self, question: Question) -> "Sequence[FloatArray]":  # noqa: ARG002
        """Return the energies in GeV, ascending, over which the acceptance sets in, and ends.

        None if the energies of mediators do not decide, or if nothing is to be resolved.
        """
        return ()

    def least_energy(self, question: Question) -> float | None:  # noqa: ARG002
        """Return the least energy in GeV of mediators that count; None if it is not known."""
        return None

    def with_thresholds(
        self,
        selection: "Table",
        end: ThresholdEnd,  # noqa: ARG002
    ) -> "Table":
        """Return a selection with its thresholds at one end of their ranges.

        At the strictest end the fewest events pass, at the loosest the most. A selection without
        ranges is returned as it is.
        """
        return selection

    def computed(self, selection: "Table") -> tuple[str, ...]:  # noqa: ARG002
        """Return in words what of a selection the responses follow; the efficiency is the rest."""
        return ()

    def caveats(self, question: Question) -> tuple[str, ...]:  # noqa: ARG002
        """Return what the response leaves out for this set-up."""
        return ()


def _signature(found: object, what: str) -> Signature:
    made = instance_of(Signature, found, what)  # type: ignore[type-abstract]
    if not hasattr(made, "table"):
        raise RangeError(f"{what} lacks table")
    return made


SIGNATURES: Final[Registry[Signature]] = Registry(
    "signature",
    "signatures",
    {
        "missing-energy": "scotopic.signatures.missing_energy:MissingEnergy",
        "scattered-muon": "scotopic.signatures.scattered_muon:ScatteredMuon",
        "recoil-electron": "scotopic.signatures.recoil_electron:RecoilElectron",
        "decay-in-flight": "scotopic.signatures.decay_in_flight:DecayInFlight",
    },
    _signature,
)
"""All signatures; `register_signature("name")` adds a script's own: a `Signature`, or its class."""

register_signature = SIGNATURES.register


def events_follow_alpha_D(used: Sequence[str], models: "Sequence[Portal]") -> bool:
    """Return whether alpha_D changes nothing but lifetimes: neither what is made nor its mass."""
    return not any(model.is_off_shell for model in models) and not any(
        PROCESSES[name].depends_on_widths for name in used
    )


def dump_of(experiment: "Experiment") -> Dump:
    """Return beam and target of an experiment, and what absorbs photons behind it."""
    beam, target = experiment.beam, experiment.target
    absorber = experiment.absorber
    return Dump(beam.particle, beam.energy_GeV, target.build(), target.thickness_X0, absorber)
