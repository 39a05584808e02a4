"""The likelihood of an experiment card: what was counted, per unit of yield."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from scotopic.errors import RangeError, nearest
from scotopic.search.cards import CardLike, load_experiment, selection_of
from scotopic.signatures.base import SIGNATURES
from scotopic.statistics.likelihood import Bin, Component, Likelihood, Shift, combine_likelihoods

if TYPE_CHECKING:
    from scotopic.experiments import DataSet, Experiment, SearchCard
    from scotopic.search.part import Part

EQUAL_SHARES: Final = (
    "bins of a selection have equal shares of the signal here; the true ones depend on the model"
)
"""What is to be said where a likelihood of bins is written without a model."""


def experiment_likelihood(
    experiment: CardLike,
    workspace: Likelihood | None = None,
    *,
    shared: Collection[str] = (),
) -> Likelihood:
    """Return the likelihood of an experiment: a bin for each data set of each search that counts.

    Parameters
    ----------
    experiment : Experiment
        The card.
    workspace : Likelihood, optional
        In place of the data sets' backgrounds, observations and uncertainties; by default that of
        the card's `likelihood`, if it has one. A data set's signal is in the bins that have its
        name ("2018", or "2018[0]", "2018[1]", ...); their shares of it are kept. Bins without
        signal are control regions and may have any name.
    shared : collection of str
        Nuisance parameters that keep their bare names, beside those that the card shares:
        `SHARED_SOURCES`, and what it says of others. The rest are called "TITLE: NAME" with the
        title of the card, so that those of different experiments are independent; combined
        experiments move together in what they share.

    Returns
    -------
    Likelihood
        The strength is the yield per particle on target: the signal at strength one is exposure
        times efficiency. Without a workspace the signal moves with the search's systematics, by
        their names, and with "efficiency DATA SET"; together the sources make the log-normal
        distribution of their sum in quadrature, each its part of the variance of the logarithm.
        The backgrounds' uncertainties are called "background BIN" and independent, but for
        sources with a `nuisance` of the card: those of one name move together. Bins have the names
        of the data sets, "SEARCH: DATA SET" if there are several searches; where a selection has
        bins, "DATA SET[0]", "DATA SET[1]", ..., whose backgrounds move together, and a signal of
        one in each. Of an efficiency that is a table the largest entry counts.

    Raises
    ------
    RangeError
        If data sets and bins of the workspace do not correspond, or a shared nuisance parameter
        is none of the experiment's.

    Examples
    --------
    >>> na64 = experiment_likelihood("na64e-2018")
    >>> [(b.name, b.observed, b.signal) for b in na64.bins]
    [('2016-2018', 0, 142000000000.0)]
    >>> [name.removeprefix("NA64e 2016-2018") for name in na64.nuisances]
    [': efficiency 2016-2018', 'form factor', ': dimuon normalisation', ': background 2016-2018']
    >>> experiment_likelihood("na64e-2018", shared=["dimuon normalisation"]).nuisances[2]
    'dimuon normalisation'
    """
    experiment = load_experiment(experiment)
    if workspace is None and experiment.likelihood is not None:
        from scotopic.statistics.workspace import read_workspace  # noqa: PLC0415 - seldom

        workspace = read_workspace(Path(experiment.likelihood), experiment.confidence_level)
    if workspace is not None:
        found = _with_workspace(experiment, workspace)
    else:
        bins = tuple(_bin(one) for one in counted(experiment))
        found = Likelihood(bins, experiment.confidence_level)
    return _own(found, experiment, shared)


def _own(likelihood: Likelihood, experiment: "Experiment", shared: Collection[str]) -> Likelihood:
    """Name the nuisance parameters after the experiment, but for those that are shared."""
    title, names = experiment.title, likelihood.nuisances
    for name in shared:
        if name not in names:
            hint = nearest(name, names) if names else "it has none"
            raise RangeError(f"{title}: {name!r} is none of its nuisance parameters; {hint}")
    prefix = f"{title}: "
    # a workspace that was exported before has the experiment in its names
    bare = (n for n in names if not n.startswith(prefix))
    own = [n for n in bare if n not in shared and not experiment.is_shared(n)]
    return likelihood.with_nuisances({n: prefix + n for n in own})


def common_nuisances(experiments: "Collection[Experiment]") -> tuple[str, ...]:
    """Return the names of the nuisance parameters that several experiments have in common."""
    every = [name for one in experiments for name in experiment_likelihood(one).nuisances]
    return tuple(dict.fromkeys(name for name in every if every.count(name) > 1))


class Counted(NamedTuple):
    """What is counted in one bin of the likelihood.

    Attributes
    ----------
    name : str
        Of the bin: "SEARCH: DATA SET", or "DATA SET" if there is one search; with "[0]", "[1]",
        ... if the selection has bins.
    source : str
        The same without the number: the uncertainty of a background is that of all bins.
    search : SearchCard
        The search.
    data : DataSet
        The data set, or what of it is in one of the selection's bins.
    bin : int or None
        The number of the selection's bin.
    """

    name: str
    source: str
    search: "SearchCard"
    data: "DataSet"
    bin: int | None


def counted(experiment: "Experiment") -> Iterator[Counted]:
    """Yield what is counted in the bins of the likelihood."""
    several = len(experiment.counted) > 1
    for search in experiment.counted:
        bins = len(SIGNATURES[search.signature].bins(selection_of(search)))
        for data in search.data_sets:
            source = f"{search.name}: {data.name}" if several else data.name
            if not bins:
                yield Counted(source, source, search, data, None)
            for number in range(bins):
                yield Counted(f"{source}[{number}]", source, search, data.in_bin(number), number)


def has_bins(experiment: "Experiment") -> bool:
    """Return whether a search that counts has a selection with bins."""
    return any(one.bin is not None for one in counted(experiment))


def _bin(one: Counted) -> Bin:
    data = one.data
    events = data.particles_on_target * data.largest_efficiency
    signal = Component("signal", events, _shifts(one.search.signal_sources(data)))
    backgrounds = [
        _background(nuisance, f"background {one.source}", *expectation)
        for nuisance, expectation in data.backgrounds.items()
        if expectation[0] > 0
    ]
    return Bin(one.name, data.observed_events, (signal,), tuple(backgrounds))


def _shifts(sources: "Mapping[str, float]") -> tuple[Shift, ...]:
    """Return what sources of uncertainty do to a signal: together, what their sum does.

    Relative uncertainties add in quadrature, as papers add them: d in all, which is a factor
    1 + d. Each source has its part of the variance of the logarithm, and all together the whole.
    """
    total = math.hypot(*sources.values())
    up = {name: (1 + total) ** (one / total) for name, one in sources.items()}
    return tuple(Shift(name, factor, 1 / factor) for name, factor in up.items())


def _background(
    nuisance: str | None, otherwise: str, expected: float, uncertainty: float
) -> Component:
    name = "background" if nuisance is None else f"background {nuisance}"
    relative = uncertainty / expected
    shifts = (Shift.relative(nuisance or otherwise, relative),) if relative else ()
    return Component(name, expected, shifts)


def _with_workspace(experiment: "Experiment", workspace: Likelihood) -> Likelihood:
    events: dict[str, float] = {}
    names = []
    for name, _, _, data, _ in counted(experiment):
        names.append(name)
        mine = [
            b
            for b in workspace.bins
            if b.signal > 0 and (b.name == name or b.name.startswith(f"{name}["))
        ]
        if not mine:
            raise RangeError(
                f"data_sets: no channel of the likelihood with signal has the name {name!r}"
            )
        total = sum(b.signal for b in mine)
        exposure = data.particles_on_target * data.largest_efficiency
        events |= {b.name: exposure * b.signal / total for b in mine}
    extra = sorted({b.name for b in workspace.bins if b.signal > 0} - set(events))
    if extra:
        known = ", ".join(names)
        raise RangeError(f"likelihood: channel {extra[0]!r} has signal but is not one of {known}")
    scaled = workspace.with_signal(events)
    return Likelihood(scaled.bins, experiment.confidence_level)


def part_likelihoods(parts: "Sequence[Part]") -> tuple[Likelihood, ...]:
    """Return the likelihoods of searches, whose bins are each there once.

    Parameters
    ----------
    parts : sequence of Part
        The searches. Among several experiments the bins begin with the experiment's title.

    Returns
    -------
    tuple of Likelihood
        One for each. Control regions, which belong to no search, are with the first of their
        experiment.
    """
    several = len({id(part.experiment) for part in parts}) > 1
    found: list[Likelihood] = []
    begun: set[int] = set()
    for part in parts:
        whole = experiment_likelihood(part.experiment)
        owners = {
            one.name: (one.search.name, one.data.name, one.bin) for one in counted(part.experiment)
        }
        number = part.question.bin
        wanted = {None, *((part.card.name, data.name, number) for data in part.card.data_sets)}
        if id(part.experiment) in begun:
            wanted.discard(None)
        begun.add(id(part.experiment))
        kept = [b for b in whole.bins if _owner(b.name, owners) in wanted]
        one = Likelihood(tuple(kept), whole.confidence_level)
        found.append(combine_likelihoods(one, names=[part.experiment.title]) if several else one)
    return tuple(found)


_Owner = tuple[str, str, int | None]


def _owner(bin_name: str, owners: Mapping[str, _Owner]) -> _Owner | None:
    """Return search, data set and bin; "NAME[0]" may be one of a data set without bins."""
    return owners.get(bin_name) or owners.get(bin_name.rpartition("[")[0])
