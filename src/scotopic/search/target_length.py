"""How far a search for visible decays reaches with another target length or beam energy.

Towards large couplings the reach ends where exp(-L/l) lets no mediator out of the target, with
l growing as the energy: a shorter target and a higher energy move the edge up (Gninenko, Krasnikov
and Matveev (2021), section 3.3.1). What bounds the length from below is the shower that leaves a
short target and fires the veto behind it; its mean leakage is given along with the edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scotopic.errors import RangeError
from scotopic.models.mediator import DecayingMediator
from scotopic.progress import Report, silent
from scotopic.signatures.decay_in_flight import decay_regions
from scotopic.signatures.visible import visible_islands

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.search.intervals import Interval


@dataclass(frozen=True)
class Reach:
    """What one set-up excludes at one mass.

    Attributes
    ----------
    beam_energy : float
        In GeV.
    target_length_cm, target_length_X0 : float
        Length of the target.
    intervals : tuple of Interval
        Excluded couplings in units of e.
    mean_leakage : float
        Mean energy in GeV that leaves the rear of the target when the mediator takes the least
        energy that is accepted, so that the shower has the most.
    """

    beam_energy: float
    target_length_cm: float
    target_length_X0: float
    intervals: tuple["Interval", ...]
    mean_leakage: float


def reach(
    experiment: "Experiment",
    model: DecayingMediator,
    signal_limit_events: float,
    target_lengths_cm: Sequence[float],
    beam_energies: Sequence[float],
    report: Report = silent,
) -> list[Reach]:
    """Return the reach for every beam energy and target length, energies first.

    Parameters
    ----------
    experiment : Experiment
        A card with `decay_regions`; see `with_set_up` for what is changed in it.
    model : DecayingMediator
        Its coupling is ignored.
    signal_limit_events : float
        Largest number of expected events that is allowed.
    target_lengths_cm, beam_energies : sequence of float
        What to go through, in cm and GeV.
    report : callable
        Is told how far it is.

    Returns
    -------
    list of Reach
        The efficiency is that of the card everywhere: neither the leakage of a shorter target
        nor the smaller opening angle at a higher energy changes it.

    Raises
    ------
    RangeError
        As `with_set_up` and `visible_islands`.
    """
    found: list[Reach] = []
    total = len(target_lengths_cm) * len(beam_energies)
    for energy in beam_energies:
        for length in target_lengths_cm:
            report("set-ups", len(found), total)
            set_up = with_set_up(experiment, length, energy)
            (intervals,) = visible_islands([set_up], [model], signal_limit_events)
            thickness = set_up.target.thickness_X0
            found.append(Reach(energy, length, thickness, intervals, _mean_leakage(set_up)))
    return found


def _mean_leakage(experiment: "Experiment") -> float:
    from scotopic.detector.calorimeter import ShowerModel  # noqa: PLC0415 - scipy

    shower = ShowerModel.of(experiment.target.material).mean(
        experiment.selection.maximum_calorimeter_energy_GeV
    )
    return float(shower.beyond(experiment.target.thickness_X0))


def with_set_up(
    experiment: "Experiment",
    target_length_cm: float | None = None,
    beam_energy: float | None = None,
) -> "Experiment":
    """Return a projection of an experiment with another length of the target or beam energy.

    Parameters
    ----------
    experiment : Experiment
        A card with `decay_regions`.
    target_length_cm : float, optional
        Length of the target; its layers become thicker or thinner, and what stands behind it
        moves along.
    beam_energy : float, optional
        In GeV; the least energies of the regions and the selection's window scale with it.

    Returns
    -------
    Experiment
        With the same exposure, efficiency and background, nothing observed.

    Raises
    ------
    RangeError
        If the card has no regions, or the length or the energy is out of range.
    """
    from scotopic.experiments import Experiment  # noqa: PLC0415 - the caller has it

    decay_regions(experiment)
    length = experiment.target.thickness_cm if target_length_cm is None else target_length_cm
    energy = experiment.beam.energy_GeV if beam_energy is None else beam_energy
    for name, value in (("target_length_cm", length), ("beam_energy", energy)):
        if not 0 < value < 1e5:
            raise RangeError(f"{name}: {value} is not positive, or beyond 1e5")
    content = experiment.content()
    stretch = length / experiment.target.thickness_cm
    scale = energy / experiment.beam.energy_GeV
    for layer in content["target"]["layers"]:
        layer["thickness_cm"] *= stretch
    for detector in content["detectors"]:
        if detector["name"] == experiment.target.detector:
            detector["length_cm"] = length
            detector.pop("longitudinal_segments_cm", None)
        elif detector["position_cm"] > 0:
            detector["position_cm"] += length - experiment.target.thickness_cm
    content["beam"]["energy_GeV"] = energy
    for key in ("minimum_calorimeter_energy_GeV", "maximum_calorimeter_energy_GeV"):
        content["selection"][key] *= scale
    for region in content["decay_regions"]:
        region["minimum_energy_GeV"] *= scale
    for data_set in content["data_sets"]:
        data_set["kind"] = "projection"
        data_set.pop("observed_events", None)
    return Experiment.model_validate(content)
