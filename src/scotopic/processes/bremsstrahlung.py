"""Bremsstrahlung of mediators by electrons, positrons and muons on the target's nuclei.

With track lengths T(E) in radiation lengths, per particle on target and per unit of the squared
coupling,

    dN/dE_X = sum_i n_i Int dE [T_-(E) + T_+(E)] dsigma_i/dE_X,

where n_i are the nuclei of kind i per cm^2 of one radiation length (review eq. 48, its unit
mended and every element counted). A muon of the beam takes the place of the electrons and
positrons, with the track length that its energy loss leaves it.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.processes.base import AcceptedYields, Process, Produced, Sample, Window
from scotopic.processes.calculation import Calculation
from scotopic.processes.cross_sections import cross_section_tables, prepare_tables, tabulated_masses
from scotopic.processes.dump import Dump
from scotopic.processes.inversion import inverted
from scotopic.processes.shower_depths import shower_depths
from scotopic.progress import Report, silent

if TYPE_CHECKING:
    from scotopic.models.portal import Portal
    from scotopic.processes.cross_sections import ShowerCrossSections

Array = npt.NDArray[np.float64]

_BINS = 100  # of the mediator's energy, where depth is kept
_NODES = 120  # of the shower's energy, the same: edges of islands within 7e-4 of those with 400
_FRACTION_CELLS = 64
_LOGARITHMIC_STEP = 0.1  # between the lepton energies for which spectra are tabulated


class Bremsstrahlung(Process):
    """l Z -> l' Z' X of the leptons in the target."""

    reaction = "{beam} NUCLEUS --> {beam} NUCLEUS {mediator}"
    depends_on_widths = False
    emitters = "leptons"
    radiates = True
    deflects_beam = True

    def obstacle(self, dump: Dump, model: "Portal") -> str | None:
        """Return that the mediator does not couple to the beam's leptons, if it does not."""
        if self.coupling(dump, model) > 0:
            return None
        return f"{type(model).__name__} does not couple to {dump.lepton}s, nor by a finite loop"

    def coupling(self, dump: Dump, model: "Portal") -> float:
        """Return the coupling to the beam's lepton in units of e."""
        return model.lepton_coupling(dump.lepton)

    def virtual_masses(self, dump: Dump, minimum_energy: float) -> tuple[float, float]:
        """Return between which masses bremsstrahlung is tabulated."""
        low, high = tabulated_masses(dump)
        return low, min(high, minimum_energy)

    def depends_on(self, model: "Portal") -> dict[str, Any]:
        """Return mass and kind of the mediator: its decays do not matter."""
        return {"spin_parity": model.spin_parity, "mediator_mass": model.mediator_mass}

    def accepted(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        window: Window,
        calculation: Calculation,
        report: Report = silent,
    ) -> AcceptedYields:
        """Return the yields above the window's thresholds, without bins of energy."""
        thresholds, weights = window.thresholds()
        above = bremsstrahlung_above(dump, models, thresholds, calculation, report)
        softest = float(thresholds.min())
        errors = [self.relative_error(dump, model, softest, calculation) for model in models]
        return AcceptedYields(above @ weights, np.array(errors))

    def spectrum(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        edges: Array,
        calculation: Calculation,
    ) -> Array:
        """Return the differences of the yields above the edges."""
        return -np.diff(bremsstrahlung_above(dump, models, edges, calculation))

    def radiated(
        self,
        dump: Dump,
        model: "Portal",
        parent_energy: Array,
        mediator_energy: Array,
        minimum_energy: float,
        calculation: Calculation,
    ) -> Array:
        """Return sum_i n_i dsigma_i/dE_X."""
        x = (mediator_energy / parent_energy)[:, None]
        rate = np.zeros_like(parent_energy)
        for per_cm2, table in cross_section_tables(dump, model, minimum_energy, calculation):
            rate += per_cm2 * table.differential(model.mediator_mass, parent_energy, x)[:, 0]
        return rate / parent_energy

    def prepare(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        minimum_energy: float,
        calculation: Calculation,
        report: Report = silent,
    ) -> None:
        """Make the tables of cross sections."""
        prepare_tables(dump, models, minimum_energy, calculation, report)

    def relative_error(
        self, dump: Dump, model: "Portal", minimum_energy: float, calculation: Calculation
    ) -> float:
        """Return the errors that the shower and the tables of cross sections state, added up."""
        _, _, error = dump.radiating_tracks(minimum_energy)
        tables = cross_section_tables(dump, model, minimum_energy, calculation)
        return error + max(one.table.interpolation_error for _, one in tables)

    def produced(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        minimum_energy: float,
        edges_X0: Array,
        calculation: Calculation,
        report: Report = silent,
    ) -> list[Produced]:
        """Return the mediators in 100 bins of energy."""
        prepare_tables(dump, models, minimum_energy, calculation, report)
        tracks = dump.depth_track_lengths(minimum_energy, edges_X0, _NODES)
        bins = np.linspace(minimum_energy, dump.energy, _BINS + 1)
        found = []
        for i, model in enumerate(models):
            report("mediators by depth", i, len(models))
            spectrum = np.zeros((len(tracks.energies), _BINS))
            for per_cm2, table in cross_section_tables(dump, model, minimum_energy, calculation):
                above = table.above(model.mediator_mass, tracks.energies, bins)
                spectrum -= per_cm2 * np.diff(above)
            yields = (tracks.electron + tracks.positron) @ spectrum
            error = self.relative_error(dump, model, minimum_energy, calculation)
            found.append(Produced((bins[1:] + bins[:-1]) / 2, yields, error))
        return found

    def sample(
        self,
        dump: Dump,
        model: "Portal",
        minimum_energy: float,
        calculation: Calculation,
        uniforms: Array,
    ) -> Sample | None:
        """Return radiated mediators; the numbers choose parent, depth and energy."""
        cut = np.array([minimum_energy])
        total = float(bremsstrahlung_above(dump, [model], cut, calculation)[0, 0])
        if not total > 0:
            return None
        tables = cross_section_tables(dump, model, minimum_energy, calculation)

        def response(energies: Array) -> Array:
            parts = [n * t.above(model.mediator_mass, energies, cut)[:, 0] for n, t in tables]
            return np.asarray(sum(parts))

        parents = _muons if dump.lepton == "muon" else _electrons
        lepton, depth = parents(dump, minimum_energy, response, uniforms[:2])
        mediator = _radiated_energies(
            tables, model.mediator_mass, minimum_energy, dump.energy, lepton, uniforms[2]
        )
        return Sample(depth, lepton, mediator, np.array([model.mediator_mass]), total)


