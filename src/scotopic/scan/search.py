"""A search in a plane: what is looked for, and what a way to look for it has to tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.models.mediator import DecayingMediator
from scotopic.progress import Report
from scotopic.scan.exclusion import BANDS, signal_limits
from scotopic.scan.joint import JointAllowance
from scotopic.search.likelihood import experiment_likelihood

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.scan.points import Setup

FloatArray = npt.NDArray[np.float64]
Groups = Sequence[Sequence[DecayingMediator]]
"""Models, those that share the costly part together."""

SELECTION: Final = "selection"
"""Name of what has no name in a card: its one selection."""


@dataclass(frozen=True)
class Sector:
    """A model with the parameters that are no axes of the plane.

    Attributes
    ----------
    kind : type
        Of the models.
    fixed : mapping
        Parameters by name.
    """

    kind: type[DecayingMediator]
    fixed: Mapping[str, Any]


@dataclass(frozen=True)
class Search:
    """What experiments look for together, and how many events they allow.

    Attributes
    ----------
    label : str
        Its name in the plane.
    experiments : tuple of Experiment
        The cards, of which there is mostly one.
    signatures : tuple of str
        Those of their signatures that are added up; `SELECTION` alone if they need none.
    limits : mapping of str to float
        Largest expected signal events, "observed" and those expected, by the names in `BANDS`;
        not-a-number for several experiments, see `joint`.
    joint : JointAllowance or None
        The limit of several experiments.
    sector : Sector or None
        What is looked for, if that is not what the plane is of.
    """

    label: str
    experiments: tuple["Experiment", ...]
    signatures: tuple[str, ...]
    limits: Mapping[str, float]
    joint: JointAllowance | None = None
    sector: Sector | None = None

    @classmethod
    def of(
        cls,
        label: str,
        experiments: "Experiment | Sequence[Experiment]",
        signatures: Sequence[str],
        method: str = "cls",
        sector: Sector | None = None,
    ) -> "Search":
        """Set the limit on the number of events.

        Raises
        ------
        RangeError
            If a card has no such signature, the experiments do not go together, or several are to
            be treated in another way than by CLs.
        """
        cards = tuple(experiments) if isinstance(experiments, Sequence) else (experiments,)
        names = tuple(signatures) or (SELECTION,)
        for experiment in cards:
            experiment.require_exclusive(signatures)
        if len(cards) > 1:
            if method != "cls":
                raise RangeError(f"method: {method!r} cannot join experiments; 'cls' can")
            nowhere = dict.fromkeys(("observed", *BANDS), np.nan)
            return cls(label, cards, names, nowhere, JointAllowance.of(cards), sector)
        found, _ = signal_limits(counted := experiment_likelihood(cards[0]), method)
        limits = {name: value * counted.signal_weight for name, value in found.items()}
        return cls(label, cards, names, limits, sector=sector)

    def exposures(self, experiment: "Experiment") -> FloatArray:
        """Particles on target times efficiency of each data set, shape (data sets,)."""
        sets = experiment.data_sets
        return np.array([d.particles_on_target * d.signal_efficiency for d in sets])

    def allowed(self, expected: FloatArray) -> FloatArray:
        """Return the largest sum of events that is allowed.

        Parameters
        ----------
        expected : ndarray, shape (experiments, k)
            What each expects.

        Returns
        -------
        ndarray, shape (k,)
        """
        if self.joint is not None:
            return self.joint.events(expected)
        return np.full(expected.shape[1], self.limits["observed"])


@dataclass(frozen=True, eq=False)
class Accepted:
    """What one experiment accepts of some models.

    Attributes
    ----------
    per_particle : ndarray, shape (signatures, models)
        Accepted mediators per particle on target.
    efficiency : ndarray, shape (signatures, models)
        Share of the mediators in the signature's window of energy that it accepts.
    statistical_error, numerical_error : ndarray, shape (models,)
        Relative, of the sum of the signatures.
    """

    per_particle: FloatArray
    efficiency: FloatArray
    statistical_error: FloatArray
    numerical_error: FloatArray


class Detection(Protocol):
    """A way in which mediators are noticed: a module with these functions."""

    def couplings(self, setup: "Setup") -> tuple[str, ...]:
        """Return the parameters that cost nothing, by their `field_of`."""

    def check(self, search: Search, model: DecayingMediator) -> None:
        """Refuse a model whose signal is not known, for reasons that all of its group share.

        Raises
        ------
        RangeError
            With the reason.
        """

    def accepted(
        self,
        setup: "Setup",
        search: Search,
        experiment: "Experiment",
        groups: Groups,
        report: Report,
    ) -> Accepted:
        """Return what an experiment accepts of groups of models, in their order."""
