r"""The cascade equations as one matrix.

The importance Y_s(E), the yield expected from a particle of species s and energy E and all its
descendants, changes along the shower by

    dY/dz = K Y + R,    K Y = (what the products would yield) - (rate) Y - loss dY/dE,

with the response R per radiation length. With Y interpolated between the nodes of the mesh, K
is a matrix; its transpose moves the numbers n of particles at the nodes, dn/dz = K^T n, and the
track lengths are integrals of n over depth. Because Y of a smooth response is smooth even where
the spectrum of the beam particle is singular, this is accurate on few nodes.
"""

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

from scotopic.quadrature import gauss_legendre
from scotopic.shower.ionisation import collision_loss
from scotopic.shower.medium import SPECIES, Effects, Medium
from scotopic.shower.mesh import Mesh
from scotopic.shower.radiation import RadiationTable, radiation_table

Array = npt.NDArray[np.float64]

_POINTS = 4  # Gauss points in each cell
_POINTS_AT_END = 10  # and in an interval at whose end a rate varies fast


def generator(medium: Medium, mesh: Mesh, effects: Effects) -> Array:
    """Return K^T, shape (3 size, 3 size): dn/dz = K^T n per radiation length.

    The state lists the species one after the other in the order of `SPECIES`, each on all nodes
    of the mesh. Products below the last node leave the state.
    """
    electron, photon, pair, absorption = _radiation_blocks(radiation_table(medium, effects), mesh)
    loss = {"e-": np.zeros_like(electron), "e+": np.zeros_like(electron)}
    if effects.ionisation:
        slope = mesh.derivative()
        loss = {s: collision_loss(medium, s, mesh.energies)[:, None] * slope for s in ("e-", "e+")}
    nothing = np.zeros_like(electron)
    importance = np.block(
        [
            [electron - loss["e-"], nothing, photon],
            [nothing, electron - loss["e+"], photon],
            [pair, pair, -np.diag(absorption)],
        ]
    )
    return importance.T


def _radiation_blocks(table: RadiationTable, mesh: Mesh) -> tuple[Array, Array, Array, Array]:
    """Return K(e -> e), K(e -> gamma), K(gamma -> e) for one lepton, and the absorption rate."""
    at, weight, used = _quadrature(mesh)
    product, measure = mesh.energy(at), weight * mesh.jacobian(at)
    to_nodes = mesh.interpolation(at)
    source, target = np.nonzero(used)
    initial, final = mesh.energies[source], product[target]

    def spread(rate: Array) -> Array:
        matrix = np.zeros(used.shape)
        matrix[source, target] = rate * measure[target]
        return matrix

    near_zero, share = _crowded_at_zero(_POINTS_AT_END)
    below = mesh.energies[-1] * np.concatenate([near_zero, 2 - near_zero]) / 2
    measure_below = mesh.energies[-1] * np.tile(share, 2) / 2
    energies = mesh.energies[:, None]

    kept = spread(table.bremsstrahlung(initial, initial - final))
    lost = table.bremsstrahlung(energies, energies - below) @ measure_below
    electron = kept @ to_nodes - np.diag(kept.sum(axis=1) + lost)
    photon = spread(table.bremsstrahlung(initial, final)) @ to_nodes
    made = spread(table.pair_production(initial, final))
    absorption = made.sum(axis=1) + table.pair_production(energies, below) @ measure_below
    return electron, photon, made @ to_nodes, absorption


def _crowded_at_zero(points: int) -> tuple[Array, Array]:
    """Return abscissae and weights on (0, 1) of a Gauss rule in the cube root of the variable."""
    root, weights = gauss_legendre(points)
    return root**3, 3 * root**2 * weights


def _quadrature(mesh: Mesh) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Return positions and weights of the product energies, and which node uses which.

    The rates vary fast where a product takes nearly all of the energy. The cell next to the
    initial energy therefore has points of its own, crowded towards it.
    """
    abscissae, weights = gauss_legendre(_POINTS)
    near, near_weights = _crowded_at_zero(_POINTS_AT_END)
    cells = np.arange(mesh.size - 1)
    at = [cells[:, None] + abscissae, cells[:, None] + near]
    nodes = np.arange(mesh.size)[:, None]
    used = [np.repeat(cells, _POINTS) > nodes, np.repeat(cells, _POINTS_AT_END) == nodes]
    weight = [np.tile(weights, len(cells)), np.tile(near_weights, len(cells))]
    return np.concatenate([a.ravel() for a in at]), np.concatenate(weight), np.hstack(used)


def start(mesh: Mesh, species: str) -> Array:
    """Return the state of one beam particle."""
    state = np.zeros(len(SPECIES) * mesh.size)
    state[SPECIES.index(species) * mesh.size] = 1
    return state


def integrated(matrix: Array, state: Array, thickness_X0: float | None) -> Array:
    """Return the integral of the state over depth: up to a thickness, or to the end."""
    change = -state if thickness_X0 is None else expm(matrix * thickness_X0) @ state - state
    return np.asarray(np.linalg.solve(matrix, change))


def integrated_in_slices(matrix: Array, state: Array, edges_X0: Array) -> Array:
    """Return the integrals of the state over slices of depth, shape (slices, len(state))."""
    steps: dict[float, Array] = {}
    states = [state]
    for width in np.diff(edges_X0, prepend=0.0):
        width_X0 = round(float(width), 12)
        if width_X0 not in steps:
            steps[width_X0] = expm(matrix * width_X0)
        states.append(steps[width_X0] @ states[-1])
    changes = np.diff(np.array(states[1:]), axis=0)
    return np.asarray(np.linalg.solve(matrix, changes.T).T)
