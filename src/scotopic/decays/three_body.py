r"""The decay chi2 -> chi1 + pair of a fermion through a virtual mediator, widths and samples.

With S and D the sum and the difference of the two masses m_2 > m_1, m that of the mediator, q^2
the squared mass of the pair, beta = sqrt(1 - 4 m_l^2/q^2), and c the cosine between a lepton and
chi1 in the rest frame of the pair, a vector gives

    dGamma     a        sqrt((S^2-q^2)(D^2-q^2)) (D^2-q^2)(S^2+2q^2)
    ------ = ------- * ---------------------------------------------- F(q^2),
     dq^2    12 pi m_2^3               (q^2 - m^2)^2

    F = (1 + 2 m_l^2/q^2) beta   or   F = R(q^2) for hadrons,

    dGamma/dc ~ q^2 + S^2 + 4 m_l^2 - (S^2 - q^2) beta^2 c^2    or   q^2 + (S^2 - q^2) c^2

for leptons or two pions. It is the coupling a = epsilon^2 alpha alpha_D of the vector current
i chi2bar gamma^mu chi1 that a Dirac fermion gets when Majorana masses split it, or of
chi2bar gamma^mu chi1 for Dirac fermions. A scalar with g chi1bar chi2 and epsilon e lbar l gives

    dGamma     a       sqrt((S^2-q^2)(D^2-q^2)) (S^2-q^2) q^2 beta^3
    ------ = ------ * ----------------------------------------------,   dGamma/dc = const.
     dq^2    8 pi m_2^3              (q^2 - m^2)^2

chi2 is unpolarised if all its couplings are vector currents, or all are scalar, so that the pair's
direction is isotropic. docs/physics/semi-visible-decays.md derives the first and
docs/physics/scalar-portal.md the second.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from scotopic.checked import make_floats, numbers, one_of, within
from scotopic.decays.hadrons import TWO_PION_THRESHOLD, hadronic_ratio, hadronic_ratio_table
from scotopic.decays.kinematics import quadratic_cosine, two_body_momentum
from scotopic.decays.widths import HEAVIEST, LIGHTEST
from scotopic.errors import RangeError
from scotopic.quadrature import gauss_legendre
from scotopic.units import CHARGED_PION_MASS, ELECTRON_MASS, MUON_MASS, TAU_MASS
from scotopic.words import SpinParity

Array = npt.NDArray[np.float64]

Pair = Literal["e+e-", "mu+mu-", "tau+tau-", "hadrons"]
"""What the virtual mediator becomes."""

PAIRS: Final[tuple[Pair, ...]] = get_args(Pair)

LEPTON_MASSES: Final[Mapping[Pair, float]] = MappingProxyType(
    {"e+e-": ELECTRON_MASS, "mu+mu-": MUON_MASS, "tau+tau-": TAU_MASS}
)
"""Masses in GeV of the leptons of each pair."""

MEDIATORS: Final[tuple[SpinParity, ...]] = ("vector", "scalar")
"""What chi2 may decay through."""

UNIFORMS: Final = 4
"""Random numbers that one decay takes."""

_POINTS, _POINTS_OF_A_PANEL = 64, 4
_CELLS = 256  # of the table from which q^2 is sampled


def particle_mass(pair: Pair) -> float:
    """Return the mass in GeV of either particle of a pair; hadrons begin with two pions.

    Raises
    ------
    RangeError
        If there is no such pair.
    """
    one_of("pair", pair, PAIRS)
    return LEPTON_MASSES.get(pair, CHARGED_PION_MASS)


def differential_width(
    pair: Pair,
    pair_mass2: npt.ArrayLike,
    chi2_mass: npt.ArrayLike,
    chi1_mass: npt.ArrayLike,
    mediator_mass: npt.ArrayLike,
    mediator: SpinParity = "vector",
) -> Array:
    """Return dGamma/dq^2 for unit coupling a.

    Parameters
    ----------
    pair : {"e+e-", "mu+mu-", "tau+tau-", "hadrons"}
        What is made.
    pair_mass2 : array_like
        q^2 in GeV^2, broadcast with the masses.
    chi2_mass, chi1_mass, mediator_mass : array_like
        In GeV.
    mediator : {"vector", "scalar"}
        What kind of mediator it is.

    Returns
    -------
    ndarray
        In 1/GeV; zero where the decay is closed.

    Raises
    ------
    RangeError
        If there is no such pair or mediator, or beyond the table of the hadronic ratio.
    """
    particle = _particle(pair, mediator)
    q2, m2, m1, m = (
        within("mass", value, 0.0, HEAVIEST, "GeV")
        for value in (pair_mass2, chi2_mass, chi1_mass, mediator_mass)
    )
    lower = 4 * particle**2
    inside = (q2 >= lower) & (q2 <= (m2 - m1) ** 2)
    q2 = np.where(inside, q2, lower)
    below_sum = np.maximum((m2 + m1) ** 2 - q2, 0.0)
    below_difference = np.maximum((m2 - m1) ** 2 - q2, 0.0)
    speed = np.sqrt(1 - lower / q2)
    if mediator == "scalar":
        squared = below_sum * q2 * speed**3 / 8
    else:
        is_hadrons = pair == "hadrons"
        spectral = hadronic_ratio(np.sqrt(q2)) if is_hadrons else (1 + lower / (2 * q2)) * speed
        squared = below_difference * ((m2 + m1) ** 2 + 2 * q2) * spectral / 12
    momentum = np.sqrt(below_sum * below_difference)
    width = momentum * squared / (math.pi * m2**3 * (q2 - m * m) ** 2)
    return np.asarray(np.where(inside, width, 0.0))


def _particle(pair: Pair, mediator: SpinParity) -> float:
    """Return the mass of either particle of a pair; refuse pairs that a mediator does not make."""
    one_of("mediator", mediator, MEDIATORS)
    if mediator == "scalar" and pair == "hadrons":
        raise RangeError("pair: 'hadrons': what a scalar becomes of them is not computed")
    return particle_mass(pair)


def pair_width(
    pair: Pair,
    chi2_mass: npt.ArrayLike,
    chi1_mass: npt.ArrayLike,
    mediator_mass: npt.ArrayLike,
    coupling: npt.ArrayLike = 1.0,
    mediator: SpinParity = "vector",
) -> Array:
    """Return the width of chi2 -> chi1 + pair.

    Parameters
    ----------
    pair : {"e+e-", "mu+mu-", "tau+tau-", "hadrons"}
        What is made.
    chi2_mass, chi1_mass, mediator_mass : array_like
        In GeV, broadcast with each other; the mediator is not on shell, m > m_2 - m_1.
    coupling : array_like
        a = epsilon^2 alpha alpha_D, times sin^2(theta) cos^2(theta) for mixed Dirac fermions.
    mediator : {"vector", "scalar"}
        What kind of mediator it is.

    Returns
    -------
    ndarray
        In GeV, integrated to 1e-6 (hadrons: 1e-5, but R is known to some per cent only); zero
        where the decay is closed.

    Raises
    ------
    RangeError
        If there is no such pair or mediator, the mediator can be on shell, or beyond the table of
        R.

    Examples
    --------
    >>> float(pair_width("e+e-", 1.4, 1.0, 3.0, 1e-10) / (4e-10 * 0.4**5 / (15 * np.pi * 81)))
    0.64...
    """
    m2, m1, m = np.broadcast_arrays(
        *(
            within("mass", v, LIGHTEST, HEAVIEST, "GeV")[..., None]
            for v in (chi2_mass, chi1_mass, mediator_mass)
        )
    )
    if not np.all(m > m2 - m1):
        raise RangeError(
            f"mediator_mass: {np.min(m)} GeV is not above the mass difference "
            f"{np.max(m2 - m1)} GeV: chi2 would decay into a real mediator"
        )
    lowest = 2 * _particle(pair, mediator)
    highest = np.maximum(m2 - m1, lowest)
    if pair == "hadrons":
        q, weights = _hadronic_nodes(highest)
        q2, weights = q * q, 2 * q * weights
    else:
        q2, weights = _mapped(lowest**2, highest**2, *gauss_legendre(_POINTS))
    values = differential_width(pair, q2, m2, m1, m, mediator) * weights
    return np.asarray(values.sum(axis=-1) * numbers("coupling", coupling))


def _mapped(lower: float, upper: Array | float, z: Array, dz: Array) -> tuple[Array, Array]:
    """Return q^2 = lower + (upper - lower) z^2 (3 - 2z) and its differential.

    The square-root thresholds at both ends become polynomials.
    """
    span = upper - lower
    return lower + span * z * z * (3 - 2 * z), span * 6 * z * (1 - z) * dz


def _hadronic_nodes(highest: Array) -> tuple[Array, Array]:
    """Return nodes of q and weights in panels between the nodes of the table of R.

    The highest energies have the shape (..., 1), the results (..., nodes).
    """
    energies, _ = hadronic_ratio_table()
    energies = energies[(energies > TWO_PION_THRESHOLD) & (energies < np.max(highest))]
    edges = np.concatenate([[TWO_PION_THRESHOLD], energies, [np.inf]])
    edges = np.minimum(edges, highest)
    width = np.diff(edges)[..., None]
    at, weights = gauss_legendre(_POINTS_OF_A_PANEL)
    nodes = edges[..., :-1, None] + width * at
    shape = (*nodes.shape[:-2], -1)
    return nodes.reshape(shape), (width * weights).reshape(shape)


@dataclass(frozen=True, eq=False)
class PairDecay:
    """Samples of chi2 -> chi1 + pair with the exact matrix element.

    Attributes
    ----------
    pair : {"e+e-", "mu+mu-", "tau+tau-", "hadrons"}
        What is made. Hadrons are sampled as two charged pions, whose q^2 follows R.
    chi2_mass, chi1_mass, mediator_mass : float
        In GeV.
    mediator : {"vector", "scalar"}
        What kind of mediator it is.

    Raises
    ------
    RangeError
        If the decay is closed, or the pair or the mediator unknown.
    """

    pair: Pair
    chi2_mass: float
    chi1_mass: float
    mediator_mass: float
    mediator: SpinParity = "vector"

    def __post_init__(self) -> None:
        """Refuse a closed decay."""
        make_floats(self, "chi2_mass", "chi1_mass", "mediator_mass")
        within("chi2_mass", self.chi2_mass, 0.0, HEAVIEST, "GeV")
        if not self.chi2_mass - self.chi1_mass > 2 * _particle(self.pair, self.mediator):
            raise RangeError(
                f"chi2_mass: {self.chi2_mass} GeV is too light for chi1 of {self.chi1_mass} GeV"
                f" and {self.pair}"
            )

    @cached_property
    def _table(self) -> tuple[Array, Array]:
        """Return the cumulative distribution and q^2 at the edges of the cells."""
        limits = (4 * particle_mass(self.pair) ** 2, (self.chi2_mass - self.chi1_mass) ** 2)
        z = np.linspace(0, 1, _CELLS + 1)
        nodes, weights = gauss_legendre(_POINTS_OF_A_PANEL)
        q2, weights = _mapped(*limits, z[:-1, None] + nodes / _CELLS, weights / _CELLS)
        density = differential_width(
            self.pair, q2, self.chi2_mass, self.chi1_mass, self.mediator_mass, self.mediator
        )
        cumulative = np.append(0.0, np.cumsum((density * weights).sum(axis=1)))
        return cumulative / cumulative[-1], _mapped(*limits, z, z)[0]

    def curvature(self, pair_mass2: Array) -> Array:
        """Return k of the density 1 + k c^2 of the cosine in the rest frame of the pair."""
        if self.mediator == "scalar":
            return np.zeros_like(pair_mass2)
        q2, total2 = pair_mass2, (self.chi2_mass + self.chi1_mass) ** 2
        if self.pair == "hadrons":
            return (total2 - q2) / q2
        rest = 4 * particle_mass(self.pair) ** 2
        return -(total2 - q2) * (1 - rest / q2) / (total2 + q2 + rest)

    def sample(self, uniforms: Array) -> tuple[Array, Array]:
        """Return four-momenta of the pair in the rest frame of chi2.

        Parameters
        ----------
        uniforms : ndarray, shape (4, n)
            Numbers in [0, 1): for q^2, the angle in the pair's rest frame, the polar angle of the
            pair and the azimuth of the particles about it.

        Returns
        -------
        negative, positive : ndarray, shape (4, n)
            In GeV. The pair's momentum is in the x-z plane, at any angle to z: the azimuth about
            z is even and left to who needs it.

        Examples
        --------
        >>> decay = PairDecay("e+e-", 0.14, 0.1, 0.3)
        >>> negative, positive = decay.sample(np.full((4, 1), 0.5))
        >>> (negative + positive).round(4).ravel()
        array([0.0357, 0.0297, 0.    , 0.    ])
        """
        cumulative, edges = self._table
        q2 = np.interp(uniforms[0], cumulative, edges)
        q, rest = np.sqrt(q2), 4 * particle_mass(self.pair) ** 2
        speed = np.sqrt(np.maximum(1 - rest / q2, 0.0))
        along = quadratic_cosine(uniforms[1], self.curvature(q2)) * speed
        across = np.sqrt(np.maximum(speed * speed - along * along, 0.0)) * q / 2
        p = two_body_momentum(self.chi2_mass, self.chi1_mass, q)
        energy = np.sqrt(q2 + p * p)
        cosine = 2 * uniforms[2] - 1
        sine = np.sqrt(1 - cosine * cosine)
        azimuth = 2 * math.pi * uniforms[3]
        in_plane, out_of_plane = across * np.cos(azimuth), across * np.sin(azimuth)
        momenta = []
        for sign in (1.0, -1.0):
            longitudinal = (p + sign * along * energy) / 2
            turned = sign * in_plane
            momenta.append(
                np.stack(
                    [
                        (energy + sign * along * p) / 2,
                        longitudinal * sine + turned * cosine,
                        sign * out_of_plane,
                        longitudinal * cosine - turned * sine,
                    ]
                )
            )
        return momenta[0], momenta[1]
