"""Materials and the electromagnetic cascade."""

import itertools

import numpy as np
from matplotlib.axes import Axes

from scotopic import load_experiment, material, track_lengths
from scotopic.figures.style import BLACK, BLUE, GREEN, VERMILION
from scotopic.figures.ticks import label_ticks
from scotopic.shower import Effects, Medium, Particle, TrackLengths, depth_track_lengths
from scotopic.shower.ionisation import collision_loss
from scotopic.shower.monte_carlo import simulate
from scotopic.units import ELECTRON_MASS
from validation.report import Report, allow, helpers, largest, panels, percent, single

LEAD = material("lead")
BARE = Effects(screening="complete", c_term=False, lpm=False, ionisation=False)
SPECIES: tuple[tuple[Particle, str, str, str], ...] = (
    ("gamma", "photons", "gamma", GREEN),
    ("e-", "electrons", "eminus", BLUE),
    ("e+", "positrons", "eplus", VERMILION),
)

# the project's physics notes, section 1: a 100 GeV electron, integral track lengths of e- and e+
# and of e+ alone above 100 GeV x 2^-k; a Monte Carlo with 4e6 showers agrees with them to 3e-4
NOTES = (
    (0.25, "0.4206", "0.0012"),
    (0.5, "0.5874", "0.0067"),
    (1, "0.9144", "0.0405"),
    (2, "1.837", "0.272"),
    (3, "3.601", "0.935"),
    (6, "28.41", "12.69"),
)


def radiation_lengths(report: Report) -> None:
    """Compare the materials with the Particle Data Group's table."""
    section, published = "Radiation lengths", helpers("test_materials.py")["PDG"]
    rows, ratios = [], []
    for name, (x0, _) in published.items():
        ours = material(name).radiation_length_g_cm2
        ratios.append(ours / x0)
        rows.append((name, f"{ours:.2f}", f"{x0:.2f}", percent(ours / x0)))
    report.table("radiation-lengths", ("material", "here, g/cm²", "PDG, g/cm²", "off by"), rows)
    report.compare(section, f"{len(rows)} materials with the PDG's table", largest(ratios), 0.01)
    thickness = load_experiment("na64e-2018").target.thickness_X0
    report.demand(
        section,
        "thickness of NA64's calorimeter",
        f"{thickness:.2f} $X_0$",
        "40 to 41 $X_0$",
        holds=40 <= thickness <= 41,
    )
    with single("radiation-lengths", left=0.27) as axes:
        axes.axvspan(0.99, 1.01, color=BLACK, alpha=0.07, linewidth=0)
        axes.axvline(1, color=BLACK, linewidth=0.8)
        axes.plot(ratios, range(len(ratios)), "o", color=BLUE, markersize=5)
        axes.set_yticks(range(len(ratios)), list(published))
        axes.tick_params(axis="y", which="both", length=0)
        axes.invert_yaxis()
        axes.set(xlabel="radiation length, scotopic / PDG", xlim=(0.986, 1.014))


def approximation_a(report: Report) -> None:
    """Compare integral track lengths in the approximation of complete screening."""
    shower = track_lengths(LEAD, "e-", 100.0, minimum_energy=1.0, effects=BARE)
    energies = np.array([100 * 2.0**-k for k, *_ in NOTES])
    plus = shower.above("e+", energies)
    found = {"e⁻ + e⁺": shower.above("e-", energies) + plus, "e⁺": plus}
    printed = dict(zip(found, zip(*(texts for _, *texts in NOTES), strict=True), strict=True))
    rows = []
    with panels("approximation-a", ["ratio"]) as (top, below):
        for (label, ours), colour in zip(found.items(), (BLUE, VERMILION), strict=True):
            theirs = np.array([float(text) for text in printed[label]])
            # half a unit of the last digit that is printed
            unsure = np.array([0.5 * 10.0 ** -len(t.split(".")[1]) for t in printed[label]])
            line = np.geomspace(1.2, 98, 200)
            total = shower.above("e+", line)
            if label != "e⁺":
                total = total + shower.above("e-", line)
                beyond = float(np.max((np.abs(ours - theirs) - unsure) / theirs))
            top.plot(line, total, color=colour, label=f"{label}, scotopic")
            top.plot(energies, theirs, "o", color=colour, markersize=5, label=f"{label}, reference")
            below.errorbar(
                energies, ours / theirs, unsure / theirs, fmt="o", color=colour, markersize=4
            )
            rows.append([f"{label}, here", *(f"{value:.5f}" for value in ours)])
            rows.append([f"{label}, reference", *printed[label]])
        top.set(xscale="log", yscale="log", ylabel=r"track length above $E$ [$X_0$]")
        label_ticks(top)
        top.legend()
        allow(below, 1e-3)
        below.set_xlabel(r"energy $E$ [GeV]")
    report.table("approximation-a", ["above E / GeV", *(f"{e:.4g}" for e in energies)], rows)
    what = "integral track lengths of e⁻ + e⁺, complete screening, beyond the digits printed"
    report.compare("Track lengths", what, max(beyond, 0.0), 1e-3)


