"""Track lengths in slices of depth, for mediators and decays that know where they began."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.checked import ascending, within
from scotopic.display import displayed
from scotopic.materials import Element
from scotopic.shower.medium import Effects, Medium, Particle
from scotopic.shower.mesh import Mesh
from scotopic.shower.tracks import (
    THICKNESSES_X0,
    SpeciesWeights,
    check_beam,
    node_weights,
    shower_inputs,
)

Array = npt.NDArray[np.float64]


@displayed
@dataclass(frozen=True, eq=False)
class DepthTrackLengths(SpeciesWeights):
    """Track lengths of one shower in slices of depth, as weights on nodes of energy.

    Attributes
    ----------
    beam_particle : {"e-", "e+", "gamma"}
        What starts the shower.
    beam_energy, minimum_energy : float
        Highest and lowest total energy in GeV.
    edges_X0 : ndarray, shape (m + 1,)
        Edges of the slices in radiation lengths, ascending.
    energies : ndarray, shape (n,)
        Nodes in GeV (total energies), ascending: those of `TrackLengths`.
    electron, positron, photon : ndarray, shape (m, n)
        Weights in radiation lengths; in each slice as in `TrackLengths`.
    """

    beam_particle: Particle
    beam_energy: float
    minimum_energy: float
    edges_X0: Array
    energies: Array
    electron: Array
    positron: Array
    photon: Array


def depth_track_lengths(
    medium: Element | Medium | str,
    beam_particle: Particle = "e-",
    beam_energy: float = 100.0,
    *,
    minimum_energy: float | None = None,
    depth_edges_X0: npt.ArrayLike,
    effects: Effects | None = None,
    nodes: int | None = None,
) -> DepthTrackLengths:
    """Return the mean track lengths in slices of depth of the shower of one beam particle.

    Parameters
    ----------
    medium, beam_particle, beam_energy, minimum_energy, effects, nodes
        As in `track_lengths`.
    depth_edges_X0 : array_like, shape (m + 1,)
        Edges of the slices in radiation lengths, ascending, from 0 to 1000.

    Returns
    -------
    DepthTrackLengths
        Read from the disk cache if it was computed before.

    Raises
    ------
    RangeError
        If an argument is outside of its range.

    Notes
    -----
    The state of the shower is carried from edge to edge with matrix exponentials, one for each
    different thickness: evenly spaced edges are the fastest.

    Examples
    --------
    >>> from scotopic.materials import material
    >>> slices = depth_track_lengths(
    ...     material("lead"), "e-", 10.0, minimum_energy=5.0, depth_edges_X0=[0, 1, 2, 30]
    ... )
    >>> slices.electron.sum(axis=1).round(2)
    array([0.65, 0.17, 0.04])
    """
    effects = Effects() if effects is None else effects
    medium, beam_energy, minimum_energy = check_beam(
        medium, beam_particle, beam_energy, minimum_energy
    )
    edges = ascending("depth_edges_X0", depth_edges_X0)
    edges = within("depth_edges_X0", edges, 0.0, THICKNESSES_X0[1]).copy()
    mesh = Mesh.between(minimum_energy, beam_energy, nodes)

    def build() -> Arrays:
        from scotopic.shower import cascade  # noqa: PLC0415 - scipy is for those who compute only

        matrix = cascade.generator(medium, mesh, effects)
        state = cascade.start(mesh, beam_particle)
        states = cascade.integrated_in_slices(matrix, state, edges)
        return {"weights": node_weights(mesh, states)}

    inputs = shower_inputs(medium, beam_particle, mesh, effects)
    found = cached_arrays("depth-track-lengths", {**inputs, "edges_X0": edges.tolist()}, build)
    weights = np.moveaxis(found["weights"], 1, 0)
    start = beam_particle, beam_energy, minimum_energy, edges, mesh.ascending
    return DepthTrackLengths(*start, *weights)
