r"""The Boltzmann equation of dark matter that is in equilibrium with its heavier partners.

With u = ln x, x = m_chi1/T, and Y = n/s summed over all dark particles,

    dY/du = -a(u) (Y^2 - Y_eq^2),   a = sqrt(pi/45) M_Pl m_chi1 g_*^(1/2) <sigma v>_eff / x

(Gondolo and Gelmini, Nucl. Phys. B360 (1991) 145, eq. 3.25). An implicit stage of a Runge-Kutta
method is then a quadratic equation, so that a stiff solver needs neither Newton nor a Jacobian.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import number_within
from scotopic.cosmology.annihilation import (
    ReactionRate,
    effective_average,
    quadrature_error,
    reaction_rates,
    scaled_density,
    visible_widths,
)
from scotopic.cosmology.degrees_of_freedom import (
    entropy_degrees_of_freedom,
    freeze_out_degrees_of_freedom,
)
from scotopic.decays.hadrons import HIGHEST_ENERGY
from scotopic.display import displayed
from scotopic.models.final_states import DarkState
from scotopic.models.mediator import DecayingMediator
from scotopic.units import PLANCK_MASS

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline

Array = npt.NDArray[np.float64]

ENTROPY_DENSITY_PER_CM3: Final = 2891.2
"""Entropy density today, for T = 2.7255 K: Review of Particle Physics, astrophysical constants."""

CRITICAL_DENSITY_GEV_PER_CM3: Final = 1.05371e-5
"""Critical density over h^2: Review of Particle Physics, astrophysical constants."""

FIRST_X: Final = 3.0
"""m_chi1/T where the evolution begins, in equilibrium."""

LAST_X: Final = 1e5
"""m_chi1/T where it ends; what is annihilated later is added for a constant <sigma v>."""

COLDEST: Final = 1e-6
"""Temperature in GeV below which the degrees of freedom no longer change."""

STEP: Final = 0.02
"""Step in ln x."""

IMPLICITNESS: Final = 1 - math.sqrt(0.5)
"""Diagonal coefficient of the L-stable two-stage SDIRK method of order 2."""

_STRONGEST: Final = 1e3
_TABLE_STEP: Final = 0.08
_WIDTH_MATTERS: Final = 1e-4
_LATE_X: Final = 1000.0


@displayed
@dataclass(frozen=True)
class RelicAbundance:
    """What is left of the dark matter.

    Attributes
    ----------
    value : float
        Omega h^2 of all dark particles.
    error : float
        Numerical error of `value`: quadrature and time steps, not the uncertainty of R(s) or g_*.
    freeze_out_x : float
        m_chi1/T at which the abundance becomes twice that of equilibrium.
    caveats : tuple of str
        What the calculation left out although it may matter here; empty if nothing.
    """

    value: float
    error: float
    freeze_out_x: float
    caveats: tuple[str, ...]


class Evolution(ABC):
    """The history of the dark matter at one point of masses, for any kinetic mixing."""

    @abstractmethod
    def holds_for(self, kinetic_mixing: float) -> bool:
        """Whether the width of A' is the same with this kinetic mixing to 1e-4 of what matters."""

    @abstractmethod
    def history(self, kinetic_mixing: float, refinement: int = 1) -> tuple[Array, Array]:
        """Return ln x at the edges of the time steps and the yields there.

        Parameters
        ----------
        kinetic_mixing : float
            epsilon.
        refinement : {1, 2}
            How many times shorter the time steps are.
        """

    @abstractmethod
    def today(self, kinetic_mixing: float, refinement: int) -> float:
        """Omega h^2 with steps of one length."""

    @abstractmethod
    def abundance(self, kinetic_mixing: float) -> RelicAbundance:
        """Omega h^2 with its error and caveats."""

    def omega(self, kinetic_mixing: float) -> float:
        """Omega h^2 today, extrapolated from two step lengths."""
        return self.omega_and_error(kinetic_mixing)[0]

    def omega_and_error(self, kinetic_mixing: float) -> tuple[float, float]:
        """Omega h^2 today, and its error by the length of the steps."""
        coarse, fine = (self.today(kinetic_mixing, refinement) for refinement in (1, 2))
        return fine + (fine - coarse) / 3, abs(fine - coarse) / 3


