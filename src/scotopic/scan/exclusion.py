"""Exclusion curves: the largest coupling that an experiment's data allow, mass by mass."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.errors import RangeError
from scotopic.progress import Report, silent
from scotopic.signal import AcceptedYields, Calculation, accepted_yields
from scotopic.units import ELECTRON_MASS

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.models.dark_photon import DarkPhoton
    from scotopic.statistics import Method, SummedCounts

FloatArray = npt.NDArray[np.float64]

Quantity = Literal["kinetic_mixing", "kinetic_mixing_squared", "y", "alpha_D"]
"""What is limited: from above, but `alpha_D` at fixed y from below."""

MassAxis = Literal["mediator_mass", "dark_matter_mass"]
"""What it is shown against."""

BANDS: Final = ("minus_two_sigma", "minus_one_sigma", "median", "plus_one_sigma", "plus_two_sigma")
"""Names of the expected limits, from the most to the least lucky outcome."""

LIMIT: Final = "limit"
NOTHING_EXCLUDED: Final = "nothing excluded"
EVERYTHING_EXCLUDED: Final = "everything excluded"

_BEYOND_RESONANCE = np.array([0.97, 1.03])
_ALPHA_D_GRID = np.geomspace(1e-5, 1.0, 41)


@dataclass(frozen=True)
class Limit:
    """One curve: a value or the reason why there is none, for every mass.

    Attributes
    ----------
    values : ndarray, shape (masses,)
        The limit; not-a-number where there is none.
    status : tuple of str, length masses
        "limit"; "nothing excluded" if no kinetic mixing below 1 (no alpha_D above 1e-5) is; or
        "everything excluded" if all alpha_D up to 1 are.
    """

    values: FloatArray
    status: tuple[str, ...]

    @property
    def covered(self) -> npt.NDArray[np.bool_]:
        """Where there is a limit, shape (masses,)."""
        return np.array([word == LIMIT for word in self.status])


@dataclass(frozen=True)
class ExclusionCurve:
    """What an experiment excludes, with all that went into it.

    Attributes
    ----------
    experiment : Experiment
        The card.
    model : DarkPhoton
        All parameters but the mass and the one that is limited.
    calculation : Calculation
        How the mediators were counted.
    method : str
        How the limit on the number of events was set (`scotopic.statistics.Method`).
    quantity : str
        What is limited, a word of `Quantity`.
    y : float or None
        The fixed value of y in a limit on alpha_D.
    mediator_mass : ndarray, shape (masses,)
        Masses m_A' in GeV.
    observed : Limit
        The limit; for a projection the median expected one.
    expected : mapping of str to Limit
        The expected limits, by the names in `BANDS`.
    yields : AcceptedYields
        Accepted mediators per particle on target and unit of the squared coupling, at the
        model's alpha_D.
    signal_limit_events : float
        Largest number of expected signal events that is allowed.
    relative_error : ndarray, shape (masses,)
        Bound on the relative numerical error of the limit. The uncertainty of the signal and of
        the background is no part of it: it is in the limit.
    """

    experiment: "Experiment"
    model: "DarkPhoton"
    calculation: Calculation
    method: "Method"
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
        into mediators inside the experiment's energy window.

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
    if experiment is not None:
        energies = np.array([experiment.minimum_missing_energy_GeV, experiment.beam.energy_GeV])
        first, last = np.sqrt(2 * ELECTRON_MASS * energies) * _BEYOND_RESONANCE
        window = np.geomspace(first, last, points // 4)
        inside = [m for m in window.tolist() if lowest < m < highest]
    return np.sort(np.append(np.geomspace(lowest, highest, points - len(inside)), inside))


def exclusion_curve(
    experiment: "Experiment",
    model: "DarkPhoton",
    mediator_masses: npt.ArrayLike | None = None,
    *,
    quantity: Quantity = "kinetic_mixing",
    y: float | None = None,
    calculation: Calculation | None = None,
    method: "Method" = "cls",
    report: Report = silent,
) -> ExclusionCurve:
    """Compute the exclusion curve of an experiment for invisibly decaying dark photons.

    Parameters
    ----------
    experiment : Experiment
        A card, from `scotopic.load_experiment`.
    model : DarkPhoton
        The dark sector; its mass, and what is limited, are ignored.
    mediator_masses : array_like, shape (masses,), optional
        Masses m_A' in GeV; by default 100 from 1 MeV to 1 GeV (`default_masses`).
    quantity : str
        What to limit: "kinetic_mixing", "kinetic_mixing_squared", "y", or "alpha_D". The first
        three are upper limits. At fixed y a smaller alpha_D means a larger mixing, so that the
        last is a lower limit: it needs `y`.
    y : float, optional
        The fixed y = epsilon^2 alpha_D (m_chi/m_A')^4 of a limit on alpha_D.
    calculation : Calculation, optional
        How the mediators are counted; exactly by default.
    method : str
        How the limit on the number of events is set; see `scotopic.statistics.upper_limit`.
    report : callable
        Is told how far a long computation is; see `scotopic.progress`.

    Returns
    -------
    ExclusionCurve
        Nothing is extrapolated: points without a limit are marked.

    Raises
    ------
    RangeError
        If the dark photon cannot decay invisibly, or a mass, an energy or a word is outside of
        what is known.

    Notes
    -----
    Expected events are epsilon^2 BR(invisible) Y sum_i(exposure_i efficiency_i), Y being the
    yield (review eq. 48); the limit on them (review section 3.2.2) is solved for epsilon
    analytically, BR = Gamma_inv/(Gamma_inv + epsilon^2 Gamma_vis(epsilon = 1)) included.

    Examples
    --------
    >>> from scotopic import DarkPhoton, load_experiment
    >>> model = DarkPhoton(mediator_mass=0.1, kinetic_mixing=1, alpha_D=0.1, mass_ratio=3,
    ...                    dark_matter="complex_scalar")
    >>> curve = exclusion_curve(load_experiment("na64e-2018"), model, [0.01, 0.1])
    >>> [f"{limit:.1e}" for limit in curve.observed.values]
    ['2.2e-05', '1.9e-04']
    """
    masses = _checked_masses(mediator_masses, experiment)
    require_word("quantity", quantity, get_args(Quantity))
    if not model.decays_to_dark_matter:
        raise RangeError(
            f"mass_ratio: {model.mass_ratio} closes the invisible decay; it must be above"
            f" {2 + model.splitting}, and alpha_D above 0"
        )
    calculation = calculation or Calculation()
    models = [replace(model, mediator_mass=float(m), kinetic_mixing=1.0) for m in masses]
    yields = accepted_yields(experiment, models, calculation, report)
    counting = counting_model(experiment)
    limits, error = signal_limits(counting, method)
    if quantity == "alpha_D":
        solve = _alpha_D_solver(experiment, models, yields, calculation, _checked_y(y))
    elif y is None:
        solve = _mixing_solver(models, yields, quantity)
    else:
        raise RangeError(f"y: {y} is fixed only in a limit on alpha_D, not on {quantity}")
    curves = {name: solve(limit) for name, limit in limits.items()}
    power = 0.5 if quantity == "kinetic_mixing" else 1.0
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
        signal_limit_events=limits["observed"] * counting.signal_weight,
        relative_error=power * (yields.relative_error + error),
    )


def counting_model(experiment: "Experiment") -> "SummedCounts":
    """Return what an experiment counts, per unit of the yield per particle on target.

    The data sets are added up; their weights are exposure times efficiency.
    """
    from scotopic.statistics import CountingModel, SummedCounts  # noqa: PLC0415 - see signal_limits

    return SummedCounts(
        tuple(
            CountingModel(
                d.observed_events,
                d.expected_background,
                d.background_uncertainty,
                experiment.relative_signal_uncertainty,
                experiment.confidence_level,
            )
            for d in experiment.data_sets
        ),
        tuple(d.particles_on_target * d.signal_efficiency for d in experiment.data_sets),
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


def _checked_masses(given: npt.ArrayLike | None, experiment: "Experiment") -> FloatArray:
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


def signal_limits(counting: "SummedCounts", method: "Method") -> tuple[dict[str, float], float]:
    """Return limits on what the counting model counts, and their largest relative error.

    Returns
    -------
    dict of str to float
        "observed" (for a projection the median expected) and the expected ones in `BANDS`.
    float
        Largest relative numerical error.
    """

    def build() -> Arrays:
        from scotopic.statistics import expected_limits, upper_limit  # noqa: PLC0415 - see above

        observed = upper_limit(counting, method)
        expected = expected_limits(counting, method)
        limits = {"observed": observed} | {name: getattr(expected, name) for name in BANDS}
        errors = [limit.numerical_error / limit.value for limit in limits.values()]
        return {name: np.array(limit.value) for name, limit in limits.items()} | {
            "error": np.array(max(errors))
        }

    inputs = {"counting": asdict(counting), "method": method}
    found = cached_arrays("signal-limits", inputs, ("scotopic.statistics",), build)
    return {name: float(found[name]) for name in ("observed", *BANDS)}, float(found["error"])


def _mixing_solver(
    models: Sequence["DarkPhoton"], yields: AcceptedYields, quantity: Quantity
) -> Callable[[float], Limit]:
    """Solve epsilon^2 BR(epsilon) Y = limit for epsilon^2, and convert."""
    total = yields.total
    visible = np.array([model.visible_width / model.invisible_width for model in models])
    y_per_square = np.array([model.y for model in models])

    def solve(limit: float) -> Limit:
        remaining = total - limit * visible
        excluded = remaining > limit  # epsilon^2 below 1
        square = np.full_like(total, np.nan)
        square[excluded] = limit / remaining[excluded]
        values = {
            "kinetic_mixing": np.sqrt(square),
            "kinetic_mixing_squared": square,
            "y": square * y_per_square,
        }[quantity]
        return Limit(values, tuple(LIMIT if ok else NOTHING_EXCLUDED for ok in excluded))

    return solve


def _alpha_D_solver(
    experiment: "Experiment",
    models: Sequence["DarkPhoton"],
    yields: AcceptedYields,
    calculation: Calculation,
    y: float,
) -> Callable[[float], Limit]:
    """Solve epsilon^2 BR Y(alpha_D) = limit with epsilon^2 = y/(alpha_D r^4) for alpha_D.

    The accepted events fall with alpha_D, so that interpolating ln alpha_D in their logarithm
    gives the root. Only the annihilation yield depends on alpha_D otherwise, through the width.
    """
    grid = _ALPHA_D_GRID
    each = [replace(m, alpha_D=float(a)) for m in models for a in grid]
    shape = (len(models), len(grid))
    total = np.zeros(shape)
    if "bremsstrahlung" in calculation.processes:
        total += yields.per_process["bremsstrahlung"][:, None]
    if "annihilation" in calculation.processes:
        only = replace(calculation, processes=("annihilation",))
        total += accepted_yields(experiment, each, only).total.reshape(shape)
    square = y / np.array([m.y for m in each]).reshape(shape)
    visible = np.array([m.visible_width / m.invisible_width for m in each]).reshape(shape)
    accepted = np.log(square * total / (1 + square * visible))

    def solve(limit: float) -> Limit:
        target = math.log(limit)
        values = np.full(len(models), np.nan)
        status = []
        for i, row in enumerate(accepted):
            if row[0] <= target:
                status.append(NOTHING_EXCLUDED)
            elif row[-1] > target:
                status.append(EVERYTHING_EXCLUDED)
            else:
                values[i] = math.exp(np.interp(-target, -row, np.log(grid)))
                status.append(LIMIT)
        return Limit(values, tuple(status))

    return solve
