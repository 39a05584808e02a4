"""Visible decays X -> e+ e- behind an active target: the two-calorimeter signature.

A mediator that electrons and positrons of the shower radiate in the first calorimeter leaves it,
decays before the second, and gives that one its energy: E_1 + E_2 = E_0. Which energies and
which places of decay count is in the card's `decay_regions`.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.models.kinetic_mixing import decay_length_cm
from scotopic.progress import Report, silent
from scotopic.signal.decay_in_flight import (
    DecaysInFlight,
    decay_regions,
    depth_edges_X0,
    paths_cm,
)
from scotopic.signal.spectrum import (
    Calculation,
    cross_section_table,
    prepare_tables,
)
from scotopic.signal.yields import dump_of
from scotopic.units import ELECTRON_MASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scotopic.experiments import Experiment
    from scotopic.experiments.decay_regions import DecayRegion
    from scotopic.models import Mediator
    from scotopic.signal.spectrum import Dump

FloatArray = npt.NDArray[np.float64]

CHANNEL = "e+e-"
"""The decay that is seen."""

_BINS = 100  # of the mediator's energy
_NODES = 240  # of the shower's energy


def visible_decays(
    experiment: "Experiment",
    models: "Sequence[Mediator]",
    calculation: Calculation | None = None,
    report: Report = silent,
) -> list[tuple[DecaysInFlight, ...]]:
    """Return the mediators on their way to the regions of decay.

    Parameters
    ----------
    experiment : Experiment
        A card with `decay_regions`.
    models : sequence of Mediator
        They may differ in everything but the kind of coupling; their own coupling is ignored.
    calculation : Calculation, optional
        How bremsstrahlung is computed. Annihilation is not counted: it makes mediators of
        E = m^2/(2 m_e), too soft for these signatures below 0.17 GeV.
    report : callable
        Is told how far it is.

    Returns
    -------
    list of tuple of DecaysInFlight
        For each model one for each region; what they accept adds up.

    Raises
    ------
    RangeError
        If a mediator is too light for a decay into e+ e-, the card has no regions, or a mass or
        an energy is outside the range in which the cross sections hold.

    Examples
    --------
    >>> from scotopic import DarkPhoton, load_experiment
    >>> light = DarkPhoton(mediator_mass=1e-3, kinetic_mixing=1, alpha_D=0, mass_ratio=3,
    ...                    dark_matter="dirac")
    >>> visible_decays(load_experiment("na64e-visible-2018"), [light])
    Traceback (most recent call last):
    ...
    scotopic.errors.RangeError: mediator_mass: 0.001 GeV is not above 0.00102... GeV, ...
    """
    calculation = calculation or Calculation(processes=("bremsstrahlung",))
    for model in models:
        require_visible(model)
    dump = dump_of(experiment)
    edges_X0 = depth_edges_X0(experiment.target.thickness_X0)
    found: list[list[DecaysInFlight]] = [[] for _ in models]
    for region in decay_regions(experiment):
        minimum = region.minimum_energy_GeV
        prepare_tables(dump, models, minimum, calculation, report)
        energies, electrons = _electrons(dump, minimum, edges_X0)
        bins = np.linspace(minimum, dump.energy, _BINS + 1)
        paths = paths_cm(experiment, region, edges_X0)
        for i, model in enumerate(models):
            report("decays in flight", i, len(models))
            spectrum = _spectrum(dump, model, energies, bins, calculation)
            found[i].append(_in_flight(region, model, paths, electrons @ spectrum, bins))
    return [tuple(regions) for regions in found]


def require_visible(model: "Mediator") -> None:
    """Refuse a mediator that does not decay into e+ e-.

    Raises
    ------
    RangeError
        If it is too light, or has no such decay.
    """
    threshold = 2 * ELECTRON_MASS
    if model.mediator_mass <= threshold:
        raise RangeError(
            f"mediator_mass: {model.mediator_mass} GeV is not above {threshold:.6g} GeV, the"
            " threshold of the decay into e+ e-"
        )
    if model.partial_widths().get(CHANNEL, 0.0) == 0:
        raise RangeError(f"mediator: {type(model).__name__} does not decay into e+ e-")


def _electrons(dump: "Dump", minimum: float, edges_X0: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return nodes of energy and the track lengths of e- and e+, shape (slices, nodes)."""
    from scotopic.shower import depth_track_lengths  # noqa: PLC0415 - a warm run needs none

    tracks = depth_track_lengths(
        dump.medium,
        dump.particle,
        dump.energy,
        minimum_energy=minimum,
        depth_edges_X0=edges_X0,
        nodes=_NODES,
    )
    return tracks.energies, tracks.electron + tracks.positron


def _spectrum(
    dump: "Dump",
    model: "Mediator",
    energies: FloatArray,
    bins: FloatArray,
    calculation: Calculation,
) -> FloatArray:
    """Return mediators per radiation length of an electron, shape (nodes, bins)."""
    found = np.zeros((len(energies), len(bins) - 1))
    for nucleus, per_cm2 in dump.material.atoms_per_cm2_per_X0.items():
        table = cross_section_table(dump, model, nucleus, float(bins[0]), calculation)
        found -= per_cm2 * np.diff(table.above(model.mediator_mass, energies, bins))
    return found


def _in_flight(
    region: "DecayRegion",
    model: "Mediator",
    paths: FloatArray,
    produced: FloatArray,
    bins: FloatArray,
) -> DecaysInFlight:
    middle = (bins[1:] + bins[:-1]) / 2
    visible = model.visible_width / model.kinetic_mixing**2
    seen = model.partial_widths()[CHANNEL] / model.kinetic_mixing**2
    return DecaysInFlight(
        region,
        paths,
        produced,
        decay_length_cm(middle, model.mediator_mass, visible),
        visible_fraction=seen / visible,
        dark_over_visible=model.invisible_width / visible,
    )
