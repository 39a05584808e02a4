"""How many events a likelihood allows, whatever their shares in the parts of a search.

The limit of a combined likelihood depends on how the expected signal is shared between its parts.
One part has one number. Of several, the limit is set exactly where shares are given
(`Allowance.at`), and interpolated between shares where a plane asks at thousands of points
(`Allowance.between`).
"""

import itertools
from dataclasses import asdict, dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.errors import RangeError
from scotopic.statistics.methods import method_module
from scotopic.words import MODEL_ENDS, THRESHOLD_ENDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scotopic.search.part import Part
    from scotopic.statistics.likelihood import Likelihood

FloatArray = npt.NDArray[np.float64]

OUTCOMES: Final = (
    "observed",
    "minus_two_sigma",
    "minus_one_sigma",
    "median",
    "plus_one_sigma",
    "plus_two_sigma",
)
"""For which limits are set: what was seen, and what is expected without signal."""

BANDS: Final = MappingProxyType(
    {
        "thresholds": tuple(f"{end}_thresholds" for end in THRESHOLD_ENDS),
        "models": tuple(f"{end}_mediators" for end in MODEL_ENDS),
    }
)
"""What further outcomes of curves are called, by band: what was seen, with all thresholds, or all
numbers of mediators that models give, at an end of what is known of them."""


def bands_among(outcomes: "Iterable[str]") -> dict[str, tuple[str, ...]]:
    """Return the bands that a curve has, and what their ends are called.

    Examples
    --------
    >>> bands_among(["observed", "fewest_mediators", "most_mediators"])
    {'models': ('fewest_mediators', 'most_mediators')}
    """
    known = set(outcomes)
    return {band: ends for band, ends in BANDS.items() if known.issuperset(ends)}


MOST: Final = 4
"""Parts whose shares can be interpolated."""

# Steps of a share: the observed limit of the shipped cards is then between them within 2e-4. Where
# one event more or less is a step of the limit (much background, few counts) it is within 2.5 %,
# however small the steps: each allowance states its own error.
_STEPS: Final = {2: 16, 3: 8, 4: 4}
_DIGITS, _FEW = 9, 64  # shares that are alike, and how many different ones are set exactly
_LEAST_SHARE = 1e-12  # a bin without signal would be a control region


