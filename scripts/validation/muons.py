"""Scattered muons behind a target: which of them a magnet brings into the counters."""

from dataclasses import replace
from itertools import chain

import numpy as np
from matplotlib.colors import LogNorm

from scotopic import Search, exclusion_curve, load_experiment
from scotopic.detector.spectrometer import positions_at
from scotopic.events.radiation import even_numbers
from scotopic.events.scattered_leptons import NUMBERS, scattered_muons
from scotopic.figures.style import BLUE, SKY, VERMILION
from scotopic.models.charged_vector import LMuMinusLTau
from scotopic.models.muonphilic import MuonphilicScalar
from scotopic.search.thresholds import with_thresholds
from scotopic.signatures.muon_passing import MuonPassing
from scotopic.signatures.scattered_muon import muon_window
from validation.report import Report, helpers, single

SECTION = "Other mediators"
VECTOR = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1e-3)
SCALAR = MuonphilicScalar(mediator_mass=0.1, muon_coupling=1e-3, alpha_D=0.1, mass_ratio=3.0)
MASSES = np.geomspace(1e-3, 2.0, 40)
POINTS = 2**20
ENDS = ("loosest", "nominal", "strictest")


def acceptance(report: Report) -> None:
    """Compare with a prototype's table, and draw what the counters of NA64 accept."""
    _table(report)
    _curves(report)
    _map()


def _table(report: Report) -> None:
    test = helpers("signatures/test_muon_passing.py")
    rows, worst = [], 0.0
    for case, notes in test["TABLE"].items():
        found = 100 * test["shares"](test["geometry"](*case))
        worst = max(worst, float(np.abs(found / notes - 1).max()))
        places, gaps, kick = case
        name = (
            f"{places[0] / 100:g}, {places[1] / 100:g} m; {10 * gaps[0]:g}, {10 * gaps[1]:g} mm;"
            f" {kick} GeV"
        )
        cells = chain.from_iterable(
            (f"{mine:.1f} ({theirs:g})",) for mine, theirs in zip(found, notes, strict=True)
        )
        rows.append((name, *cells))
    header = ["counters at; gaps; kick", *(f"{1e3 * m:g}" for m in test["MASSES"])]
    report.table("muon-acceptance", header, rows)
    report.compare(SECTION, "muons in counters, 28 acceptances of a prototype", worst, 0.10)


def _curves(report: Report) -> None:
    card = load_experiment("na64mu")
    ends = {e: card if e == "nominal" else with_thresholds(card, e) for e in ENDS}  # type: ignore[arg-type]
    found = {}
    for name, one in ends.items():
        question = Search.of(one).parts[0].question
        geometry = question.selection.geometry  # type: ignore[attr-defined]
        passing = MuonPassing(question, muon_window(question), geometry)
        for model in (VECTOR, SCALAR):
            models = [replace(model, mediator_mass=float(m)) for m in MASSES]
            found[name, model.spin_parity] = passing.shares("bremsstrahlung", models).values
    with single("muon-acceptance") as axes:
        for kind, color in (("vector", "C0"), ("scalar", "C1")):
            low, mid, high = (100 * found[end, kind] for end in reversed(ENDS))
            axes.fill_between(1e3 * MASSES, low, high, color=color, alpha=0.25, linewidth=0)
            axes.plot(1e3 * MASSES, mid, color=color, label=kind)
        axes.set(xscale="log", xlabel="mass of the mediator [MeV]", ylim=(0, None))
        axes.set_ylabel(r"share of 10 < E' < 80 GeV in S4 and S$_\mu$ [%]")
        axes.legend(title="NA64mu 2022")
    few = MASSES[[0, 19, -1]]
    limits = {name: exclusion_curve(one, VECTOR, few).limits() for name, one in ends.items()}
    rows = [
        (f"{1e3 * m:.3g}", *(f"{limits[end][i]:.2e}" for end in ENDS)) for i, m in enumerate(few)
    ]
    report.table("muon-limits", ("m [MeV]", "least deflection", "card", "most"), rows)


def _map() -> None:
    """Draw where muons cross the plane of S4."""
    question = Search.of(load_experiment("na64mu")).parts[0].question
    geometry = question.selection.geometry  # type: ignore[attr-defined]
    beam = question.experiment.beam.energy_GeV
    counter = geometry.counters[0]
    muons = scattered_muons(
        "bremsstrahlung",
        question.dump,
        VECTOR,
        60.0,
        question.calculation,
        even_numbers(NUMBERS, POINTS, 1),
        beam_rms_cm=geometry.beam_rms_cm,
    )
    if muons is None:
        raise RuntimeError("no muons are scattered")
    window = muon_window(question)
    weight = muons.weight * window.acceptance(window.beam_energy - muons.energy)
    x, y = positions_at(counter.position_cm, geometry, muons.origin_cm, muons.momentum)
    edges = np.linspace(-20, 40, 121), np.linspace(-20, 20, 81)
    kept = ~np.isnan(x)
    share = weight[kept] / weight[kept].sum()
    cell = np.diff(edges[0])[0] * np.diff(edges[1])[0]
    image = np.histogram2d(x[kept], y[kept], edges, weights=100 * share / cell)[0]
    with single("muon-hits", left=0.11, height=3.5) as axes:
        axes.grid(visible=False)
        seen = LogNorm(1e-4 * image.max(), image.max())
        drawn = axes.pcolormesh(*edges, image.T, norm=seen, cmap="Greys", rasterized=True)
        bar = axes.figure.colorbar(drawn, ax=axes, shrink=0.93, pad=0.02)
        bar.set_label("scattered muons [% per cm$^2$]")
        (left, right), (low, high) = geometry.edges_cm(counter, beam), counter.y_range_cm
        outline = [left, right, right, left, left], [low, low, high, high, low]
        axes.plot(*outline, color=VERMILION, linewidth=1.6)
        axes.text(right - 0.8, high - 0.8, "S4", color=VERMILION, ha="right", va="top")
        turn = np.linspace(0, 2 * np.pi, 100)
        at, (wide, tall) = geometry.beam_x_cm(counter.position_cm, beam), geometry.beam_rms_cm
        axes.plot(at + 2 * wide * np.cos(turn), 2 * tall * np.sin(turn), color=SKY)
        words = "beam muons,\n" + r"$2\sigma$"
        axes.annotate(
            words,
            (at - 1.4 * wide, -1.4 * tall),
            (-18.5, -17.0),
            color=BLUE,
            arrowprops={"arrowstyle": "-", "color": BLUE, "linewidth": 0.8},
        )
        axes.set(xlabel="$x$, where the magnet bends [cm]", ylabel="$y$ [cm]", aspect="equal")
