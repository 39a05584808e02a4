"""How many events experiments allow together, through the product of their likelihoods.

What several experiments allow depends on how the events are shared among them. The limit on the
sum is set on a lattice of shares, once for all models, and its inverse interpolated between: with
no background anywhere the limit is the same for all shares, and with much of it in one experiment
the inverse is nearly linear.
"""

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.errors import RangeError

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.statistics.likelihood import Likelihood

FloatArray = npt.NDArray[np.float64]

MOST: Final = 4
"""Largest number of experiments whose shares are interpolated."""

_SOURCES = ("scotopic.statistics", "scotopic.scan.joint")
_STEPS: Final = {2: 16, 3: 8, 4: 4}
_LEAST_SHARE = 1e-12


def strength_limits_of_shares(
    experiments: Sequence["Experiment"], shares: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return limits on the events of several experiments together.

    Parameters
    ----------
    experiments : sequence of Experiment
        Different cards, all measurements or all projections, of one confidence level.
    shares : ndarray, shape (experiments, k)
        Share of each in the expected events.

    Returns
    -------
    limits : ndarray, shape (6, k)
        Observed (for projections the median expected) and expected ones, in the order of
        `scan.exclusion.BANDS`. By CLs, nuisance parameters marginalised and independent.
    error : ndarray, shape (k,)
        Relative numerical error.

    Raises
    ------
    RangeError
        If the experiments do not go together.
    """
    require_several(experiments)
    likelihoods = [_named(e) for e in experiments]

    def build() -> Arrays:
        return {"limits": np.array([_one(likelihoods, share) for share in shares.T])}

    inputs = {"likelihoods": [asdict(one) for one in likelihoods], "shares": shares.tolist()}
    limits = cached_arrays("combined-limits", inputs, _SOURCES, build)["limits"]
    return limits[:, :-1].T, limits[:, -1]


def require_several(experiments: Sequence["Experiment"]) -> None:
    """Refuse fewer than two experiments, and those of `refuse_common_data`.

    Raises
    ------
    RangeError
        Naming them.
    """
    if len(experiments) < 2:
        titles = ", ".join(e.title for e in experiments)
        raise RangeError(f"experiments: {titles}: at least two different ones are needed")
    refuse_common_data(experiments)


def refuse_common_data(experiments: Sequence["Experiment"]) -> None:
    """Refuse experiments of which two are the same, or measured with the same particles.

    Two measurements that took data with equal beams on equal targets in the same year did. A data
    set that does not say its years is not compared.

    Raises
    ------
    RangeError
        Naming the two, and the years.
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


def _common_years(one: "Experiment", other: "Experiment") -> list[int]:
    """Return the years in which both took data with the same beam and target."""
    if one.is_projection or other.is_projection or _set_up(one) != _set_up(other):
        return []
    years = [{year for data in e.data_sets for year in data.years} for e in (one, other)]
    return sorted(years[0] & years[1])


def _set_up(experiment: "Experiment") -> tuple[object, ...]:
    """Return what a run of its own differs in from another of the same year."""
    beam = experiment.beam
    return beam.particle, beam.energy_GeV, experiment.target.build()


def _named(experiment: "Experiment") -> "Likelihood":
    """Return the likelihood of an experiment, names of bins its own like those of nuisances."""
    from scotopic.search.likelihood import experiment_likelihood  # noqa: PLC0415 - if cold
    from scotopic.statistics.likelihood import combine  # noqa: PLC0415

    return combine(experiment_likelihood(experiment), names=[experiment.title])


def _one(likelihoods: Sequence["Likelihood"], shares: FloatArray) -> list[float]:
    """Return observed and expected limits in events, and the relative error, for some shares."""
    from scotopic.statistics.strength import strength_limits  # noqa: PLC0415 - only if cold

    found = strength_limits(_shared(likelihoods, shares))
    return [found.value, *found.expected, found.error / found.value]


def combined_likelihood(experiments: Sequence["Experiment"], shares: FloatArray) -> "Likelihood":
    """Return the product of the experiments' likelihoods, of which limits on their sum come.

    Parameters
    ----------
    experiments : sequence of Experiment
        As for `strength_limits_of_shares`.
    shares : ndarray, shape (experiments,)
        Share of each in the expected events.

    Returns
    -------
    Likelihood
        The strength is the number of signal events in all.
    """
    return _shared([_named(e) for e in experiments], shares)


def _shared(likelihoods: Sequence["Likelihood"], shares: FloatArray) -> "Likelihood":
    from scotopic.statistics.likelihood import combine  # noqa: PLC0415 - only if cold

    scaled = []
    # an experiment without any signal has no likelihood of it; this little is never noticed
    for one, share in zip(likelihoods, np.maximum(shares, _LEAST_SHARE).tolist(), strict=True):
        total = sum(b.signal for b in one.bins)
        events = {b.name: share * b.signal / total for b in one.bins if b.signal > 0}
        scaled.append(one.with_signal(events))
    return combine(*scaled)


@dataclass(frozen=True, eq=False)
class JointAllowance:
    """The largest sum of events that experiments allow together, for all shares.

    Attributes
    ----------
    shares : ndarray, shape (experiments, nodes)
        The lattice.
    inverse : ndarray, shape (nodes,)
        One over the limit there.
    error : float
        Relative error of the limit, that of the interpolation included.
    """

    shares: FloatArray
    inverse: FloatArray
    error: float

    @classmethod
    def of(cls, experiments: Sequence["Experiment"]) -> "JointAllowance":
        """Set the limits on the lattice.

        Raises
        ------
        RangeError
            If the experiments do not go together, or are more than `MOST`.
        """
        count = len(experiments)
        if count > MOST:
            raise RangeError(f"experiments: {count} are too many for one limit; {MOST} is most")
        require_several(experiments)
        steps = _STEPS[count]
        shares = _lattice(count, steps)
        limits, error = strength_limits_of_shares(experiments, shares)
        inverse = 1 / limits[0]
        coarse = (np.rint(shares * steps) % 2 == 0).all(axis=0)
        rough = _interpolated(shares[:, coarse], inverse[coarse], shares)
        # what twice the step changes: of a smooth function four times the error, but few counts
        # make limits with small steps, which no smaller step of shares makes smaller
        between = float(np.max(np.abs(rough / inverse - 1)))
        return cls(shares, inverse, float(error.max()) + between)

    def events(self, expected: FloatArray) -> FloatArray:
        """Return the largest sum of events that is allowed.

        Parameters
        ----------
        expected : ndarray, shape (experiments, k)
            Events that a model expects in each experiment; only their ratios matter.

        Returns
        -------
        ndarray, shape (k,)
            Where nothing is expected, as for equal shares.
        """
        total = expected.sum(axis=0)
        equal = np.full_like(expected, 1 / len(expected))
        shares = np.divide(expected, total, out=equal, where=total > 0)
        return np.asarray(1 / _interpolated(self.shares, self.inverse, shares))


def _lattice(count: int, steps: int) -> FloatArray:
    """Return all shares that are multiples of 1/steps, shape (count, nodes)."""
    first = itertools.product(range(steps + 1), repeat=count - 1)
    rows = [(*row, steps - sum(row)) for row in first if sum(row) <= steps]
    return np.array(rows, dtype=float).T / steps


def _interpolated(nodes: FloatArray, values: FloatArray, shares: FloatArray) -> FloatArray:
    """Interpolate linearly between shares."""
    if len(nodes) == 2:
        return np.asarray(np.interp(shares[0], nodes[0], values))
    from scipy.interpolate import LinearNDInterpolator  # noqa: PLC0415 - slow to import

    inside = LinearNDInterpolator(nodes[:-1].T, values)
    corners = np.clip(shares[:-1], 0.0, 1.0)
    return np.asarray(inside(corners.T / np.maximum(corners.sum(axis=0), 1.0)[:, None]))
