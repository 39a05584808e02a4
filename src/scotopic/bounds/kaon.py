r"""Searches for K+ -> pi+ and nothing else, with the form factor of K+ -> pi+ gamma*.

    BR(K+ -> pi+ X) = eps^2 alpha M_K z lambda(1, z, r^2)^{3/2} |W(z)|^2/(4 (4 pi)^4 Gamma_K),

z = m^2/M_K^2, r = m_pi/M_K, W = G_F M_K^2 (a + b z): the amplitude of D'Ambrosio, Ecker, Isidori
and Portoles, JHEP 08 (1998) 004, without its loop of two pions, for a vector on its mass shell.
"""

import math
from collections.abc import Iterator
from functools import cached_property
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import Field

from scotopic.bounds.base import BoundCard, BoundKind, Excluded
from scotopic.bounds.laws import invisible_above, require_invisible
from scotopic.bounds.lines import Point
from scotopic.bounds.production import production_coupling
from scotopic.bounds.published import Published
from scotopic.checked import within
from scotopic.errors import RangeError
from scotopic.experiments.messages import KeyedError
from scotopic.experiments.tables import Items
from scotopic.models.mediator import DecayingMediator
from scotopic.models.portal import COUPLINGS
from scotopic.units import ALPHA, CHARGED_KAON_MASS, CHARGED_PION_MASS, FERMI_CONSTANT
from scotopic.units import CHARGED_KAON_WIDTH as WIDTH

FORM_FACTOR: Final = (-0.578, -0.779)
"""a and b of W: NA48/2, Phys. Lett. B677 (2009) 246, from K+- -> pi+- e+ e-."""

HEAVIEST: Final = CHARGED_KAON_MASS - CHARGED_PION_MASS
"""Mass in GeV of the heaviest X."""


def kaon_branching_ratio(mass: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return BR(K+ -> pi+ X)/eps^2 for a vector that couples as a photon.

    Parameters
    ----------
    mass : array_like
        Of the vector in GeV, any shape; up to M_K - m_pi.

    Returns
    -------
    ndarray
        Of the shape of `mass`.

    Raises
    ------
    RangeError
        If a mass is negative or above the end.

    Examples
    --------
    >>> f"{float(kaon_branching_ratio(0.1)):.3g}"
    '5.55e-05'
    """
    m = within("mass", mass, 0.0, HEAVIEST, "GeV")
    z = (m / CHARGED_KAON_MASS) ** 2
    r2 = (CHARGED_PION_MASS / CHARGED_KAON_MASS) ** 2
    triangle = np.maximum(1 + z * z + r2 * r2 - 2 * (z + r2 + z * r2), 0.0)
    a, b = FORM_FACTOR
    amplitude = FERMI_CONSTANT * CHARGED_KAON_MASS**2 * (a + b * z)
    width = ALPHA * CHARGED_KAON_MASS * z * triangle**1.5 * amplitude**2 / (4 * (4 * math.pi) ** 4)
    return np.asarray(width / WIDTH)


class KaonCard(BoundCard):
    """Upper limits on the branching ratio of K+ -> pi+ X, X invisible."""

    points: Items[Point] = Field(
        description="pairs of the mass of X in GeV and the branching ratio, and [] between ranges"
        " of masses"
    )
    maximum_factor: float = Field(
        default=1.0, gt=0, description="what the branching ratios are multiplied by"
    )
    maximum_factor_range: tuple[float, float] | None = Field(
        default=None, strict=False, description="between which factors they are known"
    )

    @cached_property
    def line(self) -> Published:
        """The limits along the mass."""
        groups = groupby(self.points, bool)
        return Published.of(((p[0], p[1]) for p in island) for real, island in groups if real)

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what is wrong with the points."""
        try:
            _ = self.line
        except RangeError as error:
            yield KeyedError(("points",), str(error).removeprefix("points: "))


class Kaon(BoundKind[KaonCard]):
    """The coupling at which K+ -> pi+ X is as frequent as the limit."""

    table = KaonCard

    def excluded(self, card: KaonCard, model: DecayingMediator) -> Excluded:
        """Return the couplings above it."""
        coupling = production_coupling("quark-current", model)
        require_invisible(model)
        ((limit, _),) = card.line.at(model.mediator_mass, "masses of X")
        made = float(kaon_branching_ratio(model.mediator_mass)) * (coupling / model.coupling) ** 2
        edge = invisible_above(model, made, limit * card.maximum_factor)
        if not edge < COUPLINGS[1]:
            return Excluded.nothing("too few kaons decay so, whatever the coupling")
        return Excluded.above(edge)
