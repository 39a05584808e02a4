r"""Resonant annihilation of a shower positron with an atomic electron, e+ e- -> X -> nothing seen.

The electron is at rest, s = 2 m_e (E_+ + m_e). With the widths at the mass sqrt(s),

    sigma(s) = (2J + 1) 4 pi Gamma_ee(s) Gamma_inv(s) / (beta_e^2 [(s - m^2)^2 + s Gamma_inv(s)^2]),

the relativistic Breit-Wigner formula averaged over the spins of e+ and e- (1/4), in which the
electron momentum is k = beta_e sqrt(s)/2. A mediator too light for dark decays has no resonance
and is exchanged all the same; a photon has 1/s^2 in place of 1/[...]. Everything here is for a
coupling e to the electron, or 1 GeV^-1 if the mediator is a tensor.
"""

import numpy as np
import numpy.typing as npt

from scotopic.checked import ascending, number_within, within
from scotopic.decays.tensor_widths import unit_lepton_width
from scotopic.decays.widths import SPIN_STATES, timelike_width
from scotopic.errors import RangeError
from scotopic.models.derived import COUPLING, PROBE, Values
from scotopic.models.parameters import Given, model_of
from scotopic.models.portal import Portal
from scotopic.production.spectrum import HIGHEST_ENERGY
from scotopic.quadrature import across_resonance
from scotopic.units import ALPHA, ELECTRON_MASS, GEV2_TO_CM2

Array = npt.NDArray[np.float64]

_NARROWEST = 1e-100  # GeV, so that nothing overflows


def resonance_energy(mass: float) -> float:
    """Return the positron energy in GeV at which the centre-of-mass energy is a mass in GeV.

    Raises
    ------
    RangeError
        If the mass is below that of two electrons.

    Examples
    --------
    >>> round(resonance_energy(0.226)), round(resonance_energy(0.320))
    (50, 100)
    """
    mass = number_within("mass", mass, 2 * ELECTRON_MASS, 1e30, "GeV")
    return (mass**2 - 2 * ELECTRON_MASS**2) / (2 * ELECTRON_MASS)


def cross_section(
    positron_energy: npt.ArrayLike,
    model: Given,
    *,
    total_width: float | None = None,
    **parameters: float | str,
) -> Array:
    r"""Cross section of e+ e- -> X -> invisible per electron, for the coupling e to electrons.

    Parameters
    ----------
    positron_energy : array_like
        Total energy of the positron in GeV, any shape, above the electron mass.
    model : Portal, type or str
        The mediator, or its class or name. Its coupling to electrons does not enter: multiply by
        the square of `model.lepton_coupling("electron")`.
    total_width : float, optional
        Constant width in the denominator in GeV. By default the invisible one at sqrt(s), without
        the visible one, so that the result times epsilon^2 is exact as long as epsilon^2 alpha <<
        alpha_D, or the resonance is narrow and the result is multiplied by the invisible branching
        ratio. Give `model.total_width` where that does not hold.
    **parameters
        Of the model, by any of their names: those of a class or name, or changes.

    Returns
    -------
    ndarray
        Cross section in cm^2, of the shape of `positron_energy`; zero below the threshold.

    Raises
    ------
    RangeError
        If an energy is not above the electron mass, or the mediator has no width.

    Notes
    -----
    For the dark photon this is the s-channel exchange at tree level with a running width: for a
    Dirac fermion (4 pi/3) alpha alpha_D (s + 2 m_chi^2) beta_chi/[...] as m_e -> 0. What an axial
    vector's timelike polarisation adds, see `decays.widths.timelike_width`, is of relative order
    (m_e m_chi/m^2)^2.
    """
    model = _model(model, parameters)
    energy = within("positron_energy", positron_energy, 0.0, HIGHEST_ENERGY, "GeV")
    _refuse_slow(energy)
    if total_width is None:
        _refuse_closed(model)
    s = 2 * ELECTRON_MASS * (energy + ELECTRON_MASS)
    return _cross_section(s, s - model.mediator_mass**2, model, total_width)


def integrated_cross_section(
    edges: npt.ArrayLike,
    model: Given,
    *,
    total_width: float | None = None,
    **parameters: float | str,
) -> Array:
    r"""Integrate the cross section over bins of positron energy, for the coupling e to electrons.

    Parameters
    ----------
    edges : array_like, shape (n + 1,)
        Increasing edges of the bins in GeV, above the electron mass.
    model, total_width, **parameters
        As for `cross_section`.

    Returns
    -------
    ndarray, shape (n,)
        Integrals in cm^2 GeV.

    Raises
    ------
    RangeError
        As `cross_section`, or if the edges do not increase.

    Notes
    -----
    Good to 1e-6 for widths down to 1e-8 of the mass, however wide the bins are.
    """
    bins = within("edges", ascending("edges", edges), 0.0, HIGHEST_ENERGY, "GeV")
    _, weights, inside = _panels(bins, _model(model, parameters), total_width)
    return np.bincount(inside, weights.sum(axis=1), len(bins) - 1).astype(float)


