"""Photons that leave a thin target, in what they make their showers in behind it."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.checked import number_within
from scotopic.display import displayed
from scotopic.materials import Element
from scotopic.shower.medium import SPECIES, Effects, Medium, Particle, description
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
class TracksBehind(SpeciesWeights):
    """Track lengths in an absorber of what photons that leave a target begin there.

    Attributes
    ----------
    energies : ndarray, shape (n,)
        Nodes in GeV (total energies), ascending.
    electron, positron, photon : ndarray, shape (n,)
        Weights in radiation lengths of the absorber, as in `TrackLengths`.
    error : float
        Relative numerical error of the photons' length.
    """

    energies: Array
    electron: Array
    positron: Array
    photon: Array
    error: float


def tracks_behind(
    medium: Element | Medium | str,
    thickness_X0: float,
    absorber: Element | Medium | str,
    beam_particle: Particle = "e-",
    beam_energy: float = 100.0,
    *,
    minimum_energy: float | None = None,
    nodes: int | None = None,
) -> TracksBehind:
    """Return the mean track lengths behind a target that photons begin which leave it.

    Electrons and positrons that leave the target are not followed.

    Parameters
    ----------
    medium, beam_particle, beam_energy, minimum_energy, nodes
        As in `track_lengths`.
    thickness_X0 : float
        Of the target in radiation lengths.
    absorber : str, Element, Material or Target
        What is behind, deep enough to absorb the photons.

    Returns
    -------
    TracksBehind
        Read from the disk cache if it was computed before.

    Raises
    ------
    RangeError
        If an argument is outside of its range.

    Examples
    --------
    A photon flies 9/7 radiation lengths until it makes a pair:

    >>> behind = tracks_behind("tungsten", 0.1, "tungsten", "e-", 8.0, minimum_energy=5.6)
    >>> round(float(behind.photon.sum()), 4)
    0.0375
    """
    medium, beam_energy, minimum_energy = check_beam(
        medium, beam_particle, beam_energy, minimum_energy
    )
    behind, *_ = check_beam(absorber, beam_particle, beam_energy, minimum_energy)
    thickness_X0 = number_within("thickness_X0", thickness_X0, *THICKNESSES_X0)
    mesh, effects = Mesh.between(minimum_energy, beam_energy, nodes), Effects()

    def weights(grid: Mesh) -> Array:
        from scipy.linalg import expm  # noqa: PLC0415 - scipy is for those who compute only

        from scotopic.shower import cascade  # noqa: PLC0415

        crossing = cascade.generator(medium, grid, effects) * thickness_X0
        leaving = expm(crossing) @ cascade.start(grid, beam_particle)
        leaving[: SPECIES.index("gamma") * grid.size] = 0
        absorbing = cascade.generator(behind, grid, effects)
        return node_weights(grid, cascade.integrated(absorbing, leaving, None))

    def build() -> Arrays:
        fine, coarse = weights(mesh), weights(replace(mesh, last=mesh.last // 2))
        lengths = fine[-1].sum(), coarse[-1].sum()
        return {"weights": fine, "error": np.array(abs(lengths[1] / lengths[0] - 1))}

    inputs = {
        **shower_inputs(medium, beam_particle, mesh, effects),
        "thickness_X0": thickness_X0,
        "absorber": description(behind),
    }
    found = cached_arrays("tracks-behind", inputs, build)
    electron, positron, photon = found["weights"]
    return TracksBehind(mesh.ascending, electron, positron, photon, float(found["error"]))
