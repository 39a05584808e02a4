r"""Freeze-out of mixed Dirac fermions (i2DM), chi1 and chi2 not in equilibrium with each other.

With r_i = Y_i/Y_i,eq, u = ln x, antiparticles counted with particles and reaction densities gamma
times c = sqrt(pi/45) M_Pl g_*^(1/2) T/s^2,

    dY_1/du = -2 A_11 (r_1^2 - 1) - A_12 (r_1 r_2 - 1) + C,
    dY_2/du = -2 A_22 (r_2^2 - 1) - A_12 (r_1 r_2 - 1) - C,
    C = B (r_2 - r_1) + B_22 (r_2^2 - r_1 r_2),

where A_ij annihilate chi_i chi_j into visible particles, B converts chi2 into chi1 by scattering
on leptons and by decay (with their inverses) and B_22 by chi2 chi2 -> chi1 chi2. In equilibrium
every bracket vanishes. Left out: chi2 chi2 -> chi1 chi1 and chi1 chi2 -> chi1 chi1, suppressed by
tan^2 and tan^4 of the mixing angle. All but B_22 go as epsilon^2.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import count
from scotopic.compiled import compiled
from scotopic.cosmology.boltzmann import (
    IMPLICITNESS,
    Evolution,
    RelicAbundance,
    SingleEquation,
    checked_mixing,
    omega_h2_per_yield,
    scaled_yield,
    step_edges,
    table_nodes,
    temperatures,
)
from scotopic.cosmology.conversion import (
    scaled_decays,
    scattering_on_chi2,
    scattering_on_leptons,
)
from scotopic.cosmology.degrees_of_freedom import (
    entropy_degrees_of_freedom,
    freeze_out_degrees_of_freedom,
)
from scotopic.display import displayed
from scotopic.models.inelastic import TwoFermionsOfAPhoton
from scotopic.units import HBAR_C_GEV_CM, PLANCK_MASS, SPEED_OF_LIGHT_CM_PER_S

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline

Array = npt.NDArray[np.float64]

_ENOUGH_EXCHANGES: Final = 1.0  # of momentum while the density falls by e
_FEW: Final = 1e-9  # chi2 at x = 1e5
_GAMMA = IMPLICITNESS  # a plain global: a compiled function takes it as a constant


@displayed
@dataclass(frozen=True, eq=False)
class TwoSpecies(Evolution):
    """Two coupled equations, for chi1 and chi2.

    Attributes
    ----------
    model : TwoFermionsOfAPhoton
        The dark sector; its kinetic mixing enters through the width of A' alone.
    """

    model: TwoFermionsOfAPhoton

    @cached_property
    def single(self) -> SingleEquation:
        """The same dark matter with chi1 and chi2 in equilibrium."""
        return SingleEquation(self.model)

    @cached_property
    def _spline(self) -> "CubicSpline[np.float64]":
        """Spline in ln x of the logarithms of seven coefficients, see `coefficients`."""
        from scipy.interpolate import CubicSpline  # noqa: PLC0415 - slow to import

        nodes = table_nodes()
        light, heavy = self.model.dark_states
        beta = np.exp(nodes) / light.mass
        yields = [scaled_yield(state, light.mass, nodes) for state in (light, heavy)]
        heat = temperatures(light.mass, nodes)
        entropy = 2 * math.pi**2 / 45 * entropy_degrees_of_freedom(heat) / beta**3
        speed = math.sqrt(math.pi / 45) * PLANCK_MASS * freeze_out_degrees_of_freedom(heat)
        factor = speed / beta / entropy**2
        rates = self.single.rates
        pairs = (("chi1 chi1", 0, 0), ("chi1 chi2", 0, 1), ("chi2 chi2", 1, 1))
        annihilation = [
            factor * rates[name].scaled(beta) / (yields[i] * yields[j]) for name, i, j in pairs
        ]
        scattering = sum(
            rate.scaled(beta) * np.exp(-beta * (rate.threshold - heavy.mass))
            for rate in scattering_on_leptons(self.model)
        )
        single = factor * (scattering + scaled_decays(self.model, beta)) / yields[1]
        double = factor * scattering_on_chi2(self.model).scaled(beta) / yields[1] ** 2
        columns = [*annihilation, single, double, *yields]
        return CubicSpline(nodes, np.log(np.maximum(np.stack(columns, axis=-1), 1e-290)))

    def coefficients(self, log_x: Array, kinetic_mixing: float) -> Array:
        """Return what the equations need at ln x, shape (n, 7), without overflow at any x.

        A_11/E_1^2, A_12/(E_1 E_2), A_22/E_2^2, B/E_2, B_22/E_2^2, E_1 and E_2/E_1, where
        E_i = Y_i,eq.
        """
        kinetic_mixing = checked_mixing(kinetic_mixing)
        values = np.exp(self._spline(log_x))
        x = np.exp(log_x)
        values[:, 6] = values[:, 6] / values[:, 5] * np.exp(-x * self.model.splitting)
        values[:, 5] *= np.exp(-x)
        return _coupled(values, kinetic_mixing)

    @cached_property
    def _stages(self) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        return self._prepared(1), self._prepared(2)

    def _prepared(self, refinement: int) -> tuple[Array, ...]:
        """Return ln x at the edges of the steps, and the coefficients for unit mixing.

        They are given at the first stage of each step and at the edges, where the second one is.
        """
        edges = step_edges(refinement)
        middle = edges[:-1] + IMPLICITNESS * np.diff(edges)
        return edges, self.coefficients(middle, 1.0), self.coefficients(edges, 1.0)

    def history(self, kinetic_mixing: float, refinement: int = 1) -> tuple[Array, Array]:
        """Return ln x at the edges of the time steps and Y_1, Y_2 there, shape (n, 2)."""
        kinetic_mixing = checked_mixing(kinetic_mixing)
        edges, middle, ends = self._stages[count("refinement", refinement, 1, 2) - 1]
        middle, ends = _coupled(middle, kinetic_mixing), _coupled(ends, kinetic_mixing)
        e1, ratio = ends[0, 5:]
        return edges, _integrate(e1, e1 * ratio, np.diff(edges), middle, ends[1:])

    def holds_for(self, kinetic_mixing: float) -> bool:
        """Whether the width of A' is the same with this kinetic mixing to 1e-4 of what matters."""
        return self.single.holds_for(kinetic_mixing)

    def today(self, kinetic_mixing: float, refinement: int) -> float:
        """Omega h^2 when every unstable chi2 has become a chi1."""
        kinetic_mixing = checked_mixing(kinetic_mixing)
        refinement = count("refinement", refinement, 1, 2)
        _, yields = self.history(kinetic_mixing, refinement)
        light, heavy = self.model.dark_states
        last = 2 * kinetic_mixing**2 * float(self._stages[refinement - 1][2][-1, 0])
        chi1, chi2 = (float(value) for value in yields[-1])
        chi2_mass = heavy.mass if self.model.chi2_is_stable else light.mass
        total = omega_h2_per_yield(light.mass) * chi1 + omega_h2_per_yield(chi2_mass) * chi2
        return total / (1 + (chi1 + chi2) * last)

    def abundance(self, kinetic_mixing: float) -> RelicAbundance:
        """Omega h^2 with its error and caveats."""
        kinetic_mixing = checked_mixing(kinetic_mixing)
        value, steps_error = self.omega_and_error(kinetic_mixing)
        edges, yields = self.history(kinetic_mixing)
        values = _coupled(self._stages[0][2], kinetic_mixing)
        equilibrium = values[:, 5] * (1 + values[:, 6])
        left = int(np.argmax(yields.sum(axis=1) > 2 * equilibrium))
        exchange = self.momentum_exchange(math.exp(edges[left]), yields[left], values[left])
        return RelicAbundance(
            value=value,
            error=value * self.single.quadrature_error + steps_error,
            freeze_out_x=math.exp(edges[left]),
            caveats=self._caveats(kinetic_mixing, exchange, yields[-1]),
        )

    def momentum_exchange(self, x: float, yields: Array, values: Array) -> float:
        """Estimate how often chi1 gets a new momentum while its equilibrium density falls by e.

        That is while ln x grows by 1/x. A scattering on a light lepton, to chi2 and back, changes
        the momentum by T of sqrt(3 m T), so that x of them are needed; one with chi2 is enough.
        """
        single, double, ratio = values[3], values[4], values[6]
        return float(ratio * (single / x + double * yields[1]) / x)

    def _caveats(self, kinetic_mixing: float, exchange: float, last: Array) -> tuple[str, ...]:
        found = []
        if exchange < _ENOUGH_EXCHANGES:
            found.append(
                f"kinetic equilibrium of chi1 is assumed but not assured: {exchange:.2g}"
                " exchanges of momentum while its density falls by e at freeze-out"
            )
        fraction = float(last[1] / last.sum())
        width = self.model.chi2_width * (kinetic_mixing / self.model.kinetic_mixing) ** 2
        if fraction > _FEW and width == 0:
            found.append(f"chi2 is stable and {fraction:.2g} of what is left")
        elif fraction > _FEW:
            lifetime = HBAR_C_GEV_CM / SPEED_OF_LIGHT_CM_PER_S / width
            found.append(
                f"a fraction {fraction:.2g} decays late, with a lifetime of {lifetime:.1g} s"
            )
        return tuple(found)