def quadrature(
    edges: npt.ArrayLike,
    model: Given,
    *,
    total_width: float | None = None,
    **parameters: float | str,
) -> tuple[Array, Array]:
    r"""Nodes and weights that integrate the cross section times a smooth function of the energy.

    Parameters
    ----------
    edges : array_like, shape (n + 1,)
        Increasing positron energies in GeV between which the function is smooth.
    model, total_width, **parameters
        As for `cross_section`.

    Returns
    -------
    energies, weights : ndarray, shape (k,)
        Positron energies E_j in GeV and weights w_j in cm^2 GeV such that sum_j w_j f(E_j) is
        the integral of f(E) sigma(E) from the first to the last edge; k is about 8 n, and more
        the narrower the resonance.

    Raises
    ------
    RangeError
        As `integrated_cross_section`.

    Examples
    --------
    >>> from scotopic import DarkPhoton
    >>> model = DarkPhoton(mediator_mass=0.25, kinetic_mixing=1e-4, alpha_D=1e-6, mass_ratio=3,
    ...                    dark_matter="dirac")
    >>> energies, weights = quadrature([20.0, 100.0], model)
    >>> mean = weights @ energies / weights.sum()
    >>> print(f"{mean:.2f} {resonance_energy(0.25):.2f}")
    61.15 61.15
    """
    bins = within("edges", ascending("edges", edges), 0.0, HIGHEST_ENERGY, "GeV")
    energies, weights, _ = _panels(bins, _model(model, parameters), total_width)
    return energies.ravel(), weights.ravel()


def _model(given: Given, parameters: Values) -> Portal:
    return model_of(given, parameters, natural={COUPLING: PROBE})


def _refuse_slow(energy: Array) -> None:
    """Refuse energies that a moving positron cannot have."""
    if not np.all(energy > ELECTRON_MASS):
        worst = energy[~(energy > ELECTRON_MASS)].flat[0]
        raise RangeError(f"positron_energy: {worst} GeV is not above the electron mass")


def _constant(total_width: float) -> float:
    return number_within("total_width", total_width, _NARROWEST, 1e30, "GeV")


def _refuse_closed(model: Portal) -> None:
    """Refuse a mediator that no decay makes wide, and none of a virtual one is dark."""
    if not (model.invisible_width > 0 or model.is_off_shell):
        raise RangeError(
            f"total_width: {model.invisible_width} is not positive; the dark decay of a mediator of"
            f" {model.mediator_mass} GeV opens at {model.invisible_threshold} GeV"
        )


def _cross_section(s: Array, distance: Array, model: Portal, total_width: float | None) -> Array:
    """Cross section in cm^2 at s, which is at a distance from the squared mass, both in GeV^2."""
    root = np.sqrt(s)
    electrons = unit_lepton_width(model.spin_parity, root, ELECTRON_MASS)
    beta2 = 1 - 4 * ELECTRON_MASS**2 / s
    flux = 4 * np.pi * SPIN_STATES[model.spin_parity] / beta2
    if total_width is None:
        resonance = model.propagator_squared(root, distance)
    else:
        width = model.mediator_mass * _constant(total_width)
        resonance = 1 / (distance**2 + width**2)
    exchanged = flux * electrons * model.invisible_width_at(root) * resonance
    dark = model.timelike_dark_width_at(root)
    if np.any(dark):
        pair = timelike_width(root, ALPHA, ELECTRON_MASS)
        exchanged += 4 * np.pi / beta2 * pair * dark / model.mediator_mass**4
    return np.asarray(exchanged * GEV2_TO_CM2)


def _panels(
    edges: Array, model: Portal, total_width: float | None
) -> tuple[Array, Array, npt.NDArray[np.intp]]:
    """Energies and weights with sigma in them, both of shape (panels, 8), and bins of panels."""
    _refuse_slow(edges)
    if total_width is None:
        _refuse_closed(model)
        scale = model.resonance_scale
    else:
        scale = model.mediator_mass * _constant(total_width)
    threshold = max(model.invisible_threshold, 2 * ELECTRON_MASS) ** 2
    ends = 2 * ELECTRON_MASS * (edges + ELECTRON_MASS)
    s, distance, weights, inside = across_resonance(ends, threshold, model.mediator_mass**2, scale)
    sigma = _cross_section(s, distance, model, total_width)
    # dE = ds/(2 m_e)
    return s / (2 * ELECTRON_MASS) - ELECTRON_MASS, weights * sigma / (2 * ELECTRON_MASS), inside
