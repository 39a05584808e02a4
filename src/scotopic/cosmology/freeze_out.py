r"""Thermal freeze-out with one Boltzmann equation: relic abundance and the coupling that gives it.

With u = ln x, x = m_chi1/T, and Y = n/s summed over all dark particles,

    dY/du = -a(u) (Y^2 - Y_eq^2),   a = sqrt(pi/45) M_Pl m_chi1 g_*^(1/2) <sigma v>_eff / x,

(Gondolo and Gelmini, Nucl. Phys. B360 (1991) 145). All dark states are taken in equilibrium with
each other; `two_species` does without. The average goes as epsilon^2: it is computed once, and a
search for the coupling only solves the equation again.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import numpy.typing as npt

from scotopic.checked import number_within, shown, within
from scotopic.cosmology.annihilation import effective_average, reaction_rates, refuse_heavy
from scotopic.cosmology.boltzmann import COLDEST, Evolution, RelicAbundance, SingleEquation
from scotopic.cosmology.degrees_of_freedom import freeze_out_degrees_of_freedom
from scotopic.cosmology.thermal_lines import DENSITIES, PLANCK_OMEGA_H2
from scotopic.display import displayed
from scotopic.errors import RangeError, ScotopicError
from scotopic.models.derived import PROBE
from scotopic.models.mediator import DecayingMediator, decaying
from scotopic.models.metadata import MEDIATOR_MASS
from scotopic.models.parameters import Given, kind_of, model_of, models_along
from scotopic.models.portal import Portal
from scotopic.models.running import dark_photon_of
from scotopic.units import PLANCK_MASS

if TYPE_CHECKING:
    from scotopic.models.inelastic import TwoFermionsOfAPhoton

Array = npt.NDArray[np.float64]

_TOLERANCE: Final = 1e-6
_MAX_ITERATIONS: Final = 60
_STRIDE: Final = 0.2  # in ln epsilon^2


@displayed
@dataclass(frozen=True)
class ThermalCoupling:
    """The coupling with which freeze-out leaves a given density.

    Attributes
    ----------
    kinetic_mixing : float
        epsilon, or the coupling that is the model's `coupling_field`.
    y : float
        The model's y with it; for a dark photon epsilon^2 alpha_D (m_chi1/m_A')^4.
    abundance : RelicAbundance
        The solution at this coupling.
    """

    kinetic_mixing: float
    y: float
    abundance: RelicAbundance


@displayed
@dataclass(frozen=True, eq=False)
class ThermalLine:
    """Thermal couplings of several models.

    Attributes
    ----------
    kinetic_mixing, y : ndarray, shape (n,)
        NaN where there is none; the status says why.
    status : tuple of str
        `ok`, or one line with the reason.
    caveats : tuple of tuple of str
        Those of each abundance.
    """

    kinetic_mixing: Array
    y: Array
    status: tuple[str, ...]
    caveats: tuple[tuple[str, ...], ...]


def relic_abundance(model: Given, **parameters: float | str) -> RelicAbundance:
    """Solve the Boltzmann equation of a model.

    Parameters
    ----------
    model : DecayingMediator, type or str
        The dark sector, or its class or name; if it `converts`, it is solved with two species, see
        `two_species`.
    **parameters
        Of the model, by any of their names: those of a class or name, or changes.

    Returns
    -------
    RelicAbundance
        Omega h^2 with its numerical error, 5e-4 of it at most away from resonances.

    Raises
    ------
    RangeError
        If the mediator is lighter than the dark matter, which then annihilates into A' A', if
        alpha_D is zero, or the dark masses add to more than 5 GeV.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> model = DarkPhoton.from_y(5.87e-11, mediator_mass=0.3, alpha_D=0.1, mass_ratio=3,
    ...                           dark_matter="dirac")
    >>> round(relic_abundance(model).value, 2)
    0.12
    """
    made = model_of(model, parameters)
    return evolution(made).abundance(made.coupling)


def thermal_coupling(
    model: Given, omega_h2: float = PLANCK_OMEGA_H2, **parameters: float | str
) -> ThermalCoupling:
    """Find the kinetic mixing with which a dark sector has the observed density.

    Parameters
    ----------
    model : DecayingMediator, type or str
        The dark sector, or its class or name; its own kinetic mixing plays no part.
    omega_h2 : float
        The density to be reached, from 1e-10 to 1e6.
    **parameters
        Of the model but for its coupling: those of a class or name, or changes.

    Returns
    -------
    ThermalCoupling
        epsilon and y, with which the abundance is solved to 1e-6. If several give the density,
        as slow conversions of i2DM allow, it is the smallest.

    Raises
    ------
    RangeError
        As `relic_abundance`, or if no kinetic mixing below 1 gives the density.

    Examples
    --------
    >>> f"{thermal_coupling('dark_photon', mediator_mass=0.03, alpha_D=0.1).y:.2g}"
    '1.3e-11'
    """
    omega_h2 = number_within("omega_h2", omega_h2, *DENSITIES)
    natural = {kind_of(model).coupling_field: PROBE}
    made = _annihilating(model_of(model, parameters, natural))
    excess = _Excess(made, omega_h2)
    logarithm = _newton(excess)
    if made.converts:
        excess.coupled = True
        logarithm = _first_crossing(excess, logarithm)
    mixing = math.exp(logarithm / 2)
    y = _with_coupling(made, mixing).y
    return ThermalCoupling(mixing, y, excess.history.abundance(mixing))


class _Excess:
    """ln of the abundance over the wanted one, as a function of ln epsilon^2."""

    def __init__(self, model: DecayingMediator, omega_h2: float) -> None:
        self.model = _with_coupling(model, 1e-6)
        self.omega_h2 = omega_h2
        self.coupled = False  # whether chi1 and chi2 have an equation each
        self.history: Evolution = SingleEquation(self.model)

    def __call__(self, logarithm: float) -> float:
        mixing = math.exp(logarithm / 2)
        prepared_alike = isinstance(self.history, SingleEquation) != self.coupled
        if not (prepared_alike and self.history.holds_for(mixing)):
            self.model = _with_coupling(self.model, mixing)
            self.history = evolution(self.model) if self.coupled else SingleEquation(self.model)
        return math.log(self.history.omega(mixing) / self.omega_h2)

    def no_solution(self) -> RangeError:
        return RangeError(
            f"{self.model.coupling_field}: none below 1 leaves Omega h^2 = {self.omega_h2:g}"
            f" (mediator_mass {self.model.mediator_mass:g} GeV,"
            f" mass_ratio {self.model.mass_ratio:g})"
        )


def _newton(excess: _Excess) -> float:
    """Return the root of a falling function, close to a line of slope -0.95, by secants."""
    position, slope = math.log(1e-12), -0.95
    value = excess(position)
    for _ in range(_MAX_ITERATIONS):
        following = position - value / min(max(slope, -1.2), -0.3)
        if not following < 0:
            break
        change = excess(following) - value
        if following != position:
            slope = change / (following - position)
        position, value = following, value + change
        if abs(value) < _TOLERANCE:
            return position
    raise excess.no_solution()


def _first_crossing(excess: _Excess, below: float) -> float:
    """Return the first root above a point near which the function may begin to be positive.

    Conversions that are too slow leave more than the single equation says, and the abundance
    need not fall with the coupling: it rises where chi2 is depleted faster than it is refilled.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

    position, following = below - _STRIDE, below
    while excess(following) > 0:
        position, following = following, following + _STRIDE
        if following > 0:
            raise excess.no_solution()
    if excess(position) <= 0:
        raise excess.no_solution()
    return float(brentq(excess, position, following, xtol=_TOLERANCE))


