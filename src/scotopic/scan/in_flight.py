"""Decays in flight behind the target for every coupling, from one computation a mass."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.inputs import model_inputs
from scotopic.models.mediator import DecayingMediator
from scotopic.progress import Report
from scotopic.scan.parameters import COUPLING
from scotopic.scan.search import Accepted, Groups, Search
from scotopic.signal import Calculation
from scotopic.signal.decay_in_flight import DecaysInFlight
from scotopic.signal.photon_decays import photon_decays
from scotopic.signal.visible import require_visible, visible_decays
from scotopic.sources import module_names

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.scan.points import Setup

FloatArray = npt.NDArray[np.float64]

_ERROR = 1e-3
"""Of expected events: slices of depth and bins of energy, see `scotopic.signal.visible`."""


def couplings(setup: "Setup") -> tuple[str, ...]:
    """Return the parameter that costs nothing."""
    del setup
    return (COUPLING,)


def check(search: Search, model: DecayingMediator) -> None:
    """Refuse mediators without the decay that is looked for.

    Raises
    ------
    RangeError
        Naming the threshold, or the decay.
    """
    del search
    if not isinstance(model, AxionLikeParticle):
        require_visible(model)


def accepted(
    setup: "Setup",
    search: Search,
    experiment: "Experiment",
    groups: Groups,
    report: Report,
) -> Accepted:
    """Return what an experiment accepts of groups of models; see `scan.search.Detection`."""
    del search
    calculation = replace(setup.simulation.calculation, processes=("bremsstrahlung",))
    of_groups = [np.array([model.coupling for model in models]) for models in groups]

    def build() -> Arrays:
        every = _flights(experiment, [models[0] for models in groups], calculation, report)
        parts = [_of_group(*one) for one in zip(every, of_groups, strict=True)]
        per_particle, made = (np.concatenate(column) for column in zip(*parts, strict=True))
        return {"per_particle": per_particle, "made": made}

    inputs = {
        "experiment": experiment.yield_inputs(),
        "models": [model_inputs(models[0]) for models in groups],
        "couplings": [values.tolist() for values in of_groups],
        "calculation": asdict(calculation),
    }
    modules = module_names(*(models[0] for models in groups))
    found = cached_arrays("in-flight", inputs, build, modules=modules)
    per_particle, made = found["per_particle"], found["made"]
    share = np.divide(per_particle, made, out=np.zeros_like(made), where=made > 0)
    error = np.full(len(made), _ERROR)
    return Accepted(per_particle[None], share[None], np.zeros(len(made)), error)


def _flights(
    experiment: "Experiment",
    models: Sequence[DecayingMediator],
    calculation: Calculation,
    report: Report,
) -> list[tuple[DecaysInFlight, ...]]:
    if isinstance(models[0], AxionLikeParticle):
        particles = cast("Sequence[AxionLikeParticle]", models)
        return photon_decays(experiment, particles)
    return visible_decays(experiment, models, calculation, report)


def _of_group(
    flights: tuple[DecaysInFlight, ...], couplings: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return what all regions accept, and what is made with the energy of the hungriest one."""
    kept = np.sum([one.accepted(couplings) for one in flights], axis=0)
    made = max(float(one.produced.sum()) for one in flights)
    return kept, couplings**2 * made
