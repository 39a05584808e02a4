"""Primakoff production by the shower's photons, gamma Z -> a Z.

A photon of the shower turns into the particle in the field of a nucleus and hands it all of its
energy: with the photons' track length T(E), N = sum_i n_i Int dE T(E) sigma_i(E) per particle on
target and per unit of the squared coupling to photons in GeV^-2.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.processes.base import Process, Produced
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.progress import Report, silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scotopic.models.portal import Portal

Array = npt.NDArray[np.float64]

_FORM_FACTOR = "elastic"  # unless the calculation says otherwise
_NODES = 60  # of the shower's energy: edges of islands within 1e-5 of those with 400


class Primakoff(Process):
    """Photons that turn into spin-0 particles with two photons."""

    reaction = "GAMMA NUCLEUS --> {mediator} NUCLEUS"
    depends_on_widths = False
    emitters = "photons"

    def obstacle(self, dump: Dump, model: "Portal") -> str | None:
        """Return why no photon turns into the particle, if none does."""
        if dump.lepton == "muon":
            return "showers of what muons radiate are left out, and with them their photons"
        if not self.coupling(dump, model) > 0:
            return f"{type(model).__name__} does not couple to photons"
        return None

    def coupling(self, dump: Dump, model: "Portal") -> float:  # noqa: ARG002 - for any beam
        """Return the coupling to photons in GeV^-1."""
        return model.photon_coupling_per_GeV

    def depends_on(self, model: "Portal") -> dict[str, Any]:
        """Return the mass: its decays do not matter."""
        return {"mediator_mass": model.mediator_mass}

    def produced(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        minimum_energy: float,
        edges_X0: Array,
        calculation: Calculation,
        report: Report = silent,  # noqa: ARG002 - it is fast
    ) -> list[Produced]:
        """Return the particles at the nodes of the photons' energy.

        Raises
        ------
        RangeError
            If a mass is not below the energy.
        """
        from scotopic.production.primakoff import primakoff_cross_section  # noqa: PLC0415

        tracks = dump.depth_track_lengths(minimum_energy, edges_X0, _NODES)
        form_factor = calculation.form_factor or _FORM_FACTOR
        error = dump.track_lengths(minimum_energy).error
        found = []
        for model in models:
            if model.mediator_mass >= minimum_energy:
                raise RangeError(
                    f"mediator_mass: {model.mediator_mass} GeV is not below the least energy of"
                    f" the particle, {minimum_energy} GeV"
                )
            per_X0 = np.zeros_like(tracks.energies)
            for nucleus, per_cm2 in dump.material.atoms_per_cm2_per_X0.items():
                per_X0 += per_cm2 * primakoff_cross_section(
                    model.mediator_mass, tracks.energies, nucleus, form_factor
                )
            found.append(Produced(tracks.energies, tracks.photon * per_X0, error))
        return found