def thermal_line(
    models: Given | Iterable[Portal],
    omega_h2: float = PLANCK_OMEGA_H2,
    *,
    masses: npt.ArrayLike = (),
    **parameters: float | str,
) -> ThermalLine:
    """Find the thermal coupling of each of several models.

    Parameters
    ----------
    models : several of Portal, or one model by itself, its class or name
        The points of the line, in any plane of parameters; or one model for all masses.
    omega_h2 : float
        The density to be reached.
    masses : array_like
        Masses of the mediator in GeV, for one model; its own plays no part.
    **parameters
        Of one model but for its mass and coupling: those of a class or name, or changes.

    Returns
    -------
    ThermalLine
        Where a model has no thermal coupling, the status holds the reason.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> models = [DarkPhoton(mediator_mass=0.03, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=R,
    ...                      dark_matter="dirac") for R in (0.5, 3)]
    >>> thermal_line(models).status
    ("mass_ratio: 0.5 is not above 1: chi chi -> A' A', not included, opens", 'ok')
    >>> f"{thermal_line('dark_photon', masses=[0.03], dark_matter='dirac').y[0]:.1e}"
    '5.4e-13'
    """
    given: object = omega_h2
    if isinstance(given, list | tuple) or (isinstance(given, np.ndarray) and given.ndim):
        raise RangeError(f"omega_h2: {shown(omega_h2)} is not a number; masses go to masses=")
    omega_h2 = number_within("omega_h2", omega_h2, *DENSITIES)
    if isinstance(models, Portal | type | str):
        at = within("masses", masses, MEDIATOR_MASS.low, MEDIATOR_MASS.high, "GeV").ravel().tolist()
        if not at:
            raise RangeError("masses: missing; a line of one model needs them")
        solved = {"mediator_mass": at[0], kind_of(models).coupling_field: PROBE}
        one = model_of(models, parameters, solved)
        models = models_along(one, "mediator_mass", at)
    elif parameters or np.size(masses):
        raise RangeError("masses: they and parameters are for one model, not for several")
    points: list[tuple[float, float]] = []
    status: list[str] = []
    caveats: list[tuple[str, ...]] = []
    for model in models:
        try:
            found = thermal_coupling(model, omega_h2)
        except ScotopicError as error:
            points.append((math.nan, math.nan))
            status.append(str(error))
            caveats.append(())
        else:
            points.append((found.kinetic_mixing, found.y))
            status.append("ok")
            caveats.append(found.abundance.caveats)
    mixing, y = np.reshape(points, (-1, 2)).T
    return ThermalLine(mixing, y, tuple(status), tuple(caveats))


