"""One simulated event followed through the detectors: decay positions, energies, cuts."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.checked import count, random_seed
from scotopic.decays.three_body import PAIRS
from scotopic.detector.calorimeter import ShowerModel, measured
from scotopic.detector.segments import SegmentCuts
from scotopic.detector.zones import BEHIND_ALL, calorimeter_window, detectors_behind
from scotopic.events.simulation import Events, simulate
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.signatures.base import Question, dump_of
from scotopic.signatures.event_record import Cut, Decay, EventRecord, energy_text, position_text
from scotopic.signatures.segments import SegmentPassing

if TYPE_CHECKING:
    from scotopic.experiments import EnergyResolution, Experiment
    from scotopic.experiments.selections import CalorimeterSelection
    from scotopic.models.two_dark_fermions import TwoDarkFermions

FloatArray = npt.NDArray[np.float64]

_CANDIDATES = 2**15
_HOW = Calculation(processes=("bremsstrahlung",))


def candidates(
    experiment: "Experiment", selection: "CalorimeterSelection", model: "TwoDarkFermions", seed: int
) -> Events:
    """Simulate 32768 mediators, radiated with enough energy for a signature's window.

    Parameters
    ----------
    experiment, selection : Experiment, CalorimeterSelection
        A card, and what one of its searches accepts.
    model : TwoDarkFermions
        What is made.
    seed : int
        Of the random numbers.

    Raises
    ------
    RangeError
        As `events.simulation.simulate`.
    """
    return simulate(
        dump_of(experiment),
        model,
        random_seed(seed),
        _CANDIDATES,
        minimum_energy=float(calorimeter_window(experiment, selection).thresholds()[0].min()),
        calculation=_HOW,
    )


def follow_event(
    experiment: "Experiment",
    selection: "CalorimeterSelection",
    model: "TwoDarkFermions",
    events: "Events",
    number: int,
    rng: np.random.Generator,
) -> EventRecord:
    """Let the chi2 of one simulated event decay, and measure what the detectors see.

    Parameters
    ----------
    experiment, selection : Experiment, CalorimeterSelection
        A card, and what one of its searches accepts.
    model : TwoDarkFermions
        Its lifetime of chi2 is used, so its couplings matter.
    events : Events
        From `events.simulation.simulate` with that model.
    number : int
        Row of the event, from 0.
    rng : numpy.random.Generator
        For decay lengths, fluctuations of showers and resolutions.

    Raises
    ------
    RangeError
        If there is no event of that number.

    Notes
    -----
    The response is that of `signatures.decay_chains`, but for one drawn event: positions and
    measured energies are numbers, not probabilities.
    """
    number = count("number", number, 0, len(events) - 1)
    decaying = int(events.chi2_count[number])
    lengths = rng.exponential(1.0, 2) * events.chi2_beta_gamma[number]
    depth = float(events.production_depth_cm[number])
    decays = []
    for k in range(decaying):
        pair = int(events.pair[number, k])
        position = depth + float(lengths[k]) * model.chi2_c_tau_cm if pair >= 0 else np.inf
        decays.append(
            Decay(
                chi2_energy=float(events.chi2_energy[number, k]),
                pair=PAIRS[pair] if pair >= 0 else "",
                energies=(
                    float(events.electron_energy[number, k]),
                    float(events.positron_energy[number, k]),
                ),
                position_cm=position,
                detector=_absorber(experiment, selection, position),
            )
        )
    mediator = float(events.mediator_energy[number])
    process = events.processes[events.process[number]]
    segments = _shower_in_segments(experiment, selection, model, process, mediator, rng)
    seen, in_segments = _measure(experiment, selection, mediator, decays, segments, rng)
    rest = mediator - sum(decay.chi2_energy for decay in decays)
    return EventRecord(
        process=process,
        lepton_energy=float(events.lepton_energy[number]),
        mediator_energy=mediator,
        production_depth_cm=depth,
        production_depth_X0=float(events.production_depth_X0[number]),
        decays=tuple(decays),
        dark_energies={0: (), 1: (rest,), 2: ()}[decaying],
        measured_GeV=seen,
        segments_GeV=tuple(in_segments.tolist()),
        cuts=tuple(_cuts(experiment, selection, decays, seen, in_segments)),
    )


def _absorber(experiment: "Experiment", selection: "CalorimeterSelection", position: float) -> str:
    """Return which detector a pair ends in; gaps belong to the detector behind them."""
    path = [experiment.detector(selection.calorimeter), *detectors_behind(experiment, selection)]
    return next((d.name for d in path if position < d.rear_cm), BEHIND_ALL)


def _shower_in_segments(
    experiment: "Experiment",
    selection: "CalorimeterSelection",
    model: "TwoDarkFermions",
    process: str,
    mediator_energy: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Return what the beam particle's shower leaves in segments, in GeV; of none without cuts."""
    window = calorimeter_window(experiment, selection)
    passing = SegmentPassing.of(Question(experiment, selection, _HOW), window)
    if passing is None or not passing.cuts.cuts:
        return np.empty(0)
    at = np.array([mediator_energy])
    return np.asarray(passing.drawn(PROCESSES[process], model, at, rng.random(1))[0])


