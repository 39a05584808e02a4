"""Energy spectra of the mediators that one beam particle makes in the target.

A mediator X is made by bremsstrahlung of the shower's electrons and positrons on the target's
nuclei, and by annihilation of its positrons with the target's electrons. With track lengths
T(E) in radiation lengths, per particle on target and per unit of the squared coupling,

    dN/dE_X = sum_i n_i Int dE [T_-(E) + T_+(E)] dsigma_i/dE_X
              + n_e Int dE T_+(E) sigma_ann(E) delta(E_X - E - m_e),

where n_i are the nuclei of kind i, and n_e the electrons, per cm^2 of one radiation length
(review eq. 48, its unit mended and every element counted).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.progress import Report, silent
from scotopic.units import ELECTRON_MASS

if TYPE_CHECKING:
    from scotopic.materials import Element, Material
    from scotopic.models import Mediator
    from scotopic.production import CrossSectionTable
    from scotopic.shower import Particle, TrackLengths

FloatArray = npt.NDArray[np.float64]

Process = Literal["bremsstrahlung", "annihilation"]
"""A way in which a shower makes mediators."""

PROCESSES: tuple[Process, ...] = get_args(Process)

# Tables of cross sections span whole decades of the mass, so that a point's number does not
# depend on the range of the scan that it is part of, and a second scan finds them ready.
_MASS_EDGES = (1e-3, 1e-2, 1e-1, 1.0, 3.0)
_STEPS_PER_OCTAVE = 4
_ABOVE_THRESHOLD = 1.25


@dataclass(frozen=True)
class Dump:
    """A beam of electrons, positrons or photons, and the target in which it showers.

    Attributes
    ----------
    particle : str
        "e-", "e+" or "gamma".
    energy : float
        Beam energy in GeV.
    material : Material
        The homogenised target.
    thickness_X0 : float or None
        Its thickness in radiation lengths; None if it contains the shower.
    """

    particle: "Particle"
    energy: float
    material: "Material"
    thickness_X0: float | None = None

    def track_lengths(self, minimum_energy: float) -> "TrackLengths":
        """Return the shower's track lengths above an energy in GeV."""
        from scotopic.shower import track_lengths  # noqa: PLC0415 - a warm run needs none

        return track_lengths(
            self.material,
            self.particle,
            self.energy,
            minimum_energy=minimum_energy,
            thickness_X0=self.thickness_X0,
        )


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
        coupling (for the dark photon, kinetic mixing squared).
    """
    found = {}
    if "bremsstrahlung" in calculation.processes:
        found["bremsstrahlung"] = -np.diff(bremsstrahlung_above(dump, models, edges, calculation))
    if "annihilation" in calculation.processes:
        found["annihilation"] = annihilation_in_bins(dump, models, edges)
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
    tracks = dump.track_lengths(minimum_energy)
    weights = tracks.electron + tracks.positron
    found = np.zeros((len(models), len(thresholds)))
    nuclei = dump.material.atoms_per_cm2_per_X0
    for j, (nucleus, per_cm2) in enumerate(nuclei.items()):
        for i, model in enumerate(models):
            done = j * len(models) + i
            report(f"bremsstrahlung on {nucleus.symbol}", done, len(nuclei) * len(models))
            table = cross_section_table(dump, model, nucleus, minimum_energy, calculation)
            fast = tracks.energies >= table.energies[0]
            above = table.above(model.mediator_mass, tracks.energies[fast], thresholds)
            found[i] += per_cm2 * (weights[fast] @ above)
    return found


def annihilation_in_bins(dump: Dump, models: Sequence["Mediator"], edges: FloatArray) -> FloatArray:
    """Return the mediators from annihilation of the shower's positrons in bins of energy.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    models : sequence of Mediator
        One row of the result each.
    edges : ndarray, shape (bins + 1,)
        Edges of the bins of the mediator's energy E_+ + m_e in GeV, ascending. The track length
        is taken to be constant in a bin: let them be narrow.

    Returns
    -------
    ndarray, shape (models, bins)
        Per particle on target and per unit of the squared coupling.
    """
    from scotopic.production.annihilation import integrated_cross_section  # noqa: PLC0415

    positron_edges = edges - ELECTRON_MASS
    if edges[-1] >= dump.energy:
        positron_edges[-1] = dump.energy  # the annihilating electron's mass comes on top
    tracks = dump.track_lengths(float(positron_edges[0]))
    density = tracks.differential("e+", positron_edges)
    per_cm2 = dump.material.electrons_per_cm2_per_X0
    return np.array(
        [per_cm2 * density * integrated_cross_section(positron_edges, m) for m in models]
    )


def numerical_error(
    dump: Dump, models: Sequence["Mediator"], minimum_energy: float, calculation: Calculation
) -> FloatArray:
    """Return a bound on the relative numerical error of the yields, shape (models,).

    The errors that the shower and the tables of cross sections state, added up.
    """
    tracks = dump.track_lengths(minimum_energy)
    errors = np.full(len(models), tracks.error)
    if "bremsstrahlung" in calculation.processes:
        for i, model in enumerate(models):
            errors[i] += max(
                cross_section_table(
                    dump, model, nucleus, minimum_energy, calculation
                ).interpolation_error
                for nucleus in dump.material.atoms_per_cm2_per_X0
            )
    return errors


def cross_section_table(
    dump: Dump,
    model: "Mediator",
    nucleus: "Element",
    minimum_energy: float,
    calculation: Calculation,
) -> "CrossSectionTable":
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
        steps E0/2^(k/4), so that similar thresholds share it.
    calculation : Calculation
        Method and form factor.

    Raises
    ------
    RangeError
        If the mass is outside of all tables, or too close to the least energy.
    """
    from scotopic.production import bremsstrahlung_table  # noqa: PLC0415 - see Dump

    upper = int(np.searchsorted(_MASS_EDGES, model.mediator_mass, side="left"))
    segment = min(max(upper, 1), len(_MASS_EDGES) - 1)
    low, high = _MASS_EDGES[segment - 1], _MASS_EDGES[segment]
    steps = math.ceil(_STEPS_PER_OCTAVE * math.log2(dump.energy / minimum_energy) - 1e-9)
    slowest = dump.energy * 2 ** (-steps / _STEPS_PER_OCTAVE)
    if slowest < _ABOVE_THRESHOLD * high and low <= model.mediator_mass <= high:
        step = math.floor(math.log(model.mediator_mass / low) / math.log(_ABOVE_THRESHOLD))
        low *= _ABOVE_THRESHOLD**step
        high = min(high, _ABOVE_THRESHOLD * low)
        slowest = max(slowest, _ABOVE_THRESHOLD * high)
    if slowest >= dump.energy:
        raise RangeError(
            f"mediator_mass: {model.mediator_mass} GeV is too close to the beam energy of"
            f" {dump.energy} GeV"
        )
    return bremsstrahlung_table(
        model.spin_parity,
        "electron",
        nucleus,
        masses=(low, high),
        energies=(slowest, dump.energy),
        method=calculation.method,
        form_factor=calculation.form_factor,
    )
