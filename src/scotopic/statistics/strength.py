"""Limits on the signal strength of a likelihood."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scotopic.display import brief, displayed
from scotopic.errors import RangeError
from scotopic.statistics.methods import method as method_of

if TYPE_CHECKING:
    from scotopic.statistics.foreign import ForeignLikelihood
    from scotopic.statistics.likelihood import Likelihood

STANDARD_DEVIATIONS: Final = (-2, -1, 0, 1, 2)
"""Quantiles of the expected limits."""

QUANTILES: Final = tuple(math.erfc(-z / math.sqrt(2)) / 2 for z in STANDARD_DEVIATIONS)
"""The same as probabilities."""


@displayed
@dataclass(frozen=True)
class StrengthLimits:
    """The largest signal strength that is not excluded, and what was expected.

    Attributes
    ----------
    value : float
        The limit; for a projection the median expected one.
    error : float
        Numerical error, not that of a formula that is approximate; of "toys" the statistical
        error, one standard deviation.
    expected : tuple of float
        Expected limits at the quantiles Phi(-2), Phi(-1), 1/2, Phi(1), Phi(2).
    method : str
        Name of the method.
    confidence_level : float
        Of the limit.
    is_projection : bool
        Whether nothing was observed.
    remarks : tuple of str
        What a reader of the number must know.
    """

    value: float
    error: float
    expected: tuple[float, ...]
    method: str
    confidence_level: float
    is_projection: bool
    remarks: tuple[str, ...]

    @classmethod
    def of(
        cls,
        likelihood: "Likelihood | ForeignLikelihood",
        method: str,
        value: float,
        *,
        expected: Sequence[float],
        error: float = 0.0,
        remarks: Sequence[str] = (),
    ) -> "StrengthLimits":
        """Return limits with what the likelihood itself says of them."""
        return cls(
            value=value,
            error=error,
            expected=tuple(expected),
            method=method,
            confidence_level=likelihood.confidence_level,
            is_projection=likelihood.observed is None,
            remarks=tuple(remarks),
        )


def strength_limits(
    likelihood: "Likelihood | ForeignLikelihood",
    method: str = "cls",
    **options: Any,  # noqa: ANN401 - each method has its own
) -> StrengthLimits:
    """Limit on the signal strength, with the expected bands.

    Parameters
    ----------
    likelihood : Likelihood or ForeignLikelihood
        What was or will be counted.
    method : str
        ``"cls"``: nuisance parameters marginalised, sums over all outcomes, exact for small
        counts. ``"toys"``: profile likelihood ratio and pseudo-experiments. ``"asymptotic"``: its
        limit of large counts. ``"poisson"``: classical limit on the sum of the counts, nothing
        uncertain. ``"poisson_zero_background"``: no events and no background. Or another of
        `scotopic.statistics.methods.methods()`.
    **options
        Of the method: ``seed`` of "cls" and "toys", ``toys`` of "toys".

    Returns
    -------
    StrengthLimits
        In units of the strength.

    Raises
    ------
    RangeError
        For an unknown method or option, and for what the method cannot compute.

    Warns
    -----
    AsymptoticWarning
        If ``"asymptotic"`` is asked for and a bin with signal expects less than 5 events; the
        result's `remarks` say so too.

    Examples
    --------
    >>> from scotopic.statistics import Bin, Component, Likelihood, Shift
    >>> scale = (Shift.relative("efficiency", 0.2),)
    >>> s1 = Bin("S1", 0, (Component("signal", 1.0, scale),), (Component("K0", 0.19),))
    >>> s2 = Bin("S2", 1, (Component("signal", 2.0, scale),), (Component("hadrons", 0.53),))
    >>> round(strength_limits(Likelihood((s1, s2))).value, 3)
    1.083
    >>> na64 = Likelihood.of_count(0, 0.53, 0.17)
    >>> round(strength_limits(na64).value, 4)
    2.3026
    >>> strength_limits(na64, "poisson").remarks
    ('poisson leaves out: the background uncertainty',)
    """
    from scotopic.statistics.likelihood import Likelihood  # noqa: PLC0415 - methods come first

    if isinstance(likelihood, Likelihood):
        return method_of(method)(likelihood, **options)
    if (limits := getattr(likelihood, "limits", None)) is None:
        made = "`experiment_likelihood` makes one of a card"
        raise RangeError(f"likelihood: {brief(likelihood)} is none; {made}")
    found: StrengthLimits = limits(method, **options)
    return found