def _measure(
    experiment: "Experiment",
    selection: "CalorimeterSelection",
    mediator_energy: float,
    decays: Sequence[Decay],
    segments: FloatArray,
    rng: np.random.Generator,
) -> tuple[dict[str, float], FloatArray]:
    """Return what each detector and each segment measures in GeV, given the shower's part."""
    calorimeter = experiment.detector(selection.calorimeter)
    behind = detectors_behind(experiment, selection)
    deposits = dict.fromkeys((calorimeter.name, *(d.name for d in behind)), 0.0)
    deposits[calorimeter.name] = experiment.beam.energy_GeV - mediator_energy
    leaking = 0.0
    material = experiment.target.material
    cuts = SegmentCuts.of(experiment, selection)
    edges = np.array(cuts.edges_X0)
    for decay in decays:
        normals = rng.standard_normal((2, 2))
        if decay.detector == calorimeter.name:
            left = (calorimeter.rear_cm - decay.position_cm) / material.radiation_length_cm
            showers = ShowerModel.of(material).showers(np.array(decay.energies), normals)
            is_shower = decay.pair == PAIRS[0]  # heavier pairs leak out whole
            leaks = float(showers.beyond(left).sum()) if is_shower else decay.pair_energy
            if is_shower and len(segments):
                depth = decay.position_cm / material.radiation_length_cm
                at = np.maximum(edges - depth, 0.0)[:, None]
                segments = segments - np.diff(showers.beyond(at).sum(axis=1))
            deposits[calorimeter.name] += decay.pair_energy - leaks
            leaking += leaks
        elif decay.detector != BEHIND_ALL:
            deposits[decay.detector] += decay.pair_energy
    for detector in behind:
        share = detector.shower_leakage_fraction
        taken = leaking if share is None else share * leaking
        deposits[detector.name] += taken
        leaking -= taken
    found = {}
    for detector in (calorimeter, *behind):
        energy, normal = np.array(deposits[detector.name]), rng.standard_normal(())
        resolution = detector.energy_resolution
        is_smeared = resolution is not None and energy > 0
        found[detector.name] = float(
            measured(energy, resolution, normal) if resolution and is_smeared else energy
        )
    if cuts.cuts:
        whole = deposits[calorimeter.name]
        found[calorimeter.name], segments = _parts(whole, segments, cuts.resolution, rng)
    return found, segments


def _parts(
    whole: float, segments: FloatArray, resolution: "EnergyResolution", rng: np.random.Generator
) -> tuple[float, FloatArray]:
    """Measure segments and what is behind them apart; all has the calorimeter's resolution."""
    sigma = resolution.sigma_GeV(segments)
    rest = resolution.sigma_GeV(np.array(whole)) ** 2 - (sigma**2).sum()
    errors = np.append(sigma, np.sqrt(max(float(rest), 0.0))) * rng.standard_normal(len(sigma) + 1)
    return max(whole + float(errors.sum()), 0.0), np.maximum(segments + errors[:-1], 0.0)


def _cuts(
    experiment: "Experiment",
    selection: "CalorimeterSelection",
    decays: Sequence[Decay],
    seen: dict[str, float],
    in_segments: FloatArray,
) -> Iterator[Cut]:
    """Compare an event with the conditions of a selection."""
    low, high = selection.minimum_calorimeter_energy_GeV, selection.maximum_calorimeter_energy_GeV
    energy = seen[selection.calorimeter]
    window = f"{low:g} <= {selection.calorimeter} < " if low > 0 else f"{selection.calorimeter} < "
    yield Cut(window + energy_text(high, exact=True), energy_text(energy), low <= energy < high)
    for veto in selection.vetoes:
        energy = sum(seen[name] for name in veto.detectors)
        limit = veto.maximum_energy_GeV
        condition = f"{' + '.join(veto.detectors)} < {energy_text(limit, exact=True)}"
        yield Cut(condition, energy_text(energy), energy < limit)
    if selection.decay_signal is not None:
        names, least = selection.decay_signal.detectors, selection.decay_signal.minimum_energy_GeV
        energy = sum(seen[name] for name in names)
        condition = f"{' + '.join(names)} >= {energy_text(least, exact=True)}"
        yield Cut(condition, energy_text(energy), energy >= least)
    first = min((decay.position_cm for decay in decays), default=np.inf)
    for name, side in ((selection.decays_from, "front"), (selection.decays_behind, "rear")):
        if name is not None:
            detector = experiment.detector(name)
            edge = detector.position_cm if side == "front" else detector.rear_cm
            condition = f"no decay before {name}'s {side}, {edge:g} cm"
            yield Cut(condition, position_text(first), first >= edge)
    for segments in selection.segments:
        energy = float(in_segments[[n - 1 for n in segments.segments]].sum())
        least, most = segments.minimum_energy_GeV or 0.0, segments.maximum_energy_GeV or np.inf
        condition = f"{segments.name}: {segments.condition}"
        yield Cut(condition, energy_text(energy), least < energy < most)
    for cells in selection.central_cells:
        yield Cut(f"{cells.name}: {cells.condition}", "not drawn for single events", None)
    for cut in selection.cut_efficiencies:
        yield Cut(f"{cut.name}: not simulated", f"efficiency {cut.efficiency:g}", None)
