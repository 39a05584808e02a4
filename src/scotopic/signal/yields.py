"""How many mediators per particle on target a selection accepts: one number a mass and process."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.models.registry import fingerprint
from scotopic.progress import Report, silent
from scotopic.signal.dump import Calculation, Dump
from scotopic.signal.missing_energy import MissingEnergy
from scotopic.signal.scattered_muon import ScatteredMuon
from scotopic.signal.spectrum import annihilation_in_bins, bremsstrahlung_above, numerical_error
from scotopic.units import ELECTRON_MASS

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.models.mediator import DecayingMediator

FloatArray = npt.NDArray[np.float64]

_SOURCES = (
    "scotopic.decays",
    "scotopic.materials",
    "scotopic.models",
    "scotopic.production",
    "scotopic.shower",
    "scotopic.signal",
    "scotopic.units",
)


WEAK_COUPLING: Final = 1e-3
"""Coupling at which the width of a resonance is taken: what it owes to it is negligible."""


@dataclass(frozen=True)
class AcceptedYields:
    """Accepted mediators per particle on target, for the coupling e to the beam's lepton.

    Multiply by the square of the model's `lepton_coupling` to it, electron or muon, and by the
    branching ratio.

    Attributes
    ----------
    per_process : mapping of str to ndarray, shape (models,)
        By production process, before the card's efficiency.
    relative_error : ndarray, shape (models,)
        Bound on the numerical error of their sum: tables of cross sections, shower.
    """

    per_process: Mapping[str, FloatArray]
    relative_error: FloatArray

    @property
    def total(self) -> FloatArray:
        """Sum over the processes, shape (models,)."""
        return np.asarray(np.sum(list(self.per_process.values()), axis=0))


def dump_of(experiment: "Experiment") -> Dump:
    """Return beam and target of an experiment."""
    beam, target = experiment.beam, experiment.target
    return Dump(beam.particle, beam.energy_GeV, target.build(), target.thickness_X0)


def accepted_yields(
    experiment: "Experiment",
    models: Sequence["DecayingMediator"],
    calculation: Calculation,
    report: Report = silent,
) -> AcceptedYields:
    """Return what an experiment's selection of missing energy or muons accepts for each model.

    Parameters
    ----------
    experiment : Experiment
        Beam, target and selection; exposure and efficiency do not enter.
    models : sequence of DecayingMediator
        One entry of the result each; their couplings to ordinary matter play no part.
    calculation : Calculation
        How the cross sections are computed.
    report : callable
        Is told how far a computation is that takes longer than reading a table.

    Returns
    -------
    AcceptedYields
        From disk if the same was computed before.

    Raises
    ------
    RangeError
        If a mass or an energy is outside the range in which the cross sections hold.
    """
    models = [replace(model, **{model.coupling_field: WEAK_COUPLING}) for model in models]
    inputs = {
        "experiment": experiment.yield_inputs(),
        "models": [model_inputs(model) for model in models],
        "calculation": asdict(calculation),
    }
    arrays = cached_arrays(
        "yields", inputs, _SOURCES, lambda: _compute(experiment, models, calculation, report)
    )
    return AcceptedYields({p: arrays[p] for p in calculation.processes}, arrays["relative_error"])


def model_inputs(model: "DecayingMediator") -> dict[str, Any]:
    """Return what the yields of a model depend on: all but its coupling to ordinary matter."""
    values = {f.name: getattr(model, f.name) for f in fields(model)}
    del values[model.coupling_field]
    return {"class": fingerprint(type(model)), **values}


def _window(experiment: "Experiment") -> MissingEnergy:
    """Return the selection that the card's signature names."""
    muons = experiment.selection.signature == "scattered-muon"
    return (ScatteredMuon if muons else MissingEnergy).of(experiment)


def _compute(
    experiment: "Experiment",
    models: Sequence["DecayingMediator"],
    calculation: Calculation,
    report: Report,
) -> Arrays:
    dump, window = dump_of(experiment), _window(experiment)
    thresholds, weights = window.thresholds()
    softest = float(thresholds.min())
    found = {}
    if "bremsstrahlung" in calculation.processes:
        above = bremsstrahlung_above(dump, models, thresholds, calculation, report)
        found["bremsstrahlung"] = above @ weights
    if "annihilation" in calculation.processes:
        edges = window.fine_edges()
        middle = (edges[1:] + edges[:-1]) / 2 + ELECTRON_MASS
        made = annihilation_in_bins(dump, models, edges)
        found["annihilation"] = made @ window.acceptance(middle)
    found["relative_error"] = numerical_error(dump, models, softest, calculation)
    return found
