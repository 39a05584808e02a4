"""Visible decays X -> e+ e- behind an active target: the two-calorimeter signature.

A mediator that electrons and positrons of the shower radiate in the first calorimeter leaves it,
decays before the second, and gives that one its energy: E_1 + E_2 = E_0. Which energies and
which places of decay count is in the card's `decay_regions`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.models.inputs import model_inputs
from scotopic.models.mediator import DecayingMediator, decay_length_cm
from scotopic.progress import Report, silent
from scotopic.signal.cross_sections import cross_section_table, prepare_tables
from scotopic.signal.decay_in_flight import (
    DecaysInFlight,
    decay_regions,
    depth_edges_X0,
    distances_cm,
    expected_events,
)
from scotopic.signal.dump import Calculation, Dump
from scotopic.signal.islands import Events, Interval, coupling_grid, kept_islands
from scotopic.signal.yields import dump_of
from scotopic.sources import module_names
from scotopic.units import ELECTRON_MASS

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.experiments.decay_regions import DecayRegion

FloatArray = npt.NDArray[np.float64]

CHANNEL: Final = "e+e-"
"""The decay that is seen."""

COUPLINGS: Final = (1e-6, 1e-1)
"""Couplings between which islands are looked for, in units of e."""

BREMSSTRAHLUNG: Final = Calculation(processes=("bremsstrahlung",))
"""How mediators are counted if nothing else is said: see `visible_decays`."""

_BINS = 100  # of the mediator's energy
_NODES = 120  # of the shower's energy: edges within 7e-4 of those with 400


def visible_islands(
    experiments: Sequence["Experiment"],
    models: Sequence[DecayingMediator],
    signal_limit_events: float,
    calculation: Calculation = BREMSSTRAHLUNG,
    report: Report = silent,
) -> list[tuple[Interval, ...]]:
    """Return the couplings that experiments exclude together.

    Parameters
    ----------
    experiments : sequence of Experiment
        Their expected events add up.
    models : sequence of DecayingMediator
        One entry of the result each; their own coupling is ignored.
    signal_limit_events : float
        Largest number of expected events that is allowed.
    calculation, report
        As in `visible_decays`.

    Returns
    -------
    list of tuple of Interval
        For each model the excluded intervals of its coupling, in units of e; from disk if the
        same was computed before.

    Raises
    ------
    RangeError
        As `visible_decays`.
    """
    for model in models:
        require_visible(model)

    def build() -> list[Events]:
        every = [visible_decays(e, models, calculation, report) for e in experiments]

        def events(number: int, couplings: FloatArray) -> FloatArray:
            each = [
                expected_events(e, flights[number], couplings)
                for e, flights in zip(experiments, every, strict=True)
            ]
            return np.asarray(np.sum(each, axis=0))

        return [partial(events, number) for number in range(len(models))]

    inputs = {
        "experiments": [
            [e.yield_inputs(), e.particles_on_target * e.signal_efficiency] for e in experiments
        ],
        "models": [model_inputs(model) for model in models],
        "calculation": asdict(calculation),
    }
    grid = coupling_grid(*COUPLINGS)
    return kept_islands(
        "visible-islands",
        inputs,
        build,
        signal_limit_events,
        grid,
        modules=module_names(*models),
    )


def visible_decays(
    experiment: "Experiment",
    models: Sequence[DecayingMediator],
    calculation: Calculation = BREMSSTRAHLUNG,
    report: Report = silent,
) -> list[tuple[DecaysInFlight, ...]]:
    """Return the mediators on their way to the regions of decay.

    Parameters
    ----------
    experiment : Experiment
        A card with `decay_regions`.
    models : sequence of DecayingMediator
        They may differ in everything but the kind of coupling; their own coupling is ignored.
    calculation : Calculation
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
    scotopic.errors.RangeError: mediator_mass: 0.001 GeV is not above 0.001022 GeV, ...
    """
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
        distances = distances_cm(experiment, region, edges_X0)
        for i, model in enumerate(models):
            report("decays in flight", i, len(models))
            spectrum = _spectrum(dump, model, energies, bins, calculation)
            found[i].append(_in_flight(region, model, distances, electrons @ spectrum, bins))
    return [tuple(regions) for regions in found]


def require_visible(model: DecayingMediator) -> None:
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


def _electrons(dump: Dump, minimum: float, edges_X0: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return nodes of energy and the track lengths of e- and e+, shape (slices, nodes)."""
    from scotopic.shower import depth_track_lengths  # noqa: PLC0415 - a warm run needs none

    tracks = depth_track_lengths(
        dump.medium,
        dump.shower_particle,
        dump.energy,
        minimum_energy=minimum,
        depth_edges_X0=edges_X0,
        nodes=_NODES,
    )
    return tracks.energies, tracks.electron + tracks.positron


def _spectrum(
    dump: Dump,
    model: DecayingMediator,
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
    model: DecayingMediator,
    distances: tuple[float, float],
    produced: FloatArray,
    bins: FloatArray,
) -> DecaysInFlight:
    """Put together what is known at coupling one; `produced` is for the coupling e."""
    square = model.coupling**2
    dark = model.invisible_width - model.scaling_invisible_width
    scaling = (model.total_width - dark) / square
    return DecaysInFlight(
        region,
        *distances,
        produced * model.lepton_coupling("electron") ** 2 / square,
        decay_length_cm((bins[1:] + bins[:-1]) / 2, model.mediator_mass, scaling),
        visible_fraction=model.partial_widths()[CHANNEL] / square / scaling,
        dark_over_visible=dark / scaling,
    )
