"""Inelastic dark matter behind a scalar, against an independent calculation."""

import math
from functools import partial

from scotopic.cosmology.freeze_out import thermal_coupling
from scotopic.decays.three_body import pair_width
from scotopic.figures import draw_plane
from scotopic.models.scalar_portal import ScalarPortalInelastic
from scotopic.scan.plane import planes_of
from scotopic.scan.run import compute_run_card
from scotopic.scan.run_card import load_run_card
from scotopic.search import Search, exclusion_curve, load_experiment
from validation.report import DOCS, Report, helpers, largest, percent, power, write_figure

SECTION = "Scalar portal"
MASSLESS = 1e6  # GeV, in units of which the electron has no mass
CORRECTIONS = {0.05: 0.930, 0.1: 0.869, 0.2: 0.769, 0.3: 0.690, 0.4: 0.627, 0.5: 0.577, 0.99: 0.438}
LIFETIMES_M = {0.1: 123, 1.0: 12}
RELIC = {
    0.01: {0.05: 4.5e-5, 0.2: 1.03e-4, 0.4: 3.06e-4},
    0.1: {0.05: 5.3e-4, 0.2: 1.5e-3, 0.4: 6.4e-3},
    1.0: {0.05: 3.3e-5, 0.2: 1.2e-4, 0.4: 7.0e-4},
}
REACH = {
    "na64e-2022": {0.01: 3.3e-5, 1.0: 6.8e-3},
    "na64mu": {0.01: 3.9e-6, 0.1: 5.9e-6, 1.0: 6.9e-5},
}

model = partial(ScalarPortalInelastic, electron_coupling=1e-4, alpha_D=0.1, mass_ratio=3)


def scalar_portal(report: Report) -> None:
    """Compare widths, relic couplings and the reach, and draw the planes of both beams."""
    _widths(report)
    _relic(report)
    _reach(report)
    for name in ("scalar-portal-na64e", "scalar-portal-na64mu"):
        card, place = load_run_card(name)
        found = compute_run_card(card, place)
        write_figure(draw_plane(found), DOCS / "validation" / name)
        share = next(iter(planes_of(found).values())).excluded.mean()
        report.demand(SECTION, card.title, f"{100 * share:.0f} % excluded", "a figure", holds=True)


def _widths(report: Report) -> None:
    ratios, one = [], MASSLESS
    for splitting, expected in CORRECTIONS.items():
        width = float(pair_width("e+e-", one * (1 + splitting), one, 3 * one, mediator="scalar"))
        simple = 4 * (splitting * one) ** 5 / (15 * math.pi * (3 * one) ** 4)
        ratios.append(width / simple / expected)
    report.compare(SECTION, "K at seven splittings", largest(ratios), 1e-3)
    times = [
        model(mediator_mass=mass, splitting=0.4).chi2_c_tau_cm / 100 / metres
        for mass, metres in LIFETIMES_M.items()
    ]
    report.compare(SECTION, "c tau of chi2 at 0.1 and 1 GeV, two digits", largest(times), 0.01)


def _relic(report: Report) -> None:
    rows, ratios = [], []
    for mass, by_splitting in RELIC.items():
        for splitting, notes in by_splitting.items():
            one = model(mediator_mass=mass, splitting=splitting)
            found = thermal_coupling(one).kinetic_mixing
            ratios.append(found / notes)
            cells = power(notes, 2), power(found, 2), percent(found / notes)
            rows.append((f"relic, {1e3 * mass:g} MeV, {splitting:g}", *cells))
    report.compare(SECTION, "coupling of the relic density, nine points", largest(ratios), 0.03)
    header = ("$m_\\phi$, $\\Delta/m_{\\chi_1}$", "notes: $\\epsilon_e$", "scotopic", "")
    report.table("scalar-portal-relic", header, rows)


def _reach(report: Report) -> None:
    rows, ratios, by_window_alone = [], [], helpers("cards/simple.py")["by_window_alone"]
    stable = model(mediator_mass=0.1, splitting=0.0)
    for name, by_mass in REACH.items():
        card, masses = load_experiment(name), list(by_mass)
        flat, whole = (
            exclusion_curve(Search.of(one), stable, masses).limits()
            for one in (by_window_alone(card), card)
        )
        for mass, notes, alone, full in zip(masses, by_mass.values(), flat, whole, strict=True):
            one = model(mediator_mass=mass, splitting=0.0)
            visible = one.visible_width * (alone / one.electron_coupling) ** 2
            dark = one.invisible_width / (one.invisible_width + visible)
            ratios.append(alone * math.sqrt(dark) / notes)
            cells = (power(value, 2) for value in (notes, alone, alone * math.sqrt(dark), full))
            rows.append((f"{name}, {1e3 * mass:g} MeV", *cells))
    what = "reach with flat efficiencies, no visible decays of φ: five points"
    report.compare(SECTION, what, largest(ratios), 0.035)
    header = ("", "notes: $\\epsilon_e$", "flat", "flat, $\\phi$ invisible", "the card")
    report.table("scalar-portal-reach", header, rows)
