"""What a process is: one way in which a beam particle and its shower make something dark.

A process is one object, registered by name, in one file. It must say of which models it makes
mediators (`obstacle`), how strongly (`coupling`), and how many, with which energies and how deep
in the target (`produced`). From that follows all that signatures ask of it; a process overrides
what it can do better: `accepted` without bins, `sample` with the energies of parents.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

import numpy as np
import numpy.typing as npt

from scotopic.decays.widths import LIGHTEST
from scotopic.display import displayed
from scotopic.models.inputs import model_inputs
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.features import Feature
from scotopic.processes.inversion import inverted
from scotopic.processes.shower_depths import DEEPEST_X0
from scotopic.progress import Report, silent

if TYPE_CHECKING:
    from scotopic.models.portal import Portal
    from scotopic.shower.emission import Emitters

FloatArray = npt.NDArray[np.float64]

WEAK_COUPLING: Final = 1e-3
"""Yields per squared coupling are computed at this one: visible decays do not widen it."""

UNIFORMS: Final = 3
"""Random numbers that one sampled mediator takes."""

_SLICES = 240  # of depth, from which it is sampled


class Window(Protocol):
    """How likely a mediator of an energy is accepted."""

    def acceptance(self, mediator_energy: FloatArray) -> FloatArray:
        """Return the probabilities at energies in GeV."""

    def thresholds(self) -> tuple[FloatArray, FloatArray]:
        """Return sharp thresholds in GeV and their weights, which together make the window."""

    def inputs(self) -> Mapping[str, Any]:
        """Return all that the window depends on, as JSON can write it."""


@displayed
@dataclass(frozen=True, eq=False)
class Produced:
    """Mediators of one model, by depth and energy.

    Attributes
    ----------
    energies : ndarray, shape (k,)
        Of the mediator in GeV, ascending: each stands for those up to half way to the next.
    yields : ndarray, shape (slices, k)
        Per particle on target and per unit of the squared coupling to what makes them.
    relative_error : float
        Numerical.
    """

    energies: FloatArray
    yields: FloatArray
    relative_error: float


@displayed
@dataclass(frozen=True, eq=False)
class Sample:
    """Sampled mediators of one model, one row each, all of the same weight.

    Attributes
    ----------
    depth_X0, parent_energy, mediator_energy : ndarray, shape (n,)
        Depth in radiation lengths; energies in GeV, the parent's being that of what made it.
    virtual_mass : ndarray, shape (1,) or (n,)
        Mass of what decays in GeV: the mediator's, or sqrt(s) of each annihilation.
    total : float
        Mediators per particle on target and per unit of the squared coupling.
    """

    depth_X0: FloatArray
    parent_energy: FloatArray
    mediator_energy: FloatArray
    virtual_mass: FloatArray
    total: float


@displayed
@dataclass(frozen=True, eq=False)
class AcceptedYields:
    """Mediators that a window accepts, for several models.

    Attributes
    ----------
    values : ndarray, shape (models,)
        Per particle on target and per unit of the squared coupling to what makes them.
    relative_error : ndarray, shape (models,)
        Numerical.
    """

    values: FloatArray
    relative_error: FloatArray


class Process(ABC):
    """One way of making mediators."""

    reaction: ClassVar[str]
    """As HEPData writes it, with {beam} and {mediator}."""

    makes_mediators: ClassVar[bool] = True
    """Whether what it makes is a real mediator, which may fly and decay visibly."""

    depends_on_widths: ClassVar[bool] = True
    """Whether yields depend on how the mediator decays, and so on alpha_D."""

    is_transverse: ClassVar[bool] = False
    """Whether it decays like a vector that is polarised across the beam."""

    emitters: "ClassVar[Emitters | None]" = None
    """What in a shower makes them: "leptons", "positrons" or "photons"; None if it does not say."""

    radiates: ClassVar[bool] = False
    """Whether the emitter goes on with what the mediator leaves it; else that takes all of it."""

    model_error: ClassVar[float] = 0.0
    """Relative error of the number of mediators beside the numerical one: showers are simulated as
    finely as it is worth."""

    deflects_beam: ClassVar[bool] = False
    """Whether it is l Z -> l' Z' X, whose lepton has a known angle; of others it goes straight."""

    @abstractmethod
    def obstacle(self, dump: Dump, model: "Portal") -> str | None:
        """Return why the process makes none of a model's mediators here; None if it makes some."""

    @abstractmethod
    def coupling(self, dump: Dump, model: "Portal") -> float:
        """Return the coupling to what makes the mediators, in whose square yields are counted."""

    @abstractmethod
    def produced(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        minimum_energy: float,
        edges_X0: FloatArray,
        calculation: Calculation,
        report: Report = silent,
    ) -> list[Produced]:
        """Return the mediators above an energy, in slices of depth.

        Parameters
        ----------
        dump : Dump
            Beam and target.
        models : sequence of Portal
            At `WEAK_COUPLING`: their coupling does not enter.
        minimum_energy : float
            Least energy of the mediator in GeV.
        edges_X0 : ndarray, shape (slices + 1,)
            Of the slices, in radiation lengths behind the front of the target.
        calculation : Calculation
            How.
        report : callable
            Is told how far it is.

        Returns
        -------
        list of Produced
            One for each model.
        """

    def behind(
        self,
        dump: Dump,  # noqa: ARG002 - for those that make some
        models: "Sequence[Portal]",  # noqa: ARG002
        minimum_energy: float,  # noqa: ARG002
        calculation: Calculation,  # noqa: ARG002
    ) -> list[Produced]:
        """Return the mediators above an energy that are made behind the target: none.

        One entry for each model, with one slice; or no entry, if nothing is made there.
        """
        return []

    def radiated(
        self,
        dump: Dump,
        model: "Portal",
        parent_energy: FloatArray,
        mediator_energy: FloatArray,
        minimum_energy: float,
        calculation: Calculation,
    ) -> FloatArray:
        """Return the rate at which emitters of given energies radiate mediators of given energies.

        Only those that radiate have one.

        Parameters
        ----------
        parent_energy, mediator_energy : ndarray, shape (n,)
            In GeV.
        minimum_energy : float
            The least energy of a mediator in GeV.

        Returns
        -------
        ndarray, shape (n,)
            Per radiation length, GeV, and unit of the squared coupling; any common factor.
        """
        raise NotImplementedError

    def prepare(  # noqa: B027 - most need none
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        minimum_energy: float,
        calculation: Calculation,
        report: Report = silent,
    ) -> None:
        """Make the tables that `sample` needs, if there are any, with a report."""

    def relative_error(
        self, dump: Dump, model: "Portal", minimum_energy: float, calculation: Calculation
    ) -> float:
        """Return the numerical error of yields above an energy in GeV."""
        (made,) = self.produced(dump, [model], minimum_energy, _whole(dump), calculation)
        return made.relative_error

    def features(
        self,
        dump: Dump,  # noqa: ARG002 - for those that have some
        edges: "Sequence[FloatArray]",  # noqa: ARG002
        relative_width: Callable[[float], float],  # noqa: ARG002
        calculation: Calculation,  # noqa: ARG002
    ) -> list[Feature]:
        """Return where yields change quickly with the mass of the mediator: nowhere.

        Parameters
        ----------
        dump : Dump
            Beam and target.
        edges : sequence of ndarray
            Energies of the mediator in GeV, ascending, over which the acceptance of a search sets
            in, and over which it ends if it does.
        relative_width : callable
            Width of the mediator over its mass, at a mass in GeV.
        calculation : Calculation
            How.
        """
        return []

    def caveats(
        self,
        dump: Dump,  # noqa: ARG002 - for those that have some
        models: "Sequence[Portal]",  # noqa: ARG002
        calculation: Calculation,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Return what is uncertain beside numerical errors: nothing.

        Parameters
        ----------
        dump : Dump
            Beam and target.
        models : sequence of Portal
            Those that it makes, or the first and the last of them.
        calculation : Calculation
            How.
        """
        return ()

    @property
    def resonances(self) -> tuple[tuple[float, float], ...]:
        """Masses and widths in GeV at which yields change quickly with the mass: none."""
        return ()

    def virtual_masses(self, dump: Dump, minimum_energy: float) -> tuple[float, float]:  # noqa: ARG002
        """Return between which masses in GeV mediators above an energy can be asked for."""
        return LIGHTEST, minimum_energy

    def depends_on(self, model: "Portal") -> dict[str, Any]:
        """Return all of a model that yields depend on, as JSON can write it.

        Here: everything but the coupling. A process whose yields depend on less says so, and is
        then not computed again.
        """
        return model_inputs(model)

    def accepted(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        window: Window,
        calculation: Calculation,
        report: Report = silent,
    ) -> AcceptedYields:
        """Return what a window accepts of each model."""
        softest = float(window.thresholds()[0].min())
        every = self.produced(dump, models, softest, _whole(dump), calculation, report)
        values = np.zeros(len(models))
        for made in (every, self.behind(dump, models, softest, calculation)):
            for row, one in enumerate(made):
                values[row] += one.yields.sum(axis=0) @ window.acceptance(one.energies)
        return AcceptedYields(values, np.array([one.relative_error for one in every]))

    def spectrum(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        edges: FloatArray,
        calculation: Calculation,
    ) -> FloatArray:
        """Return the mediators in bins of their energy.

        Parameters
        ----------
        edges : ndarray, shape (bins + 1,)
            Of the bins in GeV, ascending.

        Returns
        -------
        ndarray, shape (models, bins)
            Per particle on target and per unit of the squared coupling to what makes them.
        """
        low = float(edges[0])
        found = np.zeros((len(models), len(edges) - 1))
        every = self.produced(dump, models, low, _whole(dump), calculation)
        for made in (every, self.behind(dump, models, low, calculation)):
            for row, one in enumerate(made):
                cells = _cells(one, low, dump.energy)
                found[row] += np.diff(np.interp(edges, cells, _cumulative(one)))
        return found

    def sample(
        self,
        dump: Dump,
        model: "Portal",
        minimum_energy: float,
        calculation: Calculation,
        uniforms: FloatArray,
    ) -> Sample | None:
        """Return mediators above an energy in GeV, drawn with uniform numbers; None if none.

        Parameters
        ----------
        uniforms : ndarray, shape (3, n)
            Numbers in [0, 1): a smooth function of them, and of the model.
        """
        front, rear = _whole(dump).tolist()
        edges = np.linspace(front, rear, _SLICES + 1)
        (made,) = self.produced(dump, [model], minimum_energy, edges, calculation)
        total = float(made.yields.sum())
        if not total > 0:
            return None
        first = np.zeros(uniforms.shape[1], dtype=np.intp)
        column = inverted(_cumulative(made)[None], first, uniforms[0])
        cells = _cells(made, minimum_energy, dump.energy)
        energy = np.interp(column, np.arange(len(cells)), cells)
        rows = np.minimum(column.astype(np.intp), len(made.energies) - 1)
        by_depth = np.hstack([np.zeros((len(made.energies), 1)), made.yields.cumsum(axis=0).T])
        slices = inverted(by_depth, rows, uniforms[1])
        depth = np.interp(slices, np.arange(len(edges)), edges)
        return Sample(depth, energy, energy, np.array([model.mediator_mass]), total)


def _cells(made: Produced, low: float, high: float) -> FloatArray:
    """Return the edges of the cells of energy in GeV for which the energies stand."""
    middle = (made.energies[1:] + made.energies[:-1]) / 2
    return np.array([min(low, made.energies[0]), *middle, max(high, made.energies[-1])])


def _cumulative(made: Produced) -> FloatArray:
    return np.append(0.0, np.cumsum(made.yields.sum(axis=0)))


def _whole(dump: Dump) -> FloatArray:
    return np.array([0.0, DEEPEST_X0 if dump.thickness_X0 is None else dump.thickness_X0])


def at_weak_coupling(models: "Sequence[Portal]") -> "list[Portal]":
    """Return the models with the coupling at which yields are computed."""
    return [replace(model, **{model.coupling_field: WEAK_COUPLING}) for model in models]


def rows_by_name(names: "Sequence[Sequence[str]]") -> Iterator[tuple[str, list[int]]]:
    """Yield each name that is in any row, and the rows in which it is.

    Examples
    --------
    >>> list(rows_by_name([["a"], ["b", "a"]]))
    [('a', [0, 1]), ('b', [1])]
    """
    for name in dict.fromkeys(name for row in names for name in row):
        yield name, [i for i, row in enumerate(names) if name in row]
