"""Tables of cross sections for the leptons of a shower: which one holds a mass, and reading it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.progress import Report, silent
from scotopic.units import ELECTRON_MASS, MUON_MASS

if TYPE_CHECKING:
    from scotopic.materials import Element
    from scotopic.models.portal import Portal
    from scotopic.production import CrossSectionTable, Lepton
    from scotopic.words import SpinParity

FloatArray = npt.NDArray[np.float64]

# Tables of cross sections span about a decade of the mass, so that a point's number does not
# depend on the range of the scan that it is part of, and a second scan finds them ready. A scan
# that begins at 10 or 100 MeV shall not need the table below, one that ends at 1 GeV not the next.
_MASS_EDGES = (1e-4, 1e-3, 0.999e-2, 0.999e-1, 1.0, 3.0, 4.5, 6.0)
_STEPS_PER_OCTAVE = 4
_ABOVE_THRESHOLD = 1.25
_TRIED = 500  # masses, to find the heaviest that a beam makes
_SLACK = 1e-9  # relative; forgives rounding at the edges
_FORM_FACTOR = "elastic+inelastic"  # unless the calculation says otherwise


@displayed
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


def cross_section_tables(
    dump: Dump, model: "Portal", minimum_energy: float, calculation: Calculation
) -> list[tuple[float, ShowerCrossSections]]:
    """Return the tables that hold a model's bremsstrahlung on the nuclei of a target.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    model : Portal
        Its mass chooses the tables.
    minimum_energy : float
        Least energy of the shower's electrons in GeV. The tables begin at the next lower of the
        steps E0/2^(k/4), so that similar thresholds share them, but not below 1.25 times the
        threshold of the heaviest mediator in them.
    calculation : Calculation
        Method and form factor.

    Returns
    -------
    list of (float, ShowerCrossSections)
        For each kind of nucleus, its number per cm^2 of one radiation length, and the table.

    Raises
    ------
    RangeError
        If the mass is outside of all tables, or too close to the least energy.
    """
    return [
        (
            per_cm2,
            ShowerCrossSections(_table(_wanted(dump, model, nucleus, minimum_energy, calculation))),
        )
        for nucleus, per_cm2 in dump.material.atoms_per_cm2_per_X0.items()
    ]


def prepare_tables(
    dump: Dump,
    models: Sequence["Portal"],
    minimum_energy: float,
    calculation: Calculation,
    report: Report = silent,
) -> None:
    """Build all tables that models need which are not on disk yet.

    Parameters
    ----------
    dump, models, minimum_energy, calculation
        As in `cross_section_tables`.
    report : callable
        Is told how far it is.

    Raises
    ------
    RangeError
        As `cross_section_tables`.
    """
    masses = [model.mediator_mass for model in models]
    for extreme in (min(masses), max(masses)):  # of a scan, what was asked for
        _require_tabulated(extreme)
    wanted = {
        _wanted(dump, model, nucleus, minimum_energy, calculation)
        for model in models
        for nucleus in dump.material.atoms_per_cm2_per_X0
    }
    for i, one in enumerate(sorted(wanted, key=repr)):
        report("tables of cross sections", i, len(wanted))
        _table(one)


class _Wanted(NamedTuple):
    """What `bremsstrahlung_table` is asked for."""

    mediator: "SpinParity"
    lepton: "Lepton"
    element: "Element"
    masses: tuple[float, float]
    energies: tuple[float, float]
    method: str
    form_factor: str


def _wanted(
    dump: Dump,
    model: "Portal",
    nucleus: "Element",
    minimum_energy: float,
    calculation: Calculation,
) -> _Wanted:
    """Return which table holds a model."""
    ranges = _table_ranges(dump, model.mediator_mass, nucleus, minimum_energy)
    form_factor = calculation.form_factor or _FORM_FACTOR
    return _Wanted(
        model.spin_parity, dump.lepton, nucleus, *ranges, calculation.method, form_factor
    )


def _table_ranges(
    dump: Dump, mediator_mass: float, nucleus: "Element", minimum_energy: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ranges of mass and of energy of the table that holds a mass."""
    _require_tabulated(mediator_mass)
    upper = int(np.searchsorted(_MASS_EDGES, mediator_mass, side="left"))
    if mediator_mass == _MASS_EDGES[1]:  # where most scans begin
        upper += 1
    segment = min(max(upper, 1), len(_MASS_EDGES) - 1)
    low, high = _MASS_EDGES[segment - 1], _MASS_EDGES[segment]
    least = _slowest_muon(dump) if dump.lepton == "muon" else minimum_energy
    steps = math.ceil(_STEPS_PER_OCTAVE * math.log2(dump.energy / least) - 1e-9)
    slowest = dump.energy * 2 ** (-steps / _STEPS_PER_OCTAVE)
    lepton = MUON_MASS if dump.lepton == "muon" else ELECTRON_MASS
    if slowest < _ABOVE_THRESHOLD * _threshold(high, nucleus, lepton):
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


def tabulated_masses(dump: Dump) -> tuple[float, float]:
    """Return between which masses in GeV of the mediator a beam's tables can be asked."""
    lepton = MUON_MASS if dump.lepton == "muon" else ELECTRON_MASS
    lightest = min(dump.material.atoms_per_cm2_per_X0, key=lambda one: one.nuclear_mass)
    masses = np.geomspace(_MASS_EDGES[0], _MASS_EDGES[-1], _TRIED)
    heavy = [_threshold(_ABOVE_THRESHOLD * mass, lightest, lepton) for mass in masses.tolist()]
    below = masses[_ABOVE_THRESHOLD * np.array(heavy) < dump.energy]
    return float(masses[0]), float(below[-1]) if len(below) else 0.0


def _require_tabulated(mediator_mass: float) -> None:
    low, high = _MASS_EDGES[0], _MASS_EDGES[-1]
    if not low * (1 - _SLACK) <= mediator_mass <= high * (1 + _SLACK):
        raise RangeError(
            f"mediator_mass: {mediator_mass:g} GeV is not between {low:g} and {high:g} GeV, where"
            " bremsstrahlung is tabulated"
        )


@lru_cache(maxsize=16)
def _slowest_muon(dump: Dump) -> float:
    return dump.muon_tracks().final_energy


def _threshold(mediator_mass: float, nucleus: "Element", lepton_mass: float) -> float:
    """Least energy in GeV of a lepton that makes a mediator on a nucleus at rest."""
    mass = mediator_mass + lepton_mass
    return mass + mass**2 / (2 * nucleus.nuclear_mass)


@lru_cache(maxsize=256)
def _table(wanted: _Wanted) -> "CrossSectionTable":
    from scotopic.production import bremsstrahlung_table  # noqa: PLC0415 - a warm run needs none

    return bremsstrahlung_table(**wanted._asdict())
