"""Track lengths of electrons, positrons and photons in a shower, averaged over showers."""

from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.checked import ascending, number_within, numbers, one_of, within
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.materials import Element, material
from scotopic.shower.medium import SPECIES, Effects, Medium, Particle, compton_share, description
from scotopic.shower.mesh import END_WEIGHTS, Mesh, interpolate

Array = npt.NDArray[np.float64]

BEAM_ENERGIES = (0.06, 500.0)
"""Beam energies in GeV for which the cascade is computed."""

LEAST_ENERGY = 0.05
"""Least energy in GeV down to which it is followed: Tsai's formulas hold above 50 MeV."""

THICKNESSES_X0 = (1e-9, 1000.0)
"""Thicknesses in radiation lengths."""

CLOSEST_TO_BEAM = 0.95
"""Largest ratio of the least energy to the beam energy."""

MOST_COMPTON = 0.03
"""Largest ratio of Compton scattering to pair production at the least energy."""

_SLACK = 1e-9  # relative; forgives rounding
_LINE = 8  # nodes next to the beam energy that hold the beam particle's line, unresolved


class SpeciesWeights:
    """Read-only weights of the three species of a shower, on the same nodes."""

    electron: Array
    positron: Array
    photon: Array

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def weights(self, particle: Particle) -> Array:
        """Return the weights of a species in X0, of the shape that `electron` has.

        Raises
        ------
        RangeError
            If the species is unknown.
        """
        one_of("particle", particle, SPECIES)
        named = dict(zip(SPECIES, (self.electron, self.positron, self.photon), strict=True))
        return named[particle]


@displayed
@dataclass(frozen=True, eq=False)
class TrackLengths(SpeciesWeights):
    """Track lengths T(E) = d<L>/dE of one shower, as weights on nodes of energy.

    The weights are those of a quadrature: for any smooth response R(E), the integral of
    T(E) R(E) dE from `minimum_energy` to the beam energy is the sum of weight times R(node).
    The line of the beam particle, before it has lost a few 1e-4 of its energy, is in the
    weights next to the beam energy.

    Attributes
    ----------
    beam_particle : {"e-", "e+", "gamma"}
        What starts the shower.
    beam_energy, minimum_energy : float
        Highest and lowest total energy in GeV.
    energies : ndarray, shape (n,)
        Nodes in GeV (total energies), ascending, from `minimum_energy` to `beam_energy`.
    electron, positron, photon : ndarray, shape (n,)
        Weights in radiation lengths.
    error : float
        Relative numerical error: the largest change of the three integral track lengths when
        half of the nodes are left out. The true error is smaller. The error of the physics is
        about 1 % (docs/physics/cascade.md).

    Notes
    -----
    A response with a jump inside the range is integrated to one node only. If it starts at a
    threshold, make that threshold `minimum_energy`.
    """

    beam_particle: Particle
    beam_energy: float
    minimum_energy: float
    energies: Array
    electron: Array
    positron: Array
    photon: Array
    error: float

    def density(self, particle: Particle, energy: npt.ArrayLike) -> Array:
        """Return T(E) in X0/GeV at energies in GeV, smooth in between the nodes.

        It holds to the `error` from `minimum_energy` to 0.9997 of the beam energy. Above, the
        beam particle's line is not resolved.

        Raises
        ------
        RangeError
            If an energy is outside of that range, or the species unknown.
        """
        position = self._position(energy)
        values = self._per_step(particle)[_LINE:]
        return interpolate(values, position - _LINE) / self._mesh.jacobian(position)

    def above(self, particle: Particle, energy: npt.ArrayLike) -> Array:
        """Return the integral track length in X0 above energies in GeV; zero above the beam's.

        Raises
        ------
        RangeError
            If an energy is below `minimum_energy` or inside the unresolved line, or the species
            unknown.

        Examples
        --------
        >>> from scotopic.materials import Element, material
        >>> shower = track_lengths(material("lead"), "e-", 100.0, minimum_energy=50.0)
        >>> bool(np.isclose(shower.above("e-", 50.0), shower.electron.sum()))
        True
        """
        least = self.minimum_energy * (1 - _SLACK)
        energy = within("energy", energy, least, unit="GeV")
        inside = energy < self.beam_energy
        floor = np.where(inside, energy, self.minimum_energy)
        position = self._position(floor)
        lengths = interpolate(self._integral(particle), position - _LINE)
        return np.asarray(np.where(inside, lengths, 0.0))

    def differential(self, particle: Particle, edges: npt.ArrayLike) -> Array:
        """Return T(E) averaged over bins of energy, shape (len(edges) - 1,), in X0/GeV.

        Raises
        ------
        RangeError
            As `above`.
        """
        least = self.minimum_energy * (1 - _SLACK)
        edges = within("edges", ascending("edges", edges, "GeV"), least, unit="GeV")
        return -np.diff(self.above(particle, edges)) / np.diff(edges)

    @cached_property
    def _mesh(self) -> Mesh:
        return Mesh.between(self.minimum_energy, self.beam_energy, len(self.energies))

    def _per_step(self, particle: Particle) -> Array:
        """Return the track length per step of the mesh, from the beam energy downwards."""
        values = self.weights(particle)[::-1].copy()
        values[-len(END_WEIGHTS) :] /= END_WEIGHTS
        return values

    def _integral(self, particle: Particle) -> Array:
        """Return the integral track lengths above each node but the first few."""
        values = self._per_step(particle)
        last = len(END_WEIGHTS)
        totals = np.cumsum(values)[_LINE - last : -last]
        ends = np.lib.stride_tricks.sliding_window_view(values[_LINE - last + 1 :], last)
        return np.asarray(totals + ends @ END_WEIGHTS)

    def _position(self, energy: npt.ArrayLike) -> Array:
        energy = numbers("energy", energy)
        low, high = self.minimum_energy, float(self._mesh.energies[_LINE])
        slack = _SLACK * low
        if not np.all((energy >= low - slack) & (energy <= high)):
            worst = energy.ravel()[np.argmax(np.maximum(low - energy, energy - high).ravel())]
            raise RangeError(f"energy: {worst} GeV is not between {low} and {high:.6g} GeV")
        return np.minimum(self._mesh.position(energy), len(self.energies) - 1.0)


