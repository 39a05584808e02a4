"""From counts to the limit, and how long it takes."""

import math
import os
import subprocess
import sys
import tempfile
from dataclasses import replace

import numpy as np

from scotopic import (
    Calculation,
    Likelihood,
    Search,
    exclusion_curve,
    load_experiment,
    strength_limits,
    track_lengths,
)
from scotopic.figures import draw_shower
from scotopic.figures.style import BLACK, BLUE, GREY, VERMILION
from scotopic.figures.ticks import label_ticks
from scotopic.processes.annihilation_integrals import accepted_annihilation
from scotopic.production.annihilation import resonance_energy
from validation.production import MODEL
from validation.report import (
    DOCS,
    Report,
    allow,
    helpers,
    largest,
    panels,
    single,
    write_figure,
)

SECTION = "The limit"
NA64 = load_experiment("na64e-2018")
ALONE = Search.of(NA64, calculation=Calculation(processes=("bremsstrahlung",)))
BOTH = Search.of(NA64)
AT_REST = Search.of(NA64, calculation=Calculation(bound_electrons=False))


def statistics(report: Report) -> None:
    """Compare upper limits with the Particle Data Group's table."""
    published = np.array(helpers("statistics/test_poisson.py")["PDG_LIMITS"])
    counts = range(len(published))
    with single("statistics") as axes:
        for column, level, colour in ((0, 0.90, BLUE), (1, 0.95, VERMILION)):
            empty = [Likelihood.of_count(n, confidence_level=level) for n in counts]
            na64 = [Likelihood.of_count(n, 0.53, 0.17, 0.20, level) for n in counts]
            ours = [strength_limits(counted, "poisson").value for counted in empty]
            cls = [strength_limits(counted, "cls").value for counted in na64]
            theirs = published[:, column]
            axes.plot(counts, theirs, "o", color=colour, label=f"PDG, {100 * level:.0f} %")
            axes.plot(counts, ours, color=colour, linewidth=1, label="scotopic, no background")
            axes.plot(
                counts, cls, "--", color=colour, linewidth=1, label="CLs, 0.53 ± 0.17, δ = 20 %"
            )
            off = float(np.max(np.abs(np.array(ours) - theirs)))
            report.demand(
                "Statistics",
                f"Poisson limits for 0 to {counts[-1]} events, {100 * level:.0f} %, PDG",
                f"{off:.4f} events",
                "at most 0.0051 (two decimals printed)",
                holds=off <= 0.0051,
            )
        axes.set(xlabel="observed events", ylabel="upper limit on the signal [events]")
        axes.legend()
    nothing = strength_limits(Likelihood.of_count(0), "poisson_zero_background").value
    off = nothing / -math.log(0.1)
    report.compare("Statistics", "no background, no event: 2.3026", largest(off), 1e-9)
    (search,) = NA64.searches
    background = f"{search.expected_background:.2f} ± {search.background_uncertainty:.2f}"
    report.demand(
        "Statistics",
        "background of na64e-2018, review's table",
        background,
        "0.53 ± 0.17",
        holds=background == "0.53 ± 0.17",
    )


