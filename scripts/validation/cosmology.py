"""Thermal targets and magnetic moments: published lines, estimates and tables."""

from functools import partial

import numpy as np

from scotopic.cosmology.freeze_out import thermal_coupling, thermal_line
from scotopic.figures.style import BLACK, CYCLE
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.precision.bands import MUON_2021, mixing_band
from validation.report import Report, largest, panels, percent, power

SECTION = "Thermal targets and magnetic moments"
_UNSUITED = ((0.08, 0.12), (0.28, 0.55))  # GeV: the digitised line is smooth, the true one is not

dark_photon = partial(DarkPhoton, kinetic_mixing=1e-5, mass_ratio=3.0)
inelastic = partial(InelasticDarkMatter, kinetic_mixing=1e-5, alpha_D=0.1, mass_ratio=3.0)


def scalar_target(report: Report) -> None:
    """Compare the line of complex scalar dark matter with the digitised one."""
    table = report.read("thermal-target-scalar.csv")
    masses, published = table["m_chi_GeV"], table["y"]
    chosen = np.flatnonzero((masses > 0.003) & (masses < 1.0))[::3]
    masses, published = masses[chosen], published[chosen]
    line = thermal_line(
        [
            dark_photon(mediator_mass=3 * mass, alpha_D=0.5, dark_matter="complex_scalar")
            for mass in masses
        ]
    )
    ratio = line.y / published
    with panels("thermal-target", ["scotopic / published"]) as (curve, below):
        curve.loglog(masses, line.y, color=CYCLE[0], label="scotopic")
        curve.loglog(masses, published, ".", color=BLACK, markersize=3, label="digitised")
        curve.set_ylabel("$y$")
        curve.legend()
        below.semilogx(masses, ratio, color=CYCLE[0])
        below.axhspan(1, 1.25, alpha=0.15, color="0.5", linewidth=0)
        for low, high in _UNSUITED:
            below.axvspan(low, high, color="0.85", linewidth=0)
        below.set(ylim=(0.5, 2.0), xlabel=r"$m_\chi$ [GeV]")
    kept = np.all([(masses < low) | (masses > high) for low, high in _UNSUITED], axis=0)
    low, high = ratio[kept].min(), ratio[kept].max()
    report.demand(
        SECTION,
        "complex scalar over the digitised line",
        f"{low:.2f} to {high:.2f}",
        "1.00 to 1.25",
        holds=bool(low >= 1 and high <= 1.25),
    )


def inelastic_target(report: Report) -> None:
    """Compare y of inelastic dark matter with the notes' values."""
    rows, ratios = [], []
    for splitting, mass, notes in (
        (0.1, 0.01, 1.66e-12),
        (0.1, 0.1, 1.98e-10),
        (0.1, 0.3, 6.0e-10),
        (0.4, 0.01, 1.18e-10),
        (0.4, 0.1, 2.54e-8),
        (0.4, 0.3, 6.9e-8),
    ):
        y = thermal_coupling(inelastic(mediator_mass=3 * mass, splitting=splitting)).y
        ratios.append(y / notes)
        rows.append(
            (splitting, f"{1e3 * mass:g}", power(notes, 2), power(y, 2), percent(y / notes))
        )
    header = ("$\\Delta/m_{\\chi_1}$", "$m_{\\chi_1}$ [MeV]", "notes: $y$", "scotopic: $y$", "")
    report.table("inelastic-target", header, rows)
    report.compare(SECTION, "y of inelastic dark matter", largest(ratios), 0.05)


def estimates(report: Report) -> None:
    """Compare with eqs. 38 and 42 of the review, which have one x_f and one g_*."""
    rows, middle = [], []
    for kind, words, at_1_MeV in (
        ("dirac", "eq. 38, Dirac", 0.4e-12),
        ("complex_scalar", "eq. 42, scalar", 1e-11),
    ):
        for mass in (1.5, 10.0, 60.0):
            model = dark_photon(mediator_mass=3e-3 * mass, alpha_D=0.1, dark_matter=kind)
            ratio = thermal_coupling(model).kinetic_mixing ** 2 * 0.1 / (at_1_MeV * mass**2)
            rows.append((words, f"{mass:g}", percent(ratio)))
            if mass == 10:
                middle.append(ratio)
    report.table("estimates", ("review", "$m_\\chi$ [MeV]", "difference"), rows)
    report.compare(SECTION, "review eqs. 38 and 42 at 10 MeV", largest(middle), 0.2)


def muon_band(report: Report) -> None:
    """Compare the band of the muon's magnetic moment with the notes' values."""
    band = mixing_band(MUON_2021, "vector", [0.01, 0.1, 0.39, 1.14])
    notes = {
        "lower": [1.210e-3, 2.275e-3, 5.655e-3, 1.469e-2],
        "central": [1.662e-3, 3.125e-3, 7.768e-3, 2.018e-2],
        "upper": [2.015e-3, 3.789e-3, 9.419e-3, 2.447e-2],
    }
    off = max(largest(getattr(band, name) / np.array(known)) for name, known in notes.items())
    report.compare(SECTION, "epsilon of the band of the muon's moment", off, 0.005)
