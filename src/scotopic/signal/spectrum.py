"""Energy spectra of the mediators that one beam particle makes in the target.

A mediator X is made by bremsstrahlung of the shower's electrons and positrons on the target's
nuclei, and by annihilation of its positrons with the target's electrons. With track lengths
T(E) in radiation lengths, per particle on target and per unit of the squared coupling,

    dN/dE_X = sum_i n_i Int dE [T_-(E) + T_+(E)] dsigma_i/dE_X
              + n_e Int dE T_+(E) sigma_ann(E) delta(E_X - E - m_e),

where n_i are the nuclei of kind i, and n_e the electrons, per cm^2 of one radiation length
(review eq. 48, its unit mended and every element counted). A muon of the beam takes the place of
the electrons and positrons, with the track length that its energy loss leaves it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.materials import Material
from scotopic.progress import Report, silent
from scotopic.units import ELECTRON_MASS, MUON_MASS

if TYPE_CHECKING:
    from scotopic.decays.widths import SpinParity
    from scotopic.materials import Element
    from scotopic.models import Mediator
    from scotopic.production import CrossSectionTable, Lepton
    from scotopic.shower import Medium, Particle, TrackLengths
    from scotopic.shower.muons import MuonTracks

FloatArray = npt.NDArray[np.float64]

Process = Literal["bremsstrahlung", "annihilation"]
"""A way in which a shower makes mediators."""

PROCESSES: tuple[Process, ...] = get_args(Process)

# Tables of cross sections span about a decade of the mass, so that a point's number does not
# depend on the range of the scan that it is part of, and a second scan finds them ready. A scan
# that begins at 10 or 100 MeV shall not need the table below, one that ends at 1 GeV not the next.
_MASS_EDGES = (1e-3, 0.999e-2, 0.999e-1, 1.0, 3.0)
_STEPS_PER_OCTAVE = 4

# Nodes of the shower's energy, and the error that is left where a cross section sets in: up to
# 7e-4 against 800 nodes for masses from 1 MeV to 1 GeV and cuts at half of the beam energy.
_NODES = 240
_ONSET_ERROR = 7e-4
_ABOVE_THRESHOLD = 1.25


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
        What the shower develops in; thin layers keep their own densities.
    thickness_X0 : float or None
        Its thickness in radiation lengths; None if it contains the shower.
    """

    particle: "Particle | Literal['mu-', 'mu+']"
    energy: float
    medium: "Medium"
    thickness_X0: float | None = None

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
            If the beam makes no electromagnetic shower.
        """
        match self.particle:
            case "mu-" | "mu+":
                raise RangeError(
                    f"beam.particle: {self.particle!r} makes no shower; 'e-', 'e+' and 'gamma' do"
                )
            case particle:
                return particle

    @property
    def material(self) -> "Material":
        """The medium, its layers spread evenly."""
        return self.medium if isinstance(self.medium, Material) else self.medium.homogenised

    def _contains(self, minimum_energy: float) -> bool:
        """Whether no particle above an energy leaves the target: fewer than 1e-6 do.

        They decrease by at least exp(-0.6) in a radiation length once the shower has split the
        beam energy, which takes less than ten for every factor of e.
        """
        depth = 25 + 10 * math.log(self.energy / minimum_energy)
        return self.thickness_X0 is None or self.thickness_X0 > depth

    def track_lengths(self, minimum_energy: float) -> "TrackLengths":
        """Return the shower's track lengths above an energy in GeV; see `shower_particle`."""
        from scotopic.shower import track_lengths  # noqa: PLC0415 - a warm run needs none

        return track_lengths(
            self.medium,
            self.shower_particle,
            self.energy,
            minimum_energy=minimum_energy,
            thickness_X0=None if self._contains(minimum_energy) else self.thickness_X0,
            nodes=_NODES,
        )

    def muon_tracks(self) -> "MuonTracks":
        """Return the track length of a beam muon in the target."""
        from scotopic.shower.muons import muon_tracks  # noqa: PLC0415 - a warm run needs none

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


@dataclass(frozen=True)
class Calculation:
    """How the cross sections are computed.

    Attributes
    ----------
    method : str
        "exact" (tree level), "ww" or "iww".
    form_factor : str
        "elastic" or "elastic+inelastic".
    processes : tuple of str
        Which of `PROCESSES` are counted.

    Raises
    ------
    RangeError
        If a process is unknown or none is left.
    """

    method: str = "exact"
    form_factor: str = "elastic+inelastic"
    processes: tuple[Process, ...] = PROCESSES

    def __post_init__(self) -> None:
        """Refuse unknown processes."""
        unknown = [p for p in self.processes if p not in PROCESSES]
        if unknown or not self.processes:
            named = ", ".join(unknown) or "none"
            raise RangeError(f"processes: {named}: allowed are {' and '.join(PROCESSES)}")