def checked_mixing(kinetic_mixing: float) -> float:
    """Return a coupling; RangeError unless it is from 0 to what keeps all rates finite."""
    return number_within("kinetic_mixing", kinetic_mixing, 0.0, _STRONGEST)


def omega_h2_per_yield(mass: float) -> float:
    """Return Omega h^2 per Y = n/s for particles of a mass in GeV.

    Examples
    --------
    >>> f"{omega_h2_per_yield(1.0):.4g}"
    '2.744e+08'
    """
    return mass * ENTROPY_DENSITY_PER_CM3 / CRITICAL_DENSITY_GEV_PER_CM3


def table_nodes() -> Array:
    """Return ln x at which rates are tabulated, to be joined by cubic splines."""
    first, last = math.log(FIRST_X), math.log(LAST_X)
    return np.linspace(first, last, math.ceil((last - first) / _TABLE_STEP) + 1)


def step_edges(refinement: int = 1) -> Array:
    """Return ln x at the ends of the time steps, five times wider where nothing is stiff.

    The wide steps begin at x = 200: all but a rapid late annihilation is over by then.
    """
    first, middle, last = math.log(FIRST_X), math.log(200.0), math.log(LAST_X)
    step = STEP / refinement
    early = np.linspace(first, middle, math.ceil((middle - first) / step) + 1)
    late = np.linspace(middle, last, math.ceil((last - middle) / (5 * step)) + 1)
    return np.concatenate([early, late[1:]])


def temperatures(mass: float, log_x: Array) -> Array:
    """Return T in GeV, not below where the degrees of freedom are constant."""
    return np.maximum(mass * np.exp(-log_x), COLDEST)


def scaled_yield(state: DarkState, lightest: float, log_x: Array) -> Array:
    """Return n_eq/s of a state times e^(m/T) at ln x, x = lightest mass/T."""
    beta = np.exp(log_x) / lightest
    degrees = entropy_degrees_of_freedom(temperatures(lightest, log_x))
    return np.asarray(scaled_density(state, beta) * beta**3 * 45 / (2 * math.pi**2 * degrees))