def limit(report: Report) -> None:
    """Compare the limit of 2.84e11 electrons with the published one."""
    table = report.read("na64-2019-invisible-2.84e11.csv")
    masses, theirs = table["m_A_GeV"], table["epsilon"]
    inside = (masses >= 1e-3) & (masses < 1.01)
    masses, theirs = masses[inside], theirs[inside]
    flat = Search.of(
        helpers("cards/simple.py")["by_window_alone"](NA64), calculation=ALONE.calculation
    )
    alone, both, without = (
        exclusion_curve(search, MODEL, masses).limits() for search in (ALONE, BOTH, flat)
    )
    what = "ε from bremsstrahlung alone, NA64 (2019), 1 MeV to 1 GeV"
    report.compare(SECTION, f"{what}, one efficiency for all", largest(without / theirs), 0.30)
    report.demand(
        SECTION,
        f"{what}, with the pre-shower",
        f"{100 * largest(alone / theirs):.3g} %",
        "as it comes out: the paper has one efficiency for all",
        holds=True,
    )
    rows = []
    for mass in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 1.0):
        at = [
            math.exp(np.interp(math.log(mass), np.log(masses), np.log(values)))
            for values in (alone, both, theirs)
        ]
        rows.append((f"{1e3 * mass:g}", *(f"{e:.2e}" for e in at), f"{at[0] / at[2]:.2f}"))
    header = ("$m_{A'}$ / MeV", "bremsstrahlung", "all processes", "NA64 (2019)", "ratio")
    report.table("limit", header, rows)
    line = np.geomspace(masses[0], masses[-1], 200)
    interpolated = np.exp(np.interp(np.log(line), np.log(masses), np.log(theirs)))
    with panels("limit", ["ratio"]) as (top, below):
        top.plot(masses, theirs, color=BLACK, linewidth=3, alpha=0.35, label="NA64 (2019)")
        for search, style, colour, label in (
            (ALONE, "-", BLUE, "scotopic, bremsstrahlung"),
            (BOTH, "--", VERMILION, "scotopic, all processes"),
        ):
            values = exclusion_curve(search, MODEL, line).limits()
            top.plot(line, values, style, color=colour, label=label)
            below.plot(line, values / interpolated, style, color=colour)
        top.set(xscale="log", yscale="log", ylabel=r"kinetic mixing $\epsilon$, 90 % CL")
        label_ticks(top)
        top.legend()
        allow(below, 0.30)
        below.set(xlabel=r"$m_{A'}$ [GeV]", ylim=(0.15, 1.65))
    dip(report)


def dip(report: Report) -> None:
    """Look at the resonance: where it opens and ends, and how much it improves the limit.

    It is that of electrons at rest, whose ends kinematics gives.
    """
    for mass, wanted in ((0.226, 50), (0.320, 100)):
        energy = resonance_energy(mass)
        report.demand(
            SECTION,
            f"positrons on resonance at {1e3 * mass:.0f} MeV",
            f"{energy:.2f} GeV",
            f"{wanted} GeV",
            holds=round(energy) == wanted,
        )
    masses = np.linspace(0.19, 0.36, 171)
    gains = {}
    for name, model in (
        ("complex scalar, alpha_D = 0.1", MODEL),
        ("complex scalar, alpha_D = 0.5", replace(MODEL, alpha_D=0.5)),
        ("Dirac, alpha_D = 0.1", replace(MODEL, dark_matter="dirac")),
    ):
        alone, both = (
            exclusion_curve(search, model, masses).limits() for search in (ALONE, AT_REST)
        )
        gains[name] = alone / both
    main = gains["complex scalar, alpha_D = 0.1"]
    report.demand(
        SECTION,
        "largest improvement of ε by annihilation",
        f"{main.max():.1f} at {1e3 * masses[main.argmax()]:.0f} MeV",
        "at least 4",
        holds=float(main.max()) >= 4,
    )
    opening = masses[np.argmax(main > main.max() / 2)]
    ending = masses[np.nonzero(main > 1.05)[0][-1]]
    for what, found, expected in (
        ("where the improvement reaches half of its largest", opening, 0.226),
        ("where it falls below 5 %", ending, 0.320),
    ):
        report.demand(
            SECTION,
            what,
            f"{1e3 * found:.0f} MeV",
            f"{1e3 * expected:.0f} ± 3 MeV",
            holds=abs(found - expected) <= 0.003,
        )
    with single("resonance") as axes:
        for (name, gain), style in zip(gains.items(), ("-", "--", "-."), strict=True):
            axes.plot(1e3 * masses, gain, style, label=name.replace("alpha_D", r"$\alpha_D$"))
        for mass in (226, 320):
            axes.axvline(mass, color=GREY, linewidth=0.8)
        axes.axhline(4, color=GREY, linewidth=0.8, linestyle=":")
        axes.set(xlabel=r"$m_{A'}$ [MeV]", ylabel=r"$\epsilon$ without / with annihilation")
        axes.margins(x=0)
        axes.set_ylim(bottom=0)
        axes.legend()


