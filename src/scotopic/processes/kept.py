"""What processes make, computed once for models that do not differ for them, and kept on disk."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.checked import number_within
from scotopic.processes.base import AcceptedYields, Process, Produced, Window, at_weak_coupling
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.processes.dump import Dump
from scotopic.progress import Report, silent
from scotopic.sources import module_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scotopic.models.portal import Portal

FloatArray = npt.NDArray[np.float64]


def accepted_yields(
    name: str,
    dump: Dump,
    models: "Sequence[Portal]",
    window: Window,
    calculation: Calculation,
    report: Report = silent,
) -> AcceptedYields:
    """Return what a window accepts of the mediators that a process makes; kept on disk.

    Parameters
    ----------
    name : str
        Of the process.
    dump : Dump
        Beam and target.
    models : sequence of Portal
        Their couplings do not enter.
    window : Window
        What is accepted.
    calculation : Calculation
        How.
    report : callable
        Is told how far it is.

    Returns
    -------
    AcceptedYields
        For every model. Models that do not differ for the process are computed once.
    """

    def build(process: Process, distinct: "list[Portal]") -> Arrays:
        found = process.accepted(dump, distinct, window, calculation, report)
        return {"values": found.values, "relative_error": found.relative_error}

    inputs = {"window": window.inputs()}
    kept, index = kept_by_model("yields", name, dump, models, calculation, build, inputs, window)
    return AcceptedYields(kept["values"][index], kept["relative_error"][index])


def produced_by_depth(
    name: str,
    dump: Dump,
    models: "Sequence[Portal]",
    minimum_energy: float,
    edges_X0: FloatArray,
    calculation: Calculation,
    report: Report = silent,
) -> list[Produced]:
    """Return the mediators that a process makes, by depth and energy; kept on disk.

    Parameters as `accepted_yields` and `Process.produced`; one entry for each model.
    """
    minimum_energy = number_within("minimum_energy", minimum_energy, 1e-9, dump.energy, "GeV")

    def build(process: Process, distinct: "list[Portal]") -> Arrays:
        every = process.produced(dump, distinct, minimum_energy, edges_X0, calculation, report)
        return {
            "energies": np.concatenate([one.energies for one in every]),
            "yields": np.concatenate([one.yields for one in every], axis=1),
            "ends": np.cumsum([float(len(one.energies)) for one in every]),
            "relative_error": np.array([one.relative_error for one in every]),
        }

    inputs = {"minimum_energy": minimum_energy, "edges_X0": edges_X0.tolist()}
    kept, index = kept_by_model("produced", name, dump, models, calculation, build, inputs)
    ends = kept["ends"][:-1].astype(int)
    energies, yields = np.split(kept["energies"], ends), np.split(kept["yields"], ends, axis=1)
    errors = kept["relative_error"].tolist()
    return [Produced(energies[i], yields[i], errors[i]) for i in index]


def kept_by_model(
    kind: str,
    name: str,
    dump: Dump,
    models: "Sequence[Portal]",
    calculation: Calculation,
    build: "Callable[[Process, list[Portal]], Arrays]",
    inputs: dict[str, Any],
    *values: object,
) -> tuple[Arrays, list[int]]:
    """Compute each model that differs for a process once, or read it from disk.

    Parameters
    ----------
    kind, name : str
        What is kept, and of which process.
    dump, models, calculation
        As in `accepted_yields`.
    build : callable
        Computes it for a process and models at weak coupling.
    inputs : dict
        What it depends on beside these, as JSON can write it.
    *values : object
        Objects whose code computes it too.

    Returns
    -------
    arrays : dict of str to ndarray
        What is built.
    index : list of int
        Where in it each model is.
    """
    process, weak = PROCESSES[name], at_weak_coupling(models)
    keys = [repr(process.depends_on(model)) for model in weak]
    distinct = dict(zip(keys, weak, strict=True))
    asked = {
        "process": name,
        "dump": dump.inputs(),
        "models": [process.depends_on(model) for model in distinct.values()],
        "calculation": calculation.inputs(),
        **inputs,
    }
    kept = cached_arrays(
        f"{kind}-{name}",
        asked,
        lambda: build(process, list(distinct.values())),
        modules=sorted(module_names(process, *weak, *values)),
    )
    places = {key: place for place, key in enumerate(distinct)}
    return kept, [places[key] for key in keys]