def _coupled(values: Array, kinetic_mixing: float) -> Array:
    """Return coefficients for unit mixing with those of visible reactions times epsilon^2."""
    scale = kinetic_mixing**2
    return np.asarray(values * np.array([scale, scale, scale, scale, 1.0, 1.0, 1.0]))


def net_rates(y1: float, y2: float, values: Array) -> tuple[float, float]:
    """Return dY_1/du and dY_2/du.

    Parameters
    ----------
    y1, y2 : float
        Yields.
    values : ndarray, shape (7,)
        Row of `TwoSpecies.coefficients`.

    Notes
    -----
    Both vanish in equilibrium, to the rounding of y2 = y1 E_2/E_1.
    """
    a11, a12, a22, single, double, e1, ratio = values
    e2 = e1 * ratio
    pair = a12 * (y1 * y2 - e1 * e2)
    conversion = (single + double * y2) * (y2 - ratio * y1)
    return (
        -2 * a11 * (y1 * y1 - e1 * e1) - pair + conversion,
        -2 * a22 * (y2 * y2 - e2 * e2) - pair - conversion,
    )


_net_rates = compiled(net_rates)


@compiled
def _stage(
    base1: float, base2: float, y1: float, y2: float, step: float, values: Array
) -> tuple[float, float]:
    """Solve y = base + step f(y) by Newton's method from a guess."""
    a11, a12, a22, single, double, _, ratio = values
    for _ in range(50):
        f1, f2 = _net_rates(y1, y2, values)
        g1, g2 = y1 - base1 - step * f1, y2 - base2 - step * f2
        imbalance, rate = y2 - ratio * y1, single + double * y2
        c1, c2 = -ratio * rate, rate + double * imbalance
        j11 = 1 + step * (4 * a11 * y1 + a12 * y2 - c1)
        j12 = step * (a12 * y1 - c2)
        j21 = step * (a12 * y2 + c1)
        j22 = 1 + step * (4 * a22 * y2 + a12 * y1 + c2)
        determinant = j11 * j22 - j12 * j21
        d1, d2 = (g1 * j22 - g2 * j12) / determinant, (g2 * j11 - g1 * j21) / determinant
        y1, y2 = y1 - d1, y2 - d2
        if abs(d1) <= 1e-12 * abs(y1) and abs(d2) <= 1e-10 * (abs(y2) + 1e-9 * abs(y1)):
            break
    return y1, y2


@compiled
def _integrate(y1: float, y2: float, steps: Array, middle: Array, end: Array) -> Array:
    """Solve the equations with the two-stage SDIRK method.

    Parameters
    ----------
    y1, y2 : float
        Yields at the beginning.
    steps : ndarray, shape (n,)
        Steps in u.
    middle, end : ndarray, shape (n, 7)
        Coefficients at the two stages.

    Returns
    -------
    ndarray, shape (n + 1, 2)
        Yields at the ends of the steps.
    """
    yields = np.empty((steps.size + 1, 2))
    yields[0, 0], yields[0, 1] = y1, y2
    ahead = (1 - _GAMMA) / _GAMMA
    for i in range(steps.size):
        step = _GAMMA * steps[i]
        m1, m2 = _stage(y1, y2, y1, y2, step, middle[i])
        y1, y2 = _stage(y1 + ahead * (m1 - y1), y2 + ahead * (m2 - y2), m1, m2, step, end[i])
        yields[i + 1, 0], yields[i + 1, 1] = y1, y2
    return yields
