"""Likelihoods of others that only pyhf can compute: shapes that move, uncertainties bin by bin.

A workspace with `histosys`, `shapesys`, `staterror`, `lumi`, `shapefactor`, a second free
`normfactor`, or parameters of its own cannot be written as a `Likelihood`. pyhf sets its limits,
with its own interpolations, and the result says so.
"""

import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from scotopic.checked import count, random_seed, share
from scotopic.display import displayed
from scotopic.errors import CardError, RangeError
from scotopic.extras import required
from scotopic.reading import read_json
from scotopic.statistics.cells import FloatArray
from scotopic.statistics.likelihood import Likelihood
from scotopic.statistics.strength import QUANTILES, StrengthLimits
from scotopic.statistics.workspace import PROJECTION, Workspace, from_workspace

TOYS: Final = 500
"""Pseudo-experiments for each hypothesis, unless said otherwise; pyhf is slow."""

_KINDS = ("histosys", "lumi", "shapefactor", "shapesys", "staterror")
_STRENGTHS = 7  # at which pseudo-experiments are thrown
_TOLERANCE = 1e-6
_LARGEST_SEED = 2**32 - 1
_LARGEST_STRENGTH = 1e12


@displayed
@dataclass(frozen=True)
class ForeignLikelihood:
    """A pyhf workspace whose limits pyhf sets.

    Attributes
    ----------
    workspace : dict
        Parsed JSON, with one measurement.
    confidence_level : float
        Of the limits, between 0 and 1.
    reason : str
        What a `Likelihood` cannot express.
    label : str
        What messages call it.
    """

    workspace: Workspace
    confidence_level: float
    reason: str
    label: str = "workspace"

    def __post_init__(self) -> None:
        """Refuse an impossible confidence level."""
        level = share("confidence_level", self.confidence_level)
        object.__setattr__(self, "confidence_level", level)

    @property
    def observed(self) -> tuple[float, ...] | None:
        """Events seen in each bin; None for a projection."""
        if self.workspace["measurements"][0]["name"] == PROJECTION:
            return None
        return tuple(n for one in self.workspace["observations"] for n in one["data"])

    def limits(self, method: str, *, toys: int = TOYS, seed: int = 1) -> StrengthLimits:
        """Set limits by pyhf.

        Parameters
        ----------
        method : str
            "asymptotic" or "toys"; `strength_limits` says what they are.
        toys : int
            Pseudo-experiments for each hypothesis of "toys".
        seed : int
            Of the random numbers of "toys".

        Raises
        ------
        RangeError
            For another method, or if no strength is excluded.
        CardError
            If pyhf finds the workspace wrong.
        ScotopicError
            If pyhf is not installed.
        """
        if method not in ("asymptotic", "toys"):
            raise RangeError(
                f"method: {method!r} cannot treat {self.label}: it has {self.reason}; 'asymptotic'"
                " and 'toys' can, by pyhf"
            )
        required("pyhf")
        import pyhf  # noqa: PLC0415 - an extra

        toys = count("toys", toys, 100, 10**6)
        seed = random_seed(seed, _LARGEST_SEED)
        model, data = self._model()
        found, expected = _asymptotic(model, data, 1 - self.confidence_level)
        error, arithmetic = _TOLERANCE * found, "asymptotic formulae"
        if method == "toys":
            with _seeded(seed):
                found, error, expected = _toys(
                    model, data, 1 - self.confidence_level, expected, toys
                )
            arithmetic = f"{toys} pseudo-experiments for each hypothesis"
        return StrengthLimits.of(
            self,
            method,
            expected[2] if self.observed is None else found,
            expected=expected,
            error=error,
            remarks=[f"computed by pyhf {pyhf.__version__}, {arithmetic}: it has {self.reason}"],
        )

    def _model(self) -> tuple[Any, list[float]]:
        """Return pyhf's model and data."""
        import pyhf  # noqa: PLC0415 - an extra

        with warnings.catch_warnings():
            # pyhf 0.7 validates by a deprecated function of jsonschema
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                workspace = pyhf.Workspace(self.workspace)
                model = workspace.model()
                return model, workspace.data(model)
            except (pyhf.exceptions.InvalidSpecification, KeyError, ValueError, TypeError) as error:
                first = str(error).splitlines()[0]
                raise CardError(f"{self.label}: pyhf does not understand it: {first}") from None


def read_likelihood(file: Path, confidence_level: float) -> Likelihood | ForeignLikelihood:
    """Read a pyhf workspace, whoever can compute it.

    Parameters
    ----------
    file : Path
        JSON.
    confidence_level : float
        Of the limits.

    Raises
    ------
    CardError
        If it cannot be read, in one line.
    """
    content = read_json(file)
    reason = _reason(content)
    if reason:
        return ForeignLikelihood(content, confidence_level, reason, str(file))
    return from_workspace(content, confidence_level=confidence_level, label=str(file))