def _electrons(
    dump: Dump, minimum_energy: float, response: Callable[[Array], Array], uniforms: Array
) -> tuple[Array, Array]:
    """Return energies in GeV and depths in X0 of electrons and positrons that radiate."""
    shower = shower_depths(dump, minimum_energy)
    edges = shower.energy_edges
    middle = (edges[1:] + edges[:-1]) / 2
    cumulative = np.append(0.0, np.cumsum(shower.radiating * response(middle)))[None]
    single = np.zeros(uniforms.shape[1], dtype=np.intp)
    cells = inverted(cumulative, single, uniforms[0])
    lepton = np.interp(cells, np.arange(len(edges)), edges)
    return lepton, shower.depths(shower.radiating_depth, lepton, uniforms[1])


def _muons(
    dump: Dump,
    minimum_energy: float,  # noqa: ARG001 - as of electrons
    response: Callable[[Array], Array],
    uniforms: Array,
) -> tuple[Array, Array]:
    """Return energies in GeV and depths in X0 of a radiating beam muon: one tells the other."""
    tracks = dump.muon_tracks()
    energies, lengths = tracks.energies[::-1], tracks.lengths[::-1]  # from the front on
    edges = [dump.energy, *(energies[1:] + energies[:-1]) / 2, tracks.final_energy]
    depths = np.append(0.0, np.cumsum(lengths))
    cumulative = np.append(0.0, np.cumsum(lengths * response(energies)))[None]
    single = np.zeros(uniforms.shape[1], dtype=np.intp)
    cells = inverted(cumulative, single, uniforms[0])
    at = np.arange(len(edges))
    return np.interp(cells, at, edges), np.interp(cells, at, depths)


def bremsstrahlung_above(
    dump: Dump,
    models: Sequence["Portal"],
    thresholds: Array,
    calculation: Calculation,
    report: Report = silent,
) -> Array:
    """Return the mediators from bremsstrahlung with more than given energies.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    models : sequence of Portal
        One row of the result each.
    thresholds : ndarray, shape (s,)
        Energies of the mediator in GeV, in any order.
    calculation : Calculation
        Method and form factor.
    report : callable
        Is told how far it is.

    Returns
    -------
    ndarray, shape (models, s)
        Per particle on target and per unit of the squared coupling.
    """
    minimum_energy = float(thresholds.min())
    energies, weights, _ = dump.radiating_tracks(minimum_energy)
    prepare_tables(dump, models, minimum_energy, calculation, report)
    found = np.zeros((len(models), len(thresholds)))
    for i, model in enumerate(models):
        for per_cm2, table in cross_section_tables(dump, model, minimum_energy, calculation):
            above = table.above(model.mediator_mass, energies, thresholds)
            found[i] += per_cm2 * (weights @ above)
    return found


def _radiated_energies(
    tables: "list[tuple[float, ShowerCrossSections]]",
    mass: float,
    minimum_energy: float,
    beam_energy: float,
    lepton: Array,
    uniforms: Array,
) -> Array:
    """Sample mediator energies above the minimum from leptons of given energies.

    The distribution is tabulated in t, v = v_cut + (1 - v_cut) t with the variable v of
    `production.spectrum`, for some lepton energies; t is interpolated linearly in ln E.
    """
    processes = [cross_sections.table.process for _, cross_sections in tables]
    process = max(processes, key=lambda one: one.element.atomic_mass)
    steps = math.ceil(math.log(beam_energy / minimum_energy) / _LOGARITHMIC_STEP)
    grid = np.geomspace(1.001 * minimum_energy, beam_energy, steps + 2)
    column = grid[:, None]
    variable = process.variable(mass, column)
    cut = variable.position(minimum_energy / column)
    t = np.linspace(0, 1, _FRACTION_CELLS + 1)
    v = cut + (1 - cut) * t
    x = np.clip(1 - variable.recoil(v), 0.0, 1.0)
    density = sum(n * table.differential(mass, grid, x) for n, table in tables)
    density = density * variable.slope(v)
    cells = (density[:, 1:] + density[:, :-1]) / 2
    cumulative = np.hstack([np.zeros_like(column), np.cumsum(cells, axis=1)])

    place = np.interp(np.log(lepton), np.log(grid), np.arange(len(grid)))
    row = np.minimum(place.astype(np.intp), len(grid) - 2)
    upper = place - row
    position = (1 - upper) * inverted(cumulative, row, uniforms)
    position += upper * inverted(cumulative, row + 1, uniforms)
    own = process.variable(mass, lepton)
    least = own.position(minimum_energy / lepton)
    radiated = 1 - own.recoil(least + (1 - least) * position / _FRACTION_CELLS)
    return np.maximum(lepton * radiated, minimum_energy)  # against rounding
