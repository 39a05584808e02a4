"""Laws by which a limit that assumes one model becomes one of another.

With x the squared coupling in units of that of a probe, p(x) the squared coupling by which the
mediator is made and B(x) the fraction of decays that is looked for, a search counts

    invisible    x p B_inv
    prompt       x p B_vis
    displaced    x p B_vis [exp(-l_1/L) - exp(-l_2/L)],  L ~ 1/Gamma
    scattering   x^2 p g_e^2 alpha_D B_inv

and excludes as much of it as it does of the model that was assumed.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from scotopic.bounds.base import Excluded, Interval
from scotopic.bounds.production import ProducedBy, production_coupling
from scotopic.errors import RangeError
from scotopic.models.mediator import DecayingMediator
from scotopic.models.portal import COUPLINGS
from scotopic.models.two_dark_fermions import TwoDarkFermions

Number = TypeVar("Number", float, npt.NDArray[np.float64])

LawName = Literal["invisible", "prompt", "displaced", "scattering"]
"""What a curve's search looked for."""

_STEPS = 400  # of logarithms, in which the edges of displaced decays are looked for


@dataclass(frozen=True)
class Widths:
    """Widths of a mediator in GeV at its probe coupling.

    Attributes
    ----------
    dark, neutrinos, visible : float
        Of which all but the first go as the squared coupling.
    """

    dark: float
    neutrinos: float
    visible: float

    @classmethod
    def of(cls, model: DecayingMediator) -> "Widths":
        """Return those of a model; the dark width too may go as the squared coupling."""
        scaling = model.scaling_invisible_width
        return cls(model.invisible_width - scaling, scaling, model.visible_width)

    def invisible(self, x: Number) -> Number:
        """Return the fraction of decays that is invisible at x times the squared coupling."""
        dark = self.dark + x * self.neutrinos
        return dark / (dark + x * self.visible)


def require_invisible(model: DecayingMediator) -> None:
    """Refuse a mediator that is seen where it decays, with the reason.

    Raises
    ------
    RangeError
        If no decay is invisible, or not as a search for invisible decays assumes.
    """
    symbol = type(model).symbol
    if isinstance(model, TwoDarkFermions) and not model.chi2_is_stable:
        raise RangeError("chi2 decays visibly: the detector's answer to that is not recast")
    if _splits(model):
        raise RangeError("chi2 decays visibly: only inelastic_dark_matter says what of it is seen")
    if not model.invisible_width > 0:
        if model.alpha_D > 0 and model.is_closed:
            raise RangeError(
                f"{symbol} is too light for dark decays, and virtual ones are not recast"
            )
        raise RangeError(f"{symbol} decays visibly, if at all")


def _splits(model: DecayingMediator) -> bool:
    is_split = getattr(model, "dark_matter", "") == "pseudo_dirac"
    return is_split and float(getattr(model, "splitting", 0.0)) > 0


def invisible_above(model: DecayingMediator, made_per_coupling2: float, strength: float) -> float:
    """Return the coupling from which on enough mediators are made that decay invisibly.

    Parameters
    ----------
    model : DecayingMediator
        With an invisible decay.
    made_per_coupling2 : float
        What is made, divided by the squared coupling.
    strength : float
        What is excluded of x p B_inv, in the same unit.

    Returns
    -------
    float
        Infinite if visible decays win before.
    """
    widths = Widths.of(model)
    wanted = strength / (made_per_coupling2 * model.coupling**2)
    linear = widths.dark - wanted * (widths.neutrinos + widths.visible)
    constant = wanted * widths.dark
    if widths.neutrinos == 0:
        x = constant / linear if linear > 0 else math.inf
    else:
        root = math.sqrt(linear**2 + 4 * widths.neutrinos * constant)
        # whichever form has no cancellation
        x = 2 * constant / (linear + root) if linear > 0 else (root - linear) / 2 / widths.neutrinos
    return model.coupling * math.sqrt(x)


@dataclass(frozen=True)
class Rescaling:
    """What a law needs.

    Attributes
    ----------
    by : str
        What makes the mediator.
    assumed : DecayingMediator
        The model of the published curve, at the mass in question.
    limits : tuple of (float, float)
        Edges of its excluded coupling; infinite where it is open above.
    model : DecayingMediator
        For which it is wanted.
    lengths : float
        Distance of the end of the decay volume over that of its beginning.
    """

    by: ProducedBy
    assumed: DecayingMediator
    limits: tuple[Interval, ...]
    model: DecayingMediator
    lengths: float = math.nan

    def made(self, model: DecayingMediator) -> float:
        """Return what is made of a model per squared coupling."""
        return (production_coupling(self.by, model) / model.coupling) ** 2


def invisible(given: Rescaling) -> Excluded:
    """Rescale a search for a mediator whose decays are not seen."""
    widths = Widths.of(given.assumed)

    def strength(coupling: float) -> float:
        x = (coupling / given.assumed.coupling) ** 2
        return given.made(given.assumed) * coupling**2 * widths.invisible(x)

    return _mapped(
        given.limits,
        lambda edge: invisible_above(given.model, given.made(given.model), strength(edge)),
    )


def prompt(given: Rescaling) -> Excluded:
    """Rescale a search for visible decays at the place of production."""
    ratio = visible_fraction(given.assumed) * given.made(given.assumed)
    ratio /= visible_fraction(given.model) * given.made(given.model)
    return _mapped(given.limits, lambda edge: edge * math.sqrt(ratio))


