"""What one search accepts of mediators, process by process, and what of it is computed."""

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.processes.base import rows_by_name
from scotopic.progress import Report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scotopic.models.portal import Portal
    from scotopic.processes.base import Window
    from scotopic.search.part import Part
    from scotopic.signatures.base import Question

FloatArray = npt.NDArray[np.float64]

EVERY: Final = "all"
"""What is in the place of a process where several are added up."""

_NODES = 40  # of the energy, each the mean over as many simulated events
_GRID = 61  # energies beside them
_SAME = 1e-3


@displayed
@dataclass(frozen=True, eq=False)
class AcceptanceLine:
    """What one search accepts of the mediators of one process.

    Attributes
    ----------
    search, process : str
        The search, with its experiment, and the process; "all" for several of them together.
    mass : ndarray, shape (n,)
        In GeV, of the mediator (or of what the model's `mass_field` says).
    energy : ndarray, shape (n,), or None
        Of the mediator in GeV; None if that is averaged over.
    window : ndarray, shape (n,)
        Probability that the measured energy is inside of the search's window; one if only
        mediators with such an energy are counted.
    share : ndarray, shape (n,)
        How much of that passes what else is computed of the detectors, and decays unseen.
    statistical_error : ndarray, shape (n,)
        Of the share, absolute.
    flat : ndarray, shape (n,)
        The efficiency of the data sets, which stands for all that is not computed.
    part : ndarray, shape (n,), or None
        How much of what the search accepts of mediators of this mass the process makes; None
        against the energy.
    """

    search: str
    process: str
    mass: FloatArray
    energy: FloatArray | None
    window: FloatArray
    share: FloatArray
    statistical_error: FloatArray
    flat: FloatArray
    part: FloatArray | None = None

    @property
    def accepted(self) -> FloatArray:
        """What is accepted: the product of window, share and flat efficiency."""
        return self.window * self.share * self.flat

    @property
    def error(self) -> FloatArray:
        """Statistical error of what is accepted, absolute."""
        return self.window * self.statistical_error * self.flat


def over_masses(
    bins: "Sequence[Part]", models: "Sequence[Portal]", report: Report
) -> "Iterator[AcceptanceLine]":
    """Yield what a search accepts of models, by process, and of all processes if they are several.

    Parameters
    ----------
    bins : sequence of Part
        Those of one search, whose events are added up.
    models : sequence of Portal
        That differ in their mass, all of which the search sees.
    report : callable
        Is told how far it is.
    """
    first = bins[0]
    names = [first.signature.processes(first.question, model) for model in models]
    every = list(rows_by_name(names))
    found = [_mean(bins, [models[i] for i in rows], name, report) for name, rows in every]
    made = np.zeros((len(every), len(models)))
    for (_, rows), (_, events), row in zip(every, found, made, strict=True):
        row[rows] = events
    total = made.sum(axis=0)
    parts = np.divide(made, total, out=np.zeros_like(made), where=total > 0)
    for (_, rows), (line, _), part in zip(every, found, parts, strict=True):
        yield replace(line, part=part[rows])
    if len(every) > 1:
        yield replace(_mean(bins, models, EVERY, report)[0], part=np.ones(len(models)))


def _mean(
    bins: "Sequence[Part]", models: "Sequence[Portal]", process: str, report: Report
) -> tuple[AcceptanceLine, FloatArray]:
    """Return what is accepted of the mediators of a process, and how many these are."""
    share, square, events = np.zeros((3, len(models)))
    for asked in _questions(bins):
        question = asked if process == EVERY else _of_process(asked, process)
        responses = bins[0].signature.responses(question, models, report)
        for i, (model, response) in enumerate(zip(models, responses, strict=True)):
            found = response(np.array([model.coupling]), np.array([model.alpha_D]))
            share[i] += found.efficiency[0]
            events[i] += found.per_particle[0]
            square[i] += (found.efficiency[0] * found.statistical_error[0]) ** 2
    line = AcceptanceLine(
        _label(bins[0]),
        process,
        np.array([_mass(model) for model in models]),
        None,
        np.ones(len(models)),
        share,
        np.sqrt(square),
        np.array([_flat(bins[0], model) for model in models]),
    )
    return line, events


def _questions(bins: "Sequence[Part]") -> "list[Question]":
    """Return what a search is asked: all bins at once if it can be, for the sake of the error."""
    whole = replace(bins[0].question, bin=None)
    can = bins[0].signature.passing(whole) is not None
    return [whole] if can else [part.question for part in bins]


def _of_process(question: "Question", name: str) -> "Question":
    return replace(question, calculation=replace(question.calculation, processes=(name,)))


