"""What detectors accept: pictures of the response, and the numbers that others state of it."""

from collections.abc import Sequence

import numpy as np

from scotopic import Calculation, Experiment, Search, acceptance_curve, load_experiment
from scotopic.figures.style import BLUE, GREEN, PURPLE, VERMILION
from scotopic.models.dark_photon import DarkPhoton
from scotopic.search.acceptance import Against
from scotopic.search.acceptance_lines import EVERY, AcceptanceLine, FloatArray
from scotopic.search.thresholds import with_thresholds
from validation.report import Report, helpers, single

SECTION = "Acceptance"
PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)
BOTH = Calculation(processes=("bremsstrahlung", "annihilation"))
MASSES = np.geomspace(1e-3, 1.0, 40)
NEAR_THE_LINE = np.linspace(0.2, 0.46, 66)  # where positrons of the beam annihilate
ABOVE = {"loc": "lower left", "bbox_to_anchor": (-0.02, 1.0), "ncols": 2, "fontsize": 9}
ELECTRONS, POSITRONS, MUONS, LDMX = "na64e-2018", "na64e-positron-100GeV", "na64mu", "ldmx-8GeV"


def response(report: Report) -> None:
    """Compare the pre-shower with another program, and draw what searches accept."""
    _pre_shower(report)
    _flat(report)
    _over_energies()
    _over_masses()


def _pre_shower(report: Report) -> None:
    test = helpers("signatures/test_segments.py")
    worst = [0.0, 0.0]
    rows: list[Sequence[object]] = []
    for (particle, energy), table in test["RADIATED"].items():
        for threshold, notes in zip(test["THRESHOLDS"], table, strict=True):
            shares = test["passing"](particle, energy, threshold).shares(
                "bremsstrahlung", test["of_masses"](1, 10, 100, 900)
            )
            worst[0] = max(worst[0], float(np.abs(shares.values / notes - 1).max()))
            cells = (f"{a:.3f}, {b}" for a, b in zip(shares.values, notes, strict=True))
            rows.append((f"{particle} {energy:g} GeV", f"{threshold:g}", *cells))
    header = ("beam", "threshold [GeV]", "1 MeV", "10 MeV", "100 MeV", "900 MeV")
    report.table("pre-shower", header, rows)
    what = "more than 0.3, 0.5, 1 GeV in the pre-shower, bremsstrahlung: 36 shares of the notes"
    report.compare(SECTION, what, worst[0], 0.015)
    for beam, by_mass in test["ANNIHILATED"].items():
        for i, threshold in enumerate(test["THRESHOLDS"]):
            shares = test["passing"](*beam, threshold).shares(
                "annihilation", test["of_masses"](*by_mass)
            )
            notes = np.array([row[i] for row in by_mass.values()])
            allowed = np.maximum(0.02, 0.05 * notes)
            worst[1] = max(worst[1], float((np.abs(shares.values - notes) / allowed).max()))
    what = "the same, annihilation of 100 and 70 GeV positrons: 30 shares of the notes"
    text = f"{worst[1]:.2g} of what is allowed"
    report.demand(SECTION, what, text, "0.02, or 5 % if that is more", holds=worst[1] <= 1)


def _flat(report: Report) -> None:
    """Compare what half, and the pre-shower, leave with the notes, and with the review's half."""
    search = Search.of(ELECTRONS, calculation=Calculation(processes=("bremsstrahlung",)))
    (line,) = acceptance_curve(search, PHOTON, [0.001, 0.01, 0.1, 0.9]).lines
    found = line.accepted
    text = f"{found.max():.2f} to {found.min():.2f}"
    what = "NA64e, 1 MeV to 0.9 GeV: flat efficiency and pre-shower; review, fig. 4"
    holds = bool(np.all((found > 0.4) & (found <= 0.5)))
    report.demand(SECTION, what, text, "about 50 %; notes 0.49 to 0.40", holds=holds)


def _line(
    card: str | Experiment, process: str, against: Against, masses: Sequence[float]
) -> AcceptanceLine:
    """Return the line of a process; the only one where there is one alone."""
    search = Search.of(card, calculation=BOTH)
    lines = acceptance_curve(search, PHOTON, masses, against=against).lines
    return next((line for line in lines if line.process == process), lines[0])


def _over_energies() -> None:
    """Draw what is computed of the detectors over what the mediator leaves of the beam's energy."""
    shown = (
        (ELECTRONS, "bremsstrahlung", BLUE, "-", r"NA64e, $e^-$: bremsstrahlung"),
        (ELECTRONS, "annihilation", BLUE, "--", r"NA64e, $e^-$: annihilation"),
        (POSITRONS, "annihilation", VERMILION, "--", r"NA64e, $e^+$: annihilation"),
        (MUONS, "bremsstrahlung", GREEN, "-", r"NA64$\mu$: bremsstrahlung"),
        (LDMX, "bremsstrahlung", PURPLE, "-", "LDMX, 8 GeV: bremsstrahlung"),
    )
    with single("response-energy", top=0.82) as axes:
        for name, process, colour, dashes, label in shown:
            line = _line(name, process, "energy", [0.1])
            beam = load_experiment(name).beam.energy_GeV
            assert line.energy is not None  # noqa: S101 - against the energy
            left = 1 - line.energy / beam
            kept = left > 0
            share, error = line.window * line.share, line.window * line.statistical_error
            low, high = (share - error)[kept], (share + error)[kept]
            axes.fill_between(left[kept], low, high, color=colour, alpha=0.25, linewidth=0)
            axes.plot(left[kept], share[kept], dashes, color=colour, label=label)
        axes.set(xscale="log", xlim=(2e-3, 0.6), ylim=(0, 1.05))
        axes.set_xlabel(r"what the mediator leaves of the beam energy, $1 - E_X/E_0$")
        axes.set_ylabel("share that detectors accept")
        axes.legend(**ABOVE)


def _over_masses() -> None:
    """Draw the same for all mediators in the window, over their mass."""
    masses = np.union1d(MASSES, NEAR_THE_LINE).tolist()
    shown = (
        (ELECTRONS, BLUE, "-", r"NA64e, $e^-$ 100 GeV"),
        (POSITRONS, VERMILION, "--", r"NA64e, $e^+$ 100 GeV"),
        (LDMX, PURPLE, "-.", "LDMX, 8 GeV"),
        (MUONS, GREEN, "-", r"NA64$\mu$, 160 GeV"),
    )
    with single("response-mass", top=0.88) as axes:
        for name, colour, dashes, label in shown:
            line = _line(name, EVERY, "mass", masses)
            axes.plot(line.mass, line.share, dashes, color=colour, label=label)
            ends = [_of_end(name, end, masses) for end in ("strictest", "loosest")]
            axes.fill_between(line.mass, *ends, color=colour, alpha=0.2, linewidth=0)
        axes.set(xscale="log", xlim=(MASSES[0], MASSES[-1]), ylim=(0, 1.05))
        axes.set(xlabel="mass of the mediator [GeV]", ylabel="share of the window that is accepted")
        axes.legend(**ABOVE)


def _of_end(name: str, end: str, masses: Sequence[float]) -> FloatArray:
    """Return what is accepted with all thresholds and places at an end of their ranges."""
    moved = with_thresholds(load_experiment(name), end)  # type: ignore[arg-type]
    return _line(moved, EVERY, "mass", masses).share
