"""A process of one's own, in one file: as many mediators in every GeV, all along the target."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scotopic.models.portal import Portal
from scotopic.processes.base import Process, Produced
from scotopic.processes.calculation import Calculation, register_process
from scotopic.processes.dump import Dump
from scotopic.progress import Report, silent

PER_GEV = 1e-6
HEAVIEST = 0.5
_BINS = 2000


@register_process("flat")
class Flat(Process):
    """Leptons that make mediators below 0.5 GeV, from no energy up to that of the beam."""

    reaction = "{beam} NUCLEUS --> {mediator} NUCLEUS"
    depends_on_widths = False

    def obstacle(self, dump: Dump, model: Portal) -> str | None:
        if model.mediator_mass >= HEAVIEST:
            return f"mediator_mass: {model.mediator_mass:g} GeV is not below {HEAVIEST} GeV"
        return None if self.coupling(dump, model) > 0 else "no coupling to leptons"

    def coupling(self, dump: Dump, model: Portal) -> float:
        return model.lepton_coupling(dump.lepton)

    def depends_on(self, model: Portal) -> dict[str, Any]:
        return {}

    def produced(
        self,
        dump: Dump,
        models: Sequence[Portal],
        minimum_energy: float,
        edges_X0: npt.NDArray[np.float64],
        calculation: Calculation,
        report: Report = silent,
    ) -> list[Produced]:
        edges = np.linspace(minimum_energy, dump.energy, _BINS + 1)
        shares = np.diff(edges_X0) / (edges_X0[-1] - edges_X0[0])
        yields = PER_GEV * shares[:, None] * np.diff(edges)
        return [Produced((edges[1:] + edges[:-1]) / 2, yields, 1e-6) for _ in models]
