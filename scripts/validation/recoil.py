"""Recoil electrons behind thin targets: the notes' tables and LDMX's public note on its trigger."""

import numpy as np

from scotopic.figures.style import BLACK, BLUE, GREEN, GREY, VERMILION
from scotopic.search import load_experiment
from validation.report import Report, helpers, single

SECTION = "Recoil electrons"


def recoil_electrons(report: Report) -> None:
    """Compare shares, triggers and what bins gain; draw transverse momenta."""
    _shares(report)
    _trigger(report)
    _gains(report)
    _draw()


def _shares(report: Report) -> None:
    module = helpers("events/test_recoil_electrons.py")
    rows, off = [], []
    for (energy, mass), notes in module["NOTES"].items():
        found = module["measured"](energy, mass)
        off += [abs(found[i] - notes[i]) for i in (0, 1)]
        cells = [f"{a:.3g}, {b:g}" for a, b in zip(found, notes, strict=False)]
        rows.append((f"{energy:g}", f"{1e3 * mass:g}", *cells, *[""] * (6 - len(cells))))
    header = ("beam [GeV]", "m [MeV]", "E' below the cut", "and above 50 MeV")
    momenta = ("median pT [MeV], no scattering", "with", "above 20 MeV", "above 80 MeV")
    report.table("recoil-shares", (*header, *momenta), rows)
    what = "shares of E' below 1.2 and 3.16 GeV, 4 and 8 GeV electrons, 1 MeV to 1 GeV"
    _points(report, what, max(off), 2)


def _trigger(report: Report) -> None:
    module = helpers("signatures/test_recoil_electron.py")
    rows, off = [], []
    for threshold, notes in module["TRIGGER_NOTE"].items():
        found = module["triggered"](threshold)
        off.append(np.abs(found - notes).max())
        rows.append(
            (f"{threshold:g}", *(f"{a:.3f}, {b}" for a, b in zip(found, notes, strict=True)))
        )
    report.table("recoil-trigger", ("threshold [GeV]", "1 MeV", "10 MeV", "100 MeV", "1 GeV"), rows)
    _points(report, "efficiencies of LDMX's trigger, 16 of its public note", max(off), 3)


def _gains(report: Report) -> None:
    module = helpers("signatures/test_recoil_electron.py")
    shares = module["shares_of_bins"]()
    rows, off = [], []
    for i, (mass, notes) in enumerate(module["GAINS"].items()):
        found = module["gains"](shares[:, i])
        off.append(np.abs(np.divide(found, notes) - 1).max())
        cells = (f"{a:.3g}, {b:g}" for a, b in zip(found, notes, strict=True))
        rows.append((f"{1e3 * mass:g}", *cells))
    header = ("m [MeV]", *(f"B = {count:g}" for count in module["BACKGROUNDS"]))
    report.table("recoil-gains", header, rows)
    report.compare(SECTION, "events that bins of pT spare, notes of two digits", max(off), 0.07)


def _points(report: Report, what: str, found: float, allowed: int) -> None:
    """Note a largest difference of shares."""
    text = f"{100 * found:.2g} points"
    report.demand(SECTION, what, text, f"at most {allowed} points", holds=100 * found <= allowed)


def _draw() -> None:
    """Draw transverse momenta behind the target at 8 GeV, and those of the assumed background."""
    module = helpers("events/test_recoil_electrons.py")
    edges = np.geomspace(0.3, 1000.0, 60)
    with single("recoil-transverse-momentum") as axes:
        for mass, colour in ((0.001, VERMILION), (0.01, GREEN), (0.1, BLUE), (1.0, BLACK)):
            found = module["electrons"](8.0, mass, 0.1, 4.84)
            weight = np.where(found.mediator_energy < 7.95, found.weight, 0.0)
            momentum = 1e3 * found.transverse_momentum
            counts, _ = np.histogram(momentum, edges, weights=weight / weight.sum())
            axes.stairs(counts / np.diff(np.log(edges)), edges, color=colour, linewidth=1.4)
            at = int(counts.argmax())
            axes.annotate(
                f"{1e3 * mass:g} MeV" if mass < 1 else "1 GeV",
                (edges[at], counts[at] / np.diff(np.log(edges))[at]),
                textcoords="offset points",
                xytext=(-6, 5) if mass < 0.005 else (6 if mass < 0.05 else 0, 5),
                color=colour,
                ha="right" if mass < 0.005 else "left" if mass < 0.05 else "center",
            )
        selection = load_experiment("ldmx-8GeV-1e16-background").search("recoil electron")
        bins = 1e3 * np.array(selection.selection["transverse_momentum_edges_GeV"])
        bins[0], bins[-1] = edges[0], edges[-1]
        shape = np.array(selection.data_sets[0].background[0].shape)
        density = shape / np.diff(np.log(bins))
        axes.stairs(density, bins, color=GREY, fill=True, alpha=0.4, label="assumed background")
        axes.set(xscale="log", xlim=(edges[0], edges[-1]), ylim=(0, 0.8))
        axes.set(
            xlabel=r"$p_T$ of the recoil electron [MeV]", ylabel=r"share per unit of $\ln p_T$"
        )
        axes.legend(loc="upper right")