def track_lengths(
    medium: Element | Medium | str,
    beam_particle: Particle = "e-",
    beam_energy: float = 100.0,
    *,
    minimum_energy: float | None = None,
    thickness_X0: float | None = None,
    effects: Effects | None = None,
    nodes: int | None = None,
) -> TrackLengths:
    """Return the mean track lengths in the shower of one beam particle.

    Parameters
    ----------
    medium : str, Element, Material or Target
        What the shower develops in: a material, or layers thin against a radiation length.
    beam_particle : {"e-", "e+", "gamma"}
        What starts it.
    beam_energy : float
        Total energy of the beam particle in GeV, 0.06 to 500.
    minimum_energy : float, optional
        Least total energy in GeV that is of interest, from 0.05 to 95 % of the beam energy; by
        default half of it. In light materials from where Compton scattering, which is left out,
        is below 3 % of pair production (carbon: 0.58 GeV).
    thickness_X0 : float, optional
        Thickness in radiation lengths, 1e-9 to 1000; without it the shower is fully contained.
    effects : Effects, optional
        Switches of the physics; all of it by default.
    nodes : int, optional
        Number of nodes; by default as many as make `error` about 1e-5.

    Returns
    -------
    TrackLengths
        Read from the disk cache if it was computed before.

    Raises
    ------
    RangeError
        If an argument is outside of its range.

    Examples
    --------
    >>> shower = track_lengths("lead")
    >>> round(float((shower.electron + shower.positron).sum()), 2)
    0.9
    """
    effects = Effects() if effects is None else effects
    medium, beam_energy, minimum_energy = check_beam(
        medium, beam_particle, beam_energy, minimum_energy
    )
    if thickness_X0 is not None:
        thickness_X0 = number_within("thickness_X0", thickness_X0, *THICKNESSES_X0)
    mesh = Mesh.between(minimum_energy, beam_energy, nodes)

    def build() -> Arrays:
        return _solve(medium, beam_particle, mesh, thickness_X0, effects)

    inputs = shower_inputs(medium, beam_particle, mesh, effects)
    found = cached_arrays("track-lengths", {**inputs, "thickness_X0": thickness_X0}, build)
    electron, positron, photon = found["weights"]
    start = beam_particle, beam_energy, minimum_energy, mesh.ascending
    return TrackLengths(*start, electron, positron, photon, float(found["error"]))


