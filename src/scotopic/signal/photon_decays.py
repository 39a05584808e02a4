"""Particles that shower photons make on nuclei and that decay into two photons behind the target.

Signal is a decay behind a shield, inside a fiducial length, or behind the whole set-up with much
missing energy: the card's `decay_regions`.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.inputs import model_inputs
from scotopic.production.primakoff import primakoff_cross_section
from scotopic.signal.decay_in_flight import (
    DecaysInFlight,
    decay_regions,
    depth_edges_X0,
    distances_cm,
    expected_events,
)
from scotopic.signal.islands import Events, Interval, coupling_grid, kept_islands
from scotopic.signal.yields import dump_of
from scotopic.sources import module_names

if TYPE_CHECKING:
    from scotopic.experiments import Experiment

FloatArray = npt.NDArray[np.float64]

COUPLINGS: Final = (1e-6, 1e2)
"""Couplings in GeV^-1 between which islands are looked for."""

_NODES = 60  # of the shower's energy: edges within 1e-5 of those with 400


def photon_islands(
    experiment: "Experiment",
    models: Sequence[AxionLikeParticle],
    signal_limit_events: float,
    form_factor: str = "elastic",
) -> list[tuple[Interval, ...]]:
    """Return the couplings to photons that an experiment excludes.

    Parameters
    ----------
    experiment, models, form_factor
        As in `photon_decays`.
    signal_limit_events : float
        Largest number of expected events that is allowed.

    Returns
    -------
    list of tuple of Interval
        For each particle the excluded intervals of g in GeV^-1; from disk if the same was
        computed before.

    Raises
    ------
    RangeError
        As `photon_decays`.
    """

    def build() -> list[Events]:
        def events(flights: Sequence[DecaysInFlight], couplings: FloatArray) -> FloatArray:
            return expected_events(experiment, flights, couplings)

        return [partial(events, f) for f in photon_decays(experiment, models, form_factor)]

    inputs = {
        "experiment": experiment.yield_inputs(),
        "exposure": experiment.particles_on_target * experiment.signal_efficiency,
        "models": [model_inputs(model) for model in models],
        "form_factor": form_factor,
    }
    grid = coupling_grid(*COUPLINGS, per_decade=10)
    return kept_islands(
        "photon-islands",
        inputs,
        build,
        signal_limit_events,
        grid,
        modules=module_names(*models),
    )


def photon_decays(
    experiment: "Experiment",
    models: Sequence[AxionLikeParticle],
    form_factor: str = "elastic",
) -> list[tuple[DecaysInFlight, ...]]:
    """Return the particles on their way to the regions of decay.

    Parameters
    ----------
    experiment : Experiment
        A card with `decay_regions`.
    models : sequence of AxionLikeParticle
        Their own coupling is ignored.
    form_factor : {"elastic", "elastic+inelastic"}
        Form factor of the atom.

    Returns
    -------
    list of tuple of DecaysInFlight
        For each model one for each region; the coupling is g in GeV^-1.

    Raises
    ------
    RangeError
        If the card has no regions, a particle is heavier than the least energy of a region, or
        an energy is outside the range in which the cascade is computed.

    Notes
    -----
    A particle takes over the energy of its photon. Its angle, at most some mrad, is left out.
    """
    from scotopic.shower import depth_track_lengths  # noqa: PLC0415 - a warm run needs none

    dump = dump_of(experiment)
    edges_X0 = depth_edges_X0(experiment.target.thickness_X0)
    found: list[list[DecaysInFlight]] = [[] for _ in models]
    for region in decay_regions(experiment):
        minimum = region.minimum_energy_GeV
        tracks = depth_track_lengths(
            dump.medium,
            dump.shower_particle,
            dump.energy,
            minimum_energy=minimum,
            depth_edges_X0=edges_X0,
            nodes=_NODES,
        )
        distances = distances_cm(experiment, region, edges_X0)
        for i, model in enumerate(models):
            if model.mediator_mass >= minimum:
                raise RangeError(
                    f"mediator_mass: {model.mediator_mass} GeV is not below"
                    f" decay_regions[{region.name}].minimum_energy_GeV = {minimum}"
                )
            per_X0 = np.zeros_like(tracks.energies)
            for nucleus, per_cm2 in dump.material.atoms_per_cm2_per_X0.items():
                per_X0 += per_cm2 * primakoff_cross_section(
                    model.mediator_mass, tracks.energies, nucleus, form_factor
                )
            lengths = model.decay_length_cm(tracks.energies) * model.photon_coupling**2
            found[i].append(DecaysInFlight(region, *distances, tracks.photon * per_X0, lengths))
    return [tuple(regions) for regions in found]
