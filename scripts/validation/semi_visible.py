"""Semi-visible dark photons: the published numbers of NA64's two papers."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from scotopic import Axis, Calculation, Plane, Search, exclusion_plane, load_experiment
from scotopic.figures import draw_plane
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.scan.plane import planes_of
from scotopic.scan.run import compute_run_card
from scotopic.scan.run_card import load_run_card
from scotopic.search.thresholds import with_thresholds
from scotopic.units import ALPHA
from scotopic.words import ThresholdEnd
from validation.report import DOCS, Report, write_figure

SECTION = "Semi-visible dark photons"
ENDS: tuple[ThresholdEnd, ...] = ("strictest", "loosest")
Stretches = list[tuple[float, float]]
BREMSSTRAHLUNG = Calculation(processes=("bremsstrahlung",))  # as the papers count
HERE = Axis("kinetic_mixing", 1e-3, 1.001e-3, 2)


def correction_of_the_width(report: Report) -> None:
    """Compare the exact width of chi2 with the published correction K to the simple formula."""
    model = InelasticDarkMatter(
        mediator_mass=0.2, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
    )
    found = []
    for mass in np.linspace(0.2, 1.0, 17):
        one = replace(model, mediator_mass=float(mass))
        simple = 4 * 1e-6 * ALPHA * 0.1 * one.mass_difference**5 / (15 * np.pi * mass**4)
        found.append(one.chi2_width / simple)
    off = max(abs(k - 0.640) for k in found)
    text = f"{min(found):.4f} to {max(found):.4f}"
    report.demand(SECTION, "K from 0.2 to 1 GeV", text, "0.640 ± 0.004", holds=off <= 0.004)


def published_masses(report: Report) -> None:
    """Compare the masses up to which the papers exclude, with the cards' own efficiency.

    It is chosen on none of these papers, and cuts on the shower's shape are not simulated.
    """
    rows = []
    for name, published in (("na64e-2018", 71), ("na64e-1e12", 110), ("na64e-5e12", 195)):
        reached = [1e3 * stretches[-1][1] for stretches in _each(_fig8, name)]
        found = [f"{mass:.0f} MeV" for mass in reached]
        rows.append((f"i2DM, Fig. 8, {name}: m_χ1", f"{published} MeV", *found))
        _demand(report, rows[-1], reached[0] / published, 0.15)
    for words, name, published, allowed in (
        ("iDM, Fig. 3, lower edge of the muon band: m_A'", "na64e-2018", 1.14, 0.25),
        ("search of 2021, S1 + S2, lower edge: m_A'", "na64e-2018-semi-visible", 0.39, 0.06),
    ):
        every = _each(_muon_edge, name)
        found = [f"{stretches[-1][1]:.3f} GeV" for stretches in every]
        rows.append((words, f"{published} GeV", *found))
        _demand(report, rows[-1], every[0][-1][1] / published, allowed)
        rows.append((f"— gap below: {words}", "none shown", *map(_gaps, every)))
    for name in ("na64e-5e12", "na64e-5e12-compact"):
        every = _each(_muon_edge, f"{name}-semi-visible")
        found = [f"{stretches[-1][1]:.3f} GeV" for stretches in every]
        rows.append((f"search of 2021 with {name}: m_A'", "—", *found))
    report.table("semi-visible", ("quantity", "published", "scotopic", *ENDS), rows)


def _demand(report: Report, row: tuple[str, ...], ratio: float, allowed: float) -> None:
    wanted = f"{row[1]} within {100 * allowed:.0f} %"
    report.demand(SECTION, row[0], row[2], wanted, holds=abs(ratio - 1) <= allowed)


def _gaps(stretches: Stretches) -> str:
    gaps = (f"{a[1]:.2f} to {b[0]:.2f} GeV" for a, b in pairwise(stretches))
    return ", ".join(gaps) or "none"


def _each(masses: Callable[[Search], Stretches], name: str) -> list[Stretches]:
    """Return what a card excludes, as it is and with thresholds at each end of their ranges."""
    card = load_experiment(name)
    cards = [card, *(with_thresholds(card, end) for end in ENDS)]
    return [masses(Search.of(one, calculation=BREMSSTRAHLUNG)) for one in cards]


def _fig8(search: Search) -> Stretches:
    """Return the masses of chi1 that are excluded at epsilon = 1e-3."""
    found = exclusion_plane(
        search,
        InelasticDiracDarkMatter,
        HERE,
        Axis("dark_matter_mass", 0.04, 0.3, 60),
        {"alpha_D": 0.1, "mass_ratio": 3.0, "splitting": 0.05, "tan_theta": 0.01},
    )
    return Plane.of(found).intervals()[0]


def _muon_edge(search: Search) -> Stretches:
    """Return the masses excluded on the lower edge of the 2 sigma band of the muon's moment."""
    found = exclusion_plane(
        search,
        InelasticDarkMatter,
        Axis("alpha_D", 0.1, 0.1001, 2),
        Axis("mediator_mass", 0.2, 1.5, 120),
        {"mass_ratio": 3.0, "splitting": 0.4, "kinetic_mixing": "muon lower"},
    )
    return Plane.of(found).intervals()[0]


def planes(report: Report) -> None:
    """Draw Fig. 3 of Mongillo et al., and its dependence on the threshold of the VETO."""
    for name in ("mongillo-2023-fig3", "mongillo-2023-fig3-veto"):
        card, place = load_run_card(name)
        found = compute_run_card(card, place)
        write_figure(draw_plane(found), DOCS / "validation" / name)
        share = next(iter(planes_of(found).values())).excluded.mean()
        report.demand(SECTION, card.title, f"{100 * share:.0f} % excluded", "a figure", holds=True)