def energy_conservation(report: Report) -> None:
    """Compare what falls below the cutoff, or is lost in collisions, with the beam energy."""
    lost_below = helpers("shower/test_tracks.py")["energy_lost_below"]
    nodes, weights = np.polynomial.legendre.leggauss(30)
    root, weights, cutoff, beam = (nodes + 1) / 2, weights / 2, 1.0, 50.0
    near = cutoff * (1 + root**3)  # just above the cutoff the flow is as ln(E/cutoff - 1)
    beams: tuple[Particle, ...] = ("e-", "gamma")
    ratios = []
    for medium, particle in itertools.product((LEAD, material("carbon")), beams):
        shower, upper = (
            track_lengths(medium, particle, beam, minimum_energy=least)
            for least in (cutoff, 2 * cutoff)
        )
        total = 0.0
        for species, *_ in SPECIES:
            flow = shower.density(species, near) * lost_below(medium, species, near, cutoff)
            total += float((3 * root**2 * flow) @ weights) * cutoff
            far = lost_below(medium, species, upper.energies, cutoff)
            total += float(upper.weights(species) @ far)
            if species != "gamma":
                drift = float(collision_loss(medium, species, np.array([cutoff]))[0])
                total += float(shower.density(species, cutoff)) * drift * cutoff
        ratios.append(total / beam)
    what = "energy conservation: lead and carbon, e⁻ and photons of 50 GeV"
    report.compare("Track lengths", what, largest(ratios), 1e-3)


def geant4(report: Report) -> None:
    """Compare differential track lengths with all effects with Geant4's."""
    table = report.read("geant4-track-length-100GeV-electron.csv")
    table = table[table["E_lo_GeV"] < 50]
    edges = np.append(table["E_lo_GeV"], table["E_hi_GeV"][-1])
    demanded = (edges[:-1] >= 1.4) & (edges[1:] <= 50.2)
    calorimeter = load_experiment("na64e-2018").target.build()
    media: dict[str, Medium] = {"shashlik": calorimeter, "lead": LEAD}
    rows = []
    with panels("geant4", ["ratio", "ratio"], 6.0) as (top, *below):
        for (name, medium), ratio in zip(media.items(), below, strict=True):
            layers = {"shashlik": "lead and scintillator", "lead": "lead"}[name]
            shower, worst_beyond = track_lengths(medium, "e-", 100.0, minimum_energy=1.0), 0.0
            if name == "shashlik":
                _draw_track_lengths(top, shower)
            for species, label, column, colour in SPECIES:
                theirs = table[f"{name}_{column}_T_X0_per_GeV"]
                error = table[f"{name}_{column}_T_X0_err"] / theirs
                # their energies are kinetic
                total = edges if species == "gamma" else edges + ELECTRON_MASS
                off = theirs / shower.differential(species, total)
                middle = np.sqrt(edges[1:] * edges[:-1])
                if name == "shashlik":
                    top.plot(middle, middle * theirs, "o", color=colour, markersize=3)
                ratio.errorbar(middle, off, error, fmt="o", color=colour, markersize=3, linewidth=1)
                off, error = off[demanded], error[demanded]
                mean = float(np.average(off, weights=error**-2))
                beyond = float(np.max(np.abs(off - 1) - 2 * error))
                worst = np.argmax(np.abs(off - 1))
                figures = percent(mean), percent(off[worst]), f"{100 * error[worst]:.2f} %"
                rows.append((layers, label, *figures))
                worst_beyond = max(worst_beyond, beyond)
            allow(ratio, 0.03)
            what = f"Geant4, {layers}: e⁻, e⁺, photons, every bin of 1.5-50 GeV, beyond 2 errors"
            report.compare("Track lengths", what, worst_beyond, 0.03)
            ratio.text(0.02, 0.07, layers, transform=ratio.transAxes, fontsize=8.5)
        top.set(ylabel=r"$E\,T(E)$ [$X_0$]")
        top.legend()
        below[-1].set_xlabel(r"energy $E$ [GeV]")
    header = ("target", "particle", "mean", "largest difference of a bin", "its statistical error")
    report.table("geant4", header, rows)


def _draw_track_lengths(axes: Axes, shower: TrackLengths) -> None:
    energy = np.geomspace(1.001, 60, 200)
    for species, label, _, colour in SPECIES:
        axes.plot(energy, energy * shower.density(species, energy), color=colour, label=label)
    axes.set(xscale="log", yscale="log")
    label_ticks(axes)


def depth(report: Report) -> None:
    """Compare track lengths in slices of depth with the Monte Carlo's."""
    edges, least = np.linspace(0, 12, 25), 10.0
    sample = simulate(
        LEAD,
        "e-",
        100.0,
        minimum_energy=least,
        depth_edges_X0=edges,
        energy_edges=[least, 101.0],
        showers=100_000,
        rng=np.random.default_rng(2018),
    )
    slices = depth_track_lengths(LEAD, "e-", 100.0, minimum_energy=least, depth_edges_X0=edges)
    middle, width, worst = (edges[1:] + edges[:-1]) / 2, np.diff(edges), 0.0
    with panels("depth", ["pull"]) as (top, below):
        for i, (species, label, _, colour) in enumerate((SPECIES[1], SPECIES[2], SPECIES[0])):
            ours = slices.weights(species).sum(axis=1)
            theirs, error = sample.tracks[i, :, 0], sample.errors[i, :, 0]
            pulls = (theirs - ours) / error
            top.plot(middle, ours / width, color=colour, label=label)
            top.errorbar(middle, theirs / width, error / width, fmt="o", color=colour, markersize=3)
            below.plot(middle, pulls, "o", color=colour, markersize=3)
            worst = max(worst, float(np.max(np.abs(pulls))))
        top.set(ylabel=r"track length per depth, $E > 10$ GeV")
        top.legend()
        below.lines[0].set_ydata([0, 0])
        below.axhspan(-2, 2, color=BLACK, alpha=0.07, linewidth=0)
        below.set(xlabel=r"depth [$X_0$]", ylim=(-4.5, 4.5))
    report.demand(
        "Track lengths",
        f"Monte Carlo, e⁻, e⁺ and photons above 10 GeV in {len(middle)} slices of depth",
        f"{worst:.1f} standard errors",
        "at most 4",
        holds=worst <= 4,
    )
