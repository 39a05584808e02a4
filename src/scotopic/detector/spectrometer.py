"""Which muons behind a target a thin bending magnet brings into counters."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scotopic.experiments.spectrometers import MuonGeometry, Plane

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def positions_at(
    position_cm: float, geometry: "MuonGeometry", origin_cm: FloatArray, momentum: FloatArray
) -> FloatArray:
    """Return where straight tracks, turned by the magnet, cross a plane.

    Parameters
    ----------
    position_cm : float
        Of the plane along the beam.
    geometry : MuonGeometry
        Whose magnet turns them: by a momentum along x that does not depend on their energy.
    origin_cm : ndarray, shape (n, 3)
        A point of each track in front of the magnet.
    momentum : ndarray, shape (n, 3)
        In GeV.

    Returns
    -------
    ndarray, shape (2, n)
        x and y in cm; not-a-number for muons that do not get there.
    """
    magnet = geometry.magnet
    first = position_cm if magnet is None else min(position_cm, magnet.position_cm)
    px, py, pz = momentum.T
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.where(pz > 0, np.stack([px, py]) / pz, np.nan)
        at = origin_cm[:, :2].T + slopes * (first - origin_cm[:, 2])
        if magnet is not None and first < position_cm:
            turned = px + magnet.kick_GeV
            along = np.sqrt(px * px + pz * pz - turned * turned)
            at = at + np.stack([turned, py]) / along * (position_cm - first)
    return np.asarray(at)


def inside(
    plane: "Plane",
    geometry: "MuonGeometry",
    beam_energy: float,
    origin_cm: FloatArray,
    momentum: FloatArray,
) -> Mask:
    """Return which tracks cross a plane inside of its rectangle; parameters as `positions_at`.

    `beam_energy` in GeV says where the deflected beam is, from which the edges may be counted.
    """
    x, y = positions_at(plane.position_cm, geometry, origin_cm, momentum)
    (left, right), (low, high) = geometry.edges_cm(plane, beam_energy), plane.y_range_cm
    return np.asarray((left < x) & (x < right) & (low < y) & (y < high))


def accepted_tracks(
    geometry: "MuonGeometry", beam_energy: float, origin_cm: FloatArray, momentum: FloatArray
) -> Mask:
    """Return which tracks hit all counters through all openings; parameters as `inside`."""
    planes = (*geometry.counters, *geometry.openings)
    masks = [inside(one, geometry, beam_energy, origin_cm, momentum) for one in planes]
    return np.asarray(np.logical_and.reduce(masks))
