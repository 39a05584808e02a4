r"""Annihilation of dark matter through a mediator, chi_i chi_j -> X* -> leptons and hadrons.

The number of reactions per volume and time in equilibrium follows from the widths at a virtual
mass w = sqrt(s) alone, whatever the spins are and whether the two particles are identical:

    gamma_ij(T) = (2J + 1) T/(2 pi^3) Int ds s^(3/2) K_1(w/T) Gamma_ij(w) Gamma_SM(w)
                  / [(s - m^2)^2 + s Gamma(w)^2],

that is, the formation rate n_X Gamma_ij K_1/K_2 of a real X of spin J spread over the Breit-Wigner
line. It equals n_i n_j <sigma v> of Gondolo and Gelmini, Nucl. Phys. B360 (1991) 145, eq. 3.8, with
the exact equilibrium densities. The width in the propagator depends on w, as the self-energy does:
with a constant one the rate would diverge as m falls to the threshold of the dark decay.

A current that is not conserved exchanges the timelike polarisation too, a spin-0 state without a
pole: the same with 1 in place of 2J + 1, its own widths, and 1/m^4 in place of 1/[...].
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import numbers, within
from scotopic.decays.hadrons import HIGHEST_ENERGY, TWO_PION_THRESHOLD, hadronic_ratio_table
from scotopic.decays.widths import SPIN_STATES
from scotopic.errors import RangeError
from scotopic.models.derived import PROBE
from scotopic.models.final_states import DarkState
from scotopic.models.mediator import DecayingMediator, decaying
from scotopic.models.parameters import Given, model_of
from scotopic.quadrature import gauss_legendre
from scotopic.units import ELECTRON_MASS, GEV2_TO_CM2, MUON_MASS, SPEED_OF_LIGHT_CM_PER_S, TAU_MASS

Array = npt.NDArray[np.float64]

HIGHEST_THRESHOLD: Final = 5.0
"""Largest m_chi + m_chi' in GeV: the table of R, to 10 GeV, then holds all but e^-30 at x = 15."""

_HOTTEST: Final = 3.0  # smallest m_chi/T for which the integral reaches far enough up
_COLDEST: Final = 1e10  # largest m_chi/T for which rounding leaves five digits near the threshold
_NEGLIGIBLE: Final = 100.0  # e^-100 of what is at the threshold, resonances included
_LARGE: Final = 1e8  # argument of Bessel functions from where two terms of their series do
_ORDER: Final = 10
_CHECK_ORDER: Final = 7
_COARSE: Final = 1.7  # GeV, from where the table of R has few nodes
_OMEGA_PHI: Final = ((0.78266, 0.00868), (1.019461, 0.004249))  # masses and widths, PDG, for panels


def scaled_density(state: DarkState, inverse_temperature: npt.ArrayLike) -> Array:
    r"""Equilibrium density of a state without its Boltzmann factor, n e^(m/T).

    Parameters
    ----------
    state : DarkState
        The particle.
    inverse_temperature : array_like
        1/T in 1/GeV, any shape.

    Returns
    -------
    ndarray
        In GeV^3: g m^2 T/(2 pi^2) K_2(m/T) e^(m/T), Maxwell-Boltzmann statistics.
    """
    beta = numbers("inverse_temperature", inverse_temperature)
    prefactor = state.degrees_of_freedom * state.mass**2 / (2 * math.pi**2 * beta)
    return np.asarray(prefactor * scaled_bessel(2, state.mass * beta))


def scaled_bessel(order: int, z: Array) -> Array:
    """Return K_n(z) e^z for n = 1 or 2, at any z: scipy's has no value beyond 1e9.

    Examples
    --------
    >>> float((scaled_bessel(2, np.array(1e12)) * 1e6).round(9))
    1.253314137
    """
    from scipy.special import kve  # noqa: PLC0415 - slow to import, not needed to read a table

    far = np.maximum(z, _LARGE)
    series = np.sqrt(math.pi / (2 * far)) * (1 + (4 * order**2 - 1) / (8 * far))
    return np.where(z > _LARGE, series, kve(order, np.minimum(z, _LARGE)))


