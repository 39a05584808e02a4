"""The extrapolated background against known spectra, and the scan of the cut."""

import json
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.cards.simple import WINDOW
from tests.statistics.counts import Count

from scotopic import DarkPhoton, load_experiment
from scotopic.cli import main
from scotopic.detector.window import EnergyWindow
from scotopic.errors import CardError, RangeError
from scotopic.figures.cuts import draw_cuts
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.kept import accepted_yields
from scotopic.scan import cuts
from scotopic.scan.cut_card import load_cut_card
from scotopic.scan.cuts import Leakage, Neighbours, missing_energy_search, scan_cuts
from scotopic.statistics import Component, Shift
from scotopic.statistics.extrapolation import Histogram, extrapolate

EDGES = tuple(range(50, 85, 5))
SPECTRA: dict[str, Callable[[Any], Any]] = {  # cumulative spectra, of a shape each
    "exponential": lambda e: 1e4 * np.exp((e - 80) / 7),
    "power law": lambda e: 1e4 * (e / 80) ** 9.0,
}
MODEL = DarkPhoton(
    mediator_mass=0.1,
    kinetic_mixing=1e-3,
    alpha_D=0.1,
    mass_ratio=3.0,
    dark_matter="complex_scalar",
)
CARD = """
title = "An invented sideband"
experiment = "na64e-2018"
cuts_GeV = [40.0, 50.0]
mediator_masses_GeV = [0.01]
[sideband]
edges_GeV = [50, 55, 60, 65, 70, 75, 80]
events = [0, 2, 4, 9, 22, 48]
source = "invented"
[leakage]
edges_GeV = [0, 25, 50]
events = [500, 200]
ratio = 2e-5
ratio_relative_uncertainty = 0.5
source = "invented"
[[backgrounds]]
name = "dimuons"
expected_events = 0.024
uncertainty_events = 0.007
"""


@pytest.mark.parametrize("shape", SPECTRA)
@pytest.mark.parametrize("cut", [35.0, 45.0, 50.0])
def test_every_shape_finds_its_own_spectrum(shape: str, cut: float) -> None:
    spectrum = SPECTRA[shape]
    events = tuple(int(n) for n in np.diff(spectrum(np.array(EDGES))).round())
    found = extrapolate(Histogram(EDGES, events), cut, beam_energy=100.0)
    exact = spectrum(cut) - spectrum(1.0)
    # the rounding of the events, and nothing else
    assert found.by_shape[shape] == pytest.approx(exact, rel=0.005)
    assert found.shape == max(abs(v / found.events - 1) for v in found.by_shape.values())


def test_pulls_of_the_extrapolation_are_standard_normal() -> None:
    """800 sidebands thrown from an exponential of 100 events; of a known slope."""
    rng = np.random.default_rng(9)
    spectrum = 120 * np.exp((np.array([1.0, 45.0, *EDGES]) - 80) / 8)
    truth = spectrum[1] - spectrum[0]
    pulls = []
    for _ in range(800):
        events = tuple(int(n) for n in rng.poisson(np.diff(spectrum[2:])))
        found = extrapolate(Histogram(EDGES, events), 45.0, beam_energy=100.0)
        pulls.append(math.log(found.events / truth) / found.statistical)
    # standard errors 0.035 and 0.025; the bias of a logarithm adds some hundredths
    assert abs(np.mean(pulls)) < 0.2
    assert np.std(pulls) == pytest.approx(1, abs=0.1)


def test_the_fit_uses_only_what_is_above_the_cut() -> None:
    sideband = Histogram((50, 55, 60, 65, 70), (7, 2, 4, 9))
    other = Histogram((50, 55, 60, 65, 70), (0, 2, 4, 9))
    above = [extrapolate(h, 55.0, beam_energy=100.0) for h in (sideband, other)]
    assert above[0] == above[1]
    for cut in (0.5, 66.0):
        with pytest.raises(RangeError, match=rf"^cut: {cut} is not above 1.0 and at most 60 GeV"):
            extrapolate(sideband, cut, beam_energy=100.0)
    with pytest.raises(RangeError, match=r"^sideband.events: 3 events above 50.0 GeV"):
        extrapolate(Histogram((50, 55, 60), (0, 3)), 50.0, beam_energy=100.0)
    with pytest.raises(RangeError, match=r"^sideband.edges_GeV: 190.0 is above 100.0, the beam"):
        extrapolate(Histogram((150.0, 160.0, 190.0), (5, 7)), 75.0, beam_energy=100.0)
    with pytest.raises(RangeError, match=r"^sideband.events: 1, 1000000000 .* so steep"):
        extrapolate(Histogram((50, 60, 70), (1, 10**9)), 2.0, beam_energy=100.0)


