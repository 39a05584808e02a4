"""Cross sections and yields."""

from dataclasses import replace

import numpy as np
from matplotlib.ticker import FuncFormatter

from scotopic import Calculation, DarkPhoton, material, total_cross_section
from scotopic.figures.style import (
    BLACK,
    BLUE,
    CYCLE,
    GREEN,
    VERMILION,
)
from scotopic.figures.ticks import label_ticks
from scotopic.materials import element
from scotopic.processes.bremsstrahlung import bremsstrahlung_above
from scotopic.processes.dump import Dump
from scotopic.production import differential_cross_section
from scotopic.units import ALPHA, PB_PER_CM2
from validation.report import Report, allow, helpers, largest, panels, percent, power, single

LEAD = element("Pb")
SECTION = "Cross sections"
MODEL = DarkPhoton(
    mediator_mass=0.1,
    kinetic_mixing=1.0,
    alpha_D=0.1,
    mass_ratio=3,
    dark_matter="complex_scalar",
)

# the project's physics notes: yields of section 2, exact over IWW of section 2, muons of section 7
YIELDS = {0.01: 1.13e-2, 0.05: 6.5e-4, 0.1: 1.45e-4, 0.5: 2.34e-6}
PETITE = {0.01: 1.13e-2, 0.1: 1.47e-4}
EXACT_OVER_IWW = {0.001: 1.35, 0.005: 1.07, 0.02: 0.86, 0.1: 0.62, 0.2: 0.56, 0.5: 0.46, 0.95: 0.36}
MUON_MASSES = (0.001, 0.01, 0.1, 0.5, 1.0)
MUONS_PB = {
    "vector": (1.355e10, 6.03e9, 9.48e8, 6.28e7, 1.057e7),
    "scalar": (5.65e9, 2.11e9, 2.63e8, 1.99e7, 3.72e6),
}


def amplitudes(report: Report) -> None:
    """Compare squared amplitudes with numerical Dirac traces."""
    tests = helpers("production/test_amplitudes.py")
    rng, worst = np.random.default_rng(2021), 0.0
    with single("amplitudes") as axes:
        for mediator, colour in zip(tests["MEDIATORS"], CYCLE, strict=False):
            off = []
            for lepton_mass in list(tests["LEPTON_MASSES"].values()) * 500:
                m, M = lepton_mass * rng.uniform(1, 6), lepton_mass * rng.uniform(20, 60)
                event = tests["random_point"](rng, lepton_mass, m, M)
                traces = tests["dirac_trace"](mediator, event, lepton_mass, m)
                ours = tests["package_value"](mediator, event, (lepton_mass, m, M))
                off.append(abs(ours / traces - 1))
            label = mediator.replace("_", " ")
            bins = np.linspace(-17, -9.5, 40).tolist()
            logarithms = np.log10(np.maximum(off, 1e-16))
            axes.hist(logarithms, bins, histtype="step", color=colour, label=label, linewidth=1.4)
            worst = max(worst, *off)
        axes.axvline(-10, color=BLACK, linewidth=0.8)
        axes.set(xlabel="relative difference", ylabel="events")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"$10^{{{x:.0f}}}$"))
        axes.margins(x=0)
        axes.legend()
    what = "squared amplitudes and Dirac traces: V, A, S, P; e and μ; 4000 events"
    report.compare(SECTION, what, worst, 1e-10)


