"""Photons that can turn into vector mesons: those of showers, and those that muons carry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.materials import Material
from scotopic.processes.dump import Dump
from scotopic.production.equivalent_photons import equivalent_photons
from scotopic.production.photoproduction import MESONS, mixed_cross_sections, mixing
from scotopic.units import MUON_MASS
from scotopic.words import NuclearModel

Array = npt.NDArray[np.float64]

TABLES = 0.01  # relative error of what nuclei make of mesons

_NODES = 60  # of the shower's energy, where depth is kept
_BINS = 150  # of the energy of photons that muons carry
_ENERGIES = 4  # of muons, between which what they carry is interpolated


@displayed
@dataclass(frozen=True, eq=False)
class MesonPhotons:
    """Photons by depth and energy.

    Attributes
    ----------
    energies : ndarray, shape (n,)
        In GeV, ascending.
    lengths : ndarray, shape (slices, mesons, mesons, n)
        Path in radiation lengths at these energies, for pairs of mesons: photons with Q^2 above
        zero count less for light ones. The axes of mesons have one entry if all are real.
    material : Material
        What they cross.
    relative_error : float
        Numerical.
    """

    energies: Array
    lengths: Array
    material: Material
    relative_error: float

    @classmethod
    def of(cls, dump: Dump, minimum_energy: float, edges_X0: Array | None = None) -> "MesonPhotons":
        """Return those above an energy in GeV, in slices of depth; left out: the whole target."""
        if dump.lepton == "muon":
            return cls._of_muons(dump, minimum_energy, edges_X0)
        error = dump.track_lengths(minimum_energy).error
        if edges_X0 is None:
            tracks = dump.track_lengths(minimum_energy)
            return cls(tracks.energies, tracks.photon[None, None, None], dump.material, error)
        by_depth = dump.depth_track_lengths(minimum_energy, edges_X0, _NODES)
        return cls(by_depth.energies, by_depth.photon[:, None, None], dump.material, error)

    @classmethod
    def behind(cls, dump: Dump, minimum_energy: float) -> "MesonPhotons | None":
        """Return those in what absorbs photons behind the target, if there is something."""
        tracks, absorber = dump.tracks_behind(minimum_energy), dump.absorbing_material
        if tracks is None or absorber is None:
            return None
        return cls(tracks.energies, tracks.photon[None, None, None], absorber, tracks.error)

    @classmethod
    def _of_muons(cls, dump: Dump, minimum_energy: float, edges_X0: Array | None) -> "MesonPhotons":
        """Return those of muons that lose energy evenly along the target."""
        muon = dump.muon_tracks()
        whole = float(muon.lengths.sum())
        edges = np.array([0.0, whole]) if edges_X0 is None else np.minimum(edges_X0, whole)
        cells = np.linspace(minimum_energy, dump.energy, _BINS + 1)
        photons = (cells[1:] + cells[:-1]) / 2
        ends = muon.final_energy, dump.energy
        at = np.linspace(*ends, _ENERGIES)
        masses = np.array([meson.mass for meson in MESONS.values()])
        carried = equivalent_photons(MUON_MASS, at[:, None], photons, masses)
        carried = np.moveaxis(carried, 2, 0) * np.diff(cells)
        middle = (edges[1:] + edges[:-1]) / 2
        energy = dump.energy - (ends[1] - ends[0]) * middle / whole
        place = (energy - ends[0]) / (at[1] - at[0])
        low = np.clip(place.astype(np.intp), 0, _ENERGIES - 2)
        upper = (place - low)[:, None, None, None]
        lengths = (1 - upper) * carried[low] + upper * carried[low + 1]
        lengths *= np.diff(edges)[:, None, None, None]
        return cls(photons, lengths, dump.material, 0.0)

    def yields(
        self,
        masses: Array,
        charges: Sequence[Mapping[str, float]],
        nuclear_model: NuclearModel,
    ) -> Array:
        """Return mediators per squared coupling, shape (models, slices, n).

        Parameters
        ----------
        masses : ndarray, shape (models,)
            Of mediators in GeV.
        charges : sequence of mapping
            Coupling to each meson, for every model.
        nuclear_model : {"classical", "glauber"}
            Of coherent production.
        """
        pairs = np.zeros((len(MESONS), len(MESONS), len(masses), len(self.energies)))
        for nucleus, per_cm2 in self.material.atoms_per_cm2_per_X0.items():
            pairs += per_cm2 * mixed_cross_sections(
                masses[:, None], self.energies, nucleus, nuclear_model
            )
        mixed = [mixing(*one) for one in zip(masses.tolist(), charges, strict=True)]
        return np.asarray(
            np.einsum("mvw,vwmn,svwn->msn", mixed, pairs, self.lengths_of_pairs, optimize=True)
        )

    @property
    def lengths_of_pairs(self) -> Array:
        """The lengths with all axes of mesons, shape (slices, mesons, mesons, n)."""
        slices, *_, energies = self.lengths.shape
        return np.broadcast_to(self.lengths, (slices, len(MESONS), len(MESONS), energies))