def approximate_abundance(model: Given, **parameters: float | str) -> float:
    r"""Estimate Omega h^2 by the approximate solution for s- or p-wave annihilation.

    Parameters
    ----------
    model : DarkPhoton, type or str
        The dark sector, without splitting, or its class or name.
    **parameters
        Of the model, by any of their names: those of a class or name, or changes.

    Returns
    -------
    float
        Omega h^2, to some 10 % away from the resonance and from thresholds.

    Raises
    ------
    RangeError
        With a splitting, for which <sigma v> is no power of x, and as `relic_abundance`.

    Notes
    -----
    Review eqs. 32-34 with n = 0 (Dirac) or 1 (complex scalar, Majorana) and sigma_0 taken from
    the exact average at x = 20. With sigma_eff and the degrees of freedom of all dark particles
    k = 1, also where particle and antiparticle differ.
    """
    model = dark_photon_of(model, parameters)
    if model.splitting > 0:
        raise RangeError(f"splitting: {model.splitting} is not 0, as eqs. 32-34 need it")
    _annihilating(model)
    n = 1 if model.dark_matter in {"complex_scalar", "majorana"} else 0
    mass = model.dark_matter_mass
    average = effective_average(model, reaction_rates(model), np.array([20.0]))
    sigma_0 = float(average[0]) * model.coupling**2 * 20.0**n
    spins = sum(state.degrees_of_freedom for state in model.dark_states)
    root_g = float(freeze_out_degrees_of_freedom(max(mass / 20, COLDEST)))
    c = math.log(0.038 * (n + 1) * spins / root_g * PLANCK_MASS * mass * sigma_0)
    x_f = c - (n + 0.5) * math.log(c)
    return (n + 1) * x_f ** (n + 1) / root_g * 8.77e-11 / sigma_0


def evolution(model: Portal) -> Evolution:
    """Prepare the history of a model: two species for mixed Dirac fermions, otherwise one.

    Raises
    ------
    RangeError
        As `relic_abundance`.
    """
    model = _annihilating(model)
    if model.converts:
        from scotopic.cosmology.two_species import TwoSpecies  # noqa: PLC0415 - imports numba

        return TwoSpecies(cast("TwoFermionsOfAPhoton", model))
    return SingleEquation(model)


def _with_coupling(model: DecayingMediator, coupling: float) -> DecayingMediator:
    return replace(model, **{model.coupling_field: coupling})


def _annihilating(model: Portal) -> DecayingMediator:
    """Return a model whose dark matter annihilates through its mediator; refuse others."""
    model = decaying(model, "freeze-out")
    if not model.alpha_D > 0:
        raise RangeError(f"alpha_D: {model.alpha_D} is not positive: nothing annihilates")
    if not model.mass_ratio > 1:
        raise RangeError(
            f"mass_ratio: {model.mass_ratio} is not above 1: chi chi -> A' A', not included, opens"
        )
    refuse_heavy(model.dark_threshold)
    return model
