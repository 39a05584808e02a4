"""Beam and target, what is behind, and how what the beam makes there is computed."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from scotopic.checked import one_of, positive
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.materials import Material, material

if TYPE_CHECKING:
    from scotopic.production import Lepton
    from scotopic.shower import DepthTrackLengths, Medium, Particle, TrackLengths
    from scotopic.shower.behind import TracksBehind
    from scotopic.shower.muons import MuonTracks

FloatArray = npt.NDArray[np.float64]

_PARTICLES = ("e-", "e+", "gamma", "mu-", "mu+")
_NODES = 240  # of the shower's energy; see `spectrum.numerical_error`
_NODES_BEHIND = 60  # of photons that leave it, which have no line: their length is exact to 1e-4


@displayed
@dataclass(frozen=True)
class Dump:
    """A beam and the target in which it showers, or through which it passes if it is of muons.

    Attributes
    ----------
    particle : str
        "e-", "e+", "gamma", "mu-" or "mu+".
    energy : float
        Beam energy in GeV.
    medium : Material or Target
        What the shower develops in, also by its name; thin layers keep their own densities.
    thickness_X0 : float or None
        Its thickness in radiation lengths; None if it contains the shower.
    absorber : Material, Target or None
        What absorbs the photons that leave the target, also by its name; None if nothing is made
        behind the target.

    Raises
    ------
    RangeError
        If the particle or the medium is unknown, or a number not positive.
    """

    particle: "Particle | Literal['mu-', 'mu+']"
    energy: float
    medium: "Medium"
    thickness_X0: float | None = None
    absorber: "Medium | None" = None

    def __post_init__(self) -> None:
        """Take the media by their names too, and refuse what is no beam or no target."""
        one_of("particle", self.particle, _PARTICLES)
        object.__setattr__(self, "medium", material(self.medium))
        object.__setattr__(self, "energy", positive("energy", self.energy, "GeV"))
        if self.thickness_X0 is not None:
            thickness = positive("thickness_X0", self.thickness_X0)
            object.__setattr__(self, "thickness_X0", thickness)
        if self.absorber is not None:
            object.__setattr__(self, "absorber", material(self.absorber))

    @property
    def lepton(self) -> "Lepton":
        """What radiates mediators."""
        return "muon" if self.particle in ("mu-", "mu+") else "electron"

    @property
    def shower_particle(self) -> "Particle":
        """What starts a shower.

        Raises
        ------
        RangeError
            If the beam makes no electromagnetic shower, or none that is computed.
        """
        from scotopic.shower.tracks import BEAM_ENERGIES  # noqa: PLC0415 - a warm run needs none

        match self.particle:
            case "mu-" | "mu+":
                raise RangeError(
                    f"beam.particle: {self.particle!r} makes no shower; 'e-', 'e+' and 'gamma' do"
                )
            case particle:
                low, high = BEAM_ENERGIES
                if not low <= self.energy <= high:
                    raise RangeError(
                        f"beam.energy_GeV: {self.energy:g} is not between {low:g} and {high:g}; the"
                        " cascade leaves Compton scattering out, which matters below"
                    )
                return particle

    @property
    def material(self) -> "Material":
        """The medium, its layers spread evenly."""
        return _spread(self.medium)

    @property
    def absorbing_material(self) -> "Material | None":
        """What is behind the target, its layers spread evenly."""
        return None if self.absorber is None else _spread(self.absorber)

    def inputs(self) -> dict[str, Any]:
        """Return all that defines it, as JSON can write it."""
        from scotopic.shower.medium import description  # noqa: PLC0415 - only when asked

        return {
            "particle": self.particle,
            "energy": self.energy,
            "medium": description(self.medium),
            "thickness_X0": self.thickness_X0,
            "absorber": None if self.absorber is None else description(self.absorber),
        }

    def _contains(self, minimum_energy: float) -> bool:
        """Whether no particle above an energy leaves the target: fewer than 1e-6 do.

        They decrease by at least exp(-0.6) in a radiation length once the shower has split the
        beam energy, which takes less than ten for every factor of e.
        """
        if self.thickness_X0 is None:
            return True
        splits = 0 < minimum_energy < self.energy
        depth = 25 + 10 * math.log(self.energy / minimum_energy) if splits else math.inf
        return self.thickness_X0 > depth

    def track_lengths(self, minimum_energy: float) -> "TrackLengths":
        """Return the shower's track lengths above an energy in GeV; see `shower_particle`."""
        from scotopic.shower import track_lengths  # noqa: PLC0415 - a warm run needs none

        minimum_energy = positive("minimum_energy", minimum_energy, "GeV")
        return track_lengths(
            self.medium,
            self.shower_particle,
            self.energy,
            minimum_energy=minimum_energy,
            thickness_X0=None if self._contains(minimum_energy) else self.thickness_X0,
            nodes=_NODES,
        )

    def check(self, minimum_energy: float) -> None:
        """Refuse an energy in GeV down to which what is in the target is not followed.

        Raises
        ------
        RangeError
            As `track_lengths` or `muon_tracks`, which are not computed.
        """
        from scotopic.shower.muons import SLOWEST  # noqa: PLC0415 - not when warm
        from scotopic.shower.tracks import check_beam  # noqa: PLC0415

        if self.lepton == "electron":
            check_beam(self.medium, self.shower_particle, self.energy, minimum_energy)
        elif self.energy <= SLOWEST:
            raise RangeError(
                f"beam.energy_GeV: {self.energy:g} is not above {SLOWEST:g}; slower muons are not"
                " followed, as they lose much of their energy at once"
            )

    def depth_track_lengths(
        self, minimum_energy: float, edges_X0: FloatArray, nodes: int | None = None
    ) -> "DepthTrackLengths":
        """Return the track lengths above an energy in slices of depth, at nodes of energy."""
        from scotopic.shower import depth_track_lengths  # noqa: PLC0415 - a warm run needs none

        return depth_track_lengths(
            self.medium,
            self.shower_particle,
            self.energy,
            minimum_energy=minimum_energy,
            depth_edges_X0=edges_X0,
            nodes=nodes,
        )

    def tracks_behind(self, minimum_energy: float) -> "TracksBehind | None":
        """Return what photons that leave the target begin behind it; None if nothing is there."""
        from scotopic.shower.behind import tracks_behind  # noqa: PLC0415 - a warm run needs none

        if self.absorber is None or self.thickness_X0 is None:
            return None
        return tracks_behind(
            self.medium,
            self.thickness_X0,
            self.absorber,
            self.shower_particle,
            self.energy,
            minimum_energy=minimum_energy,
            nodes=_NODES_BEHIND,
        )

    def muon_tracks(self) -> "MuonTracks":
        """Return the track length of a beam muon in the target."""
        from scotopic.shower.muons import muon_tracks  # noqa: PLC0415 - not when warm

        self.check(self.energy / 2)
        thickness = math.inf if self.thickness_X0 is None else self.thickness_X0
        return muon_tracks(self.medium, self.energy, thickness_X0=thickness)

    def radiating_tracks(self, minimum_energy: float) -> tuple[FloatArray, FloatArray, float]:
        """Return nodes of energy and track lengths of what radiates mediators, and their error.

        Parameters
        ----------
        minimum_energy : float
            Least energy of interest in GeV.

        Returns
        -------
        energies, lengths : ndarray, shape (nodes,)
            In GeV and radiation lengths; of muons above the energy that the target leaves them.
        error : float
            Relative numerical error.
        """
        if self.lepton == "muon":
            muon = self.muon_tracks()
            return muon.energies, muon.lengths, 0.0
        tracks = self.track_lengths(minimum_energy)
        return tracks.energies, tracks.electron + tracks.positron, tracks.error


def _spread(medium: "Medium") -> Material:
    return medium if isinstance(medium, Material) else medium.homogenised