@dataclass(frozen=True, eq=False)
class ReactionRate:
    """Rate of one reaction at any temperature below m_chi1/3.

    Attributes
    ----------
    threshold : float
        Sum of the masses of the two particles that react, in GeV.
    masses : ndarray, shape (nodes,)
        Centre-of-mass energies w in GeV.
    weights : ndarray, shape (nodes,)
        Weight of K_1(w/T) T in the reaction density.
    """

    threshold: float
    masses: Array
    weights: Array

    def scaled(self, inverse_temperature: npt.ArrayLike) -> Array:
        """Reactions per volume and time in equilibrium, times e^(threshold/T).

        Parameters
        ----------
        inverse_temperature : array_like, shape (n,)
            1/T in 1/GeV.

        Returns
        -------
        ndarray, shape (n,)
            In GeV^4.
        """
        from scipy.special import k1e  # noqa: PLC0415 - as above

        beta = numbers("inverse_temperature", inverse_temperature)
        exponent = np.multiply.outer(beta, self.masses - self.threshold)
        kernel = np.zeros(exponent.shape)
        live = exponent < _NEGLIGIBLE
        argument = np.multiply.outer(beta, self.masses)[live]
        kernel[live] = k1e(argument) * np.exp(-exponent[live])
        return np.asarray(kernel @ self.weights / beta)


def reaction_rates(model: DecayingMediator, *, order: int = _ORDER) -> Mapping[str, ReactionRate]:
    """Prepare the annihilation of each pair of dark particles, for unit coupling.

    Parameters
    ----------
    model : DecayingMediator
        The dark sector. Its kinetic mixing enters through the width of A' alone, and that only
        matters where the dark width nearly vanishes on the pole.
    order : int
        Points of the Gauss-Legendre rule in each panel.

    Returns
    -------
    dict of str to ReactionRate
        Rates to be multiplied by epsilon^2, good to 3e-5 for widths of A' down to 1e-12 of its
        mass; `quadrature_error` measures it.

    Raises
    ------
    RangeError
        If two dark particles are heavier than 5 GeV.
    """
    rates = {}
    for channel, threshold in model.dark_thresholds().items():
        masses, steps = thermal_nodes(model, threshold, order)
        width = model.dark_widths_at(masses)[channel]
        spins = SPIN_STATES[model.spin_parity]
        resonant = spins * width * line_shape(model, masses)
        exchanged = resonant + timelike_product(model, masses)
        weights = masses**4 / math.pi**3 * exchanged * steps
        rates[channel] = ReactionRate(threshold, masses, weights)
    return rates


def quadrature_error(model: DecayingMediator, rates: Mapping[str, ReactionRate]) -> float:
    """Return the largest relative change of <sigma v> with a coarser rule, x from 5 to 300.

    It is an upper bound for the error of `rates`, which has the finer rule.
    """
    x = np.geomspace(5.0, 300.0, 8)
    coarse = effective_average(model, reaction_rates(model, order=_CHECK_ORDER), x)
    fine = effective_average(model, rates, x)
    # Below the electron's mass nothing is left to annihilate into when it is cold.
    return float(np.max(np.abs(coarse - fine)[fine > 0] / fine[fine > 0], initial=0.0))


def line_shape(model: DecayingMediator, masses: Array) -> Array:
    """Gamma_SM(w)/[(s - m^2)^2 + s Gamma(w)^2] per coupling squared, in GeV^-3."""
    visible = sum(visible_widths(model, masses).values())
    total = model.dark_width_at(masses) + model.coupling**2 * visible
    detuning = (masses - model.mediator_mass) * (masses + model.mediator_mass)
    distance = np.hypot(detuning, masses * total)  # whose square may be no number
    is_open = visible > 0  # elsewhere both may vanish
    root = np.divide(visible, distance, out=np.zeros_like(distance), where=is_open)
    return np.divide(root, distance, out=root, where=is_open)


def timelike_product(model: DecayingMediator, masses: Array) -> Array:
    """Gamma_dark(w) Gamma_SM(w)/m^4 of the timelike polarisation, per coupling squared, in GeV^-2.

    It has no line: see `decays.widths.timelike_width`.
    """
    unit = replace(model, **{model.coupling_field: PROBE})
    visible = sum(unit.timelike_visible_widths_at(masses).values()) / PROBE**2
    dark = model.timelike_dark_width_at(masses)
    return np.asarray(dark * visible / model.mediator_mass**4)


