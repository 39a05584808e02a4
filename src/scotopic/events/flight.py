r"""Mediators that leave the target and decay in a region behind it, for every coupling at once.

Production goes as the square of the coupling c, and so does the visible width. With the number
n(z, E) of mediators of energy E that a shower makes at depth z for c = 1, and their decay length
l(E)/(c^2 + r), r being the dark over the visible width at c = 1,

    N(c) = c^2 B c^2/(c^2 + r) sum_{z,E} n(z, E) exp[-(L - z + d)/l] Int_0^D dx/l e^{-x/l} eff(x)

for a target of length L and a region that begins d behind it and is D long. Only the exponents
know the coupling, so that n(z, E) is computed once a mass. Because a short-lived mediator does
not leave the target and a long-lived one does not decay, N(c) falls on both sides: what is
excluded are intervals of the coupling, never half a line.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.checked import within
from scotopic.display import displayed
from scotopic.models.portal import COUPLINGS

if TYPE_CHECKING:
    from scotopic.experiments.decay_regions import DecayRegion

FloatArray = npt.NDArray[np.float64]

_SERIES_BELOW = 1e-2  # of the decay integral's argument, where its closed form cancels


@displayed
@dataclass(frozen=True, eq=False)
class DecaysInFlight:
    """Mediators of one mass on their way to one region of decay.

    Attributes
    ----------
    region : DecayRegion
        Where they must decay.
    nearest_cm, step_cm : float
        Distance to the region from the middle of the last slice of the target, and thickness of
        the slices.
    produced : ndarray, shape (slices, energies)
        Mediators per particle on target at coupling one, from the target's front to its rear.
    decay_lengths_cm : ndarray, shape (energies,)
        Mean decay length of each energy at coupling one, decays into dark particles left out.
    visible_fraction : float
        Fraction of the decays that are not dark which the region can see.
    dark_over_visible : float
        Width into dark particles over that of all other decays at coupling one.
    """

    region: "DecayRegion"
    nearest_cm: float
    step_cm: float
    produced: FloatArray
    decay_lengths_cm: FloatArray
    visible_fraction: float = 1.0
    dark_over_visible: float = 0.0

    def accepted(self, couplings: npt.ArrayLike) -> FloatArray:
        """Return the accepted mediators per particle on target, with the region's efficiency.

        Parameters
        ----------
        couplings : array_like
            Couplings c, any shape, not negative.

        Returns
        -------
        ndarray
            Of the same shape.
        """
        square = within("couplings", couplings, 0.0, COUPLINGS[1])[..., None] ** 2
        strength = square + self.dark_over_visible
        per_cm = strength / self.decay_lengths_cm
        survival = np.exp(-self.step_cm * per_cm)
        arriving = np.zeros_like(per_cm)
        for made in self.produced:  # Horner's rule: the slices are equally thick
            arriving = arriving * survival + made
        decaying = decay_probability(self.region, per_cm) * np.exp(-self.nearest_cm * per_cm)
        visible = np.divide(square, strength, out=np.zeros_like(square), where=strength > 0)
        share = self.visible_fraction * visible
        return np.asarray((square * share * arriving * decaying).sum(axis=-1))


def decay_probability(region: "DecayRegion", per_cm: FloatArray) -> FloatArray:
    """Return how likely a mediator that reaches a region decays in it and is kept.

    Parameters
    ----------
    region : DecayRegion
        Its length and its efficiency along it.
    per_cm : ndarray
        Decays per cm, one over the decay length.

    Returns
    -------
    ndarray
        Integral of exp(-x/l) eff(x)/l over the region, of the shape of `per_cm`, in closed form.
    """
    places, values = map(list, zip(*region.efficiency_along, strict=True))
    if region.length_cm is not None and places[-1] < region.length_cm:
        places, values = [*places, region.length_cm], [*values, values[-1]]
    found = np.zeros_like(per_cm)
    for left, right, low, high in zip(places, places[1:], values, values[1:], strict=False):
        u = (right - left) * per_cm
        rising = np.where(u > 0, (high - low) / np.where(u > 0, u, 1), 0.0)
        found += np.exp(-left * per_cm) * (-low * np.expm1(-u) + rising * _second_moment(u))
    if region.length_cm is None:
        found += values[-1] * np.exp(-places[-1] * per_cm)
    return found


def _second_moment(u: FloatArray) -> FloatArray:
    """Return 1 - (1 + u) exp(-u), the integral of v exp(-v) from 0 to u."""
    v = np.minimum(u, _SERIES_BELOW)
    series = v**2 * (1 / 2 - v * (1 / 3 - v * (1 / 8 - v * (1 / 30 - v / 144))))
    return np.where(u < _SERIES_BELOW, series, -np.expm1(-u) - u * np.exp(-u))
