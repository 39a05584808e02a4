"""Couplings of many models with which freeze-out leaves a density, kept on disk."""

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scotopic.cache import cached_bytes
from scotopic.checked import number_within
from scotopic.errors import ScotopicError
from scotopic.models.inputs import model_inputs
from scotopic.progress import Report, silent
from scotopic.sources import module_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scotopic.models.portal import Portal

DENSITIES: Final = (1e-10, 1e6)
"""Lowest and highest Omega h^2 that can be asked for."""

PLANCK_OMEGA_H2: Final = 0.120
"""Density of cold dark matter, Omega h^2 = 0.120 +- 0.001: Planck 2018 VI, abstract."""


@dataclass(frozen=True)
class Coupling:
    """The coupling to ordinary matter on a line.

    Attributes
    ----------
    value : float or None
        None where there is none.
    status : str
        `ok`, or why there is none.
    caveats : tuple of str
        What the calculation left out although it may matter here.
    """

    value: float | None
    status: str = "ok"
    caveats: tuple[str, ...] = ()


def thermal_couplings(
    models: "Sequence[Portal]",
    omega_h2: float = PLANCK_OMEGA_H2,
    report: Report = silent,
) -> list[Coupling]:
    """Return the coupling of each model with which freeze-out leaves a density.

    Parameters
    ----------
    models : sequence of Portal
        Their own couplings play no part.
    omega_h2 : float
        The density to be reached.
    report : callable
        Is told how far it is.
    """
    return _kept("coupling", _searched, models, omega_h2, report)


def estimated_thermal_couplings(
    models: "Sequence[Portal]",
    omega_h2: float = PLANCK_OMEGA_H2,
    report: Report = silent,
) -> list[Coupling]:
    """Estimate them from the models' densities, which go about as the squares of couplings.

    Parameters as `thermal_couplings`. An estimate is above or below a model's own coupling as the
    exact value is.
    """
    return _kept("estimate", _estimated, models, omega_h2, report)


def _kept(
    kind: str,
    find: "Callable[[Portal, float], Coupling]",
    models: "Sequence[Portal]",
    omega_h2: float,
    report: Report,
) -> list[Coupling]:
    omega_h2 = number_within("omega_h2", omega_h2, *DENSITIES)

    def compute() -> dict[str, bytes]:
        rows = []
        for i, model in enumerate(models):
            report(f"freeze-out at {model.dark_threshold / 2:.3g} GeV", i, len(models))
            try:
                found = find(model, omega_h2)
            except ScotopicError as error:
                found = Coupling(None, str(error))
            rows.append((found.value, found.status, found.caveats))
        return {"couplings": json.dumps(rows).encode()}

    inputs = {
        "kind": kind,
        "omega_h2": omega_h2,
        "models": [[model_inputs(model), model.coupling] for model in models],
    }
    stored = cached_bytes("thermal", inputs, compute, modules=module_names(*models))
    rows = json.loads(stored["couplings"])
    return [Coupling(value, status, tuple(caveats)) for value, status, caveats in rows]


def _searched(model: "Portal", omega_h2: float) -> Coupling:
    from scotopic.cosmology.freeze_out import thermal_coupling  # noqa: PLC0415 - not if kept

    found = thermal_coupling(model, omega_h2)
    return Coupling(found.kinetic_mixing, "ok", found.abundance.caveats)


def _estimated(model: "Portal", omega_h2: float) -> Coupling:
    from scotopic.cosmology.freeze_out import relic_abundance  # noqa: PLC0415 - not if kept

    found = relic_abundance(model)
    coupling = model.coupling * math.sqrt(found.value / omega_h2)
    return Coupling(coupling, "ok", found.caveats)