@pytest.mark.parametrize(
    ("edges", "events", "message"),
    [
        ((1.0, 2.0), (1, 2), "^events: 2 numbers for 2 edges"),
        ((2.0, 1.0), (1,), "^edges: they do not ascend"),
        ((1.0, 2.0), (-1,), "^events: -1 is not from 0 to 1000000000"),
        ((1.0, 2.0), (10**20,), "^events: 10{20} is not from 0 to 1000000000"),
    ],
)
def test_what_is_no_histogram_is_refused(
    edges: tuple[float, ...], events: tuple[int, ...], message: str
) -> None:
    with pytest.raises(RangeError, match=message):
        Histogram(edges, events)


def test_leakage_is_what_was_seen_times_the_ratio() -> None:
    region = Histogram((0.0, 20.0, 40.0, 60.0), (100, 60, 40))
    neighbours = Neighbours(
        Histogram((60, 65, 70), (3, 20)), Leakage(region, 1e-3, 0.3), (Component("x", 0.1),)
    )
    _, parts = neighbours.background(load_experiment("na64e-2018"), 50.0)
    assert [p.name for p in parts] == ["extrapolated", "leakage", "x"]
    assert parts[1].events == pytest.approx(0.180)  # half of the last bin is below the cut
    assert parts[1].shifts[0].up == pytest.approx(1 + math.hypot(0.3, 1 / math.sqrt(180)))


def test_the_scan_is_the_yield_and_the_limit_of_each_cut() -> None:
    """Each by the functions that limits are made of; a single background with one uncertainty."""
    card = load_experiment(WINDOW)
    neighbours = Neighbours(Histogram(EDGES, (0, 2, 4, 9, 22, 48)))
    how = Calculation(processes=("annihilation",))
    scan = scan_cuts(card, MODEL, [0.25, 0.3], [45.0, 50.0], neighbours, calculation=how)
    models = [replace(MODEL, mediator_mass=m) for m in (0.25, 0.3)]
    dump = Dump("e-", 100.0, card.target.build(), card.target.thickness_X0)
    signal_uncertainty = missing_energy_search(card).relative_signal_uncertainty
    for i, cut in enumerate((45.0, 50.0)):
        window = EnergyWindow(100.0, 0.0, cut, card.visible_energy_resolution("ECAL"))
        yields = accepted_yields("annihilation", dump, models, window, how).values
        # the bins over which the annihilation is summed differ
        assert scan.signal[:, i] == pytest.approx(1.42e11 * yields, rel=1e-3)
        found = scan.extrapolated[i]
        width = math.hypot(found.statistical, math.log1p(found.shape))
        uncertainty = found.events * math.expm1(width)
        single = Count(None, found.events, uncertainty, signal_uncertainty)
        assert scan.background[i] == found.events
        limits = single.limits()
        assert scan.quantile_events[:, i] == pytest.approx(limits.expected, rel=1e-6)
        assert scan.mean_events[i] > limits.value > 2.3
    assert scan.mean_mixing == pytest.approx(np.sqrt(scan.mean_events / scan.signal))


def test_more_background_asks_for_a_tighter_cut() -> None:
    """With an invented signal that grows with the cut as its square."""
    card = load_experiment(WINDOW)
    how = Calculation(processes=("annihilation",))
    cuts = [20.0, 30.0, 40.0, 50.0]
    best = []
    for events in ((0, 2, 4, 9, 22, 48), (30, 80, 200, 600, 1600, 4000)):
        neighbours = Neighbours(Histogram(EDGES, events))
        scan = scan_cuts(card, MODEL, [0.3], cuts, neighbours, calculation=how)
        best.append(replace(scan, signal=scan.cuts[None, :] ** 2).best_of_all)
    assert best[1] < best[0]


def test_the_mean_limit_of_a_known_background() -> None:
    """The sum over Poisson outcomes, written out."""
    limits = [Count(n, 0.53).limits().value for n in range(9)]
    probabilities = [math.exp(-0.53) * 0.53**n / math.factorial(n) for n in range(9)]
    from scotopic.scan.cuts import _expected  # noqa: PLC0415 - private

    card = missing_energy_search(load_experiment("na64e-2018"))
    data_sets = tuple(
        d.model_copy(update={"signal_efficiency_uncertainty": 0.0}) for d in card.data_sets
    )
    exact = card.model_copy(update={"systematics": (), "data_sets": data_sets})
    mean, _ = _expected(exact, 0.9, (Component("b", 0.53),))
    # outcomes of probability below 1e-5 are left out
    assert mean == pytest.approx(np.dot(limits, probabilities), rel=1e-4)