def over_energies(
    bins: "Sequence[Part]", models: "Sequence[Portal]", report: Report
) -> "Iterator[AcceptanceLine]":
    """Yield what a search accepts of mediators of each energy, by process and model.

    Parameters as for `over_masses`.

    Raises
    ------
    RangeError
        If it is not their energy that decides.
    """
    first = bins[0]
    window = first.signature.window(first.question)
    if window is None:
        raise RangeError(
            f"against: {first.label}: {first.card.signature!r} has no one window of the mediator's"
            " energy; 'mass' gives the mean over all energies"
        )
    for model in models:
        if not model.leaves_no_trace:
            raise RangeError(
                f"against: what {first.label} accepts of {type(model).__name__} depends on where it"
                " decays, not on its energy alone; 'mass' gives the mean over all energies"
            )
        if model.is_closed:
            raise RangeError(
                f"against: mediators of {type(model).__name__} are virtual, of all masses above"
                " dark_threshold; 'mass' gives the mean over all masses and energies"
            )
    names = [first.signature.processes(first.question, model) for model in models]
    for name, rows in rows_by_name(names):
        for done, i in enumerate(rows):
            report(f"{name} by energy", done, len(rows))
            yield _by_energy(first, models[i], name, window)


def _by_energy(part: "Part", model: "Portal", process: str, window: "Window") -> AcceptanceLine:
    question = replace(part.question, bin=None)
    least, beam = float(window.thresholds()[0].min()), question.dump.energy
    energy = np.linspace(max(least, 0.0), beam, _GRID)
    share, error = np.ones(_GRID), np.zeros(_GRID)
    passing = part.signature.passing(question)
    if passing is not None:
        (passes,) = passing.by_energy(process, [model], _NODES)
        energy = np.union1d(energy[energy < passes.highest], [*passes.energies, passes.highest])
        share, error = passes.at(energy), passes.error_at(energy)
    unseen = model.invisible_width / model.total_width
    table = question.efficiency
    inside = window.acceptance(energy) * (1.0 if table is None else table.at(energy))
    return AcceptanceLine(
        _label(part),
        process,
        np.full(len(energy), _mass(model)),
        energy,
        inside,
        unseen * share,
        unseen * error,
        np.full(len(energy), _flat(part, model)),
    )


def remarks(part: "Part", models: "Sequence[Portal]") -> "Iterator[str]":
    """Yield what of a search is computed, and which flat efficiency stands for all else."""
    label, (model, *_) = _label(part), models
    computed = ", ".join(part.signature.computed(part.question.selection))
    data_sets = part.card.data_sets
    targets = math.fsum(data.particles_on_target for data in data_sets)
    error = math.hypot(
        *(data.particles_on_target * data.signal_efficiency_uncertainty for data in data_sets)
    )
    sources = "; ".join(f"{data.name}: {_on_efficiency(data.source)}" for data in data_sets)
    yield (
        f"{label}: computed: {computed or 'what the signature says by itself'}; a flat efficiency"
        f" of {part.card.exposure / targets:.3g} +- {error / targets:.2g} stands for all else,"
        f" {_kind(sources)} ({sources})"
    )
    if model.leaves_no_trace and part.signature.window(part.question) is not None:
        return
    responses = part.signature.responses(part.question, [model])
    twice = np.array([1.0, 2.0]) * model.coupling
    (found,) = (one(twice, np.full(2, model.alpha_D)).efficiency for one in responses)
    if abs(found[1] - found[0]) > _SAME * found[0]:
        yield (
            f"{label}: what is accepted depends on the coupling; it is that at"
            f" {model.coupling_field} = {model.coupling:.3g}"
        )


def _on_efficiency(source: str) -> str:
    """Return what a source says of the efficiency; all of it if no sentence does."""
    sentences = re.split(r"(?<=[.;])\s+", " ".join(source.split()))
    said = [one.rstrip(".;") for one in sentences if "fficienc" in one]
    return ". ".join(said) or source


def _kind(source: str) -> str:
    for word, kind in (("fitted", "fitted"), ("assum", "assumed")):
        if word in source:
            return kind
    return "as its source has it"


def _label(part: "Part") -> str:
    """Return what the search of a part is called, without the bin."""
    return replace(part, question=replace(part.question, bin=None)).label


def _mass(model: "Portal") -> float:
    return float(getattr(model, model.mass_field))


def _flat(part: "Part", model: "Portal") -> float:
    targets = math.fsum(data.particles_on_target for data in part.card.data_sets)
    return part.exposure(model) / targets
