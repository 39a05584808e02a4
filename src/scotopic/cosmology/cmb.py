r"""What the cosmic microwave background says about annihilation after recombination.

The energy set free per volume and time is p_ann rho^2 c^2 with p_ann = f_eff <sigma v>/m for
particles that are their own antiparticles, half of that otherwise. At redshift 600 dark matter is
so slow that only the s wave is left.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from scotopic.checked import number_within, one_of
from scotopic.cosmology.annihilation import line_shape, timelike_product, visible_widths
from scotopic.data_tables import data_columns
from scotopic.decays.hadrons import HIGHEST_ENERGY
from scotopic.decays.three_body import PAIRS, Pair, particle_mass
from scotopic.decays.widths import SPIN_STATES
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.models.derived import PROBE
from scotopic.models.mediator import DecayingMediator, decaying
from scotopic.models.parameters import Given, kind_of, model_of
from scotopic.units import ELECTRON_MASS, GEV2_TO_CM2, SPEED_OF_LIGHT_CM_PER_S

PLANCK_P_ANN: Final = 3.2e-28
"""Upper limit (95 %) on f_eff <sigma v>/m in cm^3/(s GeV) for particles that are their own
antiparticles: Planck 2018 VI (TT,TE,EE + lowE + lensing + BAO)."""

_ELECTRON_SHARE: Final[dict[Pair, float]] = {
    "e+e-": 1.0,
    "mu+mu-": 0.35,
    "tau+tau-": 0.275,
    "hadrons": 0.275,
}
"""Mean share of the energy that ends in one e+ or e- per particle: 7/20 for a muon, times
(1 + m_mu^2/m_pi^2)/2 = 0.786 for a charged pion."""


_ABOVE: Final = 1 + 1e-6  # thresholds, where a width over the velocity is that at rest


@displayed
@dataclass(frozen=True)
class CmbBound:
    """Upper limit on the coupling, at 95 %, for dark matter of the full density.

    Attributes
    ----------
    kinetic_mixing, y : float or None
        Largest allowed values; None if annihilation is not bounded.
    reason : str
        Why there is, or is not, a bound.
    """

    kinetic_mixing: float | None
    y: float | None
    reason: str


def deposition_efficiency(mass: float, channel: Pair) -> float:
    """Fraction f_eff of the energy that heats and ionises the gas.

    Parameters
    ----------
    mass : float
        Mass of the dark matter in GeV, from 1 MeV to 5 GeV: the energy of either particle.
    channel : {"e+e-", "mu+mu-", "tau+tau-", "hadrons"}
        What it annihilates into.

    Raises
    ------
    RangeError
        Outside the range of mass, or if the channel is unknown or closed.

    Notes
    -----
    For e+ e- the curve of Slatyer, arXiv:1506.03811. Otherwise the electrons of the decay chain,
    at their mean energy: f(m) = share f_e(share m), with charged pions for all hadrons and for the
    tau. Photons from pi0 are thereby left out, so that f is low, the bound weak, by up to a factor
    of 2 there.

    Examples
    --------
    >>> round(deposition_efficiency(0.2, "e+e-"), 2), round(deposition_efficiency(0.2, "mu+mu-"), 2)
    (0.73, 0.33)
    """
    one_of("channel", channel, PAIRS)
    mass = number_within("mass", mass, max(1e-3, particle_mass(channel)), 5.0, "GeV")
    share = _ELECTRON_SHARE[channel]
    energies, efficiencies = data_columns("scotopic.cosmology", "deposition_efficiency.csv")
    kinetic = share * mass - ELECTRON_MASS
    return share * float(np.interp(math.log(kinetic), np.log(energies), efficiencies))


def recombination_average_cm3_per_s(model: DecayingMediator) -> float:
    """s-wave <sigma v> at recombination in cm^3/s, in the convention of `PLANCK_P_ANN`.

    Parameters
    ----------
    model : DecayingMediator
        The dark sector.

    Returns
    -------
    float
        Half of sigma v of a particle and an antiparticle if they differ; zero without an s wave.

    Notes
    -----
    As v -> 0 it is (2J + 1)(64 pi/g^2) G Gamma_SM(2m)/[(4m^2 - m_X^2)^2 + 4m^2 Gamma^2] with the
    model's `s_wave_width` G and g degrees of freedom, particle and antiparticle together. For a
    dark photon and Dirac fermions it is half of the review's eq. 36. An axial vector, whose
    resonance is in the p wave, has an s wave of the timelike polarisation.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> model = DarkPhoton(mediator_mass=0.03, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3,
    ...                    dark_matter="dirac")
    >>> f"{recombination_average_cm3_per_s(model):.3g}"
    '8.56e-25'
    """
    width = model.s_wave_width
    if width is None:
        raise RangeError(f"model: no bound is known of {type(model).__name__}")
    if width == 0 and model.timelike_dark_width_at(_ABOVE * model.dark_threshold) == 0:
        return 0.0
    mass, most = model.dark_matter_mass, HIGHEST_ENERGY / 2
    if mass > most:
        raise RangeError(
            f"dark_matter_mass: {mass:g} GeV is above {most:g} GeV, up to where R(s) is tabulated"
        )
    at = np.array([2 * mass])
    resonant = SPIN_STATES[model.spin_parity] * width * float(line_shape(model, at)[0])
    above = _ABOVE * at
    velocity = math.sqrt(1 - _ABOVE**-2)
    exchanged = resonant + float(timelike_product(model, above)[0]) / velocity
    average = 64 * math.pi / model.dark_states[0].degrees_of_freedom ** 2 * exchanged
    return average * model.coupling**2 * GEV2_TO_CM2 * SPEED_OF_LIGHT_CM_PER_S


def cmb_bound(model: Given, **parameters: float | str) -> CmbBound:
    """Return the largest kinetic mixing that the CMB allows.

    Parameters
    ----------
    model : DecayingMediator, type or str
        The dark sector, or its class or name. Its own coupling only enters the width of the
        mediator, and need not be given.
    **parameters
        Of the model: those of a class or name, or changes.

    Returns
    -------
    CmbBound
        The limit, or the reason why there is none.

    Raises
    ------
    RangeError
        If the mass is outside the table of f_eff, or the model's `s_wave_width` not known.

    Examples
    --------
    >>> cmb_bound("dark_photon", mediator_mass=0.03, dark_matter="majorana").reason
    'p wave: <sigma v> falls with the square of the velocity'
    """
    natural = {kind_of(model).coupling_field: PROBE}
    made = decaying(model_of(model, parameters, natural=natural), "annihilation")
    average = recombination_average_cm3_per_s(made)
    if average == 0:
        alone = "chi1 annihilates with chi2 alone, which has decayed or been used up"
        slow = "p wave: <sigma v> falls with the square of the velocity"
        if not any(w > 0 for w in visible_widths(made, made.dark_threshold).values()):
            slow = "nothing that is seen is light enough to annihilate into"
        return CmbBound(None, None, alone if len(made.dark_states) > 1 else slow)
    mass = made.dark_matter_mass
    widths = {name: float(w) for name, w in visible_widths(made, 2 * mass).items()}
    total = sum(widths.values())
    efficiency = sum(
        widths[pair] / total * deposition_efficiency(mass, pair)
        for pair in PAIRS
        if widths.get(pair, 0.0) > 0
    )
    ratio = math.sqrt(PLANCK_P_ANN * mass / (efficiency * average))
    mixing = made.coupling * ratio
    reason = f"s wave: f_eff = {efficiency:.2g}"
    return CmbBound(mixing, made.y * ratio**2, reason)