@dataclass(frozen=True)
class Allowance:
    """Numbers of events that a likelihood allows.

    Attributes
    ----------
    likelihoods : tuple of Likelihood
        One for each part, their bins and nuisance parameters named after the experiment.
    method : str
        How limits are set.
    """

    likelihoods: "tuple[Likelihood, ...]"
    method: str

    @classmethod
    def of(cls, parts: "Sequence[Part]", method: str) -> "Allowance":
        """Return that of the parts of a search."""
        from scotopic.search.likelihood import part_likelihoods  # noqa: PLC0415 - not if kept

        return cls(part_likelihoods(parts), method)

    def at(self, shares: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the limits for given shares, exactly.

        Parameters
        ----------
        shares : ndarray, shape (parts, n)
            Of the parts in the expected signal; their sum is one.

        Returns
        -------
        events : ndarray, shape (outcomes, n)
            Largest number of signal events that each of `OUTCOMES` allows.
        relative_error : ndarray, shape (n,)
            Numerical.
        """
        distinct, index = np.unique(shares.round(12), axis=1, return_inverse=True)

        def build() -> Arrays:
            return {"limits": np.array([self._limits(column) for column in distinct.T])}

        inputs = {
            "likelihoods": [asdict(one) for one in self.likelihoods],
            "shares": distinct.tolist(),
            "method": self.method,
        }
        modules = [method_module(self.method)]
        found = cached_arrays("limits", inputs, build, modules=modules)["limits"][index.ravel()]
        return found[:, :-1].T, found[:, -1]

    def _limits(self, shares: FloatArray) -> list[float]:
        from scotopic.statistics.strength import strength_limits  # noqa: PLC0415 - only if cold

        found = strength_limits(self.likelihood(shares), self.method)
        return [found.value, *found.expected, found.error / found.value]

    def likelihood(self, shares: FloatArray) -> "Likelihood":
        """Return the combined likelihood, its strength being the number of signal events."""
        from scotopic.statistics.likelihood import combine_likelihoods  # noqa: PLC0415 - only if cold

        scaled = []
        for one, share in zip(self.likelihoods, np.maximum(shares, _LEAST_SHARE), strict=True):
            total = sum(b.signal for b in one.bins)
            events = {b.name: float(share) * b.signal / total for b in one.bins if b.signal > 0}
            scaled.append(one.with_signal(events))
        return combine_likelihoods(*scaled)

    @property
    def is_constant(self) -> bool:
        """Whether there is one part, and shares do not matter."""
        return len(self.likelihoods) == 1

    def between(self, events: FloatArray) -> tuple[FloatArray, float]:
        """Return the limits for expected events of the parts, interpolated between shares.

        Those of more parts than can be interpolated are exact, and of few different shares.

        Parameters
        ----------
        events : ndarray, shape (parts, ...)
            Expected signal events of each part.

        Returns
        -------
        limits : ndarray, shape (outcomes, ...)
            Largest sum of them that each outcome allows.
        relative_error : float
            Of all of them.

        Raises
        ------
        RangeError
            If there are too many parts and shares.
        """
        total = events.sum(axis=0)
        shape = (len(OUTCOMES), *total.shape)
        if self.is_constant:
            limits, errors = self._of_one_part
            return np.broadcast_to(limits.reshape(-1, *[1] * total.ndim), shape), float(errors[0])
        equal = np.full_like(events, 1 / len(events))
        flat = np.divide(events, total, out=equal, where=total > 0).reshape(len(events), -1)
        if len(events) > MOST and (few := _few(flat)) is not None:
            limits, errors = self.at(few[0])
            return limits[:, few[1]].reshape(shape), float(errors.max())
        nodes, inverse, error = self._table
        found = np.array([1 / _interpolated(nodes, one, flat) for one in inverse])
        return found.reshape(shape), error

    @cached_property
    def _of_one_part(self) -> tuple[FloatArray, FloatArray]:
        return self.at(np.ones((1, 1)))

    @cached_property
    def _table(self) -> tuple[FloatArray, FloatArray, float]:
        """Shares (parts, nodes), inverse limits (outcomes, nodes), and their error."""
        count = len(self.likelihoods)
        if count > MOST:
            raise RangeError(
                f"searches: {count} are too many where their shares in the signal change with the"
                f" couplings; {MOST} is most"
            )
        steps = _STEPS[count]
        shares = _lattice(count, steps)
        limits, error = self.at(shares)
        coarse = (np.rint(shares * steps) % 2 == 0).all(axis=0)
        rough = _interpolated(shares[:, coarse], 1 / limits[0, coarse], shares)
        between = float(np.max(np.abs(rough * limits[0] - 1)))
        return shares, 1 / limits, float(error.max()) + between


def _few(shares: FloatArray) -> tuple[FloatArray, npt.NDArray[np.intp]] | None:
    """Return the different ones among shares, and which each is; None if they are many."""
    found, index = np.unique(shares.round(_DIGITS), axis=1, return_inverse=True)
    return (found, index.ravel()) if found.shape[1] <= _FEW else None


def _lattice(count: int, steps: int) -> FloatArray:
    """Return all shares in whole steps, shape (count, nodes)."""
    first = itertools.product(range(steps + 1), repeat=count - 1)
    rows = [(*row, steps - sum(row)) for row in first if sum(row) <= steps]
    return np.array(rows, dtype=float).T / steps


def _interpolated(nodes: FloatArray, values: FloatArray, shares: FloatArray) -> FloatArray:
    """Interpolate linearly between shares on a simplex."""
    if len(nodes) == 2:  # nodes ascend
        return np.asarray(np.interp(shares[0], nodes[0], values))
    from scipy.interpolate import LinearNDInterpolator  # noqa: PLC0415 - slow to import

    inside = LinearNDInterpolator(nodes[:-1].T, values)
    corners = np.clip(shares[:-1], 0.0, 1.0)
    return np.asarray(inside(corners.T / np.maximum(corners.sum(axis=0), 1.0)[:, None]))
