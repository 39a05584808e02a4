"""What papers give in place of a model's own coupling: eps, g, their squares, a cross section."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from scotopic.errors import RangeError
from scotopic.models.derived import COUPLING, PROBE
from scotopic.models.mediator import DecayingMediator
from scotopic.models.parameters import build, field_of, parameter, parameter_names
from scotopic.models.portal import Portal
from scotopic.models.two_dark_fermions import TwoDarkFermions
from scotopic.units import ALPHA, ELECTRON_MASS, ELEMENTARY_CHARGE, GEV2_TO_CM2

_FASTEST_2: Final = 2.7e-3**2
"""Squared speed of the fastest dark matter on Earth: 544 km/s in the halo, and the Earth's own."""


@dataclass(frozen=True)
class Quantity:
    """What papers give in place of a coupling without a dimension.

    Attributes
    ----------
    power : int
        Of the coupling that it goes as.
    of : callable
        Gives it for a model.
    unit : str
        Its unit.
    """

    power: int
    of: Callable[[Portal], float]
    unit: str = "1"


def _in_charges(model: Portal) -> float:
    return model.coupling / model.coupling_unit


def scattering_cross_section(model: Portal) -> float:
    """Return the cross section of dark matter on free electrons in cm^2, as in direct detection.

    Raises
    ------
    RangeError
        With the reason, if the model has none that goes neither with the velocity nor with the
        momentum transfer: the mediator is no vector, or dark matter is a Majorana fermion, or
        scatters up to a heavier state alone.

    Notes
    -----
    16 pi mu^2 alpha alpha_D g^2/m^4, with g in units of e and the reduced mass mu: Essig, Mardon
    and Volansky, Phys. Rev. D85 (2012) 076007, with a form factor of one (m >> alpha m_e). Of two
    Dirac fermions that mix, the lighter one scatters with its own current alone.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> one = DarkPhoton.from_y(1e-10, mediator_mass=0.15, alpha_D=0.1, mass_ratio=3,
    ...                         dark_matter="dirac")
    >>> f"{scattering_cross_section(one):.3g}"
    '5.85e-40'
    """
    alpha_D, mass = getattr(model, "alpha_D", None), getattr(model, "dark_matter_mass", None)
    if not isinstance(model, DecayingMediator) or alpha_D is None or mass is None:
        raise RangeError("sigma: is of dark matter that scatters by a vector")
    if model.spin_parity != "vector":
        raise RangeError("sigma: is of dark matter that scatters by a vector")
    if not alpha_D > 0:
        raise RangeError("sigma: alpha_D is zero: nothing dark scatters")
    current = _elastic_current(model)
    reduced = mass * ELECTRON_MASS / (mass + ELECTRON_MASS)
    strength = ALPHA * float(alpha_D) * current * model.lepton_coupling("electron") ** 2
    return float(16 * np.pi * reduced**2 * strength / model.mediator_mass**4 * GEV2_TO_CM2)


def _elastic_current(model: DecayingMediator) -> float:
    """Return the square of the vector current of the lightest dark state with itself.

    Raises
    ------
    RangeError
        If there is none, with the reason.
    """
    if getattr(model, "dark_matter", "") == "majorana":
        raise RangeError(
            "sigma: Majorana dark matter scatters with the square of its velocity, which published"
            " curves do not cover"
        )
    splitting = float(getattr(model, "splitting", 0.0))
    current, across = 1.0, 0.0
    if isinstance(model, TwoDarkFermions):
        current, across = model.current_strengths["chi1 chi1"], model.transition_strength
    elif getattr(model, "dark_matter", "") == "pseudo_dirac":
        current, across = 0.0, 1.0
    if splitting == 0:
        return current + across  # the heavier state is no other
    if current > 0:
        return current
    size = f"a splitting of {splitting:.3g} of the mass"
    if splitting > _FASTEST_2 / 2:
        raise RangeError(
            f"sigma: no elastic scattering at tree level, and up-scattering is closed for {size}"
        )
    raise RangeError(f"sigma: up-scattering is not recast, for {size}")


QUANTITIES: Final[Mapping[str, Quantity]] = {
    "eps": Quantity(1, _in_charges),
    "eps^2": Quantity(2, lambda model: _in_charges(model) ** 2),
    "g": Quantity(1, lambda model: ELEMENTARY_CHARGE * _in_charges(model)),
    "g^2": Quantity(2, lambda model: (ELEMENTARY_CHARGE * _in_charges(model)) ** 2),
    "sigma": Quantity(2, scattering_cross_section, "cm^2"),
}
"""By the words for them: the coupling in units of e, with e, and the cross section on electrons."""


def words_for(kind: type[Portal], axis: str) -> list[str]:
    """Return the words for what determines the same field of a model as a parameter does."""
    field = field_of(kind, axis)
    words = [name for name in parameter_names(kind) if field_of(kind, name) == field]
    if field == COUPLING and parameter(kind, kind.coupling_field).unit == "1":
        words += QUANTITIES
    return words


def unit_of(kind: type[Portal], word: str) -> str:
    """Return the unit of a parameter of a model, or of what stands for its coupling."""
    return QUANTITIES[word].unit if word in QUANTITIES else parameter(kind, word).unit


def model_with(kind: type[Portal], fixed: Mapping[str, Any], values: Mapping[str, float]) -> Portal:
    """Return the model in which parameters, or what stands for its coupling, have some values.

    Raises
    ------
    RangeError
        If there is none.
    """
    words = [name for name in values if name in QUANTITIES and name not in parameter_names(kind)]
    if not words:
        return build(kind, {**fixed, **values})
    (word,) = words
    others = {name: value for name, value in values.items() if name != word}
    model = build(kind, {**fixed, **others, kind.coupling_field: PROBE})
    quantity = QUANTITIES[word]
    if not values[word] > 0:
        raise RangeError(f"{word}: {values[word]:g} is not positive")
    coupling = PROBE * (values[word] / quantity.of(model)) ** (1 / quantity.power)
    return replace(model, **{kind.coupling_field: coupling})