def test_cards_are_read_and_refused(tmp_path: Path) -> None:
    file = tmp_path / "cuts.toml"
    file.write_text(CARD)
    card, experiment = load_cut_card(str(file))
    assert experiment == load_experiment("na64e-2018")
    assert card.neighbours().others[0].events == 0.024
    assert load_cut_card(str(file), "na64e-2022")[1].title != experiment.title
    for old, new, message in (
        ("[40.0, 50.0]", "[50.0, 40.0]", "cuts_GeV: they do not ascend"),
        ("events = [0, 2,", "events = [0, -2,", r"sideband.events\[1\]: -2 is negative"),
        ("[50, 55,", "[55, 50,", "sideband.edges_GeV: they do not ascend"),
        ("70, 75, 80]", "70, 75, 130]", "sideband.edges_GeV: 130.0 is above 100.0, the beam's"),
        ("[40.0, 50.0]", "[40.0, 71.0]", r"cuts_GeV\[1\]: 71.0 is not above 1.0 and at most 70"),
        ("[40.0, 50.0]", "[1.0, 50.0]", r"cuts_GeV\[0\]: 1.0 is not above 1.0 and at most 70"),
        ("2, 4, 9, 22, 48]", "0, 0, 0, 0, 48]", "cuts.toml: sideband.events: 48 events above 40"),
        ("2, 4, 9, 22, 48]", "2000, 400, 90, 22, 8]", "cuts.toml: sideband.events: below 40.0 GeV"),
        ("[sideband]", "alpha_D = 1.1\n[sideband]", "alpha_D: 1.1 is above 1, the largest allowed"),
        (
            '"na64e-2018"',
            '"na64mu"',
            "experiment: 'na64mu': searches: their signatures are 'scattered-muon'",
        ),
        (
            '"na64e-2018"',
            '"na64e-visible-2017"',
            "searches: their signatures are 'decay-in-flight'",
        ),
        ("ratio = 2e-5", "ratios = 2e-5", "leakage.ratios: unknown key; did you mean 'ratio'"),
        ('"na64e-2018"', '"na64e-2108"', "did you mean 'na64e-2018'"),
    ):
        file.write_text(CARD.replace(old, new))
        with pytest.raises(CardError, match=message) as error:
            load_cut_card(str(file))
        assert "\n" not in str(error.value)
    file.write_text(CARD)
    with pytest.raises(CardError, match=r"^--experiment na64mu: searches: "):
        load_cut_card(str(file), "na64mu")
    with pytest.raises(
        RangeError, match=r"^searches: their signatures are 'scattered-muon'; .* 'missing"
    ):
        scan_cuts(load_experiment("na64mu"), MODEL, [0.1], card.cuts_GeV, card.neighbours())


def test_tables_are_read_and_refused(tmp_path: Path) -> None:
    file = tmp_path / "sideband.csv"
    file.write_text("# invented\nlow_GeV,high_GeV,events\n50,55,2\n55,60,4\n60,65,9\n")
    card, _ = load_cut_card(str(file))
    assert card.sideband.histogram() == Histogram((50, 55, 60, 65), (2, 4, 9))
    assert (card.cuts_GeV[0], card.cuts_GeV[-1]) == (25.0, 50.0)
    for text, message in (
        ("a,b\n", "no line has numbers"),
        ("50,55,2\n55,60,4\n", "line 1: 'low_GeV' is no column; its columns have no names"),
        ("low_GeV,high_GeV,events\n50,55,x\n", "line 2: 'x' is not a finite number"),
        ("low_GeV,high_GeV,events\n50,55,2\n56,60,4\n", "line 3: 56.0 is not 55.0"),
        ("low_GeV,high_GeV,events\n", "no line has numbers"),
        ("low_GeV;high_GeV;events\n50;55;2.5\n", "line 2: events: 2.5 is no count"),
        (
            "low_GeV,high_GeV,events\n0,60,5\n60,70,9\n",
            "low_GeV: 0.0 is not above 2.0, twice what cuts are above",
        ),
        (
            "low_GeV,high_GeV,events\n50,60,5\n60,70,99999999999999999999\n",
            r"line 3: events: 1e\+20 is no count up to 1e\+09",
        ),
        (
            "low_GeV,high_GeV,events\n150,160,5\n160,190,7\n",
            "sideband.csv: sideband.edges_GeV: 190.0 is above 100.0, the beam's energy",
        ),
    ):
        file.write_text(text)
        with pytest.raises(CardError, match=message):
            load_cut_card(str(file))


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["scotopic", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_limits_at_large_counts_are_interpolated(monkeypatch: pytest.MonkeyPatch) -> None:
    card = missing_energy_search(load_experiment("na64e-2018"))
    parts = (Component("b", 30.0, (Shift.relative("b", 0.4),)),)
    found = cuts._expected(card, 0.9, parts)
    monkeypatch.setattr(cuts, "_EACH", 1000)
    exact = cuts._expected(card, 0.9, parts)
    # a tenth of the count apart: a line instead of n + c sqrt(n) misses less than 1e-3
    assert found[0] == pytest.approx(exact[0], rel=1e-3)
    assert found[1] == pytest.approx(exact[1], rel=1e-3)


def test_a_refusal_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cuts.toml").write_text(CARD.replace("[40.0, 50.0]", "[40.0, 71.0]"))
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "cuts", "cuts.toml") == 2
    assert capsys.readouterr().err.startswith("scotopic: cuts.toml: cuts_GeV[1]: 71.0 is not")
    assert [p.name for p in tmp_path.iterdir()] == ["cuts.toml"]