def bethe_heitler(report: Report) -> None:
    """Compare a nearly massless vector's spectrum with that of the photon."""
    formula = helpers("production/test_phase_space.py")["bethe_heitler"]
    x = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99])
    worst = 0.0
    line = np.append(np.linspace(0.05, 0.98, 60), np.linspace(0.98, 0.999, 20))
    with panels("bethe-heitler", ["ratio"]) as (top, below):
        for symbol, marker in (("C", "o"), ("Pb", "s")):
            for energy, colour in ((10.0, BLUE), (100.0, VERMILION)):
                atom = element(symbol)
                ours = differential_cross_section(
                    "vector", "electron", atom, energy, 1e-6, x, form_factor="elastic"
                )
                theirs = np.array([formula(one, energy, atom) for one in x])
                label = f"{symbol}, {energy:g} GeV"
                scale = atom.atomic_number**2 * 1e-27
                top.plot(x, x * ours / scale, marker, color=colour, markersize=4, label=label)
                curve = [one * formula(one, energy, atom) / scale for one in line]
                top.plot(line, curve, color=colour, linewidth=0.8)
                below.plot(x, ours / theirs, marker, color=colour, markersize=4)
                worst = max(worst, largest(ours / theirs))
        top.set(ylabel=r"$x\,\mathrm{d}\sigma/\mathrm{d}x\,/\,Z^2$ [mb]", ylim=(0, None))
        top.legend()
        allow(below, 0.005)
        below.set_xlabel(r"energy fraction $x$")
    what = "Bethe-Heitler limit, $m = 1$ keV: C and Pb, 10 and 100 GeV"
    report.compare(SECTION, what, worst, 0.005)


def dmg4(report: Report) -> None:
    """Compare exact total cross sections with DMG4's table."""
    table = report.read("dmg4-exact-cross-section-Pb-100GeV.csv")
    masses = table["m_A_MeV"] / 1e3
    # for a kinetic mixing of 1e-4 and 1/alpha = 137
    theirs = table["sigma_pb"] * 1e8 * (137 * ALPHA) ** 3
    found = {
        name: PB_PER_CM2
        * np.array(
            [
                total_cross_section("vector", "electron", LEAD, 100.0, m, form_factor=name)
                for m in masses
            ]
        )
        for name in ("elastic", "elastic+inelastic")
    }
    rows = [
        (f"{1e3 * m:g}", power(a, 3), power(b, 3), percent(a / b), percent(c / b))
        for m, a, b, c in zip(
            masses, found["elastic"], theirs, found["elastic+inelastic"], strict=True
        )
    ]
    header = ("$m$ / MeV", "here, pb", "DMG4, pb", "off by", "with the inelastic term")
    report.table("dmg4", header, rows)
    what = "exact total, e⁻ of 100 GeV on lead, DMG4, elastic, 2 MeV to 1 GeV"
    report.compare(SECTION, what, largest(found["elastic"] / theirs), 0.025)
    with panels("dmg4", ["ratio"]) as (top, below):
        top.plot(masses, theirs, "o", color=BLACK, markersize=4, label="DMG4")
        for (name, values), colour, style in zip(
            found.items(), (BLUE, VERMILION), ("-", "--"), strict=True
        ):
            top.plot(masses, values, style, color=colour, label=f"scotopic, {name}")
            below.plot(masses, values / theirs, style, color=colour, marker="o", markersize=3)
        top.set(xscale="log", yscale="log", ylabel=r"$\sigma/\epsilon^2$ [pb]")
        label_ticks(top)
        top.legend()
        allow(below, 0.025)
        below.set_xlabel("mediator mass [GeV]")


def approximations(report: Report) -> None:
    """Compare the ratio of exact to IWW cross sections with the notes."""
    found = []
    for mass in EXACT_OVER_IWW:
        exact, iww = (
            total_cross_section(
                "vector", "electron", LEAD, 100.0, mass, method=m, form_factor="elastic"
            )
            for m in ("exact", "iww")
        )
        found.append(exact / iww)
    rows = [
        ["here", *(f"{ratio:.3f}" for ratio in found)],
        ["reference", *(f"{ratio:.2f}" for ratio in EXACT_OVER_IWW.values())],
    ]
    report.table("exact-over-iww", ["$m$ / MeV", *(f"{1e3 * m:g}" for m in EXACT_OVER_IWW)], rows)
    off = largest(np.array(found) / list(EXACT_OVER_IWW.values()))
    report.compare(SECTION, "exact over IWW, two digits", off, 0.015)


