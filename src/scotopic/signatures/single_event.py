"""One simulated event followed through the detectors: decay positions, energies, cuts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scotopic.checked import count, random_seed
from scotopic.decays.three_body import PAIRS
from scotopic.detector.calorimeter import ShowerModel, measured
from scotopic.detector.zones import BEHIND_ALL, calorimeter_window, detectors_behind
from scotopic.display import displayed
from scotopic.events.simulation import Events, simulate
from scotopic.processes.calculation import Calculation
from scotopic.signatures.base import dump_of

if TYPE_CHECKING:
    from scotopic.experiments import Experiment
    from scotopic.experiments.selections import CalorimeterSelection
    from scotopic.models.inelastic import TwoDarkFermions


_CANDIDATES = 2**15
_FAR = ((1e2, "m"), (1e5, "km"), (1e8, "thousand km"), (1e11, "million km"))  # in cm


@displayed
@dataclass(frozen=True)
class Decay:
    """One chi2 of an event.

    Attributes
    ----------
    chi2_energy : float
        In GeV.
    pair : str
        One of `decays.three_body.PAIRS`, or empty if chi2 is stable.
    energies : (float, float)
        Of the negative and the positive particle of the pair in GeV.
    position_cm : float
        Where it decays, behind the front of the target; infinite if it does not.
    detector : str
        That absorbs the pair; `detector.zones.BEHIND_ALL` if none does.
    """

    chi2_energy: float
    pair: str
    energies: tuple[float, float]
    position_cm: float
    detector: str

    @property
    def pair_energy(self) -> float:
        """Energy of the pair in GeV."""
        return sum(self.energies)


@displayed
@dataclass(frozen=True)
class Cut:
    """One condition of a selection.

    Attributes
    ----------
    condition, found : str
        What is asked for and what the event has, as text.
    met : bool or None
        Whether the event meets it; None if the cut is not simulated.
    """

    condition: str
    found: str
    met: bool | None


@displayed
@dataclass(frozen=True)
class EventRecord:
    """One event as the detectors see it.

    Attributes
    ----------
    process : str
        Name of the process that made the mediator.
    lepton_energy, mediator_energy : float
        Of the shower particle that makes the mediator, and of the mediator, in GeV.
    production_depth_cm, production_depth_X0 : float
        Where that is in the target.
    decays : tuple of Decay
        One for each chi2.
    dark_energies : tuple of float
        Energies in GeV of the chi1 from the mediator itself.
    measured_GeV : dict of str to float
        What each detector measures.
    cuts : tuple of Cut
        Those of the selection.
    """

    process: str
    lepton_energy: float
    mediator_energy: float
    production_depth_cm: float
    production_depth_X0: float
    decays: tuple[Decay, ...]
    dark_energies: tuple[float, ...]
    measured_GeV: dict[str, float]
    cuts: tuple[Cut, ...]

    @property
    def accepted(self) -> bool:
        """Whether all cuts that are simulated are met."""
        return all(cut.met is not False for cut in self.cuts)


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
        calculation=Calculation(processes=("bremsstrahlung",)),
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
    seen = _measure(experiment, selection, mediator, decays, rng)
    rest = mediator - sum(decay.chi2_energy for decay in decays)
    return EventRecord(
        process=events.processes[events.process[number]],
        lepton_energy=float(events.lepton_energy[number]),
        mediator_energy=mediator,
        production_depth_cm=depth,
        production_depth_X0=float(events.production_depth_X0[number]),
        decays=tuple(decays),
        dark_energies={0: (), 1: (rest,), 2: ()}[decaying],
        measured_GeV=seen,
        cuts=tuple(_cuts(experiment, selection, decays, seen)),
    )


def _absorber(experiment: "Experiment", selection: "CalorimeterSelection", position: float) -> str:
    """Return which detector a pair ends in; gaps belong to the detector behind them."""
    path = [experiment.detector(selection.calorimeter), *detectors_behind(experiment, selection)]
    return next((d.name for d in path if position < d.rear_cm), BEHIND_ALL)


def _measure(
    experiment: "Experiment",
    selection: "CalorimeterSelection",
    mediator_energy: float,
    decays: Sequence[Decay],
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return what each detector measures in GeV."""
    calorimeter = experiment.detector(selection.calorimeter)
    behind = detectors_behind(experiment, selection)
    deposits = dict.fromkeys((calorimeter.name, *(d.name for d in behind)), 0.0)
    deposits[calorimeter.name] = experiment.beam.energy_GeV - mediator_energy
    leaking = 0.0
    material = experiment.target.material
    for decay in decays:
        normals = rng.standard_normal((2, 2))
        if decay.detector == calorimeter.name:
            left = (calorimeter.rear_cm - decay.position_cm) / material.radiation_length_cm
            showers = ShowerModel.of(material).showers(np.array(decay.energies), normals)
            is_shower = decay.pair == PAIRS[0]  # heavier pairs leak out whole
            leaks = float(showers.beyond(left).sum()) if is_shower else decay.pair_energy
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
    return found


def _cuts(
    experiment: "Experiment",
    selection: "CalorimeterSelection",
    decays: Sequence[Decay],
    seen: dict[str, float],
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
        yield Cut(f"{segments.name}: {segments.condition}", "not drawn for single events", None)
    for cut in selection.cut_efficiencies:
        yield Cut(f"{cut.name}: not simulated", f"efficiency {cut.efficiency:g}", None)


def energy_text(energy: float, *, exact: bool = False) -> str:
    """Write an energy in GeV or MeV, rounded unless it is exact.

    Examples
    --------
    >>> energy_text(83.24), energy_text(0.41), energy_text(0.0051), energy_text(0.0)
    ('83.2 GeV', '0.41 GeV', '5.1 MeV', '0')
    >>> energy_text(50.0, exact=True), energy_text(0.005, exact=True)
    ('50 GeV', '5 MeV')
    """
    if energy == 0:
        return "0"
    value, unit = (energy, "GeV") if energy >= 0.1 else (1e3 * energy, "MeV")
    if exact:
        return f"{value:g} {unit}"
    if energy < 1e-4:
        return "below 0.1 MeV"
    return f"{value:.1f} {unit}" if unit == "MeV" or value >= 1 else f"{value:.2f} {unit}"


def position_text(position_cm: float) -> str:
    """Write a position along the beam.

    Examples
    --------
    >>> position_text(1.234), position_text(312.3), position_text(23100.0), position_text(np.inf)
    ('1.2 cm', '312 cm', '231 m', 'never')
    >>> position_text(1.08e6), position_text(5.14e11), position_text(1e15)
    ('10.8 km', '5.14 million km', 'over 1000 million km')
    """
    if np.isinf(position_cm):
        return "never"
    if position_cm < 100:
        return f"{position_cm:.1f} cm"
    if position_cm < 1000:
        return f"{position_cm:.0f} cm"
    for size_cm, unit in _FAR:
        if position_cm < 999.5 * size_cm:
            return f"{position_cm / size_cm:.3g} {unit}"
    return f"over 1000 {unit}"