def scattering(given: Rescaling) -> Excluded:
    """Rescale a search for dark matter that scatters on electrons far away."""
    model, assumed = given.model, given.assumed
    for name, what in (("mass_ratio", "g"), ("dark_matter", "")):
        one, other = getattr(model, name, None), getattr(assumed, name, None)
        if one != other and not (what and math.isclose(float(one or 0), float(other or 0))):
            raise RangeError(
                f"the curve is for {name} = {other}, and no law leads to"
                f" {type(model).__name__ if one is None else one}"
            )

    def strength(one: DecayingMediator) -> float:
        scatters = (one.lepton_coupling("electron") / one.coupling) ** 2 * one.alpha_D
        return given.made(one) * scatters

    if not strength(model) > 0:
        raise RangeError("dark matter does not scatter on electrons")
    ratio = (strength(assumed) / strength(model)) ** 0.25
    return _mapped(given.limits, lambda edge: edge * ratio)


def displaced(given: Rescaling) -> Excluded:
    """Rescale a search for visible decays behind a dump: an island from either edge.

    The number of decays C x [exp(-a x) - exp(-b x)], b/a known from the distances, has two
    constants, which the two edges of the curve give.
    """
    visible = visible_fraction(given.model) / visible_fraction(given.assumed)
    made = given.made(given.model) / given.made(given.assumed) * visible
    faster = (given.model.total_width / given.model.coupling**2) / (
        given.assumed.total_width / given.assumed.coupling**2
    )
    found: list[Interval] = []
    for low, high in given.limits:
        if not math.isfinite(high):
            raise RangeError("the curve has no upper edge, which decays behind a dump need")
        attenuation = _attenuation(low**2, high**2, given.lengths)

        def log_decays(ln_x: float, a: float = attenuation) -> float:
            x = math.exp(ln_x)
            return ln_x - a * x + math.log(-math.expm1((1 - given.lengths) * a * x))

        least = log_decays(math.log(low**2))

        def excess(ln_x: float, least: float = least) -> float:
            shift = math.log(faster)
            return log_decays(ln_x + shift) - shift + math.log(made) - least

        found += _island(excess, math.log(low**2) - math.log(faster))
    if not found:
        raise RangeError("too few decays behind the dump, whatever the coupling")
    return Excluded(tuple(found))


def _attenuation(low: float, high: float, lengths: float) -> float:
    """Return a of x [exp(-a x) - exp(-lengths a x)], equal at two squared couplings."""

    def difference(ln_a: float) -> float:
        a = math.exp(ln_a)
        return (
            math.log(high / low)
            - a * (high - low)
            + math.log(math.expm1((1 - lengths) * a * high) / math.expm1((1 - lengths) * a * low))
        )

    return math.exp(brentq(difference, math.log(1e-9 / high), math.log(1e9 / high), xtol=1e-12))


def _island(excess: Callable[[float], float], start: float) -> list[Interval]:
    """Return the one interval of couplings around which an excess rises and falls."""
    grid = start + np.linspace(-20.0, 40.0, _STEPS)
    values = np.array([excess(u) if u < 700 else -math.inf for u in grid.tolist()])
    inside = np.flatnonzero(values > 0)
    if not len(inside):
        return []
    first, last = int(inside[0]), int(inside[-1])
    if first == 0 or last == _STEPS - 1:
        raise RangeError("the edges are too far from those of the curve")
    ends = (
        brentq(excess, grid[first - 1], grid[first], xtol=1e-12),
        brentq(excess, grid[last], grid[last + 1], xtol=1e-12),
    )
    return [(math.exp(ends[0] / 2), math.exp(ends[1] / 2))]


def visible_fraction(model: DecayingMediator) -> float:
    """Return the fraction of visible decays, which no dark decay may change with the coupling.

    Raises
    ------
    RangeError
        With the reason, if a dark decay is open, or no visible one.
    """
    widths = Widths.of(model)
    if widths.dark > 0:
        more = ", and decays of chi2 are not recast" if type(model).semi_visible else ""
        raise RangeError(f"{type(model).symbol} decays to the dark sector{more}")
    if not widths.visible > 0:
        raise RangeError(f"{type(model).symbol} has no visible decay")
    return widths.visible / (widths.visible + widths.neutrinos)


def _mapped(limits: tuple[Interval, ...], to: Callable[[float], float]) -> Excluded:
    """Return intervals with both edges rescaled."""
    every = [(to(low), to(high) if math.isfinite(high) else math.inf) for low, high in limits]
    found = tuple(pair for pair in every if pair[0] < COUPLINGS[1])
    return Excluded(found, "" if found else "too few events, whatever the coupling")


@dataclass(frozen=True)
class Law:
    """A law.

    Attributes
    ----------
    require : callable
        Refuses, with the reason, models that the search does not see at any mass.
    rescale : callable
        Gives the answer for others.
    """

    require: Callable[[DecayingMediator], object]
    rescale: Callable[[Rescaling], Excluded]


LAWS: Final[Mapping[LawName, Law]] = MappingProxyType(
    {
        "invisible": Law(require_invisible, invisible),
        "prompt": Law(visible_fraction, prompt),
        "displaced": Law(visible_fraction, displaced),
        "scattering": Law(require_invisible, scattering),
    }
)
"""The laws by name."""
