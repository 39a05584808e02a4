r"""Anomalous magnetic moments of the electron and the muon from one exchange of a mediator.

With u the Feynman parameter, x = m_X/m_l and D = u^2 + (1 - u) x^2,

    Delta a = g^2/(8 pi^2) Int_0^1 du f(u)/D,

    scalar         f =  u^2 (2 - u)
    pseudoscalar   f = -u^3
    vector         f =  2 u^2 (1 - u)
    axial vector   f = -2 u (1 - u)(4 - u) - 4 u^3/x^2

(Leveille, Nucl. Phys. B137 (1978) 63, with the lepton itself inside the loop; the vector is
eqs. 22 and 23 of Gninenko, Krasnikov and Matveev, Phys. Usp. 64 (2021) 1286, "the review", the
others tend to its eqs. 54, 55 and 57). No f changes its sign: scalars and vectors raise a,
pseudoscalars and axial vectors lower it, at any mass.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import number_within, of_one_shape, one_of, within
from scotopic.decays.leptons import lepton_mass_of
from scotopic.errors import RangeError
from scotopic.models.spin_parities import MediatorLike, spin_parity_of
from scotopic.units import ELEMENTARY_CHARGE
from scotopic.words import Lepton, SpinParity

if TYPE_CHECKING:
    from scotopic.models.portal import Portal

Array = npt.NDArray[np.float64]

SIGN: Final[Mapping[SpinParity, int]] = MappingProxyType(
    {"scalar": 1, "pseudoscalar": -1, "vector": 1, "axial_vector": -1}
)
"""Sign of Delta a."""

LARGEST_RATIO: Final = 1e8
"""x = m_X/m_l is allowed from the inverse of this to this."""

# Where ln(u/(1-u)) is the variable, the poles of 1/D keep pi/2 or more away from the real axis,
# whatever x is: the trapezoidal rule errs by exp(-pi^2/step). The ends leave out less than 1e-15.
_STEP: Final = 0.25
_LOGIT: Final = np.arange(-60.0, 80.0, _STEP)
_U: Final = 1 / (1 + np.exp(-_LOGIT))
_ONE_MINUS_U: Final = 1 / (1 + np.exp(_LOGIT))


def loop_integral(mediator: SpinParity, mass_ratio: npt.ArrayLike) -> Array:
    r"""Return Int du f/D, which is 8 pi^2 Delta a/g^2.

    Parameters
    ----------
    mediator : {"scalar", "pseudoscalar", "vector", "axial_vector"}
        Kind of coupling, as in `scotopic.decays.widths`.
    mass_ratio : array_like
        x = m_X/m_l, any shape, from 1e-8 to 1e8.

    Returns
    -------
    ndarray
        The integral with its sign, of the shape of `mass_ratio`; relative error below 1e-12.

    Raises
    ------
    RangeError
        If the kind is unknown or a ratio outside the range.

    Notes
    -----
    The axial vector's integral grows as -2/x^2 for small x. Its longitudinal part keeps
    perturbative unitarity for x > g sqrt(2/pi) only (Kahlhoefer et al., JHEP 02 (2016) 016).

    Examples
    --------
    >>> [round(float(loop_integral(kind, 1.0)) / (8 * np.pi**2), 6) for kind in SIGN]
    [0.006333, -0.003683, 0.00265, -0.033279]
    """
    x = within("mass_ratio: m_X/m_l", mass_ratio, 1 / LARGEST_RATIO, LARGEST_RATIO)
    one_of("mediator", mediator, SIGN)
    squared = x[..., np.newaxis] ** 2
    u, v = _U, _ONE_MINUS_U
    match mediator:
        case "scalar":
            numerator = np.asarray(u**2 * (1 + v))
        case "pseudoscalar":
            numerator = -(u**3)
        case "vector":
            numerator = 2 * u**2 * v
        case _:
            numerator = -2 * u * v * (3 + v) - 4 * u**3 / squared
    return np.asarray(np.sum(numerator * (_STEP * u * v) / (u**2 + v * squared), axis=-1))


def kind_with_moment(mediator: MediatorLike, lepton: str) -> SpinParity:
    """Return the kind of a mediator as `spin_parity_of` does, if its moment is finite.

    Raises
    ------
    RangeError
        As there, or if the loop of a tensor diverges.
    """
    kind = spin_parity_of(mediator, lepton)
    if kind not in SIGN:
        raise RangeError(
            f"mediator: the magnetic moment of a {kind.replace('_', ' ')} diverges; it is known for"
            f" {', '.join(SIGN)}"
        )
    return kind


def magnetic_moment(
    lepton: Lepton, mediator: MediatorLike, mass: npt.ArrayLike, coupling: npt.ArrayLike
) -> Array:
    r"""Return Delta a = Delta (g-2)/2 from a mediator.

    Parameters
    ----------
    lepton : {"electron", "muon"}
        Whose moment.
    mediator : {"scalar", "pseudoscalar", "vector", "axial_vector"}, model, class or name
        Kind of coupling, or a model that has it.
    mass : array_like
        Mass m_X in GeV, of a shape that fits that of `coupling`.
    coupling : array_like
        g, as in `scotopic.decays.widths`; `coupling_of_mixing` gives it for epsilon e.

    Returns
    -------
    ndarray
        Delta a with its sign.

    Raises
    ------
    RangeError
        If a word is unknown, a coupling not finite or a mass outside the range of `loop_integral`.

    Examples
    --------
    >>> f"{float(magnetic_moment('muon', 'vector', 0.01, coupling_of_mixing(1.662e-3))):.3e}"
    '2.511e-09'
    """
    masses, g = of_one_shape(
        mass=within("mass", mass, 1e-20, 1e20, "GeV"),
        coupling=within("coupling", coupling, -1e100, 1e100),
    )
    ratio = masses / lepton_mass_of(lepton)
    kind = kind_with_moment(mediator, lepton)
    return np.asarray(g**2 / (8 * math.pi**2) * loop_integral(kind, ratio))


def coupling_of_mixing(kinetic_mixing: npt.ArrayLike) -> Array:
    """Return g = epsilon e, with e^2 = 4 pi alpha.

    Examples
    --------
    >>> round(float(coupling_of_mixing(1.0)), 5)
    0.30282
    """
    return np.asarray(within("kinetic_mixing", kinetic_mixing, -1e100, 1e100) * ELEMENTARY_CHARGE)


def moment_of(model: "Portal", lepton: Lepton) -> float:
    """Return a model's Delta a of a lepton.

    Parameters
    ----------
    model : Portal
        Its mass, spin-parity and coupling to the lepton enter.
    lepton : {"electron", "muon"}
        Whose moment; zero if the model does not couple to it.

    Examples
    --------
    >>> from scotopic.models.electrophilic import ScalarMediator
    >>> scalar = ScalarMediator(mediator_mass=0.1, electron_coupling=1e-4, alpha_D=0.1,
    ...                         mass_ratio=3)
    >>> f"{moment_of(scalar, 'electron'):.3g}", moment_of(scalar, "muon")
    ('2.85e-15', 0.0)
    """
    coupling = coupling_of_mixing(model.lepton_coupling(lepton))
    return float(magnetic_moment(lepton, model.spin_parity, model.mediator_mass, coupling))


def mixing_of_moment(
    lepton: Lepton, mediator: MediatorLike, mass: npt.ArrayLike, moment: float
) -> Array:
    r"""Return epsilon = g/e that gives a Delta a.

    Parameters
    ----------
    lepton, mediator, mass
        As in `magnetic_moment`.
    moment : float
        Delta a, of the sign that this mediator gives, or zero.

    Returns
    -------
    ndarray
        epsilon, positive or zero, of the shape of `mass`.

    Raises
    ------
    RangeError
        If the mediator cannot give a moment of this sign, and as in `magnetic_moment`.

    Examples
    --------
    >>> mixing_of_moment("muon", "vector", [0.01, 0.1], 251e-11).round(6)
    array([0.001662, 0.003125])
    """
    unit = magnetic_moment(lepton, mediator, mass, coupling_of_mixing(1.0))
    moment = number_within("moment", moment, -1e100, 1e100)
    kind = kind_with_moment(mediator, lepton)
    if not moment * SIGN[kind] >= 0:
        direction = "raises" if SIGN[kind] > 0 else "lowers"
        raise RangeError(
            f"moment: a coupling of the kind {kind!r} {direction} the {lepton}'s magnetic"
            f" moment, it cannot give {moment:g}"
        )
    return np.asarray(np.sqrt(moment / unit))
