"""Annihilation of the shower's positrons with the target's electrons, e+ e- -> X -> dark.

With the positrons' track length T_+(E) in radiation lengths,

    dN/dE_X = n_e Int dE T_+(E) sigma(E) delta(E_X - E - m_e)

per particle on target and per unit of the squared coupling, with n_e electrons per cm^2 of one
radiation length and the full Breit-Wigner shape in sigma. Bound electrons move, which smears
sigma: see `moving_electrons`.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.processes.annihilation_integrals import (
    RESOLVED,
    accepted_annihilation,
    annihilation_in_bins,
    sampled_seen,
)
from scotopic.processes.base import AcceptedYields, Process, Produced, Sample, Window
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.features import Feature, around
from scotopic.processes.inversion import inverted
from scotopic.processes.shower_depths import LINE, shower_depths
from scotopic.progress import Report, silent
from scotopic.units import ELECTRON_MASS

if TYPE_CHECKING:
    from scotopic.models.portal import Portal

Array = npt.NDArray[np.float64]

# What the 240 nodes of the shower's energy leave where a cross section sets in: up to 7e-4 against
# 800 nodes for masses from 1 MeV to 1 GeV and cuts at half of the beam energy.
_ONSET_ERROR = 7e-4

_BINS = 1500  # where depth or single annihilations are wanted
_RESONANCE_STEP = 0.05  # of arsinh((E - E_res)/width), there too

_LINE = (1 - RESOLVED) / 2  # below the beam energy, the middle of where positrons are averaged
_TAIL = (1, 3, 10, 30)  # relative widths away from an edge
_FARTHEST = 0.3  # of the energy, where a tail has no point of its own any more
_BEYOND = 1.0  # of the energy of a beam of positrons, the same: its tail is all there is above
_INSIDE = 12  # points between the edges of a window


class Annihilation(Process):
    """Positrons of the shower that annihilate through the mediator into what is dark."""

    reaction = "E+ E- --> {mediator}"
    makes_mediators = False
    emitters = "positrons"
    is_transverse = True

    def obstacle(self, dump: Dump, model: "Portal") -> str | None:
        """Return why no positron annihilates into the dark sector, if none does."""
        if dump.lepton == "muon":
            return "showers of what muons radiate are left out, and with them their positrons"
        if not self.coupling(dump, model) > 0:
            return f"{type(model).__name__} does not couple to electrons, nor by a finite loop"
        if not (model.invisible_width > 0 or model.is_off_shell):
            return f"{type(model).__name__} has no open invisible decay"
        return None

    def coupling(self, dump: Dump, model: "Portal") -> float:  # noqa: ARG002 - for any beam
        """Return the coupling to electrons in units of e."""
        return model.lepton_coupling("electron")

    def features(
        self,
        dump: Dump,
        edges: Sequence[Array],
        relative_width: Callable[[float], float],
        calculation: Calculation,
    ) -> list[Feature]:
        """Return the edges of the acceptance, and the beam energy if the beam is of positrons.

        A narrow resonance of the mass m needs a positron of E = m^2/(2 m_e) - m_e: yields follow
        the acceptance and the positrons' track length at m^2/(2 m_e). A width Gamma smears
        energies by Gamma/m, electrons that move by their typical kappa.
        """
        from scotopic.production.electron_momenta import (  # noqa: PLC0415 - not when warm
            ElectronMomenta,
        )

        if dump.lepton == "muon" or not edges:
            return []
        moving = calculation.electrons_move
        typical = ElectronMomenta.of(dump.material).typical if moving else 0.0
        highest = dump.energy + ELECTRON_MASS

        def feature(what: str, energies: npt.ArrayLike, low: float, high: float) -> Feature:
            bottom, top, masses = (
                np.sqrt(2 * ELECTRON_MASS * np.array(e)) for e in (low, high, energies)
            )
            ends = float(bottom), float(top)
            return Feature(f"annihilation, {what}", np.unique(masses), ends)

        def width_at(energy: float) -> float:
            return typical + relative_width(math.sqrt(2 * ELECTRON_MASS * energy))

        def tail(width: float) -> list[float]:
            return [width * n for n in _TAIL if _LINE < width * n < _FARTHEST]

        onset, *ends = ([*edge[edge < highest].tolist()] for edge in edges)
        ends = [end for end in ends if end]
        width = width_at(onset[-1])
        below = [onset[0] / (1 + away) for away in tail(width)]
        inside = np.geomspace(onset[-1], ends[0][0] if ends else highest, _INSIDE)
        near = onset[len(onset) // 2], min(onset[-1] * (1 + width), highest)
        found = [feature("the edge of the window", [*below, *onset, *inside], *near)]
        for end in ends:
            width = width_at(end[0])
            above = [end[-1] * (1 + away) for away in tail(width)]
            if dump.particle == "e+":
                above = (highest * (1 + around(0.0, width / 2, 0.0, _BEYOND))).tolist()
            near = end[0] / (1 + width), end[len(end) // 2]
            found.append(feature("the upper edge of the window", [*end, *above], *near))
        if dump.particle == "e+" and not ends:
            width = width_at(highest)
            first = -min(max(3 * _LINE, 300 * width), _BEYOND)
            shares = around(_LINE, max(_LINE, width / 2), first, 1 - onset[-1] / highest)
            if 3 * width < _LINE / 2:  # where the line begins and ends, a narrow resonance jumps
                jumps = [end + side for end in (0, 2 * _LINE) for side in (-3 * width, 3 * width)]
                shares = np.append(shares, jumps)
            near = highest * (1 - 1.6 * _LINE - width / 2), highest * (1 - _LINE / 2 + width / 5)
            found.append(feature("the beam energy", highest * (1 - shares), *near))
        return found

    def accepted(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        window: Window,
        calculation: Calculation,
        report: Report = silent,  # noqa: ARG002 - it is fast
    ) -> AcceptedYields:
        """Return what the window accepts, integrated on panels: see `accepted_annihilation`."""
        made = accepted_annihilation(
            dump, models, window, bound_electrons=calculation.electrons_move
        )
        softest = float(window.thresholds()[0].min())
        error = self.relative_error(dump, models[0], softest, calculation)
        return AcceptedYields(made, np.full(len(models), error))

    def relative_error(
        self,
        dump: Dump,
        model: "Portal",  # noqa: ARG002 - the same for all
        minimum_energy: float,
        calculation: Calculation,  # noqa: ARG002 - there is one way
    ) -> float:
        """Return the error of the shower, and of its nodes where a cross section sets in."""
        return dump.track_lengths(minimum_energy).error + _ONSET_ERROR

    def produced(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        minimum_energy: float,
        edges_X0: Array,
        calculation: Calculation,
        report: Report = silent,  # noqa: ARG002 - it is fast
    ) -> list[Produced]:
        """Return annihilations in bins of energy, shared over depth as the positrons are."""
        shower = shower_depths(dump, minimum_energy)
        found = []
        moving = calculation.electrons_move
        for model in models:
            edges = _resolving_edges(dump, None if moving else model, minimum_energy)
            middle = (edges[1:] + edges[:-1]) / 2
            before = shower.shares_before(shower.positron_depth, middle, edges_X0)
            (bins,) = annihilation_in_bins(dump, [model], edges, bound_electrons=moving)
            error = self.relative_error(dump, model, minimum_energy, calculation)
            found.append(Produced(middle + ELECTRON_MASS, np.diff(before).T * bins, error))
        return found

    def spectrum(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        edges: Array,
        calculation: Calculation,
    ) -> Array:
        """Return annihilations in bins of the mediator's energy."""
        positron_edges = edges - ELECTRON_MASS
        if edges[-1] >= dump.energy:
            positron_edges[-1] = dump.energy  # the annihilating electron's mass comes on top
        return annihilation_in_bins(
            dump, models, positron_edges, bound_electrons=calculation.electrons_move
        )

    def sample(
        self,
        dump: Dump,
        model: "Portal",
        minimum_energy: float,
        calculation: Calculation,
        uniforms: Array,
    ) -> Sample | None:
        """Return annihilations; the numbers choose energy, depth, and the electron's momentum."""
        moving = calculation.electrons_move
        shower = shower_depths(dump, minimum_energy)
        edges = _resolving_edges(dump, None if moving else model, minimum_energy)
        made = annihilation_in_bins(dump, [model], edges, bound_electrons=moving)
        bins = np.maximum(made[0], 0.0)
        total = float(bins.sum())
        if not total > 0:
            return None
        single = np.zeros(uniforms.shape[1], dtype=np.intp)
        position = inverted(np.append(0.0, np.cumsum(bins))[None], single, uniforms[0])
        positron = np.interp(position, np.arange(len(edges)), edges)
        if moving:
            seen = sampled_seen(dump, model, minimum_energy, positron, uniforms[2])
        else:
            threshold = model.invisible_threshold**2 / (2 * ELECTRON_MASS)
            seen = np.maximum(positron + ELECTRON_MASS, threshold * (1 + 1e-9))  # it cuts a bin
            positron = seen - ELECTRON_MASS
        depth = shower.depths(shower.positron_depth, positron, uniforms[1])
        mass = np.sqrt(2 * ELECTRON_MASS * seen)
        return Sample(depth, positron, positron + ELECTRON_MASS, mass, total)


def _resolving_edges(dump: Dump, resonance: "Portal | None", minimum_energy: float) -> Array:
    """Return edges of bins of the positron's energy in GeV, dense around a resonance.

    They are even but for those next to the resonance, if there is one that electrons do not smear,
    in which the Breit-Wigner shape is constant to 5 %.
    """
    from scotopic.production.annihilation import resonance_energy  # noqa: PLC0415 - not when warm

    line = LINE * dump.energy
    even = np.linspace(minimum_energy, line, _BINS)
    if resonance is None:
        return np.append(even, dump.energy)
    width = resonance.resonance_scale / (2 * ELECTRON_MASS)
    most = math.asinh(float(even[1] - even[0]) / width)
    steps = np.linspace(-most, most, 2 * math.ceil(most / _RESONANCE_STEP) + 1)
    lightest = max(resonance.mediator_mass, 2 * ELECTRON_MASS)  # lighter ones have no resonance
    narrow = resonance_energy(lightest) + width * np.sinh(steps)
    inside = narrow[(narrow > minimum_energy) & (narrow < line)]
    return np.unique(np.concatenate([even, inside, [dump.energy]]))
