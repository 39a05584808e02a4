"""Where in the target and with which energy mediators are made: samples of the yields.

Everything is an inverse distribution function of a fixed number of uniform numbers, so that with
the same numbers all energies and depths vary smoothly with the mass. The sum of the samples'
weights is the yield of `signal.spectrum` itself and has no statistical error.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.production.annihilation import resonance_energy
from scotopic.signal.cross_sections import cross_section_table
from scotopic.signal.dump import Calculation, Dump
from scotopic.signal.spectrum import annihilation_in_bins, bremsstrahlung_above
from scotopic.units import ELECTRON_MASS

if TYPE_CHECKING:
    from scotopic.models import Mediator
    from scotopic.signal.cross_sections import ShowerCrossSections

Array = npt.NDArray[np.float64]

UNIFORMS = 3
"""Random numbers that one mediator takes."""

_SLICE_X0 = 0.1
_DEEPEST_X0 = 60.0  # of a target that contains its shower
_LINE = 0.9995  # of the beam energy: above, depth and energy are not resolved together
_ENERGY_CELLS = 160
_FRACTION_CELLS = 64
_LOGARITHMIC_STEP = 0.1  # between the lepton energies for which spectra are tabulated
_ANNIHILATION_BINS = 1500
_RESONANCE_STEP = 0.05  # of arsinh((E - E_res)/width)


@dataclass(frozen=True, eq=False)
class Produced:
    """Mediators from one process, one row each, all of the same weight.

    Attributes
    ----------
    depth_X0, lepton_energy, mediator_energy : ndarray, shape (n,)
        Depth in radiation lengths, energies in GeV.
    virtual_mass : ndarray, shape (1,) or (n,)
        Mass of the system that decays in GeV: the mediator's, or sqrt(s) of each annihilation.
    total : float
        Mediators per particle on target and per unit of the squared coupling.
    """

    depth_X0: Array
    lepton_energy: Array
    mediator_energy: Array
    virtual_mass: Array
    total: float


@dataclass(frozen=True, eq=False)
class _Shower:
    """Track lengths of one shower, with the distribution of depth at each energy."""

    energies: Array  # of the rows of the depths, in GeV
    energy_edges: Array  # of cells in GeV
    radiating: Array  # track length of e- and e+ in each cell in X0
    edges_X0: Array
    radiating_depth: Array  # (rows, slices + 1), cumulative
    positron_depth: Array

    def depths(self, cumulative: Array, energies: Array, uniforms: Array) -> Array:
        """Sample depths in X0 of particles of these energies in GeV."""
        nodes = np.interp(energies, self.energies, np.arange(len(self.energies)))
        rows = np.minimum(np.rint(nodes), len(cumulative) - 1).astype(np.intp)
        slices = inverted(cumulative, rows, uniforms)
        return np.interp(slices, np.arange(len(self.edges_X0)), self.edges_X0)


@lru_cache(maxsize=8)
def _shower(dump: Dump, minimum_energy: float) -> _Shower:
    from scotopic.shower import depth_track_lengths  # noqa: PLC0415 - needed for events only

    thickness = _DEEPEST_X0 if dump.thickness_X0 is None else dump.thickness_X0
    edges = np.linspace(0.0, thickness, 1 + math.ceil(thickness / _SLICE_X0))
    slices = depth_track_lengths(
        dump.medium,
        dump.shower_particle,
        dump.energy,
        minimum_energy=minimum_energy,
        depth_edges_X0=edges,
    )
    tracks = dump.track_lengths(minimum_energy)
    line = int(np.searchsorted(slices.energies, _LINE * dump.energy))

    def cumulative(lengths: Array) -> Array:
        # The beam particle's line rings between the nodes that hold it; their sum does not.
        # What is negative then is rounding, 1e-15 of the track length.
        rows = np.vstack([lengths[:, :line].T, lengths[:, line:].sum(axis=1)])
        return np.hstack([np.zeros((len(rows), 1)), np.cumsum(np.maximum(rows, 0.0), axis=1)])

    # Cross sections above a cut rise steeply from it: cells that grow as a square, and one
    # for the line.
    top = _LINE * dump.energy
    cells = minimum_energy + (top - minimum_energy) * np.linspace(0, 1, _ENERGY_CELLS) ** 3
    cells = np.append(cells, dump.energy)
    above = tracks.above("e-", cells) + tracks.above("e+", cells)
    return _Shower(
        slices.energies,
        cells,
        -np.diff(above),
        edges,
        cumulative(slices.electron + slices.positron),
        cumulative(slices.positron),
    )


def inverted(cumulative: Array, rows: npt.NDArray[np.intp], uniforms: Array) -> Array:
    """Invert piecewise linear distribution functions.

    Parameters
    ----------
    cumulative : ndarray, shape (r, k + 1)
        Rows that ascend from zero; they need not end at one.
    rows : ndarray, shape (n,)
        Which of the rows is wanted.
    uniforms : ndarray, shape (n,)
        Numbers in [0, 1).

    Returns
    -------
    ndarray, shape (n,)
        Positions between 0 and k, in cells.

    Examples
    --------
    >>> inverted(np.array([[0.0, 0.0, 1.0, 4.0]]), np.zeros(3, int), np.array([0.0, 0.25, 0.625]))
    array([1. , 2. , 2.5])
    """
    width = cumulative.shape[1]
    shares = cumulative / np.maximum(cumulative[:, -1:], np.finfo(float).tiny)
    flat = (shares + np.arange(len(shares))[:, None]).ravel()
    first = rows * width
    index = np.searchsorted(flat, rows + uniforms, side="right") - 1
    index = np.clip(index, first, first + width - 2)
    step = np.maximum(flat[index + 1] - flat[index], np.finfo(float).tiny)
    return np.asarray(index - first + np.clip((rows + uniforms - flat[index]) / step, 0.0, 1.0))


def bremsstrahlung(
    dump: Dump,
    model: "Mediator",
    minimum_energy: float,
    calculation: Calculation,
    uniforms: Array,
) -> Produced | None:
    """Sample mediators radiated by the shower's electrons and positrons.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    model : Mediator
        What is made.
    minimum_energy : float
        Least energy of the mediator in GeV.
    calculation : Calculation
        Method and form factor.
    uniforms : ndarray, shape (3, n)
        Numbers in [0, 1) for lepton energy, depth and energy fraction.

    Returns
    -------
    Produced or None
        None if nothing is made.

    Raises
    ------
    RangeError
        If mass or energies are outside the range of the cross sections or of the shower.
    """
    total = float(
        bremsstrahlung_above(dump, [model], np.array([minimum_energy]), calculation)[0, 0]
    )
    if not total > 0:
        return None
    shower = _shower(dump, minimum_energy)
    tables = [
        (per_cm2, cross_section_table(dump, model, nucleus, minimum_energy, calculation))
        for nucleus, per_cm2 in dump.material.atoms_per_cm2_per_X0.items()
    ]
    edges = shower.energy_edges
    middle = (edges[1:] + edges[:-1]) / 2
    cut = np.array([minimum_energy])
    response = sum(n * t.above(model.mediator_mass, middle, cut)[:, 0] for n, t in tables)
    cumulative = np.append(0.0, np.cumsum(shower.radiating * response))[None]
    single = np.zeros(uniforms.shape[1], dtype=np.intp)
    cells = inverted(cumulative, single, uniforms[0])
    lepton = np.interp(cells, np.arange(len(edges)), edges)
    depth = shower.depths(shower.radiating_depth, lepton, uniforms[1])
    mediator = _radiated_energies(
        tables, model.mediator_mass, minimum_energy, dump.energy, lepton, uniforms[2]
    )
    return Produced(depth, lepton, mediator, np.array([model.mediator_mass]), total)


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


def annihilation(
    dump: Dump, model: "Mediator", minimum_energy: float, uniforms: Array
) -> Produced | None:
    """Sample annihilations of the shower's positrons into the dark sector.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    model : Mediator
        The resonance, at its own coupling alpha_D.
    minimum_energy : float
        Least energy of the mediator in GeV.
    uniforms : ndarray, shape (3, n)
        Numbers in [0, 1) for the energy and the depth; the third is not used.

    Returns
    -------
    Produced or None
        None if the target's positrons are too slow for the dark decay.

    Raises
    ------
    RangeError
        If the energies are outside the range of the shower.
    """
    threshold = model.dark_threshold**2 / (2 * ELECTRON_MASS)
    if threshold >= dump.energy:
        return None
    shower = _shower(dump, minimum_energy)
    line = _LINE * dump.energy
    even = np.linspace(minimum_energy, line, _ANNIHILATION_BINS)
    narrow = _resonance_cells(model, float(even[1] - even[0]))
    inside = narrow[(narrow > minimum_energy) & (narrow < line)]
    edges = np.unique(np.concatenate([even, inside, [dump.energy]]))
    bins = np.maximum(annihilation_in_bins(dump, [model], edges)[0], 0.0)
    total = float(bins.sum())
    if not total > 0:
        return None
    single = np.zeros(uniforms.shape[1], dtype=np.intp)
    position = inverted(np.append(0.0, np.cumsum(bins))[None], single, uniforms[0])
    positron = np.interp(position, np.arange(len(edges)), edges)
    energy = np.maximum(positron + ELECTRON_MASS, threshold * (1 + 1e-9))  # where it cuts a bin
    positron = energy - ELECTRON_MASS
    depth = shower.depths(shower.positron_depth, positron, uniforms[1])
    return Produced(depth, positron, energy, np.sqrt(2 * ELECTRON_MASS * energy), total)


def _resonance_cells(model: "Mediator", reach: float) -> Array:
    """Positron energies in GeV around the resonance, dense where its cross section changes.

    They go as far as `reach` on both sides. In them the Breit-Wigner shape is constant to 5 %.
    """
    width = model.mediator_mass * model.invisible_width / (2 * ELECTRON_MASS)
    most = math.asinh(reach / width)
    steps = np.linspace(-most, most, 2 * math.ceil(most / _RESONANCE_STEP) + 1)
    return np.asarray(resonance_energy(model.mediator_mass) + width * np.sinh(steps))