def muons(report: Report) -> None:
    """Compare muon cross sections, vector and scalar, with the notes."""
    rows = []
    line = np.geomspace(8e-4, 1.2, 25)
    with panels("muons", ["ratio"]) as (top, below):
        for (mediator, theirs), colour, marker in zip(
            MUONS_PB.items(), (BLUE, GREEN), ("o", "s"), strict=True
        ):

            def sigma(mass: float, name: str = mediator) -> float:
                value = total_cross_section(name, "muon", LEAD, 160.0, mass, form_factor="elastic")
                return value * PB_PER_CM2

            ours = [sigma(m) for m in MUON_MASSES]
            ratio = np.array(ours) / theirs
            report.compare(SECTION, f"muons of 160 GeV on lead, {mediator}", largest(ratio), 0.015)
            rows.append([f"{mediator}, here", *(power(s, 3) for s in ours)])
            rows.append([f"{mediator}, reference", *(power(s, 3) for s in theirs)])
            top.plot(line, [sigma(m) for m in line], color=colour, label=f"{mediator}, scotopic")
            label = f"{mediator}, reference"
            top.plot(MUON_MASSES, theirs, marker, color=colour, markersize=5, label=label)
            below.plot(MUON_MASSES, ratio, marker, color=colour, markersize=5)
        top.set(xscale="log", yscale="log", ylabel=r"$\sigma/\epsilon^2$ [pb]")
        label_ticks(top)
        top.legend()
        allow(below, 0.015)
        below.set_xlabel("mediator mass [GeV]")
    header = ["$\\sigma$ / pb; $m$ / MeV", *(f"{1e3 * m:g}" for m in MUON_MASSES)]
    report.table("muons", header, rows)


def yields(report: Report) -> None:
    """Compare yields of electrons on lead with the notes and with another program."""
    dump, line = Dump("e-", 100.0, material("lead")), np.geomspace(2e-3, 1.0, 60)

    def above_50(masses: list[float], form_factor: str) -> np.ndarray:
        models = [replace(MODEL, mediator_mass=float(m)) for m in masses]
        calculation = Calculation(form_factor=form_factor, processes=("bremsstrahlung",))
        return bremsstrahlung_above(dump, models, np.array([50.0]), calculation)[:, 0]

    masses, theirs = list(YIELDS), np.array(list(YIELDS.values()))
    rows = [
        ["reference", *(power(v, 2) for v in theirs)],
        ["PETITE", *(power(PETITE[m], 2) if m in PETITE else "" for m in masses)],
    ]
    with panels("yields", ["ratio"]) as (top, below):
        for name, colour, style, marker in (
            ("elastic", BLUE, "-", "o"),
            ("elastic+inelastic", VERMILION, "--", "s"),
        ):
            ours = above_50(masses, name)
            rows.append([name, *(power(v, 3) for v in ours)])
            top.plot(
                line, above_50(list(line), name), style, color=colour, label=f"scotopic, {name}"
            )
            below.plot(masses, ours / theirs, marker, color=colour, markersize=4)
            what = f"e⁻ of 100 GeV on lead, $E_{{A'}} > 50$ GeV, {name}"
            report.compare("Yields", what, largest(ours / theirs), 0.03)
        top.plot(masses, theirs, "o", color=BLACK, markersize=5, label="reference")
        top.plot(
            list(PETITE),
            list(PETITE.values()),
            "D",
            color=GREEN,
            markersize=8,
            label="PETITE",
            fillstyle="none",
        )
        top.set(xscale="log", yscale="log", ylabel=r"$N_{A'}$ per electron and $\epsilon^2$")
        label_ticks(top)
        top.legend()
        allow(below, 0.03)
        below.set_xlabel(r"$m_{A'}$ [GeV]")
    report.table("yields", ["$m_{A'}$ / MeV", *(f"{1e3 * m:g}" for m in masses)], rows)