def _reason(content: Mapping[str, Any]) -> str:
    """Say what of a workspace needs pyhf; nothing if it is no workspace."""
    try:
        (measurement,) = content["measurements"]
        poi = measurement["config"]["poi"]
        modifiers = [
            (modifier["type"], modifier["name"])
            for channel in content["channels"]
            for sample in channel["samples"]
            for modifier in sample["modifiers"]
        ]
        parameters = measurement["config"].get("parameters", [])
        told = [p["name"] for p in parameters if any(p.get(key) for key in ("fixed", "auxdata"))]
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""
    for kind, name in modifiers:
        if kind in _KINDS or (kind == "normfactor" and name != poi):
            return f"the {kind} {name!r}"
    return f"the parameter {told[0]!r} with settings of its own" if told else ""


def _asymptotic(model: Any, data: list[float], alpha: float) -> tuple[float, tuple[float, ...]]:  # noqa: ANN401 - pyhf has no types
    """Return the limit and the expected ones."""
    from pyhf.infer.intervals.upper_limits import toms748_scan  # noqa: PLC0415 - an extra

    high = 1.0
    while max(_levels(model, data, high)) > alpha:
        high *= 2
        if high > _LARGEST_STRENGTH:
            raise RangeError(f"strength: not even {high:g} is excluded")
    low = high / 2
    while min(_levels(model, data, low)) < alpha:
        low /= 2
    observed, expected = toms748_scan(
        data, model, low, high, level=alpha, rtol=_TOLERANCE, **_options(model, high)
    )
    return float(observed), tuple(float(value) for value in expected)


def _levels(model: Any, data: list[float], strength: float) -> list[float]:  # noqa: ANN401 - pyhf has no types
    """Return CLs of the observation, and at the quantiles of outcomes without signal."""
    from pyhf.infer import hypotest  # noqa: PLC0415 - an extra

    options = _options(model, strength)
    observed, expected = hypotest(strength, data, model, return_expected_set=True, **options)
    return [float(observed), *map(float, expected)]


def _options(model: Any, strength: float) -> dict[str, Any]:  # noqa: ANN401 - pyhf has no types
    """Let the strength be fitted as far as twice what is tested."""
    bounds = model.config.suggested_bounds()
    low, high = bounds[model.config.poi_index]
    bounds[model.config.poi_index] = (max(low, 0.0), max(high, 2 * strength))
    return {"test_stat": "qtilde", "par_bounds": bounds}


def _toys(
    model: Any,  # noqa: ANN401 - pyhf has no types
    data: list[float],
    alpha: float,
    near: tuple[float, ...],
    toys: int,
) -> tuple[float, float, tuple[float, ...]]:
    """Return the limit, its statistical error and the expected limits; ln CLs is interpolated."""
    strengths = np.geomspace(near[0] / 2, 2 * near[-1], _STRENGTHS)
    levels = np.array([_levels_of_toys(model, data, float(s), toys) for s in strengths])
    logarithm = np.log(np.clip(levels, 0.5 / toys, 1.0))
    target = math.log(alpha)
    found = []
    for column in logarithm.T:
        falling = np.minimum.accumulate(column)
        if not falling[-1] < target < falling[0]:
            raise RangeError(f"toys: CLs of {toys} does not cross {alpha:.3g}; take more")
        found.append(float(np.interp(-target, -falling, strengths)))
    slope = -np.gradient(np.minimum.accumulate(logarithm[:, 0]), strengths)
    relative = math.sqrt(2 * (1 - alpha) / (alpha * toys))  # of CLs, for CL_b of a half
    error = relative / float(np.interp(found[0], strengths, slope))
    return found[0], error, tuple(found[1:])


def _levels_of_toys(model: Any, data: list[float], strength: float, toys: int) -> FloatArray:  # noqa: ANN401 - pyhf has no types
    """Return the same from pseudo-experiments; pyhf's own quantiles fail with numpy 2.4."""
    from pyhf.infer.calculators import ToyCalculator  # noqa: PLC0415 - an extra

    options = _options(model, strength)
    calculator = ToyCalculator(data, model, ntoys=toys, track_progress=False, **options)
    seen = float(calculator.teststatistic(strength))
    with_signal, without = (np.sort(d.samples) for d in calculator.distributions(strength))
    outcomes = np.append(without, seen)
    both, alone = (1 - np.searchsorted(d, outcomes) / toys for d in (with_signal, without))
    cls = both / np.maximum(alone, 0.5 / toys)
    return np.append(cls[-1], np.quantile(cls[:-1], QUANTILES))


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed numpy's global generator, of which pyhf draws, and leave it as it was."""
    state = np.random.get_state()  # noqa: NPY002 - pyhf draws from it
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
