"""Yields of semi-visible mediators for every coupling, from one simulation a shape of the model."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.errors import RangeError
from scotopic.models.derived import COUPLING
from scotopic.models.inelastic import TwoDarkFermions
from scotopic.models.mediator import DecayingMediator
from scotopic.models.registry import fingerprint
from scotopic.progress import Report, silent
from scotopic.scan.search import Accepted, Groups, Search
from scotopic.signal import Calculation, MissingEnergy, dump_of
from scotopic.signal.acceptance import ExponentialSum
from scotopic.signal.cross_sections import prepare_tables
from scotopic.signal.spectrum import numerical_error
from scotopic.units import MUON_MASS

if TYPE_CHECKING:
    from scotopic.experiments import Experiment, Signature
    from scotopic.scan.points import Setup
    from scotopic.signal.acceptance import Acceptance

FloatArray = npt.NDArray[np.float64]

_SOURCES = (
    "scotopic.decays",
    "scotopic.materials",
    "scotopic.models",
    "scotopic.production",
    "scotopic.scan.semi_visible",
    "scotopic.shower",
    "scotopic.signal",
    "scotopic.units",
)

# Lifetimes at which the statistical error is computed; in between it is interpolated.
_ERROR_CTAU_CM = np.geomspace(1e-3, 1e7, 13)


@dataclass(frozen=True)
class Simulation:
    """How events are simulated.

    Attributes
    ----------
    events : int
        Events for each shape of the model and each process.
    seed : int
        Of the random numbers, the same for all shapes.
    calculation : Calculation
        How the mediators are made; by bremsstrahlung alone unless said otherwise, as in NA64's
        semi-visible analyses.
    """

    events: int = 5000
    seed: int = 20230817
    calculation: Calculation = field(
        default_factory=lambda: Calculation(processes=("bremsstrahlung",))
    )


@dataclass(frozen=True, eq=False)
class SemiVisibleYield:
    """Accepted mediators per particle on target for all couplings of one shape.

    Attributes
    ----------
    functions : tuple of ExponentialSum
        For each signature the accepted mediators per unit of the squared kinetic mixing over
        c tau in cm.
    in_window : ndarray, shape (signatures,)
        Mediators per unit of the squared kinetic mixing that would be accepted, in a signature's
        window of the calorimeter's energy, if all of their decays were invisible.
    unit_ctau_cm : float
        c tau of chi2 for kinetic mixing and alpha_D of 1; infinite if chi2 is stable.
    statistical_error : ndarray, shape (21,)
        Relative error of the sum of all signatures at c tau from 1e-3 to 1e7 cm.
    numerical_error : float
        Bound on the relative error of the tables of cross sections and of the shower.
    """

    functions: tuple[ExponentialSum, ...]
    in_window: FloatArray
    unit_ctau_cm: float
    statistical_error: FloatArray
    numerical_error: float

    def expected(self, mixing_squared: FloatArray, alpha_D: FloatArray) -> FloatArray:
        """Return accepted mediators per particle on target and unit of the squared mixing.

        Parameters
        ----------
        mixing_squared, alpha_D : ndarray
            Couplings, of one shape.

        Returns
        -------
        ndarray, shape (signatures, ...)
            For each signature, of that shape.
        """
        ctau = self._ctau_cm(mixing_squared, alpha_D)
        return np.stack([np.maximum(function.at(ctau), 0.0) for function in self.functions])

    def relative_error(self, mixing_squared: FloatArray, alpha_D: FloatArray) -> FloatArray:
        """Return the relative statistical error of `expected`."""
        ctau = np.clip(self._ctau_cm(mixing_squared, alpha_D), 1e-3, 1e7)
        return np.interp(np.log(ctau), np.log(_ERROR_CTAU_CM), self.statistical_error)

    def _ctau_cm(self, mixing_squared: FloatArray, alpha_D: FloatArray) -> FloatArray:
        return self.unit_ctau_cm / (mixing_squared * alpha_D)


def couplings(setup: "Setup") -> tuple[str, ...]:
    """Return the parameters that cost nothing.

    The width of a resonance enters the simulation of annihilation.
    """
    if "annihilation" in setup.simulation.calculation.processes:
        return (COUPLING,)
    return (COUPLING, "alpha_D")


def check(search: Search, model: DecayingMediator) -> None:
    """Refuse decays of chi2 into muons and hadrons: their showers are not simulated.

    Raises
    ------
    RangeError
        Naming the splitting.
    """
    del search
    shape = cast("TwoDarkFermions", model)
    if shape.mass_difference > 2 * MUON_MASS:
        raise RangeError(
            f"splitting: {shape.splitting} lets chi2 decay into muons; its signatures are"
            " simulated for e+ e- alone"
        )


def accepted(
    setup: "Setup",
    search: Search,
    experiment: "Experiment",
    groups: Groups,
    report: Report,
) -> Accepted:
    """Return what an experiment accepts of groups of models; see `scan.search.Detection`."""
    shapes = [cast("TwoDarkFermions", models[0]) for models in groups]
    signatures = [experiment.signature(name) for name in search.signatures]
    found = semi_visible_yields(experiment, signatures, shapes, setup.simulation, report)
    parts = []
    for each, models in zip(found, groups, strict=True):
        square = np.array([model.coupling for model in models]) ** 2
        alpha_D = np.array([model.alpha_D for model in models])
        per_unit = each.expected(square, alpha_D)
        window = each.in_window[:, None]
        share = np.divide(per_unit, window, out=np.zeros_like(per_unit), where=window > 0)
        error = each.relative_error(square, alpha_D)
        parts.append((square * per_unit, share, error, np.full(len(models), each.numerical_error)))
    return Accepted(*(np.concatenate(columns, axis=-1) for columns in zip(*parts, strict=True)))


def semi_visible_yields(
    experiment: "Experiment",
    signatures: Sequence["Signature"],
    models: Sequence[TwoDarkFermions],
    simulation: Simulation,
    report: Report = silent,
) -> list[SemiVisibleYield]:
    """Simulate each shape of the model and return its yields for all couplings.

    Parameters
    ----------
    experiment : Experiment
        Beam, target and detectors; the exposure and the efficiency do not enter.
    signatures : sequence of Signature
        Signatures that exclude each other; their events are added up.
    models : sequence of TwoDarkFermions
        One shape each; their couplings do not matter (alpha_D does for annihilation).
    simulation : Simulation
        Number of events, seed, production.
    report : callable
        Is told how far it is.

    Returns
    -------
    list of SemiVisibleYield
        In the order of the models; from disk if the same was simulated before.

    Raises
    ------
    RangeError
        If a mass is outside the range of the cross sections.
    """
    inputs = {
        "experiment": experiment.yield_inputs(),
        "signatures": [s.model_dump(mode="json", exclude={"source"}) for s in signatures],
        "models": [_shape_inputs(model, simulation) for model in models],
        "simulation": asdict(simulation),
    }

    def build() -> Arrays:
        return _stacked(_simulated(experiment, signatures, models, simulation, report))

    return _unstacked(cached_arrays("semi-visible", inputs, _SOURCES, build))


def _shape_inputs(model: TwoDarkFermions, simulation: Simulation) -> dict[str, object]:
    values = {f.name: getattr(model, f.name) for f in fields(model)}
    del values["kinetic_mixing"]
    if "annihilation" not in simulation.calculation.processes:
        del values["alpha_D"]
    return {"class": fingerprint(type(model)), **values}


def _simulated(
    experiment: "Experiment",
    signatures: Sequence["Signature"],
    models: Sequence[TwoDarkFermions],
    simulation: Simulation,
    report: Report,
) -> list[SemiVisibleYield]:
    from scotopic.signal.events import prepare, simulate  # noqa: PLC0415 - a warm run needs none
    from scotopic.signal.signatures import acceptance  # noqa: PLC0415

    dump = dump_of(experiment)
    softest = min(_softest(experiment, signature) for signature in signatures)
    count = simulation.events * len(simulation.calculation.processes)
    with ThreadPoolExecutor(1) as pool:
        prepared = pool.submit(prepare, simulation.seed, simulation.events)
        if "bremsstrahlung" in simulation.calculation.processes:
            prepare_tables(dump, models, softest, simulation.calculation, report)
        prepared.result()
    normals = np.random.default_rng(simulation.seed).standard_normal((count, 2, 2, 2))
    found = []
    for i, model in enumerate(models):
        report(f"events at {model.mediator_mass:.3g} GeV", i, len(models))
        events = simulate(
            dump,
            model,
            simulation.seed,
            simulation.events,
            minimum_energy=softest,
            calculation=simulation.calculation,
        )
        parts = [acceptance(experiment, s, events, normals[: len(events)]) for s in signatures]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        windows = [_window(experiment, s).acceptance(events.mediator_energy) for s in signatures]
        found.append(
            SemiVisibleYield(
                tuple(part.function for part in parts),
                np.array([events.weight @ window for window in windows]),
                replace(model, kinetic_mixing=1.0, alpha_D=1.0).chi2_c_tau_cm,
                _relative_error(total),
                float(numerical_error(dump, [model], softest, simulation.calculation)[0]),
            )
        )
    return found


def _softest(experiment: "Experiment", signature: "Signature") -> float:
    """Least mediator energy that a signature's window of the calorimeter's energy accepts."""
    return float(_window(experiment, signature).thresholds()[0].min())


def _window(experiment: "Experiment", signature: "Signature") -> MissingEnergy:
    """Return a signature's window of the calorimeter's energy."""
    return MissingEnergy(
        experiment.beam.energy_GeV,
        signature.minimum_calorimeter_energy_GeV,
        signature.maximum_calorimeter_energy_GeV,
        experiment.visible_energy_resolution(signature.calorimeter),
    )


def _relative_error(acceptance: "Acceptance") -> FloatArray:
    expected = acceptance.expected(_ERROR_CTAU_CM)
    error = acceptance.error(_ERROR_CTAU_CM)
    return np.divide(error, expected, out=np.ones_like(error), where=expected > 0)


def _stacked(yields: Sequence[SemiVisibleYield]) -> Arrays:
    """Put all shapes' arrays behind one another."""
    functions = [function for y in yields for function in y.functions]
    return {
        "constant": np.array([f.constant for f in functions]),
        "terms": np.array([float(len(f.flight_cm)) for f in functions]),
        "flight_cm": np.concatenate([f.flight_cm for f in functions]),
        "coefficient": np.concatenate([f.coefficient for f in functions]),
        "in_window": np.array([y.in_window for y in yields]),
        "unit_ctau_cm": np.array([y.unit_ctau_cm for y in yields]),
        "statistical_error": np.array([y.statistical_error for y in yields]),
        "numerical_error": np.array([y.numerical_error for y in yields]),
    }


def _unstacked(arrays: Arrays) -> list[SemiVisibleYield]:
    ends = np.cumsum(arrays["terms"].astype(int))[:-1]
    flights = np.split(arrays["flight_cm"], ends)
    coefficients = np.split(arrays["coefficient"], ends)
    parts = zip(arrays["constant"], flights, coefficients, strict=True)
    functions = [ExponentialSum(float(constant), *terms) for constant, *terms in parts]
    shapes, signatures = arrays["in_window"].shape
    return [
        SemiVisibleYield(
            tuple(functions[i * signatures : (i + 1) * signatures]),
            arrays["in_window"][i],
            float(arrays["unit_ctau_cm"][i]),
            arrays["statistical_error"][i],
            float(arrays["numerical_error"][i]),
        )
        for i in range(shapes)
    ]
