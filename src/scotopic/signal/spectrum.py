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

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.progress import Report, silent
from scotopic.signal.cross_sections import cross_section_table, prepare_tables
from scotopic.signal.dump import Calculation, Dump
from scotopic.units import ELECTRON_MASS

if TYPE_CHECKING:
    from scotopic.models import Mediator
    from scotopic.signal.missing_energy import MissingEnergy

FloatArray = npt.NDArray[np.float64]

# What the 240 nodes of the shower's energy leave where a cross section sets in: up to 7e-4 against
# 800 nodes for masses from 1 MeV to 1 GeV and cuts at half of the beam energy.
_ONSET_ERROR = 7e-4

# In a bin of energy not wider than this share of the beam's, the track length of positrons is
# constant to 2e-3; annihilation in wider ones is added up from several.
_NARROW = 1 / 2000

_LINE = 0.9997  # of the beam energy: above, track lengths are known on average only
_PANELS = 128  # even ones of the positron's energy


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

    Returns
    -------
    ndarray, shape (models, bins)
        Per particle on target and per unit of the squared coupling.
    """
    from scotopic.production.annihilation import integrated_cross_section  # noqa: PLC0415

    if dump.lepton == "muon":
        return np.zeros((len(models), len(edges) - 1))
    parts = np.maximum(np.ceil(np.diff(edges) / (_NARROW * dump.energy)), 1).astype(int)
    fine = np.interp(np.arange(parts.sum() + 1), np.append(0, np.cumsum(parts)), edges)
    density = dump.track_lengths(float(edges[0])).differential("e+", fine)
    density *= dump.material.electrons_per_cm2_per_X0
    first = np.cumsum(parts) - parts
    made = [density * integrated_cross_section(fine, model) for model in models]
    return np.array([np.add.reduceat(each, first) for each in made])


def accepted_annihilation(
    dump: Dump, models: Sequence["Mediator"], window: "MissingEnergy"
) -> FloatArray:
    """Return the mediators from annihilation of the shower's positrons that a window accepts.

    The integral over the positron's energy of track length, cross section and acceptance is cut
    into panels on which all three are smooth: those of `production.annihilation.quadrature`,
    which follow each model's resonance whatever its width; one for each of the window's
    thresholds, which follow its smeared edges; 1/128 of the range elsewhere; and ever smaller
    ones towards the beam energy, where the track length of a beam of positrons rises. Eight Gauss
    points on each leave 1e-5 of the integral for any mass and width, and 1e-4 where a second
    channel of dark decays opens inside of the range.

    There are none from a beam of muons: the showers of what they radiate are left out.

    Parameters
    ----------
    dump : Dump
        Beam and target.
    models : sequence of Mediator
        One entry of the result each.
    window : MissingEnergy
        What is accepted, of the energies of mediators.

    Returns
    -------
    ndarray, shape (models,)
        Per particle on target and per unit of the squared coupling.
    """
    from scotopic.production.annihilation import quadrature  # noqa: PLC0415 - not when warm

    if dump.lepton == "muon":
        return np.zeros(len(models))
    thresholds, _ = window.thresholds()
    softest, line = float(thresholds.min()), _LINE * dump.energy
    tracks = dump.track_lengths(softest)
    even = np.linspace(softest, line, _PANELS + 1)
    rising = dump.energy - np.geomspace(dump.energy - line, dump.energy - even[-2], 8)
    inside = (thresholds - ELECTRON_MASS).clip(softest, line)
    edges = np.unique(np.concatenate([even, rising.clip(softest, line), inside, [dump.energy]]))
    mean_in_line = tracks.differential("e+", [line, dump.energy])[0]

    def accepted(model: "Mediator") -> float:
        energies, weights = quadrature(edges, model)
        density = tracks.density("e+", np.minimum(energies, line))
        density[energies > line] = mean_in_line
        return float(weights @ (density * window.acceptance(energies + ELECTRON_MASS)))

    made = np.array([accepted(model) for model in models])
    return made * dump.material.electrons_per_cm2_per_X0


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