def visible_widths(model: DecayingMediator, masses: npt.ArrayLike) -> Mapping[str, Array]:
    """Return widths into particles of the Standard Model, neutrinos too, for unit coupling."""
    weak = replace(model, **{model.coupling_field: PROBE})  # at 1 some models do not exist
    widths = weak.visible_widths_at(masses) | weak.neutrino_widths_at(masses)
    return {name: np.asarray(width / PROBE**2) for name, width in widths.items()}


def annihilation_cross_sections(
    model: DecayingMediator, sqrt_s: npt.ArrayLike
) -> Mapping[str, Array]:
    r"""Cross section of chi chi (pseudo-Dirac: chi1 chi2) into each visible channel.

    Parameters
    ----------
    model : DecayingMediator
        The dark sector, with one pair of dark particles that couples to the mediator.
    sqrt_s : array_like
        Centre-of-mass energy in GeV, any shape, above the sum of the two masses, to 10 GeV.

    Returns
    -------
    dict of str to ndarray
        Cross sections in cm^2 for the channels `e+e-`, `mu+mu-`, `tau+tau-`, `hadrons`.

    Raises
    ------
    RangeError
        If an energy is not above the threshold, or the model has more than one pair.

    Notes
    -----
    sigma = (2J + 1) 4 pi s Gamma_dark(w) Gamma_f(w)/(g g' p^2 [(s - m^2)^2 + s Gamma^2]), twice
    that for identical particles, and what the timelike polarisation adds. For a dark photon, near
    the threshold, these are eqs. 36 and 40 of Gninenko, Krasnikov and Matveev, Phys. Usp. 64
    (2021) 1286.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> model = DarkPhoton(mediator_mass=0.3, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3,
    ...                    dark_matter="dirac")
    >>> {name: f"{float(v):.2g}" for name, v in annihilation_cross_sections(model, 0.21).items()}
    {'e+e-': '1.2e-36', 'mu+mu-': '0', 'tau+tau-': '0', 'hadrons': '0'}
    """
    if len(model.dark_thresholds()) > 1:
        name = type(model).__name__
        raise RangeError(f"model: {name} has more than one pair that annihilates")
    w = within("sqrt_s", sqrt_s, 0.0, HIGHEST_ENERGY, "GeV")
    states = model.dark_states
    light, heavy = states[0].mass, states[-1].mass
    if not np.all(w > light + heavy):
        raise RangeError(f"sqrt_s: {np.min(w)} GeV is not above {light + heavy:g} GeV")
    s = w**2
    momentum2 = (s - (light + heavy) ** 2) * (s - (heavy - light) ** 2) / (4 * s)
    # Particle and antiparticle share the degrees of freedom; Majorana fermions are identical.
    own_antiparticle = states[0].self_conjugate
    identical = own_antiparticle and len(states) == 1
    spins = states[0].degrees_of_freedom // (1 if own_antiparticle else 2)
    average = (2 if identical else 1) / spins**2
    flux = 4 * math.pi * average * s / momentum2
    total = model.dark_width_at(w) + sum(model.visible_widths_at(w).values())
    denominator = (s - model.mediator_mass**2) ** 2 + s * total**2
    numerator = SPIN_STATES[model.spin_parity] * flux * model.dark_width_at(w)
    # nothing annihilates where nothing couples, on a pole without width too
    common = np.divide(numerator, denominator, out=np.zeros(w.shape), where=numerator > 0)
    timelike = flux * model.timelike_dark_width_at(w) / model.mediator_mass**4
    of_channel = model.timelike_visible_widths_at(w)
    return {
        name: np.asarray((common * width + timelike * of_channel.get(name, 0.0)) * GEV2_TO_CM2)
        for name, width in model.visible_widths_at(w).items()
    }


def thermal_average_cm3_per_s(model: Given, x: npt.ArrayLike, **parameters: float | str) -> Array:
    r"""Thermal average of the effective annihilation cross section times velocity.

    Parameters
    ----------
    model : DecayingMediator, type or str
        The dark sector, or its class or name.
    x : array_like, shape (n,)
        m_chi1/T, from 3 to 1e10.
    **parameters
        Of the model, by any of their names: those of a class or name, or changes.

    Returns
    -------
    ndarray, shape (n,)
        <sigma v>_eff in cm^3/s, such that dn/dt + 3 H n = -<sigma v>_eff (n^2 - n_eq^2) for the
        density n of all dark particles: half of that of one pair if particle and antiparticle
        differ, and the co-annihilation average of Griest and Seckel if there are two masses.

    Raises
    ------
    RangeError
        If x is outside of its range or the dark masses add to more than 5 GeV.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> model = DarkPhoton(mediator_mass=0.03, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3,
    ...                    dark_matter="dirac")
    >>> v = thermal_average_cm3_per_s(model, [20.0, 1000.0])
    >>> [f"{value:.3g}" for value in v]
    ['9.85e-25', '8.58e-25']
    """
    values = within("x", x, _HOTTEST, _COLDEST)
    model = decaying(model_of(model, parameters), "annihilation")
    effective = effective_average(model, reaction_rates(model), values)
    to_cm3_per_s = GEV2_TO_CM2 * SPEED_OF_LIGHT_CM_PER_S
    return np.asarray(effective * model.coupling**2 * to_cm3_per_s)