@pytest.fixture
def drawn() -> Figure:
    """The figure of a scan in which two of the best cuts coincide, and all are at an end."""
    how = Calculation(processes=("annihilation",))
    scan = scan_cuts(
        load_experiment("na64e-2018"),
        MODEL,
        [0.25, 0.3, 0.31],
        [40.0, 45.0, 50.0],
        Neighbours(Histogram(EDGES, (0, 2, 4, 9, 22, 48))),
        calculation=how,
    )
    signal = np.array([[1.0, 2.0, 6.0], [1.0, 2.0, 6.0], [9.0, 2.0, 1.0]])
    return draw_cuts(replace(scan, signal=signal), "invented")


def test_the_legend_covers_nothing(drawn: Figure) -> None:
    for axes in drawn.axes:
        legend = axes.get_legend()
        assert legend is not None
        bottom = legend.get_window_extent().y0
        for line in axes.get_lines():
            assert line.get_window_extent().y1 < bottom
        for band in axes.collections:
            vertices = band.get_paths()[0].vertices
            assert axes.transData.transform(vertices)[:, 1].max() < bottom
        assert not axes.texts  # nothing is written over the curves


def test_every_marker_is_seen_whole(drawn: Figure) -> None:
    dots = [line for line in drawn.axes[0].get_lines() if line.get_marker() == "o"]
    places = [(float(np.ravel(d.get_xdata())[0]), d.get_markersize()) for d in dots]
    assert len(set(places)) == len(places) == 3
    assert [p[0] for p in places] == [50.0, 50.0, 40.0]
    assert not any(d.get_clip_on() for d in dots)


@pytest.mark.long
def test_the_command_writes_table_result_and_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cuts.toml").write_text(CARD)
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "cuts", "cuts.toml") == 0
    written = {p.name for p in (tmp_path / "out" / "cuts-cuts").iterdir()}
    assert written == {"cuts.csv", "result.json", "cuts.png", "cuts.pdf"}


def test_the_commands_on_likelihoods(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "w.json")
    assert run(monkeypatch, "export", "likelihood", "na64e-2018", "-f", file) == 0
    capsys.readouterr()
    assert run(monkeypatch, "likelihood", "limit", file, "--json") == 0
    # 2.3521 for the card's 19.9 %, as `scotopic limit` has it
    assert json.loads(capsys.readouterr().out)["value"] == pytest.approx(2.3522, abs=2e-4)
    assert run(monkeypatch, "likelihood", "limit", file, "--method", "asymptotic") == 0
    assert "warning: asymptotic formulae do not hold" in capsys.readouterr().err
    cards = ("na64e-2018", "na64e-positron-100GeV")
    other, shared = str(tmp_path / "e+.json"), [str(tmp_path / f"{i}.json") for i in range(2)]
    assert run(monkeypatch, "export", "likelihood", cards[1], "-f", other) == 0
    for card, name in zip(cards, shared, strict=True):
        arguments = ("--shared", "dimuon normalisation", "-f", name)
        assert run(monkeypatch, "export", "likelihood", card, *arguments) == 0
    values = []
    for files in ((file, other), shared):
        capsys.readouterr()
        assert run(monkeypatch, "likelihood", "limit", *files, "--json") == 0
        values.append(json.loads(capsys.readouterr().out)["value"])
    assert values[0] < values[1]  # independent uncertainties average out
    assert run(monkeypatch, "export", "likelihood", "na64mu", "--shared", "form factor") == 2
    message = "'form factor' is none of its nuisance parameters; known: efficiency 2022, background"
    assert message in capsys.readouterr().err
    (tmp_path / "broken.json").write_text("{")
    assert run(monkeypatch, "likelihood", "limit", str(tmp_path / "broken.json")) == 2
    assert "not JSON" in capsys.readouterr().err
