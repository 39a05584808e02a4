"""Makes the figures and tables of the documentation's page of validation.

Usage: python scripts/make_validation.py [--reference PATH]

Reads the reference numbers (tables of other programs, which the repository holds no copy of) and
what the tests compare with, computes the package's own, and writes docs/validation. Ends with exit
code 1 if a comparison is outside its tolerance. Takes about two minutes.
"""

import argparse
import itertools
import runpy
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import scotopic
from scotopic import (
    Calculation,
    CountingModel,
    DarkPhoton,
    accepted_yields,
    element,
    exclusion_curve,
    load_experiment,
    material,
    total_cross_section,
    track_lengths,
    upper_limit,
)
from scotopic.figures import draw_limit, draw_shower
from scotopic.figures.style import (
    BLACK,
    BLUE,
    CYCLE,
    GREEN,
    GREY,
    PURPLE,
    STYLE,
    VERMILION,
    decades,
    new_figure,
)
from scotopic.production import Mediator, bremsstrahlung_table, differential_cross_section
from scotopic.production.annihilation import resonance_energy
from scotopic.shower import Effects, Medium, Particle, depth_track_lengths
from scotopic.shower.monte_carlo import simulate
from scotopic.signal import Dump
from scotopic.signal.spectrum import bremsstrahlung_above
from scotopic.units import ALPHA, ELECTRON_MASS, PB_PER_CM2

Array = npt.NDArray[np.float64]

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LEAD = material("lead")
BARE = Effects(screening="complete", c_term=False, lpm=False, ionisation=False)
SPECIES: tuple[tuple[Particle, str, str, str], ...] = (
    ("gamma", "photons", "gamma", GREEN),
    ("e-", "electrons", "eminus", BLUE),
    ("e+", "positrons", "eplus", VERMILION),
)
NA64 = load_experiment("na64e-2018")
MODEL = DarkPhoton(
    mediator_mass=0.1,
    kinetic_mixing=1.0,
    alpha_D=0.1,
    mass_ratio=3,
    dark_matter="complex_scalar",
)