def effective_average(
    model: DecayingMediator, rates: Mapping[str, ReactionRate], x: Array
) -> Array:
    """Return 2 gamma/n_eq^2 in GeV^-2 for unit coupling, at x of shape (n,)."""
    states = model.dark_states
    lightest = states[0].mass
    beta = x / lightest
    density = sum(
        scaled_density(state, beta) * np.exp(-beta * (state.mass - lightest)) for state in states
    )
    reactions = sum(
        rate.scaled(beta) * np.exp(-beta * (rate.threshold - 2 * lightest))
        for rate in rates.values()
    )
    return np.asarray(2 * reactions / density**2)


def refuse_heavy(threshold: float) -> None:
    """Refuse dark matter that is too heavy for the table of R.

    Raises
    ------
    RangeError
        If the threshold, in GeV, is above 5 GeV.
    """
    if not threshold <= HIGHEST_THRESHOLD:
        raise RangeError(
            f"mediator_mass: {threshold:g} GeV, the threshold for annihilation, is above"
            f" {HIGHEST_THRESHOLD:g} GeV: R(s) is tabulated to {HIGHEST_ENERGY:g} GeV"
        )


def thermal_nodes(
    model: DecayingMediator, threshold: float, order: int = _ORDER
) -> tuple[Array, Array]:
    """Return centre-of-mass energies w above a threshold, in GeV, and weights of dw.

    Gauss-Legendre points in panels of sqrt(w - threshold), up to where the Boltzmann factor is
    e^-45 at x = 3, or to the end of the table of R.

    Raises
    ------
    RangeError
        If the threshold is above 5 GeV.
    """
    refuse_heavy(threshold)
    span = min(45 * model.dark_matter_mass / _HOTTEST, HIGHEST_ENERGY - threshold)
    roots = np.sqrt(_panel_edges(model, threshold, span))
    points, weights = gauss_legendre(order)
    width = np.diff(roots)[:, None]
    root = (roots[:-1, None] + width * points).ravel()
    return threshold + root**2, (width * weights).ravel() * 2 * root


def _panel_edges(model: DecayingMediator, threshold: float, span: float) -> Array:
    """Return edges of panels in w - threshold, from 0 to the span.

    They crowd geometrically at the threshold, where the Boltzmann factor lives at low
    temperature, above each visible threshold, and around A', omega and phi, and lie on the kinks
    of the table of R where it is coarse.
    """
    kinks = hadronic_ratio_table()[0]
    edges = [np.array([0.0]), span * 4.0 ** -np.arange(22), kinks[kinks >= _COARSE] - threshold]
    steps = 4.0 ** -np.arange(8)
    openings = (2 * ELECTRON_MASS, 2 * MUON_MASS, TWO_PION_THRESHOLD, 2 * TAU_MASS)
    edges += [opening - threshold + np.append(0.0, opening * steps) for opening in openings]
    for mass, width in (*_OMEGA_PHI, (model.mediator_mass, _pole_width(model))):
        breadth = max(width, 1e-12 * threshold)
        count = math.ceil(math.log2(max(span / breadth, 1.0))) + 2
        wings = breadth / 2 * 2.0 ** np.arange(count)
        edges.append(mass - threshold + np.concatenate([-wings, [0.0], wings]))
    joined = np.unique(np.concatenate(edges))
    return joined[(joined >= 0) & (joined <= span)]


def _pole_width(model: DecayingMediator) -> float:
    mass = min(model.mediator_mass, HIGHEST_ENERGY)
    visible = float(sum(visible_widths(model, mass).values()))
    return float(model.dark_width_at(mass)) + model.coupling**2 * visible