def check_beam(
    given: Element | Medium | str,
    beam_particle: str,
    beam_energy: float,
    minimum_energy: float | None,
) -> tuple[Medium, float, float]:
    """Return medium and energies; refuse those for which the cascade is not computed."""
    medium = material(given)
    one_of("beam_particle", beam_particle, SPECIES)
    beam_energy = number_within("beam_energy", beam_energy, *BEAM_ENERGIES, "GeV")
    if minimum_energy is None:
        minimum_energy = beam_energy / 2
    most = CLOSEST_TO_BEAM * beam_energy
    minimum_energy = number_within("minimum_energy", minimum_energy, LEAST_ENERGY, most, "GeV")
    if not is_followed(medium, minimum_energy):
        share = compton_share(medium, minimum_energy)
        raise RangeError(
            f"minimum_energy: at {minimum_energy} GeV Compton scattering, which is left out, is "
            f"{share:.1%} of pair production here; at most {MOST_COMPTON:.0%} is allowed: a higher "
            "beam energy, a heavier target, or a cut that asks for more energy of the mediator is"
            " needed"
        )
    return medium, beam_energy, minimum_energy


def is_followed(medium: Medium, energy: float) -> bool:
    """Return whether the cascade can be followed down to an energy in GeV.

    Examples
    --------
    >>> [is_followed(material("carbon"), energy) for energy in (0.5, 0.6)]
    [False, True]
    """
    return energy >= LEAST_ENERGY and compton_share(medium, energy) <= MOST_COMPTON


def shower_inputs(
    medium: Medium, beam_particle: Particle, mesh: Mesh, effects: Effects
) -> dict[str, Any]:
    """Return all that the state of a shower depends on, beside the depth."""
    return {
        "medium": description(medium),
        "beam_particle": beam_particle,
        "mesh": asdict(mesh),
        "effects": asdict(effects),
    }


def node_weights(mesh: Mesh, states: Array) -> Array:
    """Turn integrated states, shape (..., 3 size), into weights (..., 3, n), energies ascending."""
    weights = states.reshape(*states.shape[:-1], len(SPECIES), mesh.size)[..., : mesh.last + 1]
    weights = weights.copy()
    weights[..., -len(END_WEIGHTS) :] *= END_WEIGHTS
    return np.ascontiguousarray(weights[..., ::-1])


def _solve(
    medium: Medium,
    beam_particle: Particle,
    mesh: Mesh,
    thickness_X0: float | None,
    effects: Effects,
) -> Arrays:
    """Solve the cascade on a mesh and, for the error, on one with half of its steps."""
    from scotopic.shower import cascade  # noqa: PLC0415 - scipy is for those who compute only

    def weights_on(grid: Mesh) -> Array:
        matrix = cascade.generator(medium, grid, effects)
        state = cascade.start(grid, beam_particle)
        return node_weights(grid, cascade.integrated(matrix, state, thickness_X0))

    fine = weights_on(mesh)
    lengths, coarse = (
        w.sum(axis=1) for w in (fine, weights_on(replace(mesh, last=mesh.last // 2)))
    )
    return {
        "weights": fine,
        "error": np.array(np.max(np.abs(coarse - lengths) / lengths)),
    }