@dataclass(frozen=True, eq=False)
class SingleEquation(Evolution):
    """One equation for the sum of all dark particles.

    Attributes
    ----------
    model : DecayingMediator
        The dark sector; its kinetic mixing enters through the width of A' alone.
    """

    model: DecayingMediator

    @cached_property
    def rates(self) -> Mapping[str, ReactionRate]:
        """Rates of annihilation."""
        return reaction_rates(self.model)

    @cached_property
    def quadrature_error(self) -> float:
        """Relative error of <sigma v>."""
        return quadrature_error(self.model, self.rates)

    @cached_property
    def _spline(self) -> "CubicSpline[np.float64]":
        """Spline in ln x of ln a for kinetic mixing 1 and ln Y_eq + x."""
        from scipy.interpolate import CubicSpline  # noqa: PLC0415 - slow to import

        nodes = table_nodes()
        x = np.exp(nodes)
        mass = self.model.dark_matter_mass
        equilibrium = sum(
            scaled_yield(state, mass, nodes) * np.exp(-x * (state.mass / mass - 1))
            for state in self.model.dark_states
        )
        average = effective_average(self.model, self.rates, x)
        degrees = freeze_out_degrees_of_freedom(temperatures(mass, nodes))
        strength = math.sqrt(math.pi / 45) * PLANCK_MASS * mass * degrees * average / x
        logarithms = np.log(np.maximum(strength, 1e-280)), np.log(equilibrium)
        return CubicSpline(nodes, np.stack(logarithms, axis=-1))

    def coefficients(self, log_x: Array) -> tuple[Array, Array]:
        """Return a for kinetic mixing 1 and Y_eq at ln x of shape (n,)."""
        both = self._spline(log_x)
        return np.exp(both[:, 0]), np.exp(both[:, 1] - np.exp(log_x))

    @cached_property
    def _stages(self) -> tuple[tuple[Array, Array, Array], tuple[Array, Array, Array]]:
        return self._prepared(1), self._prepared(2)

    def _prepared(self, refinement: int) -> tuple[Array, Array, Array]:
        """Return the steps h, and h a and Y_eq at the two stages of each, (steps, 2)."""
        edges = step_edges(refinement)
        steps = np.diff(edges)
        points = np.stack([edges[:-1] + IMPLICITNESS * steps, edges[1:]], axis=1)
        strength, equilibrium = self.coefficients(points.ravel())
        return edges, steps[:, None] * strength.reshape(-1, 2), equilibrium.reshape(-1, 2)

    def history(self, kinetic_mixing: float, refinement: int = 1) -> tuple[Array, Array]:
        """Return ln x at the edges of the steps and Y there; see `Evolution`."""
        edges, strength, equilibrium = self._stages[refinement - 1]
        yields = _integrate(
            float(self.coefficients(edges[:1])[1][0]), kinetic_mixing**2 * strength, equilibrium
        )
        return edges, yields

    def holds_for(self, kinetic_mixing: float) -> bool:
        """Whether the width of A' is the same with this kinetic mixing to 1e-4 of what matters."""
        kinetic_mixing = checked_mixing(kinetic_mixing)
        model = self.model
        mass = max(min(model.mediator_mass, HIGHEST_ENERGY), model.dark_threshold)
        visible = float(sum(visible_widths(model, mass).values()))
        scale = float(model.dark_width_at(mass)) + abs(mass - model.mediator_mass)
        change = abs(kinetic_mixing**2 - model.coupling**2) * visible
        return change <= _WIDTH_MATTERS * (scale + model.coupling**2 * visible)

    def today(self, kinetic_mixing: float, refinement: int) -> float:
        """Omega h^2 with steps of one length."""
        edges, yields = self.history(kinetic_mixing, refinement)
        last = kinetic_mixing**2 * float(self.coefficients(edges[-1:])[0][0])
        final = float(yields[-1]) / (1 + float(yields[-1]) * last)
        return final * omega_h2_per_yield(self.model.dark_matter_mass)

    def abundance(self, kinetic_mixing: float) -> RelicAbundance:
        """Omega h^2 with its error and caveats."""
        value, steps_error = self.omega_and_error(kinetic_mixing)
        edges, yields = self.history(kinetic_mixing)
        equilibrium = self.coefficients(edges)[1]
        return RelicAbundance(
            value=value,
            error=value * self.quadrature_error + steps_error,
            freeze_out_x=float(np.exp(edges[np.argmax(yields > 2 * equilibrium)])),
            caveats=self._caveats(kinetic_mixing, edges, yields),
        )

    def _caveats(self, kinetic_mixing: float, edges: Array, yields: Array) -> tuple[str, ...]:
        found = []
        strength, equilibrium = self.coefficients(edges)
        if kinetic_mixing**2 * np.max(strength * equilibrium) < 1:
            found.append("annihilation never keeps up with the expansion: not a thermal relic")
        if self.model.mediator_mass < self.model.dark_threshold:
            found.append("thermal annihilation into A' A', which needs no epsilon, is left out")
        timelike = self.model.timelike_dark_width_at(2 * self.model.dark_threshold)
        if self.model.spin_parity == "axial_vector" and not timelike > 0:
            found.append("the axial vector's timelike polarisation, (m_l/m_chi)^2, is left out")
        found += [
            f"annihilation into {name}, which is not computed, is left out"
            for name in self.model.unknown_channels
        ]
        late = float(np.interp(math.log(_LATE_X), edges, yields))
        if yields[-1] < 0.9 * late:
            found.append("annihilates below m_chi/1000, where kinetic equilibrium may be lost")
        return tuple(found)


def _integrate(first: float, strength: Array, equilibrium: Array) -> Array:
    """Solve dY/du = -a (Y^2 - E^2) with the two-stage SDIRK method.

    Parameters
    ----------
    first : float
        Y at the beginning.
    strength, equilibrium : ndarray, shape (steps, 2)
        h a and E at the two stages of each step.

    Returns
    -------
    ndarray, shape (steps + 1,)
        Y at the ends of the steps.
    """
    weights = (4 * IMPLICITNESS * strength).tolist()
    sources = (IMPLICITNESS * strength * equilibrium**2).tolist()
    ratio = (1 - IMPLICITNESS) / IMPLICITNESS
    value, values = first, [first]
    for (weight_1, weight_2), (source_1, source_2) in zip(weights, sources, strict=True):
        right = value + source_1
        middle = 2 * right / (1 + math.sqrt(1 + weight_1 * right))
        right = value + ratio * (middle - value) + source_2
        value = 2 * right / (1 + math.sqrt(1 + weight_2 * right))
        values.append(value)
    return np.array(values)
