"""Exclusion curves: the largest coupling that an experiment's data allow, mass by mass."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final, cast, get_args

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.errors import RangeError
from scotopic.progress import Report, silent
from scotopic.scan.solving import Limit, Quantity, alpha_D_solver, coupling_solver, quantities
from scotopic.search.likelihood import experiment_likelihood
from scotopic.signal import AcceptedYields, Calculation, accepted_yields
from scotopic.statistics.methods import BUILT_IN
from scotopic.units import ELECTRON_MASS
from scotopic.words import MassAxis

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.models.dark_photon import DarkPhoton
    from scotopic.models.mediator import DecayingMediator
    from scotopic.statistics import Likelihood

FloatArray = npt.NDArray[np.float64]

BANDS: Final = ("minus_two_sigma", "minus_one_sigma", "median", "plus_one_sigma", "plus_two_sigma")
"""Names of the expected limits, from the most to the least lucky outcome."""

_BEYOND_RESONANCE = np.array([0.97, 1.03])


@dataclass(frozen=True)
class ExclusionCurve:
    """What an experiment excludes, with all that went into it.

    Attributes
    ----------
    experiment : Experiment
        The card.
    model : DecayingMediator
        All parameters but the mass and the one that is limited.
    calculation : Calculation
        How the mediators were counted.
    method : str
        How the limit on the number of events was set (`scotopic.statistics.strength_limits`).
    quantity : str
        What is limited, one of `quantities(model)`.
    y : float or None
        The fixed value of y in a limit on alpha_D.
    mediator_mass : ndarray, shape (masses,)
        Masses of the mediator in GeV.
    observed : Limit
        The limit; for a projection the median expected one.
    expected : mapping of str to Limit
        The expected limits, by the names in `BANDS`.
    yields : AcceptedYields
        Accepted mediators per particle on target for the coupling e to the beam's lepton, at the
        model's alpha_D.
    signal_limit_events : float
        Largest number of expected signal events that is allowed.
    relative_error : ndarray, shape (masses,)
        Bound on the relative numerical error of the limit. The uncertainty of the signal and of
        the background is no part of it: it is in the limit.
    """

    experiment: "Experiment"
    model: "DecayingMediator"
    calculation: Calculation
    method: str
    quantity: Quantity
    y: float | None
    mediator_mass: FloatArray
    observed: Limit
    expected: Mapping[str, Limit]
    yields: AcceptedYields
    signal_limit_events: float
    relative_error: FloatArray

    def masses(self, axis: MassAxis) -> FloatArray:
        """Return the masses in GeV along an axis.

        Raises
        ------
        RangeError
            If the axis is unknown.
        """
        require_word("against", axis, get_args(MassAxis))
        if axis == "mediator_mass":
            return self.mediator_mass
        return self.mediator_mass / self.model.mass_ratio


def default_masses(
    points: int = 100,
    lowest: float = 1e-3,
    highest: float = 1.0,
    experiment: "Experiment | None" = None,
) -> FloatArray:
    """Return masses in GeV, at equal logarithmic steps but where the curve has structure.

    Parameters
    ----------
    points : int
        How many.
    lowest, highest : float
        First and last mass in GeV.
    experiment : Experiment, optional
        If given, a quarter of the points lies where the shower's positrons annihilate resonantly
        into mediators inside the experiment's energy window. A beam of muons has no shower.

    Returns
    -------
    ndarray, shape (points,)
        Ascending.

    Raises
    ------
    RangeError
        If there are fewer than two points, or the range is empty or not positive.

    Examples
    --------
    >>> default_masses(4)
    array([0.001, 0.01 , 0.1  , 1.   ])
    """
    if points < 2:
        raise RangeError(f"points: {points} is less than 2")
    if not 0 < lowest < highest < math.inf:
        raise RangeError(f"masses: {lowest} to {highest} GeV is not an ascending positive range")
    inside: list[float] = []
    if experiment is not None and experiment.beam.lepton == "electron":
        energies = np.array([experiment.minimum_missing_energy_GeV, experiment.beam.energy_GeV])
        first, last = np.sqrt(2 * ELECTRON_MASS * energies) * _BEYOND_RESONANCE
        window = np.geomspace(first, last, points // 4)
        inside = [m for m in window.tolist() if lowest < m < highest]
    return np.sort(np.append(np.geomspace(lowest, highest, points - len(inside)), inside))


def exclusion_curve(
    experiment: "Experiment",
    model: "DecayingMediator",
    mediator_masses: npt.ArrayLike | None = None,
    *,
    quantity: Quantity | None = None,
    y: float | None = None,
    calculation: Calculation | None = None,
    method: str = "cls",
    report: Report = silent,
) -> ExclusionCurve:
    """Compute the exclusion curve of an experiment for invisibly decaying mediators.

    Parameters
    ----------
    experiment : Experiment
        A card, from `scotopic.load_experiment`.
    model : DecayingMediator
        Any model of `scotopic.models` with decays of which nothing is seen; its mass, and what
        is limited, are ignored.
    mediator_masses : array_like, shape (masses,), optional
        Masses of the mediator in GeV; by default 100 from 1 MeV to 1 GeV (`default_masses`).
    quantity : str, optional
        What to limit, one of `quantities(model)`; by default the coupling, for a dark photon
        "kinetic_mixing". All are upper limits but "alpha_D": at fixed y a smaller alpha_D means
        a larger mixing, so that it is limited from below, and needs `y`.
    y : float, optional
        The fixed y = epsilon^2 alpha_D (m_chi/m_A')^4 of a limit on alpha_D.
    calculation : Calculation, optional
        How the mediators are counted; exactly by default.
    method : str
        How the limit on the number of events is set; see `scotopic.statistics.strength_limits`.
    report : callable
        Is told how far a long computation is; see `scotopic.progress`.

    Returns
    -------
    ExclusionCurve
        Nothing is extrapolated: points without a limit are marked.

    Raises
    ------
    RangeError
        If the card is of a search for decays, no decay of the model leaves no trace, it does not
        couple to the leptons of the beam, or a mass, an energy or a word is outside of what is
        known.

    Notes
    -----
    Expected events are epsilon^2 BR(invisible) Y sum_i(exposure_i efficiency_i), Y being the
    yield (review eq. 48); the limit on them (review section 3.2.2) is solved for epsilon
    analytically, BR = Gamma_inv/(Gamma_inv + epsilon^2 Gamma_vis(epsilon = 1)) included, and the
    width into neutrinos, which goes as epsilon^2 too.

    Examples
    --------
    >>> from scotopic import DarkPhoton, load_experiment
    >>> model = DarkPhoton(mediator_mass=0.1, kinetic_mixing=1, alpha_D=0.1, mass_ratio=3,
    ...                    dark_matter="complex_scalar")
    >>> curve = exclusion_curve(load_experiment("na64e-2018"), model, [0.01, 0.1])
    >>> [f"{limit:.1e}" for limit in curve.observed.values]
    ['3.8e-05', '3.4e-04']
    """
    refuse_decays_in_flight(experiment)
    masses = checked_masses(mediator_masses, experiment)
    quantity = quantity or model.coupling_field
    require_word("quantity", quantity, quantities(model))
    refuse_seen(model, experiment)
    calculation = calculation or Calculation()
    unit = {model.coupling_field: 1.0}
    models = [replace(model, mediator_mass=float(m), **unit) for m in masses]
    yields = accepted_yields(experiment, models, calculation, report)
    counted = experiment_likelihood(experiment)
    limits, error = signal_limits(counted, method)
    if quantity == "alpha_D":
        mixed = cast("Sequence[DarkPhoton]", models)
        solve = alpha_D_solver(experiment, mixed, yields, calculation, _checked_y(y))
    elif y is None:
        solve = coupling_solver(models, yields.total, experiment.beam.lepton, quantity)
    else:
        raise RangeError(f"y: {y} is fixed only in a limit on alpha_D, not on {quantity}")
    curves = {name: solve(limit) for name, limit in limits.items()}
    power = 0.5 if quantity == model.coupling_field else 1.0
    return ExclusionCurve(
        experiment=experiment,
        model=model,
        calculation=calculation,
        method=method,
        quantity=quantity,
        y=y,
        mediator_mass=masses,
        observed=curves.pop("observed"),
        expected=curves,
        yields=yields,
        signal_limit_events=limits["observed"] * counted.signal_weight,
        relative_error=power * (yields.relative_error + error),
    )


def require_word(name: str, word: str, allowed: Sequence[str]) -> None:
    """Refuse a word that is not one of those allowed.

    Raises
    ------
    RangeError
        Naming the allowed ones.
    """
    if word not in allowed:
        raise RangeError(f"{name}: {word!r} is not one of {', '.join(allowed)}")


def refuse_decays_in_flight(experiment: "Experiment") -> None:
    """Refuse a card of a search for decays behind the target: nothing is missing there.

    Raises
    ------
    RangeError
        If the card has regions of decay.
    """
    if experiment.decay_regions is not None:
        raise RangeError(
            f"decay_regions: {experiment.title} looks for decays in flight, not for missing"
            " energy; 'scotopic visible' and 'scotopic alp' compute what the card is for"
        )


def refuse_seen(model: "DecayingMediator", experiment: "Experiment") -> None:
    """Refuse models that a search cannot see.

    Raises
    ------
    RangeError
        If the model does not couple to the beam's lepton or is seen when it decays.
    """
    lepton = experiment.beam.lepton
    if not model.lepton_coupling(lepton) > 0:
        raise RangeError(
            f"model: {type(model).__name__} does not couple to {lepton}s, nor by a finite loop"
        )
    if model.leaves_no_trace:
        return
    if model.invisible_width > 0:
        raise RangeError(
            f"splitting: {type(model).__name__} decays semi-visibly, its chi2 is not stable; its"
            " limits are drawn from run cards"
        )
    least = model.dark_threshold / model.dark_matter_mass
    raise RangeError(
        f"mass_ratio: {model.mass_ratio} closes the invisible decay; it must be above {least:g},"
        " and alpha_D above 0"
    )


def checked_masses(given: npt.ArrayLike | None, experiment: "Experiment") -> FloatArray:
    """Return masses in GeV as an array; the usual ones for an experiment if none are given.

    Raises
    ------
    RangeError
        If they are no list.
    """
    if given is None:
        return default_masses(experiment=experiment)
    masses = np.atleast_1d(np.asarray(given, dtype=float))
    if masses.ndim != 1 or not len(masses):
        raise RangeError("mediator_masses: they must be one list of at least one mass")
    return masses


def _checked_y(y: float | None) -> float:
    if y is None or not (math.isfinite(y) and y > 0):
        raise RangeError(f"y: {y} is not positive; a limit on alpha_D needs a fixed y")
    return y


def signal_limits(likelihood: "Likelihood", method: str) -> tuple[dict[str, float], float]:
    """Return limits on the strength of a likelihood, and their relative error.

    Returns
    -------
    dict of str to float
        "observed" (for a projection the median expected) and the expected ones in `BANDS`.
    float
        Relative numerical error.

    Raises
    ------
    RangeError
        For an unknown method, and for what it cannot compute.
    """

    def build() -> Arrays:
        from scotopic.statistics import strength_limits  # noqa: PLC0415 - only if cold

        found = strength_limits(likelihood, method)
        values = zip(("observed", *BANDS), (found.value, *found.expected), strict=True)
        return {name: np.array(value) for name, value in values} | {
            "error": np.array(found.error / found.value)
        }

    # what is not ours may change without a change of ours
    if method in BUILT_IN:
        inputs = {"likelihood": asdict(likelihood), "method": method}
        limits = cached_arrays("signal-limits", inputs, ("scotopic.statistics",), build)
    else:
        limits = build()
    return {name: float(limits[name]) for name in ("observed", *BANDS)}, float(limits["error"])