def spectra(
    dump: Dump, models: Sequence["Mediator"], edges: FloatArray, calculation: Calculation
) -> dict[str, FloatArray]:
    """Return the mediators in bins of energy for each model.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    models : sequence of Mediator
        They may differ in everything but the kind of coupling.
    edges : ndarray, shape (bins + 1,)
        Edges of the bins of the mediator's energy in GeV, ascending, up to the beam energy.
    calculation : Calculation
        How.

    Returns
    -------
    dict of str to ndarray, shape (models, bins)
        For each process the mediators per particle on target and per unit of the squared
        coupling to the beam's lepton in units of e (for the dark photon, kinetic mixing squared).
    """
    found = {}
    if "bremsstrahlung" in calculation.processes:
        found["bremsstrahlung"] = -np.diff(bremsstrahlung_above(dump, models, edges, calculation))
    if "annihilation" in calculation.processes:
        positron_edges = edges - ELECTRON_MASS
        if edges[-1] >= dump.energy:
            positron_edges[-1] = dump.energy  # the annihilating electron's mass comes on top
        found["annihilation"] = annihilation_in_bins(dump, models, positron_edges)
    return found


def bremsstrahlung_above(
    dump: Dump,
    models: Sequence["Mediator"],
    thresholds: FloatArray,
    calculation: Calculation,
    report: Report = silent,
) -> FloatArray:
    """Return the mediators from bremsstrahlung with more than given energies.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    models : sequence of Mediator
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
    nuclei = dump.material.atoms_per_cm2_per_X0
    for nucleus, per_cm2 in nuclei.items():
        for i, model in enumerate(models):
            table = cross_section_table(dump, model, nucleus, minimum_energy, calculation)
            above = table.above(model.mediator_mass, energies, thresholds)
            found[i] += per_cm2 * (weights @ above)
    return found


def annihilation_in_bins(dump: Dump, models: Sequence["Mediator"], edges: FloatArray) -> FloatArray:
    """Return the mediators from annihilation of the shower's positrons in bins of energy.

    There are none from a beam of muons: the showers of what they radiate are left out.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    models : sequence of Mediator
        One row of the result each.
    edges : ndarray, shape (bins + 1,)
        Edges of the bins of the positron's energy in GeV, ascending; the mediator has m_e more.
        The track length is taken to be constant in a bin: let them be narrow.

    Returns
    -------
    ndarray, shape (models, bins)
        Per particle on target and per unit of the squared coupling.
    """
    from scotopic.production.annihilation import integrated_cross_section  # noqa: PLC0415

    if dump.lepton == "muon":
        return np.zeros((len(models), len(edges) - 1))
    density = dump.track_lengths(float(edges[0])).differential("e+", edges)
    per_cm2 = dump.material.electrons_per_cm2_per_X0
    return np.array([per_cm2 * density * integrated_cross_section(edges, m) for m in models])


def numerical_error(
    dump: Dump, models: Sequence["Mediator"], minimum_energy: float, calculation: Calculation
) -> FloatArray:
    """Return a bound on the relative numerical error of the yields, shape (models,).

    The errors that the shower and the tables of cross sections state, added up.
    """
    _, _, error = dump.radiating_tracks(minimum_energy)
    errors = np.full(len(models), error + _ONSET_ERROR)
    if "bremsstrahlung" in calculation.processes:
        for i, model in enumerate(models):
            errors[i] += max(
                cross_section_table(
                    dump, model, nucleus, minimum_energy, calculation
                ).table.interpolation_error
                for nucleus in dump.material.atoms_per_cm2_per_X0
            )
    return errors


@dataclass(frozen=True)
class ShowerCrossSections:
    """A table of cross sections for all electrons of a shower, those too slow for it included.

    Attributes
    ----------
    table : CrossSectionTable
        It begins somewhat above the threshold; slower electrons make next to nothing, and count
        as making nothing.
    """

    table: "CrossSectionTable"

    def above(
        self, mediator_mass: float, energies: FloatArray, mediator_energies: FloatArray
    ) -> FloatArray:
        """Return `CrossSectionTable.above` at energies (n,), zero below the table; (n, s)."""
        found = np.zeros((len(energies), len(mediator_energies)))
        fast = energies >= self.table.energies[0]
        if np.any(fast):
            found[fast] = self.table.above(mediator_mass, energies[fast], mediator_energies)
        return found

    def differential(self, mediator_mass: float, energies: FloatArray, x: FloatArray) -> FloatArray:
        """Return d sigma/dx at energies (n,) and fractions (n, k), zero below the table; (n, k)."""
        found = np.zeros_like(x)
        fast = energies >= self.table.energies[0]
        if np.any(fast):
            found[fast] = self.table.differential(mediator_mass, energies[fast, None], x[fast])
        return found


def cross_section_table(
    dump: Dump,
    model: "Mediator",
    nucleus: "Element",
    minimum_energy: float,
    calculation: Calculation,
) -> ShowerCrossSections:
    """Return the table that holds a model's bremsstrahlung on a nucleus in a shower.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    model : Mediator
        Its mass chooses the table.
    nucleus : Element
        What it is made on.
    minimum_energy : float
        Least energy of the shower's electrons in GeV. The table begins at the next lower of the
        steps E0/2^(k/4), so that similar thresholds share it, but not below 1.25 times the
        threshold of the heaviest mediator in it.
    calculation : Calculation
        Method and form factor.

    Raises
    ------
    RangeError
        If the mass is outside of all tables, or too close to the least energy.
    """
    masses, energies = _table_ranges(dump, model.mediator_mass, nucleus, minimum_energy)
    return ShowerCrossSections(
        _table(model.spin_parity, dump.lepton, nucleus, masses, energies, calculation)
    )


def prepare_tables(
    dump: Dump,
    models: Sequence["Mediator"],
    minimum_energy: float,
    calculation: Calculation,
    report: Report = silent,
) -> None:
    """Build all tables that models need which are not on disk yet.

    Parameters
    ----------
    dump, models, minimum_energy, calculation
        As in `cross_section_table`.
    report : callable
        Is told how far it is.

    Raises
    ------
    RangeError
        As `cross_section_table`.
    """
    wanted = {
        (model.spin_parity, dump.lepton, nucleus, *ranges)
        for model in models
        for nucleus in dump.material.atoms_per_cm2_per_X0
        for ranges in [_table_ranges(dump, model.mediator_mass, nucleus, minimum_energy)]
    }
    for i, one in enumerate(sorted(wanted, key=repr)):
        report("tables of cross sections", i, len(wanted))
        _table(*one, calculation)


def _table_ranges(
    dump: Dump, mediator_mass: float, nucleus: "Element", minimum_energy: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ranges of mass and of energy of the table that holds a mass."""
    upper = int(np.searchsorted(_MASS_EDGES, mediator_mass, side="left"))
    segment = min(max(upper, 1), len(_MASS_EDGES) - 1)
    low, high = _MASS_EDGES[segment - 1], _MASS_EDGES[segment]
    least = _slowest_muon(dump) if dump.lepton == "muon" else minimum_energy
    steps = math.ceil(_STEPS_PER_OCTAVE * math.log2(dump.energy / least) - 1e-9)
    slowest = dump.energy * 2 ** (-steps / _STEPS_PER_OCTAVE)
    lepton = MUON_MASS if dump.lepton == "muon" else ELECTRON_MASS
    inside = low <= mediator_mass <= high
    if inside and slowest < _ABOVE_THRESHOLD * _threshold(high, nucleus, lepton):
        step = math.floor(math.log(mediator_mass / low) / math.log(_ABOVE_THRESHOLD))
        low *= _ABOVE_THRESHOLD**step
        high = min(high, _ABOVE_THRESHOLD * low)
        slowest = max(slowest, _ABOVE_THRESHOLD * _threshold(high, nucleus, lepton))
    if slowest >= dump.energy:
        raise RangeError(
            f"mediator_mass: {mediator_mass} GeV is too close to the beam energy of"
            f" {dump.energy} GeV"
        )
    return (low, high), (slowest, dump.energy)


@lru_cache(maxsize=16)
def _slowest_muon(dump: Dump) -> float:
    return dump.muon_tracks().final_energy


def _threshold(mediator_mass: float, nucleus: "Element", lepton_mass: float) -> float:
    """Least energy in GeV of a lepton that makes a mediator on a nucleus at rest."""
    mass = mediator_mass + lepton_mass
    return mass + mass**2 / (2 * nucleus.nuclear_mass)


@lru_cache(maxsize=256)
def _table(
    spin_parity: "SpinParity",
    lepton: "Lepton",
    nucleus: "Element",
    masses: tuple[float, float],
    energies: tuple[float, float],
    calculation: Calculation,
) -> "CrossSectionTable":
    from scotopic.production import bremsstrahlung_table  # noqa: PLC0415 - see Dump

    return bremsstrahlung_table(
        spin_parity,
        lepton,
        nucleus,
        masses=masses,
        energies=energies,
        method=calculation.method,
        form_factor=calculation.form_factor,
    )