@dataclass
class Report:
    """Where results go: tables, figures, and the summary of what was compared."""

    reference: Path
    summary: list[tuple[str, str, str, str, bool]] = field(default_factory=list)

    def read(self, name: str) -> npt.NDArray[np.void]:
        """Return a table of the reference folder, columns by name."""
        lines = [
            line
            for line in (self.reference / name).read_text(encoding="utf-8").splitlines()
            if not line.startswith("#")
        ]
        return np.asarray(np.genfromtxt(lines, delimiter=",", names=True))

    def compare(
        self, section: str, what: str, found: float, allowed: float, unit: str = "%"
    ) -> None:
        """Note a largest difference and what is allowed; in % both are fractions."""
        scale = 100 if unit == "%" else 1
        texts = [f"{value * scale:.2g}{' %' if unit == '%' else ''}" for value in (found, allowed)]
        self.summary.append((section, what, texts[0], f"at most {texts[1]}", found <= allowed))

    def demand(self, section: str, what: str, found: str, wanted: str, *, holds: bool) -> None:
        """Note a comparison that is no difference."""
        self.summary.append((section, what, found, wanted, holds))

    def table(self, name: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Write a table in Markdown."""
        lines = [header, ["---"] * len(header), *rows]
        text = "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
        (DOCS / "validation" / "tables" / f"{name}.md").write_text(text + "\n", encoding="utf-8")

    def write_summary(self) -> bool:
        """Write the table of all comparisons; return whether all hold."""
        rows = [
            (f"[{section}](#{anchor(section)})", what, found, wanted, "yes" if ok else "**no**")
            for section, what, found, wanted, ok in self.summary
        ]
        self.table("summary", ("section", "compared", "found", "wanted", "holds"), rows)
        return all(row[-1] for row in self.summary)


def anchor(heading: str) -> str:
    """Return the address of a heading inside the page."""
    return heading.lower().replace(" ", "-")


def helpers(test: str) -> dict[str, Any]:
    """Return the names of a test module: what the tests compare with is written there once."""
    return runpy.run_path(str(ROOT / "tests" / test))


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure as PNG."""
    path.parent.mkdir(exist_ok=True)
    with mpl.rc_context(fname=STYLE):
        figure.savefig(path, metadata={"Software": None}, dpi=160)


@contextmanager
def panels(name: str, ratios: Sequence[str], height: float = 5.0) -> Iterator[list[Axes]]:
    """Give a large panel over one for each ratio, all of the same horizontal axis; then save."""
    with new_figure() as (figure, axes):
        axes.remove()
        figure.set_size_inches(5.6, height)
        heights = [2.4] + [1.0] * len(ratios)
        made = figure.subplots(len(heights), sharex=True, gridspec_kw={"height_ratios": heights})
        all_axes: list[Axes] = list(made)
        for below, label in zip(all_axes[1:], ratios, strict=True):
            below.axhline(1, color=BLACK, linewidth=0.8)
            below.set_ylabel(label)
        for one in all_axes:
            one.margins(x=0.02)
            one.grid(visible=True)
        yield all_axes
        figure.align_ylabels(all_axes)
        figure.subplots_adjust(
            hspace=0.07, top=0.98, bottom=0.5 / height, left=0.15, right=0.97
        )
        write_figure(figure, DOCS / "validation" / f"{name}.png")


def largest(ratio: npt.ArrayLike) -> float:
    """Return the largest difference of a ratio from one."""
    return float(np.max(np.abs(np.asarray(ratio) - 1)))


def percent(ratio: float) -> str:
    """Return a ratio's difference from one."""
    return f"{100 * (ratio - 1):+.2f} %"


def power(value: float, digits: int = 3) -> str:
    """Return a number with its power of ten as a formula."""
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return rf"${mantissa}\times10^{{{int(exponent)}}}$"


def radiation_lengths(report: Report) -> None:
    """Compare the materials with the Particle Data Group's table."""
    published = helpers("test_materials.py")["PDG"]
    rows, ratios = [], []
    for name, (x0, _) in published.items():
        ours = material(name).radiation_length_g_cm2
        ratios.append(ours / x0)
        rows.append((name, f"{ours:.2f}", f"{x0:.2f}", percent(ours / x0)))
    report.table("radiation-lengths", ("material", "here, g/cm²", "PDG, g/cm²", "off by"), rows)
    report.compare("Radiation lengths", "15 materials, PDG", largest(ratios), 0.01)
    thickness = NA64.target.thickness_X0
    report.demand(
        "Radiation lengths",
        "NA64's calorimeter",
        f"{thickness:.2f} X₀",
        "40 to 41 X₀",
        holds=40 <= thickness <= 41,
    )
    with new_figure() as (figure, axes):
        axes.axvspan(0.99, 1.01, color=GREY, alpha=0.15, linewidth=0)
        axes.axvline(1, color=BLACK, linewidth=0.8)
        axes.plot(ratios, range(len(ratios)), "o", color=BLUE, markersize=5)
        axes.set_yticks(range(len(ratios)), list(published))
        axes.tick_params(axis="y", which="both", length=0)
        axes.minorticks_off()
        axes.invert_yaxis()
        axes.set(xlabel="radiation length, scotopic/PDG", xlim=(0.985, 1.015))
        axes.grid(visible=True)
        figure.subplots_adjust(left=0.24)
        write_figure(figure, DOCS / "validation" / "radiation-lengths.png")


# PHYSICS.md, section 1: integral track lengths above 100 GeV x 2^-k of a 100 GeV electron
NOTES_TRACK_LENGTHS = (
    (0.25, 0.4206, 0.0012),
    (0.5, 0.5874, 0.0067),
    (1, 0.9144, 0.0405),
    (2, 1.837, 0.272),
    (3, 3.601, 0.935),
    (6, 28.41, 12.69),
)


def approximation_a(report: Report) -> None:
    """Compare integral track lengths in the approximation of complete screening."""
    shower = track_lengths(LEAD, "e-", 100.0, minimum_energy=1.0, effects=BARE)
    energies = np.array([100 * 2.0**-k for k, _, _ in NOTES_TRACK_LENGTHS])
    both, plus = (np.array(column) for column in list(zip(*NOTES_TRACK_LENGTHS, strict=True))[1:])
    ours_plus = shower.above("e+", energies)
    ours = shower.above("e-", energies) + ours_plus
    rows = [
        (f"{e:.2f}", f"{a:.5g}", f"{b:.4g}", percent(a / b), f"{c:.4g}", f"{d:.4g}")
        for e, a, b, c, d in zip(energies, ours, both, ours_plus, plus, strict=True)
    ]
    header = ("E / GeV", "e⁻ + e⁺", "reference", "off by", "e⁺", "reference")
    report.table("approximation-a", header, rows)
    # half a unit of the last digit that the reference prints is no difference
    rounding = 0.5 * 10.0 ** np.array([-4, -4, -4, -3, -3, -2])
    beyond = np.maximum(np.abs(ours - both) - rounding, 0) / both
    report.compare(
        "Track lengths", "e⁻ + e⁺, complete screening, beyond rounding", float(beyond.max()), 1e-3
    )
    smooth = np.geomspace(1.2, 98, 200)
    with panels("approximation-a", ["ratio"]) as (top, below):
        for label, colour, line, mine, theirs in (
            ("e⁻ + e⁺", BLUE, shower.above("e-", smooth) + shower.above("e+", smooth), ours, both),
            ("e⁺", VERMILION, shower.above("e+", smooth), ours_plus, plus),
        ):
            top.plot(smooth, line, color=colour, label=f"{label}, scotopic")
            top.plot(energies, theirs, "o", color=colour, markersize=5, label=f"{label}, notes")
            shown = theirs > 0.1 if label == "e⁺" else theirs > 0
            below.plot(energies[shown], (mine / theirs)[shown], "o", color=colour, markersize=5)
        top.set(xscale="log", yscale="log", ylabel=r"track length above $E$ [$X_0$]")
        top.legend()
        below.axhspan(0.999, 1.001, color=GREY, alpha=0.15, linewidth=0)
        below.set(xlabel=r"energy $E$ [GeV]", ylim=(0.9975, 1.0025))


def energy_conservation(report: Report) -> None:
    """Compare what falls below the cutoff and into ionisation with the beam energy."""
    lost = helpers("shower/test_tracks.py")["energy_lost_below"]
    nodes, weights = np.polynomial.legendre.leggauss(30)
    root, w = (nodes + 1) / 2, weights / 2
    off = []
    for medium, beam in itertools.product((LEAD, material("carbon")), ("e-", "gamma")):
        cutoff, total = 1.0, 0.0
        shower = track_lengths(medium, beam, 50.0, minimum_energy=cutoff)
        upper = track_lengths(medium, beam, 50.0, minimum_energy=2 * cutoff)
        near = cutoff * (1 + root**3)
        for species, *_ in SPECIES:
            flow = shower.density(species, near) * lost(medium, species, near, cutoff)
            total += float((flow * 3 * root**2) @ w) * cutoff
            total += float(upper.weights(species) @ lost(medium, species, upper.energies, cutoff))
            if species != "gamma":
                drift = drift_below(medium, species, cutoff)
                total += float(shower.density(species, cutoff)) * drift * cutoff
        off.append(total / 50.0)
    what = "energy conservation, lead and carbon, e⁻ and photons of 50 GeV"
    report.compare("Track lengths", what, largest(off), 1e-3)


def drift_below(medium: Medium, species: Particle, cutoff: float) -> float:
    """Return the collision loss in GeV per radiation length of particles at the cutoff."""
    from scotopic.shower.ionisation import collision_loss  # noqa: PLC0415 - used here alone

    return float(collision_loss(medium, species, np.array([cutoff]))[0])