def bound_electrons(report: Report) -> None:
    """Compare yields from moving electrons with another program's, and draw what they change."""
    module = helpers("processes/test_moving_electrons.py")
    for particle, wanted in module["RATIOS"].items():
        models = module["at_masses"](*wanted)
        moving, still = (
            accepted_annihilation(
                module["BEAMS"][particle], models, module["Sharp"](), bound_electrons=bound
            )
            for bound in (True, False)
        )
        report.compare(
            SECTION,
            f"yield of moving electrons over those at rest, 100 GeV {particle} on lead",
            largest(moving / still / np.array([*wanted.values()])),
            0.03,
        )
    masses = np.linspace(0.17, 0.45, 281)
    with panels("bound-electrons", ["moving / at rest"]) as (top, below):
        for card, colour in (("na64e-2018", BLUE), ("na64e-positron-100GeV", VERMILION)):
            moving, still = (
                exclusion_curve(
                    Search.of(card, calculation=Calculation(bound_electrons=bound)), MODEL, masses
                ).limits()
                for bound in (True, False)
            )
            top.plot(1e3 * masses, still, "--", color=colour, linewidth=1, label=f"{card}, at rest")
            top.plot(1e3 * masses, moving, color=colour, label=card)
            below.plot(1e3 * masses, moving / still, color=colour)
        top.set(yscale="log", ylabel=r"kinetic mixing $\epsilon$, 90 % CL")
        label_ticks(top)
        top.legend()
        below.set(xlabel=r"$m_{A'}$ [MeV]", ylim=(0.25, 1.35))


PROGRAM = "from scotopic.cli import main; main()"
LIBRARY = """
import time
from scotopic import load_experiment, total_cross_section, track_lengths
target = load_experiment("na64e-2018").target.build()
def track_length(): track_lengths(target, "e-", 100.0, minimum_energy=1.0)
def cross_section(): total_cross_section("vector", "electron", "Pb", 100.0, 0.1)
for function in (track_length, cross_section):
    times = []
    for _ in range(10):
        started = time.process_time()
        function()
        times.append(time.process_time() - started)
    print(min(times))
"""


def speed(report: Report) -> None:
    """Measure the processor time on one core; a program's from its start.

    This is no comparison that could fail: it depends on the machine and on what else it does.
    """
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as output:

        def run(code: str, *arguments: str, cache: str = cache) -> tuple[float, str]:
            threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
            before = os.times()
            done = subprocess.run(  # noqa: S603 - our own program
                [sys.executable, "-c", code, *arguments],
                env=os.environ | threads | {"SCOTOPIC_CACHE": cache},
                check=True,
                capture_output=True,
                text=True,
            )
            after = os.times()
            user = after.children_user - before.children_user
            return user + after.children_system - before.children_system, done.stdout

        curve = ("limit", "na64e-2018", "--output", output)
        cold = run(PROGRAM, *curve)[0]
        warm = min(run(PROGRAM, *curve)[0] for _ in range(10))
        usage = min(run(PROGRAM, "--help")[0] for _ in range(10))
        tracks, cross_section = map(float, run(LIBRARY, cache="")[1].split())
    rows = [
        ("track lengths of 100 to 1 GeV, without cache", f"{tracks:.2g} s", "0.5 s"),
        ("one exact total cross section", f"{1e3 * cross_section:.2g} ms", "30 ms"),
        ("whole curve of 100 masses, cold cache", f"{cold:.2g} s", "15 s"),
        ("whole curve of 100 masses, warm cache", f"{warm:.2g} s", "1 s"),
        ("`scotopic --help`", f"{usage:.2g} s", "0.5 s"),
    ]
    report.table("speed", ("what", "found", "target"), rows)


def tutorial(_report: Report) -> None:
    """Draw the tutorial's figure of the shower."""
    shower = track_lengths(NA64.target.build(), "e-", 100.0, minimum_energy=1.0)
    write_figure(draw_shower(shower, NA64.title), DOCS / "images" / "na64e-2018-shower")
