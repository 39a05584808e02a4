"""The likelihood of an experiment card: what was counted, per unit of yield."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from scotopic.errors import RangeError
from scotopic.statistics.likelihood import Bin, Component, Likelihood, Shift

if TYPE_CHECKING:
    from scotopic.experiments import DataSet, Experiment

_SIGNAL = "signal"


def experiment_likelihood(
    experiment: "Experiment",
    workspace: Likelihood | None = None,
    *,
    shared: Collection[str] = (),
) -> Likelihood:
    """Return the likelihood of an experiment, one bin for each data set.

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
        Nuisance parameters that keep their bare names. The others are called "TITLE: NAME" with
        the title of the card, so that those of different experiments are independent; combined
        experiments that share a name on purpose move together in it.

    Returns
    -------
    Likelihood
        The strength is the yield per particle on target: the signal at strength one is exposure
        times efficiency. Without a workspace the signal's uncertainty is common to all data sets
        and is called "signal", and the backgrounds "background DATA SET" are independent.

    Raises
    ------
    RangeError
        If data sets and bins of the workspace do not correspond, or a shared nuisance parameter
        is none of the experiment's.

    Examples
    --------
    >>> from scotopic.experiments import load_experiment
    >>> na64 = experiment_likelihood(load_experiment("na64e-2018"))
    >>> [(b.name, b.observed, b.signal) for b in na64.bins]
    [('2016-2018', 0, 142000000000.0)]
    >>> na64.nuisances
    ('NA64e 2016-2018: signal', 'NA64e 2016-2018: background 2016-2018')
    >>> experiment_likelihood(load_experiment("na64e-2018"), shared=["signal"]).nuisances[0]
    'signal'
    """
    if workspace is None and experiment.likelihood is not None:
        from scotopic.statistics.workspace import read_workspace  # noqa: PLC0415 - seldom

        workspace = read_workspace(Path(experiment.likelihood), experiment.confidence_level)
    if workspace is not None:
        found = _with_workspace(experiment, workspace)
    else:
        relative = experiment.relative_signal_uncertainty
        shifts = (Shift.relative(_SIGNAL, relative),) if relative else ()
        found = Likelihood(
            tuple(_bin(data, shifts) for data in experiment.data_sets), experiment.confidence_level
        )
    return _own(found, experiment.title, shared)


def _own(likelihood: Likelihood, title: str, shared: Collection[str]) -> Likelihood:
    """Name the nuisance parameters after the experiment, but for those that are shared."""
    for name in shared:
        if name not in likelihood.nuisances:
            known = ", ".join(likelihood.nuisances) or "it has none"
            raise RangeError(f"{title}: {name!r} is none of its nuisance parameters: {known}")
    prefix = f"{title}: "
    # a workspace that was exported before has the experiment in its names
    own = [n for n in likelihood.nuisances if n not in shared and not n.startswith(prefix)]
    return likelihood.with_nuisances({n: prefix + n for n in own})


def _bin(data: "DataSet", shifts: tuple[Shift, ...]) -> Bin:
    signal = Component(_SIGNAL, data.particles_on_target * data.signal_efficiency, shifts)
    backgrounds: tuple[Component, ...] = ()
    if (expected := data.expected_background) > 0:
        relative = data.background_uncertainty / expected
        own = (Shift.relative(f"background {data.name}", relative),) if relative else ()
        backgrounds = (Component("background", expected, own),)
    return Bin(data.name, data.observed_events, (signal,), backgrounds)


def _with_workspace(experiment: "Experiment", workspace: Likelihood) -> Likelihood:
    events: dict[str, float] = {}
    for data in experiment.data_sets:
        mine = [
            b
            for b in workspace.bins
            if b.signal > 0 and (b.name == data.name or b.name.startswith(f"{data.name}["))
        ]
        if not mine:
            raise RangeError(
                f"data_sets[{data.name}]: no channel of the likelihood with signal has this name"
            )
        total = sum(b.signal for b in mine)
        exposure = data.particles_on_target * data.signal_efficiency
        events |= {b.name: exposure * b.signal / total for b in mine}
    extra = sorted({b.name for b in workspace.bins if b.signal > 0} - set(events))
    if extra:
        names = ", ".join(data.name for data in experiment.data_sets)
        raise RangeError(f"likelihood: channel {extra[0]!r} has signal but is not one of {names}")
    scaled = workspace.with_signal(events)
    return Likelihood(scaled.bins, experiment.confidence_level)
